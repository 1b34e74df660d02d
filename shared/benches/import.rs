//! What the import costs beside the bare reading of the cells by the `csv` crate.
//!
//! `cargo bench -p shared --bench import`

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a bench may stop on the unexpected")]

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use shared::import::{Defaults, Kind, Occurrences, Parser, guess, validate};
use shared::money::Currency;
use shared::time::Millis;

const ROWS: usize = 100_000;
/// As the Web Worker reads a file.
const PIECE: usize = 1 << 18;

fn main() {
    divan::main();
}

/// A shop's order export: ids, quotes here and there, a date with a time.
fn with_ids() -> String {
    let row = |n: usize| {
        let (day, hour) = (n % 28 + 1, n % 24);
        let item = if n.is_multiple_of(5) { "\"Tea, green\"" } else { "Tea pot" };
        format!(
            "{n},C-{},buyer{}@example.com,2025-{:02}-{day:02} {hour:02}:15:00,{}.{:02},EUR,paid,{item}\n",
            n / 4,
            n / 4,
            n % 12 + 1,
            n % 300,
            n % 100
        )
    };
    std::iter::once("order_id,customer_id,email,date,amount,currency,status,item\n".to_owned())
        .chain((0..ROWS).map(row))
        .collect()
}

/// A bare transaction log, whose rows are keyed by their content.
fn without_ids() -> String {
    let row = |n: usize| format!("{},2025-{:02}-{:02},{}.{:02}\n", n / 4, n % 12 + 1, n % 28 + 1, n % 300, n % 100);
    std::iter::once("customer_id,date,amount\n".to_owned()).chain((0..ROWS).map(row)).collect()
}

fn parse(file: &str) -> usize {
    let defaults = Defaults { currency: Currency::USD, time_zone: "Europe/Berlin".into() };
    let options = guess(&file.as_bytes()[..file.len().min(PIECE)], Some(Kind::Orders), &defaults).options;
    let mut parser = Parser::new(options, Millis(1_780_272_000_000)).expect("options");
    let mut occurrences = Occurrences::new();
    let mut rows = 0;
    for piece in file.as_bytes().chunks(PIECE) {
        let mut parsed = parser.push(piece);
        occurrences.number(&mut parsed.rows);
        rows += black_box(parsed).rows.len();
    }
    rows + parser.finish().rows.len()
}

#[divan::bench]
fn orders_with_ids(bencher: Bencher) {
    let file = with_ids();
    bencher.counter(ItemsCount::new(ROWS)).counter(BytesCount::of_str(&file)).bench(|| assert_eq!(parse(&file), ROWS));
}

#[divan::bench]
fn orders_without_ids(bencher: Bencher) {
    let file = without_ids();
    bencher.counter(ItemsCount::new(ROWS)).counter(BytesCount::of_str(&file)).bench(|| assert_eq!(parse(&file), ROWS));
}

/// The floor: cells only, as bytes.
#[divan::bench]
fn cells_by_the_csv_crate(bencher: Bencher) {
    let file = with_ids();
    bencher.counter(ItemsCount::new(ROWS)).counter(BytesCount::of_str(&file)).bench(|| {
        let mut reader = csv::Reader::from_reader(file.as_bytes());
        let mut record = csv::ByteRecord::new();
        let mut rows = 0;
        while reader.read_byte_record(&mut record).expect("row") {
            rows += black_box(record.len() / record.len());
        }
        assert_eq!(rows, ROWS);
    });
}

/// The worker's second look at a batch.
#[divan::bench]
fn validation(bencher: Bencher) {
    let file = with_ids();
    let defaults = Defaults { currency: Currency::USD, time_zone: "UTC".into() };
    let options = guess(file.as_bytes(), Some(Kind::Orders), &defaults).options;
    let rows = Parser::new(options, Millis(1_780_272_000_000)).expect("options").push(file.as_bytes()).rows;
    bencher
        .counter(ItemsCount::new(rows.len()))
        .with_inputs(|| rows.clone())
        .bench_values(|rows| validate(rows, Millis(1_780_272_000_000)));
}
