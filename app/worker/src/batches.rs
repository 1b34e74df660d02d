//! Cuts what the parser gives into numbered batches.
//!
//! A batch is a stretch of the file that depends on the file alone, never on the pieces it was read in: only so does batch 17
//! hold the same rows when the file is read again after a closed tab.

use serde::Serialize;
use shared::api::ImportBatch;
use shared::import::{CustomerRow, EventRow, Kind, OrderRow, Parsed, ProductRow, RateRow, RowError, Rows, SuppressionRow};

/// Accepted and rejected rows in one batch.
pub const ROWS: usize = 1_000;

/// JSON of the rows in one batch, in bytes; a single row may be longer and then goes alone.
pub const BYTES: usize = 900_000;

#[derive(Debug)]
pub struct Batcher {
    kind: Kind,
    number: u32,
    items: Vec<Item>,
    bytes: usize,
    /// Lines read that no batch has counted yet.
    lines: u64,
}

/// A line of the file as it was understood, or one of several things that it tells.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Item {
    Order(OrderRow),
    Customer(CustomerRow),
    Event(EventRow),
    Rate(RateRow),
    Suppression(SuppressionRow),
    Product(ProductRow),
    Rejected(RowError),
}

impl Batcher {
    pub fn new(kind: Kind) -> Self {
        Self { kind, number: 0, items: Vec::new(), bytes: 0, lines: 0 }
    }

    /// The batches that are full now. The newest rows stay behind, since the last batch must know that it is the last.
    pub fn push(&mut self, parsed: Parsed) -> Vec<ImportBatch> {
        let mut full = Vec::new();
        self.lines += u64::from(parsed.rows_read);
        for item in in_file_order(parsed) {
            let bytes = json_bytes(&item);
            // What one line tells stays together.
            let is_next_line = self.items.last().is_some_and(|last| last.line() != item.line());
            if is_next_line && (self.items.len() >= ROWS || self.bytes.saturating_add(bytes) > BYTES) {
                full.push(self.cut(false));
            }
            self.bytes = self.bytes.saturating_add(bytes);
            self.items.push(item);
        }
        full
    }

    /// The last batch; empty for a file without rows.
    pub fn finish(mut self) -> ImportBatch {
        self.cut(true)
    }

    fn cut(&mut self, last: bool) -> ImportBatch {
        let number = self.number;
        self.number = self.number.saturating_add(1);
        self.bytes = 0;
        let items = std::mem::take(&mut self.items);
        // Several lines may make one order. Which batch counts the lines that are left over would depend on the pieces, so the
        // last one counts them all.
        let told = items.chunk_by(|one, next| one.line() == next.line()).count() as u64;
        let lines = if last { self.lines } else { told };
        self.lines = self.lines.saturating_sub(lines);
        batch(self.kind, number, items, u32::try_from(lines).unwrap_or(u32::MAX), last)
    }
}

impl Item {
    fn line(&self) -> u64 {
        match self {
            Self::Order(row) => row.line,
            Self::Customer(row) => row.line,
            Self::Event(row) => row.line,
            Self::Rate(row) => row.line,
            Self::Suppression(row) => row.line,
            Self::Product(row) => row.line,
            Self::Rejected(row) => row.line,
        }
    }
}

fn in_file_order(parsed: Parsed) -> Vec<Item> {
    let mut items: Vec<Item> = match parsed.rows {
        Rows::Orders(rows) => rows.into_iter().map(Item::Order).collect(),
        Rows::Customers(rows) => rows.into_iter().map(Item::Customer).collect(),
        Rows::Events(rows) => rows.into_iter().map(Item::Event).collect(),
        Rows::Rates(rows) => rows.into_iter().map(Item::Rate).collect(),
        Rows::Suppressions(rows) => rows.into_iter().map(Item::Suppression).collect(),
        Rows::Products(rows) => rows.into_iter().map(Item::Product).collect(),
    };
    items.extend(parsed.rejected.into_iter().map(Item::Rejected));
    items.sort_by_key(Item::line);
    items
}

fn batch(kind: Kind, number: u32, items: Vec<Item>, rows_read: u32, last: bool) -> ImportBatch {
    let mut rows = Rows::empty(kind.shape());
    let mut rejected = Vec::new();
    for item in items {
        match (item, &mut rows) {
            (Item::Rejected(row), _) => rejected.push(row),
            (Item::Order(row), Rows::Orders(rows)) => rows.push(row),
            (Item::Customer(row), Rows::Customers(rows)) => rows.push(row),
            (Item::Event(row), Rows::Events(rows)) => rows.push(row),
            (Item::Rate(row), Rows::Rates(rows)) => rows.push(row),
            (Item::Suppression(row), Rows::Suppressions(rows)) => rows.push(row),
            (Item::Product(row), Rows::Products(rows)) => rows.push(row),
            // A parser gives rows of its kind alone.
            _ => {}
        }
    }
    ImportBatch { number, rows, rejected, rows_read, last }
}

/// Length of the value's JSON, without making it.
fn json_bytes(value: &impl Serialize) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 = self.0.saturating_add(bytes.len());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    match serde_json::to_writer(&mut count, value) {
        Ok(()) => count.0,
        Err(_) => BYTES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::money::Currency;
    use shared::time::Day;

    fn rate(line: u64) -> RateRow {
        RateRow { line, currency: Currency::USD, day: Day(1), rate: 1.0 }
    }

    fn refused(line: u64, raw: usize) -> RowError {
        RowError { line, field: None, reason: "r".into(), fix: "f".into(), raw: "x".repeat(raw) }
    }

    fn parsed(lines: std::ops::Range<u64>, rejected: Vec<RowError>) -> Parsed {
        let is_rejected = |line: &u64| rejected.iter().any(|row| row.line == *line);
        let rows: Vec<RateRow> = lines.clone().filter(|line| !is_rejected(line)).map(rate).collect();
        Parsed { rows: Rows::Rates(rows), rejected, rows_read: (lines.end - lines.start) as u32, moved_to_now: 0 }
    }

    fn all(pieces: Vec<Parsed>) -> Vec<ImportBatch> {
        let mut batcher = Batcher::new(Kind::Rates);
        let mut batches: Vec<_> = pieces.into_iter().flat_map(|piece| batcher.push(piece)).collect();
        batches.push(batcher.finish());
        batches
    }

    #[test]
    fn batches_do_not_depend_on_the_pieces_the_file_was_read_in() {
        let whole = all(vec![parsed(2..2_502, vec![refused(999, 1), refused(1_000, 1), refused(2_400, 1)])]);
        let pieces = all(vec![
            parsed(2..7, vec![]),
            parsed(7..1_000, vec![refused(999, 1)]),
            parsed(1_000..1_001, vec![refused(1_000, 1)]),
            parsed(1_001..2_502, vec![refused(2_400, 1)]),
        ]);
        assert_eq!(whole, pieces);
        let shape: Vec<_> = whole.iter().map(|batch| (batch.number, batch.rows_read, batch.rejected.len(), batch.last)).collect();
        assert_eq!(shape, [(0, 1_000, 2, false), (1, 1_000, 0, false), (2, 500, 1, true)]);
    }

    #[test]
    fn what_one_line_tells_stays_in_one_batch_and_is_one_line() {
        let suppression = |line: u64, channel: &str| SuppressionRow {
            line,
            channel: channel.to_owned(),
            address: "a@example.com".to_owned(),
            reason: "imported".to_owned(),
            at: None,
        };
        let rows: Vec<_> = (2..602).flat_map(|line| [suppression(line, "email"), suppression(line, "sms")]).collect();
        let mut batcher = Batcher::new(Kind::Suppressions);
        let read = Parsed { rows: Rows::Suppressions(rows), rejected: vec![], rows_read: 600, moved_to_now: 0 };
        let mut batches = batcher.push(read);
        batches.push(batcher.finish());
        let shape: Vec<_> = batches.iter().map(|batch| (batch.rows.len(), batch.rows.lines(), batch.rows_read)).collect();
        assert_eq!(shape, [(1_000, 500, 500), (200, 100, 100)]);
    }

    #[test]
    fn lines_that_were_gathered_into_one_row_are_counted_in_the_end() {
        let mut gathered = parsed(0..1_001, vec![]);
        gathered.rows_read = 3_000;
        assert_eq!(all(vec![gathered]).iter().map(|batch| batch.rows_read).collect::<Vec<_>>(), [1_000, 2_000]);
    }

    #[test]
    fn a_full_last_batch_is_still_the_last() {
        let batches = all(vec![parsed(0..1_000, vec![])]);
        assert_eq!(batches.iter().map(|batch| (batch.number, batch.last)).collect::<Vec<_>>(), [(0, true)]);
    }

    #[test]
    fn a_file_without_rows_is_one_empty_last_batch() {
        let batches = all(vec![]);
        assert_eq!(batches, [ImportBatch { number: 0, rows: Rows::Rates(vec![]), rejected: vec![], rows_read: 0, last: true }]);
    }

    #[test]
    fn long_rows_make_more_batches_and_none_is_longer_than_the_limit() {
        let rejected = (0..1_000).map(|line| refused(line, 2_000)).collect();
        let batches = all(vec![parsed(0..1_000, rejected)]);
        assert!(batches.len() > 1);
        assert!(batches.iter().all(|batch| serde_json::to_string(batch).expect("json").len() <= 1_000_000));
        assert_eq!(batches.iter().map(|batch| batch.rejected.len()).sum::<usize>(), 1_000);
    }

    #[test]
    fn a_row_above_the_limit_goes_alone() {
        let batches = all(vec![parsed(0..3, vec![refused(1, BYTES + 1)])]);
        assert_eq!(batches.iter().map(|batch| batch.rows_read).collect::<Vec<_>>(), [1, 1, 1]);
    }
}
