//! `customer.*`.

use super::{changed_at, time};
use crate::source::value::Node;
use crate::source::{Fact, Person, Refusal, Who};
use crate::time::Millis;

pub(super) fn read(body: &Node<'_>, told_at: Millis) -> Result<Vec<Fact>, Refusal> {
    let named = |first: &str, last: &str| body.full_name(first, last);
    let who = Who {
        external_id: Some(body.need_id("id")?),
        email: body.email("email").or_else(|| body.email("billing.email")),
        phone: body.phone("billing.phone"),
        name: named("first_name", "last_name").or_else(|| named("billing.first_name", "billing.last_name")),
        ..Who::default()
    };
    let person = Person {
        who,
        at: changed_at(body, told_at)?,
        country: body.country("billing.country").or_else(|| body.country("shipping.country")),
        created_at: time(body, "date_created")?,
        ..Person::default()
    };
    Ok(vec![Fact::Person(person)])
}

/// Told by its id alone.
pub(super) fn deleted(body: &Node<'_>, at: Millis) -> Result<Vec<Fact>, Refusal> {
    let who = Who { external_id: Some(body.need_id("id")?), ..Who::default() };
    Ok(vec![Fact::Person(Person { who, at, is_deleted: true, ..Person::default() })])
}
