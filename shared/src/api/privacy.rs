//! What people may ask for: all that is held on them, to be forgotten, not to be profiled; and how long data stay.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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

/// `PATCH /api/privacy-requests/{id}`: whatever is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrivacyRequestChange {
    /// False opens it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<bool>,
    /// An empty one takes the note away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PrivacyRequestAnswer {
    pub privacy_request: PrivacyRequest,
}

/// `DELETE /api/customers/{id}`: whether everything is gone already, or goes on in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Erasure {
    pub is_done: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErasureAnswer {
    pub erasure: Erasure,
}

/// Why nobody may write to an address, whoever it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Suppressed {
    /// `email` or `sms`.
    pub channel: String,
    /// `unsubscribed`, `complained`, `bounced`, `erased`, `imported`.
    pub reason: String,
    pub since: String,
}

/// Two records of one person that are one now; the loser's things stand at the winner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Merge {
    pub id: Id,
    pub winner: Id,
    pub loser: Id,
    /// What the records are known by: a name, else the external id.
    pub winner_name: String,
    pub loser_name: String,
    /// A code, such as `email` or `by_hand`.
    pub reason: String,
    /// Who asked for it; none where a message tied them together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    pub merged_at: String,
    pub undone_at: Option<String>,
}

/// Of `GET /api/merges?customer=`, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Merges {
    pub merges: Vec<Merge>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MergeAnswer {
    pub merge: Merge,
}

/// `POST /api/customers/{id}/merge`: `into` stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMerge {
    pub into: Id,
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
