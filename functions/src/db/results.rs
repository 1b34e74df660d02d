//! What came of entries, and the sums of it.

use serde::{Deserialize, Serialize};
use shared::money::Currency;
use shared::time::Millis;

use super::statement::paged;
use super::{Db, DbError, Outcome, Param, Statement};
use crate::{params, sql};

/// An entry that is to be looked at.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DueRow {
    pub entry_id: i64,
    /// `crate::measuring::Told`.
    pub told: Option<String>,
    /// Sums hold what it says.
    pub is_counted: u8,
    pub look_at: Option<i64>,
    pub campaign_id: i64,
    pub customer_id: i64,
    pub arm: u8,
    pub state: String,
    pub reason: Option<String>,
    pub value_tier: u8,
    pub reason_was: u8,
    pub engagement: u8,
    pub win_back: u8,
    pub segment: Option<i64>,
    /// `shared::offer::Ladder`.
    pub ladder: Option<String>,
    pub entered_at: i64,
    pub ended_at: Option<i64>,
    pub kind: Option<String>,
    pub window_days: Option<u16>,
    pub deadline_day: Option<i32>,
    pub last_day: Option<i32>,
    pub contaminated: u8,
    pub is_gone: u8,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct OrderRow {
    pub customer_id: i64,
    pub id: String,
    pub changed_at: i64,
    pub ordered_at: i64,
    pub amount: i64,
    pub currency: Currency,
    pub refunded: i64,
    pub discount: i64,
    pub status: String,
    pub cancelled_at: Option<i64>,
    pub codes: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TermRow {
    pub customer_id: i64,
    pub id: String,
    pub name: String,
    pub occurred_at: i64,
    pub properties: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TouchRow {
    pub entry_id: i64,
    pub id: i64,
    pub step: u8,
    pub variant: u8,
    pub channel: String,
    pub state: String,
    pub due_at: i64,
    pub sent_at: Option<i64>,
    /// Millionths of a major unit of the home currency.
    pub cost: i64,
    pub choice: Option<String>,
    pub time_zone: Option<String>,
    pub country: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ResponseRow {
    pub entry_id: i64,
    pub touch_id: i64,
    pub kind: String,
    pub occurred_at: i64,
    /// No person did it.
    pub machine: u8,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct GivenRow {
    pub entry_id: i64,
    pub offer: String,
    pub kind: String,
    pub depth: u16,
    pub reserved: i64,
    pub done_at: Option<i64>,
    pub outcome: Option<String>,
    pub code: Option<String>,
}

/// What is known of the customers of a page.
#[derive(Debug, Default)]
pub struct FactRows {
    pub orders: Vec<OrderRow>,
    pub terms: Vec<TermRow>,
    pub touches: Vec<TouchRow>,
    pub responses: Vec<ResponseRow>,
    pub given: Vec<GivenRow>,
}

/// `[campaign, day, dimension, arm, ripe]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct CellKey(pub i64, pub i32, pub String, pub u8, pub u8);

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CellRow {
    pub campaign_id: i64,
    pub day: i32,
    pub dimension: String,
    pub arm: u8,
    pub ripe: u8,
    /// Of `shared::measure::rollup::Cell`.
    pub figures: String,
}

/// `[campaign, day, dimension, arm, ripe, figures]`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewCell(pub i64, pub i32, pub String, pub u8, pub u8, pub String);

/// `[entry, told, returned_at, look_at as it was read, look_at]`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewTold(pub i64, pub String, pub Option<i64>, pub Option<i64>, pub Option<i64>);

/// A campaign with the sums of one arm's entries of a day.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CampaignRow {
    pub id: i64,
    pub public_id: String,
    pub name: String,
    pub kind: Option<String>,
    pub holdout: Option<u16>,
    pub launched_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub day: i32,
    pub arm: u8,
    pub ripe: u8,
    pub figures: String,
}

#[derive(Debug, Deserialize)]
struct At {
    at: i64,
}

#[derive(Debug, Deserialize)]
struct Upto {
    upto: i64,
}

#[derive(Debug, Deserialize)]
struct EntryId {
    entry_id: i64,
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

/// The entries are looked at then at the latest; one that is under way is looked at again.
pub fn look_again(entries: &[i64], at: Millis, now: Millis) -> Statement {
    Statement::new(sql!("results.sql", "look_again"), params![Param::json(&entries), at, now])
}

/// Those of these customers that were ever looked at.
pub fn look_again_of_customers(customers: &[i64], now: Millis) -> Statement {
    Statement::new(sql!("results.sql", "look_again_of_customers"), params![Param::json(&customers), now])
}

pub async fn any_due(db: &Db, now: Millis) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("results.sql", "any_due"), params![now]).await?;
    Ok(row.is_some_and(|row| row.yes > 0))
}

/// Entries that are to be looked at.
pub async fn due(db: &Db, now: Millis, most: u32) -> Result<Vec<i64>, DbError> {
    let rows: Vec<EntryId> = db.all(sql!("results.sql", "due"), params![now, most]).await?;
    Ok(rows.into_iter().map(|row| row.entry_id).collect())
}

/// Whether anything came to touches since they were last read, where that was before `before`.
pub async fn any_answered(db: &Db, before: Millis) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("results.sql", "any_answered"), params![before]).await?;
    Ok(row.is_some_and(|row| row.yes > 0))
}

/// Entries to whose touches something came after `since`, and up to when: some of them, and all until that moment.
pub async fn answered(db: &Db, since: Millis, now: Millis, about: u32) -> Result<(Vec<i64>, Millis), DbError> {
    let upto: Option<Upto> = db.first(sql!("results.sql", "answered_upto"), params![since, now, about]).await?;
    let upto = upto.map_or(now, |row| Millis(row.upto));
    let rows: Vec<EntryId> = db.all(sql!("results.sql", "answered"), params![since, upto]).await?;
    Ok((rows.into_iter().map(|row| row.entry_id).collect(), upto))
}

/// Up to when responses are in what is said of entries.
pub async fn read_to(db: &Db) -> Result<Millis, DbError> {
    let row: Option<At> = db.first(sql!("results.sql", "read_to"), params![]).await?;
    Ok(row.map_or(Millis(0), |row| Millis(row.at)))
}

pub fn set_read_to(at: Millis) -> Statement {
    Statement::new(sql!("results.sql", "set_read_to"), params![at])
}

pub async fn entries(db: &Db, entries: &[i64]) -> Result<Vec<DueRow>, DbError> {
    db.all(sql!("results.sql", "entries"), params![Param::json(&entries)]).await
}

/// `customers`: with the moment from which on they are asked for.
pub async fn facts(db: &Db, customers: &[(i64, i64)], entries: &[i64]) -> Result<FactRows, DbError> {
    let statements = vec![
        Statement::new(sql!("results.sql", "orders"), params![Param::json(&customers)]),
        Statement::new(sql!("results.sql", "terms"), params![Param::json(&customers)]),
        Statement::new(sql!("results.sql", "touches"), params![Param::json(&entries)]),
        Statement::new(sql!("results.sql", "responses"), params![Param::json(&entries)]),
        Statement::new(sql!("results.sql", "given"), params![Param::json(&entries)]),
    ];
    let outcomes = db.batch_idempotent(statements).await?;
    let [orders, terms, touches, responses, given] = outcomes.as_slice() else {
        return Err(DbError::Bug("a batch lost results".to_owned()));
    };
    Ok(FactRows {
        orders: orders.rows()?,
        terms: terms.rows()?,
        touches: touches.rows()?,
        responses: responses.rows()?,
        given: given.rows()?,
    })
}

pub async fn cells(db: &Db, keys: &[CellKey]) -> Result<Vec<CellRow>, DbError> {
    let statements = paged(keys, |page| Statement::new(sql!("results.sql", "cells"), vec![page]))?;
    let outcomes = db.batch_idempotent(statements).await?;
    let pages: Vec<Vec<CellRow>> = outcomes.iter().map(Outcome::rows).collect::<Result<_, _>>()?;
    Ok(pages.into_iter().flatten().collect())
}

/// Cells whose figures are all zero are gone after it.
pub fn put(cells: &[NewCell], told: &[NewTold]) -> Result<Vec<Statement>, DbError> {
    let mut statements = paged(cells, |page| Statement::new(sql!("results.sql", "put_cells"), vec![page]))?;
    let empty: Vec<&NewCell> = cells.iter().filter(|cell| cell.5 == "{}").collect();
    statements.extend(paged(&empty, |page| Statement::new(sql!("results.sql", "drop_empty"), vec![page]))?);
    statements.extend(paged(told, |page| Statement::new(sql!("results.sql", "tell"), vec![page]))?);
    Ok(statements)
}

/// Of a campaign whose launch is taken back: nobody has looked at its entries yet.
pub fn forget(campaign: i64) -> Statement {
    Statement::new(sql!("results.sql", "forget"), params![campaign])
}

/// All sums are made anew from the entries that are there.
pub fn begin_anew(now: Millis) -> Vec<Statement> {
    vec![
        Statement::new(sql!("results.sql", "forget_gone"), params![]),
        Statement::new(sql!("results.sql", "forget_sums"), params![]),
        Statement::new(sql!("results.sql", "look_at_all"), params![now]),
    ]
}

/// Of a campaign, or below 0 of all of a kind, by day of entry, both ends inside.
pub async fn of_campaign(db: &Db, campaign: i64, days: (i32, i32)) -> Result<Vec<CellRow>, DbError> {
    db.all(sql!("results.sql", "of_campaign"), params![campaign, days.0, days.1]).await
}

/// Campaigns into which anybody came in these days, or the one, the newest first.
pub async fn campaigns(db: &Db, campaign: Option<i64>, days: (i32, i32)) -> Result<Vec<CampaignRow>, DbError> {
    db.all(sql!("results.sql", "campaigns"), params![campaign, days.0, days.1]).await
}
