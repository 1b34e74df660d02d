//! Zendesk: the body of a trigger, as our set-up has it, and the bodies of event subscriptions.
//!
//! A subscription's body names its requester by id alone; a trigger's can hold the address too, so that one person of the shop is found.

use serde_json::Value;

use super::value::{Node, TEXT_CHARS};
use super::words::{event, is_somebody, told_at};
use super::{Delivery, Fact, Person, Refusal, Who};
use crate::import::limits;
use crate::time::Millis;

/// # Errors
/// When the body names no ticket or nobody.
pub(super) fn read(delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    let body = Node::root(delivery.body);
    match body.word("type") {
        Some(kind) if kind.starts_with("zen:") => subscription(&body, kind.rsplit(':').next().unwrap_or_default(), delivery),
        _ => trigger(&body, delivery),
    }
}

/// Sent whenever the ticket changes: what it says of the ticket is one event however often it is told.
fn trigger(body: &Node<'_>, delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    // Zendesk's own test of a webhook sends the placeholders as they stand.
    if body.text("ticket_id").is_some_and(|id| id.starts_with("{{")) {
        return Ok(Vec::new());
    }
    let ticket = body.need_id("ticket_id")?;
    let requester = |path: &str| body.id(path).map(|id| id.filter(|id| !id.starts_with("{{")));
    // The shop's own id of somebody is another series than Zendesk's: marked, so that no two people get one name.
    let external_id = requester("requester_id")?.or(requester("requester_external_id")?.map(|id| format!("external:{id}")));
    let email = body.email("requester_email");
    let who = Who { external_id, email, name: filled(body, "requester_name"), ..Who::default() };
    if !is_somebody(&who) {
        return Err(body.missing("requester_email"));
    }
    let at = body.time("updated_at")?.unwrap_or(told_at(delivery));
    let opened_at = body.time("created_at")?;
    let ticket = Ticket {
        id: ticket,
        subject: filled(body, "subject"),
        text: body.prose("description").filter(|text| !text.starts_with("{{")),
        priority: filled(body, "priority").map(|priority| priority.to_lowercase()),
        satisfaction: filled(body, "satisfaction").and_then(|said| satisfaction(&said)),
    };
    let person = Fact::Person(Person { who: who.clone(), at, ..Person::default() });
    let status = body.word("status").ok_or_else(|| body.missing("status"))?;
    let mut facts = vec![person];
    facts.extend(match status.as_str() {
        "solved" | "closed" => Some(ticket.solved(&who, at, &status)),
        "new" | "open" => Some(ticket.opened(&who, opened_at, at)),
        // Answered, or waiting for somebody: it is open, which is news only where its beginning is known.
        _ => opened_at.map(|opened_at| ticket.opened(&who, Some(opened_at), at)),
    });
    facts.extend(ticket.rated(&who, at));
    Ok(facts)
}

fn subscription(body: &Node<'_>, kind: &str, delivery: &Delivery<'_>) -> Result<Vec<Fact>, Refusal> {
    if !matches!(kind, "ticket.created" | "ticket.status_changed") {
        return Ok(Vec::new());
    }
    let detail = body.need_node("detail")?;
    let who = Who { external_id: Some(detail.need_id("requester_id")?), ..Who::default() };
    let at = body.time("time")?.unwrap_or(told_at(delivery));
    let ticket = Ticket {
        id: detail.need_id("id")?,
        subject: detail.text("subject"),
        text: detail.prose("description"),
        priority: detail.word("priority"),
        satisfaction: None,
    };
    let is_over = |status: Option<String>| matches!(status.as_deref(), Some("solved" | "closed"));
    let told = if kind == "ticket.created" {
        Some(ticket.opened(&who, detail.time("created_at")?, at))
    } else {
        match (is_over(body.word("event.previous")), is_over(body.word("event.current"))) {
            (false, true) => Some(ticket.solved(&who, at, "solved")),
            // Solved, but not for the customer.
            (true, false) => Some(ticket.opened(&who, None, at)),
            _ => None,
        }
    };
    Ok(told.into_iter().collect())
}

#[derive(Debug)]
struct Ticket {
    id: String,
    subject: Option<String>,
    text: Option<String>,
    priority: Option<String>,
    satisfaction: Option<&'static str>,
}

impl Ticket {
    /// Once, where it is known when it began; else at each change that finds it open anew.
    fn opened(&self, who: &Who, opened_at: Option<Millis>, told_at: Millis) -> Fact {
        let (id, at) = match opened_at {
            Some(at) => (format!("ticket:{}:opened", self.id), at),
            None => (format!("ticket:{}:opened:{}", self.id, told_at.0), told_at),
        };
        Fact::Event(event(
            id,
            who,
            at,
            "Ticket Opened",
            [
                ("id", Some(Value::from(self.id.as_str()))),
                ("subject", self.subject.clone().map(Value::from)),
                ("text", self.text.clone().map(Value::from)),
                ("priority", self.priority.clone().map(Value::from)),
            ],
        ))
    }

    fn solved(&self, who: &Who, at: Millis, status: &str) -> Fact {
        Fact::Event(event(
            format!("ticket:{}:{status}:{}", self.id, at.0),
            who,
            at,
            "Ticket Solved",
            [
                ("id", Some(Value::from(self.id.as_str()))),
                ("subject", self.subject.clone().map(Value::from)),
                ("satisfaction", self.satisfaction.map(Value::from)),
            ],
        ))
    }

    /// With the ticket: good or bad.
    fn rated(&self, who: &Who, at: Millis) -> Option<Fact> {
        let rating = self.satisfaction?;
        Some(Fact::Event(event(
            format!("ticket:{}:rated:{rating}:{}", self.id, at.0),
            who,
            at,
            "Ticket Rated",
            [("id", Some(Value::from(self.id.as_str()))), ("rating", Some(Value::from(rating)))],
        )))
    }
}

/// `Good with comment`; nothing where a rating was offered and none was given.
fn satisfaction(said: &str) -> Option<&'static str> {
    let said = said.to_lowercase();
    if said.starts_with("good") {
        Some("good")
    } else if said.starts_with("bad") {
        Some("bad")
    } else {
        None
    }
}

/// Text that is no placeholder left as it was.
fn filled(body: &Node<'_>, path: &str) -> Option<String> {
    body.text_of(path, TEXT_CHARS.min(limits::PROPERTIES_BYTES)).filter(|text| !text.starts_with("{{"))
}
