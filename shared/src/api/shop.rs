//! The shop, its rates, and the figures of Overview.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{AtStake, Economics, Import, Run, TierSummary};
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
    /// Days without an order after which everybody without a subscription counts as lost; null: each by their own rhythm.
    pub churn_days: Option<u32>,
    /// Runs on a developer's machine: the interface says so.
    pub local: bool,
    pub profile: ShopProfile,
    /// The first run's questions have been answered or passed over.
    pub set_up: bool,
    pub version: u32,
}

/// What the first run asks; null where it was not answered and a default stands in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ShopProfile {
    /// A code of `shared::industry`.
    pub industry: Option<String>,
    pub business_model: Option<BusinessModel>,
    /// As the shop states it.
    pub active_customers: Option<u64>,
    /// The share of a sale that is left after the cost of what was sold, 0 to 1.
    pub margin: Option<f64>,
    pub margin_basis: MarginBasis,
    /// Cost of winning one new customer.
    pub acquisition_cost: Option<Money>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BusinessModel {
    Store,
    Subscription,
    Both,
}

/// How the shop tells its margin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarginBasis {
    /// One figure.
    #[default]
    One,
    /// By category, each with its share of sales.
    Category,
    /// From the cost of each product.
    Product,
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
    /// From 7 to 730 days. Null gives each customer their own rhythm back; left out, the rule stays as it is.
    #[serde(default, deserialize_with = "super::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, minimum = 7, maximum = 730)]
    pub churn_days: Option<Option<u32>>,
    /// Null takes an answer back, for this field and those below.
    #[serde(default, deserialize_with = "super::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub industry: Option<Option<String>>,
    #[serde(default, deserialize_with = "super::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BusinessModel>)]
    pub business_model: Option<Option<BusinessModel>>,
    #[serde(default, deserialize_with = "super::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>)]
    pub active_customers: Option<Option<u64>>,
    #[serde(default, deserialize_with = "super::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 1)]
    pub margin: Option<Option<f64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin_basis: Option<MarginBasis>,
    /// In the home currency.
    #[serde(default, deserialize_with = "super::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Money>)]
    pub acquisition_cost: Option<Option<Money>>,
    /// True once the first run's questions are answered or passed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_up: Option<bool>,
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
pub struct RatesMeta {
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RatesResponse {
    pub rates: Vec<Rate>,
    pub meta: RatesMeta,
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
    pub model: Option<super::ModelCard>,
    pub economics: Economics,
    pub at_stake: AtStake,
    /// What of the plan is nearly used up, each as a sentence.
    pub alerts: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OverviewResponse {
    pub overview: Overview,
}

/// What a definition of churn would have said: of customers without a subscription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChurnDefinition {
    /// Days without an order; null: each by their own rhythm.
    pub days: Option<u32>,
    /// Customers who would have counted as lost on the day of the fit.
    pub lost: u64,
    /// Past silences that it would have called a loss and that could be watched for 90 more days.
    pub watched: u32,
    /// The share of these that ended by itself within the 90 days; null where there are too few to say.
    pub came_back: Option<f64>,
}

impl Plan {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Paid => "paid",
        }
    }
}

impl BusinessModel {
    pub const ALL: [Self; 3] = [Self::Store, Self::Subscription, Self::Both];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Subscription => "subscription",
            Self::Both => "both",
        }
    }
}

impl MarginBasis {
    pub const ALL: [Self; 3] = [Self::One, Self::Category, Self::Product];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Category => "category",
            Self::Product => "product",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_clears_the_own_rule_and_a_field_left_out_leaves_it() {
        for (text, churn_days) in [("{}", None), (r#"{"churn_days":null}"#, Some(None)), (r#"{"churn_days":90}"#, Some(Some(90)))]
        {
            let change: ShopChange = serde_json::from_str(text).expect("reads");
            assert_eq!(change, ShopChange { churn_days, ..ShopChange::default() });
            assert_eq!(serde_json::to_string(&change).expect("json"), text);
        }
        assert!(serde_json::from_str::<ShopChange>(r#"{"churn_days":-1}"#).is_err());
    }
}
