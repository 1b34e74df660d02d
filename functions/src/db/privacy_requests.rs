//! The register of what people asked for.

use serde::Deserialize;
use shared::api::{PrivacyKind, PrivacyRequest};
use shared::id::Id;
use shared::time::{MILLIS_PER_DAY, Millis};

use super::intake::Key;
use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

/// Within so many days a right is granted.
pub const DAYS_TO_ANSWER: i64 = 30;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row {
    pub id: i64,
    pub public_id: Id,
    pub kind: PrivacyKind,
    pub subject: String,
    /// Public id.
    pub customer: Option<Id>,
    /// Its name.
    pub source: Option<String>,
    pub note: Option<String>,
    pub received_at: i64,
    pub due_at: i64,
    pub done_at: Option<i64>,
    pub version: u32,
}

/// A request that the worker carries out itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Task {
    pub id: i64,
    pub public_id: Id,
    pub kind: PrivacyKind,
    pub customer_id: Option<i64>,
    pub subject: String,
    pub source: Option<i64>,
    /// JSON.
    keys: Option<String>,
}

/// A request that somebody of the team writes down.
#[derive(Debug, Clone, PartialEq)]
pub struct New<'a> {
    pub id: &'a Id,
    pub kind: PrivacyKind,
    pub customer: i64,
    pub subject: &'a str,
    pub note: Option<&'a str>,
    pub received_at: Millis,
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

impl Row {
    pub fn wire(self, now: Millis) -> PrivacyRequest {
        PrivacyRequest {
            id: self.public_id,
            kind: self.kind,
            subject: self.subject,
            customer: self.customer,
            source: self.source,
            note: self.note,
            received_at: Millis(self.received_at).rfc3339(),
            due_at: Millis(self.due_at).rfc3339(),
            done_at: self.done_at.map(|at| Millis(at).rfc3339()),
            is_overdue: self.done_at.is_none() && self.due_at < now.0,
            version: self.version,
        }
    }
}

impl Task {
    /// By what the person is found; none where nobody looked yet.
    pub fn keys(&self) -> Vec<Key> {
        let stored: Vec<(String, String)> =
            self.keys.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        stored.into_iter().filter_map(|(kind, value)| Key::known(&kind, value)).collect()
    }
}

pub fn code(kind: PrivacyKind) -> &'static str {
    match kind {
        PrivacyKind::Export => "export",
        PrivacyKind::Erasure => "erasure",
        PrivacyKind::ShopErasure => "shop_erasure",
        PrivacyKind::Objection => "objection",
    }
}

pub fn due(received_at: Millis) -> Millis {
    Millis(received_at.0 + DAYS_TO_ANSWER * MILLIS_PER_DAY)
}

pub async fn list(db: &Db, limit: u32) -> Result<Vec<Row>, DbError> {
    db.all(sql!("privacy_requests.sql", "list"), params![limit]).await
}

pub async fn find(db: &Db, id: &Id) -> Result<Option<Row>, DbError> {
    db.first(sql!("privacy_requests.sql", "find"), params![id]).await
}

pub fn add(new: &New<'_>) -> Statement {
    let New { id, kind, customer, subject, note, received_at } = *new;
    let none: Option<Millis> = None;
    let params = params![id, code(kind), customer, subject, note, received_at, due(received_at), none, none];
    Statement::new(sql!("privacy_requests.sql", "add"), params)
}

/// # Errors
/// The batch fails with [`DbError::is_stale`] of `privacy_requests` where `version` is not the newest.
pub fn change(id: i64, version: u32, done_at: Option<i64>, note: Option<&str>) -> Statement {
    Statement::new(sql!("privacy_requests.sql", "change"), params![id, version, done_at, note])
}

/// The customer is erased from now on: by their open request, or by a new one of this id.
pub fn start_erasure(customer: i64, id: &Id, subject: &str, now: Millis) -> [Statement; 2] {
    [
        Statement::new(sql!("privacy_requests.sql", "start_new_erasure"), params![customer, id, subject, now, due(now)]),
        Statement::new(sql!("privacy_requests.sql", "start_erasure"), params![customer, now]),
    ]
}

/// The next request that the worker carries out itself.
pub async fn next(db: &Db) -> Result<Option<Task>, DbError> {
    db.first(sql!("privacy_requests.sql", "next"), params![]).await
}

pub async fn any(db: &Db) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("privacy_requests.sql", "any"), params![]).await?;
    Ok(row.is_some_and(|row| row.yes != 0))
}

pub fn keep_keys(id: i64, keys: &[Key]) -> Statement {
    Statement::new(sql!("privacy_requests.sql", "keep_keys"), params![id, Param::json(&keys)])
}

pub fn settle(id: i64, note: &str, now: Millis) -> Statement {
    Statement::new(sql!("privacy_requests.sql", "settle"), params![id, now, note])
}

#[derive(Debug, Deserialize)]
struct PublicId {
    public_id: Id,
}

/// The newest erasure of whoever has the public id `subject`.
pub async fn erasure_of(db: &Db, subject: &str) -> Result<Option<Id>, DbError> {
    let row: Option<PublicId> = db.first(sql!("privacy_requests.sql", "erasure_of"), params![subject]).await?;
    Ok(row.map(|row| row.public_id))
}

/// It is granted as it is written down.
pub fn grant(id: &Id, now: Millis) -> Statement {
    Statement::new(sql!("privacy_requests.sql", "grant"), params![id, now])
}
