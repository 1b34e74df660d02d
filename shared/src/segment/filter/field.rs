//! What a condition may be about.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Operator;
use crate::api::{Lifecycle, Tier};
use crate::reason::Reason;
use crate::segment::{Engagement, Exclusion, ValueTier, WinBack};

/// In the order in which they are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Tier,
    Lifecycle,
    ValueTier,
    Reason,
    Engagement,
    WinBack,
    Value,
    Margin,
    Regain,
    Waiting,
    Risk,
    Chance,
    Orders,
    FirstOrder,
    LastOrder,
    Deadline,
    Country,
    Tag,
    Owner,
    Source,
    Improvement,
    Consent,
    Excluded,
    Segment,
}

/// How its values are read and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One of [`options`].
    Choice,
    /// In the home currency.
    Money,
    Count,
    /// 0 to 100.
    PerCent,
    Date,
    Text,
    Number,
}

/// A value that a field of choices may have: its code and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub code: &'static str,
    pub name: &'static str,
    /// As it is stored.
    pub number: i64,
}

/// Channels for which people agree or object.
pub const CHANNELS: [&str; 2] = ["email", "sms"];

impl Field {
    pub const ALL: [Self; 24] = [
        Self::Tier,
        Self::Lifecycle,
        Self::ValueTier,
        Self::Reason,
        Self::Engagement,
        Self::WinBack,
        Self::Value,
        Self::Margin,
        Self::Regain,
        Self::Waiting,
        Self::Risk,
        Self::Chance,
        Self::Orders,
        Self::FirstOrder,
        Self::LastOrder,
        Self::Deadline,
        Self::Country,
        Self::Tag,
        Self::Owner,
        Self::Source,
        Self::Improvement,
        Self::Consent,
        Self::Excluded,
        Self::Segment,
    ];

    /// As the API names it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Tier => "tier",
            Self::Lifecycle => "lifecycle",
            Self::ValueTier => "value_tier",
            Self::Reason => "reason",
            Self::Engagement => "engagement",
            Self::WinBack => "win_back",
            Self::Value => "value",
            Self::Margin => "margin",
            Self::Regain => "regain",
            Self::Waiting => "waiting",
            Self::Risk => "risk",
            Self::Chance => "chance",
            Self::Orders => "orders",
            Self::FirstOrder => "first_order",
            Self::LastOrder => "last_order",
            Self::Deadline => "deadline",
            Self::Country => "country",
            Self::Tag => "tag",
            Self::Owner => "owner",
            Self::Source => "source",
            Self::Improvement => "improvement",
            Self::Consent => "consent",
            Self::Excluded => "excluded",
            Self::Segment => "segment",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.code() == code)
    }

    /// As a label.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tier => "Risk tier",
            Self::Lifecycle => "Stage",
            Self::ValueTier => "Value",
            Self::Reason => "Reason",
            Self::Engagement => "Engagement",
            Self::WinBack => "Chance of return",
            Self::Value => "Expected value of a year",
            Self::Margin => "Margin of a year",
            Self::Regain => "Expected gain from contact",
            Self::Waiting => "Cost of a day's waiting",
            Self::Risk => "Risk within 30 days",
            Self::Chance => "P(return) with contact",
            Self::Orders => "Orders",
            Self::FirstOrder => "First order",
            Self::LastOrder => "Last order",
            Self::Deadline => "Deadline",
            Self::Country => "Country",
            Self::Tag => "Tag",
            Self::Owner => "Looked after by",
            Self::Source => "Comes from",
            Self::Improvement => "Answered by",
            Self::Consent => "Agreed to",
            Self::Excluded => "Left out of offers",
            Self::Segment => "Micro-segment",
        }
    }

    pub fn kind(self) -> Kind {
        match self {
            Self::Tier
            | Self::Lifecycle
            | Self::ValueTier
            | Self::Reason
            | Self::Engagement
            | Self::WinBack
            | Self::Consent
            | Self::Excluded => Kind::Choice,
            Self::Value | Self::Margin | Self::Regain | Self::Waiting => Kind::Money,
            Self::Risk | Self::Chance => Kind::PerCent,
            Self::Orders => Kind::Count,
            Self::FirstOrder | Self::LastOrder | Self::Deadline => Kind::Date,
            Self::Country | Self::Tag | Self::Owner | Self::Source | Self::Improvement | Self::Segment => Kind::Text,
        }
    }
}

impl Kind {
    pub fn operators(self) -> &'static [Operator] {
        use Operator::{After, AtLeast, AtMost, Before, Known, LongerAgo, NoneOf, OneOf, Unknown, WithinLast, WithinNext};
        match self {
            Self::Choice | Self::Text => &[OneOf, NoneOf],
            Self::Money | Self::Number => &[AtLeast, AtMost, Known, Unknown],
            Self::Count | Self::PerCent => &[AtLeast, AtMost],
            Self::Date => &[WithinLast, LongerAgo, WithinNext, Before, After, Known, Unknown],
        }
    }
}

/// Of a field of choices; none of others.
pub fn options(field: Field) -> Vec<Choice> {
    let of = |code, name, number: i64| Choice { code, name, number };
    match field {
        Field::Tier => [
            (Tier::Immediate, "immediate risk"),
            (Tier::Moderate, "moderate risk"),
            (Tier::Early, "early risk"),
            (Tier::Healthy, "healthy"),
            (Tier::Lost, "lost"),
            (Tier::SetAside, "set aside"),
            (Tier::NotScored, "not scored"),
        ]
        .into_iter()
        .map(|(tier, name)| of(tier.as_str(), name, tier.code().into()))
        .collect(),
        Field::Lifecycle => [
            (Lifecycle::New, "new"),
            (Lifecycle::Active, "active"),
            (Lifecycle::AtRisk, "at risk"),
            (Lifecycle::Lost, "lost"),
            (Lifecycle::InWinBack, "in win-back"),
            (Lifecycle::WonBack, "won back"),
            (Lifecycle::GivenUp, "given up"),
        ]
        .into_iter()
        .map(|(stage, name)| of(stage.as_str(), name, stage.code().into()))
        .collect(),
        Field::ValueTier => ValueTier::ALL.into_iter().map(|tier| of(tier.code(), tier.name(), tier.number().into())).collect(),
        Field::Reason => Reason::ALL.into_iter().map(|reason| of(reason.code(), reason.name(), reason.number().into())).collect(),
        Field::Engagement => {
            Engagement::ALL.into_iter().map(|level| of(level.code(), level.name(), level.number().into())).collect()
        }
        Field::WinBack => {
            WinBack::ALL.into_iter().map(|chance| of(chance.code(), chance.name(), chance.number().into())).collect()
        }
        Field::Excluded => {
            let nobody = of("no", "Not left out", 0);
            let all =
                Exclusion::ALL.into_iter().map(|exclusion| of(exclusion.code(), exclusion.name(), exclusion.number().into()));
            [nobody].into_iter().chain(all).collect()
        }
        Field::Consent => [("email", "E-mail"), ("sms", "SMS")].into_iter().map(|(code, name)| of(code, name, 0)).collect(),
        _ => Vec::new(),
    }
}
