//! Logits made into probabilities that come true as often as they say, on rows that the learner has not seen.

mod isotonic;
mod platt;

pub use isotonic::Isotonic;
pub use platt::Platt;

use serde::{Deserialize, Serialize};

use super::LearnError;
use super::logistic::probability;

/// A rising function from the logit of a learner to a probability.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calibration {
    /// The learner's own probabilities.
    #[default]
    None,
    Platt(Platt),
    Isotonic(Isotonic),
}

impl Calibration {
    pub fn probability(&self, logit: f64) -> f64 {
        match self {
            Self::None => probability(logit),
            Self::Platt(platt) => platt.probability(logit),
            Self::Isotonic(isotonic) => isotonic.probability(logit),
        }
    }

    /// Where the share of events among rows with this logit lies, `z` standard errors to each side; without a calibration both ends
    /// are the probability itself.
    pub fn interval(&self, logit: f64, z: f64) -> (f64, f64) {
        match self {
            Self::None => (probability(logit), probability(logit)),
            Self::Platt(platt) => platt.interval(logit, z),
            Self::Isotonic(isotonic) => isotonic.interval(logit, z),
        }
    }
}

/// Further out a logit is certainty either way, and its square is still a number.
const LIMIT: f64 = 700.0;

fn bounded(logit: f64) -> f64 {
    if logit.is_nan() { 0.0 } else { logit.clamp(-LIMIT, LIMIT) }
}

/// Bounded logit, outcome and weight of each row with a weight.
fn rows(logits: &[f64], y: &[f64], weights: Option<&[f64]>) -> Result<Vec<(f64, f64, f64)>, LearnError> {
    let lengths = [y.len(), weights.map_or(y.len(), <[f64]>::len)];
    if let Some(others) = lengths.into_iter().find(|length| *length != logits.len()) {
        return Err(LearnError::Lengths { rows: logits.len(), others });
    }
    if !y.iter().chain(weights.unwrap_or_default()).all(|value| value.is_finite()) {
        return Err(LearnError::NotFinite);
    }
    if !y.iter().all(|outcome| (0.0..=1.0).contains(outcome)) {
        return Err(LearnError::OutsideShares);
    }
    if weights.is_some_and(|weights| weights.iter().any(|weight| *weight < 0.0)) {
        return Err(LearnError::NegativeWeight);
    }
    let rows: Vec<(f64, f64, f64)> = super::standard::weighted(y, weights)
        .zip(logits)
        .map(|((outcome, weight), logit)| (bounded(*logit), outcome, weight))
        .filter(|(.., weight)| *weight > 0.0)
        .collect();
    let total: f64 = rows.iter().map(|row| row.2).sum();
    let events: f64 = rows.iter().map(|row| row.1 * row.2).sum();
    match () {
        () if rows.is_empty() => Err(LearnError::NoRows),
        () if events <= 0.0 || events >= total => Err(LearnError::OneOutcome),
        () => Ok(rows),
    }
}
