//! The shop's own settings.

use axum::Json;
use shared::api::{ShopChange, ShopResponse};
use shared::risk::CHURN_DAYS;

use crate::ctx::Ctx;
use crate::db::shop::{self, Effects};
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
/// Rates convert into the home currency, so a new one removes them; totals stay apart until new ones are stored. After a change of
/// when a customer counts as lost everybody is scored again.
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
    if change.churn_days.flatten().is_some_and(|days| !CHURN_DAYS.contains(&days)) {
        let (least, most) = (CHURN_DAYS.start(), CHURN_DAYS.end());
        return Err(Problem::field("churn_days", format!("Use {least} to {most} days, or null for each customer's own rhythm")));
    }
    let before = shop::read(&ctx.db).await?;
    let effects = Effects {
        is_new_home: change.home_currency.is_some_and(|currency| currency != before.home_currency),
        is_new_churn: change.churn_days.is_some_and(|days| days != before.churn_days),
    };
    shop::change(&ctx.db, &change, effects, ctx.now).await?;
    if effects.is_new_home || effects.is_new_churn {
        jobs::ring(&ctx.env, &ctx.db).await;
    }
    show(ctx).await
}
