//! What people of the team do by hand, and what sites show.

use std::collections::BTreeMap;

use serde::Deserialize;
use shared::campaign::in_app::InAppMessage;
use shared::id::Id;
use shared::time::Millis;

use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

#[derive(Debug, Clone, Copy)]
pub struct NewTask<'a> {
    pub id: &'a Id,
    pub touch: Option<i64>,
    pub campaign: Option<i64>,
    pub customer: Option<i64>,
    pub kind: &'static str,
    pub title: &'a str,
    pub script: &'a [(&'a str, &'a str)],
    pub due_at: Millis,
    pub now: Millis,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row {
    pub id: i64,
    pub public_id: Id,
    pub touch_id: Option<i64>,
    pub kind: String,
    pub title: String,
    pub campaign: Option<Id>,
    pub campaign_name: Option<String>,
    pub customer: Option<Id>,
    pub customer_name: Option<String>,
    pub value_tier: Option<u8>,
    /// What to say, by part, as JSON.
    pub script: String,
    pub owner_id: Option<Id>,
    pub owner_name: Option<String>,
    pub due_at: i64,
    pub state: String,
    pub outcome: Option<String>,
    pub note: Option<String>,
    pub version: u32,
    /// Who looks after the customer.
    pub carer: Option<i64>,
    pub owner_number: Option<i64>,
}

/// What narrows a list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Which<'a> {
    pub state: Option<&'a str>,
    pub owner: Option<i64>,
    pub customer: Option<&'a Id>,
    pub task: Option<&'a Id>,
}

/// The first that is due first.
pub async fn list(db: &Db, which: Which<'_>) -> Result<Vec<Row>, DbError> {
    let Which { state, owner, customer, task } = which;
    db.all(sql!("tasks.sql", "list"), params![state, owner, customer, task]).await
}

/// Nothing where the touch has one.
pub fn add(new: &NewTask<'_>) -> Statement {
    let script: BTreeMap<&str, &str> = new.script.iter().copied().collect();
    let params =
        params![new.id, new.touch, new.campaign, new.customer, new.kind, new.title, Param::json(&script), new.due_at, new.now];
    Statement::new(sql!("tasks.sql", "add"), params)
}

/// Nothing where the campaign has an open one.
pub fn add_audience(id: &Id, campaign: i64, title: &str, due_at: Millis, now: Millis) -> Statement {
    Statement::new(sql!("tasks.sql", "add_audience"), params![id, campaign, title, due_at, now])
}

/// Fails where `row.version` is not the newest.
pub fn change(row: &Row, now: Millis) -> Statement {
    let Row { id, version, state, outcome, note, owner_number, due_at, script, .. } = row;
    let params = params![*id, *version, state, outcome.as_deref(), note.as_deref(), *owner_number, *due_at, script, now];
    Statement::new(sql!("tasks.sql", "change"), params)
}

pub fn show_in_app(touch: i64, customer: i64, message: &InAppMessage, until: Millis) -> Statement {
    Statement::new(sql!("tasks.sql", "show_in_app"), params![touch, customer, Param::json(message), until])
}
