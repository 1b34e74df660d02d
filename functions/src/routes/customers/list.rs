//! `GET /api/customers`.

use axum::Json;
use futures_util::future::try_join;
use shared::api::{CustomerQuery, CustomersMeta, CustomersResponse, Tier};
use shared::time::Millis;

use super::{query, row};
use crate::advice;
use crate::ctx::Ctx;
use crate::db::customers::{self, COUNTED, Filter, Summary};
use crate::db::rollups;
use crate::extract::QueryString;
use crate::offering;
use crate::problem::Problem;

/// Customers by tier, search, who looks after them, tag, lifecycle and country, sorted, a part at a time.
///
/// `meta` counts the whole list and says when it was last scored. Go on with `cursor` for all rows without gaps, or with `offset`
/// for a list that is scrolled by its bar.
#[utoipa::path(get, path = "/api/customers", tag = "customers", params(CustomerQuery),
    responses((status = 200, body = CustomersResponse)))]
#[worker::send]
pub async fn list(ctx: Ctx, QueryString(asked): QueryString<CustomerQuery>) -> Result<Json<CustomersResponse>, Problem> {
    let filter = query::filter(&ctx, &asked).await?;
    let mut part = query::part(&asked, &filter)?;
    let limit = part.limit as usize;
    part.limit += 1;
    let (shop, rolled) = rollups::shop_and_lists(&ctx.db).await?;
    let home = shop.home_currency;
    if let Some(place) = part.after.take_if(|place| place.rolled.is_some_and(|at| !rollups::is_kept(rolled.as_ref(), at))) {
        let now = rollups::place_now(&ctx.db, &filter, place.id).await?;
        part.after =
            Some(now.ok_or_else(|| Problem::field("cursor", "The list has changed since: start again without a cursor"))?);
    }
    let is_rolled = rolled.is_some();
    let places = customers::places_and_summary(&ctx.db, &filter, &part, home, rolled);
    let ((mut places, found, mut summary), shelf) = try_join(places, offering::shelf(&ctx.db, &shop, ctx.now)).await?;
    let goes_on = places.len() > limit;
    places.truncate(limit);
    let next_cursor = places.last().filter(|_| goes_on).map(|place| query::cursor(&filter, place));
    let ids: Vec<i64> = places.iter().map(|place| place.id).collect();
    let rows = if ids.is_empty() { Vec::new() } else { customers::rows(&ctx.db, &ids, ctx.now.day()).await? };
    let advice = advice::advise(&ctx.db, &rows, &shelf, ctx.now).await?;
    // Of a large shop the roll-up tells it.
    if !is_rolled {
        advice::tell_best(&ctx.db, &mut summary.tiers, &shelf, ctx.now).await?;
    }
    let (total, total_at_least) = totals(&filter, found, &summary);
    let Summary { tiers, waiting, as_of, card } = summary;
    let as_of = as_of.map(Millis::rfc3339);
    let meta = CustomersMeta { total, total_at_least, next_cursor, as_of, waiting, tiers, model: card };
    let customers = rows.into_iter().zip(advice).map(|(customer, advice)| row::wire(customer, home, advice)).collect();
    Ok(Json(CustomersResponse { customers, meta }))
}

/// Exact for tiers, from the counts of all; exact for other filters up to [`COUNTED`], else only "at least".
fn totals(filter: &Filter, found: Option<u64>, summary: &Summary) -> (Option<u64>, Option<u64>) {
    let is_asked = |tier: Tier| filter.tiers.is_empty() || filter.tiers.contains(&tier);
    match found {
        Some(found) if found > COUNTED => (None, Some(COUNTED)),
        Some(found) => (Some(found), None),
        None => (Some(summary.tiers.iter().filter(|row| is_asked(row.tier)).map(|row| row.customers).sum()), None),
    }
}

#[cfg(test)]
mod tests {
    use shared::api::TierSummary;
    use shared::money::{Currency, Money};

    use super::*;

    fn check(tiers: &[Tier], found: Option<u64>, expected: (Option<u64>, Option<u64>)) {
        let counted = |tier, customers| TierSummary {
            tier,
            customers,
            value: Money::new(0, Currency::USD),
            value_unknown: 0,
            top_triggers: Vec::new(),
            best: None,
        };
        let rows = vec![counted(Tier::Immediate, 3), counted(Tier::Lost, 40)];
        let summary = Summary { tiers: rows, waiting: 0, as_of: None, card: None };
        let filter = Filter { tiers: tiers.to_vec(), ..Filter::default() };
        assert_eq!(totals(&filter, found, &summary), expected);
    }

    #[test]
    fn a_list_by_tier_counts_exactly_and_a_search_up_to_its_limit() {
        check(&[], None, (Some(43), None));
        check(&[Tier::Lost], None, (Some(40), None));
        check(&[], Some(10_000), (Some(10_000), None));
        check(&[], Some(10_001), (None, Some(10_000)));
    }
}
