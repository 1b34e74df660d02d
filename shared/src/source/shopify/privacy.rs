//! The three topics of people's rights.

use super::id;
use crate::source::value::Node;
use crate::source::words::{is_somebody, told_at};
use crate::source::{Delivery, Fact, Refusal, Request, RequestKind, Who};

pub(super) fn read(body: &Node<'_>, delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let at = told_at(delivery);
    let (kind, list) = match delivery.topic {
        "customers/data_request" => (RequestKind::Export, "orders_requested"),
        "customers/redact" => (RequestKind::Erasure, "orders_to_redact"),
        _ => return Ok(vec![Fact::Request(Request { kind: RequestKind::ShopErasure, who: None, orders: Vec::new(), at })]),
    };
    let record = body.need_node("customer")?;
    let who = Who {
        external_id: id(&record, "id", "admin_graphql_api_id")?,
        email: record.email("email"),
        phone: record.phone("phone"),
        ..Who::default()
    };
    if !is_somebody(&who) {
        return Err(record.missing("id"));
    }
    Ok(vec![Fact::Request(Request { kind, who: Some(who), orders: body.ids(list), at })])
}
