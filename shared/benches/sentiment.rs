//! `cargo bench -p shared --bench sentiment`: tickets a second beside a floor in the same run that only cuts them into lower-case words.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a bench fails by panicking")]

use std::collections::BTreeSet;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use shared::signal::sentiment::tone;

/// Texts of the length that people write to support: two sentences to a page.
fn tickets() -> Vec<String> {
    let sentences: Vec<&str> = include_str!("../tests/data/complaints.txt").lines().map(|line| &line[2..]).collect();
    (0..1_000)
        .map(|n| (0..2 + n % 9).map(|k| sentences[(n * 7 + k * 13) % sentences.len()]).collect::<Vec<_>>().join(" "))
        .collect()
}

fn main() {
    let tickets = tickets();
    let bytes: usize = tickets.iter().map(String::len).sum();
    println!("{} tickets of {} bytes on average", tickets.len(), bytes / tickets.len());
    divan::main();
}

#[divan::bench(sample_count = 20)]
fn floor_words(bencher: Bencher) {
    let tickets = tickets();
    bencher.counter(ItemsCount::new(tickets.len())).bench(|| {
        let words = |text: &String| black_box(text).split_whitespace().map(str::to_lowercase).collect::<BTreeSet<_>>().len();
        tickets.iter().map(words).sum::<usize>()
    });
}

#[divan::bench(sample_count = 20)]
fn read_tone(bencher: Bencher) {
    let tickets = tickets();
    bencher
        .counter(ItemsCount::new(tickets.len()))
        .bench(|| tickets.iter().filter_map(|text| tone(black_box(text))).map(i64::from).sum::<i64>());
}
