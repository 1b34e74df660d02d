//! What an offer is believed to do before this shop tried it.
//!
//! Directions are those of the literature: an offer works where it matches the reason for leaving, a discount with an upgrade wins
//! most people back and their second life is the shortest and least profitable (Kumar, Bhagwat & Zhang 2015); who came for a low
//! price leaves for one (Thomas, Blattberg & Fox 2004). Sizes are round assumptions of ours, wide ([`super::outcomes`] gives them
//! the weight of a dozen customers), and any outcome of the shop moves them. `docs/offers.md` prints the table.

use super::{Kind, Offer};
use crate::reason::Reason;
use crate::segment::{Row, ValueTier};

/// Per mille of a discount at which 63 % of what the deepest could do is reached: the second ten per cent move fewer people than the first.
const DEPTH_SCALE: f64 = 150.0;

/// By which the odds of a return on contact are multiplied, and what is left of the year after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// Logarithm of the odds ratio; of a discount that of the deepest.
    pub log_odds: f64,
    /// Share of the margin of a year that whoever returns for this offer brings, against whoever returns without.
    pub keeps: f64,
    pub fits: Fits,
}

/// How an offer meets a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fits {
    Answers,
    /// Nobody knows the reason.
    Unsure,
    Misses,
    /// A card failed: it is mended, and no gift mends it.
    Beside,
}

pub fn prior(offer: &Offer, row: Row) -> Prior {
    let fits = fits(offer, row);
    let (answers, unsure, misses, keeps) = match offer.kind {
        Kind::Discount => (1.6, 1.35, 1.2, 0.8),
        Kind::Upgrade => (1.5, 1.2, 1.05, 1.0),
        Kind::Manager => (1.5, 1.2, 1.1, 1.0),
        Kind::Trial => (1.35, 1.2, 1.1, 0.9),
        Kind::Roadmap => (1.25, 1.05, 1.0, 1.0),
        Kind::Onboarding => (1.35, 1.1, 1.05, 1.0),
        Kind::Partnership => (1.4, 1.05, 1.0, 1.0),
        Kind::Own if offer.is_discount() => (1.6, 1.35, 1.2, 0.8),
        Kind::Own => (1.3, 1.1, 1.05, 1.0),
    };
    let ratio: f64 = match fits {
        Fits::Answers => answers,
        Fits::Unsure => unsure,
        Fits::Misses => misses,
        Fits::Beside => 1.0,
    };
    Prior { log_odds: libm::log(ratio), keeps, fits }
}

impl Prior {
    /// The odds ratio at a share off, per mille.
    pub fn odds_ratio(&self, is_discount: bool, depth: f64) -> f64 {
        let reached = if is_discount { 1.0 - libm::exp(-depth.max(0.0) / DEPTH_SCALE) } else { 1.0 };
        libm::exp(self.log_odds * reached)
    }
}

fn fits(offer: &Offer, row: Row) -> Fits {
    match row.reason {
        Reason::FailedPayment => Fits::Beside,
        // Nobody makes a joint page with who bought once.
        _ if offer.kind == Kind::Partnership && row.value == ValueTier::Low => Fits::Misses,
        reason if offer.answers.contains(&reason) => Fits::Answers,
        Reason::Unknown => Fits::Unsure,
        _ => Fits::Misses,
    }
}
