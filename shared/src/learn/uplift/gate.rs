//! Whether a personal policy may go live: only if it is sure to beat the best single action.

use serde::{Deserialize, Serialize};

use super::choose::{Choice, choose, ranking, score};
use super::crossed::{Crossed, Held};
use super::trial::{Trial, UpliftError};
use crate::learn::ope::Estimates;
use crate::learn::policy::{best_arms, policy_value, price};
use crate::learn::qini::Resamples;

/// One-sided 95 % of the standard normal distribution.
const Z: f64 = 1.644_853_626_951_472_6;

/// What a personal policy is worth beside the same single action for everybody, on people that neither was chosen on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// The lower bound of the gain is above 0.
    pub open: bool,
    /// Per person, of the personal policy over the best single action, by paired doubly robust scores.
    pub gain: f64,
    pub standard_error: f64,
    /// The one-sided 95 % lower bound of the gain.
    pub lower: f64,
    /// The arm that is best for everybody, on all rows; 0 for no contact.
    pub best_single: usize,
    /// The share of people to whom the personal policy gives something else than the best single action.
    pub differs: f64,
    /// The personal policy's value, net of costs.
    pub personal: Estimates,
    /// Of the same arm for everybody, by arm, net of costs.
    pub singles: Vec<Estimates>,
    /// For each arm after the control the Qini of the effects that whatever learner the other folds chose gives a fold, as the
    /// mean over folds: unlike the chosen learner's own it is not flattered by the choice.
    pub qini: Vec<f64>,
}

/// Values personalisation on each fold in turn: learners, shrinkage, policy and best single action come from the other folds,
/// whose models in turn saw neither the fold they are compared on nor the fold that is valued.
///
/// `crossed` holds the arms after control. `resamples` are those for the choice.
pub(super) fn gate(trial: &Trial<'_>, crossed: &[Crossed], resamples: &Resamples, cost: f64) -> Result<Gate, UpliftError> {
    let rows = trial.rows();
    let (mut actions, mut expected) = (vec![0; rows], vec![vec![0.0; rows]; trial.arms()]);
    let mut gains = Vec::with_capacity(rows);
    let mut differing = 0_usize;
    let mut qini = vec![0.0; crossed.len()];
    let count = crossed.first().map_or(0, |one| one.once.len());
    for fold in 0..count {
        let outer: Vec<&Held> = crossed.iter().filter_map(|one| one.once.get(fold)).collect();
        let inner: Vec<Vec<&Held>> = crossed.iter().map(|one| one.twice.get(fold).into_iter().flatten().collect()).collect();
        let single = best_single(trial, &inner, cost);
        let effects: Vec<Vec<f64>> = inner
            .iter()
            .zip(&outer)
            .enumerate()
            .map(|(place, (inner, outer))| applied(&choose(trial, place + 1, inner, resamples), outer))
            .collect();
        for (place, (sum, (held, effects))) in qini.iter_mut().zip(outer.iter().zip(&effects)).enumerate() {
            *sum += ranking(trial, place + 1, held, effects).map_or(0.0, |ranking| ranking.qini()) / count as f64;
        }
        let Some(first) = outer.first() else { continue };
        let personal = best_arms(&effects, first.rows.len(), cost);
        for (index, (row, arm)) in first.rows.iter().zip(&personal).enumerate() {
            let worth = |arm: usize| arm_score(trial, &outer, arm, index, *row) - price(arm, cost);
            gains.push(if *arm == single { 0.0 } else { worth(*arm) - worth(single) });
            differing += usize::from(*arm != single);
            actions.get_mut(*row).into_iter().for_each(|action| *action = *arm);
            for (arm, list) in expected.iter_mut().enumerate() {
                let held = outer.get(arm.saturating_sub(1));
                let means = held.map(|held| if arm == 0 { &held.expected.1 } else { &held.expected.0 });
                let mean = means.and_then(|means| means.get(index)).copied().unwrap_or(0.0);
                list.get_mut(*row).into_iter().for_each(|place| *place = mean);
            }
        }
    }
    let (gain, standard_error) = mean_and_error(&gains);
    let lower = gain - Z * standard_error;
    let all: Vec<Vec<&Held>> = crossed.iter().map(|one| one.once.iter().collect()).collect();
    let value = |actions: &[usize]| policy_value(trial, actions, &expected, cost);
    Ok(Gate {
        open: lower > 0.0,
        gain,
        standard_error,
        lower,
        best_single: best_single(trial, &all, cost),
        differs: differing as f64 / rows.max(1) as f64,
        personal: value(&actions)?,
        singles: (0..trial.arms()).map(|arm| value(&vec![arm; rows])).collect::<Result<_, _>>()?,
        qini,
    })
}

/// The arm of the greatest mean doubly robust score net of its cost; the earlier among equals.
fn best_single(trial: &Trial<'_>, held: &[Vec<&Held>], cost: f64) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for arm in 0..trial.arms() {
        let Some(folds) = held.get(arm.saturating_sub(1)) else { continue };
        let (mut sum, mut n) = (0.0, 0.0);
        for held in folds {
            for (index, row) in held.rows.iter().enumerate() {
                sum += score(trial, arm, held, index, *row);
                n += 1.0;
            }
        }
        let value = sum / f64::max(n, 1.0) - price(arm, cost);
        if value > best.1 {
            best = (arm, value);
        }
    }
    best.0
}

fn arm_score(trial: &Trial<'_>, held: &[&Held], arm: usize, index: usize, row: usize) -> f64 {
    held.get(arm.saturating_sub(1)).map_or(0.0, |held| score(trial, arm, held, index, row))
}

/// A fold's effects under a choice made on others.
fn applied(choice: &Choice, held: &Held) -> Vec<f64> {
    match held.of(choice.learner) {
        Some(raw) => raw.iter().map(|raw| choice.shrinkage.of(*raw)).collect(),
        None => vec![choice.shrinkage.level; held.rows.len()],
    }
}

fn mean_and_error(gains: &[f64]) -> (f64, f64) {
    let n = gains.len() as f64;
    if n < 2.0 {
        return (0.0, 0.0);
    }
    let mean = gains.iter().sum::<f64>() / n;
    let squares = gains.iter().map(|gain| (gain - mean) * (gain - mean)).sum::<f64>();
    (mean, libm::sqrt(squares / (n - 1.0) / n))
}
