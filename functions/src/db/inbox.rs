//! What senders sent, as it came.

use serde::Deserialize;
use shared::id::Id;
use shared::time::{Day, Millis};

use super::sources::Count;
use super::{Db, DbError, Param, Statement, json_pages, leases};
use crate::{params, sql};

/// The job that applies the inbox.
const JOB: &str = "intake";

/// One message, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Unique within its source.
    pub key: String,
    pub topic: String,
    /// JSON text.
    pub body: String,
    /// By the sender's clock.
    pub sent_at: Option<Millis>,
}

/// What a write did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Messages that had not come before.
    pub new: u64,
    /// The job has work now and had none before.
    pub woke: bool,
}

/// Stores each once and wakes the job, in one transaction that does the same when it runs twice.
pub async fn store(db: &Db, source: i64, messages: &[Message], received_at: Millis) -> Result<Stored, DbError> {
    let mut statements = Vec::with_capacity(2);
    if let [Message { key, topic, body, sent_at }] = messages {
        let params = params![source, key, topic, body, received_at, *sent_at];
        statements.push(Statement::new(sql!("inbox.sql", "store_message"), params));
        statements.push(leases::wake_if_changed(JOB));
    } else {
        let rows: Vec<_> =
            messages.iter().map(|message| (&message.key, &message.topic, &message.body, message.sent_at)).collect();
        for page in json_pages(&rows)? {
            let params = params![Param::Json(page), source, received_at];
            statements.push(Statement::new(sql!("inbox.sql", "store_messages"), params));
            statements.push(leases::wake_if_changed(JOB));
        }
    }
    let outcomes = db.batch_idempotent(statements).await?;
    let changes = |at: usize| outcomes.iter().skip(at).step_by(2).map(|outcome| outcome.changes).sum::<u64>();
    Ok(Stored { new: changes(0), woke: changes(1) > 0 })
}

/// A message as it came, with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tailed {
    pub id: i64,
    pub key: String,
    pub topic: String,
    pub body: String,
    pub received_at: i64,
    pub sent_at: Option<i64>,
    /// `waiting`, `applied`, `parked`, `dead`.
    pub state: String,
}

/// Whose an outside key is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Owner {
    kind: String,
    value: String,
    pub public_id: Id,
}

/// What is not counted by day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Totals {
    pub waiting: u64,
    pub waiting_today: u64,
    pub parked: u64,
    pub dead: u64,
}

/// The newest of a source after the message `after`, the newest first.
pub async fn tail(db: &Db, source: i64, after: i64, limit: u32) -> Result<Vec<Tailed>, DbError> {
    db.all(sql!("inbox.sql", "tail"), params![source, after, limit]).await
}

/// Kind and value of each key; those that nobody has are left out.
pub async fn people(db: &Db, keys: &[(String, String)]) -> Result<Vec<Owner>, DbError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    db.all(sql!("inbox.sql", "people_of_keys"), params![Param::json(&keys)]).await
}

/// What is written down of a source, and what is not counted by day, of one moment.
pub async fn totals(db: &Db, source: i64, today: Day) -> Result<(Vec<Count>, Totals), DbError> {
    let statements = vec![
        Statement::new(sql!("inbox.sql", "counts"), params![source]),
        Statement::new(sql!("inbox.sql", "totals"), params![source, today.start()]),
    ];
    let outcomes = db.batch_idempotent(statements).await?;
    let lost = || DbError::Bug("a batch lost results".to_owned());
    let [counts, totals] = outcomes.as_slice() else { return Err(lost()) };
    Ok((counts.rows()?, totals.first()?.ok_or_else(lost)?))
}

impl Owner {
    pub fn is(&self, (kind, value): &(String, String)) -> bool {
        self.kind == *kind && self.value == *value
    }
}
