//! Ways to send: rows, states, and what is counted of each.

use serde::Deserialize;
use shared::api::{SenderSettings, SenderState};
use shared::campaign::Channel;
use shared::id::Id;
use shared::provider::Provider;
use shared::time::{Day, Millis};

use super::secrets::SecretRow;
use super::{Db, DbError, Statement};
use crate::{params, sql};

/// A shop has at most so many.
pub const MOST: u32 = 40;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SenderRow {
    pub id: i64,
    pub public_id: Id,
    channel: String,
    provider: String,
    pub name: String,
    /// JSON.
    settings: String,
    state: String,
    pub error: Option<String>,
    pub priority: i32,
    /// A day.
    pub warm_from: Option<i32>,
    pub tested_at: Option<i64>,
    pub version: u32,
    pub created_at: i64,
    /// In a row.
    pub failures: u32,
    /// The provider asked to be left alone until then.
    pub waits_until: Option<i64>,
    /// JSON list.
    secrets: String,
}

/// A way to store.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    pub public_id: &'a Id,
    pub channel: Channel,
    pub provider: Provider,
    pub name: &'a str,
    /// JSON.
    pub settings: &'a str,
    pub priority: i32,
    pub warm_from: Option<Day>,
    pub now: Millis,
}

/// What shall stand there, made from this version.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    pub version: u32,
    pub channel: Channel,
    pub provider: Provider,
    pub name: &'a str,
    /// JSON.
    pub settings: &'a str,
    pub priority: i32,
    pub warm_from: Option<Day>,
    /// What was tested is another now.
    pub is_other: bool,
    pub now: Millis,
}

/// The owner of a way's credentials.
pub fn owner(id: &Id) -> String {
    format!("sender:{id}")
}

/// All by channel, those that are asked first before the others; or the one of `public_id`.
pub async fn find(db: &Db, public_id: Option<&Id>, now: Millis) -> Result<Vec<SenderRow>, DbError> {
    db.all(sql!("senders.sql", "senders"), params![public_id, now]).await
}

/// Only where there are not [`MOST`] yet.
pub fn add(new: New<'_>) -> Statement {
    let New { public_id, channel, provider, name, settings, priority, warm_from, now } = new;
    let params = params![public_id, channel.code(), provider.code(), name, settings, i64::from(priority), warm_from, now, MOST];
    Statement::new(sql!("senders.sql", "add_sender"), params)
}

/// Fails its batch where somebody was quicker: [`DbError::is_stale`] of `senders`.
pub fn change(public_id: &Id, change: Change<'_>) -> Statement {
    let Change { version, channel, provider, name, settings, priority, warm_from, is_other, now } = change;
    let (channel, provider, priority) = (channel.code(), provider.code(), i64::from(priority));
    let params = params![public_id, version, channel, provider, name, settings, priority, warm_from, is_other, now];
    Statement::new(sql!("senders.sql", "change_sender"), params)
}

/// Fails its batch where somebody was quicker: [`DbError::is_stale`] of `senders`.
pub fn remove(public_id: &Id, version: u32, now: Millis) -> Statement {
    Statement::new(sql!("senders.sql", "remove_sender"), params![public_id, version, now])
}

/// It was tried as it stood in `version`: `error` where a person must mend something.
pub fn tested(id: i64, version: u32, error: Option<&str>, now: Millis) -> Statement {
    Statement::new(sql!("senders.sql", "sender_tested"), params![id, error, now, version])
}

/// The provider refuses everything.
pub fn refused(id: i64, error: &str, now: Millis) -> Statement {
    Statement::new(sql!("senders.sql", "sender_refused"), params![id, error, now])
}

/// The provider wants to be left alone; `is_failure` where it did not answer as it should.
pub fn rests(id: i64, until: Millis, is_failure: bool) -> Statement {
    Statement::new(sql!("senders.sql", "sender_rests"), params![id, until, i64::from(is_failure)])
}

/// It took a message: what failed before counts no more.
pub fn works(id: i64) -> Statement {
    Statement::new(sql!("senders.sql", "sender_works"), params![id])
}

impl SenderRow {
    pub fn channel(&self) -> Option<Channel> {
        Channel::of_code(&self.channel)
    }

    pub fn provider(&self) -> Option<Provider> {
        Provider::of_code(&self.provider)
    }

    pub fn state(&self) -> SenderState {
        SenderState::of_code(&self.state).unwrap_or(SenderState::Failing)
    }

    pub fn settings(&self) -> SenderSettings {
        serde_json::from_str(&self.settings).unwrap_or_default()
    }

    /// Sealed; in the order of their names.
    pub fn secrets(&self) -> Vec<SecretRow> {
        serde_json::from_str(&self.secrets).unwrap_or_default()
    }
}
