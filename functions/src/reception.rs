//! What providers tell of messages, made true: states, responses, counts, bounces, replies, and above all the wish to be left alone.
//!
//! Events come twice, early and in any order. Each is stored once under its key, and a batch that finds one of its keys taken is planned
//! anew, so that nothing is counted twice. A touch goes up the order of states only. An event finds its touch by our own number, which the
//! provider hands back, and only among those that the same way to send has sent; one that finds none is parked for a day and taken up
//! once the touch is recorded ([`take_up`]). Ends of consent come first ([`wish`]): they are true, or kept, before the rest is tried.

mod plan;
pub mod wish;

use std::collections::{BTreeMap, BTreeSet};

use shared::campaign::Channel;
use shared::consent::{Record, State, present};
use shared::provider::words::Word;
use shared::provider::{Event, Kind, Provider, Suppress};
use shared::time::{MILLIS_PER_DAY, Millis};
use worker::Env;

use self::plan::{Bounce, Known, Plan, plan};
use self::wish::{What, Wish};
use crate::db::reception::{self, Early, TouchRow, Writer};
use crate::db::touches::Row;
use crate::db::{Db, DbError, Statement, intake, leaving as leaving_rows};
use crate::{leaving, random, suppression};

/// How often a batch is planned anew because somebody else was quicker.
const TRIES: u32 = 4;

/// A parked event waits for so long.
const PARKED_FOR: i64 = MILLIS_PER_DAY;

/// A way to send whose provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speaker {
    /// The row of `senders`.
    pub id: i64,
    pub provider: Provider,
    pub channel: Channel,
}

/// Makes true what a provider told; once it returns, it is durable.
///
/// # Errors
/// Where the database refuses: the provider tells it again.
pub async fn receive(env: &Env, db: &Db, speaker: &Speaker, events: Vec<Event>, now: Millis) -> Result<(), DbError> {
    let mut seen = BTreeSet::new();
    let events: Vec<Event> = events.into_iter().filter(|event| seen.insert(event.key.clone())).collect();
    if events.is_empty() {
        return Ok(());
    }
    work(Some(env), db, speaker, &events, &[], now).await
}

/// Takes up what was parked of these touches: to be called once they are recorded as handed over.
///
/// # Errors
/// Where the database refuses: it stays parked.
pub async fn take_up(db: &Db, touches: &[i64], now: Millis) -> Result<(), DbError> {
    if touches.is_empty() {
        return Ok(());
    }
    let early = reception::early_of(db, touches).await?;
    unpark(db, early, now).await.map(drop)
}

/// Takes up whatever was parked and belongs to a touch by now, and forgets what waited for a day; how many were taken up.
///
/// # Errors
/// As [`take_up`].
pub async fn tidy(db: &Db, now: Millis) -> Result<usize, DbError> {
    let early = reception::early(db).await?;
    let taken = unpark(db, early, now).await?;
    reception::forget_before(db, Millis(now.0 - PARKED_FOR)).await?;
    Ok(taken)
}

/// What follows where a provider does not send to somebody, as it answered to the touch itself: statements for the batch that records it.
///
/// # Errors
/// Where the database refuses.
pub async fn refused(db: &Db, touch: &Row, reason: Suppress, now: Millis) -> Result<Vec<Statement>, DbError> {
    let Some((contact, channel)) = touch.contact_id.zip(Channel::of_code(&touch.channel)) else { return Ok(Vec::new()) };
    match reason {
        Suppress::OptedOut => {
            let source = "provider_event";
            let wish =
                Wish { contact: Some(contact), address: None, what: What::OptOut, channel, source, wording: None, at: now };
            for leave in wish.leaves() {
                leaving::act(db, &leave, now).await?;
            }
            Ok(Vec::new())
        }
        Suppress::BadAddress => {
            let found = leaving_rows::by_id(db, &[contact]).await?;
            let bounces: Vec<Bounce> = found
                .iter()
                .filter_map(|person| {
                    let address = person.address(channel)?.to_owned();
                    let (customer, code) = (person.customer_id, "refused".to_owned());
                    Some(Bounce { customer, contact, channel, address, code, at: now })
                })
                .collect();
            if bounces.is_empty() { Ok(Vec::new()) } else { plan::bounce_statements(&bounces, &db.hasher()?, now) }
        }
    }
}

async fn unpark(db: &Db, early: Vec<Early>, now: Millis) -> Result<usize, DbError> {
    let mut by_speaker: BTreeMap<i64, (Speaker, Vec<Event>, Vec<String>)> = BTreeMap::new();
    let mut unread = Vec::new();
    let taken = early.len();
    for one in early {
        let speaker = Provider::of_code(&one.provider).zip(Channel::of_code(&one.channel));
        match (speaker, serde_json::from_str::<Event>(&one.event)) {
            (Some((provider, channel)), Ok(event)) => {
                let speaker = Speaker { id: one.sender, provider, channel };
                let (_, events, keys) = by_speaker.entry(one.sender).or_insert_with(|| (speaker, Vec::new(), Vec::new()));
                events.push(event);
                keys.push(one.key);
            }
            _ => unread.push(one.key),
        }
    }
    for (speaker, events, keys) in by_speaker.into_values() {
        work(None, db, &speaker, &events, &keys, now).await?;
    }
    if !unread.is_empty() {
        db.batch(reception::unpark(&unread)?).await?;
    }
    Ok(taken)
}

/// `parked`: keys that lie no longer among those that came early. Without `env`, what the database refuses is kept nowhere.
async fn work(
    env: Option<&Env>,
    db: &Db,
    speaker: &Speaker,
    events: &[Event],
    parked: &[String],
    now: Millis,
) -> Result<(), DbError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match attempt(env, db, speaker, events, parked, now).await {
            Err(error) if reception::is_raced(&error) && tries < TRIES => {}
            done => return done,
        }
    }
}

async fn attempt(
    env: Option<&Env>,
    db: &Db,
    speaker: &Speaker,
    events: &[Event],
    parked: &[String],
    now: Millis,
) -> Result<(), DbError> {
    let known = match read(db, speaker, events).await {
        Ok(known) => known,
        Err(error) => {
            // Nobody knows whose message it was, but whoever it is about is not written to.
            let wishes: Vec<Wish> = events.iter().filter_map(|event| wish_of(speaker, event, None)).collect();
            for wish in &wishes {
                take(env, db, wish, now).await?;
            }
            return if wishes.len() == events.len() { Ok(()) } else { Err(error) };
        }
    };
    let plan = plan(speaker, events, &known, now);
    for wish in &plan.wishes {
        take(env, db, wish, now).await?;
    }
    let mut statements = statements(db, speaker, &plan, now)?;
    for (writer, event) in &plan.starts {
        statements.extend(lift(db, writer, event, now).await?);
    }
    statements.extend(reception::unpark(parked)?);
    db.batch(statements).await.map(drop)
}

async fn read(db: &Db, speaker: &Speaker, events: &[Event]) -> Result<Known, DbError> {
    let keys: Vec<String> = events.iter().map(|event| plan::key(speaker, event)).collect();
    let numbers: Vec<i64> = events.iter().filter_map(|event| event.touch).collect::<BTreeSet<_>>().into_iter().collect();
    let ids = events.iter().filter(|event| event.touch.is_none() && !matches!(event.kind, Kind::Inbound { .. }));
    let ids: Vec<String> = ids.filter_map(|event| event.provider_id.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let (stored, touches) = reception::read(db, speaker.id, &keys, &numbers, &ids).await?;
    let mut writers: BTreeMap<String, Vec<Writer>> = BTreeMap::new();
    for event in events.iter().filter(|event| matches!(event.kind, Kind::Inbound { .. })) {
        let Some(phone) = &event.address else { continue };
        if !writers.contains_key(phone) {
            writers.insert(phone.clone(), reception::writers(db, phone, speaker.id).await?);
        }
    }
    Ok(Known { stored: stored.into_iter().collect(), touches, writers })
}

/// Makes an end of consent true, or keeps it where the database refuses.
async fn take(env: Option<&Env>, db: &Db, wish: &Wish, now: Millis) -> Result<(), DbError> {
    for leave in wish.leaves() {
        match env {
            Some(env) => leaving::take(env, db, &leave, now).await.map(drop).map_err(|error| DbError::Bug(error.to_string()))?,
            None => leaving::act(db, &leave, now).await.map(drop)?,
        }
    }
    Ok(())
}

/// What an event asks for; `touch` where it is known which it is about.
fn wish_of(speaker: &Speaker, event: &Event, touch: Option<&TouchRow>) -> Option<Wish> {
    let what = plan::what(&event.kind)?;
    let wording = match &event.kind {
        Kind::Inbound { body, .. } => Some(body.chars().take(500).collect()),
        _ => None,
    };
    let is_reply = matches!(event.kind, Kind::Inbound { .. });
    let contact = touch.and_then(|touch| touch.contact_id);
    // Of a touch the address stands in our own record; one that its event names may be another's.
    let address = event.address.clone().filter(|_| contact.is_none());
    if contact.is_none() && address.is_none() {
        return None;
    }
    Some(Wish {
        contact,
        address,
        what,
        channel: touch.and_then(TouchRow::channel).unwrap_or(speaker.channel),
        source: if is_reply { "sms_reply" } else { "provider_event" },
        wording,
        at: event.at,
    })
}

fn statements(db: &Db, speaker: &Speaker, plan: &Plan, now: Millis) -> Result<Vec<Statement>, DbError> {
    let mut statements = reception::add_responses(&plan.responses, speaker.id, now)?;
    statements.extend(reception::move_touches(&plan.moves, now)?);
    let counts: Vec<(String, &'static str, u32)> =
        plan.counts.iter().map(|((scope, measure), amount)| (scope.clone(), *measure, *amount)).collect();
    statements.extend(reception::count(&counts, now.day())?);
    let engaged: Vec<(i64, i64)> = plan.engaged.iter().map(|(contact, at)| (*contact, at.0)).collect();
    statements.extend(reception::engaged(&engaged)?);
    if !plan.bounces.is_empty() {
        let hasher = db.hasher()?;
        statements.extend(plan::bounce_statements(&plan.bounces, &hasher, now)?);
    }
    let entries: Vec<i64> = plan.entries.iter().copied().collect();
    statements.extend(reception::look_again(&entries, now)?);
    let customers: Vec<i64> = plan.customers.iter().copied().collect();
    statements.extend(reception::look_again_at(&customers, now)?);
    for reply in &plan.replies {
        let id = random::id(now)?;
        statements.extend(reception::reply(&id, reply.campaign, reply.customer, "Answer a text message", &reply.message, now));
    }
    statements.extend(reception::park(&plan.parked, speaker.id, now)?);
    Ok(statements)
}

/// START lifts what STOP said, from that number and for that channel alone: nothing where they never said it, and never a complaint.
async fn lift(db: &Db, writer: &Writer, event: &Event, now: Millis) -> Result<Vec<Statement>, DbError> {
    let history: Vec<Record> = intake::consent_history(db, &[writer.id]).await?.into_iter().map(|(_, record)| record).collect();
    let before = present(&history);
    if before.get("sms/marketing").is_none_or(|standing| standing.state != State::Denied) {
        return Ok(Vec::new());
    }
    let wording = match &event.kind {
        Kind::Inbound { body, word: Some(Word::Start), .. } => Some(body.chars().take(500).collect()),
        _ => return Ok(Vec::new()),
    };
    let record = Record {
        channel: "sms".to_owned(),
        purpose: "marketing".to_owned(),
        state: State::Granted,
        basis: "consent".to_owned(),
        source: "sms_reply".to_owned(),
        wording,
        act: true,
        occurred_at: event.at,
        recorded_at: now,
        expires_at: None,
    };
    let after = present(&[history.as_slice(), std::slice::from_ref(&record)].concat());
    if after.get("sms/marketing").is_none_or(|standing| standing.state != State::Granted) {
        return Ok(Vec::new());
    }
    let json = serde_json::to_string(&after).map_err(|error| DbError::Bug(error.to_string()))?;
    let mut statements = vec![reception::refresh(writer.id, &writer.consent, &json, now)];
    statements.extend(intake::add_consents(&[intake::NewConsent { contact_id: Some(writer.id), new_contact: None, record }])?);
    if let Some(phone) = &event.address {
        statements.push(reception::lift(&db.hasher()?.hash(suppression::Channel::Sms, phone)));
    }
    Ok(statements)
}
