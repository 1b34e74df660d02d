//! What a page of entries changes in the sums.

use std::collections::BTreeMap;
use std::ops::{AddAssign, SubAssign};

use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::campaign::Kind;
use shared::measure::later::{LaterCell, LaterKey, later_cells};
use shared::measure::outcome::Arm;
use shared::measure::report::Ledger;
use shared::measure::rollup::{Cell, Dimension, Key, TOUCH, TouchCell, month};
use shared::time::Day;

use super::Told;
use crate::db::DbError;
use crate::db::results::{CellKey, CellRow, NewCell};

/// What the sums of what was brought later are stored under begins with it.
const LATER: &str = "later:";

/// Changes by cell; each kind of cell under names of its own.
#[derive(Debug, Default)]
pub struct Sums {
    entries: BTreeMap<CellKey, Cell>,
    touches: BTreeMap<CellKey, TouchCell>,
    later: BTreeMap<CellKey, LaterCell>,
}

/// Of all campaigns of a kind: outcomes of different kinds are never added up.
pub fn all_of(kind: Kind) -> i64 {
    match kind {
        Kind::Retention => -1,
        Kind::PaymentRecovery => -2,
        Kind::WinBack => -3,
    }
}

impl Sums {
    /// What an entry says, added or, below 0, taken away, in every cell of its campaign and of all of the kind.
    pub fn add(&mut self, campaign: i64, told: &Told, sign: i8) {
        let of = [campaign, all_of(told.entered.kind)];
        let cell = told.cell();
        for Key { arm, ripe, from, dimension, .. } in told.keys(campaign) {
            for of in of {
                change(&mut self.entries, CellKey(of, from.0, dimension.code(), arm.number(), u8::from(ripe)), &cell, sign);
            }
        }
        let month = month(told.entered.entered_at.day());
        for touch in &told.touches {
            for code in touch.kind.codes() {
                for of in of {
                    change(&mut self.touches, CellKey(of, month.0, code.clone(), 0, 0), &touch.cell, sign);
                }
            }
        }
        for (key, cell) in later_cells(told.entered.arm, told.entered.entered_at, &told.later) {
            for of in of {
                let code = format!("{LATER}{}", key.since);
                change(&mut self.later, CellKey(of, key.month.0, code, key.arm.number(), 0), &cell, sign);
            }
        }
    }

    /// Of the cells that change.
    pub fn keys(&mut self) -> Vec<CellKey> {
        self.entries.retain(|_, change| *change != Cell::default());
        self.touches.retain(|_, change| *change != TouchCell::default());
        self.later.retain(|_, change| *change != LaterCell::default());
        self.entries.keys().chain(self.touches.keys()).chain(self.later.keys()).cloned().collect()
    }

    /// The new sums, from those that are stored.
    ///
    /// # Errors
    /// Where another version wrote a stored one.
    pub fn onto(mut self, stored: Vec<CellRow>) -> Result<Vec<NewCell>, DbError> {
        for row in stored {
            let key = CellKey(row.campaign_id, row.day, row.dimension, row.arm, row.ripe);
            if let Some(change) = self.entries.get_mut(&key) {
                *change += &read::<Cell>(&row.figures)?;
            } else if let Some(change) = self.touches.get_mut(&key) {
                *change += &read::<TouchCell>(&row.figures)?;
            } else if let Some(change) = self.later.get_mut(&key) {
                *change += &read::<LaterCell>(&row.figures)?;
            }
        }
        let entries = self.entries.iter().map(|(key, cell)| new(key, cell));
        let touches = self.touches.iter().map(|(key, cell)| new(key, cell));
        let later = self.later.iter().map(|(key, cell)| new(key, cell));
        entries.chain(touches).chain(later).collect()
    }
}

/// Stored rows as a report reads them.
///
/// # Errors
/// Where another version wrote one.
pub fn ledger(rows: &[CellRow]) -> Result<Ledger, DbError> {
    let mut ledger = Ledger::default();
    for row in rows {
        let unknown = || DbError::Bug(format!("a result of {} in arm {}", row.dimension, row.arm));
        let arm = Arm::of_number(row.arm).ok_or_else(unknown)?;
        if row.dimension.starts_with(TOUCH) {
            *ledger.touches.entry(row.dimension.clone()).or_default() += &read::<TouchCell>(&row.figures)?;
        } else if let Some(since) = row.dimension.strip_prefix(LATER) {
            let since = since.parse().map_err(|_| unknown())?;
            ledger.later.push((LaterKey { month: Day(row.day), since, arm }, read(&row.figures)?));
        } else {
            let dimension = Dimension::of_code(&row.dimension).ok_or_else(unknown)?;
            let key = Key { campaign: row.campaign_id, arm, ripe: row.ripe > 0, from: Day(row.day), dimension };
            ledger.cells.push((key, read(&row.figures)?));
        }
    }
    Ok(ledger)
}

/// As it is stored.
///
/// # Errors
/// Where another version wrote it.
pub fn read<C: DeserializeOwned>(figures: &str) -> Result<C, DbError> {
    serde_json::from_str(figures).map_err(|error| DbError::Bug(format!("a sum of results: {error}")))
}

fn change<C>(sums: &mut BTreeMap<CellKey, C>, key: CellKey, cell: &C, sign: i8)
where
    C: Default + for<'a> AddAssign<&'a C> + for<'a> SubAssign<&'a C>,
{
    let sum = sums.entry(key).or_default();
    if sign < 0 {
        *sum -= cell;
    } else {
        *sum += cell;
    }
}

fn new<C: Serialize>(key: &CellKey, cell: &C) -> Result<NewCell, DbError> {
    let figures = serde_json::to_string(cell).map_err(|error| DbError::Bug(error.to_string()))?;
    let CellKey(campaign, day, dimension, arm, ripe) = key.clone();
    Ok(NewCell(campaign, day, dimension, arm, ripe, figures))
}
