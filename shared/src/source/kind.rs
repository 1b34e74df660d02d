//! The kinds of sources.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Segment's HTTP API, for servers and apps.
    Segment,
    /// The same and our own snippet, with a key that every visitor can read.
    Browser,
    Shopify,
    Woocommerce,
    Stripe,
    Zendesk,
    Intercom,
    /// A file at an HTTPS address, fetched on a schedule.
    Pull,
}

/// How a source's messages reach us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// `/v1/…` under a write key.
    Key,
    /// `/hooks/{kind}/{id}`, signed with a secret.
    Signature,
    /// We fetch.
    Pull,
}

impl Kind {
    pub const ALL: [Self; 8] =
        [Self::Segment, Self::Browser, Self::Shopify, Self::Woocommerce, Self::Stripe, Self::Zendesk, Self::Intercom, Self::Pull];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::Browser => "browser",
            Self::Shopify => "shopify",
            Self::Woocommerce => "woocommerce",
            Self::Stripe => "stripe",
            Self::Zendesk => "zendesk",
            Self::Intercom => "intercom",
            Self::Pull => "pull",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub fn family(self) -> Family {
        match self {
            Self::Segment | Self::Browser => Family::Key,
            Self::Shopify | Self::Woocommerce | Self::Stripe | Self::Zendesk | Self::Intercom => Family::Signature,
            Self::Pull => Family::Pull,
        }
    }
}
