//! The streaming parser: bytes to text, text to rows of cells, cells to rows of a kind.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::dates::Times;
use super::framing::{Ending, Frame, Framing, swallowed_rows};
use super::limits::COLUMNS;
use super::orders::Gathering;
use super::record::Record;
use super::refusal::Refusal;
use super::row::{Columns, Context, Row, header_name};
use super::text::{Intake, row_text};
use super::{
    CustomerRow, EventRow, Kind, Options, Parsed, RowError, Rows, consent, contacts, customers, engagement, events, nps,
    products, rates, subscriptions, suppressions, tickets,
};
use crate::time::Millis;

/// Of the stored form: another number is refused, so that a job stored by another version starts again instead of misreading.
const SCHEMA: u32 = 1;

/// A shop's sample moves by some years at most.
const SHIFT_DAYS: u32 = 36_500;

/// Why a file cannot be read with these options.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    #[error("{0} is not a field of this kind of file")]
    UnknownField(String),
    #[error("no column is chosen for: {0}")]
    MissingField(&'static str),
    #[error("no column says whose row it is: choose one for the customer number or the e-mail address")]
    MissingCustomer,
    #[error("no column says whose address it is: choose one for the e-mail address or the phone")]
    MissingAddress,
    #[error("no column is chosen for any of: {0}")]
    MissingOneOf(String),
    #[error("column {} is chosen twice", .0 + 1)]
    ColumnTwice(u32),
    #[error("the delimiter must be a single ASCII character that is neither a quote nor a line end")]
    Delimiter,
    #[error("{0} is not a time zone: use a name such as Europe/Berlin")]
    TimeZone(String),
    #[error("dates may be moved by at most 36,500 days")]
    ShiftDays,
    #[error("this import was begun by another version")]
    Schema,
}

/// Reads a file in pieces of any size and gives the same rows whatever the pieces are.
///
/// It can be stored between two pieces (serde) and then goes on where it was. It never keeps more than 1 MB of the file: a longer
/// row is refused with its line and skipped to its end.
///
/// ```
/// use shared::import::{Defaults, Parser, Rows, guess};
/// use shared::{money::Currency, time::Millis};
///
/// let file = b"order_id,email,date,amount\n1001,ada@example.com,2026-01-18,59.90\n";
/// let defaults = Defaults { currency: Currency::USD, time_zone: "UTC".into() };
/// let options = guess(file, None, &defaults).options;
/// let mut parser = Parser::new(options, Millis::parse_rfc3339("2026-06-01T00:00:00Z")?)?;
/// let (first, second) = file.split_at(40);
/// assert!(parser.push(first).rows.is_empty());
/// assert!(parser.push(second).rows.is_empty(), "a further line of order 1001 may follow");
/// assert_eq!(parser.finish().rows.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Parser {
    cursor: Cursor,
    columns: Columns,
    times: Times,
    record: Record,
}

/// What is stored: all that cannot be made from the options again.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Cursor {
    schema: u32,
    options: Options,
    now: Millis,
    intake: Intake,
    framing: Framing,
    /// Once the first row was read: the names of its columns (none where the file has no header) and their number.
    table: Option<Table>,
    orders: Gathering,
    #[serde(default)]
    products: products::Above,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Table {
    header: Vec<String>,
    width: usize,
}

/// What becomes of the lines after a row's first.
enum Lines {
    Done,
    ReadAgain,
}

impl Parser {
    /// `now` is the whole import's: times ahead of it are measured against it.
    ///
    /// # Errors
    /// When the options do not fit together: an unknown field, a required one without a column, no such time zone.
    pub fn new(options: Options, now: Millis) -> Result<Self, OptionsError> {
        let intake = Intake::new(options.encoding);
        let framing = Framing::new(delimiter(&options)?);
        Self::at(Cursor {
            schema: SCHEMA,
            options,
            now,
            intake,
            framing,
            table: None,
            orders: Gathering::default(),
            products: products::Above::default(),
        })
    }

    /// The next piece of the file.
    pub fn push(&mut self, bytes: &[u8]) -> Parsed {
        self.cursor.intake.take(bytes, false, self.cursor.framing.buffer());
        self.read_frames(false)
    }

    /// The end of the file: what was held back.
    pub fn finish(&mut self) -> Parsed {
        self.cursor.intake.take(&[], true, self.cursor.framing.buffer());
        let mut parsed = self.read_frames(true);
        if let Rows::Orders(orders) = &mut parsed.rows {
            self.cursor.orders.close(self.cursor.options.currency, orders, &mut parsed.rejected);
        }
        parsed
    }

    pub fn options(&self) -> &Options {
        &self.cursor.options
    }

    fn at(cursor: Cursor) -> Result<Self, OptionsError> {
        if cursor.schema != SCHEMA {
            return Err(OptionsError::Schema);
        }
        let options = &cursor.options;
        let columns = Columns::new(options)?;
        let zone = options.time_zone.parse().map_err(|_| OptionsError::TimeZone(options.time_zone.clone()))?;
        if options.shift_days.unsigned_abs() > SHIFT_DAYS {
            return Err(OptionsError::ShiftDays);
        }
        let times = Times { now: cursor.now, zone, order: options.date_order, shift_days: options.shift_days, moved_to_now: 0 };
        let record = Record::new(delimiter(options)?);
        Ok(Self { cursor, columns, times, record })
    }

    fn read_frames(&mut self, end: bool) -> Parsed {
        let mut parsed = Parsed::empty(self.cursor.options.kind);
        while let Some(mut frame) = self.cursor.framing.next(end) {
            if let Lines::ReadAgain = self.read_frame(&frame, &mut parsed)
                && self.cursor.framing.keep_only_first_line(&mut frame)
            {
                let raw = row_text(self.cursor.framing.bytes(&frame.range), self.cursor.options.encoding);
                let refusal =
                    Refusal::of_row("a quote is opened and not closed", "Remove the quote, or close it in the same cell.");
                let error = refusal.on(frame.line, &raw);
                self.reject(error, &mut parsed);
            }
        }
        self.cursor.framing.compact();
        parsed.moved_to_now = std::mem::take(&mut self.times.moved_to_now);
        parsed
    }

    fn read_frame(&mut self, frame: &Frame, parsed: &mut Parsed) -> Lines {
        let cursor = &mut self.cursor;
        let bytes = cursor.framing.bytes(&frame.range);
        let raw = row_text(bytes, cursor.options.encoding);
        let delimiter = cursor.options.delimiter as u8;
        let width = cursor.table.as_ref().map(|table| table.width);
        let swallowed = || width.is_some_and(|width| swallowed_rows(bytes, delimiter, width));
        let refusal = match frame.ending {
            Ending::Whole if frame.text_after_quote && swallowed() => return self.again(parsed),
            Ending::Whole => None,
            Ending::Unclosed | Ending::TooLong { quoted: true } if swallowed() => return self.again(parsed),
            Ending::Unclosed => Some(Refusal::of_row(
                "a quote is opened and the file ends before it is closed",
                "Close the quote in the same cell.",
            )),
            Ending::TooLong { .. } => Some(Refusal::of_row(
                "the row is longer than 1 MB",
                "Shorten the cell, or remove it: no field of an import needs that much. A quote that is not closed does this too.",
            )),
        };
        if let Some(refusal) = refusal {
            parsed.rows_read += 1;
            let error = refusal.on(frame.line, &raw);
            cursor.table.get_or_insert_with(|| Table { header: Vec::new(), width: 0 });
            self.reject(error, parsed);
            return Lines::Done;
        }
        self.record.read(&raw);
        if self.record.is_blank() {
            return Lines::Done;
        }
        let Some(table) = &cursor.table else {
            if names_delimiter(&raw) {
                return Lines::Done;
            }
            let header: Vec<String> = self.record.cells().take(COLUMNS).map(header_name).collect();
            let width = self.record.len();
            let named = cursor.options.header;
            cursor.table = Some(Table { header: if named { header } else { Vec::new() }, width });
            return if named { Lines::Done } else { self.read_frame(frame, parsed) };
        };
        // Exports that were glued together repeat it.
        if !table.header.is_empty() && self.record.cells().take(COLUMNS).map(header_name).eq(table.header.iter().cloned()) {
            return Lines::Done;
        }
        if let Some(refusal) = ragged(&self.record, table.width) {
            if swallowed() {
                return self.again(parsed);
            }
            parsed.rows_read += 1;
            let error = refusal.on(frame.line, &raw);
            self.reject(error, parsed);
            return Lines::Done;
        }
        parsed.rows_read += 1;
        let row = Row { line: frame.line, raw: &raw, record: &self.record };
        let mut context = Context {
            columns: &self.columns,
            header: &table.header,
            times: &mut self.times,
            decimal_comma: cursor.options.decimal_comma,
            currency: cursor.options.currency,
        };
        let rejected = &mut parsed.rejected;
        let refused = match &mut parsed.rows {
            Rows::Orders(rows) => {
                cursor.orders.take(&row, &mut context, rows, rejected);
                None
            }
            Rows::Customers(rows) => people(cursor.options.kind, &row, &mut context).map(|row| rows.push(row)).err(),
            Rows::Events(rows) => happenings(cursor.options.kind, &row, &mut context).map(|told| rows.extend(told)).err(),
            Rows::Rates(rows) => rates::read(&row, &mut context).map(|row| rows.push(row)).err(),
            Rows::Suppressions(rows) => suppressions::read(&row, &mut context).map(|told| rows.extend(told)).err(),
            Rows::Products(rows) => products::read(&row, &mut context, &mut cursor.products).map(|row| rows.extend(row)).err(),
        };
        rejected.extend(refused.map(|refusal| refusal.on(row.line, row.raw)));
        Lines::Done
    }

    fn again(&self, parsed: &mut Parsed) -> Lines {
        parsed.rows_read += 1;
        Lines::ReadAgain
    }

    /// After an order that is still open, so that output stays in the file's order.
    fn reject(&mut self, error: RowError, parsed: &mut Parsed) {
        match &mut parsed.rows {
            Rows::Orders(orders) => {
                self.cursor.orders.reject(error, self.cursor.options.currency, orders, &mut parsed.rejected);
            }
            _ => parsed.rejected.push(error),
        }
    }
}

fn people(kind: Kind, row: &Row<'_>, context: &mut Context<'_>) -> Result<CustomerRow, Refusal> {
    match kind {
        Kind::Contacts => contacts::read(row, context),
        Kind::Accounts => contacts::read_account(row, context),
        Kind::Consent => consent::read(row, context),
        _ => customers::read(row, context),
    }
}

/// What a row tells: one event, or as many as a subscription has had.
fn happenings(kind: Kind, row: &Row<'_>, context: &mut Context<'_>) -> Result<Vec<EventRow>, Refusal> {
    match kind {
        Kind::Subscriptions => subscriptions::read(row, context),
        Kind::Tickets => tickets::read(row, context),
        Kind::Nps => nps::read(row, context).map(|event| vec![event]),
        Kind::Engagement => engagement::read(row, context),
        _ => events::read(row, context).map(|event| vec![event]),
    }
}

impl Serialize for Parser {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.cursor.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Parser {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::at(Cursor::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Excel's own note before the header: `sep=;`.
pub(super) fn names_delimiter(first_row: &str) -> bool {
    first_row.len() <= 6 && first_row.starts_with("sep=")
}

fn delimiter(options: &Options) -> Result<u8, OptionsError> {
    match options.delimiter {
        '"' | '\n' | '\r' | '\0' => Err(OptionsError::Delimiter),
        other if other.is_ascii() => Ok(other as u8),
        _ => Err(OptionsError::Delimiter),
    }
}

/// Empty cells at the end are an export's habit; anything else means that a delimiter or a quote is wrong.
fn ragged(record: &Record, width: usize) -> Option<Refusal> {
    // 0: the first line was too long to be read.
    if width == 0
        || record.len() == width
        || (record.len() > width && record.cells().skip(width).all(|cell| cell.trim().is_empty()))
    {
        return None;
    }
    let (has, few) = (record.len(), record.len() < width);
    let reason = format!("the row has {has} {} and the header {width}", if has == 1 { "cell" } else { "cells" });
    let fix = if few {
        "Add the missing cells, empty where nothing is known."
    } else {
        "Put quotes around a cell that contains the delimiter."
    };
    Some(Refusal::of_row(reason, fix))
}
