//! What both sample shops promise, read back from their files.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may fail loudly anywhere")]

use std::collections::{BTreeMap, BTreeSet};

use samples::{Files, REFERENCE_DAY, SEED, Shop, generate};
use serde_json::Value;
use sha2::{Digest, Sha256};

type Row = BTreeMap<String, String>;

fn rows(csv: &str) -> Vec<Row> {
    csv::Reader::from_reader(csv.as_bytes()).deserialize().collect::<Result<_, _>>().expect("well-formed CSV")
}

fn shops(customers: usize) -> impl Iterator<Item = (Shop, Files)> {
    Shop::ALL.into_iter().map(move |shop| (shop, generate(shop, SEED, customers)))
}

fn digest(files: &Files) -> String {
    let mut digest = Sha256::new();
    for (name, text) in files.named() {
        digest.update(name);
        digest.update(text);
    }
    digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_seed_gives_the_same_bytes_on_every_machine() {
    let digests: Vec<String> = shops(500).map(|(_, files)| digest(&files)).collect();
    assert_eq!(
        digests,
        ["05a825bd774c044e", "9013c888102d752d"],
        "after a change of the shops that is meant, put the new digests here"
    );
    assert_ne!(digest(&generate(Shop::Store, SEED + 1, 20)), digest(&generate(Shop::Store, SEED, 20)));
}

#[test]
fn fewer_customers_are_the_first_of_more() {
    for shop in Shop::ALL {
        let (few, more) = (generate(shop, SEED, 30), generate(shop, SEED, 90));
        assert!(more.customers.starts_with(&few.customers));
        let of_the_few = |csv: &str| -> BTreeSet<Row> {
            let last = if shop == Shop::Store { "C-00030" } else { "A-00030" };
            rows(csv).into_iter().filter(|row| row["customer_id"].as_str() <= last).collect()
        };
        assert_eq!(of_the_few(&more.orders), rows(&few.orders).into_iter().collect());
        assert_eq!(of_the_few(&more.events), rows(&few.events).into_iter().collect());
    }
}

#[test]
fn addresses_and_ids_are_unique_and_addresses_go_nowhere() {
    for (_, files) in shops(1_500) {
        let customers = rows(&files.customers);
        assert_eq!(customers.iter().map(|row| &row["customer_id"]).collect::<BTreeSet<_>>().len(), 1_500);
        assert_eq!(customers.iter().map(|row| &row["email"]).collect::<BTreeSet<_>>().len(), customers.len());
        let phones: Vec<&String> = customers.iter().map(|row| &row["phone"]).filter(|phone| !phone.is_empty()).collect();
        assert_eq!(phones.iter().collect::<BTreeSet<_>>().len(), phones.len());
        let (orders, events) = (rows(&files.orders), rows(&files.events));
        assert_eq!(orders.iter().map(|row| &row["order_id"]).collect::<BTreeSet<_>>().len(), orders.len());
        assert_eq!(events.iter().map(|row| &row["event_id"]).collect::<BTreeSet<_>>().len(), events.len());
        let addresses = customers.iter().chain(&events).map(|row| &row["email"]).filter(|address| !address.is_empty());
        for address in addresses {
            let (name, host) = address.split_once('@').expect("an @");
            assert!(matches!(host, "example.com" | "example.net"), "{address}");
            assert!(address.is_ascii() && !name.is_empty() && name.len() <= 64, "{address}");
        }
    }
}

#[test]
fn an_address_belongs_to_one_customer_only() {
    let files = generate(Shop::Saas, SEED, 1_000);
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for row in rows(&files.customers).into_iter().chain(rows(&files.events)).filter(|row| !row["email"].is_empty()) {
        let owner = owners.entry(row["email"].clone()).or_insert_with(|| row["customer_id"].clone());
        assert_eq!(*owner, row["customer_id"], "{}", row["email"]);
    }
}

#[test]
fn an_account_has_people_with_roles_and_some_lost_their_champion() {
    let files = generate(Shop::Saas, SEED, 500);
    let mut roles: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows(&files.customers) {
        assert_ne!(row["contact_name"], row["name"]);
        roles.entry(row["customer_id"].clone()).or_default().push(row["contact_role"].clone());
    }
    assert_eq!(roles.len(), 500);
    assert!(roles.values().filter(|roles| roles.len() > 2).count() > 100);
    assert!(roles.values().all(|roles| roles.iter().filter(|role| *role == "champion").count() <= 1));
    let without = roles.values().filter(|roles| !roles.iter().any(|role| role == "champion")).count();
    assert!((20..150).contains(&without), "{without} without a champion");
}

#[test]
fn everything_happened_in_the_two_years_before_the_reference_day() {
    for (_, files) in shops(1_000) {
        let times = [
            (&files.customers, &["created_at", "email_consent_at", "sms_consent_at"][..]),
            (&files.orders, &["date", "cancelled_at"]),
            (&files.events, &["time"]),
            (&files.rates, &["date"]),
        ];
        let mut seen: Vec<String> = Vec::new();
        for (csv, columns) in times {
            for row in rows(csv) {
                seen.extend(columns.iter().map(|&column| row[column].clone()).filter(|time| !time.is_empty()));
            }
        }
        let (first, last) = (seen.iter().min().expect("some"), seen.iter().max().expect("some"));
        assert!(first.as_str() >= "2024-07-01", "{first}");
        assert!(last.as_str() < REFERENCE_DAY && last.starts_with("2026-06-30"), "{last}");
    }
}

#[test]
fn nobody_does_anything_before_they_came() {
    for (_, files) in shops(1_000) {
        let came: BTreeMap<String, String> =
            rows(&files.customers).into_iter().map(|row| (row["customer_id"].clone(), row["created_at"].clone())).collect();
        for row in rows(&files.orders) {
            assert!(row["date"] >= came[&row["customer_id"]], "{row:?}");
        }
        for row in rows(&files.events) {
            assert!(row["time"] >= came[&row["customer_id"]], "{row:?}");
        }
    }
}

#[test]
fn names_are_written_in_many_scripts_and_break_careless_software() {
    let blocks: [(&str, std::ops::RangeInclusive<char>); 15] = [
        ("Latin with marks", 'À'..='ž'),
        ("Greek", '\u{370}'..='\u{3ff}'),
        ("Cyrillic", '\u{400}'..='\u{4ff}'),
        ("Armenian", '\u{530}'..='\u{58f}'),
        ("Hebrew", '\u{590}'..='\u{5ff}'),
        ("Arabic", '\u{600}'..='\u{6ff}'),
        ("Devanagari", '\u{900}'..='\u{97f}'),
        ("Bengali", '\u{980}'..='\u{9ff}'),
        ("Tamil", '\u{b80}'..='\u{bff}'),
        ("Thai", '\u{e00}'..='\u{e7f}'),
        ("Georgian", '\u{10a0}'..='\u{10ff}'),
        ("Kana", '\u{3040}'..='\u{30ff}'),
        ("Han", '\u{4e00}'..='\u{9fff}'),
        ("Hangul", '\u{ac00}'..='\u{d7af}'),
        ("emoji", '\u{1f300}'..='\u{1faff}'),
    ];
    for (shop, files) in shops(500) {
        let names: Vec<String> = rows(&files.customers).into_iter().map(|row| row["name"].clone()).collect();
        for (block, letters) in &blocks {
            let written = names.iter().filter(|name| name.chars().any(|c| letters.contains(&c))).count();
            assert!(written > 0, "{shop:?} has nobody whose name is written in {block}");
        }
        for odd in ["'", ",", "\"", ";", "<", "=", "-", "+", "@"] {
            assert!(names.iter().any(|name| name.contains(odd)), "{shop:?} has no name with {odd}");
        }
        assert!(names.iter().any(|name| name.chars().count() == 1));
        assert!(names.iter().any(|name| name.chars().count() > 100));
    }
}

#[test]
fn the_store_has_one_time_buyers_and_repeat_buyers_as_real_shops_do() {
    for customers in [500, 5_000] {
        let files = generate(Shop::Store, SEED, customers);
        let mut days: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in rows(&files.orders).iter().filter(|row| row["status"] == "paid") {
            days.entry(row["customer_id"].clone()).or_default().insert(row["date"][..10].to_owned());
        }
        let once = days.values().filter(|days| days.len() == 1).count();
        let repeat = days.values().filter(|days| days.len() > 1).count();
        assert!(repeat > 200, "{repeat} repeat buyers");
        let share = once as f64 / (once + repeat) as f64;
        assert!((0.4..0.6).contains(&share), "{share} bought once");
        assert!(days.values().any(|days| days.len() > 15));
    }
}

#[test]
fn both_shops_hold_what_the_signals_read() {
    let wanted = [
        ("Email Delivered", Shop::ALL.as_slice()),
        ("Email Opened", &Shop::ALL),
        ("Email Link Clicked", &Shop::ALL),
        ("Ticket Opened", &Shop::ALL),
        ("Ticket Solved", &Shop::ALL),
        ("NPS Answered", &Shop::ALL),
        ("Payment Failed", &Shop::ALL),
        ("Payment Succeeded", &Shop::ALL),
        ("Product Viewed", &[Shop::Store]),
        ("Subscription Started", &[Shop::Saas]),
        ("Subscription Renewed", &[Shop::Saas]),
        ("Subscription Updated", &[Shop::Saas]),
        ("Subscription Cancelled", &[Shop::Saas]),
        ("Signed In", &[Shop::Saas]),
        ("Feature Used", &[Shop::Saas]),
        ("Feature Requested", &[Shop::Saas]),
        ("Exit Survey Answered", &[Shop::Saas]),
        ("Delivery Delayed", &[Shop::Store]),
        ("Survey Answered", &[Shop::Store]),
    ];
    for (shop, files) in shops(500) {
        let events = rows(&files.events);
        let has: BTreeSet<&str> = events.iter().map(|row| row["event"].as_str()).collect();
        let expected: BTreeSet<&str> = wanted.iter().filter(|(_, of)| of.contains(&shop)).map(|&(name, _)| name).collect();
        assert_eq!(has, expected, "{shop:?}");
        let currencies: BTreeSet<String> = rows(&files.orders).iter().map(|row| row["currency"].clone()).collect();
        assert_eq!(currencies.into_iter().collect::<Vec<_>>(), ["EUR", "GBP", "JPY", "USD"]);
        let tones: Vec<f64> = events
            .iter()
            .filter(|row| row["event"] == "Ticket Opened")
            .filter_map(|row| serde_json::from_str::<Value>(&row["properties"]).expect("JSON")["tone"].as_f64())
            .collect();
        assert!(tones.iter().any(|&tone| tone < -0.5) && tones.iter().any(|&tone| tone > 0.5));
    }
}

#[test]
fn usage_falls_before_an_account_leaves() {
    let files = generate(Shop::Saas, SEED, 1_000);
    let mut seats: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut leaving: BTreeSet<String> = BTreeSet::new();
    for row in rows(&files.events) {
        match row["event"].as_str() {
            "Signed In" => {
                let properties: Value = serde_json::from_str(&row["properties"]).expect("JSON");
                seats.entry(row["customer_id"].clone()).or_default().push(properties["seats"].as_f64().expect("a number"));
            }
            "Subscription Cancelled" => {
                leaving.insert(row["customer_id"].clone());
            }
            _ => {}
        }
    }
    let trend = |left: bool| {
        let (mut before, mut after) = (0.0, 0.0);
        for (_, seats) in seats.iter().filter(|(id, seats)| seats.len() >= 8 && leaving.contains(*id) == left) {
            before += seats[..4].iter().sum::<f64>();
            after += seats[seats.len() - 4..].iter().sum::<f64>();
        }
        after / before
    };
    assert!(trend(true) < 0.75, "{}", trend(true));
    assert!(trend(false) > 0.85, "{}", trend(false));
}

#[test]
fn files_are_small_enough_to_serve_and_to_write() {
    for (shop, files) in shops(5_000) {
        assert!(files.events.lines().count() < 60 * 5_000, "{shop:?}");
    }
    for (shop, files) in shops(500) {
        let bytes: usize = files.named().iter().map(|(_, text)| gzipped(text)).sum();
        assert!(bytes < 1_500_000, "{shop:?} has {bytes} bytes gzipped");
    }
}

fn gzipped(text: &str) -> usize {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, text.as_bytes()).expect("memory");
    encoder.finish().expect("memory").len()
}
