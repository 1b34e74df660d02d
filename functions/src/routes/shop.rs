//! The shop's own settings.

use axum::Json;
use shared::api::{ShopChange, ShopResponse};

use crate::ctx::Ctx;
use crate::db::shop;
use crate::extract::JsonBody;
use crate::jobs;
use crate::problem::Problem;

/// The shop's settings.
#[utoipa::path(get, path = "/api/shop", tag = "shop", responses((status = 200, body = ShopResponse)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Json<ShopResponse>, Problem> {
    let shop = shop::read(&ctx.db).await?.wire(ctx.settings.local);
    Ok(Json(ShopResponse { shop }))
}

/// Change some of the settings.
///
/// Rates convert into the home currency, so a new one removes them; totals stay apart until new ones are stored.
#[utoipa::path(patch, path = "/api/shop", tag = "shop", request_body = ShopChange, responses((status = 200, body = ShopResponse)))]
#[worker::send]
pub async fn change(ctx: Ctx, JsonBody(mut change): JsonBody<ShopChange>) -> Result<Json<ShopResponse>, Problem> {
    change.name = change.name.map(|name| name.trim().to_owned());
    if change.name.as_ref().is_some_and(|name| name.is_empty() || name.chars().count() > 100) {
        return Err(Problem::field("name", "Use 1 to 100 characters"));
    }
    if change.time_zone.as_ref().is_some_and(|zone| zone.parse::<chrono_tz::Tz>().is_err()) {
        return Err(Problem::field("time_zone", "Use an IANA name such as Europe/Berlin"));
    }
    let home = shop::read(&ctx.db).await?.home_currency;
    let is_new_home = change.home_currency.is_some_and(|currency| currency != home);
    shop::change(&ctx.db, &change, is_new_home, ctx.now).await?;
    if is_new_home {
        jobs::ring(&ctx.env, &ctx.db).await;
    }
    show(ctx).await
}
