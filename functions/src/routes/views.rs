//! Saved views of the lists.

use axum::Json;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::api::{Column, CustomerQuery, Done, NewView, Permission, SavedView, ViewChange, ViewResponse, ViewsResponse};
use shared::audit::Action;
use shared::id::Id;
use utoipa::IntoParams;

use super::customers::query;
use crate::ctx::{Ctx, Who};
use crate::db::DbError;
use crate::db::audit::{self, Entry};
use crate::db::views::{self, Content, View};
use crate::extract::{IfMatch, JsonBody, PathId, QueryString};
use crate::problem::Problem;
use crate::random;
use crate::versioned::Versioned;

const NAME_CHARS: usize = 100;
const QUERY_CHARS: usize = 2_000;
const LISTS: [&str; 2] = ["radar", "customers"];

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ViewsQuery {
    /// `radar` or `customers`; both where it is left out.
    pub list: Option<String>,
}

/// What the address of a list may hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Address {
    view: Option<String>,
    tier: Option<String>,
    q: Option<String>,
    owner: Option<String>,
    tag: Option<String>,
    segment: Option<String>,
    lifecycle: Option<String>,
    country: Option<String>,
    sort: Option<String>,
}

/// Your saved views, and those that are shared.
#[utoipa::path(get, path = "/api/views", tag = "views", params(ViewsQuery), responses((status = 200, body = ViewsResponse)))]
#[worker::send]
pub async fn list(ctx: Ctx, QueryString(asked): QueryString<ViewsQuery>) -> Result<Json<ViewsResponse>, Problem> {
    if let Some(list) = &asked.list {
        check_list(list)?;
    }
    let rows = views::list(&ctx.db, ctx.who.user_id(), asked.list.as_deref()).await?;
    Ok(Json(ViewsResponse { views: rows.into_iter().map(|view| wire(view, &ctx.who)).collect() }))
}

/// Save a view of a list, for yourself or for everybody.
#[utoipa::path(post, path = "/api/views", tag = "views", request_body = NewView, responses((status = 201, body = ViewResponse)))]
#[worker::send]
pub async fn create(ctx: Ctx, JsonBody(new): JsonBody<NewView>) -> Result<(StatusCode, Versioned<ViewResponse>), Problem> {
    let owner = ctx.who.user_id().ok_or(Problem::Forbidden("Views belong to people: sign in as one"))?;
    let NewView { list, name, shared, query, columns } = new;
    check_list(&list)?;
    let content = checked(&ctx, Content { name, shared, query, columns })?;
    let id = random::id(ctx.now)?;
    let log = audit::append_if_changed(&ctx, entry(Action::ViewSaved, &id, &content));
    if !views::add(&ctx.db, &id, &list, owner, &content, ctx.now, log).await? {
        return Err(Problem::Conflict("too_many_views", format!("You have {} views already: remove some first", views::MOST)));
    }
    Ok((StatusCode::CREATED, answer(&ctx, &id).await?))
}

/// Change a view: your own, or a shared one as an owner of the shop.
#[utoipa::path(patch, path = "/api/views/{id}", tag = "views", request_body = ViewChange,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = ViewResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    PathId(id): PathId,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<ViewChange>,
) -> Result<Versioned<ViewResponse>, Problem> {
    let view = own(&ctx, &id).await?;
    let before = view.content();
    let after = checked(
        &ctx,
        Content {
            name: change.name.unwrap_or(before.name),
            shared: change.shared.unwrap_or(before.shared),
            query: change.query.unwrap_or(before.query),
            columns: change.columns.unwrap_or(before.columns),
        },
    )?;
    let log = audit::append_if_changed(&ctx, changes(&id, &view.content(), &after));
    settled(&ctx, &id, version, views::change(&ctx.db, view.id, version, &after, ctx.now, log).await).await?;
    let changed = View { version: version + 1, ..view.with(after) };
    Ok(Versioned(changed.version, ViewResponse { view: wire(changed, &ctx.who) }))
}

/// Remove a view: your own, or a shared one as an owner of the shop.
#[utoipa::path(delete, path = "/api/views/{id}", tag = "views", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Done), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn remove(ctx: Ctx, PathId(id): PathId, IfMatch(version): IfMatch) -> Result<Json<Done>, Problem> {
    let view = own(&ctx, &id).await?;
    let log = audit::append_if_changed(&ctx, entry(Action::ViewRemoved, &id, &view.content()));
    settled(&ctx, &id, version, views::remove(&ctx.db, view.id, version, log).await).await?;
    Ok(Json(Done { done: true }))
}

async fn answer(ctx: &Ctx, id: &Id) -> Result<Versioned<ViewResponse>, Problem> {
    let view = views::find(&ctx.db, ctx.who.user_id(), id).await?.ok_or(Problem::NotFound)?;
    Ok(Versioned(view.version, ViewResponse { view: wire(view, &ctx.who) }))
}

fn wire(view: View, who: &Who) -> SavedView {
    SavedView {
        columns: view.columns(),
        mine: Some(view.owner_id) == who.user_id(),
        shared: view.shared != 0,
        id: view.public_id,
        list: view.list,
        name: view.name,
        owner: view.owner_name.unwrap_or_default(),
        query: view.query,
        version: view.version,
    }
}

/// The view, where who asks may change it; another's private one is not there at all.
async fn own(ctx: &Ctx, id: &Id) -> Result<View, Problem> {
    let view = views::find(&ctx.db, ctx.who.user_id(), id).await?.ok_or(Problem::NotFound)?;
    if Some(view.owner_id) == ctx.who.user_id() || ctx.who.may(Permission::Admin) {
        Ok(view)
    } else {
        Err(Problem::Forbidden("This view is somebody else's: save one of your own, or ask an owner of this shop"))
    }
}

/// Says who was quicker where the view was not changed.
async fn settled(ctx: &Ctx, id: &Id, yours: u32, done: Result<bool, DbError>) -> Result<(), Problem> {
    match done {
        Ok(true) => Ok(()),
        Ok(false) => Err(Problem::NotFound),
        Err(error) if error.is_stale("views") => {
            let Versioned(_, ViewResponse { view: current }) = answer(ctx, id).await?;
            Err(Problem::stale(yours, current.version, &current))
        }
        Err(error) => Err(error.into()),
    }
}

fn entry(action: Action, id: &Id, content: &Content) -> Entry {
    Entry::new(action).to("view", id, Some(&content.name))
}

/// What changed by name: a query may hold what somebody searched for.
fn changes(id: &Id, before: &Content, after: &Content) -> Entry {
    let yes_or_no = |truth: bool| Some(if truth { "yes" } else { "no" }.to_owned());
    let named = entry(Action::ViewChanged, id, after).value("name", Some(before.name.clone()), Some(after.name.clone())).value(
        "shared",
        yes_or_no(before.shared),
        yes_or_no(after.shared),
    );
    let named = if before.query == after.query { named } else { named.field("query") };
    if before.columns == after.columns { named } else { named.field("columns") }
}

fn check_list(list: &str) -> Result<(), Problem> {
    if LISTS.contains(&list) { Ok(()) } else { Err(Problem::field("list", "Use radar or customers")) }
}

fn checked(ctx: &Ctx, content: Content) -> Result<Content, Problem> {
    if content.shared && !ctx.who.may(Permission::Edit) {
        return Err(Problem::Forbidden("Your role saves views for yourself only: ask a marketer, manager or owner to share one"));
    }
    tidied(content)
}

fn tidied(content: Content) -> Result<Content, Problem> {
    let name = content.name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > NAME_CHARS || name.chars().any(char::is_control) {
        return Err(Problem::field("name", format!("Use 1 to {NAME_CHARS} characters")));
    }
    let query = content.query.strip_prefix('?').unwrap_or(&content.query).to_owned();
    if query.chars().count() > QUERY_CHARS {
        return Err(Problem::field("query", format!("Use at most {QUERY_CHARS} characters")));
    }
    check_query(&query)?;
    let mut columns: Vec<String> = Vec::new();
    for code in content.columns {
        if Column::parse(&code).is_none() || columns.contains(&code) {
            return Err(Problem::field("columns", "Name columns of the list, each once"));
        }
        columns.push(code);
    }
    Ok(Content { name, query, columns, ..content })
}

/// Values as well: a view that a list would refuse shall not be saved. Whom it names may have left by the time it is opened.
fn check_query(query: &str) -> Result<(), Problem> {
    let Address { view, tier, q, owner, tag, lifecycle, country, segment, sort } = query::parse(query)?;
    if view.is_some_and(|view| !matches!(view.as_str(), "" | "lost")) {
        return Err(Problem::field("query", "Use view=lost or none"));
    }
    let list = CustomerQuery { tier, q, owner, tag, lifecycle, country, segment, sort, ..CustomerQuery::default() };
    match query::read(&list) {
        Err(Problem::Invalid(fields)) => {
            let words: Vec<_> = fields.iter().map(|(field, fix)| format!("{field}: {fix}")).collect();
            Err(Problem::field("query", words.join("; ")))
        }
        read => read.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(name: &str, query: &str, columns: &[&str]) -> Content {
        let columns = columns.iter().map(|code| (*code).to_owned()).collect();
        Content { name: name.to_owned(), shared: false, query: query.to_owned(), columns }
    }

    fn refused(content: Content) -> Vec<String> {
        match tidied(content) {
            Err(Problem::Invalid(fields)) => fields.into_keys().collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_view_is_a_query_that_a_list_takes() {
        let saved = tidied(content("  <b>\"Big\"</b>  50% ", "?tier=lost&q=%22x%22&sort=-name&view=lost", &["risk", "tags"]));
        let saved = saved.expect("saved");
        assert_eq!(
            (saved.name.as_str(), saved.query.as_str()),
            ("<b>\"Big\"</b> 50%", "tier=lost&q=%22x%22&sort=-name&view=lost")
        );
        assert!(tidied(content("All", "", &[])).is_ok());
    }

    #[test]
    fn what_a_list_would_refuse_is_not_saved() {
        for query in ["limit=3", "cursor=x", "tier=dead", "sort=colour", "view=all", "tier=lost&tier=early", "q=a b", "owner=7"] {
            assert_eq!(refused(content("x", query, &[])), ["query"], "{query}");
        }
        for columns in [&["name; drop"][..], &["tags", "tags"]] {
            assert_eq!(refused(content("x", "", columns)), ["columns"]);
        }
        for name in ["", " ", "a\u{0}b"] {
            assert_eq!(refused(content(name, "", &[])), ["name"]);
        }
        assert_eq!(refused(content(&"x".repeat(101), "", &[])), ["name"]);
    }
}
