//! Public holidays that hold in a whole country, computed for any year.

use chrono::{Datelike as _, Days, NaiveDate};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calendar {
    None,
    France,
    Germany,
    Austria,
    Spain,
    Italy,
    Britain,
    Australia,
}

impl Calendar {
    pub(super) fn has(self, day: NaiveDate) -> bool {
        let (fixed, moving) = self.days();
        fixed.contains(&(day.month(), day.day())) || easter(day.year()).is_some_and(|easter| moving.contains(&since(easter, day)))
    }

    /// Month and day, and days after Easter Sunday.
    fn days(self) -> (&'static [(u32, u32)], &'static [i64]) {
        match self {
            Self::None => (&[], &[]),
            Self::France => (
                &[(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)],
                &[EASTER_MONDAY, ASCENSION, WHIT_MONDAY],
            ),
            Self::Germany => {
                (&[(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)], &[GOOD_FRIDAY, EASTER_MONDAY, ASCENSION, WHIT_MONDAY])
            }
            Self::Austria => (
                &[(1, 1), (1, 6), (5, 1), (8, 15), (10, 26), (11, 1), (12, 8), (12, 25), (12, 26)],
                &[EASTER_MONDAY, ASCENSION, WHIT_MONDAY, CORPUS_CHRISTI],
            ),
            Self::Spain => (&[(1, 1), (1, 6), (5, 1), (8, 15), (10, 12), (11, 1), (12, 6), (12, 8), (12, 25)], &[GOOD_FRIDAY]),
            Self::Italy => {
                (&[(1, 1), (1, 6), (4, 25), (5, 1), (6, 2), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26)], &[EASTER_MONDAY])
            }
            Self::Britain => (&[(1, 1), (12, 25), (12, 26)], &[GOOD_FRIDAY, EASTER_MONDAY]),
            Self::Australia => (&[(1, 1), (1, 26), (4, 25), (12, 25), (12, 26)], &[GOOD_FRIDAY, EASTER_MONDAY]),
        }
    }
}

const GOOD_FRIDAY: i64 = -2;
const EASTER_MONDAY: i64 = 1;
const ASCENSION: i64 = 39;
const WHIT_MONDAY: i64 = 50;
const CORPUS_CHRISTI: i64 = 60;

fn since(easter: NaiveDate, day: NaiveDate) -> i64 {
    day.signed_duration_since(easter).num_days()
}

/// Easter Sunday of the Gregorian calendar (Meeus, Jones & Butcher; Meeus 1991, chapter 8).
fn easter(year: i32) -> Option<NaiveDate> {
    let a = year.rem_euclid(19);
    let (b, c) = (year.div_euclid(100), year.rem_euclid(100));
    let (d, e) = (b.div_euclid(4), b.rem_euclid(4));
    let g = (8 * b + 13).div_euclid(25);
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let (i, k) = (c.div_euclid(4), c.rem_euclid(4));
    let l = (32 + 2 * e + 2 * i - h - k).rem_euclid(7);
    let m = (a + 11 * h + 19 * l).div_euclid(433);
    let days = h + l - 7 * m;
    // Days after 22 March.
    NaiveDate::from_ymd_opt(year, 3, 22)?.checked_add_days(Days::new(u64::try_from(days).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables of the Astronomical Society; the earliest and latest dates that there are among them.
    #[test]
    fn easter_falls_on_its_published_dates() {
        for (year, month, day) in
            [(1818, 3, 22), (1943, 4, 25), (1961, 4, 2), (2000, 4, 23), (2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2038, 4, 25)]
        {
            assert_eq!(easter(year), NaiveDate::from_ymd_opt(year, month, day), "{year}");
        }
    }

    #[test]
    fn french_holidays_of_2026_are_eleven() {
        let days = (0..365).filter_map(|n| NaiveDate::from_yo_opt(2026, n + 1)).filter(|day| Calendar::France.has(*day));
        let found: Vec<String> = days.map(|day| day.format("%m-%d").to_string()).collect();
        let expected = ["01-01", "04-06", "05-01", "05-08", "05-14", "05-25", "07-14", "08-15", "11-01", "11-11", "12-25"]
            .map(str::to_owned);
        assert_eq!(found, expected);
    }
}
