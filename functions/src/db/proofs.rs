//! What may be cited.

use serde::Deserialize;
use shared::api::NewProof;
use shared::id::Id;
use shared::time::Millis;

use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

/// A shop keeps at most so many.
pub const MOST: u32 = 500;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row {
    pub id: i64,
    pub public_id: Id,
    content: String,
    pub version: u32,
    pub updated_at: i64,
    pub updated_by: Option<String>,
}

impl Row {
    /// None where another version of this program wrote it in a form that this one does not know.
    pub fn content(&self) -> Option<NewProof> {
        serde_json::from_str(&self.content).ok()
    }
}

/// The newest first.
pub async fn list(db: &Db) -> Result<Vec<Row>, DbError> {
    db.all(sql!("proofs.sql", "list"), params![MOST]).await
}

pub async fn find(db: &Db, id: &Id) -> Result<Option<Row>, DbError> {
    db.first(sql!("proofs.sql", "find"), params![id]).await
}

/// `log` must write only where it was stored. False where the shop has [`MOST`] already.
pub async fn add(db: &Db, id: &Id, content: &NewProof, by: Option<i64>, now: Millis, log: Statement) -> Result<bool, DbError> {
    let params = params![id, Param::json(content), by, now, MOST];
    let outcomes = db.batch(vec![Statement::new(sql!("proofs.sql", "add"), params), log]).await?;
    Ok(outcomes.first().is_some_and(|outcome| outcome.changes > 0))
}

/// `log` must write only where it was changed. False where it is gone.
///
/// # Errors
/// [`DbError::is_stale`] of `proofs` where `version` is not the newest.
pub async fn change(
    db: &Db,
    id: i64,
    version: u32,
    content: &NewProof,
    by: Option<i64>,
    now: Millis,
    log: Statement,
) -> Result<bool, DbError> {
    let params = params![id, version, Param::json(content), by, now];
    let outcomes = db.batch(vec![Statement::new(sql!("proofs.sql", "change"), params), log]).await?;
    Ok(outcomes.first().is_some_and(|outcome| outcome.changes > 0))
}

/// `log` must write only where it was removed. False where it was gone.
///
/// # Errors
/// [`DbError::is_stale`] of `proofs` where `version` is not the newest.
pub async fn remove(db: &Db, id: i64, version: u32, log: Statement) -> Result<bool, DbError> {
    let hold = Statement::new(sql!("proofs.sql", "hold"), params![id, version]);
    let remove = Statement::new(sql!("proofs.sql", "remove"), params![id]);
    let outcomes = db.batch(vec![hold, remove, log]).await?;
    Ok(outcomes.get(1).is_some_and(|outcome| outcome.changes > 0))
}
