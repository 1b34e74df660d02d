//! What the shop shipped or changed, whom it would bring back, and that they are told.

use axum::Json;
use axum::http::StatusCode;
use shared::api::{AnnounceAnswer, Done, ImprovementAnswer, ImprovementChange, ImprovementsAnswer, NewImprovement};
use shared::audit::Action;
use shared::id::Id;
use shared::improvement::{key, usual_reasons};
use shared::segment::filter::{Condition, Filter, Operator};
use shared::time::Day;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::improvements::{self, Content, MOST};
use crate::db::{DbError, segments, shop};
use crate::extract::{IfMatch, JsonBody, PathId};
use crate::problem::Problem;
use crate::random;
use crate::routes::segments::own;
use crate::versioned::Versioned;

const TITLE_CHARS: usize = 160;
const TEXT_CHARS: usize = 2_000;
const FEATURES: usize = 20;
const FEATURE_CHARS: usize = 60;

/// Wishes that are shown.
const WISHES: u32 = 10;

/// What the shop shipped or changed, the newest first, each with whom it would bring back; and what is asked for most.
#[utoipa::path(get, path = "/api/improvements", tag = "improvements", responses((status = 200, body = ImprovementsAnswer)))]
#[worker::send]
pub async fn list(ctx: Ctx) -> Result<Json<ImprovementsAnswer>, Problem> {
    let home = shop::read(&ctx.db).await?.home_currency;
    let rows = improvements::list(&ctx.db).await?;
    let matches = improvements::matches(&ctx.db, &rows, home).await?;
    let wishes = improvements::wishes(&ctx.db, &rows, WISHES).await?;
    let improvements = rows.into_iter().zip(matches).map(|(row, matches)| row.wire(Some(matches))).collect();
    Ok(Json(ImprovementsAnswer { improvements, wishes }))
}

/// Tell of something that was shipped or changed.
#[utoipa::path(post, path = "/api/improvements", tag = "improvements", request_body = NewImprovement,
    responses((status = 201, body = ImprovementAnswer), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn create(
    ctx: Ctx,
    JsonBody(new): JsonBody<NewImprovement>,
) -> Result<(StatusCode, Versioned<ImprovementAnswer>), Problem> {
    let today = ctx.now.day();
    let content = checked(Content {
        kind: new.kind,
        title: new.title,
        text: new.text,
        shipped: shipped(new.shipped_on.as_deref(), today)?.unwrap_or(today),
        reasons: new.reasons.unwrap_or_else(|| usual_reasons(new.kind).to_vec()),
        features: new.features,
    })?;
    let id = random::id(ctx.now)?;
    let log = audit::append_if_changed(&ctx, entry(Action::ImprovementAdded, &id, &content));
    if !improvements::add(&ctx.db, &id, &content, ctx.who.user_id(), ctx.now, log).await? {
        return Err(Problem::Conflict("too_many_improvements", format!("There are {MOST} already: remove some first")));
    }
    Ok((StatusCode::CREATED, answer(&ctx, &id).await?))
}

/// One of them.
#[utoipa::path(get, path = "/api/improvements/{id}", tag = "improvements", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = ImprovementAnswer), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn show(ctx: Ctx, PathId(id): PathId) -> Result<Versioned<ImprovementAnswer>, Problem> {
    answer(&ctx, &id).await
}

/// Change one.
#[utoipa::path(patch, path = "/api/improvements/{id}", tag = "improvements", request_body = ImprovementChange,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = ImprovementAnswer), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<ImprovementChange>,
) -> Result<Versioned<ImprovementAnswer>, Problem> {
    let row = improvements::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let before = row.content();
    let after = checked(Content {
        kind: change.kind.unwrap_or(before.kind),
        title: change.title.unwrap_or_else(|| before.title.clone()),
        text: change.text.unwrap_or_else(|| before.text.clone()),
        shipped: shipped(change.shipped_on.as_deref(), ctx.now.day())?.unwrap_or(before.shipped),
        reasons: change.reasons.unwrap_or_else(|| before.reasons.clone()),
        features: change.features.unwrap_or_else(|| before.features.clone()),
    })?;
    let log = audit::append_if_changed(&ctx, changes(&id, &before, &after));
    let done = ctx.db.batch(vec![improvements::change(row.id, version, &after, ctx.now), log]).await;
    settled(&ctx, &id, version, done.map(drop)).await?;
    answer(&ctx, &id).await
}

/// Announce one: saves the segment of those whom it would bring back, which is what a campaign that leads with it is sent to.
///
/// Announced again, it is the same segment, unless that was removed.
#[utoipa::path(post, path = "/api/improvements/{id}/announce", tag = "improvements", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = AnnounceAnswer), (status = 404, body = shared::api::Problem), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn announce(ctx: Ctx, PathId(id): PathId, IfMatch(version): IfMatch) -> Result<Versioned<AnnounceAnswer>, Problem> {
    let row = improvements::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let filter = Filter::All(vec![Filter::Is(Condition {
        field: "improvement".to_owned(),
        operator: Operator::OneOf,
        values: vec![id.to_string()],
    })]);
    let known = segments::own(&ctx.db).await?.into_iter().find(|own| own.digest == filter.digest());
    let log = audit::append_if_changed(&ctx, entry(Action::ImprovementAnnounced, &id, &row.content()));
    let mark = improvements::announce(row.id, version, ctx.now);
    let (segment, statements) = match known {
        Some(own) => (own.public_id, vec![mark, log]),
        None => {
            let name: String = format!("For: {}", row.title).chars().take(own::NAME_CHARS).collect();
            let content = own::content(&ctx, &name, &filter).await?;
            let segment = random::id(ctx.now)?;
            let add = segments::add_statement(&segment, &content, ctx.who.user_id(), ctx.now);
            (segment, vec![mark, log, add])
        }
    };
    let done = ctx.db.batch(statements).await.map(drop);
    settled(&ctx, &id, version, done).await?;
    if segments::own_of(&ctx.db, &segment).await?.is_none() {
        let detail =
            format!("It is announced, and there are {} segments already: remove some, then announce it again", segments::MOST);
        return Err(Problem::Conflict("too_many_segments", detail));
    }
    let Versioned(version, ImprovementAnswer { improvement }) = answer(&ctx, &id).await?;
    Ok(Versioned(version, AnnounceAnswer { improvement, segment }))
}

/// Remove one.
#[utoipa::path(delete, path = "/api/improvements/{id}", tag = "improvements", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Done), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn remove(ctx: Ctx, PathId(id): PathId, IfMatch(version): IfMatch) -> Result<Json<Done>, Problem> {
    let row = improvements::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let log = audit::append_if_changed(&ctx, entry(Action::ImprovementRemoved, &id, &row.content()));
    let [hold, remove] = improvements::remove(row.id, version);
    let done = ctx.db.batch(vec![hold, remove, log]).await;
    settled(&ctx, &id, version, done.map(drop)).await?;
    Ok(Json(Done { done: true }))
}

async fn answer(ctx: &Ctx, id: &Id) -> Result<Versioned<ImprovementAnswer>, Problem> {
    let row = improvements::find(&ctx.db, id).await?.ok_or(Problem::NotFound)?;
    let home = shop::read(&ctx.db).await?.home_currency;
    let matches = improvements::matches(&ctx.db, std::slice::from_ref(&row), home).await?.pop();
    Ok(Versioned(row.version, ImprovementAnswer { improvement: row.wire(matches) }))
}

/// Says who was quicker where nothing was written.
async fn settled(ctx: &Ctx, id: &Id, yours: u32, done: Result<(), DbError>) -> Result<(), Problem> {
    match done {
        Err(error) if error.is_stale("improvements") => {
            let Versioned(_, ImprovementAnswer { improvement: current }) = answer(ctx, id).await?;
            Err(Problem::stale(yours, current.version, &current))
        }
        done => Ok(done?),
    }
}

fn entry(action: Action, id: &Id, content: &Content) -> Entry {
    Entry::new(action).to("improvement", id, Some(&content.title))
}

fn changes(id: &Id, before: &Content, after: &Content) -> Entry {
    let named = entry(Action::ImprovementChanged, id, after)
        .value("title", Some(before.title.clone()), Some(after.title.clone()))
        .value("kind", Some(before.kind.code().to_owned()), Some(after.kind.code().to_owned()))
        .value("shipped_on", Some(before.shipped.iso()), Some(after.shipped.iso()));
    let parts = [
        ("text", before.text == after.text),
        ("reasons", before.reasons == after.reasons),
        ("features", before.features == after.features),
    ];
    parts.into_iter().filter(|(_, is_same)| !is_same).fold(named, |entry, (field, _)| entry.field(field))
}

fn shipped(text: Option<&str>, today: Day) -> Result<Option<Day>, Problem> {
    let Some(text) = text else { return Ok(None) };
    match Day::parse_iso(text) {
        Some(day) if day <= today => Ok(Some(day)),
        Some(_) => Err(Problem::field("shipped_on", "Use today or a day before: tell of it once it is there")),
        None => Err(Problem::field("shipped_on", "Use a date such as 2026-03-01")),
    }
}

fn checked(content: Content) -> Result<Content, Problem> {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_fine =
        |text: &str, most: usize| !text.is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control);
    let title = words(&content.title);
    if !is_fine(&title, TITLE_CHARS) {
        return Err(Problem::field(
            "title",
            format!("Use 1 to {TITLE_CHARS} characters: a sentence that a message can lead with"),
        ));
    }
    let text = content.text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > TEXT_CHARS) {
        return Err(Problem::field("text", format!("Use at most {TEXT_CHARS} characters")));
    }
    let mut features: Vec<String> = Vec::new();
    for feature in content.features.iter().map(|feature| words(feature)) {
        if !is_fine(&feature, FEATURE_CHARS) || key(&feature).is_empty() {
            return Err(Problem::field("features", format!("Use words of 1 to {FEATURE_CHARS} characters each")));
        }
        if features.iter().all(|known| key(known) != key(&feature)) {
            features.push(feature);
        }
    }
    if features.len() > FEATURES {
        return Err(Problem::field("features", format!("Name at most {FEATURES}")));
    }
    let mut reasons = content.reasons;
    reasons.sort_unstable();
    reasons.dedup();
    if reasons.is_empty() && features.is_empty() {
        return Err(Problem::field(
            "reasons",
            "Choose a reason that it answers, or name what people asked for: else it matches nobody",
        ));
    }
    Ok(Content { title, text, reasons, features, ..content })
}

#[cfg(test)]
mod tests {
    use shared::api::ImprovementKind;
    use shared::reason::Reason;

    use super::*;

    fn content(title: &str, reasons: &[Reason], features: &[&str]) -> Content {
        Content {
            kind: ImprovementKind::Feature,
            title: title.to_owned(),
            text: Some("  ".to_owned()),
            shipped: Day(20_000),
            reasons: reasons.to_vec(),
            features: features.iter().map(|feature| (*feature).to_owned()).collect(),
        }
    }

    fn refused(content: Content) -> Vec<String> {
        match checked(content) {
            Err(Problem::Invalid(fields)) => fields.into_keys().collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_told_is_tidied_and_each_word_kept_once() {
        let twice = [Reason::Service, Reason::Price, Reason::Price];
        let told = checked(content("  Sync   is here ", &twice, &["Calendar sync", "calendar-sync", "Dark  mode"])).unwrap();
        assert_eq!((told.title.as_str(), told.text), ("Sync is here", None));
        assert_eq!(told.reasons, [Reason::Price, Reason::Service]);
        assert_eq!(told.features, ["Calendar sync", "Dark mode"]);
    }

    #[test]
    fn what_would_match_nobody_or_break_a_message_is_refused_by_field() {
        assert_eq!(refused(content("", &[Reason::Price], &[])), ["title"]);
        assert_eq!(refused(content("a\u{0}b", &[Reason::Price], &[])), ["title"]);
        assert_eq!(refused(content("x", &[], &[])), ["reasons"]);
        assert_eq!(refused(content("x", &[], &["--"])), ["features"]);
        assert!(shipped(Some("2026-03-02"), Day::parse_iso("2026-03-01").unwrap()).is_err());
        assert_eq!(shipped(None, Day(3)).unwrap(), None);
    }
}
