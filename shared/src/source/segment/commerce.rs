//! Orders, by the names of Segment's e-commerce specification.

use serde_json::{Map, Value};

use super::field;
use super::message::Message;
use crate::import::limits;
use crate::money::Currency;
use crate::source::{Fact, Order, OrderChange, OrderPart, OrderStatus, Refusal};

const PATH: &str = "properties";

/// What the order cost, best first: with shipping and tax, then without.
const AMOUNTS: [&str; 5] = ["total", "value", "revenue", "amount", "subtotal"];

const ORDER_IDS: [&str; 4] = ["order_id", "orderId", "transaction_id", "transactionId"];

/// `Order Completed`, `Order Updated`.
pub(super) fn order(message: &Message<'_>, is_new: bool) -> Result<Vec<Fact>, Refusal> {
    let properties = message.properties;
    let id = match order_id(properties)? {
        Some(id) => id,
        // The message is the order then: sent again, it is the same one.
        None if is_new => message.key.to_owned(),
        None => return Err(no_order()),
    };
    let currency = field::currency(properties, PATH, message.currency)?;
    let discount = field::money(properties, PATH, &["discount"], currency)?.unwrap_or(0).saturating_abs();
    let told = field::money(properties, PATH, &AMOUNTS, currency)?;
    let amount = match told {
        Some(amount) => Some(amount),
        None => sum_of_products(properties, currency)?.map(|sum| sum.saturating_sub(discount).max(0)),
    };
    let Some(amount) = amount else {
        return Err(Refusal::of("properties.total", "An order needs an amount", "Send total, revenue or products with prices."));
    };
    if amount < 0 {
        return Err(Refusal::of(
            "properties.total",
            "It is negative",
            "Send what the order cost; tell refunds by Order Refunded.",
        ));
    }
    let status = status(properties);
    Ok(vec![Fact::Order(Order {
        id,
        who: message.who.clone(),
        at: message.at,
        ordered_at: message.at,
        amount,
        currency,
        refunded: 0,
        discount,
        status,
        cancelled_at: (status == OrderStatus::Cancelled).then_some(message.at),
        items: items(properties),
        codes: codes(properties),
    })])
}

/// `Order Refunded`: all of it where no amount is told.
pub(super) fn refund(message: &Message<'_>) -> Result<Vec<Fact>, Refusal> {
    let properties = message.properties;
    let currency = field::currency(properties, PATH, message.currency)?;
    let told = field::money(properties, PATH, &AMOUNTS, currency)?.filter(|amount| *amount != 0);
    let amount = match told {
        Some(amount) => Some(amount.saturating_abs()),
        None => sum_of_products(properties, currency)?.filter(|sum| *sum > 0),
    };
    let id = field::first(properties, &["refund_id", "refundId"]).unwrap_or_else(|| message.key.to_owned());
    part(message, field::cut(&id, limits::ID_CHARS), OrderChange::Refunded { amount, currency })
}

/// `Order Cancelled`.
pub(super) fn cancel(message: &Message<'_>) -> Result<Vec<Fact>, Refusal> {
    part(message, message.key.to_owned(), OrderChange::Cancelled)
}

fn part(message: &Message<'_>, id: String, change: OrderChange) -> Result<Vec<Fact>, Refusal> {
    let order_id = order_id(message.properties)?.ok_or_else(no_order)?;
    Ok(vec![Fact::OrderPart(OrderPart { id, order_id, who: message.who.clone(), at: message.at, change })])
}

fn order_id(properties: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    let Some(id) = field::first(properties, &ORDER_IDS) else { return Ok(None) };
    if id.chars().count() > limits::ID_CHARS {
        let reason = format!("It is longer than {} characters", limits::ID_CHARS);
        return Err(Refusal::of("properties.order_id", reason, "Send a shorter id."));
    }
    Ok(Some(id))
}

fn no_order() -> Refusal {
    Refusal::of("properties.order_id", "It names no order", "Send order_id, as Order Completed did.")
}

fn status(properties: &Map<String, Value>) -> OrderStatus {
    match field::first(properties, &["status", "order_status"]).unwrap_or_default().to_lowercase().as_str() {
        "cancelled" | "canceled" | "voided" | "failed" => OrderStatus::Cancelled,
        "pending" | "unpaid" | "awaiting payment" | "on-hold" | "on hold" => OrderStatus::Pending,
        "refunded" => OrderStatus::Refunded,
        _ => OrderStatus::Paid,
    }
}

fn products(properties: &Map<String, Value>) -> impl Iterator<Item = &Map<String, Value>> {
    let list = properties.get("products").and_then(Value::as_array);
    list.into_iter().flatten().take(limits::ITEMS).filter_map(Value::as_object)
}

/// Price by quantity of each product; none where no product has a price.
fn sum_of_products(properties: &Map<String, Value>, currency: Currency) -> Result<Option<i64>, Refusal> {
    let mut sum = None;
    for (place, product) in products(properties).enumerate() {
        let Some(price) = field::money(product, &format!("{PATH}.products.{place}"), &["price"], currency)? else { continue };
        let quantity = field::first(product, &["quantity"]).and_then(|text| text.parse::<f64>().ok()).unwrap_or(1.0);
        let quantity = if (0.0..=1.0e6).contains(&quantity) { libm::round(quantity) as i64 } else { 1 };
        sum = Some(sum.unwrap_or(0_i64).saturating_add(price.max(0).saturating_mul(quantity)).min(limits::AMOUNT));
    }
    Ok(sum)
}

fn items(properties: &Map<String, Value>) -> Vec<String> {
    products(properties)
        .filter_map(|product| field::first(product, &["name", "title", "sku", "product_id"]))
        .map(|name| field::cut(&name, limits::ITEM_CHARS))
        .collect()
}

/// Coupons of the order and of its products, each once.
fn codes(properties: &Map<String, Value>) -> Vec<String> {
    let of_order = field::first(properties, &["coupon", "coupon_code", "discount_code"]);
    let of_products = products(properties).filter_map(|product| field::first(product, &["coupon"]));
    let mut codes: Vec<String> = Vec::new();
    for said in of_order.into_iter().chain(of_products) {
        for code in said.split(',').map(|code| field::cut(code.trim(), limits::CODE_CHARS)) {
            if !code.is_empty() && !codes.contains(&code) && codes.len() < limits::CODES {
                codes.push(code);
            }
        }
    }
    codes
}
