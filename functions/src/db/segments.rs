//! Where customers stand, and the segments that marketers define.

use serde::{Deserialize, Serialize};
use shared::api::Plan;
use shared::id::Id;
use shared::offer::Group;
use shared::segment::filter::Checked;
use shared::segment::{Cuts, Declared, Engagement, Exclusion, Exclusions, Map};
use shared::time::{Day, Millis};

use super::{Db, DbError, Param, Statement, leases, lists, rollups};
use crate::{params, sql};

/// A shop has at most so many segments of its own.
pub const MOST: u32 = 200;

/// At least so many milliseconds for each customer from one run to the next, by plan. A run reads some seven rows a customer: what
/// the free plan lets a day read would not be enough for a run a minute.
const PAUSE_FREE: f64 = 720.0;
const PAUSE_PAID: f64 = 12.0;

/// Customers whose own columns are looked at to say which there are.
const TRAITS_READ: u32 = 2_000;

/// How customers are placed: what the last run found, and what people set.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub cuts: Cuts,
    pub map: Map,
    pub exclusions: Exclusions,
    pub declared: Vec<Declared>,
    pub version: u32,
    /// Of a large shop, as the last run left them.
    pub figures: Option<Figures>,
    pub made_at: Option<Millis>,
}

/// Everybody, counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    pub tallies: Vec<Tally>,
    /// Number of the exclusion, and customers.
    pub left_out: Vec<LeftOut>,
}

/// Customers of one segment and cell: sums, of which means are made. Money in minor units of the home currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// None of who is not placed yet.
    pub segment: Option<u16>,
    pub cell: u16,
    pub customers: u32,
    pub excluded: u32,
    /// A year's.
    pub value: i64,
    pub margin: i64,
    /// Whose margin is known.
    pub valued: u32,
    pub at_risk: i64,
    pub leaving: u32,
    pub lost: u32,
    pub waiting: i64,
    pub regain: i64,
    /// Per mille.
    pub contact: u64,
    pub alone: u64,
    /// Who has chances.
    pub scored: u32,
    /// Days since the first and the last order of those who ordered.
    pub tenure: i64,
    pub silent: i64,
    pub bought: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    pub exclusion: u8,
    pub customers: u32,
}

/// A micro-segment on a day.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct DayRow {
    pub day: i32,
    pub customers: u32,
    pub value: i64,
    pub at_risk: i64,
    pub regain: i64,
}

/// Customers who moved between a segment and another.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct MoveRow {
    /// `in` or `out`.
    pub way: String,
    pub other: u16,
    pub customers: u32,
}

/// A segment that a marketer defined.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Own {
    pub id: i64,
    pub public_id: Id,
    pub name: String,
    /// `shared::segment::filter::Filter` as JSON.
    pub filter: String,
    pub digest: String,
    pub counted: Option<u64>,
    pub counted_at: Option<i64>,
    pub version: u32,
}

/// What is stored of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    pub name: String,
    pub filter: String,
    pub digest: String,
    pub counted: Option<u64>,
}

/// One of the shop's own columns.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Trait {
    pub name: String,
    pub customers: u32,
    pub example: Option<String>,
}

#[derive(Debug, Deserialize)]
struct SettingsRow {
    cuts: String,
    map: String,
    exclusions: Option<String>,
    declared: String,
    version: u32,
    figures: Option<String>,
    made_at: Option<i64>,
    large: u8,
}

#[derive(Debug, Deserialize)]
struct ExclusionsRow {
    exclusions: Option<String>,
}

#[derive(Debug, Deserialize)]
struct CutsRow {
    mid: Option<i64>,
    high: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct CellRow {
    cell: u16,
    customers: u32,
}

#[derive(Debug, Deserialize)]
struct Upto {
    upto: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Name {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

#[derive(Debug, Deserialize)]
struct Count {
    customers: u64,
}

#[derive(Debug, Deserialize)]
struct Top {
    id: i64,
}

/// As SQLite answers it: averages are reals.
#[derive(Debug, Deserialize)]
struct GroupRow {
    line: u8,
    engagement: u8,
    contact: f64,
    alone: f64,
    margin: f64,
    first_order: f64,
    customers: u32,
    excluded: u32,
}

pub async fn settings(db: &Db) -> Result<Settings, DbError> {
    let row: Option<SettingsRow> = db.first(sql!("segments.sql", "settings"), params![rollups::LARGE]).await?;
    let row = row.ok_or_else(|| DbError::Bug("the row of segmentation is missing".to_owned()))?;
    let read = |text: &str| serde_json::from_str(text).unwrap_or_default();
    Ok(Settings {
        cuts: serde_json::from_str(&row.cuts).unwrap_or_default(),
        map: serde_json::from_str(&row.map).unwrap_or_default(),
        exclusions: row.exclusions.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
        declared: read(&row.declared),
        version: row.version,
        figures: row.figures.filter(|_| row.large != 0).and_then(|text| serde_json::from_str(&text).ok()),
        made_at: row.made_at.map(Millis),
    })
}

/// There is something to place anew.
pub fn wake(plan: Plan, now: Millis) -> Statement {
    let pause = match plan {
        Plan::Free => PAUSE_FREE,
        Plan::Paid => PAUSE_PAID,
    };
    Statement::new(sql!("segments.sql", "wake"), params![now, pause])
}

/// Tags that leave people out of offers, in lower case.
pub async fn telling_tags(db: &Db) -> Result<Vec<String>, DbError> {
    let row: Option<ExclusionsRow> = db.first(sql!("segments.sql", "exclusions"), params![]).await?;
    let stored = row.and_then(|row| row.exclusions).and_then(|text| serde_json::from_str::<Exclusions>(&text).ok());
    Ok(stored.unwrap_or_default().tags().map(str::to_lowercase).collect())
}

/// Whether anybody was scored since the last run.
pub async fn is_stale(db: &Db) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("segments.sql", "is_stale"), params![]).await?;
    Ok(row.is_some_and(|row| row.yes != 0))
}

/// Where the thirds of the shop end now.
pub async fn cuts(db: &Db) -> Result<Cuts, DbError> {
    let row: Option<CutsRow> = db.first(sql!("segments.sql", "cuts"), params![]).await?;
    Ok(row.map_or_else(Cuts::default, |row| {
        let mid = row.mid.unwrap_or(0);
        Cuts { mid, high: row.high.unwrap_or(mid) }
    }))
}

/// Customers of each cell, by its number.
pub async fn cell_counts(db: &Db, cuts: &Cuts) -> Result<Vec<u32>, DbError> {
    let rows: Vec<CellRow> = db.all(sql!("segments.sql", "cell_counts"), params![cuts.mid.max(0), cuts.high.max(0)]).await?;
    let mut counts = vec![0; 216];
    for CellRow { cell, customers } in rows {
        if let Some(count) = counts.get_mut(usize::from(cell)) {
            *count = customers;
        }
    }
    Ok(counts)
}

pub fn put_map(cuts: &Cuts, map: &Map) -> Statement {
    Statement::new(sql!("segments.sql", "put_map"), params![Param::json(cuts), Param::json(map)])
}

/// The last of the next `customers` customers; none behind the last one.
pub async fn page_end(db: &Db, after: i64, customers: u32) -> Result<Option<i64>, DbError> {
    let row: Option<Upto> = db.first(sql!("segments.sql", "page_end"), params![after, customers]).await?;
    Ok(row.and_then(|row| row.upto))
}

/// Moves a page's customers to where they belong; only who moves is written.
pub fn settle((after, upto): (i64, i64), cuts: &Cuts, map: &Map, today: Day) -> Vec<Statement> {
    let page = || params![after, upto, cuts.mid.max(0), cuts.high.max(0), Param::json(map)];
    let mut noted = page();
    noted.push(today.into());
    vec![Statement::new(sql!("segments.sql", "note_moves"), noted), Statement::new(sql!("segments.sql", "settle"), page())]
}

/// Counts everybody.
pub async fn figures(db: &Db, today: Day) -> Result<Figures, DbError> {
    let statements = vec![
        Statement::new(sql!("segments.sql", "tallies"), params![today]),
        Statement::new(sql!("segments.sql", "left_out"), params![]),
    ];
    let outcomes = db.batch_idempotent(statements).await?;
    let [tallies, left_out] = outcomes.as_slice() else { return Err(DbError::Bug("a batch lost results".to_owned())) };
    Ok(Figures { tallies: tallies.rows()?, left_out: left_out.rows()? })
}

/// Counts those whom a filter finds.
pub async fn tallies_of(db: &Db, checked: &Checked, today: Day) -> Result<Vec<Tally>, DbError> {
    let Statement { sql, params } = lists::within(checked, Statement::new(sql!("segments.sql", "tallies"), params![today]));
    db.all(sql, params).await
}

/// How many it finds among customers up to a number.
pub async fn count_of(db: &Db, checked: &Checked, upto: i64) -> Result<u64, DbError> {
    let Statement { sql, params } = lists::within(checked, Statement::new(sql!("segments.sql", "count_of"), params![upto]));
    let row: Option<Count> = db.first(sql, params).await?;
    Ok(row.map_or(0, |row| row.customers))
}

/// What the matrix is computed from.
pub async fn groups(db: &Db) -> Result<Vec<Group>, DbError> {
    let rows: Vec<GroupRow> = db.all(sql!("segments.sql", "groups"), params![]).await?;
    let group = |row: GroupRow| Group {
        row: row.line,
        engagement: Engagement::of_number(row.engagement).unwrap_or_default(),
        contact: row.contact as u16,
        none: row.alone as u16,
        margin: row.margin as i64,
        order: row.first_order as i64,
        customers: row.customers,
        excluded: row.excluded,
    };
    Ok(rows.into_iter().map(group).collect())
}

/// Shows what a run counted, and keeps the day's line of each segment.
pub fn publish(figures: &Figures, now: Millis) -> Vec<Statement> {
    let mut days: Vec<(u16, u32, i64, i64, i64)> = Vec::new();
    for tally in &figures.tallies {
        let Some(segment) = tally.segment else { continue };
        match days.iter_mut().find(|day| day.0 == segment) {
            Some(day) => {
                *day = (segment, day.1 + tally.customers, day.2 + tally.value, day.3 + tally.at_risk, day.4 + tally.regain);
            }
            None => days.push((segment, tally.customers, tally.value, tally.at_risk, tally.regain)),
        }
    }
    vec![
        Statement::new(sql!("segments.sql", "put_figures"), params![Param::json(figures), now]),
        Statement::new(sql!("segments.sql", "put_days"), params![Param::json(&days), now.day()]),
    ]
}

pub async fn days(db: &Db, segments: &[u16], from: Day) -> Result<Vec<DayRow>, DbError> {
    db.all(sql!("segments.sql", "days"), params![Param::json(&segments), from]).await
}

pub async fn moves(db: &Db, segment: u16, from: Day) -> Result<Vec<MoveRow>, DbError> {
    db.all(sql!("segments.sql", "moves"), params![u32::from(segment), from]).await
}

/// Everybody is placed anew.
///
/// # Errors
/// [`DbError::is_stale`] of `segmentation` where `version` is not the newest.
pub async fn set_settings(
    db: &Db,
    exclusions: &Exclusions,
    declared: &[Declared],
    version: u32,
    now: Millis,
    log: Statement,
) -> Result<(), DbError> {
    let params = params![version, Param::json(exclusions), Param::json(&declared), now];
    let set = Statement::new(sql!("segments.sql", "set_settings"), params);
    db.batch(vec![set, log, leases::wake("rescore")]).await.map(drop)
}

pub async fn own(db: &Db) -> Result<Vec<Own>, DbError> {
    db.all(sql!("segments.sql", "own"), params![MOST]).await
}

pub async fn own_of(db: &Db, id: &Id) -> Result<Option<Own>, DbError> {
    db.first(sql!("segments.sql", "own_of"), params![id]).await
}

/// `log` must write only where the segment was stored. False where there are [`MOST`] already.
pub async fn add(db: &Db, id: &Id, content: &Content, by: Option<i64>, now: Millis, log: Statement) -> Result<bool, DbError> {
    let outcomes = db.batch(vec![add_statement(id, content, by, now), log]).await?;
    Ok(outcomes.first().is_some_and(|outcome| outcome.changes > 0))
}

/// Writes nothing where there are [`MOST`] already.
pub fn add_statement(id: &Id, content: &Content, by: Option<i64>, now: Millis) -> Statement {
    let Content { name, filter, digest, counted } = content;
    Statement::new(sql!("segments.sql", "add_own"), params![id, name, filter, digest, *counted, now, by, MOST])
}

/// # Errors
/// [`DbError::is_stale`] of `segments` where `version` is not the newest.
pub async fn change(db: &Db, id: i64, version: u32, content: &Content, now: Millis, log: Statement) -> Result<bool, DbError> {
    let Content { name, filter, digest, counted } = content;
    let params = params![id, version, name, filter, digest, *counted, now];
    let outcomes = db.batch(vec![Statement::new(sql!("segments.sql", "change_own"), params), log]).await?;
    Ok(outcomes.first().is_some_and(|outcome| outcome.changes > 0))
}

/// # Errors
/// [`DbError::is_stale`] of `segments` where `version` is not the newest.
pub async fn remove(db: &Db, id: i64, version: u32, log: Statement) -> Result<bool, DbError> {
    let hold = Statement::new(sql!("segments.sql", "hold_own"), params![id, version]);
    let remove = Statement::new(sql!("segments.sql", "remove_own"), params![id]);
    let outcomes = db.batch(vec![hold, remove, log]).await?;
    Ok(outcomes.get(1).is_some_and(|outcome| outcome.changes > 0))
}

pub fn count_anew(counts: &[(i64, u64)], now: Millis) -> Statement {
    Statement::new(sql!("segments.sql", "count_anew"), params![Param::json(&counts), now])
}

/// Of what a filter names: tags that nobody has, people of the team and sources that are gone.
pub async fn gone(db: &Db, tags: &[String], people: &[String], sources: &[String]) -> Result<[Vec<String>; 3], DbError> {
    if tags.is_empty() && people.is_empty() && sources.is_empty() {
        return Ok([const { Vec::new() }; 3]);
    }
    let statements = vec![
        Statement::new(sql!("segments.sql", "gone_tags"), params![Param::json(&tags)]),
        Statement::new(sql!("segments.sql", "gone_people"), params![Param::json(&people)]),
        Statement::new(sql!("segments.sql", "gone_sources"), params![Param::json(&sources)]),
    ];
    let outcomes = db.batch_idempotent(statements).await?;
    let [tags, people, sources] = outcomes.as_slice() else { return Err(DbError::Bug("a batch lost results".to_owned())) };
    let names = |outcome: &super::Outcome| -> Result<Vec<String>, DbError> {
        Ok(outcome.rows::<Name>()?.into_iter().map(|row| row.name).collect())
    };
    Ok([names(tags)?, names(people)?, names(sources)?])
}

/// The highest number of a customer, which takes one row to read.
pub async fn top_id(db: &Db) -> Result<i64, DbError> {
    let row: Option<Top> = db.first(sql!("segments.sql", "top_id"), params![]).await?;
    Ok(row.map_or(0, |row| row.id))
}

/// The shop's own columns, of a sample of customers.
pub async fn traits(db: &Db) -> Result<Vec<Trait>, DbError> {
    db.all(sql!("segments.sql", "traits_in_use"), params![TRAITS_READ]).await
}

impl LeftOut {
    pub fn exclusion(&self) -> Option<Exclusion> {
        Exclusion::of_number(self.exclusion)
    }
}
