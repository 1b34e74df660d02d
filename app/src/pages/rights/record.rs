//! A customer as far as these pages need them: a row of a list, or one record.

use serde::Deserialize;
use shared::api::CustomerKind;
use shared::id::Id;

use crate::client::{self, Failure};

/// Of a row or of a whole customer, what tells one record from another.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Record {
    pub id: Id,
    pub external_id: String,
    pub kind: CustomerKind,
    pub name: String,
    pub email: Option<String>,
    pub country: Option<String>,
    pub orders: u64,
    /// ISO date.
    pub last_order: Option<String>,
    pub sample: bool,
}

/// What a change is made from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Standing {
    pub version: u32,
    #[serde(default)]
    pub objected_at: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Held {
    pub record: Record,
    pub version: u32,
    pub objected_at: Option<String>,
}

/// `{"customer": …}`.
#[derive(Deserialize)]
pub(super) struct Answer<T> {
    pub customer: T,
}

pub(super) async fn load(path: &str) -> Result<Held, Failure> {
    let (Answer { customer: record }, Answer { customer: Standing { version, objected_at } }) =
        client::get_both::<Answer<Record>, Answer<Standing>>(path).await?;
    Ok(Held { record, version, objected_at })
}

impl Record {
    pub async fn load(path: &str) -> Result<Self, Failure> {
        client::get::<Answer<Self>>(path).await.map(|answer| answer.customer)
    }

    /// What the team knows them by.
    pub fn shown(&self) -> String {
        let name = self.name.trim();
        if name.is_empty() { self.external_id.clone() } else { name.to_owned() }
    }

    pub fn path(&self) -> String {
        format!("/customers/{}", self.id)
    }
}
