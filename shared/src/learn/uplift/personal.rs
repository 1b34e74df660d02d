//! A personal policy: fitted, chosen, gated, ready to serve.

use serde::{Deserialize, Serialize};

use super::choose::{Choice, Learner, choose};
use super::crossed::{Crossed, Held, Models, folds};
use super::family::{EffectModel, Expected, FamilySettings};
use super::gate::{Gate, gate};
use super::trial::{Trial, UpliftError};
use crate::learn::Matrix;
use crate::learn::policy::best_arms;
use crate::learn::qini::Resamples;

/// Enough for a standard error to a tenth of itself; the choice is made once for every fold of the gate.
const RESAMPLES_OF_GATE: usize = 60;

/// How to learn from a trial; the default is meant for any.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub family: FamilySettings,
    /// At least 3: one that is valued, one that is chosen on, one that is learned from.
    pub folds: usize,
    /// For the intervals of Qini.
    pub resamples: usize,
    /// Of one contact, in units of the outcome.
    pub cost: f64,
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { family: FamilySettings::default(), folds: 5, resamples: 200, cost: 0.0, seed: 0 }
    }
}

/// Who gets which arm, with what that decision rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Personal {
    /// Of each arm after the control.
    arms: Vec<Arm>,
    pub gate: Gate,
    pub cost: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Arm {
    choice: Choice,
    /// Absent where no learner ranks better than none.
    model: Option<EffectModel>,
    expected: Expected,
}

/// Learns from a trial; everything follows from the rows and the settings.
///
/// # Errors
/// As [`Trial::check`], and where a model cannot be fitted.
pub fn fit(trial: &Trial<'_>, settings: &Settings) -> Result<Personal, UpliftError> {
    trial.check()?;
    if settings.family.bases.is_empty() {
        return Err(UpliftError::NoBase);
    }
    let cost = if settings.cost.is_finite() { settings.cost } else { 0.0 };
    let folds = folds(trial, settings.folds.clamp(3, 20), settings.seed);
    let crossed: Vec<Crossed> =
        (1..trial.arms()).map(|arm| Crossed::fit(trial, arm, &folds, &settings.family)).collect::<Result<_, _>>()?;
    let gate = gate(trial, &crossed, &Resamples::new(trial.rows(), RESAMPLES_OF_GATE, settings.seed), cost)?;
    let resamples = Resamples::new(trial.rows(), settings.resamples, settings.seed);
    let all: Vec<usize> = (0..trial.rows()).collect();
    let arm = |(place, crossed): (usize, &Crossed)| {
        let held: Vec<&Held> = crossed.once.iter().collect();
        let choice = choose(trial, place + 1, &held, &resamples);
        let models = Models::fit(trial, place + 1, &all, &settings.family)?;
        let model = match choice.learner {
            Learner::None => None,
            Learner::Of(base, approach) => models.family(base).and_then(|family| family.model(approach)),
        };
        let expected = models.expected().ok_or(UpliftError::NoBase)?;
        Ok(Arm { choice, model, expected })
    };
    let arms = crossed.iter().enumerate().map(arm).collect::<Result<_, UpliftError>>()?;
    Ok(Personal { arms, gate, cost })
}

impl Personal {
    /// What was tried and chosen for each arm after the control.
    pub fn choices(&self) -> impl Iterator<Item = &Choice> {
        self.arms.iter().map(|arm| &arm.choice)
    }

    /// The shrunken effect of each arm after the control on each row: `effects[arm - 1][row]`.
    pub fn effects(&self, x: &Matrix) -> Vec<Vec<f64>> {
        self.arms.iter().map(|arm| arm.effects(x)).collect()
    }

    /// The outcome expected of each row in each arm, the control's first: `expected[arm][row]`.
    pub fn expected(&self, x: &Matrix) -> Vec<Vec<f64>> {
        let mut expected: Vec<Vec<f64>> = Vec::with_capacity(self.arms.len() + 1);
        for arm in &self.arms {
            let (treated, control) = arm.expected.means(x);
            if expected.is_empty() {
                expected.push(control);
            }
            expected.push(treated);
        }
        expected
    }

    /// The arm that each row would get if the gate were open.
    pub fn personal(&self, x: &Matrix) -> Vec<usize> {
        best_arms(&self.effects(x), x.rows(), self.cost)
    }

    /// The arm that each row gets: its own if the gate is open, else the best single one.
    pub fn deployed(&self, x: &Matrix) -> Vec<usize> {
        if self.gate.open { self.personal(x) } else { vec![self.gate.best_single; x.rows()] }
    }
}

impl Arm {
    fn effects(&self, x: &Matrix) -> Vec<f64> {
        let shrinkage = self.choice.shrinkage;
        match &self.model {
            Some(model) => model.effects(x).into_iter().map(|raw| shrinkage.of(raw)).collect(),
            None => vec![shrinkage.level; x.rows()],
        }
    }
}
