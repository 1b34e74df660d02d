//! What decides whether and how somebody may be reached.

use serde::Deserialize;
use shared::api::CustomerKind;
use shared::id::Id;
use shared::state::{self, State};
use shared::time::Millis;

use super::{Param, Statement};
use crate::{params, sql};

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PersonRow {
    pub id: i64,
    pub public_id: Id,
    pub name: String,
    pub kind: CustomerKind,
    pub objected_at: Option<i64>,
    pub merged_into: Option<i64>,
    pub sample: u8,
    pub tier: i32,
    pub value_tier: u8,
    pub reason: u8,
    pub engagement: u8,
    pub excluded: u8,
    pub last_day: Option<i32>,
    pub contact: Option<u16>,
    pub alone: Option<u16>,
    pub margin_back: Option<i64>,
    pub order_back: Option<i64>,
    state: Option<String>,
    pub last_order_at: Option<i64>,
    /// Name and time of the newest event that closes an account or removes an app.
    closing: Option<String>,
    pub is_talking: u8,
    pub talked_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ContactRow {
    pub id: i64,
    pub customer_id: i64,
    pub role: String,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub country: Option<String>,
    pub time_zone: Option<String>,
    /// `shared::consent::Present` as JSON.
    pub consent: String,
    pub paused_until: Option<i64>,
    pub fewer: u8,
    pub preferred: Option<String>,
    pub engaged_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct EngagedRow {
    pub contact_id: i64,
    pub channel: String,
    pub at: i64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ResponseRow {
    pub entry_id: i64,
    pub kind: String,
    pub occurred_at: i64,
}

/// Somebody did something of their own.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct ActRow {
    pub customer_id: i64,
    /// Where it is known who of them.
    pub contact_id: Option<i64>,
    pub at: i64,
}

pub fn people(ids: &[i64]) -> Statement {
    Statement::new(sql!("reach.sql", "people"), params![Param::json(&ids)])
}

pub fn contacts(ids: &[i64]) -> Statement {
    Statement::new(sql!("reach.sql", "contacts"), params![Param::json(&ids)])
}

pub fn engaged(ids: &[i64]) -> Statement {
    Statement::new(sql!("reach.sql", "engaged"), params![Param::json(&ids)])
}

/// Each customer's last `most` orders, and what their contacts did since.
pub fn acts(ids: &[i64], most: u32, since: Millis) -> Statement {
    Statement::new(sql!("reach.sql", "acts"), params![Param::json(&ids), most - 1, since])
}

pub fn responses(entries: &[i64]) -> Statement {
    Statement::new(sql!("reach.sql", "responses"), params![Param::json(&entries)])
}

impl PersonRow {
    /// None where there is none, or where a version that this one does not understand wrote it.
    pub fn state(&self) -> Option<State> {
        let state: State = serde_json::from_str(self.state.as_deref()?).ok()?;
        (state.schema == state::SCHEMA).then_some(state)
    }

    /// The newest event that ends every message, with its time.
    pub fn closing(&self) -> Option<(String, Millis)> {
        serde_json::from_str(self.closing.as_deref()?).ok()
    }
}
