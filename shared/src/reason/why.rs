//! What is known of why somebody leaves: the reason, how sure it is, and what it rests on.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Reason;

/// Why a customer leaves or left.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Why {
    /// The likeliest one; unknown where nothing tells.
    pub reason: Reason,
    /// Its probability, 0 to 1; of a reason that a person set it is 1.
    pub probability: f64,
    /// All eight with their probabilities, which sum to 1, the likeliest first.
    pub all: Vec<Chance>,
    /// What it rests on, the weightiest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Names of what they asked for and did not find.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    /// A person set the reason.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub corrected: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Chance {
    pub reason: Reason,
    pub probability: f64,
}

/// Something that speaks for a reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// In words, with its date.
    pub text: String,
    /// ISO date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// For which it speaks most.
    pub reason: Reason,
    /// What it is: `cancellation`, `survey`, `ticket`, `price_rise`, …
    pub kind: String,
}

impl Why {
    /// The probability of one of the eight.
    pub fn of(&self, reason: Reason) -> f64 {
        self.all.iter().find(|chance| chance.reason == reason).map_or(0.0, |chance| chance.probability)
    }

    /// The same with what a person said, who knows better.
    #[must_use]
    pub fn corrected_to(self, reason: Reason) -> Self {
        let share = |other: Reason| Chance { reason: other, probability: f64::from(u8::from(other == reason)) };
        let rest = Reason::ALL.into_iter().filter(|other| *other != reason);
        let all = [reason].into_iter().chain(rest).map(share).collect();
        Self { reason, probability: 1.0, all, corrected: true, ..self }
    }
}
