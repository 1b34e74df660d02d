//! What has had its time.

use serde::Deserialize;
use shared::time::{Day, Millis};

use super::{Db, DbError, Statement};
use crate::{params, sql};

/// Until when each of these is kept.
#[derive(Debug, Clone, Copy)]
pub struct Ages {
    pub now: Millis,
    pub idle_session: Millis,
    pub link: Millis,
    /// Mails shown and runs ended.
    pub record: Millis,
    pub usage: Day,
    /// Imports whose file nobody came back to.
    pub file: Millis,
    /// Imports whose body broke off.
    pub body: Millis,
    /// Answers to requests with an Idempotency-Key.
    pub answer: Millis,
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

/// Whether there is anything to prune.
pub async fn any_old(db: &Db, ages: &Ages) -> Result<bool, DbError> {
    let params = params![ages.now, ages.idle_session, ages.link, ages.record, ages.usage, ages.file, ages.body, ages.answer];
    let row: Option<Yes> = db.first(sql!("prune.sql", "any_old"), params).await?;
    Ok(row.is_some_and(|row| row.yes != 0))
}

/// At most `limit` mails and runs, and the days of usage.
pub fn old(ages: &Ages, limit: u32) -> Vec<Statement> {
    vec![
        Statement::new(sql!("prune.sql", "prune_outbox"), params![ages.record, limit]),
        Statement::new(sql!("prune.sql", "prune_runs"), params![ages.record, limit]),
        Statement::new(sql!("prune.sql", "prune_answers"), params![ages.answer, limit]),
        Statement::new(sql!("prune.sql", "prune_usage"), params![ages.usage]),
    ]
}
