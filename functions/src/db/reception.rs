//! What providers tell, and what it changes.

use serde::{Deserialize, Serialize};
use shared::campaign::{Channel, Reason, State};
use shared::id::Id;
use shared::time::{Day, Millis};

use super::{Db, DbError, Param, Statement, paged};
use crate::{params, sql};

/// A touch that a provider told of.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TouchRow {
    pub id: i64,
    state: String,
    pub campaign_id: i64,
    pub entry_id: i64,
    pub customer_id: i64,
    pub contact_id: Option<i64>,
    channel: String,
    pub sender_id: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
}

/// Somebody who wrote.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Writer {
    pub id: i64,
    pub customer_id: i64,
    /// The present state as it is stored.
    pub consent: String,
    /// JSON.
    last: Option<String>,
}

/// What was sent to them last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct LastTouch {
    pub id: i64,
    pub campaign_id: i64,
}

/// In the column order of `add_responses`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewResponse {
    pub key: String,
    pub touch: Option<i64>,
    pub customer: Option<i64>,
    pub kind: &'static str,
    /// JSON.
    pub detail: Option<String>,
    pub at: i64,
}

/// A touch that goes up.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    pub touch: i64,
    pub to: State,
    pub from: &'static [State],
    pub reason: Option<Reason>,
    pub evidence: Option<String>,
    pub sender_id: Option<String>,
    pub at: Millis,
}

/// An event that came before our own record.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Early {
    pub key: String,
    pub sender: i64,
    /// JSON.
    pub event: String,
    pub provider: String,
    pub channel: String,
}

#[derive(Debug, Deserialize)]
struct KeyRow {
    key: String,
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

/// What is known of what was told: keys that were stored before, and touches.
pub async fn read(
    db: &Db,
    sender: i64,
    keys: &[String],
    numbers: &[i64],
    ids: &[String],
) -> Result<(Vec<String>, Vec<TouchRow>), DbError> {
    let mut statements = paged(keys, |page| Statement::new(sql!("reception.sql", "known_responses"), params![page]))?;
    let of_keys = statements.len();
    statements.extend(paged(numbers, |page| Statement::new(sql!("reception.sql", "touches_by_number"), params![page, sender]))?);
    statements.extend(paged(ids, |page| Statement::new(sql!("reception.sql", "touches_by_sender_id"), params![page, sender]))?);
    let outcomes = db.batch_idempotent(statements).await?;
    let (mut known, mut touches) = (Vec::new(), Vec::new());
    for (at, outcome) in outcomes.iter().enumerate() {
        if at < of_keys {
            known.extend(outcome.rows::<KeyRow>()?.into_iter().map(|row| row.key));
        } else {
            touches.extend(outcome.rows::<TouchRow>()?);
        }
    }
    Ok((known, touches))
}

pub async fn writers(db: &Db, phone: &str, sender: i64) -> Result<Vec<Writer>, DbError> {
    db.all(sql!("reception.sql", "people_by_phone"), params![phone, sender]).await
}

/// Fails its batch with [`is_raced`] where one of them was stored meanwhile.
pub fn add_responses(new: &[NewResponse], sender: i64, now: Millis) -> Result<Vec<Statement>, DbError> {
    let rows: Vec<_> = new.iter().map(|new| (&new.key, new.touch, new.customer, new.kind, &new.detail, new.at)).collect();
    paged(&rows, |page| Statement::new(sql!("reception.sql", "add_responses"), params![page, sender, now]))
}

pub fn move_touches(moves: &[Move], now: Millis) -> Result<Vec<Statement>, DbError> {
    let rows: Vec<_> = moves
        .iter()
        .map(|one| {
            let from: Vec<&str> = one.from.iter().map(|state| state.code()).collect();
            let sent_at = (one.to != State::Failed).then_some(one.at.0);
            (one.touch, one.to.code(), from, one.reason.map(Reason::code), &one.evidence, &one.sender_id, sent_at)
        })
        .collect();
    paged(&rows, |page| Statement::new(sql!("reception.sql", "move_touches"), params![page, now]))
}

pub fn look_again(entries: &[i64], now: Millis) -> Result<Vec<Statement>, DbError> {
    paged(entries, |page| Statement::new(sql!("reception.sql", "look_again_at_entries"), params![page, now]))
}

pub fn look_again_at(customers: &[i64], now: Millis) -> Result<Vec<Statement>, DbError> {
    paged(customers, |page| Statement::new(sql!("reception.sql", "look_again_at_customers"), params![page, now]))
}

/// `whose`: customers and their contacts.
pub fn skip(whose: &[(i64, i64)], channels: &[Channel], why: (Reason, &str), now: Millis) -> Result<Vec<Statement>, DbError> {
    let codes: Vec<&str> = channels.iter().map(|channel| channel.code()).collect();
    let (reason, evidence) = why;
    let mut statements =
        paged(whose, |page| Statement::new(sql!("reception.sql", "release_bounced"), params![page, Param::json(&codes)]))?;
    statements.extend(paged(whose, |page| {
        let params = params![page, Param::json(&codes), reason.code(), evidence, now];
        Statement::new(sql!("reception.sql", "skip_bounced"), params)
    })?);
    Ok(statements)
}

pub fn bounced(contacts: &[i64], now: Millis) -> Result<Vec<Statement>, DbError> {
    paged(contacts, |page| Statement::new(sql!("reception.sql", "mark_bounced"), params![page, now]))
}

pub fn engaged(contacts: &[(i64, i64)]) -> Result<Vec<Statement>, DbError> {
    paged(contacts, |page| Statement::new(sql!("reception.sql", "mark_engaged"), params![page]))
}

/// Scope, measure, amount.
pub fn count(counts: &[(String, &'static str, u32)], day: Day) -> Result<Vec<Statement>, DbError> {
    paged(counts, |page| Statement::new(sql!("reception.sql", "count"), params![page, day]))
}

/// Key, what the provider calls the message, our number, and the event as JSON.
pub fn park(
    early: &[(String, Option<String>, Option<i64>, String)],
    sender: i64,
    now: Millis,
) -> Result<Vec<Statement>, DbError> {
    paged(early, |page| Statement::new(sql!("reception.sql", "park"), params![page, sender, now]))
}

/// Parked events whose touch is known by now.
pub async fn early(db: &Db) -> Result<Vec<Early>, DbError> {
    db.all(sql!("reception.sql", "early"), params![]).await
}

/// Parked events of these touches.
pub async fn early_of(db: &Db, touches: &[i64]) -> Result<Vec<Early>, DbError> {
    db.all(sql!("reception.sql", "early_of"), params![Param::json(&touches)]).await
}

pub fn unpark(keys: &[String]) -> Result<Vec<Statement>, DbError> {
    paged(keys, |page| Statement::new(sql!("reception.sql", "unpark"), params![page]))
}

/// Forgets what was parked before; writes nothing where there is none.
pub async fn forget_before(db: &Db, at: Millis) -> Result<(), DbError> {
    let old: Option<Yes> = db.first(sql!("reception.sql", "has_old"), params![at]).await?;
    if old.is_some_and(|old| old.yes == 1) {
        db.run_idempotent(sql!("reception.sql", "forget_old"), params![at]).await?;
    }
    Ok(())
}

/// Fails its batch with [`is_raced`] where the consent is not as it was read.
pub fn refresh(contact: i64, was: &str, consent: &str, now: Millis) -> Statement {
    Statement::new(sql!("reception.sql", "refresh"), params![contact, was, consent, now])
}

/// By the hash of a telephone number.
pub fn lift(hash: &str) -> Statement {
    Statement::new(sql!("reception.sql", "lift"), params![hash])
}

/// A message that a person must answer: added to the open task, or a task of its own. `message`: JSON.
pub fn reply(id: &Id, campaign: Option<i64>, customer: i64, title: &str, message: &str, now: Millis) -> Vec<Statement> {
    let script = format!(r#"{{"channel":"sms","messages":[{message}]}}"#);
    let add = params![id, campaign, customer, title, script, now];
    vec![
        Statement::new(sql!("reception.sql", "add_to_reply"), params![customer, message, now]),
        Statement::new(sql!("reception.sql", "add_reply"), add),
    ]
}

/// Somebody else wrote meanwhile: all is to be read again.
pub fn is_raced(error: &DbError) -> bool {
    error.is_duplicate_of("responses.key") || error.is_missing("contacts.consent")
}

impl TouchRow {
    pub fn state(&self) -> Option<State> {
        State::of_code(&self.state)
    }

    pub fn channel(&self) -> Option<Channel> {
        Channel::of_code(&self.channel)
    }
}

impl Writer {
    pub fn last(&self) -> Option<LastTouch> {
        serde_json::from_str(self.last.as_deref()?).ok()
    }
}
