//! One request to a store, with its key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use shared::api::FulfilmentSettings;
use shared::offer::fulfilment::{Answer, Provider, Request, Trouble, shopify, stripe};
use shared::outbound::{Address, check};

use crate::outbound::{self, Failure, Write};
use crate::settings::Settings;

/// The longest answer that is read: a page of 250 codes has some 100 KB.
const ANSWER_BYTES: usize = 1_000_000;

/// A connection that is ready to be asked.
#[derive(Debug)]
pub struct Store {
    pub provider: Provider,
    pub settings: FulfilmentSettings,
    /// Without the path.
    base: String,
    /// What is sent with each request; the webhook's is what it is signed with.
    secret: String,
    /// What stands for `secret` where a store gives out tokens.
    token: Option<String>,
    deployment: Settings,
}

/// What a store sent back.
#[derive(Debug)]
pub struct Reply {
    status: u16,
    retry_after: Option<u32>,
    body: Vec<u8>,
}

impl Store {
    /// # Errors
    /// [`Trouble::Account`] where the address is none that may be asked, or the store gives no token for the secret.
    pub async fn open(
        provider: Provider,
        settings: FulfilmentSettings,
        secret: String,
        deployment: Settings,
    ) -> Result<Self, Trouble> {
        let base = match (&settings.url, provider) {
            (Some(url), _) => url.trim_end_matches('/').to_owned(),
            (None, Provider::Stripe) => stripe::BASE.to_owned(),
            (None, _) => return Err(Trouble::Account("Write the address of the shop".to_owned())),
        };
        let mut store = Self { provider, settings, base, secret, token: None, deployment };
        if let (Provider::Shopify, Some(client)) = (provider, store.settings.client_id.clone()) {
            let reply = store.ask(&shopify::token(&client, &store.secret)).await?;
            store.token = Some(shopify::read_token(&reply.answer())?);
        }
        Ok(store)
    }

    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// What may be done with codes of this connection's kind is settled by its settings.
    pub fn version(&self) -> &str {
        self.settings.api_version.as_deref().unwrap_or(shopify::VERSION)
    }

    /// # Errors
    /// [`Trouble::Unknown`] where no answer came: a request that changes something may have arrived.
    pub async fn ask(&self, request: &Request) -> Result<Reply, Trouble> {
        let path = if self.provider == Provider::Shopify && request.path.is_empty() {
            shopify::path(self.version())
        } else {
            request.path.clone()
        };
        let own = self.deployment.own();
        let address: Address = check(&format!("{}{path}", self.base), own)
            .map_err(|refused| Trouble::Account(format!("The address cannot be asked. {refused}")))?;
        let mut headers: Vec<(&str, String)> = vec![("accept", "application/json".to_owned())];
        headers.extend(request.headers.iter().cloned());
        headers.extend(self.authorization());
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let write = Write { method: request.method, address: &address, headers: &headers, body: request.body.as_deref() };
        let answer = outbound::write(&write).await.map_err(|failure| lost(&failure))?;
        let (status, retry_after) = (answer.status, answer.header("retry-after").and_then(|text| text.trim().parse().ok()));
        let body = answer.bytes(ANSWER_BYTES).await.map_err(|failure| lost(&failure))?;
        Ok(Reply { status, retry_after, body })
    }

    fn authorization(&self) -> Option<(&'static str, String)> {
        match self.provider {
            Provider::Stripe => Some(("authorization", format!("Bearer {}", self.secret))),
            Provider::Woocommerce => Some(("authorization", format!("Basic {}", STANDARD.encode(&self.secret)))),
            Provider::Shopify if self.settings.client_id.is_none() => Some(("x-shopify-access-token", self.secret.clone())),
            Provider::Shopify => self.token.clone().map(|token| ("x-shopify-access-token", token)),
            Provider::Pool | Provider::Webhook | Provider::Booking | Provider::Task => None,
        }
    }
}

impl Reply {
    pub fn answer(&self) -> Answer<'_> {
        Answer { status: self.status, retry_after: self.retry_after, body: &self.body }
    }
}

fn lost(failure: &Failure) -> Trouble {
    Trouble::Unknown(failure.to_string())
}
