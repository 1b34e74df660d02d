//! `DELETE /api/customers/{id}`.

use axum::Json;
use axum::http::StatusCode;
use shared::api::PrivacyRequestAnswer;
use shared::audit::Action;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::{erasure, leases, privacy_requests};
use crate::extract::PathId;
use crate::jobs::{self, Job};
use crate::problem::Problem;
use crate::random;
use crate::routes::{privacy_requests as register, runs};
use crate::versioned::Versioned;

/// Erase a customer: everything that is held on the person, with all records that were merged into theirs.
///
/// What is left is a line of the register, and hashes by which whatever comes of the person later is known and dropped. 202 where that
/// takes longer than 25 seconds: it goes on by itself, and the request says when it is done.
#[utoipa::path(delete, path = "/api/customers/{id}", tag = "privacy", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = PrivacyRequestAnswer), (status = 202, body = PrivacyRequestAnswer),
        (status = 404, body = shared::api::Problem), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn erase(ctx: Ctx, PathId(id): PathId) -> Result<(StatusCode, Json<PrivacyRequestAnswer>), Problem> {
    let customer = erasure::root(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    if customer.is_sample() {
        return Err(Problem::Conflict("sample", "This is nobody: take the sample shop out in Settings instead".to_owned()));
    }
    let subject = customer.public_id.to_string();
    let log = audit::append(&ctx, Entry::new(Action::ErasureAsked).to("customer", &subject, None));
    // The wake stands with the entry: what the log tells of happens, also where this request breaks off here.
    let mut statements = privacy_requests::start_erasure(customer.id, &random::id(ctx.now)?, &subject, ctx.now).to_vec();
    statements.extend([leases::wake(Job::Privacy.name()), log]);
    ctx.db.batch(statements).await?;
    let request = privacy_requests::erasure_of(&ctx.db, &subject).await?.ok_or(Problem::NotFound)?;
    jobs::run_now(&ctx.env, &ctx.db, Job::Privacy).await.map_err(runs::problem)?;
    let Versioned(_, answer) = register::answer(&ctx, &request).await?;
    let status = if answer.privacy_request.done_at.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, Json(answer)))
}
