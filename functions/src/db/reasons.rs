//! Why customers leave: the shop's list of words, and what people corrected.

use serde::Deserialize;
use shared::id::Id;
use shared::reason::topics::{self, Phrase, Topics};
use shared::reason::{Lesson, Model, Reason};
use shared::time::Millis;

use super::{Db, DbError, Param, Statement, leases};
use crate::{params, sql};

/// The shop's list with its version.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    pub version: u32,
    /// None where it is the one that a shop starts with.
    pub own: Option<Vec<Phrase>>,
}

/// A customer's reason as a person may set it.
#[derive(Debug, Clone, Deserialize)]
pub struct Corrected {
    pub id: i64,
    pub version: u32,
    pub owner_id: Option<i64>,
    /// A number of [`Reason`]; none where it is inferred.
    reason: Option<u8>,
    objected: u8,
    pub state: Option<String>,
}

/// What a person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Correction {
    pub id: i64,
    pub version: u32,
    /// None goes back to what is inferred.
    pub reason: Option<Reason>,
    pub signs: u32,
    /// So many customers are corrected that everybody is looked at anew.
    pub teaches: bool,
}

#[derive(Debug, Deserialize)]
struct TopicsRow {
    version: u32,
    list: Option<String>,
}

#[derive(Debug, Deserialize)]
struct LessonRow {
    reason: u8,
    signs: u32,
    customers: u32,
}

impl Kept {
    pub fn list(&self) -> Vec<Phrase> {
        self.own.clone().unwrap_or_else(topics::built_in)
    }
}

impl Corrected {
    pub fn reason(&self) -> Option<Reason> {
        self.reason.and_then(Reason::of_number)
    }

    /// To profiling.
    pub fn is_objecting(&self) -> bool {
        self.objected != 0
    }
}

pub async fn kept(db: &Db) -> Result<Kept, DbError> {
    let row: Option<TopicsRow> = db.first(sql!("reasons.sql", "topics"), params![]).await?;
    let row = row.ok_or_else(|| DbError::Bug("the row of topics is missing".to_owned()))?;
    Ok(Kept { version: row.version, own: row.list.and_then(|text| serde_json::from_str(&text).ok()) })
}

/// Ready to be found in texts.
pub async fn topics(db: &Db) -> Result<Topics, DbError> {
    Ok(match kept(db).await?.own {
        Some(list) => Topics::new(&list),
        None => topics::starting().clone(),
    })
}

/// What is inferred by, with what people corrected.
pub async fn model(db: &Db) -> Result<Model, DbError> {
    Ok(Model::taught(&lessons(db).await?))
}

pub async fn lessons(db: &Db) -> Result<Vec<Lesson>, DbError> {
    let rows: Vec<LessonRow> = db.all(sql!("reasons.sql", "lessons"), params![]).await?;
    let lesson =
        |row: LessonRow| Some(Lesson { reason: Reason::of_number(row.reason)?, signs: row.signs, customers: row.customers });
    Ok(rows.into_iter().filter_map(lesson).collect())
}

/// # Errors
/// [`DbError::is_stale`] of `topics` where `version` is not the newest.
pub async fn change_topics(db: &Db, list: Option<&[Phrase]>, version: u32, now: Millis, log: Statement) -> Result<(), DbError> {
    let list = list.map_or(Param::Null, |list| Param::json(&list));
    let set = Statement::new(sql!("reasons.sql", "change_topics"), params![version, list, now]);
    db.batch(vec![set, log, leases::wake("reread")]).await.map(drop)
}

pub async fn corrected(db: &Db, id: &Id) -> Result<Option<Corrected>, DbError> {
    db.first(sql!("reasons.sql", "corrected"), params![id]).await
}

/// # Errors
/// [`DbError::is_stale`] of `customers` where `version` is not the newest.
pub async fn correct(db: &Db, correction: Correction, now: Millis, log: Statement) -> Result<(), DbError> {
    let Correction { id, version, reason, signs, teaches } = correction;
    let mut statements = vec![
        Statement::new(
            sql!("reasons.sql", "set_reason"),
            params![id, version, reason.map(|reason| i64::from(reason.number())), signs, now],
        ),
        Statement::new(sql!("edits.sql", "score_again"), params![Param::json(&[[id]])]),
        leases::wake("score"),
        log,
    ];
    if teaches {
        statements.push(leases::wake("rescore"));
    }
    db.batch(statements).await.map(drop)
}

/// Marks customers of a page whose words were read.
pub fn dirty_told(after: i64, upto: i64) -> Statement {
    Statement::new(sql!("reasons.sql", "dirty_told"), params![after, upto])
}
