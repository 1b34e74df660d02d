//! What is learned of a shop's own past beside the models of orders and terms: who is lost within 90 days, and who of the lost
//! comes back.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::backtest::is_lost_within;
use super::fit::{MIN_REPEAT_BUYERS, OrderFits, Sample, parts};
use super::origin::{Asked, Event, Question};
use super::standpoint::Standpoint;
use super::{Model, Prior, Sampled};
use crate::state::State;
use crate::time::Day;

/// Days within which a loss or a return counts.
pub(super) const HORIZON: i32 = 90;

/// The models of orders, rhythm and terms as they would have been fitted on past days: each on rows up to its day alone.
#[derive(Debug, Default)]
pub(super) struct PastModels(BTreeMap<Day, Option<Rc<Model>>>);

impl PastModels {
    /// # Arguments
    /// `days` in any order; customers held back take part, since a model of orders holds a handful of figures for all.
    pub(super) fn of(customers: &[Sampled], days: impl IntoIterator<Item = Day>, prior: &Prior, churn_days: Option<u32>) -> Self {
        let fit = |day: Day| (day, past_model(customers, prior, churn_days, day).map(Rc::new));
        Self(days.into_iter().map(fit).collect())
    }

    /// `None` where too little was known.
    pub(super) fn on(&self, day: Day) -> Option<Rc<Model>> {
        self.0.get(&day)?.clone()
    }
}

fn past_model(customers: &[Sampled], prior: &Prior, churn_days: Option<u32>, day: Day) -> Option<Model> {
    let sample = Sample::of(customers, day);
    let enough = sample.repeat_buyers() >= MIN_REPEAT_BUYERS;
    let orders = enough.then(|| OrderFits::of(&sample.groups(day)).choose(None)).flatten().map(|chosen| chosen.model);
    let model = Model { churn_days, ..parts(&sample, orders, prior, day) };
    (orders.is_some() || model.terms.is_fitted()).then_some(model)
}

/// What comes of somebody within 90 days. A churn: silence reaches their deadline, or a paid term ends. A return of the lost: an
/// order, or a paid term.
#[derive(Debug)]
pub(super) struct Outcome<'a> {
    pub(super) event: Event,
    pub(super) models: &'a PastModels,
}

/// Whether somebody who was not lost on `origin` was lost within so many days after it. A silence of which a person said that it is
/// no sign of leaving is none.
pub(super) fn is_gone(customer: &Sampled, model: &Model, origin: Day, days: i32) -> bool {
    let end = origin.plus(days);
    let is_excused = customer.asides.iter().any(|aside| aside.from <= end && aside.until > origin);
    !is_excused && is_lost_within(&customer.state, model, origin, end)
}

impl Question for Outcome<'_> {
    type Customer = Sampled;
    type Known = Rc<Model>;

    fn event(&self) -> Event {
        self.event
    }

    fn horizon(&self) -> i32 {
        HORIZON
    }

    fn state<'a>(&self, customer: &'a Sampled) -> &'a State {
        &customer.state
    }

    fn known(&self, _customers: &[Sampled], origin: Day) -> Option<Rc<Model>> {
        self.models.on(origin)
    }

    /// A churn not of those who are lost already, nor where the deadline lies too far ahead for any loss.
    fn ask(&self, known: &Rc<Model>, customer: &Sampled, origin: Day) -> Option<Asked> {
        let standpoint = Standpoint::of(&customer.state, known, origin).ok()?;
        let base = match self.event {
            Event::Churn => {
                let [.., within_90] = standpoint.chances(known, 0.0, origin)?;
                Some(within_90).filter(|base| *base > 0.0)?
            }
            Event::Return => standpoint.p_return(known, origin)?,
        };
        (!customer.held_back).then(|| Asked { base: Some(base), deadline: standpoint.gap() })
    }

    fn happened(&self, known: &Rc<Model>, customer: &Sampled, origin: Day) -> Option<bool> {
        Some(match self.event {
            Event::Churn => is_gone(customer, known, origin, HORIZON),
            Event::Return => has_returned(&customer.state, origin),
        })
    }
}

fn has_returned(state: &State, origin: Day) -> bool {
    let end = origin.plus(HORIZON);
    let ordered = state.days.until(end).len() > state.days.until(origin).len();
    let mut terms = state.contract.iter().flat_map(|contract| &contract.terms);
    ordered || terms.any(|term| term.start > origin && term.start <= end)
}
