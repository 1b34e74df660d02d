//! `cargo bench -p shared --bench messages`: linting and setting one message; the reciprocal is messages a second.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    unused_imports,
    reason = "a bench fails by panicking"
)]

#[path = "../src/message/sample.rs"]
mod sample;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use shared::message::layout::{How, Look, render};
use shared::message::{Brand, Call, Channel, Fact, FactKey, FactValue, Message, Part, Promise, Recipient, Slot, lint};
use shared::{money, offer, reason, segment};

fn main() {
    divan::main();
}

fn how(look: Look) -> How<'static> {
    How { look, unsubscribe: Some("https://rekindle.example/u/0123456789abcdef"), ..How::plain("https://rekindle.example") }
}

/// Hashing what a mail's plain text holds: less than that no lint or layout can do.
#[divan::bench]
fn floor_digest(bencher: Bencher) {
    use sha2::Digest as _;
    let sample = sample::mail();
    let rendered = render(&sample.message, &sample.brand, &how(Look::Designed)).expect("sets");
    bencher.counter(ItemsCount::new(1_usize)).bench(|| sha2::Sha256::digest(black_box(rendered.text.as_bytes())));
}

#[divan::bench]
fn lint_words(bencher: Bencher) {
    let sample = sample::mail();
    bencher.counter(ItemsCount::new(1_usize)).bench(|| lint::lint(black_box(&sample.message), &sample.about()));
}

#[divan::bench(args = [Look::Designed, Look::Letter])]
fn set(bencher: Bencher, look: Look) {
    let sample = sample::mail();
    bencher
        .counter(ItemsCount::new(1_usize))
        .bench(|| render(black_box(&sample.message), &sample.brand, &how(look)).expect("sets"));
}

#[divan::bench]
fn lint_set_and_lint_again(bencher: Bencher) {
    let sample = sample::mail();
    bencher.counter(ItemsCount::new(1_usize)).bench(|| {
        let mut found = lint::lint(black_box(&sample.message), &sample.about());
        let rendered = render(&sample.message, &sample.brand, &how(Look::Designed)).expect("sets");
        found.extend(lint::lint_rendered(&rendered, &sample.message, &sample.about()));
        found
    });
}
