//! Recovered payments: what was owed, paid within the window.

use std::collections::BTreeSet;
use std::ops::Range;

use super::facts::{Earns, Known};
use super::{Entered, Outcome};
use crate::money::Home;
use crate::time::Millis;

/// Money in order of time, an order before a payment that tells the same: what is left of it, of what, and what it earns.
struct Paid<'a> {
    at: Millis,
    order: Option<&'a str>,
    kept: Option<Home>,
    whole: Home,
    earns: Earns,
}

/// Recurring orders and payments, until what was owed is reached. Where it is not known how much that was, orders and payments may tell
/// the same money without naming each other, so that the side that tells more counts.
pub(super) fn recover(entry: &Entered, known: &Known<'_>, window: &Range<Millis>, said: &mut Outcome) {
    let orders: Vec<Paid<'_>> = known
        .orders
        .iter()
        .filter(|order| order.recurring && window.contains(&order.at))
        .map(|order| Paid {
            at: order.at,
            order: Some(&order.id),
            kept: Some(known.kept(order)),
            whole: order.amount,
            earns: order.earns,
        })
        .collect();
    let named: BTreeSet<&str> = orders.iter().filter_map(|paid| paid.order).collect();
    let payments: Vec<Paid<'_>> = known
        .payments
        .iter()
        .filter(|payment| window.contains(&payment.at) && payment.order.as_deref().is_none_or(|order| !named.contains(order)))
        .map(|payment| Paid {
            at: payment.at,
            order: None,
            kept: payment.amount.map(|amount| Home((amount.0 - payment.refunded.0.max(0)).max(0))),
            whole: payment.amount.unwrap_or_default(),
            earns: payment.earns,
        })
        .collect();
    let owed = entry.owed.filter(|owed| owed.0 > 0);
    let mut all: Vec<Paid<'_>> = match owed {
        Some(_) => orders.into_iter().chain(payments).collect(),
        None if sum(&orders) >= sum(&payments) && !orders.is_empty() => orders,
        None => payments,
    };
    all.sort_by_key(|paid| (paid.at, paid.order.is_none()));
    let mut recovered = 0;
    for paid in all {
        let left = owed.map(|owed| owed.0 - recovered);
        // A payment without an amount settles all that is left.
        let kept = paid.kept.unwrap_or(Home(left.unwrap_or(0)));
        let counted = Home(left.map_or(kept.0, |left| kept.0.min(left)));
        if counted.0 <= 0 && (paid.kept.is_some() || owed.is_some()) {
            continue;
        }
        recovered += counted.0;
        said.recurring.gross = said.recurring.gross + counted;
        said.margin = said.margin + paid.earns.of(counted, if paid.kept.is_some() { paid.whole } else { counted });
        said.orders += u32::from(paid.order.is_some());
        if said.returned_at.is_none() && owed.is_none_or(|owed| recovered >= owed.0) {
            said.returned_at = Some(paid.at);
            said.first_order = paid.order.map(str::to_owned);
        }
    }
}

fn sum(paid: &[Paid<'_>]) -> i64 {
    paid.iter().filter_map(|paid| paid.kept).fold(0, |sum, kept| sum.saturating_add(kept.0))
}
