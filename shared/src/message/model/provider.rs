//! The three forms in which models are asked, and what their answers mean.

mod anthropic;
mod openai;
mod stream;
mod workers_ai;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::refusal::{Code, Refusal, Unknown, code_like};

pub use stream::Incoming;
pub use workers_ai::{Input as BindingInput, read as read_binding, refused as refused_binding};

/// Whose form it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Chat completions of OpenAI, and of the many servers that speak like it.
    #[default]
    Openai,
    /// Messages of Anthropic.
    Anthropic,
    /// Cloudflare's own, by a binding of the worker.
    WorkersAi,
}

/// What is asked of a model, whoever runs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    pub system: String,
    pub user: String,
    /// Tokens of the answer, hidden thoughts included.
    pub most_tokens: u32,
    /// The schema of the answer, and its name.
    pub schema: Value,
    pub name: &'static str,
}

/// What a server was found to know: versions and copies of one form differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dialect {
    pub tokens: TokensName,
    pub format: Format,
    /// The usage is asked for at the end of a stream.
    pub stream_options: bool,
    /// Words come as they are written.
    pub stream: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokensName {
    /// `max_completion_tokens`, of newer servers.
    #[default]
    New,
    /// `max_tokens`.
    Old,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    #[default]
    Schema,
    /// JSON, of whichever schema.
    Json,
    /// Only the prompt says it.
    Words,
}

/// A request without what is secret in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: &'static str,
    /// Behind the base address.
    pub path: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// How a key is shown to a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyHeader {
    Bearer,
    /// `x-api-key`.
    ApiKey,
    None,
}

/// The words of a model, still a stranger's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub text: String,
    /// None where the provider did not say.
    pub usage: Option<Usage>,
}

/// Tokens, as the provider counted them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub input: u64,
    pub output: u64,
}

/// What a provider's error says of itself: its kind and its code, and words that are read and never shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Trouble {
    pub kind: String,
    pub code: String,
    pub param: String,
    pub words: String,
}

impl Provider {
    pub const ALL: [Self; 3] = [Self::Openai, Self::Anthropic, Self::WorkersAi];

    pub fn code(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::Anthropic => "anthropic",
            Self::WorkersAi => "workers_ai",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.code() == code)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Openai => "OpenAI or alike",
            Self::Anthropic => "Anthropic",
            Self::WorkersAi => "Workers AI",
        }
    }

    /// Where it is asked if the shop names no other address; without the path of [`request`].
    pub fn base(self) -> Option<&'static str> {
        match self {
            Self::Openai => Some("https://api.openai.com/v1"),
            Self::Anthropic => Some("https://api.anthropic.com/v1"),
            Self::WorkersAi => None,
        }
    }

    /// A server of one's own may want none.
    pub fn needs_key(self, has_own_address: bool) -> bool {
        match self {
            Self::Openai => !has_own_address,
            Self::Anthropic => true,
            Self::WorkersAi => false,
        }
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Self { tokens: TokensName::New, format: Format::Schema, stream_options: true, stream: true }
    }
}

impl Dialect {
    /// What to try next where the server does not know a part of the request; none where there is nothing left to leave out.
    #[must_use]
    pub fn mended(self, unknown: Unknown) -> Option<Self> {
        match unknown {
            Unknown::Tokens if self.tokens == TokensName::New => Some(Self { tokens: TokensName::Old, ..self }),
            Unknown::Tokens => None,
            Unknown::Format => match self.format {
                Format::Schema => Some(Self { format: Format::Json, ..self }),
                Format::Json => Some(Self { format: Format::Words, ..self }),
                Format::Words => None,
            },
            Unknown::StreamOptions if self.stream_options => Some(Self { stream_options: false, ..self }),
            Unknown::StreamOptions if self.stream => Some(Self { stream: false, ..self }),
            Unknown::StreamOptions => None,
        }
    }
}

/// The request of a provider that is asked over the network. `version` is Anthropic's, where the shop names one.
pub fn request(provider: Provider, model: &str, version: Option<&str>, dialect: Dialect, ask: &Ask) -> Request {
    match provider {
        Provider::Anthropic => anthropic::request(model, version, dialect, ask),
        Provider::Openai | Provider::WorkersAi => openai::request(model, dialect, ask),
    }
}

pub fn key_header(provider: Provider, version: Option<&str>) -> KeyHeader {
    match provider {
        Provider::Openai => KeyHeader::Bearer,
        Provider::Anthropic => anthropic::key_header(version),
        Provider::WorkersAi => KeyHeader::None,
    }
}

/// Milliseconds to wait by `retry-after-ms`, else by `retry-after` in seconds; none where neither is a number. Never more than an hour.
pub fn retry_after(millis: Option<&str>, seconds: Option<&str>) -> Option<u64> {
    let number = |text: Option<&str>, unit: f64| {
        let number: f64 = text?.trim().parse().ok()?;
        (number.is_finite() && number >= 0.0).then_some((number * unit).min(3_600_000.0).ceil() as u64)
    };
    number(millis, 1.0).or_else(|| number(seconds, 1_000.0))
}

/// What a status that is no success means, with the body that came along.
pub fn refused(provider: Provider, status: u16, retry_after: Option<u64>, body: &[u8]) -> Refusal {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    of_status(provider, status, &trouble_of(&json)).after(retry_after)
}

fn of_status(provider: Provider, status: u16, trouble: &Trouble) -> Refusal {
    let who = provider.name();
    let shown = if trouble.code.is_empty() { &trouble.kind } else { &trouble.code };
    let told = if shown.is_empty() { status.to_string() } else { format!("{status}, {}", code_like(shown)) };
    let free = |code, text: &str| Refusal::free(code, format!("{text} ({told})"));
    match status {
        _ if is_spent(trouble) || status == 402 => {
            free(Code::Quota, &format!("{who} says that the account has nothing left: add credit or raise its limit there"))
        }
        429 => free(Code::RateLimited, &format!("{who} was asked too often in a short time")),
        401 | 403 => free(Code::Account, &format!("{who} does not take the key: make a new one there and store it here")),
        404 => free(Code::Account, &format!("{who} knows no such model at this address: check both")),
        300..=399 => free(Code::Account, &format!("{who} sends on to another address: write the one that really answers")),
        400 | 422 if unknown_of(trouble).is_some() => {
            Refusal { unknown: unknown_of(trouble), ..free(Code::Dialect, &format!("{who} does not know a part of the request")) }
        }
        400 | 413 | 422 if is_too_long(trouble) || status == 413 => {
            free(Code::CutOff, "The message and its facts are too long for this model")
        }
        400 | 422
            if trouble.words.contains("content") && trouble.words.contains("policy") || trouble.code == "content_filter" =>
        {
            free(Code::Refused, &format!("{who} would not take this text"))
        }
        408 | 504 | 524 => Refusal::charged(Code::TimedOut, format!("{who} took too long ({told})"), None),
        500..=599 => Refusal { is_free: matches!(status, 503 | 529), ..overloaded(who, &told) },
        _ => free(Code::Unusable, &format!("{who} does not take the request")),
    }
}

fn overloaded(who: &str, told: &str) -> Refusal {
    Refusal::charged(Code::Overloaded, format!("{who} has too much to do, or trouble of its own ({told})"), None)
}

/// An error that came in the place of words, after a status of success.
fn of_trouble(provider: Provider, trouble: &Trouble) -> Refusal {
    let status = match trouble.kind.as_str() {
        _ if is_spent(trouble) => 402,
        "rate_limit_error" | "requests" | "tokens" => 429,
        "authentication_error" | "permission_error" => 401,
        "not_found_error" => 404,
        "overloaded_error" => 529,
        "timeout_error" => 504,
        "invalid_request_error" => 400,
        _ => 500,
    };
    // It had begun.
    Refusal { is_free: false, ..of_status(provider, status, trouble) }
}

/// `error` as OpenAI and Anthropic tell it, `errors` as Cloudflare does.
fn trouble_of(json: &Value) -> Trouble {
    let text = |pointer: &str| match json.pointer(pointer) {
        Some(Value::String(text)) => text.to_lowercase().chars().take(500).collect(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let either = |one: &str, other: &str| {
        let found: String = text(one);
        if found.is_empty() { text(other) } else { found }
    };
    Trouble {
        kind: text("/error/type"),
        code: either("/error/code", "/errors/0/code"),
        param: text("/error/param"),
        words: either("/error/message", "/errors/0/message"),
    }
}

/// Nothing left: no wait in minutes helps.
fn is_spent(trouble: &Trouble) -> bool {
    const CODES: [&str; 6] = [
        "insufficient_quota",
        "billing_hard_limit_reached",
        "billing_not_active",
        "billing_error",
        "insufficient_balance",
        "4006",
    ];
    let words = &trouble.words;
    CODES.contains(&trouble.code.as_str())
        || CODES.contains(&trouble.kind.as_str())
        || words.contains("credit balance")
        || words.contains("neurons") && (words.contains("daily") || words.contains("used up"))
}

fn is_too_long(trouble: &Trouble) -> bool {
    trouble.code == "context_length_exceeded"
        || trouble.words.contains("context length")
        || trouble.words.contains("prompt is too long")
}

fn unknown_of(trouble: &Trouble) -> Option<Unknown> {
    let Trouble { param, words, .. } = trouble;
    let names = |part: &str| param.starts_with(part) || words.contains(part);
    if param == "max_tokens" || names("max_completion_tokens") {
        return Some(Unknown::Tokens);
    }
    if names("response_format") || names("json_schema") {
        return Some(Unknown::Format);
    }
    (names("stream_options") || param == "stream").then_some(Unknown::StreamOptions)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(provider: Provider, status: u16, body: &str) -> (Code, bool) {
        let refusal = refused(provider, status, None, body.as_bytes());
        assert!(!refusal.reason.contains("sk-"), "{}", refusal.reason);
        (refusal.code, refusal.is_final)
    }

    #[test]
    fn a_limit_that_passes_is_told_from_one_that_does_not() {
        let limited = r#"{"error":{"message":"Rate limit reached for gpt-4.1 in organization org-xxx: Limit 3, Used 3","type":"requests","param":null,"code":"rate_limit_exceeded"}}"#;
        let spent = r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#;
        assert_eq!(refusal(Provider::Openai, 429, limited), (Code::RateLimited, false));
        assert_eq!(refusal(Provider::Openai, 429, spent), (Code::Quota, true));
        let anthropic = r#"{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed the rate limit for your organization"},"request_id":"req_1"}"#;
        assert_eq!(refusal(Provider::Anthropic, 429, anthropic), (Code::RateLimited, false));
        let poor = r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the API"}}"#;
        assert_eq!(refusal(Provider::Anthropic, 400, poor), (Code::Quota, true));
        let neurons = r#"{"success":false,"errors":[{"code":4006,"message":"you have used up your daily free allocation of 10,000 neurons"}]}"#;
        assert_eq!(refusal(Provider::WorkersAi, 429, neurons), (Code::Quota, true));
    }

    #[test]
    fn every_status_means_something_and_nothing_of_the_text_is_shown() {
        for (status, expected, is_final) in [
            (401, Code::Account, true),
            (403, Code::Account, true),
            (404, Code::Account, true),
            (302, Code::Account, true),
            (402, Code::Quota, true),
            (408, Code::TimedOut, true),
            (413, Code::CutOff, true),
            (400, Code::Unusable, true),
            (500, Code::Overloaded, false),
            (503, Code::Overloaded, false),
            (529, Code::Overloaded, false),
        ] {
            let body = r#"{"error":{"message":"Incorrect API key provided: sk-canary","type":"x","code":"sk <b>y"}}"#;
            let refusal = refused(Provider::Openai, status, None, body.as_bytes());
            assert_eq!((refusal.code, refusal.is_final), (expected, is_final), "{status}");
            assert!(!refusal.reason.contains("canary") && !refusal.reason.contains('<'), "{}", refusal.reason);
            assert_eq!(refused(Provider::Openai, status, None, b"<html>").code, expected, "{status}");
        }
    }

    #[test]
    fn what_a_server_does_not_know_is_left_out_until_nothing_is_left() {
        let tokens = r#"{"error":{"message":"Unsupported parameter: 'max_completion_tokens' is not supported with this model. Use 'max_tokens' instead.","type":"invalid_request_error","param":"max_completion_tokens","code":"unsupported_parameter"}}"#;
        let format = r#"{"error":{"message":"Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.","type":"invalid_request_error","param":"response_format"}}"#;
        let options = r#"{"error":{"message":"extra fields not permitted: stream_options"}}"#;
        let mut dialect = Dialect::default();
        for (body, expected) in [
            (tokens, Some(Dialect { tokens: TokensName::Old, ..dialect })),
            (format, Some(Dialect { tokens: TokensName::Old, format: Format::Json, ..dialect })),
            (format, Some(Dialect { tokens: TokensName::Old, format: Format::Words, ..dialect })),
            (options, Some(Dialect { tokens: TokensName::Old, format: Format::Words, stream_options: false, stream: true })),
            (options, Some(Dialect { tokens: TokensName::Old, format: Format::Words, stream_options: false, stream: false })),
            (tokens, None),
            (format, None),
            (options, None),
        ] {
            let refusal = refused(Provider::Openai, 400, None, body.as_bytes());
            assert_eq!(refusal.code, Code::Dialect);
            let mended = dialect.mended(refusal.unknown.expect("a part"));
            assert_eq!(mended, expected, "{body}");
            dialect = mended.unwrap_or(dialect);
        }
    }

    #[test]
    fn the_time_to_wait_is_read_in_either_unit() {
        assert_eq!(retry_after(Some("1500.2"), Some("20")), Some(1_501));
        assert_eq!(retry_after(None, Some("20")), Some(20_000));
        assert_eq!(retry_after(None, Some("1e99")), Some(3_600_000));
        for text in ["Mon, 23 Nov 2026 05:00:00 GMT", "-1", "NaN", ""] {
            assert_eq!(retry_after(None, Some(text)), None, "{text}");
        }
    }
}
