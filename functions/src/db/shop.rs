//! The shop's own row and its rates.

use serde::Deserialize;
use shared::api::{self, BusinessModel, MarginBasis, Plan, ShopChange, ShopProfile, Thresholds};
use shared::money::{Currency, Money, Rates};
use shared::risk::{Model, Prior};
use shared::time::{Day, Millis};

use super::{Db, DbError, Param, Statement, leases, margins};
use crate::{params, sql};

/// The columns that [`DbError::is_stale_at`] names: the rates and the thresholds have versions of their own.
pub const RATES_VERSION: &str = "shop.rates_version";
pub const THRESHOLDS_VERSION: &str = "shop.thresholds_version";

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
    pub version: u32,
    pub rates_version: u32,
    pub thresholds_version: u32,
    pub industry: Option<String>,
    pub business_model: Option<BusinessModel>,
    pub active_customers: Option<u64>,
    pub margin: Option<f64>,
    pub margin_basis: MarginBasis,
    /// Minor units of the home currency.
    pub acquisition_cost: Option<i64>,
    set_up_at: Option<i64>,
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

pub fn statement() -> Statement {
    Statement::new(sql!("shop.sql", "shop"), params![])
}

pub async fn read(db: &Db) -> Result<Shop, DbError> {
    let Statement { sql, params } = statement();
    let shop = db.first(sql, params).await?;
    shop.ok_or_else(|| DbError::Bug("the shop's row is missing".to_owned()))
}

/// What a change of settings makes of what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effects {
    pub is_new_home: bool,
    pub is_new_churn: bool,
    /// Another industry or business model: what stands in for the shop's own figures is another.
    pub is_new_prior: bool,
    /// The margin is to be measured on orders from now on.
    pub is_measured: bool,
}

/// Another home currency makes the stored rates meaningless: they go, and everybody is to be folded and scored again.
/// Another definition of churn has everybody scored again, and so has another prior, where the plan fits none by itself.
///
/// # Errors
/// [`DbError::is_stale`] of `shop` where `version` is not the newest.
pub async fn change(db: &Db, after: &Shop, version: u32, effects: Effects, now: Millis, log: Statement) -> Result<(), DbError> {
    let Shop { name, home_currency, time_zone, plan, churn_days, industry, business_model, active_customers, .. } = after;
    let params = params![
        version,
        now,
        name,
        home_currency.as_str(),
        time_zone,
        plan.as_str(),
        *churn_days,
        industry.as_deref(),
        business_model.map(BusinessModel::as_str),
        *active_customers,
        after.margin,
        after.margin_basis.as_str(),
        after.acquisition_cost,
        after.set_up_at,
    ];
    let mut statements = vec![Statement::new(sql!("shop.sql", "change_shop"), params), log];
    if effects.is_new_home {
        statements.push(Statement::new(sql!("shop.sql", "drop_rates"), params![Param::json(&[(); 0])]));
        statements.push(margins::drop_costs());
        statements.push(leases::wake("refold_all"));
    }
    if effects.is_measured {
        statements.push(margins::measure_costs(now));
    }
    if effects.is_new_prior && *plan == Plan::Paid {
        statements.push(leases::wake("fit"));
    }
    if effects.is_new_churn || (effects.is_new_prior && *plan == Plan::Free) {
        statements.push(leases::wake("rescore"));
    }
    db.batch(statements).await.map(drop)
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
///
/// # Errors
/// [`DbError::is_stale_at`] of [`RATES_VERSION`] where `version` is not the newest.
pub async fn replace_rates(db: &Db, rates: &[RateRow], version: u32, now: Millis, log: Statement) -> Result<(), DbError> {
    let kept: Vec<_> = rates.iter().map(|row| (row.currency, row.day)).collect();
    let all: Vec<_> = rates.iter().map(|row| (row.currency, row.day, row.rate)).collect();
    let statements = vec![
        Statement::new(sql!("shop.sql", "claim_rates"), params![version, now]),
        Statement::new(sql!("shop.sql", "drop_rates"), params![Param::json(&kept)]),
        Statement::new(sql!("shop.sql", "put_rates"), params![Param::json(&all), now]),
        leases::wake("refold"),
        log,
    ];
    db.batch(statements).await.map(drop)
}

/// `None` gives the model's own back. Everybody is to be scored again.
///
/// # Errors
/// [`DbError::is_stale_at`] of [`THRESHOLDS_VERSION`] where `version` is not the newest.
pub async fn set_thresholds(
    db: &Db,
    thresholds: Option<&Thresholds>,
    version: u32,
    now: Millis,
    log: Statement,
) -> Result<(), DbError> {
    let json = thresholds.map_or(Param::Null, Param::json);
    let set = Statement::new(sql!("shop.sql", "set_thresholds"), params![version, json, now]);
    db.batch(vec![set, leases::wake("rescore"), log]).await.map(drop)
}

pub async fn threshold_cells(db: &Db) -> Result<Vec<Cell>, DbError> {
    db.all(sql!("shop.sql", "threshold_cells"), params![]).await
}

impl Shop {
    /// The thresholds that the shop set itself, which go before a model's own.
    pub fn thresholds(&self) -> Option<Thresholds> {
        serde_json::from_str(self.thresholds.as_deref()?).ok()
    }

    /// A model with what the shop decided itself: its thresholds, and when a customer counts as lost.
    #[must_use]
    pub fn laid_over(&self, model: Model) -> Model {
        Model { thresholds: self.thresholds().unwrap_or(model.thresholds), churn_days: self.churn_days, ..model }
    }

    /// With what `change` changes.
    #[must_use]
    pub fn with(&self, change: ShopChange, now: Millis) -> Self {
        let before = self.clone();
        Self {
            name: change.name.unwrap_or(before.name),
            home_currency: change.home_currency.unwrap_or(before.home_currency),
            time_zone: change.time_zone.unwrap_or(before.time_zone),
            plan: change.plan.unwrap_or(before.plan),
            churn_days: change.churn_days.unwrap_or(before.churn_days),
            industry: change.industry.unwrap_or(before.industry),
            business_model: change.business_model.unwrap_or(before.business_model),
            active_customers: change.active_customers.unwrap_or(before.active_customers),
            margin: change.margin.unwrap_or(before.margin),
            margin_basis: change.margin_basis.unwrap_or(before.margin_basis),
            // Minor units of the home currency mean nothing in another one.
            acquisition_cost: match change.acquisition_cost {
                Some(cost) => cost.map(|cost| cost.minor),
                None => before.acquisition_cost.filter(|_| change.home_currency.is_none_or(|home| home == before.home_currency)),
            },
            set_up_at: if change.set_up == Some(true) { before.set_up_at.or(Some(now.0)) } else { before.set_up_at },
            ..before
        }
    }

    pub fn wire(&self, local: bool) -> api::Shop {
        let Self { name, home_currency, time_zone, plan, sample, churn_days, version, .. } = self.clone();
        let (profile, set_up) = (self.profile(), self.set_up_at.is_some());
        api::Shop { name, home_currency, time_zone, plan, sample, churn_days, local, profile, set_up, version }
    }

    /// What the first run asked.
    pub fn profile(&self) -> ShopProfile {
        ShopProfile {
            industry: self.industry.clone(),
            business_model: self.business_model,
            active_customers: self.active_customers,
            margin: self.margin,
            margin_basis: self.margin_basis,
            acquisition_cost: self.acquisition_cost.map(|minor| Money::new(minor, self.home_currency)),
        }
    }

    /// What stands in for figures that the shop's data do not carry.
    pub fn prior(&self) -> Prior {
        Prior::of(self.industry.as_deref(), self.business_model)
    }
}
