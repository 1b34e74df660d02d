//! The matrix of offers.

use axum::Json;
use shared::api::{MatrixAnswer, MatrixBasis, MatrixPreview, MatrixPreviewAnswer};

use super::guardrails::valid;
use crate::ctx::Ctx;
use crate::db::{interventions, segments, shop};
use crate::extract::JsonBody;
use crate::offering::{self, Shelf};
use crate::problem::Problem;

/// What each offer would do for each row of customers, what the shop as a whole gets under its limits and budget, and all that both
/// are computed from.
#[utoipa::path(get, path = "/api/matrix", tag = "offers", responses((status = 200, body = MatrixAnswer)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Json<MatrixAnswer>, Problem> {
    let basis = basis(&ctx).await?;
    Ok(Json(MatrixAnswer { matrix: basis.matrix(&basis.guardrails), basis }))
}

/// The matrix under other limits.
///
/// Nothing is stored: the app computes the same by itself.
#[utoipa::path(post, path = "/api/matrix/preview", tag = "offers", request_body = MatrixPreview,
    responses((status = 200, body = MatrixPreviewAnswer)))]
#[worker::send]
pub async fn preview(ctx: Ctx, JsonBody(asked): JsonBody<MatrixPreview>) -> Result<Json<MatrixPreviewAnswer>, Problem> {
    let basis = basis(&ctx).await?;
    let guardrails = match asked.guardrails {
        Some(guardrails) => {
            let fields = valid(&guardrails, basis.guardrails.currency).err().unwrap_or_default();
            if !fields.is_empty() {
                return Err(Problem::Invalid(
                    fields.into_iter().map(|(field, fix)| (format!("guardrails.{field}"), fix)).collect(),
                ));
            }
            guardrails
        }
        None => basis.guardrails.clone(),
    };
    Ok(Json(MatrixPreviewAnswer { matrix: basis.matrix(&guardrails) }))
}

async fn basis(ctx: &Ctx) -> Result<MatrixBasis, Problem> {
    let shop = shop::read(&ctx.db).await?;
    let shelf = offering::shelf(&ctx.db, &shop, ctx.now).await?;
    let groups = segments::groups(&ctx.db).await?;
    let spent = ctx.db.batch_idempotent(vec![interventions::spent_by_all(&shelf.guardrails, ctx.now)]).await?;
    let Shelf { offers, guardrails, guardrails_version, outcomes, margin_rate, .. } = shelf;
    let spent = spent.first().map(interventions::read_period).transpose()?.unwrap_or_default();
    Ok(MatrixBasis { offers, guardrails, guardrails_version, groups, outcomes, margin_rate, spent })
}
