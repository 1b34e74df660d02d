//! Whose row it is.
//!
//! An id of the source decides; an address decides only where the row has no id, or where its customer has none of this source
//! yet. Sample data and real data never share a customer.

use std::collections::{HashMap, HashSet};

use shared::id::Id;
use shared::import::Who;
use shared::time::Millis;
use shared::traits::{Stored, Traits};

use crate::db::imports::SAMPLE;
use crate::db::intake::{Key, Known};
use crate::random::{self, NoRandom};

/// A customer of the batch, known or new, as it will be.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub identity: Identity,
    pub fields: Fields,
    /// As they are stored; none for a new customer.
    pub stored: Option<Fields>,
    /// Keys to add.
    pub keys: Vec<Key>,
    /// The first address that its rows named.
    pub email: Option<String>,
    /// Addresses that were new, each with the name beside it.
    pub people: Vec<(String, Option<String>)>,
    has_external: bool,
}

/// How other rows of the batch refer to the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    Known(i64),
    New(Id),
}

/// What an import may change of a customer's own row; tags are JSON text.
#[derive(Debug, Clone, PartialEq)]
pub struct Fields {
    pub external_id: String,
    pub kind: String,
    pub name: String,
    pub tags: String,
    pub traits: Traits,
    pub created_at: i64,
}

#[derive(Debug)]
pub struct Resolver {
    source: i64,
    now: Millis,
    by_key: HashMap<Key, usize>,
    /// Addresses of real customers, in an import of sample data.
    taken: HashSet<Key>,
    drafts: Vec<Draft>,
}

/// A row's customer: which draft, and the key by which its rows find it once all is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Owner {
    pub draft: usize,
    pub key: Key,
}

/// Every key that these rows name, once each.
pub fn keys<'a>(rows: impl Iterator<Item = &'a Who>, source: i64) -> Vec<Key> {
    let mut seen = HashSet::new();
    let mut keys = Vec::new();
    for who in rows {
        let (external, email) = row_keys(who, source);
        keys.extend([external, email].into_iter().flatten().filter(|key| seen.insert(key.clone())));
    }
    keys
}

impl Resolver {
    pub fn new(known: Vec<Known>, source: i64, now: Millis) -> Self {
        let mut resolver = Self { source, now, by_key: HashMap::new(), taken: HashSet::new(), drafts: Vec::new() };
        let mut by_customer = HashMap::new();
        for known in known {
            let key = Key(if known.key_kind == "email" { "email" } else { "external" }, known.key_value.clone());
            if known.is_sample() != resolver.is_sample() {
                resolver.taken.insert(key);
                continue;
            }
            let draft = *by_customer.entry(known.customer_id).or_insert_with(|| {
                resolver.drafts.push(Draft::from(known));
                resolver.drafts.len() - 1
            });
            resolver.by_key.insert(key, draft);
        }
        resolver
    }

    /// # Errors
    /// When the platform has no randomness for a new id.
    pub fn resolve(&mut self, who: &Who) -> Result<Owner, NoRandom> {
        let (external, email) = row_keys(who, self.source);
        let draft = match self.find(external.as_ref(), email.as_ref()) {
            Some(draft) => draft,
            None => self.add(who)?,
        };
        if let Some(key) = &external {
            self.attach(draft, key, |draft| {
                // The address stood in for an id that the source had not told yet.
                if !draft.has_external
                    && let Some(id) = &who.external_id
                {
                    draft.fields.external_id.clone_from(id);
                }
                draft.has_external = true;
            });
        }
        // Real data take an address over from the sample shop, never the other way round.
        if let Some(key) = &email
            && !(self.is_sample() && self.taken.contains(key))
        {
            self.attach(draft, key, |draft| draft.people.push((key.1.clone(), who.name.clone())));
        }
        if let Some(draft) = self.drafts.get_mut(draft) {
            draft.email = draft.email.take().or_else(|| who.email.clone());
            if let Some(name) = &who.name
                && draft.is_nameless()
            {
                draft.fields.name.clone_from(name);
            }
        }
        let key = external.or(email).unwrap_or(Key("external", String::new()));
        Ok(Owner { draft, key })
    }

    pub fn draft_mut(&mut self, index: usize) -> Option<&mut Draft> {
        self.drafts.get_mut(index)
    }

    pub fn drafts(&self) -> &[Draft] {
        &self.drafts
    }

    fn is_sample(&self) -> bool {
        self.source == SAMPLE
    }

    fn find(&self, external: Option<&Key>, email: Option<&Key>) -> Option<usize> {
        let by_email = email.and_then(|key| self.by_key.get(key)).copied();
        match external {
            None => by_email,
            Some(key) => self
                .by_key
                .get(key)
                .copied()
                .or_else(|| by_email.filter(|&index| self.drafts.get(index).is_some_and(|draft| !draft.has_external))),
        }
    }

    /// Adds the key unless somebody has it; `then` runs where it was added.
    fn attach(&mut self, index: usize, key: &Key, then: impl FnOnce(&mut Draft)) {
        if self.by_key.contains_key(key) {
            return;
        }
        self.by_key.insert(key.clone(), index);
        if let Some(draft) = self.drafts.get_mut(index) {
            draft.keys.push(key.clone());
            then(draft);
        }
    }

    fn add(&mut self, who: &Who) -> Result<usize, NoRandom> {
        let named = [&who.external_id, &who.email].into_iter().flatten().next().cloned().unwrap_or_default();
        let fields = Fields {
            name: who.name.clone().or_else(|| who.email.clone()).unwrap_or_else(|| named.clone()),
            external_id: named,
            kind: "shopper".to_owned(),
            tags: "[]".to_owned(),
            traits: Traits::default(),
            created_at: self.now.0,
        };
        self.drafts.push(Draft {
            identity: Identity::New(random::id(self.now)?),
            fields,
            stored: None,
            keys: Vec::new(),
            email: None,
            people: Vec::new(),
            has_external: false,
        });
        Ok(self.drafts.len() - 1)
    }
}

impl Draft {
    pub fn is_new(&self) -> bool {
        self.stored.is_none()
    }

    pub fn known_id(&self) -> Option<i64> {
        if let Identity::Known(id) = self.identity { Some(id) } else { None }
    }

    /// Something of its own row or keys is to be written.
    pub fn is_changed(&self) -> bool {
        !self.keys.is_empty() || self.stored.as_ref() != Some(&self.fields)
    }

    /// Its name is only what stood in for one.
    fn is_nameless(&self) -> bool {
        self.fields.name == self.fields.external_id || self.fields.name.contains('@')
    }
}

/// The id's key and the address's. Sample rows are always known by an id, so that none of them can be a real customer's.
fn row_keys(who: &Who, source: i64) -> (Option<Key>, Option<Key>) {
    let id = who.external_id.as_ref().or_else(|| who.email.as_ref().filter(|_| source == SAMPLE));
    let external = id.map(|id| Key("external", format!("{source}:{id}")));
    (external, who.email.clone().map(|email| Key("email", email)))
}

impl From<Known> for Draft {
    fn from(known: Known) -> Self {
        let traits = Stored { values: known.traits, since: known.traits_at, earlier: known.traits_earlier };
        let fields = Fields {
            external_id: known.external_id,
            kind: known.kind,
            name: known.name,
            tags: known.tags,
            traits: Traits::read(&traits, Millis(known.updated_at)),
            created_at: known.created_at,
        };
        Self {
            identity: Identity::Known(known.customer_id),
            stored: Some(fields.clone()),
            fields,
            keys: Vec::new(),
            email: None,
            people: Vec::new(),
            has_external: known.externals > 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::db::imports::FILES;

    const NOW: Millis = Millis(1_000);

    fn who(external_id: &str, email: &str) -> Who {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Who { external_id: some(external_id), email: some(email), name: None }
    }

    fn known(kind: &str, value: &str, customer: i64, externals: u32, sample: u8) -> Known {
        serde_json::from_value(json!({
            "key_kind": kind, "key_value": value, "customer_id": customer, "sample": sample, "external_id": "x", "kind": "shopper",
            "name": "x", "tags": "[]", "traits": "{}", "traits_at": "{}", "traits_earlier": "{}", "created_at": 0,
            "updated_at": 0, "externals": externals,
        }))
        .expect("a row")
    }

    fn draft_of(resolver: &mut Resolver, id: &str, email: &str) -> usize {
        resolver.resolve(&who(id, email)).expect("randomness").draft
    }

    #[test]
    fn rows_of_one_id_or_one_address_are_one_new_customer() {
        let mut resolver = Resolver::new(vec![], FILES, NOW);
        let first = draft_of(&mut resolver, "7", "a@example.com");
        assert_eq!(draft_of(&mut resolver, "7", ""), first);
        assert_eq!(draft_of(&mut resolver, "", "a@example.com"), first);
        assert_ne!(draft_of(&mut resolver, "8", ""), first);
        let draft = &resolver.drafts()[first];
        assert_eq!(draft.keys, [Key("external", "1:7".into()), Key("email", "a@example.com".into())]);
        assert_eq!((draft.fields.external_id.as_str(), draft.fields.name.as_str()), ("7", "a@example.com"));
    }

    #[test]
    fn two_ids_with_one_address_stay_two_customers() {
        let mut resolver = Resolver::new(vec![], FILES, NOW);
        let first = draft_of(&mut resolver, "7", "family@example.com");
        let second = draft_of(&mut resolver, "8", "family@example.com");
        assert_ne!(first, second);
        assert_eq!(draft_of(&mut resolver, "", "family@example.com"), first);
    }

    #[test]
    fn an_id_is_given_to_the_customer_that_only_its_address_made() {
        let mut resolver = Resolver::new(vec![known("email", "a@example.com", 5, 0, 0)], FILES, NOW);
        let draft = draft_of(&mut resolver, "7", "a@example.com");
        let draft = &resolver.drafts()[draft];
        assert_eq!(draft.identity, Identity::Known(5));
        assert_eq!(draft.fields.external_id, "7");
        assert_eq!(draft.keys, [Key("external", "1:7".into())]);
    }

    #[test]
    fn a_known_customer_s_row_changes_nothing() {
        let rows = vec![known("email", "a@example.com", 5, 1, 0), known("external", "1:7", 5, 1, 0)];
        let mut resolver = Resolver::new(rows, FILES, NOW);
        let draft = draft_of(&mut resolver, "7", "a@example.com");
        assert!(!resolver.drafts()[draft].is_changed());
    }

    #[test]
    fn a_name_fills_a_gap_and_replaces_none() {
        let mut resolver = Resolver::new(vec![], FILES, NOW);
        let named = |name: &str| Who { name: Some(name.to_owned()), ..who("7", "a@example.com") };
        let draft = draft_of(&mut resolver, "7", "a@example.com");
        resolver.resolve(&named("Ada")).expect("randomness");
        resolver.resolve(&named("Eve")).expect("randomness");
        assert_eq!(resolver.drafts()[draft].fields.name, "Ada");
    }

    #[test]
    fn real_and_sample_data_never_share_a_customer() {
        let sample = || known("email", "a@example.com", 5, 1, 1);
        let mut real = Resolver::new(vec![sample()], FILES, NOW);
        let draft = draft_of(&mut real, "", "a@example.com");
        assert!(real.drafts()[draft].is_new());
        assert_eq!(real.drafts()[draft].keys, [Key("email", "a@example.com".into())], "the real customer takes the address");

        let mut import = Resolver::new(vec![known("email", "a@example.com", 6, 0, 0)], SAMPLE, NOW);
        let owner = import.resolve(&who("", "a@example.com")).expect("randomness");
        assert_eq!(owner.key, Key("external", "2:a@example.com".into()));
        assert_eq!(import.drafts()[owner.draft].keys, [Key("external", "2:a@example.com".into())]);
    }
}
