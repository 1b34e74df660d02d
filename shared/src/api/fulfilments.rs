//! Ways of giving what was offered, and the codes that came of them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::id::Id;
use crate::offer::fulfilment::{Form, Provider, State};

/// What of a way of giving is no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FulfilmentSettings {
    /// The shop's address at Shopify or WooCommerce, the page of a booking, the address of a program. Stripe's own where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Of a Shopify app of the shop's own organisation: the secret is then the client's, and a token is fetched with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Of Shopify's interface, such as `2026-10`; the one that answers are read by where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// What codes begin with, up to 8 letters and digits; `BACK` where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// What codes are good for, as the store names it: products of Stripe, collections of Shopify, categories of WooCommerce.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Categories of WooCommerce that codes are not good for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
    /// Of a list of codes: the share off that each gives, per mille.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depth: Option<u16>,
    /// Of a list of codes: how many that are left are too few.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low_water: Option<u32>,
    /// Of tasks: who does them where nobody else is named, and within how many days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_days: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FulfilmentWay {
    pub id: Id,
    pub provider: Provider,
    pub name: String,
    pub settings: FulfilmentSettings,
    pub state: State,
    /// What is wrong, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Whether a key is stored.
    pub has_secret: bool,
    /// Made by us for the program's side; once, in the answer that makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The store asked to be left alone until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_until: Option<String>,
    /// Of a list of codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolCount>,
    pub tested_at: Option<String>,
    pub created_at: String,
    pub version: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PoolCount {
    pub stored: u64,
    /// That nobody has.
    pub free: u64,
    /// Fewer than the shop wants to have left.
    pub is_low: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FulfilmentAnswer {
    pub fulfilment: FulfilmentWay,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Fulfilments {
    pub fulfilments: Vec<FulfilmentWay>,
}

/// `secret`: a restricted key of Stripe, an access token or a client secret of Shopify, key and secret of WooCommerce with a colon between
/// them. A program's is made by us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFulfilment {
    pub provider: Provider,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    #[serde(default)]
    pub settings: FulfilmentSettings,
}

/// Whatever is left out stays. A stored key is forgotten where the address changes and no key comes with the change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FulfilmentChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<FulfilmentSettings>,
}

/// Codes that the shop made somewhere else, for a list that was set up before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeUpload {
    pub fulfilment: Id,
    /// A code a line; of a table its first column.
    pub codes: String,
}

/// What became of an upload. The same lines again store nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CodeUploaded {
    pub stored: u64,
    /// In the list, or in another one, or somebody's already.
    pub duplicate: u64,
    /// Lines that are no code, the first hundred.
    pub bad: Vec<BadCode>,
    pub bad_count: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BadCode {
    pub line: u64,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CodeUploadAnswer {
    pub upload: CodeUploaded,
}

/// Where a code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeState {
    /// Promised here, and not asked for yet.
    Reserved,
    /// Asked for.
    Creating,
    /// The answer was lost: it is looked up.
    Unknown,
    /// The store has it: it may be told.
    Issued,
    Failed,
    Revoking,
    Revoked,
    Redeemed,
    Expired,
}

/// What was promised to one customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Code {
    pub id: Id,
    pub form: Form,
    pub state: CodeState,
    /// Only once the store has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// `20 %` or `5.00 USD`.
    pub benefit: String,
    /// How often it was made deeper.
    pub rung: u32,
    /// Why it is where it is, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    pub customer: Id,
    pub customer_name: String,
    pub fulfilment: String,
    pub provider: Provider,
    pub expires_at: String,
    pub issued_at: Option<String>,
    pub redeemed_at: Option<String>,
    pub redeemed_order: Option<String>,
    /// Of somebody else's order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redeemed_by: Option<Id>,
    pub created_at: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Codes {
    pub codes: Vec<Code>,
    pub meta: CursorMeta,
}

/// Where a list goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CursorMeta {
    pub next_cursor: Option<String>,
}

/// The query of `GET /api/codes`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CodesQuery {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Id>,
    /// One or more, with commas between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// 1 to 200, default 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl CodeState {
    pub const ALL: [Self; 9] = [
        Self::Reserved,
        Self::Creating,
        Self::Unknown,
        Self::Issued,
        Self::Failed,
        Self::Revoking,
        Self::Revoked,
        Self::Redeemed,
        Self::Expired,
    ];

    /// As it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Creating => "creating",
            Self::Unknown => "unknown",
            Self::Issued => "issued",
            Self::Failed => "failed",
            Self::Revoking => "revoking",
            Self::Revoked => "revoked",
            Self::Redeemed => "redeemed",
            Self::Expired => "expired",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// The store had it, so that it may be told.
    pub fn is_known(self) -> bool {
        matches!(self, Self::Issued | Self::Redeemed | Self::Expired)
    }
}
