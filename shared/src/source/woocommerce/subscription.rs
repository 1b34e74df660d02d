//! `subscription.*` of WooCommerce Subscriptions: an order's body with a schedule.

use serde_json::Value;

use super::{buyer, changed_at, text, time};
use crate::source::value::Node;
use crate::source::words::{amount, event, is_somebody, told_at};
use crate::source::{Delivery, Fact, Refusal};
use crate::time::Millis;

/// While it runs, what is paid: from the last payment to the next one. A change that leaves both days and the price is the same event
/// again. `on-hold` is no event: every renewal passes through it until it is paid, and one that fails is told by its order.
pub(super) fn read(body: &Node<'_>, delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let id = body.need_id("id")?;
    let changed_at = changed_at(body, told_at(delivery))?;
    let who = buyer(body)?;
    if !is_somebody(&who) {
        return Ok(Vec::new());
    }
    let status = body.word("status").ok_or_else(|| body.missing("status"))?;
    let currency = body.currency("currency", delivery.currency)?;
    let total = body.money("total", currency)?.unwrap_or(0).max(0);
    let started_at = schedule(body, "start_date")?.unwrap_or(changed_at);
    let paid_at = schedule(body, "last_payment_date")?.or(schedule(body, "date_paid")?).unwrap_or(started_at);
    let next = schedule(body, "next_payment_date")?.or(schedule(body, "end_date")?);
    let on_trial = schedule(body, "trial_end_date")?.is_some_and(|end| end > changed_at);
    let (name, at, ends) = match status.strip_prefix("wc-").unwrap_or(&status) {
        "active" if on_trial => ("Trial Started", started_at, None),
        "active" if paid_at <= started_at => ("Subscription Started", started_at, None),
        "active" => ("Subscription Renewed", paid_at, None),
        "pending-cancel" => ("Subscription Cancelled", changed_at, Some("term_end")),
        "cancelled" | "expired" | "switched" | "trash" => ("Subscription Cancelled", changed_at, Some("now")),
        _ => return Ok(Vec::new()),
    };
    let term_end = next.filter(|end| *end > at);
    let id_of_event = format!("subscription:{id}:{name}:{}:{}:{total}", at.0, term_end.map_or(0, |end| end.0));
    let event = event(
        id_of_event,
        &who,
        at,
        name,
        [
            ("subscription_id", Some(Value::from(id.as_str()))),
            ("plan", body.list("line_items").first().and_then(|line| text(line, "name")).map(Value::from)),
            ("amount", Some(amount(total, currency))),
            ("currency", Some(Value::from(currency.as_str()))),
            ("term_end", term_end.map(|end| Value::from(end.rfc3339()))),
            ("billing_interval", body.text("billing_period").map(Value::from)),
            ("billing_interval_count", body.integer("billing_interval").map(Value::from)),
            ("ends", ends.map(Value::from)),
        ],
    );
    Ok(vec![Fact::Event(event)])
}

/// `start_date_gmt` of the newer plug-in, `start_date` of the older, both UTC; text that says there is none (`0`) is none.
fn schedule(body: &Node<'_>, name: &str) -> Result<Option<Millis>, Refusal> {
    if body.text(name).as_deref() == Some("0") {
        return Ok(None);
    }
    time(body, name)
}
