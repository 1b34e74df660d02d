//! Who is about to leave: deadline, P(churn within 30, 60, 90 days), tier, triggers.

use serde::{Deserialize, Serialize};

use crate::api::{Lifecycle, ModelCard, Risk, RiskPoint, Thresholds, Tier, Trigger};
use crate::money::{Currency, Home};
use crate::state::State;
use crate::time::Day;

/// Customers with the same purchase history: `repeats` purchase days after the first, the last of them `recency` days after the
/// first, observed for `age` days. The grouped sufficient statistics of the buy-till-you-die models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub repeats: u32,
    pub recency: u32,
    pub age: u32,
    pub customers: u32,
}

/// What a fit reads: all customers as groups, and the states of a sample of them (at most 20,000, spread over all).
#[derive(Debug, Clone, Default)]
pub struct FitInput {
    pub groups: Vec<Group>,
    pub sample: Vec<State>,
}

/// Everything that scoring needs beside the customer: stored as JSON, with a schema number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    pub schema: u32,
    pub thresholds: Thresholds,
}

/// The score row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    pub risk: Risk,
    pub tier: Tier,
    pub lifecycle: Lifecycle,
    /// The first day on which silence counts as churn.
    pub deadline: Option<Day>,
    pub p_alive: Option<f64>,
    /// P(an order within 90 days), of the lost.
    pub p_return: Option<f64>,
    /// In the next 365 days.
    pub expected_orders: Option<f64>,
    /// Expected value of the next 365 days.
    pub value: Option<Home>,
    pub triggers: Vec<Trigger>,
    /// How the deadline came about, in words.
    pub rhythm: Option<String>,
    /// The first day on which the tier or a shown per cent changes by silence alone; `None` for never.
    pub rescore: Option<Day>,
}

/// The model for a shop of whose data nothing is known yet, marked as a prior.
pub fn prior(home: Currency) -> (Model, ModelCard) {
    let _ = home;
    let thresholds = Thresholds { immediate: 0.5, moderate: 0.5, early: 0.5 };
    let card = ModelCard {
        name: "risk".to_owned(),
        basis: "prior".to_owned(),
        text: String::new(),
        customers: 0,
        repeat_buyers: 0,
        from: None,
        to: None,
        parameters: Vec::new(),
        log_likelihood: None,
        fitted_at: None,
    };
    (Model { schema: 1, thresholds }, card)
}

/// Fits every part that the data can carry and takes priors for the rest; the card says which.
pub fn fit(input: &FitInput, home: Currency, today: Day) -> (Model, ModelCard) {
    let _ = (input, today);
    prior(home)
}

/// `previous` gives the tier hysteresis.
pub fn score(state: &State, model: &Model, previous: Option<&Score>, today: Day) -> Score {
    let _ = (state, model, previous, today);
    Score {
        risk: Risk::default(),
        tier: Tier::NotScored,
        lifecycle: Lifecycle::New,
        deadline: None,
        p_alive: None,
        p_return: None,
        expected_orders: None,
        value: None,
        triggers: Vec::new(),
        rhythm: None,
        rescore: None,
    }
}

/// The packed history of at most 53 weekly points with `score` set for `today`'s week. An empty `packed` is filled by working out
/// the past weeks from the purchase days that the state knows, with today's model, marked as reconstructed.
pub fn history_with(packed: &str, state: &State, model: &Model, score: &Score, today: Day) -> String {
    let _ = (state, model, score, today);
    packed.to_owned()
}

/// Oldest first. Unknown or damaged text gives no points.
pub fn history_points(packed: &str) -> Vec<RiskPoint> {
    let _ = packed;
    Vec::new()
}
