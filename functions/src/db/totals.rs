//! Figures of the whole shop.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::api::CurrencyTotal;
use shared::money::{Currency, Home, Money, Rates};
use shared::time::Day;

use super::rollups::{self, Totals};
use super::{Db, DbError, Statement, shop};
use crate::{params, sql};

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    pub contacts: u64,
    pub events: u64,
}

/// Orders of one currency on one day: all, those that were paid, and paid amounts less refunds in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DayTotal {
    pub currency: Currency,
    pub day: i32,
    pub all_orders: u64,
    pub orders: u64,
    pub revenue: i64,
}

/// Counts, all orders, and the totals of those that were paid; of a large shop as its last roll-up has them.
pub async fn read(db: &Db, home: Currency) -> Result<(Counts, u64, Vec<CurrencyTotal>), DbError> {
    let outcomes = db.batch_idempotent(vec![rollups::totals_statement(), shop::rates_statement()]).await?;
    let [newest, rates] = outcomes.as_slice() else {
        return Err(DbError::Bug("a batch lost results".to_owned()));
    };
    let rates = shop::read_rates(rates.rows()?, home);
    let Totals { counts, days } = match rollups::read_totals(newest.first()?) {
        Some(totals) => totals,
        None => count(db, home).await?,
    };
    let orders = days.iter().map(|day| day.all_orders).sum();
    Ok((counts, orders, by_currency(&days, &rates)))
}

/// Counts everything, in one call.
pub async fn count(db: &Db, home: Currency) -> Result<Totals, DbError> {
    let statements = vec![
        Statement::new(sql!("totals.sql", "counts"), params![]),
        Statement::new(sql!("totals.sql", "revenue"), params![home.as_str()]),
    ];
    let outcomes = db.batch_idempotent(statements).await?;
    let [counts, days] = outcomes.as_slice() else {
        return Err(DbError::Bug("a batch lost results".to_owned()));
    };
    let counts = counts.first()?.ok_or_else(|| DbError::Bug("a count has no row".to_owned()))?;
    Ok(Totals { counts, days: days.rows()? })
}

/// Days added up by currency, of paid orders. The sum of a day is converted at that day's rate; a currency without a rate stays apart.
pub fn by_currency(days: &[DayTotal], rates: &Rates) -> Vec<CurrencyTotal> {
    let mut totals: BTreeMap<Currency, (u64, i64, Option<Home>)> = BTreeMap::new();
    for &DayTotal { currency, day, orders, revenue, .. } in days.iter().filter(|day| day.orders > 0) {
        let in_home = rates.to_home(Money::new(revenue, currency), Day(day));
        let total = totals.entry(currency).or_insert((0, 0, Some(Home(0))));
        total.0 += orders;
        total.1 = total.1.saturating_add(revenue);
        total.2 = total.2.zip(in_home).map(|(sum, part)| sum + part);
    }
    let mut totals: Vec<CurrencyTotal> = totals
        .into_iter()
        .map(|(currency, (orders, revenue, in_home))| CurrencyTotal {
            orders,
            revenue: Money::new(revenue, currency),
            in_home: in_home.map(|home| home.in_currency(rates.home())),
        })
        .collect();
    totals.sort_by_key(|total| (total.revenue.currency != rates.home(), std::cmp::Reverse(total.orders)));
    totals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(code: &str, day: i32, orders: u64, revenue: i64) -> DayTotal {
        DayTotal { currency: Currency::parse(code).expect("code"), day, all_orders: orders, orders, revenue }
    }

    #[test]
    fn currencies_stay_apart_and_convert_at_each_day_s_rate() {
        let mut rates = Rates::new(Currency::USD);
        let eur = Currency::parse("EUR").expect("code");
        rates.insert(eur, Day(10), 1.1);
        rates.insert(eur, Day(20), 1.2);
        let days = [total("EUR", 10, 2, 1000), total("EUR", 20, 1, 1000), total("USD", 0, 1, 50), total("GBP", 10, 9, 700)];
        let totals: Vec<_> = by_currency(&days, &rates)
            .into_iter()
            .map(|total| (total.orders, total.revenue.amount(), total.in_home.map(Money::amount)))
            .collect();
        let text = |text: &str| text.to_owned();
        assert_eq!(
            totals,
            [(1, text("0.50"), Some(text("0.50"))), (9, text("7.00"), None), (3, text("20.00"), Some(text("23.00"))),]
        );
    }
}
