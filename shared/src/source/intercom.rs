//! Intercom: notifications of conversations, tickets and contacts.

use serde_json::Value;

use super::value::{Node, TEXT_CHARS};
use super::words::{event, is_somebody, told_at};
use super::{Consent, Delivery, Fact, Person, Refusal, Who};
use crate::consent::State;
use crate::time::Millis;

/// # Errors
/// When the notification lacks what its topic needs.
pub(super) fn read(delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let body = Node::root(delivery.body);
    let at = body.time("created_at")?.unwrap_or(told_at(delivery));
    let topic = body.text("topic").unwrap_or_else(|| delivery.topic.to_owned());
    let item = || body.need_node("data.item");
    match topic.as_str() {
        "conversation.user.created" => conversation_opened(&item()?, at),
        "conversation.admin.opened" => conversation_reopened(&item()?, at),
        "conversation.admin.closed" => conversation_solved(&item()?, at),
        "conversation.rating.added" => conversation_rated(&item()?, at),
        "ticket.created" => ticket_opened(&item()?, at),
        "ticket.closed" => ticket_solved(&item()?, at),
        "contact.created"
        | "contact.user.created"
        | "contact.user.updated"
        | "contact.lead.created"
        | "contact.lead.updated"
        | "contact.lead.signed_up"
        | "contact.email.updated" => contact(&item()?, at),
        "contact.unsubscribed" | "contact.subscribed" => subscription(&item()?, at, topic == "contact.subscribed"),
        "contact.deleted" => contact_deleted(&item()?, at),
        _ => Ok(Vec::new()),
    }
}

/// Nothing of one that a robot or a colleague began.
fn conversation_opened(item: &Node<'_>, at: Millis) -> Result<Vec<Fact>, Refusal> {
    let id = item.need_id("id")?;
    let author = item.node("source.author");
    if author.as_ref().is_some_and(|author| matches!(author.word("type").as_deref(), Some("admin" | "bot" | "team"))) {
        return Ok(Vec::new());
    }
    let mut who = contact_of(item)?;
    if let Some(author) = author {
        who.external_id = who.external_id.or(author.id("id")?);
        who.email = author.email("email");
        who.name = author.text("name");
    }
    if !is_somebody(&who) {
        return Err(item.missing("contacts.contacts"));
    }
    let at = item.time("created_at")?.unwrap_or(at);
    let person = Person { who: who.clone(), at, ..Person::default() };
    let opened = event(
        format!("conversation:{id}:opened"),
        &who,
        at,
        "Ticket Opened",
        [
            ("id", Some(Value::from(id.as_str()))),
            ("subject", item.prose("source.subject").or_else(|| item.prose("title")).map(Value::from)),
            ("text", item.prose("source.body").map(Value::from)),
            ("priority", item.word("priority").map(|priority| Value::from(priority == "priority"))),
        ],
    );
    Ok(vec![Fact::Person(person), Fact::Event(opened)])
}

fn conversation_reopened(item: &Node<'_>, at: Millis) -> Result<Vec<Fact>, Refusal> {
    let id = item.need_id("id")?;
    let who = contact_of(item)?;
    let opened = event(
        format!("conversation:{id}:opened:{}", at.0),
        &who,
        at,
        "Ticket Opened",
        [
            ("id", Some(Value::from(id.as_str()))),
            ("subject", item.prose("source.subject").map(Value::from)),
            ("text", item.prose("source.body").map(Value::from)),
        ],
    );
    Ok(of_somebody(&who, opened))
}

fn conversation_solved(item: &Node<'_>, at: Millis) -> Result<Vec<Fact>, Refusal> {
    let id = item.need_id("id")?;
    let who = contact_of(item)?;
    let solved =
        event(format!("conversation:{id}:solved:{}", at.0), &who, at, "Ticket Solved", [("id", Some(Value::from(id.as_str())))]);
    Ok(of_somebody(&who, solved))
}

/// One to five.
fn conversation_rated(item: &Node<'_>, at: Millis) -> Result<Vec<Fact>, Refusal> {
    let id = item.need_id("id")?;
    let rating =
        item.node("conversation_rating").or_else(|| item.node("rating")).ok_or_else(|| item.missing("conversation_rating"))?;
    let mut who = contact_of(item)?;
    who.external_id = who.external_id.or(rating.id("contact.id")?);
    let at = rating.time("created_at")?.unwrap_or(at);
    let rated = event(
        format!("conversation:{id}:rated:{}", at.0),
        &who,
        at,
        "Ticket Rated",
        [
            ("id", Some(Value::from(id.as_str()))),
            ("rating", rating.integer("rating").or_else(|| rating.integer("score")).map(Value::from)),
            ("of", Some(Value::from(5))),
            ("remark", rating.text_of("remark", TEXT_CHARS).map(Value::from)),
        ],
    );
    Ok(of_somebody(&who, rated))
}

fn ticket_opened(item: &Node<'_>, at: Millis) -> Result<Vec<Fact>, Refusal> {
    let id = item.need_id("id")?;
    let who = contact_of(item)?;
    let at = item.time("created_at")?.unwrap_or(at);
    let opened = event(
        format!("ticket:{id}:opened"),
        &who,
        at,
        "Ticket Opened",
        [
            ("id", Some(Value::from(format!("ticket:{id}")))),
            ("subject", item.prose("ticket_attributes._default_title_").map(Value::from)),
            ("text", item.prose("ticket_attributes._default_description_").map(Value::from)),
        ],
    );
    Ok(of_somebody(&who, opened))
}

fn ticket_solved(item: &Node<'_>, at: Millis) -> Result<Vec<Fact>, Refusal> {
    let id = item.need_id("id")?;
    let who = contact_of(item)?;
    let solved = event(
        format!("ticket:{id}:solved:{}", at.0),
        &who,
        at,
        "Ticket Solved",
        [("id", Some(Value::from(format!("ticket:{id}"))))],
    );
    Ok(of_somebody(&who, solved))
}

/// A contact's record: whoever has unsubscribed from mail there gets none of ours. That somebody has not is no consent.
fn contact(item: &Node<'_>, at: Millis) -> Result<Vec<Fact>, Refusal> {
    let who = Who { external_id: Some(item.need_id("id")?), ..named(item) };
    let at = item.time("updated_at")?.unwrap_or(at);
    let person = Person {
        who: who.clone(),
        at,
        country: item.country("location.country_code").or_else(|| item.country("location.country")),
        created_at: item.first_time(&["signed_up_at", "created_at"])?,
        ..Person::default()
    };
    let denial = item.yes("unsubscribed_from_emails").then(|| Fact::Consent(consent(who, State::Denied, false, at)));
    Ok([Fact::Person(person)].into_iter().chain(denial).collect())
}

/// The person's own act, told as it happens.
fn subscription(item: &Node<'_>, at: Millis, is_on: bool) -> Result<Vec<Fact>, Refusal> {
    // Newer payloads put the contact beside the kind of mail that it is about.
    let record = item.node("contact").unwrap_or_else(|| item.clone());
    let who = Who { external_id: Some(record.need_id("id")?), ..named(&record) };
    let state = if is_on { State::Granted } else { State::Denied };
    Ok(vec![Fact::Consent(consent(who, state, true, at))])
}

fn contact_deleted(item: &Node<'_>, at: Millis) -> Result<Vec<Fact>, Refusal> {
    let who = Who { external_id: Some(item.need_id("id")?), ..Who::default() };
    Ok(vec![Fact::Person(Person { who, at, is_deleted: true, ..Person::default() })])
}

fn consent(who: Who, state: State, is_act: bool, at: Millis) -> Consent {
    Consent { who, channel: "email".to_owned(), state, is_act, wording: None, at }
}

fn named(record: &Node<'_>) -> Who {
    Who { email: record.email("email"), phone: record.phone("phone"), name: record.text("name"), ..Who::default() }
}

/// The first contact of a conversation or a ticket.
fn contact_of(item: &Node<'_>) -> Result<Who, Refusal> {
    let contacts = item.list("contacts.contacts");
    let external_id = match contacts.first() {
        Some(contact) => contact.id("id")?,
        None => None,
    };
    Ok(Who { external_id, ..Who::default() })
}

fn of_somebody(who: &Who, event: super::Event) -> Vec<Fact> {
    if is_somebody(who) { vec![Fact::Event(event)] } else { Vec::new() }
}
