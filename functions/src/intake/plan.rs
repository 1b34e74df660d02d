//! What a batch of rows is going to write.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use shared::id::Id;
use shared::import::{CustomerRow, EventRow, Key as RowKey, OrderRow, RateRow, Rows, Who};
use shared::search;
use shared::time::Millis;

use crate::db::events::{self, Event};
use crate::db::imports::{Import, SAMPLE};
use crate::db::intake::{self, ContactChange, CustomerChange, NewConsent, NewContact, NewCustomer, NewIdentity};
use crate::db::orders::{self, Order, Origin, Store};
use crate::db::{Db, DbError, Statement};
use crate::random;

use super::catalogue;
use super::older::{self, Owned};
use super::people::{self, ContactDraft, Contacts};
use super::resolve::{self, Draft, Fields, Identity, Resolver};

/// Statements in the order they must run.
#[derive(Debug, Default)]
pub struct Plan {
    /// Customers, identities, contacts, consent, rates.
    pub people: Vec<Statement>,
    /// Orders or events, by pages.
    pub stores: Vec<Store>,
    /// New or changed rows, where they are told here and not by what `stores` write.
    pub accepted: Option<u32>,
    /// Rows that are in none of these tables: events older than any that is kept, whose customers' bases have them.
    pub folded: u32,
    /// Customers wait to be scored: new ones, and those whose traits changed.
    pub is_waking: bool,
    /// Rates changed, so that what was converted at them must be folded again.
    pub is_refolding: bool,
    /// At most, by what D1 meters: a row of a table and one of each of its indexes.
    pub rows_written: u64,
    pub(super) orders: Vec<Order>,
    pub(super) events: Vec<Event>,
}

/// What D1 meters for one of each: the row and its indexes, and for a customer the row of facets.
const CUSTOMER: u64 = 4;
const IDENTITY: u64 = 2;
const CONTACT: u64 = 3;
const CONSENT: u64 = 2;
const ORDER: u64 = 2;
/// The owner of an order or event may have to be marked.
const MARK: u64 = 1;

impl Plan {
    /// How many rows are new or changed, where nothing is to be stored.
    pub async fn count_new(&self, db: &Db, source: i64) -> Result<u32, DbError> {
        match self.accepted {
            Some(accepted) => Ok(accepted),
            None => {
                let events = events::new_keys(db, &self.events, source).await?.len();
                let stored = orders::count_new(db, &self.orders, source).await? + u32::try_from(events).unwrap_or(u32::MAX);
                Ok(stored.saturating_add(self.folded))
            }
        }
    }
}

/// Looks up who the rows are about and plans the writes.
pub async fn plan(db: &Db, import: &Import, rows: &Rows, now: Millis) -> Result<Plan, DbError> {
    match rows {
        Rows::Orders(rows) => orders_plan(db, import, rows, now).await,
        Rows::Events(rows) => events_plan(db, import, rows, now).await,
        Rows::Customers(rows) => customers_plan(db, import, rows, now).await,
        Rows::Rates(rows) => rates_plan(db, rows, now).await,
        Rows::Suppressions(rows) => catalogue::suppressions(db, rows, now).await,
        Rows::Products(rows) => catalogue::products(db, import, rows, now).await,
    }
}

async fn orders_plan(db: &Db, import: &Import, rows: &[OrderRow], now: Millis) -> Result<Plan, DbError> {
    let mut resolver = look_up(db, import.source, rows.iter().map(|row| &row.who), now).await?;
    let mut orders = Vec::with_capacity(rows.len());
    for row in rows {
        let owner = resolver.resolve(&row.who)?;
        let texts = |list: &[String]| if list.is_empty() { None } else { serde_json::to_string(list).ok() };
        orders.push(Order(
            external_id(&row.key),
            owner.key.0,
            owner.key.1,
            row.ordered_at.0,
            row.amount,
            row.currency.to_string(),
            row.refunded,
            row.discount,
            row.status.clone(),
            row.cancelled_at.map(|at| at.0),
            texts(&row.items),
            texts(&row.codes),
        ));
    }
    let orders = last_of_each(orders, |order| order.0.clone());
    let mut plan = plan_people(import, resolver.drafts(), &Contacts::new(), now)?;
    plan.stores = orders::store(&orders, Origin { source: import.source, import: import.id, now })?;
    plan.rows_written += orders.len() as u64 * (ORDER + MARK);
    plan.orders = orders;
    Ok(plan)
}

async fn events_plan(db: &Db, import: &Import, rows: &[EventRow], now: Millis) -> Result<Plan, DbError> {
    let mut resolver = look_up(db, import.source, rows.iter().map(|row| &row.who), now).await?;
    let mut events = Vec::with_capacity(rows.len());
    for row in rows {
        let owner = resolver.resolve(&row.who)?;
        let properties = serde_json::to_string(&row.properties).unwrap_or_else(|_| "{}".to_owned());
        let (kind, value) = (owner.key.0, owner.key.1);
        let event = Event(external_id(&row.key), kind, value, row.name.clone(), row.occurred_at.0, properties);
        events.push((event, Owned { row, draft: owner.draft }));
    }
    let (mut events, owned): (Vec<_>, Vec<_>) = last_of_each(events, |(event, _)| event.0.clone()).into_iter().unzip();
    let older = older::plan(db, import, &owned, resolver.drafts(), now).await?;
    let mut place = 0;
    events.retain(|_| {
        place += 1;
        older.stay.binary_search(&(place - 1)).is_ok()
    });
    let lines = rows.chunk_by(|one, next| one.line == next.line).count();
    let accepted = if lines == rows.len() {
        None
    } else {
        let new = events::new_keys(db, &events, import.source).await?;
        // Of a line whose events lie on both sides of the oldest day that is kept, at most the line counts.
        Some(new_lines(rows, &new).saturating_add(older.accepted).min(u32::try_from(lines).unwrap_or(u32::MAX)))
    };
    let mut plan = plan_people(import, resolver.drafts(), &Contacts::new(), now)?;
    plan.people.extend(older.statements);
    plan.folded = if accepted.is_some() { 0 } else { older.accepted };
    plan.rows_written += older.rows_written;
    plan.stores = events::store(&events, Origin { source: import.source, import: import.id, now })?;
    plan.rows_written += events.len() as u64 * (ORDER + MARK);
    plan.events = events;
    plan.accepted = accepted;
    Ok(plan)
}

/// Lines that tell anything new, where one line may tell several events.
fn new_lines(rows: &[EventRow], new: &HashSet<String>) -> u32 {
    let last: HashMap<String, u64> = rows.iter().map(|row| (external_id(&row.key), row.line)).collect();
    let lines: HashSet<u64> = last.into_iter().filter(|(key, _)| new.contains(key)).map(|(_, line)| line).collect();
    u32::try_from(lines.len()).unwrap_or(u32::MAX)
}

async fn customers_plan(db: &Db, import: &Import, rows: &[CustomerRow], now: Millis) -> Result<Plan, DbError> {
    let mut resolver = look_up(db, import.source, rows.iter().map(|row| &row.who), now).await?;
    let known: Vec<i64> = resolver.drafts().iter().filter_map(Draft::known_id).collect();
    let stored = intake::contacts(db, &known).await?;
    let has_consents = rows.iter().any(|row| !row.consents.is_empty());
    let ids: Vec<i64> = if has_consents { stored.iter().map(|contact| contact.id).collect() } else { Vec::new() };
    let history = intake::consent_history(db, &ids).await?;
    let mut contacts = people::known(resolver.drafts(), stored, history);
    let mut owners = Vec::with_capacity(rows.len());
    for row in rows {
        let owner = resolver.resolve(&row.who)?;
        let list = contacts.entry(owner.draft).or_default();
        let before = resolver.drafts().get(owner.draft).map(|draft| (draft.fields.clone(), draft.keys.len(), list.clone()));
        let Some(draft) = resolver.draft_mut(owner.draft) else { continue };
        people::apply(row, draft, list, now)?;
        let is_news =
            draft.is_new() || before != Some((draft.fields.clone(), draft.keys.len(), list.clone())) || !draft.keys.is_empty();
        owners.push((owner.draft, is_news));
    }
    // A row that another row of the file takes back changes nothing in the end.
    let is_changed = |place: usize| {
        let draft = resolver.drafts().get(place).is_some_and(Draft::is_changed);
        draft || contacts.get(&place).is_some_and(|list| list.iter().any(ContactDraft::is_changed))
    };
    let accepted = owners.iter().filter(|(place, is_news)| *is_news && is_changed(*place)).count();
    let mut plan = plan_people(import, resolver.drafts(), &contacts, now)?;
    plan.accepted = Some(u32::try_from(accepted).unwrap_or(u32::MAX));
    Ok(plan)
}

async fn rates_plan(db: &Db, rows: &[RateRow], now: Millis) -> Result<Plan, DbError> {
    let rates = rows.iter().map(|row| (row.currency.to_string(), row.day.0, row.rate)).collect();
    let rates: Vec<(String, i32, f64)> = last_of_each(rates, |rate: &(String, i32, f64)| (rate.0.clone(), rate.1));
    let new = intake::count_new_rates(db, &rates).await?;
    let mut statements = intake::store_rates(&rates, now)?;
    if new > 0 {
        statements.push(intake::raise_rates_version(now));
    }
    Ok(Plan { people: statements, accepted: Some(new), is_refolding: new > 0, rows_written: u64::from(new), ..Plan::default() })
}

async fn look_up<'a>(db: &Db, source: i64, rows: impl Iterator<Item = &'a Who>, now: Millis) -> Result<Resolver, DbError> {
    let keys = resolve::keys(rows, source);
    Ok(Resolver::new(intake::find(db, &keys, source).await?, source, now))
}

/// Writes for all drafts that are new or changed. `contacts` has none for the drafts of orders and events: those tell at most an
/// address.
fn plan_people(import: &Import, drafts: &[Draft], contacts: &Contacts, now: Millis) -> Result<Plan, DbError> {
    let mut new_customers = Vec::new();
    let mut identities = Vec::new();
    let mut changes = Vec::new();
    let mut retold = Vec::new();
    let mut facets = Vec::new();
    let mut new_contacts = Vec::new();
    let mut contact_changes = Vec::new();
    let mut countries = Vec::new();
    let mut consents = Vec::new();
    let mut addresses = Vec::new();
    let mut people = Vec::new();
    for (place, draft) in drafts.iter().enumerate() {
        let empty = Vec::new();
        let mut list = contacts.get(&place).unwrap_or(&empty).clone();
        let (new, known) = match &draft.identity {
            Identity::New(id) => (Some(id.clone()), None),
            Identity::Known(id) => (None, Some(*id)),
        };
        identities.extend(draft.keys.iter().map(|key| NewIdentity(new.clone(), known, key.clone())));
        if let Some(id) = &new {
            new_customers.push(new_customer(id, draft));
            if list.is_empty() {
                let mut contact = ContactDraft::new(draft.fields.name.clone(), now)?;
                contact.fields.email.clone_from(&draft.email);
                list.push(contact);
            }
            facets.push((id.clone(), list.first().and_then(|contact| contact.fields.country.clone())));
        } else if let Some(id) = known {
            if let Some(stored) = draft.stored.as_ref().filter(|stored| **stored != draft.fields) {
                changes.push(customer_change(id, draft, stored));
                retold.extend((stored.traits != draft.fields.traits).then_some(id));
            }
            if let Some(country) = list.first().filter(|contact| contact.is_changed()).and_then(|c| c.fields.country.as_deref()) {
                countries.push((id, country.to_owned()));
            }
            if list.is_empty() {
                addresses.extend(draft.people.first().map(|(email, _)| (id, email.as_str())));
                for (email, name) in &draft.people {
                    people.push((random::id(now)?, id, name.as_deref().unwrap_or(email), email.as_str()));
                }
            }
        }
        for contact in list.iter().filter(|contact| contact.is_changed()) {
            consents.extend(contact.added.iter().map(|record| NewConsent {
                contact_id: contact.id,
                new_contact: contact.public_id.clone(),
                record: record.clone(),
            }));
            match (contact.id, &contact.public_id) {
                (Some(id), _) => contact_changes.push(contact_change(id, contact)),
                (None, Some(id)) => new_contacts.push(new_contact(id, contact, new.clone(), known, now)),
                (None, None) => {}
            }
        }
    }
    let rows = |count: usize, each: u64| count as u64 * each;
    let rows_written = rows(new_customers.len(), CUSTOMER)
        + rows(identities.len(), IDENTITY)
        + rows(new_contacts.len() + people.len(), CONTACT)
        + rows(changes.len() + retold.len() + contact_changes.len() + countries.len() + addresses.len(), 1)
        + rows(consents.len(), CONSENT);
    let countries: Vec<(i64, &str)> = countries.iter().map(|(id, country)| (*id, country.as_str())).collect();
    let statements = [
        intake::create_customers(&new_customers, import.source == SAMPLE, now)?,
        intake::add_identities(&identities, now)?,
        intake::create_facets(&facets)?,
        intake::update_customers(&changes, now)?,
        intake::mark_trait_changes(&retold)?,
        intake::create_contacts(&new_contacts, now)?,
        intake::update_contacts(&contact_changes, now)?,
        intake::fill_addresses(&addresses, now)?,
        intake::add_people(&people, now)?,
        intake::update_countries(&countries)?,
        intake::add_consents(&consents)?,
    ];
    let is_waking = !new_customers.is_empty() || !retold.is_empty();
    Ok(Plan { people: statements.into_iter().flatten().collect(), is_waking, rows_written, ..Plan::default() })
}

fn new_customer(id: &Id, draft: &Draft) -> NewCustomer {
    let fields = draft.fields.clone();
    NewCustomer {
        public_id: id.clone(),
        name_key: search::key(&fields.name),
        external_id: fields.external_id,
        kind: fields.kind,
        name: fields.name,
        tags: fields.tags,
        traits: fields.traits.stored(),
        created_at: fields.created_at,
        keys: draft.keys.clone(),
    }
}

fn customer_change(id: i64, draft: &Draft, stored: &Fields) -> CustomerChange {
    let fields = draft.fields.clone();
    CustomerChange {
        id,
        name_key: search::key(&fields.name),
        external_id: fields.external_id,
        kind: fields.kind,
        name: fields.name,
        tags: fields.tags,
        traits: fields.traits.stored(),
        created_at: fields.created_at,
        tags_was: stored.tags.clone(),
    }
}

fn new_contact(id: &Id, contact: &ContactDraft, new: Option<Id>, known: Option<i64>, now: Millis) -> NewContact {
    let fields = contact.fields.clone();
    NewContact {
        public_id: id.clone(),
        new_customer: new,
        customer_id: known,
        role: fields.role,
        name: fields.name,
        email: fields.email,
        phone: fields.phone,
        country: fields.country,
        time_zone: fields.time_zone,
        consent: contact.consent(),
        created_at: now.0,
    }
}

fn contact_change(id: i64, contact: &ContactDraft) -> ContactChange {
    let fields = contact.fields.clone();
    ContactChange {
        id,
        role: fields.role,
        name: fields.name,
        email: fields.email,
        phone: fields.phone,
        country: fields.country,
        time_zone: fields.time_zone,
        consent: contact.consent(),
        consent_was: contact.consent_was.clone(),
    }
}

/// The key of an order or event in its table. A file's own id never starts with the mark of those that have none.
fn external_id(key: &RowKey) -> String {
    match key {
        RowKey::Own(id) if id.starts_with('~') => format!("~~{id}"),
        RowKey::Own(id) => id.clone(),
        RowKey::Content { digest, nth } => format!("~{digest}:{nth}"),
    }
}

/// A row whose key comes again later in the batch is not written: the later one stands. Order is kept.
pub(super) fn last_of_each<T, K: Eq + Hash>(rows: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut last = HashMap::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        last.insert(key(row), at);
    }
    let mut at = 0;
    let mut rows = rows;
    rows.retain(|row| {
        at += 1;
        last.get(&key(row)) == Some(&(at - 1))
    });
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_row_of_a_key_stands() {
        assert_eq!(last_of_each(vec![(1, 'a'), (2, 'b'), (1, 'c')], |row| row.0), [(2, 'b'), (1, 'c')]);
    }

    #[test]
    fn a_file_s_own_id_is_never_taken_for_a_content_key() {
        let own = external_id(&RowKey::Own("~abc:0".into()));
        assert_ne!(own, external_id(&RowKey::Content { digest: "abc".into(), nth: 0 }));
        assert_eq!(external_id(&RowKey::Own("1001".into())), "1001");
    }
}
