//! What the shop shipped or changed, and whom that would bring back.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::Id;
use crate::money::Money;
use crate::reason::Reason;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImprovementKind {
    /// Something new, or mended, in the product.
    Feature,
    /// A lower price, a smaller plan.
    Price,
    /// Support, delivery.
    Service,
    /// Terms: returns, cancellation, data.
    Policy,
}

impl ImprovementKind {
    pub const ALL: [Self; 4] = [Self::Feature, Self::Price, Self::Service, Self::Policy];

    /// As the API names it, and as it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Feature => "feature",
            Self::Price => "price",
            Self::Service => "service",
            Self::Policy => "policy",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Something that the shop shipped or changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Improvement {
    pub id: Id,
    pub kind: ImprovementKind,
    /// A sentence, which a message can lead with.
    pub title: String,
    pub text: Option<String>,
    /// ISO date.
    pub shipped_on: String,
    /// What people left for that this answers.
    pub reasons: Vec<Reason>,
    /// What people asked for that this is, in their words.
    pub features: Vec<String>,
    /// Left out beside a customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matches: Option<ImprovementMatches>,
    pub announced_at: Option<String>,
    pub version: u32,
}

/// Whom it would bring back: customers at risk and lost, whenever they left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImprovementMatches {
    pub customers: u64,
    /// Of these, who asked for it.
    pub asked: u64,
    /// Of these, who left or is leaving over it; some asked as well.
    pub left: u64,
    /// Of these, who are lost.
    pub lost: u64,
    /// Of these, whom offers leave out: staff, open disputes and the like.
    pub excluded: u64,
    /// What they would bring within 12 months.
    pub value: Money,
}

/// An improvement that is for a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImprovementMatch {
    pub id: Id,
    pub title: String,
    /// ISO date.
    pub shipped_on: String,
    /// They asked for it; else they left over what it answers.
    pub asked: bool,
    #[schema(example = "Asked for calendar sync on 4 May 2025")]
    pub text: String,
}

/// Something that customers asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Wish {
    /// As it was written most often.
    pub feature: String,
    pub customers: u64,
    /// Of these, who are at risk or lost.
    pub leaving: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImprovementsAnswer {
    /// The newest first.
    pub improvements: Vec<Improvement>,
    /// What is asked for most and answered by none of them.
    pub wishes: Vec<Wish>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImprovementAnswer {
    pub improvement: Improvement,
}

/// Marked as announced, with the segment of those whom it is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AnnounceAnswer {
    pub improvement: Improvement,
    pub segment: Id,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewImprovement {
    pub kind: ImprovementKind,
    pub title: String,
    #[serde(default)]
    pub text: Option<String>,
    /// ISO date, today at the latest; today where it is left out.
    #[serde(default)]
    pub shipped_on: Option<String>,
    /// What is usual for its kind where it is left out.
    #[serde(default)]
    pub reasons: Option<Vec<Reason>>,
    #[serde(default)]
    pub features: Vec<String>,
}

/// `PATCH /api/improvements/{id}`: what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImprovementChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ImprovementKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, deserialize_with = "crate::api::null_or_value", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub text: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipped_on: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasons: Option<Vec<Reason>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<String>>,
}
