//! Who was assigned to what, and what came of it.

use serde::{Deserialize, Serialize};

use crate::learn::logistic::probability;
use crate::learn::ope::OpeError;
use crate::learn::{LearnError, Logistic, Matrix};

/// No one counts as assigned with less than this probability: one row must not outweigh all others.
const LEAST_PROPENSITY: f64 = 0.01;

/// The fewest people an arm needs, so that every fold holds some of each.
pub const FEWEST: usize = 20;

/// An experiment: one row a person, in whichever arm; arm 0 is no contact.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    pub x: &'a Matrix,
    pub arm: &'a [usize],
    pub outcome: &'a [f64],
    pub propensities: &'a Propensities,
}

/// The probability of each arm for each row: `by_arm[arm][row]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Propensities {
    by_arm: Vec<Vec<f64>>,
}

/// Why nothing was learned from a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UpliftError {
    #[error("there is no arm beside the control")]
    NoArm,
    #[error("the settings name no base to learn with")]
    NoBase,
    #[error("arm {arm} has {rows} rows, which is fewer than {FEWEST}")]
    TooFew { arm: usize, rows: usize },
    #[error("row {row}: arm {arm} is not among those with a propensity")]
    Arm { row: usize, arm: usize },
    #[error("there are {rows} rows but {others} arms, outcomes or propensities")]
    Lengths { rows: usize, others: usize },
    #[error("row {row}: the outcome is not a finite number")]
    NotFinite { row: usize },
    #[error("row {row}: a propensity must be greater than 0 and at most 1")]
    Propensity { row: usize },
    #[error(transparent)]
    Learn(#[from] LearnError),
    #[error(transparent)]
    Value(#[from] OpeError),
}

impl Trial<'_> {
    pub fn arms(&self) -> usize {
        self.propensities.by_arm.len()
    }

    pub fn rows(&self) -> usize {
        self.x.rows()
    }

    /// # Errors
    /// No second arm, arms of fewer than [`FEWEST`] rows, lists of different length, outcomes that are not finite, propensities
    /// outside (0, 1].
    pub fn check(&self) -> Result<(), UpliftError> {
        let rows = self.rows();
        if self.arms() < 2 {
            return Err(UpliftError::NoArm);
        }
        let lengths = [self.arm.len(), self.outcome.len()].into_iter().chain(self.propensities.by_arm.iter().map(Vec::len));
        if let Some(others) = lengths.into_iter().find(|length| *length != rows) {
            return Err(UpliftError::Lengths { rows, others });
        }
        if let Some(row) = self.outcome.iter().position(|outcome| !outcome.is_finite()) {
            return Err(UpliftError::NotFinite { row });
        }
        if let Some((row, arm)) = self.arm.iter().copied().enumerate().find(|(_, arm)| *arm >= self.arms()) {
            return Err(UpliftError::Arm { row, arm });
        }
        let outside = |propensity: &f64| !(*propensity > 0.0 && *propensity <= 1.0);
        if let Some(row) = self.propensities.by_arm.iter().find_map(|list| list.iter().position(outside)) {
            return Err(UpliftError::Propensity { row });
        }
        for arm in 0..self.arms() {
            let rows = self.arm.iter().filter(|assigned| **assigned == arm).count();
            if rows < FEWEST {
                return Err(UpliftError::TooFew { arm, rows });
            }
        }
        Ok(())
    }

    /// Of the row's own arm, 1 where unknown.
    pub fn propensity(&self, row: usize, arm: usize) -> f64 {
        self.propensities.by_arm.get(arm).and_then(|list| list.get(row)).copied().unwrap_or(1.0)
    }

    pub(super) fn pair(&self, arm: usize, rows: &[usize]) -> Pair {
        let rows: Vec<usize> = rows
            .iter()
            .copied()
            .filter(|row| self.arm.get(*row).is_some_and(|assigned| *assigned == arm || *assigned == 0))
            .collect();
        let treated = rows.iter().map(|row| self.arm.get(*row) == Some(&arm)).collect();
        let outcome = rows.iter().map(|row| self.outcome.get(*row).copied().unwrap_or(0.0)).collect();
        let share = |row: &usize| {
            let (one, none) = (self.propensity(*row, arm), self.propensity(*row, 0));
            one / (one + none)
        };
        let propensity = rows.iter().map(share).collect();
        Pair { x: self.x.select(&rows), treated, outcome, propensity }
    }
}

/// One arm and the control, side by side.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) x: Matrix,
    pub(super) treated: Vec<bool>,
    pub(super) outcome: Vec<f64>,
    /// Of the arm, among these two.
    pub(super) propensity: Vec<f64>,
}

impl Propensities {
    /// A randomised experiment's: each arm's share of the rows, the same for all.
    pub fn shares(arm: &[usize], arms: usize) -> Self {
        let n = arm.len().max(1) as f64;
        let share = |one: usize| arm.iter().filter(|assigned| **assigned == one).count() as f64 / n;
        Self { by_arm: (0..arms).map(|one| vec![share(one); arm.len()]).collect() }
    }

    /// Those that were set or logged: `by_arm[arm][row]`.
    pub fn known(by_arm: Vec<Vec<f64>>) -> Self {
        Self { by_arm }
    }

    /// Estimated from the columns, for contact that was not randomised: a logistic regression of each arm against the rest, made
    /// to add up to 1. What the columns do not hold stays uncorrected.
    ///
    /// # Errors
    /// As [`Logistic::fit`]: an arm that nobody has, or everybody.
    pub fn estimated(x: &Matrix, arm: &[usize], arms: usize) -> Result<Self, LearnError> {
        let mut by_arm = Vec::with_capacity(arms);
        for one in 0..arms {
            let y: Vec<f64> = arm.iter().map(|assigned| f64::from(u8::from(*assigned == one))).collect();
            let model = Logistic::fit(x, &y, None, 1.0)?;
            by_arm.push(model.logits(x).into_iter().map(|logit| probability(logit).max(LEAST_PROPENSITY)).collect::<Vec<f64>>());
        }
        let totals: Vec<f64> = (0..x.rows()).map(|row| by_arm.iter().filter_map(|list| list.get(row)).sum::<f64>()).collect();
        for list in &mut by_arm {
            list.iter_mut().zip(&totals).for_each(|(propensity, total)| *propensity /= total);
        }
        Ok(Self { by_arm })
    }
}
