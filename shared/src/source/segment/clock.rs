//! When it happened, by the sender's clock put right.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde_json::Value;

use crate::source::{Delivery, Refusal};
use crate::time::Millis;

/// A message may be so long on its way before its sender gives up and sends it again; what is less says nothing of the clock.
const WAY_MILLIS: i64 = 10_000;

/// A time further ahead of the receipt than this is a clock that is wrong.
const AHEAD_MILLIS: i64 = 5 * 60_000;

/// When something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub at: Millis,
    /// The sender's time lay ahead of the receipt, which stands for it.
    pub is_ahead: bool,
}

/// `timestamp`, else `originalTimestamp`, else the receipt. The sender's clock is put right by when it says that it sent the
/// message, as Segment does it: `timestamp = receivedAt - (sentAt - originalTimestamp)`. Where both times are there, somebody has
/// done so already: `timestamp` is the corrected one.
///
/// # Errors
/// When the time is there and is none.
pub fn moment(delivery: &Delivery<'_>) -> Result<Moment, Refusal> {
    let received = delivery.received_at;
    let read = |name: &str| match delivery.body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => parse(value).map(Some).ok_or_else(|| {
            Refusal::of(name, "It is no time", "Send ISO 8601 with a zone, such as 2026-11-22T09:30:00Z, or leave it out.")
        }),
    };
    let (said, original) = (read("timestamp")?, read("originalTimestamp")?);
    let is_corrected = said.is_some() && original.is_some();
    let Some(at) = said.or(original) else { return Ok(Moment { at: received, is_ahead: false }) };
    let sent = delivery.sent_at.or_else(|| delivery.body.get("sentAt").and_then(parse));
    let skew = sent.map_or(0, |sent| received.0.saturating_sub(sent.0));
    let at = if is_corrected || skew.saturating_abs() <= WAY_MILLIS { at } else { Millis(at.0.saturating_add(skew)) };
    let is_ahead = at.0 > received.0.saturating_add(AHEAD_MILLIS);
    Ok(Moment { at: if is_ahead { received } else { at }, is_ahead })
}

/// ISO 8601, also with one digit for the month, without seconds or without a zone (then UTC); or the seconds or milliseconds since
/// 1970.
pub(super) fn parse(value: &Value) -> Option<Millis> {
    match value {
        Value::String(text) => parse_text(text.trim()),
        Value::Number(number) => epoch(number.as_f64()?),
        _ => None,
    }
}

fn parse_text(text: &str) -> Option<Millis> {
    if let Ok(at) = Millis::parse_rfc3339(text) {
        return Some(at);
    }
    if let Ok(number) = text.parse::<f64>() {
        return epoch(number);
    }
    for form in ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z"] {
        if let Ok(at) = DateTime::parse_from_str(text, form) {
            return Some(Millis(at.timestamp_millis()));
        }
    }
    let local = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    for form in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"] {
        if let Ok(at) = NaiveDateTime::parse_from_str(local, form) {
            return Some(Millis(at.and_utc().timestamp_millis()));
        }
    }
    let day = NaiveDate::parse_from_str(local, "%Y-%m-%d").ok()?;
    Some(Millis(day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis()))
}

/// Seconds up to the year 5138, else milliseconds; nothing before 1973, which is some other number.
fn epoch(number: f64) -> Option<Millis> {
    const LEAST_SECONDS: f64 = 1.0e8;
    const MOST_SECONDS: f64 = 1.0e11;
    const MOST_MILLIS: f64 = 1.0e14;
    if !(LEAST_SECONDS..MOST_MILLIS).contains(&number) {
        return None;
    }
    Some(Millis(if number < MOST_SECONDS { libm::round(number * 1_000.0) as i64 } else { number as i64 }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::money::Currency;
    use crate::source::Kind;

    const RECEIVED: Millis = Millis(1_795_306_040_000);

    fn at(body: Value, sent_at: Option<Millis>) -> Result<Moment, Refusal> {
        moment(&Delivery {
            kind: Kind::Segment,
            topic: "track",
            body: &body,
            key: "k",
            received_at: RECEIVED,
            sent_at,
            currency: Currency::USD,
            site: None,
            by_browser: false,
        })
    }

    fn ago(millis: i64) -> String {
        DateTime::from_timestamp_millis(RECEIVED.0 - millis).expect("a date").to_rfc3339()
    }

    #[test]
    fn a_clock_that_is_wrong_is_put_right_by_when_it_says_it_sent() {
        const HOUR: i64 = 3_600_000;
        let happened = |moment: Result<Moment, Refusal>| RECEIVED.0 - moment.expect("a time").at.0;
        for fast in [-HOUR, HOUR] {
            let sent = Some(Millis(RECEIVED.0 + fast));
            assert_eq!(happened(at(json!({"timestamp": ago(60_000 - fast)}), sent)), 60_000);
            assert_eq!(happened(at(json!({"originalTimestamp": ago(60_000 - fast), "sentAt": ago(-fast)}), None)), 60_000);
        }
        // The way there takes a while, which is no skew; and what was put right before is not put right twice.
        assert_eq!(happened(at(json!({"timestamp": ago(60_000)}), Some(Millis(RECEIVED.0 - 900)))), 60_000);
        let twice = json!({"timestamp": ago(60_000), "originalTimestamp": ago(60_000 + HOUR)});
        assert_eq!(happened(at(twice, Some(Millis(RECEIVED.0 - HOUR)))), 60_000);
    }

    #[test]
    fn what_is_ahead_of_its_receipt_is_taken_for_now_and_told() {
        for (body, expected) in [
            (json!({}), Moment { at: RECEIVED, is_ahead: false }),
            (json!({"timestamp": null}), Moment { at: RECEIVED, is_ahead: false }),
            (json!({"timestamp": ago(-240_000)}), Moment { at: Millis(RECEIVED.0 + 240_000), is_ahead: false }),
            (json!({"timestamp": ago(-360_000)}), Moment { at: RECEIVED, is_ahead: true }),
            (json!({"timestamp": "9999-12-31T00:00:00Z"}), Moment { at: RECEIVED, is_ahead: true }),
        ] {
            assert_eq!(at(body, None), Ok(expected));
        }
        assert_eq!(at(json!({"timestamp": "soon"}), None).expect_err("no time").field.as_deref(), Some("timestamp"));
    }

    #[test]
    fn times_are_read_as_senders_write_them() {
        for (value, expected) in [
            (json!("2015-2-02T00:30:08.276Z"), 1_422_837_008_276),
            (json!("2015-02-02T01:30:08.276+01:00"), 1_422_837_008_276),
            (json!("2015-02-02 00:30:08"), 1_422_837_008_000),
            (json!("2015-02-02T00:30"), 1_422_837_000_000),
            (json!("2015-02-02"), 1_422_835_200_000),
            (json!(1_422_837_008), 1_422_837_008_000),
            (json!("1422837008276"), 1_422_837_008_276),
        ] {
            assert_eq!(parse(&value), Some(Millis(expected)), "{value}");
        }
        for value in [json!("2015-13-02"), json!("today"), json!(7), json!(-1e300), json!([]), json!(true), json!("")] {
            assert_eq!(parse(&value), None, "{value}");
        }
    }
}
