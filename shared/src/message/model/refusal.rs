//! Why a model gave no words that could be read: a stable code, whether waiting helps, and whether it cost anything.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Usage;

/// What a provider's refusal comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Too many requests in a short time.
    RateLimited,
    /// The provider has too much to do, or trouble of its own.
    Overloaded,
    /// The account has nothing left: waiting does not help, paying does.
    Quota,
    /// The key, the address or the name of the model is wrong.
    Account,
    /// The model, or a filter behind it, would not write this.
    Refused,
    /// The answer ended before its end.
    CutOff,
    TimedOut,
    Unreachable,
    /// An answer that nothing can be made of.
    Unusable,
    /// The provider knows another form of the request: see [`super::Dialect::mended`].
    Dialect,
}

/// No words, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: Code,
    /// Milliseconds after which the provider wants to be asked again.
    pub retry_after: Option<u64>,
    /// Asking again in a moment does not help.
    pub is_final: bool,
    /// For a person. Nothing of the provider's own text but codes that look like codes.
    pub reason: String,
    /// What the provider counted, where it said so; none where it said nothing.
    pub usage: Option<Usage>,
    /// The provider said no before it began: nothing is charged.
    pub is_free: bool,
    /// Which part of the request it does not know, where the code is [`Code::Dialect`].
    pub unknown: Option<Unknown>,
}

/// A part of a request that some servers do not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// The name under which the most tokens are told.
    Tokens,
    /// A form that the answer must have.
    Format,
    /// The wish to be told the usage at the end of a stream.
    StreamOptions,
}

impl Code {
    pub fn code(self) -> &'static str {
        match self {
            Self::RateLimited => "rate_limited",
            Self::Overloaded => "overloaded",
            Self::Quota => "quota",
            Self::Account => "account",
            Self::Refused => "refused",
            Self::CutOff => "cut_off",
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::Unusable => "unusable",
            Self::Dialect => "dialect",
        }
    }

    /// Whether asking the same again in a moment may go well.
    fn passes(self) -> bool {
        matches!(self, Self::RateLimited | Self::Overloaded)
    }
}

impl Refusal {
    /// A refusal before anything was written.
    pub fn free(code: Code, reason: impl Into<String>) -> Self {
        Self { is_free: true, ..Self::charged(code, reason, None) }
    }

    /// A refusal after the model had begun, or may have.
    pub fn charged(code: Code, reason: impl Into<String>, usage: Option<Usage>) -> Self {
        let is_final = !code.passes();
        Self { code, retry_after: None, is_final, reason: reason.into(), usage, is_free: false, unknown: None }
    }

    /// The same with the provider's own time to wait.
    #[must_use]
    pub fn after(self, retry_after: Option<u64>) -> Self {
        Self { retry_after, ..self }
    }
}

/// A provider's code as far as it looks like one: it is shown, so that it can be looked up in the provider's manual.
pub(super) fn code_like(text: &str) -> String {
    let code: String =
        text.chars().filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.')).take(60).collect();
    if code.is_empty() { "no code".to_owned() } else { code }
}
