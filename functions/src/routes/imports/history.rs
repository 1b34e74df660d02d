//! What was imported: the list and its export, narrowed by the same query.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use shared::api::{self, ImportStatus, ImportsMeta, ImportsQuery, ImportsResponse};
use shared::audit::Action;
use shared::export::{self, Cell, csv};
use shared::import::Kind;
use worker::send::SendFuture;

use super::receive;
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::imports::{self, Filter, Import};
use crate::db::{Db, DbError, usage};
use crate::extract::{QueryString, row_cursor};
use crate::problem::Problem;

/// Rows that D1 writes for one imported row of each kind, folding and scoring included: a new customer is 14 with two identities,
/// and a shop's orders come to about three a customer. A test holds the figures.
const ROWS_PER_ORDER: f64 = 7.0;
const ROWS_PER_CUSTOMER: f64 = 14.0;
const ROWS_PER_EVENT: f64 = 3.0;

const PAGE: u32 = 100;
const MOST: u32 = 500;

/// Imports that one query of the export reads.
const EXPORT_PAGE: u32 = 1_000;

const HEADER: [&str; 14] = [
    "id",
    "file",
    "kind",
    "status",
    "sample",
    "dry_run",
    "rows_read",
    "rows_accepted",
    "rows_duplicate",
    "rows_rejected",
    "error",
    "started",
    "finished",
    "goes_on",
];

/// Where the stream is.
enum Step {
    Start,
    Before(i64),
    End,
}

/// Imports, the newest first, and what the plan lets further ones write today.
#[utoipa::path(get, path = "/api/imports", tag = "imports", params(ImportsQuery),
    responses((status = 200, body = ImportsResponse), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn list(ctx: Ctx, QueryString(asked): QueryString<ImportsQuery>) -> Result<Json<ImportsResponse>, Problem> {
    let limit = asked.limit.unwrap_or(PAGE);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::field("limit", format!("Use 1 to {MOST}")));
    }
    let before = asked.cursor.as_deref().map(row_cursor).transpose()?;
    let filter = filter(&asked)?;
    let mut found = imports::page(&ctx.db, &filter, before, limit + 1).await?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next_cursor = found.last().filter(|_| has_more).map(|import| import.id.to_string());
    let allowance = usage::allowance(&ctx.db, ctx.now.day()).await?;
    let meta = ImportsMeta {
        rows_per_day: usage::import_rows_a_day(allowance.plan),
        rows_left_today: allowance.left_for_imports(),
        rows_per_order: ROWS_PER_ORDER,
        rows_per_customer: ROWS_PER_CUSTOMER,
        rows_per_event: ROWS_PER_EVENT,
        body_bytes: receive::longest_body(allowance.plan) as u64,
        next_cursor,
    };
    Ok(Json(ImportsResponse { imports: found.iter().map(Import::wire).collect(), meta }))
}

/// The imports as CSV, the newest first: all that the filters let through, whatever `limit` and `cursor` say.
#[utoipa::path(get, path = "/api/imports/export.csv", tag = "imports", params(ImportsQuery),
    responses((status = 200, description = "RFC 4180 with a header", content_type = "text/csv", body = String),
        (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn export(ctx: Ctx, QueryString(asked): QueryString<ImportsQuery>) -> Result<Response, Problem> {
    let filter = filter(&asked)?;
    // Before the first line leaves: a file that breaks off has left as well.
    audit::write(&ctx, entry(&filter)).await?;
    let db = ctx.db.clone();
    let pages = stream::try_unfold(Step::Start, move |step| {
        let (db, filter) = (db.clone(), filter.clone());
        SendFuture::new(async move { page(&db, &filter, step).await })
    });
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"imports.csv\"")];
    Ok((headers, Body::from_stream(pages)).into_response())
}

async fn page(db: &Db, filter: &Filter, step: Step) -> Result<Option<(Bytes, Step)>, DbError> {
    let (before, is_first) = match step {
        Step::Start => (None, true),
        Step::Before(id) => (Some(id), false),
        Step::End => return Ok(None),
    };
    let found = imports::page(db, filter, before, EXPORT_PAGE).await?;
    let next = match found.last() {
        Some(last) if found.len() == EXPORT_PAGE as usize => Step::Before(last.id),
        _ => Step::End,
    };
    let lines: Vec<Vec<Cell>> = found.iter().map(|import| cells(import.wire())).collect();
    let text = if is_first { csv(&HEADER, &lines) } else { export::lines(&lines) };
    Ok(Some((Bytes::from(text), next)))
}

fn cells(import: api::Import) -> Vec<Cell> {
    let text = |text: Option<String>| text.map_or(Cell::Empty, Cell::Text);
    let yes = |yes: bool| Cell::Text(if yes { "yes" } else { "no" }.to_owned());
    let number = |count: u64| Cell::Number(count.to_string());
    vec![
        Cell::Text(import.id.to_string()),
        text(import.file_name),
        Cell::Text(import.kind),
        Cell::Text(import.status.as_str().to_owned()),
        yes(import.sample),
        yes(import.dry_run),
        number(import.rows_read),
        number(import.rows_accepted),
        number(import.rows_duplicate),
        number(import.rows_rejected),
        text(import.error),
        Cell::Text(import.created_at),
        text(import.finished_at),
        text(import.resume_at),
    ]
}

/// Which filters the export had.
fn entry(filter: &Filter) -> Entry {
    let statuses = filter.statuses.as_ref().map(|all| all.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(", "));
    let kinds = filter.kinds.as_ref().map(|all| all.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", "));
    Entry::new(Action::ImportsExported).value("status", None, statuses).value("kind", None, kinds).value(
        "source",
        None,
        filter.source.as_ref().map(ToString::to_string),
    )
}

fn filter(asked: &ImportsQuery) -> Result<Filter, Problem> {
    let statuses = ImportStatus::ALL.map(ImportStatus::as_str);
    let kinds = Kind::ALL.map(Kind::as_str);
    Ok(Filter {
        statuses: chosen("status", asked.status.as_deref(), &statuses, ImportStatus::parse)?,
        kinds: chosen("kind", asked.kind.as_deref(), &kinds, Kind::parse)?,
        source: asked.source.clone(),
    })
}

/// Each of the comma-separated words once; none where there is no word, which narrows nothing.
fn chosen<T: PartialEq>(
    field: &str,
    text: Option<&str>,
    known: &[&str],
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<Vec<T>>, Problem> {
    let mut found = Vec::new();
    for word in text.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let unknown = || Problem::field(field, format!("There is no {field} {word}: use {}", known.join(", ")));
        let value = parse(word).ok_or_else(unknown)?;
        if !found.contains(&value) {
            found.push(value);
        }
    }
    Ok((!found.is_empty()).then_some(found))
}

#[cfg(test)]
mod tests {

    use super::*;

    fn asked(status: Option<&str>, kind: Option<&str>) -> ImportsQuery {
        ImportsQuery { status: status.map(str::to_owned), kind: kind.map(str::to_owned), ..ImportsQuery::default() }
    }

    #[test]
    fn several_values_are_read_once_each_and_no_word_narrows_nothing() {
        let read = filter(&asked(Some("failed, paused,failed"), Some("rates"))).expect("a filter");
        assert_eq!(read.statuses, Some(vec![ImportStatus::Failed, ImportStatus::Paused]));
        assert_eq!(read.kinds, Some(vec![Kind::Rates]));
        assert_eq!(filter(&asked(Some(" ,"), None)).expect("a filter"), Filter::default());
    }

    #[test]
    fn an_unknown_value_is_named_with_its_field_and_those_there_are() {
        for (asked, field, word, other) in [
            (asked(Some("done,burnt"), None), "status", "burnt", "cancelled"),
            (asked(None, Some("Orders")), "kind", "Orders", "customers"),
        ] {
            let Err(Problem::Invalid(fields)) = filter(&asked) else { panic!("accepted") };
            assert!(fields.get(field).is_some_and(|text| text.contains(word) && text.contains(other)), "{fields:?}");
        }
    }
}
