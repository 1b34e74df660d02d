//! Names, addresses and credentials that a way to send can work with.

use std::collections::BTreeMap;

use shared::api::SenderSettings;
use shared::campaign::Channel;
use shared::id::Id;
use shared::outbound::{self, Own};
use shared::provider::message::line;
use shared::provider::{Mailbox, Provider, twilio};

use crate::ctx::Ctx;
use crate::db::{Statement, secrets, senders};
use crate::problem::Problem;
use crate::random;
use crate::vault::Vault;

const NAME_CHARS: usize = 100;
const CREDENTIAL_CHARS: usize = 1_000;
const PRIORITIES: std::ops::RangeInclusive<i32> = -100..=100;

/// What is stored under a name, or none where it is to be forgotten.
pub(super) type Given = BTreeMap<&'static str, Option<String>>;

/// The outbox would keep messages of real people to themselves.
pub(super) fn provider(ctx: &Ctx, provider: Provider) -> Result<(), Problem> {
    if provider == Provider::Sink && !ctx.settings.local {
        return Err(Problem::field("provider", "The outbox is of a run on a developer's machine: connect a provider"));
    }
    Ok(())
}

pub(super) fn channel(provider: Provider, channel: Option<Channel>) -> Result<Channel, Problem> {
    let carried = provider.channels();
    let first = carried.first().copied().unwrap_or(Channel::Email);
    let channel = channel.unwrap_or(first);
    if carried.contains(&channel) {
        return Ok(channel);
    }
    let names: Vec<&str> = carried.iter().map(|channel| channel.code()).collect();
    Err(Problem::field("channel", format!("{} carries {}: write that, or leave it out", provider.name(), names.join(", "))))
}

pub(super) fn name(text: &str) -> Result<String, Problem> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > NAME_CHARS || name.chars().any(char::is_control) {
        return Err(Problem::field("name", format!("Use 1 to {NAME_CHARS} characters")));
    }
    Ok(name)
}

pub(super) fn priority(priority: i32) -> Result<i32, Problem> {
    if PRIORITIES.contains(&priority) { Ok(priority) } else { Err(Problem::field("priority", "Use -100 to 100")) }
}

/// Settings that mean something for the provider, each in its one form.
pub(super) fn settings(
    provider: Provider,
    channel: Channel,
    given: SenderSettings,
    own: Own<'_>,
) -> Result<SenderSettings, Problem> {
    let refuse = |field: &str, fix: &str| Err(Problem::field(field, fix));
    let SenderSettings { base_url, from, from_name, reply_to, unsubscribe_mail } = given;
    let base_url = match base_url {
        Some(_) if provider == Provider::Sink => return refuse("base_url", "The outbox is asked nowhere: leave it out"),
        Some(url) => Some(base(&url, own)?),
        None => None,
    };
    let is_mail = channel == Channel::Email;
    for (field, value) in [("from_name", &from_name), ("reply_to", &reply_to), ("unsubscribe_mail", &unsubscribe_mail)] {
        if value.is_some() && !is_mail {
            return refuse(field, "It is of mail only: leave it out");
        }
    }
    let address = |field: &str, text: Option<String>| match text {
        None => Ok(None),
        Some(text) => Mailbox::parse(&text)
            .map(|mailbox| Some(mailbox.email))
            .ok_or_else(|| Problem::field(field, "Write an address such as hello@shop.example")),
    };
    let (from, own_name) = match from {
        None => (None, None),
        Some(text) if is_mail => match Mailbox::parse(&text) {
            Some(Mailbox { name, email }) => (Some(email), name),
            None => return refuse("from", "Write an address such as hello@shop.example, or Shop <hello@shop.example>"),
        },
        Some(text) => {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let compact = text.replace([' ', '-', '(', ')'], "");
            let from = if compact.starts_with('+') { compact } else { text };
            if provider == Provider::Twilio && !twilio::is_from(&from) {
                let fix =
                    "Write a number such as +14155550142, a messaging service that begins with MG, or a name of up to 11 letters";
                return refuse("from", fix);
            }
            (Some(from), None)
        }
    };
    let from_name = from_name.or(own_name).map(|name| line(&name)).filter(|name| !name.is_empty());
    if from_name.as_ref().is_some_and(|name| name.chars().count() > NAME_CHARS) {
        return refuse("from_name", "Use at most 100 characters");
    }
    let reply_to = address("reply_to", reply_to)?;
    let unsubscribe_mail = address("unsubscribe_mail", unsubscribe_mail)?;
    Ok(SenderSettings { base_url, from, from_name, reply_to, unsubscribe_mail })
}

fn base(url: &str, own: Own<'_>) -> Result<String, Problem> {
    let address = outbound::check(url.trim(), own).map_err(|refused| Problem::field("base_url", refused.to_string()))?;
    if address.as_str().contains('?') {
        return Err(Problem::field("base_url", "Write the address alone, without a question mark and what follows"));
    }
    Ok(address.as_str().trim_end_matches('/').to_owned())
}

/// Credentials under the names that the provider knows them by, each in the form that it gives them.
pub(super) fn credentials(
    provider: Provider,
    given: impl IntoIterator<Item = (String, Option<String>)>,
) -> Result<Given, Problem> {
    let mut checked = Given::new();
    for (name, value) in given {
        let field = format!("credentials.{}", line(&name).chars().take(NAME_CHARS).collect::<String>());
        let Some(known) = provider.credential(&name) else {
            let names: Vec<&str> = provider.needs().iter().chain(provider.takes()).copied().collect();
            let fix =
                if names.is_empty() { "It takes none: leave it out".to_owned() } else { format!("Use {}", names.join(", ")) };
            return Err(Problem::field(&field, fix));
        };
        let value = value.map(|value| value.trim().to_owned());
        if let Some(value) = &value {
            form(provider, known, value).map_err(|fix| Problem::field(&field, fix))?;
        }
        checked.insert(known, value);
    }
    Ok(checked)
}

fn form(provider: Provider, name: &str, value: &str) -> Result<(), &'static str> {
    let is_plain = |byte: u8| byte.is_ascii_graphic() || name == "verification_key" && matches!(byte, b'\n' | b'\r' | b' ');
    if value.is_empty() || value.len() > CREDENTIAL_CHARS || !value.bytes().all(is_plain) {
        return Err("Copy it alone: letters, digits and signs, no spaces");
    }
    match (provider, name) {
        (Provider::Resend, "signing_secret") if !value.starts_with("whsec_") => {
            Err("Copy the signing secret of the webhook: it begins with whsec_")
        }
        (Provider::Sendgrid, "verification_key") if crate::providers::verify::public_key(value).is_none() => {
            Err("Copy the verification key of the signed event webhook, as SendGrid shows it")
        }
        (Provider::Twilio, "account_sid") if !twilio::is_account(value) => {
            Err("Copy the account SID: AC and 32 letters and digits")
        }
        _ => Ok(()),
    }
}

/// What stores each in the place of the one before.
pub(super) fn store(ctx: &Ctx, sender: &Id, given: &Given) -> Result<Vec<Statement>, Problem> {
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let owner = senders::owner(sender);
    let names: Vec<&str> = given.keys().copied().collect();
    let mut statements = vec![secrets::remove(&owner, Some(names.as_slice()))];
    let vault = Vault::of(&ctx.env)?;
    for (name, value) in given {
        let Some(value) = value else { continue };
        let row = random::id(ctx.now)?;
        let sealed = vault.seal(row.as_str(), value)?;
        statements.push(secrets::add(&row, &owner, name, &sealed, ctx.now));
    }
    Ok(statements)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: Own<'_> = Own { host: "shop.example.com", local_port: None };

    fn refused(provider: Provider, channel: Channel, given: SenderSettings) -> Option<String> {
        match settings(provider, channel, given, OWN) {
            Err(Problem::Invalid(fields)) => fields.into_keys().next(),
            _ => None,
        }
    }

    #[test]
    fn an_address_to_send_from_is_read_with_its_name() {
        let given = SenderSettings { from: Some("Tea & Co <Hello@Tea.example>".to_owned()), ..SenderSettings::default() };
        let read = settings(Provider::Resend, Channel::Email, given, OWN).expect("settings");
        assert_eq!((read.from.as_deref(), read.from_name.as_deref()), (Some("hello@tea.example"), Some("Tea & Co")));
        let number = SenderSettings { from: Some("+1 (415) 555-0142".to_owned()), ..SenderSettings::default() };
        let read = settings(Provider::Twilio, Channel::Sms, number, OWN).expect("settings");
        assert_eq!(read.from.as_deref(), Some("+14155550142"));
    }

    #[test]
    fn settings_that_mean_nothing_are_refused_by_their_name() {
        let base = |url: &str| SenderSettings { base_url: Some(url.to_owned()), ..SenderSettings::default() };
        for hostile in
            ["http://a.example", "https://127.0.0.1", "https://localhost", "https://shop.example.com", "https://u@a.example"]
        {
            assert_eq!(refused(Provider::Resend, Channel::Email, base(hostile)).as_deref(), Some("base_url"), "{hostile}");
        }
        assert_eq!(refused(Provider::Resend, Channel::Email, base("https://api.eu.example/")), None);
        let from = |text: &str| SenderSettings { from: Some(text.to_owned()), ..SenderSettings::default() };
        for bad in ["nobody", "a@b.example, c@d.example", "a@b.example\r\nBcc: x@y.example"] {
            assert_eq!(refused(Provider::Sendgrid, Channel::Email, from(bad)).as_deref(), Some("from"), "{bad}");
        }
        assert_eq!(refused(Provider::Twilio, Channel::Sms, from("a@b.example")).as_deref(), Some("from"));
        let reply = SenderSettings { reply_to: Some("a@b.example".to_owned()), ..SenderSettings::default() };
        assert_eq!(refused(Provider::Twilio, Channel::Sms, reply).as_deref(), Some("reply_to"));
    }

    #[test]
    fn credentials_have_the_names_and_the_form_that_their_provider_gives_them() {
        let of = |provider, name: &str, value: &str| credentials(provider, [(name.to_owned(), Some(value.to_owned()))]);
        assert_eq!(of(Provider::Resend, "api_key", " re_1 ").expect("one").get("api_key"), Some(&Some("re_1".to_owned())));
        assert!(of(Provider::Resend, "webhook_secret", "whsec_AAAA").expect("one").contains_key("signing_secret"));
        for (provider, name, value) in [
            (Provider::Resend, "password", "x"),
            (Provider::Resend, "api_key", ""),
            (Provider::Resend, "api_key", "two words"),
            (Provider::Resend, "signing_secret", "abc"),
            (Provider::Sendgrid, "verification_key", "abc"),
            (Provider::Twilio, "account_sid", "AC/../x"),
            (Provider::Sink, "api_key", "x"),
        ] {
            assert!(of(provider, name, value).is_err(), "{name} {value}");
        }
    }
}
