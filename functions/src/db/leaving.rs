//! What an opt-out changes.

use serde::Deserialize;
use shared::campaign::{Channel, Reason};
use shared::time::Millis;

use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

/// A contact, as far as leaving asks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Person {
    pub id: i64,
    pub customer_id: i64,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// The present state as it is stored.
    pub consent: String,
}

/// What waits for somebody is not sent.
#[derive(Debug, Clone, Copy)]
pub struct Stop<'a> {
    pub channels: &'a [Channel],
    pub reason: Reason,
    /// Where it was said.
    pub evidence: &'a str,
    /// Touches that are due before.
    pub before: Millis,
}

/// What came of a touch.
#[derive(Debug, Clone, Copy)]
pub struct Response<'a> {
    /// Told again, it has the same.
    pub key: &'a str,
    pub touch: i64,
    pub contact: i64,
    pub kind: &'static str,
    /// JSON.
    pub detail: Option<&'a str>,
    pub at: Millis,
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

pub async fn by_id(db: &Db, contacts: &[i64]) -> Result<Vec<Person>, DbError> {
    db.all(sql!("leaving.sql", "by_id"), params![Param::json(&contacts)]).await
}

/// Everybody who has the address, by `identities`, and whoever got the touch at it. `kind`: `email` or `phone`.
pub async fn by_address(db: &Db, kind: &str, address: &str, touch: Option<i64>) -> Result<Vec<Person>, DbError> {
    db.all(sql!("leaving.sql", "by_address"), params![kind, address, touch]).await
}

pub async fn is_of_touch(db: &Db, touch: i64, contact: i64) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("leaving.sql", "is_of_touch"), params![touch, contact]).await?;
    Ok(row.is_some_and(|row| row.yes == 1))
}

/// The batch fails with [`is_stale`] where the consent is not as it was read.
pub fn refresh_consent(person: &Person, consent: &str, now: Millis) -> Statement {
    Statement::new(sql!("leaving.sql", "refresh_consent"), params![person.id, &person.consent, consent, now])
}

pub fn pause(person: &Person, until: Millis, now: Millis) -> Statement {
    Statement::new(sql!("leaving.sql", "pause"), params![person.id, until, now])
}

pub fn fewer(person: &Person, now: Millis) -> Statement {
    Statement::new(sql!("leaving.sql", "fewer"), params![person.id, now])
}

/// Touches that wait, open tasks and shown messages of the channels end, and the planner looks again.
pub fn stop(person: &Person, stop: &Stop<'_>, now: Millis) -> Vec<Statement> {
    let Stop { channels, reason, evidence, before } = *stop;
    let codes = || Param::json(&channels.iter().map(|channel| channel.code()).collect::<Vec<_>>());
    let (id, customer) = (person.id, person.customer_id);
    let mut statements =
        vec![Statement::new(sql!("leaving.sql", "cancel_tasks"), params![id, customer, codes(), reason.code(), now])];
    if channels.contains(&Channel::InApp) && reason != Reason::AskedForPause {
        statements.push(Statement::new(sql!("leaving.sql", "close_in_app"), params![id, customer, now]));
    }
    let skip = params![id, customer, codes(), reason.code(), evidence, now, before];
    statements.push(Statement::new(sql!("leaving.sql", "skip_touches"), skip));
    statements.push(Statement::new(sql!("leaving.sql", "look_again"), params![id, customer, now]));
    statements
}

pub fn add_response(response: &Response<'_>, now: Millis) -> Statement {
    let Response { key, touch, contact, kind, detail, at } = *response;
    Statement::new(sql!("leaving.sql", "add_response"), params![key, touch, kind, detail.map(str::to_owned), at, now, contact])
}

pub fn is_stale(error: &DbError) -> bool {
    error.is_missing("contacts.consent")
}
