//! Models: what the live one rests on, how right it was, and how others compare with it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::Id;
use crate::money::Currency;

/// What a model rests on, in words that a marketer can read; parameters for those who want them.
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
    /// What says who is still a customer, how often they order and what they are worth; null before anything was learned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<ForecastChoice>,
    /// How well it said who would be lost within 90 days, on days that it had not seen; null where there is too little past.
    #[serde(default)]
    pub validation: Option<Validation>,
    /// The same for who of the lost would come back within 90 days.
    #[serde(default)]
    pub returns: Option<Validation>,
    /// Against the rule that most shops use: no order in 90 days.
    #[serde(default)]
    pub backtest: Option<Backtest>,
}

/// The model of orders to come that people see, chosen on days that none of those tried had seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ForecastChoice {
    #[schema(example = "Pareto/NBD")]
    pub model: String,
    /// In words: why this one.
    pub text: String,
    /// The last day that they were fitted on, ISO date; null where nothing could be held out.
    pub cut_off: Option<String>,
    /// How many days were held out after it.
    pub days: u32,
    /// Of the held-out days.
    pub tried: Vec<ForecastTried>,
    /// Whether the data tell how sure its parameters are: else its figures come without intervals.
    pub has_errors: bool,
}

/// One model on the held-out days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ForecastTried {
    pub model: String,
    pub customers: u64,
    /// Purchase days that came, and that it expected.
    pub orders: f64,
    pub expected: f64,
    /// Mean absolute error of a customer's orders.
    pub mae: f64,
    /// Of P(at least one order).
    pub log_loss: f64,
    /// Mean Poisson deviance of expected orders.
    pub deviance: f64,
    /// How well P(still a customer) ranks who ordered; null where all or none did.
    pub auc_alive: Option<f64>,
}

/// Figures on the shop's past, of predictions that read nothing of what came after them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Validation {
    /// The one that was chosen: `history` (purchase histories alone), `logistic` or `boosted`.
    pub learner: String,
    pub text: String,
    /// ISO dates on which the past was cut off, the newest last.
    pub origins: Vec<String>,
    pub tried: Vec<Tried>,
    /// Of the chosen one, ten groups of equal size from the least probable to the most.
    pub calibration: Vec<CalibrationBin>,
    /// What moved its predictions most, the weightiest first.
    pub importance: Vec<Importance>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Tried {
    pub learner: String,
    pub customers: u32,
    /// Of these, to how many it happened.
    pub happened: u32,
    /// Null where it happened to all or to nobody.
    pub auc: Option<f64>,
    pub brier: f64,
    pub log_loss: f64,
    /// Expected calibration error over ten groups of equal size.
    pub ece: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CalibrationBin {
    pub customers: u32,
    /// Mean of the predicted probabilities.
    pub predicted: f64,
    /// Share to whom it happened, with its 90 % interval (Wilson 1927).
    pub observed: f64,
    pub low: f64,
    pub high: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Importance {
    /// Of the feature.
    pub code: String,
    pub text: String,
    /// Mean of the absolute contribution to the logit.
    pub weight: f64,
}

/// A replay of the past: the model as it would have been fitted on `from` flags customers on that day, and the rule is watched day
/// by day until `to`, or until a customer counts as lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Backtest {
    /// ISO dates.
    pub from: String,
    pub to: String,
    /// Customers without a subscription who were not lost on `from`.
    pub customers: u32,
    /// Of these, lost by `to`.
    pub left: u32,
    pub flagged: u32,
    pub flagged_left: u32,
    pub rule_flagged: u32,
    pub rule_left: u32,
    /// Of those who left and whom both flagged: the median number of days by which the model was earlier.
    pub days_earlier: Option<i32>,
    /// The same in a sentence.
    pub text: String,
}

/// A new model beside the live one, on customers whom neither was fitted on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    pub customers: u32,
    /// New less old log loss a customer: below 0 the new one is better. With its 90 % interval by paired bootstrap.
    pub difference: f64,
    pub low: f64,
    pub high: f64,
    /// Not worse: `high` lies below the margin that was fixed before.
    pub accepted: bool,
    pub text: String,
}

/// A model that is or was used, or was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelVersion {
    pub id: Id,
    pub live: bool,
    /// `worker` or `browser`: where it was fitted.
    pub source: String,
    pub created_at: String,
    pub comparison: Option<Comparison>,
    pub card: ModelCard,
    /// Customers whose present score rests on it.
    pub scores: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelResponse {
    pub model: Option<ModelCard>,
    /// By rhythm first, then by rising days; empty before the first fit.
    pub definitions: Vec<super::ChurnDefinition>,
    /// The newest first, at most 20.
    #[serde(default)]
    pub versions: Vec<ModelVersion>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelVersionResponse {
    pub version: ModelVersion,
}

/// `GET /api/models/{name}/training`: what a fit reads, a page at a time, for a browser that fits the model itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrainingPage {
    /// Purchase histories as groups: repeats, recency, age in days, customers.
    pub groups: Vec<(u32, u32, u32, u32)>,
    /// `shared::risk::Sampled` as JSON, of some of the page's customers.
    pub sample: Vec<String>,
    /// On each page.
    pub settings: FitSettings,
    /// The day of the fit, ISO date: the same on each page of one fit.
    pub today: String,
    pub next_cursor: Option<String>,
    /// Customers read so far and in all.
    pub read: u64,
    pub total: u64,
}

/// What of the shop's settings a fit rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FitSettings {
    pub home: Currency,
    /// The shop's own definition of churn.
    pub churn_days: Option<u32>,
    pub industry: Option<String>,
    pub business_model: Option<super::BusinessModel>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrainingResponse {
    pub training: TrainingPage,
}

/// `PUT /api/models/{name}`: a model that was fitted elsewhere. It goes live only if it is not worse than the live one on a page of
/// customers held back from its fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelUpload {
    /// `shared::risk::Model`.
    pub model: serde_json::Value,
    pub card: ModelCard,
}
