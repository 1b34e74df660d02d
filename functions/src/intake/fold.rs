//! Pushed messages become customers, orders, events and consent: one transaction a page.
//!
//! A page of the inbox is read into facts, whom they are about is looked up, and all that follows is written in one batch together
//! with the mark of how far messages are applied: a message is applied once or not at all. What each message says carries its own
//! time, so that any order of the same messages leaves the same.

mod apply;
pub mod book;
pub mod customer;
mod register;
pub mod stored;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use shared::audit::Action;
use shared::retention::oldest_day;
use shared::source::{Delivery, Fact, Kind, Refusal, Request, RequestKind, Who};
use shared::time::{Day, Millis};

use crate::db::audit::{self, Entry};
use crate::db::fold::{self, Count, EventRow, InboxRow, Mark, Parked, Received, RequestRow, Visitor};
use crate::db::intake::Key;
use crate::db::{Db, DbError, Statement, dead_letters, leases, merges};
use crate::{clock, random};

use apply::{Applied, Clock, Message, Rows};
use book::{Book, Origin, Tie, keys_of};

/// A right that somebody asks for is granted within so many days.
const DAYS_TO_ANSWER: i32 = 30;

/// What a page becomes.
#[derive(Debug, Default)]
pub struct Plan {
    pub statements: Vec<Statement>,
    /// Stored records that turned out to be one: to be merged first, and the page to be planned again.
    pub ties: Vec<Tie>,
    /// Messages of the page that the statements apply.
    pub messages: usize,
    pub counts: Counts,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub applied: u64,
    pub parked: u64,
    pub dead: u64,
}

/// Where a page comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Behind the mark.
    Inbox,
    /// Of visitors who have said who they are; they were counted when they came.
    Released,
}

/// What a message says, or why it cannot be read.
struct Read {
    origin: Option<Origin>,
    facts: Result<Vec<Fact>, Refusal>,
}

/// Plans the page's writes; `refused` sends a page's only message to the dead letters, because the database refused what it became.
///
/// # Errors
/// What the database says.
pub async fn plan(
    db: &Db,
    mark: &Mark,
    rows: &[InboxRow],
    page: Page,
    is_last: bool,
    refused: Option<&Refusal>,
    now: Millis,
) -> Result<Plan, DbError> {
    let origins = origins(mark);
    let mut reads: Vec<Read> = rows.iter().map(|row| read(row, origins.get(&row.source), mark)).collect();
    if let (Some(refusal), [only]) = (refused, reads.as_mut_slice()) {
        only.facts = Err(refusal.clone());
    }
    let people = fold::people(db, &all_keys(&reads)).await?;
    let ids: Vec<i64> = people.customers.iter().map(|row| row.id).collect();
    let apart = merges::apart(db, &ids).await?;
    let mut book = Book::new(stored::customers(people.clone()), apart, now);
    let mut written = Rows::default();
    let mut outcome = Outcome::default();
    for (row, read) in rows.iter().zip(&reads) {
        let received_at = Millis(row.received_at);
        let mut clock = Clock::default();
        let applied = match (&read.facts, &read.origin) {
            (Ok(facts), Some(origin)) => {
                let message = Message { origin, received_at, facts };
                let oldest = oldest_day(received_at, mark.event_days, mark.events_from.map(Day)).start();
                Ok(apply::apply(&mut book, &mut written, &mut clock, &message, oldest)?)
            }
            (Ok(_), None) => Ok(Applied::Ignored),
            (Err(refusal), _) => Err(refusal),
        };
        if book.is_cut {
            break;
        }
        outcome.note(row, applied, clock, page);
    }
    if !book.ties.is_empty() {
        return Ok(Plan { ties: book.ties.into_iter().collect(), ..Plan::default() });
    }
    if book.is_cut {
        // The messages before it are planned alone, so that what it needs is stored when its turn comes.
        let before = rows.get(..outcome.messages).unwrap_or_default();
        return Box::pin(plan(db, mark, before, page, false, None, now)).await;
    }
    let released = released(db, mark, &book, page, rows.len() == outcome.messages && is_last, &outcome.parked).await?;
    let is_waking = book.customers().any(|customer| customer.known_id().is_none());
    let mut statements = stored::write(book.customers(), &people, now)?;
    if is_waking {
        statements.push(leases::wake("score"));
    }
    statements.extend(write_rows(&written, &book, now)?);
    statements.extend(outcome.statements(rows, mark, &released, page, now)?);
    Ok(Plan { statements, ties: Vec::new(), messages: outcome.messages, counts: outcome.counts })
}

fn origins(mark: &Mark) -> HashMap<i64, Origin> {
    let known = |row: fold::SourceRow| {
        Some((row.id, Origin { source: row.id, kind: Kind::parse(&row.kind)?, name: row.name, site: row.site }))
    };
    mark.sources().into_iter().filter_map(known).collect()
}

fn read(row: &InboxRow, origin: Option<&Origin>, mark: &Mark) -> Read {
    let Some(origin) = origin else { return Read { origin: None, facts: Ok(Vec::new()) } };
    let body: Result<Value, _> = serde_json::from_str(&row.body);
    let facts = match body {
        Ok(body) => shared::source::read(&Delivery {
            kind: origin.kind,
            topic: &row.topic,
            body: &body,
            key: row.first_key.as_deref().unwrap_or(&row.key),
            received_at: Millis(row.received_at),
            sent_at: row.sent_at.map(Millis),
            currency: mark.home_currency,
            site: origin.site.as_deref(),
            by_browser: origin.kind == Kind::Browser,
        }),
        // The parser's own words may quote what stands there.
        Err(error) => Err(Refusal {
            field: None,
            reason: format!("It is no JSON: line {}, column {}", error.line(), error.column()),
            fix: "Mend the body and send it again".to_owned(),
        }),
    };
    Read { origin: Some(origin.clone()), facts }
}

/// Every key that the messages name, once.
fn all_keys(reads: &[Read]) -> Vec<Key> {
    let mut keys = BTreeSet::new();
    for read in reads {
        let (Some(origin), Ok(facts)) = (&read.origin, &read.facts) else { continue };
        let mut name = |who: &Who, is_account: bool| keys.extend(keys_of(origin, who, is_account));
        for fact in facts {
            match fact {
                Fact::Person(person) => {
                    name(&person.who, person.is_account);
                    name(&person.who, false);
                }
                Fact::Order(order) => name(&order.who, false),
                Fact::Event(event) => name(&event.who, false),
                Fact::Consent(consent) => name(&consent.who, false),
                Fact::Link(link) => {
                    name(&link.from, false);
                    name(&link.to, false);
                }
                Fact::Member(member) => {
                    name(&member.who, false);
                    name(&Who { external_id: Some(member.account_id.clone()), ..Who::default() }, true);
                }
                Fact::OrderPart(_) | Fact::Product(_) | Fact::Request(_) | Fact::Stopped(_) => {}
            }
        }
    }
    keys.into_iter().collect()
}

/// Visitors whose parked messages come next: those before that are not through yet, and those who said now who they are.
async fn released(
    db: &Db,
    mark: &Mark,
    book: &Book,
    page: Page,
    is_through: bool,
    parked: &[Parked],
) -> Result<Vec<Visitor>, DbError> {
    let mut waiting = mark.released();
    if page == Page::Released {
        // Whoever is unknown after all waits anew.
        waiting.retain(|visitor| !is_through && !parked.iter().any(|row| row.0 == visitor.0 && row.1 == visitor.1));
    }
    let named: Vec<Visitor> = book.named.iter().filter_map(|value| visitor(value)).collect();
    if !named.is_empty() {
        waiting.extend(fold::have_parked(db, &named).await?);
        // Those of this page are parked with it.
        let is_parked = |visitor: &Visitor| parked.iter().any(|row| row.0 == visitor.0 && row.1 == visitor.1);
        waiting.extend(named.into_iter().filter(is_parked));
        waiting.sort();
        waiting.dedup();
    }
    Ok(waiting)
}

fn visitor(value: &str) -> Option<Visitor> {
    let (source, id) = value.split_once(':')?;
    Some(Visitor(source.parse().ok()?, id.to_owned()))
}

fn write_rows(rows: &Rows, book: &Book, now: Millis) -> Result<Vec<Statement>, DbError> {
    let mut statements = Vec::new();
    let mut dirty: BTreeSet<Key> = BTreeSet::new();
    let mut settled: BTreeMap<i64, BTreeSet<&str>> = BTreeMap::new();
    for (source, orders) in &rows.orders {
        dirty.extend(orders.iter().map(|order| Key(order.1, order.2.clone())));
        settled.entry(*source).or_default().extend(orders.iter().map(|order| order.0.as_str()));
        statements.extend(fold::store_orders(*source, orders, now)?);
    }
    for (source, parts) in &rows.parts {
        settled.entry(*source).or_default().extend(parts.iter().map(|part| part.0.as_str()));
        statements.extend(fold::store_parts(*source, parts)?);
    }
    for (source, ids) in &settled {
        let ids: Vec<&str> = ids.iter().copied().collect();
        statements.extend(fold::settle_orders(*source, &ids)?);
    }
    for (source, events) in &rows.events {
        dirty.extend(events.iter().map(|happened| happened.key.clone()));
        let events: Vec<EventRow> = events.iter().map(|happened| happened.row(book)).collect();
        statements.extend(fold::store_events(*source, &events, now)?);
    }
    for (source, products) in &rows.products {
        statements.extend(fold::store_products(*source, products)?);
    }
    let dirty: Vec<Key> = dirty.into_iter().collect();
    statements.extend(fold::mark_dirty(&dirty)?);
    let mut requests = Vec::new();
    for (source, request, at) in &rows.requests {
        requests.push(take_request(*source, request, *at, now)?);
    }
    if !requests.is_empty() {
        statements.extend(fold::register_requests(&requests)?);
        statements.push(leases::wake("privacy"));
    }
    for (source, _) in &rows.stopped {
        let log = |action| Entry::new(action).to("source", source, None);
        statements.push(fold::stop_source(*source, now));
        statements.push(audit::append_by_system_if_changed(log(Action::SourceStopped), now));
        statements.push(fold::stop_sending(now));
        statements.push(audit::append_by_system_if_changed(Entry::new(Action::SendingStopped), now));
    }
    Ok(statements)
}

/// A line of the register. What follows from it is the business of whoever answers requests: this is the only place where one comes
/// in from a sender.
fn take_request(source: i64, request: &Request, at: Millis, now: Millis) -> Result<RequestRow, DbError> {
    let origin = Origin { source, kind: Kind::Shopify, name: String::new(), site: None };
    let key = request.who.as_ref().and_then(|who| keys_of(&origin, who, false).into_iter().next());
    let (kind, value) = key.map_or((None, None), |key| (Some(key.0), Some(key.1)));
    let subject = match &request.who {
        Some(who) => who.email.as_deref().map(masked).or_else(|| who.external_id.clone()).unwrap_or_default(),
        None => "everybody".to_owned(),
    };
    let note = (!request.orders.is_empty()).then(|| format!("Orders {}", request.orders.join(", ")));
    let name = match request.kind {
        RequestKind::Export => "export",
        RequestKind::Erasure => "erasure",
        RequestKind::ShopErasure => "shop_erasure",
    };
    let due = Millis(at.0 + i64::from(DAYS_TO_ANSWER) * 86_400_000);
    Ok(RequestRow(random::id(now)?, name, kind, value, subject, source, note, at.0, due.0))
}

/// `a…@example.com`.
fn masked(address: &str) -> String {
    match address.split_once('@') {
        Some((name, domain)) => format!("{}…@{domain}", name.chars().next().map(String::from).unwrap_or_default()),
        None => "…".to_owned(),
    }
}

/// What became of the page's messages.
#[derive(Debug, Default)]
struct Outcome {
    messages: usize,
    counts: Counts,
    by_day: BTreeMap<(i64, i32, &'static str), u32>,
    parked: Vec<Parked>,
    dead: Vec<(usize, Refusal)>,
    replayed: Vec<i64>,
    newest: BTreeMap<i64, i64>,
}

impl Outcome {
    fn note(&mut self, row: &InboxRow, applied: Result<Applied, &Refusal>, clock: Clock, page: Page) {
        let mut count = |outcome: &'static str| {
            if page == Page::Inbox {
                *self.by_day.entry((row.source, Millis(row.received_at).day().0, outcome)).or_default() += 1;
            }
        };
        // One that a person sent again was counted when it came first.
        if row.replay_of.is_none() {
            count("accepted");
        }
        if clock.ahead > 0 {
            count("ahead");
        }
        match applied {
            Ok(applied) => {
                self.counts.applied += 1;
                match applied {
                    Applied::Done => {}
                    Applied::Ignored => count("ignored"),
                    Applied::TooOld => count("rejected:too_old"),
                    Applied::Parked(visitor) => {
                        self.counts.parked += 1;
                        if let Some((_, id)) = visitor.split_once(':') {
                            self.parked.push(Parked(row.source, id.to_owned(), row.id));
                        }
                    }
                }
                self.replayed.extend(row.replay_of);
            }
            Err(refusal) => {
                if row.replay_of.is_none() {
                    count("dead");
                }
                self.counts.dead += 1;
                self.dead.push((self.messages, refusal.clone()));
            }
        }
        let newest = self.newest.entry(row.source).or_default();
        *newest = (*newest).max(row.received_at);
        self.messages += 1;
    }

    fn statements(
        &self,
        rows: &[InboxRow],
        mark: &Mark,
        released: &[Visitor],
        page: Page,
        now: Millis,
    ) -> Result<Vec<Statement>, DbError> {
        let rows = rows.get(..self.messages).unwrap_or_default();
        let mut statements = Vec::new();
        if page == Page::Released {
            let of_visitor = |row: &InboxRow| Some(Parked(row.source, row.anonymous_id.clone()?, row.id));
            statements.extend(fold::unpark(&rows.iter().filter_map(of_visitor).collect::<Vec<_>>())?);
        }
        statements.extend(fold::park(&self.parked)?);
        for (at, refusal) in &self.dead {
            if let Some(row) = rows.get(*at) {
                statements.push(dead_letters::bury(row, refusal, &random::id(now)?, now));
            }
        }
        for letter in &self.replayed {
            statements.push(dead_letters::settle(*letter, now));
        }
        let counts: Vec<Count> =
            self.by_day.iter().map(|((source, day, outcome), n)| Count(*source, *day, outcome, *n)).collect();
        statements.extend(fold::count(&counts)?);
        if page == Page::Inbox {
            let lag = |at: i64| clock::now().0.saturating_sub(at).max(0);
            let received: Vec<Received> = self.newest.iter().map(|(source, at)| Received(*source, *at, lag(*at))).collect();
            statements.extend(fold::note_received(&received)?);
        }
        let applied = match page {
            Page::Inbox => rows.last().map_or(mark.applied, |row| row.id),
            Page::Released => mark.applied,
        };
        statements.push(fold::advance(applied, released, mark.events_from));
        Ok(statements)
    }
}
