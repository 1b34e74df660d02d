//! One call of a model: over the network through the one door out, or by the worker's own binding.

use std::time::Duration;

use serde_json::Value;
use shared::message::model::provider::{self, BindingInput, KeyHeader, Request};
use shared::message::model::{Answer, Ask, Code, Dialect, Incoming, Provider, Refusal};
use shared::outbound::check;
use worker::{Ai, Env};

use super::progress::Told;
use crate::clock;
use crate::db::copywriter::CopywriterRow;
use crate::outbound::{self, Failure, Write};
use crate::settings::Settings;
use crate::vault::Vault;

/// What the binding of Workers AI is called in the deployment's configuration.
const BINDING: &str = "AI";

/// A model that is ready to be asked.
#[derive(Debug)]
pub struct Caller {
    pub provider: Provider,
    pub model: String,
    version: Option<String>,
    /// Without the path; empty of a binding.
    pub base: String,
    key: Option<String>,
    ai: Option<Ai>,
    deployment: Settings,
}

impl Caller {
    /// # Errors
    /// What a person must mend first.
    pub fn open(env: &Env, deployment: &Settings, row: &CopywriterRow) -> Result<Self, Refusal> {
        let mend = |text: &str| Refusal::free(Code::Account, text);
        let provider = row.provider();
        if row.model.is_empty() {
            return Err(mend("No model is named: name one under Settings › Language model"));
        }
        let ai = if provider == Provider::WorkersAi { env.ai(BINDING).ok() } else { None };
        if provider == Provider::WorkersAi && ai.is_none() {
            return Err(mend("This deployment has no binding of Workers AI: add one named AI to its configuration"));
        }
        let key = match row.secret() {
            Some(secret) => {
                let opened = Vault::of(env).and_then(|vault| vault.open(&secret.id, &secret.sealed));
                Some(opened.map_err(|_| mend("The stored key does not open any more: store it again"))?)
            }
            None if provider.needs_key(row.base_url.is_some()) => return Err(mend("No key is stored: store one first")),
            None => None,
        };
        let base = row.base_url.as_deref().or(provider.base()).unwrap_or_default().trim_end_matches('/').to_owned();
        let (model, version) = (row.model.clone(), row.api_version.clone());
        Ok(Self { provider, model, version, base, key, ai, deployment: deployment.clone() })
    }

    /// Bytes that go to the model with a question.
    pub fn size(&self, ask: &Ask, dialect: Dialect) -> usize {
        if self.ai.is_some() { ask.system.len() + ask.user.len() } else { self.request(ask, dialect).body.len() }
    }

    /// Asks once.
    ///
    /// # Errors
    /// Why there is no whole answer.
    pub async fn call(&self, ask: &Ask, dialect: Dialect, most: Duration, told: &Told) -> Result<Answer, Refusal> {
        let answered = match &self.ai {
            Some(ai) => outbound::within(most, by_binding(ai, &self.model, ask)).await,
            None => outbound::within(most, self.by_network(ask, dialect, most, told)).await,
        };
        answered.unwrap_or_else(|_| Err(Refusal::charged(Code::TimedOut, late(most), None)))
    }

    fn request(&self, ask: &Ask, dialect: Dialect) -> Request {
        provider::request(self.provider, &self.model, self.version.as_deref(), dialect, ask)
    }

    async fn by_network(&self, ask: &Ask, dialect: Dialect, most: Duration, told: &Told) -> Result<Answer, Refusal> {
        let begun = clock::wall();
        let left = || most.saturating_sub(Duration::from_millis(u64::try_from(clock::wall().0 - begun.0).unwrap_or(0)));
        let request = self.request(ask, dialect);
        // Whatever was allowed when it was stored, it is judged again as it is asked.
        let address = check(&format!("{}{}", self.base, request.path), self.deployment.own())
            .map_err(|refused| Refusal::free(Code::Account, format!("The address cannot be asked. {refused}")))?;
        let mut headers: Vec<(&str, String)> = vec![("accept", "application/json, text/event-stream".to_owned())];
        headers.extend(request.headers);
        headers.extend(self.authorization());
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let write = Write { method: request.method, address: &address, headers: &headers, body: Some(&request.body) };
        let mut answer = outbound::write_within(&write, most).await.map_err(|failure| lost(&failure, most))?;
        let retry_after =
            provider::retry_after(answer.header("retry-after-ms").as_deref(), answer.header("retry-after").as_deref());
        if !(200..=299).contains(&answer.status) {
            let status = answer.status;
            // What is too long to be an error's text says nothing more.
            let body = answer.bytes(ERROR_BYTES).await.unwrap_or_default();
            return Err(provider::refused(self.provider, status, retry_after, &body));
        }
        let mut incoming = Incoming::new(self.provider, answer.header("content-type").as_deref());
        while let Some(piece) = answer.piece_within(left()).await.map_err(|failure| lost(&failure, most))? {
            told.writing(incoming.push(&piece)?);
        }
        incoming.end()
    }

    fn authorization(&self) -> Option<(&'static str, String)> {
        let key = self.key.as_ref()?;
        match provider::key_header(self.provider, self.version.as_deref()) {
            KeyHeader::Bearer => Some(("authorization", format!("Bearer {key}"))),
            KeyHeader::ApiKey => Some(("x-api-key", key.clone())),
            KeyHeader::None => None,
        }
    }
}

const ERROR_BYTES: usize = 20_000;

async fn by_binding(ai: &Ai, model: &str, ask: &Ask) -> Result<Answer, Refusal> {
    let json: Value =
        ai.run(model, BindingInput::of(ask)).await.map_err(|error| provider::refused_binding(&error.to_string()))?;
    provider::read_binding(&json)
}

fn lost(failure: &Failure, most: Duration) -> Refusal {
    match failure {
        Failure::Unreachable => Refusal::free(Code::Unreachable, "The model's server cannot be reached"),
        Failure::Late => Refusal::charged(Code::TimedOut, late(most), None),
        Failure::BrokenOff => Refusal::charged(Code::CutOff, "The answer broke off before its end", None),
        Failure::Redirect(_) | Failure::Redirects | Failure::TooLarge(_) => {
            Refusal::charged(Code::Unusable, format!("Nothing can be made of the answer: {failure}"), None)
        }
    }
}

fn late(most: Duration) -> String {
    format!("The model did not answer within {} seconds", most.as_secs_f64().ceil())
}
