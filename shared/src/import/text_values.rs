//! Numbers and dates of cells whose column is not one of an import's fields: the traits of customers, and other people's tables.

use chrono::NaiveDateTime;

use super::{DateOrder, amounts, dates};

pub(crate) use dates::Shape as DateShape;

/// Days since 1970, with the time of day as a share; a time that names its zone is in UTC, another as it stands.
pub(crate) fn day_number(text: &str, order: DateOrder) -> Option<f64> {
    let millis = |local: NaiveDateTime| local.and_utc().timestamp_millis();
    let millis = match dates::read(text, order)? {
        dates::Written::Instant(millis) => millis,
        dates::Written::Local(local) => millis(local),
        dates::Written::Date(date) => millis(date.and_time(chrono::NaiveTime::default())),
    };
    Some(millis as f64 / crate::time::MILLIS_PER_DAY as f64)
}

/// How a date may be read; `None` where it is none. Not for bare numbers, which could be anything.
pub(crate) fn date_shape(text: &str) -> Option<DateShape> {
    dates::shape(text)
}

/// With separators of thousands, a currency beside it or brackets for a negative one.
pub(crate) fn decimal_number(text: &str, decimal_comma: bool) -> Option<f64> {
    let written = amounts::decimal(text, decimal_comma)?;
    // A letter or two before a number make a code (R1, kr 5) more often than a price.
    let letters = written.mark.chars().all(char::is_alphabetic);
    if !written.mark.is_empty() && (!amounts::is_mark(&written.mark) || (letters && written.mark.len() != 3)) {
        return None;
    }
    let number: f64 = written.digits.parse().ok()?;
    Some(if written.negative { -number } else { number })
}
