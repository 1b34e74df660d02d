//! Looks at what came of entries, and keeps the sums that reports are made of.
//!
//! An entry is looked at again when it is planned, when something new is known of its customer, and when time alone changes it
//! (its window closes, a return has lasted). What it adds to sums is stored with it, so that a new look takes exactly that away first:
//! sums and entries are written in one transaction, by one run at a time, and a recount of the entries gives the same sums.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::campaign::Kind;
use shared::measure::rollup::{Cell, Key};
use shared::time::Millis;

use super::run::{Held, JobError, Work};
use crate::db::results::{self, CellKey, CellRow, DueRow, NewCell, NewTold};
use crate::db::{Db, DbError, sending, shop};
use crate::measuring::{self, Ground, Told};
use crate::{offering, seams};

pub const JOB: &str = "measure";

/// Entries of a page.
const PAGE: u32 = 100;

/// What is known for nothing is looked at when more of it has come together, in milliseconds.
pub const PATIENCE: i64 = 3_600_000;

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Cursor {}

pub async fn has_work(db: &Db, now: Millis) -> Result<bool, DbError> {
    results::any_due(db, now).await
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
    loop {
        let due = results::due(&held.db, held.now, PAGE).await?;
        if due.is_empty() {
            return Ok(Work::Done);
        }
        if !held.has_time() {
            return Ok(Work::More);
        }
        page(held, &ground, &due).await?;
        seams::point("measure.page").await;
    }
}

async fn page(held: &mut Held<Cursor>, ground: &Ground, due: &[DueRow]) -> Result<(), JobError> {
    let now = held.now;
    let facts = measuring::facts(&held.db, due, ground).await?;
    let mut changes: BTreeMap<CellKey, Cell> = BTreeMap::new();
    let mut told = Vec::with_capacity(due.len());
    for (row, facts) in due.iter().zip(&facts) {
        let before = Told::read(row);
        let after = measuring::look(row, before.as_ref(), facts, ground, now);
        let counted = before.as_ref().filter(|_| row.is_counted > 0);
        if counted != Some(&after) {
            held.count("changed", 1);
            if let Some(before) = counted {
                add(&mut changes, row.campaign_id, before, |sum, cell| *sum -= cell);
            }
            add(&mut changes, row.campaign_id, &after, |sum, cell| *sum += cell);
        }
        let look_at = after.outcome.changes_at.map(|at| at.0.max(now.0 + 1));
        let returned_at = after.outcome.returned_at.map(|at| at.0);
        told.push(NewTold(row.entry_id, after.text()?, returned_at, row.look_at, look_at));
        held.count("looked_at", 1);
    }
    changes.retain(|_, change| *change != Cell::default());
    let keys: Vec<CellKey> = changes.keys().cloned().collect();
    let mut sums: BTreeMap<CellKey, Cell> = BTreeMap::new();
    for row in results::cells(&held.db, &keys).await? {
        let (key, cell) = read_cell(&row)?;
        sums.insert(key, cell);
    }
    let mut cells = Vec::with_capacity(changes.len());
    for (key, change) in changes {
        let mut sum = sums.remove(&key).unwrap_or_default();
        sum += &change;
        let figures = serde_json::to_string(&sum).map_err(|error| DbError::Bug(error.to_string()))?;
        let CellKey(campaign, day, dimension, arm, ripe) = key;
        cells.push(NewCell(campaign, day, dimension, arm, ripe, figures));
    }
    held.write(results::put(&cells, &told)?).await.map(drop)
}

/// Of all campaigns of a kind: outcomes of different kinds are never added up.
pub fn all_of(kind: Kind) -> i64 {
    match kind {
        Kind::Retention => -1,
        Kind::PaymentRecovery => -2,
        Kind::WinBack => -3,
    }
}

/// As it is stored.
///
/// # Errors
/// Where another version wrote it.
pub fn read_cell(row: &CellRow) -> Result<(CellKey, Cell), DbError> {
    let cell = serde_json::from_str(&row.figures).map_err(|error| DbError::Bug(format!("a cell: {error}")))?;
    Ok((CellKey(row.campaign_id, row.day, row.dimension.clone(), row.arm, row.ripe), cell))
}

/// What an entry adds, in every cell of its campaign and of all of the kind.
fn add(sums: &mut BTreeMap<CellKey, Cell>, campaign: i64, told: &Told, how: impl Fn(&mut Cell, &Cell)) {
    let cell = told.cell();
    for key in told.keys(campaign) {
        let Key { arm, ripe, from, dimension, .. } = key;
        for of in [campaign, all_of(told.entered.kind)] {
            let key = CellKey(of, from.0, dimension.code(), arm.number(), u8::from(ripe));
            how(sums.entry(key).or_default(), &cell);
        }
    }
}
