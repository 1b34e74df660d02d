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

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PrivacyRequestAnswer {
    pub privacy_request: PrivacyRequest,
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
