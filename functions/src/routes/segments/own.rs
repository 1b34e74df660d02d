//! Segments that marketers define.

use axum::Json;
use axum::http::StatusCode;
use shared::api::{Done, NewSegment, SegmentChange, SegmentKind, SegmentResponse, SegmentRow};
use shared::audit::Action;
use shared::id::Id;
use shared::money::Currency;
use shared::segment::Declared;
use shared::segment::filter::Filter;
use shared::time::Millis;

use super::{brief, count};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::db::audit::{self, Entry};
use crate::db::segments::{self, Content, Own};
use crate::extract::{IfMatch, JsonBody, PathId};
use crate::problem::Problem;
use crate::random;
use crate::versioned::Versioned;

pub const NAME_CHARS: usize = 100;

/// Save a segment; its filter is checked and counted first.
#[utoipa::path(post, path = "/api/segments", tag = "segments", request_body = NewSegment,
    responses((status = 201, body = SegmentResponse), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn create(ctx: Ctx, JsonBody(new): JsonBody<NewSegment>) -> Result<(StatusCode, Versioned<SegmentResponse>), Problem> {
    let content = content(&ctx, &new.name, &new.filter).await?;
    let id = random::id(ctx.now)?;
    let log = audit::append_if_changed(&ctx, entry(Action::SegmentSaved, &id, &content.name));
    if !segments::add(&ctx.db, &id, &content, ctx.who.user_id(), ctx.now, log).await? {
        let detail = format!("There are {} segments already: remove some first", segments::MOST);
        return Err(Problem::Conflict("too_many_segments", detail));
    }
    Ok((StatusCode::CREATED, answer(&ctx, &id).await?))
}

/// Change the name or the filter of a segment that a marketer defined.
#[utoipa::path(patch, path = "/api/segments/{id}", tag = "segments", request_body = SegmentChange,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = SegmentResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<SegmentChange>,
) -> Result<Versioned<SegmentResponse>, Problem> {
    let own = segments::own_of(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let filter: Option<Filter> = change.filter.or_else(|| serde_json::from_str(&own.filter).ok());
    let filter = filter.ok_or_else(|| Problem::field("filter", "The filter cannot be read: write it anew"))?;
    let after = content(&ctx, change.name.as_deref().unwrap_or(&own.name), &filter).await?;
    let changes = entry(Action::SegmentChanged, &id, &after.name);
    let changes = if own.digest == after.digest { changes } else { changes.field("filter") };
    let changes =
        if own.name == after.name { changes } else { changes.value("name", Some(own.name.clone()), Some(after.name.clone())) };
    let log = audit::append_if_changed(&ctx, changes);
    settled(&ctx, &id, version, segments::change(&ctx.db, own.id, version, &after, ctx.now, log).await).await?;
    answer(&ctx, &id).await
}

/// Remove a segment that a marketer defined; its customers stay.
#[utoipa::path(delete, path = "/api/segments/{id}", tag = "segments", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Done), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn remove(ctx: Ctx, PathId(id): PathId, IfMatch(version): IfMatch) -> Result<Json<Done>, Problem> {
    let own = segments::own_of(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let log = audit::append_if_changed(&ctx, entry(Action::SegmentRemoved, &id, &own.name));
    settled(&ctx, &id, version, segments::remove(&ctx.db, own.id, version, log).await).await?;
    Ok(Json(Done { done: true }))
}

/// A row of the list, with what its filter names and is gone.
pub async fn row(ctx: &Ctx, own: Own, home: Currency, declared: &[Declared]) -> Result<SegmentRow, Problem> {
    let (sentence, gone) = match super::read(&own, home, ctx.now, declared) {
        Ok(checked) => count::said(ctx, &checked).await.map(|(sentence, gone)| (Some(sentence), gone))?,
        Err(why) => (None, vec![why]),
    };
    Ok(SegmentRow {
        id: own.public_id.to_string(),
        name: own.name,
        kind: SegmentKind::Own,
        customers: own.counted,
        counted_at: own.counted_at.map(|at| Millis(at).rfc3339()),
        sentence,
        gone,
        version: Some(own.version),
        ..SegmentRow::default()
    })
}

async fn answer(ctx: &Ctx, id: &Id) -> Result<Versioned<SegmentResponse>, Problem> {
    let segment = brief::own(ctx, id).await?;
    Ok(Versioned(segment.row.version.unwrap_or(0), SegmentResponse { segment }))
}

/// Checked and counted.
pub async fn content(ctx: &Ctx, name: &str, filter: &Filter) -> Result<Content, Problem> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS || name.chars().any(char::is_control) {
        return Err(Problem::field("name", format!("Use 1 to {NAME_CHARS} characters of plain text")));
    }
    let checked = count::check(ctx, filter).await?;
    let counted = count::count(&ctx.db, &checked).await?;
    Ok(Content {
        name: name.to_owned(),
        filter: serde_json::to_string(filter).map_err(|error| Problem::Internal(error.to_string()))?,
        digest: filter.digest(),
        counted: Some(counted.customers),
    })
}

fn entry(action: Action, id: &Id, name: &str) -> Entry {
    Entry { object: Some(("segment", Some(id.to_string()), Some(name.to_owned()))), ..Entry::new(action) }
}

/// Says who was quicker where the segment was not changed.
async fn settled(ctx: &Ctx, id: &Id, yours: u32, done: Result<bool, DbError>) -> Result<(), Problem> {
    match done {
        Ok(true) => Ok(()),
        Ok(false) => Err(Problem::NotFound),
        Err(error) if error.is_stale("segments") => {
            let Versioned(current, SegmentResponse { segment }) = answer(ctx, id).await?;
            Err(Problem::stale(yours, current, &segment))
        }
        Err(error) => Err(error.into()),
    }
}
