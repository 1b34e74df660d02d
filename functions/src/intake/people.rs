//! What a file of customers says about each of them.

use std::collections::HashMap;

use shared::consent::{Record, State, present};
use shared::id::Id;
use shared::import::{ConsentRow, ContactRole, CustomerRow};
use shared::tags;
use shared::time::Millis;

use crate::db::intake::ContactRow;
use crate::random::{self, NoRandom};

use super::resolve::{Draft, Identity};

/// A contact of a draft, as it will be.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactDraft {
    /// The row's number; none for a new contact.
    pub id: Option<i64>,
    pub public_id: Option<Id>,
    pub fields: ContactFields,
    pub stored: Option<ContactFields>,
    /// The present state as it was read.
    pub consent_was: String,
    history: Vec<Record>,
    pub added: Vec<Record>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContactFields {
    pub role: ContactRole,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub country: Option<String>,
    pub time_zone: Option<String>,
}

/// Contacts of each draft, by its place.
pub type Contacts = HashMap<usize, Vec<ContactDraft>>;

/// What is stored of the drafts' contacts.
pub fn known(drafts: &[Draft], rows: Vec<ContactRow>, history: Vec<(i64, Record)>) -> Contacts {
    let places: HashMap<i64, usize> = drafts
        .iter()
        .enumerate()
        .filter_map(|(place, draft)| if let Identity::Known(id) = draft.identity { Some((id, place)) } else { None })
        .collect();
    let mut of_contact: HashMap<i64, Vec<Record>> = HashMap::new();
    for (contact, record) in history {
        of_contact.entry(contact).or_default().push(record);
    }
    let mut contacts = Contacts::new();
    for row in rows {
        let Some(&place) = places.get(&row.customer_id) else { continue };
        let fields = ContactFields {
            role: row.role,
            name: row.name,
            email: row.email,
            phone: row.phone,
            country: row.country,
            time_zone: row.time_zone,
        };
        contacts.entry(place).or_default().push(ContactDraft {
            id: Some(row.id),
            public_id: None,
            stored: Some(fields.clone()),
            fields,
            consent_was: row.consent,
            history: of_contact.remove(&row.id).unwrap_or_default(),
            added: Vec::new(),
        });
    }
    contacts
}

/// Takes what the row says; what it leaves empty stays as it is.
///
/// # Errors
/// When the platform has no randomness for a new id.
pub fn apply(row: &CustomerRow, draft: &mut Draft, contacts: &mut Vec<ContactDraft>, now: Millis) -> Result<(), NoRandom> {
    let fields = &mut draft.fields;
    replace(&mut fields.kind, row.kind.as_ref());
    replace(&mut fields.name, row.who.name.as_ref());
    if let Some(at) = row.created_at {
        fields.created_at = at.0;
    }
    fields.tags = joined_tags(&fields.tags, &row.tags);
    for (name, value) in &row.traits {
        fields.traits.learn(name, value, row.updated_at.unwrap_or(now));
    }
    let is_account = fields.kind == "account";
    let place = match place_of(row.who.email.as_deref(), contacts, is_account) {
        Some(place) => place,
        None => {
            contacts.push(ContactDraft::new(fields.name.clone(), now)?);
            contacts.len() - 1
        }
    };
    let Some(contact) = contacts.get_mut(place) else { return Ok(()) };
    let person = &mut contact.fields;
    // A shopper's only contact is the shopper; an account's people have names of their own.
    if !is_account {
        person.name.clone_from(&fields.name);
    }
    replace(&mut person.name, row.contact_name.as_ref());
    person.role = row.contact_role.unwrap_or(person.role);
    fill(&mut person.email, row.who.email.as_ref());
    fill(&mut person.phone, row.phone.as_ref());
    fill(&mut person.country, row.country.as_ref());
    fill(&mut person.time_zone, row.time_zone.as_ref());
    for consent in &row.consents {
        contact.add_consent(consent, now);
    }
    Ok(())
}

impl ContactDraft {
    /// # Errors
    /// When the platform has no randomness for a new id.
    pub fn new(name: String, now: Millis) -> Result<Self, NoRandom> {
        Ok(Self {
            id: None,
            public_id: Some(random::id(now)?),
            fields: ContactFields { name, ..ContactFields::default() },
            stored: None,
            consent_was: "{}".to_owned(),
            history: Vec::new(),
            added: Vec::new(),
        })
    }

    pub fn is_changed(&self) -> bool {
        !self.added.is_empty() || self.stored.as_ref() != Some(&self.fields)
    }

    /// The present state after what was added, as it is stored.
    pub fn consent(&self) -> String {
        if self.added.is_empty() {
            return self.consent_was.clone();
        }
        let history: Vec<Record> = self.history.iter().chain(&self.added).cloned().collect();
        serde_json::to_string(&present(&history)).unwrap_or_else(|_| "{}".to_owned())
    }

    /// A bulk state: what `present` makes of it never lifts an opt-out. One that says again what the last import said adds nothing.
    fn add_consent(&mut self, row: &ConsentRow, now: Millis) {
        let record = Record {
            channel: row.channel.clone(),
            purpose: "marketing".to_owned(),
            state: if row.granted { State::Granted } else { State::Denied },
            basis: "consent".to_owned(),
            source: row.source.as_ref().map_or_else(|| "import".to_owned(), |source| format!("import: {source}")),
            wording: row.wording.clone(),
            act: false,
            occurred_at: row.at.unwrap_or(now),
            recorded_at: now,
            expires_at: None,
        };
        let same_kind =
            |other: &&Record| other.channel == record.channel && other.purpose == record.purpose && other.source == record.source;
        let earlier = || self.history.iter().chain(&self.added).filter(same_kind);
        let is_known = match row.at {
            Some(at) => earlier().any(|other| other.state == record.state && other.occurred_at == at),
            None => earlier()
                .max_by_key(|other| (other.occurred_at, other.recorded_at))
                .is_some_and(|last| last.state == record.state),
        };
        if !is_known {
            self.added.push(record);
        }
    }
}

/// The contact that a row with this address is about: the one with the address, one without any, or a shopper's own.
fn place_of(email: Option<&str>, contacts: &[ContactDraft], is_account: bool) -> Option<usize> {
    let first = || (!contacts.is_empty()).then_some(0);
    let Some(email) = email else { return first() };
    let with = |wanted: Option<&str>| contacts.iter().position(|contact| contact.fields.email.as_deref() == wanted);
    with(Some(email)).or_else(|| with(None)).or_else(|| if is_account { None } else { first() })
}

fn replace(field: &mut String, value: Option<&String>) {
    if let Some(value) = value {
        field.clone_from(value);
    }
}

fn fill(field: &mut Option<String>, value: Option<&String>) {
    if value.is_some() {
        *field = value.cloned();
    }
}

/// Tags that people gave in Rekindle stay, in the spelling that they chose.
fn joined_tags(stored: &str, more: &[String]) -> String {
    let mut joined: Vec<String> = serde_json::from_str(stored).unwrap_or_default();
    for tag in more {
        tags::add(&mut joined, tag.clone());
    }
    serde_json::to_string(&joined).unwrap_or_else(|_| stored.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use shared::import::Who;

    use super::*;
    use crate::db::imports::FILES;
    use crate::intake::resolve::Resolver;

    const NOW: Millis = Millis(5_000);

    fn row(email: &str) -> CustomerRow {
        CustomerRow {
            line: 2,
            who: Who { external_id: Some("7".into()), email: Some(email.into()), name: Some("Ada".into()) },
            kind: None,
            contact_name: None,
            contact_role: None,
            phone: None,
            country: None,
            time_zone: None,
            created_at: None,
            updated_at: None,
            tags: vec![],
            traits: BTreeMap::new(),
            consents: vec![],
        }
    }

    fn after(rows: &[CustomerRow]) -> (Draft, Vec<ContactDraft>) {
        let mut resolver = Resolver::new(vec![], FILES, NOW);
        let mut contacts = Vec::new();
        for row in rows {
            let owner = resolver.resolve(&row.who).expect("randomness");
            apply(row, resolver.draft_mut(owner.draft).expect("draft"), &mut contacts, NOW).expect("randomness");
        }
        (resolver.drafts()[0].clone(), contacts)
    }

    #[test]
    fn a_shopper_is_one_contact_and_an_account_one_for_each_address() {
        let (_, shopper) = after(&[row("a@example.com"), row("b@example.com")]);
        assert_eq!(shopper.iter().map(|c| c.fields.email.as_deref()).collect::<Vec<_>>(), [Some("b@example.com")]);
        let account = |email: &str| CustomerRow { kind: Some("account".into()), ..row(email) };
        let (_, people) = after(&[account("a@example.com"), account("b@example.com"), account("a@example.com")]);
        assert_eq!(people.len(), 2);
    }

    #[test]
    fn people_of_an_account_have_names_and_roles_of_their_own() {
        let person = |email: &str, name: &str, role| CustomerRow {
            kind: Some("account".into()),
            contact_name: Some(name.into()),
            contact_role: role,
            ..row(email)
        };
        let champion = person("a@example.com", "Grace", Some(ContactRole::Champion));
        let (draft, people) =
            after(&[champion, person("b@example.com", "Linus", None), person("a@example.com", "Grace H", None)]);
        let seen: Vec<_> = people.iter().map(|c| (c.fields.name.as_str(), c.fields.role)).collect();
        assert_eq!(seen, [("Grace H", ContactRole::Champion), ("Linus", ContactRole::User)]);
        assert_eq!(draft.fields.name, "Ada", "the account keeps its own");
    }

    #[test]
    fn empty_cells_leave_what_is_there() {
        let full = CustomerRow {
            country: Some("DE".into()),
            phone: Some("+49".into()),
            created_at: Some(Millis(7)),
            tags: vec!["vip".into()],
            ..row("a@example.com")
        };
        let (draft, contacts) = after(&[full, CustomerRow { tags: vec!["tea".into()], ..row("a@example.com") }]);
        assert_eq!(contacts[0].fields.country.as_deref(), Some("DE"));
        assert_eq!((draft.fields.created_at, draft.fields.tags.as_str()), (7, r#"["vip","tea"]"#));
    }

    #[test]
    fn a_trait_is_known_since_its_row_changed_and_an_older_row_never_overwrites_it() {
        let says = |plan: &str, at: Option<i64>| CustomerRow {
            traits: BTreeMap::from([("plan".to_owned(), plan.to_owned())]),
            updated_at: at.map(Millis),
            ..row("a@example.com")
        };
        let stored = |rows: &[CustomerRow]| {
            let stored = after(rows).0.fields.traits.stored();
            (stored.values, stored.since, stored.earlier)
        };
        let expected = |values: &str, since: &str, earlier: &str| (values.to_owned(), since.to_owned(), earlier.to_owned());
        let starter = expected(r#"{"plan":"Starter"}"#, r#"{"plan":5000}"#, "{}");
        assert_eq!(stored(&[says("Starter", None)]), starter, "since the import");
        let pro = expected(r#"{"plan":"Pro"}"#, r#"{"plan":3000}"#, r#"{"plan":[[2000,"Starter"]]}"#);
        assert_eq!(stored(&[says("Starter", Some(2_000)), says("Pro", Some(3_000))]), pro);
        assert_eq!(stored(&[says("Pro", Some(3_000)), says("Starter", Some(2_000))]), pro, "the older row comes later");
    }

    #[test]
    fn a_bulk_state_is_written_down_once_however_often_it_is_imported() {
        let says = |granted, at: Option<i64>| {
            let consent = ConsentRow { channel: "email".into(), granted, at: at.map(Millis), source: None, wording: None };
            CustomerRow { consents: vec![consent], ..row("a@example.com") }
        };
        let added = |rows: &[CustomerRow]| after(rows).1[0].added.len();
        assert_eq!(added(&[says(true, None), says(true, None)]), 1);
        assert_eq!(added(&[says(true, Some(1)), says(true, Some(1))]), 1);
        assert_eq!(added(&[says(true, Some(1)), says(false, Some(2)), says(true, Some(1))]), 2);
        assert_eq!(added(&[says(true, Some(1)), says(false, Some(2)), says(true, None)]), 3);
    }
}
