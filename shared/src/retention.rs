//! How long events and messages stay: for so many days, or for less where they fill their part of the database.

use std::collections::BTreeMap;

use crate::api::Plan;
use crate::limits::allowed;
use crate::time::{Day, Millis};

/// What a shop may choose, in days.
pub const EVENT_DAYS: std::ops::RangeInclusive<u32> = 30..=730;

/// Two fifths of the plan's database are for events and messages, in bytes.
pub fn space(plan: Plan) -> u64 {
    allowed(plan).storage / 5 * 2
}

/// What set the oldest day that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    Days,
    Space,
}

/// What is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The oldest day that stays.
    pub from: Day,
    pub limited_by: Limit,
}

impl Limit {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Space => "space",
        }
    }
}

/// The first day whose events are kept at `now`; `events_from` is the first one that nothing was removed of.
pub fn oldest_day(now: Millis, event_days: u32, events_from: Option<Day>) -> Day {
    let by_age = now.day().plus(-i32::try_from(event_days).unwrap_or(i32::MAX));
    events_from.map_or(by_age, |from| from.max(by_age))
}

/// What is to go of `bytes` by day: what is older than `event_days`, and the oldest days until the rest fits into `space`; none where
/// nothing is. Today always stays.
pub fn cut(bytes: &BTreeMap<Day, u64>, event_days: u32, today: Day, space: u64) -> Option<Cut> {
    let by_age = oldest_day(today.start(), event_days, None);
    let (&oldest, _) = bytes.first_key_value()?;
    let mut kept = 0_u64;
    let first_too_many = bytes.iter().rev().find_map(|(day, more)| {
        kept = kept.saturating_add(*more);
        (kept > space).then_some(*day)
    });
    let by_space = first_too_many.map(|day| day.plus(1).min(today)).filter(|from| *from > by_age);
    let cut = match by_space {
        Some(from) => Cut { from, limited_by: Limit::Space },
        None => Cut { from: by_age, limited_by: Limit::Days },
    };
    (oldest < cut.from).then_some(cut)
}

/// What stays after a cut, in bytes.
pub fn kept(bytes: &BTreeMap<Day, u64>, from: Day) -> u64 {
    bytes.range(from..).map(|(_, more)| *more).fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Day = Day(1_000);

    fn check(days: &[(i32, u64)], event_days: u32, space: u64, expected: Option<(i32, Limit)>) {
        let bytes: BTreeMap<Day, u64> = days.iter().map(|(day, bytes)| (Day(*day), *bytes)).collect();
        let cut = cut(&bytes, event_days, TODAY, space);
        assert_eq!(cut.map(|cut| (cut.from.0, cut.limited_by)), expected, "{days:?} {event_days} {space}");
    }

    #[test]
    fn what_is_older_than_the_days_goes_and_the_oldest_day_itself_stays() {
        check(&[(819, 1), (820, 1), (900, 1)], 180, 100, Some((820, Limit::Days)));
        check(&[(820, 1), (900, 1)], 180, 100, None);
        check(&[], 180, 0, None);
    }

    #[test]
    fn the_oldest_days_go_until_the_rest_fits() {
        let days = [(700, 50), (900, 40), (950, 30), (1_000, 30)];
        check(&days, 180, 100, Some((820, Limit::Days)));
        check(&days, 180, 99, Some((901, Limit::Space)));
        check(&days, 180, 60, Some((901, Limit::Space)));
        check(&days, 180, 59, Some((951, Limit::Space)));
    }

    #[test]
    fn today_stays_whatever_it_fills() {
        check(&[(999, 10), (1_000, 500)], 180, 100, Some((1_000, Limit::Space)));
        check(&[(1_000, 500)], 180, 100, None);
    }

    #[test]
    fn space_that_would_remove_less_than_the_days_do_does_not_count() {
        check(&[(700, 500), (800, 10), (990, 10)], 180, 100, Some((820, Limit::Days)));
    }

    #[test]
    fn what_stays_is_counted_from_the_oldest_day_kept() {
        let bytes = BTreeMap::from([(Day(1), 5), (Day(2), 7), (Day(3), 9)]);
        assert_eq!((kept(&bytes, Day(2)), kept(&bytes, Day(4))), (16, 0));
    }

    #[test]
    fn events_are_kept_for_so_many_days_or_for_less_where_space_ran_out() {
        let now = TODAY.start();
        assert_eq!(oldest_day(now, 180, None), Day(820));
        assert_eq!(oldest_day(now, 180, Some(Day(900))), Day(900));
        assert_eq!(oldest_day(now, 180, Some(Day(10))), Day(820));
    }
}
