//! Who is about to leave: deadline, P(churn within 30, 60, 90 days), tier, triggers.
//!
//! The definition of churn (T1): a customer churns when silence reaches their deadline. Activity is a paid order or term. The
//! deadline comes from the customer's own rhythm shrunk to the population's, is fixed by the last purchase, and for subscriptions
//! is the end of the paid term. A shop may set its own number of days without an order instead. Whoever is past it is lost, and is scored for coming back instead.

mod backtest;
mod change;
mod check;
mod compare;
mod definition;
mod explain;
mod fit;
mod forecast;
mod history;
mod lessons;
pub mod origin;
mod passage;
mod peers;
mod prior;
mod question;
mod replay;
mod rhythm;
mod score;
mod season;
mod set_aside;
mod standpoint;
mod terms;
mod tiers;
mod view;
mod worth;

pub use check::check;
pub use compare::compare;
pub use definition::{CHURN_DAYS, LISTED_CHURN_DAYS};
pub use explain::explain;
pub use fit::{MIN_REPEAT_BUYERS, fit, prior};
pub use history::{history_points, history_with};
pub use origin::Learned;
pub use peers::{PeerCell, PeerGroups, peers};
pub use prior::Prior;
pub use rhythm::{MAX_CAME_BACK, Rhythm, WATCH_DAYS};
pub use score::score;
pub use set_aside::{Aside, MOST_SET_ASIDE_DAYS, set_aside};
pub use terms::{Renewals, TermModel};
pub use tiers::{HYSTERESIS_PER_CENT, TierCounts, shown_per_cent, tier_counts, tier_of};

use serde::{Deserialize, Serialize};

use crate::api::{ChurnDefinition, Lifecycle, Risk, RiskInterval, Thresholds, Tier, Trigger};
use crate::clv::{Covariance, Fitted, GammaGamma, History, MbgNbd, OrderModel};
use crate::learn::winback::Chances;
use crate::money::{Currency, Home};
use crate::reason::{Reason, Why};
use crate::segment::Cell;
use crate::signal::Feeds;
use crate::state::State;
use crate::time::Day;

/// The schema number of models written by this version.
pub const SCHEMA: u32 = 1;

/// Customers with the same purchase history: `repeats` purchase days after the first, the last of them `recency` days after the
/// first, observed for `age` days. The grouped sufficient statistics of the buy-till-you-die models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub repeats: u32,
    pub recency: u32,
    pub age: u32,
    pub customers: u32,
}

/// What a fit reads: all customers as groups, and the states of a sample of them (at most 20,000, spread over all).
#[derive(Debug, Clone, Default)]
pub struct FitInput {
    pub groups: Vec<Group>,
    pub sample: Vec<Sampled>,
    /// The shop's own definition of churn: the thresholds are chosen for it.
    pub churn_days: Option<u32>,
    /// What stands in where the data carry nothing.
    pub prior: Prior,
}

/// A customer whom a fit looks at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sampled {
    pub state: State,
    /// When a person said that they are not at risk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asides: Vec<Aside>,
    /// Kept out of what is learned, so that models can be compared on customers whom none was fitted on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_back: bool,
}

impl From<State> for Sampled {
    fn from(state: State) -> Self {
        Self { state, asides: Vec::new(), held_back: false }
    }
}

/// Everything that scoring needs beside the customer: stored as JSON, with a schema number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    pub schema: u32,
    pub thresholds: Thresholds,
    /// `chosen` for the stated precision on this shop's past, `default`, or `own`.
    pub thresholds_basis: String,
    /// In the marketer's words.
    pub thresholds_text: String,
    pub home: Currency,
    /// Orders: what predicts best, fitted or prior.
    pub orders: OrderModel,
    /// P(alive) as people see it where neither `forecast` nor `orders` has one of its own; `None` where no drop-out is identified.
    pub alive: Option<MbgNbd>,
    /// What people see of orders to come: P(alive), expected orders, worth, with the covariance of its parameters. `None` in priors
    /// and in models written before there was any: then `orders` and `alive` stand in, without intervals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Fitted<OrderModel>>,
    pub rhythm: Rhythm,
    /// Spend of a purchase day in minor units of the home currency; `None` where too few customers bought twice.
    pub spend: Option<GammaGamma>,
    /// Of the logarithms of its parameters; `None` where the data leave one open, and in models written before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend_covariance: Option<Covariance>,
    pub terms: TermModel,
    pub feeds: Feeds,
    /// Days without an order after which everybody without a subscription counts as lost; `None`: each by their own rhythm.
    #[serde(default)]
    pub churn_days: Option<u32>,
    /// What other definitions would have said; models written before there were any hold none.
    #[serde(default)]
    pub definitions: Vec<ChurnDefinition>,
    /// Whom a customer is compared with.
    #[serde(default)]
    pub peers: PeerGroups,
    /// P(churn within 90 days) from signals and history together; `None` where there is too little past to learn from.
    #[serde(default)]
    pub leaving: Option<Learned>,
    /// P(an order or a paid term within 90 days) of the lost.
    #[serde(default)]
    pub returning: Option<Learned>,
}

impl Model {
    /// Whether scores by it rest on the shop's own columns too.
    pub fn reads_traits(&self) -> bool {
        let learned = [&self.leaving, &self.returning].into_iter().flatten();
        learned.filter_map(Learned::chosen).any(|fit| !fit.own.is_empty())
    }

    /// What expected orders and worth rest on.
    pub(crate) fn seen(&self) -> &OrderModel {
        self.forecast.as_ref().map_or(&self.orders, |fitted| &fitted.model)
    }

    /// P(alive) as people see it. Never BG/NBD's, which is 1 for every one-time buyer.
    pub(crate) fn p_alive(&self, history: &History) -> Option<f64> {
        match (self.seen(), &self.forecast) {
            (OrderModel::ParetoNbd(model), _) => Some(model.p_alive(history)),
            (OrderModel::MbgNbd(model), _) => Some(model.p_alive(history)),
            (OrderModel::BgNbd(_), _) | (OrderModel::Nbd(_), None) => self.alive.map(|model| model.p_alive(history)),
            // Chosen over models with drop-out: they foresaw worse who orders.
            (OrderModel::Nbd(_), Some(_)) => None,
        }
    }
}

/// The score row. Its figures are rounded to what is worth storing, so that they read back from JSON to the same bits and an
/// unchanged score compares equal to the stored one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Of the lost 1 throughout.
    pub risk: Risk,
    /// With 90 % probability each risk lies between these; `None` of the lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<RiskInterval>,
    pub tier: Tier,
    pub lifecycle: Lifecycle,
    /// The first day on which silence counts as churn.
    pub deadline: Option<Day>,
    pub p_alive: Option<f64>,
    /// Its 90 % interval; as all that follow, `None` where the model does not say how sure it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alive_interval: Option<(f64, f64)>,
    /// P(an order within 90 days), of the lost.
    pub p_return: Option<f64>,
    /// Its 90 % interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_interval: Option<(f64, f64)>,
    /// In the next 365 days.
    pub expected_orders: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders_interval: Option<(f64, f64)>,
    /// Expected value of the next 365 days.
    pub value: Option<Home>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_interval: Option<(Home, Home)>,
    /// Of those at risk and the lost: what they would spend within 365 days from the day on which they are won back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_value: Option<Home>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_value_interval: Option<(Home, Home)>,
    pub triggers: Vec<Trigger>,
    /// How the deadline came about, in words.
    pub rhythm: Option<String>,
    /// The first day on which the tier or a shown per cent changes by silence alone; `None` for never.
    pub rescore: Option<Day>,
    /// Why they leave or left; `None` where nothing tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// Of a return within 90 days, or of staying, with contact and without; `None` of who is not scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chances: Option<Chances>,
    /// Where they stood when they were scored; `facets` has what a later run made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<Cell>,
}

impl Score {
    /// Unknown where nothing tells.
    pub fn reason(&self) -> Reason {
        self.why.as_ref().map_or(Reason::Unknown, |why| why.reason)
    }
}
