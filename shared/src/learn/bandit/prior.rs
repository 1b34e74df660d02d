//! What is believed of an arm before it is seen, and how arms and segments lend each other strength.

use serde::{Deserialize, Serialize};

use super::{Bandit, BanditError, Belief, Evidence};
use crate::clv::ln_gamma;

/// The prior of an arm's mean reward.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Prior {
    Rate(Rate),
    Amount(Amount),
}

/// Beta(a, b).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    pub a: f64,
    pub b: f64,
}

/// Normal and inverse gamma (Murphy 2007, Conjugate Bayesian analysis of the Gaussian distribution, section 6): `rows` rows of
/// mean `mean` and `freedom` rows of variance `spread`².
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Amount {
    pub mean: f64,
    pub rows: f64,
    pub freedom: f64,
    pub spread: f64,
}

/// Strengths of a prior that are tried, in rows: from one to where it outweighs any evidence.
const STRENGTHS: std::ops::RangeInclusive<u32> = 0..=56;

impl Prior {
    /// Every rate is as likely as any other.
    pub const FLAT: Self = Self::Rate(Rate { a: 1.0, b: 1.0 });

    /// One row at `mean`, of which `spread` says how far rewards lie apart.
    pub const fn amount(mean: f64, spread: f64) -> Self {
        Self::Amount(Amount { mean, rows: 1.0, freedom: 1.0, spread })
    }

    pub(super) fn check(&self) -> Result<(), BanditError> {
        let (free, positive) = match *self {
            Self::Rate(Rate { a, b }) => (0.0, vec![a, b]),
            Self::Amount(Amount { mean, rows, freedom, spread }) => (mean, vec![rows, freedom, spread]),
        };
        let good = free.is_finite() && positive.iter().all(|number| number.is_finite() && *number > 0.0);
        if good { Ok(()) } else { Err(BanditError::Prior) }
    }

    pub fn belief(&self, seen: &Evidence) -> Belief {
        match *self {
            Self::Rate(Rate { a, b }) => {
                let hits = (seen.weight * seen.mean).clamp(0.0, seen.weight);
                Belief::Beta { a: a + hits, b: b + seen.weight - hits }
            }
            Self::Amount(Amount { mean, rows, freedom, spread }) => {
                let (weight, away) = (rows + seen.weight, seen.mean - mean);
                let center = mean + seen.weight / weight * away;
                let freedom_now = freedom + seen.weight;
                let squares = freedom * spread * spread + seen.squares + rows * seen.weight / weight * away * away;
                Belief::Student { freedom: freedom_now, center, scale: libm::sqrt(squares / freedom_now / weight) }
            }
        }
    }
}

/// Gives all arms the prior that makes their evidence together most likely (empirical Bayes), so that a new arm is believed to be
/// like the others, as firmly as they are like each other. With fewer than two arms seen nothing changes.
pub fn share_across_arms(bandit: &mut Bandit) {
    let cells: Vec<Evidence> = bandit.arms.iter().map(|arm| arm.seen).collect();
    for arm in &mut bandit.arms {
        arm.prior = shared(&cells, &arm.prior);
    }
}

/// As [`share_across_arms`], of each arm across segments: `segments` are bandits over the same arms.
pub fn share_across_segments(segments: &mut [Bandit]) {
    let arms = segments.iter().map(Bandit::arms).max().unwrap_or(0);
    for arm in 0..arms {
        let cells: Vec<Evidence> = segments.iter().filter_map(|bandit| bandit.arms.get(arm)).map(|arm| arm.seen).collect();
        for arm in segments.iter_mut().filter_map(|bandit| bandit.arms.get_mut(arm)) {
            arm.prior = shared(&cells, &arm.prior);
        }
    }
}

fn shared(cells: &[Evidence], before: &Prior) -> Prior {
    let seen: Vec<Evidence> = cells.iter().filter(|cell| cell.weight > 0.0).copied().collect();
    if seen.len() < 2 {
        return *before;
    }
    match before {
        Prior::Rate(_) => Prior::Rate(shared_rate(&seen)),
        Prior::Amount(amount) => Prior::Amount(shared_amount(&seen, amount)),
    }
}

/// The beta-binomial model: for each strength s = a + b the mean by weights n / (n + s) (Kleinman 1973, equation 2.4), and the
/// strength of the largest likelihood. A few rows at the mean itself keep a prior without any hit away from 0.
fn shared_rate(cells: &[Evidence]) -> Rate {
    let candidates = STRENGTHS.map(|step| {
        let strength = strength(step);
        let (weights, hits) = cells.iter().fold((0.0, 0.0), |(weights, hits), cell| {
            let weight = cell.weight / (cell.weight + strength);
            (weights + weight, hits + weight * cell.mean)
        });
        let mean = (hits + 0.5 / strength) / (weights + 1.0 / strength);
        let (a, b) = (strength * mean, strength * (1.0 - mean));
        let likelihood = |cell: &Evidence| {
            let hits = (cell.weight * cell.mean).clamp(0.0, cell.weight);
            ln_beta(a + hits, b + cell.weight - hits) - ln_beta(a, b)
        };
        // A log-logistic prior of the strength about 30 rows: one likelihood that grows for ever must not decide.
        let pull = libm::log(strength / (900.0 + strength * strength));
        (cells.iter().map(likelihood).sum::<f64>() + pull, Rate { a, b })
    });
    most_likely(candidates).unwrap_or(Rate { a: 1.0, b: 1.0 })
}

/// Normal means with known spread within: for each strength the mean by weights n / (n + s) and its marginal likelihood.
fn shared_amount(cells: &[Evidence], before: &Amount) -> Amount {
    let (squares, freedom) = cells
        .iter()
        .fold((0.0, 0.0), |(squares, freedom), cell| (squares + cell.squares, freedom + (cell.weight - 1.0).max(0.0)));
    let variance = (before.freedom * before.spread * before.spread + squares) / (before.freedom + freedom);
    let spread = libm::sqrt(variance);
    let candidates = STRENGTHS.map(|step| {
        let strength = strength(step);
        let (weights, sum) = cells.iter().fold((0.0, 0.0), |(weights, sum), cell| {
            let weight = cell.weight / (cell.weight + strength);
            (weights + weight, sum + weight * cell.mean)
        });
        let mean = sum / weights;
        let likelihood = |cell: &Evidence| {
            let of_mean = variance * (1.0 / cell.weight + 1.0 / strength);
            let away = cell.mean - mean;
            -0.5 * (libm::log(of_mean) + away * away / of_mean)
        };
        let pull = libm::log(strength / (900.0 + strength * strength));
        (cells.iter().map(likelihood).sum::<f64>() + pull, Amount { mean, rows: strength, freedom: before.freedom, spread })
    });
    most_likely(candidates).unwrap_or(*before)
}

/// Four to each doubling.
fn strength(step: u32) -> f64 {
    libm::exp2(f64::from(step) / 4.0)
}

fn most_likely<P>(candidates: impl Iterator<Item = (f64, P)>) -> Option<P> {
    let finite = candidates.filter(|(likelihood, _)| likelihood.is_finite());
    finite.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, prior)| prior)
}

fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}
