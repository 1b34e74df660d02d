//! Policies on trial: their regret on arms of known means, and replayed on a random log.

use serde::{Deserialize, Serialize};

use super::{Bandit, BanditError, Prior, largest, share_across_arms};
use crate::random::Random;

/// A way to choose among arms of rates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choose {
    /// Bernoulli Thompson sampling from a flat prior.
    Thompson,
    /// The same, forgetting.
    Discounted(f64),
    /// The same, with the prior that the arms share.
    Hierarchical,
    /// Thompson sampling that knows nothing of 0 and 1.
    Gaussian,
    /// Auer, Cesa-Bianchi & Fischer (2002), figure 1.
    Ucb1,
    /// The best mean so far, or with this probability any arm.
    Epsilon(f64),
    Uniform,
}

/// Regret of one run: what always choosing the best arm of the moment would have earned more, in expectation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Regret {
    pub regret: f64,
    /// By arm.
    pub pulls: Vec<u64>,
}

/// One row of a log whose arms were drawn at random.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Logged {
    pub arm: usize,
    pub reward: f64,
}

/// What a policy earned on the rows where it chose as the log did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    pub accepted: usize,
    /// Of the accepted rows; `None` without any.
    pub mean_reward: Option<f64>,
    pub pulls: Vec<u64>,
}

/// Between two fits of a shared prior the evidence must grow by a tenth.
const REFIT_GROWTH: f64 = 1.1;

/// Draws Bernoulli rewards for `rounds` rounds; with `rotate_at` the means move on by two places at that round.
///
/// # Errors
/// [`BanditError::NoArms`]; [`BanditError::Reward`] for a mean that is no probability; [`BanditError::Discount`].
pub fn regret(means: &[f64], rounds: usize, rotate_at: Option<usize>, choose: Choose, seed: u64) -> Result<Regret, BanditError> {
    if let Some(reward) = means.iter().find(|mean| !(0.0..=1.0).contains(*mean)) {
        return Err(BanditError::Reward { reward: *reward });
    }
    let mut random = Random::new(seed);
    let mut policy = Policy::new(means.len(), choose)?;
    let mut means = means.to_vec();
    let best = means.iter().copied().fold(0.0, f64::max);
    let (mut regret, mut pulls) = (0.0, vec![0; means.len()]);
    for round in 0..rounds {
        if rotate_at == Some(round) {
            let places = 2 % means.len();
            means.rotate_right(places);
        }
        let arm = policy.choose(&mut random);
        let mean = means.get(arm).copied().unwrap_or(0.0);
        regret += best - mean;
        pulls.get_mut(arm).into_iter().for_each(|count| *count += 1);
        policy.learn(arm, if random.unit() < mean { 1.0 } else { 0.0 })?;
    }
    Ok(Regret { regret, pulls })
}

/// Goes through the log in an order drawn by `seed`, learns from the rows where the policy chooses the logged arm and skips the
/// others: unbiased where the log chose uniformly (Li, Chu, Langford & Wang 2011, Unbiased offline evaluation of
/// contextual-bandit-based news article recommendation algorithms, algorithm 2).
///
/// # Errors
/// [`BanditError::NoArms`], [`BanditError::Arm`], [`BanditError::Reward`], [`BanditError::Discount`].
pub fn replay(log: &[Logged], arms: usize, choose: Choose, seed: u64) -> Result<Replay, BanditError> {
    let mut random = Random::new(seed);
    let mut order: Vec<&Logged> = log.iter().collect();
    random.shuffle(&mut order);
    let mut policy = Policy::new(arms, choose)?;
    let (mut sum, mut accepted, mut pulls) = (0.0, 0, vec![0; arms]);
    for row in order {
        if row.arm >= arms {
            return Err(BanditError::Arm { arm: row.arm });
        }
        if policy.choose(&mut random) == row.arm {
            policy.learn(row.arm, row.reward)?;
            sum += row.reward;
            accepted += 1;
            pulls.get_mut(row.arm).into_iter().for_each(|count| *count += 1);
        }
    }
    Ok(Replay { accepted, mean_reward: (accepted > 0).then(|| sum / accepted as f64), pulls })
}

struct Policy {
    choose: Choose,
    bandit: Bandit,
    learned: f64,
    refit_at: f64,
}

impl Policy {
    fn new(arms: usize, choose: Choose) -> Result<Self, BanditError> {
        let prior = if choose == Choose::Gaussian { Prior::amount(0.5, 0.5) } else { Prior::FLAT };
        let bandit = Bandit::new(arms, prior)?;
        let bandit = if let Choose::Discounted(kept) = choose { bandit.discounted(kept)? } else { bandit };
        Ok(Self { choose, bandit, learned: 0.0, refit_at: 2.0 * arms as f64 })
    }

    fn choose(&self, random: &mut Random) -> usize {
        let arms = self.bandit.arms();
        match self.choose {
            Choose::Thompson | Choose::Discounted(_) | Choose::Hierarchical | Choose::Gaussian => self.bandit.sample(random),
            Choose::Uniform => random.below(arms),
            Choose::Epsilon(share) if random.unit() < share => random.below(arms),
            // An arm never tried comes first.
            Choose::Epsilon(_) => {
                largest(self.bandit.evidence().map(|seen| if seen.weight > 0.0 { seen.mean } else { f64::MAX }))
            }
            Choose::Ucb1 => {
                let total = libm::log(self.learned.max(1.0));
                let bound = |weight: f64, mean: f64| mean + libm::sqrt(2.0 * total / weight);
                largest(
                    self.bandit.evidence().map(|seen| if seen.weight > 0.0 { bound(seen.weight, seen.mean) } else { f64::MAX }),
                )
            }
        }
    }

    fn learn(&mut self, arm: usize, reward: f64) -> Result<(), BanditError> {
        self.bandit.learn(arm, reward)?;
        self.learned += 1.0;
        if self.choose == Choose::Hierarchical && self.learned >= self.refit_at {
            share_across_arms(&mut self.bandit);
            self.refit_at *= REFIT_GROWTH;
        }
        Ok(())
    }
}
