//! Ways to reach somebody.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::message;

/// How a touch reaches somebody. All but the last two go by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CampaignChannel)]
pub enum Channel {
    Email,
    Sms,
    InApp,
    Post,
    /// Somebody of the team calls: a task with a script.
    Call,
    /// Somebody of the team records a video: a task with a script; its page is ours.
    Video,
    /// An audience of a network that shows advertisements: an export, without words of ours.
    Retargeting,
}

impl Channel {
    pub const ALL: [Self; 7] = [Self::Email, Self::Sms, Self::InApp, Self::Post, Self::Call, Self::Video, Self::Retargeting];

    /// As the API names it, and as it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::InApp => "in_app",
            Self::Post => "post",
            Self::Call => "call",
            Self::Video => "video",
            Self::Retargeting => "retargeting",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.code() == code)
    }

    /// In which form its message is written; none where it has no words.
    pub fn form(self) -> Option<message::Channel> {
        message::Channel::of_code(self.code())
    }

    /// The channel of `shared::consent` that must be granted for marketing.
    ///
    /// A video is sent as a mail; what a shop shows inside its own site or app needs no consent of its own, and an opt-out of it counts.
    pub fn consent(self) -> &'static str {
        match self {
            Self::Email | Self::Video => "email",
            Self::Sms => "sms",
            Self::InApp => "inapp",
            Self::Post => "post",
            Self::Call => "phone",
            Self::Retargeting => "ads",
        }
    }

    /// A person of the team does it.
    pub fn is_task(self) -> bool {
        matches!(self, Self::Call | Self::Video)
    }
}

impl From<message::Channel> for Channel {
    fn from(form: message::Channel) -> Self {
        match form {
            message::Channel::Email => Self::Email,
            message::Channel::Sms => Self::Sms,
            message::Channel::InApp => Self::InApp,
            message::Channel::Post => Self::Post,
            message::Channel::Call => Self::Call,
            message::Channel::Video => Self::Video,
        }
    }
}
