//! Reading JSON that somebody else wrote.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a message cannot be taken, and what would mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refusal {
    /// Dotted path inside the body, such as `line_items.0.price`.
    pub field: Option<String>,
    pub reason: String,
    pub fix: String,
}

impl Refusal {
    pub fn of(field: &str, reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { field: Some(field.to_owned()), reason: reason.into(), fix: fix.into() }
    }
}
