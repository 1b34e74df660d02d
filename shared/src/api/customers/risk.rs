//! What is foretold of a customer: tier, risks, reasons.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    Healthy,
    Early,
    Moderate,
    Immediate,
    Lost,
    /// A person said that this one is not at risk, until a day.
    SetAside,
    NotScored,
}

/// P(churn within 30, 60, 90 days), each in 0..=1 and never falling from one to the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Risk {
    pub p30: f64,
    pub p60: f64,
    pub p90: f64,
}

/// The 90 % interval of each risk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RiskInterval {
    pub low: Risk,
    pub high: Risk,
}

/// Why: a code for programs, words with figures for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Trigger {
    #[schema(example = "order_gap")]
    pub code: String,
    #[schema(example = "No order for 71 days, usually every 24")]
    pub text: String,
    /// ISO date.
    pub since: Option<String>,
    /// What it adds to the logit of P(churn within 90 days) before calibration; null where no learned model says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<f64>,
}

/// What the prediction is made of: `base` and the effects of all parts add up to the logit, from which `probability` follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// `churn` within 90 days, or `return` within 90 days.
    pub of: String,
    pub base: f64,
    /// The weightiest first; the last one, `rest`, holds all others together.
    pub parts: Vec<ExplanationPart>,
    pub logit: f64,
    /// After calibration.
    pub probability: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExplanationPart {
    pub code: String,
    pub text: String,
    pub effect: f64,
}

/// One point of the risk-over-time chart: the Monday of its week (ISO date) and the three risks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RiskPoint {
    pub week: String,
    pub risk: Risk,
    pub tier: Tier,
    /// Worked out afterwards from the orders known by then, with today's model.
    pub reconstructed: bool,
}

/// A customer beside healthy ones of the same worth and tenure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Peers {
    /// In words: who they are.
    pub group: String,
    pub customers: u32,
    pub figures: Vec<PeerFigure>,
}

/// One figure, as words for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PeerFigure {
    #[schema(example = "orders_90")]
    pub code: String,
    #[schema(example = "Orders in the last 90 days")]
    pub name: String,
    pub theirs: String,
    /// The peers' median.
    pub peers: String,
    /// Worse than three quarters of the peers.
    pub behind: bool,
}

/// The probability from which on a horizon counts, each in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Thresholds {
    pub immediate: f64,
    pub moderate: f64,
    pub early: f64,
}

/// How many customers (not lost) have each probability: 100 bins of one per cent for each horizon, so that a slider shows the
/// head-count while it moves. A customer counts in one cell of (p30, p60, p90) per cent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ThresholdsView {
    pub thresholds: Thresholds,
    /// `chosen` for the stated precision on this shop's past, `default`, or `own`.
    pub basis: String,
    pub text: String,
    /// (p30, p60, p90 in per cent, customers), only cells that are not empty.
    pub cells: Vec<(u8, u8, u8, u32)>,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ThresholdsResponse {
    pub thresholds: ThresholdsView,
}

impl Tier {
    pub const ALL: [Self; 7] =
        [Self::Immediate, Self::Moderate, Self::Early, Self::Healthy, Self::Lost, Self::SetAside, Self::NotScored];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Early => "early",
            Self::Moderate => "moderate",
            Self::Immediate => "immediate",
            Self::Lost => "lost",
            Self::SetAside => "set_aside",
            Self::NotScored => "not_scored",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.as_str() == text)
    }

    /// The integer of `facets.tier`.
    pub fn code(self) -> i32 {
        match self {
            Self::Healthy => 0,
            Self::Early => 1,
            Self::Moderate => 2,
            Self::Immediate => 3,
            Self::Lost => 4,
            Self::SetAside => 5,
            Self::NotScored => 9,
        }
    }

    pub fn from_code(code: i32) -> Self {
        Self::ALL.into_iter().find(|tier| tier.code() == code).unwrap_or(Self::NotScored)
    }
}
