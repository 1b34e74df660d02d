//! `customers/*`.

use std::collections::BTreeMap;

use super::{consent, id, need_id};
use crate::import::limits;
use crate::source::value::Node;
use crate::source::words::told_at;
use crate::source::{Delivery, Fact, Link, Person, Refusal, Who};
use crate::time::Millis;

pub(super) fn read(body: &Node<'_>, delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    need_id(body, "id", "admin_graphql_api_id")?;
    let person = person(body, told_at(delivery))?;
    let consents = consent::of_customer(body, &person.who, person.at)?;
    let mut facts = vec![Fact::Person(person)];
    facts.extend(consents.into_iter().map(Fact::Consent));
    Ok(facts)
}

/// The record went; a person who asks to be forgotten is another topic.
pub(super) fn deleted(body: &Node<'_>, at: Millis) -> Result<Vec<Fact>, Refusal> {
    let external_id = Some(need_id(body, "id", "admin_graphql_api_id")?);
    let who = Who { external_id, ..Who::default() };
    Ok(vec![Fact::Person(Person { who, at, is_deleted: true, ..Person::default() })])
}

/// The shop made two records one. The same topic tells of merges that failed.
pub(super) fn merged(body: &Node<'_>, at: Millis) -> Result<Vec<Fact>, Refusal> {
    if body.word("status").as_deref() != Some("completed") {
        return Ok(Vec::new());
    }
    let named =
        |path: &str| -> Result<Who, Refusal> { Ok(Who { external_id: Some(need_id(body, path, path)?), ..Who::default() }) };
    let (from, to) = (named("admin_graphql_api_customer_deleted_id")?, named("admin_graphql_api_customer_kept_id")?);
    Ok(vec![Fact::Link(Link { from, to, at })])
}

/// Since 2025-01 the totals of a customer come apart from the rest.
pub(super) fn totals(body: &Node<'_>, delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let external_id = Some(need_id(body, "customerId", "customer_id")?);
    let traits = traits([
        ("orders_count", body.text("numberOfOrders")),
        ("total_spent", body.text("amountSpent.amount")),
        ("total_spent_currency", body.text("amountSpent.currencyCode")),
    ]);
    let at = body.time("occurredAt")?.unwrap_or(told_at(delivery));
    let who = Who { external_id, ..Who::default() };
    Ok(vec![Fact::Person(Person { who, at, traits, ..Person::default() })])
}

/// A customer's record, whole as in `customers/update` or in short as in an order.
pub(super) fn person(record: &Node<'_>, told_at: Millis) -> Result<Person, Refusal> {
    let who = Who {
        external_id: id(record, "id", "admin_graphql_api_id")?,
        email: record.email("email"),
        phone: record.phone("phone"),
        name: record.full_name("first_name", "last_name"),
        ..Who::default()
    };
    let country = record.country("default_address.country_code").or_else(|| record.country("default_address.country"));
    let traits = traits([
        ("orders_count", record.text("orders_count")),
        ("total_spent", record.text("total_spent")),
        ("total_spent_currency", record.text("currency").filter(|_| record.is_there("total_spent"))),
    ]);
    Ok(Person {
        who,
        at: record.first_time(&["updated_at", "created_at"])?.unwrap_or(told_at),
        country,
        created_at: record.time("created_at")?,
        tags: record.words("tags", limits::TAGS, limits::TAG_CHARS),
        traits,
        ..Person::default()
    })
}

fn traits<const N: usize>(said: [(&str, Option<String>); N]) -> BTreeMap<String, String> {
    said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
