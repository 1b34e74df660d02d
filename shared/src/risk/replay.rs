//! The past once more: whom the model would have flagged on a past day, and when the rule "no order in 90 days" would have spoken.

use super::fit::assemble;
use super::question::is_gone;
use super::score::past_view;
use super::standpoint::Standpoint;
use super::{FitInput, Model, Sampled};
use crate::api::{Backtest, Tier};
use crate::money::Currency;
use crate::signal::{date_in_words, days_in_words};
use crate::time::Day;

/// The replay ends today and begins so many days before.
const DAYS: i32 = 90;

/// The rule flags after so many days without an order.
const RULE_DAYS: i32 = 90;

/// Fewer who left say nothing.
const MIN_LEFT: u32 = 20;

#[derive(Default)]
struct Counts {
    customers: u32,
    left: u32,
    flagged: u32,
    flagged_left: u32,
    rule_flagged: u32,
    rule_left: u32,
    earlier: Vec<i32>,
}

/// Of customers without a subscription; the model is fitted on rows up to the first day of the replay alone. `None` where it
/// would have had too little to be fitted on, or too few left.
pub(super) fn replay(input: &FitInput, home: Currency, today: Day) -> Option<Backtest> {
    let from = today.plus(-DAYS);
    let assembled = assemble(input, None, home, from);
    assembled.fitted.as_ref()?;
    let model = assembled.model;
    let mut counts = Counts::default();
    for customer in &input.sample {
        follow(customer, &model, from, &mut counts);
    }
    (counts.left >= MIN_LEFT).then(|| told(counts, from, today))
}

fn follow(customer: &Sampled, model: &Model, from: Day, counts: &mut Counts) {
    let state = &customer.state;
    let Ok(standpoint @ Standpoint::Buyer(_)) = Standpoint::of(state, model, from) else { return };
    let Some(view) = past_view(state, model, None, from).filter(|_| !standpoint.is_lost(from)) else { return };
    let is_flagged = matches!(view.tier, Tier::Immediate | Tier::Moderate | Tier::Early);
    let lost_after = lost_after(customer, model, from);
    // The first day on which the rule speaks, at any time of the replay and before the customer counts as lost.
    let rule_day = rule_day(state.days.until(from.plus(DAYS)), from);
    let ruled_after = rule_day.map(|day| day.since(from)).filter(|days| *days <= lost_after.unwrap_or(DAYS));
    counts.customers += 1;
    counts.flagged += u32::from(is_flagged);
    counts.rule_flagged += u32::from(ruled_after.is_some());
    if lost_after.is_some() {
        counts.left += 1;
        counts.flagged_left += u32::from(is_flagged);
        counts.rule_left += u32::from(ruled_after.is_some());
        counts.earlier.extend(ruled_after.filter(|_| is_flagged));
    }
}

/// Days until the loss, where there is one within the replay.
fn lost_after(customer: &Sampled, model: &Model, from: Day) -> Option<i32> {
    let is_gone = |days: i32| is_gone(customer, model, from, days);
    if !is_gone(DAYS) {
        return None;
    }
    // Once lost within some days is lost within more.
    let (mut before, mut after) = (0, DAYS);
    while after - before > 1 {
        let middle = i32::midpoint(before, after);
        if is_gone(middle) { after = middle } else { before = middle }
    }
    Some(after)
}

/// The first day from `from` on that ends so many days without an order.
fn rule_day(days: &[Day], from: Day) -> Option<Day> {
    let known = days.partition_point(|day| *day <= from).saturating_sub(1);
    let days = days.get(known..)?;
    let next = days.iter().skip(1).map(Some).chain([None]);
    days.iter().zip(next).find_map(|(day, next)| {
        let speaks = day.plus(RULE_DAYS).max(from);
        next.is_none_or(|next| *next > speaks).then_some(speaks)
    })
}

fn told(mut counts: Counts, from: Day, today: Day) -> Backtest {
    counts.earlier.sort_unstable();
    let days_earlier = counts.earlier.get(counts.earlier.len() / 2).copied();
    let share = |part: u32, of: u32| if of == 0 { 0.0 } else { f64::from(part) / f64::from(of) * 100.0 };
    let later = days_earlier.filter(|days| *days > 0).map(|days| format!(", {} later", days_in_words(days))).unwrap_or_default();
    let flagged = format!(
        "Replayed from {}: of 100 people flagged on that day, {:.0} left within {DAYS} days; of 100 whom the rule “no order in 90 days” flagged meanwhile, {:.0}. Of 100 who left, {:.0} had been flagged on that day; the rule would have found {:.0} before they were lost{later}.",
        date_in_words(from),
        share(counts.flagged_left, counts.flagged),
        share(counts.rule_left, counts.rule_flagged),
        share(counts.flagged_left, counts.left),
        share(counts.rule_left, counts.left),
    );
    let nobody = || {
        format!(
            "Replayed from {}: nobody was flagged on that day, and {} of {} left within {DAYS} days.",
            date_in_words(from),
            counts.left,
            counts.customers
        )
    };
    let text = if counts.flagged == 0 { nobody() } else { flagged };
    Backtest {
        from: from.iso(),
        to: today.iso(),
        customers: counts.customers,
        left: counts.left,
        flagged: counts.flagged,
        flagged_left: counts.flagged_left,
        rule_flagged: counts.rule_flagged,
        rule_left: counts.rule_left,
        days_earlier,
        text,
    }
}
