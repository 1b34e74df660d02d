//! One way to send that is ready to be asked, with its secrets.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use shared::api::SenderSettings;
use shared::id::Id;
use shared::outbound::check;
use shared::provider::{Answer, Lost, Mailbox, Provider, Request};
use shared::time::Millis;
use worker::Env;

use super::ANSWERS_WITHIN;
use crate::db::Db;
use crate::db::senders::SenderRow;
use crate::outbound::{self, Failure, Write};
use crate::settings::Settings;
use crate::vault::Vault;

/// The longest answer that is read.
const ANSWER_BYTES: usize = 1_000_000;

/// A connection that is ready to be asked.
#[derive(Clone)]
pub struct Connection {
    /// The row of `senders`; none for the outbox that nobody set up.
    pub sender: Option<i64>,
    pub provider: Provider,
    pub settings: SenderSettings,
    /// Where the provider tells what became of a message.
    pub callback: Option<String>,
    pub(super) db: Db,
    /// Without the path.
    base: String,
    secrets: BTreeMap<String, String>,
    deployment: Settings,
}

/// What a provider sent back.
#[derive(Debug)]
pub struct Reply {
    status: u16,
    retry_after: Option<String>,
    resets_at: Option<String>,
    message_id: Option<String>,
    body: Vec<u8>,
}

/// Where a provider tells what became of messages.
pub fn events_address(deployment: &Settings, provider: Provider, sender: &Id) -> Option<String> {
    provider.verified_with().map(|_| format!("{}/hooks/{}/{sender}", deployment.origin, provider.code()))
}

impl Connection {
    /// Opens the secrets of a way to send.
    ///
    /// # Errors
    /// What a person must mend, in words.
    pub fn open(env: &Env, db: &Db, deployment: &Settings, row: &SenderRow) -> Result<Self, String> {
        let provider = row.provider().ok_or("It is of a provider that this version does not know")?;
        if provider == Provider::Sink && !deployment.local {
            return Err("The outbox is of a run on a developer's machine: connect a provider".to_owned());
        }
        let sealed = row.secrets();
        let vault = if sealed.is_empty() { None } else { Vault::of_or_log(env) };
        let mut secrets = BTreeMap::new();
        for secret in sealed {
            let opened = vault.as_ref().and_then(|vault| vault.open_or_log(&secret.id, &secret.sealed));
            let opened = opened.ok_or_else(|| format!("The stored {} does not open any more: store it again", secret.name))?;
            secrets.insert(secret.name, opened);
        }
        if let Some(missing) = provider.needs().iter().find(|name| !secrets.contains_key(**name)) {
            return Err(format!("No {missing} is stored: store one first"));
        }
        let settings = row.settings();
        let base = settings.base_url.clone().or_else(|| provider.base().map(str::to_owned)).unwrap_or_default();
        Ok(Self {
            sender: Some(row.id),
            provider,
            callback: events_address(deployment, provider, &row.public_id),
            settings,
            db: db.clone(),
            base,
            secrets,
            deployment: deployment.clone(),
        })
    }

    /// The outbox of a local run, where nothing was set up; none elsewhere.
    pub fn outbox(db: &Db, deployment: &Settings) -> Option<Self> {
        deployment.local.then(|| Self {
            sender: None,
            provider: Provider::Sink,
            settings: SenderSettings::default(),
            callback: None,
            db: db.clone(),
            base: String::new(),
            secrets: BTreeMap::new(),
            deployment: deployment.clone(),
        })
    }

    /// Whom mails come from; none where nobody said it.
    pub fn from(&self) -> Option<Mailbox> {
        let SenderSettings { from, from_name, .. } = &self.settings;
        Some(Mailbox { name: from_name.clone(), email: from.clone()? })
    }

    pub(super) fn secret(&self, name: &str) -> Option<&str> {
        self.secrets.get(name).map(String::as_str)
    }

    /// # Errors
    /// [`Lost::NotAsked`] where nothing left us; else it may have arrived.
    pub(super) async fn ask(&self, request: &Request) -> Result<Reply, Lost> {
        let address = check(&format!("{}{}", self.base, request.path), self.deployment.own())
            .map_err(|refused| Lost::NotAsked(format!("The address cannot be asked. {refused}")))?;
        let authorization = self.authorization().ok_or_else(|| Lost::NotAsked("No key is stored: store one first".to_owned()))?;
        let mut headers: Vec<(&str, &str)> = vec![("accept", "application/json"), ("authorization", &authorization)];
        headers.extend(request.headers.iter().map(|(name, value)| (*name, value.as_str())));
        let write = Write { method: request.method, address: &address, headers: &headers, body: request.body.as_deref() };
        let answer =
            outbound::write_within(&write, Duration::from_millis(ANSWERS_WITHIN)).await.map_err(|failure| none(&failure))?;
        let (status, header) = (answer.status, |name: &str| answer.header(name));
        let (retry_after, resets_at) = (header("retry-after"), header("x-ratelimit-reset"));
        let message_id = header("x-message-id");
        let body = match answer.bytes(ANSWER_BYTES).await {
            Ok(body) => body,
            // Its first line said that it was taken: what followed would only have named it.
            Err(_) if (200..300).contains(&status) => Vec::new(),
            Err(failure) => return Err(none(&failure)),
        };
        Ok(Reply { status, retry_after, resets_at, message_id, body })
    }

    fn authorization(&self) -> Option<String> {
        let basic = |user: &str, password: &str| format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        match self.provider {
            Provider::Resend | Provider::Sendgrid => self.secret("api_key").map(|key| format!("Bearer {key}")),
            Provider::Twilio => match (self.secret("api_key"), self.secret("api_secret")) {
                (Some(key), Some(secret)) => Some(basic(key, secret)),
                _ => Some(basic(self.secret("account_sid")?, self.secret("auth_token")?)),
            },
            Provider::Sink => None,
        }
    }
}

impl Reply {
    pub fn answer(&self, now: Millis) -> Answer<'_> {
        Answer {
            status: self.status,
            retry_after: self.retry_after.as_deref(),
            resets_at: self.resets_at.as_deref(),
            message_id: self.message_id.as_deref(),
            body: &self.body,
            now,
        }
    }
}

impl std::fmt::Debug for Connection {
    /// Without its secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("sender", &self.sender).field("provider", &self.provider).finish_non_exhaustive()
    }
}

fn none(failure: &Failure) -> Lost {
    Lost::NoAnswer(failure.to_string())
}
