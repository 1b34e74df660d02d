//! "No order within so many days", asked of everybody.

use super::{Asked, Event, Question};
use crate::clv::{BgNbd, History, MbgNbd, Nbd, OrderModel};
use crate::risk::Rhythm;
use crate::risk::rhythm::Gaps;
use crate::state::State;
use crate::time::Day;

/// Whoever bought on a day of the past and makes no order in the `horizon` days after the origin has churned. It needs no
/// deadline, and a data scientist can check it on any log of transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoOrder {
    /// Days.
    pub horizon: i32,
    /// Days since the first order: newer customers are not asked about.
    pub min_tenure: i32,
}

/// What stands for the shop on an origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shop {
    pub orders: OrderModel,
    pub rhythm: Rhythm,
}

/// A model of four parameters is as good from so many customers, spread over all.
const MOST_FITTED: usize = 10_000;

impl Question for NoOrder {
    type Customer = State;
    type Known = Shop;

    fn event(&self) -> Event {
        Event::Churn
    }

    fn horizon(&self) -> i32 {
        self.horizon
    }

    fn state<'a>(&self, customer: &'a State) -> &'a State {
        customer
    }

    /// `None` where nobody bought twice.
    fn known(&self, customers: &[State], origin: Day) -> Option<Shop> {
        let every = customers.len().div_ceil(MOST_FITTED).max(1);
        let days: Vec<&[Day]> = customers
            .iter()
            .step_by(every)
            .map(|state| state.days.until(origin))
            .filter(|days| days.last().is_some_and(|last| *last <= origin))
            .collect();
        let groups: Vec<(History, f64)> = days.iter().filter_map(|days| Some((history(days, origin)?, 1.0))).collect();
        Some(Shop { orders: order_model(&groups)?, rhythm: Rhythm::fit(&days, Rhythm::prior(), origin) })
    }

    fn ask(&self, known: &Shop, customer: &State, origin: Day) -> Option<Asked> {
        let days = customer.days.until(origin);
        let tenure = origin.since(*days.first()?);
        if tenure < self.min_tenure {
            return None;
        }
        let base = known.orders.p_no_order(&history(days, origin)?, f64::from(self.horizon) / 7.0);
        Some(Asked { base: Some(base), deadline: Some(known.rhythm.deadline(&Gaps::of(days))) })
    }

    fn happened(&self, _known: &Shop, customer: &State, origin: Day) -> Option<bool> {
        let known = customer.days.until(origin).len();
        Some(customer.days.until(origin.plus(self.horizon)).len() == known)
    }
}

/// MBG/NBD ranks the silent best of the closed forms; where it finds no drop-out, those without.
fn order_model(groups: &[(History, f64)]) -> Option<OrderModel> {
    let mbg = MbgNbd::fit(groups).map(|fitted| OrderModel::MbgNbd(fitted.model));
    let bg = || BgNbd::fit(groups).map(|fitted| OrderModel::BgNbd(fitted.model));
    let nbd = || Nbd::fit(groups).map(|fitted| OrderModel::Nbd(fitted.model));
    mbg.or_else(|_| bg()).or_else(|_| nbd()).ok()
}

fn history(days: &[Day], today: Day) -> Option<History> {
    let (first, last) = (*days.first()?, *days.last()?);
    let weeks = |days: i32| f64::from(days) / 7.0;
    let x = u32::try_from(days.len() - 1).unwrap_or(u32::MAX);
    Some(History { x, t_x: weeks(last.since(first)), age: weeks(today.since(first)) })
}
