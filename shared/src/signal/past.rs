//! What was known of a customer by the end of a day.

use super::Feeds;
use super::sum::Sum;
use crate::money::Currency;
use crate::state::{Contract, State, Term};
use crate::time::Day;

/// Weeks that count as recent, and the weeks before them that they are compared with.
pub(super) const RECENT_WEEKS: i32 = 4;
pub(super) const EARLIER_WEEKS: i32 = 9;

/// A customer as of the end of `today`, read from a state that may hold later rows too: the features of a past day are those
/// that this day itself would have shown.
///
/// A state keeps the newest 53 weeks with anything in them, so what is read from weeks goes 13 weeks back: it stays exact for
/// every `today` that lies up to [`Past::MAX_DAYS_BACK`] before the newest row, and of an earlier one nothing is read from weeks that
/// are not all there. Purchase days and paid terms are all kept.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    pub state: &'a State,
    /// Purchase days up to `today`.
    pub days: &'a [Day],
    pub today: Day,
    pub feeds: &'a Feeds,
    pub home: Currency,
    /// Days of silence that count as churn.
    pub deadline: Option<i32>,
    /// The logit of P(churn) by the buy-till-you-die model, fitted on rows up to `today`.
    pub base: Option<f64>,
    /// The newest week that was over by the end of `today`.
    pub(super) week: i32,
    /// The weeks below are all there.
    pub(super) weeks_known: bool,
    pub(super) recent: Sum,
    pub(super) earlier: Sum,
    /// Paid orders and their spend over the whole life up to the end of `week`.
    pub(super) orders: u32,
    pub(super) spend: i64,
}

impl<'a> Past<'a> {
    /// Features are exact for days up to so many days before the newest row of a state.
    pub const MAX_DAYS_BACK: i32 = 270;

    /// `feeds` must be those of `today` too: [`Feeds::until`].
    pub fn of(state: &'a State, feeds: &'a Feeds, home: Currency, today: Day) -> Self {
        let week = last_whole_week(today);
        let first_recent = week.saturating_sub(RECENT_WEEKS - 1);
        let first = first_recent.saturating_sub(EARLIER_WEEKS);
        let weeks_known = state.weeks.reach(first);
        let sum = |from, to| if weeks_known { Sum::between(state, from, to) } else { Sum::default() };
        let later = sum(week.saturating_add(1), i32::MAX);
        let by_then = |ever: u32, later: u32| if weeks_known { ever.saturating_sub(later) } else { 0 };
        Self {
            state,
            days: state.days.until(today),
            today,
            feeds,
            home,
            deadline: None,
            base: None,
            week,
            weeks_known,
            recent: sum(first_recent, week),
            earlier: sum(first, first_recent.saturating_sub(1)),
            orders: by_then(state.orders(), later.orders),
            spend: state.home.minor.saturating_sub(later.spend),
        }
    }

    /// Days since the last purchase.
    pub fn silence(&self) -> Option<i32> {
        Some(self.today.since(*self.days.last()?))
    }

    /// Days since the first purchase.
    pub fn tenure(&self) -> Option<i32> {
        Some(self.today.since(*self.days.first()?))
    }

    /// Mean days between purchases.
    pub fn mean_gap(&self) -> Option<f64> {
        let (first, last) = (*self.days.first()?, *self.days.last()?);
        (self.days.len() > 1).then(|| f64::from(last.since(first)) / (self.days.len() - 1) as f64)
    }

    /// Purchase days among the last `days` days.
    pub fn purchases_within(&self, days: i32) -> u32 {
        let from = self.today.plus(-days);
        u32::try_from(self.days.len() - self.days.partition_point(|day| *day <= from)).unwrap_or(u32::MAX)
    }

    pub(super) fn contract(&self) -> Option<&'a Contract> {
        self.state.contract.as_ref().filter(|contract| contract.terms.first().is_some_and(|term| term.start <= self.today))
    }

    /// Terms paid by `today`.
    pub(super) fn terms(&self) -> impl Iterator<Item = &'a Term> {
        let today = self.today;
        self.state.contract.iter().flat_map(|contract| &contract.terms).filter(move |term| term.start <= today)
    }

    /// Whether somebody of the shop sent something of this kind lately, so that nothing means none.
    pub(super) fn is_sent(&self, feed: Option<i32>) -> bool {
        self.weeks_known && feed.is_some_and(|newest| newest >= self.week.saturating_sub(2))
    }
}

/// The newest week that is over by the end of `today`: its own if it is a Sunday.
pub(super) fn last_whole_week(today: Day) -> i32 {
    today.plus(1).week().saturating_sub(1)
}
