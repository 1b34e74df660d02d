//! The import through its public functions: files in, rows and errors out.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop on the unexpected")]

mod cdnow;
mod customers;
mod damage;
mod events_and_rates;
mod kinds;
mod orders;
mod pieces;
mod products;

use shared::import::{Defaults, Kind, OrderRow, Parsed, Parser, Rows, guess};
use shared::money::Currency;
use shared::time::Millis;

const NOW: &str = "2026-06-01T00:00:00Z";

fn now() -> Millis {
    Millis::parse_rfc3339(NOW).expect("time")
}

fn defaults() -> Defaults {
    Defaults { currency: Currency::USD, time_zone: "UTC".into() }
}

fn parser(file: &[u8], kind: Kind) -> Parser {
    Parser::new(guess(file, Some(kind), &defaults()).options, now()).expect("options")
}

/// The whole file, as guessed.
fn read(file: impl AsRef<[u8]>, kind: Kind) -> Parsed {
    read_like(&file, &file, kind)
}

/// A file as another one is guessed: its own rows may be too bad to guess from.
fn read_like(example: impl AsRef<[u8]>, file: impl AsRef<[u8]>, kind: Kind) -> Parsed {
    let mut parser = parser(example.as_ref(), kind);
    let first = parser.push(file.as_ref());
    joined(first, parser.finish())
}

fn joined(mut first: Parsed, mut second: Parsed) -> Parsed {
    assert_eq!(first.rows.shape(), second.rows.shape(), "a parser gives rows of one shape");
    first.rows.extend(second.rows);
    first.rejected.append(&mut second.rejected);
    first.rows_read += second.rows_read;
    first.moved_to_now += second.moved_to_now;
    first
}

fn orders(parsed: &Parsed) -> &[OrderRow] {
    match &parsed.rows {
        Rows::Orders(rows) => rows,
        other => panic!("{other:?}"),
    }
}

/// Line and field of each refusal.
fn refused(parsed: &Parsed) -> Vec<(u64, Option<&str>)> {
    parsed.rejected.iter().map(|error| (error.line, error.field.as_deref())).collect()
}
