//! Dates and times as files write them.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::DateOrder;
use super::limits::AHEAD_MILLIS;
use super::refusal::{Refusal, shown};
use crate::time::{Day, MILLIS_PER_DAY, Millis};

/// What a cell says, before a zone is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Instant(i64),
    Local(NaiveDateTime),
    Date(NaiveDate),
}

/// How a numeric date may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// It can be read in one way only: year first, a month's name, seconds since 1970.
    Clear,
    /// 31/1: the first number is above 12.
    DayFirst,
    /// 1/31
    MonthFirst,
    /// 1/2, with its separator.
    Either(char),
}

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
        let written = self.written(field, text)?;
        let zone = if utc { Tz::UTC } else { self.zone };
        let at = match written {
            Written::Instant(millis) => millis,
            Written::Local(local) => in_zone(local, zone),
            Written::Date(date) => in_zone(date.and_time(noon()), zone),
        };
        let at = at.saturating_add(i64::from(self.shift_days).saturating_mul(MILLIS_PER_DAY));
        let kept = within_reach(field, Millis(at), self.now, text)?;
        self.moved_to_now += u32::from(kept.0 != at);
        Ok(kept)
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

/// `None` where `text` is not a date in this order. ISO dates, months by name and epoch seconds are read whatever the order.
pub(super) fn read(text: &str, order: DateOrder) -> Option<Written> {
    read_with(text, order).map(|(written, _)| written)
}

/// For guessing the order.
pub(super) fn shape(text: &str) -> Option<Shape> {
    [DateOrder::YearFirst, DateOrder::DayFirst, DateOrder::MonthFirst]
        .iter()
        .find_map(|&order| read_with(text, order))
        .map(|(_, s)| s)
}

fn read_with(text: &str, order: DateOrder) -> Option<(Written, Shape)> {
    let text = text.trim();
    if text.len() > 60 {
        return None;
    }
    if let Some(written) = number_alone(text) {
        return Some((written, Shape::Clear));
    }
    let mut scan = Scan(text);
    scan.weekday();
    let (date, shape) = scan.date(order)?;
    Some((scan.time_of(date)?, shape))
}

/// Epoch seconds, milliseconds or microseconds, a spreadsheet's day number, or 20260131.
fn number_alone(text: &str) -> Option<Written> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    match whole.len() {
        5 if (20_000..80_000).contains(&number) => {
            let date = NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(number.unsigned_abs()))?;
            let share: f64 = format!("0.{fraction}0").parse().ok()?;
            let seconds = (share * 86_400.0).round() as u32;
            let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds.min(86_399), 0)?;
            Some(if fraction.is_empty() { Written::Date(date) } else { Written::Local(date.and_time(time)) })
        }
        8 if fraction.is_empty() => {
            let date = NaiveDate::from_ymd_opt((number / 10_000) as i32, (number / 100 % 100) as u32, (number % 100) as u32);
            date.filter(|_| (19_000_101..=21_001_231).contains(&number)).map(Written::Date)
        }
        9 | 10 => {
            let millis: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
            Some(Written::Instant(number * 1_000 + millis))
        }
        12 | 13 => Some(Written::Instant(number)),
        15 | 16 => Some(Written::Instant(number / 1_000)),
        _ => None,
    }
}

struct Scan<'a>(&'a str);

impl<'a> Scan<'a> {
    fn number(&mut self) -> Option<(u32, usize)> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.0.split_at_checked(digits)?;
        let value = number.parse().ok()?;
        self.0 = rest;
        Some((value, digits))
    }

    fn word(&mut self) -> Option<&'a str> {
        let length = self.0.find(|c: char| !c.is_alphabetic()).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at_checked(length).filter(|(word, _)| !word.is_empty())?;
        self.0 = rest;
        Some(word)
    }

    fn eat(&mut self, wanted: char) -> bool {
        match self.0.strip_prefix(wanted) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn separator(&mut self) -> Option<char> {
        let separator = self.0.chars().next().filter(|c| matches!(c, '-' | '/' | '.' | ' ' | '\u{2010}' | '\u{2011}'))?;
        self.0 = self.0.get(separator.len_utf8()..)?;
        self.gap();
        Some(separator)
    }

    fn gap(&mut self) {
        self.0 = self.0.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }

    fn weekday(&mut self) {
        let before = self.0;
        match self.word() {
            Some(word) if month(word).is_none() => {
                self.eat('.');
                self.gap();
            }
            _ => self.0 = before,
        }
    }

    fn date(&mut self, order: DateOrder) -> Option<(NaiveDate, Shape)> {
        if let Some(word) = self.word() {
            let month = month(word)?;
            self.eat('.');
            self.eat('-');
            self.gap();
            let (day, _) = self.number()?;
            self.ordinal();
            self.eat('-');
            self.gap();
            let year = self.year()?;
            return Some((NaiveDate::from_ymd_opt(year, month, day)?, Shape::Clear));
        }
        let (first, digits) = self.number()?;
        match digits {
            4 => {
                self.separator()?;
                let month = self.month()?;
                self.separator()?;
                let (day, _) = self.number().filter(|&(_, digits)| digits <= 2)?;
                Some((NaiveDate::from_ymd_opt(first as i32, month, day)?, Shape::Clear))
            }
            8 => {
                let date = NaiveDate::from_ymd_opt((first / 10_000) as i32, first / 100 % 100, first % 100)?;
                Some((date, Shape::Clear))
            }
            1 | 2 => self.day_or_month_first(first, order),
            _ => None,
        }
    }

    fn day_or_month_first(&mut self, first: u32, order: DateOrder) -> Option<(NaiveDate, Shape)> {
        self.ordinal();
        let separator = self.separator()?;
        let before = self.0;
        if let Some(word) = self.word() {
            // Spanish and Portuguese: 5 de enero de 2026.
            let word = if word == "de" { self.next_word()? } else { word };
            let month = month(word)?;
            self.eat('.');
            self.separator();
            if self.0.starts_with("de ") {
                self.next_word()?;
                self.gap();
            }
            let year = self.year()?;
            return Some((NaiveDate::from_ymd_opt(year, month, first)?, Shape::Clear));
        }
        self.0 = before;
        let (second, _) = self.number().filter(|&(_, digits)| digits <= 2)?;
        self.separator()?;
        let (third, third_digits) = self.number()?;
        let shape = match (first > 12, second > 12) {
            (true, false) => Shape::DayFirst,
            (false, true) => Shape::MonthFirst,
            _ => Shape::Either(separator),
        };
        let (year, month, day) = match (order, third_digits) {
            (DateOrder::DayFirst, 2 | 4) => (full_year(third, third_digits), second, first),
            (DateOrder::MonthFirst, 2 | 4) => (full_year(third, third_digits), first, second),
            (DateOrder::YearFirst, 1 | 2) => (full_year(first, 2), second, third),
            _ => return None,
        };
        Some((NaiveDate::from_ymd_opt(year, month, day)?, shape))
    }

    fn next_word(&mut self) -> Option<&'a str> {
        self.gap();
        self.word()
    }

    fn ordinal(&mut self) {
        for end in ["st", "nd", "rd", "th", "er", "º", "°"] {
            if let Some(rest) = self.0.strip_prefix(end) {
                self.0 = rest;
                return;
            }
        }
    }

    fn month(&mut self) -> Option<u32> {
        match self.word() {
            Some(word) => month(word),
            None => self.number().filter(|&(_, digits)| digits <= 2).map(|(month, _)| month),
        }
    }

    fn year(&mut self) -> Option<i32> {
        self.number().filter(|&(_, digits)| digits == 2 || digits == 4).map(|(year, digits)| full_year(year, digits))
    }

    /// The rest of the cell: nothing, or a time, perhaps with a zone.
    fn time_of(&mut self, date: NaiveDate) -> Option<Written> {
        self.eat('T');
        self.gap();
        for between in ["at ", "um ", "à ", "- ", "| "] {
            self.0 = self.0.strip_prefix(between).unwrap_or(self.0);
        }
        if self.0.is_empty() {
            return Some(Written::Date(date));
        }
        let (mut hour, _) = self.number().filter(|&(_, digits)| digits <= 2)?;
        let (mut minute, mut second, mut millis) = (0, 0, 0);
        if self.eat(':') || self.eat('.') || self.eat('h') {
            minute = self.number().filter(|&(_, digits)| digits == 2)?.0;
            if self.eat(':') || self.eat('.') {
                second = self.number().filter(|&(_, digits)| digits == 2)?.0;
                if self.eat('.') || self.eat(',') {
                    let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
                    let (fraction, rest) = self.0.split_at_checked(digits)?;
                    millis = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
                    self.0 = rest;
                }
            }
        } else if !self.0.trim_start().starts_with(['a', 'A', 'p', 'P']) {
            return None;
        }
        self.gap();
        if let Some(afternoon) = self.half_of_day() {
            if hour == 0 || hour > 12 {
                return None;
            }
            hour = hour % 12 + if afternoon { 12 } else { 0 };
        }
        // A leap second is its second's last millisecond, and 24:00 the next day's beginning.
        let (date, hour) = if (hour, minute, second) == (24, 0, 0) { (date.succ_opt()?, 0) } else { (date, hour) };
        let (second, millis) = if second == 60 { (59, 999) } else { (second, millis) };
        let local = date.and_time(NaiveTime::from_hms_milli_opt(hour, minute, second, millis)?);
        self.gap();
        if self.0.is_empty() {
            return Some(Written::Local(local));
        }
        let minutes = self.offset()?;
        self.gap();
        let rest_is_comment = self.0.is_empty() || (self.0.starts_with('(') && self.0.ends_with(')'));
        let instant = local.and_utc().timestamp_millis() - minutes * 60_000;
        rest_is_comment.then_some(Written::Instant(instant))
    }

    fn half_of_day(&mut self) -> Option<bool> {
        for (text, afternoon) in [("a.m.", false), ("p.m.", true), ("am", false), ("pm", true)] {
            if let Some((start, rest)) = self.0.split_at_checked(text.len())
                && start.eq_ignore_ascii_case(text)
            {
                self.0 = rest;
                return Some(afternoon);
            }
        }
        None
    }

    /// Minutes ahead of UTC.
    fn offset(&mut self) -> Option<i64> {
        if let Some(word) = self.word() {
            let hours = match word.to_ascii_uppercase().as_str() {
                "Z" | "UTC" | "GMT" | "WET" => 0,
                "BST" | "CET" | "MEZ" | "WEST" => 1,
                "CEST" | "MESZ" | "EET" => 2,
                "EEST" => 3,
                "EDT" => -4,
                "EST" | "CDT" => -5,
                "CST" | "MDT" => -6,
                "MST" | "PDT" => -7,
                "PST" => -8,
                _ => return None,
            };
            if !self.0.starts_with(['+', '-']) {
                return Some(hours * 60);
            }
        }
        let sign = if self.eat('+') {
            1
        } else if self.eat('-') || self.eat('\u{2212}') {
            -1
        } else {
            return None;
        };
        let (number, digits) = self.number()?;
        let minutes = match digits {
            1 | 2 if self.eat(':') => number * 60 + self.number().filter(|&(_, digits)| digits == 2)?.0,
            1 | 2 => number * 60,
            4 => number / 100 * 60 + number % 100,
            _ => return None,
        };
        (minutes <= 18 * 60).then_some(sign * i64::from(minutes))
    }
}

fn full_year(year: u32, digits: usize) -> i32 {
    let year = year as i32;
    match (digits, year) {
        (2, 0..69) => 2000 + year,
        (2, _) => 1900 + year,
        _ => year,
    }
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

/// By the first letters of its name in English, German, French, Spanish, Italian, Dutch or Portuguese.
fn month(word: &str) -> Option<u32> {
    let word = word.to_lowercase();
    let word = word.as_str();
    MONTHS.iter().find(|(names, _)| names.split(' ').any(|name| name == word)).map(|&(_, month)| month)
}

const MONTHS: &[(&str, u32)] = &[
    ("jan january januar jänner janvier janv enero ene gennaio gen januari janeiro", 1),
    ("feb february februar février févr fevrier fevr febrero febbraio februari fevereiro fev", 2),
    ("mar march märz mär maerz mrz mars marzo maart mrt março marco", 3),
    ("apr april avril avr abril abr aprile", 4),
    ("may mai mayo maggio mag mei maio", 5),
    ("jun june juni juin junio giugno giu junho", 6),
    ("jul july juli juillet juil julio luglio lug julho", 7),
    ("aug august août aout agosto ago augustus", 8),
    ("sep sept september septembre septiembre settembre set setembro", 9),
    ("oct october oktober okt octobre octubre ottobre ott outubro out", 10),
    ("nov november novembre noviembre novembro", 11),
    ("dec december dezember dez décembre déc decembre diciembre dic dicembre dezembro", 12),
];

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
