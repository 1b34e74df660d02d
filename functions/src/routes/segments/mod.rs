//! Segments: micro-segments, those that marketers define, and what the matrix of offers is computed from.

mod brief;
pub mod count;
pub mod own;
pub mod rows;

use axum::Json;
use axum::extract::Path;
use shared::api::{AggregatesMeta, AggregatesResponse, SegmentResponse, SegmentsResponse};
use shared::id::Id;
use shared::money::Currency;
use shared::segment::Declared;
use shared::segment::filter::{Checked, Context, Filter};
use shared::time::Millis;

use crate::ctx::Ctx;
use crate::db::segments::{self, Own};
use crate::db::{Db, DbError, shop};
use crate::problem::Problem;
use crate::versioned::Versioned;

/// Every micro-segment with anybody in it, and those that marketers defined.
///
/// The rows of `meta` add up to everybody. Figures of a large shop are those that the last run left; `meta.as_of` says when.
#[utoipa::path(get, path = "/api/segments", tag = "segments", responses((status = 200, body = SegmentsResponse)))]
#[worker::send]
pub async fn list(ctx: Ctx) -> Result<Json<SegmentsResponse>, Problem> {
    let home = shop::read(&ctx.db).await?.home_currency;
    let settings = segments::settings(&ctx.db).await?;
    let figures = match &settings.figures {
        Some(figures) => figures.clone(),
        None => segments::figures(&ctx.db, ctx.now.day()).await?,
    };
    let as_of = settings.figures.as_ref().and(settings.made_at);
    let mut answer = rows::answer(&figures, &settings, as_of, home);
    for own in segments::own(&ctx.db).await? {
        answer.segments.push(own::row(&ctx, own, home, &settings.declared).await?);
    }
    Ok(Json(answer))
}

/// One segment: its brief, reasons, trend, and who came and went.
#[utoipa::path(get, path = "/api/segments/{id}", tag = "segments", params(("id" = String, Path, description = "A code or an id")),
    responses((status = 200, body = SegmentResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn show(ctx: Ctx, Path(id): Path<String>) -> Result<Versioned<SegmentResponse>, Problem> {
    let segment = match shared::segment::Segment::of_code(&id) {
        Some(segment) => brief::micro(&ctx, segment).await?,
        None => brief::own(&ctx, &Id::parse(&id).map_err(|_| Problem::NotFound)?).await?,
    };
    Ok(Versioned(segment.row.version.unwrap_or(0), SegmentResponse { segment }))
}

/// Groups of like customers, from which the matrix of offers is computed in the browser and here alike.
#[utoipa::path(get, path = "/api/segments/aggregates", tag = "segments", responses((status = 200, body = AggregatesResponse)))]
#[worker::send]
pub async fn aggregates(ctx: Ctx) -> Result<Json<AggregatesResponse>, Problem> {
    let currency = shop::read(&ctx.db).await?.home_currency;
    let groups = segments::groups(&ctx.db).await?;
    let customers = groups.iter().map(|group| u64::from(group.customers) + u64::from(group.excluded)).sum();
    Ok(Json(AggregatesResponse { groups, meta: AggregatesMeta { currency, customers } }))
}

/// The condition of a segment that a marketer defined, for a list of its customers.
pub async fn checked(ctx: &Ctx, id: &Id) -> Result<Checked, Problem> {
    let gone = || Problem::field("segment", "There is no such segment any more: leave it out");
    let own = segments::own_of(&ctx.db, id).await?.ok_or_else(gone)?;
    let home = shop::read(&ctx.db).await?.home_currency;
    let declared = segments::settings(&ctx.db).await?.declared;
    read(&own, home, ctx.now, &declared).map_err(|why| Problem::field("segment", why))
}

/// Counts every segment that a marketer defined; one whose filter holds no longer stays as it was.
pub async fn count_all(db: &Db, now: Millis) -> Result<Vec<(i64, u64)>, DbError> {
    let home = shop::read(db).await?.home_currency;
    let declared = segments::settings(db).await?.declared;
    let mut counts = Vec::new();
    for own in segments::own(db).await? {
        if let Ok(checked) = read(&own, home, now, &declared) {
            counts.push((own.id, count::count(db, &checked).await?.customers));
        }
    }
    Ok(counts)
}

/// What is wrong with it, in words, where its filter holds no longer.
fn read(own: &Own, home: Currency, now: Millis, declared: &[Declared]) -> Result<Checked, String> {
    let filter: Filter = serde_json::from_str(&own.filter).map_err(|_| "Its filter cannot be read: write it anew".to_owned())?;
    let context = Context { home, now, declared };
    filter.check(&context).map_err(|wrong| wrong.into_values().collect::<Vec<_>>().join(". "))
}
