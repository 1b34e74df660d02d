//! Campaigns that begin from others: ready-made plans, plans of one's own, copies, and corrections.

use axum::Json;
use axum::http::StatusCode;
use shared::api::{CampaignResponse, NewCorrection, NewPlan, PlanChoice, PlansResponse};
use shared::audit::Action;
use shared::campaign::plan::Mode;
use shared::campaign::plans::{Ready, ready};
use shared::campaign::{Audience, Plan};
use shared::message::Draft;

use super::{NAME_CHARS, answer, draft, entry, standing};
use crate::ctx::Ctx;
use crate::db::audit;
use crate::db::campaigns::{self, Content, MOST, Row};
use crate::extract::{JsonBody, PathId};
use crate::problem::Problem;
use crate::random;
use crate::versioned::Versioned;
use shared::message::check::is_text;

type Made = Result<(StatusCode, Versioned<CampaignResponse>), Problem>;

/// Plans to begin with: ready-made ones, then the shop's own.
#[utoipa::path(get, path = "/api/plans", tag = "campaigns", responses((status = 200, body = PlansResponse)))]
#[worker::send]
pub async fn plans(ctx: Ctx) -> Result<Json<PlansResponse>, Problem> {
    let made = Ready::ALL.iter().map(|code| {
        let known = ready(*code);
        PlanChoice {
            id: code_of(*code),
            name: known.name,
            about: known.about,
            is_own: false,
            plan: known.plan,
            brief: known.brief,
        }
    });
    let own = campaigns::plans(&ctx.db).await?;
    let own = own.iter().filter_map(|row| {
        let (plan, draft) = row.read()?;
        let about = "A plan that your team saved.".to_owned();
        Some(PlanChoice { id: row.public_id.to_string(), name: row.name.clone(), about, is_own: true, plan, brief: draft.brief })
    });
    Ok(Json(PlansResponse { plans: made.chain(own).collect() }))
}

/// Save the plan and the messages of a campaign, to begin others from.
#[utoipa::path(post, path = "/api/campaigns/{id}/save-plan", tag = "campaigns", request_body = NewPlan,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 201, body = shared::api::Done), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn save(
    ctx: Ctx,
    PathId(id): PathId,
    JsonBody(new): JsonBody<NewPlan>,
) -> Result<(StatusCode, Json<shared::api::Done>), Problem> {
    let row = campaigns::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let name = new.name.trim();
    if !is_text(name, NAME_CHARS, true) {
        return Err(Problem::field("name", format!("Use 1 to {NAME_CHARS} characters")));
    }
    let log = audit::append_if_changed(&ctx, entry(Action::PlanSaved, &id, name));
    let statement = campaigns::save_plan(&random::id(ctx.now)?, name, row.id, ctx.user_id(), ctx.now);
    let outcomes = ctx.db.batch(vec![statement, log]).await?;
    if outcomes.first().is_none_or(|saved| saved.changes == 0) {
        return Err(Problem::field("name", "There is a plan of this name, or a hundred plans already: choose another name"));
    }
    Ok((StatusCode::CREATED, Json(shared::api::Done { done: true })))
}

/// A draft that is the same.
#[utoipa::path(post, path = "/api/campaigns/{id}/duplicate", tag = "campaigns", params(("id" = String, Path, format = "uuid")),
    responses((status = 201, body = CampaignResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn duplicate(ctx: Ctx, PathId(id): PathId) -> Made {
    let row = campaigns::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let (plan, draft) = (standing::plan(&row)?, draft(&row)?);
    make(&ctx, &row, &format!("{} (copy)", row.name), plan, draft).await
}

/// A draft to exactly those who got a step, to put right what was wrong in it: nobody is held out from it.
#[utoipa::path(post, path = "/api/campaigns/{id}/correction", tag = "campaigns", request_body = NewCorrection,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 201, body = CampaignResponse), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn correction(ctx: Ctx, PathId(id): PathId, JsonBody(asked): JsonBody<NewCorrection>) -> Made {
    let row = campaigns::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let edition =
        asked.edition.or(row.edition).ok_or_else(|| Problem::Conflict("not_launched", "Nothing was sent yet".to_owned()))?;
    let (plan, draft) = (standing::plan(&row)?, draft(&row)?);
    let Some(step) = plan.steps.iter().find(|step| step.id == asked.step) else {
        return Err(Problem::field("step", "The plan has no such step"));
    };
    let customers = campaigns::got_step(&ctx.db, row.id, asked.step, edition, Audience::MOST_CUSTOMERS + 1).await?;
    if customers.is_empty() {
        return Err(Problem::Conflict("nobody", "Nobody got this step".to_owned()));
    }
    if customers.len() > Audience::MOST_CUSTOMERS {
        let text = format!("More than {} people got it: write to its segment instead", Audience::MOST_CUSTOMERS);
        return Err(Problem::Conflict("too_many", text));
    }
    let mut first = step.clone();
    first.day = 0;
    let plan = Plan {
        mode: Mode::Once,
        holdout: 0,
        steps: vec![first],
        audience: Audience { customers, ..Audience::default() },
        ..plan
    };
    make(&ctx, &row, &format!("{} (correction)", row.name), plan, draft).await
}

/// From a ready-made plan or one of the shop's own.
pub async fn chosen(ctx: &Ctx, id: &str) -> Result<(Plan, Option<Draft>), Problem> {
    if let Some(code) = Ready::ALL.iter().find(|code| code_of(**code) == id) {
        let known = ready(*code);
        return Ok((known.plan, Some(Draft::new(known.brief))));
    }
    let own = campaigns::plans(&ctx.db).await?;
    let known = own.iter().find(|row| row.public_id.as_str() == id).and_then(campaigns::SavedRow::read);
    known
        .map(|(plan, draft)| (plan, Some(draft)))
        .ok_or_else(|| Problem::field("plan", "There is no such plan any more: choose another"))
}

fn code_of(code: Ready) -> String {
    serde_json::to_value(code).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

async fn make(ctx: &Ctx, row: &Row, name: &str, plan: Plan, draft: Draft) -> Made {
    let name: String = name.chars().take(NAME_CHARS).collect();
    let content = Content { name, segment: row.segment.clone(), draft, plan };
    let id = random::id(ctx.now)?;
    let log = audit::append_if_changed(ctx, entry(Action::CampaignAdded, &id, &content.name));
    if !campaigns::add(&ctx.db, &id, &content, ctx.user_id(), ctx.now, log).await? {
        return Err(Problem::Conflict("too_many_campaigns", format!("There are {MOST} already: remove some first")));
    }
    Ok((StatusCode::CREATED, answer(ctx, &id).await?))
}
