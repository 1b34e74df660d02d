//! What is begun for one customer, and what came of it.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Code, CursorMeta};
use crate::id::Id;
use crate::offer::{By, Decision, Kind};
use crate::reason::Reason;
use crate::segment::{Engagement, ValueTier, WinBack};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InterventionState {
    /// To be done, or its code is on its way.
    Planned,
    /// Somebody is at it, or its code may be told.
    Started,
    Done,
    Cancelled,
}

/// What whoever did it says came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InterventionOutcome {
    Accepted,
    Declined,
    NotReached,
    Other,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Intervention {
    pub id: Id,
    pub customer: Id,
    pub customer_name: String,
    /// Id of the offer, and as it was called and was when this began.
    pub offer: String,
    pub kind: Kind,
    pub name: String,
    /// Share off, per mille.
    pub depth: u16,
    pub rung: u32,
    pub channel: String,
    pub by: By,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<InterventionOwner>,
    pub due_at: Option<String>,
    pub state: InterventionState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<InterventionOutcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where the customer stood that day.
    pub value: ValueTier,
    pub reason: Reason,
    pub engagement: Engagement,
    pub win_back: WinBack,
    /// Which arms there were, their probabilities, and what was taken.
    pub decision: Decision,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// A link to make an appointment by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Minor units of the home currency that it may cost.
    pub reserved: i64,
    pub expires_at: String,
    /// After the window: whether they came back in it, and with how much margin, in minor units of the home currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<i64>,
    pub created_at: String,
    pub done_at: Option<String>,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InterventionOwner {
    pub id: Id,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InterventionAnswer {
    pub intervention: Intervention,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Interventions {
    pub interventions: Vec<Intervention>,
    pub meta: CursorMeta,
}

/// Without an offer the one that the decision draws is taken; with one, its guardrails hold all the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIntervention {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<String>,
    /// Share off, per mille; the best within the offer's terms where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<u16>,
    /// `email` where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// By a person where the offer is a task, else by the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
}

/// Whatever is left out stays. `cancelled` gives back what was reserved, and ends the code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InterventionChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<InterventionState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<InterventionOutcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
}

/// The query of `GET /api/interventions`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InterventionsQuery {
    /// One or more, with commas between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Id>,
    /// Somebody of the team, or `me`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// `machine` or `person`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
    /// 1 to 200, default 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl InterventionState {
    pub const ALL: [Self; 4] = [Self::Planned, Self::Started, Self::Done, Self::Cancelled];

    /// As it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Started => "started",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    pub fn is_open(self) -> bool {
        matches!(self, Self::Planned | Self::Started)
    }
}

impl InterventionOutcome {
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Declined, Self::NotReached, Self::Other];

    /// As it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::NotReached => "not_reached",
            Self::Other => "other",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    /// In a sentence's place.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "They accepted",
            Self::Declined => "They declined",
            Self::NotReached => "Not reached",
            Self::Other => "Something else",
        }
    }
}
