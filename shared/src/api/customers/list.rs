//! Rows of Radar and of Customers, and how to ask for them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::{Begun, BestOfTier, ModelCard, Named, Recommended, Risk, RiskInterval, RowReason, SetAside, Tier, Trigger};
use crate::id::Id;
use crate::money::Money;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CustomerKind {
    Shopper,
    Account,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    #[default]
    New,
    Active,
    AtRisk,
    Lost,
    InWinBack,
    WonBack,
    GivenUp,
}

/// A row of Radar and of Customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CustomerRow {
    pub id: Id,
    pub external_id: String,
    pub kind: CustomerKind,
    pub name: String,
    pub email: Option<String>,
    pub country: Option<String>,
    pub tier: Tier,
    pub lifecycle: Lifecycle,
    pub risk: Risk,
    /// Null of the lost, and where nothing is estimated.
    pub risk_interval: Option<RiskInterval>,
    pub set_aside: Option<SetAside>,
    pub triggers: Vec<Trigger>,
    /// Why they leave or left; null where nothing tells.
    pub reason: Option<RowReason>,
    /// The code of the micro-segment; null before it is known.
    pub segment: Option<String>,
    /// Expected in the next 12 months; `None` where it cannot be told.
    pub lifetime_value: Option<Money>,
    /// Of that expectation, not of what one customer will do; null where the model does not say how sure it is.
    pub lifetime_value_interval: Option<MoneyInterval>,
    /// ISO dates.
    pub last_order: Option<String>,
    /// When silence counts as churn, ISO date.
    pub deadline: Option<String>,
    pub orders: u64,
    /// p30 in per cent over the last 12 weeks, oldest first, for the small chart.
    pub trend: Vec<u8>,
    pub sample: bool,
    /// Of those at risk: the margin that each day of waiting is expected to cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Money>,
    /// Of the lost: the margin that contact is expected to bring beyond what comes back by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regain: Option<Money>,
    /// The one thing to do about them; of those at risk and the lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommended: Option<Recommended>,
    /// What was begun for them already; nothing else is recommended until it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Begun>,
    /// Who looks after them.
    pub owner: Option<Named>,
    pub tags: Vec<String>,
}

/// The 90 % interval of an expected amount.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MoneyInterval {
    pub low: Money,
    pub high: Money,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TierSummary {
    pub tier: Tier,
    pub customers: u64,
    /// Sum of `lifetime_value` over those where it is known.
    pub value: Money,
    pub value_unknown: u64,
    /// The most frequent first triggers' codes, at most three.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub top_triggers: Vec<String>,
    /// What is recommended for most of its margin; null where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<BestOfTier>,
}

/// The query of `GET /api/customers` and of its export.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CustomerQuery {
    /// Comma-separated tiers; none is all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// The code of a micro-segment, `row:` and the code of a row of the matrix such as `row:high-price`, or the id of a segment that a
    /// marketer defined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// Start of a name, address or external id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// The id of a person, `me`, or `none` for those whom nobody looks after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Comma-separated; none is all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<String>,
    /// Two letters, ISO 3166-1; several with commas between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// `risk` (default), `value`, `name`, `last_order`, `deadline`, `waiting`, `regain`; a leading `-` turns the order round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// 1 to 500, default 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Rows to leave out first, for a list that is scrolled by its bar; not together with `cursor`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CustomersMeta {
    /// Always exact for tiers; for any other filter exact up to 10,000, else null beside `total_at_least`.
    pub total: Option<u64>,
    pub total_at_least: Option<u64>,
    pub next_cursor: Option<String>,
    /// When scoring last finished, RFC 3339; null before the first time.
    pub as_of: Option<String>,
    pub waiting: u64,
    pub tiers: Vec<TierSummary>,
    pub model: Option<ModelCard>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CustomersResponse {
    pub customers: Vec<CustomerRow>,
    pub meta: CustomersMeta,
}

impl CustomerKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shopper => "shopper",
            Self::Account => "account",
        }
    }
}

impl Lifecycle {
    pub const ALL: [Self; 7] = [Self::New, Self::Active, Self::AtRisk, Self::Lost, Self::InWinBack, Self::WonBack, Self::GivenUp];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Active => "active",
            Self::AtRisk => "at_risk",
            Self::Lost => "lost",
            Self::InWinBack => "in_win_back",
            Self::WonBack => "won_back",
            Self::GivenUp => "given_up",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lifecycle| lifecycle.as_str() == text)
    }

    /// The integer of `facets.lifecycle`.
    pub fn code(self) -> i32 {
        Self::ALL.into_iter().position(|lifecycle| lifecycle == self).and_then(|at| i32::try_from(at).ok()).unwrap_or(0)
    }

    pub fn from_code(code: i32) -> Self {
        usize::try_from(code).ok().and_then(|at| Self::ALL.get(at).copied()).unwrap_or_default()
    }
}
