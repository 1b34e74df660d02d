//! Who looks after customers, and their tags.

use serde::Deserialize;
use shared::api::TagCount;
use shared::id::Id;
use shared::time::Millis;

use super::{Db, DbError, Param, Statement, json_pages};
use crate::{params, sql};

/// What the team may change of a customer's row, as it stands.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Editable {
    pub id: i64,
    pub public_id: Id,
    pub owner_id: Option<i64>,
    pub owner_name: Option<String>,
    /// JSON list.
    pub tags: String,
    pub version: u32,
}

/// What shall stand there, made from this version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub id: i64,
    pub version: u32,
    pub tags: Vec<String>,
}

/// Somebody of the team who looks after customers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Carer {
    pub id: i64,
    pub name: String,
    disabled: u8,
}

pub async fn find(db: &Db, id: &Id) -> Result<Option<Editable>, DbError> {
    db.first(sql!("edits.sql", "editable"), params![id]).await
}

pub async fn of(db: &Db, ids: &[i64]) -> Result<Vec<Editable>, DbError> {
    db.all(sql!("edits.sql", "editables"), params![Param::json(&ids)]).await
}

pub async fn carer(db: &Db, id: &Id) -> Result<Option<Carer>, DbError> {
    db.first(sql!("edits.sql", "carer"), params![id]).await
}

/// The most frequent first.
pub async fn tags_in_use(db: &Db, most: u32) -> Result<Vec<TagCount>, DbError> {
    db.all(sql!("edits.sql", "tags_in_use"), params![most]).await
}

/// All of the edits or none, with their line of the audit log; `owner` is who looks after all of them from now on, where that
/// changes.
///
/// # Errors
/// [`DbError::is_stale`] of `customers` where somebody was quicker with one of them.
pub async fn change(db: &Db, edits: &[Edit], owner: Option<Option<i64>>, now: Millis, log: Statement) -> Result<(), DbError> {
    let rows = edits.iter().map(|Edit { id, version, tags }| Ok((id, version, text(tags)?)));
    let rows = rows.collect::<Result<Vec<_>, DbError>>()?;
    let mut statements: Vec<Statement> = json_pages(&rows)?
        .into_iter()
        .map(|page| match owner {
            Some(owner) => Statement::new(sql!("edits.sql", "change_owners"), params![Param::Json(page), now, owner]),
            None => Statement::new(sql!("edits.sql", "change_tags"), params![Param::Json(page), now]),
        })
        .collect();
    statements.push(log);
    db.batch(statements).await.map(drop)
}

fn text(tags: &[String]) -> Result<String, DbError> {
    serde_json::to_string(tags).map_err(|error| DbError::Bug(error.to_string()))
}

impl Editable {
    pub fn tags(&self) -> Vec<String> {
        serde_json::from_str(&self.tags).unwrap_or_default()
    }
}

impl Carer {
    /// May no longer sign in.
    pub fn is_disabled(&self) -> bool {
        self.disabled != 0
    }
}
