//! Language models: how they are asked, what they cost, and what they write.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::message::model::{Code, Micros, Provider, Rejected};
use crate::message::{Brand, Message, Promise, Recipient, Slot};
use crate::money::Currency;
use crate::reason::text::Reading;

/// How a language model is asked, and what it has cost. Off until somebody switches it on. The key is never shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Copywriter {
    pub enabled: bool,
    pub provider: Provider,
    /// As the provider names it; empty until somebody names one.
    pub model: String,
    /// Null for the provider's own.
    pub base_url: Option<String>,
    /// Of Anthropic's interface, where another than the oldest is wanted.
    pub api_version: Option<String>,
    pub has_key: bool,
    /// Texts of tickets, and wishes in customers' own words, may be shown to the model.
    pub ticket_text: bool,
    /// In which prices and caps are told.
    pub currency: Currency,
    /// Of a million tokens that go in; null until somebody says it.
    pub input_price: Option<Micros>,
    /// Of a million tokens that come out.
    pub output_price: Option<Micros>,
    /// No call is made that could cost more.
    pub per_call: Micros,
    pub per_day: Micros,
    pub per_month: Micros,
    pub timeout_seconds: u16,
    pub spend: ModelSpend,
    pub last: Option<LastCall>,
    /// The deployment has a binding of Workers AI.
    pub has_workers_ai: bool,
    pub version: u32,
}

/// Spent, or set aside for calls that are not answered yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModelSpend {
    pub today: Micros,
    pub month: Micros,
    /// Calls of the month.
    pub calls: u32,
}

/// What came of the newest call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LastCall {
    pub at: String,
    pub status: WriteStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CopywriterAnswer {
    pub copywriter: Copywriter,
}

/// All settings. `key` is stored and never shown again; without one the stored key stays, unless the provider or the server is another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CopywriterChange {
    pub enabled: bool,
    pub provider: Provider,
    pub model: String,
    #[serde(default)]
    pub base_url: Option<String>,
    #[serde(default)]
    pub api_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    pub ticket_text: bool,
    pub currency: Currency,
    pub input_price: Option<Micros>,
    pub output_price: Option<Micros>,
    pub per_call: Micros,
    pub per_day: Micros,
    pub per_month: Micros,
    pub timeout_seconds: u16,
}

/// Where the words of an answer come from, or why they are the composer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WriteStatus {
    /// The model's, just now.
    Written,
    /// The model's, from an earlier call with the same input.
    Cached,
    /// Nobody was asked: models are off, not set up, or cannot be judged in this language.
    Off,
    /// A cap on what models may cost would have been passed.
    OverBudget,
    /// The model, or a filter, would not write it.
    Refused,
    RateLimited,
    /// The account at the provider has nothing left.
    Quota,
    TimedOut,
    /// The answer ended before its end.
    CutOff,
    /// An answer that nothing can be made of.
    Unusable,
    /// It was read, and holds something that no fact says.
    Rejected,
    /// The key, the address or the model's name is wrong.
    Account,
    Overloaded,
    Unreachable,
}

/// A message whose words a model may better.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteAsk {
    /// As the composer wrote it.
    pub message: Message,
    pub recipient: Recipient,
    pub promise: Option<Promise>,
    pub brand: Brand,
    /// All but offer and action.
    pub slots: Vec<Slot>,
}

/// The message with the model's words, or as the composer wrote it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Written {
    pub message: Message,
    pub status: WriteStatus,
    /// In words, where the words are the composer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was wrong with the model's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<Rejected>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What the calls cost, or may have cost.
    pub cost: Micros,
    /// Seconds after which it may go better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WriteAnswer {
    pub written: Written,
}

/// A text of a customer, to be read for its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadAsk {
    pub text: String,
}

/// Which reason a text gives: by a model where the status is `written`, else by words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReadBy {
    /// Null where nothing of the text is known.
    pub reading: Option<Reading>,
    pub status: WriteStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReadAnswer {
    pub read: ReadBy,
}

/// How far a model is: a line of the streamed answer each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "stage")]
pub enum WriteStage {
    Queued,
    /// The model was asked, for this time.
    Asked {
        attempt: u32,
    },
    /// The provider asked to wait so many seconds.
    Waiting {
        seconds: u32,
    },
    /// So many characters came so far.
    Writing {
        characters: u32,
    },
    Checking,
    Done {
        written: Box<Written>,
    },
    /// Something went wrong on our side.
    Failed {
        detail: String,
    },
}

impl WriteStatus {
    pub const ALL: [Self; 14] = [
        Self::Written,
        Self::Cached,
        Self::Off,
        Self::OverBudget,
        Self::Refused,
        Self::RateLimited,
        Self::Quota,
        Self::TimedOut,
        Self::CutOff,
        Self::Unusable,
        Self::Rejected,
        Self::Account,
        Self::Overloaded,
        Self::Unreachable,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Cached => "cached",
            Self::Off => "off",
            Self::OverBudget => "over_budget",
            Self::Refused => "refused",
            Self::RateLimited => "rate_limited",
            Self::Quota => "quota",
            Self::TimedOut => "timed_out",
            Self::CutOff => "cut_off",
            Self::Unusable => "unusable",
            Self::Rejected => "rejected",
            Self::Account => "account",
            Self::Overloaded => "overloaded",
            Self::Unreachable => "unreachable",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// The words are a model's.
    pub fn is_model(self) -> bool {
        matches!(self, Self::Written | Self::Cached)
    }
}

impl From<Code> for WriteStatus {
    fn from(code: Code) -> Self {
        match code {
            Code::RateLimited => Self::RateLimited,
            Code::Overloaded => Self::Overloaded,
            Code::Quota => Self::Quota,
            Code::Account => Self::Account,
            Code::Refused => Self::Refused,
            Code::CutOff => Self::CutOff,
            Code::TimedOut => Self::TimedOut,
            Code::Unreachable => Self::Unreachable,
            Code::Unusable | Code::Dialect => Self::Unusable,
        }
    }
}
