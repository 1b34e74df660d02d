//! Learning from rows: tables and their encoding, two learners with exact explanations, calibration, the figures that judge them,
//! uplift, policies and bandits.
//!
//! One thread, no clock, no platform's logarithm: the same rows and seed give the same bytes in the worker, the browser and a
//! test. Missing values are NaN in a [`Matrix`] and a level of their own in every learner.

pub mod bandit;
mod boost;
pub mod calibrate;
pub(crate) mod cholesky;
pub mod choose;
mod encoder;
mod folds;
mod logistic;
mod matrix;
pub mod metrics;
pub mod ope;
mod ordered;
mod policy;
mod profit;
pub mod qini;
mod ridge;
mod schema;
mod standard;
mod table;
mod uplift;
pub mod winback;

pub use boost::{BoostSettings, Boosted, Loss};
pub use choose::{ChoiceSettings, Chosen, choose};
pub use encoder::{Cell, Encoder, LeftOut, Reason};

pub use folds::{Split, splits, stratified};
pub use logistic::{Logistic, logit, probability};
pub use matrix::Matrix;
pub use ordered::Ordered;
pub use policy::{best_arms, policy_value};
pub use profit::{ProfitPoint, most_profitable, profit_curve};
pub use ridge::Ridge;
pub use schema::{Kind, Schema};
pub use table::{Column, Table, Values};
pub use uplift::{
    Approach, Base, Choice, FEWEST, FamilySettings, Gate, Learner, Personal, Propensities, Settings as UpliftSettings, Shrinkage,
    Trial, Tried, UpliftError, fit as fit_uplift,
};

use serde::{Deserialize, Serialize};

/// Which way a prediction may move when a column grows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    #[default]
    Either,
    Rising,
    Falling,
}

/// Why nothing was learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LearnError {
    #[error("there are no rows")]
    NoRows,
    #[error("all rows have the same outcome")]
    OneOutcome,
    #[error("there are {rows} rows but {others} outcomes, weights or directions")]
    Lengths { rows: usize, others: usize },
    #[error("an outcome or a weight is not a finite number")]
    NotFinite,
    #[error("a weight is negative")]
    NegativeWeight,
    #[error("an outcome lies outside 0 and 1")]
    OutsideShares,
}

/// What each column adds to one prediction: `base` and `parts` sum to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions {
    pub base: f64,
    /// In the order of the matrix's columns.
    pub parts: Vec<f64>,
}
