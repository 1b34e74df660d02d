//! What of the plan is used.

use axum::Json;
use shared::api::LimitsResponse;

use crate::ctx::Ctx;
use crate::db::usage;
use crate::problem::Problem;

/// Rows, requests and storage beside what the plan allows, the last days, and what waits for tomorrow.
#[utoipa::path(get, path = "/api/limits", tag = "shop", responses((status = 200, body = LimitsResponse)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Json<LimitsResponse>, Problem> {
    Ok(Json(LimitsResponse { limits: usage::limits(&ctx.db, ctx.now).await? }))
}
