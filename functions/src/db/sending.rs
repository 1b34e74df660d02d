//! How the shop sends, and what it sent, counted by the day.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use shared::campaign::Rules;
use shared::time::{Day, Millis};

use super::{Db, DbError, Param, Statement, statement};
use crate::{params, sql};

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row {
    /// [`Rules`] as they were set.
    settings: Option<String>,
    pub version: u32,
    is_stopped: u8,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Amount {
    scope: String,
    measure: String,
    amount: i64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct MoneyRow {
    campaign_id: i64,
    channel: String,
    reserved: i64,
}

/// `[scope, measure, day, amount]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted(pub String, pub &'static str, pub Day, pub i64);

/// By scope and measure.
pub type Amounts = HashMap<(String, String), i64>;

impl Row {
    pub fn is_stopped(&self) -> bool {
        self.is_stopped > 0
    }

    /// The defaults where there are none, or another version's that this one cannot read.
    pub fn rules(&self) -> Rules {
        Rules::read(self.settings.as_deref()).unwrap_or_default()
    }
}

pub async fn read(db: &Db) -> Result<Row, DbError> {
    let row: Option<Row> = db.first(sql!("sending.sql", "find"), params![]).await?;
    row.ok_or_else(|| DbError::Bug("the row of sending is missing".to_owned()))
}

pub async fn rules(db: &Db) -> Result<Rules, DbError> {
    Ok(read(db).await?.rules())
}

/// # Errors
/// [`DbError::is_stale`] of `sending` where `version` is not the newest.
pub async fn replace(db: &Db, rules: &Rules, version: u32, now: Millis, log: Statement) -> Result<(), DbError> {
    let replace = Statement::new(sql!("sending.sql", "replace"), params![version, Param::json(rules), now]);
    db.batch(vec![replace, log]).await.map(drop)
}

/// Changes a row only where it stood otherwise.
pub fn stop(stops: bool, now: Millis) -> Statement {
    Statement::new(sql!("sending.sql", "stop"), params![stops, now])
}

pub fn count(counted: &[Counted]) -> Result<Vec<Statement>, DbError> {
    statement::paged(counted, |page| Statement::new(sql!("sending.sql", "count"), params![page]))
}

/// Summed up over the days from `since` on.
pub async fn counted(db: &Db, scopes: &[String], since: Day) -> Result<Amounts, DbError> {
    let rows: Vec<Amount> = db.all(sql!("sending.sql", "counted"), params![Param::json(&scopes), since]).await?;
    Ok(rows.into_iter().map(|row| ((row.scope, row.measure), row.amount)).collect())
}

/// By mailbox provider (`gmail`, …) and measure, of one campaign.
pub async fn mailboxes(db: &Db, campaign: i64) -> Result<Amounts, DbError> {
    let rows: Vec<Amount> = db.all(sql!("sending.sql", "mailboxes"), params![campaign]).await?;
    let name = |scope: &str| scope.rsplit_once(":@").map(|(_, name)| name.to_owned()).unwrap_or_default();
    Ok(rows.into_iter().map(|row| ((name(&row.scope), row.measure), row.amount)).collect())
}

/// Millionths of the home currency, by campaign and channel; the channel '' is all of it.
pub async fn money(db: &Db, campaigns: &[i64]) -> Result<HashMap<(i64, String), i64>, DbError> {
    let rows: Vec<MoneyRow> = db.all(sql!("sending.sql", "money"), params![Param::json(&campaigns)]).await?;
    Ok(rows.into_iter().map(|row| ((row.campaign_id, row.channel), row.reserved)).collect())
}
