//! What may be learned: nothing beyond the buy-till-you-die model, a line over the silence, a line over all, trees.

use serde::{Deserialize, Serialize};

use super::Event;
use super::pool::Pool;
use crate::learn::{BoostSettings, Boosted, Contributions, Direction, LearnError, Logistic, Matrix};
use crate::signal::feature;

/// From the simplest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Candidate {
    /// Logistic regression on the silence: the yardstick, never chosen.
    Recency,
    /// The buy-till-you-die probability as it is.
    Btyd,
    Logistic,
    Boosted,
}

/// Reads the columns that its fit names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Learner {
    /// The first column is the logit; the other figure stands in where it is not known.
    Base {
        unknown: f64,
    },
    Logistic {
        model: Logistic,
    },
    Boosted {
        model: Boosted,
    },
}

/// Customers of today are older and have been silent for longer than any of the days that were learned from.
const REACH: f64 = 0.25;

impl Candidate {
    pub const ALL: [Self; 4] = [Self::Recency, Self::Btyd, Self::Logistic, Self::Boosted];

    pub fn name(self) -> &'static str {
        match self {
            Self::Recency => "recency",
            Self::Btyd => "btyd",
            Self::Logistic => "logistic",
            Self::Boosted => "boosted",
        }
    }

    /// Whether it reads everything that is known.
    pub(super) fn reads_all(self) -> bool {
        matches!(self, Self::Logistic | Self::Boosted)
    }

    /// Of all columns, those that it reads.
    pub(super) fn columns(self, all: &[String]) -> Vec<String> {
        match self {
            Self::Recency => vec!["silence".to_owned()],
            Self::Btyd => vec!["base".to_owned()],
            Self::Logistic | Self::Boosted => all.to_vec(),
        }
    }

    /// # Errors
    /// The learner's.
    pub(super) fn fit(self, x: &Matrix, pool: &Pool, event: Event, settings: &super::Settings) -> Result<Learner, LearnError> {
        let y = pool.labels();
        Ok(match self {
            Self::Btyd => {
                // A probability halfway between none and one event more, so that the logit stays finite.
                let share = (y.iter().sum::<f64>() + 0.5) / (y.len() as f64 + 1.0);
                Learner::Base { unknown: crate::learn::logit(share) }
            }
            Self::Recency | Self::Logistic => {
                Learner::Logistic { model: Logistic::fit(x, y, None, settings.penalty)?.reaching(REACH) }
            }
            Self::Boosted => {
                let directions: Vec<Direction> = x.names().iter().map(|name| direction(name, event)).collect();
                let settings: &BoostSettings = &settings.boost;
                Learner::Boosted { model: Boosted::fit(x, y, None, &directions, settings)? }
            }
        })
    }
}

impl Learner {
    /// Of one row of the columns.
    pub fn logit(&self, row: &[f64]) -> f64 {
        match self {
            Self::Base { unknown } => row.first().copied().filter(|base| base.is_finite()).unwrap_or(*unknown),
            Self::Logistic { model } => model.logit(row),
            Self::Boosted { model } => model.raw(row),
        }
    }

    pub fn logits(&self, x: &Matrix) -> Vec<f64> {
        match self {
            Self::Base { .. } => (0..x.rows()).map(|row| self.logit(&[x.at(row, 0)])).collect(),
            Self::Logistic { model } => model.logits(x),
            Self::Boosted { model } => model.raws(x),
        }
    }

    /// Of the uncalibrated logit.
    pub fn contributions(&self, row: &[f64]) -> Contributions {
        match self {
            Self::Base { unknown } => Contributions { base: *unknown, parts: vec![self.logit(row) - unknown] },
            Self::Logistic { model } => model.contributions(row),
            Self::Boosted { model } => model.contributions(row),
        }
    }
}

/// Directions are with regard to churn; a return is the other way round. The base is a logit of the event itself.
fn direction(name: &str, event: Event) -> Direction {
    let direction = feature(name).map_or(Direction::Either, |feature| feature.direction);
    match (event, direction) {
        (_, _) if name == "base" => Direction::Either,
        (Event::Churn, direction) => direction,
        (Event::Return, Direction::Rising) => Direction::Falling,
        (Event::Return, Direction::Falling) => Direction::Rising,
        (Event::Return, Direction::Either) => Direction::Either,
    }
}
