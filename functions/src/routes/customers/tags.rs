//! `GET /api/tags`.

use axum::Json;
use shared::api::TagsResponse;

use crate::ctx::Ctx;
use crate::db::edits;
use crate::problem::Problem;

/// More than anybody chooses from.
const MOST: u32 = 200;

/// The tags in use, the most frequent first: at most 200.
#[utoipa::path(get, path = "/api/tags", tag = "customers", responses((status = 200, body = TagsResponse)))]
#[worker::send]
pub async fn list(ctx: Ctx) -> Result<Json<TagsResponse>, Problem> {
    Ok(Json(TagsResponse { tags: edits::tags_in_use(&ctx.db, MOST).await? }))
}
