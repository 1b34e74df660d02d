//! Logs whose probabilities were learned from the log itself.
//!
//! A bandit's scores are not independent: an arm that looked bad early is hardly drawn again, so that plain means lean down and
//! their errors mislead. Weights that even out the variance of the scores bring the normal distribution back (Hadad, Hirshberg,
//! Zhan, Wager & Athey 2021, Confidence intervals for policy evaluation in adaptive experiments, PNAS 118(15)).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Estimate, OpeError, effective};

/// Fewer effective rows say "cannot tell".
pub const CANNOT_TELL_BELOW: f64 = 100.0;

/// Fewer rows with a reward that bear on the policy say "cannot tell": the normal distribution is not near.
const FEWEST_REWARDED: usize = 10;

/// One decision of an adaptive log, in order of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Draw<'a> {
    /// The group within which the probabilities of a moment are equal for all, such as a segment.
    pub segment: usize,
    pub action: usize,
    pub reward: f64,
    /// Of every action, as logged with the decision.
    pub probabilities: &'a [f64],
    /// The expected reward of every action, from earlier rows alone ([`super::RunningMeans`]). It may be wrong.
    pub outcomes: &'a [f64],
    /// What each action counts: the probabilities of the policy to be valued, 1 for a single arm, or the difference of two
    /// policies, whose difference is then estimated.
    pub policy: &'a [f64],
}

/// What an adaptive log says about a policy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum AdaptiveValue {
    Told {
        estimate: Estimate,
        effective: f64,
    },
    /// Too few rows, or too few rewards, that bear on the policy.
    CannotTell {
        effective: f64,
    },
}

/// The value of a policy with weights h = (Σ π²/e)^(-1/2) on the doubly robust scores, within segments (Zhan, Hadad, Hirshberg &
/// Athey 2021, Off-policy evaluation via adaptive weighting with data from contextual bandits, equations 4 and 11), which add up
/// by their shares of the rows.
///
/// Rows on which the log could not have done what the policy does (a deterministic choice) have weight 0.
///
/// # Errors
/// Lists of different length, an action outside them, probabilities outside [0, 1], numbers that are not finite.
pub fn adaptive_value(log: &[Draw<'_>]) -> Result<AdaptiveValue, OpeError> {
    let mut segments: BTreeMap<usize, Vec<Scored>> = BTreeMap::new();
    for (row, draw) in log.iter().enumerate() {
        segments.entry(draw.segment).or_default().push(Scored::of(draw, row)?);
    }
    let effective = effective(segments.values().flatten().map(|row| row.weight * row.importance.abs()));
    let rewarded =
        log.iter().filter(|draw| draw.reward != 0.0 && draw.policy.get(draw.action).is_some_and(|counts| *counts != 0.0));
    let parts: Option<Vec<Part>> = segments.values().map(|rows| Part::of(rows)).collect();
    match parts {
        Some(parts) if effective >= CANNOT_TELL_BELOW && rewarded.count() >= FEWEST_REWARDED => {
            Ok(AdaptiveValue::Told { estimate: together(&parts), effective })
        }
        _ => Ok(AdaptiveValue::CannotTell { effective }),
    }
}

/// One row's doubly robust score and its variance-stabilising weight.
struct Scored {
    score: f64,
    weight: f64,
    importance: f64,
}

impl Scored {
    fn of(draw: &Draw<'_>, row: usize) -> Result<Self, OpeError> {
        let actions = draw.probabilities.len();
        for others in [draw.outcomes.len(), draw.policy.len()] {
            if others != actions {
                return Err(OpeError::Lengths { rows: actions, others });
            }
        }
        let (Some(taken), Some(expected), Some(counts)) =
            (draw.probabilities.get(draw.action), draw.outcomes.get(draw.action), draw.policy.get(draw.action))
        else {
            return Err(OpeError::Action { row, actions });
        };
        if !(*taken > 0.0 && draw.probabilities.iter().all(|probability| (0.0..=1.0).contains(probability))) {
            return Err(OpeError::Propensity { row });
        }
        if !(draw.reward.is_finite() && draw.outcomes.iter().chain(draw.policy).all(|number| number.is_finite())) {
            return Err(OpeError::NotFinite { row });
        }
        let proxy: f64 =
            draw.policy.iter().zip(draw.probabilities).filter(|(counts, _)| **counts != 0.0).map(|(c, e)| c * c / e).sum();
        let modelled: f64 = draw.policy.iter().zip(draw.outcomes).map(|(counts, outcome)| counts * outcome).sum();
        let importance = counts / taken;
        let weight = if proxy > 0.0 && proxy.is_finite() { 1.0 / libm::sqrt(proxy) } else { 0.0 };
        Ok(Self { score: modelled + importance * (draw.reward - expected), weight, importance })
    }
}

/// A segment's value, squared error and third moment.
struct Part {
    rows: f64,
    value: f64,
    variance: f64,
    third: f64,
}

impl Part {
    /// `None` where no row can tell.
    fn of(rows: &[Scored]) -> Option<Self> {
        let total: f64 = rows.iter().map(|row| row.weight).sum();
        if rows.len() < 2 || total <= 0.0 {
            return None;
        }
        let value = rows.iter().map(|row| row.weight * row.score).sum::<f64>() / total;
        let (variance, third) = rows.iter().fold((0.0, 0.0), |(variance, third), row| {
            let away = row.weight * (row.score - value) / total;
            (variance + away * away, third + away * away * away)
        });
        Some(Self { rows: rows.len() as f64, value, variance, third })
    }
}

fn together(parts: &[Part]) -> Estimate {
    let rows: f64 = parts.iter().map(|part| part.rows).sum();
    let value = parts.iter().map(|part| part.rows / rows * part.value).sum();
    let (variance, third) = parts.iter().fold((0.0, 0.0), |(variance, third), part| {
        let share = part.rows / rows;
        let (away, of_share) = (part.value - value, share / rows);
        (
            variance + share * share * part.variance + of_share * away * away,
            third + share * share * share * part.third + of_share / rows * away * away * away,
        )
    });
    let error = libm::sqrt(variance);
    Estimate::skewed(value, error, if variance > 0.0 { third / (variance * error) } else { 0.0 })
}
