//! Stripe: events of customers, subscriptions, invoices and charges, before and since API version 2025-03-31.
//!
//! Amounts are whole numbers of the smallest unit as Stripe counts it, times are seconds. Nothing but an invoice and a customer has an
//! address; the rest names its customer.

mod charge;
mod customer;
mod invoice;
mod subscription;

use super::value::Node;
use super::words::told_at;
use super::{Delivery, Fact, Refusal, Who};
use crate::money::Currency;
use crate::time::Millis;

/// # Errors
/// When the payload lacks what its type needs.
pub(super) fn read(delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    type Reader = fn(&Message<'_>) -> Result<Vec<Fact>, Refusal>;
    let reader: Reader = match delivery.topic {
        "customer.created" | "customer.updated" => customer::read,
        "customer.deleted" => customer::deleted,
        "customer.subscription.created" => subscription::created,
        "customer.subscription.updated" => subscription::updated,
        "customer.subscription.deleted" => subscription::deleted,
        "customer.subscription.trial_will_end" => subscription::trial_will_end,
        "customer.subscription.paused" => subscription::paused,
        "customer.subscription.resumed" => subscription::resumed,
        "invoice.paid" => invoice::paid,
        "invoice.payment_failed" => invoice::failed,
        "charge.refunded" => charge::refunded,
        _ => return Ok(Vec::new()),
    };
    let body = Node::root(delivery.body);
    reader(&Message {
        id: body.need_id("id")?,
        at: body.time("created")?.unwrap_or(told_at(delivery)),
        object: body.need_node("data.object")?,
        before: body.node("data.previous_attributes"),
        default: delivery.currency,
    })
}

/// What every event holds.
#[derive(Debug)]
struct Message<'a> {
    id: String,
    at: Millis,
    object: Node<'a>,
    /// What it was before, of what changed.
    before: Option<Node<'a>>,
    default: Currency,
}

impl Message<'_> {
    /// The member had another value before, which may have been null.
    fn has_changed(&self, name: &str) -> bool {
        self.before.as_ref().is_some_and(|before| before.has(name))
    }
}

/// Named by its id, or put in whole.
fn reference(node: &Node<'_>, path: &str) -> Result<Option<String>, Refusal> {
    match node.node(path) {
        Some(object) => object.id("id"),
        None => node.id(path),
    }
}

fn customer_of(object: &Node<'_>) -> Result<Who, Refusal> {
    let external_id = Some(reference(object, "customer")?.ok_or_else(|| object.missing("customer"))?);
    Ok(Who { external_id, ..Who::default() })
}

/// Into ISO 4217's smallest unit. Stripe counts hundredths of two currencies that have none, and whole units of one that has fifths
/// (<https://docs.stripe.com/currencies>, special cases).
fn minor(object: &Node<'_>, path: &str, currency: Currency) -> Result<Option<i64>, Refusal> {
    let told = object.minor(path)?;
    Ok(told.map(|amount| match currency.as_str() {
        "ISK" | "UGX" => amount / 100,
        "MGA" => amount.saturating_mul(100),
        _ => amount,
    }))
}
