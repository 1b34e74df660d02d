//! Roll-ups of a large shop: lists in order, and figures of everybody, as scoring last left them.
//!
//! A list of a million customers sorted anew for each page would read a million rows each time. The job `rollup` cuts each sorted
//! list once into runs of [`RUN`] places, a row for each tier in a run. Any page of any tiers is then found by adding up the rows'
//! counts, and only the runs that hold it are opened.

use serde::{Deserialize, Serialize};
use shared::api::{Tier, TierSummary};

use super::customers::Sort;
use super::totals::{Counts, DayTotal};
use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

/// Below so many customers a scan is quicker than keeping a roll-up, and always of this moment.
pub const LARGE: u32 = 20_000;

/// Places of a list in one run: a row stays below 64 KB.
const RUN: u32 = 4_000;

/// At least so long from one roll-up to the next, in milliseconds.
const PAUSE: i64 = 300_000;

/// Everybody by tier, as the lists of the same generation have them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lists {
    pub generation: i64,
    pub tiers: Vec<TierSummary>,
}

/// Figures that take a scan of all orders, events and contacts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    pub counts: Counts,
    pub days: Vec<DayTotal>,
}

#[derive(Debug, Deserialize)]
pub struct NewestRow {
    name: String,
    generation: i64,
    figures: String,
}

#[derive(Debug, Deserialize)]
struct Generation {
    generation: i64,
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

#[derive(Debug, Deserialize)]
struct PlaceRow {
    id: i64,
}

/// There is something to roll up. Only of a large shop.
pub fn wake() -> Statement {
    Statement::new(sql!("rollups.sql", "wake"), params![PAUSE])
}

pub fn newest_statement() -> Statement {
    Statement::new(sql!("rollups.sql", "newest"), params![LARGE])
}

/// Reads what [`newest_statement`] answers: none where the shop is small, or was never rolled up.
pub fn read_newest(rows: Vec<NewestRow>) -> (Option<Lists>, Option<Totals>) {
    let (mut lists, mut totals) = (None, None);
    for NewestRow { name, generation, figures } in rows {
        match name.as_str() {
            "lists" => lists = serde_json::from_str(&figures).ok().map(|tiers| Lists { generation, tiers }),
            "totals" => totals = serde_json::from_str(&figures).ok(),
            _ => {}
        }
    }
    (lists, totals)
}

pub async fn is_large(db: &Db) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("rollups.sql", "is_large"), params![LARGE]).await?;
    Ok(row.is_some_and(|row| row.yes != 0))
}

pub async fn next_generation(db: &Db) -> Result<i64, DbError> {
    let row: Option<Generation> = db.first(sql!("rollups.sql", "next_generation"), params![]).await?;
    row.map(|row| row.generation).ok_or_else(|| DbError::Bug("an aggregate has no row".to_owned()))
}

/// Cuts the list of one sort, the way round in which people read it.
pub fn cut(generation: i64, sort: Sort) -> Statement {
    match sort {
        Sort::Name => Statement::new(sql!("rollups.sql", "cut_by_name"), params![generation, RUN]),
        _ => {
            let direction = if sort.starts_down() { -1 } else { 1 };
            Statement::new(sql!("rollups.sql", "cut_by_number"), params![generation, sort.as_str(), direction, RUN])
        }
    }
}

/// Shows a generation with its figures, and lets go of those before the last one.
pub fn publish(lists: &Lists, totals: &Totals) -> Vec<Statement> {
    let put = |name: &str, figures: Param| Statement::new(sql!("rollups.sql", "publish"), params![name, lists.generation, figures]);
    vec![
        put("lists", Param::json(&lists.tiers)),
        put("totals", Param::json(totals)),
        Statement::new(sql!("rollups.sql", "drop_older"), params![lists.generation]),
    ]
}

/// Whether a cursor of this generation can still go on in it.
pub async fn has_generation(db: &Db, generation: i64, sort: Sort) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("rollups.sql", "has_generation"), params![generation, sort.as_str()]).await?;
    Ok(row.is_some_and(|row| row.yes != 0))
}

/// The numbers of `limit` customers of the tiers (none for all) after the first `offset`.
pub async fn places(
    db: &Db,
    generation: i64,
    sort: Sort,
    tiers: &[Tier],
    offset: u32,
    limit: u32,
) -> Result<Vec<i64>, DbError> {
    let codes: Vec<i32> = tiers.iter().map(|tier| tier.code()).collect();
    let tiers = if codes.is_empty() { Param::Null } else { Param::json(&codes) };
    let params = params![generation, sort.as_str(), tiers, offset, limit];
    let rows: Vec<PlaceRow> = db.all(sql!("rollups.sql", "places"), params).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
