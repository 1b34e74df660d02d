//! Which learner ranks an arm's people best, and how far its effects are to be believed.

use serde::{Deserialize, Serialize};

use super::crossed::Held;
use super::family::{Approach, Base};
use super::trial::Trial;
use crate::learn::qini::{Interval, Ranking, Resamples, spread};

/// A way to say who is worth contacting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Learner {
    /// Everybody has the arm's mean effect.
    None,
    Of(Base, Approach),
}

/// What one learner reached on folds that it did not see: the mean over folds of [`Ranking::qini`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    pub learner: Learner,
    pub qini: Interval,
}

/// One arm's learner, and what turns its raw effects into those that decisions rest on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub learner: Learner,
    pub tried: Vec<Tried>,
    pub shrinkage: Shrinkage,
}

/// effect = level + slope (raw − center): the best linear predictor of the effect from the learner's held-out raw effects
/// (Chernozhukov, Demirer, Duflo & Fernández-Val 2018, Generic machine learning inference on heterogeneous treatment effects,
/// §2.2), its slope kept between 0 and 1, so that what is promised is what held-out people showed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Shrinkage {
    /// The arm's mean effect by the doubly robust score, and its standard error.
    pub level: f64,
    pub standard_error: f64,
    pub center: f64,
    pub slope: f64,
}

impl Learner {
    /// `none`, or approach and base, such as `x_boosted`.
    pub fn name(self) -> String {
        match self {
            Self::None => "none".to_owned(),
            Self::Of(base, approach) => format!("{}_{}", approach.name(), base.name()),
        }
    }
}

impl Shrinkage {
    pub fn of(self, raw: f64) -> f64 {
        self.level + self.slope * (raw - self.center)
    }
}

/// Chooses on held-out folds.
///
/// From no personalisation to straight lines to trees, each next kind must rank better than what is kept so far by more than one
/// standard error of the difference (Breiman, Friedman, Olshen & Stone 1984, §3.4.3), with both measured on the same resamples;
/// within a kind the greatest Qini wins.
pub(super) fn choose(trial: &Trial<'_>, arm: usize, held: &[&Held], resamples: &Resamples) -> Choice {
    let learners = held.first().into_iter().flat_map(|held| held.effects.iter().map(|(learner, _)| *learner));
    let tried: Vec<(Tried, Vec<f64>)> = learners
        .map(|learner| {
            let (value, resampled) = figures(trial, arm, held, learner, resamples);
            (Tried { learner, qini: Interval::of(value, &resampled) }, resampled)
        })
        .collect();
    let mut kept: Option<&(Tried, Vec<f64>)> = None;
    for kind in Base::ALL {
        let of_kind = tried.iter().filter(|(tried, _)| matches!(tried.learner, Learner::Of(base, _) if base == kind));
        let best = of_kind.reduce(|best, one| if one.0.qini.value > best.0.qini.value { one } else { best });
        kept = best.filter(|best| better(best, kept)).or(kept);
    }
    let learner = kept.map_or(Learner::None, |(tried, _)| tried.learner);
    Choice {
        learner,
        shrinkage: shrinkage(trial, arm, held, learner),
        tried: tried.into_iter().map(|(tried, _)| tried).collect(),
    }
}

/// By more than one standard error; nothing kept has a Qini of 0 in every resample.
fn better(one: &(Tried, Vec<f64>), kept: Option<&(Tried, Vec<f64>)>) -> bool {
    let Some(kept) = kept else { return one.0.qini.value > one.0.qini.standard_error };
    let differences: Vec<f64> = one.1.iter().zip(&kept.1).map(|(one, kept)| one - kept).collect();
    one.0.qini.value - kept.0.qini.value > spread(&differences)
}

/// The mean Qini over folds, also in every resample.
fn figures(trial: &Trial<'_>, arm: usize, held: &[&Held], learner: Learner, resamples: &Resamples) -> (f64, Vec<f64>) {
    let rankings: Vec<Ranking> = held.iter().filter_map(|held| ranking(trial, arm, held, held.of(learner)?)).collect();
    let folds = rankings.len().max(1) as f64;
    let value = rankings.iter().map(Ranking::qini).sum::<f64>() / folds;
    let mut sums: Vec<f64> = Vec::new();
    for ranking in &rankings {
        let resampled = ranking.resampled(resamples);
        sums.resize(resampled.len(), 0.0);
        sums.iter_mut().zip(resampled).for_each(|(sum, value)| *sum += value / folds);
    }
    (value, sums)
}

/// A fold's people of this arm and the control by these effects.
pub(super) fn ranking(trial: &Trial<'_>, arm: usize, held: &Held, effects: &[f64]) -> Option<Ranking> {
    Ranking::of(held.rows.iter().zip(effects).filter_map(|(row, effect)| {
        let assigned = *trial.arm.get(*row)?;
        let outcome = *trial.outcome.get(*row)?;
        (assigned == arm || assigned == 0).then_some((*row, *effect, assigned == arm, outcome))
    }))
}

fn shrinkage(trial: &Trial<'_>, arm: usize, held: &[&Held], learner: Learner) -> Shrinkage {
    let mut rows: Vec<(f64, f64)> = Vec::new();
    for held in held {
        let raw = held.of(learner);
        for (index, row) in held.rows.iter().enumerate() {
            let raw = raw.and_then(|raw| raw.get(index)).copied().unwrap_or(0.0);
            rows.push((raw, score(trial, arm, held, index, *row) - score(trial, 0, held, index, *row)));
        }
    }
    let n = rows.len().max(1) as f64;
    let (center, level) = rows.iter().fold((0.0, 0.0), |(center, level), (raw, score)| (center + raw / n, level + score / n));
    let (mut square, mut product, mut variance) = (0.0, 0.0, 0.0);
    for (raw, score) in rows {
        square += (raw - center) * (raw - center);
        product += (raw - center) * (score - level);
        variance += (score - level) * (score - level);
    }
    let slope = if square > 0.0 { (product / square).clamp(0.0, 1.0) } else { 0.0 };
    Shrinkage { level, standard_error: libm::sqrt(variance) / n, center, slope }
}

/// The doubly robust score of one arm's outcome (Robins, Rotnitzky & Zhao 1994) for the person at `index` of a fold.
pub(super) fn score(trial: &Trial<'_>, arm: usize, held: &Held, index: usize, row: usize) -> f64 {
    let list = if arm == 0 { &held.expected.1 } else { &held.expected.0 };
    let expected = list.get(index).copied().unwrap_or(0.0);
    let (Some(assigned), Some(outcome)) = (trial.arm.get(row), trial.outcome.get(row)) else { return expected };
    if *assigned == arm { expected + (outcome - expected) / trial.propensity(row, arm) } else { expected }
}
