//! Features of mail, site, tickets, answers, payments and the subscription.

use super::{log, trend};
use crate::signal::intent::LATE_DAYS;
use crate::signal::past::{EARLIER_WEEKS, RECENT_WEEKS};
use crate::signal::{Past, counted, date_in_words, days_in_words};
use crate::time::Day;

/// An answer says something for so many days.
const NPS_DAYS: i32 = 180;

/// Clicks and mails that a rate is pulled towards: one click in twenty mails.
const CLICKS: (f64, f64) = (0.2, 4.0);

/// Of the mails of the last 13 weeks; not known of those who got none.
pub(super) fn click_rate(past: &Past<'_>) -> Option<f64> {
    let (clicked, delivered) = (past.recent.clicked + past.earlier.clicked, past.recent.delivered + past.earlier.delivered);
    (delivered > 0).then(|| rate(clicked, delivered))
}

pub(super) fn click_trend(past: &Past<'_>) -> Option<f64> {
    let (recent, earlier) = (&past.recent, &past.earlier);
    let both = recent.delivered > 0 && earlier.delivered > 0;
    both.then(|| libm::log(rate(recent.clicked, recent.delivered) / rate(earlier.clicked, earlier.delivered)))
}

/// By people, of the mails of the last 13 weeks; not known of those who got none, however much they opened.
pub(super) fn open_rate(past: &Past<'_>) -> Option<f64> {
    let (opened, delivered) = (past.recent.opened + past.earlier.opened, past.recent.delivered + past.earlier.delivered);
    (delivered > 0).then(|| rate(opened, delivered))
}

pub(super) fn open_trend(past: &Past<'_>) -> Option<f64> {
    let (recent, earlier) = (&past.recent, &past.earlier);
    let both = recent.delivered > 0 && earlier.delivered > 0;
    both.then(|| libm::log(rate(recent.opened, recent.delivered) / rate(earlier.opened, earlier.delivered)))
}

pub(super) fn visits(past: &Past<'_>) -> Option<f64> {
    (past.recent.visits > 0 || past.is_sent(past.feeds.visits)).then(|| log(f64::from(past.recent.visits)))
}

pub(super) fn visits_trend(past: &Past<'_>) -> Option<f64> {
    visits(past).filter(|_| past.earlier.visits > 0)?;
    Some(trend(a_week(past.recent.visits, RECENT_WEEKS), a_week(past.earlier.visits, EARLIER_WEEKS), 0.25))
}

/// Days with a visit in the last 4 weeks.
pub(super) fn visit_days(past: &Past<'_>) -> Option<f64> {
    visits(past).map(|_| log(f64::from(past.recent.visit_days)))
}

/// Posts and answers among other customers in the last 13 weeks; nothing means none only where the shop tells.
pub(super) fn community(past: &Past<'_>) -> Option<f64> {
    let active = past.recent.community.saturating_add(past.earlier.community);
    (active > 0 || past.is_sent(past.feeds.community)).then(|| log(f64::from(active)))
}

/// Opened in the last 13 weeks.
pub(super) fn tickets(past: &Past<'_>) -> Option<f64> {
    opened(past).map(log)
}

pub(super) fn tickets_unhappy(past: &Past<'_>) -> Option<f64> {
    opened(past).map(|_| log(f64::from(past.recent.unhappy + past.earlier.unhappy)))
}

/// Opened in the last 13 weeks and not made up for by solved ones.
pub(super) fn tickets_unsolved(past: &Past<'_>) -> Option<f64> {
    unsolved(past).map(log)
}

/// 0 to 10.
pub(super) fn nps(past: &Past<'_>) -> Option<f64> {
    answers(past).map(|(_, score, _)| score)
}

pub(super) fn nps_change(past: &Past<'_>) -> Option<f64> {
    let (_, score, before) = answers(past)?;
    before.map(|before| score - before)
}

/// In the last 4 weeks, of those who pay by subscription or had one fail.
pub(super) fn payment_failures(past: &Past<'_>) -> Option<f64> {
    let failed = past.recent.payment_failures;
    (failed > 0 || past.earlier.payment_failures > 0 || (past.weeks_known && past.contract().is_some()))
        .then(|| log(f64::from(failed)))
}

/// To the last paid day, as a signed logarithm: below 0 it is over.
pub(super) fn term_days_left(past: &Past<'_>) -> Option<f64> {
    let left = f64::from(paid_until(past)?.since(past.today));
    Some(if left < 0.0 { -log(-left) } else { log(left) })
}

/// Paid terms after the first.
pub(super) fn renewals(past: &Past<'_>) -> Option<f64> {
    renewed(past).map(|terms| log(f64::from(terms)))
}

/// Days by which the last renewal was late; a return after a lapse is none.
pub(super) fn renewal_delay(past: &Past<'_>) -> Option<f64> {
    late_renewal(past).map(|(late, _)| log(f64::from(late)))
}

/// Thoughts of a smaller plan or of leaving in the last 13 weeks, of those who pay by subscription or had one.
pub(super) fn inquiries(past: &Past<'_>) -> Option<f64> {
    let asked = past.recent.inquiries.saturating_add(past.earlier.inquiries);
    (asked > 0 || (past.weeks_known && past.contract().is_some())).then(|| log(f64::from(asked)))
}

pub(super) fn cancellation(past: &Past<'_>) -> Option<f64> {
    past.contract().map(|contract| f64::from(u8::from(contract.cancelled(past.today).is_some())))
}

pub(super) fn say_clicks(past: &Past<'_>) -> Option<String> {
    let (recent, earlier) = (&past.recent, &past.earlier);
    let in_all = |clicked: u32, delivered: u32| format!("in {clicked} of {}", counted(delivered, "e-mail", "e-mails"));
    match (recent.delivered, earlier.delivered) {
        (0, 0) => None,
        (0, _) => Some(format!("Clicked {} before {}", in_all(earlier.clicked, earlier.delivered), date_in_words(recent.from))),
        (_, 0) => Some(format!("Clicked {} since {}", in_all(recent.clicked, recent.delivered), date_in_words(recent.from))),
        _ => Some(format!(
            "Clicked {} since {}, in {} of {} before",
            in_all(recent.clicked, recent.delivered),
            date_in_words(recent.from),
            earlier.clicked,
            earlier.delivered
        )),
    }
}

pub(super) fn say_opens(past: &Past<'_>) -> Option<String> {
    let (recent, earlier) = (&past.recent, &past.earlier);
    let (opened, delivered) = (recent.opened + earlier.opened, recent.delivered + earlier.delivered);
    let mails = counted(delivered, "e-mail", "e-mails");
    (delivered > 0).then(|| format!("Opened {opened} of {mails} since {}", date_in_words(earlier.from)))
}

pub(super) fn say_visit_days(past: &Past<'_>) -> Option<String> {
    visits(past)?;
    let days = counted(past.recent.visit_days, "day", "days");
    Some(format!("On the site on {days} since {}", date_in_words(past.recent.from)))
}

pub(super) fn say_community(past: &Past<'_>) -> Option<String> {
    community(past)?;
    let active = counted(past.recent.community.saturating_add(past.earlier.community), "post", "posts");
    Some(format!("{active} in the community since {}", date_in_words(past.earlier.from)))
}

pub(super) fn say_renewal_delay(past: &Past<'_>) -> Option<String> {
    let (late, day) = late_renewal(past).filter(|(late, _)| *late > 0)?;
    Some(format!("Renewed {} late on {}", days_in_words(late), date_in_words(day)))
}

pub(super) fn say_inquiries(past: &Past<'_>) -> Option<String> {
    let asked = past.recent.inquiries.saturating_add(past.earlier.inquiries);
    let times = counted(asked, "time", "times");
    (asked > 0).then(|| format!("Asked {times} about a smaller plan or leaving since {}", date_in_words(past.earlier.from)))
}

pub(super) fn say_visits(past: &Past<'_>) -> Option<String> {
    visits(past)?;
    let since = date_in_words(past.recent.from);
    let visits = counted(past.recent.visits, "visit", "visits");
    Some(format!("{visits} since {since}, {} in the nine weeks before", past.earlier.visits))
}

pub(super) fn say_tickets(past: &Past<'_>) -> Option<String> {
    let opened = opened(past).filter(|opened| *opened > 0.0)? as u32;
    Some(format!("Opened {} since {}", counted(opened, "ticket", "tickets"), date_in_words(past.earlier.from)))
}

pub(super) fn say_unhappy(past: &Past<'_>) -> Option<String> {
    let unhappy = past.recent.unhappy + past.earlier.unhappy;
    (unhappy > 0).then(|| {
        format!("Opened {} since {}", counted(unhappy, "unhappy ticket", "unhappy tickets"), date_in_words(past.earlier.from))
    })
}

pub(super) fn say_unsolved(past: &Past<'_>) -> Option<String> {
    let open = unsolved(past).filter(|open| *open > 0.0)? as u32;
    Some(format!("{} since {} not solved", counted(open, "ticket", "tickets"), date_in_words(past.earlier.from)))
}

pub(super) fn say_nps(past: &Past<'_>) -> Option<String> {
    let (day, score, before) = answers(past)?;
    let said = format!("Recommends us {score:.0} of 10 on {}", date_in_words(day));
    Some(before.filter(|before| *before != score).map_or(said.clone(), |before| format!("{said}, {before:.0} before")))
}

pub(super) fn say_payment_failures(past: &Past<'_>) -> Option<String> {
    let times = past.recent.payment_failures;
    let since = date_in_words(past.recent.from);
    (times > 0).then(|| format!("Payment failed {} since {since}", counted(times, "time", "times")))
}

pub(super) fn say_term(past: &Past<'_>) -> Option<String> {
    let end = paid_until(past)?;
    let date = date_in_words(end);
    Some(if end < past.today { format!("Paid until {date} and not renewed") } else { format!("Paid until {date}") })
}

pub(super) fn say_renewals(past: &Past<'_>) -> Option<String> {
    Some(match renewed(past)? {
        0 => "In the first paid term".to_owned(),
        1 => "Renewed once".to_owned(),
        n => format!("Renewed {n} times"),
    })
}

pub(super) fn say_cancellation(past: &Past<'_>) -> Option<String> {
    let (asked, _) = past.contract()?.cancelled(past.today)?;
    Some(format!("Asked to cancel on {}", date_in_words(asked)))
}

fn rate(clicked: u32, delivered: u32) -> f64 {
    (f64::from(clicked) + CLICKS.0) / (f64::from(delivered) + CLICKS.1)
}

fn a_week(count: u32, weeks: i32) -> f64 {
    f64::from(count) / f64::from(weeks)
}

/// Tickets of the last 13 weeks; nothing means none only where the shop has a help desk.
fn opened(past: &Past<'_>) -> Option<f64> {
    let opened = past.recent.tickets.saturating_add(past.earlier.tickets);
    (opened > 0 || (past.weeks_known && past.feeds.tickets.is_some())).then(|| f64::from(opened))
}

fn unsolved(past: &Past<'_>) -> Option<f64> {
    let solved = past.recent.solved.saturating_add(past.earlier.solved);
    opened(past).map(|opened| (opened - f64::from(solved)).max(0.0))
}

/// The day and score of the last answer, and the score before it.
fn answers(past: &Past<'_>) -> Option<(Day, f64, Option<f64>)> {
    let mut answers = past.state.nps.iter().rev().filter(|(at, _)| at.day() <= past.today);
    let (at, score) = answers.next().filter(|(at, _)| past.today.since(at.day()) <= NPS_DAYS)?;
    Some((at.day(), f64::from(*score), answers.next().map(|(_, score)| f64::from(*score))))
}

/// The last paid day, of the terms known by then.
fn paid_until(past: &Past<'_>) -> Option<Day> {
    past.terms().map(|term| term.end).max()
}

/// Days by which the last renewal was late, and its day; none of a first term or a return.
fn late_renewal(past: &Past<'_>) -> Option<(i32, Day)> {
    let mut terms = past.terms();
    let (mut before, mut last) = (terms.next()?, terms.next()?);
    for term in terms {
        (before, last) = (last, term);
    }
    let late = (last.start.since(before.end) - 1).max(0);
    (late == 0 || LATE_DAYS.contains(&late)).then_some((late, last.start))
}

fn renewed(past: &Past<'_>) -> Option<u32> {
    u32::try_from(past.terms().count()).ok()?.checked_sub(1)
}
