//! The register: what people asked for, by when it is due, and when it was granted.

use axum::Json;
use axum::http::StatusCode;
use shared::api::{NewPrivacyRequest, PrivacyKind, PrivacyRequestAnswer, PrivacyRequestChange, PrivacyRequests};
use shared::audit::Action;
use shared::id::Id;
use shared::time::Millis;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::privacy_requests::{self, New};
use crate::db::{edits, erasure};
use crate::extract::{IfMatch, JsonBody, PathId};
use crate::jobs;
use crate::problem::Problem;
use crate::random;
use crate::versioned::Versioned;

/// Lines of the register that are shown.
const MOST: u32 = 500;

/// Characters of a note.
const NOTE_CHARS: usize = 2_000;

/// What people asked for: the open ones first, those that are due first; then the newest that are done.
#[utoipa::path(get, path = "/api/privacy-requests", tag = "privacy", responses((status = 200, body = PrivacyRequests)))]
#[worker::send]
pub async fn list(ctx: Ctx) -> Result<Json<PrivacyRequests>, Problem> {
    let rows = privacy_requests::list(&ctx.db, MOST).await?;
    Ok(Json(PrivacyRequests { privacy_requests: rows.into_iter().map(|row| row.wire(ctx.now)).collect() }))
}

/// One line of the register.
#[utoipa::path(get, path = "/api/privacy-requests/{id}", tag = "privacy", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = PrivacyRequestAnswer), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn show(ctx: Ctx, PathId(id): PathId) -> Result<Versioned<PrivacyRequestAnswer>, Problem> {
    answer(&ctx, &id).await
}

/// Write down what a customer asked for. An objection to profiling holds from now on; the rest is due within thirty days.
#[utoipa::path(post, path = "/api/privacy-requests", tag = "privacy", request_body = NewPrivacyRequest,
    responses((status = 201, body = PrivacyRequestAnswer), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn create(
    ctx: Ctx,
    JsonBody(given): JsonBody<NewPrivacyRequest>,
) -> Result<(StatusCode, Versioned<PrivacyRequestAnswer>), Problem> {
    if given.kind == PrivacyKind::ShopErasure {
        return Err(Problem::field("kind", "Only a store asks for this: use export, erasure or objection"));
    }
    let customer = erasure::root(&ctx.db, &given.customer).await?;
    let customer = customer.ok_or_else(|| Problem::field("customer", "Nobody has this id: copy it from the customer's page"))?;
    let note = checked(given.note.as_deref())?;
    let received_at = received_at(given.received_at.as_deref(), ctx.now)?;
    let id = random::id(ctx.now)?;
    let subject = customer.public_id.to_string();
    let new = New { id: &id, kind: given.kind, customer: customer.id, subject: &subject, note, received_at };
    let entry = Entry::new(Action::PrivacyRequestAdded).to("customer", &subject, None).field(privacy_requests::code(given.kind));
    let mut statements = vec![privacy_requests::add(&new)];
    if given.kind == PrivacyKind::Objection {
        statements.extend(edits::object(customer.id, ctx.now));
        statements.push(privacy_requests::grant(&id, ctx.now));
    }
    statements.push(audit::append(&ctx, entry));
    ctx.db.batch(statements).await?;
    if given.kind == PrivacyKind::Objection {
        jobs::ring(&ctx.env, &ctx.db).await;
    }
    Ok((StatusCode::CREATED, answer(&ctx, &id).await?))
}

/// Say that it was granted, or note something about it.
#[utoipa::path(patch, path = "/api/privacy-requests/{id}", tag = "privacy", request_body = PrivacyRequestChange,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = PrivacyRequestAnswer), (status = 404, body = shared::api::Problem),
        (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<PrivacyRequestChange>,
) -> Result<Versioned<PrivacyRequestAnswer>, Problem> {
    let row = privacy_requests::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let done_at = match change.done {
        Some(true) => row.done_at.or(Some(ctx.now.0)),
        Some(false) => None,
        None => row.done_at,
    };
    if row.done_at.is_some() && done_at.is_none() && row.customer.is_none() {
        return Err(Problem::Conflict("erased", "This person was erased: that cannot be taken back".to_owned()));
    }
    let note = match &change.note {
        Some(note) => checked(note.as_deref())?.map(str::to_owned),
        None => row.note.clone(),
    };
    let mut entry = Entry::new(Action::PrivacyRequestChanged).to("privacy_request", &id, None);
    if done_at.is_some() != row.done_at.is_some() {
        let says = |at: Option<i64>| Some(if at.is_some() { "done" } else { "open" }.to_owned());
        entry = entry.value("status", says(row.done_at), says(done_at));
    }
    if note != row.note {
        entry = entry.field("note");
    }
    let statements = vec![privacy_requests::change(row.id, version, done_at, note.as_deref()), audit::append(&ctx, entry)];
    match ctx.db.batch(statements).await {
        Err(error) if error.is_stale("privacy_requests") => {
            let Versioned(_, PrivacyRequestAnswer { privacy_request: current }) = answer(&ctx, &id).await?;
            Err(Problem::stale(version, current.version, &current))
        }
        done => {
            done?;
            answer(&ctx, &id).await
        }
    }
}

/// The line as it stands.
pub async fn answer(ctx: &Ctx, id: &Id) -> Result<Versioned<PrivacyRequestAnswer>, Problem> {
    let row = privacy_requests::find(&ctx.db, id).await?.ok_or(Problem::NotFound)?;
    Ok(Versioned(row.version, PrivacyRequestAnswer { privacy_request: row.wire(ctx.now) }))
}

fn checked(note: Option<&str>) -> Result<Option<&str>, Problem> {
    let note = note.map(str::trim).filter(|note| !note.is_empty());
    match note {
        Some(note) if note.chars().nth(NOTE_CHARS).is_some() => {
            Err(Problem::field("note", format!("Use at most {NOTE_CHARS} characters")))
        }
        note => Ok(note),
    }
}

fn received_at(given: Option<&str>, now: Millis) -> Result<Millis, Problem> {
    let Some(text) = given else { return Ok(now) };
    let at = Millis::parse_rfc3339(text).ok().filter(|at| *at <= now && at.0 >= 0);
    at.ok_or_else(|| Problem::field("received_at", "Use a time that has been, such as 2026-03-02T09:00:00Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_asks_in_the_future() {
        let now = Millis(1_772_442_000_000);
        assert_eq!(received_at(None, now).ok(), Some(now));
        assert!(received_at(Some("2026-03-02T08:59:59Z"), now).is_ok());
        for wrong in ["2026-03-02T09:00:01Z", "yesterday", "", "1969-12-31T00:00:00Z"] {
            assert!(matches!(received_at(Some(wrong), now), Err(Problem::Invalid(_))), "{wrong}");
        }
    }

    #[test]
    fn a_note_has_an_end() {
        assert_eq!(checked(Some("  ")).ok(), Some(None));
        assert!(checked(Some(&"x".repeat(NOTE_CHARS))).is_ok() && checked(Some(&"x".repeat(NOTE_CHARS + 1))).is_err());
    }
}
