//! Connecting a source.

use axum::http::StatusCode;
use shared::api::{NewSource, Source, SourceAnswer};
use shared::audit::Action;
use shared::id::Id;
use shared::source::{Family, Kind};

use super::{checked, checked_secrets, find, name, secret_names, wire};
use crate::auth;
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::{Statement, leases, pulls, secrets, sources};
use crate::extract::JsonBody;
use crate::jobs;
use crate::problem::Problem;
use crate::random;
use crate::sources::directory;
use crate::vault::Vault;
use crate::versioned::Versioned;

/// What secret scanners find our write keys by: those of servers, which are secret, and those of pages, which are not.
const SERVER_KEY_PREFIX: &str = "rkw_";
const PAGE_KEY_PREFIX: &str = "rkp_";

/// Characters of a key's end that tell it from others.
const HINT: usize = 4;

/// Connect a source.
///
/// Its kind and a name are enough. `write_key` of a server's source, and `secret` where we make one, stand in this answer and nowhere
/// else. Secrets that the sender makes can be given now or later: until then all that it sends is refused.
#[utoipa::path(post, path = "/api/sources", tag = "sources", request_body = NewSource,
    responses((status = 201, body = SourceAnswer)))]
#[worker::send]
pub async fn create(ctx: Ctx, JsonBody(new): JsonBody<NewSource>) -> Result<(StatusCode, Versioned<SourceAnswer>), Problem> {
    let NewSource { kind, name: text, secrets: given, settings } = new;
    let name = name(&text)?;
    let settings = checked(kind, settings, ctx.settings.own())?;
    checked_secrets(kind, &given)?;
    let id = random::id(ctx.now)?;
    let entry =
        Entry::new(Action::SourceAdded).to("source", &id, Some(&name)).value("kind", None, Some(kind.as_str().to_owned()));
    let json = serde_json::to_string(&settings).map_err(|error| Problem::Internal(error.to_string()))?;
    let add = sources::New { public_id: &id, kind: kind.as_str(), name: &name, settings: &json, now: ctx.now };
    let mut statements = vec![sources::add(add), audit::append_if_changed(&ctx, entry)];
    let made = if given.is_empty() && makes_secret(kind) { Some(random::secret()?) } else { None };
    let signing = made.as_ref().map_or(given.as_slice(), std::slice::from_ref);
    statements.extend(sealed(&ctx, &id, kind, signing)?);
    if kind == Kind::Pull {
        statements.extend([pulls::add(&id, ctx.now), leases::wake(pulls::JOB)]);
    }
    let write_key = if kind.family() == Family::Key { Some(new_key(&ctx, &id, kind, &mut statements)?) } else { None };
    let outcomes = ctx.db.batch(statements).await?;
    if outcomes.first().is_none_or(|added| added.changes == 0) {
        return Err(Problem::Conflict(
            "too_many_sources",
            format!("There are {} sources already: remove some first", sources::MOST),
        ));
    }
    directory::forget();
    if kind == Kind::Pull {
        jobs::ring(&ctx.env, &ctx.db).await;
    }
    let source = wire(&ctx, find(&ctx, &id).await?)?;
    let source = Source { write_key, secret: made, ..source };
    Ok((StatusCode::CREATED, Versioned(source.version, SourceAnswer { source })))
}

/// The sender's form has a field for it and no secret of its own.
fn makes_secret(kind: Kind) -> bool {
    matches!(kind, Kind::Woocommerce | Kind::Browser)
}

/// Stores what a person gives, the one in use first.
pub(super) fn sealed(ctx: &Ctx, source: &Id, kind: Kind, secrets: &[String]) -> Result<Vec<Statement>, Problem> {
    secret_names(kind).iter().zip(secrets).map(|(name, secret)| seal(ctx, source, name, secret)).collect()
}

/// Makes a write key, and adds what stores it; a page's key is kept whole, since it is shown again.
pub(super) fn new_key(ctx: &Ctx, source: &Id, kind: Kind, statements: &mut Vec<Statement>) -> Result<String, Problem> {
    let prefix = if kind == Kind::Browser { PAGE_KEY_PREFIX } else { SERVER_KEY_PREFIX };
    let key = format!("{prefix}{}", random::secret()?);
    let hint = key.get(key.len() - HINT..).unwrap_or_default();
    statements.push(sources::add_key(source, &auth::hash(&key), hint, ctx.now));
    if kind == Kind::Browser {
        statements.push(secrets::remove(&sources::owner(source), Some(&[secrets::WRITE_KEY])));
        statements.push(seal(ctx, source, secrets::WRITE_KEY, &key)?);
    }
    Ok(key)
}

fn seal(ctx: &Ctx, source: &Id, name: &str, secret: &str) -> Result<Statement, Problem> {
    let row = random::id(ctx.now)?;
    let sealed = Vault::of(&ctx.env)?.seal(row.as_str(), secret)?;
    Ok(secrets::add(&row, &sources::owner(source), name, &sealed, ctx.now))
}
