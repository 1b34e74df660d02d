//! What customers said and what was measured, which messages may cite while it is allowed.

use axum::Json;
use axum::http::StatusCode;
use shared::api::{Done, NewProof, Permitted, ProofChange, ProofItem, ProofResponse, ProofsResponse};
use shared::audit::Action;
use shared::id::Id;
use shared::industry;
use shared::message::check::{is_https, is_text};
use shared::time::{Day, Millis};

use crate::ctx::Ctx;
use crate::db::DbError;
use crate::db::audit::{self, Entry};
use crate::db::proofs::{self, MOST, Row};
use crate::extract::{IfMatch, JsonBody, PathId};
use crate::problem::Problem;
use crate::random;
use crate::versioned::Versioned;

const TEXT_CHARS: usize = 1_000;
const LINE_CHARS: usize = 200;
const TAGS: usize = 30;

/// All of them, the newest first, each with why it may not be used, if so.
#[utoipa::path(get, path = "/api/proofs", tag = "messages", responses((status = 200, body = ProofsResponse)))]
#[worker::send]
pub async fn list(ctx: Ctx) -> Result<Json<ProofsResponse>, Problem> {
    let today = ctx.now.day();
    let proofs = proofs::list(&ctx.db).await?.into_iter().filter_map(|row| wire(row, today)).collect();
    Ok(Json(ProofsResponse { proofs }))
}

/// Add a proof. Without a permission it is kept, and no message uses it.
#[utoipa::path(post, path = "/api/proofs", tag = "messages", request_body = NewProof,
    responses((status = 201, body = ProofResponse), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn create(ctx: Ctx, JsonBody(new): JsonBody<NewProof>) -> Result<(StatusCode, Versioned<ProofResponse>), Problem> {
    let content = checked(new, ctx.now.day())?;
    let id = random::id(ctx.now)?;
    let log = audit::append_if_changed(&ctx, entry(Action::ProofAdded, &id));
    if !proofs::add(&ctx.db, &id, &content, ctx.who.user_id(), ctx.now, log).await? {
        return Err(Problem::Conflict("too_many_proofs", format!("There are {MOST} already: remove some first")));
    }
    Ok((StatusCode::CREATED, answer(&ctx, &id).await?))
}

/// Change a proof: what is left out stays, null clears.
#[utoipa::path(patch, path = "/api/proofs/{id}", tag = "messages", request_body = ProofChange,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = ProofResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<ProofChange>,
) -> Result<Versioned<ProofResponse>, Problem> {
    let row = proofs::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let before = row.content().ok_or_else(broken)?;
    let after = checked(
        NewProof {
            kind: change.kind.unwrap_or(before.kind),
            text: change.text.unwrap_or_else(|| before.text.clone()),
            who: change.who.unwrap_or_else(|| before.who.clone()),
            source: change.source.unwrap_or_else(|| before.source.clone()),
            link: change.link.unwrap_or_else(|| before.link.clone()),
            permission: change.permission.unwrap_or_else(|| before.permission.clone()),
            expires_on: change.expires_on.unwrap_or_else(|| before.expires_on.clone()),
            tags: change.tags.unwrap_or_else(|| before.tags.clone()),
        },
        ctx.now.day(),
    )?;
    let parts = [
        ("kind", before.kind == after.kind),
        ("text", before.text == after.text),
        ("who", before.who == after.who),
        ("source", before.source == after.source),
        ("link", before.link == after.link),
        ("permission", before.permission == after.permission),
        ("tags", before.tags == after.tags),
    ];
    let dated = entry(Action::ProofChanged, &id).value("expires_on", before.expires_on, after.expires_on.clone());
    let told = parts.into_iter().filter(|(_, is_same)| !is_same).fold(dated, |entry, (field, _)| entry.field(field));
    let log = audit::append_if_changed(&ctx, told);
    let done = proofs::change(&ctx.db, row.id, version, &after, ctx.who.user_id(), ctx.now, log).await;
    settled(&ctx, &id, version, done).await?;
    answer(&ctx, &id).await
}

/// Remove a proof: no message uses it any more.
#[utoipa::path(delete, path = "/api/proofs/{id}", tag = "messages", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Done), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn remove(ctx: Ctx, PathId(id): PathId, IfMatch(version): IfMatch) -> Result<Json<Done>, Problem> {
    let row = proofs::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let log = audit::append_if_changed(&ctx, entry(Action::ProofRemoved, &id));
    settled(&ctx, &id, version, proofs::remove(&ctx.db, row.id, version, log).await).await?;
    Ok(Json(Done { done: true }))
}

async fn answer(ctx: &Ctx, id: &Id) -> Result<Versioned<ProofResponse>, Problem> {
    let row = proofs::find(&ctx.db, id).await?.ok_or(Problem::NotFound)?;
    let proof = wire(row, ctx.now.day()).ok_or_else(broken)?;
    Ok(Versioned(proof.version, ProofResponse { proof }))
}

/// Says who was quicker where nothing was written.
async fn settled(ctx: &Ctx, id: &Id, yours: u32, done: Result<bool, DbError>) -> Result<(), Problem> {
    match done {
        Ok(true) => Ok(()),
        Ok(false) => Err(Problem::NotFound),
        Err(error) if error.is_stale("proofs") => {
            let Versioned(current, ProofResponse { proof }) = answer(ctx, id).await?;
            Err(Problem::stale(yours, current, &proof))
        }
        Err(error) => Err(error.into()),
    }
}

fn broken() -> Problem {
    Problem::Internal("a proof's row is broken".to_owned())
}

/// Without a word of it: it may name a customer, and the log is for good.
fn entry(action: Action, id: &Id) -> Entry {
    Entry::new(action).to("proof", id, None)
}

/// None where another version of this program wrote it in a form that this one does not know.
pub fn wire(row: Row, today: Day) -> Option<ProofItem> {
    let NewProof { kind, text, who, source, link, permission, expires_on, tags } = row.content()?;
    Some(ProofItem {
        unusable: unusable(permission.as_ref(), expires_on.as_deref(), today),
        id: row.public_id,
        kind,
        text,
        who,
        source,
        link,
        permission,
        expires_on,
        tags,
        version: row.version,
        updated_at: Millis(row.updated_at).rfc3339(),
        updated_by: row.updated_by,
    })
}

/// Why no message uses it on that day.
fn unusable(permission: Option<&Permitted>, expires_on: Option<&str>, today: Day) -> Option<String> {
    if permission.is_none() {
        return Some("Nobody has allowed it yet: ask whoever said it, then say who allowed it and when".to_owned());
    }
    let last = expires_on.map(Day::parse_iso)?;
    match last {
        Some(last) if last >= today => None,
        _ => Some("Its time is over: ask again, then set a later day".to_owned()),
    }
}

fn checked(content: NewProof, today: Day) -> Result<NewProof, Problem> {
    let trimmed = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let is_line = |text: &str| is_text(text, LINE_CHARS, true);
    let line = format!("Use 1 to {LINE_CHARS} characters");
    let content = NewProof {
        text: content.text.trim().to_owned(),
        source: content.source.trim().to_owned(),
        who: trimmed(content.who),
        link: trimmed(content.link),
        ..content
    };
    if !is_text(&content.text, TEXT_CHARS, false) {
        return Err(Problem::field("text", format!("Use 1 to {TEXT_CHARS} characters, word for word as it was said")));
    }
    if !is_line(&content.source) {
        return Err(Problem::field("source", format!("{line}: where it comes from, so that somebody can look it up")));
    }
    if content.who.as_deref().is_some_and(|who| !is_line(who)) {
        return Err(Problem::field("who", line));
    }
    if content.link.as_deref().is_some_and(|link| !is_https(link)) {
        return Err(Problem::field("link", "Use an address that begins with https://, or leave it out"));
    }
    if let Some(Permitted { by, on }) = &content.permission {
        if !is_line(by) {
            return Err(Problem::field("permission.by", format!("{line}: who allowed it")));
        }
        if Day::parse_iso(on).is_none_or(|day| day > today) {
            return Err(Problem::field("permission.on", "Use the day on which they allowed it, such as 2026-03-01"));
        }
    }
    if content.expires_on.as_deref().is_some_and(|day| Day::parse_iso(day).is_none()) {
        return Err(Problem::field("expires_on", "Use the last day on which it may be used, such as 2027-03-01"));
    }
    let tags = &content.tags;
    if tags.industries.iter().any(|code| industry::find(code).is_none()) || tags.industries.len() > TAGS {
        let codes: Vec<_> = industry::INDUSTRIES.iter().map(|industry| industry.code).collect();
        return Err(Problem::field("tags.industries", format!("Use some of {}", codes.join(", "))));
    }
    if tags.segments.iter().any(|segment| !is_line(segment)) || tags.segments.len() > TAGS {
        return Err(Problem::field("tags.segments", format!("Name at most {TAGS} segments by their ids")));
    }
    if tags.reasons.len() > TAGS {
        return Err(Problem::field("tags.reasons", "Name each reason once"));
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use shared::api::{ProofKind, ProofTags};

    use super::*;

    const TODAY: Day = Day(20_000);

    fn proof() -> NewProof {
        NewProof {
            kind: ProofKind::Quote,
            text: " Back in stock within a day. ".to_owned(),
            who: Some("  ".to_owned()),
            source: "Mail of 3 May 2026".to_owned(),
            link: None,
            permission: Some(Permitted { by: "Ana".to_owned(), on: TODAY.iso() }),
            expires_on: None,
            tags: ProofTags::default(),
        }
    }

    fn refused(proof: NewProof) -> Vec<String> {
        match checked(proof, TODAY) {
            Err(Problem::Invalid(fields)) => fields.into_keys().collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_proof_is_used_from_its_permission_to_its_last_day() {
        let permission = proof().permission;
        assert_eq!(unusable(permission.as_ref(), None, TODAY), None);
        assert_eq!(unusable(permission.as_ref(), Some(&TODAY.iso()), TODAY), None);
        assert!(unusable(permission.as_ref(), Some(&TODAY.plus(-1).iso()), TODAY).is_some());
        assert!(unusable(permission.as_ref(), Some("soon"), TODAY).is_some(), "what cannot be read is over");
        assert!(unusable(None, Some(&TODAY.plus(9).iso()), TODAY).is_some());
    }

    #[test]
    fn a_proof_is_tidied_and_each_field_out_of_bounds_is_named() {
        let kept = checked(proof(), TODAY).unwrap();
        assert_eq!((kept.text.as_str(), kept.who), ("Back in stock within a day.", None));
        assert_eq!(refused(NewProof { text: " ".to_owned(), ..proof() }), ["text"]);
        assert_eq!(refused(NewProof { source: String::new(), ..proof() }), ["source"]);
        assert_eq!(refused(NewProof { link: Some("javascript:alert(1)".to_owned()), ..proof() }), ["link"]);
        let later = Permitted { by: "Ana".to_owned(), on: TODAY.plus(1).iso() };
        assert_eq!(refused(NewProof { permission: Some(later), ..proof() }), ["permission.on"]);
        let nobody = Permitted { by: String::new(), on: TODAY.iso() };
        assert_eq!(refused(NewProof { permission: Some(nobody), ..proof() }), ["permission.by"]);
        assert_eq!(refused(NewProof { expires_on: Some("2026".to_owned()), ..proof() }), ["expires_on"]);
        let tags = ProofTags { industries: vec!["none such".to_owned()], ..ProofTags::default() };
        assert_eq!(refused(NewProof { tags, ..proof() }), ["tags.industries"]);
    }
}
