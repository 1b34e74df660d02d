//! The sentiment of what people write, and the complaints among it.
//!
//! [`scores`] is VADER (Hutto & Gilbert 2014, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media
//! Text"): a lexicon of rated words and a handful of rules, equal to its Python package 3.3.2. It finds nearly all negative
//! tweets but fewer than half of the negative sentences of a newspaper, and a third of the complaints to a shop, for most of
//! those use no rated word ("still waiting for my refund"). [`read`] therefore asks a classifier as well ([`Complaints`]),
//! trained on VADER's ground truth and on sentences that we wrote ourselves (`shared/examples/train_complaints`).

mod complaints;
mod features;
mod language;
mod lexicon;
mod rules;
mod training;
mod windows;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use complaints::Complaints;
pub use training::{Corpus, Example, Recipe, Verdict};

/// A compound from here on is positive: the thresholds are those of VADER's authors.
pub const POSITIVE: f64 = 0.05;
/// A compound from here down is negative.
pub const NEGATIVE: f64 = -0.05;

/// The logit from which on a text counts as a complaint: three of four that it calls so shall be.
const COMPLAINT: f64 = 0.38;

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    Positive,
    Neutral,
    Negative,
}

impl Label {
    /// By VADER's figure alone.
    pub fn of_compound(compound: f64) -> Self {
        if compound >= POSITIVE {
            Self::Positive
        } else if compound <= NEGATIVE {
            Self::Negative
        } else {
            Self::Neutral
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Neutral => "neutral",
            Self::Negative => "negative",
        }
    }
}

/// What lexicon and classifier together say of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    pub label: Label,
    /// -100 (angry) to 100 (glad); a negative label has at most -30, any other more.
    pub tone: i8,
    /// The logit of a complaint; none in a language that the classifier does not know.
    pub complaint: Option<f64>,
}

/// The classifier that comes with the product.
static TRAINED: LazyLock<Option<Complaints>> = LazyLock::new(|| Complaints::from_text(include_str!("sentiment/complaints.tsv")));

/// VADER's figures for a text; all zero where there is no word.
///
/// Made for sentences of a tweet's length: in a long text everything is extreme. Time grows with the text's length and no faster.
pub fn scores(text: &str) -> Scores {
    rules::scores(text)
}

/// The classifier that comes with the product, `None` only if its file was damaged.
pub fn trained() -> Option<&'static Complaints> {
    TRAINED.as_ref()
}

/// Whether a text is a complaint, praise or neither; none where there is no word.
///
/// A long text is read in pieces of some sentences, and only its first 8,000 bytes: what a complaint is about stands early.
pub fn read(text: &str) -> Option<Reading> {
    read_by(text, trained())
}

/// [`read`] with another classifier, or with the lexicon alone.
pub fn read_by(text: &str, complaints: Option<&Complaints>) -> Option<Reading> {
    let pieces = windows::windows(text);
    let compounds: Vec<f64> = pieces.iter().map(|piece| scores(piece).compound).collect();
    if compounds.is_empty() {
        return None;
    }
    let compound = compounds.iter().sum::<f64>() / compounds.len() as f64;
    let logits = complaints.map(|complaints| pieces.iter().filter_map(|piece| complaints.logit(piece)).collect::<Vec<_>>());
    let complaint = logits.filter(|logits| !logits.is_empty()).map(|logits| mean_of_odds(&logits));
    let label = match (complaint, Label::of_compound(compound)) {
        (None, label) => label,
        (Some(logit), _) if logit >= COMPLAINT => Label::Negative,
        (Some(_), Label::Positive) => Label::Positive,
        (Some(_), _) => Label::Neutral,
    };
    Some(Reading { label, tone: tone_of(label, compound, complaint), complaint })
}

/// -100 (angry) to 100 (glad); none where there is no word. A text that is not English has the tone of its emojis, which are the same
/// everywhere, and none without: it is not known, not guessed.
pub fn tone(text: &str) -> Option<i8> {
    if !language::is_foreign(text) {
        return read(text).map(|reading| reading.tone);
    }
    let marks: String = text.chars().filter(|c| !c.is_alphanumeric() && !c.is_ascii_punctuation()).take(1_000).collect();
    let compound = scores(&marks).compound;
    let label = Label::of_compound(compound);
    (label != Label::Neutral).then(|| tone_of(label, compound, None))
}

/// One sharp sentence among friendly ones counts, but three of four do not outvote it.
fn mean_of_odds(logits: &[f64]) -> f64 {
    const GREATEST: f64 = 30.0;
    let odds = logits.iter().map(|logit| libm::exp(logit.clamp(-GREATEST, GREATEST))).sum::<f64>();
    libm::log(odds / logits.len() as f64)
}

fn tone_of(label: Label, compound: f64, complaint: Option<f64>) -> i8 {
    const MILDEST: f64 = 30.0;
    let probability = |logit: f64| 1.0 / (1.0 + libm::exp(-logit));
    let tone = match (label, complaint) {
        (Label::Negative, Some(logit)) => {
            let least = probability(COMPLAINT);
            -MILDEST - (100.0 - MILDEST) * (probability(logit) - least) / (1.0 - least)
        }
        (Label::Negative, None) => -MILDEST + (100.0 - MILDEST) * compound,
        (_, Some(logit)) => (100.0 * compound * (1.0 - probability(logit))).max(1.0 - MILDEST),
        (_, None) => 100.0 * compound,
    };
    libm::round(tone.clamp(-100.0, 100.0)) as i8
}
