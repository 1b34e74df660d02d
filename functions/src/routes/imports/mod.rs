//! Imports: of files that a browser reads and sends in batches, and of bodies that scripts send whole.

pub mod batches;
pub mod create;
pub mod history;
pub mod receive;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use shared::api::ImportResponse;
use shared::audit::Action;
use shared::export::{self, Cell, csv};
use shared::id::Id;
use shared::import::RowError;
use worker::send::SendFuture;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::imports::{self, Import};
use crate::db::{Db, DbError};
use crate::extract::PathId;
use crate::problem::Problem;

/// Rejected rows that one query reads.
const PAGE: u32 = 1_000;

/// How far an import is.
#[utoipa::path(get, path = "/api/imports/{id}", tag = "imports", params(("id" = Id, Path)),
    responses((status = 200, body = ImportResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn show(ctx: Ctx, PathId(id): PathId) -> Result<Json<ImportResponse>, Problem> {
    Ok(Json(ImportResponse { import: find(&ctx.db, &id).await?.wire() }))
}

/// Stop an import. What it stored stays; one that ended already stays as it is.
#[utoipa::path(post, path = "/api/imports/{id}/cancel", tag = "imports", params(("id" = Id, Path)),
    responses((status = 200, body = ImportResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn cancel(ctx: Ctx, PathId(id): PathId) -> Result<Json<ImportResponse>, Problem> {
    let import = find(&ctx.db, &id).await?;
    let log = audit::append_if_changed(&ctx, entry(Action::ImportCancelled, &import));
    let mut statements = vec![imports::cancel(import.id, ctx.now), log];
    if import.is_stored() {
        // The job drops what was sent.
        statements.push(crate::db::leases::wake("import"));
    }
    ctx.db.batch_idempotent(statements).await?;
    Ok(Json(ImportResponse { import: find(&ctx.db, &id).await?.wire() }))
}

/// The rows that were not taken, each with its line, the reason and how to mend it: at most the first 10,000.
#[utoipa::path(get, path = "/api/imports/{id}/rejected.csv", tag = "imports", params(("id" = Id, Path)),
    responses((status = 200, description = "RFC 4180 with a header", content_type = "text/csv", body = String)))]
#[worker::send]
pub async fn rejected(ctx: Ctx, PathId(id): PathId) -> Result<Response, Problem> {
    let import = find(&ctx.db, &id).await?;
    audit::write(&ctx, entry(Action::RejectedRowsExported, &import)).await?;
    let (db, import) = (ctx.db.clone(), import.id);
    let pages = stream::try_unfold(Some(None), move |after| {
        let db = db.clone();
        SendFuture::new(async move { page(&db, import, after).await })
    });
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"rejected.csv\"")];
    Ok((headers, Body::from_stream(pages)).into_response())
}

/// A page of lines after one, with the header on the first page; where the next one begins.
async fn page(db: &Db, import: i64, after: Option<Option<u64>>) -> Result<Option<(Bytes, Option<Option<u64>>)>, DbError> {
    let Some(after) = after else { return Ok(None) };
    let rows = imports::rejected(db, import, after, PAGE).await?;
    let next = (rows.len() == PAGE as usize).then(|| rows.last().map(|row| row.line));
    let lines: Vec<Vec<Cell>> = rows.into_iter().map(cells).collect();
    let text = match after {
        None => csv(&["line", "field", "reason", "fix", "row"], &lines),
        Some(_) => export::lines(&lines),
    };
    Ok(Some((Bytes::from(text), next)))
}

fn entry(action: Action, import: &Import) -> Entry {
    Entry::new(action).to("import", &import.public_id, import.wire().file_name.as_deref())
}

fn cells(row: RowError) -> Vec<Cell> {
    let RowError { line, field, reason, fix, raw } = row;
    let field = field.map_or(Cell::Empty, Cell::Text);
    vec![Cell::Number(line.to_string()), field, Cell::Text(reason), Cell::Text(fix), Cell::Text(raw)]
}

async fn find(db: &Db, id: &Id) -> Result<Import, Problem> {
    imports::find(db, id).await?.ok_or(Problem::NotFound)
}
