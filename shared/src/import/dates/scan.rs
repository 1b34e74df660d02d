//! What a cell that holds a date says: a small hand-written scanner, since no crate reads all the forms that exports use.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};

use crate::import::DateOrder;

/// What a cell says, before a zone is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Written {
    Instant(i64),
    Local(NaiveDateTime),
    Date(NaiveDate),
}

/// How a numeric date may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// It can be read in one way only: year first, a month's name, seconds since 1970.
    Clear,
    /// 31/1: the first number is above 12.
    DayFirst,
    /// 1/31
    MonthFirst,
    /// 1/2, with its separator.
    Either(char),
}

/// `None` where `text` is not a date in this order. ISO dates, months by name and epoch seconds are read whatever the order.
pub(in crate::import) fn read(text: &str, order: DateOrder) -> Option<Written> {
    read_with(text, order).map(|(written, _)| written)
}

/// For guessing the order.
pub(in crate::import) fn shape(text: &str) -> Option<Shape> {
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

/// By its name, whole or shortened, in English, German, French, Spanish, Italian, Dutch or Portuguese.
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
