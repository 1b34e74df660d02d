//! Zendesk and Intercom.

use serde_json::{Value, json};
use shared::consent::State;
use shared::source::{Fact, Kind};

use crate::samples::sample;
use crate::told::{RECEIVED, at, event, people, refused, told, with};

fn ticket() -> Value {
    json!({
        "ticket_id": "35436", "status": "Open", "priority": "High", "subject": "Still nothing", "description": "Where is my order?",
        "requester_id": "20978392", "requester_email": "Ada@Example.com", "requester_name": "Ada Lovelace", "requester_external_id": "",
        "satisfaction": "Unoffered", "created_at": "2026-11-20T10:00Z", "updated_at": "2026-11-21T10:00Z",
    })
}

fn names(facts: &[Fact]) -> Vec<&str> {
    facts.iter().filter_map(|fact| if let Fact::Event(event) = fact { Some(event.name.as_str()) } else { None }).collect()
}

#[test]
fn a_trigger_tells_of_the_requester_and_the_ticket() {
    let facts = told(Kind::Zendesk, "trigger", &ticket());
    let opened = event(&facts);
    assert_eq!((opened.name.as_str(), opened.at), ("Ticket Opened", at("2026-11-20T10:00:00Z")));
    assert_eq!((opened.who.external_id.as_deref(), opened.who.email.as_deref()), (Some("20978392"), Some("ada@example.com")));
    assert_eq!(
        Value::Object(opened.properties.clone()),
        json!({"id": "35436", "subject": "Still nothing", "text": "Where is my order?", "priority": "high"})
    );
    assert_eq!(people(&facts).len(), 1);
    let later = with(&with(&ticket(), "status", json!("Pending")), "updated_at", json!("2026-11-22T10:00Z"));
    assert_eq!(event(&told(Kind::Zendesk, "trigger", &later)), opened, "the same opening, told again");
    let solved = with(&with(&later, "status", json!("Solved")), "satisfaction", json!("Bad with comment"));
    let facts = told(Kind::Zendesk, "trigger", &solved);
    assert_eq!(names(&facts), ["Ticket Solved", "Ticket Rated"]);
    assert_eq!((event(&facts).at, &event(&facts).properties["satisfaction"]), (at("2026-11-22T10:00:00Z"), &json!("bad")));
}

#[test]
fn the_documented_body_is_read_when_it_is_filled_in_and_ignored_when_not() {
    let Some(template) = sample("zendesk/trigger-body.template.json") else { return };
    assert_eq!(told(Kind::Zendesk, "trigger", &template), [], "Zendesk's test of the webhook");
    let mut body = template;
    for (name, value) in [
        ("ticket_id", "35436"),
        ("external_id", ""),
        ("status", "New"),
        ("priority", "-"),
        ("subject", "Help"),
        ("requester_email", "ada@example.com"),
        ("requester_external_id", "20978392"),
        ("satisfaction", ""),
        ("updated_at", "2026-11-21T10:00Z"),
    ] {
        body = with(&body, name, json!(value));
    }
    let facts = told(Kind::Zendesk, "trigger", &body);
    assert_eq!((event(&facts).name.as_str(), event(&facts).at), ("Ticket Opened", at("2026-11-21T10:00:00Z")));
    assert_eq!(
        event(&facts).who.external_id.as_deref(),
        Some("external:20978392"),
        "the shop's number is no number of Zendesk's"
    );
    assert_eq!(event(&facts).who.email.as_deref(), Some("ada@example.com"));
}

#[test]
fn an_event_subscription_names_its_requester_by_id() {
    let Some(body) = sample("zendesk/ticket.created.event.json") else { return };
    let topic = "zen:event-type:ticket.created";
    let facts = told(Kind::Zendesk, topic, &body);
    let opened = event(&facts);
    assert_eq!((opened.name.as_str(), opened.at), ("Ticket Opened", at("2025-01-08T10:12:07Z")));
    assert_eq!((opened.who.external_id.as_deref(), &opened.properties["id"]), (Some("8447388090494"), &json!("5158")));
    assert_eq!(opened.properties["subject"], "ticketinfo_2294a6e9ece2");
    let changed = |previous: &str, current: &str| {
        let body = with(&body, "type", json!("zen:event-type:ticket.status_changed"));
        told(Kind::Zendesk, topic, &with(&body, "event", json!({"previous": previous, "current": current})))
    };
    assert_eq!(names(&changed("OPEN", "SOLVED")), ["Ticket Solved"]);
    assert_eq!(names(&changed("SOLVED", "OPEN")), ["Ticket Opened"]);
    assert_eq!(names(&changed("SOLVED", "CLOSED")), Vec::<&str>::new());
    assert_eq!(names(&changed("NEW", "OPEN")), Vec::<&str>::new());
    let other = with(&body, "type", json!("zen:event-type:ticket.tags_changed"));
    assert_eq!(told(Kind::Zendesk, topic, &other), []);
    let nobody = with(&body, "detail.requester_id", Value::Null);
    assert_eq!(refused(Kind::Zendesk, topic, &nobody), "detail.requester_id");
}

#[test]
fn a_ticket_without_a_number_or_a_requester_is_refused() {
    assert_eq!(refused(Kind::Zendesk, "trigger", &json!({"status": "open"})), "ticket_id");
    let nobody = with(&with(&ticket(), "requester_id", json!("")), "requester_email", json!("not an address"));
    assert_eq!(refused(Kind::Zendesk, "trigger", &nobody), "requester_email");
    assert_eq!(refused(Kind::Zendesk, "trigger", &with(&ticket(), "status", json!(""))), "status");
}

#[test]
fn an_intercom_conversation_is_a_ticket_in_plain_words() {
    let Some(body) = sample("intercom/conversation.user.created.json") else { return };
    let facts = told(Kind::Intercom, "conversation.user.created", &body);
    let opened = event(&facts);
    assert_eq!((opened.name.as_str(), opened.at), ("Ticket Opened", at("2026-06-15T12:00:00Z")));
    assert_eq!(
        (opened.who.external_id.as_deref(), opened.who.email.as_deref()),
        (Some("6620fa1e8f2b3c4d5e6f7890"), Some("priya@northwind.example"))
    );
    assert_eq!(
        (&opened.properties["id"], &opened.properties["text"]),
        (&json!("195208945002873"), &json!("Hi, I'm having trouble with my order."))
    );
    assert_eq!(people(&facts).len(), 1);
    let ours = with(&body, "data.item.source.author.type", json!("bot"));
    assert_eq!(told(Kind::Intercom, "conversation.user.created", &ours), []);
    let closed = with(&body, "topic", json!("conversation.admin.closed"));
    let facts = told(Kind::Intercom, "conversation.admin.closed", &closed);
    assert_eq!((names(&facts), &event(&facts).properties["id"]), (vec!["Ticket Solved"], &json!("195208945002873")));
    let rated = with(
        &with(&body, "topic", json!("conversation.rating.added")),
        "data.item.conversation_rating",
        json!({"rating": 2, "remark": "slow", "created_at": 1_781_530_000}),
    );
    let facts = told(Kind::Intercom, "conversation.rating.added", &rated);
    assert_eq!(
        (names(&facts), &event(&facts).properties["rating"], &event(&facts).properties["of"]),
        (vec!["Ticket Rated"], &json!(2), &json!(5))
    );
}

#[test]
fn an_intercom_contact_is_a_person_and_who_unsubscribed_has_said_no() {
    let contact = |topic: &str, unsubscribed: bool| {
        json!({
            "type": "notification_event", "topic": topic, "id": "notif_1", "created_at": 1_795_300_000,
            "data": {"item": {
                "type": "contact", "id": "66f0", "external_id": "25", "role": "user", "email": "Ada@Example.com", "name": "Ada", "phone": "+15550100",
                "location": {"country": "Ireland"}, "created_at": 1_700_000_000, "updated_at": 1_795_299_000, "unsubscribed_from_emails": unsubscribed,
            }},
        })
    };
    let facts = told(Kind::Intercom, "contact.user.updated", &contact("contact.user.updated", false));
    let [Fact::Person(person)] = &facts[..] else { panic!("no consent is told: {facts:?}") };
    assert_eq!(
        (person.who.external_id.as_deref(), person.who.email.as_deref(), person.country.as_deref()),
        (Some("66f0"), Some("ada@example.com"), Some("IE"))
    );
    let facts = told(Kind::Intercom, "contact.user.updated", &contact("contact.user.updated", true));
    assert!(matches!(&facts[1], Fact::Consent(consent) if consent.state == State::Denied && !consent.is_act));
    let facts = told(Kind::Intercom, "contact.unsubscribed", &contact("contact.unsubscribed", true));
    assert!(
        matches!(&facts[..], [Fact::Consent(consent)] if consent.state == State::Denied && consent.is_act && consent.at < RECEIVED)
    );
    let facts = told(Kind::Intercom, "contact.deleted", &contact("contact.deleted", false));
    assert!(matches!(&facts[..], [Fact::Person(person)] if person.is_deleted));
    assert_eq!(refused(Kind::Intercom, "contact.user.updated", &json!({"topic": "contact.user.updated"})), "data.item");
    let ping = json!({"type": "notification_event", "topic": "ping", "data": {"item": {"type": "ping", "message": "something something interzen"}}});
    assert_eq!(told(Kind::Intercom, "ping", &ping), []);
}
