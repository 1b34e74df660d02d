//! `PATCH /api/customers/{id}`.

use shared::api::{CustomerChange, CustomerResponse, Permission};
use shared::audit::Action;
use shared::id::Id;
use shared::tags;

use super::{set_aside, show};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::edits::{self, Alike, Carer, Edit, Editable};
use crate::extract::{IfMatch, JsonBody, PathId};
use crate::jobs;
use crate::problem::Problem;
use crate::versioned::Versioned;

/// Say who looks after a customer, how they are tagged, and that they are not at risk for a while.
///
/// A success manager changes the tags of those they look after, and gives none of them to somebody else.
#[utoipa::path(patch, path = "/api/customers/{id}", tag = "customers", request_body = CustomerChange,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = CustomerResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<CustomerChange>,
) -> Result<Versioned<CustomerResponse>, Problem> {
    let before = edits::find(&ctx.db, &id, ctx.now.day()).await?.ok_or(Problem::NotFound)?;
    check_own(&ctx, before.owner_id)?;
    let owner = owner(&ctx, &change.owner).await?;
    let new_owner = owner.as_ref().map(|carer| carer.as_ref().map(|carer| carer.id)).filter(|id| *id != before.owner_id);
    if new_owner.is_some() && !ctx.who.may(Permission::Edit) {
        return Err(Problem::Forbidden("Your role does not give customers to others: ask a marketer, manager or owner"));
    }
    if before.version != version {
        return Err(stale(&ctx, &id, version).await?);
    }
    let had = before.tags();
    let tags = match &change.tags {
        Some(given) => tags::replaced(&had, given).map_err(|error| Problem::field("tags", error.to_string()))?,
        None => had.clone(),
    };
    let standing = before.set_aside();
    let aside =
        set_aside::asked(&ctx, &change.set_aside)?.filter(|asked| set_aside::changes(standing.as_ref(), &Some(asked.clone())));
    let objected = change.objected.filter(|objected| *objected != before.objected_at.is_some());
    if new_owner.is_some() || tags != had || aside.is_some() || objected.is_some() {
        let entry = entry(&before, owner.flatten().filter(|_| new_owner.is_some()), new_owner, tags != had);
        let entry = match &aside {
            Some(asked) => set_aside::told(entry, standing.as_ref(), asked.as_ref()),
            None => entry,
        };
        let says = |objected: bool| objected.then(|| "yes".to_owned());
        let entry = match objected {
            Some(objected) => entry.value("objection_to_profiling", says(!objected), says(objected)),
            None => entry,
        };
        let edit = Edit { id: before.id, version, had, tags };
        let alike = Alike { owner: new_owner, set_aside: aside, objected };
        let is_to_score = alike.set_aside.is_some() || objected.is_some();
        match edits::change(&ctx.db, &[edit], &alike, ctx.now, audit::append(&ctx, entry)).await {
            Err(error) if error.is_stale("customers") => return Err(stale(&ctx, &id, version).await?),
            done => done?,
        }
        if is_to_score {
            jobs::ring(&ctx.env, &ctx.db).await;
        }
    }
    let customer = show::read(&ctx, &id).await?;
    Ok(Versioned(customer.version, CustomerResponse { customer }))
}

/// Whoever may edit changes any customer; a success manager those that they look after.
pub fn check_own(ctx: &Ctx, owner: Option<i64>) -> Result<(), Problem> {
    let is_own = owner.is_some() && owner == ctx.who.user_id();
    if ctx.who.may(Permission::Edit) || is_own {
        Ok(())
    } else {
        Err(Problem::Forbidden("Your role changes only customers that you look after"))
    }
}

/// Who shall look after them: left out, nobody, or somebody who can sign in.
pub async fn owner(ctx: &Ctx, asked: &Option<Option<Id>>) -> Result<Option<Option<Carer>>, Problem> {
    let Some(Some(id)) = asked else { return Ok(asked.as_ref().map(|_| None)) };
    let found = edits::carer(&ctx.db, id).await?.filter(|carer| !carer.is_disabled());
    found.map(|carer| Some(Some(carer))).ok_or_else(|| Problem::field("owner", "Nobody of the team has this id"))
}

/// Names of the team are no secret; tags are the customer's.
fn entry(before: &Editable, owner: Option<Carer>, new_owner: Option<Option<i64>>, is_retagged: bool) -> Entry {
    let mut entry = Entry::new(Action::CustomerChanged).to("customer", &before.public_id, None);
    if new_owner.is_some() {
        entry = entry.value("owner", before.owner_name.clone(), owner.map(|carer| carer.name));
    }
    if is_retagged { entry.field("tags") } else { entry }
}

/// Who was quicker, and with what.
pub async fn stale(ctx: &Ctx, id: &Id, yours: u32) -> Result<Problem, Problem> {
    let current = show::read(ctx, id).await?;
    Ok(Problem::stale(yours, current.version, &current))
}
