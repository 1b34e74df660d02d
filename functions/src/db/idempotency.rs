//! Keys of requests that are to happen once, and the answers to them.

use serde::Deserialize;
use shared::time::Millis;

use super::{Db, DbError, Outcome, Statement};
use crate::{params, sql};

/// A key as one caller uses it for one request.
#[derive(Debug, Clone)]
pub struct Key {
    pub principal: String,
    pub key: String,
    /// Of the request: another one with the same key is refused.
    pub digest: String,
    pub now: Millis,
}

/// Who has the key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Holder {
    pub digest: String,
    /// None while it is at work, or where it broke off.
    pub status: Option<u16>,
    pub body: Option<String>,
    pub created_at: i64,
}

/// None where the key is now ours; else who has it. Rows of `expired` or before are as good as gone.
pub async fn reserve(db: &Db, key: &Key, expired: Millis) -> Result<Option<Holder>, DbError> {
    let Key { principal, key, digest, now } = key;
    let reserve = Statement::new(sql!("idempotency.sql", "reserve"), params![principal, key, digest, *now, expired]);
    let held = Statement::new(sql!("idempotency.sql", "held"), params![principal, key]);
    let outcomes = db.batch(vec![reserve, held]).await?;
    if outcomes.first().is_some_and(|outcome| outcome.changes > 0) {
        return Ok(None);
    }
    let holder = outcomes.last().map(Outcome::first).transpose()?.flatten();
    holder.map(Some).ok_or_else(|| DbError::Bug("a key that is taken has no row".to_owned()))
}

/// Stores the answer for whoever sends the same again.
pub async fn keep(db: &Db, key: &Key, status: u16, body: Option<&str>) -> Result<(), DbError> {
    let Key { principal, key, digest, now } = key;
    let params = params![principal, key, digest, *now, u32::from(status), body];
    db.run_idempotent(sql!("idempotency.sql", "keep"), params).await.map(drop)
}

/// Nothing happened: the key may be used again.
pub async fn free(db: &Db, key: &Key) -> Result<(), DbError> {
    let Key { principal, key, digest, now } = key;
    db.run_idempotent(sql!("idempotency.sql", "free"), params![principal, key, digest, *now]).await.map(drop)
}
