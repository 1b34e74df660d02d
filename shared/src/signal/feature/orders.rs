//! Features of purchase days and amounts.

use super::{log, trend};
use crate::money::Home;
use crate::signal::{Past, counted, date_in_words, days_in_words};

/// A past of at least so many days before the last 90 says how often someone usually orders.
const MIN_EARLIER_DAYS: i32 = 90;

pub(super) fn purchase_days(past: &Past<'_>) -> Option<f64> {
    some(past).map(|days| log(days as f64))
}

pub(super) fn silence(past: &Past<'_>) -> Option<f64> {
    past.silence().map(|days| log(f64::from(days)))
}

pub(super) fn tenure(past: &Past<'_>) -> Option<f64> {
    past.tenure().map(|days| log(f64::from(days)))
}

/// From the first purchase to the last.
pub(super) fn span(past: &Past<'_>) -> Option<f64> {
    Some(log(f64::from(past.tenure()? - past.silence()?)))
}

pub(super) fn gap_mean(past: &Past<'_>) -> Option<f64> {
    past.mean_gap().map(log)
}

/// The standard deviation of the gaps, of those with two or more.
pub(super) fn gap_spread(past: &Past<'_>) -> Option<f64> {
    let mean = past.mean_gap().filter(|_| past.days.len() > 2)?;
    let off = |(one, next): (&crate::time::Day, &crate::time::Day)| f64::from(next.since(*one)) - mean;
    let squares: f64 = past.days.iter().zip(past.days.iter().skip(1)).map(off).map(|off| off * off).sum();
    Some(log(libm::sqrt(squares / (past.days.len() - 2) as f64)))
}

/// Silence in units of the customer's own mean gap; someone with one purchase has none, and the shop's is in `deadline_share`.
pub(super) fn silence_to_gap(past: &Past<'_>) -> Option<f64> {
    Some(log(f64::from(past.silence()?) / (past.mean_gap()? + 1.0)))
}

/// Silence in units of the deadline, which comes from the customer's own rhythm shrunk to the shop's.
pub(super) fn deadline_share(past: &Past<'_>) -> Option<f64> {
    let deadline = past.deadline.filter(|days| *days > 0)?;
    Some(log(f64::from(past.silence()?) / f64::from(deadline)))
}

pub(super) fn purchases(past: &Past<'_>, days: i32) -> Option<f64> {
    some(past).map(|_| log(f64::from(past.purchases_within(days))))
}

/// The last 90 days against the customer's own rate before them.
pub(super) fn frequency_trend(past: &Past<'_>) -> Option<f64> {
    let (recent, usual) = frequencies(past)?;
    Some(trend(recent, usual, 0.5))
}

/// All amounts are of whole weeks, in minor units of the home currency.
pub(super) fn spend_total(past: &Past<'_>) -> Option<f64> {
    (past.orders > 0).then(|| log(past.spend as f64))
}

pub(super) fn spend_mean(past: &Past<'_>) -> Option<f64> {
    (past.orders > 0).then(|| log(past.spend as f64 / f64::from(past.orders)))
}

/// A mean order of the last 13 weeks.
pub(super) fn spend_recent(past: &Past<'_>) -> Option<f64> {
    let (spend, orders) = recent_spend(past)?;
    Some(log(spend / orders))
}

/// A mean order of the last 13 weeks against one of the time before.
pub(super) fn value_trend(past: &Past<'_>) -> Option<f64> {
    let (recent, before) = values(past)?;
    Some(libm::log(recent / before))
}

/// Of the orders of the last 13 weeks, pulled towards a third.
pub(super) fn discount_share(past: &Past<'_>) -> Option<f64> {
    let (discounted, orders) = discounted(past)?;
    Some((discounted + 1.0) / (orders + 3.0))
}

pub(super) fn say_discounts(past: &Past<'_>) -> Option<String> {
    let (discounted, orders) = discounted(past)?;
    Some(format!("{discounted:.0} of {orders:.0} orders with a discount since {}", date_in_words(past.earlier.from)))
}

pub(super) fn say_purchase_days(past: &Past<'_>) -> Option<String> {
    match some(past)? {
        1 => Some("One purchase so far".to_owned()),
        n => Some(format!("Purchases on {n} days so far")),
    }
}

pub(super) fn say_silence(past: &Past<'_>) -> Option<String> {
    let last = date_in_words(*past.days.last()?);
    Some(match past.mean_gap().map(|gap| libm::round(gap.max(1.0)) as i32) {
        Some(1) => format!("No order since {last}, usually every day"),
        Some(gap) => format!("No order since {last}, usually every {gap} days"),
        None => format!("No second order since {last}"),
    })
}

pub(super) fn say_deadline(past: &Past<'_>) -> Option<String> {
    let (silence, deadline) = (past.silence()?, past.deadline?);
    Some(format!("Silent for {} of the {} that count as lost", silence, days_in_words(deadline)))
}

pub(super) fn say_tenure(past: &Past<'_>) -> Option<String> {
    Some(format!("Customer since {}", date_in_words(*past.days.first()?)))
}

pub(super) fn say_purchases(past: &Past<'_>, days: i32) -> Option<String> {
    some(past)?;
    Some(match past.purchases_within(days) {
        0 => format!("No purchase in the last {days} days"),
        n => format!("{} in the last {days} days", counted(n, "purchase", "purchases")),
    })
}

pub(super) fn say_frequency_trend(past: &Past<'_>) -> Option<String> {
    let (recent, usual) = frequencies(past)?;
    let purchases = counted(libm::round(recent) as u32, "purchase", "purchases");
    Some(format!("{purchases} in the last 90 days, usually {usual:.1} in as long"))
}

pub(super) fn say_value_trend(past: &Past<'_>) -> Option<String> {
    let (recent, before) = values(past)?;
    let money = |minor: f64| {
        let money = Home(libm::round(minor) as i64).in_currency(past.home);
        format!("{} {}", money.amount(), money.currency)
    };
    Some(format!("Orders of {} on average since {}, {} before", money(recent), date_in_words(past.earlier.from), money(before)))
}

/// How many purchase days there are, of those who bought at all.
fn some(past: &Past<'_>) -> Option<usize> {
    Some(past.days.len()).filter(|days| *days > 0)
}

/// Purchase days in the last 90 days, and what the time before has in as many.
fn frequencies(past: &Past<'_>) -> Option<(f64, f64)> {
    let earlier = past.tenure()?.saturating_sub(90);
    if earlier < MIN_EARLIER_DAYS {
        return None;
    }
    let recent = f64::from(past.purchases_within(90));
    Some((recent, (past.days.len() as f64 - recent) / f64::from(earlier) * 90.0))
}

fn discounted(past: &Past<'_>) -> Option<(f64, f64)> {
    let orders = past.recent.orders.saturating_add(past.earlier.orders);
    let discounted = past.recent.discounted.saturating_add(past.earlier.discounted);
    (orders > 0).then(|| (f64::from(discounted), f64::from(orders)))
}

fn recent_spend(past: &Past<'_>) -> Option<(f64, f64)> {
    let orders = past.recent.orders.saturating_add(past.earlier.orders);
    (orders > 0).then(|| (past.recent.spend.saturating_add(past.earlier.spend) as f64, f64::from(orders)))
}

/// A mean order of the last 13 weeks and one of before, where both are more than nothing.
fn values(past: &Past<'_>) -> Option<(f64, f64)> {
    let (spend, orders) = recent_spend(past)?;
    let (spend_before, orders_before) = (past.spend as f64 - spend, f64::from(past.orders) - orders);
    (orders_before >= 1.0 && spend > 0.0 && spend_before > 0.0).then(|| (spend / orders, spend_before / orders_before))
}
