//! How long events and messages stay.

use shared::api::{Retention, RetentionAnswer, RetentionChange};
use shared::audit::Action;
use shared::retention::EVENT_DAYS;
use shared::time::Day;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::retention;
use crate::extract::{IfMatch, JsonBody};
use crate::jobs;
use crate::problem::Problem;
use crate::versioned::Versioned;

/// How long events stay, from which day on they are there, and what came first: the days or the space.
///
/// What events and messages fill is measured once a day. What older events told stays in their customers' scores.
#[utoipa::path(get, path = "/api/retention", tag = "privacy", responses((status = 200, body = RetentionAnswer)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Versioned<RetentionAnswer>, Problem> {
    let settings = retention::settings(&ctx.db).await?;
    let was_measured = settings.measured_day.is_some() || settings.used > 0;
    let space_used = if was_measured { settings.used } else { jobs::retention::first_glance(&ctx.db).await? };
    let retention = Retention {
        event_days: settings.event_days,
        events_from: settings.events_from.map(|day| Day(day).iso()),
        limited_by: settings.limited_by,
        space: jobs::retention::space(settings.plan),
        space_used,
        version: settings.version,
    };
    Ok(Versioned(settings.version, RetentionAnswer { retention }))
}

/// Keep events for so many days.
///
/// For fewer than before, older ones go with the next run, for good; for more, nothing comes back.
#[utoipa::path(put, path = "/api/retention", tag = "privacy", request_body = RetentionChange,
    responses((status = 200, body = RetentionAnswer), (status = 412, body = shared::api::Problem)))]
#[worker::send]
pub async fn replace(
    ctx: Ctx,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<RetentionChange>,
) -> Result<Versioned<RetentionAnswer>, Problem> {
    let days = change.event_days;
    if !EVENT_DAYS.contains(&days) {
        let (least, most) = (EVENT_DAYS.start(), EVENT_DAYS.end());
        return Err(Problem::field("event_days", format!("Use a whole number of days from {least} to {most}")));
    }
    let before = retention::settings(&ctx.db).await?.event_days;
    if before == days {
        return show(ctx).await;
    }
    let entry = Entry::new(Action::RetentionChanged).value("event_days", Some(before.to_string()), Some(days.to_string()));
    match retention::set_event_days(&ctx.db, days, version, ctx.now, audit::append(&ctx, entry)).await {
        Err(error) if error.is_stale("shop") => {
            let Versioned(current, RetentionAnswer { retention }) = show(ctx).await?;
            return Err(Problem::stale(version, current, &retention));
        }
        done => done?,
    }
    jobs::ring(&ctx.env, &ctx.db).await;
    show(ctx).await
}
