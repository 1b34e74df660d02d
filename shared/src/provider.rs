//! Providers that messages are sent through: what they are asked, what their answers mean, and what they tell later.
//!
//! Nothing here asks anybody. A provider is one file: it builds its requests, reads its answers and reads its events; whoever sends
//! goes out, and whoever receives has verified before. [`Provider::Sink`] is asked nothing: it is the outbox of a local run.

pub mod answer;
pub mod event;
pub mod mailbox;
pub mod message;
pub mod resend;
pub mod sendgrid;
pub mod twilio;
pub mod words;

pub use answer::{Answer, Lost, Outcome, Request, Suppress};
pub use event::{BadBody, Event, Kind, Listed, Told, comes_from, moved};
pub use message::{Item, Mail, Mailbox, Text, Unfit};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::campaign::Channel;

/// Whom messages are handed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SendingProvider)]
pub enum Provider {
    Resend,
    Sendgrid,
    Twilio,
    /// The outbox of a local run.
    Sink,
}

impl Provider {
    pub const ALL: [Self; 4] = [Self::Resend, Self::Sendgrid, Self::Twilio, Self::Sink];

    /// As the API names it, and as it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Resend => "resend",
            Self::Sendgrid => "sendgrid",
            Self::Twilio => "twilio",
            Self::Sink => "sink",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.code() == code)
    }

    /// What a person calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Resend => "Resend",
            Self::Sendgrid => "SendGrid",
            Self::Twilio => "Twilio",
            Self::Sink => "The outbox",
        }
    }

    /// What it carries.
    pub fn channels(self) -> &'static [Channel] {
        match self {
            Self::Resend | Self::Sendgrid => &[Channel::Email],
            Self::Twilio => &[Channel::Sms],
            Self::Sink => &[Channel::Email, Channel::Sms, Channel::Post],
        }
    }

    /// Where it is asked unless somebody says otherwise.
    pub fn base(self) -> Option<&'static str> {
        match self {
            Self::Resend => Some(resend::BASE),
            Self::Sendgrid => Some(sendgrid::BASE),
            Self::Twilio => Some(twilio::BASE),
            Self::Sink => None,
        }
    }

    /// For how many hours it answers a request that it knows by its key as it did before, and sends nothing again; none where a key
    /// means nothing to it.
    pub fn whether_keys_count(self) -> Option<u16> {
        match self {
            Self::Resend => Some(resend::KEY_HOURS),
            Self::Sendgrid | Self::Twilio | Self::Sink => None,
        }
    }

    /// Messages of one request.
    pub fn most_at_once(self) -> usize {
        match self {
            Self::Resend => resend::BATCH,
            Self::Sendgrid | Self::Twilio => 1,
            Self::Sink => SINK_BATCH,
        }
    }

    /// The names of what it must be given to be asked.
    pub fn needs(self) -> &'static [&'static str] {
        match self {
            Self::Resend | Self::Sendgrid => &["api_key"],
            Self::Twilio => &["account_sid", "auth_token"],
            Self::Sink => &[],
        }
    }

    /// The names of what it may be given besides.
    pub fn takes(self) -> &'static [&'static str] {
        match self {
            Self::Resend => &["signing_secret"],
            Self::Sendgrid => &["verification_key"],
            Self::Twilio => &["api_key", "api_secret"],
            Self::Sink => &[],
        }
    }

    /// What its events are verified with.
    pub fn verified_with(self) -> Option<&'static str> {
        match self {
            Self::Resend => Some("signing_secret"),
            Self::Sendgrid => Some("verification_key"),
            Self::Twilio => Some("auth_token"),
            Self::Sink => None,
        }
    }

    /// The name under which it is stored, of what people call a credential.
    pub fn credential(self, name: &str) -> Option<&'static str> {
        let name = match (self, name) {
            (Self::Resend, "webhook_secret" | "webhook_signing_secret") => "signing_secret",
            (Self::Sendgrid, "public_key" | "webhook_public_key" | "webhook_verification_key") => "verification_key",
            (Self::Twilio, "api_key_sid") => "api_key",
            (Self::Twilio, "api_key_secret") => "api_secret",
            (_, name) => name,
        };
        self.needs().iter().chain(self.takes()).copied().find(|known| *known == name)
    }
}

const SINK_BATCH: usize = 50;

/// Reads what a provider told, which was verified before.
///
/// # Errors
/// Where it is nothing that the provider sends; what it sends and we do not know is no event.
pub fn events(provider: Provider, told: &Told<'_>) -> Result<Vec<Event>, BadBody> {
    match provider {
        Provider::Resend => resend::events(told),
        Provider::Sendgrid => sendgrid::events(told),
        Provider::Twilio => twilio::events(told),
        Provider::Sink => Ok(Vec::new()),
    }
}

/// What it means that no answer came.
pub fn lost(provider: Provider, lost: &Lost) -> Outcome {
    match (lost, provider.whether_keys_count()) {
        (Lost::NotAsked(why), _) => Outcome::Account { why: why.clone() },
        // Under the same key it is sent once at most, whether it arrived or not.
        (Lost::NoAnswer(_), Some(_)) => Outcome::Temporary { retry_after: None, proven_not_accepted: false },
        (Lost::NoAnswer(why), None) => Outcome::Unknown { why: why.clone() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_back_and_every_credential_has_one_name() {
        for provider in Provider::ALL {
            assert_eq!(Provider::of_code(provider.code()), Some(provider));
            assert_eq!(serde_json::to_value(provider).expect("json"), provider.code());
            for name in provider.needs().iter().chain(provider.takes()) {
                assert_eq!(provider.credential(name), Some(*name));
            }
            assert!(provider.verified_with().is_none_or(|name| provider.credential(name).is_some()));
            assert_eq!(provider.credential("password"), None);
        }
        assert_eq!(Provider::Resend.credential("webhook_secret"), Some("signing_secret"));
    }

    #[test]
    fn a_lost_answer_is_repeated_only_under_a_key_that_counts() {
        let silence = Lost::NoAnswer("it did not answer in time".to_owned());
        assert_eq!(lost(Provider::Resend, &silence), Outcome::Temporary { retry_after: None, proven_not_accepted: false });
        for provider in [Provider::Sendgrid, Provider::Twilio] {
            assert!(matches!(lost(provider, &silence), Outcome::Unknown { .. }), "{provider:?}");
            assert!(!lost(provider, &silence).may_be_repeated_elsewhere());
        }
    }
}
