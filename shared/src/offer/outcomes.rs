//! What came of offers, and how it moves what is believed of each cell.
//!
//! A cell's rate of return is beta-binomial. Its prior mean is the prior's, times how far returns of its kind and of its row lie from
//! what was expected, both shrunken to the shop's own ratio and that to 1; so that a cell that nobody tried learns from its
//! neighbours, and one that was tried by many is its own figure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Offer, rows};
use crate::segment::Row;

/// Customers that a prior of a cell weighs as much as.
pub const STRENGTH: f64 = 12.0;

/// Expected returns that a ratio of a kind, a row or the shop is held back by; and that one cell counts for in such a ratio at most,
/// since what many outcomes of one cell say of others is limited by how far cells lie apart, not by their number.
const PULL: f64 = 8.0;

/// Of one row and offer, added up over closed windows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Outcome {
    /// [`Row::number`].
    pub row: u8,
    pub offer: String,
    /// Customers to whom it was made.
    pub made: u32,
    pub returned: u32,
    /// Returns that were expected when it was made: the sum of their chances.
    pub expected: f64,
}

/// What a cell's outcomes say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Learned {
    /// By which the odds of the prior are multiplied.
    pub odds_ratio: f64,
    /// Customers that the figure weighs as much as: [`STRENGTH`] and those to whom it was made.
    pub weight: f64,
    pub made: u32,
}

/// For each row, in the order of their numbers, and each offer.
pub fn learn(offers: &[Offer], outcomes: &[Outcome]) -> Vec<Learned> {
    let shop = Tally::of(outcomes.iter());
    let ratio = Tally::among(outcomes.iter()).ratio(1.0);
    let of_row: Vec<f64> =
        rows().map(|row| Tally::among(outcomes.iter().filter(|outcome| outcome.row == row.number())).ratio(ratio)).collect();
    let of_offer: Vec<f64> = offers
        .iter()
        .map(|offer| {
            let kind = |outcome: &&Outcome| offers.iter().any(|other| other.id == outcome.offer && other.kind == offer.kind);
            Tally::among(outcomes.iter().filter(kind)).ratio(ratio)
        })
        .collect();
    let cell = |row: Row, row_ratio: f64, offer: &Offer, offer_ratio: f64| {
        let own = |outcome: &&Outcome| outcome.row == row.number() && outcome.offer == offer.id;
        let tally = Tally::of(outcomes.iter().filter(own));
        tally.learned(row_ratio * offer_ratio / ratio, &shop)
    };
    let offers = || offers.iter().zip(&of_offer);
    rows()
        .zip(&of_row)
        .flat_map(|(row, row_ratio)| offers().map(move |(offer, offer_ratio)| cell(row, *row_ratio, offer, *offer_ratio)))
        .collect()
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    made: u64,
    returned: f64,
    expected: f64,
}

impl Tally {
    /// Rows that cannot be are left out.
    fn of<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Self {
        let can_be =
            |outcome: &&Outcome| outcome.expected.is_finite() && outcome.expected >= 0.0 && outcome.returned <= outcome.made;
        outcomes.filter(can_be).fold(Self::default(), |sum, outcome| Self {
            made: sum.made + u64::from(outcome.made),
            returned: sum.returned + f64::from(outcome.returned),
            expected: sum.expected + outcome.expected.min(f64::from(outcome.made)),
        })
    }

    /// Of cells side by side, none of which counts for more than [`PULL`].
    fn among<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Self {
        outcomes.map(|outcome| Self::of(std::iter::once(outcome))).fold(Self::default(), |sum, cell| {
            let weight = PULL / (PULL + cell.expected);
            Self {
                made: sum.made + cell.made,
                returned: sum.returned + weight * cell.returned,
                expected: sum.expected + weight * cell.expected,
            }
        })
    }

    /// Returns for each that was expected, held back towards `others`.
    fn ratio(&self, others: f64) -> f64 {
        (self.returned + PULL * others) / (self.expected + PULL)
    }

    fn learned(&self, ratio: f64, shop: &Self) -> Learned {
        let mean = |tally: &Self| tally.expected / tally.made as f64;
        let expected = if self.made > 0 {
            mean(self)
        } else if shop.made > 0 {
            mean(shop)
        } else {
            0.5
        };
        let expected = between(expected);
        let (believed, made) = (between(expected * ratio), self.made as f64);
        let rate = between((STRENGTH * believed + self.returned) / (STRENGTH + made));
        Learned {
            odds_ratio: odds(rate) / odds(expected),
            weight: STRENGTH + made,
            made: u32::try_from(self.made).unwrap_or(u32::MAX),
        }
    }
}

fn between(rate: f64) -> f64 {
    rate.clamp(1e-4, 1.0 - 1e-4)
}

pub(super) fn odds(rate: f64) -> f64 {
    rate / (1.0 - rate)
}
