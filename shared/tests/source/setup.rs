use serde_json::{Value, json};

use shared::source::setup::{Needs, steps};
use shared::source::{Family, Kind};

use crate::told::{event, facts, people};

/// Whether something is read from it: a body without anything else lacks what is.
fn is_read(kind: Kind, topic: &str) -> bool {
    facts(kind, topic, &json!({"status": "completed"})).map_or(true, |facts| !facts.is_empty())
}

fn topics(kind: Kind) -> Vec<&'static str> {
    let lists = steps(kind).iter().filter_map(|(_, needs)| if let Needs::Topics(topics) = needs { Some(*topics) } else { None });
    lists.flatten().copied().collect()
}

/// What a store's form calls it, as its deliveries do.
const BY_LABEL: [(&str, &str); 28] = [
    ("Customer creation", "customers/create"),
    ("Customer update", "customers/update"),
    ("Customer deletion", "customers/delete"),
    ("Customer email marketing consent update", "customers_email_marketing_consent/update"),
    ("Customer marketing consent update", "customers_marketing_consent/update"),
    ("Order creation", "orders/create"),
    ("Order update", "orders/updated"),
    ("Order payment", "orders/paid"),
    ("Order cancellation", "orders/cancelled"),
    ("Order fulfillment", "orders/fulfilled"),
    ("Order deletion", "orders/delete"),
    ("Refund create", "refunds/create"),
    ("Checkout creation", "checkouts/create"),
    ("Checkout update", "checkouts/update"),
    ("Product creation", "products/create"),
    ("Product update", "products/update"),
    ("Product deletion", "products/delete"),
    ("Customer created", "customer.created"),
    ("Customer updated", "customer.updated"),
    ("Customer deleted", "customer.deleted"),
    ("Order created", "order.created"),
    ("Order updated", "order.updated"),
    ("Order restored", "order.restored"),
    ("Order deleted", "order.deleted"),
    ("Product created", "product.created"),
    ("Product updated", "product.updated"),
    ("Product deleted", "product.deleted"),
    ("Subscription created", "subscription.created"),
];

#[test]
fn nothing_is_asked_for_that_is_not_read() {
    for kind in [Kind::Shopify, Kind::Woocommerce, Kind::Stripe, Kind::Intercom] {
        let topics = topics(kind);
        assert!(topics.len() >= 9, "{}", kind.as_str());
        for label in topics {
            let topic = BY_LABEL.iter().find(|(known, _)| *known == label).map_or(label, |(_, topic)| topic);
            let topic = if label == "Subscription updated" { "subscription.updated" } else { topic };
            assert!(is_read(kind, topic), "{} {topic}", kind.as_str());
        }
        assert!(!is_read(kind, "no such topic"));
    }
}

#[test]
fn the_steps_of_a_kind_hand_over_what_its_messages_need() {
    for kind in Kind::ALL {
        let steps = steps(kind);
        assert!(!steps.is_empty() && steps.iter().all(|(text, _)| text.ends_with('.')), "{}", kind.as_str());
        let has = |wanted: fn(&Needs) -> bool| steps.iter().any(|(_, needs)| wanted(needs));
        assert_eq!(
            has(|needs| matches!(needs, Needs::Address | Needs::Host)),
            kind.family() != Family::Pull,
            "{}",
            kind.as_str()
        );
        let is_signed = has(|needs| matches!(needs, Needs::TheirSecret(_)) || *needs == Needs::OurSecret);
        assert_eq!(is_signed, kind.family() == Family::Signature || kind == Kind::Browser, "{}", kind.as_str());
    }
}

#[test]
fn the_body_for_zendesk_gives_a_ticket_of_somebody_once_it_is_filled_in() {
    let body =
        steps(Kind::Zendesk).iter().find_map(|(_, needs)| if let Needs::Text(_, body) = needs { Some(*body) } else { None });
    let filled = body
        .expect("a body to paste")
        .replace("{{ticket.id}}", "35436")
        .replace("{{ticket.status}}", "Open")
        .replace("{{ticket.title}}", "Late")
        .replace("{{ticket.description}}", "Where is it?")
        .replace("{{ticket.requester.id}}", "77")
        .replace("{{ticket.requester.email}}", "ada@example.com")
        .replace("{{ticket.created_at_with_timestamp}}", "2026-11-20T10:00Z")
        .replace("{{ticket.updated_at_with_timestamp}}", "2026-11-21T10:00Z");
    let body: Value = serde_json::from_str(&filled).expect("JSON");
    let facts = facts(Kind::Zendesk, "trigger", &body).expect("facts");
    let [person] = people(&facts)[..] else { panic!("{facts:?}") };
    assert_eq!((person.who.external_id.as_deref(), person.who.email.as_deref()), (Some("77"), Some("ada@example.com")));
    assert_eq!((event(&facts).name.as_str(), &event(&facts).properties["text"]), ("Ticket Opened", &json!("Where is it?")));
}
