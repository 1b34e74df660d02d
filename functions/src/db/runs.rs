//! What the jobs did.

use std::collections::BTreeMap;

use serde::Deserialize;
use shared::api::{Run, RunStatus};
use shared::id::Id;
use shared::time::Millis;

use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

#[derive(Debug, Deserialize)]
struct RunRow {
    public_id: Id,
    job: String,
    status: RunStatus,
    started_at: i64,
    finished_at: Option<i64>,
    pages: u32,
    counts: String,
    rows_read: u64,
    rows_written: u64,
    error: Option<String>,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally<'a> {
    pub status: RunStatus,
    pub finished_at: Option<Millis>,
    pub pages: u32,
    pub counts: &'a BTreeMap<String, i64>,
    pub rows_read: u64,
    pub rows_written: u64,
    pub error: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

pub fn start(id: &Id, job: &str, now: Millis) -> Statement {
    Statement::new(sql!("runs.sql", "start_run"), params![id, job, now])
}

/// Only while it runs: a run that was given up as lost stays so.
pub fn save(id: &Id, tally: &Tally) -> Statement {
    let status = match tally.status {
        RunStatus::Running => "running",
        RunStatus::Done => "done",
        RunStatus::Failed => "failed",
        RunStatus::Lost => "lost",
    };
    Statement::new(
        sql!("runs.sql", "save_run"),
        params![
            id,
            status,
            tally.finished_at,
            tally.pages,
            Param::json(tally.counts),
            tally.rows_read,
            tally.rows_written,
            tally.error
        ],
    )
}

pub fn lose(id: &Id, now: Millis) -> Statement {
    Statement::new(sql!("runs.sql", "lose_run"), params![id, now, "It stopped without a word; another run took over"])
}

pub async fn find(db: &Db, id: &Id) -> Result<Option<Run>, DbError> {
    let row: Option<RunRow> = db.first(sql!("runs.sql", "run"), params![id]).await?;
    Ok(row.map(Run::from))
}

/// The newest 100, of one job or of all.
pub async fn list(db: &Db, job: Option<&str>) -> Result<Vec<Run>, DbError> {
    let rows: Vec<RunRow> = db.all(sql!("runs.sql", "runs"), params![job]).await?;
    Ok(rows.into_iter().map(Run::from).collect())
}

pub async fn last_done(db: &Db, job: &str) -> Result<Option<Run>, DbError> {
    let row: Option<RunRow> = db.first(sql!("runs.sql", "last_done_run"), params![job]).await?;
    Ok(row.map(Run::from))
}

/// Whether scoring has found new orders or events since the last fit.
pub async fn folded_since_fit(db: &Db) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("runs.sql", "folded_since_fit"), params![]).await?;
    Ok(row.is_some_and(|row| row.yes != 0))
}

impl From<RunRow> for Run {
    fn from(row: RunRow) -> Self {
        Self {
            id: row.public_id,
            job: row.job,
            status: row.status,
            started_at: Millis(row.started_at).rfc3339(),
            finished_at: row.finished_at.map(|at| Millis(at).rfc3339()),
            pages: row.pages,
            counts: serde_json::from_str(&row.counts).unwrap_or_default(),
            rows_read: row.rows_read,
            rows_written: row.rows_written,
            error: row.error,
        }
    }
}
