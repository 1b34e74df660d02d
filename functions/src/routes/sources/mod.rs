//! Sources: what pushes, with which keys and secrets.

mod change;
mod create;
mod messages;
mod pull;
mod stats;

pub use change::{__path_change, __path_remove, change, remove};
pub use create::{__path_create, create};
pub use messages::{__path_messages, messages};
pub use pull::{__path_pull, pull};
pub use stats::{__path_stats, stats};

use axum::Json;
use shared::api::{Source, SourceAnswer, SourceSettings, SourceStatus, Sources};
use shared::id::Id;
use shared::outbound::Own;
use shared::source::{Family, Kind};
use shared::time::Millis;

use crate::ctx::Ctx;
use crate::db::secrets::{self, SecretRow};
use crate::db::sources::{self, SourceRow};
use crate::extract::PathId;
use crate::problem::Problem;
use crate::vault::Vault;
use crate::versioned::Versioned;

const NAME_CHARS: usize = 100;

/// Pages that may send with one key, and the length of one.
const ORIGINS: usize = 50;
const ORIGIN_CHARS: usize = 255;

/// Of a sender's secret.
const SECRET_CHARS: usize = 500;

const MOST_DAILY_MESSAGES: u32 = 50_000_000;

/// All sources, in the order in which they were connected.
#[utoipa::path(get, path = "/api/sources", tag = "sources", responses((status = 200, body = Sources)))]
#[worker::send]
pub async fn list(ctx: Ctx) -> Result<Json<Sources>, Problem> {
    let rows = sources::find(&ctx.db, None).await?;
    let sources = rows.into_iter().map(|row| wire(&ctx, row)).collect::<Result<_, _>>()?;
    Ok(Json(Sources { sources }))
}

/// One source.
#[utoipa::path(get, path = "/api/sources/{id}", tag = "sources", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = SourceAnswer), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn show(ctx: Ctx, PathId(id): PathId) -> Result<Versioned<SourceAnswer>, Problem> {
    let source = wire(&ctx, find(&ctx, &id).await?)?;
    Ok(Versioned(source.version, SourceAnswer { source }))
}

async fn find(ctx: &Ctx, id: &Id) -> Result<SourceRow, Problem> {
    sources::find(&ctx.db, Some(id)).await?.into_iter().next().ok_or(Problem::NotFound)
}

fn wire(ctx: &Ctx, row: SourceRow) -> Result<Source, Problem> {
    let kind = kind_of(&row)?;
    let secrets = row.secrets();
    let at = |at: i64| Millis(at).rfc3339();
    Ok(Source {
        address: address(&ctx.settings.origin, kind, &row.public_id),
        settings: settings_of(&row),
        key_hints: row.key_hints(),
        write_key: shown_key(ctx, &secrets),
        secret: None,
        secrets: secrets.iter().filter(|secret| secret.is_given()).map(|secret| secret.name.clone()).collect(),
        status: match row.status.as_str() {
            "waiting" => SourceStatus::Waiting,
            "paused" => SourceStatus::Paused,
            "stopped" => SourceStatus::Stopped,
            _ => SourceStatus::Live,
        },
        kind,
        id: row.public_id,
        name: row.name,
        received_at: row.received_at.map(at),
        lag: row.lag,
        error: row.error,
        next_pull_at: row.next_pull_at.map(at),
        created_at: at(row.created_at),
        version: row.version,
    })
}

fn kind_of(row: &SourceRow) -> Result<Kind, Problem> {
    Kind::parse(&row.kind).ok_or_else(|| Problem::Internal("a source is of an unknown kind".to_owned()))
}

fn settings_of(row: &SourceRow) -> SourceSettings {
    serde_json::from_str(&row.settings).unwrap_or_default()
}

/// The write key that every visitor of a page can read anyway.
fn shown_key(ctx: &Ctx, secrets: &[SecretRow]) -> Option<String> {
    let row = secrets.iter().find(|secret| secret.name == secrets::WRITE_KEY)?;
    Vault::of_or_log(&ctx.env)?.open_or_log(&row.id, &row.sealed)
}

fn address(origin: &str, kind: Kind, id: &Id) -> String {
    match kind.family() {
        Family::Key => format!("{origin}/v1"),
        Family::Signature => format!("{origin}/hooks/{}/{id}", kind.as_str()),
        // Nobody sends anything there: its own address stands in its settings.
        Family::Pull => String::new(),
    }
}

fn name(text: &str) -> Result<String, Problem> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > NAME_CHARS || name.chars().any(char::is_control) {
        return Err(Problem::field("name", format!("Use 1 to {NAME_CHARS} characters")));
    }
    Ok(name)
}

/// Settings that mean something for the kind.
fn checked(kind: Kind, settings: SourceSettings, own: Own<'_>) -> Result<SourceSettings, Problem> {
    if kind == Kind::Pull {
        pull::checked(&settings, own)?;
        return Ok(settings);
    }
    let SourceSettings { url, file_kind, every_hours, columns, origins, site, daily_messages } = &settings;
    if url.is_some() || file_kind.is_some() || every_hours.is_some() || !columns.is_empty() {
        return Err(Problem::field("settings", "url, file_kind, every_hours and columns are of a pull only: leave them out"));
    }
    if !origins.is_empty() && kind != Kind::Browser {
        return Err(Problem::field("settings.origins", "Only a key that pages use is held to origins: leave them out"));
    }
    if origins.len() > ORIGINS || !origins.iter().all(|origin| is_origin(origin)) {
        return Err(Problem::field(
            "settings.origins",
            "Write each as a browser does, such as https://www.example.com, without a path",
        ));
    }
    if site.as_deref().is_some_and(|site| !is_origin(site)) {
        return Err(Problem::field(
            "settings.site",
            "Write where the shop's pages stand, such as https://www.example.com, without a path",
        ));
    }
    if daily_messages.is_some_and(|most| most == 0 || most > MOST_DAILY_MESSAGES) {
        return Err(Problem::field("settings.daily_messages", format!("Use 1 to {MOST_DAILY_MESSAGES}, or leave it out")));
    }
    Ok(settings)
}

/// As browsers send it: scheme, host in lower case, and a port that is not the scheme's own.
fn is_origin(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|host| {
        let is_part =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b':' | b'[' | b']');
        !host.is_empty() && text.len() <= ORIGIN_CHARS && host.bytes().all(is_part)
    })
}

/// One or two secrets of a sender, the one in use first.
fn checked_secrets(kind: Kind, secrets: &[String]) -> Result<(), Problem> {
    if secrets.is_empty() {
        return Ok(());
    }
    if secret_names(kind).is_empty() {
        return Err(Problem::field("secrets", "This kind of source has a write key and no secret: leave them out"));
    }
    let is_secret = |text: &String| {
        !text.trim().is_empty()
            && text.trim() == text
            && text.chars().count() <= SECRET_CHARS
            && !text.chars().any(char::is_control)
    };
    if kind == Kind::Pull && !secrets.iter().all(|secret| secret.bytes().all(|byte| byte.is_ascii_graphic())) {
        return Err(Problem::field(
            "secrets",
            "Send the token alone, without Bearer before it: letters, digits and signs, no spaces",
        ));
    }
    let most = secret_names(kind).len();
    if secrets.len() > most || !secrets.iter().all(is_secret) {
        return Err(Problem::field(
            "secrets",
            if most == 1 {
                format!("Send one token of at most {SECRET_CHARS} characters")
            } else {
                format!("Send one or two, the one in use first, of at most {SECRET_CHARS} characters")
            },
        ));
    }
    Ok(())
}

/// The names that a person's secrets are stored under, the first one's first: those of whoever signs every push of a store's or the user
/// ids of a page's, and the token that a file's address wants to see.
fn secret_names(kind: Kind) -> &'static [&'static str] {
    match kind.family() {
        Family::Pull => &[secrets::BEARER],
        Family::Signature => &secrets::SIGNING,
        Family::Key if kind == Kind::Browser => &secrets::SIGNING,
        Family::Key => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_where_a_sender_sends() {
        let id = Id::from_parts(0, &[0; 10]);
        assert_eq!(address("https://shop.test", Kind::Segment, &id), "https://shop.test/v1");
        assert_eq!(address("https://shop.test", Kind::Shopify, &id), format!("https://shop.test/hooks/shopify/{id}"));
    }

    #[test]
    fn an_origin_is_written_as_a_browser_sends_it() {
        for good in ["https://www.example.com", "http://localhost:8787", "https://xn--bcher-kva.example", "http://[::1]:80"] {
            assert!(is_origin(good), "{good}");
        }
        for bad in
            ["", "https://", "www.example.com", "https://Example.com", "https://example.com/", "https://*.example.com", "null"]
        {
            assert!(!is_origin(bad), "{bad}");
        }
    }

    const OWN: Own<'_> = Own { host: "shop.example.com", local_port: None };

    #[test]
    fn settings_of_another_kind_are_refused_by_their_name() {
        let refused = |kind, settings| match checked(kind, settings, OWN) {
            Err(Problem::Invalid(fields)) => fields.into_keys().next(),
            _ => None,
        };
        let origins = SourceSettings { origins: vec!["https://a.test".to_owned()], ..SourceSettings::default() };
        assert_eq!(refused(Kind::Segment, origins.clone()).as_deref(), Some("settings.origins"));
        assert_eq!(refused(Kind::Browser, origins), None);
        let none = SourceSettings { daily_messages: Some(0), ..SourceSettings::default() };
        assert_eq!(refused(Kind::Stripe, none).as_deref(), Some("settings.daily_messages"));
        let url = SourceSettings { url: Some("https://a.test".to_owned()), ..SourceSettings::default() };
        assert_eq!(refused(Kind::Stripe, url).as_deref(), Some("settings"));
    }

    #[test]
    fn at_most_two_secrets_and_none_for_a_servers_key() {
        let secrets = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert!(checked_secrets(Kind::Stripe, &secrets(&["whsec_1", "whsec_2"])).is_ok());
        assert!(checked_secrets(Kind::Segment, &[]).is_ok());
        assert!(checked_secrets(Kind::Segment, &secrets(&["a"])).is_err());
        for bad in [&["a", "b", "c"][..], &[""], &[" a"], &["a\n"], &["a", ""]] {
            assert!(checked_secrets(Kind::Stripe, &secrets(bad)).is_err(), "{bad:?}");
        }
    }
}
