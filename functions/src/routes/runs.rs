//! What the jobs did, and running one now.

use axum::Json;
use serde::Deserialize;
use shared::api::{NewRun, RunResponse, RunsResponse};
use shared::audit::Action;
use utoipa::IntoParams;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::runs;
use crate::extract::{JsonBody, QueryString};
use crate::jobs::{self, Job, JobError};
use crate::problem::Problem;

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Only runs of this job.
    pub job: Option<String>,
}

/// The newest 100 runs.
#[utoipa::path(get, path = "/api/runs", tag = "runs", params(Asked), responses((status = 200, body = RunsResponse)))]
#[worker::send]
pub async fn list(ctx: Ctx, QueryString(asked): QueryString<Asked>) -> Result<Json<RunsResponse>, Problem> {
    Ok(Json(RunsResponse { runs: runs::list(&ctx.db, asked.job.as_deref()).await? }))
}

/// Run a job now.
///
/// Answers with the run once it has ended, or after 25 seconds with the run as it then is: it goes on by itself. Where the job runs
/// already, the answer is that run.
#[utoipa::path(post, path = "/api/runs", tag = "runs", request_body = NewRun,
    responses((status = 200, body = RunResponse), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn create(ctx: Ctx, JsonBody(new): JsonBody<NewRun>) -> Result<Json<RunResponse>, Problem> {
    let names = || format!("Use one of {}", Job::ALL.map(Job::name).join(", "));
    let job = Job::parse(&new.job).ok_or_else(|| Problem::field("job", names()))?;
    // Before the run, which may outlast this request.
    audit::write(&ctx, Entry::new(Action::JobAsked).to("job", job.name(), Some(job.name()))).await?;
    let id = jobs::run_now(&ctx.env, &ctx.db, job).await.map_err(problem)?;
    let run = runs::find(&ctx.db, &id).await?.ok_or_else(|| Problem::Internal("a run has no row".to_owned()))?;
    Ok(Json(RunResponse { run }))
}

pub fn problem(error: JobError) -> Problem {
    match error {
        JobError::Lost => Problem::Busy,
        JobError::Db(error) => error.into(),
    }
}
