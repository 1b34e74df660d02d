//! `checkouts/*`: baskets that wait at the till.

use serde_json::Value;

use super::customer;
use crate::import::limits;
use crate::money::Currency;
use crate::source::value::Node;
use crate::source::words::{BASKET, amount, event, is_somebody, properties, told_at};
use crate::source::{Delivery, Fact, Refusal, Who};

/// Shopify tells a checkout anew with every step: each is an event of its own, with the checkout's id among its properties. Nothing of
/// one that became an order, which comes by itself, nor of one whose buyer has not said who they are.
pub(super) fn read(body: &Node<'_>, delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    if body.is_there("completed_at") {
        return Ok(Vec::new());
    }
    let checkout = match body.id("token")? {
        Some(token) => token,
        None => body.need_id("id")?,
    };
    let at = body.first_time(&["updated_at", "created_at"])?.unwrap_or(told_at(delivery));
    let mut who = match body.node("customer") {
        Some(record) => customer::person(&record, at)?.who,
        None => Who::default(),
    };
    who.email = who.email.or_else(|| body.email("email"));
    if who.external_id.is_none() {
        who.phone = who.phone.or_else(|| body.phone("phone"));
    }
    if !is_somebody(&who) {
        return Ok(Vec::new());
    }
    let currency = body.currency("currency", delivery.currency)?;
    let code = body.list("discount_codes").first().and_then(|code| code.text_of("code", limits::CODE_CHARS));
    let event = event(
        format!("checkout:{checkout}:{}", at.0),
        &who,
        at,
        "Checkout Started",
        [
            ("checkout_id", Some(Value::from(checkout))),
            ("value", body.money("total_price", currency)?.map(|minor| amount(minor, currency))),
            ("currency", Some(Value::from(currency.as_str()))),
            ("coupon", code.map(Value::from)),
            ("url", body.link("abandoned_checkout_url").map(Value::from)),
            ("products", Some(products(body, currency)?)),
        ],
    );
    Ok(vec![Fact::Event(event)])
}

fn products(body: &Node<'_>, currency: Currency) -> Result<Value, Refusal> {
    let mut products = Vec::new();
    for line in body.list("line_items").iter().take(BASKET) {
        products.push(Value::Object(properties([
            ("product_id", line.id("product_id")?.map(Value::from)),
            ("variant_id", line.id("variant_id")?.map(Value::from)),
            ("sku", line.text("sku").map(Value::from)),
            ("name", line.text("title").map(Value::from)),
            ("variant", line.text("variant_title").map(Value::from)),
            ("price", line.money("price", currency)?.map(|minor| amount(minor, currency))),
            ("quantity", line.integer("quantity").map(Value::from)),
        ])));
    }
    Ok(Value::Array(products))
}
