//! What is best done about a customer, and about a tier.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{ImprovementMatch, MoneyInterval};
use crate::id::Id;
use crate::money::{Currency, Home, Money};
use crate::offer::{Blocked, By, Recommendation};

/// The one thing to do about a customer, with what it is expected to bring against leaving them alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Recommended {
    /// The offer's id; null for a message without one, or for leaving them alone.
    pub offer: Option<String>,
    #[schema(example = "Discount, 15 % off")]
    pub name: String,
    /// `email`, `sms` and so on; null where nobody can be reached by a message.
    pub channel: Option<String>,
    pub by: By,
    /// ISO date by which it should be done; null where nothing is to be done.
    pub due: Option<String>,
    /// Added to the chance that they stay or return, 0 to 1, with its 90 % interval.
    pub chance: f64,
    pub chance_interval: (f64, f64),
    /// Margin that it adds, all costs paid.
    pub margin: Money,
    pub margin_interval: MoneyInterval,
    /// What the figures rest on, in words.
    pub basis: String,
    /// What would bring more and is stopped, with the rule and what would lift it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<Blocked>,
    /// What leads the message: something shipped since, which they asked for or left over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<ImprovementMatch>,
}

/// What was begun for a customer and is not done yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Begun {
    /// Of the intervention.
    pub id: Id,
    pub name: String,
    /// RFC 3339.
    pub since: String,
    pub due: Option<String>,
}

/// The intervention that is expected to bring a tier most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BestOfTier {
    #[schema(example = "Onboarding session")]
    pub name: String,
    /// Those for whom it is the best.
    pub customers: u64,
    /// Margin that it adds with them.
    pub margin: Money,
}

impl Recommended {
    /// In the shop's home currency; `lead` is what leads the message.
    pub fn of(found: Recommendation, home: Currency, lead: Option<ImprovementMatch>) -> Self {
        let money = |minor: i64| Home(minor).in_currency(home);
        let effect = found.effect;
        Self {
            offer: found.offer,
            name: found.name,
            channel: found.channel,
            by: found.by,
            due: found.due,
            chance: effect.chance,
            chance_interval: (effect.chance_low, effect.chance_high),
            margin: money(effect.margin),
            margin_interval: MoneyInterval { low: money(effect.margin_low), high: money(effect.margin_high) },
            basis: found.basis,
            blocked: found.blocked,
            lead,
        }
    }
}
