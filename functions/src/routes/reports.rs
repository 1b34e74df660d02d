//! What campaigns brought.

use std::collections::BTreeMap;

use axum::Json;
use shared::api::{ReportAt, ReportQuery, ReportResponse, ReportedCampaign};
use shared::campaign::Kind;
use shared::id::Id;
use shared::measure::outcome::Arm;
use shared::measure::report::{Basis, Ledger, Stratum, report};
use shared::measure::rollup::{Cell, Dimension, Key, month};
use shared::money::Home;
use shared::time::{Day, Millis};

use super::campaigns::plan_of;
use crate::ctx::Ctx;
use crate::db::results::{self, CampaignRow};
use crate::db::{DbError, campaigns, margins, sending, shop};
use crate::extract::QueryString;
use crate::measuring::{all_of, ledger, read};
use crate::problem::Problem;

/// The window that all campaigns of a kind are shown with: longer ones are cut at it in the picture of times alone.
const WINDOW_DAYS: u16 = 30;

/// What a campaign brought, or all of them, against those who were held out.
#[utoipa::path(get, path = "/api/reports", tag = "reports", params(ReportQuery),
    responses((status = 200, body = ReportResponse), (status = 404, body = shared::api::Problem), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn show(ctx: Ctx, QueryString(query): QueryString<ReportQuery>) -> Result<Json<ReportResponse>, Problem> {
    let (from, to) = days(&query)?;
    let shop = shop::read(&ctx.db).await?;
    let rules = sending::rules(&ctx.db).await?;
    let economics = margins::economics(&ctx.db, &shop, ctx.now.day()).await?;
    let basis = |kind: Kind| Basis {
        kind,
        home: shop.home_currency,
        held_out: 0,
        held_out_of_all: rules.holdout,
        window_days: WINDOW_DAYS,
        planned: None,
        acquisition: economics.acquisition_cost.value.map(|money| Home(money.minor)),
        today: ctx.now.day(),
    };
    let (campaign, scopes) = match &query.campaign {
        Some(id) => {
            let id = Id::parse(id).map_err(|_| Problem::NotFound)?;
            let row = campaigns::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
            let plan = plan_of(&row)?;
            let basis = Basis { held_out: plan.holdout, window_days: plan.window_days, ..basis(plan.kind) };
            (Some(row.id), vec![(row.id, basis)])
        }
        None => (None, Kind::ALL.into_iter().map(|kind| (all_of(kind), basis(kind))).collect()),
    };
    let rows = results::campaigns(&ctx.db, campaign, (from.0, to.0)).await?;
    let mut kinds = Vec::new();
    for (scope, basis) in scopes {
        let cells = results::of_campaign(&ctx.db, scope, (from.0, to.0)).await?;
        if campaign.is_some() || !cells.is_empty() {
            let strata = if campaign.is_some() { Vec::new() } else { strata(&rows, basis.kind)? };
            kinds.push(report(&Ledger { strata, ..ledger(&cells)? }, &basis));
        }
    }
    let report = ReportAt { as_of: ctx.now.rfc3339(), from: query.from, to: query.to, kinds, campaigns: reported(&rows)? };
    Ok(Json(ReportResponse { report }))
}

/// Campaigns of a kind, each apart.
fn strata(rows: &[CampaignRow], kind: Kind) -> Result<Vec<Stratum>, DbError> {
    let mut strata: BTreeMap<i64, Stratum> = BTreeMap::new();
    for row in rows.iter().filter(|row| kind_of(row) == kind) {
        let Some(arm) = Arm::of_number(row.arm) else { continue };
        let stratum = strata.entry(row.id).or_default();
        stratum.held_out = row.holdout.unwrap_or_default();
        let key = Key { campaign: row.id, arm, ripe: row.ripe > 0, from: Day(row.day), dimension: Dimension::All };
        stratum.cells.push((key, read(&row.figures)?));
    }
    Ok(strata.into_values().collect())
}

fn kind_of(row: &CampaignRow) -> Kind {
    let kind = row.kind.as_deref().and_then(|code| serde_json::from_value(serde_json::Value::String(code.to_owned())).ok());
    kind.unwrap_or_default()
}

/// One of each campaign, in the order of the rows.
fn reported(rows: &[CampaignRow]) -> Result<Vec<ReportedCampaign>, DbError> {
    let mut known: Vec<ReportedCampaign> = Vec::new();
    for row in rows {
        if known.last().is_none_or(|last| last.id != row.public_id) {
            let at = |at: Option<i64>| at.map(|at| Millis(at).rfc3339());
            known.push(ReportedCampaign {
                id: row.public_id.clone(),
                name: row.name.clone(),
                kind: kind_of(row),
                launched_at: at(row.launched_at),
                ended_at: at(row.ended_at),
                contacted: 0,
                held_out: 0,
                returned: 0,
            });
        }
        let Some(campaign) = known.last_mut() else { continue };
        let cell: Cell = read(&row.figures)?;
        match Arm::of_number(row.arm) {
            Some(Arm::Contacted) => {
                campaign.contacted += cell.assigned;
                campaign.returned += cell.returned;
            }
            Some(Arm::Holdout | Arm::GlobalHoldout) => campaign.held_out += cell.assigned,
            Some(Arm::LeftOut) | None => {}
        }
    }
    Ok(known)
}

/// Whole months, since sums are kept by month; all days where none are named.
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
    let (from, to) = (read("from", &query.from, -1_000_000), read("to", &query.to, 10_000_000));
    let mut put = |name: &str, words: String| {
        fields.entry(name.to_owned()).or_insert(words);
    };
    if query.from.is_some() && month(from) != from {
        put("from", format!("is within a month, and reports are of whole months: write {}", month(from).iso()));
    }
    let end = month(month(to).plus(31)).plus(-1);
    if query.to.is_some() && end != to {
        put("to", format!("is within a month, and reports are of whole months: write {}", end.iso()));
    }
    if from > to {
        put("to", "is before `from`".to_owned());
    }
    if fields.is_empty() { Ok((from, to)) } else { Err(Problem::Invalid(fields)) }
}
