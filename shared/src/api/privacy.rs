//! What people may ask for: all that is held on them, to be forgotten, not to be profiled; and how long data stay.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::id::Id;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrivacyKind {
    Export,
    Erasure,
    ShopErasure,
    /// To profiling: not scored, not modelled.
    Objection,
}

/// A line of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PrivacyRequest {
    pub id: Id,
    pub kind: PrivacyKind,
    /// Whom it is about, as far as that may still be known: a public id or a masked address.
    pub subject: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Id>,
    /// The source's name, where it came by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    pub note: Option<String>,
    pub received_at: String,
    pub due_at: String,
    pub done_at: Option<String>,
    pub is_overdue: bool,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PrivacyRequests {
    pub privacy_requests: Vec<PrivacyRequest>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPrivacyRequest {
    pub kind: PrivacyKind,
    pub customer: Id,
    #[serde(default)]
    pub note: Option<String>,
    /// When the person asked, RFC 3339; now where it is left out.
    #[serde(default)]
    pub received_at: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PrivacyRequestAnswer {
    pub privacy_request: PrivacyRequest,
}

/// `PATCH /api/privacy-requests/{id}`: what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrivacyRequestChange {
    /// Granted; false where that was a mistake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<bool>,
    /// At most 2,000 characters; null takes it away.
    #[serde(default, deserialize_with = "crate::api::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub note: Option<Option<String>>,
}

/// Nobody may write to this address, whoever it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Suppressed {
    /// `email`, `sms`.
    pub channel: String,
    /// `imported`, `unsubscribed`, `bounced`, `complained`, `erased`.
    pub reason: String,
    /// Where that came from, in words.
    pub source: String,
    /// Since when.
    pub at: String,
}

/// `POST /api/customers/{id}/merge`: this customer and another are one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMerge {
    /// The one that stays.
    pub into: Id,
}

/// Two records that became one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Merge {
    pub id: Id,
    /// The record that stayed.
    pub winner: Id,
    pub winner_name: String,
    pub loser: Id,
    pub loser_name: String,
    /// `same_address`, `same_visitor`, `linked`, `member`, `by_hand`.
    pub reason: String,
    /// Who of the team asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    pub at: String,
    pub undone_at: Option<String>,
    /// Whether it can be undone: not where it was already, nor where the record that stayed was merged further.
    pub can_undo: bool,
}

/// Newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Merges {
    pub merges: Vec<Merge>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MergeAnswer {
    pub merge: Merge,
}

/// The query of `GET /api/merges`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MergesQuery {
    /// Whichever of the two it was.
    pub customer: Id,
}

/// How long events stay, and what came first: the days or the space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Retention {
    /// 30 to 730.
    pub event_days: u32,
    /// ISO date of the oldest day whose events are kept.
    pub events_from: Option<String>,
    /// `days`, `space`, or none where nothing was ever removed.
    pub limited_by: Option<String>,
    /// Bytes that events and messages may fill, and those that they do (an estimate).
    pub space: u64,
    pub space_used: u64,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RetentionAnswer {
    pub retention: Retention,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionChange {
    pub event_days: u32,
}
