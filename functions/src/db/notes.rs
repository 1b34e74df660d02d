//! Notes about customers.

use serde::Deserialize;
use shared::id::Id;
use shared::time::Millis;

use super::{Db, DbError, Outcome, Statement};
use crate::{params, sql};

/// A customer has at most so many.
pub const MOST: u32 = 500;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Note {
    pub id: i64,
    pub public_id: Id,
    pub customer_id: i64,
    /// The customer's public id.
    pub customer: Id,
    /// None for a token.
    pub author_id: Option<i64>,
    pub author_name: String,
    pub body: String,
    pub version: u32,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct NewNote<'a> {
    pub id: &'a Id,
    pub customer_id: i64,
    pub author_id: Option<i64>,
    pub author_name: &'a str,
    pub body: &'a str,
}

/// All of a customer's, newest first.
pub fn of_statement(customer: i64) -> Statement {
    Statement::new(sql!("notes.sql", "notes"), params![customer, MOST])
}

pub async fn find(db: &Db, id: &Id) -> Result<Option<Note>, DbError> {
    db.first(sql!("notes.sql", "note"), params![id]).await
}

/// `log` must write only where the note was stored. False where the customer has [`MOST`] already.
pub async fn add(db: &Db, note: &NewNote<'_>, now: Millis, log: Statement) -> Result<bool, DbError> {
    let params = params![note.id, note.customer_id, note.author_id, note.author_name, note.body, MOST, now];
    has_changed(&db.batch(vec![Statement::new(sql!("notes.sql", "add_note"), params), log]).await?, 0)
}

/// `log` must write only where the note was changed. False where it is gone.
///
/// # Errors
/// [`DbError::is_stale`] of `notes` where `version` is not the newest.
pub async fn change(db: &Db, id: i64, version: u32, body: &str, now: Millis, log: Statement) -> Result<bool, DbError> {
    let change = Statement::new(sql!("notes.sql", "change_note"), params![id, version, body, now]);
    has_changed(&db.batch(vec![change, log]).await?, 0)
}

/// `log` must write only where the note was removed. False where it was gone.
///
/// # Errors
/// [`DbError::is_stale`] of `notes` where `version` is not the newest.
pub async fn remove(db: &Db, id: i64, version: u32, log: Statement) -> Result<bool, DbError> {
    let hold = Statement::new(sql!("notes.sql", "hold_note"), params![id, version]);
    let remove = Statement::new(sql!("notes.sql", "remove_note"), params![id]);
    has_changed(&db.batch(vec![hold, remove, log]).await?, 1)
}

fn has_changed(outcomes: &[Outcome], at: usize) -> Result<bool, DbError> {
    let outcome = outcomes.get(at).ok_or_else(|| DbError::Bug("a batch lost results".to_owned()))?;
    Ok(outcome.changes > 0)
}
