//! What the inference of reasons goes by: how often each reason is the one, and how often it leaves each sign.
//!
//! Both are stated, not fitted: a shop has no customers whose reason it knows, until people correct what was inferred. Corrections are
//! then counted on top of the stated rates as if these rested on so many customers of their own ([`PRIOR_CUSTOMERS`], and
//! [`SIGN_CUSTOMERS`] for each reason), which is the mean of a Dirichlet and of beta distributions. Only as many corrections count for
//! the shares as the stated ones weigh, because people correct what is wrong rather than a fair sample.

use serde::{Deserialize, Serialize};

use super::Reason;
use super::signs::Sign;

/// So many customers the stated shares of the reasons are worth, and so many corrections can weigh at most.
pub const PRIOR_CUSTOMERS: f64 = 40.0;

/// So many customers the stated rates of signs are worth, for each reason.
pub const SIGN_CUSTOMERS: f64 = 12.0;

/// The shares of the reasons among customers who leave, and the rates at which each shows the signs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// In the order of [`Reason::ALL`]; they sum to 1.
    pub prior: [f64; 8],
    /// P(sign | reason), signs in the order of [`Sign::ALL`], reasons in that of [`Reason::ALL`].
    pub rates: [[f64; 8]; 13],
}

/// Customers with the same signs whose reason a person set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    pub reason: Reason,
    /// As [`super::signs::Signs::mask`].
    pub signs: u32,
    pub customers: u32,
}

/// Surveys of former customers name price first and a change of their own needs next; about one in twelve says nothing.
const PRIOR: [f64; 8] = [0.2, 0.13, 0.12, 0.12, 0.17, 0.12, 0.06, 0.08];

/// Columns: price, missing feature, service, competitor, reduced need, poor experience, failed payment, unknown. Traces are often lost,
/// so none is certain; and each is left by chance too, so none is impossible.
const RATES: [[f64; 8]; 13] = [
    // A price rise: who leaves over the price has often just seen one.
    [0.35, 0.05, 0.05, 0.08, 0.05, 0.05, 0.04, 0.05],
    // A ticket without a solution.
    [0.06, 0.12, 0.55, 0.06, 0.05, 0.2, 0.05, 0.05],
    // A late delivery.
    [0.04, 0.03, 0.07, 0.03, 0.02, 0.4, 0.02, 0.03],
    // Money given back.
    [0.05, 0.03, 0.07, 0.03, 0.02, 0.4, 0.02, 0.03],
    // Something asked for that is not there.
    [0.05, 0.55, 0.05, 0.14, 0.03, 0.06, 0.03, 0.04],
    // Use or orders fade.
    [0.15, 0.18, 0.08, 0.12, 0.55, 0.1, 0.06, 0.08],
    // A payment that failed and was not made since.
    [0.03, 0.03, 0.03, 0.02, 0.03, 0.03, 0.7, 0.03],
    // The champion is gone.
    [0.03, 0.03, 0.03, 0.15, 0.22, 0.03, 0.03, 0.03],
    // Fewer seats.
    [0.14, 0.05, 0.04, 0.1, 0.35, 0.04, 0.03, 0.04],
    // A detractor.
    [0.1, 0.1, 0.4, 0.1, 0.04, 0.4, 0.04, 0.05],
    // An inquiry about a smaller plan.
    [0.25, 0.05, 0.04, 0.08, 0.14, 0.04, 0.02, 0.04],
    // Most orders with a discount.
    [0.35, 0.07, 0.07, 0.12, 0.07, 0.07, 0.07, 0.07],
    // All data taken out.
    [0.08, 0.12, 0.05, 0.55, 0.05, 0.05, 0.02, 0.03],
];

impl Default for Model {
    fn default() -> Self {
        Self { prior: PRIOR, rates: RATES }
    }
}

impl Model {
    /// The stated rates with what people corrected.
    pub fn taught(lessons: &[Lesson]) -> Self {
        let corrected = lessons.iter().map(|lesson| f64::from(lesson.customers)).sum::<f64>();
        let fits = if corrected > PRIOR_CUSTOMERS { PRIOR_CUSTOMERS / corrected } else { 1.0 };
        let of = |reason: Reason| lessons.iter().filter(move |lesson| lesson.reason == reason);
        let count = |reason: Reason| of(reason).map(|lesson| f64::from(lesson.customers)).sum::<f64>();
        let mut model = Self::default();
        let whole = PRIOR_CUSTOMERS + fits * corrected;
        for (share, reason) in model.prior.iter_mut().zip(Reason::ALL) {
            *share = (PRIOR_CUSTOMERS * *share + fits * count(reason)) / whole;
        }
        for (bit, rates) in model.rates.iter_mut().enumerate() {
            for (rate, reason) in rates.iter_mut().zip(Reason::ALL) {
                let showing = of(reason).filter(|lesson| lesson.signs & (1 << bit) != 0);
                let showing: f64 = showing.map(|lesson| f64::from(lesson.customers)).sum();
                *rate = (SIGN_CUSTOMERS * *rate + showing) / (SIGN_CUSTOMERS + count(reason));
            }
        }
        model
    }

    pub fn prior_of(&self, reason: Reason) -> f64 {
        Reason::ALL.iter().zip(self.prior).find(|(known, _)| **known == reason).map_or(0.0, |(_, share)| share)
    }

    /// P(sign | reason) for all reasons.
    pub(super) fn rates_of(&self, sign: Sign) -> [f64; 8] {
        Sign::ALL.iter().zip(self.rates).find(|(known, _)| **known == sign).map_or([1.0; 8], |(_, rates)| rates)
    }
}
