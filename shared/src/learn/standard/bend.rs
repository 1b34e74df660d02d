//! What lets a line follow a curve.

use serde::{Deserialize, Serialize};

use crate::learn::standard::weighted;

/// Fewer distinct values than this make no curve.
const MIN_VALUES: usize = 8;

/// A column's logarithm and its hinges.
const MAX_BENDS: usize = 9;

/// Of all columns together: the cost of a fit grows with the square of the number of features.
const BUDGET: usize = 150;

/// A rising function of a column, with its mean and standard deviation in training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) enum Bend {
    /// ln(1 + (value - low) / unit): of a skewed column, the linear part that it lacks. Low, unit, mean, standard deviation.
    #[serde(rename = "l")]
    Log(f64, f64, f64, f64),
    /// How far the value is above the knot, if at all. Knot, mean, standard deviation.
    #[serde(rename = "h")]
    Hinge(f64, f64, f64),
}

impl Bend {
    /// Knots are many and each knows little.
    pub(super) fn shrinkage(&self) -> f64 {
        match self {
            Self::Log(..) => 1.0,
            Self::Hinge(..) => 4.0,
        }
    }

    pub(super) fn feature(&self, value: f64) -> f64 {
        let (raw, mean, sd) = match *self {
            Self::Log(low, unit, mean, sd) => (log(value, low, unit), mean, sd),
            Self::Hinge(knot, mean, sd) => (hinge(value, knot), mean, sd),
        };
        (raw - mean) / sd
    }
}

/// The distinct values in rising order that quantiles are taken of, with repetitions; empty where there are too few to bend at.
pub(super) fn places(column: &[f64], weights: Option<&[f64]>) -> Vec<f64> {
    let mut values: Vec<f64> = known(column, weights).map(|(value, _)| value).collect();
    values.sort_unstable_by(f64::total_cmp);
    let enough = values.chunk_by(|a, b| a == b).nth(MIN_VALUES - 1).is_some();
    let span = values.last().zip(values.first()).map_or(0.0, |(high, low)| high - low);
    if enough && span.is_finite() && span > f64::MIN_POSITIVE * 1e16 { values } else { Vec::new() }
}

/// The bends of a column, fewer where many columns share the budget.
pub(super) fn bends(column: &[f64], weights: Option<&[f64]>, sorted: &[f64], curved: usize) -> Vec<Bend> {
    let (Some(low), Some(high)) = (sorted.first().copied(), sorted.last().copied()) else { return Vec::new() };
    let knots = (BUDGET / curved.max(1)).min(MAX_BENDS).saturating_sub(1);
    let quantile = |share: f64| sorted.get((share * (sorted.len() - 1) as f64) as usize).copied().unwrap_or(high);
    let middle = quantile(0.5) - low;
    let unit = if middle > 0.0 { middle } else { (high - low) / 8.0 };
    let moments = |feature: &dyn Fn(f64) -> f64| moments(known(column, weights).map(|(value, weight)| (feature(value), weight)));
    let mut bends = Vec::new();
    if let Some((mean, sd)) = moments(&|value| log(value, low, unit)) {
        bends.push(Bend::Log(low, unit, mean, sd));
    }
    let mut last = low;
    for knot in (1..=knots).map(|place| quantile(place as f64 / (knots + 1) as f64)) {
        if knot > last && knot < high {
            last = knot;
            bends.extend(moments(&|value| hinge(value, knot)).map(|(mean, sd)| Bend::Hinge(knot, mean, sd)));
        }
    }
    bends
}

fn log(value: f64, low: f64, unit: f64) -> f64 {
    libm::log1p((value - low).max(0.0) / unit)
}

fn hinge(value: f64, knot: f64) -> f64 {
    (value - knot).max(0.0)
}

fn known<'a>(column: &'a [f64], weights: Option<&'a [f64]>) -> impl Iterator<Item = (f64, f64)> + Clone + 'a {
    weighted(column, weights).filter(|(value, weight)| value.is_finite() && *weight > 0.0)
}

/// Mean and standard deviation, where the values vary and their squares are numbers.
fn moments(values: impl Iterator<Item = (f64, f64)> + Clone) -> Option<(f64, f64)> {
    let total: f64 = values.clone().map(|(_, weight)| weight).sum();
    let mean = values.clone().map(|(value, weight)| value * (weight / total)).sum::<f64>();
    let sd = libm::sqrt(values.map(|(value, weight)| (value - mean) * (value - mean) * (weight / total)).sum::<f64>());
    (mean.is_finite() && sd.is_finite() && sd > super::CONSTANT * mean.abs() && sd > f64::MIN_POSITIVE * 16.0)
        .then_some((mean, sd))
}
