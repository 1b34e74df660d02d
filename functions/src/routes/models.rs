//! What the live model rests on.

use axum::Json;
use shared::api::ModelResponse;

use crate::ctx::Ctx;
use crate::db::models;
use crate::problem::Problem;

/// The live model's card, null before the first scoring, and what other definitions of churn would have said.
#[utoipa::path(get, path = "/api/models", tag = "models", responses((status = 200, body = ModelResponse)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Json<ModelResponse>, Problem> {
    let (model, definitions) = match models::live(&ctx.db).await? {
        Some(live) => (Some(live.card), live.model.definitions),
        None => (None, Vec::new()),
    };
    Ok(Json(ModelResponse { model, definitions, versions: Vec::new() }))
}
