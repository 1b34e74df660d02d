//! What campaigns brought.

use std::collections::BTreeMap;

use axum::Json;
use shared::api::{CampaignReportAt, ReportQuery, ReportResponse};
use shared::id::Id;
use shared::measure::outcome::Arm;
use shared::measure::report::{Basis, report};
use shared::measure::rollup::{Cell, Dimension, Key};
use shared::money::Home;
use shared::time::Day;

use super::campaigns::plan_of;
use crate::ctx::Ctx;
use crate::db::results::{self, CellRow};
use crate::db::{DbError, campaigns, margins, sending, shop};
use crate::extract::QueryString;
use crate::jobs::measure::read_cell;
use crate::problem::Problem;

/// What a campaign brought, against those whom it held out.
#[utoipa::path(get, path = "/api/reports", tag = "reports", params(ReportQuery),
    responses((status = 200, body = ReportResponse), (status = 404, body = shared::api::Problem), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn show(ctx: Ctx, QueryString(query): QueryString<ReportQuery>) -> Result<Json<ReportResponse>, Problem> {
    let days = days(&query)?;
    let id = Id::parse(&query.campaign).map_err(|_| Problem::NotFound)?;
    let row = campaigns::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let plan = plan_of(&row)?;
    let shop = shop::read(&ctx.db).await?;
    let rows = results::of_campaign(&ctx.db, row.id, (days.0.0, days.1.0), None).await?;
    let cells = rows.iter().map(cell).collect::<Result<Vec<_>, _>>()?;
    let economics = margins::economics(&ctx.db, &shop, ctx.now.day()).await?;
    let basis = Basis {
        kind: plan.kind,
        home: shop.home_currency,
        held_out: plan.holdout,
        held_out_of_all: sending::rules(&ctx.db).await?.holdout,
        window_days: plan.window_days,
        planned: None,
        acquisition: economics.acquisition_cost.value.map(|money| Home(money.minor)),
        today: ctx.now.day(),
    };
    let report = CampaignReportAt { name: row.name, report: report(&cells, &basis), as_of: ctx.now.rfc3339() };
    Ok(Json(ReportResponse { report }))
}

fn cell(row: &CellRow) -> Result<(Key, Cell), DbError> {
    let unknown = || DbError::Bug(format!("a result of {} in arm {}", row.dimension, row.arm));
    let dimension = Dimension::of_code(&row.dimension).ok_or_else(unknown)?;
    let arm = Arm::of_number(row.arm).ok_or_else(unknown)?;
    let (_, cell) = read_cell(row)?;
    Ok((Key { campaign: row.campaign_id, arm, ripe: row.ripe > 0, from: Day(row.day), dimension }, cell))
}

/// All days where none are named.
fn days(query: &ReportQuery) -> Result<(Day, Day), Problem> {
    let mut fields = BTreeMap::new();
    let mut read = |name: &str, text: &Option<String>, without: i32| match text.as_deref().map(Day::parse_iso) {
        None => Day(without),
        Some(Some(day)) => day,
        Some(None) => {
            fields.insert(name.to_owned(), "is not a date: write it as 2026-03-31".to_owned());
            Day(without)
        }
    };
    let days = (read("from", &query.from, -1_000_000), read("to", &query.to, 10_000_000));
    if days.0 > days.1 {
        fields.insert("to".to_owned(), "is before `from`".to_owned());
    }
    if fields.is_empty() { Ok(days) } else { Err(Problem::Invalid(fields)) }
}
