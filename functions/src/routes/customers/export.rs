//! `GET /api/customers/export.csv`.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use shared::api::{Column, CustomerQuery, CustomerRow};
use shared::audit::Action;
use shared::export::{Cell, csv};
use shared::id::Id;
use shared::money::{Currency, Money};
use shared::time::Millis;
use utoipa::IntoParams;
use worker::send::SendFuture;

use super::{query, row};
use crate::advice::{self, Advice};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::customers::{self, Filter, Row};
use crate::db::{Db, DbError, lists, shop};
use crate::extract::QueryString;
use crate::offering::{self, Shelf};
use crate::problem::Problem;

/// Customers a page, of three calls to the database: a million of them stay below the calls that one request may make.
const PAGE: u32 = 4_000;

/// Chosen one by one.
const NAMED: usize = 1_000;

/// What the file holds where no columns were chosen.
const FIELDS: [&str; 30] = [
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
    "p90_low",
    "p90_high",
    "set_aside",
    "set_aside_until",
    "main_trigger",
    "recommended",
    "recommended_by",
    "recommended_channel",
    "recommended_due",
    "expected_margin",
    "waiting_a_day",
    "regain",
    "lifetime_value",
    "currency",
    "last_order",
    "deadline",
    "orders",
    "owner",
    "tags",
];

/// Fields that ask for what is recommended.
const ADVICE: [&str; 5] = ["recommended", "recommended_by", "recommended_channel", "recommended_due", "expected_margin"];

/// The list's query with what a file needs besides.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// Comma-separated columns of the list, in their order; all of the file where it is left out. Who the customer is stands first in
    /// any case.
    pub columns: Option<String>,
    /// Comma-separated ids of at most 1,000 customers: just these, whatever the filters say.
    pub ids: Option<String>,
    /// Comma-separated ids of at most 1,000 customers whom the filters find and the file leaves out.
    pub except: Option<String>,
    /// As in `GET /api/customers`, like those below.
    pub tier: Option<String>,
    pub segment: Option<String>,
    pub q: Option<String>,
    pub owner: Option<String>,
    pub tag: Option<String>,
    pub lifecycle: Option<String>,
    pub country: Option<String>,
    /// Taken from a list's address and not followed: the file is in the order in which the customers came.
    pub sort: Option<String>,
}

/// Whose rows the file has.
#[derive(Debug, Clone)]
enum Chosen {
    List { filter: Box<Filter>, except: BTreeSet<i64> },
    Some(Vec<i64>),
}

/// Where the stream is.
#[derive(Debug, Clone, Copy)]
enum Step {
    Start,
    After(i64),
    End,
}

/// The customers of a list, or chosen ones, as CSV, all of them, in the order in which they came.
///
/// Streamed a page at a time, so that its size has no limit; text that a spreadsheet would take for a formula gets an apostrophe.
#[utoipa::path(get, path = "/api/customers/export.csv", tag = "customers", params(ExportQuery),
    responses((status = 200, description = "RFC 4180 with a header", content_type = "text/csv", body = String)))]
#[worker::send]
pub async fn export(ctx: Ctx, QueryString(asked): QueryString<ExportQuery>) -> Result<Response, Problem> {
    let fields = fields(asked.columns.as_deref())?;
    let ids = asked.ids.as_deref().filter(|ids| !ids.is_empty()).map(named).transpose()?;
    let log = entry(&asked, ids.as_ref().map(Vec::len));
    let chosen = match ids {
        Some(ids) => Chosen::Some(lists::ids_of(&ctx.db, &ids).await?),
        None => {
            let except = asked.except.as_deref().filter(|ids| !ids.is_empty()).map(named).transpose()?.unwrap_or_default();
            let except = if except.is_empty() { Vec::new() } else { lists::ids_of(&ctx.db, &except).await? };
            let filter = Box::new(query::filter(&ctx, &CustomerQuery::from(asked)).await?);
            Chosen::List { filter, except: except.into_iter().collect() }
        }
    };
    let shop = shop::read(&ctx.db).await?;
    let is_advised = fields.iter().any(|field| ADVICE.contains(field));
    let shelf = if is_advised { Some(Arc::new(offering::shelf(&ctx.db, &shop, ctx.now).await?)) } else { None };
    let home = shop.home_currency;
    // Written down before the first row leaves: a file that breaks off has left as well.
    audit::write(&ctx, log).await?;
    let (db, now) = (ctx.db.clone(), ctx.now);
    let pages = stream::try_unfold(Step::Start, move |step| {
        let (db, chosen, fields, shelf) = (db.clone(), chosen.clone(), fields.clone(), shelf.clone());
        SendFuture::new(async move { page(&db, &chosen, &fields, shelf.as_deref(), (home, now), step).await })
    });
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"customers.csv\"")];
    Ok((headers, Body::from_stream(pages)).into_response())
}

async fn page(
    db: &Db,
    chosen: &Chosen,
    fields: &[&'static str],
    shelf: Option<&Shelf>,
    (home, now): (Currency, Millis),
    step: Step,
) -> Result<Option<(Bytes, Step)>, DbError> {
    let (after, is_first) = match step {
        Step::Start => (0, true),
        Step::After(id) => (id, false),
        Step::End => return Ok(None),
    };
    let ids = match chosen {
        Chosen::List { filter, .. } => lists::ids_by_arrival(db, filter, after, PAGE).await?,
        Chosen::Some(ids) => ids.clone(),
    };
    let wanted: Vec<i64> = match chosen {
        Chosen::List { except, .. } => ids.iter().copied().filter(|id| !except.contains(id)).collect(),
        Chosen::Some(_) => ids.clone(),
    };
    let rows = if wanted.is_empty() { Vec::new() } else { customers::rows(db, &wanted, now.day()).await? };
    // The file has no chart, and unpacking its points is most of a row's work.
    let rows: Vec<Row> = rows.into_iter().map(|customer| Row { history: None, ..customer }).collect();
    let advice = match shelf {
        Some(shelf) => advice::advise(db, &rows, shelf, now).await?,
        None => vec![Advice::default(); rows.len()],
    };
    let lines: Vec<Vec<Cell>> =
        rows.into_iter().zip(advice).map(|(customer, advice)| cells(row::wire(customer, home, advice), fields)).collect();
    let text = csv(fields, &lines);
    let body = if is_first { text } else { text.split_once("\r\n").map(|(_, rest)| rest.to_owned()).unwrap_or_default() };
    let next = match ids.last() {
        Some(&last) if ids.len() == PAGE as usize => Step::After(last),
        _ => Step::End,
    };
    Ok(Some((Bytes::from(body), next)))
}

/// The file's columns for the list's; who the customer is goes first unless it was placed elsewhere.
fn fields(columns: Option<&str>) -> Result<Vec<&'static str>, Problem> {
    let codes: Vec<&str> = columns.unwrap_or_default().split(',').map(str::trim).filter(|code| !code.is_empty()).collect();
    if codes.is_empty() {
        return Ok(FIELDS.into());
    }
    let unknown = || Problem::field("columns", "Name columns of the list, each once, with commas between");
    let mut columns: VecDeque<Column> = VecDeque::new();
    for code in codes {
        let column = Column::parse(code).filter(|column| !columns.contains(column)).ok_or_else(unknown)?;
        columns.push_back(column);
    }
    if let Some(customer) = Column::parse("customer").filter(|column| !columns.contains(column)) {
        columns.push_front(customer);
    }
    Ok(columns.into_iter().flat_map(|column| column.fields).copied().collect())
}

fn named(text: &str) -> Result<Vec<Id>, Problem> {
    let wrong = || Problem::field("ids", format!("Use 1 to {NAMED} ids of customers, with commas between"));
    let ids: Vec<Id> = text.split(',').map(|id| Id::parse(id.trim())).collect::<Result<_, _>>().map_err(|_| wrong())?;
    if ids.len() > NAMED { Err(wrong()) } else { Ok(ids) }
}

/// Which filters narrowed it, by name: what somebody searched for is a customer's.
fn entry(asked: &ExportQuery, named: Option<usize>) -> Entry {
    let entry = Entry::new(Action::CustomersExported);
    if let Some(named) = named {
        return entry.value("selected", None, Some(named.to_string()));
    }
    let filters = [
        ("tier", &asked.tier),
        ("search", &asked.q),
        ("owner", &asked.owner),
        ("tag", &asked.tag),
        ("lifecycle", &asked.lifecycle),
        ("country", &asked.country),
    ];
    let is_used = |value: &Option<String>| value.as_deref().is_some_and(|value| !value.trim().is_empty());
    filters.into_iter().filter(|(_, value)| is_used(value)).fold(entry, |entry, (name, _)| entry.field(&format!("by {name}")))
}

fn cells(customer: CustomerRow, fields: &[&'static str]) -> Vec<Cell> {
    fields.iter().map(|field| cell(&customer, field)).collect()
}

fn cell(customer: &CustomerRow, field: &str) -> Cell {
    let text = |text: Option<&str>| text.map_or(Cell::Empty, |text| Cell::Text(text.to_owned()));
    let probability = |p: f64| Cell::Number(format!("{p:.4}"));
    let amount = |money: Option<Money>| money.map_or(Cell::Empty, |money| Cell::Number(money.amount()));
    let todo = customer.recommended.as_ref();
    match field {
        "id" => Cell::Text(customer.id.to_string()),
        "external_id" => text(Some(&customer.external_id)),
        "kind" => text(Some(customer.kind.as_str())),
        "name" => text(Some(&customer.name)),
        "email" => text(customer.email.as_deref()),
        "country" => text(customer.country.as_deref()),
        "tier" => text(Some(customer.tier.as_str())),
        "lifecycle" => text(Some(customer.lifecycle.as_str())),
        "p30" => probability(customer.risk.p30),
        "p60" => probability(customer.risk.p60),
        "p90" => probability(customer.risk.p90),
        "p90_low" => customer.risk_interval.map_or(Cell::Empty, |interval| probability(interval.low.p90)),
        "p90_high" => customer.risk_interval.map_or(Cell::Empty, |interval| probability(interval.high.p90)),
        "set_aside" => text(customer.set_aside.as_ref().map(|aside| aside.reason.as_str())),
        "set_aside_until" => text(customer.set_aside.as_ref().map(|aside| aside.until.as_str())),
        "main_trigger" => text(customer.triggers.first().map(|trigger| trigger.text.as_str())),
        "recommended" => text(todo.map(|todo| todo.name.as_str())),
        "recommended_by" => text(todo.map(|todo| todo.by.as_str())),
        "recommended_channel" => text(todo.and_then(|todo| todo.channel.as_deref())),
        "recommended_due" => text(todo.and_then(|todo| todo.due.as_deref())),
        "expected_margin" => amount(todo.map(|todo| todo.margin)),
        "waiting_a_day" => amount(customer.waiting),
        "regain" => amount(customer.regain),
        "lifetime_value" => amount(customer.lifetime_value),
        "currency" => text(customer.lifetime_value.map(|money| money.currency.to_string()).as_deref()),
        "last_order" => text(customer.last_order.as_deref()),
        "deadline" => text(customer.deadline.as_deref()),
        "orders" => Cell::Number(customer.orders.to_string()),
        "owner" => text(customer.owner.as_ref().map(|owner| owner.name.as_str())),
        "tags" if !customer.tags.is_empty() => Cell::Text(customer.tags.join("; ")),
        _ => Cell::Empty,
    }
}

impl From<ExportQuery> for CustomerQuery {
    fn from(asked: ExportQuery) -> Self {
        let ExportQuery { columns: _, ids: _, except: _, tier, segment, q, owner, tag, lifecycle, country, sort } = asked;
        Self { tier, segment, q, owner, tag, lifecycle, country, sort, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use shared::api::COLUMNS;

    use super::*;

    #[test]
    fn the_file_has_every_field_of_the_lists_columns() {
        let of_columns: BTreeSet<_> = COLUMNS.iter().flat_map(|column| column.fields).collect();
        assert_eq!(of_columns, FIELDS.iter().collect());
    }

    #[test]
    fn chosen_columns_keep_their_order_and_the_customer_stands_first() {
        let id = ["id", "external_id", "kind", "name", "email"];
        assert_eq!(
            fields(Some("tags,weeks, worth")).expect("fields"),
            [&id[..], &["tags", "lifetime_value", "currency"]].concat()
        );
        assert_eq!(fields(Some("orders,customer")).expect("fields"), [&["orders"], &id[..]].concat());
        assert_eq!(fields(Some("")).expect("fields"), FIELDS);
        for wrong in ["name; drop", "tags,tags", "password"] {
            assert!(matches!(fields(Some(wrong)), Err(Problem::Invalid(_))), "{wrong}");
        }
    }

    #[test]
    fn a_search_stands_in_the_log_by_its_name_only() {
        let asked = ExportQuery { q: Some("zoe@example.com".into()), tier: Some("lost".into()), ..ExportQuery::default() };
        let json = serde_json::to_string(&entry(&asked, None).fields).expect("json");
        assert_eq!(json, r#"[{"name":"by tier"},{"name":"by search"}]"#);
    }
}
