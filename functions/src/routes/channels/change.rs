//! Changing and removing a way to send.

use axum::Json;
use shared::api::{Done, SenderAnswer, SenderChange, SenderSettings};
use shared::audit::Action;
use shared::provider::Provider;
use shared::time::Day;

use super::{answer, checked, find, known, wire};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::senders::{self, SenderRow};
use crate::db::{DbError, Outcome, secrets};
use crate::extract::{IfMatch, JsonBody, PathId};
use crate::problem::Problem;
use crate::sources;
use crate::versioned::Versioned;

/// Change a way to send. It is tested anew after a change of how it is asked.
///
/// With another provider or another base address, what is stored to be asked with is forgotten, unless it comes with the change.
#[utoipa::path(patch, path = "/api/channels/{id}", tag = "channels", request_body = SenderChange,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = SenderAnswer), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<SenderChange>,
) -> Result<Versioned<SenderAnswer>, Problem> {
    let row = find(&ctx, &id).await?;
    let (channel_before, provider_before) = known(&row)?;
    let provider = change.provider.unwrap_or(provider_before);
    checked::provider(&ctx, provider)?;
    let channel = checked::channel(provider, Some(channel_before).filter(|channel| provider.channels().contains(channel)))?;
    let name = change.name.as_deref().map(checked::name).transpose()?.unwrap_or_else(|| row.name.clone());
    let before = row.settings();
    let settings = checked::settings(provider, channel, merged(&before, &change), ctx.settings.own())?;
    let given = change.credentials.clone().unwrap_or_default();
    let given = checked::credentials(provider, given)?;
    let priority = change.priority.map(checked::priority).transpose()?.unwrap_or(row.priority);
    let warm_from = match change.warm_up {
        Some(true) => Some(row.warm_from.map_or_else(|| ctx.now.day(), Day)),
        Some(false) => None,
        None => row.warm_from.map(Day),
    };
    let is_moved = provider != provider_before || base(provider, &settings) != base(provider_before, &before);
    let is_other = is_moved || settings != before || !given.is_empty();
    let mut entry = Entry::new(Action::ChannelChanged).to("channel", &id, Some(&name)).value(
        "name",
        Some(row.name.clone()),
        Some(name.clone()),
    );
    entry = entry.value("provider", Some(provider_before.code().to_owned()), Some(provider.code().to_owned()));
    for (field, is_changed) in [
        ("settings", settings != before),
        ("credentials", !given.is_empty() || is_moved && !row.secrets().is_empty()),
        ("priority", priority != row.priority),
        ("warm_up", warm_from != row.warm_from.map(Day)),
    ] {
        if is_changed {
            entry = entry.field(field);
        }
    }
    let json = serde_json::to_string(&settings).map_err(|error| Problem::Internal(error.to_string()))?;
    let changed =
        senders::Change { version, channel, provider, name: &name, settings: &json, priority, warm_from, is_other, now: ctx.now };
    let mut statements = vec![senders::change(&id, changed), audit::append_if_changed(&ctx, entry)];
    if is_moved {
        statements.push(secrets::remove(&senders::owner(&id), None));
    }
    statements.extend(checked::store(&ctx, &id, &given)?);
    settled(&ctx, &row, version, ctx.db.batch(statements).await).await?;
    sources::forget_sender(&id);
    answer(&ctx, &id).await
}

/// Remove a way to send: nothing more goes out by it, and what its provider tells from then on is not heard.
#[utoipa::path(delete, path = "/api/channels/{id}", tag = "channels", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Done), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn remove(ctx: Ctx, PathId(id): PathId, IfMatch(version): IfMatch) -> Result<Json<Done>, Problem> {
    let row = find(&ctx, &id).await?;
    let entry = Entry::new(Action::ChannelRemoved).to("channel", &id, Some(&row.name));
    let statements = vec![
        senders::remove(&id, version, ctx.now),
        audit::append_if_changed(&ctx, entry),
        secrets::remove(&senders::owner(&id), None),
    ];
    settled(&ctx, &row, version, ctx.db.batch(statements).await).await?;
    sources::forget_sender(&id);
    Ok(Json(Done { done: true }))
}

fn merged(before: &SenderSettings, change: &SenderChange) -> SenderSettings {
    let either = |now: &Option<Option<String>>, before: &Option<String>| now.clone().unwrap_or_else(|| before.clone());
    SenderSettings {
        base_url: either(&change.base_url, &before.base_url),
        from: either(&change.from, &before.from),
        from_name: either(&change.from_name, &before.from_name),
        reply_to: either(&change.reply_to, &before.reply_to),
        unsubscribe_mail: either(&change.unsubscribe_mail, &before.unsubscribe_mail),
    }
}

/// Where it is asked: to write the provider's own address out is no change.
fn base(provider: Provider, settings: &SenderSettings) -> Option<String> {
    settings.base_url.clone().or_else(|| provider.base().map(str::to_owned))
}

/// Says who was quicker where nothing was changed.
async fn settled(ctx: &Ctx, row: &SenderRow, yours: u32, done: Result<Vec<Outcome>, DbError>) -> Result<(), Problem> {
    match done {
        Ok(outcomes) if outcomes.first().is_some_and(|changed| changed.changes > 0) => Ok(()),
        Ok(_) => Err(Problem::NotFound),
        Err(error) if error.is_stale("senders") => {
            let current = wire(ctx, find(ctx, &row.public_id).await?)?;
            Err(Problem::stale(yours, current.version, &current))
        }
        Err(error) => Err(error.into()),
    }
}
