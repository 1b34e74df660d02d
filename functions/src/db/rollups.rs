//! Roll-ups of a large shop: lists in order, and figures of everybody, as scoring last left them.
//!
//! A list of a million customers sorted anew for each page would read a million rows each time. The job `rollup` cuts each sorted
//! list once into runs of [`RUN`] places, a row for each tier in a run. Any page of any tiers is then found by adding up the rows'
//! counts, and only the runs that hold it are opened.

use serde::{Deserialize, Serialize};
use shared::api::TierSummary;

use super::customers::{Filter, Part, Place, Sort};
use super::shop::{self, Shop};
use super::totals::{Counts, DayTotal};
use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

/// Below so many customers a scan is quicker than keeping a roll-up, and always of this moment.
pub const LARGE: u32 = 20_000;

/// Places of a list in one run: a row stays below 64 KB.
const RUN: u32 = 4_000;

/// At least so long from one roll-up to the next, in milliseconds: in all, and for each customer. A roll-up reads some 27 rows a
/// customer, so that a million customers rolled up each hour stay within the 25 billion rows that a month of the paid plan includes.
const PAUSE: i64 = 300_000;
const PAUSE_EACH: f64 = 3.6;

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
    generation: i64,
    figures: String,
}

#[derive(Debug, Deserialize)]
struct Generation {
    generation: i64,
}

/// The customers of one tier in a run of places, and how many of the list's stand before the run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RunRow {
    chunk: u32,
    before: u32,
    ids: String,
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

/// There is something to roll up. Only of a large shop.
pub fn wake() -> Statement {
    Statement::new(sql!("rollups.sql", "wake"), params![PAUSE, PAUSE_EACH])
}

pub fn lists_statement() -> Statement {
    Statement::new(sql!("rollups.sql", "newest"), params![LARGE, "lists"])
}

pub fn totals_statement() -> Statement {
    Statement { params: params![LARGE, "totals"], ..lists_statement() }
}

/// Reads what [`lists_statement`] answers: none where the shop is small, or was never rolled up.
pub fn read_lists(row: Option<NewestRow>) -> Option<Lists> {
    let NewestRow { generation, figures } = row?;
    serde_json::from_str(&figures).ok().map(|tiers| Lists { generation, tiers })
}

/// The same for [`totals_statement`].
pub fn read_totals(row: Option<NewestRow>) -> Option<Totals> {
    serde_json::from_str(&row?.figures).ok()
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
    let put =
        |name: &str, figures: Param| Statement::new(sql!("rollups.sql", "publish"), params![name, lists.generation, figures]);
    vec![
        put("lists", Param::json(&lists.tiers)),
        put("totals", Param::json(totals)),
        Statement::new(sql!("rollups.sql", "drop_older"), params![lists.generation]),
    ]
}

/// The shop with its newest lists, in one call.
pub async fn shop_and_lists(db: &Db) -> Result<(Shop, Option<Lists>), DbError> {
    let outcomes = db.batch_idempotent(vec![shop::statement(), lists_statement()]).await?;
    let [shop, newest] = outcomes.as_slice() else { return Err(DbError::Bug("a batch lost results".to_owned())) };
    let shop = shop.first()?.ok_or_else(|| DbError::Bug("the shop's row is missing".to_owned()))?;
    Ok((shop, read_lists(newest.first()?)))
}

pub async fn lists(db: &Db) -> Result<Option<Lists>, DbError> {
    let Statement { sql, params } = lists_statement();
    Ok(read_lists(db.first(sql, params).await?))
}

/// How many wait for their score: counted only while there may be any, since that reads everybody.
pub fn waiting_statement() -> Statement {
    Statement::new(sql!("rollups.sql", "waiting"), params![])
}

/// Generation and offset where a part of a list begins; none where only a scan answers.
pub fn start(lists: &Lists, filter: &Filter, part: &Part) -> Option<(i64, u32)> {
    if !filter.is_tiers_only() || filter.down != filter.sort.starts_down() {
        return None;
    }
    match &part.after {
        None => Some((lists.generation, part.offset)),
        Some(place) => place.rolled.filter(|&at| is_kept(Some(lists), at)),
    }
}

pub fn read_places(runs: Vec<RunRow>, (generation, offset): (i64, u32), limit: u32) -> Result<Vec<Place>, DbError> {
    let first = runs.iter().map(|run| run.before).min().unwrap_or(offset);
    let mut places = Vec::new();
    for RunRow { chunk, ids, .. } in runs {
        let ids: Vec<(u32, i64)> =
            serde_json::from_str(&ids).map_err(|error| DbError::Bug(format!("a run of a list: {error}")))?;
        places.extend(ids.into_iter().map(|(place, id)| (chunk, place, id)));
    }
    places.sort_unstable();
    let part = places.into_iter().skip(offset.saturating_sub(first) as usize).take(limit as usize);
    let rolled = |(id, upto)| Place { id, number: None, text: None, rolled: Some((generation, upto)) };
    Ok(part.map(|(_, _, id)| id).zip(offset + 1..).map(rolled).collect())
}

/// Whether a place of a roll-up can still be gone on from: its generation is the newest or the one before.
pub fn is_kept(newest: Option<&Lists>, (generation, _): (i64, u32)) -> bool {
    newest.is_some_and(|lists| (lists.generation - 1..=lists.generation).contains(&generation))
}

/// The runs that hold `limit` customers of the filter's tiers after the first `offset`: for [`read_places`].
pub fn runs_statement(generation: i64, filter: &Filter, offset: u32, limit: u32) -> Statement {
    let codes: Vec<i32> = filter.tiers.iter().map(|tier| tier.code()).collect();
    let tiers = if codes.is_empty() { Param::Null } else { Param::json(&codes) };
    Statement::new(sql!("rollups.sql", "runs_of_part"), params![generation, filter.sort.as_str(), tiers, offset, limit])
}

/// Where a customer stands now in the list as it is, for a walk that outlived the generation it began in; none where it is gone.
pub async fn place_now(db: &Db, filter: &Filter, customer: i64) -> Result<Option<Place>, DbError> {
    let direction = if filter.down { -1 } else { 1 };
    match filter.sort {
        Sort::Name => db.first(sql!("rollups.sql", "place_by_name"), params![customer]).await,
        sort => db.first(sql!("rollups.sql", "place_by_number"), params![customer, sort.as_str(), direction]).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(runs: &[(u32, u32, &str)], offset: u32, limit: u32, expected: &[(i64, u32)]) {
        let runs = runs.iter().map(|&(chunk, before, ids)| RunRow { chunk, before, ids: ids.to_owned() }).collect();
        let places = read_places(runs, (7, offset), limit).expect("places");
        let found: Vec<_> = places.into_iter().map(|place| (place.id, place.rolled.expect("rolled"))).collect();
        let expected: Vec<_> = expected.iter().map(|&(id, upto)| (id, (7, upto))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn tiers_of_a_run_are_merged_by_their_places() {
        let runs = [(2, 40, "[[3,30],[9,90]]"), (2, 40, "[[5,50]]"), (3, 43, "[[0,1]]")];
        check(&runs, 40, 100, &[(30, 41), (50, 42), (90, 43), (1, 44)]);
        check(&runs, 41, 2, &[(50, 42), (90, 43)]);
        check(&[], 5, 100, &[]);
    }
}
