//! Arms whose reward depends on who is asked: an option that must first show that it pays.

use serde::{Deserialize, Serialize};

use super::{BanditError, Belief, Choice, decide, largest};
use crate::learn::cholesky::{Factor, Triangle, dot, triangle};
use crate::learn::ope::{Decision, Estimate, Limit};

/// One linear model of the reward for each arm (Agrawal & Goyal 2013, Thompson sampling for contextual bandits with linear payoffs).
///
/// Contexts should be standardised; an intercept is added. Use it where [`context_gain`] says that it earns its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    arms: Vec<Ridge>,
    features: usize,
    /// How far rewards lie from their mean.
    spread: f64,
}

/// λI + Σxxᵀ and Σxr.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Ridge {
    precision: Triangle,
    right: Vec<f64>,
}

/// A decision of a log whose probabilities did not depend on its own rewards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Told<'a> {
    pub context: &'a [f64],
    pub arm: usize,
    pub reward: f64,
    /// With which probability the log took the arm that it took.
    pub propensity: f64,
}

/// What a policy by context earns more, a decision, than the one arm that is best for all.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ContextGain {
    pub gain: Estimate,
    /// The lower bound of the gain is above 0.
    pub earns_its_place: bool,
}

impl Linear {
    /// # Errors
    /// [`BanditError::NoArms`]; [`BanditError::Prior`] unless `penalty` and `spread` are finite and greater than 0.
    pub fn new(arms: usize, features: usize, penalty: f64, spread: f64) -> Result<Self, BanditError> {
        if arms == 0 {
            return Err(BanditError::NoArms);
        }
        if ![penalty, spread].iter().all(|number| number.is_finite() && *number > 0.0) {
            return Err(BanditError::Prior);
        }
        let mut precision = triangle(features + 1);
        precision.iter_mut().filter_map(|line| line.last_mut()).for_each(|diagonal| *diagonal = penalty);
        Ok(Self { arms: vec![Ridge { precision, right: vec![0.0; features + 1] }; arms], features, spread })
    }

    /// # Errors
    /// [`BanditError::Arm`], [`BanditError::Context`], [`BanditError::Reward`]; nothing is learned then.
    pub fn learn(&mut self, arm: usize, context: &[f64], reward: f64) -> Result<(), BanditError> {
        let x = self.with_intercept(context)?;
        if !reward.is_finite() {
            return Err(BanditError::Reward { reward });
        }
        let ridge = self.arms.get_mut(arm).ok_or(BanditError::Arm { arm })?;
        for ((line, right), value) in ridge.precision.iter_mut().zip(&mut ridge.right).zip(&x) {
            line.iter_mut().zip(&x).for_each(|(entry, other)| *entry += value * other);
            *right += value * reward;
        }
        Ok(())
    }

    /// Of the mean reward of each arm for someone of this context.
    ///
    /// # Errors
    /// [`BanditError::Context`].
    pub fn beliefs(&self, context: &[f64]) -> Result<Vec<Belief>, BanditError> {
        self.fitted().beliefs(&self.with_intercept(context)?)
    }

    /// As [`super::Bandit::choose`], for someone of this context.
    ///
    /// # Errors
    /// [`BanditError::Context`] and those of [`super::Bandit::choose`].
    pub fn choose(&self, context: &[f64], eligible: &[usize], floor: f64, seed: u64) -> Result<Choice, BanditError> {
        decide(&self.beliefs(context)?, eligible, floor, seed)
    }

    fn with_intercept(&self, context: &[f64]) -> Result<Vec<f64>, BanditError> {
        // Beyond, squares overflow.
        if context.len() != self.features || !context.iter().all(|value| value.abs() < 1e100) {
            return Err(BanditError::Context { expected: self.features });
        }
        Ok(std::iter::once(1.0).chain(context.iter().copied()).collect())
    }

    fn fitted(&self) -> Fitted {
        let solve = |ridge: &Ridge| {
            let factor = Factor::of(ridge.precision.clone());
            let coefficients = factor.solve(&ridge.right);
            (factor, coefficients)
        };
        Fitted { arms: self.arms.iter().map(solve).collect(), spread: self.spread }
    }
}

/// Solved once for many contexts.
struct Fitted {
    arms: Vec<(Factor, Vec<f64>)>,
    spread: f64,
}

impl Fitted {
    fn beliefs(&self, x: &[f64]) -> Result<Vec<Belief>, BanditError> {
        let belief = |(factor, coefficients): &(Factor, Vec<f64>)| {
            let variance = dot(x, &factor.solve(x));
            Belief::Normal { center: dot(x, coefficients), scale: self.spread * libm::sqrt(variance.max(f64::MIN_POSITIVE)) }
        };
        Ok(self.arms.iter().map(belief).collect())
    }

    fn means(&self, x: &[f64]) -> Vec<f64> {
        self.arms.iter().map(|(_, coefficients)| dot(x, coefficients)).collect()
    }
}

/// Values the policy "the arm of the largest linear prediction" against the best single arm by doubly robust scores, both chosen
/// and predicted on other folds than the one that values them (rows go to the folds in turn).
///
/// # Errors
/// [`BanditError::NoArms`], [`BanditError::Arm`], [`BanditError::Context`], [`BanditError::Reward`]; [`BanditError::Prior`] for a
/// penalty that is not greater than 0; [`BanditError::Log`] for a propensity outside (0, 1], fewer than two folds or fewer rows
/// than folds.
pub fn context_gain(log: &[Told<'_>], arms: usize, penalty: f64, folds: usize) -> Result<ContextGain, BanditError> {
    let features = log.first().map_or(0, |row| row.context.len());
    if folds < 2 || log.len() < folds || !log.iter().all(|row| row.propensity > 0.0 && row.propensity <= 1.0) {
        return Err(BanditError::Log);
    }
    let mut gains = Vec::with_capacity(log.len());
    for fold in 0..folds {
        let mut model = Linear::new(arms, features, penalty, 1.0)?;
        let mut totals = vec![(0.0, 0.0); arms];
        for (_, row) in log.iter().enumerate().filter(|(place, _)| place % folds != fold) {
            model.learn(row.arm, row.context, row.reward)?;
            let total = totals.get_mut(row.arm).ok_or(BanditError::Arm { arm: row.arm })?;
            *total = (total.0 + 1.0 / row.propensity, total.1 + row.reward / row.propensity);
        }
        let means = totals.iter().map(|(weight, sum)| if *weight > 0.0 { sum / weight } else { f64::NEG_INFINITY });
        let single = largest(means);
        let fitted = model.fitted();
        for (_, row) in log.iter().enumerate().filter(|(place, _)| place % folds == fold) {
            let outcomes = fitted.means(&model.with_intercept(row.context)?);
            let personal = largest(outcomes.iter().copied());
            let score = |arm: usize| {
                let policy: Vec<f64> = (0..arms).map(|other| f64::from(other == arm)).collect();
                let decision = Decision::new(row.arm, row.reward, row.propensity, &policy, &outcomes);
                decision.map(|decision| decision.score(Limit::None)).map_err(|_| BanditError::Arm { arm: row.arm })
            };
            gains.push(if personal == single { 0.0 } else { score(personal)? - score(single)? });
        }
    }
    if !gains.iter().all(|gain| gain.is_finite()) {
        return Err(BanditError::Log);
    }
    let gain = Estimate::of_mean(&gains).map_err(|_| BanditError::Log)?;
    Ok(ContextGain { gain, earns_its_place: gain.low > 0.0 })
}
