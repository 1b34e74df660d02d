//! Why a customer leaves or left: eight reasons, each with a probability and the evidence it rests on.

mod answer;
mod infer;
mod model;
pub mod signs;
pub mod text;
pub mod topics;
mod why;
pub mod words;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use answer::of_answer;
pub use infer::{infer, mask};
pub use model::{Lesson, Model};
pub use why::{Chance, Evidence, Why};

/// What people leave for, as offers answer it. The words are those of the win-back literature (Stauss & Friege 1999; Kumar,
/// Bhagwat & Zhang 2015: the offer must match the reason).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Too dear, or dearer than it was.
    Price,
    /// The product lacks something that they need.
    MissingFeature,
    /// Support or sales let them down.
    Service,
    /// Somebody else's product was better or nearer.
    Competitor,
    /// Nothing wrong: they need it less, or no more.
    ReducedNeed,
    /// The product or its delivery was bad: broken, late, hard to use.
    PoorExperience,
    /// Nobody decided anything: a card or a bank refused.
    FailedPayment,
    #[default]
    Unknown,
}

impl Reason {
    /// In the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Price,
        Self::MissingFeature,
        Self::Service,
        Self::Competitor,
        Self::ReducedNeed,
        Self::PoorExperience,
        Self::FailedPayment,
        Self::Unknown,
    ];

    /// As it is stored in `facets.reason`: 0 is unknown, so that whoever was never looked at has it too. Never changes.
    pub fn number(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::Price => 1,
            Self::MissingFeature => 2,
            Self::Service => 3,
            Self::Competitor => 4,
            Self::ReducedNeed => 5,
            Self::PoorExperience => 6,
            Self::FailedPayment => 7,
        }
    }

    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.number() == number)
    }

    /// As the API names it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::MissingFeature => "missing_feature",
            Self::Service => "service",
            Self::Competitor => "competitor",
            Self::ReducedNeed => "reduced_need",
            Self::PoorExperience => "poor_experience",
            Self::FailedPayment => "failed_payment",
            Self::Unknown => "unknown",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// In a marketer's words, as a label.
    pub fn name(self) -> &'static str {
        match self {
            Self::Price => "Price",
            Self::MissingFeature => "Missing feature",
            Self::Service => "Service",
            Self::Competitor => "Competitor",
            Self::ReducedNeed => "Reduced need",
            Self::PoorExperience => "Poor experience",
            Self::FailedPayment => "Failed payment",
            Self::Unknown => "Unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_numbers_lead_back_to_their_reason() {
        for reason in Reason::ALL {
            assert_eq!(Reason::of_code(reason.code()), Some(reason));
            assert_eq!(Reason::of_number(reason.number()), Some(reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
        }
        assert_eq!((Reason::of_number(8), Reason::of_code("money")), (None, None));
    }
}
