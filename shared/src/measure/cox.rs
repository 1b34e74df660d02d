//! What goes with leaving sooner or later: proportional hazards.

use serde::{Deserialize, Serialize};

use super::tails::{Z, two_sided};
use super::{Lifetime, MeasureError, by_duration, check, concordance};
use crate::learn::Matrix;
use crate::learn::cholesky::{Factor, Triangle, triangle};

const MAX_STEPS: usize = 60;
const MAX_HALVINGS: usize = 30;

/// A gradient along the step that changes the log-likelihood by less than this share is none.
const TOLERANCE: f64 = 1e-13;

/// A coefficient that the next step would still move by this share runs away.
const RUNNING_AWAY: f64 = 1e-4;

/// Cox's (1972) model with Efron's (1977) treatment of ties.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cox {
    pub coefficients: Vec<Coefficient>,
    /// Log partial likelihood, and that of no effect at all.
    pub log_likelihood: f64,
    pub null_log_likelihood: f64,
    /// Harrell's C on the rows of the fit.
    pub concordance: Option<f64>,
    pub n: usize,
    pub events: usize,
    /// `false` where some coefficient has no finite best value, such as that of a group in which nobody had the event.
    pub converged: bool,
    means: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coefficient {
    pub name: String,
    /// Of the log hazard, by unit of the column; 0 for a column that does not vary or follows from earlier ones.
    pub value: f64,
    /// `None` for such a column.
    pub errors: Option<Errors>,
    /// The likelihood grows the further this goes: its size means nothing, its sign does.
    pub runs_away: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Errors {
    pub standard_error: f64,
    /// 95 %.
    pub low: f64,
    pub high: f64,
    pub z: f64,
    pub p: f64,
}

impl Cox {
    /// Maximum partial likelihood by Newton's method with halved steps, on standardised columns.
    ///
    /// # Errors
    /// [`MeasureError::NoRows`], [`MeasureError::Duration`], [`MeasureError::Lengths`], [`MeasureError::NoEvents`],
    /// [`MeasureError::NotFinite`] where a value is missing, [`MeasureError::Constant`].
    pub fn fit(lifetimes: &[Lifetime], x: &Matrix) -> Result<Self, MeasureError> {
        check(lifetimes)?;
        if x.rows() != lifetimes.len() {
            return Err(MeasureError::Lengths { rows: lifetimes.len(), others: x.rows() });
        }
        let events = lifetimes.iter().filter(|lifetime| lifetime.event).count();
        if events == 0 {
            return Err(MeasureError::NoEvents);
        }
        let scales: Result<Vec<Scale>, MeasureError> =
            x.names().iter().zip(x.columns()).map(|(name, column)| Scale::of(name, column)).collect();
        let scales = scales?;
        if scales.iter().all(|scale| scale.deviation == 0.0) {
            return Err(MeasureError::Constant);
        }
        let rows = Rows::of(lifetimes, x, &scales);
        let found = maximum(&rows);
        let factor = Factor::of(found.at.information);
        let left = factor.solve(&found.at.gradient);
        let coefficient = |(place, (name, scale)): (usize, (&String, &Scale))| {
            let standardised = found.coefficients.get(place).copied().unwrap_or(0.0);
            let step = left.get(place).copied().unwrap_or(0.0);
            let runs_away = step.abs() > RUNNING_AWAY * standardised.abs() && step.abs() * scale.deviation.recip() > RUNNING_AWAY;
            let unit: Vec<f64> = (0..scales.len()).map(|other| f64::from(other == place)).collect();
            let variance = factor.solve(&unit).get(place).copied().unwrap_or(0.0);
            scale.coefficient(name, standardised, variance, runs_away)
        };
        let coefficients: Vec<Coefficient> = x.names().iter().zip(&scales).enumerate().map(coefficient).collect();
        let mut model = Self {
            converged: found.converged && !coefficients.iter().any(|coefficient| coefficient.runs_away),
            coefficients,
            log_likelihood: found.at.log_likelihood,
            null_log_likelihood: found.null,
            concordance: None,
            n: lifetimes.len(),
            events,
            means: scales.iter().map(|scale| scale.mean).collect(),
        };
        let risks: Vec<f64> = (0..x.rows()).map(|row| model.log_hazard(&x.row(row))).collect();
        model.concordance = concordance(lifetimes, &risks)?;
        Ok(model)
    }

    /// The log of the hazard of someone with these values over that of the mean of the fit.
    pub fn log_hazard(&self, row: &[f64]) -> f64 {
        let known = self.coefficients.iter().zip(&self.means).zip(row);
        known.map(|((coefficient, mean), value)| coefficient.value * (value - mean)).sum()
    }
}

#[derive(Debug, Clone, Copy)]
struct Scale {
    mean: f64,
    /// 0 for a column that does not vary.
    deviation: f64,
}

impl Scale {
    fn of(name: &str, column: &[f64]) -> Result<Self, MeasureError> {
        let n = column.len() as f64;
        let largest = column.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        // Beyond, squares overflow.
        if !column.iter().all(|value| value.abs() < 1e150) {
            return Err(MeasureError::NotFinite { column: name.to_owned() });
        }
        let mean = column.iter().map(|value| value / n).sum::<f64>();
        let deviation = libm::sqrt(column.iter().map(|value| (value - mean) * (value - mean) / n).sum());
        Ok(Self { mean, deviation: if deviation > 1e-12 * largest { deviation } else { 0.0 } })
    }

    fn standardised(self, value: f64) -> f64 {
        if self.deviation > 0.0 { (value - self.mean) / self.deviation } else { 0.0 }
    }

    fn coefficient(self, name: &str, standardised: f64, variance: f64, runs_away: bool) -> Coefficient {
        if self.deviation == 0.0 || !(variance > 0.0 && variance.is_finite()) {
            return Coefficient { name: name.to_owned(), value: 0.0, errors: None, runs_away: false };
        }
        let (value, standard_error) = (standardised / self.deviation, libm::sqrt(variance) / self.deviation);
        let z = value / standard_error;
        let (low, high) = (value - Z * standard_error, value + Z * standard_error);
        Coefficient {
            name: name.to_owned(),
            value,
            errors: Some(Errors { standard_error, low, high, z, p: two_sided(z) }),
            runs_away,
        }
    }
}

/// Standardised rows from the longest duration to the shortest.
struct Rows {
    lifetimes: Vec<Lifetime>,
    values: Vec<f64>,
    columns: usize,
}

impl Rows {
    fn of(lifetimes: &[Lifetime], x: &Matrix, scales: &[Scale]) -> Self {
        let mut sorted = by_duration(lifetimes);
        sorted.reverse();
        let columns = scales.len();
        let mut values = Vec::with_capacity(sorted.len() * columns);
        for (row, _) in &sorted {
            values.extend(scales.iter().enumerate().map(|(column, scale)| scale.standardised(x.at(*row, column))));
        }
        Self { lifetimes: sorted.into_iter().map(|(_, lifetime)| lifetime).collect(), values, columns }
    }
}

struct Maximum {
    coefficients: Vec<f64>,
    at: Likelihood,
    null: f64,
    converged: bool,
}

struct Likelihood {
    log_likelihood: f64,
    gradient: Vec<f64>,
    information: Triangle,
}

fn maximum(rows: &Rows) -> Maximum {
    let mut coefficients = vec![0.0; rows.columns];
    let mut at = likelihood(rows, &coefficients);
    let null = at.log_likelihood;
    for _ in 0..MAX_STEPS {
        let step = Factor::of(at.information.clone()).solve(&at.gradient);
        let gain: f64 = step.iter().zip(&at.gradient).map(|(step, slope)| step * slope).sum();
        if gain.is_nan() || gain <= TOLERANCE * (1.0 + at.log_likelihood.abs()) {
            return Maximum { coefficients, at, null, converged: true };
        }
        let better = (0..MAX_HALVINGS).find_map(|halving| {
            let share = libm::exp2(-(halving as f64));
            let tried: Vec<f64> = coefficients.iter().zip(&step).map(|(value, step)| value + share * step).collect();
            let next = likelihood(rows, &tried);
            (next.log_likelihood >= at.log_likelihood).then_some((tried, next))
        });
        // No step is better: rounding is all that is left.
        let Some((tried, next)) = better else { return Maximum { coefficients, at, null, converged: true } };
        (coefficients, at) = (tried, next);
    }
    Maximum { coefficients, at, null, converged: false }
}

/// Sums over a set of rows, with each row's relative hazard.
struct Sums {
    hazard: f64,
    first: Vec<f64>,
    second: Triangle,
}

impl Sums {
    fn new(columns: usize) -> Self {
        Self { hazard: 0.0, first: vec![0.0; columns], second: triangle(columns) }
    }

    fn add(&mut self, values: &[f64], hazard: f64) {
        self.hazard += hazard;
        for ((first, line), value) in self.first.iter_mut().zip(&mut self.second).zip(values) {
            let part = hazard * value;
            *first += part;
            line.iter_mut().zip(values).for_each(|(entry, other)| *entry += part * other);
        }
    }
}

/// Log partial likelihood, its slopes and its information by Efron's method: of d who leave together, those not yet counted bear
/// 1, 1 − 1/d, 1 − 2/d, … of their hazard.
fn likelihood(rows: &Rows, coefficients: &[f64]) -> Likelihood {
    let columns = rows.columns;
    let logs: Vec<f64> = rows
        .values
        .chunks_exact(columns.max(1))
        .map(|values| values.iter().zip(coefficients).map(|(value, coefficient)| value * coefficient).sum())
        .collect();
    // Only ratios of hazards count, so the largest may be 1.
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut found = Likelihood { log_likelihood: 0.0, gradient: vec![0.0; columns], information: triangle(columns) };
    let mut at_risk = Sums::new(columns);
    let mut from = 0;
    for same in rows.lifetimes.chunk_by(|a, b| a.duration == b.duration) {
        let to = from + same.len();
        let values = rows.values.get(from * columns..to * columns).unwrap_or_default();
        let together = same.iter().zip(values.chunks_exact(columns.max(1))).zip(logs.get(from..to).unwrap_or_default());
        let mut leaving: Option<(f64, Sums)> = None;
        for ((lifetime, values), log) in together {
            let hazard = libm::exp(log - most);
            at_risk.add(values, hazard);
            if lifetime.event {
                let (count, sums) = leaving.get_or_insert_with(|| (0.0, Sums::new(columns)));
                *count += 1.0;
                sums.add(values, hazard);
                found.log_likelihood += log - most;
                found.gradient.iter_mut().zip(values).for_each(|(slope, value)| *slope += value);
            }
        }
        if let Some((count, sums)) = leaving {
            found.take(&at_risk, &sums, count);
        }
        from = to;
    }
    found
}

impl Likelihood {
    fn take(&mut self, at_risk: &Sums, leaving: &Sums, count: f64) {
        let mut mean = vec![0.0; self.gradient.len()];
        let (mut whole, mut part, mut counted) = (0.0, 0.0, 0.0);
        while counted < count {
            let gone = counted / count;
            let hazard = at_risk.hazard - gone * leaving.hazard;
            self.log_likelihood -= libm::log(hazard);
            whole += 1.0 / hazard;
            part += gone / hazard;
            for ((mean, all), leaving) in mean.iter_mut().zip(&at_risk.first).zip(&leaving.first) {
                *mean = (all - gone * leaving) / hazard;
            }
            for ((slope, line), entry) in self.gradient.iter_mut().zip(&mut self.information).zip(&mean) {
                *slope -= entry;
                line.iter_mut().zip(&mean).for_each(|(information, other)| *information -= entry * other);
            }
            counted += 1.0;
        }
        for ((line, all), leaving) in self.information.iter_mut().zip(&at_risk.second).zip(&leaving.second) {
            for ((information, all), leaving) in line.iter_mut().zip(all).zip(leaving) {
                *information += whole * all - part * leaving;
            }
        }
    }
}
