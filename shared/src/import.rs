//! Import: CSV in, `(rows, row errors)` out. One bad row never loses a good one.
//!
//! [`guess`] looks at the beginning of a file and proposes [`Options`]; a [`Parser`] then reads the file in pieces of any size and
//! gives the same rows whatever the pieces are. The browser numbers rows without an id with [`Occurrences`]; the worker checks
//! what a browser sent with [`validate`].

mod amounts;
pub(crate) mod countries;
pub(crate) mod customers;
mod dates;
mod events;
mod fields;
mod framing;
mod guess;
mod headers;
pub(crate) mod limits;
mod lines;
mod occurrences;
mod orders;
mod parser;
mod preview;
mod rates;
mod record;
mod refusal;
mod row;
mod sample;
mod text;
pub(crate) mod text_values;
mod validate;
pub(crate) mod who;

pub use fields::{fields, template};
pub use guess::{Defaults, Doubt, Guess, NoColumn, guess};
pub use lines::{Lines, is_json_list};
pub use occurrences::Occurrences;
pub use parser::{OptionsError, Parser};
pub use preview::{Preview, preview};
pub use validate::validate;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::money::Currency;
use crate::time::Millis;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Orders,
    Customers,
    Events,
    /// Daily exchange rates.
    Rates,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 1998-07-01; also ISO with a time.
    YearFirst,
    /// 01.07.1998
    DayFirst,
    /// 7/1/1998
    MonthFirst,
}

/// How a file is to be read: guessed by [`guess`], shown for correction, sent with the import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Options {
    pub kind: Kind,
    pub encoding: Encoding,
    pub delimiter: char,
    /// The first line names the columns.
    #[serde(default = "yes")]
    pub header: bool,
    pub date_order: DateOrder,
    pub decimal_comma: bool,
    /// Field name (see [`fields`]) to column index from 0.
    pub columns: BTreeMap<String, u32>,
    /// Where no column says it.
    pub currency: Currency,
    /// IANA name: a date without a time is 12:00 in this zone.
    pub time_zone: String,
    /// Added to every date: moves a sample shop's dates up to today.
    #[serde(default)]
    pub shift_days: i32,
}

/// A field that a kind of file may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Field {
    pub name: &'static str,
    /// In the marketer's words.
    pub label: &'static str,
    pub required: bool,
}

/// A row that was not taken: the line it stands on (1 is the header), the field, what is wrong, how to mend it, the row itself
/// (cut at 2,000 characters).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RowError {
    pub line: u64,
    pub field: Option<String>,
    pub reason: String,
    pub fix: String,
    pub raw: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", content = "rows", rename_all = "snake_case")]
pub enum Rows {
    Orders(Vec<OrderRow>),
    Customers(Vec<CustomerRow>),
    Events(Vec<EventRow>),
    Rates(Vec<RateRow>),
}

/// Who the row is about: at least one of `external_id` and `email` is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Who {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Trimmed and lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What makes a row the same row when its file is imported again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// The file's own id.
    Own(String),
    /// The file has none: a digest of the row's content, and how many equal rows stand before it in the file.
    Content { digest: String, nth: u32 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OrderRow {
    pub line: u64,
    pub key: Key,
    #[serde(flatten)]
    pub who: Who,
    pub ordered_at: Millis,
    /// Minor units of `currency`, not negative.
    pub amount: i64,
    pub currency: Currency,
    #[serde(default)]
    pub refunded: i64,
    #[serde(default)]
    pub discount: i64,
    /// `paid`, `pending`, `cancelled`, `refunded`.
    pub status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<Millis>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CustomerRow {
    pub line: u64,
    #[serde(flatten)]
    pub who: Who,
    /// `shopper` or `account`.
    pub kind: Option<String>,
    /// Whose the address and the phone are, where the customer is a business.
    #[serde(default)]
    pub contact_name: Option<String>,
    #[serde(default)]
    pub contact_role: Option<ContactRole>,
    pub phone: Option<String>,
    /// ISO 3166 alpha-2.
    pub country: Option<String>,
    pub time_zone: Option<String>,
    pub created_at: Option<Millis>,
    /// Since when what the row says holds: its traits are known since then, else since the import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Millis>,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub traits: BTreeMap<String, String>,
    #[serde(default)]
    pub consents: Vec<ConsentRow>,
}

/// What somebody is in a business that is a customer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactRole {
    Champion,
    Billing,
    Admin,
    #[default]
    User,
}

/// A bulk state of consent: never lifts an opt-out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsentRow {
    /// `email`, `sms`.
    pub channel: String,
    pub granted: bool,
    /// When the person said so, where the file knows.
    pub at: Option<Millis>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventRow {
    pub line: u64,
    pub key: Key,
    #[serde(flatten)]
    pub who: Who,
    /// What happened; `name` on the wire is the person's.
    #[serde(rename = "event")]
    pub name: String,
    pub occurred_at: Millis,
    /// A JSON object; other columns become its text members.
    #[schema(value_type = Object)]
    pub properties: serde_json::Map<String, serde_json::Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RateRow {
    pub line: u64,
    pub currency: Currency,
    pub day: crate::time::Day,
    pub rate: f64,
}

/// What one more piece of a file gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parsed {
    pub rows: Rows,
    pub rejected: Vec<RowError>,
    /// Lines read, header and blank lines left out.
    pub rows_read: u32,
    /// Times a little ahead of now (up to 48 hours) that became now.
    pub moved_to_now: u32,
}

impl ContactRole {
    pub const ALL: [Self; 4] = [Self::Champion, Self::Billing, Self::Admin, Self::User];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Champion => "champion",
            Self::Billing => "billing",
            Self::Admin => "admin",
            Self::User => "user",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

impl Rows {
    pub fn empty(kind: Kind) -> Self {
        match kind {
            Kind::Orders => Self::Orders(Vec::new()),
            Kind::Customers => Self::Customers(Vec::new()),
            Kind::Events => Self::Events(Vec::new()),
            Kind::Rates => Self::Rates(Vec::new()),
        }
    }

    pub fn kind(&self) -> Kind {
        match self {
            Self::Orders(_) => Kind::Orders,
            Self::Customers(_) => Kind::Customers,
            Self::Events(_) => Kind::Events,
            Self::Rates(_) => Kind::Rates,
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Orders(rows) => rows.len(),
            Self::Customers(rows) => rows.len(),
            Self::Events(rows) => rows.len(),
            Self::Rates(rows) => rows.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Parsed {
    pub fn empty(kind: Kind) -> Self {
        Self { rows: Rows::empty(kind), rejected: Vec::new(), rows_read: 0, moved_to_now: 0 }
    }
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_keeps_its_name_and_the_person_s_apart_on_the_wire() {
        let who = Who { external_id: Some("7".into()), email: None, name: Some("Ada".into()) };
        let row = EventRow {
            line: 2,
            key: Key::Own("E-1".into()),
            who,
            name: "Ticket Opened".into(),
            occurred_at: Millis(0),
            properties: serde_json::Map::new(),
        };
        let json = serde_json::to_string(&row).expect("json");
        assert_eq!(serde_json::from_str::<EventRow>(&json).expect("reads back"), row);
    }
}
