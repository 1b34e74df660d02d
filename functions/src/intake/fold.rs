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

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;
use shared::api::PrivacyKind;
use shared::audit::Action;
use shared::retention::oldest_day;
use shared::source::{Delivery, Fact, Kind, Refusal, Request, RequestKind, Who};
use shared::time::{Day, Millis};

use crate::db::audit::{self, Entry};
use crate::db::erasure::{self, Pile};
use crate::db::fold::{self, Count, EventRow, InboxRow, Mark, Parked, Received, RequestRow, Visitor};
use crate::db::intake::Key;
use crate::db::{Db, DbError, Statement, dead_letters, leases, merges, privacy_requests, suppressions};
use crate::{clock, random};

use apply::{Applied, Clock, Message, Rows};
use book::{Book, Origin, Tie, keys_of};

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
    /// Whom it names; of one that cannot be read, addresses that stand in it.
    keys: Vec<Key>,
}

/// Reads messages.
#[derive(Debug)]
pub struct Reader<'a> {
    mark: &'a Mark,
    origins: HashMap<i64, Origin>,
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
    let reader = Reader::new(mark);
    let mut reads: Vec<Read> = rows.iter().map(|row| read(row, &reader)).collect();
    if let (Some(refusal), [only]) = (refused, reads.as_mut_slice()) {
        only.facts = Err(refusal.clone());
    }
    let keys: BTreeSet<&Key> = reads.iter().flat_map(|read| &read.keys).collect();
    let keys: Vec<Key> = keys.into_iter().cloned().collect();
    let erased = suppressions::erased(db, &keys).await?;
    let people = fold::people(db, &keys).await?;
    let ids: Vec<i64> = people.customers.iter().map(|row| row.id).collect();
    let apart = merges::apart(db, &ids).await?;
    let mut book = Book::new(stored::customers(people.clone()), apart, now);
    let mut written = Rows::default();
    let mut outcome = Outcome::default();
    for (row, read) in rows.iter().zip(&reads) {
        let received_at = Millis(row.received_at);
        let mut clock = Clock::default();
        let applied = match (&read.facts, &read.origin) {
            _ if read.names(&erased) => Ok(Applied::Erased),
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
    let mut statements = vec![suppressions::hold(mark.erasures)];
    statements.extend(stored::write(book.customers(), &people, now)?);
    if is_waking {
        statements.push(leases::wake("score"));
    }
    statements.extend(write_rows(db, &written, &book, now)?);
    statements.extend(outcome.statements(rows, mark, &released, page, now)?);
    Ok(Plan { statements, ties: Vec::new(), messages: outcome.messages, counts: outcome.counts })
}

impl<'a> Reader<'a> {
    pub fn new(mark: &'a Mark) -> Self {
        let known = |row: fold::SourceRow| {
            Some((row.id, Origin { source: row.id, kind: Kind::parse(&row.kind)?, name: row.name, site: row.site }))
        };
        Self { mark, origins: mark.sources().into_iter().filter_map(known).collect() }
    }

    /// What a message says, by its source; nothing where nobody knows the source.
    pub fn read(&self, row: &InboxRow) -> (Option<&Origin>, Result<Vec<Fact>, Refusal>) {
        let Some(origin) = self.origins.get(&row.source) else { return (None, Ok(Vec::new())) };
        let body: Result<Value, _> = serde_json::from_str(&row.body);
        let facts = match body {
            Ok(body) => shared::source::read(&Delivery {
                kind: origin.kind,
                topic: &row.topic,
                body: &body,
                key: row.first_key.as_deref().unwrap_or(&row.key),
                received_at: Millis(row.received_at),
                sent_at: row.sent_at.map(Millis),
                currency: self.mark.home_currency,
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
        (Some(origin), facts)
    }
}

impl Read {
    /// Whether it names somebody who was erased; what they ask for is taken in nevertheless.
    fn names(&self, erased: &HashSet<Key>) -> bool {
        let is_request = |facts: &Vec<Fact>| facts.iter().any(|fact| matches!(fact, Fact::Request(_)));
        !erased.is_empty() && self.keys.iter().any(|key| erased.contains(key)) && !self.facts.as_ref().is_ok_and(is_request)
    }
}

fn read(row: &InboxRow, reader: &Reader<'_>) -> Read {
    let (origin, facts) = reader.read(row);
    let keys = match (&origin, &facts) {
        (Some(origin), Ok(facts)) => {
            let named = facts.iter().flat_map(whos);
            let keys: BTreeSet<Key> = named.flat_map(|(who, is_account)| keys_of(origin, &who, is_account)).collect();
            keys.into_iter().collect()
        }
        _ => addresses_in(&row.body).into_iter().map(|address| Key("email", address)).collect(),
    };
    Read { origin: origin.cloned(), facts, keys }
}

/// What looks like an address in a message that cannot be read.
fn addresses_in(body: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_alphanumeric() || "._%+-@".contains(letter);
    let words = body.split(|letter| !is_part(letter)).filter(|word| word.contains('@'));
    words.map(|word| word.trim_end_matches('.').to_lowercase()).collect()
}

/// Whom a fact names, each with whether it is an account of that id.
pub fn whos(fact: &Fact) -> Vec<(Cow<'_, Who>, bool)> {
    let one = |who| vec![(Cow::Borrowed(who), false)];
    match fact {
        Fact::Person(person) if person.is_account => {
            vec![(Cow::Borrowed(&person.who), true), (Cow::Borrowed(&person.who), false)]
        }
        Fact::Person(person) => one(&person.who),
        Fact::Order(order) => one(&order.who),
        Fact::Event(event) => one(&event.who),
        Fact::Consent(consent) => one(&consent.who),
        Fact::Link(link) => vec![(Cow::Borrowed(&link.from), false), (Cow::Borrowed(&link.to), false)],
        Fact::Member(member) => {
            let account = Who { external_id: Some(member.account_id.clone()), ..Who::default() };
            vec![(Cow::Borrowed(&member.who), false), (Cow::Owned(account), true)]
        }
        Fact::Request(request) => request.who.iter().map(|who| (Cow::Borrowed(who), false)).collect(),
        Fact::OrderPart(_) | Fact::Product(_) | Fact::Stopped(_) => Vec::new(),
    }
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

fn write_rows(db: &Db, rows: &Rows, book: &Book, now: Millis) -> Result<Vec<Statement>, DbError> {
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
        let (row, shut_out) = take_request(db, *source, request, *at, now)?;
        requests.push(row);
        statements.extend(shut_out);
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

/// A line of the register, which the job `privacy` goes on with. Whoever is to be forgotten is shut out in the same batch by what the
/// sender calls them; by their addresses, once it is known who else has those.
fn take_request(
    db: &Db,
    source: i64,
    request: &Request,
    at: Millis,
    now: Millis,
) -> Result<(RequestRow, Vec<Statement>), DbError> {
    let origin = Origin { source, kind: Kind::Shopify, name: String::new(), site: None };
    let keys = request.who.as_ref().map(|who| keys_of(&origin, who, false)).unwrap_or_default();
    let subject = match &request.who {
        Some(who) => who.email.as_deref().map(masked).or_else(|| who.external_id.clone()).unwrap_or_default(),
        None => "everybody".to_owned(),
    };
    let note = (!request.orders.is_empty()).then(|| format!("Orders {}", request.orders.join(", ")));
    let (kind, started) = match request.kind {
        RequestKind::Export => (PrivacyKind::Export, None),
        RequestKind::Erasure => (PrivacyKind::Erasure, Some(now.0)),
        RequestKind::ShopErasure => (PrivacyKind::ShopErasure, Some(now.0)),
    };
    let shut_out = if request.kind == RequestKind::Erasure {
        let ids: Vec<Key> = keys.iter().filter(|key| key.0 == "external").cloned().collect();
        erasure::shut_out(db, &ids, "Erased on request", at, now)?
    } else {
        Vec::new()
    };
    let kept = if started.is_some() { serde_json::to_string(&keys).ok() } else { None };
    let code = privacy_requests::code(kind);
    let due = privacy_requests::due(at);
    Ok((RequestRow(random::id(now)?, code, keys, subject, source, note, at.0, due.0, kept, started), shut_out))
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
    /// Of people who were erased.
    erased: Vec<i64>,
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
                    Applied::Erased => {
                        count("rejected:erased");
                        self.erased.push(row.id);
                    }
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
        statements.extend(erasure::blank(Pile::Inbox, &self.erased, now));
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
