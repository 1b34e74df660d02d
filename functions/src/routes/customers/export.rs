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
use crate::db::customers::{self, Filter, Part, Place};
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

/// Where the stream is: the first page begins without a place.
enum Step {
    After(Option<Place>),
    End,
}

/// The same list as CSV, whole and in the list's order.
///
/// Streamed a page at a time, so that its size has no limit; text that a spreadsheet would take for a formula gets an apostrophe.
#[utoipa::path(get, path = "/api/customers/export.csv", tag = "customers", params(CustomerQuery),
    responses((status = 200, description = "RFC 4180 with a header", content_type = "text/csv", body = String)))]
#[worker::send]
pub async fn export(ctx: Ctx, QueryString(asked): QueryString<CustomerQuery>) -> Result<Response, Problem> {
    let filter = query::filter(&asked)?;
    let home = shop::read(&ctx.db).await?.home_currency;
    let db = ctx.db.clone();
    let pages = stream::try_unfold(Step::After(None), move |step| {
        let (db, filter) = (db.clone(), filter.clone());
        SendFuture::new(async move { page(&db, &filter, home, step).await })
    });
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"customers.csv\"")];
    Ok((headers, Body::from_stream(pages)).into_response())
}

async fn page(db: &Db, filter: &Filter, home: Currency, step: Step) -> Result<Option<(Bytes, Step)>, DbError> {
    let Step::After(after) = step else { return Ok(None) };
    let is_first = after.is_none();
    let places = customers::places(db, filter, &Part { after, offset: 0, limit: PAGE }).await?;
    let ids: Vec<i64> = places.iter().map(|place| place.id).collect();
    let rows = if ids.is_empty() { Vec::new() } else { customers::rows(db, &ids).await? };
    let lines: Vec<Vec<Cell>> = rows.into_iter().map(|customer| cells(row::wire(customer, home))).collect();
    let text = csv(&HEADER, &lines);
    let body = if is_first { text } else { text.split_once("\r\n").map(|(_, rest)| rest.to_owned()).unwrap_or_default() };
    let is_last = places.len() < PAGE as usize;
    let next = if is_last { Step::End } else { Step::After(places.into_iter().next_back()) };
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
