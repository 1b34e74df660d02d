//! Messages that could not be applied, until somebody mends or drops them.

use serde::Deserialize;
use shared::id::Id;
use shared::source::Refusal;
use shared::time::Millis;

use super::fold::InboxRow;
use super::{Db, DbError, Statement};
use crate::{params, sql};

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DeadLetter {
    pub id: i64,
    pub public_id: Id,
    /// The source's public id.
    pub source: Id,
    pub source_name: String,
    pub key: String,
    pub topic: String,
    pub body: String,
    pub field: Option<String>,
    pub reason: String,
    pub fix: String,
    pub status: String,
    pub received_at: i64,
    pub died_at: i64,
    pub version: u32,
}

#[derive(Debug, Deserialize)]
struct Count {
    n: i64,
}

#[derive(Debug, Deserialize)]
struct Name {
    name: String,
}

/// Above every id.
const END: i64 = 1 << 53;

/// The message as it came, with why it could not be applied; one that was sent again is the same letter as before.
pub fn bury(row: &InboxRow, refusal: &Refusal, id: &Id, now: Millis) -> Statement {
    let Refusal { field, reason, fix } = refusal.clone();
    match row.replay_of {
        Some(letter) => {
            Statement::new(sql!("dead_letters.sql", "bury_again"), params![letter, &row.body, field, reason, fix, now])
        }
        None => Statement::new(
            sql!("dead_letters.sql", "bury"),
            params![id, row.source, &row.key, &row.topic, &row.body, field, reason, fix, row.received_at, row.sent_at, now],
        ),
    }
}

/// One that was sent again is applied.
pub fn settle(letter: i64, now: Millis) -> Statement {
    Statement::new(sql!("dead_letters.sql", "settle"), params![letter, now])
}

/// The newest first, below the number `before`.
pub async fn list(
    db: &Db,
    source: Option<&Id>,
    status: &str,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<DeadLetter>, DbError> {
    db.all(sql!("dead_letters.sql", "list"), params![source.map(Id::to_string), status, before.unwrap_or(END), limit]).await
}

pub async fn total(db: &Db, source: Option<&Id>, status: &str) -> Result<u64, DbError> {
    let row: Option<Count> = db.first(sql!("dead_letters.sql", "total"), params![source.map(Id::to_string), status]).await?;
    Ok(row.map_or(0, |row| row.n.unsigned_abs()))
}

pub async fn find(db: &Db, id: &Id) -> Result<Option<DeadLetter>, DbError> {
    db.first(sql!("dead_letters.sql", "find"), params![id]).await
}

pub async fn source_name(db: &Db, source: &Id) -> Result<Option<String>, DbError> {
    let row: Option<Name> = db.first(sql!("dead_letters.sql", "source_name"), params![source]).await?;
    Ok(row.map(|row| row.name))
}

/// Sends it again, as it is or with another body.
///
/// # Errors
/// [`DbError::is_stale`] of `dead_letters` where `version` is not the newest; nothing is sent then.
pub async fn replay(db: &Db, id: i64, version: u32, body: Option<&str>, log: Statement) -> Result<(), DbError> {
    let settled_at: Option<Millis> = None;
    let body = body.map(str::to_owned);
    let change = Statement::new(sql!("dead_letters.sql", "change"), params![id, version, "replayed", body, settled_at]);
    let send = Statement::new(sql!("dead_letters.sql", "send_again"), params![id]);
    db.batch(vec![change, log, send, super::leases::wake("intake")]).await.map(drop)
}

/// # Errors
/// [`DbError::is_stale`] of `dead_letters` where `version` is not the newest.
pub async fn drop_letter(db: &Db, id: i64, version: u32, now: Millis, log: Statement) -> Result<(), DbError> {
    let body: Option<String> = None;
    let change = Statement::new(sql!("dead_letters.sql", "change"), params![id, version, "dropped", body, now]);
    db.batch(vec![change, log]).await.map(drop)
}

/// Sends all of a source's again that are dead now; how many. `log` must write only where the statement before it changed a row.
pub async fn replay_all(db: &Db, source: &Id, log: Statement) -> Result<u64, DbError> {
    let newest: Option<Count> = db.first(sql!("dead_letters.sql", "newest"), params![]).await?;
    let upto = newest.map_or(0, |row| row.n);
    let none: Option<Millis> = None;
    let statements = vec![
        Statement::new(sql!("dead_letters.sql", "send_all_again"), params![source, upto]),
        super::leases::wake_if_changed("intake"),
        Statement::new(sql!("dead_letters.sql", "mark_all_replayed"), params![source, upto, none]),
        log,
    ];
    let outcomes = db.batch(statements).await?;
    Ok(outcomes.get(2).map_or(0, |outcome| outcome.changes))
}
