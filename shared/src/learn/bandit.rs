//! Which offer to make while learning which is best: Thompson sampling with floors, drift, shared priors and delayed rewards.
//!
//! A [`Bandit`] is evidence and priors and nothing else: serialise it, learn into it, ask it. Its decision is drawn from the whole
//! vector of probabilities that it returns, so what is logged is exactly what was done. "No contact" is an arm like the others,
//! with its own floor; what contact adds is measured against it from the log ([`super::ope::adaptive_value`]).

mod belief;
mod best;
mod linear;
mod pending;
mod prior;
mod trial;

pub use belief::Belief;
pub use best::{FEWEST_DRAWS, count_best, probability_best};
pub use linear::{ContextGain, Linear, Told, context_gain};
pub use pending::{Closed, Pending};
pub use prior::{Amount, Prior, Rate, share_across_arms, share_across_segments};
pub use trial::{Choose, Logged, Regret, Replay, regret, replay};

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// Every eligible arm, no contact among them, is chosen at least this often.
pub const FLOOR: f64 = 0.02;

/// More arms than this are counted by draws: the quadrature's work grows with their square.
const MOST_ARMS_BY_QUADRATURE: usize = 64;

/// Arms by place, each with what was seen and what was believed before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bandit {
    arms: Vec<Arm>,
    /// What the evidence keeps of its weight at each reward; 1 forgets nothing.
    discount: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Arm {
    prior: Prior,
    seen: Evidence,
}

/// Rewards in the form that an update needs: their weight, mean and sum of squares about the mean (Welford 1962).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub weight: f64,
    pub mean: f64,
    pub squares: f64,
}

/// A decision as it must be logged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub arm: usize,
    /// Of every arm in the order of the bandit, 0 for those that were not eligible; `arm` was drawn from them.
    pub probabilities: Vec<f64>,
    pub method: Method,
    /// Only one arm was eligible: the row cannot tell about any other policy.
    pub deterministic: bool,
}

/// How the probability of being best was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The integral over the posteriors.
    Quadrature,
    /// So many draws from the posteriors.
    Draws(usize),
}

/// Why a bandit cannot be made, or cannot choose or learn.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum BanditError {
    #[error("there is no arm to choose from")]
    NoArms,
    #[error("there is no arm {arm}")]
    Arm { arm: usize },
    #[error("the reward {reward} is not a finite number, or not between 0 and 1 for a rate")]
    Reward { reward: f64 },
    #[error("a prior's parameters must be finite and greater than 0")]
    Prior,
    #[error("a discount must be greater than 0 and at most 1")]
    Discount,
    #[error("a floor must be at least 0 and leave room for every arm")]
    Floor,
    #[error("a context must have {expected} finite numbers")]
    Context { expected: usize },
    #[error("a log needs a propensity in (0, 1] in every row, two folds and a row for each")]
    Log,
    #[error("arms of rates and arms of amounts cannot be compared")]
    Mixed,
}

impl Bandit {
    /// Arms that share a prior and forget nothing.
    ///
    /// # Errors
    /// [`BanditError::NoArms`], [`BanditError::Prior`].
    pub fn new(arms: usize, prior: Prior) -> Result<Self, BanditError> {
        prior.check()?;
        if arms == 0 {
            return Err(BanditError::NoArms);
        }
        Ok(Self { arms: vec![Arm { prior, seen: Evidence::default() }; arms], discount: 1.0 })
    }

    /// For rewards that drift: at each reward the evidence of all arms keeps `discount` of its weight (Raj & Kalyani 2017, Taming
    /// non-stationary bandits: a Bayesian approach, algorithm 1), so that it spans the last 1 / (1 − discount) rewards.
    ///
    /// # Errors
    /// [`BanditError::Discount`].
    pub fn discounted(self, discount: f64) -> Result<Self, BanditError> {
        if discount > 0.0 && discount <= 1.0 { Ok(Self { discount, ..self }) } else { Err(BanditError::Discount) }
    }

    pub fn arms(&self) -> usize {
        self.arms.len()
    }

    pub fn evidence(&self) -> impl Iterator<Item = &Evidence> {
        self.arms.iter().map(|arm| &arm.seen)
    }

    /// Learns the reward of a closed window. What is not yet known must not be learned as 0: see [`Pending`].
    ///
    /// # Errors
    /// [`BanditError::Arm`], [`BanditError::Reward`]; nothing is learned then.
    pub fn learn(&mut self, arm: usize, reward: f64) -> Result<(), BanditError> {
        let Some(known) = self.arms.get(arm) else { return Err(BanditError::Arm { arm }) };
        if !(reward.is_finite() && (matches!(known.prior, Prior::Amount(_)) || (0.0..=1.0).contains(&reward))) {
            return Err(BanditError::Reward { reward });
        }
        if self.discount < 1.0 {
            self.arms.iter_mut().for_each(|arm| arm.seen.fade(self.discount));
        }
        self.arms.get_mut(arm).into_iter().for_each(|arm| arm.seen.add(reward));
        Ok(())
    }

    /// What is believed of the mean reward of each arm.
    pub fn beliefs(&self) -> Vec<Belief> {
        self.arms.iter().map(|arm| arm.prior.belief(&arm.seen)).collect()
    }

    /// Thompson's (1933) rule without floors: draws a mean for each arm and takes the largest. Its propensities are those of
    /// [`Self::choose`] with a floor of 0, which logs them.
    pub fn sample(&self, random: &mut Random) -> usize {
        let drawn = self.arms.iter().map(|arm| arm.prior.belief(&arm.seen).draw(random));
        largest(drawn)
    }

    /// Draws one of the eligible arms by its probability of being best, mixed with the floor.
    ///
    /// # Errors
    /// [`BanditError::NoArms`] if none is eligible, [`BanditError::Arm`] if one does not exist, [`BanditError::Floor`],
    /// [`BanditError::Mixed`].
    pub fn choose(&self, eligible: &[usize], floor: f64, seed: u64) -> Result<Choice, BanditError> {
        decide(&self.beliefs(), eligible, floor, seed)
    }
}

impl Evidence {
    pub fn of(rewards: &[f64]) -> Self {
        let mut evidence = Self::default();
        rewards.iter().for_each(|reward| evidence.add(*reward));
        evidence
    }

    pub fn add(&mut self, reward: f64) {
        self.weight += 1.0;
        let away = reward - self.mean;
        self.mean += away / self.weight;
        self.squares += away * (reward - self.mean);
    }

    fn fade(&mut self, kept: f64) {
        self.weight *= kept;
        self.squares *= kept;
    }
}

/// Mixes probabilities with a floor for each: at least the floor, and still a sum of 1.
///
/// # Errors
/// [`BanditError::Floor`] unless the floors together leave room.
pub fn with_floor(probabilities: &[f64], floor: f64) -> Result<Vec<f64>, BanditError> {
    let left = 1.0 - floor * probabilities.len() as f64;
    if !(floor >= 0.0 && left >= -1e-12) {
        return Err(BanditError::Floor);
    }
    Ok(probabilities.iter().map(|probability| floor + left.max(0.0) * probability).collect())
}

/// Draws one of the eligible arms from the floored probabilities that their beliefs give.
///
/// # Errors
/// As [`Bandit::choose`].
pub(crate) fn decide(beliefs: &[Belief], eligible: &[usize], floor: f64, seed: u64) -> Result<Choice, BanditError> {
    let mut random = Random::new(seed);
    let mut places = eligible.to_vec();
    places.sort_unstable();
    places.dedup();
    let among: Result<Vec<Belief>, BanditError> =
        places.iter().map(|arm| beliefs.get(*arm).copied().ok_or(BanditError::Arm { arm: *arm })).collect();
    let (best, method) = best_among(&among?, &mut random)?;
    let floored = with_floor(&best, floor)?;
    let mut probabilities = vec![0.0; beliefs.len()];
    for (place, probability) in places.iter().zip(&floored) {
        probabilities.get_mut(*place).into_iter().for_each(|entry| *entry = *probability);
    }
    let arm = places.get(drawn(&floored, random.unit())).copied().ok_or(BanditError::NoArms)?;
    Ok(Choice { arm, probabilities, method, deterministic: places.len() == 1 })
}

fn best_among(beliefs: &[Belief], random: &mut Random) -> Result<(Vec<f64>, Method), BanditError> {
    if beliefs.is_empty() {
        return Err(BanditError::NoArms);
    }
    if !beliefs.iter().all(|belief| belief.is_rate()) && beliefs.iter().any(|belief| belief.is_rate()) {
        return Err(BanditError::Mixed);
    }
    if beliefs.len() > MOST_ARMS_BY_QUADRATURE {
        return Ok((count_best(beliefs, FEWEST_DRAWS, random), Method::Draws(FEWEST_DRAWS)));
    }
    Ok((probability_best(beliefs), Method::Quadrature))
}

/// The place that `unit`, uniform in [0, 1), falls on.
fn drawn(probabilities: &[f64], unit: f64) -> usize {
    let mut sum = 0.0;
    let place = probabilities.iter().position(|probability| {
        sum += probability;
        unit < sum
    });
    // Rounding may leave the sum a hair under 1.
    place.unwrap_or_else(|| probabilities.iter().rposition(|probability| *probability > 0.0).unwrap_or(0))
}

/// The place of the first largest.
fn largest(values: impl Iterator<Item = f64>) -> usize {
    let first = (0, f64::NEG_INFINITY);
    values.enumerate().fold(first, |best, (place, value)| if value > best.1 { (place, value) } else { best }).0
}
