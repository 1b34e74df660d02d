//! Ways to send: whom messages are handed to, and how each stands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::campaign::Channel;
use crate::id::Id;
use crate::provider::Provider;

/// What of a way to send is no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct SenderSettings {
    /// Where the provider is asked; its own address where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Of mail an address; of text messages a number, a messaging service or a name of letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// An address whose mails are read as wishes to unsubscribe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsubscribe_mail: Option<String>,
}

/// How a way to send stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SenderState {
    /// Nothing is sent by it yet.
    #[default]
    Untested,
    Live,
    /// The provider refuses everything: a person must mend something.
    Failing,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sender {
    pub id: Id,
    pub channel: Channel,
    pub provider: Provider,
    pub name: String,
    #[serde(flatten)]
    pub settings: SenderSettings,
    pub state: SenderState,
    /// What is wrong, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Names of the credentials that are stored; what they are is never told.
    pub stored: Vec<String>,
    /// Where the provider tells what became of messages; none where it tells nothing.
    pub events_address: Option<String>,
    /// Its events can be verified, with what is stored.
    pub hears_events: bool,
    /// Of two for one channel the higher number sends, and the other one where it cannot.
    pub priority: i32,
    /// The provider asked to be left alone until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_until: Option<String>,
    /// ISO date on which its warm-up began; none where it sends as much as there is.
    pub warm_from: Option<String>,
    pub tested_at: Option<String>,
    pub created_at: String,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SenderAnswer {
    pub channel: Sender,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Senders {
    pub channels: Vec<Sender>,
}

/// `credentials`, by provider:
///
/// - `resend`: `api_key`; `signing_secret` of its webhook, to hear its events.
/// - `sendgrid`: `api_key`; `verification_key`, the public key of its signed event webhook.
/// - `twilio`: `account_sid` and `auth_token`; `api_key` and `api_secret` to send by a key of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSender {
    pub provider: Provider,
    pub name: String,
    /// Needed of the outbox alone, which takes any; a provider carries one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub credentials: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// `hello@shop.example`, or `Shop <hello@shop.example>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsubscribe_mail: Option<String>,
    #[serde(default)]
    pub priority: i32,
    /// Begin with few messages a day, and send more from day to day.
    #[serde(default)]
    pub warm_up: bool,
}

/// Whatever is left out stays, and null takes away. Another provider or another base address forgets what is stored, unless it comes with the
/// change; else credentials are changed one by one, and null forgets one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SenderChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<BTreeMap<String, Option<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::null_or_value")]
    pub base_url: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::null_or_value")]
    pub from: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::null_or_value")]
    pub from_name: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::null_or_value")]
    pub reply_to: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "super::null_or_value")]
    pub unsubscribe_mail: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm_up: Option<bool>,
}

impl SenderState {
    pub const ALL: [Self; 3] = [Self::Untested, Self::Live, Self::Failing];

    /// As it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Untested => "untested",
            Self::Live => "live",
            Self::Failing => "failing",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}
