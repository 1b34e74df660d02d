//! The figures of the report, each from the sums of roll-ups alone.
//!
//! Everything here is of entries whose window has closed, by assignment. A rate has Wilson's interval, which stays inside 0 to 1 and
//! holds for small counts; a ratio of two sums over people has the delta method's, and none before [`FEWEST`] of what it divides by have
//! happened, because before that it is not an interval of anything. Whether a campaign worked is another question, which only a comparison
//! with its holdout answers.

mod budget;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use budget::{Group, NextUnit, next_unit};

use super::rollup::{Cell, Dimension, Key, micros_per_minor};
use super::tails::Z;
use crate::money::{Currency, Home};

/// Returns, or uses of an offer, before which a ratio over them has no interval.
pub const FEWEST: i64 = 10;

/// A figure with what it rests on. No value where there is nothing to divide by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportMetric)]
pub struct Metric {
    pub value: Option<f64>,
    /// 95 %.
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub interval: IntervalKind,
    /// How many of `rests_on` it is computed from.
    pub count: i64,
    pub rests_on: RestsOn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IntervalKind {
    /// Exact, or too few for one.
    None,
    /// Wilson 1927, of a share.
    Wilson,
    /// Of a ratio of two sums over people.
    Delta,
    /// The delta method on the logarithm, of a product.
    Log,
    /// Of a weighted mean or slope over groups of people.
    Groups,
}

/// The rows behind a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RestsOn {
    /// People who were assigned and whose window has closed.
    Assigned,
    Returned,
    /// People who used an offer.
    Redeemed,
    /// Returns of which it is known whether they lasted.
    WatchedReturns,
}

/// The arms of one value of a dimension, or of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arms {
    pub contacted: Cell,
    /// From the campaign and from all campaigns together.
    pub held_out: Cell,
}

/// What came in and what it cost, exact: minor units of the home currency.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Recovered {
    pub one_time: Part,
    pub recurring: Part,
    pub net: Home,
    /// What is left of `net` after the cost of what was sold and of offers.
    pub margin: Home,
    /// Rounded up to a whole minor unit, once.
    pub channel_cost: Home,
    pub margin_after_cost: Home,
    /// `net` for each unit of channel cost.
    pub return_on_spend: Metric,
    /// `margin` for each unit of channel cost.
    pub margin_on_spend: Metric,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub gross: Home,
    pub discounts: Home,
    pub refunds: Home,
    pub net: Home,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Redemption {
    /// Who used an offer of theirs, of all who were assigned to contact.
    pub rate: Metric,
    /// What codes took off, of what these orders would have cost.
    pub depth: Metric,
    /// As it was promised to those who used one.
    pub promised_depth: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LeftAgain {
    /// Of those who returned and were watched for 90 days.
    pub of_returned: Metric,
    /// Of all assigned so long ago that every return of theirs was watched. A campaign may bring back many who leave again: this
    /// compares arms, the other describes.
    pub of_assigned: Metric,
}

/// Ripe cells, the holdouts in one, by value of a dimension. `name`: of [`Dimension::name`].
pub fn by_dimension<'a>(cells: impl IntoIterator<Item = (&'a Key, &'a Cell)>, name: &str) -> BTreeMap<Dimension, Arms> {
    let mut all: BTreeMap<Dimension, Arms> = BTreeMap::new();
    for (key, cell) in cells {
        if !key.ripe || !key.arm.is_assigned() || key.dimension.name() != name {
            continue;
        }
        let arms = all.entry(key.dimension).or_default();
        let arm = if key.arm.is_held_out() { &mut arms.held_out } else { &mut arms.contacted };
        *arm += cell;
    }
    all
}

/// Returns over people assigned, k/n.
pub fn win_back_rate(cell: &Cell) -> Metric {
    rate(cell.returned, cell.assigned, RestsOn::Assigned)
}

/// Money of one arm. `return_on_spend` is Σ net / Σ cost and says what came in beside what was spent, not because of it.
pub fn recovered(cell: &Cell, home: Currency) -> Recovered {
    let part = |gross: i64, discounts: i64, refunds: i64| Part {
        gross: Home(gross),
        discounts: Home(discounts),
        refunds: Home(refunds),
        net: Home(gross - discounts - refunds),
    };
    let micros = micros_per_minor(home);
    let channel_cost = Home(i64::try_from((cell.cost + micros - 1).div_euclid(micros)).unwrap_or(i64::MAX));
    let cost = |a: i128, aa: i128, ab: i128| Two { n: cell.assigned, a, aa, b: cell.cost, bb: cell.cost_squared, ab };
    // In millionths: margin m = y + c, where y is what is left after the cost c.
    let margin_squared = cell.margin_squared + 2 * cell.margin_cost + cell.cost_squared;
    let by_margin =
        cost(i128::from(cell.margin) * micros, margin_squared, cell.margin_cost + cell.cost_squared).ratio(cell.returned);
    let by_net = cost(i128::from(cell.net().0), cell.net_squared, cell.net_cost).ratio(cell.returned);
    Recovered {
        one_time: part(cell.one_time_gross, cell.one_time_discount, cell.one_time_refunds),
        recurring: part(cell.recurring_gross, cell.recurring_discount, cell.recurring_refunds),
        net: cell.net(),
        margin: Home(cell.margin),
        channel_cost,
        margin_after_cost: Home(cell.margin.saturating_sub(channel_cost.0)),
        return_on_spend: by_net.times(micros as f64),
        margin_on_spend: by_margin,
    }
}

/// Channel cost over returns, Σ cost / Σ returned, in minor units.
pub fn cost_per_win_back(cell: &Cell, home: Currency) -> Metric {
    let returned = i128::from(cell.returned);
    let sums = Two { n: cell.assigned, a: cell.cost, aa: cell.cost_squared, b: returned, bb: returned, ab: cell.cost_returned };
    sums.ratio(cell.returned).times(1.0 / micros_per_minor(home) as f64)
}

/// The same with what codes took off: what a win-back takes in all, to be put beside what a new customer costs.
pub fn full_cost_per_win_back(cell: &Cell, home: Currency) -> Metric {
    let (micros, returned) = (micros_per_minor(home), i128::from(cell.returned));
    let sums = Two {
        n: cell.assigned,
        a: cell.cost + i128::from(cell.redeemed_discount) * micros,
        aa: cell.cost_squared + 2 * micros * cell.discount_cost + micros * micros * cell.discount_squared,
        b: returned,
        bb: returned,
        ab: cell.cost_returned + i128::from(cell.discount_returned) * micros,
    };
    sums.ratio(cell.returned).times(1.0 / micros as f64)
}

/// A cost per win-back as a share of what a new customer costs; below 1, winning back is cheaper.
pub fn against_acquisition(cost: Metric, acquisition: Home) -> Option<Metric> {
    (acquisition.0 > 0).then(|| cost.times(1.0 / acquisition.0 as f64))
}

/// Of the contacted arm.
pub fn redemption(cell: &Cell) -> Redemption {
    let depth = Two {
        n: cell.assigned,
        a: i128::from(cell.redeemed_discount),
        aa: cell.discount_squared,
        b: i128::from(cell.redeemed_list),
        bb: cell.list_squared,
        ab: cell.discount_list,
    };
    Redemption {
        rate: rate(cell.redeemed, cell.assigned, RestsOn::Assigned),
        depth: Metric { count: cell.redeemed, rests_on: RestsOn::Redeemed, ..depth.ratio(cell.redeemed) },
        promised_depth: (cell.redeemed > 0).then(|| cell.redeemed_depth as f64 / cell.redeemed as f64 / 1_000.0),
    }
}

/// Discount given to people who would have come without being contacted, in minor units.
///
/// # Formula
/// n₁ p₀ · D/K₁: of n₁ contacted people the share p₀ = K₀/n₀ that returns in the holdout would have returned anyway, and a return took
/// off D/K₁ on average. It assumes that contact keeps nobody from returning, and that those who would have come anyway use codes as
/// often as other returners; it is at most all that was given. Its interval is the delta method's on the logarithm, of the two
/// independent factors: (1 − p₀)/K₀ + (Σd² − 2rΣdk + r²K₁)/D² with r = D/K₁.
///
/// Causal where the holdout was drawn by lot: it compares with what people do who are left alone.
pub fn discount_anyway(arms: &Arms) -> Metric {
    let (treated, held_out) = (&arms.contacted, &arms.held_out);
    let none = |value| Metric {
        value,
        low: None,
        high: None,
        interval: IntervalKind::None,
        count: treated.redeemed,
        rests_on: RestsOn::Redeemed,
    };
    if held_out.assigned == 0 || treated.assigned == 0 {
        return none(None);
    }
    let given = treated.discount_returned as f64;
    if given <= 0.0 || treated.returned == 0 {
        return none(Some(0.0));
    }
    let (returned, alone) = (treated.returned as f64, held_out.returned as f64);
    let natural = alone / held_out.assigned as f64;
    let each = given / returned;
    let value = (treated.assigned as f64 * natural * each).min(given);
    if treated.redeemed < FEWEST || held_out.returned < FEWEST {
        return none(Some(value));
    }
    let spread = treated.discount_squared as f64 - 2.0 * each * given + each * each * returned;
    let variance = (1.0 - natural) / alone + spread.max(0.0) / (given * given);
    let factor = libm::exp(Z * libm::sqrt(variance));
    Metric {
        low: Some(value / factor),
        high: Some((value * factor).min(given)),
        interval: IntervalKind::Log,
        ..none(Some(value))
    }
}

/// `old`: of the entries whose window closed at least 90 days ago; by the day of entry, so sums of [`Dimension::All`].
pub fn left_again(all: &Cell, old: &Cell) -> LeftAgain {
    LeftAgain {
        of_returned: rate(all.rechurned, all.rechurn_known, RestsOn::WatchedReturns),
        of_assigned: rate(old.rechurned, old.assigned, RestsOn::Assigned),
    }
}

impl Metric {
    /// In another unit; `factor` is not negative.
    pub fn times(self, factor: f64) -> Self {
        let times = |value: Option<f64>| value.map(|value| value * factor);
        Self { value: times(self.value), low: times(self.low), high: times(self.high), ..self }
    }
}

/// Wilson 1927, Probable inference, the law of succession, and statistical inference.
fn rate(k: i64, n: i64, rests_on: RestsOn) -> Metric {
    if n <= 0 {
        return Metric { value: None, low: None, high: None, interval: IntervalKind::None, count: 0, rests_on };
    }
    let (count, n) = (n, n as f64);
    let share = k as f64 / n;
    let wide = 1.0 + Z * Z / n;
    let middle = (share + Z * Z / (2.0 * n)) / wide;
    let radius = Z / wide * libm::sqrt(share * (1.0 - share) / n + Z * Z / (4.0 * n * n));
    // At the edges rounding may leave the share itself outside.
    let (low, high) = ((middle - radius).max(0.0).min(share), (middle + radius).min(1.0).max(share));
    Metric { value: Some(share), low: Some(low), high: Some(high), interval: IntervalKind::Wilson, count, rests_on }
}

/// Sums over n people of two amounts, their squares and their product.
struct Two {
    n: i64,
    a: i128,
    aa: i128,
    b: i128,
    bb: i128,
    ab: i128,
}

impl Two {
    /// Σa / Σb with the variance n/(n − 1) · Σ (a − R b)² / (Σb)² (Cochran 1977, Sampling techniques, equation 6.13). `events`: of which
    /// there must be [`FEWEST`] for an interval.
    fn ratio(&self, events: i64) -> Metric {
        let none = Metric {
            value: None,
            low: None,
            high: None,
            interval: IntervalKind::None,
            count: self.n,
            rests_on: RestsOn::Assigned,
        };
        if self.b == 0 {
            return none;
        }
        let (n, b) = (self.n as f64, self.b as f64);
        let value = self.a as f64 / b;
        if self.n < 2 || events < FEWEST {
            return Metric { value: Some(value), ..none };
        }
        let squares = self.aa as f64 - 2.0 * value * self.ab as f64 + value * value * self.bb as f64;
        let error = libm::sqrt(squares.max(0.0) * n / (n - 1.0)) / b.abs();
        let (low, high) = (Some(value - Z * error), Some(value + Z * error));
        Metric { value: Some(value), low, high, interval: IntervalKind::Delta, ..none }
    }
}
