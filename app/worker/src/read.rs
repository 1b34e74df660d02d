//! A file as a stream of rows.

use shared::api::worker::{Failure, Reading};
use shared::import::{Kind, Occurrences, Options, OptionsError, Parsed, Parser, fields};
use shared::time::Millis;
use web_sys::Blob;

use crate::file::Pieces;
use crate::server::Ended;

#[derive(Debug)]
pub struct Rows {
    pieces: Pieces,
    parser: Parser,
    occurrences: Occurrences,
    rows_read: u64,
    ended: bool,
}

impl Rows {
    pub async fn open(file: &Blob, options: Options, now: Millis) -> Result<Self, Ended> {
        let kind = options.kind;
        let parser = Parser::new(options, now).map_err(|error| Ended::from(beside_its_field(&error, kind)))?;
        let pieces = Pieces::open(file).await?;
        Ok(Self { pieces, parser, occurrences: Occurrences::new(), rows_read: 0, ended: false })
    }

    /// What the next piece of the file gave; none after the end.
    pub async fn next(&mut self) -> Result<Option<Parsed>, Ended> {
        if self.ended {
            return Ok(None);
        }
        let mut parsed = match self.pieces.next().await? {
            Some(piece) => self.parser.push(&piece),
            None => {
                self.ended = true;
                self.parser.finish()
            }
        };
        self.occurrences.number(&mut parsed.rows);
        self.rows_read += u64::from(parsed.rows_read);
        Ok(Some(parsed))
    }

    pub fn reading(&self) -> Reading {
        Reading { bytes_read: self.pieces.bytes_read(), bytes_total: self.pieces.bytes_total(), rows_read: self.rows_read }
    }
}

/// The input that the page shows the message beside: a field of the file, or an option.
fn beside_its_field(error: &OptionsError, kind: Kind) -> Failure {
    let field = match error {
        OptionsError::UnknownField(field) => Some(field.clone()),
        OptionsError::MissingField(label) => {
            fields(kind).iter().find(|field| field.label == *label).map(|field| field.name.to_owned())
        }
        OptionsError::MissingCustomer => Some("customer_id".to_owned()),
        OptionsError::MissingAddress => Some("email".to_owned()),
        OptionsError::Delimiter => Some("delimiter".to_owned()),
        OptionsError::TimeZone(_) => Some("time_zone".to_owned()),
        OptionsError::MissingOneOf(_) | OptionsError::ColumnTwice(_) | OptionsError::ShiftDays | OptionsError::Schema => None,
    };
    let text = error.to_string();
    let mut letters = text.chars();
    let sentence: String =
        letters.next().map(|first| first.to_uppercase().chain(letters).chain(['.']).collect()).unwrap_or_default();
    let fields = field.map(|field| (field, sentence.clone())).into_iter().collect();
    Failure { text: sentence, fields, import: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_column_is_told_beside_its_field() {
        let failure = beside_its_field(&OptionsError::MissingField("Order date"), Kind::Orders);
        assert_eq!(failure.fields.keys().collect::<Vec<_>>(), ["date"]);
        assert!(failure.text.starts_with("No column is chosen"), "{}", failure.text);
        let nobody = beside_its_field(&OptionsError::MissingCustomer, Kind::Orders);
        assert!(nobody.fields.contains_key("customer_id"));
    }
}
