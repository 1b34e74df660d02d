//! Campaigns: a name, for whom, the plan, and the sequence that the editor works on.

pub mod acts;
pub mod copies;
pub mod forecast;
pub mod messages;
pub mod people;
pub mod progress;
mod standing;
pub mod test;

use std::collections::BTreeMap;

use axum::Json;
use axum::http::StatusCode;
use shared::api::{
    Campaign, CampaignChange, CampaignResponse, CampaignRow, CampaignSegment, CampaignsResponse, Done, NewCampaign, SegmentKind,
};
use shared::audit::Action;
use shared::campaign::{Kind, Plan};
use shared::id::Id;
use shared::message::check::is_text;
use shared::message::merge::differences;
use shared::message::{Brief, Channel as Form, Draft};
use shared::segment::{Row as Line, Segment, row_name};
use shared::time::Millis;

use self::standing::Standing;
pub use self::standing::plan as plan_of;
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::campaigns::{self, Content, MOST, Row};
use crate::db::{DbError, segments};
use crate::extract::{IfMatch, JsonBody, PathId};
use crate::problem::Problem;
use crate::random;
use crate::versioned::Versioned;

const NAME_CHARS: usize = 100;

/// Fields of a draft that a line of the audit log names.
const FIELDS: usize = 12;

/// All campaigns, the newest change first.
#[utoipa::path(get, path = "/api/campaigns", tag = "campaigns", responses((status = 200, body = CampaignsResponse)))]
#[worker::send]
pub async fn list(ctx: Ctx) -> Result<Json<CampaignsResponse>, Problem> {
    let campaigns = campaigns::list(&ctx.db).await?.iter().map(row).collect();
    Ok(Json(CampaignsResponse { campaigns }))
}

/// Draft a campaign. What is left out is left to the composer.
#[utoipa::path(post, path = "/api/campaigns", tag = "campaigns", request_body = NewCampaign,
    responses((status = 201, body = CampaignResponse), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn create(
    ctx: Ctx,
    JsonBody(new): JsonBody<NewCampaign>,
) -> Result<(StatusCode, Versioned<CampaignResponse>), Problem> {
    let (plan, ready) = match &new.plan {
        Some(id) => copies::chosen(&ctx, id).await?,
        None => (Plan::of_kind(Kind::default()), None),
    };
    // What a ready plan writes from goes before what the segment says alone, and words of one's own before both.
    let brief = new.brief.or_else(|| if ready.is_some() { None } else { new.segment.as_deref().map(brief_of) });
    let draft = match (new.draft, brief, ready) {
        (Some(draft), _, _) => draft,
        (None, Some(brief), _) => Draft::new(brief),
        (None, None, ready) => ready.unwrap_or_else(|| Draft::new(Brief::default())),
    };
    let content = checked(&ctx, Content { name: new.name, segment: new.segment, draft, plan }, None).await?;
    let id = random::id(ctx.now)?;
    let log = audit::append_if_changed(&ctx, entry(Action::CampaignAdded, &id, &content.name));
    if !campaigns::add(&ctx.db, &id, &content, ctx.who.user_id(), ctx.now, log).await? {
        return Err(Problem::Conflict("too_many_campaigns", format!("There are {MOST} already: remove some first")));
    }
    Ok((StatusCode::CREATED, answer(&ctx, &id).await?))
}

/// One campaign with its draft.
#[utoipa::path(get, path = "/api/campaigns/{id}", tag = "campaigns", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = CampaignResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn show(ctx: Ctx, PathId(id): PathId) -> Result<Versioned<CampaignResponse>, Problem> {
    answer(&ctx, &id).await
}

/// Change the name, the segment or the draft.
///
/// With status 412 somebody was quicker: `conflict.resource` is the campaign as it stands, from which the editor tells what both changed.
#[utoipa::path(patch, path = "/api/campaigns/{id}", tag = "campaigns", request_body = CampaignChange,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = CampaignResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<CampaignChange>,
) -> Result<Versioned<CampaignResponse>, Problem> {
    let before = campaigns::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    if before.version != version {
        // Before anything is said about words that were written for another state of it.
        return Err(stale(&ctx, &id, version).await?);
    }
    let was = draft(&before)?;
    let planned = standing::plan(&before)?;
    let content = Content {
        name: change.name.unwrap_or_else(|| before.name.clone()),
        segment: change.segment.unwrap_or_else(|| before.segment.clone()),
        draft: change.draft.unwrap_or_else(|| was.clone()),
        plan: change.plan.unwrap_or_else(|| planned.clone()),
    };
    let after = checked(&ctx, content, Some(&before)).await?;
    let named = entry(Action::CampaignChanged, &id, &after.name)
        .value("name", Some(before.name.clone()), Some(after.name.clone()))
        .value("segment", before.segment.clone(), after.segment.clone());
    let named = if after.plan == planned { named } else { named.field("plan") };
    let told = differences(&was, &after.draft).iter().take(FIELDS).fold(named, |entry, field| entry.field(field));
    let log = audit::append_if_changed(&ctx, told);
    let done = campaigns::change(&ctx.db, &before, version, &after, ctx.who.user_id(), ctx.now, log).await;
    settled(&ctx, &id, version, done).await?;
    answer(&ctx, &id).await
}

/// Remove a campaign with its draft.
#[utoipa::path(delete, path = "/api/campaigns/{id}", tag = "campaigns", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Done), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn remove(ctx: Ctx, PathId(id): PathId, IfMatch(version): IfMatch) -> Result<Json<Done>, Problem> {
    let row = campaigns::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    if row.launched_at.is_some() {
        let text = "It ran: what it sent and earned is kept. Archive it instead";
        return Err(Problem::Conflict("has_run", text.to_owned()));
    }
    let log = audit::append_if_changed(&ctx, entry(Action::CampaignRemoved, &id, &row.name));
    settled(&ctx, &id, version, campaigns::remove(&ctx.db, row.id, version, log).await).await?;
    Ok(Json(Done { done: true }))
}

async fn answer(ctx: &Ctx, id: &Id) -> Result<Versioned<CampaignResponse>, Problem> {
    let found = campaigns::find(&ctx.db, id).await?.ok_or(Problem::NotFound)?;
    let standing = standing::read(ctx, &found).await?;
    let approval = standing::approval(ctx, &found, &standing);
    let is_changed = found.edition.is_some() && found.running_digest.as_ref() != Some(&standing.digest);
    let Standing { plan, draft, .. } = standing;
    let campaign = Campaign { row: row(&found), draft, plan, edition: found.edition, is_changed, approval };
    Ok(Versioned(found.version, CampaignResponse { campaign }))
}

fn draft(row: &Row) -> Result<Draft, Problem> {
    let text = "Another version of Rekindle wrote this draft: bring this one up to date";
    row.draft().ok_or_else(|| Problem::Conflict("other_version", text.to_owned()))
}

fn row(row: &Row) -> CampaignRow {
    CampaignRow {
        id: row.public_id.clone(),
        name: row.name.clone(),
        state: row.status(),
        kind: row.kind(),
        launched_at: row.launched_at.map(|at| Millis(at).rfc3339()),
        leaves_at: row.leaves_at.map(|at| Millis(at).rfc3339()),
        why: row.why(),
        figures: row.figures(),
        segment: row.segment.as_deref().map(|id| segment(id, row.segment_name.as_deref())),
        version: row.version,
        created_by: row.created_by.clone(),
        updated_by: row.updated_by.clone(),
        created_at: Millis(row.created_at).rfc3339(),
        updated_at: Millis(row.updated_at).rfc3339(),
    }
}

/// `own`: the name of a segment that a marketer defined.
fn segment(id: &str, own: Option<&str>) -> CampaignSegment {
    let (name, kind) = match (line_of(id), Segment::of_code(id), own) {
        (Some(line), ..) => (row_name(line), None),
        (None, Some(segment), _) => (segment.name(), Some(SegmentKind::Micro)),
        (None, None, own) => (own.unwrap_or_default().to_owned(), Some(SegmentKind::Own)),
    };
    CampaignSegment { id: id.to_owned(), is_gone: name.is_empty(), name, kind }
}

fn line_of(code: &str) -> Option<Line> {
    let code = code.strip_prefix("row:")?;
    Line::all().find(|line| line.code() == code)
}

/// Value and reason of a segment all of whose customers share them.
fn brief_of(segment: &str) -> Brief {
    let line = line_of(segment).or_else(|| Segment::of_code(segment).map(|segment| segment.row));
    line.map_or_else(Brief::default, |line| Brief { value: line.value, reason: line.reason, ..Brief::default() })
}

/// Says who was quicker where nothing was written.
async fn settled(ctx: &Ctx, id: &Id, yours: u32, done: Result<bool, DbError>) -> Result<(), Problem> {
    match done {
        Ok(true) => Ok(()),
        Ok(false) => Err(Problem::NotFound),
        Err(error) if error.is_stale("campaigns") => Err(stale(ctx, id, yours).await?),
        Err(error) => Err(error.into()),
    }
}

async fn stale(ctx: &Ctx, id: &Id, yours: u32) -> Result<Problem, Problem> {
    let Versioned(current, CampaignResponse { campaign }) = answer(ctx, id).await?;
    Ok(Problem::stale(yours, current, &campaign))
}

fn entry(action: Action, id: &Id, name: &str) -> Entry {
    Entry::new(action).to("campaign", id, Some(name))
}

/// All that is wrong with it, field by field.
async fn checked(ctx: &Ctx, mut content: Content, before: Option<&Row>) -> Result<Content, Problem> {
    // Whatever channel the plan takes, its messages have words for it; that mail is among them is for whoever writes them to say.
    for (step, forms) in content.plan.forms() {
        for draft in content.draft.steps.iter_mut().filter(|draft| draft.step == step) {
            let more: Vec<_> =
                forms.iter().copied().filter(|form| *form != Form::Email && !draft.channels.contains(form)).collect();
            draft.channels.extend(more);
        }
    }
    let name = content.name.trim().to_owned();
    let mut wrong = content.draft.check();
    if wrong.is_empty() {
        wrong = content.draft.check_templates();
    }
    let planned = if wrong.is_empty() { content.plan.check(&content.draft).err().unwrap_or_default() } else { BTreeMap::new() };
    let mut wrong: BTreeMap<String, String> = wrong.into_iter().map(|(field, fix)| (format!("draft.{field}"), fix)).collect();
    wrong.extend(planned.into_iter().map(|(field, fix)| (format!("plan.{field}"), fix)));
    if !is_text(&name, NAME_CHARS, true) {
        wrong.insert("name".to_owned(), format!("Use 1 to {NAME_CHARS} characters"));
    }
    if let Some(id) = &content.segment
        && before.is_none_or(|before| before.segment.as_ref() != Some(id))
        && !is_known(ctx, id).await?
    {
        let fix = "Use the code of a micro-segment, row: and the code of a row, or the id of a segment";
        wrong.insert("segment".to_owned(), fix.to_owned());
    }
    if wrong.is_empty() { Ok(Content { name, ..content }) } else { Err(Problem::Invalid(wrong)) }
}

async fn is_known(ctx: &Ctx, id: &str) -> Result<bool, Problem> {
    if line_of(id).is_some() || Segment::of_code(id).is_some() {
        return Ok(true);
    }
    match Id::parse(id) {
        Ok(id) => Ok(segments::own_of(&ctx.db, &id).await?.is_some()),
        Err(_) => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use shared::reason::Reason;
    use shared::segment::ValueTier;

    use super::*;

    #[test]
    fn a_segment_is_named_by_what_it_is_and_one_that_was_removed_is_gone() {
        let row = segment("row:high-price", None);
        assert_eq!((row.name.as_str(), row.kind, row.is_gone), ("High value, price", None, false));
        let micro = segment("high-price-engaged", None);
        assert_eq!((micro.kind, micro.is_gone), (Some(SegmentKind::Micro), false));
        let own = segment("0193a1b2-0000-7000-8000-000000000000", Some("Lapsed"));
        assert_eq!((own.name.as_str(), own.is_gone), ("Lapsed", false));
        assert!(segment("0193a1b2-0000-7000-8000-000000000000", None).is_gone);
    }

    #[test]
    fn a_brief_starts_from_what_all_customers_of_a_segment_share() {
        for code in ["row:high-price", "high-price-engaged"] {
            let brief = brief_of(code);
            assert_eq!((brief.value, brief.reason), (ValueTier::High, Reason::Price), "{code}");
        }
        assert_eq!(brief_of("0193a1b2-0000-7000-8000-000000000000"), Brief::default());
    }
}
