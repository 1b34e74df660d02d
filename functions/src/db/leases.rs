//! Leases, and wakes: the rows that say which job has work.

use serde::Deserialize;

use super::{Db, DbError, Statement};
use crate::{params, sql};

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LeaseRow {
    pub epoch: i64,
    pub cursor: String,
    /// 0 where the last holder gave it back.
    pub expires_at: i64,
    held: u8,
}

#[derive(Debug, Deserialize)]
struct WakeRow {
    job: String,
}

impl LeaseRow {
    pub fn is_held(&self) -> bool {
        self.held != 0
    }
}

pub async fn read(db: &Db, name: &str) -> Result<Option<LeaseRow>, DbError> {
    db.first(sql!("leases.sql", "read_lease"), params![name]).await
}

/// Whether the lease that was read with `epoch` (0 for none) is now ours under `token`, for `millis`.
pub async fn take(db: &Db, name: &str, epoch: i64, token: &str, millis: i64) -> Result<bool, DbError> {
    let outcome = db.run(sql!("leases.sql", "take_lease"), params![name, epoch, token, millis]).await?;
    Ok(outcome.changes > 0)
}

/// Makes its batch fail once another run holds the lease: see [`is_lost`].
pub fn hold(name: &str, token: &str, cursor: &str, millis: i64) -> Statement {
    Statement::new(sql!("leases.sql", "hold_lease"), params![name, token, cursor, millis])
}

/// Gives the lease back, with the cursor of what is left to do or `{}`; none leaves the last one that was written.
pub fn release(name: &str, token: &str, cursor: Option<&str>) -> Statement {
    Statement::new(sql!("leases.sql", "release_lease"), params![name, token, cursor])
}

/// A batch failed because its lease belongs to another run.
pub fn is_lost(error: &DbError) -> bool {
    matches!(error, DbError::Constraint(text) if text.contains("leases.token"))
}

/// There is work for `job`.
pub fn wake(job: &str) -> Statement {
    Statement::new(sql!("leases.sql", "wake"), params![job])
}

/// There is work for `job` if the statement before this one changed a row.
pub fn wake_if_changed(job: &str) -> Statement {
    Statement::new(sql!("leases.sql", "wake_if_changed"), params![job])
}

/// Jobs with work, and those that stopped half-way.
pub async fn due_wakes(db: &Db) -> Result<Vec<String>, DbError> {
    let rows: Vec<WakeRow> = db.all(sql!("leases.sql", "due_wakes"), Vec::new()).await?;
    Ok(rows.into_iter().map(|row| row.job).collect())
}

/// Puts the wake `millis` ahead and returns its new time as `due_at`.
pub fn answer_wake(job: &str, millis: i64) -> Statement {
    Statement::new(sql!("leases.sql", "answer_wake"), params![job, millis])
}

/// The same for a run that goes on, unless new work pulled the wake back from `due_at`.
pub fn answer_wake_again(job: &str, millis: i64, due_at: i64) -> Statement {
    Statement::new(sql!("leases.sql", "answer_wake_again"), params![job, millis, due_at])
}

/// Like [`answer_wake`], but only where there is a wake.
pub fn answer_wake_if_any(job: &str, millis: i64) -> Statement {
    Statement::new(sql!("leases.sql", "answer_wake_if_any"), params![job, millis])
}

/// Takes the wake away unless new work pulled it back from `due_at`.
pub fn settle_wake(job: &str, due_at: i64) -> Statement {
    Statement::new(sql!("leases.sql", "settle_wake"), params![job, due_at])
}
