//! What the live model rests on.

use axum::Json;
use shared::api::ModelResponse;

use crate::ctx::Ctx;
use crate::db::models;
use crate::problem::Problem;

/// The live model's card; null before the first scoring.
#[utoipa::path(get, path = "/api/models", tag = "models", responses((status = 200, body = ModelResponse)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Json<ModelResponse>, Problem> {
    Ok(Json(ModelResponse { model: models::live(&ctx.db).await?.map(|live| live.card) }))
}
