//! What somebody sent back, and what they had taken back by their bank.

use serde::{Deserialize, Serialize};

use crate::time::Millis;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conduct {
    /// Paid orders of which anything was refunded.
    #[serde(rename = "r", skip_serializing_if = "is_zero")]
    pub refunds: u32,
    /// What of them was, in minor units of the home currency, where there is a rate.
    #[serde(rename = "m", skip_serializing_if = "is_none")]
    pub refunded: i64,
    #[serde(rename = "c", skip_serializing_if = "is_zero")]
    pub chargebacks: u32,
    /// When a dispute was last opened, and when one was last closed.
    #[serde(rename = "o", skip_serializing_if = "Option::is_none")]
    pub disputed: Option<Millis>,
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    pub settled: Option<Millis>,
}

impl Conduct {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a dispute is open: the one that closes ends all that were opened before it.
    pub fn is_disputed(&self) -> bool {
        self.disputed > self.settled
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.refunds = self.refunds.saturating_add(other.refunds);
        self.refunded = self.refunded.saturating_add(other.refunded);
        self.chargebacks = self.chargebacks.saturating_add(other.chargebacks);
        self.disputed = self.disputed.max(other.disputed);
        self.settled = self.settled.max(other.settled);
    }
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

fn is_none(amount: &i64) -> bool {
    *amount == 0
}
