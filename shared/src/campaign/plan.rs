//! What a campaign is to do: the part of it that is no text.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Channel;
use crate::api::Tier;
use crate::id::Id;
use crate::message::lint::Class;
use crate::money::Money;
use crate::offer::Step;
use crate::reason::Reason;
use crate::segment::ValueTier;
use crate::segment::filter::Filter;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub kind: Kind,
    /// A service message (failed payment, renewal) needs no consent to marketing, and makes no offer.
    pub class: Class,
    pub mode: Mode,
    pub audience: Audience,
    /// Share of the audience that nobody contacts, per mille. It never changes once the campaign runs.
    pub holdout: u16,
    /// In the order of their days.
    pub steps: Vec<PlanStep>,
    /// Over which channel whom: the first that fits, from the top.
    pub routes: Vec<Route>,
    pub goals: Vec<Goal>,
    pub budget: Budget,
    /// Days after the entry within which a return counts.
    pub window_days: u16,
    /// Days after a click within which a return is told as the click's.
    pub click_days: u16,
    /// A customer is in one win-back campaign at a time: where two want them, the higher number has them.
    pub priority: u8,
}

/// What it is about; outcomes of different kinds are never added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CampaignKind)]
pub enum Kind {
    /// Before somebody leaves.
    Retention,
    /// A payment failed.
    PaymentRecovery,
    /// After somebody left.
    #[default]
    WinBack,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::WinBack, Self::Retention, Self::PaymentRecovery];
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CampaignState)]
pub enum Status {
    #[default]
    Draft,
    /// Its approval holds: nothing that it binds to changed since.
    Approved,
    Running,
    Paused,
    Finished,
    Archived,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "mode")]
#[schema(as = CampaignMode)]
pub enum Mode {
    /// Whoever is in the audience at its launch.
    #[default]
    Once,
    /// Whoever comes into the audience enters, from its launch until it is ended.
    Always { again: Again },
}

/// When somebody who went through may enter once more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "again")]
pub enum Again {
    #[default]
    Never,
    /// So many days after the entry before ended.
    After { days: u16 },
}

/// Whom it is for. What is left empty narrows nothing; an audience in which everything is empty is everybody in the campaign's segment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Audience {
    /// Any of these: codes of micro-segments, `row:` and a row of the matrix, ids of segments that a marketer defined. The campaign's own
    /// segment counts where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<String>,
    /// Any of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<Tier>,
    /// And this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// And one of these, by public id: a list that somebody chose. At most [`Self::MOST_CUSTOMERS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub customers: Vec<Id>,
}

impl Audience {
    pub const MOST_CUSTOMERS: usize = 5_000;
}

/// A place in the calendar. One touch of a person at most comes of it, over one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanStep {
    /// Stays with it however the calendar changes; 1 to [`Plan::MOST_STEPS`].
    pub id: u8,
    /// Days after the entry, 0 to 29.
    pub day: u16,
    /// The message that it carries: theme, offer, code and last day are those of this step of the draft, in every channel.
    pub message: Step,
    /// None leaves it to the routes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Where the channel is closed for a person; none skips the step for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Channel>,
    #[serde(default)]
    pub when: When,
}

/// For whom a step counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "when")]
#[schema(as = StepCondition)]
pub enum When {
    #[default]
    Always,
    /// Who neither clicked, visited nor answered since they entered. An open is no sign of a person.
    Silent,
    /// Who clicked or visited, and did not come back.
    Engaged,
    /// Who is worth at least so much.
    Value { at_least: ValueTier },
}

/// A line of the table of segments and channels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// None fits every value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<ValueTier>,
    /// None fits every reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    pub first: Channel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Channel>,
    /// Why, in words that a marketer may edit.
    pub why: String,
}

/// What it wants to reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    pub stage: Stage,
    /// Of the people of the stage before it, per mille; of the reached, of those who entered and are not held out.
    pub target: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// A message was delivered.
    Reached,
    /// Clicked, visited or answered.
    Engaged,
    /// Came back within the window.
    Returned,
    /// Is still there 90 days later.
    Stayed,
}

/// What it may cost in all, offers and channels together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// In the home currency; none is what the guardrails leave, never without a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<Money>,
    /// The share of it that each channel may take, per mille; a channel that is not named takes what is left of the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub split: Vec<(Channel, u16)>,
}

impl Plan {
    /// Days of a campaign's calendar.
    pub const DAYS: u16 = 30;
    pub const MOST_STEPS: usize = 15;
    pub const MOST_ROUTES: usize = 40;
    /// Held out unless somebody says otherwise, per mille.
    pub const HOLDOUT: u16 = 100;
    pub const WINDOW_DAYS: u16 = 30;
    pub const CLICK_DAYS: u16 = 7;
}
