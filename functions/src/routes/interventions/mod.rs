//! What is begun for customers: by the machine, or as a person's task.

mod change;
mod create;

pub use change::{__path_change, change, due, owner};
pub use create::{__path_create, create};

use std::collections::BTreeMap;

use axum::Json;
use shared::api::{
    Code, CursorMeta, FulfilmentSettings, Intervention, InterventionAnswer, InterventionOwner, InterventionState, Interventions,
    InterventionsQuery,
};
use shared::id::Id;
use shared::offer::Kind;
use shared::offer::fulfilment::Provider;
use shared::reason::Reason;
use shared::segment::{Engagement, ValueTier, WinBack};
use shared::time::Millis;

use super::codes::{cut, limit, named, wire as code_wire};
use crate::ctx::Ctx;
use crate::db::interventions::{self, InterventionRow, Which};
use crate::db::{codes, edits};
use crate::extract::{PathId, QueryString, row_cursor};
use crate::problem::Problem;
use crate::versioned::Versioned;

/// What was begun, the newest first: in some states, for a customer, or by somebody of the team (`me` is whoever asks).
#[utoipa::path(get, path = "/api/interventions", tag = "interventions", params(InterventionsQuery),
    responses((status = 200, body = Interventions)))]
#[worker::send]
pub async fn list(ctx: Ctx, QueryString(asked): QueryString<InterventionsQuery>) -> Result<Json<Interventions>, Problem> {
    let limit = limit(asked.limit)?;
    let states = named(asked.state.as_deref(), "state", |word| InterventionState::of_code(word).map(InterventionState::code))?;
    let owner = match asked.owner.as_deref() {
        None => None,
        // A program is nobody's owner: of 0 there is nothing.
        Some("me") => Some(ctx.who.user_id().unwrap_or(0)),
        Some(id) => {
            let id = Id::parse(id).map_err(|_| Problem::field("owner", "Use the id of somebody of the team, or me"))?;
            Some(edits::carer(&ctx.db, &id).await?.map_or(0, |carer| carer.id))
        }
    };
    let before = asked.cursor.as_deref().map(row_cursor).transpose()?;
    let which = Which {
        id: None,
        customer: asked.customer.as_ref(),
        states: states.as_deref(),
        owner,
        by: asked.by,
        before,
        limit: limit + 1,
    };
    let mut rows = interventions::find(&ctx.db, which).await?;
    let next_cursor = cut(&mut rows, limit, |row| row.id);
    Ok(Json(Interventions { interventions: wires(&ctx, rows).await?, meta: CursorMeta { next_cursor } }))
}

/// One intervention, with its code and how it was decided.
#[utoipa::path(get, path = "/api/interventions/{id}", tag = "interventions", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = InterventionAnswer), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn show(ctx: Ctx, PathId(id): PathId) -> Result<Versioned<InterventionAnswer>, Problem> {
    answer(&ctx, &id).await
}

async fn answer(ctx: &Ctx, id: &Id) -> Result<Versioned<InterventionAnswer>, Problem> {
    let intervention = one(ctx, id).await?;
    Ok(Versioned(intervention.version, InterventionAnswer { intervention }))
}

async fn find(ctx: &Ctx, id: &Id) -> Result<InterventionRow, Problem> {
    let which = Which { id: Some(id), limit: 1, ..Which::default() };
    interventions::find(&ctx.db, which).await?.into_iter().next().ok_or(Problem::NotFound)
}

async fn one(ctx: &Ctx, id: &Id) -> Result<Intervention, Problem> {
    let row = find(ctx, id).await?;
    wires(ctx, vec![row]).await?.into_iter().next().ok_or(Problem::NotFound)
}

/// With their codes, which are read at once.
async fn wires(ctx: &Ctx, rows: Vec<InterventionRow>) -> Result<Vec<Intervention>, Problem> {
    let ids: Vec<&Id> = rows.iter().filter_map(|row| row.code.as_ref()).collect();
    let found = if ids.is_empty() { Vec::new() } else { codes::of(&ctx.db, &ids).await? };
    let codes: BTreeMap<Id, Code> =
        found.into_iter().map(|row| Ok((row.public_id.clone(), code_wire(row)?))).collect::<Result<_, Problem>>()?;
    rows.into_iter().map(|row| wire(row, &codes)).collect()
}

fn wire(row: InterventionRow, codes: &BTreeMap<Id, Code>) -> Result<Intervention, Problem> {
    let broken = || Problem::Internal("an intervention's row is broken".to_owned());
    let at = |at: i64| Millis(at).rfc3339();
    let settings: FulfilmentSettings =
        row.settings.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let is_booking = row.provider.as_deref() == Some(Provider::Booking.code());
    let code = row.code.as_ref().and_then(|code| codes.get(code)).cloned();
    Ok(Intervention {
        by: row.by(),
        state: row.state(),
        outcome: row.outcome(),
        kind: Kind::of_code(&row.kind).ok_or_else(broken)?,
        owner: row.owner.zip(row.owner_name).map(|(id, name)| InterventionOwner { id, name }),
        due_at: row.due_at.map(at),
        value: ValueTier::of_number(row.value_tier).ok_or_else(broken)?,
        reason: Reason::of_number(row.reason).ok_or_else(broken)?,
        engagement: Engagement::of_number(row.engagement).ok_or_else(broken)?,
        win_back: WinBack::of_number(row.win_back).ok_or_else(broken)?,
        decision: serde_json::from_str(&row.decision).map_err(|_| broken())?,
        // The booking page is asked to hand our id back.
        link: settings.url.filter(|_| is_booking).map(|url| with_id(&url, &row.public_id)),
        code,
        returned: row.returned.map(|returned| returned != 0),
        margin: row.margin,
        expires_at: at(row.expires_at),
        created_at: at(row.created_at),
        done_at: row.done_at.map(at),
        id: row.public_id,
        customer: row.customer,
        customer_name: row.customer_name,
        offer: row.offer,
        name: row.name,
        depth: row.depth,
        rung: row.rung,
        channel: row.channel,
        note: row.note,
        reserved: row.reserved,
        version: row.version,
    })
}

fn with_id(url: &str, id: &Id) -> String {
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}utm_content={id}")
}
