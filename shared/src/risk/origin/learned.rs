//! What was learned, and what it says of a customer.

use serde::{Deserialize, Serialize};

use super::{Candidate, Event, Learner, OwnColumns};
use crate::learn::Contributions;
use crate::learn::calibrate::Calibration;
use crate::learn::metrics::Figures;
use crate::signal::{Past, feature};
use crate::time::Day;

/// The candidates fitted on everything up to `until`, and the one that was chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    pub event: Event,
    /// Days.
    pub horizon: i32,
    pub until: Day,
    /// Oldest and newest day that was learned from.
    pub origins: (Day, Day),
    pub rows: usize,
    pub customers: usize,
    pub chosen: Candidate,
    pub validated: Validated,
    /// From the simplest on.
    pub fits: Vec<Fit>,
}

/// One candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    pub candidate: Candidate,
    /// Names of the features, in the order of a row; those of the shop's own columns are the last.
    pub columns: Vec<String>,
    #[serde(default, skip_serializing_if = "OwnColumns::is_empty")]
    pub own: OwnColumns,
    pub learner: Learner,
    pub calibration: Calibration,
    /// On rows that it was not fitted on.
    pub figures: Figures,
    /// Mean log loss more than the chosen one's on the same rows, and its standard error over customers.
    pub loss_over_chosen: (f64, f64),
}

/// On what the candidates were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validated {
    LaterDays,
    /// The past is too short for later days.
    OtherCustomers,
}

impl Learned {
    pub fn fit(&self, candidate: Candidate) -> Option<&Fit> {
        self.fits.iter().find(|fit| fit.candidate == candidate)
    }

    pub fn chosen(&self) -> Option<&Fit> {
        self.fit(self.chosen)
    }

    /// Without the candidates that were not chosen: what goes live.
    #[must_use]
    pub fn only_chosen(mut self) -> Self {
        let chosen = self.chosen;
        self.fits.retain(|fit| fit.candidate == chosen);
        self
    }
}

impl Fit {
    /// NaN where a feature is not known.
    pub fn row(&self, past: &Past<'_>) -> Vec<f64> {
        let read = |name: &String| feature(name).and_then(|feature| (feature.read)(past)).unwrap_or(f64::NAN);
        let mut row: Vec<f64> = self.features().iter().map(read).collect();
        row.extend(self.own.read(past));
        row
    }

    /// Names of the features that every shop has.
    pub(in crate::risk) fn features(&self) -> &[String] {
        self.columns.get(..self.columns.len().saturating_sub(self.own.width())).unwrap_or_default()
    }

    /// Whether the own columns are those that it names.
    pub(in crate::risk) fn is_sound(&self) -> bool {
        let own = self.columns.get(self.features().len()..).unwrap_or_default();
        self.own.are_sound() && self.own.names().eq(own.iter().cloned())
    }

    /// Uncalibrated: the sum of the contributions.
    pub fn logit(&self, row: &[f64]) -> f64 {
        self.learner.logit(row)
    }

    pub fn probability(&self, row: &[f64]) -> f64 {
        self.calibration.probability(self.logit(row))
    }

    /// `z` standard errors of the calibration to each side.
    pub fn interval(&self, row: &[f64], z: f64) -> (f64, f64) {
        self.calibration.interval(self.logit(row), z)
    }

    /// Base and parts, in the order of `columns`, sum to [`Self::logit`].
    pub fn contributions(&self, row: &[f64]) -> Contributions {
        self.learner.contributions(row)
    }
}
