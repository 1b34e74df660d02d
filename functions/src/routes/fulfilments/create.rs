//! Setting up a way of giving.

use axum::http::StatusCode;
use shared::api::{FulfilmentAnswer, FulfilmentWay, NewFulfilment};
use shared::audit::Action;
use shared::offer::fulfilment::State;

use super::{checked, find, wire};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::fulfilments;
use crate::extract::JsonBody;
use crate::problem::Problem;
use crate::random;
use crate::versioned::Versioned;

/// Set up a way of giving what was offered.
///
/// `secret` of a feature switch is ours, and stands in this answer and nowhere else. A store is live once it was tested.
#[utoipa::path(post, path = "/api/fulfilments", tag = "fulfilments", request_body = NewFulfilment,
    responses((status = 201, body = FulfilmentAnswer)))]
#[worker::send]
pub async fn create(
    ctx: Ctx,
    JsonBody(new): JsonBody<NewFulfilment>,
) -> Result<(StatusCode, Versioned<FulfilmentAnswer>), Problem> {
    let NewFulfilment { provider, name, secret, settings } = new;
    let name = checked::name(&name)?;
    checked::settings(provider, &settings, ctx.settings.own())?;
    checked::owner(&ctx, &settings).await?;
    if let Some(secret) = &secret {
        checked::secret(provider, &settings, secret)?;
    }
    let id = random::id(ctx.now)?;
    let json = serde_json::to_string(&settings).map_err(|error| Problem::Internal(error.to_string()))?;
    // What is asked of nobody cannot fail.
    let state = if provider.is_asked() { State::Untested } else { State::Live };
    let add = fulfilments::New { public_id: &id, provider, name: &name, settings: &json, state, now: ctx.now };
    let entry = Entry::new(Action::FulfilmentAdded).to("fulfilment", &id, Some(&name)).value(
        "provider",
        None,
        Some(provider.code().to_owned()),
    );
    let mut statements = vec![fulfilments::add(add), audit::append_if_changed(&ctx, entry)];
    let made = if secret.is_none() { checked::made(provider)? } else { None };
    if let Some(secret) = secret.as_ref().or(made.as_ref()) {
        statements.extend(checked::store(&ctx, &id, secret)?);
    }
    let outcomes = ctx.db.batch(statements).await?;
    if outcomes.first().is_none_or(|added| added.changes == 0) {
        return Err(Problem::Conflict(
            "too_many_fulfilments",
            format!("There are {} ways of giving already: remove some first", fulfilments::MOST),
        ));
    }
    let fulfilment = FulfilmentWay { secret: made, ..wire(find(&ctx, &id).await?)? };
    Ok((StatusCode::CREATED, Versioned(fulfilment.version, FulfilmentAnswer { fulfilment })))
}
