//! The team: who may sign in, and as what.

use axum::Json;
use axum::http::StatusCode;
use shared::api::{NewPerson, PeopleResponse, Permission, PersonChange, PersonResponse, Role};
use shared::audit::Action;

use super::links;
use crate::ctx::{Ctx, Person};
use crate::db::audit::{self, Entry};
use crate::db::people::{self, Member, NewMember, Refused};
use crate::extract::{IfMatch, JsonBody, PathId};
use crate::problem::Problem;
use crate::random;
use crate::seams;

/// The team.
///
/// Addresses, sessions and when somebody was last seen stand there only for those who may manage people.
#[utoipa::path(get, path = "/api/people", tag = "people", responses((status = 200, body = PeopleResponse)))]
#[worker::send]
pub async fn list(ctx: Ctx) -> Result<Json<PeopleResponse>, Problem> {
    let in_full = ctx.who.may(Permission::Admin);
    let people = people::find(&ctx.db, None, ctx.now).await?;
    Ok(Json(PeopleResponse { people: people.iter().map(|member| member.wire(in_full)).collect() }))
}

/// Add somebody to the team.
#[utoipa::path(post, path = "/api/people", tag = "people", request_body = NewPerson,
    responses((status = 201, body = PersonResponse), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn create(ctx: Ctx, JsonBody(new): JsonBody<NewPerson>) -> Result<(StatusCode, Json<PersonResponse>), Problem> {
    let by = ctx.who.person().ok_or(Problem::SignInNeeded)?;
    let (email, name) = (links::address(&new.email)?, name(&new.name)?);
    check_role(by, new.role)?;
    let id = random::id(ctx.now)?;
    let entry =
        Entry::new(Action::PersonAdded).to("person", &id, Some(&name)).value("role", None, Some(new.role.as_str().to_owned()));
    let member = NewMember { public_id: &id, email: &email, name: &name, role: new.role };
    match people::add(&ctx.db, &member, by.id, ctx.now, audit::append_if_changed(&ctx, entry)).await {
        Ok(true) => {}
        Ok(false) => return Err(Problem::Forbidden(NOT_ALLOWED)),
        Err(error) if error.is_duplicate_of("users.email") => {
            return Err(Problem::Taken("email", "Somebody of the team has this address already".to_owned()));
        }
        Err(error) => return Err(error.into()),
    }
    let member = one(&ctx, &id).await?;
    links::invite(&ctx, &member).await?;
    Ok((StatusCode::CREATED, Json(PersonResponse { person: member.wire(true) })))
}

/// Change somebody's name or role, or switch their sign-in off or on.
///
/// Another role, and switching off, ends in the same write their sessions, their links and the tokens that they made. The last owner
/// who can sign in stays one.
#[utoipa::path(patch, path = "/api/people/{id}", tag = "people", params(("id" = String, Path)), request_body = PersonChange,
    responses((status = 200, body = PersonResponse), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<PersonChange>,
) -> Result<Json<PersonResponse>, Problem> {
    let by = ctx.who.person().ok_or(Problem::SignInNeeded)?;
    let before = one(&ctx, &id).await?;
    let after = changed(&ctx, by, &before, change)?;
    let log = audit::append(&ctx, entry(&before, &after));
    seams::point("people.before_change").await;
    match people::change(&ctx.db, &before, &after, version, by.id, ctx.now, log).await {
        Ok(()) => {}
        Err(Refused::Stale) => {
            let current = one(&ctx, &id).await?.wire(true);
            return Err(Problem::stale(version, current.version, &current));
        }
        Err(Refused::LastOwner) => return Err(Problem::Conflict("last_owner", LAST_OWNER.to_owned())),
        Err(Refused::NotAllowed) => return Err(Problem::Forbidden(NOT_ALLOWED)),
        Err(Refused::Db(error)) => return Err(error.into()),
    }
    Ok(Json(PersonResponse { person: one(&ctx, &id).await?.wire(true) }))
}

/// A name as it is stored.
///
/// # Errors
/// Names the field `name`.
pub fn name(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 100 || text.chars().any(char::is_control) {
        return Err(Problem::field("name", "Use 1 to 100 characters on one line"));
    }
    Ok(text.to_owned())
}

const NOT_ALLOWED: &str = "You are no owner of this shop any more";
const LAST_OWNER: &str = "The shop needs one owner who can sign in: make somebody else an owner first";

async fn one(ctx: &Ctx, id: &shared::id::Id) -> Result<Member, Problem> {
    people::find(&ctx.db, Some(id), ctx.now).await?.into_iter().next().ok_or(Problem::NotFound)
}

fn changed(ctx: &Ctx, by: &Person, before: &Member, change: PersonChange) -> Result<Member, Problem> {
    let mut after = before.clone();
    if let Some(text) = &change.name {
        after.name = name(text)?;
    }
    if let Some(role) = change.role {
        check_role(by, role)?;
        after.role = role;
    }
    after.disabled_at = match change.disabled {
        Some(true) => before.disabled_at.or(Some(ctx.now.0)),
        Some(false) => None,
        None => before.disabled_at,
    };
    Ok(after)
}

/// Nobody gives what they do not have.
fn check_role(by: &Person, role: Role) -> Result<(), Problem> {
    if role.permissions().iter().all(|permission| by.permissions.contains(permission)) {
        return Ok(());
    }
    Err(Problem::Forbidden("Nobody gives a role that may more than their own"))
}

fn entry(before: &Member, after: &Member) -> Entry {
    let text = |text: &str| Some(text.to_owned());
    let sign_in = |member: &Member| text(if member.disabled_at.is_some() { "off" } else { "on" });
    Entry::new(Action::PersonChanged)
        .to("person", &before.public_id, Some(&before.name))
        .value("name", text(&before.name), text(&after.name))
        .value("role", text(before.role.as_str()), text(after.role.as_str()))
        .value("sign_in", sign_in(before), sign_in(after))
}

#[cfg(test)]
mod tests {
    use shared::id::Id;

    use super::*;

    #[test]
    fn nobody_gives_a_role_above_their_own() {
        for (rank, role) in Role::ALL.into_iter().enumerate() {
            let permissions = role.permissions().to_vec();
            let by = Person {
                id: 1,
                public_id: Id::from_parts(0, &[0; 10]),
                name: String::new(),
                email: String::new(),
                role,
                permissions,
            };
            for (other_rank, other) in Role::ALL.into_iter().enumerate() {
                let is_above = other_rank < rank && other.permissions() != role.permissions();
                assert_eq!(check_role(&by, other).is_err(), is_above, "{role:?} gives {other:?}");
            }
        }
    }

    #[test]
    fn a_name_is_one_line_of_text() {
        assert_eq!(name(" Zoë Müller ").ok().as_deref(), Some("Zoë Müller"));
        for text in ["", "  ", "a\nb", "a\u{0}b", &"x".repeat(101)] {
            assert!(name(text).is_err(), "{text:?}");
        }
    }
}
