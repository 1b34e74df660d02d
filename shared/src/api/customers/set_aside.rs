//! Not at risk, said by a person.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why somebody who looks at risk is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SetAsideReason {
    /// Buys in a season.
    Seasonal,
    /// Said that they pause.
    Paused,
    /// Is on leave.
    OnLeave,
    /// The prediction is wrong.
    Wrong,
}

/// Not at risk, said by a person: out of Radar until the day after `until`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SetAside {
    pub reason: SetAsideReason,
    /// ISO dates, both included.
    pub from: String,
    pub until: String,
    pub note: Option<String>,
    /// Who said so.
    pub by: Option<String>,
}

/// In a change of one customer or of many.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSetAside {
    pub reason: SetAsideReason,
    /// ISO date: today or later, at most 400 days ahead.
    pub until: String,
    /// At most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl SetAsideReason {
    pub const ALL: [Self; 4] = [Self::Seasonal, Self::Paused, Self::OnLeave, Self::Wrong];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seasonal => "seasonal",
            Self::Paused => "paused",
            Self::OnLeave => "on_leave",
            Self::Wrong => "wrong",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}
