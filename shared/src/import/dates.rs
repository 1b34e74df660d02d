//! Dates and times as files write them.

mod scan;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::DateOrder;
use super::limits::{AHEAD_MILLIS, TERM_MILLIS};
use super::refusal::{Refusal, shown};
use crate::time::{Day, MILLIS_PER_DAY, Millis};

pub(crate) use scan::Shape;
pub(super) use scan::{Written, read, shape};

/// Reads times into UTC, moves them by the import's shift, and keeps them out of the future.
#[derive(Debug, Clone)]
pub(super) struct Times {
    pub(super) now: Millis,
    pub(super) zone: Tz,
    pub(super) order: DateOrder,
    pub(super) shift_days: i32,
    /// How many were a little ahead and became now.
    pub(super) moved_to_now: u32,
}

impl Times {
    /// `utc`: the column's name says that its times are UTC.
    pub(super) fn read(&mut self, field: &'static str, text: &str, utc: bool) -> Result<Millis, Refusal> {
        let at = self.instant(field, text, utc)?;
        let kept = within_reach(field, Millis(at), self.now, text)?;
        self.moved_to_now += u32::from(kept.0 != at);
        Ok(kept)
    }

    /// Up to [`TERM_MILLIS`] ahead.
    pub(super) fn read_ahead(&self, field: &'static str, text: &str, utc: bool) -> Result<Millis, Refusal> {
        let at = Millis(self.instant(field, text, utc)?);
        within_reach(field, at, Millis(self.now.0.saturating_add(TERM_MILLIS)), text)
    }

    fn instant(&self, field: &'static str, text: &str, utc: bool) -> Result<i64, Refusal> {
        let zone = if utc { Tz::UTC } else { self.zone };
        let at = match self.written(field, text)? {
            Written::Instant(millis) => millis,
            Written::Local(local) => in_zone(local, zone),
            Written::Date(date) => in_zone(date.and_time(noon()), zone),
        };
        Ok(at.saturating_add(i64::from(self.shift_days).saturating_mul(MILLIS_PER_DAY)))
    }

    /// The calendar day as it stands there, whatever the zone.
    pub(super) fn read_day(&mut self, field: &'static str, text: &str) -> Result<Day, Refusal> {
        let day = match self.written(field, text)? {
            Written::Instant(millis) => Millis(millis).day(),
            Written::Local(local) => day_of(local.date()),
            Written::Date(date) => day_of(date),
        };
        let day = day.plus(self.shift_days);
        within_reach(field, day.start(), self.now, text).map(|_| day)
    }

    fn written(&self, field: &'static str, text: &str) -> Result<Written, Refusal> {
        read(text, self.order).ok_or_else(|| {
            let expected = match self.order {
                DateOrder::YearFirst => "2026-01-31",
                DateOrder::DayFirst => "31.01.2026",
                DateOrder::MonthFirst => "01/31/2026",
            };
            Refusal::of(
                field,
                format!("{} is not a date like {expected}", shown(text)),
                "Check the date order, or write dates as year-month-day such as 2026-01-31.",
            )
        })
    }
}

/// From 1970 until a little ahead of `now`, which becomes `now` (rule: times ahead of receipt become receipt time).
pub(super) fn within_reach(field: &'static str, at: Millis, now: Millis, text: &str) -> Result<Millis, Refusal> {
    if at.0 < 0 {
        let fix = "Check the date order and the year; leave the cell empty where the date is not known.";
        return Err(Refusal::of(field, format!("{} is before 1970", shown(text)), fix));
    }
    if at.0 > now.0.saturating_add(AHEAD_MILLIS) {
        let reason = format!("{} is in the future", shown(text));
        return Err(Refusal::of(field, reason, "Check the date order: day and month may be swapped."));
    }
    Ok(at.min(now))
}

/// A local time that a clock change skips is moved past the gap by the gap's length; of two equal ones the first is meant.
fn in_zone(local: NaiveDateTime, zone: Tz) -> i64 {
    if let Some(at) = zone.from_local_datetime(&local).earliest() {
        return at.timestamp_millis();
    }
    // The offset of the day before is the one in force before the gap.
    let before = local.checked_sub_signed(TimeDelta::days(1)).unwrap_or(local);
    let offset = zone.offset_from_utc_datetime(&before).fix().local_minus_utc();
    local.and_utc().timestamp_millis() - i64::from(offset) * 1_000
}

fn noon() -> NaiveTime {
    NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default()
}

fn day_of(date: NaiveDate) -> Day {
    let at: DateTime<Utc> = date.and_time(NaiveTime::default()).and_utc();
    Millis(at.timestamp_millis()).day()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-06-01T00:00:00Z";

    fn times(order: DateOrder, zone: &str) -> Times {
        let now = Millis::parse_rfc3339(NOW).expect("time");
        Times { now, zone: zone.parse().expect("zone"), order, shift_days: 0, moved_to_now: 0 }
    }

    fn check(order: DateOrder, text: &str, expected: &str) {
        let read = times(order, "Europe/Berlin").read("date", text, false);
        assert_eq!(read.map(Millis::rfc3339).map_err(|refusal| refusal.reason), Ok(expected.to_owned()), "{text}");
    }

    fn refused(order: DateOrder, text: &str) -> Refusal {
        times(order, "UTC").read("date", text, false).expect_err(text)
    }

    #[test]
    fn dates_without_a_time_are_noon_in_the_shop_s_zone() {
        check(DateOrder::YearFirst, "1998-07-01", "1998-07-01T10:00:00Z");
        check(DateOrder::YearFirst, "19980701", "1998-07-01T10:00:00Z");
        check(DateOrder::DayFirst, "1.7.1998", "1998-07-01T10:00:00Z");
        check(DateOrder::DayFirst, "01/07/98", "1998-07-01T10:00:00Z");
        check(DateOrder::MonthFirst, "7/1/1998", "1998-07-01T10:00:00Z");
        check(DateOrder::MonthFirst, "1998/07/01", "1998-07-01T10:00:00Z");
        check(DateOrder::YearFirst, "98-07-01", "1998-07-01T10:00:00Z");
        check(DateOrder::YearFirst, "35977", "1998-07-01T10:00:00Z");
    }

    #[test]
    fn months_by_name_are_read_in_seven_languages() {
        for text in [
            "1 Jul 1998",
            "Jul 1, 1998",
            "July 1st, 1998",
            "01-Jul-98",
            "1. Juli 1998",
            "1er juillet 1998",
            "1 de julio de 1998",
            "1 luglio 1998",
            "Wed, 1 Jul 1998",
            "Mi., 1. Juli 1998",
            "1998-Jul-01",
            "1 juli 1998",
        ] {
            check(DateOrder::DayFirst, text, "1998-07-01T10:00:00Z");
        }
    }

    #[test]
    fn times_are_read_with_and_without_a_zone() {
        check(DateOrder::YearFirst, "2026-01-18 10:24", "2026-01-18T09:24:00Z");
        check(DateOrder::YearFirst, "2026-01-18T10:24:05.123Z", "2026-01-18T10:24:05Z");
        check(DateOrder::YearFirst, "2026-01-18 10:24:05 -0500", "2026-01-18T15:24:05Z");
        check(DateOrder::YearFirst, "2026-01-18 10:24:05 UTC", "2026-01-18T10:24:05Z");
        check(DateOrder::YearFirst, "2026-01-18T10:24:05+05:30", "2026-01-18T04:54:05Z");
        check(DateOrder::MonthFirst, "1/18/2026 3:05 PM", "2026-01-18T14:05:00Z");
        check(DateOrder::MonthFirst, "1/18/2026, 12:05:09 a.m.", "2026-01-17T23:05:09Z");
        check(DateOrder::MonthFirst, "Jan 18, 2026 3pm", "2026-01-18T14:00:00Z");
        check(DateOrder::DayFirst, "18.01.2026 um 15:05", "2026-01-18T14:05:00Z");
        check(DateOrder::YearFirst, "Sun, 18 Jan 2026 10:24:05 GMT+0200 (EET)", "2026-01-18T08:24:05Z");
        check(DateOrder::YearFirst, "1768728245", "2026-01-18T09:24:05Z");
        check(DateOrder::YearFirst, "1768728245123", "2026-01-18T09:24:05Z");
        check(DateOrder::YearFirst, "2026-01-18 24:00", "2026-01-18T23:00:00Z");
        check(DateOrder::YearFirst, "46040.5", "2026-01-18T11:00:00Z");
    }

    #[test]
    fn a_time_that_the_clock_change_skips_moves_past_the_gap_and_of_two_the_first_is_meant() {
        check(DateOrder::YearFirst, "2026-03-29 02:30", "2026-03-29T01:30:00Z");
        check(DateOrder::YearFirst, "2025-10-26 02:30", "2025-10-26T00:30:00Z");
        let read = times(DateOrder::YearFirst, "Pacific/Apia").read("date", "2011-12-30", false);
        assert_eq!(read.map(Millis::rfc3339).ok().as_deref(), Some("2011-12-30T22:00:00Z"), "a day that Samoa never had");
    }

    #[test]
    fn a_column_named_utc_is_utc() {
        let read = times(DateOrder::YearFirst, "Asia/Tokyo").read("date", "2026-01-18 10:24", true);
        assert_eq!(read.map(Millis::rfc3339).ok().as_deref(), Some("2026-01-18T10:24:00Z"));
    }

    #[test]
    fn what_is_no_date_in_this_order_is_refused() {
        for text in
            ["", "yesterday", "31/31/2026", "2026-02-30", "2026-01-18 25:00", "2026-01-18 10:24 Mars", "12", "1/2", "18/01/2026"]
        {
            assert!(refused(DateOrder::MonthFirst, text).fix.starts_with("Check the date order"), "{text}");
        }
        assert!(refused(DateOrder::YearFirst, "1/2/2026").reason.contains("is not a date like 2026-01-31"));
    }

    #[test]
    fn a_time_up_to_48_hours_ahead_becomes_now_and_is_counted_and_a_later_one_is_refused() {
        let mut times = times(DateOrder::YearFirst, "UTC");
        assert_eq!(times.read("date", "2026-06-02T23:59:00Z", false), Ok(times.now));
        assert_eq!(times.read("date", "2026-05-31", false).map(Millis::rfc3339).ok().as_deref(), Some("2026-05-31T12:00:00Z"));
        assert_eq!(times.moved_to_now, 1);
        assert!(times.read("date", "2026-06-03T00:01:00Z", false).expect_err("future").fix.contains("Check the date order"));
        assert!(times.read("date", "1969-12-31", false).expect_err("past").reason.contains("before 1970"));
    }

    #[test]
    fn a_shift_moves_every_date() {
        let mut times = Times { shift_days: 10, ..times(DateOrder::YearFirst, "UTC") };
        assert_eq!(
            times.read("date", "2026-01-01T00:00:00Z", false).map(Millis::rfc3339).ok().as_deref(),
            Some("2026-01-11T00:00:00Z")
        );
        assert_eq!(times.read_day("date", "2026-01-01").map(Day::iso).ok().as_deref(), Some("2026-01-11"));
    }

    #[test]
    fn a_rate_s_day_is_the_day_that_stands_there() {
        let day = times(DateOrder::DayFirst, "Pacific/Auckland").read_day("date", "01.07.2025");
        assert_eq!(day.map(Day::iso).ok().as_deref(), Some("2025-07-01"));
    }

    #[test]
    fn shapes_tell_the_order_apart() {
        for (text, expected) in [
            ("2026-01-02", Some(Shape::Clear)),
            ("3 May 2026", Some(Shape::Clear)),
            ("31/1/2026", Some(Shape::DayFirst)),
            ("1/31/2026", Some(Shape::MonthFirst)),
            ("1.2.2026 10:00", Some(Shape::Either('.'))),
            ("29.33", None),
            ("C-17", None),
        ] {
            assert_eq!(shape(text), expected, "{text}");
        }
    }
}
