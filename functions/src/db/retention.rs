//! How long events and messages stay, and what is kept of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::api::Plan;
use shared::id::Id;
use shared::retention::Cut;
use shared::time::{Day, Millis};

use super::{Db, DbError, Param, Statement, json_pages, leases, paged};
use crate::{params, sql};

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Settings {
    pub event_days: u32,
    pub events_from: Option<i32>,
    pub version: u32,
    pub plan: Plan,
    pub measured_day: Option<i32>,
    /// Bytes, when it was last measured.
    pub used: u64,
    pub limited_by: Option<String>,
}

/// What is measured, in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// Behind this event: source and id.
    Events(i64, String),
    /// Behind this message.
    Messages(i64),
    /// Behind this dead letter.
    Letters(i64),
    #[default]
    End,
}

/// Some rows, measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// Bytes by day.
    pub bytes: BTreeMap<Day, u64>,
    pub next: Place,
}

/// An event whose row is about to go.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Going {
    pub customer_id: i64,
    /// Whose it was before records were merged.
    pub record: i64,
    pub source: i64,
    pub external_id: String,
    pub name: String,
    pub occurred_at: i64,
    pub received_at: i64,
    /// JSON.
    pub properties: String,
}

/// What a customer's base becomes, and what it was when it was read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewBase(pub i64, pub String, pub Option<String>);

#[derive(Debug, Clone, Deserialize)]
pub struct BaseRow {
    pub customer_id: i64,
    pub base: String,
}

/// The file of an import.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FileRow {
    /// The oldest day whose events are kept.
    pub events_from: Option<i32>,
    digest: String,
    /// The last line that any import read.
    pub lines: Option<u64>,
}

/// A page of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessagePage {
    pub upto: i64,
    /// When the oldest of them came.
    pub oldest: Millis,
}

#[derive(Debug, Deserialize)]
struct MeasureRow {
    days: String,
    #[serde(default)]
    source: Option<i64>,
    #[serde(default)]
    external_id: Option<String>,
    #[serde(default)]
    last: Option<i64>,
    n: u32,
}

#[derive(Debug, Deserialize)]
struct PageRow {
    upto: Option<i64>,
    oldest: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

impl Place {
    pub fn start() -> Self {
        Self::Events(i64::MIN, String::new())
    }
}

pub async fn settings(db: &Db) -> Result<Settings, DbError> {
    let row = db.first(sql!("retention.sql", "settings"), params![]).await?;
    row.ok_or_else(|| DbError::Bug("the shop's row is missing".to_owned()))
}

/// # Errors
/// [`DbError::is_stale`] of `shop` where `version` is not the newest.
pub async fn set_event_days(db: &Db, days: u32, version: u32, now: Millis, log: Statement) -> Result<(), DbError> {
    let set = Statement::new(sql!("retention.sql", "set_event_days"), params![version, days, now]);
    let anew = Statement::new(sql!("retention.sql", "measure_anew"), params![]);
    db.batch(vec![set, log, anew, leases::wake("prune")]).await.map(drop)
}

/// Whether there is something that was not measured today.
pub async fn any_due(db: &Db, today: Day) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("retention.sql", "any_due"), params![today]).await?;
    Ok(row.is_some_and(|row| row.yes != 0))
}

/// What the next `rows` rows fill, about.
pub async fn measure(db: &Db, place: &Place, rows: u32) -> Result<Measured, DbError> {
    let row: Option<MeasureRow> = match place {
        Place::Events(source, id) => db.first(sql!("retention.sql", "measure_events"), params![*source, id, rows]).await?,
        Place::Messages(after) => db.first(sql!("retention.sql", "measure_messages"), params![*after, rows]).await?,
        Place::Letters(after) => db.first(sql!("retention.sql", "measure_letters"), params![*after, rows]).await?,
        Place::End => None,
    };
    let Some(row) = row else { return Ok(Measured { bytes: BTreeMap::new(), next: Place::End }) };
    let days: Vec<(i32, u64)> = serde_json::from_str(&row.days).map_err(|error| DbError::Bug(error.to_string()))?;
    let is_last = row.n < rows;
    let next = match (place, row.source, row.external_id, row.last) {
        (Place::Events(..), Some(source), Some(id), _) if !is_last => Place::Events(source, id),
        (Place::Events(..), ..) => Place::Messages(0),
        (Place::Messages(_), _, _, Some(last)) if !is_last => Place::Messages(last),
        (Place::Messages(_), ..) => Place::Letters(0),
        (Place::Letters(_), _, _, Some(last)) if !is_last => Place::Letters(last),
        _ => Place::End,
    };
    Ok(Measured { bytes: days.into_iter().map(|(day, bytes)| (Day(day), bytes)).collect(), next })
}

/// Bytes.
pub fn used(bytes: u64) -> Statement {
    Statement::new(sql!("retention.sql", "used"), params![bytes])
}

/// All that came by then is measured, and what had its time is gone.
pub fn measured(today: Day) -> Statement {
    Statement::new(sql!("retention.sql", "measured"), params![today])
}

/// From now on nothing older is taken.
pub fn begin_cut(cut: Cut) -> Vec<Statement> {
    vec![
        Statement::new(sql!("retention.sql", "limited_by"), params![cut.limited_by.as_str()]),
        Statement::new(sql!("retention.sql", "move_events_from"), params![cut.from]),
    ]
}

/// Events before `before` of the customers from `from` on, by customer.
pub async fn going(db: &Db, from: i64, before: Millis, events: u32, bytes: u32) -> Result<Vec<Going>, DbError> {
    db.all(sql!("retention.sql", "going"), params![from, before, events, bytes]).await
}

pub async fn bases(db: &Db, customers: &[i64]) -> Result<Vec<BaseRow>, DbError> {
    let mut bases = Vec::new();
    for page in json_pages(customers)? {
        bases.extend(db.all::<BaseRow>(sql!("retention.sql", "bases"), params![Param::Json(page)]).await?);
    }
    Ok(bases)
}

/// # Errors
/// Their batch fails with [`is_stale`] where one of them is not as it was read.
pub fn store_bases(bases: &[NewBase], now: Millis) -> Result<Vec<Statement>, DbError> {
    let statements = |page: String| {
        let page = Param::Json(page);
        [
            Statement::new(sql!("retention.sql", "change_bases"), params![page.clone()]),
            Statement::new(sql!("retention.sql", "add_bases"), params![page, now]),
        ]
    };
    Ok(json_pages(bases)?.into_iter().flat_map(statements).collect())
}

/// Of customers who are created in the same batch, by their public ids.
pub fn store_bases_of_new(bases: &[(Id, String)], now: Millis) -> Result<Vec<Statement>, DbError> {
    paged(bases, |page| Statement::new(sql!("retention.sql", "add_bases_of_new"), params![page, now]))
}

/// To be folded again.
pub fn mark_dirty(customers: &[i64]) -> Result<Vec<Statement>, DbError> {
    paged(customers, |page| Statement::new(sql!("retention.sql", "mark_dirty"), params![page]))
}

pub async fn file(db: &Db, import: i64) -> Result<FileRow, DbError> {
    let row = db.first(sql!("retention.sql", "file"), params![import]).await?;
    row.ok_or_else(|| DbError::Bug("an import's row is missing".to_owned()))
}

/// Up to which line the file was read. The batch fails with [`is_stale`] where what is kept is not what the file was read beside.
pub fn note_lines(file: &FileRow, last: u64, import: i64) -> Statement {
    let FileRow { events_from, digest, .. } = file;
    Statement::new(sql!("retention.sql", "note_lines"), params![digest, last, import, events_from.map(Day)])
}

/// # Errors
/// Their batch fails with [`is_stale`] where one of them is not as it was read.
pub fn drop_events(events: &[Going]) -> Result<Vec<Statement>, DbError> {
    let key = |event: &Going| {
        let Going { customer_id, source, external_id, occurred_at, received_at, properties, .. } = event;
        (*customer_id, *source, external_id.clone(), *occurred_at, *received_at, properties.len())
    };
    let keys: Vec<_> = events.iter().map(key).collect();
    let statements = |page: String| {
        let page = Param::Json(page);
        [
            Statement::new(sql!("retention.sql", "hold_events"), params![page.clone()]),
            Statement::new(sql!("retention.sql", "drop_events"), params![page]),
        ]
    };
    Ok(json_pages(&keys)?.into_iter().flat_map(statements).collect())
}

/// Somebody changed what the batch was made from: look again.
pub fn is_stale(error: &DbError) -> bool {
    ["states.schema", "retention.used", "folded_files.lines"].iter().any(|column| error.is_missing(column))
}

/// None where no message is behind `after`.
pub async fn message_page(db: &Db, after: i64, messages: u32) -> Result<Option<MessagePage>, DbError> {
    let row: Option<PageRow> = db.first(sql!("retention.sql", "message_page"), params![after, messages]).await?;
    let page = |row: PageRow| Some(MessagePage { upto: row.upto?, oldest: Millis(row.oldest?) });
    Ok(row.and_then(page))
}

pub fn drop_messages(after: i64, upto: i64, before: Millis) -> Statement {
    Statement::new(sql!("retention.sql", "drop_messages"), params![after, upto, before])
}

/// At most `limit`.
pub fn drop_letters(before: Millis, limit: u32) -> Statement {
    Statement::new(sql!("retention.sql", "drop_letters"), params![before, limit])
}
