//! Rows of subscriptions as they stand: each becomes the events that led there.
//!
//! | the row says | events |
//! |---|---|
//! | it runs or ran | `Subscription Started`, and `Subscription Renewed` where the present term began later: all before it counts as paid |
//! | a trial | `Trial Started` |
//! | past due, unpaid, on hold | `Payment Failed` on the first day of the term, in place of its payment |
//! | cancelled on | `Subscription Cancelled`, to the end of the term, or at once where it ended that day |
//! | ended on, without a cancellation | `Subscription Expired` |
//! | paused on | `Subscription Paused` |
//!
//! Without a column for the present term it is counted from the start in whole intervals.

use chrono::{DateTime, Days, Months};
use serde_json::{Map, Value};

use super::amounts;
use super::events::{details, with_unmapped};
use super::headers::fold;
use super::limits::NAME_CHARS;
use super::refusal::{Refusal, shown};
use super::row::{Context, Row};
use super::{EventRow, Who};
use crate::money::Money;
use crate::time::Millis;

/// Intervals that one row may count through: a weekly one of fifty years.
const MOST_TERMS: u32 = 2_700;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Active,
    Trial,
    PastDue,
    /// Asked to end, or ended.
    Cancelled,
    Expired,
    Paused,
}

/// What it costs for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Interval {
    Days(u64),
    Months(u32),
}

/// From the first paid moment to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Term {
    start: Millis,
    end: Millis,
}

#[derive(Debug)]
struct Dates {
    started: Millis,
    cancelled: Option<Millis>,
    ended: Option<Millis>,
    paused: Option<Millis>,
}

/// At least one event.
pub(super) fn read(row: &Row<'_>, context: &mut Context<'_>) -> Result<Vec<EventRow>, Refusal> {
    let who = context.who(row)?;
    let status = context.text(row, "status").map(status).transpose()?;
    let started = context.time(row, "started_at")?.ok_or_else(|| {
        Refusal::of(
            "started_at",
            "the cell is empty",
            "Fill in when the subscription began, or leave the row out where it never did.",
        )
    })?;
    let dates = Dates {
        started,
        cancelled: context.time(row, "cancelled_at")?,
        ended: context.time_ahead(row, "ended_at")?,
        paused: context.time(row, "paused_at")?,
    };
    let (from, until) = (context.time(row, "period_start")?, context.time_ahead(row, "period_end")?);
    let interval = interval(row, context)?;
    let now = context.times.now;
    check(status, &dates, until)?;
    let known_until = [Some(now), dates.ended, dates.cancelled].into_iter().flatten().min().unwrap_or(now);
    let term = term(&dates, from, until, interval, known_until);
    let terms = terms(row, context)?;
    let mut events: Vec<(&'static str, Millis, Map<String, Value>)> = Vec::new();
    begin(&mut events, status, started, term, &terms);
    end(&mut events, status, &dates, term, now, context.short(row, "reason", NAME_CHARS));
    let own = context.id(row, "subscription_id")?;
    let mut more = with_unmapped(Map::new(), row, context)?;
    more.extend(details([("subscription_id", own.clone())]));
    let rows = events.into_iter().map(|(name, occurred_at, said)| {
        // Every renewal is another one; all else happens once, and a row that says it otherwise corrects it.
        let part = match name {
            "Subscription Renewed" | "Payment Failed" => format!("{name} {}", occurred_at.day().iso()),
            _ => name.to_owned(),
        };
        let mut properties = more.clone();
        properties.extend(said);
        let key = context.part_key(row, "subscription", own.as_deref(), &part);
        EventRow { line: row.line, key, who: Who::clone(&who), name: name.to_owned(), occurred_at, properties }
    });
    Ok(rows.collect())
}

pub(super) fn is_status(text: &str) -> bool {
    status(text).is_ok() || is_not_begun(&fold(text))
}

/// What was paid for.
fn begin(
    events: &mut Vec<(&'static str, Millis, Map<String, Value>)>,
    status: Option<Status>,
    started: Millis,
    term: Option<Term>,
    terms: &Map<String, Value>,
) {
    let until = |at: Millis| ("term_end", Some(at.day().iso()));
    let with_end = |end: Millis| terms.clone().into_iter().chain(details([until(end)])).collect::<Map<_, _>>();
    match (status, term) {
        (Some(Status::Trial), _) => events.push(("Trial Started", started, terms.clone())),
        (Some(Status::PastDue), Some(term)) if term.start.day() > started.day() => {
            let before = Millis(term.start.0.saturating_sub(crate::time::MILLIS_PER_DAY)).max(started);
            events.push(("Subscription Started", started, with_end(before)));
            events.push(("Payment Failed", term.start, Map::new()));
        }
        (Some(Status::PastDue), term) => {
            events.push(("Subscription Started", started, terms.clone()));
            events.push(("Payment Failed", term.map_or(started, |term| term.start), Map::new()));
        }
        (_, Some(term)) if term.start.day() > started.day() => {
            let before = Millis(term.start.0.saturating_sub(crate::time::MILLIS_PER_DAY)).max(started);
            // The price is that of the present term, whose length it belongs to.
            let plan = terms.get("plan").map(|plan| ("plan".to_owned(), plan.clone()));
            let said = details([until(before)]).into_iter().chain(plan).collect();
            events.push(("Subscription Started", started, said));
            events.push(("Subscription Renewed", term.start, with_end(term.end)));
        }
        (_, Some(term)) => events.push(("Subscription Started", started, with_end(term.end))),
        (_, None) => events.push(("Subscription Started", started, terms.clone())),
    }
}

/// How it went on.
fn end(
    events: &mut Vec<(&'static str, Millis, Map<String, Value>)>,
    status: Option<Status>,
    dates: &Dates,
    term: Option<Term>,
    now: Millis,
    reason: Option<String>,
) {
    let ended = dates.ended.filter(|at| *at <= now);
    let expired = || (status == Some(Status::Expired)).then(|| term.map(|term| term.end)).flatten().filter(|at| *at <= now);
    if let Some(at) = dates.cancelled {
        let at_once = ended.is_some_and(|ended| ended.day() <= at.day());
        let ends = if at_once { "now" } else { "term_end" };
        events.push(("Subscription Cancelled", at, details([("ends", Some(ends.to_owned())), ("reason", reason)])));
    } else if let Some(at) = ended.or_else(expired) {
        events.push(("Subscription Expired", at, details([("ends", Some("now".to_owned())), ("reason", reason)])));
    }
    if let Some(at) = dates.paused.filter(|_| matches!(status, None | Some(Status::Paused))) {
        events.push(("Subscription Paused", at, Map::new()));
    }
}

fn check(status: Option<Status>, dates: &Dates, until: Option<Millis>) -> Result<(), Refusal> {
    let ends = dates.cancelled.or(dates.ended);
    let refuse = |field: &'static str, reason: &str, fix: &str| Err(Refusal::of(field, reason, fix));
    match status {
        Some(Status::Cancelled) if ends.is_none() => {
            refuse("cancelled_at", "the subscription is cancelled, but not since when", "Fill in when it was cancelled or ended.")
        }
        Some(Status::Expired) if ends.or(until).is_none() => refuse(
            "ended_at",
            "the subscription is over, but not since when",
            "Fill in when it ended, or until when it was paid.",
        ),
        Some(Status::Paused) if dates.paused.is_none() => {
            refuse("paused_at", "the subscription is paused, but not since when", "Fill in when the pause began.")
        }
        _ if ends.is_some_and(|at| at.day() < dates.started.day()) => {
            refuse("ended_at", "the subscription ends before it begins", "Check both dates and the date order.")
        }
        _ if until.is_some_and(|at| at.day() < dates.started.day()) => {
            refuse("period_end", "the term ends before the subscription begins", "Check both dates and the date order.")
        }
        _ => Ok(()),
    }
}

/// The term that runs or ran last. `known_until`: of later terms the row says nothing.
fn term(
    dates: &Dates,
    from: Option<Millis>,
    until: Option<Millis>,
    interval: Option<Interval>,
    known_until: Millis,
) -> Option<Term> {
    let (start, end) = match (from, until, interval) {
        (Some(from), until, interval) => {
            let from = from.max(dates.started);
            (from, until.or_else(|| interval.map(|interval| after(from, interval, 1))))
        }
        (None, Some(until), Some(interval)) => (back(until, interval).max(dates.started), Some(until)),
        (None, Some(until), None) => (dates.started, Some(until)),
        (None, None, Some(interval)) => counted(dates.started, interval, known_until),
        (None, None, None) => (dates.started, None),
    };
    let end = end.or(dates.ended)?;
    let end = dates.ended.map_or(end, |ended| end.min(ended));
    Some(Term { start, end: end.max(start) })
}

/// The last term that began by `until`: all are counted from the first start, so that one from the 31st keeps its day.
fn counted(started: Millis, interval: Interval, until: Millis) -> (Millis, Option<Millis>) {
    let last = (0..MOST_TERMS).take_while(|count| after(started, interval, *count) <= until).last().unwrap_or(0);
    (after(started, interval, last), Some(after(started, interval, last + 1)))
}

fn after(start: Millis, interval: Interval, times: u32) -> Millis {
    let moved = DateTime::from_timestamp_millis(start.0).and_then(|at| match interval {
        Interval::Days(days) => at.checked_add_days(Days::new(days.saturating_mul(u64::from(times)))),
        Interval::Months(months) => at.checked_add_months(Months::new(months.saturating_mul(times))),
    });
    moved.map_or(start, |at| Millis(at.timestamp_millis()))
}

fn back(end: Millis, interval: Interval) -> Millis {
    let moved = DateTime::from_timestamp_millis(end.0).and_then(|at| match interval {
        Interval::Days(days) => at.checked_sub_days(Days::new(days)),
        Interval::Months(months) => at.checked_sub_months(Months::new(months)),
    });
    moved.map_or(end, |at| Millis(at.timestamp_millis()))
}

/// Plan, seats and price as events tell them.
fn terms(row: &Row<'_>, context: &Context<'_>) -> Result<Map<String, Value>, Refusal> {
    let column = context.text(row, "currency").map(|text| amounts::currency("currency", text)).transpose()?;
    let money = |field: &'static str| {
        let Some(text) = context.text(row, field) else { return Ok(None) };
        let (minor, currency) = amounts::read(field, text, context.decimal_comma, column, context.currency)?;
        if minor < 0 {
            return Err(Refusal::of(
                field,
                format!("{} is less than nothing", shown(text)),
                "Write what a term costs, 0 where it is free.",
            ));
        }
        Ok(Some(Money::new(minor, currency)))
    };
    let (amount, price) = (money("amount")?, money("price")?);
    let currency = amount.or(price).map(|money| money.currency.to_string());
    let seats = context.text(row, "seats").map(seats).transpose()?;
    Ok(details([
        ("plan", context.short(row, "plan", NAME_CHARS)),
        ("seats", seats.map(|seats| seats.to_string())),
        ("amount", amount.map(Money::amount)),
        ("price", price.map(Money::amount)),
        ("currency", currency),
    ]))
}

fn seats(text: &str) -> Result<u32, Refusal> {
    let whole = text.strip_suffix(".0").unwrap_or(text);
    whole.parse().ok().filter(|seats| *seats <= 1_000_000_000).ok_or_else(|| {
        Refusal::of(
            "seats",
            format!("{} is not a number of seats", shown(text)),
            "Write a whole number, or leave the cell empty.",
        )
    })
}

fn interval(row: &Row<'_>, context: &Context<'_>) -> Result<Option<Interval>, Refusal> {
    let Some(text) = context.text(row, "interval") else { return Ok(None) };
    let refuse = || {
        let fix = "Use day, week, month, quarter or year, also with a number such as 3 months, or leave the cell empty.";
        Refusal::of("interval", format!("{} is not an interval", shown(text)), fix)
    };
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').filter(|word| !matches!(*word, "every" | "per" | "each" | "alle" | "a")).collect();
    let (number, unit) = match words.as_slice() {
        [unit] => (1, *unit),
        [number, unit] => (number.parse().map_err(|_| refuse())?, *unit),
        _ => return Err(refuse()),
    };
    let column = match context.text(row, "interval_count") {
        Some(text) => text.parse::<u32>().ok().filter(|count| (1..=1_000).contains(count)).ok_or_else(|| {
            let fix = "Write a whole number such as 3 for every three months, or leave the cell empty.";
            Refusal::of("interval_count", format!("{} is not a number of intervals", shown(text)), fix)
        })?,
        None => 1,
    };
    let count = column.saturating_mul(number);
    if !(1..=1_000).contains(&count) {
        return Err(refuse());
    }
    let days = |days: u64| Ok(Some(Interval::Days(days * u64::from(count))));
    let months = |months: u32| Ok(Some(Interval::Months(months * count)));
    match unit {
        "day" | "days" | "daily" | "tag" => days(1),
        "week" | "weeks" | "weekly" | "woche" => days(7),
        "month" | "months" | "monthly" | "mo" | "monat" | "mois" | "mes" => months(1),
        "quarter" | "quarters" | "quarterly" | "quartal" => months(3),
        "year" | "years" | "yearly" | "annual" | "annually" | "yr" | "jahr" | "an" | "ano" => months(12),
        _ => Err(refuse()),
    }
}

fn status(text: &str) -> Result<Status, Refusal> {
    let folded = fold(text);
    match folded.strip_prefix("wc ").unwrap_or(&folded) {
        "active" | "live" | "running" | "paid" | "in trial paid" | "non renewing" => Ok(Status::Active),
        "trialing" | "trial" | "in trial" | "trialling" => Ok(Status::Trial),
        "past due" | "unpaid" | "on hold" | "overdue" | "dunning" => Ok(Status::PastDue),
        "canceled" | "cancelled" | "pending cancel" | "pending cancellation" | "churned" => Ok(Status::Cancelled),
        "expired" | "ended" | "finished" | "switched" => Ok(Status::Expired),
        "paused" | "skipped" => Ok(Status::Paused),
        word if is_not_begun(word) => {
            let fix = "Leave the row out: a subscription that never began is none.";
            Err(Refusal::of("status", "the subscription was never paid for", fix))
        }
        _ => {
            let fix = "Use active, trial, past due, cancelled, expired or paused, or leave the status column out.";
            Err(Refusal::of("status", format!("{} is not a known status", shown(text)), fix))
        }
    }
}

fn is_not_begun(folded: &str) -> bool {
    matches!(folded, "incomplete" | "incomplete expired" | "pending" | "future" | "draft" | "wc pending")
}
