//! The shop's own settings.

use shared::api::{MarginBasis, ShopChange, ShopResponse};
use shared::audit::Action;
use shared::industry;
use shared::money::Currency;
use shared::risk::CHURN_DAYS;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::shop::{self, Effects, Shop};
use crate::extract::{IfMatch, JsonBody};
use crate::jobs;
use crate::problem::Problem;
use crate::versioned::Versioned;

/// More people than there are would not fit into a JavaScript number either.
const MOST_CUSTOMERS: u64 = 10_000_000_000;

/// The shop's settings.
#[utoipa::path(get, path = "/api/shop", tag = "shop", responses((status = 200, body = ShopResponse)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Versioned<ShopResponse>, Problem> {
    let shop = shop::read(&ctx.db).await?.wire(ctx.settings.local);
    Ok(Versioned(shop.version, ShopResponse { shop }))
}

/// Change some of the settings.
///
/// Rates and costs are in the home currency, so a new one removes them; totals stay apart until new rates are stored. After a change
/// of when a customer counts as lost, or of the industry, everybody is scored again.
#[utoipa::path(patch, path = "/api/shop", tag = "shop", request_body = ShopChange, responses((status = 200, body = ShopResponse)))]
#[worker::send]
pub async fn change(
    ctx: Ctx,
    IfMatch(version): IfMatch,
    JsonBody(change): JsonBody<ShopChange>,
) -> Result<Versioned<ShopResponse>, Problem> {
    let before = shop::read(&ctx.db).await?;
    let change = checked(change, before.home_currency)?;
    let after = before.with(change, ctx.now);
    let effects = Effects {
        is_new_home: after.home_currency != before.home_currency,
        is_new_churn: after.churn_days != before.churn_days,
        is_new_prior: after.prior() != before.prior(),
        is_measured: after.margin_basis == MarginBasis::Product
            && (after.margin_basis != before.margin_basis || after.home_currency != before.home_currency),
    };
    match shop::change(&ctx.db, &after, version, effects, ctx.now, audit::append(&ctx, entry(&before, &after))).await {
        Err(error) if error.is_stale("shop") => {
            let current = shop::read(&ctx.db).await?.wire(ctx.settings.local);
            return Err(Problem::stale(version, current.version, &current));
        }
        done => done?,
    }
    if effects.is_new_home || effects.is_new_churn || effects.is_new_prior {
        jobs::ring(&ctx.env, &ctx.db).await;
    }
    show(ctx).await
}

/// The settings with their values, which are nobody's secret.
fn entry(before: &Shop, after: &Shop) -> Entry {
    let number = |number: Option<f64>| number.map(|number| number.to_string());
    let count = |count: Option<i64>| count.map(|count| count.to_string());
    let text = |text: &str| Some(text.to_owned());
    let days = |shop: &Shop| shop.churn_days.map_or_else(|| text("own rhythm"), |days| Some(format!("{days} days")));
    let model = |shop: &Shop| shop.business_model.map(|model| model.as_str().to_owned());
    let active = |shop: &Shop| shop.active_customers.map(|count| count.to_string());
    Entry::new(Action::ShopChanged)
        .value("name", text(&before.name), text(&after.name))
        .value("home_currency", text(before.home_currency.as_str()), text(after.home_currency.as_str()))
        .value("time_zone", text(&before.time_zone), text(&after.time_zone))
        .value("plan", text(before.plan.as_str()), text(after.plan.as_str()))
        .value("lost_after", days(before), days(after))
        .value("industry", before.industry.clone(), after.industry.clone())
        .value("business_model", model(before), model(after))
        .value("active_customers", active(before), active(after))
        .value("margin", number(before.margin), number(after.margin))
        .value("margin_basis", text(before.margin_basis.as_str()), text(after.margin_basis.as_str()))
        .value("acquisition_cost", count(before.acquisition_cost), count(after.acquisition_cost))
}

fn checked(mut change: ShopChange, home: Currency) -> Result<ShopChange, Problem> {
    change.name = change.name.map(|name| name.trim().to_owned());
    if change.name.as_ref().is_some_and(|name| name.is_empty() || name.chars().count() > 100) {
        return Err(Problem::field("name", "Use 1 to 100 characters"));
    }
    if change.time_zone.as_ref().is_some_and(|zone| zone.parse::<chrono_tz::Tz>().is_err()) {
        return Err(Problem::field("time_zone", "Use an IANA name such as Europe/Berlin"));
    }
    if change.churn_days.flatten().is_some_and(|days| !CHURN_DAYS.contains(&days)) {
        let (least, most) = (CHURN_DAYS.start(), CHURN_DAYS.end());
        return Err(Problem::field("churn_days", format!("Use {least} to {most} days, or null for each customer's own rhythm")));
    }
    if change.industry.as_ref().and_then(Option::as_deref).is_some_and(|code| industry::find(code).is_none()) {
        let codes: Vec<_> = industry::INDUSTRIES.iter().map(|industry| industry.code).collect();
        return Err(Problem::field("industry", format!("Use one of {}", codes.join(", "))));
    }
    if change.active_customers.flatten().is_some_and(|count| count > MOST_CUSTOMERS) {
        return Err(Problem::field("active_customers", "Use a whole number of customers"));
    }
    if change.margin.flatten().is_some_and(|margin| !(0.0..=1.0).contains(&margin)) {
        return Err(Problem::field("margin", "Use a share between 0 and 1, such as 0.4 for 40 %"));
    }
    if let Some(cost) = change.acquisition_cost.flatten() {
        let currency = change.home_currency.unwrap_or(home);
        if cost.minor < 0 || cost.currency != currency {
            return Err(Problem::field("acquisition_cost", format!("Use an amount of 0 or more in {currency}")));
        }
    }
    Ok(change)
}
