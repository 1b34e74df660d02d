//! The shop's own blocks of words, and its edits of built-in ones.

use axum::Json;
use axum::http::StatusCode;
use shared::api::{BlockChange, BlockContent, BlockResponse, BlockVersionsResponse, BlocksResponse, Done, NewBlock, ShopBlock};
use shared::audit::Action;
use shared::id::Id;
use shared::message::check::{is_line, is_locale, is_text, most_chars};
use shared::message::{FactKey, Library, template};

use crate::ctx::Ctx;
use crate::db::DbError;
use crate::db::audit::{self, Entry};
use crate::db::blocks::{self, Change, MOST, MOST_WORDS, Row};
use crate::extract::{IfMatch, JsonBody, PathId};
use crate::problem::Problem;
use crate::random;
use crate::versioned::Versioned;

const NAME_CHARS: usize = 100;
const REPLACES_CHARS: usize = 120;

/// All of them, with the words that are in use.
#[utoipa::path(get, path = "/api/blocks", tag = "messages", responses((status = 200, body = BlocksResponse)))]
#[worker::send]
pub async fn list(ctx: Ctx) -> Result<Json<BlocksResponse>, Problem> {
    let blocks = blocks::list(&ctx.db).await?.into_iter().filter_map(Row::wire).collect();
    Ok(Json(BlocksResponse { blocks }))
}

/// Write a block of your own, or your words for a built-in one.
#[utoipa::path(post, path = "/api/blocks", tag = "messages", request_body = NewBlock,
    responses((status = 201, body = BlockResponse), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn create(ctx: Ctx, JsonBody(new): JsonBody<NewBlock>) -> Result<(StatusCode, Versioned<BlockResponse>), Problem> {
    let name = named(&new.name)?;
    let is_name = |text: &str| is_text(text, REPLACES_CHARS, true) && text.bytes().all(|letter| letter.is_ascii_graphic());
    if new.replaces.as_deref().is_some_and(|text| !is_name(text)) {
        return Err(Problem::field("replaces", "Use the name of a built-in block"));
    }
    let content = checked(new.content)?;
    let built_in = new.replaces.as_deref().map(|id| Library::built_in().find(id));
    match built_in {
        Some(None) => return Err(Problem::field("replaces", "There is no built-in block of this name")),
        Some(Some(block)) if block.slot != content.slot => {
            return Err(Problem::field("content.slot", format!("The built-in block stands in {}", block.slot.code())));
        }
        _ => {}
    }
    let id = random::id(ctx.now)?;
    let log = audit::append_if_changed(&ctx, entry(Action::BlockAdded, &id, &name));
    let by = ctx.who.user_id();
    match blocks::add(&ctx.db, &id, &name, new.replaces.as_deref(), &content, by, ctx.now, log).await {
        Ok(true) => Ok((StatusCode::CREATED, answer(&ctx, &id).await?)),
        Ok(false) => {
            Err(Problem::Conflict("too_many_blocks", format!("There are {MOST} already: remove some that nothing uses first")))
        }
        Err(error) if error.is_duplicate_of("blocks.replaces") => {
            Err(Problem::Taken("replaces", "You have words of your own for this block: change those".to_owned()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Change a block: new content is a version more, and `current` takes an earlier one up again.
#[utoipa::path(patch, path = "/api/blocks/{id}", tag = "messages", request_body = BlockChange,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = BlockResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<BlockChange>,
) -> Result<Versioned<BlockResponse>, Problem> {
    let before = blocks::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let name = change.name.as_deref().map_or_else(|| Ok(before.name.clone()), named)?;
    let content = change.content.map(checked).transpose()?;
    if content.is_some() && change.current.is_some() {
        return Err(Problem::field(
            "current",
            "Send either new content, which becomes the current one, or the number of an earlier",
        ));
    }
    // What is written again as it stands is no new wording.
    let content = content.filter(|content| before.content().as_ref() != Some(content));
    if content.is_some() || change.current.is_some() {
        let words = blocks::words(&ctx.db, before.id).await?;
        if change.current.is_some_and(|number| words.iter().all(|words| words.number != number)) {
            return Err(Problem::field("current", "There is no such version of it"));
        }
        if content.is_some() && words.len() >= MOST_WORDS as usize {
            let text = format!("It has {MOST_WORDS} versions already: write another block in its place");
            return Err(Problem::Conflict("too_many_versions", text));
        }
    }
    let current = if content.is_some() { None } else { Some(change.current.unwrap_or(before.current)) };
    let named = entry(Action::BlockChanged, &id, &name).value("name", Some(before.name.clone()), Some(name.clone()));
    let told = match (content.is_some(), current) {
        (true, _) => named.field("words"),
        (false, current) => named.value("current", Some(before.current.to_string()), current.map(|number| number.to_string())),
    };
    let log = audit::append_if_changed(&ctx, told);
    let change = Change { name: &name, content: content.as_ref(), current, by: ctx.who.user_id(), now: ctx.now };
    settled(&ctx, &id, version, blocks::change(&ctx.db, before.id, version, &change, log).await).await?;
    answer(&ctx, &id).await
}

/// Remove a block with all its versions: the composer's own words take its place.
#[utoipa::path(delete, path = "/api/blocks/{id}", tag = "messages", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Done), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn remove(ctx: Ctx, PathId(id): PathId, IfMatch(version): IfMatch) -> Result<Json<Done>, Problem> {
    let row = blocks::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let log = audit::append_if_changed(&ctx, entry(Action::BlockRemoved, &id, &row.name));
    settled(&ctx, &id, version, blocks::remove(&ctx.db, row.id, version, log).await).await?;
    Ok(Json(Done { done: true }))
}

/// Every wording that a block had, the newest first.
#[utoipa::path(get, path = "/api/blocks/{id}/versions", tag = "messages", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = BlockVersionsResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn versions(ctx: Ctx, PathId(id): PathId) -> Result<Json<BlockVersionsResponse>, Problem> {
    let row = blocks::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let words = blocks::words(&ctx.db, row.id).await?;
    let versions = words.into_iter().filter_map(|words| words.wire(row.current)).collect();
    Ok(Json(BlockVersionsResponse { versions }))
}

async fn find(ctx: &Ctx, id: &Id) -> Result<ShopBlock, Problem> {
    let row = blocks::find(&ctx.db, id).await?.ok_or(Problem::NotFound)?;
    row.wire().ok_or_else(|| Problem::Internal("a block's row is broken".to_owned()))
}

async fn answer(ctx: &Ctx, id: &Id) -> Result<Versioned<BlockResponse>, Problem> {
    let block = find(ctx, id).await?;
    Ok(Versioned(block.version, BlockResponse { block }))
}

/// Says who was quicker where nothing was written.
async fn settled(ctx: &Ctx, id: &Id, yours: u32, done: Result<bool, DbError>) -> Result<(), Problem> {
    match done {
        Ok(true) => Ok(()),
        Ok(false) => Err(Problem::NotFound),
        Err(error) if error.is_stale("blocks") => {
            let current = find(ctx, id).await?;
            Err(Problem::stale(yours, current.version, &current))
        }
        Err(error) => Err(error.into()),
    }
}

fn entry(action: Action, id: &Id, name: &str) -> Entry {
    Entry::new(action).to("block", id, Some(name))
}

fn named(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    if is_text(name, NAME_CHARS, true) {
        return Ok(name.to_owned());
    }
    Err(Problem::field("name", format!("Use 1 to {NAME_CHARS} characters")))
}

fn checked(mut content: BlockContent) -> Result<BlockContent, Problem> {
    let most = most_chars(content.slot);
    if !is_text(&content.text, most, is_line(content.slot)) {
        let lines = if is_line(content.slot) { " in one line" } else { "" };
        return Err(Problem::field("content.text", format!("Use 1 to {most} characters{lines}")));
    }
    if !is_locale(&content.locale) {
        return Err(Problem::field("content.locale", "Use a tag such as en or de-AT"));
    }
    let names = template::check(&content.text).map_err(|error| Problem::field("content.text", error.to_string()))?;
    if content.needs.is_empty() {
        content.needs = names.iter().filter_map(|name| FactKey::of_code(name)).collect();
    }
    once(&mut content.steps);
    once(&mut content.reasons);
    once(&mut content.angles);
    once(&mut content.values);
    once(&mut content.tones);
    once(&mut content.needs);
    Ok(content)
}

fn once<T: Ord>(list: &mut Vec<T>) {
    list.sort_unstable();
    list.dedup();
}

#[cfg(test)]
mod tests {
    use shared::message::Slot;
    use shared::offer::Step;

    use super::*;

    fn content(slot: Slot, text: &str) -> BlockContent {
        BlockContent {
            slot,
            steps: vec![Step::Proof, Step::Help, Step::Proof],
            reasons: Vec::new(),
            angles: Vec::new(),
            values: Vec::new(),
            tones: Vec::new(),
            locale: "en".to_owned(),
            needs: Vec::new(),
            text: text.to_owned(),
        }
    }

    fn refused(content: BlockContent) -> Vec<String> {
        match checked(content) {
            Err(Problem::Invalid(fields)) => fields.into_keys().collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_block_needs_the_facts_that_it_names_and_each_list_holds_a_thing_once() {
        let block = checked(content(Slot::Opening, "Your {{ last_item }} of {{ last_order | date }}.")).unwrap();
        assert_eq!(block.needs, [FactKey::LastOrder, FactKey::LastItem]);
        assert_eq!(block.steps, [Step::Help, Step::Proof]);
    }

    #[test]
    fn what_is_no_template_or_out_of_bounds_is_refused_at_its_field() {
        assert_eq!(refused(content(Slot::Opening, "Your {{ credit_card }}.")), ["content.text"]);
        assert_eq!(refused(content(Slot::Opening, "Your {{ last_item")), ["content.text"]);
        assert_eq!(refused(content(Slot::Body, "{% for x in range(9) %}x{% endfor %}")), ["content.text"]);
        assert_eq!(refused(content(Slot::Action, "Two\nlines")), ["content.text"]);
        assert_eq!(refused(content(Slot::Body, &"x".repeat(2_001))), ["content.text"]);
        assert_eq!(refused(BlockContent { locale: "English".to_owned(), ..content(Slot::Body, "x") }), ["content.locale"]);
    }
}
