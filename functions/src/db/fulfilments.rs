//! Ways of giving what was offered: rows, states, and uploaded codes.

use serde::Deserialize;
use shared::api::FulfilmentSettings;
use shared::id::Id;
use shared::offer::Fulfilment;
use shared::offer::fulfilment::{Connection, Form, Provider, State, connected};
use shared::time::Millis;

use super::secrets::SecretRow;
use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

/// To `limit` in SQL.
const NO_LIMIT: i64 = -1;

/// A shop has at most so many.
pub const MOST: u32 = 40;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FulfilmentRow {
    pub id: i64,
    pub public_id: Id,
    provider: String,
    pub name: String,
    /// JSON.
    settings: String,
    state: String,
    pub error: Option<String>,
    pub tested_at: Option<i64>,
    pub version: u32,
    pub created_at: i64,
    /// The store asked to be left alone until then.
    pub waits_until: Option<i64>,
    /// Of uploaded codes: all, and those that nobody has.
    pub stored: u64,
    pub free: u64,
    /// JSON list.
    secrets: String,
}

/// A way to store.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    pub public_id: &'a Id,
    pub provider: Provider,
    pub name: &'a str,
    /// JSON.
    pub settings: &'a str,
    pub state: State,
    pub now: Millis,
}

/// What shall stand there, made from this version.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    pub version: u32,
    pub name: &'a str,
    /// JSON.
    pub settings: &'a str,
    pub state: State,
    pub now: Millis,
}

/// The owner of a way's secrets.
pub fn owner(id: &Id) -> String {
    format!("fulfilment:{id}")
}

/// All in the order in which they were set up, or the one of `public_id`.
pub async fn find(db: &Db, public_id: Option<&Id>, now: Millis) -> Result<Vec<FulfilmentRow>, DbError> {
    let Statement { sql, params } = statement(public_id, now, NO_LIMIT);
    db.all(sql, params).await
}

/// Asks for all, a [`FulfilmentRow`] each: whether codes are left is counted no further than to one.
pub fn ways(now: Millis) -> Statement {
    statement(None, now, 1)
}

fn statement(public_id: Option<&Id>, now: Millis, counted: i64) -> Statement {
    Statement::new(sql!("fulfilments.sql", "fulfilments"), params![public_id, now, counted])
}

pub async fn by_number(db: &Db, id: i64) -> Result<Option<FulfilmentRow>, DbError> {
    db.first(sql!("fulfilments.sql", "fulfilment_by_number"), params![id]).await
}

/// Only where there are not [`MOST`] yet.
pub fn add(new: New<'_>) -> Statement {
    let New { public_id, provider, name, settings, state, now } = new;
    let params = params![public_id, provider.code(), name, settings, state.code(), now, MOST];
    Statement::new(sql!("fulfilments.sql", "add_fulfilment"), params)
}

/// Fails its batch where somebody was quicker: [`DbError::is_stale`] of `fulfilments`.
pub fn change(public_id: &Id, change: Change<'_>) -> Statement {
    let Change { version, name, settings, state, now } = change;
    Statement::new(sql!("fulfilments.sql", "change_fulfilment"), params![public_id, version, name, settings, state.code(), now])
}

/// Fails its batch where somebody was quicker: [`DbError::is_stale`] of `fulfilments`.
pub fn remove(public_id: &Id, version: u32, now: Millis) -> Statement {
    Statement::new(sql!("fulfilments.sql", "remove_fulfilment"), params![public_id, version, now])
}

/// It was tried: `error` where a person must mend something.
pub fn tested(id: i64, error: Option<&str>, now: Millis) -> Statement {
    Statement::new(sql!("fulfilments.sql", "tested"), params![id, error, now])
}

/// The other side refuses everything.
pub fn fail(id: i64, error: &str, now: Millis) -> Statement {
    Statement::new(sql!("fulfilments.sql", "fail_fulfilment"), params![id, error, now])
}

/// The other side wants to be left alone.
pub fn rest(id: i64, until: Millis) -> Statement {
    Statement::new(sql!("fulfilments.sql", "rest_fulfilment"), params![id, until])
}

/// What waits for it is due now.
pub fn wake(id: i64, now: Millis) -> Statement {
    Statement::new(sql!("fulfilments.sql", "wake_connection"), params![id, now])
}

/// Pairs of the code in capitals and as it is written.
pub fn add_codes(page: Param, pool: &Id, now: Millis) -> Statement {
    Statement::new(sql!("fulfilments.sql", "add_pool_codes"), params![page, pool, now])
}

/// Through which of them an offer is given.
///
/// # Errors
/// Why it cannot be given, and what to do.
pub fn choose(rows: &[FulfilmentRow], fulfilment: Fulfilment) -> Result<(&FulfilmentRow, Form), String> {
    let connections: Vec<Connection> = rows
        .iter()
        .map(|row| {
            let provider = row.provider().unwrap_or(Provider::Task);
            // A list without a free code gives nothing.
            let state = if provider == Provider::Pool && row.free == 0 { State::Untested } else { row.state() };
            Connection { provider, state }
        })
        .collect();
    match connected(fulfilment, &connections) {
        Ok((at, form)) => rows.get(at).map(|row| (row, form)).ok_or_else(String::new),
        Err(_) if has_empty_pool(rows, fulfilment) => {
            Err("All codes of the list are given out: upload more under Offers › Fulfilment".to_owned())
        }
        Err(text) => Err(text),
    }
}

fn has_empty_pool(rows: &[FulfilmentRow], fulfilment: Fulfilment) -> bool {
    fulfilment == Fulfilment::Code
        && rows.iter().any(|row| row.provider() == Some(Provider::Pool) && row.stored > 0 && row.free == 0)
}

impl FulfilmentRow {
    pub fn provider(&self) -> Option<Provider> {
        Provider::of_code(&self.provider)
    }

    pub fn state(&self) -> State {
        State::of_code(&self.state).unwrap_or(State::Failing)
    }

    pub fn settings(&self) -> FulfilmentSettings {
        serde_json::from_str(&self.settings).unwrap_or_default()
    }

    pub fn secret(&self) -> Option<SecretRow> {
        let secrets: Vec<SecretRow> = serde_json::from_str(&self.secrets).unwrap_or_default();
        secrets.into_iter().next()
    }
}
