//! Changing and removing a source.

use axum::Json;
use shared::api::{Done, KeyChange, Source, SourceAnswer, SourceChange};
use shared::audit::Action;
use shared::source::{Family, Kind};

use super::create::{new_key, sealed};
use super::{checked, checked_secrets, find, kind_of, name, pull, secret_names, settings_of, wire};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::secrets::SecretRow;
use crate::db::sources::SourceRow;
use crate::db::{DbError, Outcome, leases, pulls, secrets, sources};
use crate::extract::{IfMatch, JsonBody, PathId};
use crate::problem::Problem;
use crate::sources::directory;
use crate::versioned::Versioned;

/// Change a source: its name, its settings, its secrets and keys, or whether it is paused.
///
/// `write_key` of a new key stands in this answer and nowhere else, unless pages use it. Secrets replace those that are stored, so that
/// a sender changes over by sending both, then the new one alone.
#[utoipa::path(patch, path = "/api/sources/{id}", tag = "sources", request_body = SourceChange,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = SourceAnswer), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<SourceChange>,
) -> Result<Versioned<SourceAnswer>, Problem> {
    let row = find(&ctx, &id).await?;
    let kind = kind_of(&row)?;
    let name = change.name.as_deref().map(name).transpose()?.unwrap_or_else(|| row.name.clone());
    let before = settings_of(&row);
    let settings = match change.settings.clone() {
        Some(settings) => checked(kind, settings, ctx.settings.own())?,
        None => before.clone(),
    };
    let json = serde_json::to_string(&settings).map_err(|error| Problem::Internal(error.to_string()))?;
    let changed = sources::Change { version, name: &name, settings: &json, paused: change.paused, now: ctx.now };
    let mut entry = Entry::new(Action::SourceChanged).to("source", &id, Some(&name)).value(
        "name",
        Some(row.name.clone()),
        Some(name.clone()),
    );
    if let Some(paused) = change.paused {
        let word = |truth: bool| Some(if truth { "yes" } else { "no" }.to_owned());
        entry = entry.value("paused", word(row.status == "paused"), word(paused));
    }
    let mut after = Vec::new();
    let is_moved = kind == Kind::Pull && !pull::keeps_token(&before, &settings, ctx.settings.own());
    if before != settings {
        entry = entry.field("settings");
        if kind == Kind::Pull {
            after.extend([pulls::change(&id, ctx.now), leases::wake(pulls::JOB)]);
        }
    }
    if is_moved && change.secrets.is_none() && row.secrets().iter().any(SecretRow::is_given) {
        entry = entry.field("secrets");
        after.push(secrets::remove(&sources::owner(&id), Some(secret_names(kind))));
    }
    if let Some(given) = &change.secrets {
        checked_secrets(kind, given)?;
        if given.is_empty() && kind != Kind::Pull {
            return Err(Problem::field("secrets", "Send one or two, the one in use first, or leave them out"));
        }
        entry = entry.field("secrets");
        after.push(secrets::remove(&sources::owner(&id), Some(secret_names(kind))));
        after.extend(sealed(&ctx, &id, kind, given)?);
    }
    if change.write_key.is_some() && kind.family() != Family::Key {
        return Err(Problem::field("write_key", "This kind of source signs with a secret and has no write key"));
    }
    let mut write_key = None;
    match change.write_key {
        Some(KeyChange::New) => {
            entry = entry.field("new_key");
            write_key = Some(new_key(&ctx, &id, kind, &mut after)?);
        }
        Some(KeyChange::Revoke) => {
            entry = entry.field("old_keys_revoked");
            after.push(sources::revoke_keys(&id, ctx.now, false));
        }
        None => {}
    }
    let mut statements = vec![sources::change(&id, changed), audit::append_if_changed(&ctx, entry)];
    statements.extend(after);
    settled(&ctx, &row, version, ctx.db.batch(statements).await).await?;
    directory::forget();
    let source = wire(&ctx, find(&ctx, &id).await?)?;
    let source = Source { write_key: write_key.or(source.write_key), ..source };
    Ok(Versioned(source.version, SourceAnswer { source }))
}

/// Remove a source: what it sent stays, and nothing more is taken.
#[utoipa::path(delete, path = "/api/sources/{id}", tag = "sources", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Done), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn remove(ctx: Ctx, PathId(id): PathId, IfMatch(version): IfMatch) -> Result<Json<Done>, Problem> {
    let row = find(&ctx, &id).await?;
    let entry = Entry::new(Action::SourceRemoved).to("source", &id, Some(&row.name));
    let statements = vec![
        sources::remove(&id, version, ctx.now),
        audit::append_if_changed(&ctx, entry),
        sources::revoke_keys(&id, ctx.now, true),
        secrets::remove(&sources::owner(&id), None),
    ];
    settled(&ctx, &row, version, ctx.db.batch(statements).await).await?;
    directory::forget();
    Ok(Json(Done { done: true }))
}

/// Says who was quicker where the source was not changed.
async fn settled(ctx: &Ctx, row: &SourceRow, yours: u32, done: Result<Vec<Outcome>, DbError>) -> Result<(), Problem> {
    match done {
        Ok(outcomes) if outcomes.first().is_some_and(|changed| changed.changes > 0) => Ok(()),
        Ok(_) => Err(Problem::NotFound),
        Err(error) if error.is_stale("sources") => {
            let current = wire(ctx, find(ctx, &row.public_id).await?)?;
            Err(Problem::stale(yours, current.version, &current))
        }
        Err(error) => Err(error.into()),
    }
}
