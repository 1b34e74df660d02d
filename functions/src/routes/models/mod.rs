//! What scores rest on: the live model, those before it, and one that a browser fitted.

pub mod training;
pub mod upload;

use axum::Json;
use shared::api::{ModelResponse, ModelVersion, ModelVersionResponse};
use shared::audit::Action;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::models::{self, VersionRow};
use crate::db::{DbError, leases, shop};
use crate::extract::PathId;
use crate::jobs;
use crate::problem::Problem;

/// Versions told of.
const VERSIONS: u32 = 20;

/// The live model's card, null before the first scoring, what other definitions of churn would have said, and the models before it.
#[utoipa::path(get, path = "/api/models", tag = "models", responses((status = 200, body = ModelResponse)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Json<ModelResponse>, Problem> {
    let (model, definitions) = models::shown(&ctx.db).await?.map_or((None, Vec::new()), |(card, known)| (Some(card), known));
    let versions = models::versions(&ctx.db, VERSIONS).await?;
    let versions = versions.into_iter().filter_map(VersionRow::wire).collect();
    Ok(Json(ModelResponse { model, definitions, versions }))
}

/// Make an earlier model live again, until a later fit is not worse; everybody is scored again.
#[utoipa::path(post, path = "/api/models/{id}/use", tag = "models", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = ModelVersionResponse), (status = 404, body = shared::api::Problem),
        (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn use_again(ctx: Ctx, PathId(id): PathId) -> Result<Json<ModelVersionResponse>, Problem> {
    let row = models::version(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    if row.live == 0 {
        if row.comparison().is_some_and(|comparison| !comparison.accepted) {
            return Err(Problem::Conflict(
                "model_refused",
                "This model was refused because it may be worse: it was never used".to_owned(),
            ));
        }
        let model = models::model(&ctx.db, row.id).await?;
        let model = model
            .ok_or_else(|| Problem::Conflict("model_unreadable", "An older version of Rekindle made this model".to_owned()))?;
        let home = shop::read(&ctx.db).await?.home_currency;
        if model.home != home {
            let text = format!("This model was fitted to amounts in {}, and the shop counts in {home} now", model.home);
            return Err(Problem::Conflict("model_currency", text));
        }
        let number = row.id;
        let card = wire(row)?.card;
        let entry = Entry::new(Action::ModelUsed).to("model", &id, None).value("fitted", None, card.fitted_at);
        let mut statements = models::use_again(number);
        statements.push(leases::wake("rescore"));
        statements.push(audit::append(&ctx, entry));
        ctx.db.batch(statements).await?;
        jobs::ring(&ctx.env, &ctx.db).await;
    }
    let row = models::version(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    Ok(Json(ModelVersionResponse { version: wire(row)? }))
}

fn wire(row: VersionRow) -> Result<ModelVersion, Problem> {
    row.wire().ok_or_else(|| DbError::Bug("a model's card is not readable".to_owned()).into())
}

/// The only model that there is so far.
fn named(name: &str) -> Result<(), Problem> {
    if name == "risk" { Ok(()) } else { Err(Problem::NotFound) }
}
