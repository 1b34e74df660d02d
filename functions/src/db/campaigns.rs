//! Campaigns as drafts, and the messages that people of the team send to themselves.

use serde::Deserialize;
use shared::id::Id;
use shared::message::Draft;
use shared::message::check::SCHEMA;
use shared::time::Millis;

use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

/// A shop keeps at most so many.
pub const MOST: u32 = 200;

/// Of one person on a UTC day.
pub const TESTS_A_DAY: u32 = 20;

/// Days for which it is kept how many were sent.
const TESTS_KEPT: i32 = 30;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row {
    pub id: i64,
    pub public_id: Id,
    pub name: String,
    pub segment: Option<String>,
    /// Of a segment that a marketer defined.
    pub segment_name: Option<String>,
    schema: u32,
    /// Left out of a list.
    draft: String,
    pub version: u32,
    pub created_by: Option<String>,
    pub updated_by: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// What a marketer says of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    pub name: String,
    pub segment: Option<String>,
    pub draft: Draft,
}

/// A message to whoever asked for it.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    pub user: i64,
    pub channel: &'static str,
    /// Their own address.
    pub recipient: &'a str,
    pub subject: &'a str,
    /// The plain text.
    pub body: &'a str,
    pub html: Option<&'a str>,
    /// The customer whose facts stand in it.
    pub about: Option<i64>,
    pub now: Millis,
}

#[derive(Debug, Deserialize)]
struct Sent {
    sent: u32,
}

impl Row {
    /// None where another version of this program wrote it in a form that this one does not know.
    pub fn draft(&self) -> Option<Draft> {
        if self.schema == SCHEMA { serde_json::from_str(&self.draft).ok() } else { None }
    }
}

/// The newest change first, without their drafts.
pub async fn list(db: &Db) -> Result<Vec<Row>, DbError> {
    db.all(sql!("campaigns.sql", "list"), params![MOST]).await
}

pub async fn find(db: &Db, id: &Id) -> Result<Option<Row>, DbError> {
    db.first(sql!("campaigns.sql", "find"), params![id]).await
}

/// `log` must write only where it was stored. False where the shop has [`MOST`] already.
pub async fn add(db: &Db, id: &Id, content: &Content, by: Option<i64>, now: Millis, log: Statement) -> Result<bool, DbError> {
    let Content { name, segment, draft } = content;
    let params = params![id, name, segment.as_deref(), SCHEMA, Param::json(draft), by, now, MOST];
    let outcomes = db.batch(vec![Statement::new(sql!("campaigns.sql", "add"), params), log]).await?;
    Ok(outcomes.first().is_some_and(|outcome| outcome.changes > 0))
}

/// `log` must write only where it was changed. False where it is gone.
///
/// # Errors
/// [`DbError::is_stale`] of `campaigns` where `version` is not the newest.
pub async fn change(
    db: &Db,
    id: i64,
    version: u32,
    content: &Content,
    by: Option<i64>,
    now: Millis,
    log: Statement,
) -> Result<bool, DbError> {
    let Content { name, segment, draft } = content;
    let params = params![id, version, name, segment.as_deref(), SCHEMA, Param::json(draft), by, now];
    let outcomes = db.batch(vec![Statement::new(sql!("campaigns.sql", "change"), params), log]).await?;
    Ok(outcomes.first().is_some_and(|outcome| outcome.changes > 0))
}

/// `log` must write only where it was removed. False where it was gone.
///
/// # Errors
/// [`DbError::is_stale`] of `campaigns` where `version` is not the newest.
pub async fn remove(db: &Db, id: i64, version: u32, log: Statement) -> Result<bool, DbError> {
    let hold = Statement::new(sql!("campaigns.sql", "hold"), params![id, version]);
    let remove = Statement::new(sql!("campaigns.sql", "remove"), params![id]);
    let outcomes = db.batch(vec![hold, remove, log]).await?;
    Ok(outcomes.get(1).is_some_and(|outcome| outcome.changes > 0))
}

/// Puts a message into the outbox and counts it; how many the person has sent on this day, or none where that were too many.
///
/// `log` must write only where it was put there.
pub async fn send(db: &Db, letter: &Letter<'_>, log: Statement) -> Result<Option<u32>, DbError> {
    let Letter { user, channel, recipient, subject, body, html, about, now } = *letter;
    let today = now.day();
    let statements = vec![
        Statement::new(sql!("campaigns.sql", "forget_tests"), params![today.plus(-TESTS_KEPT)]),
        Statement::new(sql!("campaigns.sql", "count_test"), params![user, today, TESTS_A_DAY, now]),
        Statement::new(sql!("campaigns.sql", "put_test"), params![channel, recipient, subject, body, html, about, now]),
        log,
        Statement::new(sql!("campaigns.sql", "sent_today"), params![user, today]),
    ];
    let outcomes = db.batch(statements).await?;
    let [_, counted, _, _, sent] = outcomes.as_slice() else { return Err(DbError::Bug("a batch lost results".to_owned())) };
    let sent = sent.first::<Sent>()?.map_or(0, |row| row.sent);
    Ok(if counted.changes > 0 { Some(sent) } else { None })
}
