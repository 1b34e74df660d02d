//! What somebody did: track, page, screen.

use serde_json::{Map, Value};

use super::message::Message;
use super::{commerce, consent, field, people};
use crate::event;
use crate::import::limits;
use crate::source::{Event, Fact, Refusal};

/// What is kept of each product that an event names.
const PRODUCT_FIELDS: [&str; 8] = ["product_id", "sku", "name", "variant", "category", "price", "quantity", "coupon"];

/// Bytes of one property as JSON; longer ones are left out, texts cut.
const PROPERTY_BYTES: usize = 4_096;

/// Set by those who know that no person opened a mail, each in its own words.
const MACHINE_MARKS: [&str; 8] =
    ["machine", "machine_open", "machineOpen", "sg_machine_open", "is_machine", "proxy_open", "is_bot", "bot"];

/// # Errors
/// When it has no name, or is an order that cannot be read.
pub(super) fn track(message: &Message<'_>) -> Result<Vec<Fact>, Refusal> {
    let Some(name) = field::first(message.body, &["event"]) else {
        return Err(Refusal::of("event", "It has no name", "Send what happened as event, such as Order Completed."));
    };
    let facts = match event::canonical(&name).as_str() {
        "order completed" => commerce::order(message, true)?,
        "order updated" => commerce::order(message, false)?,
        "order refunded" => commerce::refund(message)?,
        "order cancelled" | "order canceled" => commerce::cancel(message)?,
        canonical => {
            let properties = properties(message.properties, message.context);
            consent::act(message, canonical).into_iter().chain([happened(message, &name, properties)]).collect()
        }
    };
    Ok(people::of_context(message).into_iter().chain(facts).collect())
}

/// A page or a screen was seen.
pub(super) fn view(message: &Message<'_>, name: &str) -> Vec<Fact> {
    let page = field::object(message.context, "page");
    let mut seen = properties(message.properties, message.context);
    for part in ["path", "title", "url", "referrer"] {
        if let Some(text) = page.and_then(|page| page.get(part)).and_then(Value::as_str).filter(|text| !text.is_empty()) {
            seen.entry(part).or_insert_with(|| kept(part, &Value::String(text.to_owned())));
        }
    }
    for part in ["name", "category"] {
        if let Some(text) = field::first(message.body, &[part]) {
            seen.entry(part).or_insert_with(|| kept(part, &Value::String(text)));
        }
    }
    people::of_context(message).into_iter().chain([happened(message, name, seen)]).collect()
}

fn happened(message: &Message<'_>, name: &str, properties: Map<String, Value>) -> Fact {
    Fact::Event(Event {
        id: message.key.to_owned(),
        who: message.who.clone(),
        at: message.at,
        name: field::cut(name, limits::EVENT_NAME_CHARS),
        properties,
    })
}

/// As they are, within bounds; addresses of pages without their queries, where tokens and searches stand.
fn properties(said: &Map<String, Value>, context: &Map<String, Value>) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut bytes = 0;
    for (name, value) in said.iter().filter(|(name, _)| !matches!(name.as_str(), "search" | "ip")).take(limits::PROPERTIES) {
        let value = kept(name, value);
        let length = name.len() + serde_json::to_string(&value).map_or(0, |text| text.len());
        if name.chars().count() <= limits::EVENT_NAME_CHARS
            && length <= PROPERTY_BYTES
            && bytes + length <= limits::PROPERTIES_BYTES
        {
            bytes += length;
            properties.insert(name.clone(), value);
        }
    }
    if is_machine(said, context) {
        properties.insert("machine".to_owned(), Value::Bool(true));
    }
    properties
}

fn kept(name: &str, value: &Value) -> Value {
    match value {
        Value::String(text) if matches!(name, "url" | "referrer" | "link_url" | "path") => {
            let end = text.find(['?', '#']).unwrap_or(text.len());
            Value::String(field::cut(text.get(..end).unwrap_or_default(), limits::TRAIT_CHARS))
        }
        Value::String(text) => Value::String(field::cut(text, PROPERTY_BYTES / 8)),
        Value::Array(list) if name == "products" => {
            Value::Array(list.iter().take(limits::ITEMS).filter_map(Value::as_object).map(product).collect())
        }
        value => value.clone(),
    }
}

fn product(said: &Map<String, Value>) -> Value {
    let fields = PRODUCT_FIELDS.iter().filter_map(|name| Some(((*name).to_owned(), field::first(said, &[name])?)));
    Value::Object(fields.map(|(name, text)| (name, Value::String(field::cut(&text, limits::CODE_CHARS)))).collect())
}

/// Said by the sender, or by the one name that Apple's proxy gives itself when it fetches a mail's pictures before anybody reads it.
fn is_machine(properties: &Map<String, Value>, context: &Map<String, Value>) -> bool {
    let marked = MACHINE_MARKS.iter().any(|mark| properties.get(*mark).and_then(field::yes_or_no) == Some(true));
    let agent = field::first(context, &["userAgent"]).or_else(|| field::first(properties, &["user_agent", "userAgent"]));
    marked || agent.is_some_and(|agent| agent == "Mozilla/5.0")
}
