//! Who looks after customers, and their tags.

use serde::Deserialize;
use shared::api::{Lifecycle, SetAside, SetAsideReason, TagCount};
use shared::id::Id;
use shared::time::{Day, Millis};

use super::{Db, DbError, Param, Statement, json_pages, leases, segments};
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
    /// `SetAside` as JSON.
    pub set_aside: Option<String>,
    pub objected_at: Option<i64>,
}

/// What shall stand there, made from this version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub id: i64,
    pub version: u32,
    /// As they stood.
    pub had: Vec<String>,
    pub tags: Vec<String>,
}

impl Edit {
    /// Whether one of these tags, in lower case, comes or goes.
    fn turns(&self, telling: &[String]) -> bool {
        let holds = |tags: &[String], one: &String| tags.iter().any(|tag| tag.to_lowercase() == *one);
        telling.iter().any(|one| holds(&self.had, one) != holds(&self.tags, one))
    }
}

/// What changes of all of them alike.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alike {
    /// Who looks after them from now on.
    pub owner: Option<Option<i64>>,
    /// Not at risk; none ends that.
    pub set_aside: Option<Option<NewAside>>,
    /// They object to profiling, or do so no longer.
    pub objected: Option<bool>,
}

/// Not at risk, as it is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAside {
    pub reason: SetAsideReason,
    pub until: Day,
    pub note: Option<String>,
    /// None for a program.
    pub user: Option<i64>,
}

/// Somebody of the team who looks after customers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Carer {
    pub id: i64,
    pub name: String,
    disabled: u8,
}

pub async fn find(db: &Db, id: &Id, today: Day) -> Result<Option<Editable>, DbError> {
    db.first(sql!("edits.sql", "editable"), params![id, today]).await
}

pub async fn of(db: &Db, ids: &[i64], today: Day) -> Result<Vec<Editable>, DbError> {
    db.all(sql!("edits.sql", "editables"), params![Param::json(&ids), today]).await
}

pub async fn carer(db: &Db, id: &Id) -> Result<Option<Carer>, DbError> {
    db.first(sql!("edits.sql", "carer"), params![id]).await
}

/// The most frequent first.
pub async fn tags_in_use(db: &Db, most: u32) -> Result<Vec<TagCount>, DbError> {
    db.all(sql!("edits.sql", "tags_in_use"), params![most]).await
}

/// All of the edits or none, with their line of the audit log and what changes of all of them alike. Whoever is set aside leaves
/// the tiers at once; scoring follows.
///
/// # Errors
/// [`DbError::is_stale`] of `customers` where somebody was quicker with one of them.
pub async fn change(db: &Db, edits: &[Edit], alike: &Alike, now: Millis, log: Statement) -> Result<(), DbError> {
    let rows = edits.iter().map(|Edit { id, version, tags, .. }| Ok((id, version, text(tags)?)));
    let rows = rows.collect::<Result<Vec<_>, DbError>>()?;
    let retagged = edits.iter().any(|edit| edit.had != edit.tags);
    let telling = if retagged { segments::telling_tags(db).await? } else { Vec::new() };
    let turned: Vec<[i64; 1]> = edits.iter().filter(|edit| edit.turns(&telling)).map(|edit| [edit.id]).collect();
    let mut statements = Vec::new();
    for page in json_pages(&rows)? {
        let page = || Param::Json(page.clone());
        statements.push(match alike.owner {
            Some(owner) => Statement::new(sql!("edits.sql", "change_owners"), params![page(), now, owner]),
            None => Statement::new(sql!("edits.sql", "change_tags"), params![page(), now]),
        });
        let Some(aside) = &alike.set_aside else { continue };
        statements.push(Statement::new(sql!("edits.sql", "lift"), params![page(), now, now.day()]));
        match aside {
            Some(NewAside { reason, until, note, user }) => {
                let said = params![page(), now, now.day(), *until, reason.as_str(), note.as_deref(), *user];
                statements.push(Statement::new(sql!("edits.sql", "set_aside"), said));
                statements.push(Statement::new(sql!("edits.sql", "leave_tiers"), params![page(), Lifecycle::Active.code()]));
            }
            None => statements.push(score_again(page())),
        }
    }
    for Edit { id, .. } in edits {
        match alike.objected {
            Some(true) => statements.extend(object(*id, now)),
            Some(false) => {
                statements.push(Statement::new(sql!("edits.sql", "object_no_longer"), params![*id]));
                statements.push(score_again(Param::json(&[[id]])));
            }
            None => {}
        }
    }
    for page in json_pages(&turned)? {
        statements.push(score_again(Param::Json(page)));
    }
    if !turned.is_empty() || alike.set_aside.is_some() || alike.objected == Some(false) {
        statements.push(leases::wake("score"));
    }
    statements.push(log);
    db.batch(statements).await.map(drop)
}

/// `[[customer, …], …]`
fn score_again(page: Param) -> Statement {
    Statement::new(sql!("edits.sql", "score_again"), params![page])
}

/// They object to profiling: what was worked out about them goes at once, and the next scoring passes them over. For a batch.
pub fn object(id: i64, now: Millis) -> Vec<Statement> {
    vec![
        Statement::new(sql!("edits.sql", "object"), params![id, now]),
        Statement::new(sql!("edits.sql", "unscore"), params![id]),
        Statement::new(sql!("edits.sql", "leave_scores"), params![id]),
        leases::wake("score"),
    ]
}

fn text(tags: &[String]) -> Result<String, DbError> {
    serde_json::to_string(tags).map_err(|error| DbError::Bug(error.to_string()))
}

impl Editable {
    pub fn tags(&self) -> Vec<String> {
        serde_json::from_str(&self.tags).unwrap_or_default()
    }

    /// Not at risk, as it was said last.
    pub fn set_aside(&self) -> Option<SetAside> {
        serde_json::from_str(self.set_aside.as_deref()?).ok()
    }
}

impl NewAside {
    /// Whether `before` says the same.
    pub fn is(&self, before: &SetAside) -> bool {
        before.reason == self.reason && before.until == self.until.iso() && before.note == self.note
    }
}

impl Carer {
    /// May no longer sign in.
    pub fn is_disabled(&self) -> bool {
        self.disabled != 0
    }
}
