//! How a file seems to be written.

mod columns;
mod more;
mod synonyms;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::amounts::{self, Separators};
use super::dates::{self, Shape};
use super::fields::{one_of, tells};
use super::row::{column_name, header_name};
use super::text::guess_encoding;
use super::{DateOrder, Encoding, Field, Holds, Kind, Options, feed, fields, sample, who};
use crate::money::Currency;

pub(super) use synonyms::rank;

/// Rows that are looked at, and rows that are shown.
const ROWS: usize = 500;
const PREVIEW_ROWS: usize = 8;
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// What the shop's settings say where a file does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Defaults {
    pub currency: Currency,
    /// IANA name.
    pub time_zone: String,
}

/// A proposal to be shown for correction before anything is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Guess {
    pub options: Options,
    /// The names of the columns; `Column 1`, `Column 2`, … where the file names none.
    pub headers: Vec<String>,
    /// The first rows after the header, at most 8, decoded.
    pub preview: Vec<Vec<String>>,
    /// What a person should look at.
    pub doubts: Vec<Doubt>,
}

/// A column that somebody named is not in the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("There is no column {column}: the file has {}", .headers.join(", "))]
pub struct NoColumn {
    pub column: String,
    pub headers: Vec<String>,
}

/// Something that could be read in two ways, or that was not found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Doubt {
    /// A field's name, or one of `kind`, `encoding`, `date_order`, `decimal_comma`, `customer`, `file`.
    pub field: String,
    pub text: String,
}

impl Guess {
    /// The options with the columns that somebody names, `field` to `column`: they go before the guess.
    pub fn with_columns(self, columns: &BTreeMap<String, String>) -> Result<Options, NoColumn> {
        let Self { mut options, headers, .. } = self;
        for (field, column) in columns {
            let is_named = |name: &String| name.trim().eq_ignore_ascii_case(column.trim());
            let place = headers.iter().position(is_named).and_then(|place| u32::try_from(place).ok());
            let Some(place) = place else { return Err(NoColumn { column: column.clone(), headers }) };
            options.columns.retain(|_, other| *other != place);
            options.columns.insert(field.clone(), place);
        }
        Ok(options)
    }
}

/// Reads the first bytes of a file: 256 KB are plenty, and a piece that ends inside a row or a character is fine.
pub fn guess(sample: &[u8], kind: Option<Kind>, defaults: &Defaults) -> Guess {
    let mut doubts = Vec::new();
    let is_feed = kind.is_none_or(|kind| kind == Kind::Products) && feed::is_feed(sample);
    let (kind, encoding) = if is_feed { (Some(Kind::Products), Encoding::Json) } else { (kind, guess_encoding(sample)) };
    if encoding == Encoding::Windows1252 {
        doubts.push(doubt("encoding", "The file is not UTF-8 and is read as Windows-1252: look at names with accents."));
    }
    let delimiter = if is_feed { ',' } else { guess_delimiter(sample, encoding) };
    let mut rows = sample::rows(sample, encoding, delimiter as u8, ROWS);
    if rows.is_empty() {
        doubts.push(doubt("file", "The file has no rows."));
    }
    let header = rows.first().is_some_and(|first| is_header(first));
    let names: Vec<String> =
        if header && !rows.is_empty() { rows.remove(0).iter().map(|name| header_name(name)).collect() } else { Vec::new() };
    let width = if header { names.len() } else { rows.first().map_or(0, Vec::len) };
    // The sample may end inside its last row.
    if rows.len() > 1 && rows.last().is_some_and(|last| last.len() < width) {
        rows.pop();
    }
    let headers: Vec<String> =
        (0..width).map(|at| names.get(at).filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| column_name(at))).collect();
    let table = columns::Table { names: &names, rows: &rows, width };
    let kind = kind.unwrap_or_else(|| guess_kind(&table, &mut doubts));
    let chosen = columns::choose(kind, &table, &mut doubts);
    let date_order = guess_date_order(kind, &table, &chosen, defaults, &mut doubts);
    let decimal_comma = guess_decimal_comma(kind, &table, &chosen, &mut doubts);
    let currency = guess_currency(kind, &table, &chosen, defaults, &mut doubts);
    note_missing(kind, &chosen, &mut doubts);
    let options = Options {
        kind,
        encoding,
        delimiter,
        header: header || rows.is_empty(),
        date_order,
        decimal_comma,
        columns: chosen.iter().map(|(&field, &index)| (field.to_owned(), index as u32)).collect(),
        currency,
        time_zone: defaults.time_zone.clone(),
        shift_days: 0,
    };
    rows.truncate(PREVIEW_ROWS);
    Guess { options, headers, preview: rows, doubts }
}

type Chosen = BTreeMap<&'static str, usize>;

fn doubt(field: &str, text: impl Into<String>) -> Doubt {
    Doubt { field: field.to_owned(), text: text.into() }
}

/// The one that cuts the header and most rows into equally many cells; of two such, the one that cuts more.
fn guess_delimiter(sample: &[u8], encoding: Encoding) -> char {
    let score = |delimiter: char| {
        let rows = sample::rows(sample, encoding, delimiter as u8, 50);
        let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
        rows.iter().for_each(|row| *widths.entry(row.len()).or_default() += 1);
        let (&width, &alike) = widths.iter().max_by_key(|&(_, &count)| count)?;
        let header_fits = rows.first().is_some_and(|first| first.len() == width);
        (width > 1).then_some((header_fits, alike * 100 / rows.len(), width))
    };
    let scored = DELIMITERS.iter().rev().filter_map(|&delimiter| score(delimiter).map(|score| (score, delimiter)));
    scored.max_by_key(|&(score, _)| score).map_or(',', |(_, delimiter)| delimiter)
}

/// No cell of a header is an address, a number or a date.
fn is_header(first: &[String]) -> bool {
    let is_value = |cell: &String| {
        who::is_email(&cell.to_lowercase()) || amounts::separators(cell).is_some() || dates::shape(cell).is_some()
    };
    !first.iter().any(is_value) || first.iter().filter(|name| synonyms::is_known(name)).count() >= 2
}

/// What tells a kind apart from those after it: columns with names of these fields.
const TELLING: [(Kind, &[&str]); 12] = [
    (Kind::Subscriptions, &["plan", "started_at", "interval"]),
    (Kind::Subscriptions, &["started_at", "interval", "period_end"]),
    (Kind::Orders, &["order_id", "date", "amount"]),
    (Kind::Tickets, &["subject", "opened_at"]),
    (Kind::Nps, &["score", "answered_at"]),
    (Kind::Engagement, &["opened_at", "email"]),
    (Kind::Consent, &["consent", "wording"]),
    (Kind::Events, &["event", "time"]),
    (Kind::Orders, &["date", "amount"]),
    (Kind::Suppressions, &["email", "reason"]),
    (Kind::Customers, &["email"]),
    (Kind::Customers, &["customer_id"]),
];

fn guess_kind(table: &columns::Table<'_>, doubts: &mut Vec<Doubt>) -> Kind {
    let named = |kind: Kind, wanted: &[&str]| {
        let by_name = columns::by_name(kind, table);
        wanted.iter().all(|field| by_name.contains_key(field))
    };
    if named(Kind::Rates, &["currency", "date", "rate"]) && table.width <= 6 {
        return Kind::Rates;
    }
    // What nobody is named in but a price and a title stand is a catalogue.
    if named(Kind::Products, &["title", "price"]) && !named(Kind::Orders, &["date"]) && !named(Kind::Customers, &["email"]) {
        return Kind::Products;
    }
    let is_of = |(kind, wanted): &&(Kind, &[&str])| {
        named(*kind, wanted) && !(*kind == Kind::Orders && wanted.len() == 3 && named(Kind::Events, &["event"]))
    };
    if let Some((kind, _)) = TELLING.iter().find(is_of) {
        return *kind;
    }
    doubts.push(doubt("kind", "The columns' names do not say what the file holds: choose it."));
    let (mut addresses, mut amounts) = (false, false);
    for index in 0..table.width {
        addresses |= table.share(index, |cell| who::is_email(&cell.to_lowercase())) > 0.8;
        amounts |= table.share(index, columns::is_amount) > 0.9;
    }
    if addresses && !amounts { Kind::Customers } else { Kind::Orders }
}

/// The columns of a kind's fields that hold such a thing.
fn that_hold(kind: Kind, chosen: &Chosen, holds: Holds) -> impl Iterator<Item = usize> {
    let is_such = move |field: &&Field| field.holds == holds;
    fields(kind).iter().filter(is_such).filter_map(|field| chosen.get(field.name).copied())
}

fn guess_date_order(
    kind: Kind,
    table: &columns::Table<'_>,
    chosen: &Chosen,
    defaults: &Defaults,
    doubts: &mut Vec<Doubt>,
) -> DateOrder {
    let shapes: Vec<Shape> =
        that_hold(kind, chosen, Holds::Time).flat_map(|index| table.cells(index)).filter_map(dates::shape).collect();
    let count = |wanted: Shape| shapes.iter().filter(|&&shape| shape == wanted).count();
    let (day, month) = (count(Shape::DayFirst), count(Shape::MonthFirst));
    let separator = shapes.iter().find_map(|shape| if let Shape::Either(separator) = shape { Some(*separator) } else { None });
    let american = defaults.currency == Currency::USD || defaults.time_zone.starts_with("America/");
    if day > 0 || month > 0 {
        if day > 0 && month > 0 {
            doubts.push(doubt(
                "date_order",
                "Some dates fit only day first and others only month first: the rest will be refused.",
            ));
        }
        return if day >= month { DateOrder::DayFirst } else { DateOrder::MonthFirst };
    }
    let Some(separator) = separator else { return DateOrder::YearFirst };
    let order = if separator == '.' || !american { DateOrder::DayFirst } else { DateOrder::MonthFirst };
    if kind != Kind::Rates || separator != '.' {
        let read = if order == DateOrder::DayFirst { "day first" } else { "month first" };
        doubts.push(doubt("date_order", format!("The dates could be day first or month first alike; they are read {read}.")));
    }
    order
}

fn guess_decimal_comma(kind: Kind, table: &columns::Table<'_>, chosen: &Chosen, doubts: &mut Vec<Doubt>) -> bool {
    let numbers = || that_hold(kind, chosen, Holds::Number).flat_map(|index| table.cells(index));
    let seen: Vec<Separators> = numbers().filter_map(amounts::separators).collect();
    let count = |wanted: Separators| seen.iter().filter(|&&separators| separators == wanted).count();
    let (comma, point) = (count(Separators::Comma), count(Separators::Point));
    if comma > 0 && point > 0 {
        doubts.push(doubt(
            "decimal_comma",
            "Some amounts have a decimal comma and others a decimal point: the rarer ones will be refused.",
        ));
    }
    if comma == 0 && point == 0 && count(Separators::Either) > 0 {
        doubts.push(doubt("decimal_comma", "An amount such as 1,234 may be a thousand or one with three decimals."));
        let with_comma = numbers().any(|cell| cell.contains(','));
        // 1.234 alone: thousands, as money rarely has three decimals.
        return !with_comma;
    }
    comma > point
}

/// Where no column names it: the sign or code beside the amounts or in their column's name, else the shop's.
fn guess_currency(
    kind: Kind,
    table: &columns::Table<'_>,
    chosen: &Chosen,
    defaults: &Defaults,
    doubts: &mut Vec<Doubt>,
) -> Currency {
    let is_priced = matches!(kind, Kind::Orders | Kind::Subscriptions | Kind::Products) && !chosen.contains_key("currency");
    let Some(&amount) = chosen.get("amount").or_else(|| chosen.get("price")).filter(|_| is_priced) else {
        return defaults.currency;
    };
    let in_name = table.names.get(amount).and_then(|name| synonyms::currency_in(name));
    let in_cell = || table.cells(amount).find_map(amounts::marked_currency).map(|meant| meant(defaults.currency));
    if let Some(currency) = in_name.or_else(in_cell) {
        return currency;
    }
    doubts.push(doubt("currency", format!("No column names the currency: {} is assumed.", defaults.currency)));
    defaults.currency
}

fn note_missing(kind: Kind, chosen: &Chosen, doubts: &mut Vec<Doubt>) {
    for field in fields(kind).iter().filter(|field| field.required && !chosen.contains_key(field.name)) {
        doubts.push(doubt(field.name, format!("No column was found for: {}.", field.label)));
    }
    let lacks_all = |names: &[&str]| !names.is_empty() && names.iter().all(|name| !chosen.contains_key(name));
    if lacks_all(one_of(kind)) {
        doubts.push(doubt("customer", "No column was found that says whose row it is."));
    }
    if lacks_all(tells(kind)) {
        doubts.push(doubt("time", "No column was found that says what happened when."));
    }
}

#[cfg(test)]
mod tests;
