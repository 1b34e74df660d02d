//! The figures of Overview.

use axum::Json;
use shared::api::{Overview, OverviewResponse};
use shared::economics;

use crate::ctx::Ctx;
use crate::db::customers::{self, Summary};
use crate::db::{imports, margins, runs, shop, totals, usage};
use crate::problem::Problem;

/// What the shop has, who is about to leave, and what happened last.
#[utoipa::path(get, path = "/api/overview", tag = "shop", responses((status = 200, body = OverviewResponse)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Json<OverviewResponse>, Problem> {
    let shop = shop::read(&ctx.db).await?;
    let home = shop.home_currency;
    let (counts, orders, totals) = totals::read(&ctx.db, home).await?;
    let Summary { tiers, waiting, card, .. } = customers::summary(&ctx.db, home).await?;
    let economics = margins::economics(&ctx.db, &shop, ctx.now.day()).await?;
    let overview = Overview {
        customers: tiers.iter().map(|tier| tier.customers).sum(),
        contacts: counts.contacts,
        orders,
        events: counts.events,
        totals,
        at_stake: economics::at_stake(&tiers, &economics.margin, &economics.acquisition_cost, home),
        economics,
        alerts: usage::limits(&ctx.db, ctx.now).await?.alerts(),
        tiers,
        waiting,
        last_import: imports::page(&ctx.db, &imports::Filter::default(), None, 1)
            .await?
            .into_iter()
            .next()
            .map(|import| import.wire()),
        last_score: runs::last_done(&ctx.db, "score").await?,
        model: card,
    };
    Ok(Json(OverviewResponse { overview }))
}
