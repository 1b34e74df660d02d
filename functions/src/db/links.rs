//! One-time links for signing in.

use serde::Deserialize;
use shared::time::Millis;

use super::people::{PersonRow, Recognised};
use super::{Db, DbError, Statement};
use crate::ctx::Person;
use crate::{params, sql};

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
    /// None where nobody asked: the first browser that posts the link signs in.
    pub browser_hash: Option<&'a str>,
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

/// A link as somebody posted it, and the session that it is to become.
#[derive(Debug)]
pub struct SignIn<'a> {
    pub link_hash: &'a str,
    pub browser_hash: Option<&'a str>,
    pub session_hash: &'a str,
    pub device: &'a str,
    pub now: Millis,
    pub expires_at: Millis,
}

/// `None` for an unknown address and for one that had `most` links since `since`.
pub async fn user_to_send(db: &Db, email: &str, since: Millis, most: u32) -> Result<Option<Recipient>, DbError> {
    db.first(sql!("links.sql", "user_to_send_link"), params![email, since, most]).await
}

/// Stores a link with the message that carries it or the line that tells of it, both or neither; `false` where the user has had
/// `most` of them.
pub async fn add(db: &Db, link: &NewLink<'_>, beside: Statement) -> Result<bool, DbError> {
    let NewLink { token_hash, user_id, browser_hash, now, expires_at, since, most } = *link;
    let added = params![token_hash, user_id, browser_hash, now, expires_at, since, most];
    let outcomes = db.batch(vec![Statement::new(sql!("links.sql", "add_link"), added), beside]).await?;
    Ok(outcomes.first().is_some_and(|added| added.changes == 1))
}

/// For the statement after [`add`]'s own.
pub fn mail(mail: &Mail<'_>, now: Millis) -> Statement {
    Statement::new(sql!("links.sql", "outbox_link"), params![mail.recipient, mail.subject, mail.body, now])
}

/// Whom a link belongs to, whatever became of it.
pub async fn person(db: &Db, link_hash: &str) -> Result<Option<Person>, DbError> {
    let row: Option<PersonRow> = db.first(sql!("links.sql", "link_person"), params![link_hash]).await?;
    Ok(row.map(|row| Recognised::from(row).person))
}

/// Turns a link into a session; `false` where the link is unknown, used, out of time or another browser's. `log` is one for
/// [`append_if_changed`](super::audit::append_if_changed).
pub async fn sign_in(db: &Db, sign_in: &SignIn<'_>, log: Statement) -> Result<bool, DbError> {
    let SignIn { link_hash, browser_hash, session_hash, device, now, expires_at } = *sign_in;
    let statements = vec![
        Statement::new(sql!("links.sql", "use_link"), params![link_hash, browser_hash, now]),
        Statement::new(sql!("links.sql", "start_session"), params![session_hash, link_hash, now, expires_at, device]),
        log,
    ];
    let outcomes = db.batch(statements).await?;
    Ok(outcomes.first().is_some_and(|used| used.changes == 1))
}

/// Makes those of a user good for nothing that nobody has used.
pub fn drop_of(user_id: i64) -> Statement {
    Statement::new(sql!("links.sql", "drop_links"), params![user_id])
}

/// Removes those too old to count.
pub fn prune(before: Millis) -> Statement {
    Statement::new(sql!("links.sql", "prune_links"), params![before])
}
