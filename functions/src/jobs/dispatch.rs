//! Sends what is due: claims a page, looks at each person once more, writes, asks the provider, and writes down what it said.
//!
//! A claim counts against caps and budgets in the statement that makes it. Between a claim and the request stands one conditional update,
//! `claimed → sending`; from it on a message may be on its way, and what a run leaves there is repeated only under a key that the provider
//! honours, else it is `unknown` until an event says more. Nothing goes out while an opt-out waits to be written down.

mod brakes;
mod claim;
mod ground;
mod recover;
mod send;
mod tasks;
mod write;

use serde::{Deserialize, Serialize};
use shared::api::Plan as Tariff;
use shared::time::Millis;
use worker::Env;

use self::ground::Ground;
use super::run::{Held, JobError, Work};
use crate::db::{Db, DbError, touches};
use crate::{backlog, random, seams};

pub const JOB: &str = "dispatch";

/// Touches of a page: one of each customer.
const PAGE: u32 = 100;
const FREE_PAGE: u32 = 10;

/// A claim, and then a request, has so long before others take what is left of it, in milliseconds.
const LEASE: i64 = 120_000;

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Cursor {}

pub async fn has_work(db: &Db, now: Millis) -> Result<bool, DbError> {
    touches::any_due(db, now).await
}

pub async fn work(held: &mut Held<Cursor>, env: &Env) -> Result<Work, JobError> {
    if !backlog::may_send(env, held.now).await {
        held.count("waiting_for_opt_outs", 1);
        return Ok(Work::Done);
    }
    held.write(touches::free_claims().to_vec()).await?;
    let mut ground = Ground::read(held, env).await?;
    recover::page(held, env, &mut ground).await?;
    loop {
        if !held.has_time() {
            return Ok(Work::More);
        }
        let page = if held.plan == Tariff::Free { FREE_PAGE } else { PAGE };
        let due = touches::due(&held.db, held.now, page).await?;
        if due.is_empty() {
            return Ok(Work::Done);
        }
        ground.refresh(held, &due).await?;
        let token = random::id(held.now)?.to_string();
        let (claimed, moved) = claim::page(held, &due, &ground, &token).await?;
        seams::point("dispatch.claimed").await;
        if !claimed.is_empty() {
            send::page(held, env, &mut ground, &token, claimed).await?;
        } else if moved == 0 {
            // Everything is in the hands of others, or sending was stopped while this looked.
            return Ok(Work::Done);
        }
        if held.plan == Tariff::Free || !backlog::may_send(env, held.now).await {
            return Ok(Work::More);
        }
    }
}
