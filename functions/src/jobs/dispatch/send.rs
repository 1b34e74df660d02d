//! From claimed to sent: each person is looked at once more, written to, and handed over.

use std::collections::HashMap;

use shared::campaign::seen::Seen;
use shared::campaign::stop::{Pending, Stop, StopKind, clear};
use shared::campaign::{Channel, Reason, State, When};
use shared::offer::Step;
use shared::provider::{Item, Outcome, Provider, Suppress, mailbox};
use shared::time::Millis;
use worker::Env;

use super::super::run::{Held, JobError};
use super::claim::{Judged, condition};
use super::ground::Ground;
use super::write::{self, Addressee, Desks, Ready, What};
use super::{Cursor, LEASE, offers, tasks};
use crate::db::senders::{self, SenderRow};
use crate::db::sending::{self, Counted};
use crate::db::touches::{self, Recorded, Row, Sending};
use crate::db::{Db, DbError, Statement, entries, leases};
use crate::providers::{self, Connection};
use crate::public_links::Links;
use crate::reach::{self, Known};
use crate::recipients::{self, Asking};
use crate::rendering::Kit;
use crate::{clock, offering, reception, seams};

/// Messages that are under way to a provider without keys at once: as many may be unknown together.
const AT_ONCE: usize = 10;

/// Members of one request at most.
const BATCH: usize = 100;

/// Requests to a provider without batches that are open at a time: the platform opens six connections.
const OPEN: usize = 5;

/// Messages of a batch that was refused are asked for one by one for so long at most, in milliseconds, well within their lease.
const ALONE: i64 = 20_000;

/// Where nothing else is said, a sender that refused is asked again after so long.
const AGAIN: i64 = 60_000;

/// Troubles in a row after which a sender rests.
const CIRCUIT: u32 = 5;
const REST: i64 = 5 * 60_000;

/// One that is ready to go.
struct Letter<'a> {
    touch: &'a Row,
    ready: Ready,
    sender: Option<&'a SenderRow>,
    /// The mailbox provider that it goes to.
    mailbox: Option<&'static str>,
}

/// What came of a letter.
struct Answered<'a> {
    letter: Letter<'a>,
    outcome: Outcome,
}

pub async fn page(
    held: &mut Held<Cursor>,
    env: &Env,
    ground: &mut Ground,
    token: &str,
    claimed: Vec<Row>,
) -> Result<(), JobError> {
    let now = held.now;
    let senders = ground.senders.clone();
    let mut judged = Judged::default();
    let letters = letters(held, env, ground, &senders, &claimed, &mut judged).await?;
    if !judged.is_empty() {
        held.write(judged.settled(now)?).await?;
    }
    let mut by_sender: Vec<(Option<&SenderRow>, Vec<Letter<'_>>)> = Vec::new();
    for letter in letters {
        let id = letter.sender.map(|sender| sender.id);
        match by_sender.iter_mut().find(|(sender, _)| sender.map(|sender| sender.id) == id) {
            Some((_, same)) => same.push(letter),
            None => by_sender.push((letter.sender, vec![letter])),
        }
    }
    for (sender, mut letters) in by_sender {
        let most = sender.and_then(SenderRow::provider).unwrap_or(Provider::Sink).most_at_once().clamp(AT_ONCE, BATCH);
        letters.sort_by_key(|letter| letter.touch.id);
        let mut failures = sender.map_or(0, |sender| sender.failures);
        while !letters.is_empty() {
            let rest = letters.split_off(most.min(letters.len()));
            let now_these = std::mem::replace(&mut letters, rest);
            if let Some(until) = chunk(held, env, ground, token, (sender, &mut failures), now_these).await? {
                // It is not asked for the others now; somebody else may be.
                let again = until.min(Millis(now.0 + AGAIN));
                let freed: Vec<(i64, Millis)> = letters.iter().map(|letter| (letter.touch.id, again)).collect();
                held.write(touches::give_back(&freed, token)?).await?;
                break;
            }
        }
    }
    Ok(())
}

/// Looked at once more, with what holds now, and written.
async fn letters<'a>(
    held: &Held<Cursor>,
    env: &Env,
    ground: &Ground,
    senders: &'a [SenderRow],
    claimed: &'a [Row],
    judged: &mut Judged,
) -> Result<Vec<Letter<'a>>, JobError> {
    let (db, now) = (&held.db, held.now);
    let customers: Vec<i64> = claimed.iter().map(|touch| touch.customer_id).collect();
    let entries: Vec<i64> = claimed.iter().map(|touch| touch.entry_id).collect();
    let known = reach::read(db, &customers, now).await?;
    let seen = reach::seen(db, &entries).await?;
    let threads = touches::first_subjects(db, &entries).await?;
    let kit = Kit::read(db, &ground.shop, &ground.settings.origin, now).await?;
    let links = Links::of(env, &ground.settings.origin).map_err(|error| DbError::Bug(error.to_string()))?;
    let shelf = offering::shelf(db, &ground.shop, now).await?;
    let asking = Asking { db, shop: &ground.shop, names_tickets: kit.brand.names_tickets, now };
    let mut letters = Vec::new();
    let mut by_edition: HashMap<(i64, u32), Vec<&Row>> = HashMap::new();
    for touch in claimed {
        by_edition.entry((touch.campaign_id, touch.edition)).or_default().push(touch);
    }
    for rows in by_edition.into_values() {
        let Some(running) = rows.first().and_then(|touch| ground.running(touch)) else {
            rows.iter()
                .for_each(|touch| judged.end(touch, Reason::CampaignEnded, "The campaign is not there any more.".to_owned()));
            continue;
        };
        let mut fit = Vec::new();
        for touch in rows {
            if is_fit(touch, ground, known.get(&touch.customer_id), seen.get(&touch.entry_id), judged, now) {
                fit.push(touch);
            }
        }
        let ids: Vec<i64> = fit.iter().map(|touch| touch.customer_id).collect();
        let people = recipients::read(asking, &running.draft, &ids).await?;
        let by_id: HashMap<&str, &shared::api::PreviewPerson> =
            people.iter().map(|person| (person.recipient.id.as_str(), person)).collect();
        let name =
            ground.campaign(fit.first().map_or(0, |touch| touch.campaign_id)).map(|row| row.name.clone()).unwrap_or_default();
        let desks = Desks {
            kit: &kit,
            links: &links,
            class: running.plan.class,
            draft: &running.draft,
            segment: running.segment.as_deref(),
            mark: &name,
        };
        for touch in fit {
            let Some(theirs) = known.get(&touch.customer_id) else { continue };
            let Some((contact, row)) = touch.contact_id.and_then(|id| theirs.contact(id)) else { continue };
            let Some(person) = by_id.get(theirs.row.public_id.as_str()) else {
                judged.end(touch, Reason::Erased, "The customer is not there any more.".to_owned());
                continue;
            };
            let choice = touch.choice();
            let of_plan = running.plan.steps.iter().find(|step| step.id == touch.step).map(|step| step.message);
            let message = choice.as_ref().map(|choice| choice.message).or(of_plan).unwrap_or(Step::LastWord);
            let angle = choice.and_then(|choice| choice.angle);
            let mut person = (*person).clone();
            person.promises = match offers::of_touch(env, db, ground, &shelf, running, touch, message, now).await? {
                Ok(promises) => promises,
                Err(stop) => {
                    judged.stop(touch, stop, ground, now);
                    continue;
                }
            };
            let sender = touch.sender.and_then(|id| senders.iter().find(|sender| sender.id == id));
            let from = sender.and_then(|sender| sender.settings().from);
            let addressee = Addressee { contact, row, from: from.as_deref() };
            let inputs = write::inputs(person, contact, touch, message, angle, threads.get(&touch.entry_id).cloned(), now);
            match write::write(&desks, touch, &addressee, inputs) {
                Ok(ready) => letters.push(Letter { touch, ready, sender, mailbox: row.email.as_deref().map(mailbox::of) }),
                Err((reason, evidence)) => judged.skip(touch, reason, evidence),
            }
        }
    }
    Ok(letters)
}

/// Whether nothing stands against it now, with what holds by this moment.
fn is_fit(touch: &Row, ground: &Ground, known: Option<&Known>, seen: Option<&Seen>, judged: &mut Judged, now: Millis) -> bool {
    match against(touch, ground, known, seen, now) {
        Some(stop) => {
            judged.stop(touch, stop, ground, now);
            false
        }
        None => true,
    }
}

/// What stands against sending it now.
pub fn against(touch: &Row, ground: &Ground, known: Option<&Known>, seen: Option<&Seen>, now: Millis) -> Option<Stop> {
    let gone = |reason, kind, evidence: &str| Some(Stop { reason, kind, evidence: evidence.to_owned() });
    let (Some(standing), Some(known), Some(channel)) = (ground.standing(touch), known, Channel::of_code(&touch.channel)) else {
        return gone(Reason::Erased, StopKind::End, "The customer or the campaign is not there any more.");
    };
    let Some((contact, _)) = touch.contact_id.and_then(|id| known.contact(id)) else {
        return gone(Reason::NoAddress, StopKind::Skip, "The contact is not there any more.");
    };
    let pending = Pending {
        entered_at: Millis(touch.entered_at),
        planned_at: Millis(touch.created_at),
        expires_at: touch.expires_at.map(Millis),
        when: ground.running(touch).map_or(When::Always, |running| condition(running, touch)),
        cost: touch.cost,
        tries: touch.tries,
        ..Pending::default()
    };
    let seen = known.seen(seen);
    // Its own claim counts by now, and is no touch before it.
    let past: Vec<_> =
        known.past.iter().filter(|past| !(past.entry == touch.entry_id && past.step == touch.step)).cloned().collect();
    clear(&standing, &ground.rules, &known.person, contact, channel, &pending, &seen, &past, now)
}

/// Marks them as sending, asks, and writes down what was said. Until when nothing more is to be asked of the sender, where it rests.
async fn chunk(
    held: &mut Held<Cursor>,
    env: &Env,
    ground: &Ground,
    token: &str,
    (sender, failures): (Option<&SenderRow>, &mut u32),
    letters: Vec<Letter<'_>>,
) -> Result<Option<Millis>, JobError> {
    let now = held.now;
    // A request for several is repeated whole or not at all: each of its members knows the others.
    let is_batch =
        letters.len() > 1 && sender.and_then(SenderRow::provider).is_some_and(|provider| provider.whether_keys_count().is_some());
    let ids: Vec<i64> = letters.iter().map(|letter| letter.touch.id).collect();
    let members = if is_batch { serde_json::to_string(&ids).ok() } else { None };
    let rows: Vec<Sending> = letters
        .iter()
        .filter_map(|letter| {
            let inputs = serde_json::to_string(&letter.ready.inputs).ok()?;
            let Ready { key, digest, .. } = &letter.ready;
            Some(Sending(letter.touch.id, key.clone(), digest.clone(), inputs, members.clone()))
        })
        .collect();
    let outcomes = held.write(touches::begin_sending(&rows, token, LEASE, now)?).await?;
    let mut going = Vec::new();
    for outcome in &outcomes {
        going.extend(touches::read_moved(outcome)?);
    }
    if is_batch && going.len() < letters.len() && !going.is_empty() {
        // Somebody left it meanwhile: the others are a request of their own, and are marked as it.
        let left: Vec<i64> = letters.iter().map(|letter| letter.touch.id).filter(|id| going.contains(id)).collect();
        held.write(vec![touches::set_members(&left, token)]).await?;
    }
    let letters: Vec<Letter<'_>> = letters.into_iter().filter(|letter| going.contains(&letter.touch.id)).collect();
    seams::point("dispatch.sending").await;
    let mut answered = hand_over(held, env, ground, sender, letters).await?;
    if is_batch && answered.iter().all(|one| one.outcome == Outcome::Alone) {
        answered = alone(held, env, ground, token, sender, answered).await?;
    }
    seams::point("dispatch.answered").await;
    let rests = record(held, token, (sender, failures), answered).await?;
    seams::point("dispatch.recorded").await;
    Ok(rests)
}

/// A request for several was refused whole for one of them, and nobody knows which: each is asked for by itself.
async fn alone<'a>(
    held: &mut Held<Cursor>,
    env: &Env,
    ground: &Ground,
    token: &str,
    sender: Option<&SenderRow>,
    letters: Vec<Answered<'a>>,
) -> Result<Vec<Answered<'a>>, JobError> {
    let ids: Vec<i64> = letters.iter().map(|one| one.letter.touch.id).collect();
    held.write(vec![touches::unset_members(&ids, token)]).await?;
    let until = clock::wall().0 + ALONE;
    let mut answered: Vec<Answered<'a>> = Vec::with_capacity(letters.len());
    let mut is_over = false;
    for Answered { letter, outcome: before } in letters {
        let outcome = match &letter.ready.what {
            What::Item(item) if !is_over && clock::wall().0 < until => {
                let outcomes = ask(env, &held.db, ground, sender, std::slice::from_ref(item), held.now).await;
                outcomes.into_iter().next().unwrap_or(before)
            }
            // Nobody was asked for it.
            _ => before,
        };
        is_over = is_over || outcome.is_trouble();
        answered.push(Answered { letter, outcome });
    }
    Ok(answered)
}

/// What a sender says of each, in their order; one that takes no batches is asked for several at a time.
pub async fn ask(env: &Env, db: &Db, ground: &Ground, sender: Option<&SenderRow>, items: &[Item], now: Millis) -> Vec<Outcome> {
    if items.is_empty() {
        return Vec::new();
    }
    let connection = match sender {
        Some(sender) => Connection::open(env, db, &ground.settings, sender),
        None => Connection::outbox(db, &ground.settings).ok_or_else(|| "No sender is connected".to_owned()),
    };
    let connection = match connection {
        Ok(connection) => connection,
        Err(why) => return vec![Outcome::Account { why }; items.len()],
    };
    if connection.provider.most_at_once() > 1 {
        return providers::send(&connection, items, now).await;
    }
    let share = items.len().div_ceil(OPEN);
    let asked = items.chunks(share).map(|items| providers::send(&connection, items, now));
    futures_util::future::join_all(asked).await.into_iter().flatten().collect()
}

async fn hand_over<'a>(
    held: &Held<Cursor>,
    env: &Env,
    ground: &Ground,
    sender: Option<&SenderRow>,
    letters: Vec<Letter<'a>>,
) -> Result<Vec<Answered<'a>>, JobError> {
    let items: Vec<Item> = letters
        .iter()
        .filter_map(|letter| match &letter.ready.what {
            What::Item(item) => Some(item.clone()),
            _ => None,
        })
        .collect();
    let mut outcomes = ask(env, &held.db, ground, sender, &items, held.now).await.into_iter();
    let answered = letters.into_iter().map(|letter| {
        let outcome = match letter.ready.what {
            What::Item(_) => outcomes.next().unwrap_or(Outcome::Unknown { why: "No answer to it came.".to_owned() }),
            // What people do, and what sites show, is written down with the record itself.
            _ => Outcome::Accepted { id: None },
        };
        Answered { letter, outcome }
    });
    Ok(answered.collect())
}

/// Writes down what the provider said of each, in one batch. Until when it rests, where it does.
async fn record(
    held: &mut Held<Cursor>,
    token: &str,
    (sender, failures): (Option<&SenderRow>, &mut u32),
    answered: Vec<Answered<'_>>,
) -> Result<Option<Millis>, JobError> {
    let now = held.now;
    let (mut recorded, mut freed, mut counted, mut statements) = (Vec::new(), Vec::new(), Vec::new(), Vec::<Statement>::new());
    let mut again = Vec::new();
    let mut by = |scope: String, measure: &'static str| counted.push(Counted(scope, measure, now.day(), 1));
    for Answered { letter, outcome } in &answered {
        let touch = letter.touch;
        let kept = letter.ready.inputs.kept();
        match outcome {
            Outcome::Accepted { id } => {
                let state = match (&letter.ready.what, sender) {
                    (What::Script { .. }, _) => State::Task,
                    // Nothing further is told of what lies in the outbox or waits for a visit.
                    _ if sender.and_then(SenderRow::provider).is_none_or(|provider| provider == Provider::Sink) => {
                        State::Delivered
                    }
                    _ => State::Sent,
                };
                statements.extend(tasks::written(touch, &letter.ready, now));
                recorded.push(Recorded(touch.id, state.code(), id.clone(), None, None, kept));
                by(format!("campaign:{}", touch.campaign_id), "sent");
                if let Some(mailbox) = letter.mailbox.filter(|_| touch.channel == "email") {
                    by(format!("campaign:{}:@{mailbox}", touch.campaign_id), "sent");
                }
                if state == State::Delivered {
                    by(format!("campaign:{}", touch.campaign_id), "delivered");
                }
                again.push(touch.entry_id);
            }
            Outcome::Permanent { why } => {
                recorded.push(Recorded(
                    touch.id,
                    State::Failed.code(),
                    None,
                    Some(Reason::Refused.code()),
                    Some(why.clone()),
                    None,
                ));
                by(format!("campaign:{}", touch.campaign_id), "failed");
                again.push(touch.entry_id);
            }
            Outcome::Suppress { reason } => {
                let why = match reason {
                    Suppress::OptedOut => Reason::OptedOut,
                    Suppress::BadAddress => Reason::HardBounce,
                };
                recorded.push(Recorded(touch.id, State::Failed.code(), None, Some(why.code()), None, None));
                statements.extend(reception::refused(&held.db, touch, *reason, now).await?);
                by(format!("campaign:{}", touch.campaign_id), "failed");
                again.push(touch.entry_id);
            }
            Outcome::Unknown { why } => {
                recorded.push(Recorded(
                    touch.id,
                    State::Unknown.code(),
                    None,
                    Some(Reason::Unknown.code()),
                    Some(why.clone()),
                    None,
                ));
                again.push(touch.entry_id);
            }
            Outcome::Temporary { proven_not_accepted: false, .. } => {}
            Outcome::Temporary { retry_after, .. } => {
                // The sender pauses, not the touch: another may take it.
                let wait = retry_after.map_or(AGAIN, |seconds| i64::from(seconds) * 1_000);
                freed.push((touch.id, Millis(now.0 + wait.min(AGAIN))));
            }
            Outcome::Account { .. } | Outcome::Alone => freed.push((touch.id, Millis(now.0 + AGAIN))),
        }
    }
    let count = |held: &mut Held<Cursor>, name: &str, is: &dyn Fn(&Outcome) -> bool| {
        held.count(name, answered.iter().filter(|one| is(&one.outcome)).count() as u64);
    };
    count(held, "sent", &|outcome| matches!(outcome, Outcome::Accepted { .. }));
    count(held, "unknown", &|outcome| matches!(outcome, Outcome::Unknown { .. }));
    count(held, "failed", &|outcome| matches!(outcome, Outcome::Permanent { .. } | Outcome::Suppress { .. }));
    statements.splice(0..0, touches::record(&recorded, token, now)?);
    statements.extend(touches::give_back(&freed, token)?);
    statements.extend(sending::count(&counted)?);
    let mut rests = None;
    if let Some(sender) = sender {
        let outcomes: Vec<&Outcome> = answered.iter().map(|one| &one.outcome).collect();
        let (statement, until) = health(sender, failures, &outcomes, now);
        statements.extend(statement);
        rests = until;
    }
    if !again.is_empty() {
        statements.push(entries::look_again(&again, now));
        statements.push(leases::wake(super::super::plan::JOB));
    }
    held.write(statements).await?;
    let settled: Vec<i64> = recorded.iter().map(|row| row.0).collect();
    reception::take_up(&held.db, &settled, now).await.map_err(JobError::from_db)?;
    Ok(rests)
}

/// How a sender stands after what it said, and until when it rests: where it asked to, or failed too often in a row. `failures`: in a row,
/// with those of this run.
pub fn health(sender: &SenderRow, failures: &mut u32, outcomes: &[&Outcome], now: Millis) -> (Option<Statement>, Option<Millis>) {
    // The gravest of them.
    let trouble = outcomes.iter().filter(|outcome| outcome.is_trouble()).max_by_key(|outcome| match outcome {
        Outcome::Account { .. } => 2,
        Outcome::Temporary { retry_after: Some(_), .. } => 1,
        _ => 0,
    });
    // A refusal of one message is an answer too.
    let is_some_good = outcomes
        .iter()
        .any(|outcome| matches!(outcome, Outcome::Accepted { .. } | Outcome::Permanent { .. } | Outcome::Suppress { .. }));
    match trouble {
        Some(Outcome::Account { why }) => (Some(senders::refused(sender.id, why, now)), Some(Millis(now.0 + AGAIN))),
        // It asked for a break: that is no failure.
        Some(Outcome::Temporary { retry_after: Some(seconds), .. }) => {
            let until = Millis(now.0 + i64::from(*seconds) * 1_000);
            (Some(senders::rests(sender.id, until, false)), Some(until))
        }
        Some(_) if is_some_good => (None, None),
        Some(_) => {
            *failures += 1;
            let until = (*failures >= CIRCUIT).then_some(Millis(now.0 + REST));
            (Some(senders::rests(sender.id, until.unwrap_or(now), true)), until)
        }
        None if *failures == 0 || !is_some_good => (None, None),
        None => {
            *failures = 0;
            (Some(senders::works(sender.id)), None)
        }
    }
}
