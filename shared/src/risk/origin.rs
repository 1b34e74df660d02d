//! Learning from a shop's own past: what was known of each customer on past days, and what came of it.
//!
//! A past day is an origin. Its rows are the features of that day ([`crate::signal::FEATURES`]), among them the logit of the
//! buy-till-you-die probability fitted on rows up to that day alone; its labels look at the days after it. Only origins whose
//! labels are complete by `until` are learned from, so that nothing after `until` changes anything.
//!
//! Learners are compared on later days than they were fitted on: they learn from origins whose labels were complete by the
//! origin that judges them. Where the past is too short for that, they are compared on customers that they were not fitted on.
//! Calibration is always on such customers, at the newest origins: a learner of older days would be corrected for its age, and
//! the one that goes live is not that old.

mod candidate;
mod lead;
mod learn;
mod learned;
mod no_order;
mod own;
mod pool;

pub use candidate::{Candidate, Learner};
pub use lead::{Lead, lead, threshold};
pub use learn::{HeldOut, Settings, Study, learn};
pub use learned::{Fit, Learned, Validated};
pub use no_order::{NoOrder, Shop};
pub use own::OwnColumns;
pub(super) use own::PREFIX as TRAIT;
pub use pool::{Pool, rows};

use serde::{Deserialize, Serialize};

use crate::state::State;
use crate::time::Day;

/// What a probability is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Churn,
    /// Of those who are lost.
    Return,
}

/// What is asked of each customer on each origin.
///
/// Everything but [`Question::happened`] reads rows up to the origin alone; that one reads as far as the horizon.
pub trait Question {
    type Customer;
    /// What stands for the whole shop on an origin: fitted models, rhythms.
    type Known;

    fn event(&self) -> Event;

    /// Days after an origin within which the event counts.
    fn horizon(&self) -> i32;

    fn state<'a>(&self, customer: &'a Self::Customer) -> &'a State;

    /// `None` where too little is known by then.
    fn known(&self, customers: &[Self::Customer], origin: Day) -> Option<Self::Known>;

    /// `None` of somebody who is not asked about on this day: too new, lost already, set aside.
    fn ask(&self, known: &Self::Known, customer: &Self::Customer, origin: Day) -> Option<Asked>;

    /// Whether the event came within the horizon; `None` where that cannot be said.
    fn happened(&self, known: &Self::Known, customer: &Self::Customer, origin: Day) -> Option<bool>;
}

/// What is known of an asked customer beside the features.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Asked {
    /// P(event) by the buy-till-you-die model.
    pub base: Option<f64>,
    /// Days of silence that count as churn.
    pub deadline: Option<i32>,
}
