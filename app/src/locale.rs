//! Numbers, money and dates as the reader's browser writes them (`Intl`), so that no locale data ships with the app.

use std::cell::RefCell;
use std::collections::HashMap;

use js_sys::{Array, Date, Function, Object, Reflect};
use shared::money::Money;
use wasm_bindgen::{JsCast, JsValue};

/// A whole number with the reader's grouping.
pub fn count(value: u64) -> String {
    number("count", &[], &JsValue::from_f64(value as f64)).unwrap_or_else(|| value.to_string())
}

/// Exact, with the currency's decimals.
pub fn money(money: Money) -> String {
    written(money, false)
}

/// Whole units from a hundred on, where the cents only blur the figure.
pub fn money_short(money: Money) -> String {
    let unit = 10_i64.pow(money.currency.decimals());
    written(money, money.minor.unsigned_abs() >= 100 * unit.unsigned_abs())
}

/// An ISO date such as `1998-07-01`, with the month as a word.
pub fn day(iso: &str) -> String {
    date("day", "UTC", &[("day", "numeric"), ("month", "short"), ("year", "numeric")], iso)
}

/// A point in time (RFC 3339) in the shop's zone.
pub fn moment(rfc3339: &str, zone: &str) -> String {
    let parts = [("day", "numeric"), ("month", "short"), ("year", "numeric"), ("hour", "2-digit"), ("minute", "2-digit")];
    date("moment", zone, &parts, rfc3339)
}

/// The day of a point in time (RFC 3339) in the shop's zone.
pub fn day_of(rfc3339: &str, zone: &str) -> String {
    date("long day", zone, &[("weekday", "long"), ("day", "numeric"), ("month", "long"), ("year", "numeric")], rfc3339)
}

/// The time of day of a point in time (RFC 3339) in the shop's zone.
pub fn time_of(rfc3339: &str, zone: &str) -> String {
    date("time", zone, &[("hour", "2-digit"), ("minute", "2-digit")], rfc3339)
}

/// Milliseconds since 1970, or NaN where the text is no time.
pub fn millis(rfc3339: &str) -> f64 {
    Date::parse(rfc3339)
}

thread_local! {
    // Making an Intl object costs more than a hundred uses of it.
    static FORMATS: RefCell<HashMap<String, Function>> = RefCell::new(HashMap::new());
}

fn written(money: Money, whole: bool) -> String {
    let currency = money.currency;
    let amount = money.amount();
    let mut options = vec![("style", JsValue::from_str("currency")), ("currency", JsValue::from_str(currency.as_str()))];
    if whole {
        options.push(("maximumFractionDigits", JsValue::from_f64(0.0)));
        options.push(("minimumFractionDigits", JsValue::from_f64(0.0)));
    }
    // As text: a JavaScript number would round large amounts.
    let key = if whole { format!("{currency} whole") } else { currency.to_string() };
    number(&key, &options, &JsValue::from_str(&amount)).unwrap_or_else(|| format!("{currency} {amount}"))
}

fn number(key: &str, options: &[(&str, JsValue)], value: &JsValue) -> Option<String> {
    format_with(&format!("number {key}"), "NumberFormat", options, value)
}

fn date(key: &str, zone: &str, parts: &[(&str, &str)], text: &str) -> String {
    let at = Date::parse(text);
    if at.is_nan() {
        return text.to_owned();
    }
    let with_zone = |zone| -> Vec<_> {
        parts.iter().copied().chain([("timeZone", zone)]).map(|(name, value)| (name, JsValue::from_str(value))).collect()
    };
    let at = JsValue::from_f64(at);
    // A zone that this browser does not know yet: better the right moment in UTC, and said so, than none.
    format_with(&format!("date {key} {zone}"), "DateTimeFormat", &with_zone(zone), &at)
        .or_else(|| {
            format_with(&format!("date {key} UTC"), "DateTimeFormat", &with_zone("UTC"), &at).map(|text| format!("{text} UTC"))
        })
        .unwrap_or_else(|| text.to_owned())
}

/// `None` where the browser refuses the options: js-sys' own constructors would throw through the app.
fn format_with(key: &str, class: &str, options: &[(&str, JsValue)], value: &JsValue) -> Option<String> {
    FORMATS.with(|formats| {
        let known = formats.borrow().get(key).cloned();
        let format = match known {
            Some(format) => format,
            None => {
                let format = make(class, options)?;
                formats.borrow_mut().insert(key.to_owned(), format.clone());
                format
            }
        };
        format.call1(&JsValue::UNDEFINED, value).ok().and_then(|text| text.as_string())
    })
}

/// The bound `format` function of a new Intl object.
fn make(class: &str, options: &[(&str, JsValue)]) -> Option<Function> {
    let intl = Reflect::get(&js_sys::global(), &JsValue::from_str("Intl")).ok()?;
    let class: Function = Reflect::get(&intl, &JsValue::from_str(class)).ok()?.dyn_into().ok()?;
    let made = Reflect::construct(&class, &Array::of2(&Array::new(), &object(options))).ok()?;
    Reflect::get(&made, &JsValue::from_str("format")).ok()?.dyn_into().ok()
}

fn object(options: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in options {
        // A plain object takes any member; there is nothing to answer to a refusal.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object
}
