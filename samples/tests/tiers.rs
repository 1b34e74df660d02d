//! Scored as the worker scores them, both sample shops show what Radar is for.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail loudly anywhere")]

use std::collections::{BTreeMap, BTreeSet};

use samples::{SEED, Shop, generate};
use serde_json::Value;
use shared::api::Tier;
use shared::money::{Currency, Money, Rates};
use shared::risk::{self, FitInput, Group};
use shared::state::{EventFact, OrderFact, State, fold};
use shared::time::{Day, Millis};

type Row = BTreeMap<String, String>;

fn rows(csv: &str) -> impl Iterator<Item = Row> {
    csv::Reader::from_reader(csv.as_bytes()).into_deserialize().map(|row| row.expect("well-formed CSV"))
}

fn at(text: &str) -> Millis {
    Millis::parse_rfc3339(text).expect("a time")
}

fn today() -> Day {
    at(&format!("{}T00:00:00Z", samples::REFERENCE_DAY)).day()
}

fn states(shop: Shop, customers: usize) -> Vec<State> {
    let files = generate(shop, SEED, customers);
    let mut rates = Rates::new(Currency::USD);
    for row in rows(&files.rates) {
        let day = at(&format!("{}T00:00:00Z", row["date"])).day();
        rates.insert(Currency::parse(&row["currency"]).expect("a code"), day, row["rate"].parse().expect("a number"));
    }
    let mut facts: BTreeMap<String, (Vec<OrderFact>, Vec<EventFact>)> = BTreeMap::new();
    for row in rows(&files.customers) {
        facts.entry(row["customer_id"].clone()).or_default();
    }
    for row in rows(&files.orders) {
        let currency = Currency::parse(&row["currency"]).expect("a code");
        let money = |column: &str| Money::parse(&row[column], currency).expect("an amount");
        let refunded = if row["refunded"].is_empty() { 0 } else { money("refunded").minor };
        let paid = matches!(row["status"].as_str(), "paid" | "refunded");
        let fact = OrderFact { at: at(&row["date"]), amount: money("amount"), refunded, discount: 0, paid };
        facts.get_mut(&row["customer_id"]).expect("a customer").0.push(fact);
    }
    for row in rows(&files.events) {
        let Value::Object(properties) = serde_json::from_str(&row["properties"]).unwrap_or(Value::Object(Default::default()))
        else {
            panic!("{row:?}")
        };
        let fact = EventFact { at: at(&row["time"]), name: row["event"].clone(), properties };
        facts.get_mut(&row["customer_id"]).expect("a customer").1.push(fact);
    }
    facts.values().map(|(orders, events)| fold(orders, events, &rates)).collect()
}

fn groups(states: &[State]) -> Vec<Group> {
    let bought = states.iter().filter_map(|state| Some((state.first_day()?, state.last_day()?, state.buy_days())));
    bought
        .map(|(first, last, days)| Group {
            repeats: days - 1,
            recency: last.since(first).unsigned_abs(),
            age: today().since(first).unsigned_abs(),
            customers: 1,
        })
        .collect()
}

#[test]
fn every_tier_has_people_and_every_signal_fires() {
    for (shop, signals) in [
        (Shop::Store, &["order_gap", "order_frequency", "order_value", "email", "ticket", "nps", "payment_failed"][..]),
        (Shop::Saas, &["cancellation", "renewal", "usage", "active_seats", "seats", "ticket", "nps", "payment_failed"]),
    ] {
        for customers in [500, 1_000] {
            let states = states(shop, customers);
            let input = FitInput {
                groups: groups(&states),
                sample: states.iter().cloned().map(Into::into).collect(),
                churn_days: None,
                ..FitInput::default()
            };
            let (model, card) = risk::fit(&input, Currency::USD, today());
            assert_eq!(card.basis, "fitted");
            let mut tiers: BTreeMap<Tier, usize> = BTreeMap::new();
            let mut fired: BTreeSet<String> = BTreeSet::new();
            for state in &states {
                let score = risk::score(state, &model, None, today());
                *tiers.entry(score.tier).or_default() += 1;
                fired.extend(score.triggers.into_iter().map(|trigger| trigger.code));
            }
            println!("{shop:?} {customers} {tiers:?}");
            for tier in [Tier::Immediate, Tier::Moderate, Tier::Early, Tier::Healthy, Tier::Lost] {
                let people = tiers.get(&tier).copied().unwrap_or(0);
                assert!(people >= customers / 200, "{tier:?} in {shop:?} of {customers}: {tiers:?}");
            }
            for &signal in signals {
                assert!(fired.contains(signal), "{signal} fires for nobody in {shop:?} of {customers}: {fired:?}");
            }
        }
    }
}
