//! `order.*`. A refund comes as an update of its order.

use serde_json::Value;

use super::{buyer, changed_at, text, time};
use crate::import::limits;
use crate::money::Currency;
use crate::source::value::Node;
use crate::source::words::{amount, codes, event, is_somebody, items, told_at};
use crate::source::{Delivery, Event, Fact, Order, OrderChange, OrderPart, OrderStatus, Person, Refusal, Who};
use crate::time::Millis;

/// Nothing of a draft, which is a basket; nothing of an order that names nobody.
pub(super) fn read(body: &Node<'_>, delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let id = body.need_id("id")?;
    let Some(status) = status(body)? else { return Ok(Vec::new()) };
    let at = changed_at(body, told_at(delivery))?;
    let ordered_at = time(body, "date_created")?.ok_or_else(|| body.missing("date_created_gmt"))?;
    let who = buyer(body)?;
    if !is_somebody(&who) {
        return Ok(Vec::new());
    }
    let currency = body.currency("currency", delivery.currency)?;
    let total = body.need_money("total", currency)?.max(0);
    let refunds = refunds(body, &id, &who, at, currency)?;
    let refunded = refunds.iter().fold(0_i64, |sum, (minor, _)| sum.saturating_add(*minor)).min(total);
    let person = Person { who: who.clone(), at, country: body.country("billing.country"), ..Person::default() };
    let order = Order {
        id: id.clone(),
        who: who.clone(),
        at,
        ordered_at,
        amount: total,
        currency,
        // Some payment plug-ins set the status without a refund of its own.
        refunded: if status == OrderStatus::Refunded && refunded == 0 { total } else { refunded },
        discount: body.money("discount_total", currency)?.unwrap_or(0).max(0),
        status,
        cancelled_at: (status == OrderStatus::Cancelled).then_some(at),
        items: items(body.list("line_items").iter().filter_map(|line| text(line, "name"))),
        codes: codes(body.list("coupon_lines").iter().filter_map(|coupon| coupon.text_of("code", limits::CODE_CHARS))),
    };
    let failed = failed_renewal(body, &id, &who, at, total, currency);
    let mut facts = vec![Fact::Person(person), Fact::Order(order)];
    facts.extend(refunds.into_iter().map(|(_, part)| Fact::OrderPart(part)));
    facts.extend(failed.map(Fact::Event));
    Ok(facts)
}

/// Told by its id alone.
pub(super) fn deleted(body: &Node<'_>, at: Millis) -> Result<Vec<Fact>, Refusal> {
    let order_id = body.need_id("id")?;
    let part = OrderPart { id: "deleted".to_owned(), order_id, who: Who::default(), at, change: OrderChange::Cancelled };
    Ok(vec![Fact::OrderPart(part)])
}

/// A status of the shop's own counts as paid where the order has been paid.
fn status(body: &Node<'_>) -> Result<Option<OrderStatus>, Refusal> {
    let word = body.word("status").ok_or_else(|| body.missing("status"))?;
    Ok(match word.strip_prefix("wc-").unwrap_or(&word) {
        "processing" | "completed" => Some(OrderStatus::Paid),
        "pending" | "on-hold" => Some(OrderStatus::Pending),
        "cancelled" | "failed" | "trash" => Some(OrderStatus::Cancelled),
        "refunded" => Some(OrderStatus::Refunded),
        "checkout-draft" | "auto-draft" | "draft" => None,
        _ if time(body, "date_paid")?.is_some() => Some(OrderStatus::Paid),
        _ => Some(OrderStatus::Pending),
    })
}

/// An order lists its refunds with negative totals and without their days.
fn refunds(body: &Node<'_>, order_id: &str, who: &Who, at: Millis, currency: Currency) -> Result<Vec<(i64, OrderPart)>, Refusal> {
    let mut refunds = Vec::new();
    for refund in body.list("refunds") {
        let minor = refund.need_money("total", currency)?.saturating_abs();
        let change = OrderChange::Refunded { amount: Some(minor), currency };
        let part = OrderPart { id: refund.need_id("id")?, order_id: order_id.to_owned(), who: who.clone(), at, change };
        refunds.push((minor, part));
    }
    refunds.retain(|(minor, _)| *minor > 0);
    Ok(refunds)
}

/// A subscription's renewal is an order; one that failed is a payment that did.
fn failed_renewal(body: &Node<'_>, order: &str, who: &Who, at: Millis, total: i64, currency: Currency) -> Option<Event> {
    let is_renewal = body.word("created_via").as_deref() == Some("subscription");
    let is_failed = body.word("status").as_deref() == Some("failed");
    (is_renewal && is_failed).then(|| {
        event(
            format!("order:{order}:failed"),
            who,
            at,
            "Payment Failed",
            [
                ("order_id", Some(Value::from(order))),
                ("amount", Some(amount(total, currency))),
                ("currency", Some(Value::from(currency.as_str()))),
            ],
        )
    })
}
