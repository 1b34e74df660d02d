//! From which probability on a customer counts as about to leave.

use std::collections::BTreeMap;

use shared::api::{Thresholds, ThresholdsResponse, ThresholdsView};
use shared::audit::Action;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::models;
use crate::db::shop::{self, Cell, THRESHOLDS_VERSION};
use crate::extract::{IfMatch, JsonBody};
use crate::jobs;
use crate::problem::Problem;
use crate::versioned::Versioned;

/// The thresholds in force, where they come from, and how many customers have each risk.
#[utoipa::path(get, path = "/api/thresholds", tag = "models", responses((status = 200, body = ThresholdsResponse)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Versioned<ThresholdsResponse>, Problem> {
    let shop = shop::read(&ctx.db).await?;
    let live = models::live(&ctx.db).await?.map(|live| live.model);
    let model = live.unwrap_or_else(|| shared::risk::prior(shop.home_currency, shop.prior()).0);
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
    Ok(Versioned(shop.thresholds_version, ThresholdsResponse { thresholds: view }))
}

/// Set own thresholds; everybody is scored again.
#[utoipa::path(put, path = "/api/thresholds", tag = "models", request_body = Thresholds,
    responses((status = 200, body = ThresholdsResponse), (status = 412, body = shared::api::Problem)))]
#[worker::send]
pub async fn replace(
    ctx: Ctx,
    IfMatch(version): IfMatch,
    JsonBody(own): JsonBody<Thresholds>,
) -> Result<Versioned<ThresholdsResponse>, Problem> {
    let Thresholds { immediate, moderate, early } = own;
    let wrong: BTreeMap<String, String> = [("immediate", immediate), ("moderate", moderate), ("early", early)]
        .into_iter()
        .filter(|(_, value)| !(*value > 0.0 && *value <= 1.0))
        .map(|(name, _)| (name.to_owned(), "Use a probability above 0 and up to 1".to_owned()))
        .collect();
    if !wrong.is_empty() {
        return Err(Problem::Invalid(wrong));
    }
    set(ctx, version, Action::ThresholdsChanged, Some(own)).await
}

/// Go back to the model's thresholds.
#[utoipa::path(delete, path = "/api/thresholds", tag = "models",
    responses((status = 200, body = ThresholdsResponse), (status = 412, body = shared::api::Problem)))]
#[worker::send]
pub async fn remove(ctx: Ctx, IfMatch(version): IfMatch) -> Result<Versioned<ThresholdsResponse>, Problem> {
    set(ctx, version, Action::ThresholdsReset, None).await
}

/// What is so already is answered as done (RFC 9110, 13.1.1), so that nobody is scored again for nothing.
async fn set(ctx: Ctx, version: u32, action: Action, own: Option<Thresholds>) -> Result<Versioned<ThresholdsResponse>, Problem> {
    let before = shop::read(&ctx.db).await?.thresholds();
    if before == own {
        return show(ctx).await;
    }
    let value = |thresholds: &Option<Thresholds>, of: fn(&Thresholds) -> f64| {
        thresholds.as_ref().map(|thresholds| format!("{} %", (of(thresholds) * 1000.0).round() / 10.0))
    };
    let entry = Entry::new(action)
        .value("immediate", value(&before, |them| them.immediate), value(&own, |them| them.immediate))
        .value("moderate", value(&before, |them| them.moderate), value(&own, |them| them.moderate))
        .value("early", value(&before, |them| them.early), value(&own, |them| them.early));
    match shop::set_thresholds(&ctx.db, own.as_ref(), version, ctx.now, audit::append(&ctx, entry)).await {
        Err(error) if error.is_stale_at(THRESHOLDS_VERSION) => {
            let Versioned(current, ThresholdsResponse { thresholds }) = show(ctx).await?;
            return Err(Problem::stale(version, current, &thresholds));
        }
        done => done?,
    }
    jobs::ring(&ctx.env, &ctx.db).await;
    show(ctx).await
}
