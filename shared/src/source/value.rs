//! Reading JSON that somebody else wrote.
//!
//! What is absent, null or empty text is not there. What is there and cannot be read is a [`Refusal`] where a fact would be wrong
//! without it (ids, money, times), and left out where it only adds something (addresses, names, links).

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::markup;
use crate::import::limits;
use crate::import::{countries, who};
use crate::money::{Currency, Money};
use crate::time::Millis;

/// Why a message cannot be taken, and what would mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refusal {
    /// Dotted path inside the body, such as `line_items.0.price`.
    pub field: Option<String>,
    pub reason: String,
    pub fix: String,
}

impl Refusal {
    pub fn of(field: &str, reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { field: Some(field.to_owned()), reason: reason.into(), fix: fix.into() }
    }
}

/// A value and where it stands in the body. Paths are dotted names, `customer.default_address.country`; a list's elements are
/// reached by [`Node::list`] alone.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    value: &'a Value,
    path: String,
}

/// Characters of free text that are kept: of a ticket, a reason, a comment.
pub(super) const TEXT_CHARS: usize = 2_000;
/// Elements of a list that are read.
const LIST: usize = 1_000;
/// A time before 1973 or after 2100 is some other number.
const TIMES: std::ops::Range<i64> = 100_000_000_000..4_102_444_800_000;
/// An integer below this counts seconds.
const LEAST_MILLIS: i64 = 100_000_000_000;

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self { value, path: String::new() }
    }

    /// None where it is not there or null.
    pub(super) fn raw(&self, path: &str) -> Option<&'a Value> {
        path.split('.').try_fold(self.value, |value, name| value.get(name)).filter(|value| !value.is_null())
    }

    pub(super) fn is_there(&self, path: &str) -> bool {
        self.raw(path).is_some()
    }

    /// Also where it is null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.value.get(name).is_some()
    }

    pub(super) fn node(&self, path: &str) -> Option<Self> {
        self.raw(path).filter(|value| value.is_object()).map(|value| Self { value, path: self.path_of(path) })
    }

    /// # Errors
    /// When it is no object.
    pub(super) fn need_node(&self, path: &str) -> Result<Self, Refusal> {
        self.node(path).ok_or_else(|| self.missing(path))
    }

    /// The objects of a list; nothing where there is none.
    pub(super) fn list(&self, path: &str) -> Vec<Self> {
        let values = self.raw(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let whole = self.path_of(path);
        let nodes = values.iter().take(LIST).enumerate().map(|(n, value)| Self { value, path: format!("{whole}.{n}") });
        nodes.filter(|node| node.value.is_object()).collect()
    }

    /// Short texts of a list, or of text with commas between them.
    pub(super) fn words(&self, path: &str, most: usize, chars: usize) -> Vec<String> {
        let texts: Vec<&str> = match self.raw(path) {
            Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(text)) => text.split(',').collect(),
            _ => Vec::new(),
        };
        texts.into_iter().filter_map(|text| line(text, chars)).take(most).collect()
    }

    /// One line of text; a number becomes its text.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        self.text_of(path, limits::NAME_CHARS)
    }

    pub(super) fn text_of(&self, path: &str, chars: usize) -> Option<String> {
        match self.raw(path)? {
            Value::String(text) => line(text, chars),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Lower case, for words of a list that the sender keeps.
    pub(super) fn word(&self, path: &str) -> Option<String> {
        self.text(path).map(|text| text.to_lowercase())
    }

    /// Without its markup, line by line.
    pub(super) fn prose(&self, path: &str) -> Option<String> {
        let text = markup::plain(self.raw(path)?.as_str()?);
        let text: String = text.chars().take(TEXT_CHARS).collect();
        (!text.is_empty()).then_some(text)
    }

    pub(super) fn yes(&self, path: &str) -> bool {
        matches!(self.raw(path), Some(Value::Bool(true)))
    }

    /// Whole numbers, also as text.
    pub(super) fn integer(&self, path: &str) -> Option<i64> {
        match self.raw(path)? {
            Value::Number(number) => {
                number.as_i64().or_else(|| number.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 9.0e15).map(|n| n as i64))
            }
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Text, or a whole number digit for digit: stores have ids that a floating-point number cannot hold.
    ///
    /// # Errors
    /// When it is anything else, or too long.
    pub(super) fn id(&self, path: &str) -> Result<Option<String>, Refusal> {
        let Some(value) = self.raw(path) else { return Ok(None) };
        let text = match value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) if number.is_u64() || number.is_i64() => number.to_string(),
            _ => return Err(self.refusal(path, "It is no id", "Send the id as text or as a whole number.")),
        };
        if text.chars().count() > limits::ID_CHARS || text.chars().any(char::is_control) {
            let fix = format!("Send one line of at most {} characters.", limits::ID_CHARS);
            return Err(self.refusal(path, "It is too long for an id, or has line ends", fix));
        }
        Ok((!text.is_empty()).then_some(text))
    }

    /// # Errors
    /// When it is not there, or no id.
    pub(super) fn need_id(&self, path: &str) -> Result<String, Refusal> {
        self.id(path)?.ok_or_else(|| self.missing(path))
    }

    /// Those of a list that are ids.
    pub(super) fn ids(&self, path: &str) -> Vec<String> {
        let values = self.raw(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let texts = values.iter().take(LIST).filter_map(|value| match value {
            Value::String(text) => line(text, limits::ID_CHARS),
            Value::Number(number) if number.is_u64() || number.is_i64() => Some(number.to_string()),
            _ => None,
        });
        texts.collect()
    }

    /// With a zone or, where there is none, UTC; or the seconds or milliseconds since 1970.
    ///
    /// # Errors
    /// When it is there and is no time.
    pub(super) fn time(&self, path: &str) -> Result<Option<Millis>, Refusal> {
        let read = match self.raw(path) {
            None => return Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
            Some(Value::String(text)) => moment(text.trim()),
            Some(Value::Number(number)) => {
                number.as_i64().map(|n| Millis(if n < LEAST_MILLIS { n.saturating_mul(1_000) } else { n }))
            }
            Some(_) => None,
        };
        let fix = "Send a time such as 2026-11-22T09:30:00Z.";
        read.filter(|at| TIMES.contains(&at.0)).map(Some).ok_or_else(|| self.refusal(path, "It is no time", fix))
    }

    /// The first of `paths` that is there.
    ///
    /// # Errors
    /// When that is no time.
    pub(super) fn first_time(&self, paths: &[&str]) -> Result<Option<Millis>, Refusal> {
        for path in paths {
            if let Some(at) = self.time(path)? {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    /// Minor units of an amount in major units, as text or as a number.
    ///
    /// # Errors
    /// When it is there and is no amount, or more than an order can be.
    pub(super) fn money(&self, path: &str, currency: Currency) -> Result<Option<i64>, Refusal> {
        let text = match self.raw(path) {
            None => return Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err(self.no_money(path)),
        };
        let money = Money::parse(&text, currency).map_err(|_| self.no_money(path))?;
        self.within(path, money.minor).map(Some)
    }

    /// # Errors
    /// When it is not there, is no amount, or more than an order can be.
    pub(super) fn need_money(&self, path: &str, currency: Currency) -> Result<i64, Refusal> {
        self.money(path, currency)?.ok_or_else(|| self.missing(path))
    }

    /// An amount in minor units already, a whole number.
    ///
    /// # Errors
    /// When it is there and is none, or more than an order can be.
    pub(super) fn minor(&self, path: &str) -> Result<Option<i64>, Refusal> {
        if !self.is_there(path) {
            return Ok(None);
        }
        let fix = "Send a whole number of the currency's smallest unit.";
        let minor = self.integer(path).ok_or_else(|| self.refusal(path, "It is no whole number", fix))?;
        self.within(path, minor).map(Some)
    }

    /// `default` where it is not there.
    ///
    /// # Errors
    /// When it is no code of three letters.
    pub(super) fn currency(&self, path: &str, default: Currency) -> Result<Currency, Refusal> {
        match self.text(path) {
            None => Ok(default),
            Some(code) => Currency::parse(&code)
                .map_err(|_| self.refusal(path, "It is no currency", "Send the three letters of ISO 4217, such as EUR.")),
        }
    }

    pub(super) fn email(&self, path: &str) -> Option<String> {
        who::address(self.raw(path)?.as_str()?)
    }

    pub(super) fn phone(&self, path: &str) -> Option<String> {
        who::phone(self.raw(path)?.as_str()?)
    }

    /// ISO 3166 alpha-2.
    pub(super) fn country(&self, path: &str) -> Option<String> {
        countries::country(self.raw(path)?.as_str()?).map(str::to_owned)
    }

    /// An address of the web.
    pub(super) fn link(&self, path: &str) -> Option<String> {
        let text = self.raw(path)?.as_str()?.trim();
        let is_link = text.len() <= TEXT_CHARS
            && (text.starts_with("https://") || text.starts_with("http://"))
            && !text.contains(|c: char| c.is_whitespace() || c.is_control());
        is_link.then(|| text.to_owned())
    }

    /// First and last name, whichever there is.
    pub(super) fn full_name(&self, first: &str, last: &str) -> Option<String> {
        let parts: Vec<String> = [first, last].into_iter().filter_map(|path| self.text(path)).collect();
        line(&parts.join(" "), limits::NAME_CHARS)
    }

    pub(super) fn missing(&self, path: &str) -> Refusal {
        self.refusal(path, "It is missing", "Send the message as the sender's documentation shows it, with this field.")
    }

    pub(super) fn refusal(&self, path: &str, reason: impl Into<String>, fix: impl Into<String>) -> Refusal {
        Refusal::of(&self.path_of(path), reason, fix)
    }

    fn path_of(&self, path: &str) -> String {
        if self.path.is_empty() { path.to_owned() } else { format!("{}.{path}", self.path) }
    }

    fn no_money(&self, path: &str) -> Refusal {
        self.refusal(path, "It is no amount of money", "Send a decimal number in major units, such as 29.90.")
    }

    fn within(&self, path: &str, minor: i64) -> Result<i64, Refusal> {
        if minor.unsigned_abs() <= limits::AMOUNT.unsigned_abs() {
            return Ok(minor);
        }
        Err(self.refusal(path, "It is more than an order can be", "Send the amount that was paid."))
    }
}

/// Text on one line, without control characters; none where nothing is left.
pub(super) fn line(text: &str, chars: usize) -> Option<String> {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line: String = words.collect::<Vec<_>>().join(" ").chars().take(chars).collect();
    (!line.is_empty()).then_some(line)
}

/// RFC 3339, and what is nearly so: a blank for the T, no seconds, no zone or the letters UTC, a date alone.
pub(super) fn moment(text: &str) -> Option<Millis> {
    /// Longer ones are no times: parsing them is a waste.
    const LONGEST: usize = 40;
    if text.len() > LONGEST {
        return None;
    }
    if let Ok(at) = Millis::parse_rfc3339(text) {
        return Some(at);
    }
    for form in ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f %#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z"] {
        if let Ok(at) = DateTime::parse_from_str(text, form) {
            return Some(Millis(at.timestamp_millis()));
        }
    }
    let local = text.strip_suffix(['Z', 'z']).or_else(|| text.strip_suffix(" UTC")).unwrap_or(text);
    for form in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"] {
        if let Ok(at) = NaiveDateTime::parse_from_str(local, form) {
            return Some(Millis(at.and_utc().timestamp_millis()));
        }
    }
    let day = NaiveDate::parse_from_str(local, "%Y-%m-%d").ok()?;
    Some(Millis(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_keep_every_digit() {
        let body: Value = serde_json::from_str(
            r#"{"big": 820982911946154508, "bigger": 18446744073709551615, "text": " 12 ", "empty": "", "null": null}"#,
        )
        .expect("JSON");
        let node = Node::root(&body);
        for (path, id) in [
            ("big", Some("820982911946154508")),
            ("bigger", Some("18446744073709551615")),
            ("text", Some("12")),
            ("empty", None),
            ("null", None),
            ("absent", None),
        ] {
            assert_eq!(node.id(path), Ok(id.map(str::to_owned)), "{path}");
        }
    }

    #[test]
    fn what_is_no_id_is_refused_by_its_path() {
        for value in [json!(1.5), json!(true), json!([1]), json!("x".repeat(201)), json!("a\nb")] {
            let body = json!({"customer": {"id": value}});
            let node = Node::root(&body).node("customer").expect("an object");
            assert_eq!(node.id("id").expect_err("no id").field.as_deref(), Some("customer.id"), "{body}");
        }
        // Past 2^64 a number has lost digits on its way into a float: no id at all is better than another's.
        let body: Value = serde_json::from_str(r#"{"id": 184467440737095516150}"#).expect("JSON");
        assert!(Node::root(&body).id("id").is_err());
        let body = json!({});
        assert_eq!(Node::root(&body).need_id("id").expect_err("missing").field.as_deref(), Some("id"));
    }

    #[test]
    fn money_is_read_by_its_currency() {
        let currency = |code: &str| Currency::parse(code).expect("a currency");
        for (value, code, minor) in [
            (json!("199.00"), "USD", Some(19_900)),
            (json!(199), "USD", Some(19_900)),
            (json!(29.35), "USD", Some(2_935)),
            (json!("1200"), "JPY", Some(1_200)),
            (json!("1200.00"), "JPY", Some(1_200)),
            (json!("1.234"), "KWD", Some(1_234)),
            (json!("-10.00"), "EUR", Some(-1_000)),
            (json!(""), "EUR", None),
            (json!(null), "EUR", None),
        ] {
            let body = json!({ "price": value });
            assert_eq!(Node::root(&body).money("price", currency(code)), Ok(minor), "{value} {code}");
        }
        for value in [json!("1,5"), json!(1e300), json!({}), json!("99999999999999999999"), json!("12 USD")] {
            let body = json!({"lines": [{}, {"price": value}]});
            let refused = Node::root(&body).list("lines").pop().map(|line| line.money("price", Currency::USD));
            let refused = refused.expect("two lines").expect_err("no money");
            assert_eq!(refused.field.as_deref(), Some("lines.1.price"), "{body}");
        }
    }

    #[test]
    fn times_without_a_zone_are_utc() {
        let noon = Millis::parse_rfc3339("2026-11-22T12:00:00Z").expect("a time");
        for value in [
            json!("2026-11-22T12:00:00Z"),
            json!("2026-11-22T07:00:00-05:00"),
            json!("2026-11-22T12:00:00.000000001Z"),
            json!("2026-11-22T12:00:00"),
            json!("2026-11-22T12:00Z"),
            json!("2026-11-22T12:00"),
            json!("2026-11-22 12:00:00"),
            json!("2026-11-22 12:00:00 UTC"),
            json!("2026-11-22 13:00:00 +0100"),
            json!(noon.0),
            json!(noon.0 / 1_000),
        ] {
            let body = json!({ "at": value });
            assert_eq!(Node::root(&body).time("at"), Ok(Some(noon)), "{value}");
        }
        for value in [json!("soon"), json!(7), json!(-5), json!("9999-12-31T00:00:00Z"), json!([]), json!("2026-02-30")] {
            let body = json!({ "at": value });
            assert_eq!(Node::root(&body).time("at").expect_err("no time").field.as_deref(), Some("at"), "{value}");
        }
    }

    #[test]
    fn text_becomes_one_line_and_addresses_one_form() {
        let body = json!({"name": " Ada\n\u{7}Lovelace ", "mail": "Ada@Example.COM", "tel": "+49 (0) 30 1234567", "page": "javascript:alert(1)"});
        let node = Node::root(&body);
        assert_eq!(node.text("name").as_deref(), Some("Ada Lovelace"));
        assert_eq!(node.email("mail").as_deref(), Some("ada@example.com"));
        assert_eq!(node.phone("tel").as_deref(), Some("+49301234567"));
        assert_eq!(
            (node.email("name"), node.phone("mail"), node.link("page"), node.node("name").map(|_| ())),
            (None, None, None, None)
        );
    }
}
