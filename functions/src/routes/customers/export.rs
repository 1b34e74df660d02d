//! `GET /api/customers/export.csv`.

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use shared::api::{CustomerQuery, CustomerRow};
use shared::export::{Cell, csv};
use shared::money::Currency;
use worker::send::SendFuture;

use super::{query, row};
use crate::ctx::Ctx;
use crate::db::customers::{self, Filter, Row};
use crate::db::{Db, DbError, shop};
use crate::extract::QueryString;
use crate::problem::Problem;

/// Customers a page: a million of them stay below the calls that one request may make.
const PAGE: u32 = 2_000;

const HEADER: [&str; 17] = [
    "id",
    "external_id",
    "kind",
    "name",
    "email",
    "country",
    "tier",
    "lifecycle",
    "p30",
    "p60",
    "p90",
    "main_trigger",
    "lifetime_value",
    "currency",
    "last_order",
    "deadline",
    "orders",
];

/// Where the stream is.
enum Step {
    Start,
    After(i64),
    End,
}

/// The customers of a list as CSV, all of them, in the order in which they came.
///
/// Streamed a page at a time, so that its size has no limit; text that a spreadsheet would take for a formula gets an apostrophe.
#[utoipa::path(get, path = "/api/customers/export.csv", tag = "customers", params(CustomerQuery),
    responses((status = 200, description = "RFC 4180 with a header", content_type = "text/csv", body = String)))]
#[worker::send]
pub async fn export(ctx: Ctx, QueryString(asked): QueryString<CustomerQuery>) -> Result<Response, Problem> {
    let filter = query::filter(&asked)?;
    let home = shop::read(&ctx.db).await?.home_currency;
    let db = ctx.db.clone();
    let pages = stream::try_unfold(Step::Start, move |step| {
        let (db, filter) = (db.clone(), filter.clone());
        SendFuture::new(async move { page(&db, &filter, home, step).await })
    });
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"customers.csv\"")];
    Ok((headers, Body::from_stream(pages)).into_response())
}

async fn page(db: &Db, filter: &Filter, home: Currency, step: Step) -> Result<Option<(Bytes, Step)>, DbError> {
    let (after, is_first) = match step {
        Step::Start => (0, true),
        Step::After(id) => (id, false),
        Step::End => return Ok(None),
    };
    let ids = customers::ids_by_arrival(db, filter, after, PAGE).await?;
    let rows = if ids.is_empty() { Vec::new() } else { customers::rows(db, &ids).await? };
    // The file has no chart, and unpacking its points is most of a row's work.
    let lines: Vec<Vec<Cell>> =
        rows.into_iter().map(|customer| cells(row::wire(Row { history: None, ..customer }, home))).collect();
    let text = csv(&HEADER, &lines);
    let body = if is_first { text } else { text.split_once("\r\n").map(|(_, rest)| rest.to_owned()).unwrap_or_default() };
    let next = match ids.last() {
        Some(&last) if ids.len() == PAGE as usize => Step::After(last),
        _ => Step::End,
    };
    Ok(Some((Bytes::from(body), next)))
}

fn cells(customer: CustomerRow) -> Vec<Cell> {
    let text = |text: Option<String>| text.map_or(Cell::Empty, Cell::Text);
    let word = |word: &str| Cell::Text(word.to_owned());
    let probability = |p: f64| Cell::Number(format!("{p:.4}"));
    let CustomerRow { risk, lifetime_value, .. } = customer;
    vec![
        Cell::Text(customer.id.to_string()),
        Cell::Text(customer.external_id),
        word(customer.kind.as_str()),
        Cell::Text(customer.name),
        text(customer.email),
        text(customer.country),
        word(customer.tier.as_str()),
        word(customer.lifecycle.as_str()),
        probability(risk.p30),
        probability(risk.p60),
        probability(risk.p90),
        text(customer.triggers.into_iter().next().map(|trigger| trigger.text)),
        lifetime_value.map_or(Cell::Empty, |money| Cell::Number(money.amount())),
        text(lifetime_value.map(|money| money.currency.to_string())),
        text(customer.last_order),
        text(customer.deadline),
        Cell::Number(customer.orders.to_string()),
    ]
}
