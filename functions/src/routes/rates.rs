//! Daily rates into the home currency.

use std::collections::{BTreeMap, BTreeSet};

use shared::api::{Rate, RatesChange, RatesMeta, RatesResponse};
use shared::audit::Action;
use shared::money::Currency;
use shared::time::Day;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::shop::{self, RATES_VERSION, RateRow};
use crate::extract::{IfMatch, JsonBody};
use crate::jobs;
use crate::problem::Problem;
use crate::versioned::Versioned;

/// Changed rates that the audit log names one by one; of more it tells the days a currency has.
const RATES_NAMED: usize = 8;

/// The stored rates, by currency and day.
#[utoipa::path(get, path = "/api/rates", tag = "shop", responses((status = 200, body = RatesResponse)))]
#[worker::send]
pub async fn list(ctx: Ctx) -> Result<Versioned<RatesResponse>, Problem> {
    let version = shop::read(&ctx.db).await?.rates_version;
    let rates = shop::rate_rows(&ctx.db).await?.into_iter().map(wire).collect();
    Ok(Versioned(version, RatesResponse { rates, meta: RatesMeta { version } }))
}

/// Store these rates and no others.
///
/// Where they are not the stored ones, customers with orders in foreign currencies are scored again. Rates that are stored already
/// are answered as done, from whatever version they were sent (RFC 9110, 13.1.1): nobody's work is lost by them.
#[utoipa::path(put, path = "/api/rates", tag = "shop", request_body = RatesChange,
    responses((status = 200, body = RatesResponse), (status = 412, body = shared::api::Problem)))]
#[worker::send]
pub async fn replace(
    ctx: Ctx,
    IfMatch(version): IfMatch,
    JsonBody(asked): JsonBody<RatesChange>,
) -> Result<Versioned<RatesResponse>, Problem> {
    let home = shop::read(&ctx.db).await?.home_currency;
    let rates = accept(&asked.rates, home)?;
    let stored = shop::rate_rows(&ctx.db).await?;
    if rates == stored {
        return list(ctx).await;
    }
    let log = audit::append(&ctx, entry(&stored, &rates));
    match shop::replace_rates(&ctx.db, &rates, version, ctx.now, log).await {
        Err(error) if error.is_stale_at(RATES_VERSION) => {
            let Versioned(current, RatesResponse { rates, .. }) = list(ctx).await?;
            return Err(Problem::stale(version, current, &rates));
        }
        done => done?,
    }
    jobs::ring(&ctx.env, &ctx.db).await;
    list(ctx).await
}

/// Rates are public figures: a few changes stand with their values, many as the number of days of each currency.
fn entry(before: &[RateRow], after: &[RateRow]) -> Entry {
    let (old, new) = (by_day(before), by_day(after));
    let changed: Vec<_> =
        old.keys().chain(new.keys()).filter(|key| old.get(key) != new.get(key)).collect::<BTreeSet<_>>().into_iter().collect();
    let entry = Entry::new(Action::RatesChanged);
    if changed.len() <= RATES_NAMED {
        return changed.into_iter().fold(entry, |entry, key| {
            let value = |rates: &BTreeMap<(Currency, i32), f64>| rates.get(key).map(f64::to_string);
            entry.value(&format!("{} since {}", key.0, Day(key.1).iso()), value(&old), value(&new))
        });
    }
    let currencies: BTreeSet<Currency> = changed.iter().map(|(currency, _)| *currency).collect();
    currencies.into_iter().fold(entry, |entry, currency| {
        let days = |rates: &BTreeMap<(Currency, i32), f64>| rates.keys().filter(|(other, _)| *other == currency).count();
        match (days(&old), days(&new)) {
            (was, is) if was == is => entry.field(currency.as_str()),
            (was, is) => entry.value(currency.as_str(), Some(format!("{was} days")), Some(format!("{is} days"))),
        }
    })
}

fn by_day(rates: &[RateRow]) -> BTreeMap<(Currency, i32), f64> {
    rates.iter().map(|row| ((row.currency, row.day), row.rate)).collect()
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
        match Day::parse_iso(day) {
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

    fn told(before: &[RateRow], after: &[RateRow]) -> Vec<(String, Option<String>, Option<String>)> {
        entry(before, after).fields.into_iter().map(|field| (field.name, field.from, field.to)).collect()
    }

    #[test]
    fn a_few_changed_rates_are_told_by_their_values_and_many_by_their_days() {
        let currency = Currency::parse("EUR").expect("code");
        let row = |day, rate| RateRow { currency, day, rate };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            told(&[row(0, 1.1), row(1, 1.0)], &[row(0, 1.2), row(1, 1.0)]),
            [("EUR since 1970-01-01".to_owned(), text("1.1"), text("1.2"))]
        );
        assert_eq!(told(&[row(0, 1.1)], &[]), [("EUR since 1970-01-01".to_owned(), text("1.1"), None)]);
        let many: Vec<RateRow> = (0..30).map(|day| row(day, 2.0)).collect();
        assert_eq!(told(&[], &many), [("EUR".to_owned(), text("0 days"), text("30 days"))]);
        let other: Vec<RateRow> = (0..30).map(|day| row(day, 3.0)).collect();
        assert_eq!(told(&many, &other), [("EUR".to_owned(), None, None)]);
    }
}
