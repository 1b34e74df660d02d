//! Customers, identities, contacts and consent that imported rows bring.

use serde::{Deserialize, Serialize};
use shared::consent::{Record, State};
use shared::id::Id;
use shared::import::ContactRole;
use shared::time::Millis;
use shared::traits::Stored;

use super::{Db, DbError, Param, Statement, json_pages, paged, retention};
use crate::{params, sql};

/// An outside key: `external` with "{source}:{id}", or `email` with the address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Key(pub &'static str, pub String);

/// Who has a key.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Known {
    pub key_kind: String,
    pub key_value: String,
    pub customer_id: i64,
    sample: u8,
    pub external_id: String,
    pub kind: String,
    pub name: String,
    pub tags: String,
    pub traits: String,
    pub traits_at: String,
    pub traits_earlier: String,
    pub created_at: i64,
    pub updated_at: i64,
    /// How many ids of the import's source the customer has.
    pub externals: u32,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ContactRow {
    pub id: i64,
    pub customer_id: i64,
    pub role: ContactRole,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub country: Option<String>,
    pub time_zone: Option<String>,
    pub consent: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ConsentRow {
    pub contact_id: i64,
    channel: String,
    purpose: String,
    state: State,
    basis: String,
    source: String,
    wording: Option<String>,
    act: u8,
    occurred_at: i64,
    recorded_at: i64,
    expires_at: Option<i64>,
}

/// A new customer; its keys are given to [`add_identities`] as well.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewCustomer {
    pub public_id: Id,
    pub external_id: String,
    pub kind: String,
    pub name: String,
    pub name_key: String,
    pub tags: String,
    pub traits: Stored,
    pub created_at: i64,
    pub keys: Vec<Key>,
}

/// Another key of a customer: of a new one by its public id, of a known one by its number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewIdentity(pub Option<Id>, pub Option<i64>, pub Key);

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewContact {
    pub public_id: Id,
    pub new_customer: Option<Id>,
    pub customer_id: Option<i64>,
    pub role: ContactRole,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub country: Option<String>,
    pub time_zone: Option<String>,
    pub consent: String,
    pub created_at: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CustomerChange {
    pub id: i64,
    pub external_id: String,
    pub kind: String,
    pub name: String,
    pub name_key: String,
    pub tags: String,
    pub traits: Stored,
    pub created_at: i64,
    /// As they were read: what came meanwhile makes the batch fail, see [`is_stale`].
    pub tags_was: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContactChange {
    pub id: i64,
    pub role: ContactRole,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub country: Option<String>,
    pub time_zone: Option<String>,
    pub consent: String,
    /// As it was read: what came meanwhile makes the batch fail, see [`is_stale`].
    pub consent_was: String,
}

/// A record of the history, of a known contact by its number, of a new one by its public id.
#[derive(Debug, Clone, PartialEq)]
pub struct NewConsent {
    pub contact_id: Option<i64>,
    pub new_contact: Option<Id>,
    pub record: Record,
}

#[derive(Debug, Deserialize)]
struct Count {
    n: u32,
}

impl Key {
    /// None where this version knows no such kind.
    pub fn known(kind: &str, value: String) -> Option<Self> {
        let kind = ["external", "account", "email", "phone", "anonymous"].into_iter().find(|known| *known == kind)?;
        Some(Self(kind, value))
    }
}

impl Known {
    pub fn is_sample(&self) -> bool {
        self.sample != 0
    }
}

/// Who has any of these keys. `externals` counts ids that start with `source_prefix`, such as `1:`.
pub async fn find(db: &Db, keys: &[Key], source: i64) -> Result<Vec<Known>, DbError> {
    let mut known = Vec::new();
    for page in json_pages(keys)? {
        // ';' follows ':' in ASCII.
        let params = params![Param::Json(page), format!("{source}:"), format!("{source};")];
        known.extend(db.all::<Known>(sql!("intake.sql", "find_identities"), params).await?);
    }
    Ok(known)
}

/// In the order they were made.
pub async fn contacts(db: &Db, customers: &[i64]) -> Result<Vec<ContactRow>, DbError> {
    let mut contacts = Vec::new();
    for page in json_pages(customers)? {
        contacts.extend(db.all::<ContactRow>(sql!("intake.sql", "contacts_of"), params![Param::Json(page)]).await?);
    }
    Ok(contacts)
}

/// Each record with its contact.
pub async fn consent_history(db: &Db, contacts: &[i64]) -> Result<Vec<(i64, Record)>, DbError> {
    let mut history = Vec::new();
    for page in json_pages(contacts)? {
        let rows: Vec<ConsentRow> = db.all(sql!("intake.sql", "consent_history"), params![Param::Json(page)]).await?;
        history.extend(rows.into_iter().map(|row| (row.contact_id, Record::from(row))));
    }
    Ok(history)
}

pub fn create_customers(new: &[NewCustomer], sample: bool, now: Millis) -> Result<Vec<Statement>, DbError> {
    let rows: Vec<_> = new
        .iter()
        .map(|c| {
            let Stored { values, since, earlier } = &c.traits;
            let named = (&c.public_id, &c.external_id, &c.kind, &c.name, &c.name_key);
            let (public_id, external_id, kind, name, name_key) = named;
            (public_id, external_id, kind, name, name_key, &c.tags, values, c.created_at, &c.keys, since, earlier)
        })
        .collect();
    paged(&rows, |page| Statement::new(sql!("intake.sql", "create_customers"), params![page, sample, now]))
}

pub fn add_identities(new: &[NewIdentity], now: Millis) -> Result<Vec<Statement>, DbError> {
    let rows: Vec<_> = new.iter().map(|NewIdentity(new, known, Key(kind, value))| (new, known, kind, value)).collect();
    paged(&rows, |page| Statement::new(sql!("intake.sql", "add_identities"), params![page, now]))
}

pub fn create_contacts(new: &[NewContact], now: Millis) -> Result<Vec<Statement>, DbError> {
    let rows: Vec<_> = new
        .iter()
        .map(|c| {
            let person = (&c.name, &c.email, &c.phone, &c.country, &c.time_zone);
            let (name, email, phone, country, time_zone) = person;
            (
                &c.public_id,
                &c.new_customer,
                c.customer_id,
                name,
                email,
                phone,
                country,
                time_zone,
                &c.consent,
                c.created_at,
                c.role,
            )
        })
        .collect();
    paged(&rows, |page| Statement::new(sql!("intake.sql", "create_contacts"), params![page, now]))
}

/// New customers' rows of what lists sort by, marked to be scored.
pub fn create_facets(new: &[(Id, Option<String>)]) -> Result<Vec<Statement>, DbError> {
    paged(new, |page| Statement::new(sql!("intake.sql", "create_facets"), params![page]))
}

pub fn update_customers(changes: &[CustomerChange], now: Millis) -> Result<Vec<Statement>, DbError> {
    let rows: Vec<_> = changes
        .iter()
        .map(|c| {
            let Stored { values, since, earlier } = &c.traits;
            let named = (c.id, &c.external_id, &c.kind, &c.name, &c.name_key);
            let (id, external_id, kind, name, name_key) = named;
            (id, external_id, kind, name, name_key, &c.tags, values, c.created_at, &c.tags_was, since, earlier)
        })
        .collect();
    paged(&rows, |page| Statement::new(sql!("intake.sql", "update_customers"), params![page, now]))
}

/// Of customers whose traits changed.
pub fn mark_trait_changes(customers: &[i64]) -> Result<Vec<Statement>, DbError> {
    paged(customers, |page| Statement::new(sql!("intake.sql", "mark_trait_changes"), params![page]))
}

pub fn update_contacts(changes: &[ContactChange], now: Millis) -> Result<Vec<Statement>, DbError> {
    let rows: Vec<_> = changes
        .iter()
        .map(|c| (c.id, &c.name, &c.email, &c.phone, &c.country, &c.time_zone, &c.consent, &c.consent_was, c.role))
        .collect();
    paged(&rows, |page| Statement::new(sql!("intake.sql", "update_contacts"), params![page, now]))
}

pub fn update_countries(countries: &[(i64, &str)]) -> Result<Vec<Statement>, DbError> {
    paged(countries, |page| Statement::new(sql!("intake.sql", "update_countries"), params![page]))
}

/// An address that a customer's only contact lacks: `(customer, address)`.
pub fn fill_addresses(addresses: &[(i64, &str)], now: Millis) -> Result<Vec<Statement>, DbError> {
    paged(addresses, |page| Statement::new(sql!("intake.sql", "fill_addresses"), params![page, now]))
}

/// Another person of a business account: `(public id, customer, name, address)`; nothing where the customer is a shopper.
pub fn add_people(people: &[(Id, i64, &str, &str)], now: Millis) -> Result<Vec<Statement>, DbError> {
    paged(people, |page| Statement::new(sql!("intake.sql", "add_people"), params![page, now]))
}

pub fn add_consents(new: &[NewConsent]) -> Result<Vec<Statement>, DbError> {
    let rows: Vec<_> = new
        .iter()
        .map(|c| {
            let r = &c.record;
            (
                c.contact_id,
                &c.new_contact,
                &r.channel,
                &r.purpose,
                r.state,
                &r.basis,
                &r.source,
                &r.wording,
                u8::from(r.act),
                r.occurred_at,
                r.recorded_at,
                r.expires_at,
            )
        })
        .collect();
    paged(&rows, |page| Statement::new(sql!("intake.sql", "add_consents"), params![page]))
}

/// `(currency, day, rate)`.
pub fn store_rates(rates: &[(String, i32, f64)], now: Millis) -> Result<Vec<Statement>, DbError> {
    paged(rates, |page| Statement::new(sql!("intake.sql", "store_rates"), params![page, now]))
}

/// The rates are other ones than an editor has before them.
pub fn raise_rates_version(now: Millis) -> Statement {
    Statement::new(sql!("intake.sql", "raise_rates_version"), params![now])
}

/// How many of them are not stored just so.
pub async fn count_new_rates(db: &Db, rates: &[(String, i32, f64)]) -> Result<u32, DbError> {
    let mut new = 0;
    for page in json_pages(rates)? {
        let row: Option<Count> = db.first(sql!("intake.sql", "count_new_rates"), params![Param::Json(page)]).await?;
        new += row.map_or(0, |row| row.n);
    }
    Ok(new)
}

/// Which sample shop is loaded.
pub fn set_sample(name: &str, now: Millis) -> Statement {
    Statement::new(sql!("intake.sql", "set_sample"), params![name, now])
}

/// A batch failed because a customer, their tags or a consent changed after they were looked up: look again.
pub fn is_stale(error: &DbError) -> bool {
    let columns = ["orders.customer_id", "events.customer_id", "contacts.consent", "customers.tags", "intake.applied"];
    matches!(error, DbError::Constraint(text) if columns.iter().any(|column| text.contains(column))) || retention::is_stale(error)
}

impl From<ConsentRow> for Record {
    fn from(row: ConsentRow) -> Self {
        Self {
            channel: row.channel,
            purpose: row.purpose,
            state: row.state,
            basis: row.basis,
            source: row.source,
            wording: row.wording,
            act: row.act != 0,
            occurred_at: Millis(row.occurred_at),
            recorded_at: Millis(row.recorded_at),
            expires_at: row.expires_at.map(Millis),
        }
    }
}
