//! What campaigns do: forecast, approval, launch, the ledger of touches, tasks, and how the shop sends.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::CursorMeta;
use crate::campaign::{Channel, Goal, Plan, Reason, Stage, State, Status};
use crate::id::Id;
use crate::message::Brief;
use crate::money::Money;
use crate::segment::ValueTier;

/// How somebody stands to a campaign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    #[default]
    Contacted,
    /// Of the campaign.
    Holdout,
    /// Of the whole shop.
    GlobalHoldout,
}

/// Who approved what stands, and what is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    /// Of audience, steps, texts, offers, holdout and budget as they stand. An approval binds to it.
    pub digest: String,
    pub by: Vec<ApprovedBy>,
    /// How many people must have approved before it may be launched.
    pub needed: u8,
    /// Whoever asks may approve; else why not, in words.
    pub may: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApprovedBy {
    pub name: String,
    /// RFC 3339.
    pub at: String,
}

/// Why a campaign stands still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PauseReason {
    /// `person`, `complaints`, `bounces`, `budget`.
    pub code: String,
    pub text: String,
    /// RFC 3339.
    pub at: String,
}

/// `POST /api/campaigns/{id}/approve`, `/launch`, `/republish`: what the one who asks has seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmed {
    /// [`Approval::digest`] as it was shown: with another one, something changed since, and nothing happens.
    pub digest: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ForecastResponse {
    pub forecast: Forecast,
}

/// Whom a campaign would reach, if it began now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Forecast {
    /// Customers of the audience.
    pub audience: u64,
    /// Of those, who would be contacted, and who would be held out.
    pub eligible: u64,
    pub held_out: u64,
    /// Everybody else, by why; the most frequent first.
    pub left_out: Vec<NotReached>,
    /// The eligible by row of the matrix and first channel, for the simulation in the browser.
    pub groups: Vec<crate::campaign::forecast::Group>,
    /// Planned touches by step.
    pub steps: Vec<StepForecast>,
    /// Offers that a guardrail stops, by the rule, with what would lift it.
    pub guardrails: Vec<GuardrailCount>,
    /// The smallest difference of the returns that would be seen with 80 % power, in per cent points; none with nobody held out.
    pub detectable: Option<f64>,
    /// The share that would make it a quarter smaller, per mille; none where none would.
    pub better_holdout: Option<u16>,
    /// What it may cost at most, and what is left of the budget after it.
    pub cost: Money,
    pub budget: Option<Money>,
    /// Customers whom the budget leaves without an offer.
    pub beyond_budget: u64,
    /// Customers that were looked at, where the audience is too large to look at everybody now; their shares stand for all.
    pub sample: Option<u64>,
    /// What stands in the way of a launch, in words, by field; empty where nothing does.
    pub obstacles: BTreeMap<String, String>,
    pub approval: Approval,
    /// RFC 3339.
    pub as_of: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotReached {
    pub reason: Reason,
    pub text: String,
    pub customers: u64,
    /// Some of them.
    pub names: Vec<NamedCustomer>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NamedCustomer {
    pub id: Id,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepForecast {
    pub step: u8,
    /// ISO date on which it goes out to those who enter today.
    pub day: String,
    pub channels: Vec<(Channel, u64)>,
    /// Who get nothing of it, by why.
    pub not: Vec<(Reason, u64)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GuardrailCount {
    pub rule: String,
    pub text: String,
    pub lift: String,
    pub customers: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlansResponse {
    /// The ready-made ones first, then the shop's own.
    pub plans: Vec<PlanChoice>,
}

/// A plan to begin with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlanChoice {
    /// A code of ours, or the id of one that the shop saved.
    pub id: String,
    pub name: String,
    /// When to take it, in a sentence.
    pub about: String,
    pub is_own: bool,
    pub plan: Plan,
    pub brief: Brief,
}

/// `POST /api/campaigns/{id}/save-plan`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlan {
    pub name: String,
}

/// `POST /api/campaigns/{id}/correction`: to exactly those who got a step of an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCorrection {
    pub step: u8,
    /// The newest where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<u32>,
}

/// The query of `GET /api/touches`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TouchesQuery {
    /// Id of a campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<Id>,
    /// Id of a customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// A code of a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// 1 to 200, 50 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TouchesResponse {
    /// The newest first.
    pub touches: Vec<Touch>,
    pub meta: CursorMeta,
}

/// A row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Touch {
    pub id: String,
    pub campaign: Id,
    pub campaign_name: String,
    pub customer: Id,
    pub customer_name: String,
    pub step: u8,
    pub edition: u32,
    pub channel: Channel,
    pub state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Why, in words with what it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// RFC 3339.
    pub due_at: String,
    /// When a hold gives up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<String>,
    /// Millionths of the home currency.
    pub cost: i64,
    /// What came back: delivered, clicked, replied, …
    pub responses: Vec<CameBack>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CameBack {
    pub kind: String,
    /// RFC 3339.
    pub at: String,
}

/// The query of `GET /api/campaigns/{id}/entries`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EntriesQuery {
    /// `open`, `ended`, `left_out` or `held_out`; all where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EntriesResponse {
    pub entries: Vec<EntryRow>,
    pub meta: CursorMeta,
}

/// Where somebody is in a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryRow {
    pub customer: Id,
    pub customer_name: String,
    /// 1 for the first time.
    pub number: u32,
    pub arm: Arm,
    /// `open`, `ended` or `left_out`.
    pub state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    pub entered_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// The newest touch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<LastTouch>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LastTouch {
    pub step: u8,
    pub channel: Channel,
    pub state: State,
    /// RFC 3339.
    pub due_at: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProgressResponse {
    pub progress: Progress,
}

/// How a campaign goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    pub state: Status,
    /// Who entered, by arm; who was left out, by why.
    pub contacted: u64,
    pub held_out: u64,
    pub global_holdout: u64,
    pub left_out: Vec<NotReached>,
    /// The audience is still being gone through.
    pub is_entering: bool,
    /// Touches by step, channel, state and reason.
    pub counts: Vec<TouchCount>,
    /// Planned for each of the next 24 hours, from the present one on.
    pub next_hours: Vec<HourCount>,
    pub goals: Vec<GoalProgress>,
    /// Reserved or spent on channels, in minor units of the home currency rounded up.
    pub spent: Money,
    pub budget: Option<Money>,
    /// What goes wrong, or is about to: complaints and bounces against their limits, senders that rest.
    pub warnings: Vec<String>,
    /// The share that goes first: how many, and whether the rest waits for it.
    pub canary: Option<Canary>,
    /// RFC 3339.
    pub as_of: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TouchCount {
    pub step: u8,
    pub channel: Channel,
    pub state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    pub touches: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HourCount {
    /// RFC 3339, its beginning.
    pub from: String,
    pub channel: Channel,
    pub touches: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GoalProgress {
    #[serde(flatten)]
    pub goal: Goal,
    pub people: u64,
    pub of: u64,
    /// By now it should stand higher, and chance does not explain it.
    pub is_behind: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Canary {
    pub size: u64,
    pub sent: u64,
    pub is_waiting: bool,
}

/// `POST /api/sending/stop` and `/resume`, and how it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SendingResponse {
    pub sending: Sending,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sending {
    pub is_stopped: bool,
    /// Opt-outs that could not be written down yet: nothing goes out until they are.
    pub is_waiting_for_opt_outs: bool,
    pub rules: crate::campaign::Rules,
    /// For `If-Match` of a change of the rules.
    pub version: u32,
}

/// The query of `GET /api/tasks`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TasksQuery {
    /// `open`, `done` or `cancelled`; `open` where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// `me`, or the id of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Id of a customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Id>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TasksResponse {
    /// The first that is due first; at most 200.
    pub tasks: Vec<Task>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaskResponse {
    pub task: Task,
}

/// What somebody of the team does by hand for a campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Task {
    pub id: Id,
    /// `call`, `video`, `account`, `reply`, `post`, `audience`.
    pub kind: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<ValueTier>,
    /// What to say, by part: a call's script, what they wrote.
    pub script: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<super::InterventionOwner>,
    /// RFC 3339.
    pub due_at: String,
    pub state: String,
    /// `reached`, `not_reached`, `interested`, `declined`, `opted_out`, `sent`, `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub version: u32,
}

/// `PATCH /api/tasks/{id}`: what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Id of a person; null for nobody.
    #[serde(default, deserialize_with = "crate::api::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub owner: Option<Option<Id>>,
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
    /// Of a video: its https address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl Stage {
    pub const ALL: [Self; 4] = [Self::Reached, Self::Engaged, Self::Returned, Self::Stayed];
}
