//! Who stayed: paid activity, ends of terms, and leaving again.

use std::ops::Range;

use super::facts::{Known, Term};
use super::{Entered, RECHURN_DAYS, Rechurn};
use crate::time::Millis;

/// Paid activity in order of time: orders of which something is left, with their ids, and terms that run.
pub(super) fn activity<'a>(known: &Known<'a>, within: &Range<Millis>) -> Vec<(Millis, Option<&'a str>)> {
    let orders = known.orders.iter().filter(|order| known.kept(order).0 > 0).map(|order| (order.at, Some(order.id.as_str())));
    let runs = known.terms.iter().filter(|term| matches!(term.change, Term::Runs { .. })).map(|term| (term.at, None));
    let mut all: Vec<_> = orders.chain(runs).filter(|(at, _)| within.contains(at)).collect();
    // An order names what a term at the same moment does not.
    all.sort_by_key(|(at, order)| (*at, order.is_none(), *order));
    all
}

/// The first activity before the deadline after which no term ended before it.
pub(super) fn kept<'a>(entry: &Entered, known: &Known<'a>, closes_at: Millis) -> Option<(Millis, Option<&'a str>)> {
    // A deadline that had passed at the entry bounds nothing.
    let deadline = entry.deadline.filter(|deadline| *deadline > entry.entered_at).unwrap_or(closes_at);
    let ended = ends(known, deadline).into_iter().max();
    activity(known, &(entry.entered_at..deadline)).into_iter().find(|(at, _)| ended.is_none_or(|ended| *at > ended))
}

/// Ends of terms before `until` that have come: a term that was renewed or taken up before its end has none.
fn ends(known: &Known<'_>, until: Millis) -> Vec<Millis> {
    let mut open: Option<Millis> = None;
    let mut ended = Vec::new();
    for term in &known.terms {
        // The end came before this change was told.
        if let Some(end) = open.filter(|end| *end < term.at) {
            ended.push(end);
        }
        open = term.change.ends_at(term.at);
    }
    ended.extend(open);
    ended.retain(|end| *end < until && known.has_come(*end));
    ended
}

/// Left again: the first end of a term, or the first time silence was long enough, after the return and within [`RECHURN_DAYS`].
pub(super) fn rechurn(entry: &Entered, known: &Known<'_>, returned_at: Millis, now: Millis, turns: &mut Vec<Millis>) -> Rechurn {
    let until = returned_at.day().plus(RECHURN_DAYS + 1).start();
    turns.push(until);
    let mut left: Option<Millis> = ends(known, until).into_iter().filter(|end| *end > returned_at).min();
    if let Some(days) = entry.silent_days.filter(|days| *days > 0) {
        let silent = |since: Millis| since.day().plus(i32::from(days)).start();
        let active = activity(known, &(returned_at..Millis(now.0.saturating_add(1))));
        let mut since = returned_at;
        let mut churned = None;
        for (at, _) in active {
            if at >= silent(since) {
                break;
            }
            since = at;
        }
        let from = silent(since);
        if from < until {
            turns.push(from);
            churned = (from <= now).then_some(from);
        }
        left = left.into_iter().chain(churned).min();
    }
    match left {
        Some(at) => Rechurn::Left { at },
        None if now >= until => Rechurn::Stayed,
        None => Rechurn::Open,
    }
}
