//! `POST /api/segments/count`: how many a filter finds, while it is written.

use std::collections::BTreeMap;

use axum::Json;
use shared::api::{CountAsked, CountResponse, SegmentCount};
use shared::segment::filter::{Checked, Context, Filter};

use crate::ctx::Ctx;
use crate::db::segments;
use crate::db::{Db, DbError, improvements, people, shop, sources};
use crate::extract::JsonBody;
use crate::problem::Problem;

/// Customers that a count looks at: where each costs one row, and where rows beside facets are looked at too.
const LOOKED_AT: i64 = 2_000_000;
const LOOKED_FURTHER: i64 = 400_000;

/// Counts the customers of a filter and says it as a sentence, without keeping anything.
///
/// A count stops at a limit of customers looked at, and says so.
#[utoipa::path(post, path = "/api/segments/count", tag = "segments", request_body = CountAsked,
    responses((status = 200, body = CountResponse), (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn ask(ctx: Ctx, JsonBody(asked): JsonBody<CountAsked>) -> Result<Json<CountResponse>, Problem> {
    let checked = check(&ctx, &asked.filter).await?;
    let counted = count(&ctx.db, &checked).await?;
    let (sentence, gone) = said(&ctx, &checked).await?;
    Ok(Json(CountResponse { count: SegmentCount { sentence, gone, ..counted } }))
}

/// The filter against what there is.
pub async fn check(ctx: &Ctx, filter: &Filter) -> Result<Checked, Problem> {
    let home = shop::read(&ctx.db).await?.home_currency;
    let declared = segments::settings(&ctx.db).await?.declared;
    filter.check(&Context { home, now: ctx.now, declared: &declared }).map_err(Problem::Invalid)
}

pub async fn count(db: &Db, checked: &Checked) -> Result<SegmentCount, DbError> {
    let top = segments::top_id(db).await?;
    let limit = if checked.compile(1).looks_further { LOOKED_FURTHER } else { LOOKED_AT };
    let customers = segments::count_of(db, checked, limit).await?;
    let is_least = top > limit;
    let limit = is_least.then(|| format!("Counted among the first {limit} customers."));
    Ok(SegmentCount { customers, is_least, limit, ..SegmentCount::default() })
}

/// As a sentence, and what of it is gone.
pub async fn said(ctx: &Ctx, checked: &Checked) -> Result<(String, Vec<String>), Problem> {
    let names = checked.names();
    let mut called: BTreeMap<String, String> = BTreeMap::new();
    if !names.people.is_empty() {
        called.extend(
            people::find(&ctx.db, None, ctx.now).await?.into_iter().map(|person| (person.public_id.to_string(), person.name)),
        );
    }
    if !names.sources.is_empty() {
        called.extend(sources::find(&ctx.db, None).await?.into_iter().map(|source| (source.public_id.to_string(), source.name)));
    }
    let mut gone = Vec::new();
    if !names.improvements.is_empty() {
        let known: BTreeMap<String, String> =
            improvements::list(&ctx.db).await?.into_iter().map(|row| (row.public_id.to_string(), row.title)).collect();
        if names.improvements.iter().any(|id| !known.contains_key(id)) {
            gone.push("An improvement it names is gone: choose another".to_owned());
        }
        called.extend(known);
    }
    let list = |set: std::collections::BTreeSet<String>| set.into_iter().collect::<Vec<_>>();
    let [tags, people, sources] = segments::gone(&ctx.db, &list(names.tags), &list(names.people), &list(names.sources)).await?;
    gone.extend(tags.into_iter().map(|tag| format!("No customer has the tag “{tag}”: choose another, or leave it out")));
    gone.extend(people.into_iter().map(|_| "Somebody it names has left the team: choose another person".to_owned()));
    gone.extend(sources.into_iter().map(|_| "A source it names is gone: choose another".to_owned()));
    Ok((checked.sentence(&|id| called.get(id).cloned()), gone))
}
