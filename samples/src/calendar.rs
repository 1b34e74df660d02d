//! The two years of a sample shop, as day numbers from 0.

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::draw::Draw;

/// The day on which the sample shop is looked at: everything in it happened on the days before.
///
/// An import moves the shop's dates by the whole days between this one and today.
pub const REFERENCE_DAY: &str = "2026-07-01";

/// Days of history: 0 is two years before the reference day, `DAYS - 1` the day before it.
pub(crate) const DAYS: i32 = 730;

/// Something's time: the day and the second of that day, both UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    pub(crate) day: i32,
    second: i32,
}

impl Moment {
    /// In the waking hours of somebody who is `utc_offset` hours ahead of UTC.
    pub(crate) fn awake(draw: &mut Draw, day: i32, utc_offset: i32) -> Self {
        let local = 14.5 + 3.6 * draw.normal();
        Self::at(draw, day, local.clamp(6.0, 23.5), utc_offset)
    }

    /// In office hours.
    pub(crate) fn working(draw: &mut Draw, day: i32, utc_offset: i32) -> Self {
        let local = draw.real(8.5, 17.5);
        Self::at(draw, day, local, utc_offset)
    }

    /// `seconds` later, but not on another day.
    pub(crate) fn later(self, seconds: i32) -> Self {
        Self { second: (self.second + seconds).clamp(0, LAST_SECOND), ..self }
    }

    /// RFC 3339.
    pub(crate) fn text(self) -> String {
        let (hour, minute, second) = (self.second / 3600, self.second / 60 % 60, self.second % 60);
        format!("{}T{hour:02}:{minute:02}:{second:02}Z", date(self.day))
    }

    fn at(draw: &mut Draw, day: i32, local_hour: f64, utc_offset: i32) -> Self {
        let second = ((local_hour - f64::from(utc_offset)) * 3600.0) as i32 + draw.whole(0, 59);
        Self { day, second: second.rem_euclid(LAST_SECOND + 1) }
    }
}

const LAST_SECOND: i32 = 86_399;

/// ISO date.
pub(crate) fn date(day: i32) -> String {
    calendar_day(day).to_string()
}

/// 0 on 1 January, just under 1 on 31 December.
pub(crate) fn time_of_year(day: i32) -> f64 {
    f64::from(calendar_day(day).ordinal0()) / 365.25
}

/// From 1 to 12.
pub(crate) fn month(day: i32) -> u32 {
    calendar_day(day).month()
}

/// `months` months after `day`, on the same day of the month or the last that the month has.
pub(crate) fn months_after(day: i32, months: u32) -> i32 {
    let from = calendar_day(day);
    let to = from.checked_add_months(Months::new(months)).unwrap_or(from);
    day + i32::try_from((to - from).num_days()).unwrap_or(0)
}

fn calendar_day(day: i32) -> NaiveDate {
    let distance = Days::new(u64::from((DAYS - day).unsigned_abs()));
    if day <= DAYS { REFERENCE - distance } else { REFERENCE + distance }
}

/// [`REFERENCE_DAY`], read once by the compiler.
const REFERENCE: NaiveDate = match NaiveDate::from_ymd_opt(2026, 7, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_is_the_two_years_before_the_reference_day() {
        assert_eq!(date(0), "2024-07-01");
        assert_eq!(date(DAYS - 1), "2026-06-30");
        assert_eq!(date(DAYS), REFERENCE_DAY);
        assert_eq!(date(DAYS + 31), "2026-08-01");
    }

    #[test]
    fn months_end_on_the_same_day_or_the_last() {
        let (last_of_january, last_of_february) = (579, 607);
        assert_eq!((date(last_of_january).as_str(), date(last_of_february).as_str()), ("2026-01-31", "2026-02-28"));
        assert_eq!(months_after(last_of_january, 1), last_of_february);
        assert_eq!(date(months_after(last_of_january, 12)), "2027-01-31");
    }

    #[test]
    fn a_moment_stays_on_its_day_wherever_somebody_lives() {
        let mut draw = Draw::new(1, 1, 1);
        for offset in -10..=12 {
            let text = Moment::awake(&mut draw, DAYS - 1, offset).later(100_000).text();
            assert!(text.starts_with("2026-06-30T"), "{text}");
        }
    }
}
