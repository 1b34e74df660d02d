//! Request and response types of `/api`, used by the worker and by the app.
//!
//! Wire types only: snake_case, ids as text, money as decimal text with a currency, times as RFC 3339 in UTC. A response has
//! one top-level key, and a list a `meta` beside it.

mod audit;
mod blocks;
mod brand;
mod campaigns;
mod channels;
mod columns;
pub mod composing;
mod copywriter;
mod customers;
mod economics;
mod fulfilments;
mod images;
mod imports;
mod improvements;
mod interventions;
mod jobs;
mod limits;
mod models;
mod offers;
mod people;
mod privacy;
mod proofs;
mod reasons;
mod reports;
mod segments;
mod sending;
mod shop;
mod sources;
pub mod worker;

pub use audit::*;
pub use blocks::*;
pub use brand::*;
pub use campaigns::*;
pub use channels::*;
pub use columns::*;
pub use copywriter::*;
pub use customers::*;
pub use economics::*;
pub use fulfilments::*;
pub use images::*;
pub use imports::*;
pub use improvements::*;
pub use interventions::*;
pub use jobs::*;
pub use limits::*;
pub use models::*;
pub use offers::*;
pub use people::*;
pub use privacy::*;
pub use proofs::*;
pub use reasons::*;
pub use reports::*;
pub use segments::*;
pub use sending::*;
pub use shop::*;
pub use sources::*;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// RFC 9457 problem document. `code` is stable; `fields` says which input is wrong and how to mend it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    pub code: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    pub request_id: String,
    /// With status 412: somebody else changed it meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
}

/// Two versions of a resource: the one that a change was made from, and the one that stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Conflict {
    pub yours: u32,
    pub current: u32,
    /// As `GET` answers it now.
    pub resource: serde_json::Value,
}

/// What the worker answers where there is nothing to say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Done {
    pub done: bool,
}

/// Tells null, which clears a value, from a field that was left out.
fn null_or_value<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
