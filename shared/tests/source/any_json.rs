//! No payload, however broken, panics; and a fact that comes of one is one that can be stored.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Map, Number, Value};
use shared::source::{Fact, Kind};

use crate::samples::{folder, sample};
use crate::told::{RECEIVED, facts};

const TOPICS: &[(Kind, &[&str])] = &[
    (
        Kind::Shopify,
        &[
            "customers/update",
            "customers/delete",
            "customers/merge",
            "customers/purchasing_summary",
            "customers_marketing_consent/update",
            "orders/updated",
            "orders/delete",
            "refunds/create",
            "checkouts/update",
            "subscription_contracts/update",
            "subscription_billing_attempts/failure",
            "products/update",
            "products/delete",
            "app/uninstalled",
            "customers/redact",
            "shop/redact",
        ],
    ),
    (
        Kind::Woocommerce,
        &[
            "customer.updated",
            "customer.deleted",
            "order.updated",
            "order.deleted",
            "product.updated",
            "product.deleted",
            "subscription.updated",
        ],
    ),
    (
        Kind::Stripe,
        &[
            "customer.updated",
            "customer.deleted",
            "customer.subscription.created",
            "customer.subscription.updated",
            "customer.subscription.deleted",
            "customer.subscription.trial_will_end",
            "invoice.paid",
            "invoice.payment_failed",
            "charge.refunded",
        ],
    ),
    (Kind::Zendesk, &["trigger", "zen:event-type:ticket.created"]),
    (Kind::Intercom, &["conversation.user.created", "conversation.rating.added", "contact.user.updated", "contact.unsubscribed"]),
];

/// Names that readers look for, so that what is made up is looked at.
const NAMES: [&str; 24] = [
    "id",
    "customer",
    "email",
    "total_price",
    "currency",
    "created_at",
    "updated_at",
    "refunds",
    "transactions",
    "amount",
    "line_items",
    "billing",
    "total",
    "status",
    "data",
    "object",
    "items",
    "detail",
    "item",
    "source",
    "body",
    "lines",
    "period",
    "customer_id",
];

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| Number::from_f64(number).map_or(Value::Null, Value::Number)),
        any::<String>().prop_map(Value::String),
        proptest::sample::select(
            &["usd", "JPY", "2026-11-01T00:00:00Z", "1.50", "active", "paid", "a@example.com", "<p>é&amp;</p>"][..]
        )
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        let name = prop_oneof![4 => proptest::sample::select(&NAMES[..]).prop_map(str::to_owned), 1 => any::<String>()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((name, inner), 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Of a body, every place by its path.
fn places(value: &Value, path: &mut Vec<String>, all: &mut Vec<Vec<String>>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(values) => values.iter().enumerate().map(|(n, value)| (n.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, inner) in members {
        path.push(name);
        all.push(path.clone());
        places(inner, path, all);
        path.pop();
    }
}

fn is_storable(fact: &Fact) -> bool {
    match fact {
        Fact::Order(order) => {
            order.amount >= 0
                && (0..=order.amount).contains(&order.refunded)
                && order.discount >= 0
                && order.at.0 <= RECEIVED.0 + 300_000
        }
        Fact::Event(event) => !event.id.is_empty() && !event.name.is_empty() && event.at.0 <= RECEIVED.0 + 300_000,
        Fact::Person(person) => person.who.external_id.is_some() || person.who.email.is_some() || person.who.phone.is_some(),
        _ => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_json_panics(body in any_value(), pick in any::<proptest::sample::Index>()) {
        let topics: Vec<(Kind, &str)> = TOPICS.iter().flat_map(|(kind, topics)| topics.iter().map(|topic| (*kind, *topic))).collect();
        let (kind, topic) = topics[pick.index(topics.len())];
        if let Ok(facts) = facts(kind, topic, &body) {
            prop_assert!(facts.iter().all(is_storable), "{facts:?}");
        }
    }

    #[test]
    fn no_sample_with_one_member_replaced_panics(value in any_value(), pick in any::<proptest::sample::Index>(), place in any::<proptest::sample::Index>()) {
        let samples = &*SAMPLES;
        prop_assume!(!samples.is_empty());
        let (kind, topic, body) = &samples[pick.index(samples.len())];
        let mut all = Vec::new();
        places(body, &mut Vec::new(), &mut all);
        let path = all[place.index(all.len())].join(".");
        prop_assume!(path.split('.').count() == all[place.index(all.len())].len());
        let body = crate::told::with(body, &path, value);
        if let Ok(facts) = facts(*kind, topic, &body) {
            prop_assert!(facts.iter().all(is_storable), "{path}: {facts:?}");
        }
    }
}

static SAMPLES: LazyLock<Vec<(Kind, String, Value)>> = LazyLock::new(sample_topics);

/// Samples by the topic in their file's name.
fn sample_topics() -> Vec<(Kind, String, Value)> {
    let mut found = Vec::new();
    for (kind, _) in TOPICS {
        let name_of_kind = kind.as_str();
        let Ok(files) = std::fs::read_dir(folder().join(name_of_kind)) else {
            println!("skipped: no samples of {name_of_kind}");
            continue;
        };
        for file in files.flatten() {
            let name = file.file_name().into_string().expect("a name");
            let Some(stem) = name.strip_suffix(".json").filter(|stem| !stem.starts_with('_')) else { continue };
            let topic =
                if *kind == Kind::Shopify { stem.trim_end_matches(".2024-10").replace('-', "/") } else { stem.to_owned() };
            found.push((*kind, topic, sample(&format!("{name_of_kind}/{name}")).expect("it was there")));
        }
    }
    found.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
    found
}
