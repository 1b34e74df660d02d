//! Features of the use of a product: what was used, who signed in, how many people are active.
//!
//! Somebody who never used anything is not known to have stopped, and where the whole shop sends nothing it is the feed that
//! stopped.

use super::{log, trend};
use crate::signal::past::{EARLIER_WEEKS, RECENT_WEEKS};
use crate::signal::{Past, date_in_words};

/// Days over which a change of paid seats shows.
const SEATS_DAYS: i32 = 90;

pub(super) fn uses(past: &Past<'_>) -> Option<f64> {
    known(past, past.recent.uses).then(|| log(a_recent_week(past.recent.uses)))
}

pub(super) fn uses_trend(past: &Past<'_>) -> Option<f64> {
    weekly(past, past.recent.uses, past.earlier.uses).map(|(now, before)| trend(now, before, 0.5))
}

/// Of the last 13.
pub(super) fn weeks_used(past: &Past<'_>) -> Option<f64> {
    known(past, past.recent.uses).then(|| f64::from(past.recent.weeks_used + past.earlier.weeks_used))
}

pub(super) fn sign_ins(past: &Past<'_>) -> Option<f64> {
    known(past, past.recent.sign_ins).then(|| log(a_recent_week(past.recent.sign_ins)))
}

pub(super) fn sign_ins_trend(past: &Past<'_>) -> Option<f64> {
    weekly(past, past.recent.sign_ins, past.earlier.sign_ins).map(|(now, before)| trend(now, before, 0.5))
}

/// People active in a week that said so; none where recent weeks are silent.
pub(super) fn active_seats(past: &Past<'_>) -> Option<f64> {
    people(past).map(|(now, _)| log(now))
}

pub(super) fn active_seats_trend(past: &Past<'_>) -> Option<f64> {
    let (now, before) = people(past)?;
    before.map(|before| trend(now, before, 0.5))
}

/// Active people per paid seat.
pub(super) fn seat_use(past: &Past<'_>) -> Option<f64> {
    let (now, _) = people(past)?;
    paid_seats(past).map(|(seats, _)| (now / seats).min(2.0))
}

pub(super) fn seats(past: &Past<'_>) -> Option<f64> {
    paid_seats(past).map(|(seats, _)| log(seats))
}

/// Against the seats paid for 90 days before.
pub(super) fn seats_trend(past: &Past<'_>) -> Option<f64> {
    let (now, before) = paid_seats(past)?;
    before.map(|before| libm::log(now / before))
}

pub(super) fn say_uses(past: &Past<'_>) -> Option<String> {
    let (now, before) = weekly(past, past.recent.uses, past.earlier.uses)?;
    Some(a_week("Used", now, before, past))
}

pub(super) fn say_weeks_used(past: &Past<'_>) -> Option<String> {
    weeks_used(past).map(|weeks| format!("Used in {weeks:.0} of the last {} weeks", RECENT_WEEKS + EARLIER_WEEKS))
}

pub(super) fn say_sign_ins(past: &Past<'_>) -> Option<String> {
    let (now, before) = weekly(past, past.recent.sign_ins, past.earlier.sign_ins)?;
    Some(a_week("Signed in", now, before, past))
}

pub(super) fn say_active_seats(past: &Past<'_>) -> Option<String> {
    let (now, before) = people(past)?;
    let since = date_in_words(past.recent.from);
    Some(match before {
        Some(before) => format!("{now:.0} people active a week since {since}, {before:.0} before"),
        None => format!("{now:.0} people active a week since {since}"),
    })
}

pub(super) fn say_seat_use(past: &Past<'_>) -> Option<String> {
    let ((now, _), (seats, _)) = (people(past)?, paid_seats(past)?);
    Some(format!("{now:.0} people active of {seats:.0} seats paid for"))
}

pub(super) fn say_seats(past: &Past<'_>) -> Option<String> {
    let (now, before) = paid_seats(past)?;
    let before = before.filter(|before| *before != now)?;
    Some(format!("{now:.0} seats, {before:.0} on {}", date_in_words(past.today.plus(-SEATS_DAYS))))
}

fn a_week(what: &str, now: f64, before: f64, past: &Past<'_>) -> String {
    format!("{what} {now:.0} times a week since {}, {before:.0} before", date_in_words(past.recent.from))
}

/// Nothing is known to be none only of someone who used it before, while the shop still tells.
fn known(past: &Past<'_>, recent: u32) -> bool {
    let ever = past.earlier.uses > 0 || past.earlier.sign_ins > 0 || past.recent.uses > 0 || past.recent.sign_ins > 0;
    recent > 0 || (ever && past.is_sent(past.feeds.usage))
}

fn a_recent_week(count: u32) -> f64 {
    f64::from(count) / f64::from(RECENT_WEEKS)
}

/// (recent, earlier) a week, of those who have an earlier.
fn weekly(past: &Past<'_>, recent: u32, earlier: u32) -> Option<(f64, f64)> {
    (earlier > 0 && known(past, recent)).then(|| (a_recent_week(recent), f64::from(earlier) / f64::from(EARLIER_WEEKS)))
}

/// People active in a recent week, and in an earlier one.
fn people(past: &Past<'_>) -> Option<(f64, Option<f64>)> {
    let mean = |seats: u32, weeks: u32| (weeks > 0).then(|| f64::from(seats) / f64::from(weeks));
    let before = mean(past.earlier.seats, past.earlier.seat_weeks);
    match mean(past.recent.seats, past.recent.seat_weeks) {
        Some(now) => Some((now, before)),
        None => (before.is_some() && past.is_sent(past.feeds.usage)).then_some((0.0, before)),
    }
}

/// Seats paid for now and 90 days before; nobody pays for none.
fn paid_seats(past: &Past<'_>) -> Option<(f64, Option<f64>)> {
    let contract = past.contract()?;
    let on = |day| contract.seats(day).filter(|seats| *seats > 0).map(f64::from);
    Some((on(past.today)?, on(past.today.plus(-SEATS_DAYS))))
}
