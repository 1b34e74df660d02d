//! A customer as the messages of a page make them.

use std::collections::BTreeMap;

use shared::consent::{Record, State, present};
use shared::id::Id;
use shared::time::Millis;

use super::register::{self, Register, Registers, Trait};
use crate::db::intake::Key;

/// Known by its number or new by its public id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    Known(i64),
    New(Id),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    pub identity: Identity,
    pub is_account: bool,
    pub name: Register,
    pub traits: BTreeMap<String, Trait>,
    pub tags: Vec<String>,
    /// Told by a sender.
    pub created: Option<i64>,
    /// The first time of anything that was told.
    pub first: i64,
    pub contacts: Vec<Contact>,
    /// With the place of the contact that an account's key names.
    pub keys: BTreeMap<Key, Option<usize>>,
    /// Another customer of the page that this one turned out to be.
    pub joined: Option<usize>,
    /// A shopper who became the account: what they did before is told apart by this name.
    pub becomes_user: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    pub identity: ContactIdentity,
    pub email: Option<String>,
    /// `name`, `role`, `phone`, `country`, `time_zone`.
    pub fields: Registers,
    /// The present state as it was read.
    pub consent_was: String,
    pub history: Vec<Record>,
    pub added: Vec<Record>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactIdentity {
    Known(i64),
    New(Id),
}

impl Customer {
    pub fn new(id: Id, at: Millis) -> Self {
        Self {
            identity: Identity::New(id),
            is_account: false,
            name: Register::default(),
            traits: BTreeMap::new(),
            tags: Vec::new(),
            created: None,
            first: at.0,
            contacts: Vec::new(),
            keys: BTreeMap::new(),
            joined: None,
            becomes_user: None,
        }
    }

    pub fn known_id(&self) -> Option<i64> {
        if let Identity::Known(id) = self.identity { Some(id) } else { None }
    }

    pub fn has_email(&self) -> bool {
        self.contacts.iter().any(|contact| contact.email.is_some())
    }

    /// An id of a sender or an address: somebody whom a page cannot change.
    pub fn is_known(&self) -> bool {
        self.keys.keys().any(|key| key.0 != "anonymous")
    }

    /// Sources whose ids it has.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().filter(|key| key.0 == "external").filter_map(|key| key.1.split(':').next())
    }

    pub fn tell_trait(&mut self, name: &str, value: &str, rank: i64, at: Millis) {
        match self.traits.get_mut(name) {
            Some(known) => known.tell(value, rank, at),
            None => drop(self.traits.insert(name.to_owned(), Trait::new(value, rank, at))),
        }
    }

    /// The id that people know the customer by: the first source's own, else an address.
    pub fn external_id(&self) -> String {
        let own = |kind: &str| {
            let ids = self.keys.keys().filter(|key| key.0 == kind).filter_map(|key| {
                let (source, id) = key.1.split_once(':')?;
                Some((source.parse::<i64>().unwrap_or(i64::MAX), id.to_owned()))
            });
            ids.min().map(|(_, id)| id)
        };
        let address = |kind: &str| self.keys.keys().find(|key| key.0 == kind).map(|key| key.1.clone());
        let ids = if self.is_account { own("account").or_else(|| own("external")) } else { own("external") };
        ids.or_else(|| address("email")).or_else(|| address("phone")).or_else(|| own("anonymous")).unwrap_or_default()
    }

    /// What stands in for a name that nobody told.
    pub fn shown_name(&self) -> String {
        let address = || self.contacts.iter().filter_map(|contact| contact.email.clone()).min();
        self.name.value.clone().or_else(|| if self.is_account { None } else { address() }).unwrap_or_else(|| self.external_id())
    }

    pub fn created_at(&self) -> i64 {
        self.created.unwrap_or(self.first)
    }

    /// A shopper is one person, at however many addresses.
    pub fn share(&mut self) {
        if self.is_account {
            return;
        }
        let mut all = Registers::new();
        for contact in &self.contacts {
            register::join(&mut all, &contact.fields);
        }
        if let Some(name) = &self.name.value {
            all.entry("name").or_default().tell(name, self.name.rank);
        }
        for contact in &mut self.contacts {
            contact.fields.clone_from(&all);
        }
    }
}

impl Contact {
    pub fn new(id: Id, email: Option<&str>) -> Self {
        Self {
            identity: ContactIdentity::New(id),
            email: email.map(str::to_owned),
            fields: Registers::new(),
            consent_was: "{}".to_owned(),
            history: Vec::new(),
            added: Vec::new(),
        }
    }

    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.history.iter().chain(&self.added)
    }

    /// Adds what the history does not hold yet.
    pub fn add(&mut self, record: Record) {
        let key = |record: &Record| {
            (record.channel.clone(), record.purpose.clone(), record.state, record.source.clone(), record.occurred_at)
        };
        if !self.records().any(|known| key(known) == key(&record)) {
            self.added.push(record);
        }
    }

    /// The present state after what was added, as it is stored.
    pub fn consent(&self) -> String {
        if self.added.is_empty() {
            return self.consent_was.clone();
        }
        let history: Vec<Record> = self.records().cloned().collect();
        serde_json::to_string(&present(&history)).unwrap_or_else(|_| "{}".to_owned())
    }

    /// Of the same person at another address, or of the same address told by another source.
    pub fn join(&mut self, other: &Self) {
        register::join(&mut self.fields, &other.fields);
        for record in other.records() {
            self.add(record.clone());
        }
    }

    /// A telephone's consent goes with the person, not with one of their addresses.
    pub fn copy_of_phone(&mut self, other: &Self) {
        for record in other.records().filter(|record| record.channel != "email") {
            self.add(record.clone());
        }
    }
}

/// The place of the contact to whom an act without an address belongs: a denial to all of a shopper's, a consent to one.
pub fn places_without_address(contacts: &[Contact], state: State, channel: &str) -> Vec<usize> {
    if state != State::Granted || channel != "email" {
        return (0..contacts.len()).collect();
    }
    let first =
        contacts.iter().enumerate().min_by_key(|(place, contact)| (contact.email.is_none(), contact.email.clone(), *place));
    first.map(|(place, _)| place).into_iter().collect()
}
