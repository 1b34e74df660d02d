//! `GET /api/audit/export.csv`.

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use shared::api::{AuditEntry, AuditQuery};
use shared::audit::Action;
use shared::export::{self, Cell, csv};
use worker::send::SendFuture;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry, Filter, Row};
use crate::db::{Db, DbError};
use crate::extract::QueryString;
use crate::problem::Problem;

/// Entries a page.
const PAGE: u32 = 1_000;

const HEADER: [&str; 10] =
    ["id", "at", "actor", "actor_kind", "action", "object_kind", "object_id", "object", "text", "request_id"];

/// Where the stream is.
enum Step {
    Start,
    Before(i64),
    End,
}

/// The entries of the audit log as CSV, the newest first: all that the filters let through, whatever `limit` and `cursor` say.
///
/// The export stands in the log itself, before its first line is sent.
#[utoipa::path(get, path = "/api/audit/export.csv", tag = "audit", params(AuditQuery),
    responses((status = 200, description = "RFC 4180 with a header", content_type = "text/csv", body = String)))]
#[worker::send]
pub async fn export(ctx: Ctx, QueryString(asked): QueryString<AuditQuery>) -> Result<Response, Problem> {
    let filter = super::filter(&ctx.db, &asked).await?;
    audit::write(&ctx, entry(&asked)).await?;
    let db = ctx.db.clone();
    let pages = stream::try_unfold(Step::Start, move |step| {
        let (db, filter) = (db.clone(), filter.clone());
        SendFuture::new(async move { page(&db, filter.as_ref(), step).await })
    });
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\"")];
    Ok((headers, Body::from_stream(pages)).into_response())
}

/// Which filters the export had: they name no customer.
fn entry(asked: &AuditQuery) -> Entry {
    let AuditQuery { actor, action, from, to, object, .. } = asked.clone();
    Entry::new(Action::AuditExported)
        .value("actor", None, actor)
        .value("action", None, action)
        .value("first_day", None, from)
        .value("last_day", None, to)
        .value("object", None, object)
}

async fn page(db: &Db, filter: Option<&Filter>, step: Step) -> Result<Option<(Bytes, Step)>, DbError> {
    let (before, is_first) = match step {
        Step::Start => (None, true),
        Step::Before(id) => (Some(id), false),
        Step::End => return Ok(None),
    };
    let rows = match filter {
        Some(filter) => audit::page(db, filter, before, PAGE).await?,
        None => Vec::new(),
    };
    let next = match rows.last() {
        Some(last) if rows.len() == PAGE as usize => Step::Before(last.id),
        _ => Step::End,
    };
    let lines: Vec<Vec<Cell>> = rows.into_iter().map(Row::wire).map(cells).collect();
    let text = if is_first { csv(&HEADER, &lines) } else { export::lines(&lines) };
    Ok(Some((Bytes::from(text), next)))
}

/// What changed stands in the text, in words.
fn cells(entry: AuditEntry) -> Vec<Cell> {
    let text = |text: Option<String>| text.map_or(Cell::Empty, Cell::Text);
    let AuditEntry { id, at, actor, action, object, text: sentence, request_id, .. } = entry;
    let (kind, object_id, name) = object.map_or((None, None, None), |object| (Some(object.kind), object.id, object.name));
    vec![
        Cell::Number(id.to_string()),
        Cell::Text(at),
        Cell::Text(actor.name),
        Cell::Text(actor.kind),
        Cell::Text(action),
        text(kind),
        text(object_id),
        text(name),
        Cell::Text(sentence),
        text(request_id),
    ]
}
