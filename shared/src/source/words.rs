//! What readers of stores and helpdesks share: putting facts together.

use serde_json::{Map, Value};

use super::{Delivery, Event, Who};
use crate::import::limits;
use crate::money::{Currency, Money};
use crate::time::Millis;

/// Products of a basket that an event keeps.
pub(super) const BASKET: usize = 30;

/// When the message left, for payloads that say nothing of their time.
pub(super) fn told_at(delivery: &Delivery<'_>) -> Millis {
    delivery.sent_at.unwrap_or(delivery.received_at)
}

pub(super) fn is_somebody(who: &Who) -> bool {
    who.external_id.is_some() || who.anonymous_id.is_some() || who.email.is_some() || who.phone.is_some()
}

pub(super) fn event<const N: usize>(id: String, who: &Who, at: Millis, name: &str, said: [(&str, Option<Value>); N]) -> Event {
    Event { id, who: who.clone(), at, name: name.to_owned(), properties: properties(said) }
}

/// What is there of it.
pub(super) fn properties<const N: usize>(said: [(&str, Option<Value>); N]) -> Map<String, Value> {
    said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// Decimal text in major units, as events carry money.
pub(super) fn amount(minor: i64, currency: Currency) -> Value {
    Value::from(Money::new(minor, currency).amount())
}

/// As many as an order keeps.
pub(super) fn items(names: impl Iterator<Item = String>) -> Vec<String> {
    names.take(limits::ITEMS).map(|name| name.chars().take(limits::ITEM_CHARS).collect()).collect()
}

pub(super) fn codes(codes: impl Iterator<Item = String>) -> Vec<String> {
    codes.take(limits::CODES).collect()
}
