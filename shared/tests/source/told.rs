//! Deliveries of stores and helpdesks, and the facts that they give.

use serde_json::Value;
use shared::money::Currency;
use shared::source::{Delivery, Fact, Kind, Order, OrderPart, Person, Refusal, read};
use shared::time::Millis;

/// 2026-11-22T12:00:00Z.
pub const RECEIVED: Millis = Millis(1_795_348_800_000);

/// When the sender says that it sent the message: ten seconds before.
pub const SENT: Millis = Millis(RECEIVED.0 - 10_000);

pub fn facts(kind: Kind, topic: &str, body: &Value) -> Result<Vec<Fact>, Refusal> {
    let currency = Currency::USD;
    let site = Some("https://shop.example/");
    read(&Delivery {
        kind,
        topic,
        body,
        key: "delivery-1",
        received_at: RECEIVED,
        sent_at: Some(SENT),
        currency,
        site,
        by_browser: false,
    })
}

pub fn told(kind: Kind, topic: &str, body: &Value) -> Vec<Fact> {
    facts(kind, topic, body).unwrap_or_else(|refusal| panic!("{topic}: {refusal:?}"))
}

/// Of a refusal.
pub fn refused(kind: Kind, topic: &str, body: &Value) -> String {
    facts(kind, topic, body).expect_err("a refusal").field.expect("a field")
}

pub fn at(text: &str) -> Millis {
    Millis::parse_rfc3339(text).expect("a time")
}

pub fn people(facts: &[Fact]) -> Vec<&Person> {
    facts.iter().filter_map(|fact| if let Fact::Person(person) = fact { Some(person) } else { None }).collect()
}

pub fn order(facts: &[Fact]) -> &Order {
    facts.iter().find_map(|fact| if let Fact::Order(order) = fact { Some(order) } else { None }).expect("an order")
}

pub fn parts(facts: &[Fact]) -> Vec<&OrderPart> {
    facts.iter().filter_map(|fact| if let Fact::OrderPart(part) = fact { Some(part) } else { None }).collect()
}

pub fn event(facts: &[Fact]) -> &shared::source::Event {
    facts.iter().find_map(|fact| if let Fact::Event(event) = fact { Some(event) } else { None }).expect("an event")
}

/// With `value` at a dotted path.
pub fn with(body: &Value, path: &str, value: Value) -> Value {
    let mut body = body.clone();
    let mut place = &mut body;
    for name in path.split('.') {
        place = match place {
            Value::Array(values) => &mut values[name.parse::<usize>().expect("an index")],
            place => &mut place[name],
        };
    }
    *place = value;
    body
}

#[test]
fn what_is_far_ahead_of_its_receipt_is_taken_for_the_receipt() {
    let body = serde_json::json!({
        "id": 1, "email": "a@example.com", "total_price": "1.00", "created_at": "2026-11-22T12:04:00Z", "updated_at": "2099-01-01T00:00:00Z",
    });
    let facts = told(Kind::Shopify, "orders/create", &body);
    let order = order(&facts);
    assert_eq!((order.ordered_at, order.at), (at("2026-11-22T12:04:00Z"), RECEIVED));
}
