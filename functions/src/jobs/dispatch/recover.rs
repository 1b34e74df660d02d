//! What runs left behind that ended between a request and its answer.
//!
//! Under a key that the provider honours, and within its time less four hours, the same request goes out once more: written again from the
//! frozen inputs, whole, and only where the same comes of it. Everything else is `unknown`: events and look-ups settle it, nothing repeats it.

use std::collections::BTreeMap;

use shared::campaign::{Reason, State};
use shared::provider::{Item, Outcome, Provider};
use worker::Env;

use super::super::plan;
use super::super::run::{Held, JobError};
use super::ground::Ground;
use super::write::{self, Addressee, Desks, Inputs, Ready, What};
use super::{Cursor, LEASE, send};
use crate::db::senders::SenderRow;
use crate::db::touches::{self, BrokenOff, Recorded};
use crate::db::{DbError, entries, leases};
use crate::public_links::Links;
use crate::rendering::Kit;
use crate::{random, reach, reception, seams};

/// At once: more than any request has members.
const PAGE: u32 = 300;

/// A key is trusted for so much less than its provider says, in milliseconds.
const MARGIN: i64 = 4 * 3_600_000;

/// What becomes of those of one request.
enum Found {
    Settled(Vec<Recorded>),
    /// Nobody outside was asked: they are planned again.
    NeverLeft,
    /// The provider cannot say now: it is asked again when this lease is over.
    Later,
}

pub async fn page(held: &mut Held<Cursor>, env: &Env, ground: &mut Ground) -> Result<(), JobError> {
    let now = held.now;
    while held.has_time() {
        let lost = touches::broken_off(&held.db, PAGE).await?;
        if lost.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = lost.iter().map(|one| one.row.clone()).collect();
        ground.refresh(held, &rows).await?;
        let token = random::id(now)?.to_string();
        let ids: Vec<i64> = lost.iter().map(|one| one.row.id).collect();
        let outcomes = held.write(vec![touches::take_over(&ids, &token, LEASE)]).await?;
        let taken = outcomes.first().map(touches::read_moved).transpose()?.unwrap_or_default();
        if taken.is_empty() {
            return Ok(());
        }
        let mut requests: BTreeMap<String, Vec<&BrokenOff>> = BTreeMap::new();
        for one in lost.iter().filter(|one| taken.contains(&one.row.id)) {
            let key = one.members.clone().unwrap_or_else(|| format!("[{}]", one.row.id));
            requests.entry(key).or_default().push(one);
        }
        for (members, those) in requests {
            let members: Vec<i64> = serde_json::from_str(&members).unwrap_or_default();
            let found = repeat(held, env, ground, &members, &those).await?;
            settle(held, &token, &those, found).await?;
            seams::point("dispatch.recovered").await;
        }
    }
    Ok(())
}

async fn settle(held: &mut Held<Cursor>, token: &str, those: &[&BrokenOff], found: Found) -> Result<(), JobError> {
    let now = held.now;
    let entries: Vec<i64> = those.iter().map(|one| one.row.entry_id).collect();
    let mut statements = match &found {
        Found::Later => {
            held.count("repeated_later", those.len() as u64);
            return Ok(());
        }
        Found::NeverLeft => {
            let freed: Vec<_> = those.iter().map(|one| (one.row.id, now)).collect();
            touches::give_back(&freed, token)?
        }
        Found::Settled(recorded) => {
            held.count("recovered", recorded.len() as u64);
            touches::record(recorded, token, now)?
        }
    };
    statements.push(entries::look_again(&entries, now));
    statements.push(leases::wake(plan::JOB));
    held.write(statements).await?;
    let ids: Vec<i64> = those.iter().map(|one| one.row.id).collect();
    reception::take_up(&held.db, &ids, now).await.map_err(JobError::from_db)
}

fn all(those: &[&BrokenOff], state: State, reason: Option<Reason>, why: &str) -> Found {
    let why = Some(why).filter(|why| !why.is_empty());
    let of = |one: &&BrokenOff| Recorded(one.row.id, state.code(), None, reason.map(Reason::code), why.map(str::to_owned), None);
    Found::Settled(those.iter().map(of).collect())
}

fn unknown(those: &[&BrokenOff], why: &str) -> Found {
    all(those, State::Unknown, Some(Reason::Unknown), why)
}

async fn repeat(
    held: &Held<Cursor>,
    env: &Env,
    ground: &Ground,
    members: &[i64],
    those: &[&BrokenOff],
) -> Result<Found, JobError> {
    let now = held.now;
    let Some(first) = those.first() else { return Ok(Found::Later) };
    let sender = first.row.sender.and_then(|id| ground.senders.iter().find(|sender| sender.id == id));
    let provider = sender.and_then(SenderRow::provider);
    if first.row.sender.is_none() || provider == Some(Provider::Sink) {
        // What lies in our own database is written once a touch, however often it is written.
        return Ok(Found::NeverLeft);
    }
    let (Some(sender), Some(hours)) = (sender, provider.and_then(Provider::whether_keys_count)) else {
        return Ok(unknown(those, "The run ended before the sender's answer was written down."));
    };
    if those.len() < members.len() {
        // A request is taken or refused as a whole.
        return Ok(match touches::any_accepted(&held.db, members).await? {
            true => all(those, State::Sent, None, ""),
            false => unknown(those, "Somebody of its request is not there any more."),
        });
    }
    let begun = first.sending_at.unwrap_or(now.0);
    if now.0 > begun + i64::from(hours) * 3_600_000 - MARGIN {
        return Ok(unknown(those, "It is too late to repeat it under its key."));
    }
    let mut ready = Vec::new();
    for id in members {
        let Some(one) = those.iter().find(|one| one.row.id == *id) else { return Ok(Found::Later) };
        match rewritten(held, env, ground, one, sender).await? {
            Some(again) if Some(&again.digest) == one.digest.as_ref() => ready.push(again),
            _ => return Ok(unknown(those, "It would not be the same message any more, so that it is not repeated.")),
        }
    }
    let items: Vec<Item> = ready
        .iter()
        .filter_map(|ready| match &ready.what {
            What::Item(item) => Some(item.clone()),
            _ => None,
        })
        .collect();
    let outcomes = send::ask(env, &held.db, ground, Some(sender), &items, now).await;
    let mut recorded = Vec::new();
    for ((id, ready), outcome) in members.iter().zip(&ready).zip(outcomes) {
        let (state, name, reason, why) = match outcome {
            Outcome::Accepted { id } => (State::Sent, id, None, None),
            Outcome::Permanent { why } => (State::Failed, None, Some(Reason::Refused), Some(why)),
            Outcome::Suppress { .. } => (State::Failed, None, Some(Reason::Refused), None),
            Outcome::Unknown { why } => (State::Unknown, None, Some(Reason::Unknown), Some(why)),
            Outcome::Temporary { .. } | Outcome::Account { .. } | Outcome::Alone => return Ok(Found::Later),
        };
        recorded.push(Recorded(*id, state.code(), name, reason.map(Reason::code), why, ready.inputs.kept()));
    }
    Ok(Found::Settled(recorded))
}

/// Written again; none where what it was written from is not there any more.
async fn rewritten(
    held: &Held<Cursor>,
    env: &Env,
    ground: &Ground,
    one: &BrokenOff,
    sender: &SenderRow,
) -> Result<Option<Ready>, JobError> {
    let Some(inputs) = one.inputs.as_deref().and_then(|text| serde_json::from_str::<Inputs>(text).ok()) else { return Ok(None) };
    let Some(running) = ground.running(&one.row) else { return Ok(None) };
    let known = reach::read(&held.db, &[one.row.customer_id], held.now).await?;
    let Some(theirs) = known.get(&one.row.customer_id) else { return Ok(None) };
    let Some((contact, row)) = one.row.contact_id.and_then(|id| theirs.contact(id)) else { return Ok(None) };
    let kit = Kit::read(&held.db, &ground.shop, &ground.settings.origin, inputs.at).await?;
    let links = Links::of(env, &ground.settings.origin).map_err(|error| DbError::Bug(error.to_string()))?;
    let name = ground.campaign(one.row.campaign_id).map(|row| row.name.clone()).unwrap_or_default();
    let desks = Desks {
        kit: &kit,
        links: &links,
        class: running.plan.class,
        draft: &running.draft,
        segment: running.segment.as_deref(),
        mark: &name,
    };
    let from = sender.settings().from;
    let addressee = Addressee { contact, row, from: from.as_deref() };
    Ok(write::write(&desks, &one.row, &addressee, Inputs { links: Vec::new(), subject: String::new(), ..inputs }).ok())
}
