//! `orders/*`: the whole order, whatever happened to it.

use super::{customer, need_id, refund};
use crate::import::limits;
use crate::source::value::Node;
use crate::source::words::{codes, is_somebody, items, told_at};
use crate::source::{Delivery, Fact, Order, OrderChange, OrderPart, OrderStatus, Person, Refusal, Who};
use crate::time::Millis;

/// The customer, the order, and each of its refunds under its own id, as `refunds/create` tells it too. An order that names nobody,
/// as one rung up in a shop, is nobody's and gives nothing.
pub(super) fn read(body: &Node<'_>, delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let id = need_id(body, "id", "admin_graphql_api_id")?;
    let ordered_at = body.first_time(&["processed_at", "created_at"])?.ok_or_else(|| body.missing("created_at"))?;
    let at = body.time("updated_at")?.unwrap_or(told_at(delivery));
    let person = buyer(body, at)?;
    if !is_somebody(&person.who) {
        return Ok(Vec::new());
    }
    let currency = body.currency("currency", delivery.currency)?;
    let refunds = refund::of_order(body, currency)?;
    let refunded = refunds.iter().fold(0_i64, |sum, refund| sum.saturating_add(refund.minor));
    let cancelled_at = body.time("cancelled_at")?;
    let amount = amount(
        body.need_money("total_price", currency)?,
        body.money("current_total_price", currency)?,
        refunded,
        cancelled_at.is_some(),
    );
    let order = Order {
        id: id.clone(),
        who: person.who.clone(),
        at,
        ordered_at,
        amount,
        currency,
        refunded: refunded.min(amount),
        discount: body.money("total_discounts", currency)?.unwrap_or(0).max(0),
        status: status(body, cancelled_at),
        cancelled_at,
        items: items(body.list("line_items").iter().filter_map(|line| line.text("title").or_else(|| line.text("name")))),
        codes: codes(body.list("discount_codes").iter().filter_map(|code| code.text_of("code", limits::CODE_CHARS))),
    };
    let parts = refunds.into_iter().map(|refund| OrderPart {
        id: refund.id,
        order_id: id.clone(),
        who: person.who.clone(),
        at: refund.at.unwrap_or(at),
        change: OrderChange::Refunded { amount: Some(refund.minor), currency: refund.currency },
    });
    let parts: Vec<Fact> = parts.map(Fact::OrderPart).collect();
    Ok([Fact::Person(person), Fact::Order(order)].into_iter().chain(parts).collect())
}

/// A deleted order is told by its id alone.
pub(super) fn deleted(body: &Node<'_>, at: Millis) -> Result<Vec<Fact>, Refusal> {
    let order_id = need_id(body, "id", "admin_graphql_api_id")?;
    let part = OrderPart { id: "deleted".to_owned(), order_id, who: Who::default(), at, change: OrderChange::Cancelled };
    Ok(vec![Fact::OrderPart(part)])
}

/// The customer's record, or what a guest left.
fn buyer(body: &Node<'_>, at: Millis) -> Result<Person, Refusal> {
    let mut person = match body.node("customer") {
        Some(record) => customer::person(&record, at)?,
        None => Person { at, ..Person::default() },
    };
    // Counted before this order: the totals of a customer have topics of their own.
    person.traits.clear();
    let who = &mut person.who;
    who.email = who.email.take().or_else(|| body.email("email")).or_else(|| body.email("contact_email"));
    if who.external_id.is_none() {
        who.phone = who.phone.take().or_else(|| body.phone("phone"));
    }
    for address in ["billing_address", "shipping_address"].into_iter().filter_map(|path| body.node(path)) {
        who.name = who.name.take().or_else(|| address.full_name("first_name", "last_name"));
        person.country = person.country.take().or_else(|| address.country("country_code"));
    }
    Ok(person)
}

/// What the order came to before refunds, edits included. `total` is what was ordered first; `current` is what is left after edits and
/// refunds: more than the total where somebody added something, less than what was not given back where somebody took something off.
fn amount(total: i64, current: Option<i64>, refunded: i64, is_cancelled: bool) -> i64 {
    let total = total.max(0);
    match current {
        Some(0) if is_cancelled => total,
        Some(current) => current.max(total.min(current.saturating_add(refunded))).max(0),
        None => total,
    }
}

fn status(body: &Node<'_>, cancelled_at: Option<Millis>) -> OrderStatus {
    match body.word("financial_status").as_deref() {
        _ if cancelled_at.is_some() => OrderStatus::Cancelled,
        Some("refunded") => OrderStatus::Refunded,
        Some("voided" | "expired") => OrderStatus::Cancelled,
        Some("pending" | "authorized" | "partially_paid" | "unpaid") => OrderStatus::Pending,
        _ => OrderStatus::Paid,
    }
}
