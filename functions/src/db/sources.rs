//! Where data come from by themselves.

use serde::Deserialize;
use shared::api::Plan;
use shared::id::Id;
use shared::time::{Day, Millis};

use super::secrets::{self, SecretRow};
use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

/// A shop has at most so many.
pub const MOST: u32 = 100;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SourceRow {
    pub id: i64,
    pub public_id: Id,
    pub kind: String,
    pub name: String,
    pub status: String,
    /// `SourceSettings` as JSON.
    pub settings: String,
    pub version: u32,
    pub created_at: i64,
    pub received_at: Option<i64>,
    pub lag: Option<i64>,
    pub error: Option<String>,
    pub next_pull_at: Option<i64>,
    /// JSON lists.
    key_hints: String,
    secrets: String,
}

/// A source to store.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    pub public_id: &'a Id,
    pub kind: &'a str,
    pub name: &'a str,
    /// JSON.
    pub settings: &'a str,
    pub now: Millis,
}

/// What shall stand there, made from this version.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    pub version: u32,
    pub name: &'a str,
    /// JSON.
    pub settings: &'a str,
    pub paused: Option<bool>,
    pub now: Millis,
}

/// What pushes are checked against.
#[derive(Debug)]
pub struct Pushing {
    pub sources: Vec<PushingRow>,
    pub keys: Vec<KeyRow>,
    /// Of senders' signatures, the one in use first.
    pub secrets: Vec<SecretRow>,
    pub shop: ShopRow,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PushingRow {
    pub id: i64,
    pub public_id: Id,
    pub kind: String,
    pub status: String,
    pub settings: String,
    pub accepted_today: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct KeyRow {
    pub key_hash: String,
    pub source: i64,
    pub revoked_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct ShopRow {
    pub plan: Plan,
    pub event_days: u32,
    pub events_from: Option<i32>,
}

/// Messages of a source and day with one outcome.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Count {
    pub source: i64,
    pub day: Day,
    pub outcome: String,
    pub n: u64,
}

/// The owner of a source's secrets.
pub fn owner(source: &Id) -> String {
    format!("source:{source}")
}

/// All, or the one of `public_id`.
pub async fn find(db: &Db, public_id: Option<&Id>) -> Result<Vec<SourceRow>, DbError> {
    db.all(sql!("sources.sql", "sources"), params![public_id]).await
}

/// Only where there are not [`MOST`] yet.
pub fn add(new: New<'_>) -> Statement {
    let New { public_id, kind, name, settings, now } = new;
    Statement::new(sql!("sources.sql", "add_source"), params![public_id, kind, name, settings, now, MOST])
}

/// Fails its batch where somebody was quicker: [`DbError::is_stale`] of `sources`.
pub fn change(public_id: &Id, change: Change<'_>) -> Statement {
    let Change { version, name, settings, paused, now } = change;
    Statement::new(sql!("sources.sql", "change_source"), params![public_id, version, name, settings, paused, now])
}

/// Fails its batch where somebody was quicker: [`DbError::is_stale`] of `sources`.
pub fn remove(public_id: &Id, version: u32, now: Millis) -> Statement {
    Statement::new(sql!("sources.sql", "remove_source"), params![public_id, version, now])
}

pub fn add_key(public_id: &Id, key_hash: &str, hint: &str, now: Millis) -> Statement {
    Statement::new(sql!("sources.sql", "add_key"), params![public_id, key_hash, hint, now])
}

/// All write keys of a source, or all but the newest.
pub fn revoke_keys(public_id: &Id, now: Millis, the_newest_too: bool) -> Statement {
    Statement::new(sql!("sources.sql", "revoke_keys"), params![public_id, now, the_newest_too])
}

pub async fn pushing(db: &Db, today: Day) -> Result<Pushing, DbError> {
    let statements = vec![
        Statement::new(sql!("sources.sql", "pushing_sources"), params![today]),
        Statement::new(sql!("sources.sql", "pushing_keys"), params![]),
        Statement::new(sql!("sources.sql", "pushing_secrets"), params![]),
        Statement::new(sql!("sources.sql", "pushing_shop"), params![]),
    ];
    let outcomes = db.batch_idempotent(statements).await?;
    let lost = || DbError::Bug("a batch lost results".to_owned());
    let [sources, keys, sealed, shop] = outcomes.as_slice() else { return Err(lost()) };
    Ok(Pushing {
        sources: sources.rows()?,
        keys: keys.rows()?,
        secrets: secrets::read(sealed)?,
        shop: shop.first()?.ok_or_else(lost)?,
    })
}

/// Adds to what is written down.
pub fn add_counts(counts: &[Count]) -> Statement {
    let rows: Vec<_> = counts.iter().map(|count| (count.source, count.day, &count.outcome, count.n)).collect();
    Statement::new(sql!("sources.sql", "add_counts"), params![Param::json(&rows)])
}

impl SourceRow {
    /// The last four characters of each live write key, the oldest first.
    pub fn key_hints(&self) -> Vec<String> {
        serde_json::from_str(&self.key_hints).unwrap_or_default()
    }

    pub fn secrets(&self) -> Vec<SecretRow> {
        serde_json::from_str(&self.secrets).unwrap_or_default()
    }
}
