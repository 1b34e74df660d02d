//! Forgetting people: what names them is found and taken away.

use serde::Deserialize;
use shared::id::Id;
use shared::time::Millis;

use super::intake::Key;
use super::suppressions::NewSuppression;
use super::{Db, DbError, Param, Statement, leases, paged, sample, suppressions};
use crate::{params, sql};

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Root {
    pub id: i64,
    pub public_id: Id,
    sample: u8,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct One {
    pub id: i64,
    pub public_id: Id,
}

/// A message that may name the person.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Message {
    pub id: i64,
    pub source: i64,
    pub key: String,
    pub topic: String,
    pub body: String,
    pub received_at: i64,
    pub sent_at: Option<i64>,
    /// Messages of the page with those that did not fit.
    pub n: u32,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Rejected {
    pub import_id: i64,
    pub line: i64,
    pub raw: String,
    pub source: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct OfSource {
    pub customer_id: i64,
    only_here: u8,
}

/// Where messages lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pile {
    Inbox,
    DeadLetters,
}

#[derive(Debug, Deserialize)]
struct KeyRow {
    kind: String,
    value: String,
}

#[derive(Debug, Deserialize)]
struct Upto {
    upto: Option<i64>,
}

impl Root {
    pub fn is_sample(&self) -> bool {
        self.sample != 0
    }
}

impl OfSource {
    /// Nothing else tells of them.
    pub fn is_only_here(&self) -> bool {
        self.only_here != 0
    }
}

/// The record that stands for this one, which it may have been merged into.
pub async fn root(db: &Db, id: &Id) -> Result<Option<Root>, DbError> {
    db.first(sql!("erasure.sql", "root"), params![id]).await
}

/// These records with all that were merged into them.
pub async fn everybody(db: &Db, ids: &[i64]) -> Result<Vec<One>, DbError> {
    db.all(sql!("erasure.sql", "everybody"), params![Param::json(&ids)]).await
}

/// Ids and addresses of these records.
pub async fn keys(db: &Db, people: &[i64]) -> Result<Vec<Key>, DbError> {
    let rows: Vec<KeyRow> = db.all(sql!("erasure.sql", "keys"), params![Param::json(&people)]).await?;
    Ok(rows.into_iter().filter_map(|row| Key::known(&row.kind, row.value)).collect())
}

/// Those of the addresses that somebody else has as well: they are theirs.
pub async fn shared(db: &Db, people: &[i64], keys: &[Key]) -> Result<Vec<Key>, DbError> {
    let rows: Vec<KeyRow> = db.all(sql!("erasure.sql", "shared"), params![Param::json(&people), Param::json(&keys)]).await?;
    Ok(rows.into_iter().filter_map(|row| Key::known(&row.kind, row.value)).collect())
}

/// From now on nothing that names one of the keys is taken in.
///
/// # Errors
/// Where the worker has no key to hash with.
pub fn shut_out(db: &Db, keys: &[Key], source: &str, at: Millis, now: Millis) -> Result<Vec<Statement>, DbError> {
    let hasher = db.hasher()?;
    let new = keys.iter().filter_map(|key| {
        let (channel, address) = suppressions::address(key)?;
        let hash = hasher.hash(channel, &address);
        Some(NewSuppression(hash, channel, suppressions::Reason::Erased, source.to_owned(), at.0))
    });
    let mut statements = suppressions::store(&new.collect::<Vec<_>>(), now)?;
    statements.push(count());
    Ok(statements)
}

/// The last message to look at: those behind it in the inbox are looked at when they are applied.
pub async fn end(db: &Db, pile: Pile) -> Result<i64, DbError> {
    let sql = match pile {
        Pile::Inbox => sql!("erasure.sql", "applied"),
        Pile::DeadLetters => sql!("erasure.sql", "newest_letter"),
    };
    Ok(db.first(sql, params![]).await?.and_then(|row: Upto| row.upto).unwrap_or(0))
}

/// The end of the next `most` messages behind `after`, none where there are none up to `end`.
pub async fn page_end(db: &Db, pile: Pile, after: i64, end: i64, most: u32) -> Result<Option<i64>, DbError> {
    let sql = match pile {
        Pile::Inbox => sql!("erasure.sql", "inbox_end"),
        Pile::DeadLetters => sql!("erasure.sql", "letters_end"),
    };
    Ok(db.first(sql, params![after, end, most]).await?.and_then(|row: Upto| row.upto))
}

/// Messages that hold one of the texts, which are in lower case.
pub async fn page(db: &Db, pile: Pile, after: i64, upto: i64, texts: &[String], most: u32) -> Result<Vec<Message>, DbError> {
    let sql = match pile {
        Pile::Inbox => sql!("erasure.sql", "inbox_page"),
        Pile::DeadLetters => sql!("erasure.sql", "letters_page"),
    };
    db.all(sql, params![after, upto, Param::json(&texts), most]).await
}

/// What these messages said is gone.
pub fn blank(pile: Pile, ids: &[i64], now: Millis) -> Vec<Statement> {
    if ids.is_empty() {
        return Vec::new();
    }
    let ids = Param::json(&ids);
    match pile {
        Pile::Inbox => vec![
            Statement::new(sql!("erasure.sql", "blank_answered"), params![ids.clone(), now]),
            Statement::new(sql!("erasure.sql", "blank_messages"), params![ids.clone()]),
            Statement::new(sql!("erasure.sql", "unpark_messages"), params![ids]),
        ],
        Pile::DeadLetters => vec![Statement::new(sql!("erasure.sql", "blank_letters"), params![ids, now])],
    }
}

pub async fn rejected_page(db: &Db, (import, line): (i64, i64), most: u32) -> Result<Vec<Rejected>, DbError> {
    db.all(sql!("erasure.sql", "rejected_page"), params![import, line, most]).await
}

/// `(import, line)`.
pub fn blank_rejected(rows: &[(i64, i64)]) -> Result<Vec<Statement>, DbError> {
    paged(rows, |page| Statement::new(sql!("erasure.sql", "blank_rejected"), params![page]))
}

/// What answers, mails and saved searches hold of them.
pub fn remove_mentions(addresses: &[String], texts: &[String]) -> Vec<Statement> {
    vec![
        Statement::new(sql!("erasure.sql", "blank_answers"), params![Param::json(&texts)]),
        Statement::new(sql!("erasure.sql", "remove_outbox"), params![Param::json(&addresses)]),
        Statement::new(sql!("erasure.sql", "remove_views"), params![Param::json(&addresses)]),
    ]
}

/// The next `most` orders, with their parts.
pub fn remove_orders(people: &[i64], most: u32) -> Vec<Statement> {
    vec![
        Statement::new(sql!("erasure.sql", "remove_parts"), params![Param::json(&people), most]),
        Statement::new(sql!("erasure.sql", "remove_orders"), params![Param::json(&people), most]),
    ]
}

pub fn remove_events(people: &[i64], most: u32) -> Vec<Statement> {
    vec![Statement::new(sql!("erasure.sql", "remove_events"), params![Param::json(&people), most])]
}

/// All but orders and events, in the order in which nothing points at what is gone.
pub fn remove_rest(people: &[i64]) -> Vec<Statement> {
    let people = Param::json(&people);
    [
        sql!("erasure.sql", "blank_touches"),
        sql!("erasure.sql", "blank_entries"),
        sql!("erasure.sql", "blank_responses"),
        sql!("erasure.sql", "remove_merged_rows"),
        sql!("erasure.sql", "remove_merges"),
        sql!("erasure.sql", "forget_released"),
        sql!("erasure.sql", "remove_parked"),
    ]
    .into_iter()
    .chain(sample::BELONGINGS)
    .chain([sql!("erasure.sql", "remove_customers")])
    .map(|sql| Statement::new(sql, vec![people.clone()]))
    .collect()
}

/// The register keeps that somebody asked, and when that was granted. `request`: the one that is granted now; 0 for none.
pub fn forget_requests(people: &[i64], request: i64, note: &str, now: Millis) -> Statement {
    Statement::new(sql!("erasure.sql", "forget_requests"), params![Param::json(&people), request, now, note])
}

/// Some of those of whom the source tells.
pub async fn of_source(db: &Db, source: i64, most: u32) -> Result<Vec<OfSource>, DbError> {
    let (from, to) = ids_of(source);
    db.all(sql!("erasure.sql", "of_source"), params![source, from, to, most]).await
}

/// The next `most` of what a source sent, and of what nobody of its customers has; one outcome each says how many.
pub fn remove_sent(source: i64, most: u32) -> Vec<Statement> {
    [
        sql!("erasure.sql", "blank_inbox_of"),
        sql!("erasure.sql", "remove_letters_of"),
        sql!("erasure.sql", "remove_parked_of"),
        sql!("erasure.sql", "remove_products_of"),
        sql!("erasure.sql", "remove_parts_of"),
    ]
    .into_iter()
    .map(|sql| Statement::new(sql, params![source, most]))
    .collect()
}

/// What one source told of people whom others tell of as well.
pub fn remove_told(source: i64, people: &[i64]) -> Vec<Statement> {
    let (from, to) = ids_of(source);
    let people = || Param::json(&people);
    vec![
        Statement::new(sql!("erasure.sql", "remove_orders_of"), params![source, people()]),
        Statement::new(sql!("erasure.sql", "remove_events_of"), params![source, people()]),
        Statement::new(sql!("erasure.sql", "remove_identities_of"), params![people(), from, to]),
        Statement::new(sql!("erasure.sql", "remove_bases_of"), params![people()]),
        Statement::new(sql!("erasure.sql", "mark_dirty"), params![people()]),
        leases::wake("score"),
    ]
}

/// The lease of the intake reads anew what it looked up.
pub fn count() -> Statement {
    Statement::new(sql!("erasure.sql", "count_erasure"), params![])
}

/// ';' follows ':' in ASCII.
fn ids_of(source: i64) -> (String, String) {
    (format!("{source}:"), format!("{source};"))
}
