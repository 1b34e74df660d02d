//! What an approval binds to: a digest of everything that decides who gets what.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::plan::Plan;
use crate::message::Draft;
use crate::offer::Offer;

/// Everything that somebody who approves has seen.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Bound<'a> {
    /// The campaign's own segment, which is its audience where the plan names none.
    pub segment: Option<&'a str>,
    /// Audience rule, steps, routes, holdout, goals and budget.
    pub plan: &'a Plan,
    /// The texts.
    pub draft: &'a Draft,
    /// Every offer that its ladder may give, by its id, with its terms.
    pub offers: &'a BTreeMap<String, Offer>,
    /// Filters of the segments that a marketer defined and that the audience names, as they are now.
    pub segments: &'a BTreeMap<String, String>,
}

/// SHA-256 in hexadecimal. Any change of what it binds to is another digest.
pub fn digest(bound: &Bound<'_>) -> String {
    // Its maps are ordered, so that equal things have equal bytes; a failure to write them is no approval of anything.
    let bytes = serde_json::to_vec(bound).unwrap_or_default();
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
