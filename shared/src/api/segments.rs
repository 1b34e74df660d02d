//! Segments: the micro-segments in which every customer is once, and those that marketers define.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::money::Money;
use crate::offer::Group;
use crate::reason::Reason;
use crate::segment::filter::Filter;
use crate::segment::{Cuts, Declared, Engagement, Exclusion, Exclusions, ValueTier, WinBack};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentsResponse {
    /// Micro-segments with anybody in them, the most revenue at risk first, then those that marketers defined.
    pub segments: Vec<SegmentRow>,
    pub meta: SegmentsMeta,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// Each customer is in exactly one of them.
    #[default]
    Micro,
    /// Defined by a marketer: customers may be in several.
    Own,
}

/// A segment in a list. Sums are of all its customers, those left out of offers included.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentRow {
    /// A code such as `high-price-engaged`, or the id of a marketer's own.
    pub id: String,
    pub name: String,
    pub kind: SegmentKind,
    /// What holds all customers of a micro-segment; null where they differ.
    pub value: Option<ValueTier>,
    pub reason: Option<Reason>,
    pub engagement: Option<Engagement>,
    pub win_back: Option<WinBack>,
    /// Null of a marketer's own that was not counted yet.
    pub customers: Option<u64>,
    /// Of a marketer's own: when it was counted, RFC 3339.
    pub counted_at: Option<String>,
    pub excluded: u64,
    /// Expected revenue of a year of those who are about to leave.
    pub at_risk: Option<Money>,
    /// Margin that contact is expected to bring beyond what comes back by itself.
    pub regain: Option<Money>,
    /// Expected margin that a day of waiting costs.
    pub waiting: Option<Money>,
    /// Of a marketer's own.
    pub sentence: Option<String>,
    /// What its filter names and is gone, with what to do about it; empty where all is well.
    #[serde(default)]
    pub gone: Vec<String>,
    pub version: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentsMeta {
    /// Everybody.
    pub customers: u64,
    /// Those whom the next run places.
    pub unplaced: u64,
    /// When they were counted, RFC 3339; null: at this moment.
    pub as_of: Option<String>,
    /// Where the thirds of the shop are cut.
    pub cuts: Cuts,
    /// All 24 rows of value and reason: their customers add up to everybody.
    pub rows: Vec<SegmentLine>,
    pub left_out: Vec<LeftOutCount>,
}

/// A row of the offer matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentLine {
    /// 0 to 23.
    pub row: u8,
    pub code: String,
    pub name: String,
    pub customers: u64,
    pub excluded: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LeftOutCount {
    pub exclusion: Exclusion,
    pub name: String,
    pub customers: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentResponse {
    pub segment: Segment,
}

/// One segment with what a marketer should know before they act on it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Segment {
    #[serde(flatten)]
    pub row: SegmentRow,
    pub brief: SegmentBrief,
    pub reasons: Vec<ReasonCount>,
    /// A point a day; only of micro-segments.
    pub trend: Vec<SegmentDay>,
    /// Of the last 30 days; only of micro-segments.
    pub moves: Vec<SegmentMove>,
    /// Of a marketer's own.
    pub filter: Option<Filter>,
}

/// Means over a segment's customers; null where nobody tells.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentBrief {
    /// Expected revenue of a year.
    pub lifetime_value: Option<Money>,
    /// The margin of it, where they come back or stay.
    pub margin: Option<Money>,
    /// Days since the first order, and since the last.
    pub tenure_days: Option<u32>,
    pub silent_days: Option<u32>,
    pub main_reason: Option<Reason>,
    /// 0 to 1.
    pub main_reason_share: f64,
    /// P(return, or staying, within 90 days) with contact and without.
    pub contact: Option<f64>,
    pub none: Option<f64>,
    pub leaving: u64,
    pub lost: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReasonCount {
    pub reason: Reason,
    pub customers: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentDay {
    /// ISO date.
    pub day: String,
    pub customers: u64,
    pub at_risk: Money,
    pub regain: Money,
}

/// Customers who came from another segment, or went to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentMove {
    pub came: bool,
    pub id: String,
    pub name: String,
    pub customers: u64,
}

/// A segment that a marketer defines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSegment {
    pub name: String,
    pub filter: Filter,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountAsked {
    pub filter: Filter,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CountResponse {
    pub count: SegmentCount,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentCount {
    pub customers: u64,
    /// Not all were looked at: there are at least so many.
    pub is_least: bool,
    /// In words, where not all were looked at.
    pub limit: Option<String>,
    /// The filter as a sentence.
    pub sentence: String,
    pub gone: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AggregatesResponse {
    /// Like customers together, at most some 4,000 groups.
    pub groups: Vec<Group>,
    pub meta: AggregatesMeta,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AggregatesMeta {
    /// The currency of their amounts.
    pub currency: crate::money::Currency,
    pub customers: u64,
}

/// Who is left out of offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExclusionsResponse {
    pub exclusions: Exclusions,
    pub meta: ExclusionsMeta,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExclusionsMeta {
    pub left_out: Vec<LeftOutCount>,
    pub version: u32,
}

/// The shop's own columns on which segments may be built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeclaredResponse {
    pub declared: Vec<Declared>,
    pub meta: DeclaredMeta,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeclaredMeta {
    /// Columns that the newest customers have.
    pub found: Vec<FoundTrait>,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FoundTrait {
    pub name: String,
    pub customers: u64,
    pub example: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredChange {
    pub declared: Vec<Declared>,
}
