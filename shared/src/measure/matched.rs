//! Customers who were won back beside such as never left: what both bring afterwards.
//!
//! Descriptive. Who was won back differs from who never left in more than what is matched here, so the difference is no effect of
//! anything; what winning back earned is measured against the holdout. Both are looked at from the same day, and are alike in the month in
//! which they were acquired, in tenure, and in value before the deadline.

mod pairs;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::tails::t_quantile;
use crate::time::Day;
use pairs::pair;

/// Months after the index day that are compared.
pub const MONTHS: usize = 12;

/// Standard deviations by which each of tenure and value may differ in a pair (Austin 2011, Optimal caliper widths, suggests .2).
pub const CALIPER: f64 = 0.2;

/// Standardised differences from which groups are not alike (Austin 2009, Balance diagnostics).
pub const BALANCED: f64 = 0.1;

/// A customer as of an index day: of a won-back one the day of the return. One that never left is given once for each index day at which
/// it may be compared, as it was then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    pub id: i64,
    pub index: Day,
    /// Months since the year 0, or any other number that only those of one month share.
    pub acquired: i32,
    /// Days from the first purchase to the deadline, or to the index day of one that never left.
    pub tenure: i32,
    /// Margin before the deadline, minor units of the home currency.
    pub value: i64,
    /// Margin in month 1 and so on after the index day, as many as are over.
    pub later: Vec<i64>,
}

/// Both groups, pair by pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Matched {
    /// Ids of who was won back and who never left, in the order of the former.
    pub pairs: Vec<(i64, i64)>,
    /// Won-back customers for whom nobody was alike enough.
    pub unmatched: usize,
    pub tenure: Balance,
    pub value: Balance,
    /// Both differences are under [`BALANCED`]; without that the months below compare unlike people.
    pub balanced: bool,
    pub months: Vec<Month>,
}

/// Standardised differences: of means over the root of the mean of both variances. 0 where neither varies and the means are equal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Balance {
    pub before: f64,
    pub after: f64,
}

/// Margin of a month after the index day, of pairs in which it is over for both. Minor units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Month {
    /// From 1.
    pub month: u8,
    pub won_back: Mean,
    pub never_left: Mean,
    /// Of pairs.
    pub difference: Mean,
}

/// With a 95 % interval by Student's distribution; none with fewer than two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    pub n: usize,
    pub value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// Pairs won-back customers with such as never left: exactly on index day and month of acquisition, within `caliper` standard
/// deviations on tenure and on the logarithm of value each, nearest pairs first, nobody twice. The order of rows changes nothing.
///
/// Nearest first over all candidates of a cell takes as many steps as it has pairs within the caliper; give at most a few hundred
/// customers who never left for an index day and month of acquisition.
pub fn matched(won_back: &[Customer], never_left: &[Customer], caliper: f64) -> Matched {
    let found = pair(won_back, never_left, caliper);
    let (ours, others): (Vec<&Customer>, Vec<&Customer>) = found.pairs.iter().copied().unzip();
    let balance = |of: fn(&Customer) -> f64| Balance {
        before: difference(&found.won_back, &found.never_left, of),
        after: difference(&ours, &others, of),
    };
    let (tenure, value) = (balance(|customer| f64::from(customer.tenure)), balance(log_value));
    let alike = |balance: Balance| balance.after.abs() < BALANCED;
    Matched {
        pairs: found.pairs.iter().map(|(one, other)| (one.id, other.id)).collect(),
        unmatched: found.won_back.len() - found.pairs.len(),
        tenure,
        value,
        balanced: !found.pairs.is_empty() && alike(tenure) && alike(value),
        months: (0..MONTHS).filter_map(|place| month(place, &found.pairs)).collect(),
    }
}

/// Values are compared by how many times one is the other; a loss is as good as nothing.
fn log_value(customer: &Customer) -> f64 {
    libm::log1p(customer.value.max(0) as f64)
}

fn month(place: usize, pairs: &[(&Customer, &Customer)]) -> Option<Month> {
    let both = |(one, other): &(&Customer, &Customer)| Some((*one.later.get(place)? as f64, *other.later.get(place)? as f64));
    let values: Vec<(f64, f64)> = pairs.iter().filter_map(both).collect();
    (!values.is_empty()).then(|| Month {
        month: u8::try_from(place + 1).unwrap_or(u8::MAX),
        won_back: mean(values.iter().map(|(one, _)| *one)),
        never_left: mean(values.iter().map(|(_, other)| *other)),
        difference: mean(values.iter().map(|(one, other)| one - other)),
    })
}

fn mean(values: impl Iterator<Item = f64> + Clone) -> Mean {
    let (n, value, variance) = moments(values);
    let radius = (n > 1).then(|| t_quantile(n - 1) * libm::sqrt(variance / n as f64));
    Mean { n, value, low: radius.map(|radius| value - radius), high: radius.map(|radius| value + radius) }
}

fn difference(ours: &[&Customer], others: &[&Customer], of: fn(&Customer) -> f64) -> f64 {
    if ours.is_empty() || others.is_empty() {
        return 0.0;
    }
    let (_, one, variance) = moments(ours.iter().map(|customer| of(customer)));
    let (_, other, other_variance) = moments(others.iter().map(|customer| of(customer)));
    let spread = libm::sqrt((variance + other_variance) / 2.0);
    match (one - other, spread > 0.0) {
        (difference, true) => difference / spread,
        (0.0, false) => 0.0,
        (difference, false) => f64::MAX.copysign(difference),
    }
}

/// How many, their mean, and their variance with n − 1.
fn moments(values: impl Iterator<Item = f64> + Clone) -> (usize, f64, f64) {
    let n = values.clone().count();
    if n == 0 {
        return (0, 0.0, 0.0);
    }
    let mean = values.clone().sum::<f64>() / n as f64;
    let squares: f64 = values.map(|value| (value - mean) * (value - mean)).sum();
    (n, mean, if n > 1 { squares / (n - 1) as f64 } else { 0.0 })
}
