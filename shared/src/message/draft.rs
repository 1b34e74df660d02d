//! What a campaign keeps of its messages: what the marketer chose, pinned and wrote. The rest is the composer's, for each person anew.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Tone;
use crate::offer::Step;
use crate::reason::Reason;
use crate::segment::ValueTier;

/// The sequence of one campaign: a message for each step of the offer's ladder, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Draft {
    pub brief: Brief,
    pub steps: Vec<StepDraft>,
    /// Hints that somebody dismissed for good: the key by which the lint knows one, and its code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dismissed: BTreeMap<String, String>,
}

/// For whom the sequence is; all that is known where one writes without data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Brief {
    pub value: ValueTier,
    pub reason: Reason,
    pub tone: Tone,
    /// BCP 47; none for each person's own, else the brand's.
    pub locale: Option<String>,
    /// What the shop sells, in a few words: "fresh coffee", "a planner for teams".
    pub product: Option<String>,
    /// What changed since these people left, in a sentence that a message may repeat.
    pub change: Option<String>,
    /// Where the one call to action leads; the brand's site where it is none.
    pub link: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepDraft {
    pub step: Step,
    /// Days after the message before it; of the first after the entry.
    pub after_days: u16,
    pub angle: Angle,
    /// In the same thread as the message before it. Never of the first.
    pub same_thread: bool,
    /// In which forms the message exists; mail is always among them.
    pub channels: Vec<Channel>,
    /// The two subject variants.
    pub subjects: [Choice; 2],
    /// What is not left to the composer; an absent slot is.
    #[serde(default)]
    pub parts: BTreeMap<Slot, Choice>,
    /// Text of a form that somebody wrote, by channel.
    #[serde(default)]
    pub forms: BTreeMap<Channel, String>,
}

/// Where the words of a slot come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Choice {
    /// The best block that the person's facts allow.
    #[default]
    Composer,
    /// This block wherever its facts are known, else the composer's.
    Pinned { block: String },
    /// A person's words; a template that may name facts.
    Own { text: String },
    /// A language model's, as it was accepted; a template likewise.
    Model { text: String, model: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    Subject,
    Preheader,
    /// Names their own situation.
    Opening,
    /// Answers the reason for which they left.
    Value,
    /// What helps, changed, or others say: the middle of the message.
    Body,
    /// What is offered, with its real terms; left out where the step has no offer.
    Offer,
    /// The words of the one button.
    Action,
    /// The last sentence before the name.
    Closing,
}

/// From which side a message comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Angle {
    /// An open question and an offer of help.
    #[default]
    Help,
    /// What changed since.
    Change,
    /// What somebody like them says.
    Proof,
    /// What it saves or brings.
    Benefit,
    /// What they liked themselves.
    Memory,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Email,
    Sms,
    InApp,
    Post,
    Call,
    Video,
}

macro_rules! coded {
    ($type:ident: $($one:ident $code:literal),+) => {
        impl $type {
            pub const ALL: &[Self] = &[$(Self::$one),+];

            /// As the API names it, and as it is stored.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$one => $code,)+
                }
            }

            pub fn of_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }
    };
}

coded!(Slot: Subject "subject", Preheader "preheader", Opening "opening", Value "value", Body "body", Offer "offer", Action "action", Closing "closing");
coded!(Angle: Help "help", Change "change", Proof "proof", Benefit "benefit", Memory "memory");
coded!(Channel: Email "email", Sms "sms", InApp "in_app", Post "post", Call "call", Video "video");
