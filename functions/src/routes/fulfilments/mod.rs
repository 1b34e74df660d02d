//! Ways of giving what was offered: stores, uploaded codes, programs, booking pages, people.

mod change;
mod checked;
mod create;
mod pool;
mod test;

pub use change::{__path_change, __path_remove, change, remove};
pub use create::{__path_create, create};
pub use pool::{__path_upload, upload};
pub use test::{__path_test, test};

use axum::Json;
use shared::api::{FulfilmentAnswer, FulfilmentWay, Fulfilments, PoolCount};
use shared::id::Id;
use shared::offer::fulfilment::Provider;
use shared::time::Millis;

use crate::ctx::Ctx;
use crate::db::fulfilments::{self, FulfilmentRow};
use crate::extract::PathId;
use crate::problem::Problem;
use crate::versioned::Versioned;

/// Of a list of codes, where nobody says otherwise: fewer are too few.
const LOW_WATER: u32 = 50;

/// All ways, in the order in which they were set up: of two that can give the same, the first live one does.
#[utoipa::path(get, path = "/api/fulfilments", tag = "fulfilments", responses((status = 200, body = Fulfilments)))]
#[worker::send]
pub async fn list(ctx: Ctx) -> Result<Json<Fulfilments>, Problem> {
    let rows = fulfilments::find(&ctx.db, None, ctx.now).await?;
    Ok(Json(Fulfilments { fulfilments: rows.into_iter().map(wire).collect::<Result<_, _>>()? }))
}

/// One way.
#[utoipa::path(get, path = "/api/fulfilments/{id}", tag = "fulfilments", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = FulfilmentAnswer), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn show(ctx: Ctx, PathId(id): PathId) -> Result<Versioned<FulfilmentAnswer>, Problem> {
    answer(&ctx, &id).await
}

async fn answer(ctx: &Ctx, id: &Id) -> Result<Versioned<FulfilmentAnswer>, Problem> {
    let fulfilment = wire(find(ctx, id).await?)?;
    Ok(Versioned(fulfilment.version, FulfilmentAnswer { fulfilment }))
}

async fn find(ctx: &Ctx, id: &Id) -> Result<FulfilmentRow, Problem> {
    fulfilments::find(&ctx.db, Some(id), ctx.now).await?.into_iter().next().ok_or(Problem::NotFound)
}

fn provider_of(row: &FulfilmentRow) -> Result<Provider, Problem> {
    row.provider().ok_or_else(|| Problem::Internal("a fulfilment is of an unknown provider".to_owned()))
}

fn wire(row: FulfilmentRow) -> Result<FulfilmentWay, Problem> {
    let provider = provider_of(&row)?;
    let settings = row.settings();
    let low = u64::from(settings.low_water.unwrap_or(LOW_WATER));
    let pool = PoolCount { stored: row.stored, free: row.free, is_low: row.free < low };
    let at = |at: i64| Millis(at).rfc3339();
    Ok(FulfilmentWay {
        provider,
        state: row.state(),
        has_secret: row.secret().is_some(),
        secret: None,
        waits_until: row.waits_until.map(at),
        pool: (provider == Provider::Pool).then_some(pool),
        tested_at: row.tested_at.map(at),
        created_at: at(row.created_at),
        id: row.public_id,
        name: row.name,
        error: row.error,
        version: row.version,
        settings,
    })
}
