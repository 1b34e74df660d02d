//! From which probability on a customer counts as about to leave.

use std::collections::BTreeMap;

use axum::Json;
use shared::api::{Thresholds, ThresholdsResponse, ThresholdsView};

use crate::ctx::Ctx;
use crate::db::models;
use crate::db::shop::{self, Cell};
use crate::extract::JsonBody;
use crate::jobs;
use crate::problem::Problem;

/// The thresholds in force, where they come from, and how many customers have each risk.
#[utoipa::path(get, path = "/api/thresholds", tag = "models", responses((status = 200, body = ThresholdsResponse)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Json<ThresholdsResponse>, Problem> {
    let shop = shop::read(&ctx.db).await?;
    let live = models::live(&ctx.db).await?.map(|live| live.model);
    let model = live.unwrap_or_else(|| shared::risk::prior(shop.home_currency).0);
    let (thresholds, basis, text) = match shop.thresholds() {
        Some(own) => (own, "own".to_owned(), "Set by your shop.".to_owned()),
        None => {
            let mut text = model.thresholds_text;
            if model.churn_days != shop.churn_days && model.thresholds_basis == "chosen" {
                text.push_str(" They were chosen before you changed when a customer counts as lost; the next fit chooses again.");
            }
            (model.thresholds, model.thresholds_basis, text)
        }
    };
    let cells = shop::threshold_cells(&ctx.db).await?;
    let cells = cells.into_iter().map(|Cell { p30, p60, p90, customers }| (p30, p60, p90, customers)).collect();
    let view = ThresholdsView { thresholds, basis, text, cells, version: shop.thresholds_version };
    Ok(Json(ThresholdsResponse { thresholds: view }))
}

/// Set own thresholds; everybody is scored again.
#[utoipa::path(put, path = "/api/thresholds", tag = "models", request_body = Thresholds,
    responses((status = 200, body = ThresholdsResponse)))]
#[worker::send]
pub async fn replace(ctx: Ctx, JsonBody(own): JsonBody<Thresholds>) -> Result<Json<ThresholdsResponse>, Problem> {
    let Thresholds { immediate, moderate, early } = own;
    let wrong: BTreeMap<String, String> = [("immediate", immediate), ("moderate", moderate), ("early", early)]
        .into_iter()
        .filter(|(_, value)| !(*value > 0.0 && *value <= 1.0))
        .map(|(name, _)| (name.to_owned(), "Use a probability above 0 and up to 1".to_owned()))
        .collect();
    if !wrong.is_empty() {
        return Err(Problem::Invalid(wrong));
    }
    shop::set_thresholds(&ctx.db, Some(&own), ctx.now).await?;
    jobs::ring(&ctx.env, &ctx.db).await;
    show(ctx).await
}

/// Go back to the model's thresholds.
#[utoipa::path(delete, path = "/api/thresholds", tag = "models", responses((status = 200, body = ThresholdsResponse)))]
#[worker::send]
pub async fn remove(ctx: Ctx) -> Result<Json<ThresholdsResponse>, Problem> {
    shop::set_thresholds(&ctx.db, None, ctx.now).await?;
    jobs::ring(&ctx.env, &ctx.db).await;
    show(ctx).await
}
