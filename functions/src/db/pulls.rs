//! Files that are fetched: when each is due, and what is known of it.

use serde::Deserialize;
use shared::api::SourceSettings;
use shared::id::Id;
use shared::time::Millis;

use super::secrets::SecretRow;
use super::{Db, DbError, Statement};
use crate::{params, sql};

/// The job that fetches.
pub const JOB: &str = "pull";

/// Failures in a row from which on also such as pass by themselves are shown.
pub const SHOWN_AFTER: u32 = 3;

/// A file that is due.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Due {
    /// Of its source.
    pub id: i64,
    pub public_id: Id,
    /// `SourceSettings` as JSON.
    settings: String,
    /// In a row.
    pub failures: u32,
    /// Of the file as it was stored last, here and below.
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub digest: Option<String>,
    is_being_imported: u8,
    /// A row of secrets as JSON.
    bearer: Option<String>,
}

/// A file that was there.
#[derive(Debug, Clone, Copy)]
pub struct Pulled<'a> {
    pub source: i64,
    pub etag: Option<&'a str>,
    pub last_modified: Option<&'a str>,
    /// Where it was another than before.
    pub digest: Option<&'a str>,
    pub due_at: Millis,
    pub now: Millis,
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

/// The file that waits longest.
pub async fn due(db: &Db, now: Millis) -> Result<Option<Due>, DbError> {
    db.first(sql!("pulls.sql", "due_pull"), params![now, None::<i64>, None::<&Id>]).await
}

/// The file of a source, whose import has begun.
pub async fn going(db: &Db, source: i64, import: &Id, now: Millis) -> Result<Option<Due>, DbError> {
    db.first(sql!("pulls.sql", "due_pull"), params![now, source, import]).await
}

pub async fn any_due(db: &Db, now: Millis) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("pulls.sql", "any_pull_due"), params![now]).await?;
    Ok(row.is_some_and(|row| row.yes != 0))
}

/// Of a source that the statement before added.
pub fn add(source: &Id, now: Millis) -> Statement {
    Statement::new(sql!("pulls.sql", "add_pull"), params![source, now])
}

/// A person wants it now, and to be told if it fails.
pub fn ask(source: &Id, now: Millis) -> Statement {
    Statement::new(sql!("pulls.sql", "ask_pull"), params![source, now, SHOWN_AFTER - 1])
}

/// Its settings changed.
pub fn change(source: &Id, now: Millis) -> Statement {
    Statement::new(sql!("pulls.sql", "change_pull"), params![source, now])
}

pub fn postpone(source: i64, due_at: Millis) -> Statement {
    Statement::new(sql!("pulls.sql", "postpone_pull"), params![source, due_at])
}

pub fn pulled(pulled: Pulled<'_>) -> Vec<Statement> {
    let Pulled { source, etag, last_modified, digest, due_at, now } = pulled;
    vec![
        Statement::new(sql!("pulls.sql", "pulled"), params![source, due_at, now, etag, last_modified, digest]),
        Statement::new(sql!("pulls.sql", "source_pulled"), params![source, now, digest.is_some()]),
    ]
}

/// `error` where it is to be shown.
pub fn failed(source: i64, error: Option<&str>, due_at: Millis, now: Millis) -> Vec<Statement> {
    let mut statements = vec![Statement::new(sql!("pulls.sql", "pull_failed"), params![source, due_at, now])];
    statements.extend(error.map(|error| Statement::new(sql!("pulls.sql", "source_failed"), params![source, error])));
    statements
}

impl Due {
    pub fn settings(&self) -> SourceSettings {
        serde_json::from_str(&self.settings).unwrap_or_default()
    }

    /// What was fetched before is not stored to its end.
    pub fn is_being_imported(&self) -> bool {
        self.is_being_imported != 0
    }

    pub fn bearer(&self) -> Option<SecretRow> {
        self.bearer.as_deref().and_then(super::secrets::parse)
    }
}
