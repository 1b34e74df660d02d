//! What the page and its Web Worker say to each other; what the editor of messages asks is in [`super::composing`].
//!
//! A message from the page is `[json, file?]`: the text of an [`Ask`], and the file itself where the ask is about one, because a
//! `File` cannot be JSON. A message from the Web Worker is the text of a [`Reply`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::api::composing::{Composed, Composing};
use crate::api::{Import, ModelCard, Way};
use crate::campaign::forecast::{Forecast, Group};
use crate::import::{Defaults, Guess, Kind, Options, Preview, RowError};
use crate::money::Money;
use crate::time::Millis;

/// One task for the Web Worker. It works on one at a time: a new ask ends the one before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    /// Comes back in every [`Reply`], so that late words about an older task can be told apart.
    pub number: u32,
    pub task: Task,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Task {
    /// Read the start of the file and guess how it is to be read.
    Inspect { kind: Option<Kind>, defaults: Defaults },
    /// Show the start of the file as it reads under corrected options.
    Preview { options: Options },
    /// Read the whole file and say what an import would do, without sending anything.
    Check { options: Options, now: Millis },
    /// Read the file and send it in batches, or send it as it is and follow what the server makes of it.
    Import { options: Options, now: Millis, file_name: String, way: Way },
    /// Fetch the sample shop's files and import one after the other.
    Sample { shop: String, defaults: Defaults, now: Millis },
    /// Fetch what a fit reads, fit the model and bring it in.
    Fit,
    /// Write a sequence for one person, look it through and lay one message out.
    Compose(Box<Composing>),
    /// Simulate what a campaign brings and costs; `minor_per_unit` is 100 for a dollar.
    Forecast { groups: Vec<Group>, minor_per_unit: u32 },
    /// Follow no further an import that the server goes on with by itself.
    Leave,
    /// Stop what is running; an import is cancelled on the server too.
    Cancel,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    pub number: u32,
    pub news: News,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// The module is loaded and listens; comes once, with number 0.
    Ready,
    Inspected(Guess),
    Previewed(Preview),
    Checking(Reading),
    Checked(Check),
    /// The file is on its way to the server, which reads it once it is there.
    Storing {
        waiting: Option<Waiting>,
    },
    Importing(Progress),
    /// All that was to be imported is stored.
    Imported(Finished),
    Cancelled {
        import: Option<Import>,
    },
    Fitting(Fitting),
    Fitted(Box<Fitted>),
    Composed(Box<Composed>),
    Forecast(Box<Forecast>),
    Failed(Failure),
}

/// How far a fit is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fitting {
    /// Customers read so far and in all.
    Reading {
        read: u64,
        total: u64,
        waiting: Option<Waiting>,
    },
    /// The Web Worker hears nothing until it is done.
    Learning {
        customers: u64,
        looked_at: u64,
    },
    Sending {
        waiting: Option<Waiting>,
    },
}

/// What came of a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    pub card: ModelCard,
    pub end: FitEnd,
    /// Of the fit alone, without what was fetched and sent.
    pub milliseconds: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FitEnd {
    /// The server compared it with the model before and uses it.
    InUse,
    /// The server did not take it, and says why.
    Refused { why: String },
    /// There is too little to fit anything to: nothing was sent.
    TooLittle,
}

/// How far a file is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub bytes_read: u64,
    /// Unknown for a packed file.
    pub bytes_total: Option<u64>,
    pub rows_read: u64,
}

/// What an import would do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Of the file, unpacked.
    pub bytes_read: u64,
    pub rows_read: u64,
    pub rows_accepted: u64,
    /// Rows whose own id stood on an earlier row: the later one replaces the earlier.
    pub rows_repeated: u64,
    pub rows_rejected: u64,
    /// The first of them, at most [`Check::REJECTED_SHOWN`].
    pub rejected: Vec<RowError>,
    pub customers: u64,
    /// When the first and the last accepted row happened.
    pub first: Option<Millis>,
    pub last: Option<Millis>,
    /// Paid amounts less refunds for each currency; only of orders.
    pub totals: Vec<Money>,
    /// Times a little ahead of now that become now.
    pub moved_to_now: u64,
    /// Accepted rows that say no to a channel; only of customers.
    pub opt_outs: u64,
}

impl Check {
    pub const REJECTED_SHOWN: usize = 20;
}

/// How far an import is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub reading: Reading,
    pub import: Import,
    /// Which file of how many: a sample shop has several.
    pub file: u32,
    pub files: u32,
    pub waiting: Option<Waiting>,
}

/// Why nothing moves at present.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// The server could not be reached or was too busy; tries again by itself.
    Retry { attempt: u32, seconds: u32 },
    /// The plan's daily limit is reached; goes on at that time (RFC 3339) by itself while the page stays open.
    DailyLimit { resume_at: Option<String> },
    /// The plan's daily limit is reached; the server has the file and goes on at that time (RFC 3339), whoever is there.
    NextDay { resume_at: Option<String> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// In the order of sending; more than one for a sample shop.
    pub imports: Vec<Import>,
    /// `store` or `saas`, where it was a sample shop.
    pub sample: Option<String>,
}

/// What went wrong, what it means and what to do, in one text for people.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    pub text: String,
    /// Input to message, where the server names inputs.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// The import that can be gone on with by choosing the same file again.
    pub import: Option<Import>,
}
