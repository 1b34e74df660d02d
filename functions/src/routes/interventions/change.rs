//! What becomes of an intervention: begun, done with its outcome, given to somebody else, cancelled.

use shared::api::{InterventionAnswer, InterventionChange, InterventionState};
use shared::audit::Action;
use shared::id::Id;
use shared::time::{MILLIS_PER_DAY, Millis};

use super::{answer, find, one};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::interventions::{self, Change, InterventionRow};
use crate::db::{codes, edits, leases};
use crate::extract::{IfMatch, JsonBody, PathId};
use crate::jobs;
use crate::problem::Problem;
use crate::routes::customers::change::check_own;
use crate::versioned::Versioned;

const NOTE_CHARS: usize = 2_000;

/// Days that something may lie ahead.
const MOST_DAYS: i64 = 365;

/// Change an intervention: its state, its outcome with a note, who does it, or until when.
///
/// `cancelled` gives back what was reserved, and ends the code in the store. `done` can be opened again with `planned`; what is cancelled
/// stays so.
#[utoipa::path(patch, path = "/api/interventions/{id}", tag = "interventions", request_body = InterventionChange,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = InterventionAnswer), (status = 404, body = shared::api::Problem), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<InterventionChange>,
) -> Result<Versioned<InterventionAnswer>, Problem> {
    let row = find(&ctx, &id).await?;
    check_theirs(&ctx, &row)?;
    let (before, state) = (row.state(), change.state.unwrap_or(row.state()));
    if before == InterventionState::Cancelled && state != before {
        return Err(Problem::Conflict("cancelled", "This was cancelled and its code ended: begin something new".to_owned()));
    }
    let note = change.note.as_deref().map(note).transpose()?.or_else(|| row.note.clone()).filter(|note| !note.is_empty());
    let owner = owner(&ctx, change.owner.as_ref()).await?.or(row.owner_id);
    let due_at = change.due_at.as_deref().map(|text| due(text, ctx.now)).transpose()?.map(|at| at.0).or(row.due_at);
    let outcome = if state.is_open() { None } else { change.outcome.or(row.outcome()) };
    let changed = Change { version, state, outcome, note: note.as_deref(), owner, due_at, now: ctx.now };
    let mut entry = Entry::new(Action::InterventionChanged).to("customer", &row.customer, None).value(
        "state",
        Some(before.code().to_owned()),
        Some(state.code().to_owned()),
    );
    if note != row.note {
        entry = entry.field("note");
    }
    if owner != row.owner_id {
        entry = entry.field("owner");
    }
    let mut statements = vec![interventions::change(&id, changed), audit::append_if_changed(&ctx, entry)];
    let is_cancelled = state == InterventionState::Cancelled && before != state;
    if let Some(code) = row.code_id.filter(|_| is_cancelled) {
        statements.extend([codes::end(code, ctx.now), leases::wake(codes::JOB)]);
    }
    match ctx.db.batch(statements).await {
        Ok(outcomes) if outcomes.first().is_some_and(|changed| changed.changes > 0) => {}
        Ok(_) => return Err(Problem::NotFound),
        Err(error) if error.is_stale("interventions") => {
            let current = one(&ctx, &id).await?;
            return Err(Problem::stale(version, current.version, &current));
        }
        Err(error) => return Err(error.into()),
    }
    if is_cancelled && row.code_id.is_some() {
        jobs::ring(&ctx.env, &ctx.db).await;
    }
    answer(&ctx, &id).await
}

/// Whoever does it may say what came of it; else as with the customer.
fn check_theirs(ctx: &Ctx, row: &InterventionRow) -> Result<(), Problem> {
    if row.owner_id.is_some() && row.owner_id == ctx.who.user_id() { Ok(()) } else { check_own(ctx, row.customer_owner) }
}

/// Somebody of the team who can sign in.
pub async fn owner(ctx: &Ctx, id: Option<&Id>) -> Result<Option<i64>, Problem> {
    let Some(id) = id else { return Ok(None) };
    let found = edits::carer(&ctx.db, id).await?.filter(|carer| !carer.is_disabled());
    found.map(|carer| Some(carer.id)).ok_or_else(|| Problem::field("owner", "Nobody of the team has this id"))
}

/// A time that lies ahead.
pub fn due(text: &str, now: Millis) -> Result<Millis, Problem> {
    let at = Millis::parse_rfc3339(text).map_err(|_| Problem::field("due_at", "Write a time such as 2026-03-02T09:00:00Z"))?;
    if at <= now || at.0 > now.0 + MOST_DAYS * MILLIS_PER_DAY {
        return Err(Problem::field("due_at", "Use a time within the next year"));
    }
    Ok(at)
}

/// Trimmed, with plain line ends.
fn note(text: &str) -> Result<String, Problem> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    let is_plain = !text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t'));
    if text.chars().count() > NOTE_CHARS || !is_plain {
        return Err(Problem::field("note", format!("Use plain text of at most {NOTE_CHARS} characters")));
    }
    Ok(text)
}
