//! A campaign pauses itself when too many complain or too many addresses bounce.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// From when on a campaign warns and pauses. Rates are parts in 100 000: 100 is 0.1 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = BrakeThresholds)]
pub struct Thresholds {
    /// Of complaints: pauses when the rate is proved to be above this.
    pub complaints: u32,
    /// Pauses at this rate without proof, from `fewest_complaints` on.
    pub complaints_at_once: u32,
    pub fewest_complaints: u32,
    /// Pauses at this rate of bounces, from `fewest_bounces` on.
    pub bounces: u32,
    pub fewest_bounces: u32,
    pub warn_complaints: u32,
    pub warn_bounces: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            complaints: 100,
            complaints_at_once: 300,
            fewest_complaints: 3,
            bounces: 2_000,
            fewest_bounces: 5,
            warn_complaints: 80,
            warn_bounces: 1_000,
        }
    }
}

/// Of all mail, or of what went to one mailbox provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SentCounts)]
pub struct Counts {
    pub sent: u32,
    pub bounced: u32,
    pub complained: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "brake")]
pub enum Brake {
    /// Goes on, and somebody is told.
    Warn {
        why: String,
    },
    Pause {
        why: String,
    },
}

/// The gravest over all mail and each mailbox provider's share of it; `by_provider` by [`provider`].
pub fn brake(thresholds: &Thresholds, all: Counts, by_provider: &BTreeMap<&str, Counts>) -> Option<Brake> {
    let _ = (thresholds, all, by_provider);
    None
}

/// Who runs the mailboxes of a domain, where it is known: `gmail`, `outlook`, `yahoo`, `apple`, `gmx`, …; `other` where it is not.
pub fn provider(domain: &str) -> &'static str {
    let _ = domain;
    "other"
}
