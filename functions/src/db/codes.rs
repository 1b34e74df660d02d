//! Promises to people, from the moment in which they are reserved to the order that uses them.

use serde::{Deserialize, Serialize};
use shared::id::Id;
use shared::offer::fulfilment::{Form, Grant};
use shared::time::Millis;

use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

/// The job that asks stores for them.
pub const JOB: &str = "codes";

/// A promise to write down.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    pub public_id: &'a Id,
    pub fulfilment: i64,
    pub customer: i64,
    pub offer: &'a str,
    pub form: Form,
    pub grant: &'a Grant,
    /// Nobody has to be asked for it.
    pub is_issued: bool,
    /// The intervention that it is for.
    pub intervention: &'a Id,
    pub now: Millis,
}

/// A promise that something has to be done about.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Due {
    pub id: i64,
    pub key: String,
    pub customer_id: i64,
    form: String,
    pub state: String,
    pub rung: u32,
    /// `Grant` as JSON.
    terms: String,
    /// Those that a raise would take the place of.
    terms_before: Option<String>,
    pub external_id: Option<String>,
    /// What the store calls the lot that it is in.
    pub poll: Option<String>,
    pub tries: u32,
    pub error: Option<String>,
    pub lot: Option<i64>,
    pub lot_title: Option<String>,
    pub lot_text: Option<String>,
    pub lot_external_id: Option<String>,
}

/// What came of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    pub id: i64,
    pub state: &'static str,
    /// Where it is another one than before.
    pub grant: Option<Grant>,
    pub external_id: Option<String>,
    pub poll: Option<String>,
    pub lot: Option<i64>,
    pub error: Option<String>,
    pub due_at: Millis,
}

/// What a store says of a code that was issued: `same`, `used`, `gone`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked(pub i64, pub &'static str, pub Option<String>);

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Lot {
    pub id: i64,
    pub title: String,
    pub text: String,
    pub external_id: Option<String>,
}

/// As it is shown.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CodeRow {
    pub id: i64,
    pub public_id: Id,
    pub form: String,
    pub text: Option<String>,
    pub state: String,
    pub rung: u32,
    /// `Grant` as JSON.
    pub terms: String,
    pub error: Option<String>,
    pub expires_at: i64,
    pub issued_at: Option<i64>,
    pub redeemed_at: Option<i64>,
    pub redeemed_order: Option<String>,
    pub created_at: i64,
    pub offer: String,
    pub customer: Id,
    pub customer_name: String,
    pub redeemer: Option<Id>,
    pub fulfilment_name: String,
    pub provider: String,
}

#[derive(Debug, Deserialize)]
struct Number {
    id: i64,
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

#[derive(Debug, Deserialize)]
struct Wait {
    millis: Option<i64>,
}

/// Which codes are shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Which<'a> {
    pub customer: Option<&'a Id>,
    pub states: Option<&'a [&'a str]>,
    /// Only those with a smaller number.
    pub before: Option<i64>,
    pub limit: u32,
}

/// One a key.
pub fn reserve(new: &New<'_>) -> Statement {
    let New { public_id, fulfilment, customer, offer, form, grant, is_issued, intervention, now } = *new;
    let state = if is_issued { "issued" } else { "reserved" };
    let text = (form == Form::Code).then(|| grant.code.to_ascii_uppercase());
    let params = params![
        public_id,
        &grant.key,
        fulfilment,
        customer,
        offer,
        form.code(),
        text,
        state,
        Param::json(grant),
        now,
        grant.expires,
        intervention
    ];
    Statement::new(sql!("codes.sql", "reserve_code"), params)
}

/// A free code of an uploaded list, and that it is taken.
pub fn claim(new: &New<'_>) -> [Statement; 2] {
    let New { public_id, fulfilment, customer, offer, grant, intervention, now, .. } = *new;
    let params =
        params![public_id, &grant.key, fulfilment, customer, offer, Param::json(grant), now, grant.expires, intervention];
    [
        Statement::new(sql!("codes.sql", "claim_pool_code"), params),
        Statement::new(sql!("codes.sql", "mark_pool_code"), params![&grant.key]),
    ]
}

/// Fails its batch where there is no code of the key: [`DbError::is_stale`] of `interventions`.
pub fn tie(intervention: &Id, key: &str) -> Statement {
    Statement::new(sql!("codes.sql", "tie_code"), params![intervention, key])
}

/// Where the code of the key is there already: deeper.
pub fn raise(grant: &Grant, intervention: &Id, now: Millis) -> Statement {
    let params = params![&grant.key, Param::json(grant), grant.expires, now, intervention];
    Statement::new(sql!("codes.sql", "raise_code"), params)
}

pub fn end(id: i64, now: Millis) -> Statement {
    Statement::new(sql!("codes.sql", "end_code"), params![id, now])
}

/// The number of the way that has waited longest.
pub async fn due_connection(db: &Db, now: Millis) -> Result<Option<i64>, DbError> {
    let row: Option<Number> = db.first(sql!("codes.sql", "due_connection"), params![now]).await?;
    Ok(row.map(|row| row.id))
}

pub async fn due(db: &Db, fulfilment: i64, now: Millis, most: u32) -> Result<Vec<Due>, DbError> {
    db.all(sql!("codes.sql", "due_codes"), params![fulfilment, now, most]).await
}

/// Each with its lot.
pub fn mark_creating(rows: &[(i64, Option<i64>)], now: Millis) -> Statement {
    Statement::new(sql!("codes.sql", "mark_creating"), params![Param::json(&rows), now])
}

/// What came of a page, and what may be told of it from now on.
pub fn settle(settled: &[Settled], now: Millis) -> [Statement; 2] {
    let rows: Vec<_> = settled
        .iter()
        .map(|row| {
            let text = row.grant.as_ref().map(|grant| grant.code.to_ascii_uppercase());
            let terms = row.grant.as_ref().and_then(|grant| serde_json::to_string(grant).ok());
            (row.id, row.state, text, &row.external_id, &row.poll, row.lot, &row.error, row.due_at.0, terms)
        })
        .collect();
    [
        Statement::new(sql!("codes.sql", "settle_codes"), params![Param::json(&rows), now]),
        Statement::new(sql!("codes.sql", "start_interventions"), params![now]),
    ]
}

pub fn add_lot(fulfilment: i64, title: &str, text: &str, now: Millis) -> Statement {
    Statement::new(sql!("codes.sql", "add_lot"), params![fulfilment, title, text, now])
}

pub async fn lot(db: &Db, fulfilment: i64, title: &str) -> Result<Option<Lot>, DbError> {
    db.first(sql!("codes.sql", "lot"), params![fulfilment, title]).await
}

/// The store's name of its discount.
pub fn know_lot(id: i64, external_id: &str) -> Statement {
    Statement::new(sql!("codes.sql", "know_lot"), params![id, external_id])
}

/// Milliseconds until the next one is due; none where nothing waits.
pub async fn next_due(db: &Db, now: Millis) -> Result<Option<i64>, DbError> {
    let row: Option<Wait> = db.first(sql!("codes.sql", "next_due"), params![now]).await?;
    Ok(row.and_then(|row| row.millis))
}

pub fn wake_in(millis: i64) -> Statement {
    Statement::new(sql!("codes.sql", "wake_codes_in"), params![millis])
}

/// A store some of whose codes nobody has looked at since `since`.
pub async fn unchecked_connection(db: &Db, since: Millis, now: Millis) -> Result<Option<i64>, DbError> {
    let row: Option<Number> = db.first(sql!("codes.sql", "unchecked_connection"), params![since, now]).await?;
    Ok(row.map(|row| row.id))
}

pub async fn unchecked(db: &Db, fulfilment: i64, since: Millis, most: u32) -> Result<Vec<Due>, DbError> {
    db.all(sql!("codes.sql", "unchecked_codes"), params![fulfilment, since, most]).await
}

pub fn check(checked: &[Checked], now: Millis) -> Statement {
    Statement::new(sql!("codes.sql", "check_codes"), params![Param::json(&checked), now])
}

/// What orders and the calendar say.
pub fn reconcile(now: Millis) -> Vec<Statement> {
    vec![
        Statement::new(sql!("codes.sql", "reopen_codes"), params![now]),
        Statement::new(sql!("codes.sql", "redeem_codes"), params![now]),
        Statement::new(sql!("codes.sql", "expire_codes"), params![now]),
        Statement::new(sql!("codes.sql", "orders_were_read"), params![now]),
    ]
}

/// Whether there is anything to ask for, to look after or to judge.
pub async fn any(db: &Db, now: Millis) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("codes.sql", "any_codes"), params![now]).await?;
    Ok(row.is_some_and(|row| row.yes != 0))
}

/// The newest first.
pub async fn find(db: &Db, which: Which<'_>) -> Result<Vec<CodeRow>, DbError> {
    let Which { customer, states, before, limit } = which;
    let params = params![customer, states.map(|states| Param::json(&states)), before.unwrap_or(1 << 53), limit];
    db.all(sql!("codes.sql", "codes"), params).await
}

pub async fn of(db: &Db, ids: &[&Id]) -> Result<Vec<CodeRow>, DbError> {
    db.all(sql!("codes.sql", "codes_by_id"), params![Param::json(&ids)]).await
}

impl Due {
    pub fn form(&self) -> Form {
        Form::of_code(&self.form).unwrap_or(Form::Task)
    }

    /// # Errors
    /// Where the row was not written by us.
    pub fn grant(&self) -> Result<Grant, DbError> {
        serde_json::from_str(&self.terms).map_err(|error| DbError::Bug(format!("terms of a code: {error}")))
    }

    /// What the store has where it could not be made deeper.
    pub fn before(&self) -> Option<Grant> {
        serde_json::from_str(self.terms_before.as_deref()?).ok()
    }
}
