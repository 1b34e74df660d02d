//! What is begun for customers, and what came of it.

use std::collections::HashMap;

use serde::Deserialize;
use shared::api::{Begun, InterventionOutcome, InterventionState};
use shared::id::Id;
use shared::offer::{By, Decision, Given, Guardrails, LastDiscount, Spent};
use shared::segment::Cell;
use shared::time::{Day, MILLIS_PER_DAY, Millis};

use super::{Db, DbError, Outcome, Param, Statement};
use crate::{params, sql};

/// Days after which it is asked whether they came back.
pub const WINDOW: i32 = 30;

/// Windows that are judged at once.
const RIPE: u32 = 200;

/// Where a customer stands.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Standing {
    pub value_tier: u8,
    pub reason: u8,
    pub engagement: u8,
    pub win_back: u8,
    pub country: Option<String>,
    /// Per mille.
    pub contact: Option<u16>,
    pub alone: Option<u16>,
    pub margin_back: Option<i64>,
    pub order_back: Option<i64>,
    pub excluded: u8,
    pub sample: u8,
    /// Interventions so far.
    pub begun: u32,
    pub email: Option<String>,
}

/// The ladder that is open for somebody, with its newest rung.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Open {
    pub ladder: String,
    pub rungs: u16,
    pub public_id: Id,
    pub offer: String,
    pub depth: u16,
    pub code_id: Option<i64>,
}

/// To begin.
#[derive(Debug, Clone)]
pub struct New<'a> {
    pub public_id: &'a Id,
    pub customer: i64,
    pub given: &'a Given<'a>,
    pub ladder: &'a str,
    pub rung: u16,
    pub owner: Option<i64>,
    pub due_at: Option<Millis>,
    pub cell: Cell,
    pub decision: &'a Decision,
    pub fulfilment: i64,
    /// Minor units: the most that it may cost, and what the budget of a period holds for it.
    pub reserved: i64,
    pub counted: i64,
    /// Per mille.
    pub expected: u16,
    pub created_by: Option<i64>,
    /// Interventions of the customer that the decision knew of.
    pub begun: u32,
    pub guardrails: &'a Guardrails,
    pub now: Millis,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct InterventionRow {
    pub id: i64,
    pub public_id: Id,
    pub customer: Id,
    pub customer_name: String,
    pub customer_owner: Option<i64>,
    pub customer_id: i64,
    pub offer: String,
    pub kind: String,
    pub name: String,
    pub depth: u16,
    pub rung: u32,
    pub channel: String,
    pub maker: String,
    pub owner_id: Option<i64>,
    pub owner: Option<Id>,
    pub owner_name: Option<String>,
    pub due_at: Option<i64>,
    state: String,
    outcome: Option<String>,
    pub note: Option<String>,
    pub value_tier: u8,
    pub reason: u8,
    pub engagement: u8,
    pub win_back: u8,
    /// JSON.
    pub decision: String,
    pub code_id: Option<i64>,
    pub reserved: i64,
    pub expires_at: i64,
    pub returned: Option<u8>,
    pub margin: Option<i64>,
    pub created_at: i64,
    pub done_at: Option<i64>,
    pub version: u32,
    pub provider: Option<String>,
    /// `FulfilmentSettings` as JSON.
    pub settings: Option<String>,
    pub code: Option<Id>,
}

/// What shall stand there, made from this version.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    pub version: u32,
    pub state: InterventionState,
    pub outcome: Option<InterventionOutcome>,
    pub note: Option<&'a str>,
    pub owner: Option<i64>,
    pub due_at: Option<i64>,
    pub now: Millis,
}

/// Which interventions.
#[derive(Debug, Clone, Copy, Default)]
pub struct Which<'a> {
    pub id: Option<&'a Id>,
    pub customer: Option<&'a Id>,
    pub states: Option<&'a [&'a str]>,
    pub owner: Option<i64>,
    pub by: Option<By>,
    /// Only those with a smaller number.
    pub before: Option<i64>,
    pub limit: u32,
}

/// A window that is over.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Ripe {
    pub id: i64,
    /// Of the matrix.
    pub row: u8,
    pub offer: String,
    /// Per mille.
    pub expected: u16,
    pub reserved: i64,
    pub outcome: Option<String>,
    pub code: Option<String>,
    /// JSON: time, net amount and currency of each.
    pub orders: String,
}

#[derive(Debug, Deserialize)]
struct SpentRow {
    period: i64,
    person: i64,
    last_offer: Option<i64>,
    last_discount: Option<String>,
}

/// What was given to one customer so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GivenTo {
    /// Promised or given, in minor units of the home currency.
    pub person: i64,
    pub last_offer: Option<i64>,
    /// Time and depth, per mille.
    pub last_discount: Option<(i64, u16)>,
    pub begun: Option<Begun>,
}

#[derive(Debug, Deserialize)]
struct GivenRow {
    customer_id: i64,
    person: i64,
    last_offer: Option<i64>,
    last_discount: Option<String>,
    begun: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Period {
    period: i64,
}

impl From<GivenRow> for GivenTo {
    fn from(row: GivenRow) -> Self {
        let begun: Option<(Id, String, i64, Option<i64>)> = row.begun.as_deref().and_then(|json| serde_json::from_str(json).ok());
        let begun = begun.map(|(id, name, since, due)| Begun {
            id,
            name,
            since: Millis(since).rfc3339(),
            due: due.map(|at| Millis(at).rfc3339()),
        });
        let last_discount = row.last_discount.as_deref().and_then(|json| serde_json::from_str(json).ok());
        Self { person: row.person, last_offer: row.last_offer, last_discount, begun }
    }
}

#[derive(Debug, Deserialize)]
struct Text {
    id: String,
}

pub async fn standing(db: &Db, customer: i64) -> Result<Option<Standing>, DbError> {
    db.first(sql!("interventions.sql", "standing"), params![customer]).await
}

/// What a store of this kind calls the customer.
pub async fn store_person(db: &Db, customer: i64, kind: &str) -> Result<Option<String>, DbError> {
    let row: Option<Text> = db.first(sql!("interventions.sql", "store_person"), params![customer, kind]).await?;
    Ok(row.map(|row| row.id))
}

pub async fn open_ladder(db: &Db, customer: i64, now: Millis) -> Result<Option<Open>, DbError> {
    db.first(sql!("interventions.sql", "open_ladder"), params![customer, now]).await
}

/// The newest rung of a ladder.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RungRow {
    pub offer: String,
    /// Per mille.
    pub depth: u16,
    pub expires_at: i64,
    pub form: Option<String>,
    pub code_state: Option<String>,
    pub code: Option<String>,
}

pub async fn rung(db: &Db, customer: i64, ladder: &str) -> Result<Option<RungRow>, DbError> {
    db.first(sql!("interventions.sql", "rung"), params![customer, ladder]).await
}

/// What was given so far, to all and to the customer.
pub async fn spent(db: &Db, customer: i64, open: Option<&Open>, guardrails: &Guardrails, now: Millis) -> Result<Spent, DbError> {
    let ladder = open.map(|open| open.ladder.as_str());
    let params = params![customer, ladder, before(now, guardrails.spend_days), before(now, guardrails.cap_days), now];
    let row: Option<SpentRow> = db.first(sql!("interventions.sql", "spent"), params).await?;
    let row = row.ok_or_else(|| DbError::Bug("sums gave no row".to_owned()))?;
    let last: Option<(i64, u16, String)> = row.last_discount.as_deref().and_then(|json| serde_json::from_str(json).ok());
    let day = |at: i64| Millis(at).day();
    Ok(Spent {
        period: row.period,
        person: row.person,
        last_offer: row.last_offer.map(day),
        last_discount: last.map(|(at, depth, ladder)| LastDiscount { day: day(at), depth, ladder: Some(ladder) }),
        open_ladder: open.map(|open| open.ladder.clone()),
        rungs: open.map_or(0, |open| open.rungs),
    })
}

/// Of the period's budget, by everybody.
pub fn spent_by_all(guardrails: &Guardrails, now: Millis) -> Statement {
    Statement::new(sql!("interventions.sql", "spent_by_all"), params![before(now, guardrails.spend_days), now])
}

pub fn read_period(outcome: &Outcome) -> Result<i64, DbError> {
    Ok(outcome.first::<Period>()?.map_or(0, |row| row.period))
}

/// What was given to customers, of those who got anything.
pub fn given_to(ids: &[i64], guardrails: &Guardrails, now: Millis) -> Statement {
    let params = params![Param::json(&ids), before(now, guardrails.cap_days), now];
    Statement::new(sql!("interventions.sql", "given_to"), params)
}

pub fn read_given(outcome: &Outcome) -> Result<HashMap<i64, GivenTo>, DbError> {
    let rows: Vec<GivenRow> = outcome.rows()?;
    Ok(rows.into_iter().map(|row| (row.customer_id, GivenTo::from(row))).collect())
}

/// Only while what it was decided on still holds.
pub fn add(new: &New<'_>) -> Statement {
    let New { public_id, customer, given, ladder, rung, owner, due_at, cell, decision, guardrails, now, .. } = new;
    let Given { offer, depth, channel, by, expiry_days, .. } = given;
    let expires = Millis(now.0 + i64::from(*expiry_days) * MILLIS_PER_DAY);
    let params = params![
        *public_id,
        *customer,
        &offer.id,
        offer.kind.code(),
        &offer.name,
        Param::json(offer),
        u32::from(*depth),
        *ladder,
        u32::from(*rung),
        *channel,
        maker(*by),
        *owner,
        *due_at,
        InterventionState::Planned.code(),
        u32::from(cell.value.number()),
        u32::from(cell.reason.number()),
        u32::from(cell.engagement.number()),
        u32::from(cell.win_back.number()),
        Param::json(decision),
        new.fulfilment,
        new.reserved,
        u32::from(new.expected),
        expires,
        now.day().plus(WINDOW).start(),
        new.created_by,
        *now,
        new.begun,
        guardrails.spend,
        // One message is no gift.
        guardrails.customer_cap.saturating_add(guardrails.contact_cost),
        before(*now, guardrails.spend_days),
        before(*now, guardrails.cap_days),
        new.counted,
    ];
    Statement::new(sql!("interventions.sql", "add_intervention"), params)
}

/// Earlier rungs end with a later one.
pub fn follow_up(public_id: &Id, ladder: &str, now: Millis) -> Statement {
    Statement::new(sql!("interventions.sql", "follow_up"), params![public_id, ladder, now])
}

/// What nobody has to wait for has begun.
pub fn begin_now(public_id: &Id, now: Millis) -> Statement {
    Statement::new(sql!("interventions.sql", "begin_now"), params![public_id, now])
}

/// The newest first.
pub async fn find(db: &Db, which: Which<'_>) -> Result<Vec<InterventionRow>, DbError> {
    let Which { id, customer, states, owner, by, before, limit } = which;
    let params =
        params![id, customer, states.map(|states| Param::json(&states)), owner, by.map(maker), before.unwrap_or(1 << 53), limit];
    db.all(sql!("interventions.sql", "interventions"), params).await
}

/// Fails its batch where somebody was quicker: [`DbError::is_stale`] of `interventions`.
pub fn change(public_id: &Id, change: Change<'_>) -> Statement {
    let Change { version, state, outcome, note, owner, due_at, now } = change;
    let outcome = outcome.map(InterventionOutcome::code);
    let params = params![public_id, version, state.code(), outcome, note, owner, due_at, now];
    Statement::new(sql!("interventions.sql", "change_intervention"), params)
}

pub async fn ripe(db: &Db, now: Millis) -> Result<Vec<Ripe>, DbError> {
    db.all(sql!("interventions.sql", "ripe"), params![now, RIPE]).await
}

/// Number, whether they came back, and the margin that it brought.
pub fn mature(rows: &[(i64, bool, i64)], now: Millis) -> Vec<Statement> {
    let rows: Vec<_> = rows.iter().map(|(id, returned, margin)| (id, u8::from(*returned), margin)).collect();
    vec![
        Statement::new(sql!("interventions.sql", "mature"), params![Param::json(&rows), now]),
        Statement::new(sql!("interventions.sql", "pass_over_cancelled"), params![now]),
    ]
}

fn before(now: Millis, days: u16) -> Millis {
    let Day(today) = now.day();
    Day(today - i32::from(days)).start()
}

fn maker(by: By) -> &'static str {
    match by {
        By::Machine => "machine",
        By::Person => "person",
    }
}

impl InterventionRow {
    pub fn state(&self) -> InterventionState {
        InterventionState::of_code(&self.state).unwrap_or(InterventionState::Planned)
    }

    pub fn outcome(&self) -> Option<InterventionOutcome> {
        self.outcome.as_deref().and_then(InterventionOutcome::of_code)
    }

    pub fn by(&self) -> By {
        if self.maker == "person" { By::Person } else { By::Machine }
    }
}
