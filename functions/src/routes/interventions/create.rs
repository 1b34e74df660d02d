//! Beginning something for one customer.

use axum::http::StatusCode;
use shared::api::{InterventionAnswer, NewIntervention};

use super::one;
use crate::beginning::{Asked, Beginner, begin};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::edits;
use crate::extract::JsonBody;
use crate::jobs;
use crate::problem::Problem;
use crate::routes::customers::change::check_own;
use crate::versioned::Versioned;

/// Channels that something may be told on.
const CHANNELS: [&str; 6] = ["email", "sms", "phone", "post", "inapp", "push"];

/// Somebody else began something for the customer, or spent the budget, between reading and writing: so often it is decided anew.
const TRIES: u32 = 4;

/// Begin something for a customer: an offer, with its code, link or task.
///
/// The offer passes the guardrails, whoever asks: what stops it is said, with what would lift it. What it may cost is reserved with it. A
/// code is made by the store afterwards: the intervention is `started` once the store has it. A deeper offer of the same kind while one is
/// open raises the code that the customer has.
#[utoipa::path(post, path = "/api/interventions", tag = "interventions", request_body = NewIntervention,
    responses((status = 201, body = InterventionAnswer), (status = 409, body = shared::api::Problem), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn create(
    ctx: Ctx,
    JsonBody(given): JsonBody<NewIntervention>,
) -> Result<(StatusCode, Versioned<InterventionAnswer>), Problem> {
    let asked = asked(&ctx, given).await?;
    let log = |entry: Entry| audit::append_if_changed(&ctx, entry);
    let who = Beginner { db: &ctx.db, origin: &ctx.settings.origin, by: ctx.who.user_id(), now: ctx.now, log: &log };
    for _ in 0..TRIES {
        if let Some(begun) = begin(&who, &asked).await? {
            if begun.is_asked {
                jobs::ring(&ctx.env, &ctx.db).await;
            }
            let intervention = one(&ctx, &begun.id).await?;
            return Ok((StatusCode::CREATED, Versioned(intervention.version, InterventionAnswer { intervention })));
        }
    }
    Err(Problem::Busy)
}

async fn asked(ctx: &Ctx, given: NewIntervention) -> Result<Asked, Problem> {
    let NewIntervention { customer, offer, depth, channel, by, owner, due_at } = given;
    let id = customer.ok_or_else(|| Problem::field("customer", "Say for which customer"))?;
    let customer = edits::find(&ctx.db, &id, ctx.now.day()).await?.ok_or(Problem::NotFound)?;
    check_own(ctx, customer.owner_id)?;
    if customer.objected_at.is_some() {
        return Err(Problem::Conflict(
            "objected",
            "This customer objected to profiling: nothing is decided about them".to_owned(),
        ));
    }
    let channel = channel.unwrap_or_else(|| "email".to_owned());
    if !CHANNELS.contains(&channel.as_str()) {
        return Err(Problem::field("channel", format!("Use one of {}", CHANNELS.join(", "))));
    }
    Ok(Asked {
        offer,
        depth,
        channel,
        by,
        owner: super::change::owner(ctx, owner.as_ref()).await?,
        due_at: due_at.as_deref().map(|text| super::change::due(text, ctx.now)).transpose()?,
        customer,
        ladder: None,
    })
}
