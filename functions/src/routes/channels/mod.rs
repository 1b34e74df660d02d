//! Ways to send: providers of mail and text messages, and the outbox of a local run.

mod change;
mod checked;
mod create;
mod test;

pub use change::{__path_change, __path_remove, change, remove};
pub use create::{__path_create, create};
pub use test::{__path_test, test};

use axum::Json;
use shared::api::{Sender, SenderAnswer, Senders};
use shared::campaign::Channel;
use shared::id::Id;
use shared::provider::Provider;
use shared::time::{Day, Millis};

use crate::ctx::Ctx;
use crate::db::senders::{self, SenderRow};
use crate::extract::PathId;
use crate::problem::Problem;
use crate::providers;
use crate::versioned::Versioned;

/// All ways to send, by channel: of two the higher priority sends, and the other one where it cannot.
#[utoipa::path(get, path = "/api/channels", tag = "channels", responses((status = 200, body = Senders)))]
#[worker::send]
pub async fn list(ctx: Ctx) -> Result<Json<Senders>, Problem> {
    let rows = senders::find(&ctx.db, None, ctx.now).await?;
    Ok(Json(Senders { channels: rows.into_iter().map(|row| wire(&ctx, row)).collect::<Result<_, _>>()? }))
}

/// One way to send.
#[utoipa::path(get, path = "/api/channels/{id}", tag = "channels", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = SenderAnswer), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn show(ctx: Ctx, PathId(id): PathId) -> Result<Versioned<SenderAnswer>, Problem> {
    answer(&ctx, &id).await
}

async fn answer(ctx: &Ctx, id: &Id) -> Result<Versioned<SenderAnswer>, Problem> {
    let channel = wire(ctx, find(ctx, id).await?)?;
    Ok(Versioned(channel.version, SenderAnswer { channel }))
}

async fn find(ctx: &Ctx, id: &Id) -> Result<SenderRow, Problem> {
    senders::find(&ctx.db, Some(id), ctx.now).await?.into_iter().next().ok_or(Problem::NotFound)
}

fn known(row: &SenderRow) -> Result<(Channel, Provider), Problem> {
    row.channel().zip(row.provider()).ok_or_else(|| Problem::Internal("a sender is of an unknown provider".to_owned()))
}

fn wire(ctx: &Ctx, row: SenderRow) -> Result<Sender, Problem> {
    let (channel, provider) = known(&row)?;
    let stored: Vec<String> = row.secrets().into_iter().map(|secret| secret.name).collect();
    let at = |at: i64| Millis(at).rfc3339();
    Ok(Sender {
        channel,
        provider,
        settings: row.settings(),
        state: row.state(),
        events_address: providers::events_address(&ctx.settings, provider, &row.public_id),
        hears_events: provider.verified_with().is_some_and(|needed| stored.iter().any(|name| name == needed)),
        stored,
        waits_until: row.waits_until.map(at),
        warm_from: row.warm_from.map(|day| Day(day).iso()),
        tested_at: row.tested_at.map(at),
        created_at: at(row.created_at),
        id: row.public_id,
        name: row.name,
        error: row.error,
        priority: row.priority,
        version: row.version,
    })
}
