//! The sample shop.

use axum::Json;
use shared::api::{Done, RunStatus};
use shared::audit::Action;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::{leases, runs, sample, shop};
use crate::jobs::{self, Job};
use crate::problem::Problem;
use crate::routes::runs::problem;

/// Take the sample shop out again, with all that was made of it.
///
/// `done` is false where that takes longer than 25 seconds: it goes on by itself.
#[utoipa::path(delete, path = "/api/sample", tag = "shop", responses((status = 200, body = Done)))]
#[worker::send]
pub async fn remove(ctx: Ctx) -> Result<Json<Done>, Problem> {
    if shop::read(&ctx.db).await?.sample.is_none() && !sample::any(&ctx.db).await? {
        return Ok(Json(Done { done: true }));
    }
    // The wake stands with the entry: what the log tells of happens, also where this request breaks off here.
    let log = audit::append(&ctx, Entry::new(Action::SampleRemoved));
    ctx.db.batch(vec![leases::wake(Job::SampleRemoval.name()), log]).await?;
    let run = jobs::run_now(&ctx.env, &ctx.db, Job::SampleRemoval).await.map_err(problem)?;
    let run = runs::find(&ctx.db, &run).await?;
    Ok(Json(Done { done: run.is_some_and(|run| run.status == RunStatus::Done) }))
}
