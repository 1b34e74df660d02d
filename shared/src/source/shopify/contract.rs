//! `subscription_contracts/*` and `subscription_billing_attempts/*`.
//!
//! A contract says how often it bills, not that it was paid: paid terms are not made of it, or a customer whose renewals come as orders
//! would be taken for one who let the subscription lapse.

use serde_json::Value;

use super::{id, need_id};
use crate::source::value::Node;
use crate::source::words::{event, told_at};
use crate::source::{Delivery, Fact, Link, Refusal, Who};

/// What became of the contract, and whose it is. The payload has no time of its own; its revision tells repeats from changes.
pub(super) fn read(body: &Node<'_>, delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let contract = need_id(body, "id", "admin_graphql_api_id")?;
    let external_id = Some(need_id(body, "customer_id", "admin_graphql_api_customer_id")?);
    let who = Who { external_id, ..Who::default() };
    let at = told_at(delivery);
    let link = Fact::Link(Link { from: payer(&contract), to: who.clone(), at });
    let status = body.word("status").unwrap_or_else(|| "active".to_owned());
    let verb = delivery.topic.rsplit('/').next().unwrap_or_default();
    let (name, reason) = match (status.as_str(), verb) {
        ("active", "create") => ("Subscription Started", None),
        ("active", "activate") => ("Subscription Resumed", None),
        ("active", _) => ("Subscription Updated", None),
        ("paused", _) => ("Subscription Paused", None),
        ("cancelled" | "canceled", _) => ("Subscription Cancelled", None),
        ("expired", _) => ("Subscription Cancelled", Some("expired")),
        ("failed", _) => ("Payment Failed", Some("The subscription could not be billed")),
        _ => return Ok(vec![link]),
    };
    let revision = body.id("revision_id")?.unwrap_or_else(|| delivery.key.to_owned());
    let every = |path: &str| body.text(&format!("billing_policy.{path}")).map(Value::from);
    let event = event(
        format!("subscription:{contract}:{revision}:{name}"),
        &who,
        at,
        name,
        [
            ("subscription_id", Some(Value::from(contract.as_str()))),
            ("billing_interval", every("interval")),
            ("billing_interval_count", every("interval_count")),
            ("currency", body.text("currency_code").map(Value::from)),
            ("reason", reason.map(Value::from)),
        ],
    );
    Ok(vec![link, Fact::Event(event)])
}

/// An attempt names its contract, not its customer.
pub(super) fn billed(body: &Node<'_>, delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let contract = need_id(body, "subscription_contract_id", "admin_graphql_api_subscription_contract_id")?;
    let is_paid = delivery.topic.ends_with("/success");
    let attempt = match id(body, "id", "admin_graphql_api_id")? {
        Some(attempt) => attempt,
        None => body.id("idempotency_key")?.unwrap_or_else(|| delivery.key.to_owned()),
    };
    let name = if is_paid { "Payment Succeeded" } else { "Payment Failed" };
    let event = event(
        format!("billing:{attempt}:{name}"),
        &payer(&contract),
        told_at(delivery),
        name,
        [
            ("subscription_id", Some(Value::from(contract.as_str()))),
            ("order_id", body.id("order_id")?.map(Value::from)),
            ("reason", body.text("error_message").or_else(|| body.text("error_code")).map(Value::from)),
        ],
    );
    Ok(vec![Fact::Event(event)])
}

/// Whoever the contract is of: known once the contract itself was told.
fn payer(contract: &str) -> Who {
    Who { anonymous_id: Some(format!("subscription:{contract}")), ..Who::default() }
}
