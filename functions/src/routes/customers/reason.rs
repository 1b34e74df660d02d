//! `PUT /api/customers/{id}/reason`.

use shared::api::{CustomerResponse, ReasonChange};
use shared::audit::Action;
use shared::reason;
use shared::state::State;

use super::change::{check_own, stale};
use super::show;
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::reasons::{self, Correction};
use crate::extract::{IfMatch, JsonBody, PathId};
use crate::jobs;
use crate::problem::Problem;
use crate::versioned::Versioned;

/// Everybody is looked at anew after so many corrections, and whenever they have doubled since.
const LESSONS: u32 = 5;

/// Say why a customer leaves; null goes back to what is inferred. Corrections teach the inference of others.
#[utoipa::path(put, path = "/api/customers/{id}/reason", tag = "customers", request_body = ReasonChange,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = CustomerResponse), (status = 404, body = shared::api::Problem),
        (status = 412, body = shared::api::Problem)))]
#[worker::send]
pub async fn replace(
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    JsonBody(asked): JsonBody<ReasonChange>,
) -> Result<Versioned<CustomerResponse>, Problem> {
    let before = reasons::corrected(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    check_own(&ctx, before.owner_id)?;
    if before.is_objecting() {
        let text = "They object to profiling: no reason is kept of them".to_owned();
        return Err(Problem::Conflict("objects_to_profiling", text));
    }
    if before.reason() != asked.reason {
        let state: Option<State> = before.state.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let signs = state.filter(|_| asked.reason.is_some()).map_or(0, |state| reason::mask(&state, ctx.now.day()));
        let known: u32 = reasons::lessons(&ctx.db).await?.iter().map(|lesson| lesson.customers).sum();
        let is_more = before.reason().is_none() && asked.reason.is_some();
        let correction =
            Correction { id: before.id, version, reason: asked.reason, signs, teaches: is_more && teaches(known + 1) };
        // What is said of a customer stands with the customer, not in the log.
        let entry = Entry::new(Action::ReasonSet).to("customer", &id, None);
        match reasons::correct(&ctx.db, correction, ctx.now, audit::append(&ctx, entry)).await {
            Err(error) if error.is_stale("customers") => return Err(stale(&ctx, &id, version).await?),
            done => done?,
        }
        jobs::ring(&ctx.env, &ctx.db).await;
    }
    let customer = show::read(&ctx, &id).await?;
    Ok(Versioned(customer.version, CustomerResponse { customer }))
}

fn teaches(corrections: u32) -> bool {
    corrections.is_multiple_of(LESSONS) && (corrections / LESSONS).is_power_of_two()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_looked_at_anew_after_five_corrections_and_whenever_they_have_doubled() {
        let found: Vec<u32> = (0..100).filter(|count| teaches(*count)).collect();
        assert_eq!(found, [5, 10, 20, 40, 80]);
    }
}
