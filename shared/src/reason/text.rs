//! What a text of a customer says of why they leave: which of the eight reasons, and by which words.
//!
//! Two things are added up. A linear model over word stems and word classes ([`super::words`]), trained on sentences that we wrote
//! ourselves in four languages (`shared/examples/train_reasons`), reads wordings that no list foresaw. The shop's own list of words and
//! phrases ([`Topics`]) says what its customers mean by theirs, and outweighs the model where it speaks.
//!
//! Whatever reads texts answers with a [`Reading`]: another reader, a language model among them, stands in by giving the fold a
//! [`Reader`] of its own.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::topics::Topics;
use super::{Chance, Reason, words};

/// What reads a text; none where it says nothing that could be read.
pub type Reader<'a> = &'a dyn Fn(&str) -> Option<Reading>;

/// What a text says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reading {
    /// All eight reasons with their probabilities, the likeliest first.
    pub reasons: Vec<Chance>,
    /// The words that speak for the likeliest one, the weightiest first: the shop's phrases, then single words.
    pub words: Vec<String>,
}

/// So much of a text is read: what it is about stands early.
const BYTES: usize = 4_000;

/// Words told of a reading.
const WORDS: usize = 5;

/// A word that moves the odds by less says nothing worth telling.
const TOLD: f64 = 0.15;

/// What a phrase that hints, tells or decides adds to the logit.
const STEPS: [f64; 3] = [1.5, 3.0, 6.0];

/// The trained weights of a feature, in the order of [`Reason::ALL`].
type Weights = [f64; 8];

static TRAINED: LazyLock<BTreeMap<&'static str, Weights>> = LazyLock::new(|| read_weights(include_str!("weights.tsv")));

/// The bias stands in the file as a feature that every text has.
pub const BIAS: &str = "bias";

impl Reading {
    pub fn reason(&self) -> Reason {
        self.reasons.first().map_or(Reason::Unknown, |chance| chance.reason)
    }

    pub fn of(&self, reason: Reason) -> f64 {
        self.reasons.iter().find(|chance| chance.reason == reason).map_or(0.0, |chance| chance.probability)
    }
}

/// What the text says by the trained words and the shop's list; none where no word of it is known.
pub fn read(text: &str, topics: &Topics) -> Option<Reading> {
    let text = cut(text);
    let tokens = words::tokens(text);
    let hits = topics.found(&tokens);
    let features = words::features(&tokens);
    let known: Vec<(&str, &Weights)> =
        features.iter().filter_map(|name| TRAINED.get_key_value(name.as_str())).map(|(n, w)| (*n, w)).collect();
    if known.is_empty() && hits.is_empty() {
        return None;
    }
    let mut logits = TRAINED.get(BIAS).copied().unwrap_or_default();
    for (_, weights) in &known {
        logits.iter_mut().zip(*weights).for_each(|(logit, weight)| *logit += weight);
    }
    for hit in &hits {
        for (logit, reason) in logits.iter_mut().zip(Reason::ALL) {
            let step = STEPS.get(usize::from(hit.weight.saturating_sub(1))).copied().unwrap_or_default();
            *logit += if reason == hit.reason { step } else { 0.0 };
        }
    }
    let reasons = softmax(logits);
    let best = reasons.first().map_or(Reason::Unknown, |chance| chance.reason);
    let mut told: Vec<String> = hits.iter().filter(|hit| hit.reason == best).map(|hit| hit.phrase.clone()).collect();
    told.extend(telling(&tokens, &known, best));
    told.dedup();
    told.truncate(WORDS);
    Some(Reading { reasons, words: told })
}

/// Words as they were written whose stems speak for `best`, the weightiest first.
fn telling(tokens: &[String], known: &[(&str, &Weights)], best: Reason) -> Vec<String> {
    let weight = |token: &String| {
        let stem = words::stem(token);
        let (_, weights) = known.iter().find(|(name, _)| *name == stem)?;
        Reason::ALL.iter().zip(*weights).find(|(reason, _)| **reason == best).map(|(_, weight)| *weight)
    };
    let mut told: Vec<(f64, &String)> = tokens.iter().filter_map(|token| Some((weight(token)?, token))).collect();
    told.retain(|(weight, _)| *weight >= TOLD);
    told.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(other.1)));
    told.dedup();
    told.into_iter().map(|(_, token)| token.clone()).collect()
}

fn softmax(logits: Weights) -> Vec<Chance> {
    let most = logits.into_iter().fold(f64::MIN, f64::max);
    let odds = logits.map(|logit| libm::exp(logit - most));
    let whole: f64 = odds.iter().sum();
    let chance = |(reason, odds)| Chance { reason, probability: odds / whole };
    let mut reasons: Vec<Chance> = Reason::ALL.into_iter().zip(odds).map(chance).collect();
    reasons.sort_by(|one, other| other.probability.total_cmp(&one.probability).then(one.reason.cmp(&other.reason)));
    reasons
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Lines of a feature and its eight weights in hundredths.
fn read_weights(file: &'static str) -> BTreeMap<&'static str, Weights> {
    file.lines()
        .filter_map(|line| {
            let (name, numbers) = line.split_once('\t')?;
            let mut weights = Weights::default();
            for (weight, number) in weights.iter_mut().zip(numbers.split(' ')) {
                *weight = f64::from(number.parse::<i16>().ok()?) / 100.0;
            }
            Some((name, weights))
        })
        .collect()
}
