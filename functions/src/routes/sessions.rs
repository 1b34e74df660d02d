//! Sessions that have not ended, one's own and everybody's.

use axum::Json;
use axum::extract::Path;
use shared::api::{Done, Permission, SessionsQuery, SessionsResponse};
use shared::audit::Action;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::sessions::{self, SessionRow};
use crate::extract::QueryString;
use crate::problem::Problem;

/// Your sessions; with `all=true` everybody's, for those who may manage people.
#[utoipa::path(get, path = "/api/sessions", tag = "people", params(SessionsQuery), responses((status = 200, body = SessionsResponse)))]
#[worker::send]
pub async fn list(ctx: Ctx, QueryString(query): QueryString<SessionsQuery>) -> Result<Json<SessionsResponse>, Problem> {
    if query.all && !ctx.who.may(Permission::Admin) {
        return Err(Problem::Forbidden("Only an owner of this shop sees everybody's sessions"));
    }
    let whose = if query.all { None } else { ctx.who.user_id() };
    let sessions = sessions::live(&ctx.db, whose, ctx.now).await?;
    Ok(Json(SessionsResponse { sessions: sessions.iter().map(|row| row.wire(ctx.session.as_deref())).collect() }))
}

/// End a session: your own, or anybody's for those who may manage people.
#[utoipa::path(delete, path = "/api/sessions/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 200, body = Done)))]
#[worker::send]
pub async fn end(ctx: Ctx, Path(id): Path<String>) -> Result<Json<Done>, Problem> {
    let whose = if ctx.who.may(Permission::Admin) { None } else { ctx.who.user_id() };
    let session = sessions::by_id(&ctx.db, &id, whose).await?.ok_or(Problem::NotFound)?;
    sessions::end(&ctx.db, &[&session.token_hash], vec![audit::append(&ctx, entry(&session))]).await?;
    Ok(Json(Done { done: true }))
}

/// End all your sessions but this one.
#[utoipa::path(delete, path = "/api/sessions", tag = "people", responses((status = 200, body = Done)))]
#[worker::send]
pub async fn end_others(ctx: Ctx) -> Result<Json<Done>, Problem> {
    let mut others = sessions::live(&ctx.db, ctx.who.user_id(), ctx.now).await?;
    others.retain(|row| ctx.session.as_deref() != Some(row.token_hash.as_str()));
    let hashes: Vec<_> = others.iter().map(|row| row.token_hash.as_str()).collect();
    let logs = others.iter().map(|row| audit::append(&ctx, entry(row))).collect();
    sessions::end(&ctx.db, &hashes, logs).await?;
    Ok(Json(Done { done: true }))
}

fn entry(session: &SessionRow) -> Entry {
    Entry::new(Action::SessionEnded).to("person", &session.public_id, Some(&session.name))
}
