//! One row with its columns, as the readers of each kind see it.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use super::dates::Times;
use super::fields::{names_people, one_of, tells};
use super::headers::says_utc;
use super::limits::{COLUMN_NAME_CHARS, ID_CHARS, NAME_CHARS};
use super::parser::OptionsError;
use super::record::Record;
use super::refusal::{Refusal, cut, shown, tidy};
use super::who;
use super::{Field, Key, Options, Who, fields};
use crate::money::Currency;
use crate::time::Millis;

/// A column of the file, by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column(pub(super) usize);

/// Which column holds which field, checked.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    by_field: BTreeMap<&'static str, Column>,
}

impl Columns {
    pub(super) fn new(options: &Options) -> Result<Self, OptionsError> {
        let known = fields(options.kind);
        let mut by_field = BTreeMap::new();
        for (name, &index) in &options.columns {
            let field = known.iter().find(|field| field.name == name).ok_or_else(|| OptionsError::UnknownField(name.clone()))?;
            let column = Column(index as usize);
            if by_field.values().any(|&other| other == column) {
                return Err(OptionsError::ColumnTwice(index));
            }
            by_field.insert(field.name, column);
        }
        if let Some(missing) = known.iter().find(|field| field.required && !by_field.contains_key(field.name)) {
            return Err(OptionsError::MissingField(missing.label));
        }
        let lacks_all = |names: &[&str]| !names.is_empty() && names.iter().all(|name| !by_field.contains_key(name));
        if lacks_all(one_of(options.kind)) {
            return Err(if names_people(options.kind) { OptionsError::MissingCustomer } else { OptionsError::MissingAddress });
        }
        if lacks_all(tells(options.kind)) {
            return Err(OptionsError::MissingOneOf(labels(known, tells(options.kind))));
        }
        Ok(Self { by_field })
    }

    pub(super) fn of(&self, field: &str) -> Option<Column> {
        self.by_field.get(field).copied()
    }

    pub(super) fn is_mapped(&self, index: usize) -> bool {
        self.by_field.values().any(|&column| column.0 == index)
    }
}

/// What the readers need besides the row.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) columns: &'a Columns,
    pub(super) header: &'a [String],
    pub(super) times: &'a mut Times,
    pub(super) decimal_comma: bool,
    pub(super) currency: Currency,
}

impl Context<'_> {
    /// The field's time, where the row has one.
    pub(super) fn time(&mut self, row: &Row<'_>, field: &'static str) -> Result<Option<Millis>, Refusal> {
        let Some((text, utc)) = self.time_text(row, field) else { return Ok(None) };
        self.times.read(field, text, utc).map(Some)
    }

    /// A time that may lie years ahead, such as the end of what is paid for.
    pub(super) fn time_ahead(&mut self, row: &Row<'_>, field: &'static str) -> Result<Option<Millis>, Refusal> {
        let Some((text, utc)) = self.time_text(row, field) else { return Ok(None) };
        self.times.read_ahead(field, text, utc).map(Some)
    }

    /// The time's text, and whether its column says that it is UTC.
    fn time_text<'r>(&self, row: &Row<'r>, field: &str) -> Option<(&'r str, bool)> {
        let column = self.columns.of(field)?;
        let text = row.cell(column)?;
        let utc = self.times.zone != Tz::UTC && self.header.get(column.0).is_some_and(|name| says_utc(name));
        Some((text, utc))
    }

    pub(super) fn who(&self, row: &Row<'_>) -> Result<Who, Refusal> {
        let external_id = self.id(row, "customer_id")?;
        let email = self.text(row, "email").map(|text| who::email("email", text)).transpose()?;
        if external_id.is_none() && email.is_none() {
            let mapped = if self.columns.of("customer_id").is_some() { "customer_id" } else { "email" };
            let fix = "Fill in the customer number or the e-mail address.";
            return Err(Refusal::of(mapped, "the row does not say whose it is", fix));
        }
        Ok(Who { external_id, email, name: self.name(row) })
    }

    pub(super) fn text<'r>(&self, row: &Row<'r>, field: &str) -> Option<&'r str> {
        self.columns.of(field).and_then(|column| row.cell(column))
    }

    pub(super) fn id(&self, row: &Row<'_>, field: &'static str) -> Result<Option<String>, Refusal> {
        let Some(text) = self.text(row, field) else { return Ok(None) };
        let id = tidy(text);
        if id.chars().nth(ID_CHARS).is_some() {
            let reason = format!("{} is longer than {ID_CHARS} characters", shown(&id));
            return Err(Refusal::of(field, reason, "Check the column: this is hardly a number or an id."));
        }
        Ok(Some(id))
    }

    /// The file's own id, else the row's content: the text of every mapped cell as it stands in the file, so that a corrected date
    /// order or zone still finds the same rows.
    pub(super) fn key(&self, row: &Row<'_>, own: Option<String>) -> Key {
        own.map_or_else(|| Key::Content { digest: self.content(row, ""), nth: 0 }, Key::Own)
    }

    /// Of one of the events that a row tells: ids of tickets and of subscriptions may be the same.
    pub(super) fn part_key(&self, row: &Row<'_>, family: &str, own: Option<&str>, part: &str) -> Key {
        match own {
            Some(id) => Key::Own(format!("{family}:{id}:{part}")),
            None => Key::Content { digest: self.content(row, part), nth: 0 },
        }
    }

    /// 32 hexadecimal digits of the row's mapped cells.
    pub(super) fn content(&self, row: &Row<'_>, part: &str) -> String {
        let mut digest = Sha256::new();
        for (field, &column) in &self.columns.by_field {
            digest.update(field.as_bytes());
            digest.update([0x1f]);
            digest.update(row.cell(column).unwrap_or("").as_bytes());
            digest.update([0x1e]);
        }
        digest.update(part.as_bytes());
        hex(&digest.finalize())
    }

    /// A cell's text, cut.
    pub(super) fn short(&self, row: &Row<'_>, field: &str, chars: usize) -> Option<String> {
        self.text(row, field).map(|text| cut(&tidy(text), chars).to_owned())
    }

    /// Filled cells of columns that no field takes, with the column's name.
    pub(super) fn unmapped<'r>(&self, row: &Row<'r>) -> impl Iterator<Item = (String, &'r str)> {
        (0..row.record.len()).filter(|&index| !self.columns.is_mapped(index)).filter_map(move |index| {
            let text = row.cell(Column(index))?;
            let name = self.header.get(index).map(|name| tidy(name)).filter(|name| !name.is_empty());
            Some((name.unwrap_or_else(|| column_name(index)), text))
        })
    }

    fn name(&self, row: &Row<'_>) -> Option<String> {
        let whole = self.text(row, "name").map(str::to_owned);
        let parts = [self.text(row, "first_name"), self.text(row, "last_name")];
        let joined = || parts.iter().flatten().copied().collect::<Vec<_>>().join(" ");
        let name = tidy(&whole.unwrap_or_else(joined));
        (!name.is_empty()).then(|| cut(&name, NAME_CHARS).to_owned())
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) line: u64,
    pub(super) raw: &'a str,
    pub(super) record: &'a Record,
}

impl<'a> Row<'a> {
    /// Trimmed; `None` where nothing stands there, or what databases write for nothing.
    pub(super) fn cell(&self, column: Column) -> Option<&'a str> {
        let text = self.record.cell(column.0).trim_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}');
        (!matches!(text, "" | "NULL" | "null" | "\\N" | "N/A" | "n/a" | "NaN" | "nan")).then_some(text)
    }
}

/// The first 16 bytes.
pub(super) fn hex(digest: &[u8]) -> String {
    let half = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    digest.iter().take(16).flat_map(|&byte| [half(byte >> 4), half(byte & 15)]).collect()
}

fn labels(known: &[Field], names: &[&str]) -> String {
    let labels: Vec<&str> = known.iter().filter(|field| names.contains(&field.name)).map(|field| field.label).collect();
    labels.join(", ")
}

/// Of a column that has none in the file.
pub(super) fn column_name(index: usize) -> String {
    format!("Column {}", index + 1)
}

/// As it is kept: a first line may be anything.
pub(super) fn header_name(cell: &str) -> String {
    cut(cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}'), COLUMN_NAME_CHARS).to_owned()
}
