//! Messages of a local run that go nowhere.

use serde::Serialize;
use shared::time::Millis;

use super::{Db, DbError, Statement, paged};
use crate::{params, sql};

/// In the column order of `put_in_outbox`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Letter<'a> {
    pub channel: &'a str,
    pub recipient: &'a str,
    pub subject: &'a str,
    pub body: &'a str,
    pub html: Option<&'a str>,
    pub touch: i64,
}

/// All of them or none.
pub async fn put(db: &Db, letters: &[Letter<'_>], now: Millis) -> Result<(), DbError> {
    let rows: Vec<_> = letters
        .iter()
        .map(|Letter { channel, recipient, subject, body, html, touch }| (channel, recipient, subject, body, html, touch))
        .collect();
    let statements = paged(&rows, |page| Statement::new(sql!("outbox.sql", "put_in_outbox"), params![page, now]))?;
    db.batch(statements).await.map(drop)
}
