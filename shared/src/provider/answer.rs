//! One request to a provider, and what its answer means for the message.

use serde::Serialize;

use crate::time::Millis;

/// What is asked, below the provider's address; who asks is added on the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<String>,
}

/// What came back.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    pub status: u16,
    /// The header `retry-after`, as it is written.
    pub retry_after: Option<&'a str>,
    /// The header `x-ratelimit-reset`: seconds since 1970, as it is written.
    pub resets_at: Option<&'a str>,
    /// The header `x-message-id`.
    pub message_id: Option<&'a str>,
    pub body: &'a [u8],
    pub now: Millis,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lost {
    /// Nothing left us: the address may not be asked, or a key is missing.
    NotAsked(String),
    /// It may have arrived: it took too long, or the connection broke.
    NoAnswer(String),
}

/// What became of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// The provider has it, under this name.
    Accepted { id: Option<String> },
    /// It refuses this message, and always will.
    Permanent { why: String },
    /// Not now. `retry_after`: seconds that the whole connection is to be left alone; none where only the message waits.
    /// `proven_not_accepted`: it certainly did not take it; else it is asked again under the same key alone.
    Temporary { retry_after: Option<u32>, proven_not_accepted: bool },
    /// It does not send to this address.
    Suppress { reason: Suppress },
    /// It refuses everything until a person mends something.
    Account { why: String },
    /// One message of the batch was refused, so that none was taken: each is to be asked for alone.
    Alone,
    /// It may have it: nothing repeats it.
    Unknown { why: String },
}

/// Why a provider does not send to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Suppress {
    /// They told it to stop.
    OptedOut,
    /// The address does not exist, or cannot take such a message.
    BadAddress,
}

/// The longest wait that is believed, in seconds: an hour.
const LONGEST_WAIT: u32 = 3_600;

/// Where a provider says not how long.
const USUAL_WAIT: u32 = 30;

/// Characters of a provider's words that are kept.
const WORDS: usize = 200;

impl Outcome {
    /// Whether another provider may be given the message without a risk that it arrives twice.
    pub fn may_be_repeated_elsewhere(&self) -> bool {
        match self {
            Self::Temporary { proven_not_accepted, .. } => *proven_not_accepted,
            Self::Account { .. } | Self::Alone => true,
            Self::Accepted { .. } | Self::Permanent { .. } | Self::Suppress { .. } | Self::Unknown { .. } => false,
        }
    }

    /// The provider is at fault, or its connection: enough of these in a row open its circuit.
    pub fn is_trouble(&self) -> bool {
        matches!(self, Self::Temporary { .. } | Self::Account { .. } | Self::Unknown { .. })
    }
}

impl Answer<'_> {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Seconds to wait, between one and an hour.
    pub fn wait(&self) -> u32 {
        let stated = self.retry_after.and_then(|text| text.trim().parse::<f64>().ok()).filter(|seconds| seconds.is_finite());
        let until = self.resets_at.and_then(|text| text.trim().parse::<i64>().ok());
        let seconds = match (stated, until) {
            (Some(seconds), _) => seconds.ceil().clamp(1.0, f64::from(LONGEST_WAIT)),
            (None, Some(at)) => {
                let left = at.saturating_sub(self.now.0.div_euclid(1_000)).clamp(1, i64::from(LONGEST_WAIT));
                return u32::try_from(left).unwrap_or(USUAL_WAIT);
            }
            (None, None) => f64::from(USUAL_WAIT),
        };
        // Whole, and between one and an hour.
        seconds as u32
    }

    /// Whether Cloudflare says that it could not even connect: these stand for no answer of the provider's own.
    ///
    /// 521 refused, 523 no way there, 525 and 526 no trusted connection. 520, 522 and 524 may have arrived.
    pub fn is_unconnected(&self) -> bool {
        matches!(self.status, 521 | 523 | 525 | 526)
    }
}

/// A provider's own words, short and on one line: they are shown to the team, and hold no message.
pub(super) fn words(text: &str) -> String {
    super::message::line(text).chars().take(WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer<'a>(retry_after: Option<&'a str>, resets_at: Option<&'a str>) -> Answer<'a> {
        Answer { status: 429, retry_after, resets_at, message_id: None, body: b"", now: Millis(1_000_000) }
    }

    #[test]
    fn a_wait_is_what_was_said_within_reason() {
        for (after, reset, seconds) in [
            (Some("2"), None, 2),
            (Some("0.2"), None, 1),
            (Some("-5"), None, 1),
            (Some("999999999999999999999"), None, 3_600),
            (Some("nan"), None, 30),
            (Some("Wed, 21 Oct 2026 07:28:00 GMT"), None, 30),
            (None, Some("1060"), 60),
            (None, Some("1"), 1),
            (None, Some("9223372036854775807"), 3_600),
            (None, None, 30),
        ] {
            assert_eq!(answer(after, reset).wait(), seconds, "{after:?} {reset:?}");
        }
    }
}
