//! What every message has: who, when, and the context.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::{clock, field};
use crate::import::{limits, who};
use crate::money::Currency;
use crate::source::{Delivery, Refusal, Who};
use crate::time::Millis;

#[derive(Debug, Clone)]
pub(super) struct Message<'a> {
    pub(super) body: &'a Map<String, Value>,
    /// Of the message itself: `traits` or `properties`.
    pub(super) traits: Map<String, Value>,
    pub(super) properties: &'a Map<String, Value>,
    pub(super) context: &'a Map<String, Value>,
    pub(super) who: Who,
    pub(super) at: Millis,
    pub(super) key: &'a str,
    pub(super) currency: Currency,
    pub(super) by_browser: bool,
}

impl<'a> Message<'a> {
    pub(super) fn read(delivery: &Delivery<'a>) -> Result<Self, Refusal> {
        static NOTHING: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        let Some(body) = delivery.body.as_object() else {
            return Err(Refusal { field: None, reason: "It is no JSON object".to_owned(), fix: "Send one message.".to_owned() });
        };
        let at = clock::moment(delivery)?.at;
        let context = field::object(body, "context").unwrap_or_else(|| &NOTHING);
        let properties = field::object(body, "properties").unwrap_or_else(|| &NOTHING);
        // What a library knows of the person goes with every message; the message itself knows better.
        let mut traits =
            if is_group(delivery) { Map::new() } else { field::object(context, "traits").cloned().unwrap_or_default() };
        traits.extend(field::object(body, "traits").into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
        let mut message = Self {
            body,
            traits,
            properties,
            context,
            who: Who::default(),
            at,
            key: delivery.key,
            currency: delivery.currency,
            by_browser: delivery.by_browser,
        };
        message.who = message.read_who(is_group(delivery))?;
        Ok(message)
    }

    fn read_who(&self, is_group: bool) -> Result<Who, Refusal> {
        let external_id = field::id(self.body, "userId")?;
        let anonymous_id = field::id(self.body, "anonymousId")?;
        // The traits of a group are the account's.
        let known = if is_group { field::object(self.context, "traits") } else { Some(&self.traits) };
        let told = |names: &[&str]| known.and_then(|traits| field::first(traits, names));
        let mut email = told(&["email", "email_address", "emailAddress"]).and_then(|text| who::address(&text));
        if email.is_none() && !is_group {
            // A person who is known only by the address that a mail went to; an id that is an address.
            let said = field::first(self.properties, &["email", "recipient"]).filter(|_| external_id.is_none());
            email = said.or_else(|| external_id.clone()).and_then(|text| who::address(&text));
        }
        let phone = told(&["phone", "phone_number", "phoneNumber", "mobile"]).and_then(|text| who::phone(&text));
        let name = if is_group { None } else { name(&self.traits) };
        if external_id.is_none() && anonymous_id.is_none() && email.is_none() && phone.is_none() {
            let fix = "Send userId, anonymousId, or an e-mail address in the traits.";
            return Err(Refusal::of("userId", "It names nobody", fix));
        }
        Ok(Who { external_id, anonymous_id, email, phone, name, by_browser: self.by_browser })
    }
}

/// `name`, else first and last name.
pub(super) fn name(traits: &Map<String, Value>) -> Option<String> {
    let whole = field::first(traits, &["name", "fullName", "full_name"]);
    let parts = || {
        let first = field::first(traits, &["firstName", "first_name", "firstname"]);
        let last = field::first(traits, &["lastName", "last_name", "lastname"]);
        let parts: Vec<String> = first.into_iter().chain(last).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    };
    whole.or_else(parts).map(|name| field::cut(&name, limits::NAME_CHARS))
}

fn is_group(delivery: &Delivery<'_>) -> bool {
    super::Kind::of(delivery) == Some(super::Kind::Group)
}
