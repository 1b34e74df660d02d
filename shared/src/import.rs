//! Import: CSV in, `(rows, row errors)` out. One bad row never loses a good one.
//!
//! [`guess`] looks at the beginning of a file and proposes [`Options`]; a [`Parser`] then reads the file in pieces of any size and
//! gives the same rows whatever the pieces are. The browser numbers rows without an id with [`Occurrences`]; the worker checks
//! what a browser sent with [`validate`].

mod amounts;
mod consent;
mod contacts;
pub(crate) mod countries;
pub(crate) mod customers;
mod dates;
mod engagement;
mod events;
mod feed;
mod fields;
mod framing;
mod guess;
mod headers;
mod kind;
pub(crate) mod limits;
mod lines;
mod nps;
mod occurrences;
mod orders;
mod parser;
mod preview;
mod products;
mod rates;
mod record;
mod refusal;
mod row;
mod sample;
mod subscriptions;
mod suppressions;
mod templates;
mod text;
pub(crate) mod text_values;
mod tickets;
mod validate;
pub(crate) mod who;

pub use fields::fields;
pub use guess::{Defaults, Doubt, Guess, NoColumn, guess};
pub use kind::{GROUPS, Kind, Shape};
pub use lines::{Lines, is_json_list};
pub use occurrences::Occurrences;
pub use parser::{OptionsError, Parser};
pub use preview::{Preview, preview};
pub use templates::template;
pub use validate::validate;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::money::Currency;
use crate::time::Millis;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
    /// No table but JSON objects of products, in UTF-8: one a line, or in a list.
    Json,
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
    #[serde(skip)]
    pub(crate) holds: Holds,
}

/// What the cells of a field hold, for the guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Text,
    Time,
    /// Money, or another number with decimals.
    Number,
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
    Suppressions(Vec<SuppressionRow>),
    Products(Vec<ProductRow>),
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
    /// Where they said so, such as the name of a form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What they agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording: Option<String>,
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

/// An address that nobody may write to: it is stored as a keyed hash alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SuppressionRow {
    pub line: u64,
    /// `email`, `sms`.
    pub channel: String,
    /// An address in lower case, or a phone number.
    pub address: String,
    /// `unsubscribed`, `complained`, `bounced`; `imported` where the file does not say.
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Millis>,
}

/// What can be bought: a variant a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProductRow {
    pub line: u64,
    /// The variant's own number, else its stock keeping unit, else the product's.
    pub id: String,
    pub product_id: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Minor units of `currency`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<i64>,
    pub currency: Currency,
    /// Nothing where nobody counts; below zero where more was sold than there was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<i64>,
    /// An http or https address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// No longer sold.
    #[serde(default)]
    pub is_gone: bool,
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

/// The same to all rows, whatever they are of.
macro_rules! each_shape {
    ($rows:expr, $list:ident => $value:expr) => {
        match $rows {
            Rows::Orders($list) => $value,
            Rows::Customers($list) => $value,
            Rows::Events($list) => $value,
            Rows::Rates($list) => $value,
            Rows::Suppressions($list) => $value,
            Rows::Products($list) => $value,
        }
    };
}

impl Rows {
    pub fn empty(shape: Shape) -> Self {
        match shape {
            Shape::Orders => Self::Orders(Vec::new()),
            Shape::Customers => Self::Customers(Vec::new()),
            Shape::Events => Self::Events(Vec::new()),
            Shape::Rates => Self::Rates(Vec::new()),
            Shape::Suppressions => Self::Suppressions(Vec::new()),
            Shape::Products => Self::Products(Vec::new()),
        }
    }

    pub fn shape(&self) -> Shape {
        match self {
            Self::Orders(_) => Shape::Orders,
            Self::Customers(_) => Shape::Customers,
            Self::Events(_) => Shape::Events,
            Self::Rates(_) => Shape::Rates,
            Self::Suppressions(_) => Shape::Suppressions,
            Self::Products(_) => Shape::Products,
        }
    }

    pub fn len(&self) -> usize {
        each_shape!(self, rows => rows.len())
    }

    /// Lines of the file that they stand on. One line may tell several events, suppress two addresses or hold all variants of a product;
    /// what it tells follows each other. An order, a customer and a rate stand on a line of their own.
    pub fn lines(&self) -> usize {
        match self {
            Self::Events(rows) => rows.chunk_by(|one, next| one.line == next.line).count(),
            Self::Suppressions(rows) => rows.chunk_by(|one, next| one.line == next.line).count(),
            Self::Products(rows) => rows.chunk_by(|one, next| one.line == next.line).count(),
            Self::Orders(_) | Self::Customers(_) | Self::Rates(_) => self.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends rows of the same shape; others are left.
    pub fn extend(&mut self, more: Self) {
        match (self, more) {
            (Self::Orders(rows), Self::Orders(more)) => rows.extend(more),
            (Self::Customers(rows), Self::Customers(more)) => rows.extend(more),
            (Self::Events(rows), Self::Events(more)) => rows.extend(more),
            (Self::Rates(rows), Self::Rates(more)) => rows.extend(more),
            (Self::Suppressions(rows), Self::Suppressions(more)) => rows.extend(more),
            (Self::Products(rows), Self::Products(more)) => rows.extend(more),
            _ => {}
        }
    }

    /// The keys of rows that may be keyed by their content.
    pub fn keys_mut(&mut self) -> Vec<&mut Key> {
        match self {
            Self::Orders(rows) => rows.iter_mut().map(|row| &mut row.key).collect(),
            Self::Events(rows) => rows.iter_mut().map(|row| &mut row.key).collect(),
            Self::Customers(_) | Self::Rates(_) | Self::Suppressions(_) | Self::Products(_) => Vec::new(),
        }
    }
}

impl Parsed {
    pub fn empty(kind: Kind) -> Self {
        Self { rows: Rows::empty(kind.shape()), rejected: Vec::new(), rows_read: 0, moved_to_now: 0 }
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
