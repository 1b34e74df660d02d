//! Any order of the same messages leaves the same.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use shared::consent::State;
use shared::source::{Consent, Event, Fact, Kind, Link, Member, Person, Who};
use shared::time::Millis;

use super::apply::{Applied, Clock, Message, Rows, apply};
use super::book::{Book, Origin};
use super::customer::Customer;

const RECEIVED: Millis = Millis(1_000_000_000);

/// A message of one of two sources.
#[derive(Debug, Clone)]
struct Sent {
    origin: Origin,
    facts: Vec<Fact>,
}

/// What is known in the end, without numbers that depend on the order of arrival.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    customers: BTreeSet<String>,
    owners: BTreeMap<String, String>,
    parked: usize,
}

fn origin(source: i64) -> Origin {
    Origin { source, kind: Kind::Segment, name: format!("Source {source}"), site: None }
}

/// As the job does it: what a visitor did waits, and is applied once they say who they are.
fn known(messages: &[Sent]) -> Known {
    let mut book = Book::new(Vec::new(), std::collections::HashSet::new(), RECEIVED);
    let mut rows = Rows::default();
    let mut parked: Vec<(String, Sent)> = Vec::new();
    for sent in messages {
        let mut open = vec![sent.clone()];
        while let Some(sent) = open.pop() {
            let message = Message { origin: &sent.origin, received_at: RECEIVED, facts: &sent.facts };
            let applied = apply(&mut book, &mut rows, &mut Clock::default(), &message, Millis(i64::MIN)).expect("randomness");
            if let Applied::Parked(visitor) = applied {
                parked.push((visitor, sent));
            }
            for visitor in std::mem::take(&mut book.named) {
                let (released, waiting) = parked.into_iter().partition(|(other, _)| *other == visitor);
                parked = waiting;
                let released: Vec<(String, Sent)> = released;
                open.extend(released.into_iter().map(|(_, sent)| sent));
            }
        }
    }
    assert!(book.ties.is_empty() && !book.is_cut);
    let customers = book.customers().map(shown).collect();
    let owners = rows.events.values().flatten().map(|happened| {
        let row = happened.row(&book);
        let place = book.place(&happened.key).expect("an owner");
        (row.0.clone(), format!("{:?} {}", book.get(place).expect("a customer").keys.keys().collect::<Vec<_>>(), row.5))
    });
    Known { customers, owners: owners.collect(), parked: parked.len() }
}

fn shown(customer: &Customer) -> String {
    let mut customer = customer.clone();
    customer.share();
    let contacts: BTreeSet<String> = customer
        .contacts
        .iter()
        .map(|contact| {
            let history: BTreeSet<String> = contact.records().map(|record| format!("{record:?}")).collect();
            format!("{:?} {:?} {history:?}", contact.email, contact.fields)
        })
        .collect();
    let traits: Vec<_> = customer.traits.iter().map(|(name, known)| (name, &known.value)).collect();
    let tags: BTreeSet<&String> = customer.tags.iter().collect();
    let keys: Vec<_> = customer.keys.keys().collect();
    let (name, created) = (customer.shown_name(), customer.created_at());
    format!("{} {name} {created} {traits:?} {tags:?} {keys:?} {contacts:?}", customer.is_account)
}

/// One of four people as one of two sources names them: each has one id a source, one address, and a browser of their own.
fn who() -> impl Strategy<Value = (i64, Who)> {
    (1_i64..=2, 0_u8..4, 1_u8..8).prop_map(|(source, person, ways)| {
        let told = |way: u8, text: String| (ways & way != 0).then_some(text);
        let who = Who {
            external_id: told(1, format!("u{person}")),
            email: told(2, format!("p{person}@example.com")),
            anonymous_id: told(4, format!("v{person}")),
            ..Who::default()
        };
        (source, who)
    })
}

fn message() -> impl Strategy<Value = Sent> {
    (who(), 0_u8..6, 0_i64..6, 0_u8..3).prop_map(|((source, who), kind, at, value)| {
        let at = Millis(at);
        let fact = match kind {
            0 | 1 => {
                let traits = BTreeMap::from([("plan".to_owned(), format!("plan {value}"))]);
                let who = Who { name: Some(format!("Name {value}")), ..who };
                Fact::Person(Person { who, at, traits, tags: vec![format!("tag {value}")], ..Person::default() })
            }
            2 | 3 => {
                Fact::Event(Event { id: String::new(), who, at, name: "Signed In".into(), properties: serde_json::Map::new() })
            }
            4 => Fact::Link(Link { from: Who { anonymous_id: who.anonymous_id.clone(), ..Who::default() }, to: who, at }),
            _ => {
                let state = if value == 0 { State::Granted } else { State::Denied };
                // Without an address it is the person's at every address.
                let who = Who {
                    email: who.email.clone().or_else(|| who.external_id.as_ref().map(|id| id.replace('u', "p") + "@example.com")),
                    ..who
                };
                Fact::Consent(Consent { who, channel: "email".into(), state, is_act: value == 2, wording: None, at })
            }
        };
        Sent { origin: origin(source), facts: vec![fact] }
    })
}

/// Events are told apart by the message's place.
fn messages() -> impl Strategy<Value = Vec<Sent>> {
    prop::collection::vec(message(), 1..24).prop_map(|mut messages| {
        for (at, sent) in messages.iter_mut().enumerate() {
            for fact in &mut sent.facts {
                if let Fact::Event(event) = fact {
                    event.id = format!("e{at}");
                }
            }
        }
        messages
    })
}

proptest! {
    #[test]
    fn any_order_of_the_same_messages_leaves_the_same(
        (messages, shuffled) in messages().prop_flat_map(|messages| (Just(messages.clone()), Just(messages).prop_shuffle()))
    ) {
        prop_assert_eq!(known(&messages), known(&shuffled));
    }

    #[test]
    fn an_account_and_its_people_are_the_same_in_any_order(order in Just((0..8).collect::<Vec<usize>>()).prop_shuffle()) {
        let all = account();
        let shuffled: Vec<Sent> = order.iter().map(|&at| all[at].clone()).collect();
        prop_assert_eq!(known(&all), known(&shuffled));
    }
}

fn account() -> Vec<Sent> {
    let person = |id: &str| Who { external_id: Some(id.into()), ..Who::default() };
    let named = |id: &str| Who { email: Some(format!("{id}@acme.example")), name: Some(id.to_uppercase()), ..person(id) };
    let event = |id: &str, who: &str, at: i64| {
        Fact::Event(Event {
            id: id.into(),
            who: person(who),
            at: Millis(at),
            name: "Signed In".into(),
            properties: serde_json::Map::new(),
        })
    };
    let member = |who: &str, at: i64, plan: &str| {
        let traits = BTreeMap::from([("plan".to_owned(), plan.to_owned())]);
        let name = Some("Acme".to_owned());
        Fact::Member(Member {
            who: person(who),
            account_id: "acme".into(),
            account_name: name,
            role: None,
            traits,
            at: Millis(at),
        })
    };
    [
        Fact::Person(Person { who: named("gil"), at: Millis(1), ..Person::default() }),
        event("e1", "gil", 2),
        member("gil", 3, "team"),
        event("e2", "gil", 4),
        Fact::Person(Person { who: named("hal"), at: Millis(5), ..Person::default() }),
        event("e3", "hal", 6),
        member("hal", 7, "scale"),
        Fact::Person(Person { who: named("hal"), at: Millis(8), country: Some("DE".into()), ..Person::default() }),
    ]
    .into_iter()
    .map(|fact| Sent { origin: origin(1), facts: vec![fact] })
    .collect()
}
