//! Who went into which campaign, and when something is to be planned for them next.

use serde::{Deserialize, Serialize};
use shared::id::Id;
use shared::time::Millis;

use super::{Db, DbError, Param, Statement, statement};
use crate::{params, sql};

/// A campaign whose audience is being gone through.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Entering {
    pub id: i64,
    pub public_id: Id,
    /// The customer up to whom it came.
    pub entered_upto: i64,
    pub edition: u32,
    pub segment: Option<String>,
    /// `shared::campaign::Plan`.
    pub plan: String,
    pub draft: String,
    pub launched_at: i64,
    pub leaves_at: i64,
}

/// What a customer is in, or was.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Other {
    pub customer_id: i64,
    pub campaign_id: i64,
    pub number: u32,
    pub state: String,
    pub arm: u8,
    pub entered_at: i64,
    pub ended_at: Option<i64>,
    pub campaign_state: String,
    /// Of what runs.
    pub kind: Option<String>,
    pub priority: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Assignment {
    pub customer_id: i64,
    pub unit: String,
    pub is_held_out: u8,
}

/// `[customer, number, state, arm, reason, evidence]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct New(pub i64, pub u32, pub &'static str, pub u8, pub Option<&'static str>, pub Option<String>);

/// Whose next touch is to be planned.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Due {
    pub id: i64,
    pub campaign_id: i64,
    pub customer_id: i64,
    pub number: u32,
    pub arm: u8,
    pub entered_at: i64,
    pub value_tier: u8,
    pub reason_was: u8,
    pub engagement: u8,
    pub tier: i32,
    /// `shared::offer::Ladder`.
    pub ladder: Option<String>,
    pub contact_id: Option<i64>,
    pub campaign: Id,
    pub campaign_state: String,
    pub leaves_at: i64,
    pub edition: u32,
}

/// `[entry, state, reason, evidence, next_at, contact, ladder]`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Planned(
    pub i64,
    pub &'static str,
    pub Option<&'static str>,
    pub Option<String>,
    pub Option<Millis>,
    pub Option<i64>,
    pub Option<String>,
);

/// What ran or runs, as it was approved.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Edition {
    pub campaign_id: i64,
    pub number: u32,
    pub plan: String,
    pub draft: String,
    pub segment: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ListRow {
    pub id: i64,
    pub customer: Id,
    pub customer_name: String,
    pub number: u32,
    pub arm: u8,
    pub state: String,
    pub reason: Option<String>,
    pub evidence: Option<String>,
    pub entered_at: i64,
    pub ended_at: Option<i64>,
    /// `[step, channel, state, due_at]` as JSON.
    pub last: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Count {
    pub state: String,
    pub arm: u8,
    pub reason: Option<String>,
    pub customers: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NamedRow {
    pub reason: Option<String>,
    pub public_id: Id,
    pub name: String,
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

/// The one whose round began first.
pub async fn to_enter(db: &Db) -> Result<Option<Entering>, DbError> {
    db.first(sql!("entries.sql", "to_enter"), params![]).await
}

pub async fn any_to_enter(db: &Db) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("entries.sql", "any_to_enter"), params![]).await?;
    Ok(row.is_some_and(|row| row.yes > 0))
}

/// Campaigns that always run look at their audience anew, where they did not since `before`.
pub fn begin_rounds(now: Millis, before: Millis) -> Statement {
    Statement::new(sql!("entries.sql", "begin_rounds"), params![now, before])
}

/// None at the end of the round.
pub fn move_on(campaign: i64, upto: Option<i64>) -> Statement {
    Statement::new(sql!("entries.sql", "move_on"), params![campaign, upto])
}

pub fn others(customers: &[i64], campaign: i64) -> Statement {
    Statement::new(sql!("entries.sql", "others"), params![Param::json(&customers), campaign])
}

pub async fn assignments(db: &Db, customers: &[i64], units: &[String]) -> Result<Vec<Assignment>, DbError> {
    db.all(sql!("entries.sql", "assignments"), params![Param::json(&customers), Param::json(&units)]).await
}

/// `(customer, unit, whether held out)`.
pub fn assign(drawn: &[(i64, &str, bool)], now: Millis) -> Result<Vec<Statement>, DbError> {
    let rows: Vec<(i64, &str, u8)> = drawn.iter().map(|(customer, unit, is)| (*customer, *unit, u8::from(*is))).collect();
    statement::paged(&rows, |page| Statement::new(sql!("entries.sql", "assign"), params![page, now]))
}

/// Planned from `from` on.
pub fn enter(campaign: i64, new: &[New], now: Millis, from: Millis) -> Result<Vec<Statement>, DbError> {
    statement::paged(new, |page| Statement::new(sql!("entries.sql", "enter"), params![campaign, now, from, page]))
}

pub async fn due(db: &Db, now: Millis, most: u32) -> Result<Vec<Due>, DbError> {
    db.all(sql!("entries.sql", "due"), params![now, most]).await
}

pub async fn any_due(db: &Db, now: Millis) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("entries.sql", "any_due"), params![now]).await?;
    Ok(row.is_some_and(|row| row.yes > 0))
}

pub fn plan(planned: &[Planned], now: Millis) -> Result<Vec<Statement>, DbError> {
    statement::paged(planned, |page| Statement::new(sql!("entries.sql", "plan"), params![page, now]))
}

pub fn look_again(entries: &[i64], at: Millis) -> Statement {
    Statement::new(sql!("entries.sql", "look_again"), params![Param::json(&entries), at])
}

/// The touch's entry is looked at by the planner.
pub fn look_again_of_touch(touch: i64, at: Millis) -> Statement {
    Statement::new(sql!("entries.sql", "look_again_of_touch"), params![touch, at])
}

/// By campaign and number.
pub async fn editions(db: &Db, keys: &[(i64, u32)]) -> Result<Vec<Edition>, DbError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    db.all(sql!("entries.sql", "editions"), params![Param::json(&keys)]).await
}

/// The newest first, before the entry `before`.
pub async fn list(
    db: &Db,
    campaign: i64,
    before: i64,
    most: u32,
    state: Option<&str>,
    reason: Option<&str>,
) -> Result<Vec<ListRow>, DbError> {
    db.all(sql!("entries.sql", "list"), params![campaign, before, most, state, reason]).await
}

pub fn counts(campaign: i64) -> Statement {
    Statement::new(sql!("entries.sql", "counts"), params![campaign])
}

pub fn names_left_out(campaign: i64) -> Statement {
    Statement::new(sql!("entries.sql", "names_left_out"), params![campaign])
}
