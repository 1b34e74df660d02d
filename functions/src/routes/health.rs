//! Liveness.

use axum::Json;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth;
use crate::ctx::{Ctx, Who};
use crate::db::work;
use crate::problem::Problem;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HealthResponse {
    pub health: Health,
}

/// `work` only for those who are known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    pub version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work: Option<Work>,
}

/// What waits for a job, and since how many seconds the oldest of it is due.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Work {
    pub jobs_due: u32,
    pub oldest_due_seconds: Option<i64>,
}

/// Whether the worker and its database answer; with a token also how much work waits.
#[utoipa::path(get, path = "/healthz", tag = "service", responses((status = 200, body = HealthResponse)))]
#[worker::send]
pub async fn show(ctx: Ctx, headers: HeaderMap) -> Result<Json<HealthResponse>, Problem> {
    let due = work::due(&ctx.db).await?;
    let known = auth::recognise(&ctx, &headers).await.is_ok_and(|known| known.who != Who::Nobody);
    let work = known.then_some(Work { jobs_due: due.jobs, oldest_due_seconds: due.oldest_seconds });
    Ok(Json(HealthResponse { health: Health { version: env!("CARGO_PKG_VERSION").to_owned(), work } }))
}
