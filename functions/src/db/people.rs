//! People who sign in: users, links, sessions, tokens.

use serde::Deserialize;
use shared::api::Role;
use shared::id::Id;
use shared::time::Millis;

use super::{Db, DbError, Statement};
use crate::ctx::Person;
use crate::{params, sql};

/// Somebody recognised, and when this was last written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognised {
    pub person: Person,
    pub seen_at: Option<Millis>,
}

/// Whom to send a link.
#[derive(Debug, Clone, Deserialize)]
pub struct Recipient {
    pub id: i64,
    pub name: String,
}

/// A link to store. `since` and `most` bound how many a user gets.
#[derive(Debug)]
pub struct NewLink<'a> {
    pub token_hash: &'a str,
    pub user_id: i64,
    pub browser_hash: &'a str,
    pub now: Millis,
    pub expires_at: Millis,
    pub since: Millis,
    pub most: u32,
}

/// A message that a local run keeps instead of sending it.
#[derive(Debug)]
pub struct Mail<'a> {
    pub recipient: &'a str,
    pub subject: &'a str,
    pub body: &'a str,
}

#[derive(Debug, Deserialize)]
struct PersonRow {
    id: i64,
    public_id: Id,
    name: String,
    email: String,
    role: Role,
    seen_at: Option<i64>,
}

/// `idle_since`: a session seen no later than this has ended.
pub async fn session(db: &Db, token_hash: &str, idle_since: Millis, now: Millis) -> Result<Option<Recognised>, DbError> {
    let row: Option<PersonRow> = db.first(sql!("people.sql", "session"), params![token_hash, idle_since, now]).await?;
    Ok(row.map(Recognised::from))
}

pub async fn session_seen(db: &Db, token_hash: &str, now: Millis) -> Result<(), DbError> {
    db.run_idempotent(sql!("people.sql", "session_seen"), params![token_hash, now]).await.map(drop)
}

pub async fn end_session(db: &Db, token_hash: &str) -> Result<(), DbError> {
    db.run_idempotent(sql!("people.sql", "end_session"), params![token_hash]).await.map(drop)
}

pub async fn token(db: &Db, token_hash: &str, now: Millis) -> Result<Option<Recognised>, DbError> {
    let row: Option<PersonRow> = db.first(sql!("people.sql", "token"), params![token_hash, now]).await?;
    Ok(row.map(Recognised::from))
}

pub async fn token_used(db: &Db, id: i64, now: Millis) -> Result<(), DbError> {
    db.run_idempotent(sql!("people.sql", "token_used"), params![id, now]).await.map(drop)
}

/// `None` for an unknown address and for one that had `most` links since `since`.
pub async fn user_to_send_link(db: &Db, email: &str, since: Millis, most: u32) -> Result<Option<Recipient>, DbError> {
    db.first(sql!("people.sql", "user_to_send_link"), params![email, since, most]).await
}

/// Stores a link with the message that carries it, both or neither.
pub async fn add_link(db: &Db, link: &NewLink<'_>, mail: &Mail<'_>) -> Result<(), DbError> {
    let NewLink { token_hash, user_id, browser_hash, now, expires_at, since, most } = *link;
    let added = params![token_hash, user_id, browser_hash, now, expires_at, since, most];
    let sent = params![mail.recipient, mail.subject, mail.body, now];
    let statements =
        vec![Statement::new(sql!("people.sql", "add_link"), added), Statement::new(sql!("people.sql", "outbox_link"), sent)];
    db.batch(statements).await.map(drop)
}

/// Turns a link into a session; `false` where the link is unknown, used, out of time or another browser's.
pub async fn sign_in(
    db: &Db,
    link_hash: &str,
    browser_hash: Option<&str>,
    session_hash: &str,
    now: Millis,
    expires_at: Millis,
) -> Result<bool, DbError> {
    let statements = vec![
        Statement::new(sql!("people.sql", "use_link"), params![link_hash, browser_hash, now]),
        Statement::new(sql!("people.sql", "start_session"), params![session_hash, link_hash, now, expires_at]),
    ];
    let outcomes = db.batch(statements).await?;
    Ok(outcomes.first().is_some_and(|used| used.changes == 1))
}

/// Removes what has ended: sessions, and links too old to count.
pub async fn prune(db: &Db, now: Millis, idle_since: Millis, links_before: Millis) -> Result<u64, DbError> {
    let statements = vec![
        Statement::new(sql!("people.sql", "prune_sessions"), params![now, idle_since]),
        Statement::new(sql!("people.sql", "prune_links"), params![links_before]),
    ];
    Ok(db.batch_idempotent(statements).await?.iter().map(|outcome| outcome.changes).sum())
}

impl From<PersonRow> for Recognised {
    fn from(row: PersonRow) -> Self {
        let PersonRow { id, public_id, name, email, role, seen_at } = row;
        Self { person: Person { id, public_id, name, email, role }, seen_at: seen_at.map(Millis) }
    }
}
