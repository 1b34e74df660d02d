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
    /// Days without an order after which everybody without a subscription counts as lost; null: each by their own rhythm.
    pub churn_days: Option<u32>,
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
    /// From 7 to 730 days. Null gives each customer their own rhythm back; left out, the rule stays as it is.
    #[serde(default, deserialize_with = "null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, minimum = 7, maximum = 730)]
    pub churn_days: Option<Option<u32>>,
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

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelResponse {
    pub model: Option<ModelCard>,
    /// By rhythm first, then by rising days; empty before the first fit.
    pub definitions: Vec<ChurnDefinition>,
}

/// Tells null, which clears a value, from a field that was left out.
fn null_or_value<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u32>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
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
