//! The ledger of touches.
//!
//! Whoever moves a touch says from which state and, once it is claimed, by which claim, in the statement itself: a run that died, a second
//! run and a person who opts out meanwhile each find it as it is, and nobody sends it twice.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use shared::id::Id;
use shared::message::Angle;
use shared::offer::Step;
use shared::time::Millis;

use super::{Db, DbError, Outcome, Param, Statement, statement};
use crate::{params, sql};

/// `[campaign, entry, customer, contact, step, edition, channel, state, reason, evidence, due_at, expires_at, variant, choice]`.
#[derive(Debug, Clone, PartialEq)]
pub struct New {
    pub campaign: i64,
    pub entry: i64,
    pub customer: i64,
    pub contact: Option<i64>,
    pub step: u8,
    pub edition: u32,
    pub channel: &'static str,
    pub state: &'static str,
    pub reason: Option<&'static str>,
    pub evidence: Option<String>,
    pub due_at: Millis,
    pub expires_at: Option<Millis>,
    pub variant: u8,
    /// [`Choice`] as JSON.
    pub choice: Option<String>,
}

/// What was chosen for a touch beside its channel and hour, and what was not open: the choice follows from these alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub message: Step,
    /// From another side than the draft says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub angle: Option<Angle>,
    /// Channels that came before it, with why they were closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<(String, String)>,
}

/// A touch that is to be sent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row {
    pub id: i64,
    pub campaign_id: i64,
    pub entry_id: i64,
    pub customer_id: i64,
    pub contact_id: Option<i64>,
    pub step: u8,
    pub edition: u32,
    pub channel: String,
    pub state: String,
    pub reason: Option<String>,
    pub due_at: i64,
    pub expires_at: Option<i64>,
    pub variant: u8,
    pub created_at: i64,
    pub entered_at: i64,
    #[serde(default)]
    pub sender: Option<i64>,
    #[serde(default)]
    pub cost: i64,
    /// What its entry is offered: `shared::offer::Ladder`. Only of what is claimed.
    #[serde(default)]
    pub ladder: Option<String>,
    pub tries: u8,
    /// [`Choice`] as JSON.
    choice: Option<String>,
}

impl Row {
    pub fn choice(&self) -> Option<Choice> {
        serde_json::from_str(self.choice.as_deref()?).ok()
    }
}

/// One whose run ended between the request and its answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct BrokenOff {
    #[serde(flatten)]
    pub row: Row,
    pub key: Option<String>,
    pub digest: Option<String>,
    pub inputs: Option<String>,
    /// Of a request for several: the touches in it, in its order, as JSON.
    pub members: Option<String>,
    pub sending_at: Option<i64>,
}

/// `[touch, reason, evidence, due_at, expires_at]`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Held(pub i64, pub &'static str, pub String, pub Millis, pub Millis);

/// `[touch, reason, evidence]`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Skipped(pub i64, pub &'static str, pub String);

/// `[since, most, channels]`: fewer than `most` were counted since then, over these channels together or over all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cap(pub Millis, pub u16, pub Option<Vec<&'static str>>);

/// What is asked for with a claim; see `claim` in touches.sql.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    pub touch: i64,
    pub sender: Option<i64>,
    pub cost: i64,
    pub of_campaign: i64,
    pub of_channel: i64,
    pub of_day: i64,
    pub most_of_campaign: Option<i64>,
    pub most_of_channel: Option<i64>,
    pub most_of_day: Option<i64>,
    pub caps: Vec<Cap>,
    pub contact: Option<i64>,
    pub channel: Option<&'static str>,
}

/// `[touch, key, digest, inputs, members]`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sending(pub i64, pub String, pub String, pub String, pub Option<String>);

/// `[touch, state, sender's id, reason, evidence, what is kept of the inputs]`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recorded(
    pub i64,
    pub &'static str,
    pub Option<String>,
    pub Option<&'static str>,
    pub Option<String>,
    pub Option<String>,
);

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PastRow {
    pub id: i64,
    pub customer_id: i64,
    pub contact_id: Option<i64>,
    pub campaign_id: i64,
    pub entry_id: i64,
    pub step: u8,
    pub channel: String,
    pub state: String,
    pub counted_at: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OfEntry {
    pub id: i64,
    pub entry_id: i64,
    pub step: u8,
    pub channel: String,
    pub contact_id: Option<i64>,
    pub state: String,
    pub reason: Option<String>,
    pub due_at: i64,
    pub counted_at: Option<i64>,
    pub sent_at: Option<i64>,
    pub variant: u8,
    pub edition: u32,
    /// [`Choice`] as JSON.
    pub choice: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ListRow {
    pub id: i64,
    pub campaign: Id,
    pub campaign_name: String,
    pub customer: Id,
    pub customer_name: String,
    pub step: u8,
    pub edition: u32,
    pub channel: String,
    pub state: String,
    pub reason: Option<String>,
    pub evidence: Option<String>,
    pub due_at: i64,
    pub expires_at: Option<i64>,
    pub sent_at: Option<i64>,
    pub settled_at: Option<i64>,
    pub cost: i64,
    /// `[[kind, time], …]` as JSON.
    pub responses: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CountRow {
    pub step: u8,
    pub channel: String,
    pub state: String,
    pub reason: Option<String>,
    pub touches: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HourRow {
    pub hour: i64,
    pub channel: String,
    pub touches: u64,
}

/// People of a campaign by how far they came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct ReachedRow {
    pub reached: u64,
    pub engaged: u64,
    pub returned: u64,
    pub stayed: u64,
}

/// What narrows the ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Narrowed<'a> {
    pub campaign: Option<i64>,
    pub customer: Option<i64>,
    pub state: Option<&'a str>,
    pub reason: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
struct SubjectRow {
    entry_id: i64,
    subject: String,
}

#[derive(Debug, Deserialize)]
struct MoneyRow {
    campaign_id: i64,
    channel: String,
    reserved: i64,
}

#[derive(Debug, Deserialize)]
struct Number {
    id: i64,
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

pub fn plan(new: &[New], now: Millis) -> Result<Vec<Statement>, DbError> {
    let rows: Vec<_> = new
        .iter()
        .map(|touch| {
            serde_json::json!([
                touch.campaign,
                touch.entry,
                touch.customer,
                touch.contact,
                touch.step,
                touch.edition,
                touch.channel,
                touch.state,
                touch.reason,
                touch.evidence,
                touch.due_at,
                touch.expires_at,
                touch.variant,
                touch.choice
            ])
        })
        .collect();
    statement::paged(&rows, |page| Statement::new(sql!("touches.sql", "plan"), params![page, now]))
}

/// One of each customer, the longest due first.
pub async fn due(db: &Db, now: Millis, most: u32) -> Result<Vec<Row>, DbError> {
    db.all(sql!("touches.sql", "due"), params![now, most]).await
}

pub async fn any_due(db: &Db, now: Millis) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("touches.sql", "any_due"), params![now]).await?;
    Ok(row.is_some_and(|row| row.yes > 0))
}

/// With what they had reserved given back.
pub fn hold(held: &[Held]) -> Result<Vec<Statement>, DbError> {
    let mut statements = release(held)?;
    statements.extend(statement::paged(held, |page| Statement::new(sql!("touches.sql", "hold"), params![page]))?);
    Ok(statements)
}

/// With what they had reserved given back.
pub fn skip(skipped: &[Skipped], now: Millis) -> Result<Vec<Statement>, DbError> {
    let mut statements = release(skipped)?;
    statements.extend(statement::paged(skipped, |page| Statement::new(sql!("touches.sql", "skip"), params![page, now]))?);
    Ok(statements)
}

/// Of rows that begin with the touch's number.
fn release<T: Serialize>(rows: &[T]) -> Result<Vec<Statement>, DbError> {
    statement::paged(rows, |page| Statement::new(sql!("touches.sql", "release_money"), params![page]))
}

/// What claims and reserves, in one batch; the first outcome names those that were claimed, see [`read_claimed`].
pub fn claim(claims: &[Claim], token: &str, millis: i64, now: Millis) -> Vec<Statement> {
    let rows: Vec<_> = claims
        .iter()
        .map(|claim| {
            serde_json::json!([
                claim.touch,
                claim.sender,
                claim.cost,
                claim.of_campaign,
                claim.of_channel,
                claim.of_day,
                claim.most_of_campaign,
                claim.most_of_channel,
                claim.most_of_day,
                claim.caps,
                claim.contact,
                claim.channel
            ])
        })
        .collect();
    let touches: Vec<(i64,)> = claims.iter().map(|claim| (claim.touch,)).collect();
    let ids = Param::json(&touches);
    vec![
        Statement::new(sql!("touches.sql", "claim"), params![Param::json(&rows), token, millis, now, now.day()]),
        Statement::new(sql!("touches.sql", "reserve_campaign"), params![ids.clone(), token]),
        Statement::new(sql!("touches.sql", "reserve_channel"), params![ids.clone(), token]),
        Statement::new(sql!("touches.sql", "reserve_day"), params![ids.clone(), token, now.day()]),
        Statement::new(sql!("touches.sql", "count_claims"), params![ids, token, now.day()]),
    ]
}

/// Which touches a statement that returns their numbers moved.
pub fn read_moved(outcome: &Outcome) -> Result<Vec<i64>, DbError> {
    Ok(outcome.rows::<Number>()?.into_iter().map(|row| row.id).collect())
}

/// Of those in `ids`, what the claim has.
pub async fn claimed(db: &Db, token: &str, ids: &[i64]) -> Result<Vec<Row>, DbError> {
    db.all(sql!("touches.sql", "claimed"), params![token, Param::json(&ids)]).await
}

/// Those that it returns may be on their way from now on: see [`read_moved`].
pub fn begin_sending(rows: &[Sending], token: &str, millis: i64, now: Millis) -> Result<Vec<Statement>, DbError> {
    statement::paged(rows, |page| Statement::new(sql!("touches.sql", "begin_sending"), params![page, token, millis, now]))
}

/// Whether a provider is known to have one of them, by the request that was begun at this time.
pub async fn any_accepted(db: &Db, ids: &[i64], begun: i64) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("touches.sql", "any_accepted"), params![Param::json(&ids), begun]).await?;
    Ok(row.is_some_and(|row| row.yes > 0))
}

/// They are the members of one request.
pub fn set_members(ids: &[i64], token: &str) -> Statement {
    Statement::new(sql!("touches.sql", "set_members"), params![Param::json(&ids), token])
}

/// They are no members of one request any more.
pub fn unset_members(ids: &[i64], token: &str) -> Statement {
    Statement::new(sql!("touches.sql", "unset_members"), params![Param::json(&ids), token])
}

/// By campaign and channel, with `""` for all of them: millionths of the home currency that are reserved.
pub async fn money(db: &Db, campaigns: &[i64]) -> Result<HashMap<(i64, String), i64>, DbError> {
    let rows: Vec<MoneyRow> = db.all(sql!("touches.sql", "money"), params![Param::json(&campaigns)]).await?;
    Ok(rows.into_iter().map(|row| ((row.campaign_id, row.channel), row.reserved)).collect())
}

pub fn record(rows: &[Recorded], token: &str, now: Millis) -> Result<Vec<Statement>, DbError> {
    statement::paged(rows, |page| Statement::new(sql!("touches.sql", "record"), params![page, token, now]))
}

/// `(touch, when it is due again)`, of which the provider has none for certain.
pub fn give_back(rows: &[(i64, Millis)], token: &str) -> Result<Vec<Statement>, DbError> {
    let mut statements = release(rows)?;
    statements.extend(statement::paged(rows, |page| Statement::new(sql!("touches.sql", "give_back"), params![page, token]))?);
    Ok(statements)
}

/// Claims whose run ended are free again.
pub fn free_claims() -> [Statement; 2] {
    [Statement::new(sql!("touches.sql", "lost_money"), params![]), Statement::new(sql!("touches.sql", "free_claims"), params![])]
}

pub async fn broken_off(db: &Db, most: u32) -> Result<Vec<BrokenOff>, DbError> {
    db.all(sql!("touches.sql", "broken_off"), params![most]).await
}

pub fn take_over(ids: &[i64], token: &str, millis: i64) -> Statement {
    Statement::new(sql!("touches.sql", "take_over"), params![Param::json(&ids), token, millis])
}

/// By entry: the subject of the first mail that was sent.
pub async fn first_subjects(db: &Db, entries: &[i64]) -> Result<HashMap<i64, String>, DbError> {
    let rows: Vec<SubjectRow> = db.all(sql!("touches.sql", "first_subjects"), params![Param::json(&entries)]).await?;
    Ok(rows.into_iter().map(|row| (row.entry_id, row.subject)).collect())
}

pub fn past(customers: &[i64], since: Millis) -> Statement {
    Statement::new(sql!("touches.sql", "past"), params![Param::json(&customers), since])
}

pub fn of_entries(entries: &[i64]) -> Statement {
    Statement::new(sql!("touches.sql", "of_entries"), params![Param::json(&entries)])
}

/// The newest first.
pub async fn list(db: &Db, narrowed: Narrowed<'_>, before: i64, most: u32) -> Result<Vec<ListRow>, DbError> {
    let Narrowed { campaign, customer, state, reason } = narrowed;
    db.all(sql!("touches.sql", "list"), params![campaign, customer, state, reason, before, most]).await
}

pub fn counts(campaign: i64) -> Statement {
    Statement::new(sql!("touches.sql", "counts"), params![campaign])
}

pub fn reached(campaign: i64, now: Millis) -> Statement {
    Statement::new(sql!("touches.sql", "reached"), params![campaign, now])
}

pub fn next_hours(campaign: i64, now: Millis) -> Statement {
    Statement::new(sql!("touches.sql", "next_hours"), params![campaign, now])
}

pub fn wake_up(campaign: i64, now: Millis) -> Statement {
    Statement::new(sql!("touches.sql", "wake_up"), params![campaign, now])
}

/// What a person of the team did, or gave up.
pub fn settle_task(touch: i64, is_done: bool, now: Millis) -> Statement {
    Statement::new(sql!("touches.sql", "settle_task"), params![touch, is_done, now])
}

pub async fn contact_of(db: &Db, touch: i64) -> Result<Option<i64>, DbError> {
    let row: Option<Number> = db.first(sql!("touches.sql", "contact_of"), params![touch]).await?;
    Ok(row.map(|row| row.id))
}

pub fn take_edition(campaign: i64, edition: u32) -> Statement {
    Statement::new(sql!("touches.sql", "take_edition"), params![campaign, edition])
}

/// With what they had reserved given back.
pub fn end_all(campaign: i64, reason: &str, now: Millis) -> [Statement; 2] {
    [
        Statement::new(sql!("touches.sql", "release_all"), params![campaign]),
        Statement::new(sql!("touches.sql", "end_all"), params![campaign, reason, now]),
    ]
}
