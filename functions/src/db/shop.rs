//! The shop's own row and its rates.

use serde::Deserialize;
use shared::api::{self, Plan, ShopChange, Thresholds};
use shared::money::{Currency, Rates};
use shared::time::{Day, Millis};

use super::{Db, DbError, Param, Statement, leases};
use crate::{params, sql};

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Shop {
    pub name: String,
    pub home_currency: Currency,
    pub time_zone: String,
    pub plan: Plan,
    /// Which sample shop is loaded.
    pub sample: Option<String>,
    /// Days without an order that count as churn; none for each customer's own rhythm.
    pub churn_days: Option<u32>,
    thresholds: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RateRow {
    pub currency: Currency,
    pub day: i32,
    pub rate: f64,
}

/// Customers with the same risks in per cent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Cell {
    pub p30: u8,
    pub p60: u8,
    pub p90: u8,
    pub customers: u32,
}

pub async fn read(db: &Db) -> Result<Shop, DbError> {
    let shop = db.first(sql!("shop.sql", "shop"), params![]).await?;
    shop.ok_or_else(|| DbError::Bug("the shop's row is missing".to_owned()))
}

/// What a change of settings makes of what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effects {
    pub is_new_home: bool,
    pub is_new_churn: bool,
}

/// Another home currency makes the stored rates meaningless: they go, and everybody is to be folded and scored again.
/// Another definition of churn has everybody scored again.
pub async fn change(db: &Db, change: &ShopChange, effects: Effects, now: Millis) -> Result<(), DbError> {
    let ShopChange { name, home_currency, time_zone, plan, churn_days } = change;
    let plan = plan.map(|plan| match plan {
        Plan::Free => "free",
        Plan::Paid => "paid",
    });
    let home = home_currency.as_ref().map(Currency::as_str);
    let params = params![name.as_deref(), home, time_zone.as_deref(), plan, now, churn_days.is_some(), churn_days.flatten()];
    let mut statements = vec![Statement::new(sql!("shop.sql", "change_shop"), params)];
    if effects.is_new_home {
        statements.push(Statement::new(sql!("shop.sql", "drop_rates"), params![Param::json(&[(); 0])]));
        statements.push(leases::wake("refold_all"));
    }
    if effects.is_new_churn {
        statements.push(leases::wake("rescore"));
    }
    db.batch_idempotent(statements).await.map(drop)
}

/// By currency and day.
pub async fn rate_rows(db: &Db) -> Result<Vec<RateRow>, DbError> {
    db.all(sql!("shop.sql", "rates"), params![]).await
}

/// The stored rates into `home`.
pub async fn rates(db: &Db, home: Currency) -> Result<Rates, DbError> {
    Ok(read_rates(rate_rows(db).await?, home))
}

pub fn rates_statement() -> Statement {
    Statement::new(sql!("shop.sql", "rates"), params![])
}

pub fn read_rates(rows: Vec<RateRow>, home: Currency) -> Rates {
    let mut rates = Rates::new(home);
    for row in rows {
        rates.insert(row.currency, Day(row.day), row.rate);
    }
    rates
}

/// Stores exactly these rates; whoever ordered in a foreign currency is to be folded and scored again.
pub async fn replace_rates(db: &Db, rates: &[RateRow], now: Millis) -> Result<(), DbError> {
    let kept: Vec<_> = rates.iter().map(|row| (row.currency, row.day)).collect();
    let all: Vec<_> = rates.iter().map(|row| (row.currency, row.day, row.rate)).collect();
    let statements = vec![
        Statement::new(sql!("shop.sql", "drop_rates"), params![Param::json(&kept)]),
        Statement::new(sql!("shop.sql", "put_rates"), params![Param::json(&all), now]),
        leases::wake("refold"),
    ];
    db.batch_idempotent(statements).await.map(drop)
}

/// `None` gives the model's own back. Everybody is to be scored again.
pub async fn set_thresholds(db: &Db, thresholds: Option<&Thresholds>, now: Millis) -> Result<(), DbError> {
    let json = thresholds.map_or(Param::Null, Param::json);
    let statements = vec![Statement::new(sql!("shop.sql", "set_thresholds"), params![json, now]), leases::wake("rescore")];
    db.batch_idempotent(statements).await.map(drop)
}

pub async fn threshold_cells(db: &Db) -> Result<Vec<Cell>, DbError> {
    db.all(sql!("shop.sql", "threshold_cells"), params![]).await
}

impl Shop {
    /// The thresholds that the shop set itself, which go before a model's own.
    pub fn thresholds(&self) -> Option<Thresholds> {
        serde_json::from_str(self.thresholds.as_deref()?).ok()
    }

    pub fn wire(&self, local: bool) -> api::Shop {
        let Self { name, home_currency, time_zone, plan, sample, churn_days, .. } = self.clone();
        api::Shop { name, home_currency, time_zone, plan, sample, churn_days, local }
    }
}
