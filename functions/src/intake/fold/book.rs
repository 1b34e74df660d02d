//! Whose a message is, for messages of several sources mixed.
//!
//! A sender's id decides. An address (e-mail or telephone) joins what two sources know of one person, unless both records have
//! ids of one same source already: families share addresses, and those stay two. A visitor's anonymous id joins too, but never two
//! people with an address each. Records that are stored and turn out to be one are no matter of a page: they are merged first, and
//! the page is planned anew.

use std::collections::{BTreeSet, HashMap, HashSet};

use shared::source::{Kind, Who};
use shared::time::Millis;

use super::customer::{Contact, Customer, Identity};
use crate::db::intake::Key;
use crate::random::{self, NoRandom};

/// The source of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub source: i64,
    pub kind: Kind,
    pub name: String,
    /// Where the shop's pages stand.
    pub site: Option<String>,
}

/// Two stored records of one person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tie {
    pub one: i64,
    pub other: i64,
    pub reason: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    SameAddress,
    SameVisitor,
    /// The sender says so.
    Linked,
    Member,
}

/// Whom a message is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Owner {
    pub place: usize,
    /// By which its rows find the customer once all is written.
    pub key: Key,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    Owner(Owner),
    /// A visitor who has not said who they are: the value of the anonymous key.
    Visitor(String),
    Nobody,
}

/// All customers whom the messages of a page name.
#[derive(Debug, Default)]
pub struct Book {
    customers: Vec<Customer>,
    by_key: HashMap<Key, usize>,
    pub ties: BTreeSet<Tie>,
    /// Visitors who said in this page who they are.
    pub named: BTreeSet<String>,
    /// A message needs a customer of this page to be stored before it can be applied.
    pub is_cut: bool,
    /// Records that somebody took apart again: no message joins them.
    apart: HashSet<(i64, i64)>,
    ids: Ids,
}

/// Where ids of new rows come from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ids {
    pub now: Millis,
}

impl Reason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SameAddress => "same_address",
            Self::SameVisitor => "same_visitor",
            Self::Linked => "linked",
            Self::Member => "member",
        }
    }
}

/// Keys under which a source's person may be known, the surest first.
pub fn keys_of(origin: &Origin, who: &Who, is_account: bool) -> Vec<Key> {
    let own = |id: &String| format!("{}:{id}", origin.source);
    let external = who.external_id.as_ref().map(|id| if is_account { account_key(origin, id) } else { Key("external", own(id)) });
    let email = who.email.clone().map(|email| Key("email", email));
    let phone = who.phone.clone().map(|phone| Key("phone", phone));
    let anonymous = who.anonymous_id.as_ref().map(|id| Key("anonymous", own(id)));
    [external, email, phone, anonymous].into_iter().flatten().filter(|key| !key.1.is_empty()).collect()
}

/// Users and groups of Segment's clients are counted apart; elsewhere an account is a customer like any other.
pub fn account_key(origin: &Origin, id: &str) -> Key {
    let kind = if matches!(origin.kind, Kind::Segment | Kind::Browser) { "account" } else { "external" };
    Key(kind, format!("{}:{id}", origin.source))
}

impl Book {
    /// `apart`: pairs of records, the smaller number first, that no message joins.
    pub fn new(customers: Vec<Customer>, apart: HashSet<(i64, i64)>, now: Millis) -> Self {
        let mut by_key = HashMap::new();
        for (place, customer) in customers.iter().enumerate() {
            by_key.extend(customer.keys.keys().map(|key| (key.clone(), place)));
        }
        Self { customers, by_key, apart, ids: Ids { now }, ..Self::default() }
    }

    /// Everybody who did not turn out to be another.
    pub fn customers(&self) -> impl Iterator<Item = &Customer> {
        self.customers.iter().filter(|customer| customer.joined.is_none())
    }

    pub fn get_mut(&mut self, place: usize) -> Option<&mut Customer> {
        let place = self.root(place);
        self.customers.get_mut(place)
    }

    pub fn get(&self, place: usize) -> Option<&Customer> {
        self.customers.get(self.root(place))
    }

    /// Where the customer stands who has the key.
    pub fn place(&self, key: &Key) -> Option<usize> {
        self.by_key.get(key).map(|&place| self.root(place))
    }

    /// # Errors
    /// When the platform has no randomness for a new id.
    pub fn resolve(&mut self, origin: &Origin, who: &Who, at: Millis) -> Result<Found, NoRandom> {
        let keys = keys_of(origin, who, false);
        let Some(first) = keys.first().cloned() else { return Ok(Found::Nobody) };
        // Whoever shares an address with somebody of another id of the same source is somebody else.
        let may_be = |place: usize, key: &Key| *key == first || first.0 != "external" || self.is_open_to(place, origin);
        let found = keys.iter().find_map(|key| Some((self.place(key).filter(|&place| may_be(place, key))?, key.clone())));
        let (mut base, mut key) = match found {
            Some(found) => found,
            None if first.0 == "anonymous" => return Ok(Found::Visitor(first.1)),
            None => {
                self.customers.push(Customer::new(random::id(self.ids.now)?, at));
                (self.customers.len() - 1, first)
            }
        };
        // A page that names an id may be lying about the address beside it.
        let is_free = |book: &Self, place: usize| !who.by_browser || !book.get(place).is_some_and(Customer::is_known);
        let base_was_free = is_free(self, base);
        let has_address = self.get(base).is_some_and(Customer::has_email);
        for other in &keys {
            match self.place(other) {
                Some(place) if place == base => {}
                Some(place) => {
                    let is_allowed = base_was_free || is_free(self, place);
                    if is_allowed && let Some(reason) = self.may_join(base, place, other) {
                        base = self.join(base, place, reason);
                    }
                }
                None if other.0 == "email" && who.by_browser && has_address => {}
                None => self.attach(base, other),
            }
        }
        if self.place(&key) != Some(base) {
            key = keys.iter().find(|key| self.place(key) == Some(base)).cloned().unwrap_or(key);
        }
        if key.0 != "anonymous"
            && let Some(visitor) = keys.iter().find(|key| key.0 == "anonymous" && self.place(key) == Some(base))
        {
            self.named.insert(visitor.1.clone());
        }
        if let Some(customer) = self.get_mut(base) {
            customer.first = customer.first.min(at.0);
        }
        Ok(Found::Owner(Owner { place: base, key }))
    }

    /// The account of a sender's id.
    ///
    /// # Errors
    /// When the platform has no randomness for a new id.
    pub fn resolve_account(&mut self, origin: &Origin, id: &str, at: Millis) -> Result<usize, NoRandom> {
        let key = account_key(origin, id);
        let place = match self.place(&key) {
            Some(place) => place,
            None => {
                self.customers.push(Customer::new(random::id(self.ids.now)?, at));
                self.attach(self.customers.len() - 1, &key);
                self.customers.len() - 1
            }
        };
        if let Some(customer) = self.get_mut(place) {
            customer.is_account = true;
            customer.first = customer.first.min(at.0);
        }
        Ok(place)
    }

    /// The sender says that both are one, whatever ids they have.
    pub fn link(&mut self, one: usize, other: usize) -> usize {
        let (one, other) = (self.root(one), self.root(other));
        if one == other { one } else { self.join(one, other, Reason::Linked) }
    }

    /// The person becomes a contact of the account; the contact's place there.
    ///
    /// # Errors
    /// When the platform has no randomness for a new id.
    pub fn make_member(&mut self, account: usize, person: usize, user: &str) -> Result<(), NoRandom> {
        let (account, person) = (self.root(account), self.root(person));
        if account == person {
            return Ok(());
        }
        let (Some(into), Some(member)) = (self.customers.get(account), self.customers.get(person)) else { return Ok(()) };
        if member.is_account {
            return Ok(());
        }
        match (&into.identity, &member.identity) {
            (Identity::Known(one), Identity::Known(other)) => {
                let tie = Tie { one: *one, other: *other, reason: Reason::Member };
                if !self.apart.contains(&(*one.min(other), *one.max(other))) {
                    self.ties.insert(tie);
                }
            }
            // The stored record becomes the account's, with all that hangs on it.
            (Identity::New(_), Identity::Known(_)) => {
                if member.becomes_user.is_some() {
                    self.is_cut = true;
                    return Ok(());
                }
                self.adopt(account, person, user);
            }
            (_, Identity::New(_)) => self.take_in(account, person),
        }
        Ok(())
    }

    /// Whether another id of the source may be the customer's.
    fn is_open_to(&self, place: usize, origin: &Origin) -> bool {
        let source = origin.source.to_string();
        self.get(place).is_some_and(|customer| customer.is_account || customer.sources().all(|other| other != source))
    }

    fn root(&self, mut place: usize) -> usize {
        while let Some(next) = self.customers.get(place).and_then(|customer| customer.joined) {
            place = next;
        }
        place
    }

    fn attach(&mut self, place: usize, key: &Key) {
        self.by_key.insert(key.clone(), place);
        if let Some(customer) = self.customers.get_mut(place) {
            customer.keys.insert(key.clone(), None);
        }
    }

    fn may_join(&self, one: usize, other: usize, by: &Key) -> Option<Reason> {
        let (a, b) = (self.get(one)?, self.get(other)?);
        if a.is_account || b.is_account {
            return None;
        }
        let sources: HashSet<&str> = a.sources().collect();
        if b.sources().any(|source| sources.contains(source)) {
            return None;
        }
        if by.0 != "email" && a.has_email() && b.has_email() {
            return None;
        }
        Some(if by.0 == "anonymous" { Reason::SameVisitor } else { Reason::SameAddress })
    }

    /// The place of both; two that are stored stay apart until they are merged.
    fn join(&mut self, one: usize, other: usize, reason: Reason) -> usize {
        let (winner, loser) = match (self.customers.get(one).map(|c| &c.identity), self.customers.get(other).map(|c| &c.identity))
        {
            (Some(Identity::Known(a)), Some(Identity::Known(b))) => {
                let (a, b) = (*a.min(b), *a.max(b));
                if !self.apart.contains(&(a, b)) {
                    self.ties.insert(Tie { one: a, other: b, reason });
                }
                return one;
            }
            (Some(Identity::New(_)), Some(Identity::Known(_))) => (other, one),
            _ => (one, other),
        };
        let Some(gone) = self.customers.get(loser).cloned() else { return winner };
        if let Some(customer) = self.customers.get_mut(loser) {
            customer.joined = Some(winner);
        }
        let Some(into) = self.customers.get_mut(winner) else { return winner };
        let moved = absorb(into, &gone);
        for (key, contact) in gone.keys {
            into.keys.entry(key.clone()).or_insert(contact.and_then(|at| moved.get(at).copied()));
            self.by_key.insert(key, winner);
        }
        winner
    }

    /// A new person's contacts and keys go to the account.
    fn take_in(&mut self, account: usize, person: usize) {
        let Some(gone) = self.customers.get(person).cloned() else { return };
        if let Some(customer) = self.customers.get_mut(person) {
            customer.joined = Some(account);
        }
        let Some(into) = self.customers.get_mut(account) else { return };
        into.first = into.first.min(gone.first);
        let moved = take_contacts(into, &gone.contacts);
        for key in gone.keys.into_keys() {
            into.keys.insert(key.clone(), moved.first().copied());
            self.by_key.insert(key, account);
        }
    }

    fn adopt(&mut self, account: usize, person: usize, user: &str) {
        let Some(new) = self.customers.get(account).cloned() else { return };
        if let Some(customer) = self.customers.get_mut(account) {
            customer.joined = Some(person);
        }
        let Some(into) = self.customers.get_mut(person) else { return };
        let first_contact = (!into.contacts.is_empty()).then_some(0);
        for contact in into.keys.values_mut() {
            *contact = first_contact;
        }
        into.is_account = true;
        into.becomes_user = Some(user.to_owned());
        into.name = new.name;
        into.traits = new.traits;
        into.first = into.first.min(new.first);
        into.created = new.created;
        let moved = take_contacts(into, &new.contacts);
        for (key, contact) in new.keys {
            into.keys.insert(key.clone(), contact.and_then(|at| moved.get(at).copied()));
            self.by_key.insert(key, person);
        }
    }

    /// The contact that `who` names within the customer, made where there is none.
    ///
    /// # Errors
    /// When the platform has no randomness for a new id.
    pub fn contact(&mut self, place: usize, origin: &Origin, who: &Who) -> Result<Option<usize>, NoRandom> {
        let now = self.ids.now;
        let keys = keys_of(origin, who, false);
        let Some(customer) = self.get_mut(place) else { return Ok(None) };
        // An address that somebody else has is no address of this one.
        let email = who.email.clone().filter(|email| customer.keys.contains_key(&Key("email", email.clone())));
        let by_key = || keys.iter().find_map(|key| customer.keys.get(key).copied().flatten());
        let by_email = || email.as_ref().and_then(|email| customer.contacts.iter().position(|c| c.email.as_ref() == Some(email)));
        let nameless = || customer.contacts.iter().position(|contact| contact.email.is_none());
        let chosen = if customer.is_account {
            by_email().or_else(by_key)
        } else if email.is_some() {
            by_email().or_else(nameless)
        } else {
            let first = customer.contacts.iter().enumerate().min_by_key(|(at, c)| (c.email.is_none(), c.email.clone(), *at));
            first.map(|(at, _)| at)
        };
        let at = match chosen {
            Some(at) => at,
            None => {
                let mut contact = Contact::new(random::id(now)?, email.as_deref());
                if !customer.is_account
                    && let Some(first) = customer.contacts.first()
                {
                    contact.copy_of_phone(first);
                }
                customer.contacts.push(contact);
                customer.contacts.len() - 1
            }
        };
        if let Some(contact) = customer.contacts.get_mut(at)
            && contact.email.is_none()
        {
            contact.email = email;
        }
        if customer.is_account {
            for key in keys {
                customer.keys.entry(key).and_modify(|contact| *contact = Some(at));
            }
        }
        Ok(Some(at))
    }
}

/// Both records as one; where each of the other's contacts is now.
pub fn absorb(into: &mut Customer, gone: &Customer) -> Vec<usize> {
    into.is_account |= gone.is_account;
    into.name.join(&gone.name);
    into.first = into.first.min(gone.first);
    into.created = [into.created, gone.created].into_iter().flatten().min();
    for (name, other) in &gone.traits {
        into.tell_trait(name, &other.value, other.rank, Millis(other.since));
    }
    for tag in &gone.tags {
        shared::tags::add(&mut into.tags, tag.clone());
    }
    take_contacts(into, &gone.contacts)
}

/// Where each of the contacts is now.
pub fn take_contacts(into: &mut Customer, contacts: &[Contact]) -> Vec<usize> {
    let mut places = Vec::with_capacity(contacts.len());
    for contact in contacts {
        let same = into.contacts.iter().position(|known| known.email == contact.email);
        let fillable = || {
            let is_shopper = !into.is_account;
            let nameless = into.contacts.iter().position(|known| known.email.is_none());
            if !is_shopper {
                None
            } else if contact.email.is_none() {
                (!into.contacts.is_empty()).then_some(0)
            } else {
                nameless
            }
        };
        let same = if into.is_account && contact.email.is_none() { None } else { same.or_else(fillable) };
        match same {
            Some(at) => {
                if let Some(known) = into.contacts.get_mut(at) {
                    known.join(contact);
                    known.email = known.email.take().or_else(|| contact.email.clone());
                }
                places.push(at);
            }
            None => {
                let mut contact = contact.clone();
                if !into.is_account
                    && let Some(first) = into.contacts.first()
                {
                    contact.copy_of_phone(first);
                }
                into.contacts.push(contact);
                places.push(into.contacts.len() - 1);
            }
        }
    }
    places
}
