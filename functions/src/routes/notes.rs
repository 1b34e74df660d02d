//! Notes about customers.

use axum::Json;
use axum::http::StatusCode;
use shared::api::{Done, NewNote, NoteResponse, Permission};
use shared::audit::Action;
use shared::id::Id;
use shared::time::Millis;

use super::customers::change::check_own;
use crate::ctx::{Ctx, Who};
use crate::db::audit::{self, Entry};
use crate::db::notes::{self, NewNote as Row, Note};
use crate::db::{DbError, edits};
use crate::extract::{IfMatch, JsonBody, PathId};
use crate::problem::Problem;
use crate::random;
use crate::versioned::Versioned;

/// Characters of a note.
const CHARS: usize = 4_000;

/// Write a note about a customer.
#[utoipa::path(post, path = "/api/customers/{id}/notes", tag = "customers", request_body = NewNote,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 201, body = NoteResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn create(
    ctx: Ctx,
    PathId(customer): PathId,
    JsonBody(given): JsonBody<NewNote>,
) -> Result<(StatusCode, Versioned<NoteResponse>), Problem> {
    let about = edits::find(&ctx.db, &customer, ctx.now.day()).await?.ok_or(Problem::NotFound)?;
    check_own(&ctx, about.owner_id)?;
    let body = checked(&given)?;
    let id = random::id(ctx.now)?;
    let author_name = ctx.who.person().map(|person| person.name.clone()).unwrap_or_default();
    let note = Row { id: &id, customer_id: about.id, author_id: ctx.who.user_id(), author_name: &author_name, body: &body };
    let log = audit::append_if_changed(&ctx, entry(Action::NoteAdded, &customer));
    if !notes::add(&ctx.db, &note, ctx.now, log).await? {
        return Err(Problem::Conflict(
            "too_many_notes",
            format!("A customer has at most {} notes: remove some first", notes::MOST),
        ));
    }
    Ok((StatusCode::CREATED, answer(&ctx, &id).await?))
}

/// Change a note: its author, or an owner of the shop.
#[utoipa::path(patch, path = "/api/notes/{id}", tag = "customers", request_body = NewNote,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = NoteResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    JsonBody(given): JsonBody<NewNote>,
) -> Result<Versioned<NoteResponse>, Problem> {
    let note = own(&ctx, &id).await?;
    let body = checked(&given)?;
    let log = audit::append_if_changed(&ctx, entry(Action::NoteChanged, &note.customer));
    settled(&ctx, &id, version, notes::change(&ctx.db, note.id, version, &body, ctx.now, log).await).await?;
    answer(&ctx, &id).await
}

/// Remove a note: its author, or an owner of the shop.
#[utoipa::path(delete, path = "/api/notes/{id}", tag = "customers", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Done), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn remove(ctx: Ctx, PathId(id): PathId, IfMatch(version): IfMatch) -> Result<Json<Done>, Problem> {
    let note = own(&ctx, &id).await?;
    let log = audit::append_if_changed(&ctx, entry(Action::NoteRemoved, &note.customer));
    settled(&ctx, &id, version, notes::remove(&ctx.db, note.id, version, log).await).await?;
    Ok(Json(Done { done: true }))
}

pub fn wire(note: Note, who: &Who) -> shared::api::Note {
    shared::api::Note {
        id: note.public_id,
        author: note.author_name,
        mine: note.author_id.is_some() && note.author_id == who.user_id(),
        body: note.body,
        created_at: Millis(note.created_at).rfc3339(),
        updated_at: Millis(note.updated_at).rfc3339(),
        version: note.version,
    }
}

async fn answer(ctx: &Ctx, id: &Id) -> Result<Versioned<NoteResponse>, Problem> {
    let note = notes::find(&ctx.db, id).await?.ok_or(Problem::NotFound)?;
    Ok(Versioned(note.version, NoteResponse { note: wire(note, &ctx.who) }))
}

/// The note, where who asks may change it.
async fn own(ctx: &Ctx, id: &Id) -> Result<Note, Problem> {
    let note = notes::find(&ctx.db, id).await?.ok_or(Problem::NotFound)?;
    let is_author = note.author_id.is_some() && note.author_id == ctx.who.user_id();
    if is_author || ctx.who.may(Permission::Admin) {
        Ok(note)
    } else {
        Err(Problem::Forbidden("Only its author or an owner of this shop changes a note"))
    }
}

/// Says who was quicker where the note was not changed.
async fn settled(ctx: &Ctx, id: &Id, yours: u32, done: Result<bool, DbError>) -> Result<(), Problem> {
    match done {
        Ok(true) => Ok(()),
        Ok(false) => Err(Problem::NotFound),
        Err(error) if error.is_stale("notes") => {
            let Versioned(_, NoteResponse { note: current }) = answer(ctx, id).await?;
            Err(Problem::stale(yours, current.version, &current))
        }
        Err(error) => Err(error.into()),
    }
}

/// Notes belong to their customer, whose name the log does not hold.
fn entry(action: Action, customer: &Id) -> Entry {
    Entry::new(action).to("customer", customer, None)
}

/// Trimmed, with plain line ends.
fn checked(given: &NewNote) -> Result<String, Problem> {
    let body = given.body.replace("\r\n", "\n").trim().to_owned();
    if body.is_empty() || body.chars().count() > CHARS {
        return Err(Problem::field("body", format!("Use 1 to {CHARS} characters")));
    }
    if body.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t')) {
        return Err(Problem::field("body", "Use plain text, without control characters"));
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: Option<&str>) {
        assert_eq!(checked(&NewNote { body: body.to_owned() }).ok().as_deref(), expected, "{body:?}");
    }

    #[test]
    fn a_note_is_plain_text_of_a_bounded_length() {
        check(" Called.\r\nWants tea\t! ", Some("Called.\nWants tea\t!"));
        check("<script>alert(1)</script>", Some("<script>alert(1)</script>"));
        check(&"é".repeat(CHARS), Some(&"é".repeat(CHARS)));
        for refused in [" \n", "a\u{0}b", "a\rb", "\u{1b}[31m"] {
            check(refused, None);
        }
        check(&"é".repeat(CHARS + 1), None);
    }
}
