//! Real people of a campaign's audience, for its preview.

use axum::Json;
use shared::api::{PreviewMeta, PreviewQuery, PreviewResponse};
use shared::id::Id;
use shared::segment::filter::Checked;

use super::draft;
use crate::ctx::Ctx;
use crate::db::audience::{self, Page, Place};
use crate::db::{brand, campaigns, segments, shop};
use crate::extract::{PathId, QueryString, row_cursor};
use crate::problem::Problem;
use crate::recipients::{self, Asking};
use crate::routes::segments as of_segments;

const MOST: u32 = 20;

/// A page of the people whom the campaign is for, each with the facts that a message may rest on and what each step would offer them today.
///
/// Whom offers leave out is left out here too. Nothing is promised and no code is reserved: where one will be, a sample stands for it.
/// A page may hold fewer than asked for, or nobody, and still have a next one.
#[utoipa::path(get, path = "/api/campaigns/{id}/people", tag = "campaigns",
    params(("id" = String, Path, format = "uuid"), PreviewQuery),
    responses((status = 200, body = PreviewResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn list(
    ctx: Ctx,
    PathId(id): PathId,
    QueryString(asked): QueryString<PreviewQuery>,
) -> Result<Json<PreviewResponse>, Problem> {
    let limit = asked.limit.unwrap_or(MOST);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::field("limit", format!("Use 1 to {MOST}")));
    }
    let place = asked.cursor.as_deref().map(place).transpose()?.unwrap_or(Place::After(0));
    let campaign = campaigns::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let today = ctx.now.day().iso();
    let Some(segment) = campaign.segment.as_deref() else {
        let meta = PreviewMeta { next_cursor: None, previous_cursor: None, today, customers: None };
        return Ok(Json(PreviewResponse { people: Vec::new(), meta }));
    };
    let draft = draft(&campaign)?;
    let (checked, customers) = condition(&ctx, segment).await?;
    let top = segments::top_id(&ctx.db).await?;
    let page = audience::page(&ctx.db, &checked, place, top, limit as usize).await?;
    let shop = shop::read(&ctx.db).await?;
    let names_tickets = brand::read(&ctx.db).await?.brand(&shop.name).names_tickets;
    let asking = Asking { db: &ctx.db, shop: &shop, names_tickets, now: ctx.now };
    let people = recipients::read(asking, &draft, &page.ids).await?;
    let (next_cursor, previous_cursor) = cursors(place, &page);
    Ok(Json(PreviewResponse { people, meta: PreviewMeta { next_cursor, previous_cursor, today, customers } }))
}

/// Who is in the segment, and how many they were when it was last counted.
async fn condition(ctx: &Ctx, segment: &str) -> Result<(Checked, Option<u64>), Problem> {
    if let Some(checked) = Checked::of_code(segment) {
        return Ok((checked, None));
    }
    let gone = || Problem::Conflict("segment_gone", "The campaign's segment was removed: choose another".to_owned());
    let id = Id::parse(segment).map_err(|_| gone())?;
    let own = segments::own_of(&ctx.db, &id).await?.ok_or_else(gone)?;
    let checked = of_segments::checked(ctx, &id).await.map_err(|problem| match problem {
        Problem::Invalid(fields) => {
            let why = fields.into_values().collect::<Vec<_>>().join(". ");
            Problem::Conflict("segment_broken", format!("The segment's filter holds no longer: {why}"))
        }
        other => other,
    })?;
    Ok((checked, own.counted))
}

/// A number, with a minus where the page lies before it.
fn place(text: &str) -> Result<Place, Problem> {
    match text.strip_prefix('-') {
        Some(id) => row_cursor(id).map(Place::Before),
        None => row_cursor(text).map(Place::After),
    }
}

/// The next page and the one before, where there may be any.
fn cursors(place: Place, page: &Page) -> (Option<String>, Option<String>) {
    let before = |id: i64| format!("-{id}");
    match place {
        Place::After(from) => {
            // Behind the start somebody stands, since a page led here.
            let first = page.ids.first().copied().unwrap_or(from.saturating_add(1));
            (page.more_from.map(|id| id.to_string()), (from > 0).then(|| before(first)))
        }
        Place::Before(from) => {
            let last = page.ids.last().copied().unwrap_or(from.saturating_sub(1).max(0));
            (Some(last.to_string()), page.more_from.map(before))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_what_is_none_is_refused() {
        assert_eq!(place("7").ok(), Some(Place::After(7)));
        assert_eq!(place("-7").ok(), Some(Place::Before(7)));
        assert!(["", "-", "--7", "x", "7 or 1=1"].into_iter().all(|text| place(text).is_err()));
    }

    #[test]
    fn the_first_page_has_none_before_it_and_each_other_leads_both_ways() {
        let page = |ids: &[i64], more_from| Page { ids: ids.to_vec(), more_from };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(cursors(Place::After(0), &page(&[3, 5], Some(5))), (some("5"), None));
        assert_eq!(cursors(Place::After(5), &page(&[8, 9], None)), (None, some("-8")));
        assert_eq!(cursors(Place::Before(8), &page(&[3, 5], None)), (some("5"), None));
        assert_eq!(cursors(Place::Before(8), &page(&[5], Some(5))), (some("5"), some("-5")));
        assert_eq!(cursors(Place::After(5), &page(&[], None)), (None, some("-6")));
    }
}
