//! Subscriptions: paid terms, plan, seats, price, cancellation.

use serde::{Deserialize, Serialize};

use super::latest::Latest;
use crate::time::{Day, Millis};

/// How many paid terms a state keeps: ten years of months.
pub const MAX_TERMS: usize = 120;

const MAX_SEAT_CHANGES: usize = 24;

const MAX_CANCELS: usize = 12;

const MAX_PAUSES: usize = 12;

/// A pause without an end is believed for so long.
const OPEN_PAUSE_DAYS: i32 = 90;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Contract {
    /// In order of their starts, the newest ones.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<Term>,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Latest<String>>,
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Latest<Price>>,
    /// Seats paid for, as they changed, newest last.
    #[serde(rename = "s", default, skip_serializing_if = "Vec::is_empty")]
    pub seats: Vec<(Day, u32)>,
    /// Asked to end (`Some(at once)`), or took that back (`None`).
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub cancel: Option<Latest<Option<bool>>>,
    /// The same as it changed, newest last, so that a past day reads what was asked by then.
    #[serde(rename = "xs", default, skip_serializing_if = "Vec::is_empty")]
    pub cancels: Vec<Latest<Option<bool>>>,
    /// Days on which a pause began, and its last day as it was said then; and days on which any pause ended: in rising order, the
    /// newest ones.
    #[serde(rename = "b", default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<(Day, Option<Day>)>,
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    pub resumed: Vec<Day>,
}

/// Paid from the day of `start` to the day of `end`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(Day, Day)", into = "(Day, Day)")]
pub struct Term {
    pub start: Day,
    pub end: Day,
}

/// Of a term.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(Option<i64>, bool)", into = "(Option<i64>, bool)")]
pub struct Price {
    /// Minor units of the home currency; `None` where there is no rate.
    pub minor: Option<i64>,
    /// The price is for one seat.
    pub a_seat: bool,
}

/// What became of the paid terms by a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TermsSoFar {
    pub renewals: u32,
    /// Terms that ended without a renewal, the last one included where it is over.
    pub lapses: u32,
    /// Lapses after which the customer came back.
    pub returns: u32,
    pub current: Option<Term>,
}

impl Contract {
    /// Terms whose start is known by `today`; a cancellation at once cuts the last one short. A term that begins up to `grace` days
    /// after the first unpaid day is a renewal paid late; later it is a return.
    pub fn so_far(&self, today: Day, grace: i32) -> TermsSoFar {
        let mut so_far = TermsSoFar::default();
        for term in self.terms.iter().filter(|term| term.start <= today) {
            if let Some(before) = so_far.current {
                if term.start <= before.end.plus(1).plus(grace) {
                    so_far.renewals += 1;
                } else {
                    so_far.lapses += 1;
                    so_far.returns += 1;
                }
                // Terms that overlap, as those of merged customers may, are over when both are.
                so_far.current = Some(Term { start: term.start, end: term.end.max(before.end) });
            } else {
                so_far.current = Some(*term);
            }
        }
        let cancelled = self.cancelled(today);
        if let (Some(current), Some((asked, true))) = (&mut so_far.current, cancelled) {
            current.end = current.end.min(asked.plus(-1)).max(current.start.plus(-1));
        }
        let grace = if cancelled.is_some() { 0 } else { grace };
        if so_far.current.is_some_and(|current| current.end.plus(grace) < today) {
            so_far.lapses += 1;
        }
        so_far
    }

    /// The day on which the customer asked to end the current term, and whether at once; `None` after a later term was paid.
    pub fn cancelled(&self, today: Day) -> Option<(Day, bool)> {
        let cancel = self.cancels.iter().chain(&self.cancel).filter(|cancel| cancel.at.day() <= today).max()?;
        let at_once = cancel.value?;
        let paid_again = self.terms.iter().any(|term| term.start <= today && term.start > cancel.at.day());
        (!paid_again).then_some((cancel.at.day(), at_once))
    }

    pub fn seats(&self, today: Day) -> Option<u32> {
        self.seats.iter().rev().find(|(day, _)| *day <= today).map(|(_, seats)| *seats)
    }

    /// The last day of the pause that runs on `today`, as far as it was known then.
    pub fn paused_until(&self, today: Day) -> Option<Day> {
        let (from, until) = *self.pauses.iter().rev().find(|(from, _)| *from <= today)?;
        let until = until.unwrap_or_else(|| from.plus(OPEN_PAUSE_DAYS));
        let is_resumed = self.resumed.iter().any(|day| *day >= from && *day <= today);
        (!is_resumed && until >= today).then_some(until)
    }

    /// Of one term, in minor units of the home currency.
    pub fn term_price(&self, today: Day) -> Option<i64> {
        let price = &self.price.as_ref()?.value;
        if price.a_seat { price.minor?.checked_mul(i64::from(self.seats(today)?)) } else { price.minor }
    }

    pub(super) fn pay(&mut self, term: Term) {
        if let Err(place) = self.terms.binary_search(&term) {
            self.terms.insert(place, term);
        }
        let extra = self.terms.len().saturating_sub(MAX_TERMS);
        self.terms.drain(..extra);
    }

    pub(super) fn set_seats(&mut self, at: Millis, seats: u32) {
        let change = (at.day(), seats);
        if let Err(place) = self.seats.binary_search(&change) {
            self.seats.insert(place, change);
        }
        let extra = self.seats.len().saturating_sub(MAX_SEAT_CHANGES);
        self.seats.drain(..extra);
    }

    /// `Some(at once)`, or `None` for taking it back.
    pub(super) fn ask_to_cancel(&mut self, at: Millis, value: Option<bool>) {
        Latest::set(&mut self.cancel, at, value);
        self.note_cancel(Latest { at, value });
    }

    fn note_cancel(&mut self, change: Latest<Option<bool>>) {
        if let Err(place) = self.cancels.binary_search(&change) {
            self.cancels.insert(place, change);
        }
        let extra = self.cancels.len().saturating_sub(MAX_CANCELS);
        self.cancels.drain(..extra);
    }

    pub(super) fn pause(&mut self, from: Day, until: Option<Day>) {
        insert(&mut self.pauses, (from, until));
    }

    pub(super) fn resume(&mut self, day: Day) {
        insert(&mut self.resumed, day);
    }

    pub(super) fn merge(mut self, other: Self) -> Self {
        other.terms.into_iter().for_each(|term| self.pay(term));
        other.seats.into_iter().for_each(|(day, seats)| self.set_seats(day.start(), seats));
        Latest::merge(&mut self.plan, other.plan);
        Latest::merge(&mut self.price, other.price);
        Latest::merge(&mut self.cancel, other.cancel);
        other.pauses.into_iter().for_each(|(from, until)| self.pause(from, until));
        other.resumed.into_iter().for_each(|day| self.resume(day));
        other.cancels.into_iter().for_each(|change| self.note_cancel(change));
        self
    }
}

/// In order, once, and only the newest.
fn insert<T: Ord>(list: &mut Vec<T>, item: T) {
    if let Err(place) = list.binary_search(&item) {
        list.insert(place, item);
    }
    let extra = list.len().saturating_sub(MAX_PAUSES);
    list.drain(..extra);
}

impl Term {
    pub fn days(self) -> i32 {
        self.end.since(self.start).max(1)
    }
}

impl From<(Day, Day)> for Term {
    fn from((start, end): (Day, Day)) -> Self {
        Self { start, end }
    }
}

impl From<Term> for (Day, Day) {
    fn from(term: Term) -> Self {
        (term.start, term.end)
    }
}

impl From<(Option<i64>, bool)> for Price {
    fn from((minor, a_seat): (Option<i64>, bool)) -> Self {
        Self { minor, a_seat }
    }
}

impl From<Price> for (Option<i64>, bool) {
    fn from(price: Price) -> Self {
        (price.minor, price.a_seat)
    }
}
