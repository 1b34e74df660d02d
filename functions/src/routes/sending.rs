//! How the shop sends: its rules, and the brake on everything.

use axum::Json;
use shared::api::{Sending, SendingResponse};
use shared::audit::Action;
use shared::campaign::Rules;

use crate::backlog;
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::{leases, sending};
use crate::extract::{IfMatch, JsonBody};
use crate::jobs;
use crate::problem::Problem;
use crate::versioned::Versioned;

/// The rules that hold, and whether anything is sent at all.
#[utoipa::path(get, path = "/api/sending", tag = "sending", responses((status = 200, body = SendingResponse)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Versioned<SendingResponse>, Problem> {
    let row = sending::read(&ctx.db).await?;
    let is_waiting_for_opt_outs = !backlog::is_empty(&ctx.env).await.unwrap_or(false);
    let sending = Sending { is_stopped: row.is_stopped(), is_waiting_for_opt_outs, rules: row.rules(), version: row.version };
    Ok(Versioned(row.version, SendingResponse { sending }))
}

/// Set the rules. What is left out is the default, and never without a limit; they hold from the next message on.
#[utoipa::path(put, path = "/api/sending", tag = "sending", request_body = Rules,
    responses((status = 200, body = SendingResponse), (status = 412, body = shared::api::Problem)))]
#[worker::send]
pub async fn replace(
    ctx: Ctx,
    IfMatch(version): IfMatch,
    JsonBody(rules): JsonBody<Rules>,
) -> Result<Versioned<SendingResponse>, Problem> {
    rules.check().map_err(Problem::Invalid)?;
    let log = audit::append(&ctx, Entry::new(Action::SendingRulesChanged));
    match sending::replace(&ctx.db, &rules, version, ctx.now, log).await {
        Err(error) if error.is_stale("sending") => {
            let Versioned(current, answer) = show(ctx).await?;
            return Err(Problem::stale(version, current, &answer.sending));
        }
        done => done?,
    }
    show(ctx).await
}

/// Stop all sending: nothing is handed to any provider from now on.
#[utoipa::path(post, path = "/api/sending/stop", tag = "sending", responses((status = 200, body = SendingResponse)))]
#[worker::send]
pub async fn stop(ctx: Ctx) -> Result<Json<SendingResponse>, Problem> {
    let log = audit::append_if_changed(&ctx, Entry::new(Action::SendingStopped));
    ctx.db.batch(vec![sending::stop(true, ctx.now), log]).await?;
    let Versioned(_, answer) = show(ctx).await?;
    Ok(Json(answer))
}

/// Let sending go on: what became due meanwhile goes through caps, hours and expiry anew.
#[utoipa::path(post, path = "/api/sending/resume", tag = "sending", responses((status = 200, body = SendingResponse)))]
#[worker::send]
pub async fn resume(ctx: Ctx) -> Result<Json<SendingResponse>, Problem> {
    let log = audit::append_if_changed(&ctx, Entry::new(Action::SendingResumed));
    ctx.db.batch(vec![sending::stop(false, ctx.now), log, leases::wake(jobs::plan::JOB)]).await?;
    jobs::ring(&ctx.env, &ctx.db).await;
    let Versioned(_, answer) = show(ctx).await?;
    Ok(Json(answer))
}
