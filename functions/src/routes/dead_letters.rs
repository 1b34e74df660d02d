//! Messages that could not be applied: seen, mended, sent again or dropped.

use axum::Json;
use shared::api::{
    DeadLetter, DeadLetterAnswer, DeadLetterChange, DeadLetters, DeadLettersMeta, DeadLettersQuery, DeadLettersReplay,
    DeadLettersReplayed,
};
use shared::audit::Action;
use shared::id::Id;
use shared::source::Refusal;
use shared::time::Millis;

use crate::ctx::Ctx;
use crate::db::DbError;
use crate::db::audit::{self, Entry};
use crate::db::dead_letters as store;
use crate::extract::{IfMatch, JsonBody, PathId, QueryString, row_cursor};
use crate::jobs;
use crate::problem::Problem;
use crate::versioned::Versioned;

const PAGE: u32 = 50;
const MOST: u32 = 200;

/// A mended body has no more than what a source may push at once, in bytes.
const BODY: usize = 1_000_000;

/// Messages that could not be applied, the newest first.
#[utoipa::path(get, path = "/api/dead-letters", tag = "sources", params(DeadLettersQuery),
    responses((status = 200, body = DeadLetters), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn list(ctx: Ctx, QueryString(asked): QueryString<DeadLettersQuery>) -> Result<Json<DeadLetters>, Problem> {
    let limit = asked.limit.unwrap_or(PAGE);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::field("limit", format!("Use 1 to {MOST}")));
    }
    let status = asked.status.as_deref().unwrap_or("dead");
    if !["dead", "replayed", "dropped"].contains(&status) {
        return Err(Problem::field("status", "Use dead, replayed or dropped"));
    }
    let before = asked.cursor.as_deref().map(row_cursor).transpose()?;
    let mut found = store::list(&ctx.db, asked.source.as_ref(), status, before, limit + 1).await?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next_cursor = found.last().filter(|_| has_more).map(|letter| letter.id.to_string());
    let total = store::total(&ctx.db, asked.source.as_ref(), status).await?;
    Ok(Json(DeadLetters { dead_letters: found.into_iter().map(wire).collect(), meta: DeadLettersMeta { total, next_cursor } }))
}

/// One message that could not be applied.
#[utoipa::path(get, path = "/api/dead-letters/{id}", tag = "sources", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = DeadLetterAnswer), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn show(ctx: Ctx, PathId(id): PathId) -> Result<Versioned<DeadLetterAnswer>, Problem> {
    answer(&ctx, &id).await
}

/// Send it again, as it is or mended, or drop it.
#[utoipa::path(patch, path = "/api/dead-letters/{id}", tag = "sources", request_body = DeadLetterChange,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = DeadLetterAnswer), (status = 404, body = shared::api::Problem),
        (status = 409, body = shared::api::Problem), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<DeadLetterChange>,
) -> Result<Versioned<DeadLetterAnswer>, Problem> {
    let letter = store::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    if letter.version == version && letter.status != "dead" {
        return Err(Problem::Conflict("settled", format!("This message was {} already", letter.status)));
    }
    let log = |action| audit::append(&ctx, Entry::new(action).to("source", &letter.source, Some(&letter.source_name)));
    let done = match &change {
        DeadLetterChange::Replay { body } => {
            let body = body.as_deref();
            checked(body)?;
            let mended = body.filter(|body| *body != letter.body);
            let mut entry = Entry::new(Action::DeadLetterReplayed).to("source", &letter.source, Some(&letter.source_name));
            if mended.is_some() {
                entry = entry.field("body");
            }
            store::replay(&ctx.db, letter.id, version, mended, audit::append(&ctx, entry)).await
        }
        DeadLetterChange::Drop => store::drop_letter(&ctx.db, letter.id, version, ctx.now, log(Action::DeadLetterDropped)).await,
    };
    settled(&ctx, &id, version, done).await?;
    if matches!(change, DeadLetterChange::Replay { .. }) {
        jobs::ring(&ctx.env, &ctx.db).await;
    }
    answer(&ctx, &id).await
}

/// Send all dead messages of a source again, each as it is.
#[utoipa::path(post, path = "/api/dead-letters/replay", tag = "sources", request_body = DeadLettersReplay,
    responses((status = 200, body = DeadLettersReplayed), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn replay(ctx: Ctx, JsonBody(asked): JsonBody<DeadLettersReplay>) -> Result<Json<DeadLettersReplayed>, Problem> {
    let name = store::source_name(&ctx.db, &asked.source).await?;
    let name = name.ok_or_else(|| Problem::field("source", "Use the id of one of your sources"))?;
    let log = audit::append_if_changed(&ctx, Entry::new(Action::DeadLettersReplayed).to("source", &asked.source, Some(&name)));
    let replayed = store::replay_all(&ctx.db, &asked.source, log).await?;
    if replayed > 0 {
        jobs::ring(&ctx.env, &ctx.db).await;
    }
    Ok(Json(DeadLettersReplayed { replayed }))
}

/// Reading it may fail again, which is told as before; only what is no JSON at all is refused at once.
fn checked(body: Option<&str>) -> Result<(), Problem> {
    let Some(body) = body else { return Ok(()) };
    if body.len() > BODY {
        return Err(Problem::field("body", "Use at most 1 MB"));
    }
    match serde_json::from_str::<serde::de::IgnoredAny>(body) {
        Ok(_) => Ok(()),
        Err(error) => Err(Problem::field("body", format!("Line {}, column {} is no JSON", error.line(), error.column()))),
    }
}

async fn answer(ctx: &Ctx, id: &Id) -> Result<Versioned<DeadLetterAnswer>, Problem> {
    let letter = store::find(&ctx.db, id).await?.ok_or(Problem::NotFound)?;
    Ok(Versioned(letter.version, DeadLetterAnswer { dead_letter: wire(letter) }))
}

/// Says who was quicker where nothing was changed.
async fn settled(ctx: &Ctx, id: &Id, yours: u32, done: Result<(), DbError>) -> Result<(), Problem> {
    match done {
        Err(error) if error.is_stale("dead_letters") => {
            let Versioned(_, DeadLetterAnswer { dead_letter: current }) = answer(ctx, id).await?;
            Err(Problem::stale(yours, current.version, &current))
        }
        done => Ok(done?),
    }
}

fn wire(letter: store::DeadLetter) -> DeadLetter {
    DeadLetter {
        id: letter.public_id,
        source: letter.source,
        source_name: letter.source_name,
        key: letter.key,
        topic: letter.topic,
        body: letter.body,
        refusal: Refusal { field: letter.field, reason: letter.reason, fix: letter.fix },
        status: letter.status,
        received_at: Millis(letter.received_at).rfc3339(),
        died_at: Millis(letter.died_at).rfc3339(),
        version: letter.version,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mended_body_is_json_of_a_bounded_size() {
        assert!(checked(None).is_ok() && checked(Some("{\"a\":1}")).is_ok());
        for refused in ["", "{", "{} {}", &format!("\"{}\"", "x".repeat(BODY))] {
            assert!(checked(Some(refused)).is_err(), "{:.20}", refused);
        }
    }
}
