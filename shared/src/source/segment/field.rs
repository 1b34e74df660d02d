//! Reading fields of a message: text, numbers, money, whatever the sender made of them.

use serde_json::{Map, Value};

use crate::import::limits;
use crate::money::{Currency, Money};
use crate::source::Refusal;

/// Text, or a number or boolean as text; nothing where it is empty, null, a list or an object.
pub(super) fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The first of `names` that holds text.
pub(super) fn first(object: &Map<String, Value>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| object.get(*name).and_then(text))
}

pub(super) fn object<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    object.get(name).and_then(Value::as_object)
}

pub(super) fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

/// `Some(true)` for what means yes, `Some(false)` for what means no.
pub(super) fn yes_or_no(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(*yes),
        Value::Number(number) => match number.as_f64() {
            Some(0.0) => Some(false),
            Some(1.0) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.trim().to_lowercase().as_str() {
            "true" | "yes" | "y" | "1" | "on" | "subscribed" | "granted" | "opted_in" => Some(true),
            "false" | "no" | "n" | "0" | "off" | "unsubscribed" | "denied" | "opted_out" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// The id that somebody has at the sender: none for the words that libraries send where a program had no id, because everybody
/// without one would become one person.
pub(super) fn id(object: &Map<String, Value>, name: &str) -> Result<Option<String>, Refusal> {
    const NO_IDS: [&str; 11] =
        ["null", "undefined", "none", "nil", "nan", "[object object]", "anonymous", "guest", "unknown", "true", "false"];
    let Some(text) = object.get(name).and_then(text) else { return Ok(None) };
    if NO_IDS.contains(&text.to_lowercase().as_str()) {
        return Ok(None);
    }
    if text.chars().count() > limits::ID_CHARS {
        let reason = format!("It is longer than {} characters", limits::ID_CHARS);
        return Err(Refusal::of(name, reason, "Send a shorter id."));
    }
    Ok(Some(text))
}

/// Minor units of the first of `names` that is there. `path` stands before the name in a refusal.
pub(super) fn money(object: &Map<String, Value>, path: &str, names: &[&str], currency: Currency) -> Result<Option<i64>, Refusal> {
    let Some((name, said)) = names.iter().find_map(|name| Some((name, object.get(*name).and_then(text)?))) else {
        return Ok(None);
    };
    let field = format!("{path}.{name}");
    let fix = "Send a decimal number in major units, such as 29.90.";
    let money = Money::parse(&decimal(&said), currency).map_err(|_| Refusal::of(&field, "It is no amount of money", fix))?;
    if money.minor.unsigned_abs() > limits::AMOUNT.unsigned_abs() {
        return Err(Refusal::of(&field, "It is too great for an order", fix));
    }
    Ok(Some(money.minor))
}

/// A tiny number may be written with an exponent; others are as they stand.
fn decimal(said: &str) -> String {
    match said.parse::<f64>() {
        Ok(number) if number.is_finite() && number.abs() < 1e15 && said.contains(['e', 'E']) => format!("{number:.6}"),
        _ => said.to_owned(),
    }
}

pub(super) fn currency(object: &Map<String, Value>, path: &str, default: Currency) -> Result<Currency, Refusal> {
    match first(object, &["currency"]) {
        None => Ok(default),
        Some(code) => Currency::parse(&code).map_err(|_| {
            Refusal::of(&format!("{path}.currency"), "It is no currency", "Send the three letters of ISO 4217, such as EUR.")
        }),
    }
}
