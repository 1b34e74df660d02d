//! What no offer may pass.

use std::collections::BTreeMap;

use shared::api::{GuardrailsAnswer, GuardrailsMeta};
use shared::audit::Action;
use shared::money::{Currency, Money};
use shared::offer::{Guardrails, percent};

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::{offers, shop};
use crate::extract::{IfMatch, JsonBody};
use crate::problem::Problem;
use crate::versioned::Versioned;

/// The limits that hold for every offer; cautious ones where the shop has set none.
#[utoipa::path(get, path = "/api/guardrails", tag = "offers", responses((status = 200, body = GuardrailsAnswer)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Versioned<GuardrailsAnswer>, Problem> {
    let home = shop::read(&ctx.db).await?.home_currency;
    let catalogue = offers::catalogue(&ctx.db, home).await?;
    let meta = GuardrailsMeta { version: catalogue.guardrails_version, own: catalogue.is_own };
    Ok(Versioned(meta.version, GuardrailsAnswer { guardrails: catalogue.guardrails, meta }))
}

/// Set all limits.
///
/// They hold from the next offer on; what was promised stands. Amounts are minor units of the home currency.
#[utoipa::path(put, path = "/api/guardrails", tag = "offers", request_body = Guardrails,
    responses((status = 200, body = GuardrailsAnswer), (status = 412, body = shared::api::Problem)))]
#[worker::send]
pub async fn replace(
    ctx: Ctx,
    IfMatch(version): IfMatch,
    JsonBody(after): JsonBody<Guardrails>,
) -> Result<Versioned<GuardrailsAnswer>, Problem> {
    let home = shop::read(&ctx.db).await?.home_currency;
    valid(&after, home).map_err(Problem::Invalid)?;
    let catalogue = offers::catalogue(&ctx.db, home).await?;
    if catalogue.is_own && catalogue.guardrails == after {
        return show(ctx).await;
    }
    let log = audit::append(&ctx, entry(&catalogue.guardrails, &after));
    match offers::set_guardrails(&ctx.db, &after, version, ctx.now, log).await {
        Err(error) if error.is_stale("guardrails") => {
            let Versioned(current, answer) = show(ctx).await?;
            return Err(Problem::stale(version, current, &answer.guardrails));
        }
        done => done?,
    }
    show(ctx).await
}

/// Also that the amounts are told in the currency that they are read in.
pub fn valid(guardrails: &Guardrails, home: Currency) -> Result<(), BTreeMap<String, String>> {
    let mut wrong = guardrails.valid().err().unwrap_or_default();
    if guardrails.currency != home {
        wrong.insert("currency".to_owned(), format!("Use the home currency, {}", home.as_str()));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Limits by value, lists by name alone: they may be long.
fn entry(before: &Guardrails, after: &Guardrails) -> Entry {
    let share = |of: u16| Some(percent(of));
    let days = |of: u16| Some(format!("{of} days"));
    let money = |minor: i64| Some(Money::new(minor, after.currency).amount());
    let limit = |from: Option<i64>| from.and_then(money);
    let mut entry = Entry::new(Action::GuardrailsChanged);
    for (name, was, is) in [
        ("greatest_discount", share(before.greatest_discount), share(after.greatest_discount)),
        ("margin_floor", share(before.margin_floor), share(after.margin_floor)),
        ("anyway", share(before.anyway), share(after.anyway)),
        ("least_expiry", days(before.least_expiry_days), days(after.least_expiry_days)),
        ("most_expiry", days(before.most_expiry_days), days(after.most_expiry_days)),
        ("spend", money(before.spend), money(after.spend)),
        ("spend_period", days(before.spend_days), days(after.spend_days)),
        ("customer_cap", money(before.customer_cap), money(after.customer_cap)),
        ("cap_period", days(before.cap_days), days(after.cap_days)),
        ("cool_down", days(before.cool_down_days), days(after.cool_down_days)),
        ("second_discount", days(before.second_discount_days), days(after.second_discount_days)),
        ("escalate_from", limit(before.escalate_from), limit(after.escalate_from)),
        ("contact_cost", money(before.contact_cost), money(after.contact_cost)),
    ] {
        entry = entry.value(name, was, is);
    }
    for (name, same) in [
        ("greatest_by_row", before.greatest_by_row == after.greatest_by_row),
        ("excluded_brands", before.excluded_brands == after.excluded_brands),
        ("legal", before.legal == after.legal),
    ] {
        entry = if same { entry } else { entry.field(name) };
    }
    entry
}
