//! `invoice.*`: money that came, and money that did not.

use serde_json::Value;

use super::{Message, customer, customer_of, minor, reference};
use crate::money::Currency;
use crate::source::value::Node;
use crate::source::words::{amount, codes, event, items};
use crate::source::{Event, Fact, Order, OrderStatus, Refusal};
use crate::time::Millis;

/// The customer, an order of what was paid, and the term that it pays. Nothing was paid for a trial, which is no order and no term.
pub(super) fn paid(message: &Message<'_>) -> Result<Vec<Fact>, Refusal> {
    let invoice = &message.object;
    let id = invoice.need_id("id")?;
    let person = customer::of_invoice(invoice, customer_of(invoice)?, message.at);
    let currency = invoice.currency("currency", message.default)?;
    let paid = minor(invoice, "amount_paid", currency)?.ok_or_else(|| invoice.missing("amount_paid"))?.max(0);
    let paid_at = invoice.first_time(&["status_transitions.paid_at", "created"])?.unwrap_or(message.at);
    let mut discount = 0_i64;
    for taken in invoice.list("total_discount_amounts") {
        discount = discount.saturating_add(minor(&taken, "amount", currency)?.unwrap_or(0).max(0));
    }
    let lines = invoice.list("lines.data");
    let order = (paid > 0).then(|| Order {
        id,
        who: person.who.clone(),
        at: message.at,
        ordered_at: paid_at,
        amount: paid,
        currency,
        refunded: 0,
        discount,
        status: OrderStatus::Paid,
        cancelled_at: None,
        items: items(lines.iter().filter_map(|line| line.text("description"))),
        codes: codes(std::iter::empty()),
    });
    let term = term(message, &lines, currency, paid_at)?;
    let facts = [Some(Fact::Person(person)), order.map(Fact::Order), term.map(Fact::Event)];
    Ok(facts.into_iter().flatten().collect())
}

/// The failures of one invoice are events of their own: Stripe tries again.
pub(super) fn failed(message: &Message<'_>) -> Result<Vec<Fact>, Refusal> {
    let invoice = &message.object;
    let person = customer::of_invoice(invoice, customer_of(invoice)?, message.at);
    let currency = invoice.currency("currency", message.default)?;
    let due = minor(invoice, "amount_due", currency)?;
    let reason = ["last_finalization_error.message", "charge.failure_message", "payment_intent.last_payment_error.message"];
    let event = event(
        message.id.clone(),
        &person.who,
        message.at,
        "Payment Failed",
        [
            ("invoice_id", Some(Value::from(invoice.need_id("id")?))),
            ("subscription_id", subscription(invoice)?.map(Value::from)),
            ("amount", due.map(|due| amount(due, currency))),
            ("currency", Some(Value::from(currency.as_str()))),
            ("attempt", invoice.integer("attempt_count").map(Value::from)),
            ("next_attempt", invoice.time("next_payment_attempt")?.map(|at| Value::from(at.rfc3339()))),
            ("reason", reason.iter().find_map(|path| invoice.text(path)).map(Value::from)),
        ],
    );
    Ok(vec![Fact::Person(person), Fact::Event(event)])
}

/// The longest term among the lines that are paid for, prorations apart: they pay the rest of a term that runs.
fn term(message: &Message<'_>, lines: &[Node<'_>], currency: Currency, paid_at: Millis) -> Result<Option<Event>, Refusal> {
    let Some(subscription) = subscription(&message.object)? else { return Ok(None) };
    let (mut cost, mut seats, mut end, mut plan) = (None, None, None, None);
    for line in lines {
        let is_proration = line.yes("proration") || line.yes("parent.subscription_item_details.proration");
        let minor = minor(line, "amount", currency)?.unwrap_or(0);
        if is_proration || minor <= 0 {
            continue;
        }
        cost = Some(cost.unwrap_or(0_i64).saturating_add(minor));
        seats = line.integer("quantity").or(seats);
        end = end.max(line.time("period.end")?);
        plan = plan.or_else(|| plan_of(line));
    }
    if cost.is_none() {
        return Ok(None);
    }
    let is_first = message.object.word("billing_reason").as_deref() == Some("subscription_create");
    let name = if is_first { "Subscription Started" } else { "Subscription Renewed" };
    let event = event(
        message.id.clone(),
        &customer_of(&message.object)?,
        paid_at,
        name,
        [
            ("subscription_id", Some(Value::from(subscription))),
            ("plan", plan.map(Value::from)),
            ("seats", seats.map(Value::from)),
            ("amount", cost.map(|cost| amount(cost, currency))),
            ("currency", Some(Value::from(currency.as_str()))),
            ("term_end", end.filter(|end| *end > paid_at).map(|end| Value::from(end.rfc3339()))),
        ],
    );
    Ok(Some(event))
}

/// Under the same name as the subscription's own events call it.
fn plan_of(line: &Node<'_>) -> Option<String> {
    let names = [
        "price.nickname",
        "plan.nickname",
        "price.lookup_key",
        "price.product",
        "plan.product",
        "pricing.price_details.product",
        "pricing.price_details.price",
    ];
    names.iter().find_map(|path| line.text(path))
}

fn subscription(invoice: &Node<'_>) -> Result<Option<String>, Refusal> {
    match reference(invoice, "parent.subscription_details.subscription")? {
        Some(id) => Ok(Some(id)),
        None => reference(invoice, "subscription"),
    }
}
