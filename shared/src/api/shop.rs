//! The shop, its rates, and the figures of Overview.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{Import, Run, TierSummary};
use crate::money::{Currency, Money};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    Free,
    Paid,
}

/// One deployment is one shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Shop {
    pub name: String,
    pub home_currency: Currency,
    /// IANA name; decides how times are shown and what a date without a time means.
    pub time_zone: String,
    pub plan: Plan,
    /// Which sample shop is loaded: `store` or `saas`.
    pub sample: Option<String>,
    /// Runs on a developer's machine: the interface says so.
    pub local: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShopChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home_currency: Option<Currency>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ShopResponse {
    pub shop: Shop,
}

/// One unit of `currency` in the home currency from `day` (ISO date) on, until the next stored day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rate {
    pub currency: Currency,
    pub day: String,
    pub rate: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RatesResponse {
    pub rates: Vec<Rate>,
}

/// `PUT /api/rates`: all rates that shall be stored; what is left out is removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RatesChange {
    pub rates: Vec<Rate>,
}

/// Orders of one currency, and the same in the home currency where a rate is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CurrencyTotal {
    pub orders: u64,
    /// Paid amounts less refunds.
    pub revenue: Money,
    /// At stored daily rates; `None` without one, and then no total counts these orders.
    pub in_home: Option<Money>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Overview {
    pub customers: u64,
    pub contacts: u64,
    pub orders: u64,
    pub events: u64,
    pub totals: Vec<CurrencyTotal>,
    pub tiers: Vec<TierSummary>,
    /// Customers with new data that are not scored yet.
    pub waiting: u64,
    pub last_import: Option<Import>,
    pub last_score: Option<Run>,
    pub model: Option<ModelCard>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OverviewResponse {
    pub overview: Overview,
}

/// What the live model rests on, in words that a marketer can read; parameters for those who want them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelCard {
    pub name: String,
    /// `fitted` on this shop's data, or `prior` where there are too few repeat buyers.
    pub basis: String,
    pub text: String,
    pub customers: u64,
    pub repeat_buyers: u64,
    /// First and last order day used, ISO dates.
    pub from: Option<String>,
    pub to: Option<String>,
    pub parameters: Vec<(String, f64)>,
    pub log_likelihood: Option<f64>,
    pub fitted_at: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelResponse {
    pub model: Option<ModelCard>,
}
