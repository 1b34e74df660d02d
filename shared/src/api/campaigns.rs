//! Campaigns: a name, for whom, the plan, and the sequence that the editor works on.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::{Approval, PauseReason, SegmentKind};
use crate::campaign::{Kind, Plan, Status};
use crate::id::Id;
use crate::message::layout::{Look, Rendered};
use crate::message::lint::{Finding, Limits};
use crate::message::{Brief, Channel, Draft, Message, Promise, Recipient};
use crate::offer::Step;

/// For whom a campaign is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignSegment {
    /// The code of a micro-segment, `row:` and the code of a row of the matrix, or the id of a segment that a marketer defined.
    pub id: String,
    pub name: String,
    /// None for a row of the matrix.
    pub kind: Option<SegmentKind>,
    /// It was removed, or its filter holds no longer: choose another.
    pub is_gone: bool,
}

/// A campaign in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignRow {
    pub id: Id,
    pub name: String,
    pub state: Status,
    pub kind: Kind,
    pub segment: Option<CampaignSegment>,
    /// RFC 3339.
    pub launched_at: Option<String>,
    /// Before it, the first touches do not leave: the launch can be taken back.
    pub leaves_at: Option<String>,
    /// Why it stands still, where it does.
    pub why: Option<PauseReason>,
    /// Of one that was launched; null where it was not, or was not counted yet.
    #[serde(default)]
    pub figures: Option<CampaignFigures>,
    pub version: u32,
    /// Who of the team; none for a program.
    pub created_by: Option<String>,
    pub updated_by: Option<String>,
    /// RFC 3339.
    pub created_at: String,
    pub updated_at: String,
}

/// How far a campaign came, in customers who are not held out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignFigures {
    pub entered: u64,
    /// To whom a message was delivered.
    pub reached: u64,
    /// Who came back within the window.
    pub returned: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Campaign {
    #[serde(flatten)]
    pub row: CampaignRow,
    pub draft: Draft,
    pub plan: Plan,
    /// The number of what runs; none before the launch.
    pub edition: Option<u32>,
    /// What stands differs from what runs: touches that nobody has claimed take it once it is confirmed.
    pub is_changed: bool,
    pub approval: Approval,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignsResponse {
    /// The newest change first; at most 200 are kept.
    pub campaigns: Vec<CampaignRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignResponse {
    pub campaign: Campaign,
}

/// `POST /api/campaigns`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCampaign {
    pub name: String,
    /// As [`CampaignSegment::id`]; none to write from the brief alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// Value and reason are the segment's where it is left out and the segment has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief: Option<Brief>,
    /// All five steps left to the composer where it is left out. Its own brief then goes before `brief`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Draft>,
    /// Id of a ready-made plan or of one that was saved; the one for a lapsed buyer where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
}

/// `PATCH /api/campaigns/{id}`: what is left out stays.
///
/// With status 412 somebody else was quicker: `conflict.resource` is the [`Campaign`] as it stands, and
/// [`crate::message::merge`] tells which fields both changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "crate::api::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub segment: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Draft>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
}

/// The query of `GET /api/campaigns/{id}/people`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// `meta.next_cursor` or `meta.previous_cursor` of another page; the first page without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// 1 to 20, which is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Real people of a campaign's audience, with all that a message to them may say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PreviewResponse {
    pub people: Vec<PreviewPerson>,
    pub meta: PreviewMeta,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PreviewPerson {
    /// As the list of customers shows them; messages take names from the facts alone.
    pub name: String,
    pub recipient: Recipient,
    /// What each step offers them, in the ladder's order: as it would be decided today, with nothing reserved.
    pub promises: Vec<StepPromise>,
    /// What the guardrails allow an offer to them to be.
    pub limits: Limits,
}

impl PreviewPerson {
    /// The steps that offer something, with what they offer.
    pub fn rungs(&self) -> Vec<(Step, Promise)> {
        self.promises.iter().filter_map(|known| Some((known.step, known.promise.clone()?))).collect()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepPromise {
    pub step: Step,
    /// ISO date on which the message would go out, if the sequence began today.
    pub day: String,
    pub promise: Option<Promise>,
    /// The code in the promise stands for one that is reserved when the campaign begins.
    pub is_sample: bool,
    /// Why the step offers nothing, in words; empty where it does, or has nothing to offer by its nature.
    pub why: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreviewMeta {
    pub next_cursor: Option<String>,
    pub previous_cursor: Option<String>,
    /// ISO date from which the promises count.
    pub today: String,
    /// How many the audience has as it was last counted; none where it was not.
    pub customers: Option<u64>,
}

/// The query of `GET /api/campaigns/{id}/messages`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WrittenQuery {
    /// The public id of the customer for whom they are written; without one they are written from the brief alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Id>,
    /// How mails look: `designed`, which is the default, or `letter`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look: Option<Look>,
}

/// All messages of a campaign to one person, as they would read if the sequence began today.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WrittenResponse {
    /// Step by step in the draft's order, mail first in each.
    pub messages: Vec<WrittenMessage>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WrittenMessage {
    pub message: Message,
    /// From the greeting to the closing.
    pub words: u32,
    /// What the lint says of the words and of the layout; with an error in it the message cannot be sent.
    pub findings: Vec<Finding>,
    /// None where no layout can set it; a finding says why.
    pub rendered: Option<Rendered>,
}

/// `POST /api/campaigns/{id}/test`: one message to the address of whoever asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTestSend {
    pub step: Step,
    pub channel: Channel,
    /// Which of the two subject variants: 0 or 1.
    #[serde(default)]
    pub variant: u8,
    /// `designed`, which is the default, or `letter`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look: Option<Look>,
    /// The public id of the customer whose facts it is written with; none to write it from the brief alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Id>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestSendResponse {
    pub test: TestSend,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestSend {
    /// Their own address.
    pub to: String,
    pub subject: String,
    /// RFC 3339.
    pub at: String,
    /// Of the twenty that a person has on a UTC day.
    pub left_today: u32,
}
