//! What a sale leaves and what a customer costs, and where each figure comes from.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::money::Money;

/// Where a figure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The shop told it, or its own data and costs give it.
    Own,
    /// What is usual in the shop's industry stands in.
    Industry,
    /// What is usual in trade in general stands in.
    General,
}

/// Share of a sale that is left after the cost of what was sold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EffectiveMargin {
    /// 0 to 1.
    pub value: f64,
    pub basis: Basis,
    /// Orders that it was measured on, where it comes from the cost of products.
    pub orders: Option<u64>,
    /// How it came about, as a sentence.
    pub words: String,
}

/// What one new customer costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AcquisitionCost {
    /// Null where neither the shop nor its orders say anything.
    pub value: Option<Money>,
    pub basis: Basis,
    pub words: String,
}

/// Customers as the shop states them beside those whom the data show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActiveCustomers {
    pub stated: u64,
    /// With a paid order or term in the last 365 days.
    pub counted: u64,
    /// So far apart that one of them is likely wrong.
    pub differs: bool,
    /// What they are and, where they differ, what to do.
    pub words: String,
}

/// The figures in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Economics {
    pub margin: EffectiveMargin,
    pub acquisition_cost: AcquisitionCost,
    /// Null where the shop stated none, before the first customers, and with the sample shop.
    pub active: Option<ActiveCustomers>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EconomicsResponse {
    pub economics: Economics,
}

/// What would be lost with the customers who are at risk, in the home currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AtStake {
    pub customers: u64,
    /// Their expected value of a year times the margin.
    pub margin: Money,
    /// What as many new customers would cost.
    pub replacement: Option<Money>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryMargin {
    pub name: String,
    /// Weight beside the other categories, such as its share of sales; they need not add up to 1.
    pub share: f64,
    /// 0 to 1.
    pub margin: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductCost {
    /// As orders name the item, upper or lower case.
    pub name: String,
    /// Of one, in the home currency.
    pub cost: Money,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Margins {
    pub categories: Vec<CategoryMargin>,
    pub products: Vec<ProductCost>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MarginsMeta {
    /// The shop's own, which these are part of.
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MarginsResponse {
    pub margins: Margins,
    pub meta: MarginsMeta,
}

/// `PUT /api/margins`: all that shall be stored; what is left out is removed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarginsChange {
    #[serde(default)]
    pub categories: Vec<CategoryMargin>,
    #[serde(default)]
    pub products: Vec<ProductCost>,
}
