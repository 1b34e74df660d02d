//! Daily rates into the home currency.

use std::collections::BTreeMap;

use axum::Json;
use shared::api::{Rate, RatesChange, RatesMeta, RatesResponse};
use shared::money::Currency;
use shared::time::{Day, Millis};

use crate::ctx::Ctx;
use crate::db::shop::{self, RateRow};
use crate::extract::JsonBody;
use crate::jobs;
use crate::problem::Problem;

/// The stored rates, by currency and day.
#[utoipa::path(get, path = "/api/rates", tag = "shop", responses((status = 200, body = RatesResponse)))]
#[worker::send]
pub async fn list(ctx: Ctx) -> Result<Json<RatesResponse>, Problem> {
    let version = shop::read(&ctx.db).await?.rates_version;
    let rates = shop::rate_rows(&ctx.db).await?.into_iter().map(wire).collect();
    Ok(Json(RatesResponse { rates, meta: RatesMeta { version } }))
}

/// Store these rates and no others.
///
/// Where they are not the stored ones, customers with orders in foreign currencies are scored again.
#[utoipa::path(put, path = "/api/rates", tag = "shop", request_body = RatesChange, responses((status = 200, body = RatesResponse)))]
#[worker::send]
pub async fn replace(ctx: Ctx, JsonBody(asked): JsonBody<RatesChange>) -> Result<Json<RatesResponse>, Problem> {
    let home = shop::read(&ctx.db).await?.home_currency;
    let rates = accept(&asked.rates, home)?;
    if rates != shop::rate_rows(&ctx.db).await? {
        shop::replace_rates(&ctx.db, &rates, ctx.now).await?;
        jobs::ring(&ctx.env, &ctx.db).await;
    }
    list(ctx).await
}

/// Sorted by currency and day, each day once: the last one given counts.
fn accept(rates: &[Rate], home: Currency) -> Result<Vec<RateRow>, Problem> {
    let mut wrong = BTreeMap::new();
    let mut accepted = BTreeMap::new();
    for (at, Rate { currency, day, rate }) in rates.iter().enumerate() {
        let mut refuse = |field: &str, fix: &str| wrong.insert(format!("rates[{at}].{field}"), fix.to_owned());
        if *currency == home {
            refuse("currency", "The home currency needs no rate: remove this line");
        }
        if !(rate.is_finite() && *rate > 0.0 && *rate < 1e9) {
            refuse("rate", "Use a number above 0: what one unit is worth in the home currency");
        }
        match day_of(day) {
            Some(day) => {
                accepted.insert((*currency, day.0), *rate);
            }
            None => {
                refuse("day", "Use a date such as 2026-01-31");
            }
        }
    }
    if !wrong.is_empty() {
        return Err(Problem::Invalid(wrong));
    }
    Ok(accepted.into_iter().map(|((currency, day), rate)| RateRow { currency, day, rate }).collect())
}

fn day_of(text: &str) -> Option<Day> {
    (text.len() == 10).then(|| Millis::parse_rfc3339(&format!("{text}T00:00:00Z")).ok().map(Millis::day))?
}

fn wire(row: RateRow) -> Rate {
    Rate { currency: row.currency, day: Day(row.day).iso(), rate: row.rate }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(code: &str, day: &str, rate: f64) -> Rate {
        Rate { currency: Currency::parse(code).expect("code"), day: day.to_owned(), rate }
    }

    #[test]
    fn rates_are_sorted_and_the_last_of_a_day_counts() {
        let given = [rate("GBP", "2026-01-02", 1.3), rate("EUR", "2026-01-01", 1.1), rate("EUR", "2026-01-01", 1.2)];
        let accepted: Vec<_> = accept(&given, Currency::USD).expect("rates").into_iter().map(wire).collect();
        assert_eq!(accepted, [rate("EUR", "2026-01-01", 1.2), rate("GBP", "2026-01-02", 1.3)]);
    }

    #[test]
    fn each_wrong_value_is_named() {
        let given = [rate("USD", "2026-01-01", 1.0), rate("EUR", "1.1.2026", -2.0), rate("EUR", "2026-02-30", f64::NAN)];
        let Err(Problem::Invalid(fields)) = accept(&given, Currency::USD) else { panic!("accepted") };
        let names: Vec<_> = fields.keys().map(String::as_str).collect();
        assert_eq!(names, ["rates[0].currency", "rates[1].day", "rates[1].rate", "rates[2].day", "rates[2].rate"]);
    }
}
