//! A file that is fetched every few hours: its settings, and fetching it now.

use axum::http::StatusCode;
use shared::api::{SourceAnswer, SourceSettings};
use shared::audit::Action;
use shared::import::fields;
use shared::outbound::{self, Own};
use shared::source::Kind;

use super::{find, wire};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::{leases, pulls};
use crate::extract::PathId;
use crate::jobs;
use crate::problem::Problem;
use crate::versioned::Versioned;

const MOST_HOURS: u32 = 168;

/// Of a column's name.
const COLUMN_CHARS: usize = 200;

/// Fetch the file of a source now.
///
/// The answer comes at once; the source says what became of it: `received_at` moves where the file was new, `error` says what to do where
/// it could not be read.
#[utoipa::path(post, path = "/api/sources/{id}/pull", tag = "sources", params(("id" = String, Path, format = "uuid")),
    responses((status = 202, body = SourceAnswer), (status = 404, body = shared::api::Problem), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn pull(ctx: Ctx, PathId(id): PathId) -> Result<(StatusCode, Versioned<SourceAnswer>), Problem> {
    let row = find(&ctx, &id).await?;
    if row.kind != Kind::Pull.as_str() {
        return Err(Problem::Conflict("no_pull", "This source sends by itself: nothing is fetched from it".to_owned()));
    }
    if row.status == "paused" {
        return Err(Problem::Conflict("paused", "This source is paused: let it go on first".to_owned()));
    }
    let entry = Entry::new(Action::SourcePulled).to("source", &id, Some(&row.name));
    ctx.db.batch(vec![pulls::ask(&id, ctx.now), leases::wake(pulls::JOB), audit::append(&ctx, entry)]).await?;
    jobs::ring(&ctx.env, &ctx.db).await;
    let source = wire(&ctx, find(&ctx, &id).await?)?;
    Ok((StatusCode::ACCEPTED, Versioned(source.version, SourceAnswer { source })))
}

/// Settings that a file can be fetched with.
pub(super) fn checked(settings: &SourceSettings, own: Own<'_>) -> Result<(), Problem> {
    let SourceSettings { url, file_kind, every_hours, columns, origins, site, daily_messages } = settings;
    if !origins.is_empty() || site.is_some() || daily_messages.is_some() {
        return Err(Problem::field("settings", "origins, site and daily_messages are of sources that send: leave them out"));
    }
    let url = url.as_deref().unwrap_or_default();
    outbound::check(url, own).map_err(|refused| Problem::field("settings.url", refused.to_string()))?;
    let Some(kind) = file_kind else {
        return Err(Problem::field("settings.file_kind", "Say what the file holds, such as orders"));
    };
    if every_hours.is_some_and(|hours| !(1..=MOST_HOURS).contains(&hours)) {
        return Err(Problem::field("settings.every_hours", format!("Use 1 to {MOST_HOURS}, or leave it out for once a day")));
    }
    let known = fields(*kind);
    if let Some(field) = columns.keys().find(|name| !known.iter().any(|field| field.name == name.as_str())) {
        let names: Vec<&str> = known.iter().map(|field| field.name).collect();
        return Err(Problem::field("settings.columns", format!("{field} is no field of such a file: use {}", names.join(", "))));
    }
    if columns.values().any(|name| name.trim().is_empty() || name.chars().count() > COLUMN_CHARS) {
        return Err(Problem::field("settings.columns", format!("Name a column of the file, in 1 to {COLUMN_CHARS} characters")));
    }
    Ok(())
}

/// Whether a stored token may go to the new address: another host must not get what was meant for the one before.
pub(super) fn keeps_token(before: &SourceSettings, after: &SourceSettings, own: Own<'_>) -> bool {
    let address = |settings: &SourceSettings| outbound::check(settings.url.as_deref().unwrap_or_default(), own).ok();
    match (address(before), address(after)) {
        (Some(before), Some(after)) => before.is_of_same_server(&after),
        _ => false,
    }
}
