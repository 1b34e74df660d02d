//! Why customers leave: corrections, and the words by which texts are read.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::reason::Reason;
use crate::reason::text::Reading;
use crate::reason::topics::Phrase;

/// What a person says of why a customer leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonChange {
    /// Null goes back to what is inferred.
    pub reason: Option<Reason>,
}

/// A reason with its probability, as a row shows it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RowReason {
    pub code: Reason,
    /// 0 to 1.
    pub probability: f64,
    /// A person set it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub corrected: bool,
}

/// The shop's words and phrases for reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TopicList {
    pub phrases: Vec<Phrase>,
    /// It is the list that every shop starts with.
    pub is_starting: bool,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TopicsResponse {
    pub topics: TopicList,
}

/// Null goes back to the list that a shop starts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TopicsChange {
    pub phrases: Option<Vec<Phrase>>,
}

/// A text to try a list on; without one, the stored list reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextToRead {
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phrases: Option<Vec<Phrase>>,
}

/// Null where no word of the text is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReadingResponse {
    pub reading: Option<Reading>,
}
