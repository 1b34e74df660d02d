//! Customers who buy once a year: for a birthday, a holiday, a renewal of their own, or for the gifts at the end of the year.
//!
//! Their silence between two seasons says nothing, so they can be lost only by letting a season pass. They are told from their
//! purchase days alone: purchases of up to [`VISIT_DAYS`] apart are one visit, and visits come back at the same time of year.

use chrono::{DateTime, Datelike, NaiveDate};

use crate::time::Day;

/// When somebody who buys by the season is expected next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Season {
    pub(crate) kind: Kind,
    /// The first and the last day of the next one.
    pub(crate) opens: Day,
    pub(crate) closes: Day,
    /// Seasons after the first in which they bought, and which they let pass between them.
    kept: u32,
    missed: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The gifts at the end of the year.
    Gifts,
    /// Any other time of the year.
    Yearly,
}

const VISIT_DAYS: i32 = 45;

/// A visit may be so much earlier or later than a year after another.
const SLACK: i32 = 40;

const YEAR: f64 = 365.25;

/// Two years between visits are one season let pass; more is no habit.
const MOST_YEARS: i32 = 2;

impl Season {
    /// From purchase days in rising order. Two seasons of gifts make a habit, any other time of the year needs three.
    pub(crate) fn of(days: &[Day]) -> Option<Self> {
        let (first, last) = (*days.first()?, *days.last()?);
        // Most customers are too young or buy too often: leave before anything is worked out.
        if f64::from(last.since(first)) < YEAR - f64::from(SLACK) || days.windows(2).all(|pair| gap(pair) <= VISIT_DAYS) {
            return None;
        }
        let starts: Vec<Day> = std::iter::once(first)
            .chain(days.windows(2).filter(|pair| gap(pair) > VISIT_DAYS).filter_map(|pair| pair.last().copied()))
            .collect();
        let (mut kept, mut missed) = (0, 0);
        for pair in starts.windows(2) {
            let years = libm::round(f64::from(gap(pair)) / YEAR) as i32;
            let off = gap(pair) - libm::round(f64::from(years) * YEAR) as i32;
            if !(1..=MOST_YEARS).contains(&years) || off.abs() > SLACK {
                return None;
            }
            kept += 1;
            missed += u32::try_from(years - 1).unwrap_or(0);
        }
        let start = *starts.last()?;
        if days.iter().all(|day| is_gift_time(*day)) {
            let year = date(start)?.year() - i32::from(date(start)?.month() == 1);
            let (opens, closes) = (day_of(year + 1, 11, 1)?, day_of(year + 2, 1, 6)?);
            return Some(Self { kind: Kind::Gifts, opens, closes, kept, missed });
        }
        let next = start.plus(libm::round(YEAR) as i32);
        (kept >= 2).then(|| Self { kind: Kind::Yearly, opens: next.plus(-SLACK), closes: next.plus(SLACK), kept, missed })
    }

    /// P(no purchase until the season closes | none until `today`): the chance of letting a season pass is Beta(1, 1) before any
    /// was seen, and somebody who comes does so on any of its days alike.
    pub(crate) fn p_missed(&self, today: Day) -> f64 {
        let passes = (1.0 + f64::from(self.missed)) / (2.0 + f64::from(self.kept + self.missed));
        let length = f64::from(self.closes.since(self.opens).max(1));
        let gone = (f64::from(today.since(self.opens)) / length).clamp(0.0, 1.0);
        passes / (passes + (1.0 - passes) * (1.0 - gone))
    }

    pub(crate) fn words(&self) -> &'static str {
        match self.kind {
            Kind::Gifts => "for the gifts at the end of the year",
            Kind::Yearly => "once a year",
        }
    }
}

fn gap(pair: &[Day]) -> i32 {
    match pair {
        [before, after] => after.since(*before),
        _ => 0,
    }
}

/// November to Epiphany.
fn is_gift_time(day: Day) -> bool {
    date(day).is_some_and(|date| date.month() >= 11 || (date.month() == 1 && date.day() <= 6))
}

fn date(day: Day) -> Option<NaiveDate> {
    Some(DateTime::from_timestamp_millis(day.start().0)?.date_naive())
}

fn day_of(year: i32, month: u32, day: u32) -> Option<Day> {
    let since = NaiveDate::from_ymd_opt(year, month, day)?.signed_duration_since(NaiveDate::from_ymd_opt(1970, 1, 1)?);
    i32::try_from(since.num_days()).ok().map(Day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(iso: &[&str]) -> Vec<Day> {
        iso.iter().map(|text| Day::parse_iso(text).expect("a date")).collect()
    }

    fn check(bought: &[&str], expected: Option<(Kind, &str, &str)>) {
        let season = Season::of(&days(bought)).map(|season| (season.kind, season.opens.iso(), season.closes.iso()));
        assert_eq!(season, expected.map(|(kind, opens, closes)| (kind, opens.to_owned(), closes.to_owned())), "{bought:?}");
    }

    #[test]
    fn two_seasons_of_gifts_are_a_habit() {
        check(&["2023-12-10", "2023-12-18", "2024-11-29"], Some((Kind::Gifts, "2025-11-01", "2026-01-06")));
        check(&["2022-12-20", "2024-01-03"], Some((Kind::Gifts, "2024-11-01", "2025-01-06")));
        check(&["2023-12-10", "2024-06-01", "2024-12-10"], None);
        check(&["2023-12-10"], None);
    }

    #[test]
    fn any_other_time_of_the_year_needs_three() {
        check(&["2022-05-10", "2023-05-02"], None);
        check(&["2022-05-10", "2023-05-02", "2024-05-20"], Some((Kind::Yearly, "2025-04-10", "2025-06-29")));
        check(&["2020-05-10", "2021-05-02", "2023-05-20"], Some((Kind::Yearly, "2024-04-09", "2024-06-28")));
        check(&["2020-05-10", "2021-05-02", "2024-05-20"], None);
        check(&["2022-05-10", "2023-05-02", "2024-09-20"], None);
    }

    #[test]
    fn who_buys_often_has_no_season() {
        let monthly: Vec<Day> = (0..40).map(|month| Day(19_000 + 30 * month)).collect();
        assert_eq!(Season::of(&monthly), None);
    }

    #[test]
    fn the_chance_of_a_missed_season_grows_while_it_lasts() {
        let season = Season::of(&days(&["2022-12-05", "2023-12-10", "2024-12-02"])).expect("a season");
        let at = |iso: &str| season.p_missed(Day::parse_iso(iso).expect("a date"));
        // None of two was let pass.
        assert!((at("2025-10-01") - 0.25).abs() < 1e-12);
        assert!(at("2025-12-01") > 0.3 && at("2025-12-01") < at("2025-12-20"));
        assert!((at("2026-01-06") - 1.0).abs() < 1e-12);
    }
}
