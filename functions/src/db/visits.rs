//! What readers of a message do by its links.

use serde::Deserialize;
use shared::time::Millis;

use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

/// Nobody has read a message so soon after it was sent, in milliseconds: what opens its links then is a machine.
pub const TOO_SOON: i64 = 10_000;

/// Somebody, or something, came by a link.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// Of the first one.
    pub key: &'a str,
    pub touch: i64,
    pub contact: i64,
    /// `opened`, `clicked`, `played`, `delivered`.
    pub kind: &'static str,
    /// Why it was no person, where that is known.
    pub machine: Option<&'static str>,
    /// JSON.
    pub detail: Option<&'a str>,
    /// Milliseconds after the message was sent before which nobody has read it: [`TOO_SOON`] of what scanners see on its way.
    pub soon: i64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct VideoRow {
    pub name: String,
    pub address: Option<String>,
    pub poster: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct InAppRow {
    pub touch_id: i64,
    pub contact_id: Option<i64>,
    /// `shared::campaign::InAppMessage`.
    pub content: String,
}

#[derive(Debug, Deserialize)]
struct LinkRow {
    address: Option<String>,
}

/// The address that the message's link of this place led to when it was written: `$.links` of its frozen inputs.
pub async fn link(db: &Db, touch: i64, contact: i64, place: usize) -> Result<Option<String>, DbError> {
    let path = format!("$.links[{place}]");
    let row: Option<LinkRow> = db.first(sql!("visits.sql", "link"), params![touch, contact, path]).await?;
    Ok(row.and_then(|row| row.address))
}

/// The video of a message: `$.video` of its frozen inputs, with an `address` and a `poster`.
pub async fn video(db: &Db, touch: i64, contact: i64) -> Result<Option<VideoRow>, DbError> {
    db.first(sql!("visits.sql", "video"), params![touch, contact]).await
}

/// Writes it once a minute at most; and a person's click or look at a video as the contact's own doing.
pub fn add(visit: &Visit<'_>, now: Millis) -> Vec<Statement> {
    let Visit { key, touch, contact, kind, machine, detail, soon } = *visit;
    let (machine_param, detail) = (Param::from(machine.map(str::to_owned)), Param::from(detail.map(str::to_owned)));
    let minute = (now.0 / 60_000).to_string();
    let add = params![key, touch, contact, kind, now, minute, machine_param, detail, soon];
    let mut statements = vec![Statement::new(sql!("visits.sql", "add"), add)];
    if machine.is_none() && kind != "opened" {
        statements.push(Statement::new(sql!("visits.sql", "engage"), params![contact, touch, now, soon]));
    }
    statements
}

/// The newest open message of whoever a source calls by the id.
pub async fn in_app(db: &Db, source: i64, user_id: &str, now: Millis) -> Result<Option<InAppRow>, DbError> {
    db.first(sql!("visits.sql", "in_app"), params![format!("{source}:{user_id}"), now]).await
}

pub fn in_app_shown(touch: i64, now: Millis) -> Vec<Statement> {
    vec![
        Statement::new(sql!("visits.sql", "in_app_shown"), params![touch, now]),
        Statement::new(sql!("visits.sql", "in_app_delivered"), params![touch, now]),
    ]
}

pub fn in_app_closed(touch: i64, now: Millis) -> Statement {
    Statement::new(sql!("visits.sql", "in_app_closed"), params![touch, now])
}
