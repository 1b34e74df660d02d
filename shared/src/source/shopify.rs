//! Shopify: REST payloads of its webhooks, before and since API version 2025-01.

mod checkout;
mod consent;
mod contract;
mod customer;
mod order;
mod privacy;
mod product;
mod refund;

use super::value::Node;
use super::words::told_at;
use super::{Delivery, Fact, Refusal, Stopped};

/// # Errors
/// When the payload lacks what its topic needs.
pub(super) fn read(delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let body = Node::root(delivery.body);
    let at = told_at(delivery);
    match delivery.topic {
        "customers/create" | "customers/update" | "customers/enable" | "customers/disable" => customer::read(&body, delivery),
        "customers/delete" => customer::deleted(&body, at),
        "customers/merge" => customer::merged(&body, at),
        "customers/purchasing_summary" => customer::totals(&body, delivery),
        "customers_email_marketing_consent/update" | "customers_marketing_consent/update" => consent::read(&body, delivery),
        "orders/create"
        | "orders/updated"
        | "orders/paid"
        | "orders/cancelled"
        | "orders/fulfilled"
        | "orders/partially_fulfilled" => order::read(&body, delivery),
        "orders/delete" => order::deleted(&body, at),
        "refunds/create" => refund::read(&body, delivery),
        "checkouts/create" | "checkouts/update" => checkout::read(&body, delivery),
        "subscription_billing_attempts/failure" | "subscription_billing_attempts/success" => contract::billed(&body, delivery),
        topic if topic.starts_with("subscription_contracts/") => contract::read(&body, delivery),
        "products/create" | "products/update" => product::read(&body, delivery),
        "products/delete" => product::deleted(&body, delivery),
        "app/uninstalled" => Ok(vec![Fact::Stopped(Stopped { at })]),
        "customers/data_request" | "customers/redact" | "shop/redact" => privacy::read(&body, delivery),
        _ => Ok(Vec::new()),
    }
}

/// An id as REST writes it, else the last part of `gid://shopify/Customer/12`: the newer topics know only this one.
fn need_id(node: &Node<'_>, rest: &str, global: &str) -> Result<String, Refusal> {
    id(node, rest, global)?.ok_or_else(|| node.missing(rest))
}

fn id(node: &Node<'_>, rest: &str, global: &str) -> Result<Option<String>, Refusal> {
    let Some(text) = node.id(rest)?.map_or_else(|| node.id(global), |id| Ok(Some(id)))? else { return Ok(None) };
    let path = text.split_once('?').map_or(text.as_str(), |(path, _)| path);
    Ok(path.rsplit('/').next().filter(|id| !id.is_empty()).map(str::to_owned))
}
