//! Every reader of what comes from outside, fed with broken bytes: none panics. `cargo xtask soak fuzz` does so for an hour, under a
//! bound on memory.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may stop on the unexpected"
)]

mod mutate;
#[path = "../source/samples.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod samples;

use mutate::fuzz;
use serde_json::{Map, Value};
use shared::import::{self, Defaults, Lines, Parser, guess, preview};
use shared::money::{Currency, Money};
use shared::outbound::{self, Own};
use shared::random::Random;
use shared::signal::sentiment::tone;
use shared::source::{Delivery, Kind, read};
use shared::time::{Day, Millis};
use shared::{event, search};

const NOW: Millis = Millis(1_795_348_800_000);

/// Bodies of one kind of sender, with their topics; one of our own where the samples are absent.
fn bodies(kind: Kind) -> (Vec<Vec<u8>>, Vec<String>) {
    let (mut bodies, mut topics) =
        (vec![br#"{"type":"track","event":"Order Completed","userId":"1","properties":{"total":1.5}}"#.to_vec()], Vec::new());
    for file in std::fs::read_dir(samples::folder().join(kind.as_str())).into_iter().flatten().flatten() {
        let name = file.file_name().into_string().unwrap_or_default();
        let Some(stem) = name.strip_suffix(".json") else { continue };
        bodies.push(std::fs::read(file.path()).expect("a sample"));
        topics.push(if kind == Kind::Shopify { stem.replace('-', "/") } else { stem.to_owned() });
    }
    if topics.is_empty() {
        println!("no samples of {}", kind.as_str());
        topics = ["track", "identify", "orders/updated", "order.updated", "invoice.paid", "trigger"].map(str::to_owned).to_vec();
    }
    (bodies, topics)
}

fn deliveries(kind: Kind) {
    let (bodies, topics) = bodies(kind);
    fuzz(kind.as_str(), bodies, |bytes, random| {
        let Ok(body) = serde_json::from_slice::<Value>(bytes) else { return };
        let delivery = Delivery {
            kind,
            topic: &topics[random.below(topics.len())],
            body: &body,
            key: "1",
            received_at: NOW,
            sent_at: (random.below(2) == 0).then_some(Millis(random.bits() as i64)),
            currency: Currency::USD,
            site: None,
            by_browser: random.below(2) == 0,
        };
        let _ = read(&delivery);
    });
}

#[test]
fn messages_of_segments_clients() {
    deliveries(Kind::Segment);
}

#[test]
fn webhooks_of_shopify() {
    deliveries(Kind::Shopify);
}

#[test]
fn webhooks_of_woocommerce() {
    deliveries(Kind::Woocommerce);
}

#[test]
fn webhooks_of_stripe() {
    deliveries(Kind::Stripe);
}

#[test]
fn webhooks_of_helpdesks() {
    deliveries(Kind::Zendesk);
    deliveries(Kind::Intercom);
}

#[test]
fn files() {
    let templates = import::Kind::ALL.map(|kind| import::template(kind).as_bytes().to_vec());
    let wide = templates.iter().map(|bytes| String::from_utf8_lossy(bytes).encode_utf16().flat_map(u16::to_le_bytes).collect());
    let lines = br#"{"order_id":"1","email":"a@example.com","date":"2026-11-22","amount":"5.00","customer":{"name":"Ada"}}"#;
    let lines = [lines.to_vec(), b"\n".to_vec(), lines.to_vec()].concat();
    let corpus = wide.chain(templates.iter().cloned()).chain([lines]).collect::<Vec<Vec<u8>>>();
    let defaults = Defaults { currency: Currency::USD, time_zone: "Europe/Berlin".to_owned() };
    let import = |bytes: &[u8], random: &mut Random| {
        let kind = (random.below(2) == 0).then(|| import::Kind::ALL[random.below(import::Kind::ALL.len())]);
        let (one, other) = bytes.split_at(random.below(bytes.len() + 1));
        if let Some(mut lines) = Lines::of(one) {
            let mut rows = Vec::new();
            lines.take(one, &mut rows);
            lines.take(other, &mut rows);
            lines.end(&mut rows);
        }
        let options = guess(bytes, kind, &defaults).options;
        let _ = preview(bytes, &options);
        let Ok(mut parser) = Parser::new(options, NOW) else { return };
        for parsed in [parser.push(one), parser.push(other), parser.finish()] {
            let _ = import::validate(parsed.rows, NOW);
        }
    };
    fuzz("files", corpus, import);
}

#[test]
fn what_people_write_and_apps_name() {
    let corpus = [
        "Terrible service!!! I want my money back :( and I will NOT order again.",
        "Die Lieferung kam zu spät. Danke für nichts.",
        "領収書をお願いします。",
        r#"{"subject":"Late","text":"Where is it?","tone":-0.5,"amount":"12.50","plan":"team"}"#,
        "Ticket Opened",
        "Order Completed",
    ];
    fuzz("texts", corpus.map(|text| text.as_bytes().to_vec()).to_vec(), |bytes, _| {
        let text = String::from_utf8_lossy(bytes);
        let _ = tone(&text);
        let _ = search::key(&text);
        let properties: Map<String, Value> = serde_json::from_slice(bytes).unwrap_or_default();
        for name in [&text, "Ticket Opened", "Subscription Updated", "Order Completed", "Email Opened"] {
            let _ = event::read(name, NOW, &properties);
        }
    });
}

#[test]
fn times_amounts_and_addresses() {
    let corpus =
        ["2026-11-22T12:00:00.123+05:30", "2026-11-22", "-1,234,567.89", "JPY", "https://user@files.example.com:443/a.csv?b#c"];
    fuzz("words", corpus.map(|text| text.as_bytes().to_vec()).to_vec(), |bytes, _| {
        let text = String::from_utf8_lossy(bytes);
        if let Ok(at) = Millis::parse_rfc3339(&text) {
            let _ = (at.day().iso(), at.rfc3339());
        }
        let _ = Day::parse_iso(&text).map(|day| day.plus(1));
        let _ = Currency::parse(&text);
        for code in [Currency::USD, Currency::parse("JPY").expect("a code")] {
            let _ = Money::parse(&text, code).map(|money| money.amount());
        }
        for own in [Own { host: "shop.example.com", local_port: None }, Own { host: "localhost", local_port: Some(8787) }] {
            if let Ok(address) = outbound::check(&text, own) {
                assert!(address.as_str().is_ascii() && !address.host().is_empty());
            }
        }
    });
}
