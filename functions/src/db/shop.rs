//! The shop's own row and its rates.

use serde::Deserialize;
use shared::api::{self, Plan, Thresholds};
use shared::money::{Currency, Rates};
use shared::time::Day;

use super::{Db, DbError};
use crate::{params, sql};

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Shop {
    pub name: String,
    pub home_currency: Currency,
    pub time_zone: String,
    pub plan: Plan,
    /// Which sample shop is loaded.
    pub sample: Option<String>,
    thresholds: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RateRow {
    pub currency: Currency,
    pub day: i32,
    pub rate: f64,
}

pub async fn read(db: &Db) -> Result<Shop, DbError> {
    let shop = db.first(sql!("shop.sql", "shop"), params![]).await?;
    shop.ok_or_else(|| DbError::Bug("the shop's row is missing".to_owned()))
}

/// By currency and day.
pub async fn rate_rows(db: &Db) -> Result<Vec<RateRow>, DbError> {
    db.all(sql!("shop.sql", "rates"), params![]).await
}

/// The stored rates into `home`.
pub async fn rates(db: &Db, home: Currency) -> Result<Rates, DbError> {
    let mut rates = Rates::new(home);
    for row in rate_rows(db).await? {
        rates.insert(row.currency, Day(row.day), row.rate);
    }
    Ok(rates)
}

impl Shop {
    /// The thresholds that the shop set itself, which go before a model's own.
    pub fn thresholds(&self) -> Option<Thresholds> {
        serde_json::from_str(self.thresholds.as_deref()?).ok()
    }

    pub fn wire(&self, local: bool) -> api::Shop {
        let Self { name, home_currency, time_zone, plan, sample, .. } = self.clone();
        api::Shop { name, home_currency, time_zone, plan, sample, local }
    }
}
