//! `GET /api/models/{name}/training`.

use axum::Json;
use axum::extract::Path;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use shared::api::{FitSettings, TrainingPage, TrainingResponse};
use shared::time::Day;
use utoipa::IntoParams;

use super::named;
use crate::ctx::Ctx;
use crate::db::models::{self, SampleRow, Which};
use crate::db::{scores, shop};
use crate::extract::QueryString;
use crate::problem::Problem;

/// States a page: they pass through as the text that is stored, which the free plan's 10 ms of CPU are enough for.
const STATES: u64 = 250;

/// States in all.
const SAMPLE: u64 = 20_000;

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TrainingQuery {
    /// `training.next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Where a walk over all customers is: all that its pages have in common stands in the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    after: i64,
    today: Day,
    /// One customer in so many is looked at.
    each: u64,
    read: u64,
    total: u64,
}

/// What a fit reads, a page at a time, for a browser that fits the model itself: purchase histories of everybody, and what is known
/// of some, without names and addresses, and without those on whom models are compared.
#[utoipa::path(get, path = "/api/models/{name}/training", tag = "models", params(("name" = String, Path), TrainingQuery),
    responses((status = 200, body = TrainingResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn show(
    ctx: Ctx,
    Path(name): Path<String>,
    QueryString(asked): QueryString<TrainingQuery>,
) -> Result<Json<TrainingResponse>, Problem> {
    named(&name)?;
    let place = match asked.cursor.as_deref() {
        Some(cursor) => read_cursor(cursor)?,
        None => {
            let total = models::customers(&ctx.db).await?;
            Place { after: 0, today: ctx.now.day(), each: total.div_ceil(SAMPLE).max(1), read: 0, total }
        }
    };
    let shop = shop::read(&ctx.db).await?;
    let settings = FitSettings {
        home: shop.home_currency,
        churn_days: shop.churn_days,
        industry: shop.industry.clone(),
        business_model: shop.business_model,
    };
    let customers = u32::try_from(STATES * place.each).unwrap_or(u32::MAX);
    let page = |groups, sample, next_cursor, read| {
        let today = place.today.iso();
        TrainingPage { groups, sample, settings, today, next_cursor, read, total: place.total.max(read) }
    };
    let Some(upto) = scores::page_end(&ctx.db, place.after, customers).await? else {
        return Ok(Json(TrainingResponse { training: page(Vec::new(), Vec::new(), None, place.read) }));
    };
    let groups = models::groups(&ctx.db, place.after, upto, place.today).await?;
    let sample = models::sample(&ctx.db, place.after, upto, place.each, Which::Learned).await?;
    let read = place.read + models::customers_between(&ctx.db, place.after, upto).await?;
    let goes_on = scores::page_end(&ctx.db, upto, 1).await?.is_some();
    let next_cursor = goes_on.then(|| cursor(&Place { after: upto, read, ..place }));
    Ok(Json(TrainingResponse { training: page(groups, sample.iter().map(SampleRow::json).collect(), next_cursor, read) }))
}

fn cursor(place: &Place) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).unwrap_or_default())
}

fn read_cursor(text: &str) -> Result<Place, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    let place: Option<Place> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    place.filter(|place| (1..=1_000_000).contains(&place.each)).ok_or_else(|| {
        Problem::field(
            "cursor",
            "This is no cursor of a walk over what a fit reads: take training.next_cursor, or start without one",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_a_forged_one_is_refused() {
        let place = Place { after: 250, today: Day(20_000), each: 3, read: 250, total: 900 };
        assert_eq!(read_cursor(&cursor(&place)).expect("place"), place);
        assert!(read_cursor(&cursor(&Place { each: 0, ..place })).is_err());
        assert!(read_cursor("eA").is_err() && read_cursor("*").is_err());
    }
}
