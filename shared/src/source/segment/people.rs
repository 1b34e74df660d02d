//! Who somebody is: identify, group, alias.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::message::{Message, name};
use super::{account_id, clock, consent, field};
use crate::import::{ContactRole, countries, customers, limits};
use crate::source::{Fact, Link, Member, Person, Refusal, Who};

/// How deep traits inside traits are read.
const DEPTH: usize = 3;

/// Told by fields of their own, or of no use: a picture's address.
const OWN_FIELDS: [&str; 32] = [
    "email",
    "email_address",
    "emailAddress",
    "phone",
    "phone_number",
    "phoneNumber",
    "mobile",
    "name",
    "fullName",
    "full_name",
    "firstName",
    "first_name",
    "firstname",
    "lastName",
    "last_name",
    "lastname",
    "id",
    "createdAt",
    "created_at",
    "country",
    "country_code",
    "countryCode",
    "timezone",
    "timeZone",
    "time_zone",
    "tags",
    "role",
    "avatar",
    "logo",
    "ip",
    "ip_address",
    "ipAddress",
];

pub(super) fn identify(message: &Message<'_>) -> Vec<Fact> {
    let company = field::object(&message.traits, "company");
    let mut facts = vec![Fact::Person(person(message, message.who.clone(), &message.traits))];
    if let Some((company, id)) = company.and_then(|company| Some((company, field::first(company, &["id"])?))) {
        facts.extend(member(message, &id, name(company), role(&message.traits)));
    } else {
        facts.extend(of_context(message));
    }
    facts.extend(consent::told(message));
    facts
}

/// # Errors
/// When it names no group.
pub(super) fn group(message: &Message<'_>) -> Result<Vec<Fact>, Refusal> {
    let Some(id) = field::id(message.body, "groupId")? else {
        return Err(Refusal::of("groupId", "It names no group", "Send groupId, the id of the account."));
    };
    let account = Who { external_id: Some(account_id(&id)), name: name(&message.traits), ..Who::default() };
    let account_name = account.name.clone();
    let account = Person { is_account: true, role: None, ..person(message, account, &message.traits) };
    Ok([Fact::Person(account)].into_iter().chain(member(message, &id, account_name, None)).collect())
}

/// # Errors
/// When one of the two ids is missing.
pub(super) fn alias(message: &Message<'_>) -> Result<Vec<Fact>, Refusal> {
    let previous = field::id(message.body, "previousId")?.or_else(|| message.who.anonymous_id.clone());
    let Some(previous) = previous else {
        return Err(Refusal::of("previousId", "It names no earlier id", "Send previousId beside userId."));
    };
    let Some(user) = message.who.external_id.clone() else {
        return Err(Refusal::of("userId", "It names nobody", "Send userId beside previousId."));
    };
    if previous == user {
        return Ok(Vec::new());
    }
    // It may be a visitor's id or an earlier user's, and nothing says which. A page can speak for its visitor only.
    let earlier_user = (!message.by_browser).then(|| previous.clone());
    let from = Who { external_id: earlier_user, anonymous_id: Some(previous), by_browser: message.by_browser, ..Who::default() };
    let to = Who { anonymous_id: None, ..message.who.clone() };
    Ok(vec![Fact::Link(Link { from, to, at: message.at })])
}

/// That somebody belongs to the account that the context names.
pub(super) fn of_context(message: &Message<'_>) -> Option<Fact> {
    let id = field::id(message.context, "groupId").ok()??;
    member(message, &id, None, role(&message.traits))
}

fn member(message: &Message<'_>, group_id: &str, account_name: Option<String>, role: Option<ContactRole>) -> Option<Fact> {
    // Nobody may join an account by saying so on a page.
    (!message.by_browser).then(|| {
        let account_id = account_id(group_id);
        let who = message.who.clone();
        Fact::Member(Member { who, account_id, account_name, role, traits: BTreeMap::new(), at: message.at })
    })
}

fn person(message: &Message<'_>, who: Who, traits: &Map<String, Value>) -> Person {
    let address = field::object(traits, "address");
    let country = field::first(traits, &["country", "country_code", "countryCode"])
        .or_else(|| field::first(address?, &["country", "country_code", "countryCode"]));
    let time_zone = field::first(traits, &["timezone", "timeZone", "time_zone"])
        .or_else(|| field::first(message.context, &["timezone"]))
        .and_then(|text| customers::time_zone(&text));
    let by_browser = message.by_browser;
    Person {
        who,
        at: message.at,
        is_account: false,
        role: role(traits).filter(|_| !by_browser),
        country: country.and_then(|text| countries::country(&text)).map(str::to_owned),
        time_zone,
        created_at: ["createdAt", "created_at"]
            .iter()
            .find_map(|name| traits.get(*name).and_then(clock::parse))
            .filter(|at| !by_browser && *at <= message.at),
        tags: if by_browser { Vec::new() } else { tags_of(traits) },
        traits: flat(traits),
        is_deleted: false,
    }
}

fn role(traits: &Map<String, Value>) -> Option<ContactRole> {
    customers::role(&field::first(traits, &["role"])?)
}

fn tags_of(traits: &Map<String, Value>) -> Vec<String> {
    let list: Vec<String> = match traits.get("tags") {
        Some(Value::Array(list)) => list.iter().take(limits::TAGS).filter_map(field::text).collect(),
        Some(Value::String(text)) => text.split(',').take(limits::TAGS).map(|tag| tag.trim().to_owned()).collect(),
        _ => Vec::new(),
    };
    list.into_iter().map(|tag| field::cut(&tag, limits::TAG_CHARS)).filter(|tag| !tag.is_empty()).collect()
}

/// `{"address": {"city": "Ulm"}}` becomes `address_city`, a list of texts one text.
fn flat(traits: &Map<String, Value>) -> BTreeMap<String, String> {
    // A company with an id is an account, and told as one.
    let is_account = |name: &str, value: &Value| name == "company" && value.get("id").and_then(field::text).is_some();
    let is_own = |name: &str, value: &Value| {
        !value.is_object() && (OWN_FIELDS.contains(&name) || consent::is_told_by(name) && field::yes_or_no(value).is_some())
    };
    let mut flat = BTreeMap::new();
    for (name, value) in traits.iter().filter(|(name, value)| !is_own(name, value) && !is_account(name, value)) {
        flatten(&mut flat, name, value, DEPTH);
    }
    flat.remove("address_country");
    flat
}

fn flatten(flat: &mut BTreeMap<String, String>, name: &str, value: &Value, depth: usize) {
    if flat.len() >= limits::TRAITS {
        return;
    }
    let text = match value {
        Value::Object(inner) if depth > 1 => {
            return inner.iter().for_each(|(inner, value)| flatten(flat, &format!("{name}_{inner}"), value, depth - 1));
        }
        Value::Array(list) => {
            let texts: Vec<String> = list.iter().take(limits::TRAITS).filter_map(field::text).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        }
        value => field::text(value),
    };
    let name = field::cut(name.trim(), limits::TRAIT_NAME_CHARS);
    if let Some(text) = text.filter(|_| !name.is_empty()) {
        flat.insert(name, field::cut(&text, limits::TRAIT_CHARS));
    }
}
