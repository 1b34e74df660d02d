//! Carries out what people asked for: whoever is to be forgotten is, and all that a store sent that asks for that.
//!
//! First whatever names the person is shut out, so that nothing of them comes in any more. Then messages that name them lose what they
//! said; orders and events go in pages; and the rest goes at once, with the request's own line. A run that dies goes on where it
//! stopped: until the end the request knows by what the person is found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::api::{Plan, PrivacyKind};
use shared::audit::Action;
use shared::id::Id;
use shared::time::Millis;

use super::run::{Held, JobError, Work};
use crate::db::audit::{self, Entry};
use crate::db::erasure::{self, Pile};
use crate::db::fold;
use crate::db::intake::Key;
use crate::db::privacy_requests::{self, Task};
use crate::db::{Db, DbError, Outcome, Statement, rollups};
use crate::erasure::{Needles, Part, named_in};
use crate::seams;

/// Where the work on a request is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    #[default]
    Gather,
    Inbox,
    DeadLetters,
    RejectedRows,
    Orders,
    Events,
    Rest,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Cursor {
    request: i64,
    phase: Phase,
    /// The row that was looked at last, and the line of an import.
    after: i64,
    line: i64,
    /// The row to look at last.
    end: i64,
    /// What went.
    counts: BTreeMap<String, u64>,
}

/// Messages looked through at once, and characters of those that are read.
const MESSAGES: u32 = 2_000;
const CHARACTERS: u32 = 2_000_000;
/// Rows taken away at once.
const ROWS: u32 = 500;
/// Customers of a source at once.
const CUSTOMERS: u32 = 20;

pub async fn has_work(db: &Db) -> Result<bool, DbError> {
    privacy_requests::any(db).await
}

pub async fn work(held: &mut Held<Cursor>) -> Result<Work, JobError> {
    while let Some(task) = privacy_requests::next(&held.db).await? {
        if held.cursor().request != task.id {
            *held.cursor_mut() = Cursor { request: task.id, ..Cursor::default() };
        }
        let is_done = match task.kind {
            PrivacyKind::ShopErasure => forget_source(held, &task).await?,
            _ => forget(held, &task).await?,
        };
        if !is_done {
            return Ok(Work::More);
        }
        if rollups::is_large(&held.db).await? {
            held.write(vec![rollups::wake()]).await?;
        }
    }
    Ok(Work::Done)
}

/// Whether this invocation may go on with another page.
fn may_go_on(held: &Held<Cursor>) -> bool {
    held.has_time() && held.plan != Plan::Free
}

/// Whether the person is forgotten; else there is more to do.
async fn forget(held: &mut Held<Cursor>, task: &Task) -> Result<bool, JobError> {
    if held.cursor().phase == Phase::Gather {
        gather(held, task).await?;
        seams::point("privacy.gathered").await;
    }
    let task = privacy_requests::next(&held.db).await?.filter(|again| again.id == task.id).unwrap_or_else(|| task.clone());
    let keys = task.keys();
    let needles = Needles::of(&keys);
    let people = people(&held.db, &task).await?;
    loop {
        match held.cursor().phase {
            Phase::Gather => return Ok(false),
            Phase::Inbox => {
                if !blank_page(held, Pile::Inbox, &needles).await? {
                    let end = erasure::end(&held.db, Pile::DeadLetters).await?;
                    go_to(held, Phase::DeadLetters, end);
                }
            }
            Phase::DeadLetters => {
                if !blank_page(held, Pile::DeadLetters, &needles).await? {
                    go_to(held, Phase::RejectedRows, 0);
                }
            }
            Phase::RejectedRows => {
                if !blank_rejected(held, &needles).await? {
                    go_to(held, Phase::Orders, 0);
                }
            }
            Phase::Orders => {
                if !remove_page(held, "orders", erasure::remove_orders(&people, ROWS)).await? {
                    go_to(held, Phase::Events, 0);
                }
            }
            Phase::Events => {
                if !remove_page(held, "events", erasure::remove_events(&people, ROWS)).await? {
                    go_to(held, Phase::Rest, 0);
                }
            }
            Phase::Rest => {
                remove_rest(held, &task, &people, &needles).await?;
                seams::point("privacy.forgotten").await;
                return Ok(true);
            }
        }
        seams::point("privacy.page").await;
        if !may_go_on(held) {
            return Ok(false);
        }
    }
}

fn go_to(held: &mut Held<Cursor>, phase: Phase, end: i64) {
    let cursor = held.cursor_mut();
    (cursor.phase, cursor.after, cursor.line, cursor.end) = (phase, 0, 0, end);
}

fn add(held: &mut Held<Cursor>, what: &str, more: u64) {
    *held.cursor_mut().counts.entry(what.to_owned()).or_default() += more;
    held.count(what, more);
}

/// All records of the person.
async fn people(db: &Db, task: &Task) -> Result<Vec<i64>, DbError> {
    let known: Vec<i64> = match task.customer_id {
        Some(customer) => vec![customer],
        // Nobody was known by that name when it was asked for.
        None => fold::people(db, &task.keys()).await?.customers.iter().take(1).map(|row| row.id).collect(),
    };
    Ok(erasure::everybody(db, &known).await?.into_iter().map(|one| one.id).collect())
}

/// Finds by what the person is known, keeps that with the request, and shuts it out.
async fn gather(held: &mut Held<Cursor>, task: &Task) -> Result<(), JobError> {
    let people = people(&held.db, task).await?;
    let mut keys: Vec<Key> = task.keys();
    keys.extend(erasure::keys(&held.db, &people).await?);
    keys.sort();
    keys.dedup();
    let shared = erasure::shared(&held.db, &people, &keys).await?;
    keys.retain(|key| !shared.contains(key));
    let end = erasure::end(&held.db, Pile::Inbox).await?;
    go_to(held, Phase::Inbox, end);
    let mut statements = erasure::shut_out(&held.db, &keys, "Erased on request", held.now, held.now)?;
    statements.push(privacy_requests::keep_keys(task.id, &keys));
    held.write(statements).await?;
    Ok(())
}

/// Whether there was a page.
async fn blank_page(held: &mut Held<Cursor>, pile: Pile, needles: &Needles) -> Result<bool, JobError> {
    let Cursor { after, end, .. } = *held.cursor();
    let mark = fold::mark(&held.db).await?;
    let part = Part { pile, after, end, messages: MESSAGES, characters: CHARACTERS };
    let Some((named, next)) = named_in(&held.db, &mark, needles, part).await? else { return Ok(false) };
    let named: Vec<i64> = named.iter().map(|message| message.id).collect();
    held.cursor_mut().after = next;
    add(held, "messages", named.len() as u64);
    held.write(erasure::blank(pile, &named, held.now)).await?;
    Ok(true)
}

/// Whether there was a page.
async fn blank_rejected(held: &mut Held<Cursor>, needles: &Needles) -> Result<bool, JobError> {
    let Cursor { after, line, .. } = *held.cursor();
    let rows = erasure::rejected_page(&held.db, (after, line), MESSAGES).await?;
    let Some(last) = rows.last() else { return Ok(false) };
    let (import, line) = (last.import_id, last.line);
    let named = rows.iter().filter(|row| needles.are_in_line(&row.raw, row.source)).map(|row| (row.import_id, row.line));
    let named: Vec<(i64, i64)> = named.collect();
    (held.cursor_mut().after, held.cursor_mut().line) = (import, line);
    add(held, "rejected_rows", named.len() as u64);
    held.write(erasure::blank_rejected(&named)?).await?;
    Ok(true)
}

/// Whether there may be another page. The last statement takes away what is counted.
async fn remove_page(held: &mut Held<Cursor>, what: &str, statements: Vec<Statement>) -> Result<bool, JobError> {
    let outcomes = held.write(statements).await?;
    let gone = outcomes.last().map_or(0, |outcome| outcome.changes);
    add(held, what, gone);
    Ok(gone >= u64::from(ROWS))
}

/// The rest in one transaction: either the person is there and the request open, or neither.
async fn remove_rest(held: &mut Held<Cursor>, task: &Task, people: &[i64], needles: &Needles) -> Result<(), JobError> {
    let named = erasure::everybody(&held.db, people).await?;
    let texts: Vec<String> = named.iter().map(|one| one.public_id.to_string()).chain(needles.addresses()).collect();
    add(held, "records", people.len() as u64);
    let mut statements = erasure::remove_mentions(&needles.addresses(), &texts);
    statements.extend(erasure::remove_rest(people));
    statements.push(erasure::forget_requests(people, task.id, &told(&held.cursor().counts), held.now));
    // A record that something was written to meanwhile is read anew.
    statements.push(erasure::count());
    statements.push(log(Action::CustomerErased, task, &held.cursor().counts, held.now));
    held.count("erased", 1);
    held.write(statements).await?;
    Ok(())
}

/// `12 orders, 30 events`.
fn told(counts: &BTreeMap<String, u64>) -> String {
    let parts: Vec<String> =
        counts.iter().filter(|(_, n)| **n > 0).map(|(what, n)| format!("{n} {}", what.replace('_', " "))).collect();
    if parts.is_empty() { "Nothing was held".to_owned() } else { format!("Erased: {}", parts.join(", ")) }
}

fn log(action: Action, task: &Task, counts: &BTreeMap<String, u64>, now: Millis) -> Statement {
    let entry = match Id::parse(&task.subject) {
        Ok(customer) => Entry::new(action).to("customer", customer, None),
        Err(_) => Entry::new(action).to("privacy_request", &task.public_id, None),
    };
    let went = counts.iter().filter(|(_, n)| **n > 0);
    audit::append_by_system(went.fold(entry, |entry, (what, _)| entry.field(what)), now)
}

/// Whether nothing of the source is left.
async fn forget_source(held: &mut Held<Cursor>, task: &Task) -> Result<bool, JobError> {
    let Some(source) = task.source else { return settle_source(held, task).await };
    loop {
        let found = erasure::of_source(&held.db, source, CUSTOMERS).await?;
        let (only, others): (Vec<_>, Vec<_>) = found.iter().partition(|row| row.is_only_here());
        if !only.is_empty() {
            // Whoever has a long history goes in pages.
            let ids: Vec<i64> = only.iter().map(|row: &erasure::OfSource| row.customer_id).collect();
            let people: Vec<i64> = erasure::everybody(&held.db, &ids).await?.into_iter().map(|one| one.id).collect();
            let more_orders = remove_page(held, "orders", erasure::remove_orders(&people, ROWS)).await?;
            let more_events = remove_page(held, "events", erasure::remove_events(&people, ROWS)).await?;
            if !more_orders && !more_events {
                let mut statements = erasure::remove_rest(&people);
                statements.push(erasure::forget_requests(&people, 0, "", held.now));
                statements.push(erasure::count());
                add(held, "records", people.len() as u64);
                held.write(statements).await?;
            }
        }
        if !others.is_empty() {
            let ids: Vec<i64> = others.iter().map(|row: &erasure::OfSource| row.customer_id).collect();
            let outcomes = held.write(erasure::remove_told(source, &ids)).await?;
            let changes = |at: usize| outcomes.get(at).map_or(0, |outcome: &Outcome| outcome.changes);
            let (orders, events) = (changes(0), changes(1));
            add(held, "orders", orders);
            add(held, "events", events);
        }
        let mut statements = erasure::remove_sent(source, ROWS);
        statements.push(erasure::count());
        let outcomes = held.write(statements).await?;
        let sent: u64 = outcomes.iter().take(5).map(|outcome| outcome.changes).sum();
        add(held, "messages", outcomes.iter().take(2).map(|outcome| outcome.changes).sum());
        seams::point("privacy.page").await;
        if found.is_empty() && sent == 0 {
            return settle_source(held, task).await;
        }
        if !may_go_on(held) {
            return Ok(false);
        }
    }
}

async fn settle_source(held: &mut Held<Cursor>, task: &Task) -> Result<bool, JobError> {
    let note = told(&held.cursor().counts);
    let log = log(Action::SourceErased, task, &held.cursor().counts, held.now);
    held.write(vec![privacy_requests::settle(task.id, &note, held.now), log]).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_is_told_in_numbers() {
        let counts = BTreeMap::from([("orders".to_owned(), 2), ("events".to_owned(), 0), ("rejected_rows".to_owned(), 1)]);
        assert_eq!(told(&counts), "Erased: 2 orders, 1 rejected rows");
        assert_eq!(told(&BTreeMap::new()), "Nothing was held");
    }
}
