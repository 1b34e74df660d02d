//! How a campaign goes: who entered, what was sent, what waits and why.

use axum::Json;
use shared::api::{
    Canary, CursorMeta, EntriesQuery, EntriesResponse, EntryRow, GoalProgress, HourCount, LastTouch, NamedCustomer, NotReached,
    Progress, ProgressResponse, TouchCount,
};
use shared::campaign::cost::Micros;
use shared::campaign::{Channel, Reason, Stage, State};
use shared::money::Money;
use shared::time::{MILLIS_PER_DAY, Millis};

use super::standing;
use crate::ctx::Ctx;
use crate::db::entries::{self, Count, NamedRow};
use crate::db::touches::{self, CountRow, HourRow};
use crate::db::{DbError, campaigns, sending, shop};
use crate::extract::{PathId, QueryString, row_cursor};
use crate::jobs::enter::arm_of;
use crate::problem::Problem;

const MOST: u32 = 200;
const USUAL: u32 = 50;

const HOUR: i64 = 3_600_000;

/// Who entered, what was sent, what waits and why.
#[utoipa::path(get, path = "/api/campaigns/{id}/progress", tag = "campaigns", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = ProgressResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn show(ctx: Ctx, PathId(id): PathId) -> Result<Json<ProgressResponse>, Problem> {
    let row = campaigns::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let plan = standing::plan(&row)?;
    let home = shop::read(&ctx.db).await?.home_currency;
    let statements = vec![
        entries::counts(row.id),
        entries::names_left_out(row.id),
        touches::counts(row.id),
        touches::next_hours(row.id, ctx.now),
        touches::reached(row.id, ctx.now),
    ];
    let outcomes = ctx.db.batch_idempotent(statements).await?;
    let [entered, names, counts, hours, reached] = outcomes.as_slice() else {
        return Err(DbError::Bug("a batch lost results".to_owned()).into());
    };
    let entered: Vec<Count> = entered.rows()?;
    let names: Vec<NamedRow> = names.rows()?;
    let counts: Vec<CountRow> = counts.rows()?;
    let hours: Vec<HourRow> = hours.rows()?;
    let reached: Option<touches::ReachedRow> = reached.first()?;
    let of_arm = |arm: u8| entered.iter().filter(|row| row.state != "left_out" && row.arm == arm).map(|row| row.customers).sum();
    let contacted: u64 = of_arm(0);
    let reached = reached.unwrap_or_default();
    let goals = plan.goals.iter().map(|goal| {
        let (people, of) = match goal.stage {
            Stage::Reached => (reached.reached, contacted),
            Stage::Engaged => (reached.engaged, reached.reached),
            Stage::Returned => (reached.returned, reached.engaged.max(reached.returned)),
            Stage::Stayed => (reached.stayed, reached.returned),
        };
        let is_due = row.launched_at.is_some_and(|at| ctx.now.0 > at + days(goal.stage, plan.window_days) * MILLIS_PER_DAY);
        GoalProgress { goal: *goal, people, of, is_behind: is_due && is_behind(people, of, goal.target) }
    });
    let rules = sending::rules(&ctx.db).await?;
    let amounts = sending::counted(&ctx.db, &[format!("campaign:{}", row.id)], shared::time::Day(0)).await?;
    let amount = |measure: &str| amounts.get(&(format!("campaign:{}", row.id), measure.to_owned())).copied().unwrap_or(0);
    let standing = campaigns::standing(&ctx.db, &[row.id]).await?.into_iter().next();
    let size = shared::campaign::rules::canary_size(&rules, u64::try_from(amount("entered")).unwrap_or(0));
    let canary = (contacted > u64::from(size)).then(|| Canary {
        size: u64::from(size),
        sent: u64::try_from(amount("sent")).unwrap_or(0).min(u64::from(size)),
        is_waiting: standing.as_ref().is_some_and(|row| row.canary_passed_at.is_none() && amount("claimed") >= i64::from(size)),
    });
    let spent = Micros(campaigns::money(&ctx.db, row.id).await?).minor(home);
    let progress = Progress {
        state: row.status(),
        contacted,
        held_out: of_arm(1),
        global_holdout: of_arm(2),
        left_out: left_out(&entered, &names),
        is_entering: row.entered_upto.is_some(),
        counts: counts.into_iter().filter_map(count).collect(),
        next_hours: hours.into_iter().filter_map(|row| hour(&row, ctx.now)).collect(),
        goals: goals.collect(),
        spent: Money::new(spent, home),
        budget: plan.budget.most,
        warnings: warnings(&row, amount("sent"), amount("bounced"), amount("complained")),
        canary,
        as_of: ctx.now.rfc3339(),
    };
    Ok(Json(ProgressResponse { progress }))
}

/// Where everybody is, the newest first.
#[utoipa::path(get, path = "/api/campaigns/{id}/entries", tag = "campaigns",
    params(("id" = String, Path, format = "uuid"), EntriesQuery),
    responses((status = 200, body = EntriesResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn entries(
    ctx: Ctx,
    PathId(id): PathId,
    QueryString(asked): QueryString<EntriesQuery>,
) -> Result<Json<EntriesResponse>, Problem> {
    let limit = asked.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::field("limit", format!("Use 1 to {MOST}")));
    }
    let states = ["open", "ended", "left_out", "held_out"];
    if asked.state.as_deref().is_some_and(|state| !states.contains(&state)) {
        return Err(Problem::field("state", format!("Use one of {}", states.join(", "))));
    }
    let before = asked.cursor.as_deref().map(row_cursor).transpose()?.unwrap_or(i64::MAX >> 11);
    let row = campaigns::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let reason = asked.reason.map(Reason::code);
    let rows = entries::list(&ctx.db, row.id, before, limit, asked.state.as_deref(), reason).await?;
    let next_cursor = rows.last().filter(|_| rows.len() >= limit as usize).map(|row| row.id.to_string());
    let entries = rows.into_iter().map(entry).collect();
    Ok(Json(EntriesResponse { entries, meta: CursorMeta { next_cursor } }))
}

fn entry(row: entries::ListRow) -> EntryRow {
    let reason = row.reason.as_deref().and_then(Reason::of_code);
    let last: Option<(u8, String, String, i64)> = row.last.as_deref().and_then(|text| serde_json::from_str(text).ok());
    EntryRow {
        customer: row.customer,
        customer_name: row.customer_name,
        number: row.number,
        arm: arm_of(row.arm),
        state: row.state,
        text: reason.map(|reason| told(reason, row.evidence.as_deref())),
        reason,
        entered_at: Millis(row.entered_at).rfc3339(),
        ended_at: row.ended_at.map(|at| Millis(at).rfc3339()),
        last: last.and_then(|(step, channel, state, due_at)| {
            Some(LastTouch {
                step,
                channel: Channel::of_code(&channel)?,
                state: State::of_code(&state)?,
                due_at: Millis(due_at).rfc3339(),
            })
        }),
    }
}

/// A reason in words, with what it rests on.
pub fn told(reason: Reason, evidence: Option<&str>) -> String {
    match evidence.map(str::trim).filter(|text| !text.is_empty()) {
        Some(evidence) => format!("{}: {evidence}", reason.words()),
        None => reason.words().to_owned(),
    }
}

fn left_out(entered: &[Count], names: &[NamedRow]) -> Vec<NotReached> {
    let of = |reason: Reason| {
        let named = names.iter().filter(move |row| row.reason.as_deref() == Some(reason.code()));
        named.map(|row| NamedCustomer { id: row.public_id.clone(), name: row.name.clone() }).collect::<Vec<_>>()
    };
    let rows = entered.iter().filter(|row| row.state == "left_out");
    let mut left: Vec<NotReached> = rows
        .filter_map(|row| {
            let reason = row.reason.as_deref().and_then(Reason::of_code)?;
            Some(NotReached { reason, text: reason.words().to_owned(), customers: row.customers, names: of(reason) })
        })
        .collect();
    left.sort_by_key(|known| std::cmp::Reverse(known.customers));
    left
}

fn count(row: CountRow) -> Option<TouchCount> {
    Some(TouchCount {
        step: row.step,
        channel: Channel::of_code(&row.channel)?,
        state: State::of_code(&row.state)?,
        reason: row.reason.as_deref().and_then(Reason::of_code),
        touches: row.touches,
    })
}

fn hour(row: &HourRow, now: Millis) -> Option<HourCount> {
    let from = Millis(now.0 + row.hour.max(0) * HOUR).rfc3339();
    Some(HourCount { from, channel: Channel::of_code(&row.channel)?, touches: row.touches })
}

/// Days after the launch from which on a stage may be judged.
fn days(stage: Stage, window: u16) -> i64 {
    match stage {
        Stage::Reached => 2,
        Stage::Engaged => 7,
        Stage::Returned => i64::from(window),
        Stage::Stayed => i64::from(window) + 90,
    }
}

/// Below the target by more than chance: two standard errors.
fn is_behind(people: u64, of: u64, target: u16) -> bool {
    if of < 30 {
        return false;
    }
    let (share, target) = (people as f64 / of as f64, f64::from(target) / 1_000.0);
    share + 2.0 * (target * (1.0 - target) / of as f64).sqrt() < target
}

fn warnings(row: &campaigns::Row, sent: i64, bounced: i64, complained: i64) -> Vec<String> {
    let mut said = Vec::new();
    let share = |part: i64| if sent > 0 { part as f64 / sent as f64 } else { 0.0 };
    if complained > 0 && share(complained) > 0.0008 {
        said.push(format!("{complained} of {sent} complained: at 0.3 % the campaign pauses itself."));
    }
    if bounced >= 3 && share(bounced) > 0.01 {
        said.push(format!("{bounced} of {sent} addresses bounced: at 2 % the campaign pauses itself."));
    }
    said.extend(row.why().filter(|why| why.code != "person").map(|why| why.text));
    said
}
