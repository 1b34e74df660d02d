//! Offers: what can be given to bring somebody back or to keep them, at which terms, and what it costs.
//!
//! [`check`] is the one function that every path to an offer passes. Amounts are minor units of the home currency throughout, shares
//! are per mille.

pub mod allocate;
mod beta;
mod book;
mod check;
mod decide;
mod group;
mod guardrails;
mod ladder;
mod matrix;
mod outcomes;
mod prior;
mod recommend;
mod terms;

pub use book::{Book, Worth};
pub use check::{Block, By, Given, LastDiscount, Person, Rule, Spent, check};
pub use decide::{Arm, CONTACT, Decision, NONE, Occasion, Policy, decide};
pub use group::Group;
pub use guardrails::{Guardrails, Legal, RowDepth};
pub use ladder::{DAYS, Ladder, LeftOut, Rung, Step, ladder};
pub use matrix::{Cell, Effect, Matrix, RowSum, matrix};
pub use outcomes::Outcome;
pub use prior::{Fits, Prior, prior};
pub use recommend::{Blocked, Expected, Reach, Recommendation, basis, label, recommend};
pub use terms::{Fulfilment, Offer, Terms, answers, seven};

/// The rows of the matrix in the order of their numbers, which places are counted by.
fn rows() -> impl Iterator<Item = Row> + Clone {
    (0..24).filter_map(Row::of_number)
}

/// `25 %`, `12.5 %`.
pub fn percent(per_mille: u16) -> String {
    let (whole, tenth) = (per_mille / 10, per_mille % 10);
    if tenth == 0 { format!("{whole} %") } else { format!("{whole}.{tenth} %") }
}

pub mod fulfilment;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::segment::Row;

/// The seven kinds, which are the columns of the matrix; a shop's own offers are further columns, each of one of these kinds or of
/// its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A share off, once or for some terms.
    Discount,
    /// A feature of a larger plan, or early access to what is coming.
    Upgrade,
    /// A named person who looks after them.
    Manager,
    /// The premium plan for longer without paying.
    Trial,
    /// What is planned, shown before others see it.
    Roadmap,
    /// An hour with somebody who sets it up with them.
    Onboarding,
    /// Something done together: a case study, a joint page, a referral.
    Partnership,
    /// Told by the shop.
    Own,
}

impl Kind {
    /// The seven, in the order of the matrix.
    pub const SEVEN: [Self; 7] =
        [Self::Discount, Self::Upgrade, Self::Manager, Self::Trial, Self::Roadmap, Self::Onboarding, Self::Partnership];

    /// As the API names it, and as it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Discount => "discount",
            Self::Upgrade => "upgrade",
            Self::Manager => "manager",
            Self::Trial => "trial",
            Self::Roadmap => "roadmap",
            Self::Onboarding => "onboarding",
            Self::Partnership => "partnership",
            Self::Own => "own",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::SEVEN.into_iter().chain([Self::Own]).find(|kind| kind.code() == code)
    }

    /// In a marketer's words, as a label.
    pub fn name(self) -> &'static str {
        match self {
            Self::Discount => "Discount",
            Self::Upgrade => "Feature upgrade",
            Self::Manager => "Dedicated manager",
            Self::Trial => "Extended premium trial",
            Self::Roadmap => "Roadmap preview",
            Self::Onboarding => "Onboarding session",
            Self::Partnership => "Partnership",
            Self::Own => "Own offer",
        }
    }
}
