//! What pushed messages become.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shared::id::Id;
use shared::money::Currency;
use shared::time::{Day, Millis};

use super::intake::{ConsentRow, Key};
use super::{Db, DbError, Param, Statement, json_pages, leases, paged};
use crate::{params, sql};

/// How far messages are applied, and what their reading rests on.
#[derive(Debug, Clone, Deserialize)]
pub struct Mark {
    pub applied: i64,
    /// How often somebody was erased.
    pub erasures: i64,
    /// JSON.
    released: String,
    pub home_currency: Currency,
    /// The oldest day whose events are kept.
    pub events_from: Option<i32>,
    pub event_days: u32,
    /// JSON.
    sources: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SourceRow {
    pub id: i64,
    pub kind: String,
    pub name: String,
    pub site: Option<String>,
}

/// A message of the inbox.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct InboxRow {
    pub id: i64,
    pub source: i64,
    pub key: String,
    pub topic: String,
    pub body: String,
    pub received_at: i64,
    pub sent_at: Option<i64>,
    /// The dead letter that a person sent again, and the key that its message had first.
    pub replay_of: Option<i64>,
    pub first_key: Option<String>,
    /// Of a visitor whose parked message it was.
    #[serde(default)]
    pub anonymous_id: Option<String>,
}

/// A visitor: source and anonymous id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Visitor(pub i64, pub String);

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CustomerRow {
    pub id: i64,
    pub external_id: String,
    pub kind: String,
    pub name: String,
    pub tags: String,
    pub traits: String,
    pub traits_at: String,
    pub fields_at: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct KeyRow {
    pub kind: String,
    pub value: String,
    pub customer_id: i64,
    pub contact_id: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ContactRow {
    pub id: i64,
    pub customer_id: i64,
    pub role: String,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub country: Option<String>,
    pub time_zone: Option<String>,
    pub consent: String,
    pub fields_at: String,
    pub updated_at: i64,
}

/// All that is stored of some customers.
#[derive(Debug, Clone, Default)]
pub struct People {
    pub customers: Vec<CustomerRow>,
    pub keys: Vec<KeyRow>,
    pub contacts: Vec<ContactRow>,
    pub consents: Vec<ConsentRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewPerson(
    pub Id,
    pub String,
    pub &'static str,
    pub String,
    pub String,
    pub String,
    pub String,
    pub String,
    pub String,
    pub i64,
    pub Vec<Key>,
);

/// In the column order of `update_people`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PersonChange(
    pub i64,
    pub String,
    pub &'static str,
    pub String,
    pub String,
    pub String,
    pub String,
    pub String,
    pub String,
    pub i64,
    pub String,
    pub String,
    pub String,
);

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewContact(
    pub Id,
    pub Option<Id>,
    pub Option<i64>,
    pub String,
    pub Option<String>,
    pub Option<String>,
    pub Option<String>,
    pub Option<String>,
    pub String,
    pub String,
    pub i64,
    pub String,
    pub Option<i64>,
);

/// In the column order of `update_contacts`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContactChange(
    pub i64,
    pub String,
    pub Option<String>,
    pub Option<String>,
    pub Option<String>,
    pub Option<String>,
    pub String,
    pub String,
    pub String,
    pub String,
    pub Option<i64>,
);

/// In the column order of `name_contacts_of_keys`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KeyContact(pub &'static str, pub String, pub Option<i64>, pub Option<Id>);

/// In the column order of `store_orders`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrderRow(
    pub String,
    pub &'static str,
    pub String,
    pub i64,
    pub i64,
    pub String,
    pub i64,
    pub i64,
    pub &'static str,
    pub Option<i64>,
    pub Option<String>,
    pub Option<String>,
    pub i64,
);

/// In the column order of `store_parts`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartRow(pub String, pub String, pub &'static str, pub Option<i64>, pub Option<String>, pub i64);

/// In the column order of `store_events`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventRow(pub String, pub &'static str, pub String, pub String, pub i64, pub String);

/// In the column order of `store_products`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProductRow(
    pub String,
    pub String,
    pub String,
    pub Option<String>,
    pub Option<String>,
    pub Option<String>,
    pub Option<i64>,
    pub String,
    pub Option<i64>,
    pub Option<String>,
    pub Option<String>,
    pub u8,
    pub i64,
);

/// In the column order of `register_requests`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RequestRow(
    pub Id,
    pub &'static str,
    pub Vec<Key>,
    pub String,
    pub i64,
    pub Option<String>,
    pub i64,
    pub i64,
    pub Option<String>,
    pub Option<i64>,
);

/// A message of a visitor who has not said who they are: source, anonymous id, id in the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parked(pub i64, pub String, pub i64);

/// Messages of a source and UTC day that came to this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count(pub i64, pub i32, pub &'static str, pub u32);

/// Source, the newest receipt, and how long that one waited in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Received(pub i64, pub i64, pub i64);

#[derive(Debug, Deserialize)]
struct Found {
    customer_id: i64,
}

#[derive(Debug, Deserialize)]
struct VisitorRow {
    source: i64,
    anonymous_id: String,
}

impl Mark {
    pub fn released(&self) -> Vec<Visitor> {
        serde_json::from_str(&self.released).unwrap_or_default()
    }

    pub fn sources(&self) -> Vec<SourceRow> {
        serde_json::from_str(&self.sources).unwrap_or_default()
    }
}

pub async fn mark(db: &Db) -> Result<Mark, DbError> {
    let mark = db.first(sql!("fold.sql", "mark"), params![]).await?;
    mark.ok_or_else(|| DbError::Bug("the mark of the intake is missing".to_owned()))
}

/// Messages behind `applied`: at most so many, of at most so many characters.
pub async fn page(db: &Db, applied: i64, messages: u32, characters: u32) -> Result<Vec<InboxRow>, DbError> {
    db.all(sql!("fold.sql", "page"), params![applied, messages, characters]).await
}

pub async fn released_page(db: &Db, visitors: &[Visitor], messages: u32) -> Result<Vec<InboxRow>, DbError> {
    db.all(sql!("fold.sql", "released_page"), params![Param::json(&visitors), messages]).await
}

/// Those of them whose messages are parked.
pub async fn have_parked(db: &Db, visitors: &[Visitor]) -> Result<Vec<Visitor>, DbError> {
    let rows: Vec<VisitorRow> = db.all(sql!("fold.sql", "have_parked"), params![Param::json(&visitors)]).await?;
    Ok(rows.into_iter().map(|row| Visitor(row.source, row.anonymous_id)).collect())
}

/// Everybody who has one of the keys, whole.
pub async fn people(db: &Db, keys: &[Key]) -> Result<People, DbError> {
    let mut ids = Vec::new();
    for page in json_pages(keys)? {
        let found: Vec<Found> = db.all(sql!("fold.sql", "find_keys"), params![Param::Json(page)]).await?;
        ids.extend(found.into_iter().map(|row| row.customer_id));
    }
    ids.sort_unstable();
    ids.dedup();
    of_ids(db, &ids).await
}

/// Customers whole, by their numbers.
pub async fn of_ids(db: &Db, ids: &[i64]) -> Result<People, DbError> {
    if ids.is_empty() {
        return Ok(People::default());
    }
    let ids = Param::json(&ids);
    let statements = [
        sql!("fold.sql", "people"),
        sql!("fold.sql", "keys_of_people"),
        sql!("fold.sql", "contacts_of_people"),
        sql!("fold.sql", "consents_of_people"),
    ]
    .map(|sql| Statement::new(sql, vec![ids.clone()]));
    let outcomes = db.batch_idempotent(statements.to_vec()).await?;
    let [customers, keys, contacts, consents] = outcomes.as_slice() else {
        return Err(DbError::Bug("a batch lost results".to_owned()));
    };
    Ok(People { customers: customers.rows()?, keys: keys.rows()?, contacts: contacts.rows()?, consents: consents.rows()? })
}

pub fn create_people(new: &[NewPerson], now: Millis) -> Result<Vec<Statement>, DbError> {
    let ids: Vec<&Id> = new.iter().map(|person| &person.0).collect();
    let mut statements = paged(new, |page| Statement::new(sql!("fold.sql", "create_people"), params![page, now]))?;
    statements.extend(paged(&ids, |page| Statement::new(sql!("fold.sql", "hold_people"), params![page]))?);
    Ok(statements)
}

pub fn update_people(changes: &[PersonChange], now: Millis) -> Result<Vec<Statement>, DbError> {
    paged(changes, |page| Statement::new(sql!("fold.sql", "update_people"), params![page, now]))
}

pub fn create_contacts(new: &[NewContact], now: Millis) -> Result<Vec<Statement>, DbError> {
    paged(new, |page| Statement::new(sql!("fold.sql", "create_contacts"), params![page, now]))
}

pub fn update_contacts(changes: &[ContactChange], now: Millis) -> Result<Vec<Statement>, DbError> {
    paged(changes, |page| Statement::new(sql!("fold.sql", "update_contacts"), params![page, now]))
}

pub fn name_contacts_of_keys(keys: &[KeyContact]) -> Result<Vec<Statement>, DbError> {
    paged(keys, |page| Statement::new(sql!("fold.sql", "name_contacts_of_keys"), params![page]))
}

/// `(customer, user)`.
pub fn name_users(users: &[(i64, String)]) -> Result<Vec<Statement>, DbError> {
    paged(users, |page| Statement::new(sql!("fold.sql", "name_users"), params![page]))
}

pub fn store_orders(source: i64, orders: &[OrderRow], now: Millis) -> Result<Vec<Statement>, DbError> {
    let mut statements = Vec::new();
    for page in json_pages(orders)? {
        let page = Param::Json(page);
        statements.push(Statement::new(sql!("fold.sql", "dirty_losers"), params![page.clone(), source]));
        statements.push(Statement::new(sql!("fold.sql", "store_orders"), params![page.clone(), source, now]));
        statements.push(Statement::new(sql!("fold.sql", "earlier_orders"), params![page, source, now]));
    }
    Ok(statements)
}

pub fn store_parts(source: i64, parts: &[PartRow]) -> Result<Vec<Statement>, DbError> {
    paged(parts, |page| Statement::new(sql!("fold.sql", "store_parts"), params![page, source]))
}

/// Works out orders from their wholes and parts, and marks whose they are.
pub fn settle_orders(source: i64, ids: &[&str]) -> Result<Vec<Statement>, DbError> {
    let mut statements = Vec::new();
    for page in json_pages(ids)? {
        let page = Param::Json(page);
        statements.push(Statement::new(sql!("fold.sql", "settle_orders"), params![page.clone(), source]));
        for sql in [sql!("fold.sql", "dirty_owners_in_flight"), sql!("fold.sql", "dirty_owners")] {
            statements.extend([Statement::new(sql, params![page.clone(), source]), leases::wake_if_changed("score")]);
        }
    }
    Ok(statements)
}

pub fn store_events(source: i64, events: &[EventRow], now: Millis) -> Result<Vec<Statement>, DbError> {
    paged(events, |page| Statement::new(sql!("fold.sql", "store_events"), params![page, source, now]))
}

/// Whoever has one of these keys is to be folded and scored.
pub fn mark_dirty(keys: &[Key]) -> Result<Vec<Statement>, DbError> {
    let mut statements = Vec::new();
    for page in json_pages(keys)? {
        for sql in [sql!("fold.sql", "dirty_keys_in_flight"), sql!("fold.sql", "dirty_keys")] {
            let marked = Statement::new(sql, params![Param::Json(page.clone())]);
            statements.extend([marked, leases::wake_if_changed("score")]);
        }
    }
    Ok(statements)
}

pub fn store_products(source: i64, products: &[ProductRow]) -> Result<Vec<Statement>, DbError> {
    let mut statements = paged(products, |page| Statement::new(sql!("fold.sql", "store_products"), params![page, source]))?;
    let ids: BTreeSet<&str> = products.iter().map(|product| product.1.as_str()).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    statements.extend(paged(&ids, |page| Statement::new(sql!("fold.sql", "settle_products"), params![page, source]))?);
    Ok(statements)
}

pub fn park(messages: &[Parked]) -> Result<Vec<Statement>, DbError> {
    paged(messages, |page| Statement::new(sql!("fold.sql", "park"), params![page]))
}

pub fn unpark(messages: &[Parked]) -> Result<Vec<Statement>, DbError> {
    paged(messages, |page| Statement::new(sql!("fold.sql", "unpark"), params![page]))
}

pub fn count(counts: &[Count]) -> Result<Vec<Statement>, DbError> {
    paged(counts, |page| Statement::new(sql!("fold.sql", "count"), params![page]))
}

pub fn note_received(received: &[Received]) -> Result<Vec<Statement>, DbError> {
    paged(received, |page| Statement::new(sql!("fold.sql", "note_received"), params![page]))
}

/// Messages up to `applied` are; those of `released` come next.
/// `events_from` as it was read: where it moved meanwhile, the batch fails with [`is_stale`].
pub fn advance(applied: i64, released: &[Visitor], events_from: Option<i32>) -> Statement {
    Statement::new(sql!("fold.sql", "advance"), params![applied, Param::json(&released), events_from.map(Day)])
}

pub fn stop_source(source: i64, now: Millis) -> Statement {
    Statement::new(sql!("fold.sql", "stop_source"), params![source, now])
}

pub fn stop_sending(now: Millis) -> Statement {
    Statement::new(sql!("fold.sql", "stop_sending"), params![now])
}

pub fn register_requests(requests: &[RequestRow]) -> Result<Vec<Statement>, DbError> {
    paged(requests, |page| Statement::new(sql!("fold.sql", "register_requests"), params![page]))
}

/// A batch failed because what it was planned on changed meanwhile: look again.
pub fn is_stale(error: &DbError) -> bool {
    let columns = [
        "orders.customer_id",
        "events.customer_id",
        "intake.applied",
        "customers.name",
        "customers.tags",
        "contacts.consent",
        "contacts.customer_id",
    ];
    columns.iter().any(|column| error.is_missing(column))
}
