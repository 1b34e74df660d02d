//! Who did what.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Actor {
    /// `person`, `token`, `system` (a job) or `stranger` (somebody not signed in).
    pub kind: String,
    /// As it was then.
    pub name: String,
}

/// What it was done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Object {
    /// Such as `person`, `token`, `shop`, `import`, `customer`.
    pub kind: String,
    pub id: Option<String>,
    /// As it was then; never a customer's.
    pub name: Option<String>,
}

/// A field that changed. Values stand only where they are settings of the shop and no secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Field {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    pub id: u64,
    /// RFC 3339.
    pub at: String,
    pub actor: Actor,
    /// A code of `shared::audit::Action`.
    pub action: String,
    pub object: Option<Object>,
    pub fields: Vec<Field>,
    /// The whole as a sentence.
    pub text: String,
    pub request_id: Option<String>,
}

/// The query of `GET /api/audit` and of its export.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// The id of a person or token; `system` for jobs, `stranger` for those who did not sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Comma-separated codes of actions, or of their groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// First and last day, ISO dates (UTC), both included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// `{kind}:{id}` of what it was done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// 1 to 500, default 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// What the nightly check of the chain found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Chain {
    /// Rows sealed, and those that wait for the hourly job.
    pub sealed: u64,
    pub waiting: u64,
    /// When the whole was last checked, RFC 3339.
    pub checked_at: Option<String>,
    /// The first row that was changed, added or removed after its seal; null where all is as it was.
    pub broken_at: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditMeta {
    pub next_cursor: Option<String>,
    pub chain: Chain,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditResponse {
    pub audit: Vec<AuditEntry>,
    pub meta: AuditMeta,
}
