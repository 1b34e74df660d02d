//! Sessions: by the cookie that a link gave, or by an assertion of Cloudflare Access.

use serde::Deserialize;
use shared::api::{Named, SessionEntry};
use shared::id::Id;
use shared::time::Millis;

use super::people::{PersonRow, Recognised};
use super::{Db, DbError, Param, Statement};
use crate::auth::SESSION_IDLE;
use crate::{params, sql};

/// Characters of the stored hash that name a session: enough that no two share them, and no help in guessing the rest.
const ID_LENGTH: usize = 32;

/// Somebody whom Access vouches for.
#[derive(Debug, Clone, PartialEq)]
pub struct Vouched {
    pub recognised: Recognised,
    pub is_disabled: bool,
    /// None where this assertion is new.
    pub session: Option<AccessSession>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessSession {
    Live,
    Ended,
}

/// A session of Access that begins with a new assertion.
#[derive(Debug)]
pub struct NewAccessSession<'a> {
    pub assertion_hash: &'a str,
    pub user_id: i64,
    pub device: &'a str,
    pub now: Millis,
    pub expires_at: Millis,
}

#[derive(Debug, Clone, Deserialize)]
pub struct SessionRow {
    pub token_hash: String,
    pub public_id: Id,
    pub name: String,
    method: String,
    device: String,
    created_at: i64,
    seen_at: i64,
    expires_at: i64,
}

/// The session of a cookie.
pub async fn by_cookie(db: &Db, token_hash: &str, now: Millis) -> Result<Option<Recognised>, DbError> {
    let idle_since = Millis(now.0 - SESSION_IDLE);
    let row: Option<PersonRow> = db.first(sql!("sessions.sql", "session"), params![token_hash, idle_since, now]).await?;
    Ok(row.map(Recognised::from))
}

pub async fn by_access(db: &Db, email: &str, assertion_hash: &str) -> Result<Option<Vouched>, DbError> {
    let row: Option<PersonRow> = db.first(sql!("sessions.sql", "access_person"), params![email, assertion_hash]).await?;
    Ok(row.map(|row| {
        let is_disabled = row.disabled_at.is_some();
        let recognised = Recognised::from(row);
        let session = recognised.seen_at.map(|at| if at.0 > 0 { AccessSession::Live } else { AccessSession::Ended });
        Vouched { recognised, is_disabled, session }
    }))
}

/// `log` is one for [`append_if_changed`](super::audit::append_if_changed).
pub async fn start_by_access(db: &Db, new: &NewAccessSession<'_>, log: Statement) -> Result<(), DbError> {
    let NewAccessSession { assertion_hash, user_id, device, now, expires_at } = *new;
    let params = params![assertion_hash, user_id, now, expires_at, device];
    db.batch(vec![Statement::new(sql!("sessions.sql", "start_access_session"), params), log]).await.map(drop)
}

pub async fn seen(db: &Db, token_hash: &str, now: Millis) -> Result<(), DbError> {
    db.run_idempotent(sql!("sessions.sql", "session_seen"), params![token_hash, now]).await.map(drop)
}

/// Those of a user, or everybody's, that have not ended.
pub async fn live(db: &Db, user_id: Option<i64>, now: Millis) -> Result<Vec<SessionRow>, DbError> {
    db.all(sql!("sessions.sql", "sessions"), params![user_id, now, Millis(now.0 - SESSION_IDLE)]).await
}

/// By its public id; of a user, or anybody's.
pub async fn by_id(db: &Db, id: &str, user_id: Option<i64>) -> Result<Option<SessionRow>, DbError> {
    if id.len() != ID_LENGTH || !id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Ok(None);
    }
    db.first(sql!("sessions.sql", "session_by_start"), params![id, user_id]).await
}

/// Ends these at once, with the lines that tell of it.
pub async fn end(db: &Db, token_hashes: &[&str], logs: Vec<Statement>) -> Result<(), DbError> {
    let hashes = Param::json(&token_hashes);
    let mut statements = vec![
        Statement::new(sql!("sessions.sql", "end_by_cookie"), vec![hashes.clone()]),
        Statement::new(sql!("sessions.sql", "end_by_access"), vec![hashes]),
    ];
    statements.extend(logs);
    db.batch(statements).await.map(drop)
}

/// Ends all of a user.
pub fn drop_of(user_id: i64) -> Statement {
    Statement::new(sql!("sessions.sql", "drop_sessions"), params![user_id])
}

/// Removes what has ended.
pub fn prune(now: Millis, idle_since: Millis) -> Statement {
    Statement::new(sql!("sessions.sql", "prune_sessions"), params![now, idle_since])
}

impl SessionRow {
    /// `current`: the stored hash of the session that asks.
    pub fn wire(&self, current: Option<&str>) -> SessionEntry {
        SessionEntry {
            id: self.token_hash.chars().take(ID_LENGTH).collect(),
            person: Named { id: self.public_id.clone(), name: self.name.clone() },
            method: self.method.clone(),
            device: self.device.clone(),
            created_at: Millis(self.created_at).rfc3339(),
            seen_at: Millis(self.seen_at).rfc3339(),
            expires_at: Millis(self.expires_at).rfc3339(),
            current: current == Some(self.token_hash.as_str()),
        }
    }
}
