//! Records of one person: merged by hand, and taken apart again.

use axum::Json;
use shared::api::{Merge, MergeAnswer, Merges, MergesQuery, NewMerge};
use shared::audit::Action;
use shared::id::Id;
use shared::time::Millis;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::merges::{self, Told};
use crate::db::{DbError, erasure, fold, profile};
use crate::extract::{JsonBody, PathId, QueryString};
use crate::jobs;
use crate::merge::{self, Asked};
use crate::problem::Problem;

/// How often a merge is planned anew because what it rests on changed.
const TRIES: u32 = 4;

/// The reason of a merge that a person asked for.
const BY_HAND: &str = "by_hand";

/// Say that two records are one person. The record in `into` stays; everything of the other one goes to it, and can go back.
#[utoipa::path(post, path = "/api/customers/{id}/merge", tag = "customers", request_body = NewMerge,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = MergeAnswer), (status = 404, body = shared::api::Problem),
        (status = 409, body = shared::api::Problem), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn create(ctx: Ctx, PathId(id): PathId, JsonBody(given): JsonBody<NewMerge>) -> Result<Json<MergeAnswer>, Problem> {
    if given.into == id {
        return Err(Problem::field("into", "Name another customer: this one cannot be merged with itself"));
    }
    let loser = profile::row_id(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let winner = profile::row_id(&ctx.db, &given.into).await?;
    let winner = winner.ok_or_else(|| Problem::field("into", "Nobody has this id: copy it from the customer's page"))?;
    let mut tries = 1;
    loop {
        let log = audit::append(&ctx, Entry::new(Action::CustomersMerged).to("customer", &given.into, None).field("by hand"));
        let asked = Asked { reason: BY_HAND, user_id: ctx.who.user_id(), log: Some(log) };
        let planned = merge::plan(&ctx.db, winner, loser, Some(winner), asked, ctx.now).await?;
        let Some(mut statements) = planned else {
            return Err(Problem::Conflict("merged", "One of them is merged already, or is of the sample shop".to_owned()));
        };
        // Messages that are being applied look these two up again.
        statements.push(erasure::count());
        match ctx.db.batch(statements).await {
            Ok(_) => break,
            Err(error) if fold::is_stale(&error) && tries < TRIES => tries += 1,
            Err(error) => return Err(error.into()),
        }
    }
    jobs::ring(&ctx.env, &ctx.db).await;
    let merge = merges::newest_of(&ctx.db, loser).await?.ok_or(Problem::NotFound)?;
    Ok(Json(MergeAnswer { merge: wire(merge) }))
}

/// Merges that a customer was part of, the newest first.
#[utoipa::path(get, path = "/api/merges", tag = "customers", params(MergesQuery),
    responses((status = 200, body = Merges), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn list(ctx: Ctx, QueryString(asked): QueryString<MergesQuery>) -> Result<Json<Merges>, Problem> {
    let customer = profile::row_id(&ctx.db, &asked.customer).await?.ok_or(Problem::NotFound)?;
    let merges = merges::of(&ctx.db, customer).await?;
    Ok(Json(Merges { merges: merges.into_iter().map(wire).collect() }))
}

/// Take two records apart again. What came since the merge stays with the record that stayed.
#[utoipa::path(post, path = "/api/merges/{id}/undo", tag = "customers", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = MergeAnswer), (status = 404, body = shared::api::Problem),
        (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn undo(ctx: Ctx, PathId(id): PathId) -> Result<Json<MergeAnswer>, Problem> {
    let merge = merges::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let log = audit::append(&ctx, Entry::new(Action::MergeUndone).to("customer", &merge.winner_id, None));
    let mut statements = merge::undo(&merge, log, ctx.now);
    statements.push(erasure::count());
    match ctx.db.batch(statements).await {
        Err(error) if merges::is_too_late(&error) => return Err(too_late(&merge)),
        done => done?,
    };
    jobs::ring(&ctx.env, &ctx.db).await;
    Ok(Json(MergeAnswer { merge: shown(&ctx, &id).await? }))
}

fn too_late(merge: &merges::Merge) -> Problem {
    let detail = if merge.undone_at.is_some() {
        "These two were taken apart already"
    } else {
        "The record that stayed was merged into another one since: take those apart first"
    };
    Problem::Conflict("not_undoable", detail.to_owned())
}

async fn shown(ctx: &Ctx, id: &Id) -> Result<Merge, Problem> {
    Ok(wire(merges::told(&ctx.db, id).await?.ok_or_else(|| DbError::Bug("a merge is gone".to_owned()))?))
}

fn wire(row: Told) -> Merge {
    Merge {
        can_undo: row.can_undo(),
        id: row.public_id,
        winner: row.winner,
        winner_name: row.winner_name,
        loser: row.loser,
        loser_name: row.loser_name,
        reason: row.reason,
        by: row.by_name,
        at: Millis(row.created_at).rfc3339(),
        undone_at: row.undone_at.map(|at| Millis(at).rfc3339()),
    }
}
