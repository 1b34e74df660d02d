//! What runs left behind that ended between a request and its answer.
//!
//! Under a key that the provider honours, and within its time less four hours, the same request goes out once more: written again from the
//! frozen inputs, whole, and only where the same comes of it. Everything else is `unknown`: events and look-ups settle it, nothing repeats it.

use std::collections::BTreeMap;

use shared::campaign::stop::{Stop, StopKind};
use shared::campaign::{Reason, State};
use shared::provider::{Item, Outcome, Provider, mailbox};
use shared::time::Millis;
use worker::Env;

use super::super::plan;
use super::super::run::{Held, JobError};
use super::ground::Ground;
use super::write::{self, Addressee, Desks, Inputs, Ready, What};
use super::{Cursor, LEASE, send};
use crate::db::senders::SenderRow;
use crate::db::sending::{self, Counted};
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
    /// With what is counted of it.
    Settled(Vec<Recorded>, Vec<Counted>),
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
        let token = random::id(now).map_err(DbError::from)?.to_string();
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
        Found::Settled(recorded, counted) => {
            held.count("recovered", recorded.len() as u64);
            let mut statements = touches::record(recorded, token, now)?;
            statements.extend(sending::count(counted)?);
            statements
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
    Found::Settled(those.iter().map(of).collect(), Vec::new())
}

fn unknown(those: &[&BrokenOff], why: &str) -> Found {
    all(those, State::Unknown, Some(Reason::Unknown), why)
}

async fn repeat(
    held: &mut Held<Cursor>,
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
    let begun = first.sending_at.unwrap_or(now.0);
    if those.len() < members.len() {
        // A request is taken or refused as a whole.
        return Ok(match touches::any_accepted(&held.db, members, begun).await? {
            true => all(those, State::Sent, None, ""),
            false => unknown(those, "Somebody of its request is not there any more."),
        });
    }
    if now.0 > begun + i64::from(hours) * 3_600_000 - MARGIN {
        return Ok(unknown(those, "It is too late to repeat it under its key."));
    }
    if sender.waits_until.is_some_and(|until| until > now.0) {
        return Ok(Found::Later);
    }
    let ready = match again(held, env, ground, members, those, sender).await? {
        Ok(ready) => ready,
        Err(found) => return Ok(found),
    };
    let items: Vec<Item> = ready
        .iter()
        .filter_map(|(ready, _)| match &ready.what {
            What::Item(item) => Some(item.clone()),
            _ => None,
        })
        .collect();
    let outcomes = send::ask(env, &held.db, ground, Some(sender), &items, now).await;
    let mut failures = sender.failures;
    let (statement, _) = send::health(sender, &mut failures, &outcomes.iter().collect::<Vec<_>>(), now);
    if let Some(statement) = statement {
        held.write(vec![statement]).await?;
    }
    let (mut recorded, mut counted) = (Vec::new(), Vec::new());
    for ((one, (ready, mailbox)), outcome) in members.iter().filter_map(|id| of(those, *id)).zip(&ready).zip(outcomes) {
        let mut count = |scope: String, measure| counted.push(Counted(scope, measure, now.day(), 1));
        let campaign = format!("campaign:{}", one.row.campaign_id);
        let (state, name, reason, why) = match outcome {
            Outcome::Accepted { id } => {
                count(format!("{campaign}:@{mailbox}"), "sent");
                count(campaign, "sent");
                (State::Sent, id, None, None)
            }
            Outcome::Permanent { why } => {
                count(campaign, "failed");
                (State::Failed, None, Some(Reason::Refused), Some(why))
            }
            Outcome::Suppress { .. } => {
                count(campaign, "failed");
                (State::Failed, None, Some(Reason::Refused), None)
            }
            Outcome::Unknown { why } => (State::Unknown, None, Some(Reason::Unknown), Some(why)),
            // Refused whole: under this key it has none of them.
            Outcome::Alone => return Ok(Found::NeverLeft),
            Outcome::Temporary { .. } | Outcome::Account { .. } => return Ok(Found::Later),
        };
        recorded.push(Recorded(one.row.id, state.code(), name, reason.map(Reason::code), why, ready.inputs.kept()));
    }
    Ok(Found::Settled(recorded, counted))
}

fn of<'a>(those: &[&'a BrokenOff], id: i64) -> Option<&'a BrokenOff> {
    those.iter().find(|one| one.row.id == id).copied()
}

/// The members of a request, written again, each with the mailbox provider that it goes to; or what becomes of them where the same request
/// cannot go out, or must not by now.
async fn again(
    held: &Held<Cursor>,
    env: &Env,
    ground: &Ground,
    members: &[i64],
    those: &[&BrokenOff],
    sender: &SenderRow,
) -> Result<Result<Vec<(Ready, &'static str)>, Found>, JobError> {
    let now = held.now;
    let customers: Vec<i64> = those.iter().map(|one| one.row.customer_id).collect();
    let entries: Vec<i64> = those.iter().map(|one| one.row.entry_id).collect();
    let known = reach::read(&held.db, &customers, now).await?;
    let seen = reach::seen(&held.db, &entries).await?;
    let stops = those.iter().filter_map(|one| {
        let row = &one.row;
        send::against(row, ground, known.get(&row.customer_id), seen.get(&row.entry_id), now)
    });
    let stops: Vec<Stop> = stops.collect();
    // To ask once more is to ask: what ended since ends it for all of them, and what waits lets them wait.
    if stops.iter().any(|stop| !matches!(stop.kind, StopKind::Hold { .. })) {
        return Ok(Err(unknown(those, "Somebody of its request is not to be written to any more, so that it is not repeated.")));
    }
    if !stops.is_empty() {
        return Ok(Err(Found::Later));
    }
    let links = Links::of(env, &ground.settings.origin).map_err(|error| DbError::Bug(error.to_string()))?;
    let from = sender.settings().from;
    let mut kit: Option<(Millis, Kit)> = None;
    let mut ready = Vec::new();
    for id in members {
        let Some(one) = of(those, *id) else { return Ok(Err(Found::Later)) };
        let inputs = one.inputs.as_deref().and_then(|text| serde_json::from_str::<Inputs>(text).ok());
        let theirs = known.get(&one.row.customer_id).zip(one.row.contact_id);
        let contact = theirs.and_then(|(theirs, id)| theirs.contact(id));
        let (Some(inputs), Some(running), Some((contact, row))) = (inputs, ground.running(&one.row), contact) else {
            return Ok(Err(unknown(those, CHANGED)));
        };
        // Those of one request were written at one time.
        let kit = match kit.take() {
            Some((at, read)) if at == inputs.at => &kit.insert((at, read)).1,
            _ => {
                let read = Kit::read(&held.db, &ground.shop, &ground.settings.origin, inputs.at).await?;
                &kit.insert((inputs.at, read)).1
            }
        };
        let name = ground.campaign(one.row.campaign_id).map(|row| row.name.clone()).unwrap_or_default();
        let desks = Desks {
            kit,
            links: &links,
            class: running.plan.class,
            draft: &running.draft,
            segment: running.segment.as_deref(),
            mark: &name,
        };
        let addressee = Addressee { contact, row, from: from.as_deref() };
        let inputs = Inputs { links: Vec::new(), subject: String::new(), ..inputs };
        match write::write(&desks, &one.row, &addressee, inputs) {
            Ok(again) if Some(&again.digest) == one.digest.as_ref() => {
                ready.push((again, row.email.as_deref().map_or("other", mailbox::of)));
            }
            _ => return Ok(Err(unknown(those, CHANGED))),
        }
    }
    Ok(Ok(ready))
}

const CHANGED: &str = "It would not be the same message any more, so that it is not repeated.";
