//! The shop's own blocks of words, with every wording that they had.

use serde::Deserialize;
use shared::api::{BlockContent, BlockWords, ShopBlock};
use shared::id::Id;
use shared::time::Millis;

use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

/// A shop keeps at most so many.
pub const MOST: u32 = 500;

/// Of one block.
pub const MOST_WORDS: u32 = 500;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row {
    pub id: i64,
    pub public_id: Id,
    pub name: String,
    pub replaces: Option<String>,
    pub current: u32,
    content: String,
    pub version: u32,
    pub updated_at: i64,
    pub updated_by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Words {
    pub number: u32,
    content: String,
    pub created_at: i64,
    pub created_by: Option<String>,
}

/// What becomes of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<'a> {
    pub name: &'a str,
    /// A wording more.
    pub content: Option<&'a BlockContent>,
    /// The one in use; the newest where it is none.
    pub current: Option<u32>,
    pub by: Option<i64>,
    pub now: Millis,
}

pub async fn list(db: &Db) -> Result<Vec<Row>, DbError> {
    db.all(sql!("blocks.sql", "list"), params![MOST]).await
}

pub async fn find(db: &Db, id: &Id) -> Result<Option<Row>, DbError> {
    db.first(sql!("blocks.sql", "find"), params![id]).await
}

/// The newest first.
pub async fn words(db: &Db, block: i64) -> Result<Vec<Words>, DbError> {
    db.all(sql!("blocks.sql", "words"), params![block, MOST_WORDS]).await
}

/// `log` must write only where it was stored. False where the shop has [`MOST`] already.
///
/// # Errors
/// [`DbError::is_duplicate_of`] `blocks.replaces` where another takes that place already.
#[expect(clippy::too_many_arguments, reason = "the columns of one row")]
pub async fn add(
    db: &Db,
    id: &Id,
    name: &str,
    replaces: Option<&str>,
    content: &BlockContent,
    by: Option<i64>,
    now: Millis,
    log: Statement,
) -> Result<bool, DbError> {
    let statements = vec![
        Statement::new(sql!("blocks.sql", "add"), params![id, name, replaces, by, now, MOST]),
        Statement::new(sql!("blocks.sql", "add_first_words"), params![id, Param::json(content), by, now]),
        log,
    ];
    let outcomes = db.batch(statements).await?;
    Ok(outcomes.first().is_some_and(|outcome| outcome.changes > 0))
}

/// `log` must write only where it was changed. False where it is gone.
///
/// # Errors
/// [`DbError::is_stale`] of `blocks` where `version` is not the newest.
pub async fn change(db: &Db, id: i64, version: u32, change: &Change<'_>, log: Statement) -> Result<bool, DbError> {
    let Change { name, content, current, by, now } = change;
    let mut statements = Vec::new();
    if let Some(content) = content {
        let params = params![id, Param::json(content), *by, *now, MOST_WORDS];
        statements.push(Statement::new(sql!("blocks.sql", "add_words"), params));
    }
    let at = statements.len();
    statements.push(Statement::new(sql!("blocks.sql", "change"), params![id, version, *name, *current, *by, *now]));
    statements.push(log);
    let outcomes = db.batch(statements).await?;
    Ok(outcomes.get(at).is_some_and(|outcome| outcome.changes > 0))
}

/// `log` must write only where it was removed. False where it was gone.
///
/// # Errors
/// [`DbError::is_stale`] of `blocks` where `version` is not the newest.
pub async fn remove(db: &Db, id: i64, version: u32, log: Statement) -> Result<bool, DbError> {
    let statements = vec![
        Statement::new(sql!("blocks.sql", "hold"), params![id, version]),
        Statement::new(sql!("blocks.sql", "remove_words"), params![id]),
        Statement::new(sql!("blocks.sql", "remove"), params![id]),
        log,
    ];
    let outcomes = db.batch(statements).await?;
    Ok(outcomes.get(2).is_some_and(|outcome| outcome.changes > 0))
}

impl Row {
    /// None where another version of this program wrote it in a form that this one does not know.
    pub fn content(&self) -> Option<BlockContent> {
        serde_json::from_str(&self.content).ok()
    }

    pub fn wire(self) -> Option<ShopBlock> {
        Some(ShopBlock {
            content: self.content()?,
            block: self.replaces.clone().unwrap_or_else(|| self.public_id.to_string()),
            id: self.public_id,
            name: self.name,
            replaces: self.replaces,
            current: self.current,
            version: self.version,
            updated_at: Millis(self.updated_at).rfc3339(),
            updated_by: self.updated_by,
        })
    }
}

impl Words {
    pub fn wire(self, current: u32) -> Option<BlockWords> {
        Some(BlockWords {
            content: serde_json::from_str(&self.content).ok()?,
            is_current: self.number == current,
            number: self.number,
            created_at: Millis(self.created_at).rfc3339(),
            created_by: self.created_by,
        })
    }
}
