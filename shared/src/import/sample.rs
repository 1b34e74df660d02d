//! The first rows of a file, as cells.

use super::framing::{Ending, Framing};
use super::record::Record;
use super::text::{Intake, row_text};
use super::{Encoding, parser};

/// At most `most` rows that are not blank, cells trimmed; the last may be torn where the sample ends inside a row.
pub(super) fn rows(sample: &[u8], encoding: Encoding, delimiter: u8, most: usize) -> Vec<Vec<String>> {
    let mut framing = Framing::new(delimiter);
    Intake::new(encoding).take(sample, true, framing.buffer());
    let mut record = Record::new(delimiter);
    let mut rows = Vec::new();
    while rows.len() < most
        && let Some(frame) = framing.next(true)
    {
        if matches!(frame.ending, Ending::TooLong { .. }) {
            continue;
        }
        let raw = row_text(framing.bytes(&frame.range), encoding);
        record.read(&raw);
        let is_note = rows.is_empty() && parser::names_delimiter(&raw);
        if !is_note && !record.is_blank() {
            rows.push(record.cells().map(|cell| cell.trim().to_owned()).collect());
        }
    }
    rows
}
