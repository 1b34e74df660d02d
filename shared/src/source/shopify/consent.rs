//! Consent: its two topics since 2025-01, and the members of customers' records before.

use super::id;
use crate::consent::State;
use crate::source::value::Node;
use crate::source::words::{is_somebody, told_at};
use crate::source::{Consent, Delivery, Fact, Refusal, Who};
use crate::time::Millis;

/// `customers_email_marketing_consent/update` names the customer `customer_id`; `customers_marketing_consent/update`, which is about
/// text messages, names it `id`.
pub(super) fn read(body: &Node<'_>, delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let external_id = match id(body, "customer_id", "admin_graphql_api_customer_id")? {
        Some(id) => Some(id),
        None => id(body, "id", "admin_graphql_api_id")?,
    };
    let email = body.email("email_address").or_else(|| body.email("email"));
    let who = Who { external_id, email, phone: body.phone("phone"), ..Who::default() };
    if !is_somebody(&who) {
        return Err(body.missing("customer_id"));
    }
    let consents = consents(body, &who, told_at(delivery), true)?;
    Ok(consents.into_iter().map(Fact::Consent).collect())
}

/// A record repeats what holds: a state, not an act.
pub(super) fn of_customer(record: &Node<'_>, who: &Who, at: Millis) -> Result<Vec<Consent>, Refusal> {
    consents(record, who, at, false)
}

fn consents(node: &Node<'_>, who: &Who, told_at: Millis, is_told_as_act: bool) -> Result<Vec<Consent>, Refusal> {
    let mut consents = Vec::new();
    for (channel, path) in [("email", "email_marketing_consent"), ("sms", "sms_marketing_consent")] {
        let Some(told) = node.node(path) else { continue };
        // Neither `not_subscribed` nor `pending` is a word of the person, and an address that is `invalid` says nothing of its owner.
        let state = match told.word("state").as_deref() {
            Some("subscribed") => State::Granted,
            Some("unsubscribed" | "redacted") => State::Denied,
            _ => continue,
        };
        let acted_at = told.time("consent_updated_at")?;
        consents.push(Consent {
            who: who.clone(),
            channel: channel.to_owned(),
            state,
            is_act: is_told_as_act && acted_at.is_some(),
            wording: told.text("opt_in_level").map(|level| format!("Shopify: {level}")),
            at: acted_at.unwrap_or(told_at),
        });
    }
    Ok(consents)
}
