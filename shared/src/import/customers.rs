//! Rows of customers.

use std::collections::BTreeMap;

use super::countries::country;
use super::limits::{NAME_CHARS, TAG_CHARS, TAGS, TRAIT_CHARS, TRAIT_NAME_CHARS, TRAITS};
use super::refusal::{Refusal, cut, shown, tidy};
use super::row::{Context, Row};
use super::who::phone;
use super::{ConsentRow, ContactRole, CustomerRow};

/// A phone number, country, time zone or role that is not understood does not cost the customer: it is kept as a trait. A consent that is
/// not understood refuses the row, since guessing there would be a wrong either way.
pub(super) fn read(row: &Row<'_>, context: &mut Context<'_>) -> Result<CustomerRow, Refusal> {
    let who = context.who(row)?;
    let mut traits = BTreeMap::new();
    let mut understood = |field: &str, value: Option<String>| {
        if let (None, Some(text)) = (&value, context.text(row, field)) {
            traits.insert(field.to_owned(), cut(&tidy(text), TRAIT_CHARS).to_owned());
        }
        value
    };
    let phone = understood("phone", context.text(row, "phone").and_then(phone));
    let country = understood("country", context.text(row, "country").and_then(country).map(str::to_owned));
    let time_zone = understood("time_zone", context.text(row, "time_zone").and_then(time_zone));
    let contact_role = context.text(row, "contact_role").and_then(role);
    understood("contact_role", contact_role.map(|role| role.as_str().to_owned()));
    let contact_name = context.text(row, "contact_name").map(|name| cut(&tidy(name), NAME_CHARS).to_owned());
    let kind = context.text(row, "kind").map(kind).transpose()?;
    let created_at = context.time(row, "created_at")?;
    // Without a time that can be read the row is as new as its import.
    let updated_at = context.time(row, "updated_at").ok().flatten();
    let mut consents = Vec::new();
    for (channel, field, at_field) in [("email", "email_consent", "email_consent_at"), ("sms", "sms_consent", "sms_consent_at")] {
        let at = context.time(row, at_field)?;
        if let Some(granted) = context.text(row, field).map(|text| consent(field, text)).transpose()?.flatten() {
            consents.push(ConsentRow { channel: channel.to_owned(), granted, at, source: None, wording: None });
        }
    }
    for (name, text) in context.unmapped(row) {
        if traits.len() >= TRAITS {
            break;
        }
        traits.entry(cut(&name, TRAIT_NAME_CHARS).to_owned()).or_insert_with(|| cut(&tidy(text), TRAIT_CHARS).to_owned());
    }
    let tags = context.text(row, "tags").map(tags).unwrap_or_default();
    Ok(CustomerRow {
        line: row.line,
        who,
        kind,
        contact_name,
        contact_role,
        phone,
        country,
        time_zone,
        created_at,
        updated_at,
        tags,
        traits,
        consents,
    })
}

/// An IANA name.
pub(crate) fn time_zone(text: &str) -> Option<String> {
    text.replace(' ', "_").parse::<chrono_tz::Tz>().ok().map(|zone| zone.name().to_owned())
}

pub(crate) fn role(text: &str) -> Option<ContactRole> {
    match text.to_lowercase().as_str() {
        "owner" | "administrator" => Some(ContactRole::Admin),
        "accounting" | "accounts payable" | "finance" => Some(ContactRole::Billing),
        "sponsor" | "key contact" | "main contact" => Some(ContactRole::Champion),
        "member" => Some(ContactRole::User),
        role => ContactRole::parse(role),
    }
}

pub(super) fn is_kind(text: &str) -> bool {
    kind(text).is_ok()
}

pub(super) fn is_consent(text: &str) -> bool {
    consent("email_consent", text).is_ok()
}

fn kind(text: &str) -> Result<String, Refusal> {
    let kind = match text.to_lowercase().as_str() {
        "shopper" | "person" | "individual" | "consumer" | "b2c" | "private" | "privat" => "shopper",
        "account" | "company" | "business" | "organization" | "organisation" | "b2b" | "firma" => "account",
        _ => {
            let reason = format!("{} is neither shopper nor account", shown(text));
            return Err(Refusal::of("kind", reason, "Use shopper or account, or leave the column out."));
        }
    };
    Ok(kind.to_owned())
}

/// `None` where the person was asked and has not answered yet.
pub(super) fn consent(field: &'static str, text: &str) -> Result<Option<bool>, Refusal> {
    let word = text.to_lowercase().replace(['_', '-'], " ");
    match word.trim() {
        "yes" | "y" | "true" | "t" | "1" | "on" | "x" | "✓" | "✔" | "ja" | "j" | "wahr" | "oui" | "vrai" | "si" | "sí"
        | "vero" | "verdadero" | "sim" | "s" | "tak" | "subscribed" | "opted in" | "opt in" | "optin" | "double opt in"
        | "single opt in" | "confirmed opt in" | "confirmed" | "granted" | "active" | "aktiv" | "angemeldet" | "agreed"
        | "accepted" | "allowed" => Ok(Some(true)),
        "no" | "n" | "false" | "f" | "0" | "off" | "nein" | "falsch" | "non" | "faux" | "falso" | "não" | "nao" | "nee"
        | "nie" | "unsubscribed" | "not subscribed" | "never subscribed" | "opted out" | "opt out" | "optout" | "denied"
        | "declined" | "refused" | "rejected" | "revoked" | "withdrawn" | "inactive" | "inaktiv" | "abgemeldet"
        | "suppressed" | "blocked" | "invalid" | "cleaned" | "bounced" | "complained" | "spam" | "redacted" => Ok(Some(false)),
        "pending" | "unconfirmed" | "unknown" | "none" | "-" => Ok(None),
        _ => {
            let fix = "Use yes or no, or leave the cell empty where it is not known.";
            Err(Refusal::of(field, format!("{} does not say whether the person agrees", shown(text)), fix))
        }
    }
}

fn tags(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in text.split([',', ';', '|', '\n']).map(tidy).filter(|tag| !tag.is_empty()) {
        let tag = cut(&tag, TAG_CHARS).to_owned();
        if tags.len() < TAGS && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}
