//! What is known of a customer since an entry, and how it is read: each thing once, in order, and nothing of later.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::campaign::Micros;
use crate::money::Home;
use crate::offer;
use crate::time::Millis;

/// All that is known, in any order; of what is told twice the later version counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    pub orders: Vec<Order>,
    /// Invoices and failed payments that went through. Money that an order tells too names it.
    pub payments: Vec<Payment>,
    pub terms: Vec<TermChange>,
    /// Messages of this entry that went out.
    pub sent: Vec<Sent>,
    /// Offers that were promised in this entry.
    pub given: Vec<Given>,
    pub opted_out_at: Option<Millis>,
    pub erased_at: Option<Millis>,
}

/// Amounts are minor units of the home currency at the rate of the order's day. The fields' order decides which of two versions counts:
/// the one changed last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Order {
    pub id: String,
    pub changed_at: Millis,
    pub at: Millis,
    /// What was paid, discounts taken off.
    pub amount: Home,
    pub discount: Home,
    pub refunded: Home,
    /// None where that is not told: since ever.
    pub refunded_at: Option<Millis>,
    pub cancelled_at: Option<Millis>,
    pub status: OrderStatus,
    /// Pays a term of a subscription.
    pub recurring: bool,
    pub codes: Vec<String>,
    pub earns: Earns,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    #[default]
    Paid,
    Pending,
    Cancelled,
    Refunded,
}

/// What is left of a sale after the cost of what was sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Earns {
    /// Parts per million of what was paid.
    Share(u32),
    /// What was sold cost so much; of an order that was given back in part, as much less.
    Cost(Home),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Payment {
    pub id: String,
    pub at: Millis,
    /// None where it is not told: all that was owed.
    pub amount: Option<Home>,
    pub refunded: Home,
    /// The order that tells the same money.
    pub order: Option<String>,
    pub earns: Earns,
}

/// What happened to a subscription.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TermChange {
    pub id: String,
    pub at: Millis,
    pub change: Term,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum Term {
    /// Started, renewed or taken up again: runs from then on, and ends at `until` unless it is renewed before.
    Runs { until: Option<Millis> },
    /// Cancelled or expired: ends then.
    Ends { at: Millis },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sent {
    pub touch: i64,
    pub at: Millis,
    pub cost: Micros,
}

/// An offer promised to this person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Given {
    pub offer: String,
    /// Nobody else has it.
    pub code: Option<String>,
    /// When it was used, where no order tells: an upgrade, an hour of onboarding.
    pub used_at: Option<Millis>,
    pub kind: offer::Kind,
    /// Share off, per mille.
    pub depth: u16,
    /// What using it costs besides the discount.
    pub cost: Home,
}

/// Facts up to a moment: each once, in order of time.
#[derive(Debug)]
pub(super) struct Known<'a> {
    now: Millis,
    /// Paid, and not cancelled; of some of them nothing may be left.
    pub(super) orders: Vec<&'a Order>,
    pub(super) payments: Vec<&'a Payment>,
    pub(super) terms: Vec<&'a TermChange>,
    pub(super) sent: Vec<&'a Sent>,
    pub(super) given: Vec<&'a Given>,
    /// Moments at which one of them begins to be read.
    pub(super) turns: Vec<Millis>,
}

impl<'a> Known<'a> {
    pub(super) fn at(facts: &'a Facts, now: Millis) -> Self {
        let mut turns = Vec::new();
        let mut orders = last(&facts.orders, |order| order.id.as_str());
        turns.extend(orders.iter().flat_map(|order| [Some(order.at), order.refunded_at, order.cancelled_at]).flatten());
        orders.retain(|order| order.at <= now && order.is_paid(now));
        orders.sort_by_key(|order| (order.at, &order.id));
        let mut payments = last(&facts.payments, |payment| payment.id.as_str());
        turns.extend(payments.iter().map(|payment| payment.at));
        payments.retain(|payment| payment.at <= now);
        payments.sort_by_key(|payment| (payment.at, &payment.id));
        let mut terms = last(&facts.terms, |term| term.id.as_str());
        turns.extend(terms.iter().map(|term| term.at));
        terms.retain(|term| term.at <= now);
        terms.sort_by_key(|term| (term.at, term.change, &term.id));
        turns.extend(terms.iter().filter_map(|term| term.change.ends_at(term.at)));
        let mut sent = last(&facts.sent, |sent| sent.touch);
        turns.extend(sent.iter().map(|sent| sent.at));
        sent.retain(|sent| sent.at <= now);
        let mut given = last(&facts.given, |given| (given.offer.as_str(), given.code.as_deref()));
        turns.extend(given.iter().filter_map(|given| given.used_at));
        given.retain(|given| given.used_at.is_none_or(|at| at <= now));
        Self { now, orders, payments, terms, sent, given, turns }
    }

    pub(super) fn has_come(&self, at: Millis) -> bool {
        at <= self.now
    }

    /// What is left of a paid order after refunds.
    pub(super) fn kept(&self, order: &Order) -> Home {
        let told = order.refunded_at.is_none_or(|at| at <= self.now);
        let refunded = match (told, order.status) {
            (false, _) => 0,
            (true, OrderStatus::Refunded) if order.refunded.0 <= 0 => order.amount.0,
            (true, _) => order.refunded.0.clamp(0, order.amount.0),
        };
        Home(order.amount.0 - refunded)
    }
}

/// The greatest version of each.
fn last<'a, T: Ord, K: Ord>(all: &'a [T], key: impl Fn(&'a T) -> K) -> Vec<&'a T> {
    let mut versions: BTreeMap<K, &'a T> = BTreeMap::new();
    for one in all {
        let kept = versions.entry(key(one)).or_insert(one);
        if one > *kept {
            *kept = one;
        }
    }
    versions.into_values().collect()
}

impl Order {
    /// An order that cost nothing is no paid one.
    fn is_paid(&self, now: Millis) -> bool {
        let is_cancelled = match self.cancelled_at {
            Some(at) => at <= now,
            None => self.status == OrderStatus::Cancelled,
        };
        self.amount.0 > 0 && self.status != OrderStatus::Pending && !is_cancelled
    }
}

impl Term {
    /// When it ends if nothing else is told.
    pub(super) fn ends_at(self, told_at: Millis) -> Option<Millis> {
        match self {
            Self::Runs { until } => until.map(|until| until.max(told_at)),
            Self::Ends { at } => Some(at.max(told_at)),
        }
    }
}

impl Earns {
    /// Margin of `kept` out of `paid`, rounded half away from zero.
    pub(super) fn of(self, kept: Home, paid: Home) -> Home {
        match self {
            Self::Share(parts) => rounded(i128::from(kept.0) * i128::from(parts), 1_000_000),
            Self::Cost(cost) => {
                Home(kept.0.saturating_sub(rounded(i128::from(cost.0) * i128::from(kept.0), i128::from(paid.0)).0))
            }
        }
    }
}

fn rounded(dividend: i128, divisor: i128) -> Home {
    if divisor <= 0 {
        return Home(0);
    }
    let half = if dividend < 0 { -divisor / 2 } else { divisor / 2 };
    Home(i64::try_from((dividend + half) / divisor).unwrap_or(if dividend < 0 { i64::MIN } else { i64::MAX }))
}
