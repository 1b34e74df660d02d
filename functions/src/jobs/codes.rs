//! Asks stores for what was promised, and looks after it: reserved, being made, issued, used.
//!
//! A page marks its rows `creating` before it asks, and writes down after what came of it. Whoever finds a row that is `creating` or
//! `unknown` looks it up by our own key before asking again: what a run that died, or an answer that was lost, left behind is found and
//! not made twice. Nothing is `issued`, and so may be told to anybody, before the store itself has named it. A store that asks to be left
//! alone, or refuses the key, stops its connection and not the code.

mod check;
mod lots;
mod mature;
mod page;

use serde::{Deserialize, Serialize};
use shared::api::Plan;
use shared::offer::fulfilment::{Provider, Trouble};
use shared::time::Millis;
use worker::Env;

use super::run::{Held, JobError, Work};
use crate::db::codes;
use crate::db::fulfilments::{self, FulfilmentRow};
use crate::db::{Db, DbError, Statement};
use crate::fulfilment::Store;
use crate::seams;
use crate::settings::Settings;
use crate::vault::Vault;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 1_440 * MINUTE;

/// Codes of a page: each may take three requests, and the free plan allows fifty an invocation.
const PAGE: u32 = 60;
const FREE_PAGE: u32 = 10;

/// Requests at a time: the platform opens six connections.
const AT_ONCE: usize = 6;

/// Where a run is: what orders and the calendar say is read once in each.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Cursor {
    is_reconciled: bool,
}

pub async fn has_work(db: &Db, now: Millis) -> Result<bool, DbError> {
    codes::any(db, now).await
}

pub async fn work(held: &mut Held<Cursor>, env: &Env) -> Result<Work, JobError> {
    if !held.cursor().is_reconciled {
        reconcile(held).await?;
    }
    let settings = Settings::read(env);
    while held.has_time() {
        let now = held.now;
        let (fulfilment, is_due) = match codes::due_connection(&held.db, now).await? {
            Some(fulfilment) => (fulfilment, true),
            None => match codes::unchecked_connection(&held.db, Millis(now.0 - DAY), now).await? {
                Some(fulfilment) => (fulfilment, false),
                None => return wait(held).await,
            },
        };
        let Some(row) = fulfilments::by_number(&held.db, fulfilment).await? else { return Ok(Work::Done) };
        match open(env, &row, &settings).await {
            Ok(store) if is_due => page::ask(held, &row, &store).await?,
            Ok(store) => check::look(held, &row, &store).await?,
            Err(trouble) => held.write(vec![stopped(&row, &trouble, now)]).await.map(drop)?,
        }
        if held.plan == Plan::Free {
            return Ok(Work::More);
        }
    }
    Ok(Work::More)
}

/// What orders say was used, what the calendar says is over, and what has ripened.
async fn reconcile(held: &mut Held<Cursor>) -> Result<(), JobError> {
    let now = held.now;
    held.cursor_mut().is_reconciled = true;
    let outcomes = held.write(codes::reconcile(now)).await?;
    for (name, outcome) in ["reopened", "redeemed", "expired"].into_iter().zip(&outcomes) {
        held.count(name, outcome.changes);
    }
    seams::point("codes.reconciled").await;
    mature::ripe(held).await
}

/// Nothing is due: the next wake stands where the next one is.
async fn wait(held: &mut Held<Cursor>) -> Result<Work, JobError> {
    if let Some(millis) = codes::next_due(&held.db, held.now).await? {
        held.write(vec![codes::wake_in(millis.clamp(SECOND, DAY))]).await?;
    }
    Ok(Work::Done)
}

async fn open(env: &Env, row: &FulfilmentRow, settings: &Settings) -> Result<Store, Trouble> {
    let missing = || Trouble::Account("No key is stored: store one".to_owned());
    let provider = row.provider().ok_or_else(|| Trouble::Account("Nobody knows this kind of connection".to_owned()))?;
    let sealed = row.secret().ok_or_else(missing)?;
    let secret = Vault::of(env)
        .and_then(|vault| vault.open(&sealed.id, &sealed.sealed))
        .map_err(|_| Trouble::Account("The stored key does not open any more: store it again".to_owned()))?;
    Store::open(provider, row.settings(), secret, settings.clone()).await
}

/// How a connection stands after what its other side said.
fn stopped(row: &FulfilmentRow, trouble: &Trouble, now: Millis) -> Statement {
    match trouble {
        Trouble::Account(text) => fulfilments::fail(row.id, text, now),
        Trouble::Later(seconds) => fulfilments::rest(row.id, Millis(now.0 + i64::from(*seconds) * SECOND)),
        _ => fulfilments::rest(row.id, Millis(now.0 + MINUTE)),
    }
}

/// Looked up again after 5 seconds, then 10, 20, … at most an hour.
fn again(tries: u32, now: Millis) -> Millis {
    Millis(now.0 + ((5 * SECOND) << tries.min(10)).min(60 * MINUTE))
}

fn page_size(held: &Held<Cursor>, provider: Option<Provider>) -> u32 {
    match (held.plan, provider) {
        (Plan::Free, _) => FREE_PAGE,
        // One request for all of them.
        (Plan::Paid, Some(Provider::Shopify)) => 250,
        (Plan::Paid, _) => PAGE,
    }
}
