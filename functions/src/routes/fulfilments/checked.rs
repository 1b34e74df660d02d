//! Settings, names and keys that a way of giving can work with.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use shared::api::FulfilmentSettings;
use shared::id::Id;
use shared::offer::fulfilment::{Provider, code};
use shared::outbound::{self, Own};

use crate::ctx::Ctx;

use crate::db::{Statement, edits, fulfilments, secrets};
use crate::problem::Problem;
use crate::random;
use crate::vault::Vault;

const NAME_CHARS: usize = 100;
const SECRET_CHARS: usize = 500;
/// Products or categories, and the length of the name of one.
const SCOPES: usize = 100;
const SCOPE_CHARS: usize = 200;
const MOST_DAYS: u16 = 90;

/// What a key is stored under.
const KEY: &str = "key";

pub(super) fn name(text: &str) -> Result<String, Problem> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > NAME_CHARS || name.chars().any(char::is_control) {
        return Err(Problem::field("name", format!("Use 1 to {NAME_CHARS} characters")));
    }
    Ok(name)
}

/// Settings that mean something for the provider.
pub(super) fn settings(provider: Provider, settings: &FulfilmentSettings, own: Own<'_>) -> Result<(), Problem> {
    let refuse = |field: &str, fix: &str| Err(Problem::field(&format!("settings.{field}"), fix));
    let FulfilmentSettings { url, client_id, api_version, prefix, only, except, depth, low_water, owner, due_days } = settings;
    let has_address = matches!(provider, Provider::Stripe) || provider.is_asked() || provider == Provider::Booking;
    match url {
        Some(url) if has_address => {
            let address = outbound::check(url, own).map_err(|refused| Problem::field("settings.url", refused.to_string()))?;
            if provider.is_store() && address.as_str().contains('?') {
                return refuse("url", "Write the address of the shop alone, without a question mark and what follows");
            }
        }
        Some(_) => return refuse("url", "This way has no address: leave it out"),
        None if has_address && provider != Provider::Stripe => {
            return refuse("url", "Write the address, beginning with https://");
        }
        None => {}
    }
    if (client_id.is_some() || api_version.is_some()) && provider != Provider::Shopify {
        return refuse("client_id", "Clients and versions are of Shopify only: leave them out");
    }
    if api_version.as_deref().is_some_and(|version| !is_version(version)) {
        return refuse("api_version", "Write a version such as 2026-10");
    }
    if client_id
        .as_deref()
        .is_some_and(|id| id.is_empty() || id.len() > 100 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    {
        return refuse("client_id", "Copy the client id from the app's page: letters and digits");
    }
    let is_prefix = |text: &String| {
        (1..=code::PREFIX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    if prefix.is_some() && !provider.is_store() {
        return refuse("prefix", "Only codes that are made begin with something: leave it out");
    }
    if prefix.as_ref().is_some_and(|prefix| !is_prefix(prefix)) {
        return refuse("prefix", "Use 1 to 8 capital letters and digits");
    }
    if !only.is_empty() && !provider.is_store() || !except.is_empty() && provider != Provider::Woocommerce {
        return refuse(
            "only",
            "What codes are good for is told to stores, and what they are not good for to WooCommerce: leave it out",
        );
    }
    let is_scope = |text: &String| (1..=SCOPE_CHARS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if only.len() > SCOPES || except.len() > SCOPES || !only.iter().chain(except).all(is_scope) {
        return refuse("only", "Use at most 100 ids, as the store shows them");
    }
    if (depth.is_some() || low_water.is_some()) && provider != Provider::Pool {
        return refuse("depth", "depth and low_water are of a list of codes: leave them out");
    }
    if provider == Provider::Pool && !depth.is_some_and(|depth| (1..=1_000).contains(&depth)) {
        return refuse("depth", "Say what share each code takes off, per mille: 200 is 20 %");
    }
    if (owner.is_some() || due_days.is_some()) && provider != Provider::Task {
        return refuse("owner", "owner and due_days are of tasks: leave them out");
    }
    if due_days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
        return refuse("due_days", "Use 1 to 90 days");
    }
    Ok(())
}

/// Somebody of the team who can sign in.
pub(super) async fn owner(ctx: &Ctx, settings: &FulfilmentSettings) -> Result<(), Problem> {
    let Some(id) = &settings.owner else { return Ok(()) };
    let found = edits::carer(&ctx.db, id).await?.filter(|carer| !carer.is_disabled());
    found.map(drop).ok_or_else(|| Problem::field("settings.owner", "Nobody of the team has this id"))
}

/// A key in the form that its store gives it.
pub(super) fn secret(provider: Provider, settings: &FulfilmentSettings, secret: &str) -> Result<(), Problem> {
    let refuse = |fix: &str| Err(Problem::field("secret", fix));
    if secret.is_empty() || secret.len() > SECRET_CHARS || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return refuse("Copy the key alone: letters, digits and signs, no spaces");
    }
    match provider {
        Provider::Stripe if !(secret.starts_with("rk_") || secret.starts_with("sk_")) => {
            refuse("Copy a restricted key of Stripe: it begins with rk_")
        }
        Provider::Shopify if settings.client_id.is_none() && !secret.starts_with("shp") => {
            refuse("Copy an access token, which begins with shpat_, or write the client id and copy the client secret")
        }
        Provider::Woocommerce if !(secret.starts_with("ck_") && secret.contains(":cs_")) => {
            refuse("Write consumer key and consumer secret with a colon between them: ck_…:cs_…")
        }
        Provider::Pool | Provider::Booking | Provider::Task => refuse("This way has no key: leave it out"),
        _ => Ok(()),
    }
}

/// A key of ours, for a program that checks our signature.
pub(super) fn made(provider: Provider) -> Result<Option<String>, Problem> {
    if provider != Provider::Webhook {
        return Ok(None);
    }
    Ok(Some(format!("whsec_{}", STANDARD.encode(random::bytes::<32>()?))))
}

/// What stores a key in the place of the one before.
pub(super) fn store(ctx: &Ctx, way: &Id, secret: &str) -> Result<Vec<Statement>, Problem> {
    let row = random::id(ctx.now)?;
    let sealed = Vault::of(&ctx.env)?.seal(row.as_str(), secret)?;
    let owner = fulfilments::owner(way);
    Ok(vec![secrets::remove(&owner, None), secrets::add(&row, &owner, KEY, &sealed, ctx.now)])
}

fn is_version(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 7 && bytes.iter().enumerate().all(|(at, byte)| if at == 4 { *byte == b'-' } else { byte.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: Own<'_> = Own { host: "shop.example.com", local_port: None };

    #[test]
    fn settings_of_another_provider_are_refused_by_their_name() {
        let refused = |provider, given: FulfilmentSettings| match settings(provider, &given, OWN) {
            Err(Problem::Invalid(fields)) => fields.into_keys().next(),
            _ => None,
        };
        let url = |text: &str| FulfilmentSettings { url: Some(text.to_owned()), ..FulfilmentSettings::default() };
        assert_eq!(refused(Provider::Stripe, FulfilmentSettings::default()), None);
        assert_eq!(refused(Provider::Shopify, FulfilmentSettings::default()).as_deref(), Some("settings.url"));
        assert_eq!(refused(Provider::Shopify, url("https://a.myshopify.com")), None);
        for hostile in [
            "http://a.test",
            "https://127.0.0.1",
            "https://localhost",
            "https://shop.example.com",
            "https://a@b.test",
            "https://a.test:8443",
        ] {
            assert_eq!(refused(Provider::Woocommerce, url(hostile)).as_deref(), Some("settings.url"), "{hostile}");
        }
        assert_eq!(refused(Provider::Task, url("https://a.test")).as_deref(), Some("settings.url"));
        assert_eq!(refused(Provider::Pool, FulfilmentSettings::default()).as_deref(), Some("settings.depth"));
        let prefix = |text: &str| FulfilmentSettings { prefix: Some(text.to_owned()), ..FulfilmentSettings::default() };
        assert_eq!(refused(Provider::Stripe, prefix("BACK")), None);
        for bad in ["", "back", "TOOLONGER", "A B"] {
            assert_eq!(refused(Provider::Stripe, prefix(bad)).as_deref(), Some("settings.prefix"), "{bad}");
        }
    }

    #[test]
    fn a_key_has_the_form_that_its_store_gives_it() {
        let none = FulfilmentSettings::default();
        let client = FulfilmentSettings { client_id: Some("abc".to_owned()), ..FulfilmentSettings::default() };
        assert!(secret(Provider::Stripe, &none, "rk_test_1").is_ok() && secret(Provider::Stripe, &none, "pk_test_1").is_err());
        assert!(secret(Provider::Shopify, &none, "shpat_1").is_ok() && secret(Provider::Shopify, &none, "abc").is_err());
        assert!(secret(Provider::Shopify, &client, "abc").is_ok());
        assert!(
            secret(Provider::Woocommerce, &none, "ck_1:cs_1").is_ok() && secret(Provider::Woocommerce, &none, "ck_1").is_err()
        );
        assert!(secret(Provider::Pool, &none, "x").is_err() && secret(Provider::Stripe, &none, "rk_ 1").is_err());
    }
}
