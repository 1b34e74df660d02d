//! What people of the team do by hand for campaigns.

use std::collections::BTreeMap;

use axum::Json;
use shared::api::{InterventionOwner, Permission, Task, TaskChange, TaskResponse, TasksQuery, TasksResponse};
use shared::audit::Action;
use shared::id::Id;
use shared::message::check::is_https;
use shared::segment::ValueTier;
use shared::time::Millis;

use super::interventions::change as of_interventions;
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::tasks::{self, Row, Which};
use crate::db::{Statement, entries, people, touches};
use crate::extract::{IfMatch, JsonBody, PathId, QueryString};
use crate::leaving::{self, Leave};
use crate::problem::Problem;
use crate::versioned::Versioned;

const STATES: [&str; 3] = ["open", "done", "cancelled"];

const OUTCOMES: [&str; 7] = ["reached", "not_reached", "interested", "declined", "opted_out", "sent", "other"];

const NOTE_CHARS: usize = 2_000;

/// The first that is due first; open ones where nothing else is said.
#[utoipa::path(get, path = "/api/tasks", tag = "tasks", params(TasksQuery),
    responses((status = 200, body = TasksResponse), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn list(ctx: Ctx, QueryString(asked): QueryString<TasksQuery>) -> Result<Json<TasksResponse>, Problem> {
    let state = asked.state.as_deref().unwrap_or("open");
    if !STATES.contains(&state) {
        return Err(Problem::field("state", format!("Use one of {}", STATES.join(", "))));
    }
    let owner = match asked.owner.as_deref() {
        None => None,
        Some("me") => Some(ctx.user_id().unwrap_or(-1)),
        Some(id) => {
            let id = Id::parse(id).map_err(|_| Problem::field("owner", "Use `me` or the id of a person"))?;
            Some(of_interventions::owner(&ctx, Some(&id)).await?.unwrap_or(-1))
        }
    };
    let which = Which { state: Some(state), owner, customer: asked.customer.as_ref(), task: None };
    let tasks = tasks::list(&ctx.db, which).await?.into_iter().map(wire).collect();
    Ok(Json(TasksResponse { tasks }))
}

/// Say what came of it, whose it is, or until when it is to be done.
///
/// A success manager works on the tasks of customers that they look after. `opted_out` ends every message to the one who said so.
#[utoipa::path(patch, path = "/api/tasks/{id}", tag = "tasks", request_body = TaskChange,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = TaskResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<TaskChange>,
) -> Result<Versioned<TaskResponse>, Problem> {
    let before = find(&ctx, &id).await?;
    if !ctx.may(Permission::Edit) && before.carer != ctx.user_id() && before.owner_number != ctx.user_id() {
        return Err(Problem::Forbidden("This task is somebody else's"));
    }
    if before.version != version {
        return Err(Problem::stale(version, before.version, &wire(before)));
    }
    let after = changed(&ctx, before.clone(), change).await?;
    let log = Entry::new(Action::TaskChanged).to("task", &id, Some(&after.title)).value(
        "state",
        Some(before.state.clone()),
        Some(after.state.clone()),
    );
    let mut statements = vec![tasks::change(&after, ctx.now), audit::append_if_changed(&ctx, log)];
    statements.extend(consequences(&before, &after, ctx.now));
    match ctx.db.batch(statements).await {
        Err(error) if error.is_stale("tasks") => {
            let now = find(&ctx, &id).await?;
            return Err(Problem::stale(version, now.version, &wire(now)));
        }
        done => done?,
    };
    if after.outcome.as_deref() == Some("opted_out") && before.outcome != after.outcome {
        opt_out(&ctx, &before).await?;
    }
    let row = find(&ctx, &id).await?;
    Ok(Versioned(row.version, TaskResponse { task: wire(row) }))
}

async fn find(ctx: &Ctx, id: &Id) -> Result<Row, Problem> {
    let which = Which { task: Some(id), ..Which::default() };
    tasks::list(&ctx.db, which).await?.into_iter().next().ok_or(Problem::NotFound)
}

async fn changed(ctx: &Ctx, mut row: Row, change: TaskChange) -> Result<Row, Problem> {
    let TaskChange { state, outcome, note, owner, due_at, link } = change;
    let mut wrong = BTreeMap::new();
    let mut known = |field: &str, value: &Option<String>, list: &[&str]| {
        if value.as_deref().is_some_and(|value| !list.contains(&value)) {
            wrong.insert(field.to_owned(), format!("Use one of {}", list.join(", ")));
        }
    };
    known("state", &state, &STATES);
    known("outcome", &outcome, &OUTCOMES);
    if note.as_ref().is_some_and(|note| note.chars().count() > NOTE_CHARS) {
        wrong.insert("note".to_owned(), format!("Use at most {NOTE_CHARS} characters"));
    }
    if link.as_deref().is_some_and(|link| !is_https(link)) {
        wrong.insert("link".to_owned(), "Use an https address".to_owned());
    }
    if !wrong.is_empty() {
        return Err(Problem::Invalid(wrong));
    }
    row.state = state.unwrap_or(row.state);
    row.outcome = outcome.or(row.outcome);
    row.note = note.or(row.note);
    if row.state == "open" {
        row.outcome = None;
    }
    match owner {
        Some(Some(id)) => row.owner_number = of_interventions::owner(ctx, Some(&id)).await?,
        Some(None) => row.owner_number = None,
        None => {}
    }
    if let Some(due_at) = due_at {
        row.due_at = of_interventions::due(&due_at, ctx.now)?.0;
    }
    if let Some(link) = link {
        let mut script: BTreeMap<String, String> = serde_json::from_str(&row.script).unwrap_or_default();
        script.insert("link".to_owned(), link);
        row.script = serde_json::to_string(&script).unwrap_or_default();
    }
    Ok(row)
}

/// The touch is settled, and the planner looks again.
fn consequences(before: &Row, after: &Row, now: Millis) -> Vec<Statement> {
    if before.state != "open" || after.state == "open" {
        return Vec::new();
    }
    let mut statements = Vec::new();
    if let Some(touch) = after.touch_id {
        statements.push(touches::settle_task(touch, after.state == "done", now));
        statements.push(entries::look_again_of_touch(touch, now));
    }
    statements
}

async fn opt_out(ctx: &Ctx, row: &Row) -> Result<(), Problem> {
    let Some(touch) = row.touch_id else { return Ok(()) };
    let Some(contact) = touches::contact_of(&ctx.db, touch).await? else { return Ok(()) };
    let leave = Leave::all(contact, "call", ctx.now);
    leaving::act(&ctx.db, &leave, ctx.now).await?;
    Ok(())
}

fn wire(row: Row) -> Task {
    Task {
        id: row.public_id,
        kind: row.kind,
        title: row.title,
        campaign: row.campaign,
        campaign_name: row.campaign_name,
        customer: row.customer,
        customer_name: row.customer_name,
        value: row.value_tier.and_then(ValueTier::of_number),
        script: serde_json::from_str(&row.script).unwrap_or_default(),
        owner: row.owner_id.zip(row.owner_name).map(|(id, name)| InterventionOwner { id, name }),
        due_at: Millis(row.due_at).rfc3339(),
        state: row.state,
        outcome: row.outcome,
        note: row.note,
        version: row.version,
    }
}
