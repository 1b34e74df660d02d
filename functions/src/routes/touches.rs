//! The ledger: every touch with its state, and why it was not sent.

use axum::Json;
use shared::api::{CameBack, CursorMeta, Touch, TouchesQuery, TouchesResponse};
use shared::campaign::{Channel, Reason, State};
use shared::time::Millis;

use super::campaigns::progress::told;
use crate::ctx::Ctx;
use crate::db::touches::{self, ListRow, Narrowed};
use crate::db::{campaigns, profile};
use crate::extract::{QueryString, row_cursor};
use crate::problem::Problem;

const MOST: u32 = 200;
const USUAL: u32 = 50;

/// The newest first; of a campaign, a customer, a state or a reason.
#[utoipa::path(get, path = "/api/touches", tag = "campaigns", params(TouchesQuery),
    responses((status = 200, body = TouchesResponse), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn list(ctx: Ctx, QueryString(asked): QueryString<TouchesQuery>) -> Result<Json<TouchesResponse>, Problem> {
    let limit = asked.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::field("limit", format!("Use 1 to {MOST}")));
    }
    let before = asked.cursor.as_deref().map(row_cursor).transpose()?.unwrap_or(i64::MAX >> 11);
    let campaign = match &asked.campaign {
        Some(id) => {
            Some(campaigns::find(&ctx.db, id).await?.ok_or_else(|| Problem::field("campaign", "There is no such campaign"))?.id)
        }
        None => None,
    };
    let customer = match &asked.customer {
        Some(id) => {
            Some(profile::row_id(&ctx.db, id).await?.ok_or_else(|| Problem::field("customer", "There is no such customer"))?)
        }
        None => None,
    };
    let narrowed = Narrowed { campaign, customer, state: asked.state.map(State::code), reason: asked.reason.map(Reason::code) };
    let rows = touches::list(&ctx.db, narrowed, before, limit).await?;
    let next_cursor = rows.last().filter(|_| rows.len() >= limit as usize).map(|row| row.id.to_string());
    let touches = rows.into_iter().filter_map(wire).collect();
    Ok(Json(TouchesResponse { touches, meta: CursorMeta { next_cursor } }))
}

fn wire(row: ListRow) -> Option<Touch> {
    let reason = row.reason.as_deref().and_then(Reason::of_code);
    let at = |time: Option<i64>| time.map(|time| Millis(time).rfc3339());
    let responses: Vec<(String, i64)> = serde_json::from_str(&row.responses).unwrap_or_default();
    Some(Touch {
        id: row.id.to_string(),
        campaign: row.campaign,
        campaign_name: row.campaign_name,
        customer: row.customer,
        customer_name: row.customer_name,
        step: row.step,
        edition: row.edition,
        channel: Channel::of_code(&row.channel)?,
        state: State::of_code(&row.state)?,
        text: match reason {
            Some(reason) => Some(told(reason, row.evidence.as_deref())),
            None => row.evidence,
        },
        reason,
        due_at: Millis(row.due_at).rfc3339(),
        expires_at: at(row.expires_at),
        sent_at: at(row.sent_at),
        settled_at: at(row.settled_at),
        cost: row.cost,
        responses: responses.into_iter().map(|(kind, at)| CameBack { kind, at: Millis(at).rfc3339() }).collect(),
    })
}
