//! A message to one person, in words: before any layout.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Channel, FactKey, Slot};
use crate::money::{Money, WireMoney};
use crate::offer::{Kind, Step};

/// What one rung of a ladder gives this person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Promise {
    pub kind: Kind,
    /// The offer's name, as customers may read it.
    pub name: String,
    /// Share off, per mille; 0 where none is.
    pub depth: u16,
    #[schema(value_type = Option<WireMoney>)]
    pub amount: Option<Money>,
    #[schema(value_type = Option<WireMoney>)]
    pub minimum: Option<Money>,
    /// What they type; none where nothing is typed.
    pub code: Option<String>,
    /// ISO date: the last day on which it holds.
    pub expires: String,
    /// Where it is used, booked or switched on.
    pub link: Option<String>,
}

/// To one person, for one step, in one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    pub step: Step,
    pub channel: Channel,
    /// BCP 47: in which it is written.
    pub locale: String,
    /// Two of a mail; one of an in-app message or a card; none else.
    pub subjects: Vec<Part>,
    pub preheader: Option<Part>,
    /// "Hello Ada,"
    pub greeting: String,
    /// Paragraphs in their order.
    pub parts: Vec<Part>,
    /// The one call to action; none of a text message without a link, and of scripts.
    pub call: Option<Call>,
    /// Name, role, brand; in lines.
    pub signature: String,
    /// What the step offers this person, if anything.
    pub promise: Option<Promise>,
    /// ISO date on which it is written.
    pub day: String,
    /// Facts that the words rest on, beyond a name: those a reader sees.
    pub facts: Vec<FactKey>,
    /// Fewer than two were known: the stated fallback.
    pub is_fallback: bool,
    pub same_thread: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Part {
    pub slot: Slot,
    /// The block's name; `own` of what somebody wrote, `model` of what a language model did.
    pub block: String,
    /// Plain words; a blank line parts paragraphs.
    pub text: String,
    pub facts: Vec<FactKey>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Call {
    pub text: String,
    pub link: String,
}
