//! Variants of a message: who gets which, whether the split is sound, and which one may be called better.
//!
//! A person's variant follows from a hash, so that it is the same in the preview, at sending and in the report. The split is equal and
//! fixed; where shares followed the results, `crate::learn::ope` has the estimators instead. Opens are not among the
//! inputs: machines open mail.
//!
//! All evidence may be looked at daily. With fixed shares, and no difference between variants, the variants of those who acted are
//! independent draws by these shares; a mixture over other shares is then a martingale, whose reciprocal bounds the chance of ever
//! being misled (Lindon & Malek 2022, Anytime-valid inference for multinomial count data, theorem 1; Ville's inequality).

mod evidence;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::offer::Step;

/// What became of one variant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tally {
    /// Who got it by the hash, whether or not it could be sent.
    pub assigned: u64,
    pub delivered: u64,
    /// People of the delivered who clicked as a human does, or replied; each once.
    pub engaged: u64,
    /// People of the delivered who came back.
    pub returned: u64,
    pub opted_out: u64,
}

/// What was decided before the first look.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    /// The chance of naming a winner where there is none, over all looks and pairs.
    pub alpha: f64,
    /// The smallest difference worth knowing, as a share of the usual rate: 0.25 is a quarter more.
    pub least_lift: f64,
    /// Clicks and replies per delivered that are usual, until enough is known of this test.
    pub usual_rate: f64,
}

impl Default for Plan {
    fn default() -> Self {
        Self { alpha: 0.05, least_lift: 0.25, usual_rate: 0.04 }
    }
}

/// What may be said by now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    /// More or fewer got a variant than the split says, beyond chance: something is wrong, and no rate can be believed.
    BrokenSplit { chance: f64 },
    /// Under [`LEAST_EFFECTIVE`] delivered of some variant: nothing can be told.
    CannotTell { delivered: u64, needed: u64 },
    /// No difference is proved yet; so many more are to be delivered, of all variants together.
    NotEnough { more: u64 },
    /// As many were delivered as were planned, and no variant is proved better: any may be used.
    NoDifference,
    /// Better by clicks and replies, and by no guard worse.
    Winner { variant: usize, chance: f64 },
    /// Better by clicks and replies, but held back.
    Guarded { variant: usize, guard: Guard, chance: f64 },
}

/// What a winner must not be worse in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// Fewer of its people come back.
    Returns,
    /// More of its people want no further message.
    OptOuts,
}

/// Below so many of a variant nothing is told.
pub const LEAST_EFFECTIVE: u64 = 100;

/// A split is called broken below this chance of ever seeing such counts from a sound one.
pub const SPLIT_ALPHA: f64 = 0.001;

/// A guard holds a winner back from this chance on: it may be too careful, since it only keeps a winner from being named.
const GUARD_ALPHA: f64 = 0.1;

/// How close to equal shares other shares are thought to lie, in people: variants of a message differ by some tenths of their rate,
/// a broken split by a few hundredths.
const RATES: f64 = 50.0;
const SPLITS: f64 = 500.0;

/// (z₀.₉₇₅ + z₀.₈)²: for a difference that is found four times of five at 5 %.
const FOUR_OF_FIVE: f64 = 7.849;

/// What looking daily costs, as a factor of the number of people: the mixture's bound beside the fixed one at the sizes of these tests.
const LOOKING: f64 = 2.1;

/// The variant of this customer, of `variants` that are equally likely; always the same.
pub fn assigned(campaign: &str, step: Step, customer: &str, variants: usize) -> usize {
    let mut hash = Sha256::new();
    // Lengths before texts, so that no two triples read alike.
    for text in ["variant", campaign, step_code(step), customer] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    let bits = hash.finalize().iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    // The upper half of a product maps 64 bits to 0..n with a bias below n / 2^64.
    ((u128::from(bits) * variants.max(1) as u128) >> 64) as usize
}

fn step_code(step: Step) -> &'static str {
    match step {
        Step::Help => "help",
        Step::Proof => "proof",
        Step::SmallIncentive => "small_incentive",
        Step::FullIncentive => "full_incentive",
        Step::LastWord => "last_word",
    }
}

/// The chance that a sound equal split ever looks like these counts, at any look so far.
pub fn split_chance(counts: &[u64]) -> f64 {
    evidence::chance(counts, &vec![1.0; counts.len()], SPLITS)
}

/// What may be said of the variants now; to be asked as often as one likes.
pub fn judge(tallies: &[Tally], plan: &Plan) -> Verdict {
    let assigned: Vec<u64> = tallies.iter().map(|tally| tally.assigned).collect();
    let chance = split_chance(&assigned);
    let delivered: u64 = tallies.iter().map(|tally| tally.delivered).sum();
    let least = tallies.iter().map(|tally| tally.delivered).min().unwrap_or_default();
    if chance < SPLIT_ALPHA {
        return Verdict::BrokenSplit { chance };
    }
    if tallies.len() < 2 || least < LEAST_EFFECTIVE {
        return Verdict::CannotTell { delivered: least, needed: LEAST_EFFECTIVE };
    }
    if let Some((variant, chance)) = better_than_all(tallies).filter(|(_, chance)| *chance <= plan.alpha) {
        return match guard(tallies, variant) {
            Some(guard) => Verdict::Guarded { variant, guard, chance },
            None => Verdict::Winner { variant, chance },
        };
    }
    match needed(tallies, plan).saturating_sub(delivered) {
        0 => Verdict::NoDifference,
        more => Verdict::NotEnough { more },
    }
}

/// People to be delivered to, of all variants together, for a difference of the plan's size to be found four times of five.
pub fn needed(tallies: &[Tally], plan: &Plan) -> u64 {
    let delivered: u64 = tallies.iter().map(|tally| tally.delivered).sum();
    let engaged: u64 = tallies.iter().map(|tally| tally.engaged).sum();
    // The usual rate counts as much as a hundred people do.
    let rate = (engaged as f64 + 100.0 * plan.usual_rate.clamp(0.001, 0.999)) / (delivered as f64 + 100.0);
    let rate = rate.clamp(0.001, 0.999);
    let difference = rate * plan.least_lift.clamp(0.01, 10.0);
    let each = LOOKING * FOUR_OF_FIVE * 2.0 * rate * (1.0 - rate) / (difference * difference);
    let each = libm::ceil(each).max(LEAST_EFFECTIVE as f64);
    (each * tallies.len().max(2) as f64) as u64
}

fn rate(of: u64, delivered: u64) -> f64 {
    of as f64 / delivered.max(1) as f64
}

/// The variant of the highest rate with the chance that it is none better, for the closest of the others, times the number of pairs.
fn better_than_all(tallies: &[Tally]) -> Option<(usize, f64)> {
    let rate_of = |tally: &Tally| rate(tally.engaged, tally.delivered);
    let (variant, best) = tallies.iter().enumerate().max_by(|(_, one), (_, other)| rate_of(one).total_cmp(&rate_of(other)))?;
    let pairs = tallies.len() * (tallies.len() - 1) / 2;
    let others = tallies.iter().enumerate().filter(|(place, _)| *place != variant);
    let chances = others.map(|(_, other)| {
        let shares = [best.delivered as f64, other.delivered as f64];
        evidence::chance(&[best.engaged, other.engaged], &shares, RATES)
    });
    Some((variant, (chances.fold(0.0, f64::max) * pairs as f64).min(1.0)))
}

/// Whether some other variant does better by a guard than chance explains.
fn guard(tallies: &[Tally], variant: usize) -> Option<Guard> {
    let own = tallies.get(variant)?;
    let others = || tallies.iter().enumerate().filter(|(place, _)| *place != variant).map(|(_, tally)| tally);
    let share = |other: &Tally| own.delivered as f64 / (own.delivered + other.delivered).max(1) as f64;
    let fewer = |other: &Tally| evidence::at_most(own.returned, own.returned + other.returned, share(other));
    let more = |other: &Tally| evidence::at_most(other.opted_out, own.opted_out + other.opted_out, 1.0 - share(other));
    if others().any(|other| more(other) < GUARD_ALPHA) {
        return Some(Guard::OptOuts);
    }
    others().any(|other| fewer(other) < GUARD_ALPHA).then_some(Guard::Returns)
}

#[cfg(test)]
mod tests;
