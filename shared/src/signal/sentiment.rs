//! The sentiment of what people write.
//!
//! [`scores`] is VADER (Hutto & Gilbert 2014, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media
//! Text"): a lexicon of rated words and a handful of rules, equal to its Python package 3.3.2.

mod lexicon;
mod rules;

use serde::{Deserialize, Serialize};

/// VADER's four figures, rounded as its package does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// -1 (most negative) to 1.
    pub compound: f64,
    /// The share of positive words; the three shares sum to 1 but for rounding.
    pub pos: f64,
    pub neu: f64,
    pub neg: f64,
}

/// VADER's figures for a text; all zero where there is no word.
///
/// Made for sentences of a tweet's length: in a long text the signs cancel out. Time grows with the text's length and nothing
/// else.
pub fn scores(text: &str) -> Scores {
    rules::scores(text)
}
