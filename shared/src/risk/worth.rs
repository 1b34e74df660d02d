//! How much somebody is expected to order and to spend, now and if they are won back, and how sure that is.
//!
//! Intervals hold 90 % and are those of the expectation, by the delta method from the covariances of the parameters of the order
//! model and of Gamma-Gamma, which are fitted apart and taken as independent. What one customer then does varies more.

use super::Model;
use super::standpoint::{Buyer, Subscriber};
use super::view::{Z, millionths};
use crate::clv::{Estimate, GammaGamma, History, OrderModel, Scale, Terms, second_lifetime_value};
use crate::money::Home;
use crate::state::State;
use crate::time::Day;

/// As they stand in the score.
#[derive(Debug, Default)]
pub(super) struct Worth {
    pub(super) p_alive: Option<f64>,
    pub(super) alive_interval: Option<(f64, f64)>,
    pub(super) expected_orders: Option<f64>,
    pub(super) orders_interval: Option<(f64, f64)>,
    pub(super) value: Option<Home>,
    pub(super) value_interval: Option<(Home, Home)>,
    pub(super) second_value: Option<Home>,
    pub(super) second_value_interval: Option<(Home, Home)>,
}

const YEAR: i32 = 365;
const YEAR_IN_WEEKS: f64 = 365.0 / 7.0;

/// Purchase days alone, of which the first comes at once: spend is undiscounted and before margin, as the worth of the next year is.
const A_YEAR_OF_DAYS: Terms = Terms { spend: 1.0, margin: 1.0, yearly_discount: 0.0, weeks: YEAR_IN_WEEKS };

/// The chance of a second life is as good as that of a first: nothing of the shop says otherwise.
const RE_CHURN: f64 = 1.0;

/// More orders a year are none that anybody expects.
const MOST_ORDERS: f64 = 1e6;

/// `may_leave` asks for the worth of a second life.
pub(super) fn of_buyer(buyer: &Buyer, state: &State, model: &Model, may_leave: bool, today: Day) -> Worth {
    let history = buyer.history(today);
    let figures = |orders: &OrderModel| Figures::of(orders, &history, may_leave);
    let said = figures(model.seen());
    let sure = sureness(model, figures);
    let spend = Spend::of(state, model, today);
    let value = |days: f64| spend.as_ref().and_then(|spend| money(days * spend.mean));
    let value_interval = |days: Option<Estimate>| {
        let estimate = days?.times(spend.as_ref()?.estimate?);
        money(estimate.low).zip(money(estimate.high))
    };
    let p_alive = model.p_alive(&history);
    let alive = sure.map(|[alive, ..]| alive).filter(|_| p_alive.is_some());
    let (orders, second) = (sure.map(|[_, orders, _]| orders), sure.map(|[.., second]| second));
    Worth {
        p_alive: p_alive.map(millionths),
        alive_interval: alive.map(|Estimate { low, high, .. }| (millionths(low), millionths(high))),
        expected_orders: Some(rounded(said.orders)),
        orders_interval: orders
            .filter(|estimate| estimate.high < MOST_ORDERS)
            .map(|Estimate { low, high, .. }| (rounded(low), rounded(high))),
        value: value(said.orders),
        value_interval: value_interval(orders),
        second_value: said.second.and_then(value),
        second_value_interval: value_interval(second.filter(|_| may_leave)),
    }
}

/// Terms have no covariance: their worth comes without an interval.
pub(super) fn of_subscriber(subscriber: &Subscriber<'_>, model: &Model, shift: f64, may_leave: bool, today: Day) -> Worth {
    let second = || money(subscriber.price(today)? * model.terms.terms_if_back(&subscriber.standing, today, YEAR));
    Worth {
        value: subscriber.value(model, shift, today).and_then(money),
        second_value: may_leave.then(second).flatten(),
        ..Worth::default()
    }
}

struct Figures {
    alive: f64,
    orders: f64,
    /// Purchase days of a year from the one on which they come back.
    second: Option<f64>,
}

impl Figures {
    fn of(model: &OrderModel, history: &History, may_leave: bool) -> Self {
        let alive = model.p_alive(history);
        let orders = alive * model.expected_if_alive(history, YEAR_IN_WEEKS);
        let second = may_leave.then(|| second_lifetime_value(model, history, &A_YEAR_OF_DAYS, RE_CHURN));
        Self { alive, orders, second }
    }
}

/// P(alive), orders, and purchase days of a second life.
fn sureness(model: &Model, figures: impl Fn(&OrderModel) -> Figures) -> Option<[Estimate; 3]> {
    let fitted = model.forecast.as_ref()?;
    let (covariance, kind) = (fitted.covariance.as_ref()?, fitted.model.kind());
    let scales = [Scale::Probability, Scale::Positive, Scale::Positive];
    Some(covariance.intervals(&fitted.model.values(), Z, scales, |values| match OrderModel::new(kind, values) {
        Ok(moved) => {
            let Figures { alive, orders, second } = figures(&moved);
            [alive, orders, second.unwrap_or(0.0)]
        }
        Err(_) => [f64::NAN; 3],
    }))
}

/// Of a purchase day, in minor units of the home currency.
struct Spend {
    mean: f64,
    estimate: Option<Estimate>,
}

impl Spend {
    fn of(state: &State, model: &Model, today: Day) -> Option<Self> {
        let (days, own) = state.mean_spend(today)?;
        let Some((spend, mean)) = model.spend.and_then(|spend| Some((spend, spend.expected_spend(days, own)?))) else {
            return Some(Self { mean: own, estimate: None });
        };
        let estimate = model.spend_covariance.as_ref().map(|covariance| {
            covariance.interval(&[spend.p, spend.q, spend.v], Z, Scale::Positive, |values| match *values {
                [p, q, v] => GammaGamma { p, q, v }.expected_spend(days, own).unwrap_or(f64::NAN),
                _ => f64::NAN,
            })
        });
        Some(Self { mean, estimate })
    }
}

fn money(minor: f64) -> Option<Home> {
    (minor.is_finite() && minor.abs() < 9.0e15).then(|| Home(libm::round(minor) as i64))
}

fn rounded(orders: f64) -> f64 {
    libm::round(orders * 1e4) / 1e4
}
