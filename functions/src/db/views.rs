//! Saved views of the lists.

use serde::Deserialize;
use shared::id::Id;
use shared::time::Millis;

use super::{Db, DbError, Outcome, Param, Statement};
use crate::{params, sql};

/// A person saves at most so many.
pub const MOST: u32 = 100;

/// An answer lists at most so many: those of the whole team.
const LISTED: u32 = 1_000;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct View {
    pub id: i64,
    pub public_id: Id,
    pub list: String,
    pub name: String,
    pub owner_id: i64,
    pub owner_name: Option<String>,
    pub shared: u8,
    pub query: String,
    /// JSON list.
    pub columns: String,
    pub version: u32,
}

/// What its owner says of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub name: String,
    pub shared: bool,
    pub query: String,
    pub columns: Vec<String>,
}

/// Those of `person` (none for a program) and the shared ones, of one list or of all.
pub async fn list(db: &Db, person: Option<i64>, list: Option<&str>) -> Result<Vec<View>, DbError> {
    db.all(sql!("views.sql", "views"), params![person.unwrap_or(0), list, LISTED]).await
}

/// None also where it is another's and not shared.
pub async fn find(db: &Db, person: Option<i64>, id: &Id) -> Result<Option<View>, DbError> {
    db.first(sql!("views.sql", "view"), params![person.unwrap_or(0), id]).await
}

/// `log` must write only where the view was stored. False where the person has [`MOST`] already.
pub async fn add(
    db: &Db,
    id: &Id,
    list: &str,
    owner: i64,
    content: &Content,
    now: Millis,
    log: Statement,
) -> Result<bool, DbError> {
    let Content { name, shared, query, columns } = content;
    let params = params![id, list, name, owner, *shared, query, Param::json(columns), now, MOST];
    has_changed(&db.batch(vec![Statement::new(sql!("views.sql", "add_view"), params), log]).await?, 0)
}

/// `log` must write only where the view was changed. False where it is gone.
///
/// # Errors
/// [`DbError::is_stale`] of `views` where `version` is not the newest.
pub async fn change(db: &Db, id: i64, version: u32, content: &Content, now: Millis, log: Statement) -> Result<bool, DbError> {
    let Content { name, shared, query, columns } = content;
    let params = params![id, version, name, *shared, query, Param::json(columns), now];
    has_changed(&db.batch(vec![Statement::new(sql!("views.sql", "change_view"), params), log]).await?, 0)
}

/// `log` must write only where the view was removed. False where it was gone.
///
/// # Errors
/// [`DbError::is_stale`] of `views` where `version` is not the newest.
pub async fn remove(db: &Db, id: i64, version: u32, log: Statement) -> Result<bool, DbError> {
    let hold = Statement::new(sql!("views.sql", "hold_view"), params![id, version]);
    let remove = Statement::new(sql!("views.sql", "remove_view"), params![id]);
    has_changed(&db.batch(vec![hold, remove, log]).await?, 1)
}

fn has_changed(outcomes: &[Outcome], at: usize) -> Result<bool, DbError> {
    let outcome = outcomes.get(at).ok_or_else(|| DbError::Bug("a batch lost results".to_owned()))?;
    Ok(outcome.changes > 0)
}

impl View {
    #[must_use]
    pub fn with(self, content: Content) -> Self {
        let Content { name, shared, query, columns } = content;
        let columns = serde_json::to_string(&columns).unwrap_or_default();
        Self { name, shared: shared.into(), query, columns, ..self }
    }

    pub fn content(&self) -> Content {
        Content { name: self.name.clone(), shared: self.shared != 0, query: self.query.clone(), columns: self.columns() }
    }

    pub fn columns(&self) -> Vec<String> {
        serde_json::from_str(&self.columns).unwrap_or_default()
    }
}
