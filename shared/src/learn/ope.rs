//! What a policy would have earned, from a log that another policy made: off-policy evaluation.
//!
//! Every estimator reads the same [`Decision`]s. Inverse propensity weighting trusts the log's probabilities alone, the direct
//! method the outcome model alone; the doubly robust estimate is right when either is, and its outcome model must come from other
//! rows than the one it predicts ([`crossed_means`] or any learner fitted across folds). For logs whose probabilities were learned
//! from the log itself, as a bandit's are, use [`adaptive_value`].

mod adaptive;
mod estimate;
mod outcome;

pub use adaptive::{AdaptiveValue, CANNOT_TELL_BELOW, Draw, adaptive_value};
pub use estimate::Estimate;
pub use outcome::{RunningMeans, crossed_means, smoothed_frequencies};

use serde::{Deserialize, Serialize};

/// One row of a log, beside what the policy to be valued would have done there.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub reward: f64,
    /// With which probability the log's policy took the action that it took; in (0, 1].
    pub propensity: f64,
    /// With which probability the policy to be valued takes that same action; in [0, 1].
    pub target: f64,
    /// The outcome model's reward for the action taken, q(x, a); 0 where there is no model.
    pub expected_taken: f64,
    /// The outcome model's reward averaged over the actions of the policy to be valued.
    pub expected_target: f64,
}

/// What to do with importance weights that are too large to bear.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    #[default]
    None,
    /// Larger weights count as this one.
    Clip(f64),
    /// Rows of larger weight rest on the outcome model alone (Wang, Agarwal & Dudík 2017, Optimal and adaptive off-policy
    /// evaluation in contextual bandits, section 4).
    Switch(f64),
}

/// Why there is no estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpeError {
    #[error("an estimate with its error needs at least two rows, there are {rows}")]
    TooFew { rows: usize },
    #[error("row {row}: a propensity must be greater than 0 and at most 1")]
    Propensity { row: usize },
    #[error("row {row}: a probability of the policy must lie between 0 and 1")]
    Target { row: usize },
    #[error("row {row}: the reward or an expected reward is not a finite number")]
    NotFinite { row: usize },
    #[error("row {row}: the action is not among the {actions} that have a probability and an expected reward")]
    Action { row: usize, actions: usize },
    #[error("there are {rows} rows but {others} actions, rewards or folds")]
    Lengths { rows: usize, others: usize },
    #[error("the log holds nothing that the policy would have done")]
    NoOverlap,
}

/// All estimates of one policy from one log.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimates {
    pub ipw: Estimate,
    pub snipw: Estimate,
    pub dm: Estimate,
    pub dr: Estimate,
    /// Kish's effective number of rows.
    pub ess: f64,
    pub n: usize,
}

impl Decision {
    /// From the policy's probabilities and the model's expected rewards of every action; row 0 in errors.
    ///
    /// # Errors
    /// [`OpeError::Action`] where `action` is in one of the two lists only.
    pub fn new(action: usize, reward: f64, propensity: f64, policy: &[f64], outcomes: &[f64]) -> Result<Self, OpeError> {
        let (Some(target), Some(expected_taken)) = (policy.get(action), outcomes.get(action)) else {
            return Err(OpeError::Action { row: 0, actions: policy.len().min(outcomes.len()) });
        };
        let expected_target = policy.iter().zip(outcomes).map(|(probability, outcome)| probability * outcome).sum();
        Ok(Self { reward, propensity, target: *target, expected_taken: *expected_taken, expected_target })
    }

    /// How many rows of the policy's own this row stands for.
    pub fn weight(&self) -> f64 {
        self.target / self.propensity
    }

    /// The doubly robust score (Dudík, Langford & Li 2011, equation 2): its mean over the log is the estimate, and the mean of its
    /// difference between two policies is the estimate of their difference, with the error that pairing gives.
    pub fn score(&self, limit: Limit) -> f64 {
        self.expected_target + limit.of(self.weight()) * (self.reward - self.expected_taken)
    }
}

impl Limit {
    fn of(self, weight: f64) -> f64 {
        match self {
            Self::Clip(most) if weight > most => most,
            Self::Switch(most) if weight > most => 0.0,
            _ => weight,
        }
    }
}

/// Horvitz & Thompson's (1952) weighting: unbiased where the propensities are true, at the price of the largest variance.
///
/// # Errors
/// Rows that are no decisions, fewer than two, none that the policy would have taken.
pub fn ipw(log: &[Decision]) -> Result<Estimate, OpeError> {
    overlap(log)?;
    Estimate::of_mean(&log.iter().map(|row| row.weight() * row.reward).collect::<Vec<_>>())
}

/// Self-normalised weighting (Swaminathan & Joachims 2015): never outside the range of the rewards; error by the delta method.
///
/// # Errors
/// As [`ipw`].
pub fn snipw(log: &[Decision]) -> Result<Estimate, OpeError> {
    overlap(log)?;
    let total: f64 = log.iter().map(Decision::weight).sum();
    let value = log.iter().map(|row| row.weight() * row.reward).sum::<f64>() / total;
    let share = total / log.len() as f64;
    let influence: Vec<f64> = log.iter().map(|row| value + row.weight() * (row.reward - value) / share).collect();
    Ok(Estimate { value, ..Estimate::of_mean(&influence)? })
}

/// The direct method: what the outcome model expects. Its error tells of the spread of the rows alone, not of how wrong the
/// model is.
///
/// # Errors
/// Rows that are no decisions, fewer than two.
pub fn direct(log: &[Decision]) -> Result<Estimate, OpeError> {
    check(log)?;
    Estimate::of_mean(&log.iter().map(|row| row.expected_target).collect::<Vec<_>>())
}

/// The doubly robust estimate (Dudík, Langford & Li 2011, Doubly robust policy evaluation and learning, equation 2).
///
/// # Errors
/// As [`ipw`].
pub fn doubly_robust(log: &[Decision], limit: Limit) -> Result<Estimate, OpeError> {
    overlap(log)?;
    Estimate::of_mean(&log.iter().map(|row| row.score(limit)).collect::<Vec<_>>())
}

/// Kish's effective sample size of the importance weights, (Σw)² / Σw²; 0 without overlap.
pub fn effective_rows(log: &[Decision]) -> f64 {
    effective(log.iter().map(Decision::weight))
}

/// The four estimates and the effective sample size.
///
/// # Errors
/// As [`ipw`].
pub fn estimates(log: &[Decision]) -> Result<Estimates, OpeError> {
    Ok(Estimates {
        ipw: ipw(log)?,
        snipw: snipw(log)?,
        dm: direct(log)?,
        dr: doubly_robust(log, Limit::None)?,
        ess: effective_rows(log),
        n: log.len(),
    })
}

fn effective(weights: impl Iterator<Item = f64>) -> f64 {
    let (sum, squares) = weights.fold((0.0, 0.0), |(sum, squares), weight| (sum + weight, squares + weight * weight));
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

fn check(log: &[Decision]) -> Result<(), OpeError> {
    if log.len() < 2 {
        return Err(OpeError::TooFew { rows: log.len() });
    }
    for (row, decision) in log.iter().enumerate() {
        if !(decision.propensity > 0.0 && decision.propensity <= 1.0) {
            return Err(OpeError::Propensity { row });
        }
        if !(0.0..=1.0).contains(&decision.target) {
            return Err(OpeError::Target { row });
        }
        if ![decision.reward, decision.expected_taken, decision.expected_target].iter().all(|number| number.is_finite()) {
            return Err(OpeError::NotFinite { row });
        }
    }
    Ok(())
}

fn overlap(log: &[Decision]) -> Result<(), OpeError> {
    check(log)?;
    if log.iter().any(|row| row.target > 0.0) { Ok(()) } else { Err(OpeError::NoOverlap) }
}
