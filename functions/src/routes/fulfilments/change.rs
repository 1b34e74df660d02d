//! Changing and removing a way of giving.

use axum::Json;
use shared::api::{Done, FulfilmentAnswer, FulfilmentChange, FulfilmentSettings};
use shared::audit::Action;
use shared::offer::fulfilment::State;
use shared::outbound::{self, Own};

use super::{answer, checked, find, provider_of, wire};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::fulfilments::{self, FulfilmentRow};
use crate::db::{DbError, Outcome, secrets};
use crate::extract::{IfMatch, JsonBody, PathId};
use crate::problem::Problem;
use crate::versioned::Versioned;

/// Change a way of giving: its name, its settings, its key, or whether it is paused.
///
/// A store is tested anew after a change of its key or its settings. Where the address changes to another server, and no key comes with
/// the change, the stored key is forgotten.
#[utoipa::path(patch, path = "/api/fulfilments/{id}", tag = "fulfilments", request_body = FulfilmentChange,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = FulfilmentAnswer), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<FulfilmentChange>,
) -> Result<Versioned<FulfilmentAnswer>, Problem> {
    let row = find(&ctx, &id).await?;
    let provider = provider_of(&row)?;
    let name = change.name.as_deref().map(checked::name).transpose()?.unwrap_or_else(|| row.name.clone());
    let before = row.settings();
    let settings = change.settings.clone().unwrap_or_else(|| before.clone());
    checked::settings(provider, &settings, ctx.settings.own())?;
    checked::owner(&ctx, &settings).await?;
    let is_moved = !is_same_server(&before, &settings, ctx.settings.own());
    let mut entry = Entry::new(Action::FulfilmentChanged).to("fulfilment", &id, Some(&name)).value(
        "name",
        Some(row.name.clone()),
        Some(name.clone()),
    );
    let mut after = Vec::new();
    if before != settings {
        entry = entry.field("settings");
    }
    if let Some(secret) = &change.secret {
        checked::secret(provider, &settings, secret)?;
        entry = entry.field("secret");
        after.extend(checked::store(&ctx, &id, secret)?);
    } else if is_moved && row.secret().is_some() {
        entry = entry.field("secret");
        after.push(secrets::remove(&fulfilments::owner(&id), None));
    }
    let is_other = before != settings || change.secret.is_some();
    let state = match change.paused {
        Some(true) => State::Paused,
        _ if is_other && provider.is_asked() => State::Untested,
        Some(false) if row.state() == State::Paused && provider.is_asked() => State::Untested,
        Some(false) if row.state() == State::Paused => State::Live,
        _ => row.state(),
    };
    entry = entry.value("state", Some(row.state().code().to_owned()), Some(state.code().to_owned()));
    let json = serde_json::to_string(&settings).map_err(|error| Problem::Internal(error.to_string()))?;
    let changed = fulfilments::Change { version, name: &name, settings: &json, state, now: ctx.now };
    let mut statements = vec![fulfilments::change(&id, changed), audit::append_if_changed(&ctx, entry)];
    statements.extend(after);
    settled(&ctx, &row, version, ctx.db.batch(statements).await).await?;
    answer(&ctx, &id).await
}

/// Remove a way of giving: what it gave stays good, and nothing more is given by it.
#[utoipa::path(delete, path = "/api/fulfilments/{id}", tag = "fulfilments", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Done), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn remove(ctx: Ctx, PathId(id): PathId, IfMatch(version): IfMatch) -> Result<Json<Done>, Problem> {
    let row = find(&ctx, &id).await?;
    let entry = Entry::new(Action::FulfilmentRemoved).to("fulfilment", &id, Some(&row.name));
    let statements = vec![
        fulfilments::remove(&id, version, ctx.now),
        audit::append_if_changed(&ctx, entry),
        secrets::remove(&fulfilments::owner(&id), None),
    ];
    settled(&ctx, &row, version, ctx.db.batch(statements).await).await?;
    Ok(Json(Done { done: true }))
}

/// Whether a stored key may go to the new address: another server must not get what was meant for the one before.
fn is_same_server(before: &FulfilmentSettings, after: &FulfilmentSettings, own: Own<'_>) -> bool {
    let address = |settings: &FulfilmentSettings| outbound::check(settings.url.as_deref().unwrap_or_default(), own).ok();
    match (address(before), address(after)) {
        (Some(before), Some(after)) => before.is_of_same_server(&after),
        (before, after) => before.is_none() && after.is_none(),
    }
}

/// Says who was quicker where nothing was changed.
async fn settled(ctx: &Ctx, row: &FulfilmentRow, yours: u32, done: Result<Vec<Outcome>, DbError>) -> Result<(), Problem> {
    match done {
        Ok(outcomes) if outcomes.first().is_some_and(|changed| changed.changes > 0) => Ok(()),
        Ok(_) => Err(Problem::NotFound),
        Err(error) if error.is_stale("fulfilments") => {
            let current = wire(find(ctx, &row.public_id).await?)?;
            Err(Problem::stale(yours, current.version, &current))
        }
        Err(error) => Err(error.into()),
    }
}
