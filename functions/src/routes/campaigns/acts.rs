//! Approving, launching, and all that moves a campaign from one state to another.
//!
//! Whoever approves or launches names the digest of what they saw: with another one, something changed since, and nothing happens.

use shared::api::{CampaignResponse, Confirmed, PauseReason};
use shared::audit::Action as Told;
use shared::campaign::Reason;
use shared::campaign::status::{Action, Actor, Ground};
use shared::id::Id;
use shared::time::Millis;

use super::standing::{self, Standing};
use super::{answer, entry};
use crate::ctx::{Ctx, Who};
use crate::db::campaigns::{self, Row};
use crate::db::{DbError, Statement, audit, entries, leases, sending, touches};
use crate::extract::{JsonBody, PathId};
use crate::jobs;
use crate::problem::Problem;
use crate::versioned::Versioned;
use shared::api::Permission;

type Answered = Result<Versioned<CampaignResponse>, Problem>;

/// Somebody else may change the campaign between reading and writing: so often it is tried anew.
const TRIES: u32 = 4;

/// Approve what stands: audience, steps, texts, offers, holdout and budget. Any change voids it.
#[utoipa::path(post, path = "/api/campaigns/{id}/approve", tag = "campaigns", request_body = Confirmed,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = CampaignResponse), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn approve(ctx: Ctx, PathId(id): PathId, JsonBody(seen): JsonBody<Confirmed>) -> Answered {
    let (row, standing) = read(&ctx, &id).await?;
    unchanged(&standing, &seen)?;
    unobstructed(&standing)?;
    let after = may(&ctx, &row, &standing, Action::Approve)?;
    let user = ctx.who.user_id().ok_or(Problem::Forbidden("A program approves nothing: sign in to approve"))?;
    let mut statements = vec![
        campaigns::set_state(row.id, row.version, row.status(), after, row.why().as_ref(), ctx.now),
        audit::append_if_changed(&ctx, entry(Told::CampaignApproved, &id, &row.name)),
    ];
    statements.push(campaigns::approve(row.id, user, &standing.digest, ctx.now));
    written(&ctx, statements).await?;
    answer(&ctx, &id).await
}

/// Launch what was approved. Doing it twice is doing it once; the first touches leave some minutes later, until when it can be undone.
#[utoipa::path(post, path = "/api/campaigns/{id}/launch", tag = "campaigns", request_body = Confirmed,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = CampaignResponse), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn launch(ctx: Ctx, PathId(id): PathId, JsonBody(seen): JsonBody<Confirmed>) -> Answered {
    let (row, standing) = read(&ctx, &id).await?;
    unchanged(&standing, &seen)?;
    may(&ctx, &row, &standing, Action::Launch)?;
    if row.launched_at.is_some() {
        return answer(&ctx, &id).await;
    }
    unobstructed(&standing)?;
    let rules = sending::rules(&ctx.db).await?;
    let leaves_at = Millis(ctx.now.0 + i64::from(rules.undo_minutes) * 60_000);
    let statements = vec![
        campaigns::add_edition(row.id, &standing.digest, ctx.who.user_id(), ctx.now),
        campaigns::launch(row.id, row.version, ctx.now, leaves_at),
        audit::append_if_changed(&ctx, entry(Told::CampaignLaunched, &id, &row.name)),
        leases::wake(jobs::enter::JOB),
    ];
    written(&ctx, statements).await?;
    jobs::ring(&ctx.env, &ctx.db).await;
    answer(&ctx, &id).await
}

/// Let what was changed since run: touches that nobody has claimed take it.
#[utoipa::path(post, path = "/api/campaigns/{id}/republish", tag = "campaigns", request_body = Confirmed,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = CampaignResponse), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn republish(ctx: Ctx, PathId(id): PathId, JsonBody(seen): JsonBody<Confirmed>) -> Answered {
    let (row, standing) = read(&ctx, &id).await?;
    unchanged(&standing, &seen)?;
    unobstructed(&standing)?;
    let Some(edition) = row.edition.filter(|_| row.launched_at.is_some()) else {
        return Err(Problem::Conflict("not_launched", "Launch it first".to_owned()));
    };
    if row.running_digest.as_ref() == Some(&standing.digest) {
        return answer(&ctx, &id).await;
    }
    if !standing.is_approved {
        return Err(Problem::Conflict("not_approved", "Approve what was changed first".to_owned()));
    }
    standing.check_frozen(&row, edition, &ctx.db).await?;
    let statements = vec![
        campaigns::add_edition(row.id, &standing.digest, ctx.who.user_id(), ctx.now),
        campaigns::take_edition(row.id, row.version, ctx.now),
        audit::append_if_changed(&ctx, entry(Told::CampaignRepublished, &id, &row.name)),
        touches::take_edition(row.id, edition + 1),
    ];
    written(&ctx, statements).await?;
    answer(&ctx, &id).await
}

/// Pause it: nothing is sent until somebody lets it go on.
#[utoipa::path(post, path = "/api/campaigns/{id}/pause", tag = "campaigns", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = CampaignResponse), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn pause(ctx: Ctx, PathId(id): PathId) -> Answered {
    let name = ctx.who.person().map_or_else(|| "A program".to_owned(), |person| person.name.clone());
    let why = PauseReason { code: "person".to_owned(), text: format!("{name} paused it."), at: ctx.now.rfc3339() };
    act(&ctx, &id, Action::Pause, Told::CampaignPaused, Some(why), |_, _| Vec::new()).await
}

/// Let it go on: what became due meanwhile goes through caps, hours and expiry anew, never all at once.
#[utoipa::path(post, path = "/api/campaigns/{id}/resume", tag = "campaigns", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = CampaignResponse), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn resume(ctx: Ctx, PathId(id): PathId) -> Answered {
    let then = |row: &Row, now| {
        vec![
            campaigns::resume_entries(row.id, now),
            touches::wake_up(row.id, now),
            leases::wake(jobs::plan::JOB),
            leases::wake(jobs::enter::JOB),
        ]
    };
    let answered = act(&ctx, &id, Action::Resume, Told::CampaignResumed, None, then).await?;
    jobs::ring(&ctx.env, &ctx.db).await;
    Ok(answered)
}

/// Take a launch back before its first touches leave: as if it had not been.
#[utoipa::path(post, path = "/api/campaigns/{id}/undo", tag = "campaigns", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = CampaignResponse), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn undo(ctx: Ctx, PathId(id): PathId) -> Answered {
    let (row, standing) = read(&ctx, &id).await?;
    may(&ctx, &row, &standing, Action::Undo)?;
    let [take_back, touches, outcomes, entries] = campaigns::take_back(row.id, row.version, ctx.now);
    let log = audit::append_if_changed(&ctx, entry(Told::CampaignUndone, &id, &row.name));
    match ctx.db.batch(vec![take_back, log, touches, outcomes, entries]).await {
        Err(error) if error.is_stale("campaigns") => {
            let text = "It cannot be undone any more, or somebody changed it meanwhile: pause it instead";
            return Err(Problem::Conflict("too_late", text.to_owned()));
        }
        done => done?,
    };
    answer(&ctx, &id).await
}

/// End it: whoever is in it gets nothing more of it.
#[utoipa::path(post, path = "/api/campaigns/{id}/finish", tag = "campaigns", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = CampaignResponse), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn finish(ctx: Ctx, PathId(id): PathId) -> Answered {
    let ended = Reason::CampaignEnded.code();
    let then = |row: &Row, now| {
        let [release, end] = touches::end_all(row.id, ended, now);
        vec![campaigns::end_entries(row.id, ended, now), release, end, entries::move_on(row.id, None)]
    };
    act(&ctx, &id, Action::Finish, Told::CampaignFinished, None, then).await
}

/// Put it away.
#[utoipa::path(post, path = "/api/campaigns/{id}/archive", tag = "campaigns", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = CampaignResponse), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn archive(ctx: Ctx, PathId(id): PathId) -> Answered {
    act(&ctx, &id, Action::Archive, Told::CampaignArchived, None, |_, _| Vec::new()).await
}

async fn act(
    ctx: &Ctx,
    id: &Id,
    action: Action,
    told: Told,
    why: Option<PauseReason>,
    then: impl Fn(&Row, Millis) -> Vec<Statement>,
) -> Answered {
    for _ in 0..TRIES {
        let (row, standing) = read(ctx, id).await?;
        let after = may(ctx, &row, &standing, action)?;
        if after == row.status() && action != Action::Approve {
            return answer(ctx, id).await;
        }
        let mut statements = vec![
            campaigns::set_state(row.id, row.version, row.status(), after, why.as_ref(), ctx.now),
            audit::append_if_changed(ctx, entry(told, id, &row.name)),
        ];
        statements.extend(then(&row, ctx.now));
        match ctx.db.batch(statements).await {
            Err(error) if error.is_stale("campaigns") => {}
            done => {
                done?;
                return answer(ctx, id).await;
            }
        }
    }
    Err(Problem::Busy)
}

async fn read(ctx: &Ctx, id: &Id) -> Result<(Row, Standing), Problem> {
    let row = campaigns::find(&ctx.db, id).await?.ok_or(Problem::NotFound)?;
    let standing = standing::read(ctx, &row).await?;
    Ok((row, standing))
}

/// Where it stands after it.
fn may(ctx: &Ctx, row: &Row, standing: &Standing, action: Action) -> Result<shared::campaign::Status, Problem> {
    let actor = Actor {
        may_edit: ctx.who.may(Permission::Edit),
        may_approve: ctx.who.may(Permission::Approve),
        may_send: ctx.who.may(Permission::Send),
        is_author: ctx.who.user_id().is_some_and(|user| row.authors().contains(&user)),
        is_token: !matches!(ctx.who, Who::User(_)),
    };
    let ground = Ground {
        two_person: standing.two_person,
        is_approved: standing.is_approved,
        is_undoable: row.leaves_at.is_some_and(|leaves| leaves > ctx.now.0),
    };
    row.status().may(action, &actor, &ground).map_err(|refused| Problem::Conflict("not_now", refused.to_string()))
}

fn unchanged(standing: &Standing, seen: &Confirmed) -> Result<(), Problem> {
    if standing.digest == seen.digest {
        return Ok(());
    }
    Err(Problem::Conflict("changed", "Something changed since you looked: look at the forecast again, then confirm".to_owned()))
}

fn unobstructed(standing: &Standing) -> Result<(), Problem> {
    if standing.obstacles.is_empty() { Ok(()) } else { Err(Problem::Invalid(standing.obstacles.clone())) }
}

async fn written(ctx: &Ctx, statements: Vec<Statement>) -> Result<(), Problem> {
    match ctx.db.batch(statements).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_stale("campaigns") => {
            Err(Problem::Conflict("changed", "Somebody changed it while you looked: look at it again".to_owned()))
        }
        // Two launches at once: the other one was first.
        Err(DbError::Constraint(_)) => Err(Problem::Busy),
        Err(error) => Err(error.into()),
    }
}
