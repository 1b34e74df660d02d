//! Imported rows become customers, orders, events, products and the like: one transaction a batch.
//!
//! What is stored already is looked up, the statements are planned, and all of them run as one D1 batch together with the
//! import's own mark. Should somebody change what was looked up meanwhile, the batch fails as a whole and is planned anew; should
//! it be stored already, it fails as a whole and stays stored once.

mod catalogue;
mod erased;
pub mod fold;
mod older;
mod people;
mod plan;
mod resolve;

use shared::api::ImportStatus;
use shared::import::{RowError, Rows};
use shared::time::Millis;

use crate::db::imports::{self, Advance, Import};
use crate::db::{Db, DbError, Statement, intake, leases, orders, suppressions, usage};
use crate::seams;

pub use plan::{Plan, plan};

/// How often a batch is planned anew because what it rests on changed.
const TRIES: u32 = 4;

/// Rows in file order with what the reader of the file could not take.
#[derive(Debug)]
pub struct Batch<'a> {
    pub number: u32,
    pub rows: &'a Rows,
    pub rejected: &'a [RowError],
    pub rows_read: u32,
    /// The import must be in one of these states, and is in `to` afterwards.
    pub from: &'a [ImportStatus],
    pub to: ImportStatus,
    /// Where the job that reads a stored body goes on.
    pub cursor: Option<&'a str>,
    /// Only count what would happen.
    pub dry_run: bool,
    /// More statements of the same transaction.
    pub with: Vec<Statement>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    Now,
    /// It is not the import's next batch: stored before, or the import ended.
    NotNext,
    /// It would pass what the plan lets imports write today.
    DailyLimit,
}

/// Stores the batch, or nothing of it.
///
/// # Errors
/// What the database says; a lost lease among `with` is a constraint's error.
pub async fn store(db: &Db, import: &Import, batch: Batch<'_>, now: Millis) -> Result<Stored, DbError> {
    let mut tries = 1;
    loop {
        let erasures = suppressions::erasures(db).await?;
        let dropped = erased::drop_rows(db, import.source, batch.rows).await?;
        let rejected: Vec<RowError>;
        let batch = match &dropped {
            Some((rows, errors)) => {
                rejected = batch.rejected.iter().chain(errors).cloned().collect();
                Batch { rows, rejected: &rejected, with: batch.with.clone(), ..batch }
            }
            None => Batch { with: batch.with.clone(), ..batch },
        };
        let plan = plan(db, import, batch.rows, now).await?;
        seams::point("import.planned").await;
        let left = usage::allowance(db, now.day()).await?.left_for_imports();
        if !batch.dry_run && left.is_some_and(|left| plan.rows_written + batch.rejected.len() as u64 > left) {
            return Ok(Stored::DailyLimit);
        }
        let statements = if batch.dry_run {
            count(db, import, &batch, &plan, now).await?
        } else {
            write(import, &batch, plan, erasures, now)?
        };
        match db.batch(statements).await {
            Ok(_) => {
                seams::point("import.stored").await;
                return Ok(Stored::Now);
            }
            Err(error) if imports::is_not_next(&error) => return Ok(Stored::NotNext),
            Err(error) if intake::is_stale(&error) && tries < TRIES => tries += 1,
            Err(error) => return Err(error),
        }
    }
}

fn write(import: &Import, batch: &Batch, plan: Plan, erasures: i64, now: Millis) -> Result<Vec<Statement>, DbError> {
    let Plan { people, stores, accepted, folded, is_waking, is_refolding, .. } = plan;
    let mut statements = batch.with.clone();
    statements.push(suppressions::hold(erasures));
    statements.extend(imports::reject(import.id, batch.rejected)?);
    statements.extend(people);
    // Without a statement that writes rows there is none whose changes could be counted.
    let accepted = accepted.or(stores.is_empty().then_some(folded));
    let advance = imports::advance(import.id, &mark(batch, accepted, now));
    let mut owners = Vec::new();
    if stores.is_empty() {
        statements.push(advance);
    } else {
        for (at, orders::Store { losers, write, owners: touched }) in stores.into_iter().enumerate() {
            statements.extend([losers, write]);
            match (at, accepted) {
                (0, _) => statements.push(advance.clone()),
                (_, None) => statements.push(imports::count_more(import.id)),
                (_, Some(_)) => {}
            }
            owners.extend(touched);
        }
        if folded > 0 {
            statements.push(imports::count_folded(import.id, folded));
        }
    }
    for owners in owners {
        statements.extend([owners, leases::wake_if_changed("score")]);
    }
    if is_waking || batch.to == ImportStatus::Done {
        statements.push(leases::wake("score"));
    }
    if is_refolding {
        statements.push(leases::wake("refold"));
    }
    Ok(statements)
}

/// What a dry run leaves: its counts and the rows that would be rejected.
async fn count(db: &Db, import: &Import, batch: &Batch<'_>, plan: &Plan, now: Millis) -> Result<Vec<Statement>, DbError> {
    let accepted = plan.count_new(db, import.source).await?;
    let mut statements = batch.with.clone();
    statements.extend(imports::reject(import.id, batch.rejected)?);
    statements.push(imports::advance(import.id, &mark(batch, Some(accepted), now)));
    Ok(statements)
}

fn mark<'a>(batch: &Batch<'a>, accepted: Option<u32>, now: Millis) -> Advance<'a> {
    let count = |rows: usize| u32::try_from(rows).unwrap_or(u32::MAX);
    Advance {
        number: batch.number,
        from: batch.from,
        to: batch.to,
        cursor: batch.cursor,
        rows_read: batch.rows_read,
        accepted,
        good: count(batch.rows.lines()),
        rejected: count(batch.rejected.len()),
        now,
    }
}
