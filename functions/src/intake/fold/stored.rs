//! Customers as they are stored, and what of them is to be written.

use std::collections::{BTreeMap, HashMap};

use shared::consent::Record;
use shared::id::Id;
use shared::search;
use shared::time::Millis;

use super::customer::{Contact, ContactIdentity, Customer, Identity};
use super::register::{Register, Registers, Trait, value};
use crate::db::fold::{self, ContactChange, ContactRow, CustomerRow, KeyContact, NewContact, NewPerson, People, PersonChange};
use crate::db::intake::{self, Key, NewConsent, NewIdentity};
use crate::db::{DbError, Statement};

/// Of a contact, with their names in `fields_at`.
const FIELDS: [&str; 5] = ["name", "role", "phone", "country", "time_zone"];

/// In the place of a time: what stands there only stands in for a name, also after the record became another's.
const UNTOLD: i64 = -(1 << 53);

type Times = BTreeMap<String, i64>;

/// Stored customers as a page works with them.
pub fn customers(people: People) -> Vec<Customer> {
    let mut histories: HashMap<i64, Vec<Record>> = HashMap::new();
    for row in people.consents {
        histories.entry(row.contact_id).or_default().push(Record::from(row));
    }
    let mut contacts: HashMap<i64, Vec<(ContactRow, Vec<Record>)>> = HashMap::new();
    for row in people.contacts {
        let history = histories.remove(&row.id).unwrap_or_default();
        contacts.entry(row.customer_id).or_default().push((row, history));
    }
    let mut keys: HashMap<i64, Vec<(Key, Option<i64>)>> = HashMap::new();
    for row in people.keys {
        if let Some(key) = Key::known(&row.kind, row.value) {
            keys.entry(row.customer_id).or_default().push((key, row.contact_id));
        }
    }
    let one = |row: CustomerRow| {
        let contacts = contacts.remove(&row.id).unwrap_or_default();
        let keys = keys.remove(&row.id).unwrap_or_default();
        customer(row, contacts, keys)
    };
    people.customers.into_iter().map(one).collect()
}

fn customer(row: CustomerRow, contacts: Vec<(ContactRow, Vec<Record>)>, keys: Vec<(Key, Option<i64>)>) -> Customer {
    let told: Times = serde_json::from_str(&row.fields_at).unwrap_or_default();
    let since: Times = serde_json::from_str(&row.traits_at).unwrap_or_default();
    let traits: BTreeMap<String, String> = serde_json::from_str(&row.traits).unwrap_or_default();
    let traits = traits.into_iter().map(|(name, value)| {
        let since = since.get(&name).copied().unwrap_or(row.updated_at);
        let rank = told.get(&format!("trait:{name}")).copied().unwrap_or(since);
        (name, Trait { value, rank, since })
    });
    let name = match told.get("name") {
        Some(&rank) => Register { value: Some(row.name.clone()), rank },
        // What stands in for a name was told by nobody.
        None if stands_in(&row.name, &row.external_id) => Register::default(),
        None => Register { value: Some(row.name.clone()), rank: row.updated_at },
    };
    let places: HashMap<i64, usize> = contacts.iter().enumerate().map(|(place, (contact, _))| (contact.id, place)).collect();
    let contacts = contacts.into_iter().map(|(contact, history)| known_contact(contact, history, &row.name, &row.external_id));
    Customer {
        identity: Identity::Known(row.id),
        is_account: row.kind == "account",
        name,
        traits: traits.collect(),
        tags: serde_json::from_str(&row.tags).unwrap_or_default(),
        created: told.get("created").copied(),
        first: row.created_at,
        contacts: contacts.collect(),
        keys: keys.into_iter().map(|(key, contact)| (key, contact.and_then(|id| places.get(&id).copied()))).collect(),
        joined: None,
        becomes_user: None,
    }
}

fn stands_in(name: &str, external_id: &str) -> bool {
    name == external_id || name.contains('@')
}

fn known_contact(row: ContactRow, history: Vec<Record>, customer_name: &str, external_id: &str) -> Contact {
    let told: Times = serde_json::from_str(&row.fields_at).unwrap_or_default();
    let mut fields = Registers::new();
    let values = [Some(row.name), Some(row.role), row.phone, row.country, row.time_zone];
    for (field, value) in FIELDS.into_iter().zip(values) {
        let Some(value) = value else { continue };
        let is_default = match field {
            "role" => value == "user",
            "name" => stands_in(&value, external_id) || (told.is_empty() && value == customer_name),
            _ => false,
        };
        if told.get(field) == Some(&UNTOLD) {
            continue;
        }
        let rank = told.get(field).copied().or((!is_default).then_some(row.updated_at));
        if let Some(rank) = rank {
            fields.insert(field, Register { value: Some(value), rank });
        }
    }
    Contact {
        identity: ContactIdentity::Known(row.id),
        email: row.email,
        fields,
        consent_was: row.consent,
        history,
        added: Vec::new(),
    }
}

/// Everything about the page's customers that is to be written, in the order in which it must be, and how many customers are new.
pub fn write<'a>(customers: impl Iterator<Item = &'a Customer>, people: &People, now: Millis) -> Result<Vec<Statement>, DbError> {
    let customer_rows: HashMap<i64, &CustomerRow> = people.customers.iter().map(|row| (row.id, row)).collect();
    let contact_rows: HashMap<i64, &ContactRow> = people.contacts.iter().map(|row| (row.id, row)).collect();
    let key_rows: HashMap<(&str, &str), Option<i64>> =
        people.keys.iter().map(|row| ((row.kind.as_str(), row.value.as_str()), row.contact_id)).collect();
    let mut out = Out::default();
    for customer in customers {
        let mut customer = customer.clone();
        customer.share();
        let (new, known) = match &customer.identity {
            Identity::New(id) => (Some(id.clone()), None),
            Identity::Known(id) => (None, Some(*id)),
        };
        for (key, contact) in &customer.keys {
            let stored = key_rows.get(&(key.0, key.1.as_str()));
            if stored.is_none() {
                out.keys.push(NewIdentity(new.clone(), known, key.clone()));
            }
            if let Some(contact) = contact.and_then(|place| customer.contacts.get(place)) {
                let (id, public_id) = match &contact.identity {
                    ContactIdentity::Known(id) => (Some(*id), None),
                    ContactIdentity::New(id) => (None, Some(id.clone())),
                };
                if id.is_none() || stored.copied().flatten() != id {
                    out.key_contacts.push(KeyContact(key.0, key.1.clone(), id, public_id));
                }
            }
        }
        let country = customer.contacts.iter().find_map(|contact| value(&contact.fields, "country")).map(str::to_owned);
        let row = Written::of(&customer);
        match (&new, known.and_then(|id| customer_rows.get(&id))) {
            (Some(id), _) => {
                let keys = customer.keys.keys().cloned().collect();
                let Written { external_id, kind, name, name_key, tags, traits, traits_at, fields_at, created_at } = row;
                let id = id.clone();
                out.facets.push((id.clone(), country));
                out.new.push(NewPerson(
                    id,
                    external_id,
                    kind,
                    name,
                    name_key,
                    tags,
                    traits,
                    traits_at,
                    fields_at,
                    created_at,
                    keys,
                ));
            }
            (None, Some(stored)) => {
                if row.differs_from(stored) {
                    out.changed.push(row.change(stored));
                }
                if let Some(country) = country {
                    out.countries.push((stored.id, country));
                }
                if let Some(user) = &customer.becomes_user {
                    out.users.push((stored.id, user.clone()));
                }
            }
            (None, None) => {}
        }
        for contact in &customer.contacts {
            out.contact(&customer, contact, &contact_rows, now);
        }
    }
    out.statements(now)
}

/// Rows to write, by statement.
#[derive(Default)]
struct Out {
    new: Vec<NewPerson>,
    facets: Vec<(Id, Option<String>)>,
    changed: Vec<PersonChange>,
    keys: Vec<NewIdentity>,
    key_contacts: Vec<KeyContact>,
    countries: Vec<(i64, String)>,
    users: Vec<(i64, String)>,
    new_contacts: Vec<NewContact>,
    contacts: Vec<ContactChange>,
    consents: Vec<NewConsent>,
}

impl Out {
    fn contact(&mut self, customer: &Customer, contact: &Contact, rows: &HashMap<i64, &ContactRow>, now: Millis) {
        let name = contact_name(customer, contact);
        let text = |field: &str| value(&contact.fields, field).map(str::to_owned);
        let role = text("role").unwrap_or_else(|| "user".to_owned());
        let told: BTreeMap<&str, i64> = contact.fields.iter().map(|(field, register)| (*field, register.rank)).collect();
        let mut times = told.clone();
        times.entry("name").or_insert(UNTOLD);
        let fields_at = json(&times);
        let source_at = contact.fields.values().map(|register| register.rank).filter(|rank| *rank >= 0).max();
        let (phone, country, time_zone) = (text("phone"), text("country"), text("time_zone"));
        let email = contact.email.clone();
        let consent = contact.consent();
        let (id, new) = match &contact.identity {
            ContactIdentity::Known(id) => (Some(*id), None),
            ContactIdentity::New(id) => (None, Some(id.clone())),
        };
        self.consents.extend(contact.added.iter().map(|record| NewConsent {
            contact_id: id,
            new_contact: new.clone(),
            record: record.clone(),
        }));
        if let Some(public_id) = new {
            let (new, known) = match &customer.identity {
                Identity::New(id) => (Some(id.clone()), None),
                Identity::Known(id) => (None, Some(*id)),
            };
            self.new_contacts.push(NewContact(
                public_id, new, known, name, email, phone, country, time_zone, role, consent, now.0, fields_at, source_at,
            ));
        } else if let Some(row) = id.and_then(|id| rows.get(&id)) {
            let is_same = row.name == name
                && row.email == email
                && row.phone == phone
                && row.country == country
                && row.time_zone == time_zone
                && row.role == role
                && row.fields_at == fields_at
                && contact.added.is_empty();
            // Somebody of whom nothing was told but what is stored keeps it.
            let is_untold = told.is_empty() && contact.added.is_empty() && row.email == email;
            if !is_same && !is_untold {
                let was = contact.consent_was.clone();
                self.contacts.push(ContactChange(
                    row.id, name, email, phone, country, time_zone, role, consent, was, fields_at, source_at,
                ));
            }
        }
    }

    fn statements(self, now: Millis) -> Result<Vec<Statement>, DbError> {
        let countries: Vec<(i64, &str)> = self.countries.iter().map(|(id, country)| (*id, country.as_str())).collect();
        let statements = [
            fold::create_people(&self.new, now)?,
            intake::add_identities(&self.keys, now)?,
            intake::create_facets(&self.facets)?,
            fold::update_people(&self.changed, now)?,
            fold::create_contacts(&self.new_contacts, now)?,
            fold::update_contacts(&self.contacts, now)?,
            fold::name_contacts_of_keys(&self.key_contacts)?,
            intake::update_countries(&countries)?,
            intake::add_consents(&self.consents)?,
            fold::name_users(&self.users)?,
        ];
        Ok(statements.into_iter().flatten().collect())
    }
}

fn contact_name(customer: &Customer, contact: &Contact) -> String {
    if !customer.is_account {
        return customer.shown_name();
    }
    let told = value(&contact.fields, "name").map(str::to_owned);
    told.or_else(|| contact.email.clone()).unwrap_or_else(|| customer.shown_name())
}

/// A customer's own row.
struct Written {
    external_id: String,
    kind: &'static str,
    name: String,
    name_key: String,
    tags: String,
    traits: String,
    traits_at: String,
    fields_at: String,
    created_at: i64,
}

impl Written {
    fn of(customer: &Customer) -> Self {
        let mut told: BTreeMap<String, i64> =
            customer.traits.iter().map(|(name, known)| (format!("trait:{name}"), known.rank)).collect();
        if customer.name.value.is_some() {
            told.insert("name".to_owned(), customer.name.rank);
        }
        if let Some(created) = customer.created {
            told.insert("created".to_owned(), created);
        }
        let traits: BTreeMap<&String, &String> = customer.traits.iter().map(|(name, known)| (name, &known.value)).collect();
        let since: BTreeMap<&String, i64> = customer.traits.iter().map(|(name, known)| (name, known.since)).collect();
        let name = customer.shown_name();
        Self {
            external_id: customer.external_id(),
            kind: if customer.is_account { "account" } else { "shopper" },
            name_key: search::key(&name),
            name,
            tags: json(&customer.tags),
            traits: json(&traits),
            traits_at: json(&since),
            fields_at: json(&told),
            created_at: customer.created_at(),
        }
    }

    fn differs_from(&self, row: &CustomerRow) -> bool {
        // A row that only imports wrote keeps what it has until a message says more.
        let is_same_told = self.fields_at == row.fields_at
            || row.fields_at == "{}" && serde_json::from_str::<Times>(&row.traits_at).is_ok_and(|times| times.is_empty());
        self.external_id != row.external_id
            || self.kind != row.kind
            || self.name != row.name
            || self.tags != row.tags
            || self.traits != row.traits
            || self.created_at != row.created_at
            || !is_same_told
    }

    fn change(self, row: &CustomerRow) -> PersonChange {
        PersonChange(
            row.id,
            self.external_id,
            self.kind,
            self.name,
            self.name_key,
            self.tags,
            self.traits,
            self.traits_at,
            self.fields_at,
            self.created_at,
            row.tags.clone(),
            row.traits.clone(),
            row.name.clone(),
        )
    }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned())
}
