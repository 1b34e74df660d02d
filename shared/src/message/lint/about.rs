//! What the lint holds a message against.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::message::{Brand, Message, Promise, Recipient};
use crate::offer::Guardrails;
use crate::segment::Row;

/// Everything that a message may say, and must.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    pub recipient: &'a Recipient,
    pub brand: &'a Brand,
    /// What the ladder gives this person on this step; none where it gives nothing.
    pub promise: Option<&'a Promise>,
    pub limits: Limits,
    /// The same step's messages to the same person in other channels.
    pub others: &'a [Message],
    pub class: Class,
    /// The texts of the proofs that the message uses, as the library has them, with who says it.
    pub proofs: &'a [String],
    /// Sentences that the shop stands for: the templates of blocks, what the brief states, improvements. Their own numbers and names are
    /// no inventions.
    pub stated: &'a [String],
    /// A mail whose thread the reader has none of yet.
    pub is_first: bool,
}

/// What a campaign is, by law.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    #[default]
    Marketing,
    /// About what the reader has bought: a failed payment, a renewal. It carries no offer.
    Service,
}

/// Of the guardrails, what a message can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Limits {
    /// Greatest share off, per mille.
    pub greatest_depth: u16,
    /// Days from the message on that an offer stands, at most.
    pub most_expiry_days: u16,
}

impl Limits {
    pub fn of(guardrails: &Guardrails, row: Row) -> Self {
        Self { greatest_depth: guardrails.greatest_in(row), most_expiry_days: guardrails.most_expiry_days }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { greatest_depth: 250, most_expiry_days: 60 }
    }
}
