//! Looks at what came of entries, and keeps the sums that reports are made of.
//!
//! An entry is looked at again when it is planned, when something new is known of its customer or came to a touch of it, and when time
//! alone changes it (its window closes, a return has lasted, a month is over). What it adds to sums is stored with it, so that a new look takes exactly that away first:
//! sums and entries are written in one transaction, by one run at a time, and a recount of the entries gives the same sums.

use serde::{Deserialize, Serialize};
use shared::time::Millis;

use super::run::{Held, JobError, Work};
use crate::db::results::{self, NewTold};
use crate::db::{Db, DbError, sending, shop};
use crate::measuring::{self, Ground, Sums, Told};
use crate::{offering, seams};

pub const JOB: &str = "measure";

/// Entries of a page.
const PAGE: u32 = 100;

/// What is known for nothing is looked at when more of it has come together, in milliseconds.
pub const PATIENCE: i64 = 3_600_000;

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Cursor {}

/// Responses are written while their moment is a little older: so far back they are read once more, in milliseconds.
const LATE: i64 = 60_000;

/// About so many responses are read at once.
const RESPONSES: u32 = 400;

pub async fn has_work(db: &Db, now: Millis) -> Result<bool, DbError> {
    Ok(results::any_due(db, now).await? || results::any_answered(db, Millis(now.0 - PATIENCE)).await?)
}

pub async fn work(held: &mut Held<Cursor>) -> Result<Work, JobError> {
    let shop = shop::read(&held.db).await?;
    let shelf = offering::shelf(&held.db, &shop, held.now).await?;
    let ground = Ground {
        home: shop.home_currency,
        rates: shop::rates(&held.db, shop.home_currency).await?,
        margin: shelf.margin_rate,
        rules: sending::rules(&held.db).await?,
        offers: shelf.offers.iter().map(|offer| (offer.id.clone(), offer.kind)).collect(),
    };
    let read_to = results::read_to(&held.db).await?;
    if read_to.0 <= held.now.0 - PATIENCE && !answered(held, &ground, read_to).await? {
        return Ok(Work::More);
    }
    loop {
        let due = results::due(&held.db, held.now, PAGE).await?;
        if due.is_empty() {
            return Ok(Work::Done);
        }
        if !held.has_time() {
            return Ok(Work::More);
        }
        page(held, &ground, &due, None).await?;
        seams::point("measure.page").await;
    }
}

/// Looks at entries to whose touches something came. False where there was no time for all.
async fn answered(held: &mut Held<Cursor>, ground: &Ground, read_to: Millis) -> Result<bool, JobError> {
    let mut since = Millis(read_to.0 - LATE);
    while since < held.now {
        if !held.has_time() {
            return Ok(false);
        }
        let (entries, upto) = results::answered(&held.db, since, held.now, RESPONSES).await?;
        let mut pages = entries.chunks(PAGE as usize).peekable();
        if pages.peek().is_none() {
            held.write(vec![results::set_read_to(upto)]).await?;
        }
        while let Some(entries) = pages.next() {
            let last = pages.peek().is_none();
            page(held, ground, entries, last.then_some(upto)).await?;
        }
        since = upto;
    }
    Ok(true)
}

/// `read_to`: up to then responses are in it, once it is written.
async fn page(held: &mut Held<Cursor>, ground: &Ground, entries: &[i64], read_to: Option<Millis>) -> Result<(), JobError> {
    let now = held.now;
    let due = results::entries(&held.db, entries).await?;
    let facts = measuring::facts(&held.db, &due, ground).await?;
    let mut changes = Sums::default();
    let mut told = Vec::with_capacity(due.len());
    for (row, facts) in due.iter().zip(&facts) {
        let before = Told::read(row);
        let after = measuring::look(row, before.as_ref(), facts, ground, now);
        let counted = before.as_ref().filter(|_| row.is_counted > 0);
        if counted != Some(&after) {
            held.count("changed", 1);
            if let Some(before) = counted {
                changes.add(row.campaign_id, before, -1);
            }
            changes.add(row.campaign_id, &after, 1);
        }
        let look_at = after.changes_at(now).map(|at| at.0.max(now.0 + 1));
        let returned_at = after.outcome.returned_at.map(|at| at.0);
        if counted != Some(&after) || row.look_at.is_some_and(|at| at <= now.0) || look_at != row.look_at {
            told.push(NewTold(row.entry_id, after.text()?, returned_at, row.look_at, look_at));
        }
        held.count("looked_at", 1);
    }
    let known = results::cells(&held.db, &changes.keys()).await?;
    let cells = changes.onto(known)?;
    let mut statements = results::put(&cells, &told)?;
    statements.extend(read_to.map(results::set_read_to));
    held.write(statements).await.map(drop)
}
