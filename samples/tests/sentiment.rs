//! The tone that is read from the sample shops' tickets, beside the tone with which they were planted.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail loudly anywhere")]

use std::collections::{BTreeMap, BTreeSet};

use samples::{SEED, Shop, generate};
use serde_json::Value;
use shared::signal::sentiment::tone;

/// The tickets that are not in English, by their subject.
const FOREIGN: [&str; 10] = [
    "Größe der Wanderschuhe",
    "Facture",
    "領収書について",
    "Paket fehlt",
    "Produit défectueux",
    "Danke!",
    "Neuer Mitarbeiter",
    "請求書の宛名",
    "Doppelte Termine",
    "Merci",
];

/// Subject and text of each ticket with its planted tone, -1 to 1.
fn tickets(shop: Shop) -> Vec<(String, String, f64)> {
    let files = generate(shop, SEED, 2_000);
    let rows = csv::Reader::from_reader(files.events.as_bytes()).into_deserialize::<BTreeMap<String, String>>();
    let told = rows.map(|row| row.expect("well-formed CSV")).filter(|row| row["event"] == "Ticket Opened");
    told.map(|row| {
        let properties: Value = serde_json::from_str(&row["properties"]).expect("JSON");
        let text = |name: &str| properties[name].as_str().expect("a text").to_owned();
        (text("subject"), text("text"), properties["tone"].as_f64().expect("a number"))
    })
    .collect()
}

fn both() -> Vec<(String, String, f64)> {
    Shop::ALL.into_iter().flat_map(tickets).collect()
}

/// As a state reads it of a ticket without a tone of its own.
fn told((subject, text, _): &(String, String, f64)) -> Option<i8> {
    tone(&format!("{subject}\n{text}"))
}

#[test]
fn another_language_is_unknown_and_english_never_is() {
    let mut seen = BTreeSet::new();
    for ticket in both() {
        let (subject, ..) = &ticket;
        seen.insert(subject.clone());
        assert_eq!(told(&ticket).is_none(), FOREIGN.contains(&subject.as_str()), "{subject}");
    }
    assert!(FOREIGN.iter().all(|subject| seen.contains(*subject)), "the shops lack one of those texts");
}

#[test]
fn who_was_planted_as_angry_reads_so_more_often_than_who_was_not() {
    let read: Vec<(f64, f64)> = both().iter().filter_map(|ticket| Some((ticket.2, f64::from(told(ticket)?) / 100.0))).collect();
    let share = |of: &dyn Fn(f64) -> bool, called: &dyn Fn(f64) -> bool| {
        let those: Vec<_> = read.iter().filter(|(planted, _)| of(*planted)).collect();
        those.iter().filter(|(_, tone)| called(*tone)).count() as f64 / those.len() as f64
    };
    let bad = |tone: f64| tone < 0.0;
    let recall = share(&|planted| planted <= -0.4, &bad);
    let alarm = share(&|planted| planted >= 0.0, &bad);
    let glad = share(&|planted| planted >= 0.5, &|tone| tone > 0.0);
    let precision = {
        let called: Vec<_> = read.iter().filter(|(_, tone)| bad(*tone)).collect();
        called.iter().filter(|(planted, _)| *planted < 0.0).count() as f64 / called.len() as f64
    };
    println!(
        "{} tickets in English: of the angry {recall:.3} read as negative, of the others {alarm:.3}; of the negative {precision:.3} are planted so; of the glad {glad:.3} read as positive",
        read.len()
    );
    assert!(recall > 0.5 && alarm < 0.2 && precision > 0.6 && glad > 0.6);
}
