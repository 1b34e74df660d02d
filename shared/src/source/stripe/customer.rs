//! `customer.*`.

use super::Message;
use crate::source::value::Node;
use crate::source::{Fact, Person, Refusal, Who};
use crate::time::Millis;

pub(super) fn read(message: &Message<'_>) -> Result<Vec<Fact>, Refusal> {
    let record = &message.object;
    let who = Who { external_id: Some(record.need_id("id")?), ..who(record, "") };
    let created_at = record.time("created")?;
    let country = record.country("address.country").or_else(|| record.country("shipping.address.country"));
    Ok(vec![Fact::Person(Person { who, at: message.at, country, created_at, ..Person::default() })])
}

pub(super) fn deleted(message: &Message<'_>) -> Result<Vec<Fact>, Refusal> {
    let who = Who { external_id: Some(message.object.need_id("id")?), ..Who::default() };
    Ok(vec![Fact::Person(Person { who, at: message.at, is_deleted: true, ..Person::default() })])
}

/// The customer as an invoice repeats it.
pub(super) fn of_invoice(invoice: &Node<'_>, id: Who, at: Millis) -> Person {
    let who = Who { external_id: id.external_id, ..who(invoice, "customer_") };
    Person { who, at, country: invoice.country("customer_address.country"), ..Person::default() }
}

fn who(record: &Node<'_>, prefix: &str) -> Who {
    let path = |name: &str| format!("{prefix}{name}");
    let (email, phone, name) = (record.email(&path("email")), record.phone(&path("phone")), record.text(&path("name")));
    Who { email, phone, name, ..Who::default() }
}
