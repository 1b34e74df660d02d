//! The transaction log of CDNOW (see the data's own README for its source), as it is published.

use std::path::PathBuf;

use shared::import::{Key, Kind, Occurrences, OrderRow, Rows};

use super::{read, refused};

fn file() -> Option<Vec<u8>> {
    let folder = std::env::var_os("REKINDLE_DATA").map_or_else(|| PathBuf::from("../../shared/data"), PathBuf::from);
    let path = folder.join("cdnow/cdnow_sample_log.csv");
    let file = std::fs::read(&path).ok();
    if file.is_none() {
        println!("skipped: {} is not there; set REKINDLE_DATA to the folder with the public data", path.display());
    }
    file
}

fn numbered(file: &[u8]) -> Vec<OrderRow> {
    let mut parsed = read(file, Kind::Orders);
    assert_eq!((parsed.rows_read, refused(&parsed)), (6_919, vec![]));
    Occurrences::new().number(&mut parsed.rows);
    match parsed.rows {
        Rows::Orders(rows) => rows,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_transaction_is_read_and_the_total_equals_the_file_s() {
    let Some(file) = file() else { return };
    let rows = numbered(&file);
    // Counted without anything of the import: 100 times the text's last cell, as integers.
    let text = String::from_utf8(file).expect("ASCII");
    let minor = |line: &str| -> i64 {
        let amount = line.rsplit(',').next().expect("amount").trim();
        let (whole, cents) = amount.split_once('.').unwrap_or((amount, "0"));
        whole.parse::<i64>().expect("whole") * 100 + format!("{cents:0<2}").parse::<i64>().expect("cents")
    };
    let total: i64 = text.lines().skip(1).map(minor).sum();
    assert_eq!(rows.len(), 6_919);
    assert_eq!(rows.iter().map(|row| row.amount).sum::<i64>(), total);
    let customers: std::collections::BTreeSet<_> = rows.iter().map(|row| row.who.external_id.clone()).collect();
    assert_eq!(customers.len(), 2_357);
    assert_eq!(rows.iter().map(|row| row.ordered_at.day().iso()).max().as_deref(), Some("1998-06-30"));
}

#[test]
fn the_nineteen_repeated_lines_are_rows_of_their_own_and_a_second_import_gives_the_same_keys() {
    let Some(file) = file() else { return };
    let (first, second) = (numbered(&file), numbered(&file));
    let text = String::from_utf8(file).expect("ASCII");
    let mut times: std::collections::BTreeMap<&str, usize> = Default::default();
    text.lines().skip(1).for_each(|line| *times.entry(line).or_default() += 1);
    let repeated: Vec<usize> = times.into_values().filter(|&times| times > 1).collect();
    assert_eq!(repeated.len(), 19);
    let numbered = first.iter().filter(|row| matches!(row.key, Key::Content { nth, .. } if nth > 0)).count();
    assert_eq!(numbered, repeated.iter().map(|times| times - 1).sum::<usize>());
    assert_eq!(first, second);
    let keys: std::collections::BTreeSet<String> = first.iter().map(|row| format!("{:?}", row.key)).collect();
    assert_eq!(keys.len(), 6_919);
}
