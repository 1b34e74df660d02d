//! What senders sent, as it came.

use shared::time::Millis;

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
