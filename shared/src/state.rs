//! A customer's compact state: everything that scoring reads, folded from orders and events and kept for good.
//!
//! Every part is a sum, a set, or a register where the later value wins, so that the order of rows does not matter and two
//! customers who turn out to be one are merged by adding their states. Parts that could grow without end keep a fixed number of
//! entries, chosen by a fixed order of their keys: cutting early or late gives the same.
//!
//! T1 of the churn definition: activity is a paid order or a paid term, never an open, a click or a visit.

mod base;
mod conduct;
mod contract;
mod days;
mod fold;
mod latest;
mod people;
mod prices;
mod shelf;
mod tickets;
mod told;
mod week;

pub use base::Base;
pub use conduct::Conduct;
pub use contract::{Contract, Price, Term, TermsSoFar};
pub use days::Days;
pub use fold::{fold, fold_by};
pub use latest::Latest;
pub use people::{People, Person};
pub use prices::{Prices, Rise};
pub use shelf::{Shelf, Thing};
pub use tickets::{Ticket, Tickets};
pub use told::{Statement, Statements};
pub use week::{FeatureSet, Week, Weekdays, Weeks};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::money::{Currency, Home, Money};
use crate::time::{Day, Millis};
use crate::traits::Traits;

/// The schema number of states written by this version.
pub const SCHEMA: u32 = 4;

/// How many features a state tells apart; uses of others still count in the weeks.
pub const MAX_FEATURES: usize = 64;

/// A year of monthly answers, so that a day nine months ago still has the two before it.
const MAX_NPS: usize = 12;

/// What the fold needs of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderFact {
    pub at: Millis,
    pub amount: Money,
    /// Minor units of the same currency.
    pub refunded: i64,
    /// Minor units of the same currency that were taken off the price.
    pub discount: i64,
    /// Cancelled and pending orders are no activity.
    pub paid: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct EventFact {
    pub at: Millis,
    pub name: String,
    pub properties: serde_json::Map<String, serde_json::Value>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    #[serde(rename = "v")]
    pub schema: u32,
    /// Purchase days: all of them, one character each for most customers, because the rhythm, its past and a merge are exact only
    /// with all.
    #[serde(rename = "d", default, skip_serializing_if = "Days::is_empty")]
    pub days: Days,
    /// Paid orders and what they brought, refunds taken off, by currency.
    #[serde(rename = "s", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub spent: BTreeMap<Currency, Spent>,
    /// The same in the home currency, of the orders that have a rate. The rest stays apart.
    #[serde(rename = "h", default, skip_serializing_if = "Spent::is_empty")]
    pub home: Spent,
    #[serde(rename = "w", default, skip_serializing_if = "Weeks::is_empty")]
    pub weeks: Weeks,
    #[serde(rename = "f", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub features: BTreeMap<String, Feature>,
    #[serde(rename = "t", default, skip_serializing_if = "Tickets::is_empty")]
    pub tickets: Tickets,
    /// The last answers, newest last.
    #[serde(rename = "n", default, skip_serializing_if = "Vec::is_empty")]
    pub nps: Vec<(Millis, u8)>,
    #[serde(rename = "pf", default, skip_serializing_if = "Option::is_none")]
    pub payment_failed: Option<Millis>,
    /// The last payment that went through: an order, a term, or a failed one tried again.
    #[serde(rename = "pp", default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Millis>,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<Contract>,
    /// Of an account.
    #[serde(rename = "u", default, skip_serializing_if = "People::is_empty")]
    pub people: People,
    /// What the shop's own columns say. No row of orders or events tells them: whoever reads a state puts them beside it.
    #[serde(rename = "own", default, skip_serializing_if = "Traits::is_empty")]
    pub traits: Traits,
    /// What was looked at and lies in the cart.
    #[serde(rename = "g", default, skip_serializing_if = "Shelf::is_empty")]
    pub shelf: Shelf,
    /// What they sent back or disputed.
    #[serde(rename = "x", default, skip_serializing_if = "Conduct::is_empty")]
    pub conduct: Conduct,
    /// What they said, or met with, that speaks for a reason to leave.
    #[serde(rename = "r", default, skip_serializing_if = "Statements::is_empty")]
    pub told: Statements,
    /// What terms cost.
    #[serde(rename = "pr", default, skip_serializing_if = "Prices::is_empty")]
    pub prices: Prices,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u32, i64)", into = "(u32, i64)")]
pub struct Spent {
    pub orders: u32,
    /// Minor units.
    pub minor: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u32, Day)", into = "(u32, Day)")]
pub struct Feature {
    pub uses: u32,
    pub last: Day,
}

impl State {
    pub fn first_day(&self) -> Option<Day> {
        self.days.iter().next()
    }

    /// Of a purchase.
    pub fn last_day(&self) -> Option<Day> {
        self.days.iter().next_back()
    }

    /// Days with a paid order.
    pub fn buy_days(&self) -> u32 {
        u32::try_from(self.days.len()).unwrap_or(u32::MAX)
    }

    /// Paid orders of all currencies.
    pub fn orders(&self) -> u32 {
        self.spent.values().fold(0, |sum, spent| sum.saturating_add(spent.orders))
    }

    /// Orders in currencies without a stored rate, which no total in the home currency counts.
    pub fn orders_apart(&self) -> u32 {
        self.orders().saturating_sub(self.home.orders)
    }

    /// Mean spend of a purchase day up to `today` in minor units of the home currency, over the orders that have a rate, and how
    /// many purchase days these make up. Weeks after `today`'s are taken off.
    pub fn mean_spend(&self, today: Day) -> Option<(u32, f64)> {
        let (later_orders, later_spend) = self
            .weeks
            .iter()
            .filter(|(week, _)| *week > today.week())
            .fold((0_u32, 0_i64), |(orders, spend), (_, w)| (orders.saturating_add(w.orders), spend.saturating_add(w.spend)));
        let orders = self.orders().saturating_sub(later_orders);
        let converted = orders.saturating_sub(self.orders_apart());
        let minor = self.home.minor.saturating_sub(later_spend);
        let days = self.days.until(today).len();
        if converted == 0 || orders == 0 || days == 0 {
            return None;
        }
        let days = (days as f64 * f64::from(converted) / f64::from(orders)).max(1.0);
        Some((libm::round(days) as u32, minor.max(0) as f64 / days))
    }

    /// Spent in the home currency, where anything could be converted.
    pub fn home_spend(&self) -> Option<Home> {
        (self.home.orders > 0).then_some(Home(self.home.minor))
    }

    /// What was left in the cart by the end of `today`, newest first, and when the newest was put there: things put in since the
    /// last payment.
    pub fn left_behind(&self, today: Day) -> Option<(Day, Vec<&str>)> {
        let left: Vec<(Millis, &str, &str)> = self.left_in_cart(today).collect();
        let (newest, ..) = left.first()?;
        Some((newest.day(), left.iter().map(|(_, _, name)| *name).collect()))
    }

    /// The same, each with when, its number and its name.
    pub fn left_in_cart(&self, today: Day) -> impl Iterator<Item = (Millis, &str, &str)> {
        let paid = self.paid.filter(|paid| paid.day() <= today);
        self.shelf.things_in_cart(today).filter(move |(at, ..)| paid.is_none_or(|paid| paid < *at))
    }

    /// The state of both customers' rows together. Associative and commutative; [`State::default`] changes nothing.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.schema = self.schema.max(other.schema);
        self.days.merge(&other.days);
        for (currency, spent) in other.spent {
            self.spent.entry(currency).or_default().add(spent);
        }
        self.home.add(other.home);
        self.weeks.merge(&other.weeks);
        for (name, feature) in other.features {
            self.use_feature(name, feature);
        }
        self.tickets.merge(other.tickets);
        for (at, score) in other.nps {
            self.answer_nps(at, score);
        }
        self.payment_failed = self.payment_failed.max(other.payment_failed);
        self.paid = self.paid.max(other.paid);
        self.contract = match (self.contract, other.contract) {
            (Some(one), Some(other)) => Some(one.merge(other)),
            (one, other) => one.or(other),
        };
        self.people.merge(other.people);
        self.traits.merge(other.traits);
        self.shelf.merge(other.shelf);
        self.conduct.merge(other.conduct);
        self.told.merge(other.told);
        self.prices.merge(other.prices);
        self
    }

    fn use_feature(&mut self, name: String, feature: Feature) {
        self.features
            .entry(name)
            .and_modify(|known| {
                known.uses = known.uses.saturating_add(feature.uses);
                known.last = known.last.max(feature.last);
            })
            .or_insert(feature);
        while self.features.len() > MAX_FEATURES {
            self.features.pop_last();
        }
    }

    fn answer_nps(&mut self, at: Millis, score: u8) {
        if let Err(place) = self.nps.binary_search(&(at, score)) {
            self.nps.insert(place, (at, score));
        }
        let extra = self.nps.len().saturating_sub(MAX_NPS);
        self.nps.drain(..extra);
    }
}

impl Spent {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn add(&mut self, other: Self) {
        self.orders = self.orders.saturating_add(other.orders);
        self.minor = self.minor.saturating_add(other.minor);
    }
}

impl From<(u32, i64)> for Spent {
    fn from((orders, minor): (u32, i64)) -> Self {
        Self { orders, minor }
    }
}

impl From<Spent> for (u32, i64) {
    fn from(spent: Spent) -> Self {
        (spent.orders, spent.minor)
    }
}

impl From<(u32, Day)> for Feature {
    fn from((uses, last): (u32, Day)) -> Self {
        Self { uses, last }
    }
}

impl From<Feature> for (u32, Day) {
    fn from(feature: Feature) -> Self {
        (feature.uses, feature.last)
    }
}
