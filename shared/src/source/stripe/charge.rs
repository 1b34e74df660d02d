//! `charge.refunded`.

use serde_json::Value;

use super::{Message, minor, reference};
use crate::source::words::{amount, event, is_somebody};
use crate::source::{Fact, OrderChange, OrderPart, Refusal, Who};

/// What this refund gave back, which is what the charge's sum rose by. Before 2025-03-31 a charge named its invoice, whose order gets
/// smaller; since then it does not, and the refund is known of the customer alone.
pub(super) fn refunded(message: &Message<'_>) -> Result<Vec<Fact>, Refusal> {
    let charge = &message.object;
    let id = charge.need_id("id")?;
    let currency = charge.currency("currency", message.default)?;
    let all = minor(charge, "amount_refunded", currency)?.ok_or_else(|| charge.missing("amount_refunded"))?;
    let before = match &message.before {
        Some(before) => minor(before, "amount_refunded", currency)?.unwrap_or(0),
        None => 0,
    };
    let given = all.saturating_sub(before);
    if given <= 0 {
        return Ok(Vec::new());
    }
    let external_id = reference(charge, "customer")?;
    // Whoever paid need not be the customer: their address counts only where nobody else is named.
    let email = if external_id.is_none() { charge.email("billing_details.email") } else { None };
    let who = Who { external_id, email, ..Who::default() };
    let invoice = reference(charge, "invoice")?;
    let part = invoice.clone().map(|order_id| OrderPart {
        id: format!("{id}:{all}"),
        order_id,
        who: who.clone(),
        at: message.at,
        change: OrderChange::Refunded { amount: Some(given), currency },
    });
    let told = is_somebody(&who).then(|| {
        event(
            message.id.clone(),
            &who,
            message.at,
            "Order Refunded",
            [
                ("charge_id", Some(Value::from(id.as_str()))),
                ("order_id", invoice.map(Value::from)),
                ("amount", Some(amount(given, currency))),
                ("currency", Some(Value::from(currency.as_str()))),
            ],
        )
    });
    Ok(part.map(Fact::OrderPart).into_iter().chain(told.map(Fact::Event)).collect())
}
