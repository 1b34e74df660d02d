//! What an event's properties say, whatever type they were written as.

use serde_json::{Map, Value};

use super::{Item, MAX_ITEMS, MAX_NAME, Price, Terms};
use crate::time::{Day, Millis};

/// Who of an account an event is about.
pub fn user(properties: &Map<String, Value>) -> Option<String> {
    let properties = Properties(properties);
    ["user", "user_id", "userId", "email"].into_iter().find_map(|key| properties.text(key))
}

/// What a product event names.
pub(super) fn item(properties: &Map<String, Value>) -> Option<Item> {
    let property = Properties(properties);
    let name = property.text("name").or_else(|| property.text("title"));
    let id = ["product_id", "productId", "id", "sku"].into_iter().find_map(|key| property.text(key)).or_else(|| name.clone())?;
    Some(Item { id, name, category: property.text("category") })
}

/// Of the list `products`, or the one that the event itself names.
pub(super) fn items(properties: &Map<String, Value>) -> Vec<Item> {
    match properties.get("products").and_then(Value::as_array) {
        Some(list) => list.iter().take(MAX_ITEMS).filter_map(Value::as_object).filter_map(item).collect(),
        None => Vec::new(),
    }
}

/// In English, as far as words alone can tell.
pub(super) fn asks_to_leave(words: &str) -> bool {
    const PHRASES: [&str; 14] = [
        "downgrade",
        "cheaper plan",
        "smaller plan",
        "lower plan",
        "cancel my subscription",
        "cancel our subscription",
        "cancel the subscription",
        "cancel my plan",
        "cancel our plan",
        "cancel my account",
        "cancel our account",
        "close my account",
        "close our account",
        "end my subscription",
    ];
    let words = canonical(words);
    PHRASES.iter().any(|phrase| words.contains(phrase))
}

pub(super) struct Properties<'a>(pub(super) &'a Map<String, Value>);

impl Properties<'_> {
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let text = match self.0.get(key)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        (!text.is_empty()).then(|| cut(&text))
    }

    pub(super) fn number(&self, key: &str) -> Option<f64> {
        let number = match self.0.get(key)? {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) => text.trim().parse().ok()?,
            _ => return None,
        };
        number.is_finite().then_some(number)
    }

    pub(super) fn count(&self, key: &str) -> Option<u32> {
        self.number(key).filter(|n| (0.0..=1.0e9).contains(n)).map(|n| n as u32)
    }

    pub(super) fn tone(&self) -> Option<f64> {
        match self.text("tone").as_deref().map(canonical).as_deref() {
            Some("negative" | "angry") => Some(-1.0),
            Some("neutral") => Some(0.0),
            Some("positive" | "glad") => Some(1.0),
            _ => self.number("tone").filter(|tone| (-1.0..=1.0).contains(tone)),
        }
    }

    pub(super) fn is_true(&self, key: &str) -> bool {
        match self.0.get(key) {
            Some(Value::Bool(yes)) => *yes,
            Some(Value::String(text)) => matches!(canonical(text).as_str(), "true" | "yes" | "1"),
            Some(Value::Number(number)) => number.as_f64() == Some(1.0),
            _ => false,
        }
    }

    /// The subject and the text of a ticket.
    pub(super) fn words(&self) -> String {
        let words = |key: &str| self.0.get(key).and_then(Value::as_str).unwrap_or_default();
        format!("{}\n{}", words("subject"), words("text"))
    }

    pub(super) fn terms(&self, at: Millis) -> Terms {
        let price = match (self.text("amount"), self.text("price")) {
            (Some(amount), _) => Some((amount, false)),
            (None, Some(price)) => Some((price, true)),
            (None, None) => None,
        };
        Terms {
            plan: self.text("plan"),
            seats: self.count("seats"),
            price: price.map(|(amount, a_seat)| Price { amount, a_seat, currency: self.text("currency") }),
            end: self.term_end(at.day()),
        }
    }

    pub(super) fn term_end(&self, start: Day) -> Option<Day> {
        if let Some(days) = self.count("term_days").and_then(|days| i32::try_from(days).ok()).filter(|&days| days > 0) {
            return Some(start.plus(days));
        }
        if let Some(interval) = self.text("interval") {
            let days = match canonical(&interval).as_str() {
                "week" | "weekly" => 7,
                "month" | "monthly" => 31,
                "quarter" | "quarterly" => 92,
                "year" | "yearly" | "annual" => 366,
                _ => return None,
            };
            return Some(start.plus(days));
        }
        self.day("term_end").filter(|end| *end >= start)
    }

    pub(super) fn pause_end(&self, start: Day) -> Option<Day> {
        let days = self.count("days").and_then(|days| i32::try_from(days).ok()).filter(|&days| days > 0);
        days.map(|days| start.plus(days)).or_else(|| self.day("until").filter(|end| *end >= start))
    }

    /// RFC 3339 or an ISO date.
    pub(super) fn day(&self, key: &str) -> Option<Day> {
        let text = self.text(key)?;
        let moment = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text };
        Millis::parse_rfc3339(&moment).ok().map(Millis::day)
    }
}

/// Names that mean the same have the same form: lower case, words parted by one blank.
pub fn canonical(name: &str) -> String {
    let spaced: String = name.chars().map(|c| if matches!(c, '_' | '-') { ' ' } else { c }).collect();
    spaced.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

pub(super) fn cut(text: &str) -> String {
    text.chars().take(MAX_NAME).collect()
}
