//! What customers said and what was measured: proof that a message may cite, while whoever said it allows it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::Id;
pub use crate::message::proof::ProofKind;
use crate::message::proof::{Permission, Proof};
use crate::reason::Reason;

/// Whom it is like. An empty list is like all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofTags {
    /// Codes as the shop's profile has them.
    #[serde(default)]
    pub industries: Vec<String>,
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// As a campaign names its segment.
    #[serde(default)]
    pub segments: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Permitted {
    /// Who allowed it, in words.
    pub by: String,
    /// ISO date.
    pub on: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProofItem {
    pub id: Id,
    pub kind: ProofKind,
    /// Word for word.
    pub text: String,
    /// As they may be named: "Ana, florist in Porto"; none where nobody is.
    pub who: Option<String>,
    /// Where it comes from, so that somebody can look it up.
    pub source: String,
    /// An https address of it.
    pub link: Option<String>,
    pub permission: Option<Permitted>,
    /// ISO date: the last day on which it may be used.
    pub expires_on: Option<String>,
    pub tags: ProofTags,
    /// Why no message uses it, with what to do; none where it may be used today.
    pub unusable: Option<String>,
    pub version: u32,
    /// RFC 3339.
    pub updated_at: String,
    pub updated_by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProofsResponse {
    /// The newest first.
    pub proofs: Vec<ProofItem>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProofResponse {
    pub proof: ProofItem,
}

/// `POST /api/proofs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProof {
    pub kind: ProofKind,
    pub text: String,
    #[serde(default)]
    pub who: Option<String>,
    pub source: String,
    #[serde(default)]
    pub link: Option<String>,
    #[serde(default)]
    pub permission: Option<Permitted>,
    #[serde(default)]
    pub expires_on: Option<String>,
    #[serde(default)]
    pub tags: ProofTags,
}

/// `PATCH /api/proofs/{id}`: what is left out stays, null clears.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ProofKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, deserialize_with = "crate::api::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub who: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(default, deserialize_with = "crate::api::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub link: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::api::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Permitted>)]
    pub permission: Option<Option<Permitted>>,
    #[serde(default, deserialize_with = "crate::api::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub expires_on: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<ProofTags>,
}

impl ProofItem {
    /// As the composer takes it.
    pub fn proof(self) -> Proof {
        Proof {
            id: self.id.to_string(),
            kind: self.kind,
            text: self.text,
            who: self.who,
            source: self.source,
            link: self.link,
            permission: self.permission.map(|Permitted { by, on }| Permission { by, on }),
            expires_on: self.expires_on,
            industries: self.tags.industries,
            reasons: self.tags.reasons,
            segments: self.tags.segments,
        }
    }
}
