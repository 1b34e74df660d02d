//! WooCommerce: REST payloads of its webhooks, and those of WooCommerce Subscriptions.
//!
//! A `*_gmt` time has no zone mark and is UTC; the same time without `_gmt` is the shop's own and stands in only where the other is
//! missing. Text comes with HTML entities.

mod customer;
mod order;
mod product;
mod subscription;

use super::value::{Node, line};
use super::words::told_at;
use super::{Delivery, Fact, Refusal, Who, markup};
use crate::import::limits;
use crate::time::Millis;

/// # Errors
/// When the payload lacks what its topic needs.
pub(super) fn read(delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let body = Node::root(delivery.body);
    let at = told_at(delivery);
    match delivery.topic {
        "customer.created" | "customer.updated" => customer::read(&body, at),
        "customer.deleted" => customer::deleted(&body, at),
        "order.created" | "order.updated" | "order.restored" => order::read(&body, delivery),
        "order.deleted" => order::deleted(&body, at),
        "product.created" | "product.updated" | "product.restored" => product::read(&body, delivery),
        "product.deleted" => product::deleted(&body, delivery),
        "subscription.created" | "subscription.updated" | "subscription.switched" | "subscription.restored" => {
            subscription::read(&body, delivery)
        }
        _ => Ok(Vec::new()),
    }
}

/// One line of text without entities.
fn text(node: &Node<'_>, path: &str) -> Option<String> {
    line(&markup::plain(node.raw(path)?.as_str()?), limits::ITEM_CHARS)
}

/// `date_modified` means the time of `date_modified_gmt`.
fn time(node: &Node<'_>, name: &str) -> Result<Option<Millis>, Refusal> {
    node.first_time(&[&format!("{name}_gmt"), name])
}

fn changed_at(node: &Node<'_>, told_at: Millis) -> Result<Millis, Refusal> {
    Ok(time(node, "date_modified")?.or(time(node, "date_created")?).unwrap_or(told_at))
}

/// Who bought: the account where there was one (a guest is number 0), else the address of the bill.
fn buyer(node: &Node<'_>) -> Result<Who, Refusal> {
    let external_id = node.id("customer_id")?.filter(|id| id != "0");
    let name = node.full_name("billing.first_name", "billing.last_name").or_else(|| node.text("billing.company"));
    let phone = node.phone("billing.phone").filter(|_| external_id.is_none());
    Ok(Who { external_id, email: node.email("billing.email"), phone, name, ..Who::default() })
}
