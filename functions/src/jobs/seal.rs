//! Seals the audit log: binds each row to all rows before it, and checks once a day that none was changed, removed or put in.
//!
//! A row cannot be sealed in the batch that writes it: two changes at once would need each other's hash. So a job under a lease seals
//! what has come in, in the order of the ids. It shows that somebody with access to the database changed the log; it cannot stop
//! them, nor show what they did to rows of the last hour.

mod chain;

use serde::{Deserialize, Serialize};
use shared::api::Plan;
use shared::time::Millis;
use worker::console_error;

use super::run::{Held, JobError, Work};
use crate::db::seals::{self, BEFORE_ALL, Figures, Seal, Standing};
use crate::db::{Db, DbError};
use crate::seams;
use chain::Place;

/// Rows that one page reads: the free plan's 10 ms of CPU hash a few hundred.
const FREE_PAGE: u32 = 200;
const PAID_PAGE: u32 = 1_000;

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Cursor {
    check: Option<Check>,
}

/// A check that has begun.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Check {
    place: Place,
    after: i64,
    /// The last row that was sealed when it began.
    head: i64,
}

pub async fn has_work(db: &Db, now: Millis) -> Result<bool, DbError> {
    let Standing { newest, sealed, figures } = seals::standing(db).await?;
    Ok(newest > sealed || (sealed.is_some() || figures.head.is_some()) && is_check_due(&figures, now))
}

fn is_check_due(figures: &Figures, now: Millis) -> bool {
    figures.checked_at.is_none_or(|at| Millis(at).day() < now.day())
}

pub async fn work(held: &mut Held<Cursor>) -> Result<Work, JobError> {
    let page = if held.plan == Plan::Free { FREE_PAGE } else { PAID_PAGE };
    let mut figures = seals::standing(&held.db).await?.figures;
    if held.cursor().check.is_none() {
        if let Work::More = seal(held, &mut figures, page).await? {
            return Ok(Work::More);
        }
        if !is_check_due(&figures, held.now) {
            return Ok(Work::Done);
        }
        let Some(first) = seals::first(&held.db).await? else {
            return end(held, figures, None).await;
        };
        let head = figures.head.as_ref().map_or(first.audit_id, |head| head.audit_id);
        held.cursor_mut().check = Some(Check { place: Place::start(first.audit_id), after: BEFORE_ALL, head });
    }
    check(held, figures, page).await
}

/// All rows that have none get a seal, a page at a time.
async fn seal(held: &mut Held<Cursor>, figures: &mut Figures, page: u32) -> Result<Work, JobError> {
    let mut last = seals::last(&held.db).await?;
    if let (Some(head), None) = (&figures.head, figures.cut_at)
        && last.as_ref() != Some(head)
    {
        figures.cut_at =
            Some(last.as_ref().filter(|last| last.audit_id < head.audit_id).map_or(head.audit_id, |last| last.audit_id + 1));
    }
    loop {
        let rows = seals::unsealed(&held.db, last.as_ref().map(|seal| seal.audit_id), page).await?;
        if rows.is_empty() {
            return Ok(Work::Done);
        }
        if !held.has_time() {
            return Ok(Work::More);
        }
        let mut sealed = Vec::with_capacity(rows.len());
        for row in &rows {
            let hash = chain::link(last.as_ref().map_or("", |seal| seal.hash.as_str()), row);
            let seal = Seal { audit_id: row.id, hash };
            last = Some(seal.clone());
            sealed.push(seal);
        }
        figures.sealed += sealed.len() as u64;
        figures.head.clone_from(&last);
        held.count("sealed", sealed.len() as u64);
        seams::point("seal.computed").await;
        held.write(vec![seals::seal(&sealed, held.now), seals::save(figures, held.now)]).await?;
        seams::point("seal.written").await;
    }
}

/// Walks the whole chain, a page at a time.
async fn check(held: &mut Held<Cursor>, figures: Figures, page: u32) -> Result<Work, JobError> {
    loop {
        let Some(Check { mut place, after, head }) = held.cursor().check.clone() else { return Ok(Work::Done) };
        let rows = seals::sealed(&held.db, after, head, page).await?;
        for sealed in &rows {
            if let Err(id) = place.pass(&sealed.row, sealed.seal.as_deref()) {
                return end(held, figures, Some(id)).await;
            }
        }
        held.count("checked", rows.len() as u64);
        if rows.len() < page as usize {
            let broken = (place.next <= head).then_some(place.next);
            return end(held, figures, broken).await;
        }
        let after = rows.last().map_or(after, |sealed| sealed.row.id);
        held.cursor_mut().check = Some(Check { place, after, head });
        held.write(Vec::new()).await?;
        seams::point("seal.checked").await;
        if !held.has_time() {
            return Ok(Work::More);
        }
    }
}

async fn end(held: &mut Held<Cursor>, figures: Figures, broken_at: Option<i64>) -> Result<Work, JobError> {
    let figures = Figures { broken_at, checked_at: Some(held.now.0), ..figures };
    if let Some(id) = figures.broken() {
        held.count("broken", 1);
        held.count("broken_at", u64::try_from(id).unwrap_or_default());
        console_error!(
            "{}",
            serde_json::json!({ "kind": "error", "job": "seal", "error": "the audit log was changed", "row": id })
        );
    }
    held.write(vec![seals::save(&figures, held.now)]).await?;
    Ok(Work::Done)
}
