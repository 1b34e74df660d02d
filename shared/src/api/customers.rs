//! Radar, lists of customers, one customer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::Named;
use crate::id::Id;
use crate::money::{Currency, Money};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    Healthy,
    Early,
    Moderate,
    Immediate,
    Lost,
    /// A person said that this one is not at risk, until a day.
    SetAside,
    NotScored,
}

/// P(churn within 30, 60, 90 days), each in 0..=1 and never falling from one to the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Risk {
    pub p30: f64,
    pub p60: f64,
    pub p90: f64,
}

/// Why: a code for programs, words with figures for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Trigger {
    #[schema(example = "order_gap")]
    pub code: String,
    #[schema(example = "No order for 71 days, usually every 24")]
    pub text: String,
    /// ISO date.
    pub since: Option<String>,
    /// What it adds to the logit of P(churn within 90 days) before calibration; null where no learned model says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<f64>,
}

/// The 90 % interval of each risk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RiskInterval {
    pub low: Risk,
    pub high: Risk,
}

/// Why somebody who looks at risk is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SetAsideReason {
    /// Buys in a season.
    Seasonal,
    /// Said that they pause.
    Paused,
    /// Is on leave.
    OnLeave,
    /// The prediction is wrong.
    Wrong,
}

/// Not at risk, said by a person: out of Radar until the day after `until`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SetAside {
    pub reason: SetAsideReason,
    /// ISO dates, both included.
    pub from: String,
    pub until: String,
    pub note: Option<String>,
    /// Who said so.
    pub by: Option<String>,
}

/// In a change of one customer or of many.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSetAside {
    pub reason: SetAsideReason,
    /// ISO date: today or later, at most 400 days ahead.
    pub until: String,
    /// At most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A customer beside healthy ones of the same worth and tenure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Peers {
    /// In words: who they are.
    pub group: String,
    pub customers: u32,
    pub figures: Vec<PeerFigure>,
}

/// One figure, as words for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PeerFigure {
    #[schema(example = "orders_90")]
    pub code: String,
    #[schema(example = "Orders in the last 90 days")]
    pub name: String,
    pub theirs: String,
    /// The peers' median.
    pub peers: String,
    /// Worse than three quarters of the peers.
    pub behind: bool,
}

/// What the prediction is made of: `base` and the effects of all parts add up to the logit, from which `probability` follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// `churn` within 90 days, or `return` within 90 days.
    pub of: String,
    pub base: f64,
    /// The weightiest first; the last one, `rest`, holds all others together.
    pub parts: Vec<ExplanationPart>,
    pub logit: f64,
    /// After calibration.
    pub probability: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExplanationPart {
    pub code: String,
    pub text: String,
    pub effect: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CustomerKind {
    Shopper,
    Account,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    #[default]
    New,
    Active,
    AtRisk,
    Lost,
    InWinBack,
    WonBack,
    GivenUp,
}

/// A row of Radar and of Customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CustomerRow {
    pub id: Id,
    pub external_id: String,
    pub kind: CustomerKind,
    pub name: String,
    pub email: Option<String>,
    pub country: Option<String>,
    pub tier: Tier,
    pub lifecycle: Lifecycle,
    pub risk: Risk,
    /// Null of the lost, and where nothing is estimated.
    pub risk_interval: Option<RiskInterval>,
    pub set_aside: Option<SetAside>,
    pub triggers: Vec<Trigger>,
    /// Always null until segments exist.
    pub segment: Option<String>,
    /// Expected in the next 12 months; `None` where it cannot be told.
    pub lifetime_value: Option<Money>,
    /// ISO dates.
    pub last_order: Option<String>,
    /// When silence counts as churn, ISO date.
    pub deadline: Option<String>,
    pub orders: u64,
    /// p30 in per cent over the last 12 weeks, oldest first, for the small chart.
    pub trend: Vec<u8>,
    pub sample: bool,
    /// Who looks after them.
    pub owner: Option<Named>,
    pub tags: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TierSummary {
    pub tier: Tier,
    pub customers: u64,
    /// Sum of `lifetime_value` over those where it is known.
    pub value: Money,
    pub value_unknown: u64,
    /// The most frequent first trigger's code.
    pub main_trigger: Option<String>,
}

/// The query of `GET /api/customers` and of its export.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CustomerQuery {
    /// Comma-separated tiers; none is all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// Start of a name, address or external id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// The id of a person, `me`, or `none` for those whom nobody looks after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Comma-separated; none is all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<String>,
    /// Two letters, ISO 3166-1; several with commas between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// `risk` (default), `value`, `name`, `last_order`, `deadline`; a leading `-` turns the order round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// 1 to 500, default 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Rows to leave out first, for a list that is scrolled by its bar; not together with `cursor`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CustomersMeta {
    /// Always exact for tiers; for any other filter exact up to 10,000, else null beside `total_at_least`.
    pub total: Option<u64>,
    pub total_at_least: Option<u64>,
    pub next_cursor: Option<String>,
    /// When scoring last finished, RFC 3339; null before the first time.
    pub as_of: Option<String>,
    pub waiting: u64,
    pub tiers: Vec<TierSummary>,
    pub model: Option<crate::api::ModelCard>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CustomersResponse {
    pub customers: Vec<CustomerRow>,
    pub meta: CustomersMeta,
}

/// One point of the risk-over-time chart: the Monday of its week (ISO date) and the three risks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RiskPoint {
    pub week: String,
    pub risk: Risk,
    pub tier: Tier,
    /// Worked out afterwards from the orders known by then, with today's model.
    pub reconstructed: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    pub channel: String,
    pub purpose: String,
    /// `granted`, `denied`, `complained`, `expired`, `unknown`.
    pub state: String,
    pub basis: String,
    pub source: String,
    pub at: String,
    pub expires_at: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Contact {
    pub id: Id,
    pub role: String,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub country: Option<String>,
    pub time_zone: Option<String>,
    /// The present state for each channel and purpose.
    pub consent: Vec<Consent>,
    /// All of it, newest first.
    pub history: Vec<Consent>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Order {
    pub external_id: String,
    pub ordered_at: String,
    pub amount: Money,
    pub refunded: Money,
    pub status: String,
    pub items: Vec<String>,
}

/// One customer, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Customer {
    #[serde(flatten)]
    pub row: CustomerRow,
    /// Of owner and tags.
    pub version: u32,
    /// Newest first.
    pub notes: Vec<Note>,
    pub traits: BTreeMap<String, String>,
    pub contacts: Vec<Contact>,
    pub recent_orders: Vec<Order>,
    pub spent: Vec<crate::api::CurrencyTotal>,
    pub history: Vec<RiskPoint>,
    /// P(still a customer); for the lost, P(an order in the next 90 days).
    pub p_alive: Option<f64>,
    pub p_return: Option<f64>,
    /// Its 90 % interval.
    pub p_return_interval: Option<(f64, f64)>,
    pub peers: Option<Peers>,
    /// Null where the model in use was learned from no customers.
    pub explanation: Option<Explanation>,
    /// Expected orders in the next 365 days.
    pub expected_orders: Option<f64>,
    /// How the deadline came about, in words.
    pub rhythm: Option<String>,
    pub home_currency: Currency,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CustomerResponse {
    pub customer: Customer,
}

/// What the team wrote about a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Note {
    pub id: Id,
    pub author: String,
    /// Written by the one who asks.
    pub mine: bool,
    pub body: String,
    pub created_at: String,
    pub updated_at: String,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NoteResponse {
    pub note: Note,
}

/// `POST /api/customers/{id}/notes` and `PATCH /api/notes/{id}`: 1 to 4,000 characters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    pub body: String,
}

/// `PATCH /api/customers/{id}`: what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerChange {
    /// Null for nobody.
    #[serde(default, deserialize_with = "super::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub owner: Option<Option<Id>>,
    /// All of them: at most 50, each 1 to 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Not at risk; null ends that.
    #[serde(default, deserialize_with = "super::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<NewSetAside>)]
    pub set_aside: Option<Option<NewSetAside>>,
}

/// `POST /api/customers/bulk`: the same change to many, a page at a time. Ask again with `cursor` until there is none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkChange {
    /// These customers, at most 1,000; or else all of `query`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<Id>>,
    /// The query string of a list, as `GET /api/customers` takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Of those that `query` finds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Id>,
    #[serde(default, deserialize_with = "super::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub owner: Option<Option<Id>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_tags: Vec<String>,
    /// Not at risk; null ends that.
    #[serde(default, deserialize_with = "super::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<NewSetAside>)]
    pub set_aside: Option<Option<NewSetAside>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// What a page of a bulk change did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bulk {
    pub seen: u64,
    /// Those that were not so already.
    pub changed: u64,
    /// Those left as they are because they would have had too many tags.
    #[serde(default)]
    pub full: u64,
    pub next_cursor: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkResponse {
    pub bulk: Bulk,
}

/// Tags in use, the most frequent first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TagCount {
    pub tag: String,
    pub customers: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TagsResponse {
    pub tags: Vec<TagCount>,
}

/// A list as somebody saved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SavedView {
    pub id: Id,
    /// `radar` or `customers`.
    pub list: String,
    pub name: String,
    /// Everybody sees it.
    pub shared: bool,
    pub mine: bool,
    pub owner: String,
    /// The query string of the list's address, without its `?`.
    pub query: String,
    /// Names of columns in their order; empty for the list's own.
    pub columns: Vec<String>,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ViewsResponse {
    pub views: Vec<SavedView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ViewResponse {
    pub view: SavedView,
}

/// `POST /api/views`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewView {
    pub list: String,
    pub name: String,
    #[serde(default)]
    pub shared: bool,
    pub query: String,
    #[serde(default)]
    pub columns: Vec<String>,
}

/// `PATCH /api/views/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
}

/// Something that happened, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineItem {
    pub at: String,
    /// `order`, `event`, `consent`, `tier`.
    pub kind: String,
    pub title: String,
    pub detail: Option<String>,
    pub amount: Option<Money>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineMeta {
    pub next_cursor: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineResponse {
    pub timeline: Vec<TimelineItem>,
    pub meta: TimelineMeta,
}

/// The probability from which on a horizon counts, each in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Thresholds {
    pub immediate: f64,
    pub moderate: f64,
    pub early: f64,
}

/// How many customers (not lost) have each probability: 100 bins of one per cent for each horizon, so that a slider shows the
/// head-count while it moves. A customer counts in one cell of (p30, p60, p90) per cent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ThresholdsView {
    pub thresholds: Thresholds,
    /// `chosen` for the stated precision on this shop's past, `default`, or `own`.
    pub basis: String,
    pub text: String,
    /// (p30, p60, p90 in per cent, customers), only cells that are not empty.
    pub cells: Vec<(u8, u8, u8, u32)>,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ThresholdsResponse {
    pub thresholds: ThresholdsView,
}

impl Tier {
    pub const ALL: [Self; 7] =
        [Self::Immediate, Self::Moderate, Self::Early, Self::Healthy, Self::Lost, Self::SetAside, Self::NotScored];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Early => "early",
            Self::Moderate => "moderate",
            Self::Immediate => "immediate",
            Self::Lost => "lost",
            Self::SetAside => "set_aside",
            Self::NotScored => "not_scored",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.as_str() == text)
    }

    /// The integer of `facets.tier`.
    pub fn code(self) -> i32 {
        match self {
            Self::Healthy => 0,
            Self::Early => 1,
            Self::Moderate => 2,
            Self::Immediate => 3,
            Self::Lost => 4,
            Self::SetAside => 5,
            Self::NotScored => 9,
        }
    }

    pub fn from_code(code: i32) -> Self {
        Self::ALL.into_iter().find(|tier| tier.code() == code).unwrap_or(Self::NotScored)
    }
}

impl SetAsideReason {
    pub const ALL: [Self; 4] = [Self::Seasonal, Self::Paused, Self::OnLeave, Self::Wrong];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seasonal => "seasonal",
            Self::Paused => "paused",
            Self::OnLeave => "on_leave",
            Self::Wrong => "wrong",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

impl CustomerKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shopper => "shopper",
            Self::Account => "account",
        }
    }
}

impl Lifecycle {
    pub const ALL: [Self; 7] = [Self::New, Self::Active, Self::AtRisk, Self::Lost, Self::InWinBack, Self::WonBack, Self::GivenUp];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Active => "active",
            Self::AtRisk => "at_risk",
            Self::Lost => "lost",
            Self::InWinBack => "in_win_back",
            Self::WonBack => "won_back",
            Self::GivenUp => "given_up",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lifecycle| lifecycle.as_str() == text)
    }

    /// The integer of `facets.lifecycle`.
    pub fn code(self) -> i32 {
        Self::ALL.into_iter().position(|lifecycle| lifecycle == self).and_then(|at| i32::try_from(at).ok()).unwrap_or(0)
    }

    pub fn from_code(code: i32) -> Self {
        usize::try_from(code).ok().and_then(|at| Self::ALL.get(at).copied()).unwrap_or_default()
    }
}
