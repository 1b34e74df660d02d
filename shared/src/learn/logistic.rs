//! Logistic regression with shrunken coefficients.

use serde::{Deserialize, Serialize};

use super::cholesky::{Factor, Triangle, dot, triangle};
use super::standard::{Standard, add, add_products, check, weighted};
use super::{Contributions, LearnError, Matrix};

/// Newton's method halves the error's exponent with each step: from the base rate it needs five to eight. The limit is for data
/// that a line separates, fitted without a penalty, where the coefficients would grow for ever.
const MAX_STEPS: usize = 40;

/// The largest slope of the loss that is left, as a share of the rows' weight.
const SLOPE: f64 = 1e-11;

/// Multiplications that one curvature may cost: rows times features squared.
const MAX_PRODUCTS: usize = 400_000_000;

/// Rows that it needs at least.
const MIN_SAMPLE: usize = 8_192;

const MAX_HALVES: usize = 20;

/// As a share of the loss.
const ROUNDING: f64 = 1e-12;

/// Logistic regression on standardised columns (Cox 1958) with a ridge penalty (le Cessie & van Houwelingen 1992).
///
/// Missing values count as the column's mean, and "is missing" is a feature of its own where the training rows had such. Values
/// outside the range of the training rows count as the nearest of that range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    standard: Standard,
    /// The intercept's first.
    coefficients: Vec<f64>,
}

impl Logistic {
    /// Minimises the weighted sum of log losses plus `penalty` / 2 times the squared length of the coefficients, of which the
    /// intercept is none: a penalty of 1 is C = 1 elsewhere. `y` holds outcomes of 0 and 1, or shares between.
    ///
    /// # Errors
    /// No rows, lengths that differ, one outcome only, outcomes outside 0..=1, weights that are no numbers.
    pub fn fit(x: &Matrix, y: &[f64], weights: Option<&[f64]>, penalty: f64) -> Result<Self, LearnError> {
        Self::fit_on(Standard::of, x, y, weights, penalty)
    }

    /// As [`Logistic::fit`], with a curve in the place of each straight line: a generalised additive model (Hastie & Tibshirani
    /// 1986). To each column with eight values or more come its logarithm and hinges at its quantiles (a linear spline), the hinges
    /// shrunken four times as strongly. Each column's part remains a function of that column alone.
    ///
    /// # Errors
    /// As [`Logistic::fit`].
    pub fn fit_bent(x: &Matrix, y: &[f64], weights: Option<&[f64]>, penalty: f64) -> Result<Self, LearnError> {
        Self::fit_on(Standard::bent, x, y, weights, penalty)
    }

    fn fit_on(
        standard: fn(&Matrix, Option<&[f64]>) -> Standard,
        x: &Matrix,
        y: &[f64],
        weights: Option<&[f64]>,
        penalty: f64,
    ) -> Result<Self, LearnError> {
        check(x, y, weights)?;
        if !y.iter().all(|outcome| (0.0..=1.0).contains(outcome)) {
            return Err(LearnError::OutsideShares);
        }
        let rows: Vec<(f64, f64)> = weighted(y, weights).collect();
        let total: f64 = rows.iter().map(|row| row.1).sum();
        let share = rows.iter().map(|(outcome, weight)| outcome * (weight / total)).sum::<f64>();
        if !(share > 0.0 && share < 1.0) {
            return Err(LearnError::OneOutcome);
        }
        let standard = standard(x, weights);
        let penalties = standard.shrinkage().into_iter().map(|shrinkage| shrinkage * penalty.max(0.0)).collect();
        let problem = Problem { x, rows: &rows, standard: &standard, penalties };
        let coefficients = problem.minimum(libm::log(share) - libm::log1p(-share), total);
        Ok(Self { standard, coefficients })
    }

    /// With values counting as they are up to `share` of each column's range beyond it: for rows of later days, where time itself
    /// moves the columns on.
    #[must_use]
    pub fn reaching(mut self, share: f64) -> Self {
        self.standard.widen(share);
        self
    }

    /// Of one row of the matrix.
    pub fn logit(&self, row: &[f64]) -> f64 {
        self.intercept() + self.standard.parts(&self.coefficients, row).iter().sum::<f64>()
    }

    pub fn logits(&self, x: &Matrix) -> Vec<f64> {
        self.standard.sums(&self.coefficients, x)
    }

    /// What each column moves the logit away from that of a row at all means.
    pub fn contributions(&self, row: &[f64]) -> Contributions {
        Contributions { base: self.intercept(), parts: self.standard.parts(&self.coefficients, row) }
    }

    fn intercept(&self) -> f64 {
        self.coefficients.first().copied().unwrap_or(0.0)
    }
}

/// The probability whose logit this is.
pub fn probability(logit: f64) -> f64 {
    if logit >= 0.0 {
        1.0 / (1.0 + libm::exp(-logit))
    } else {
        let odds = libm::exp(logit);
        odds / (1.0 + odds)
    }
}

/// The logit of a probability, finite also for 0 and 1.
pub fn logit(probability: f64) -> f64 {
    let p = probability.clamp(1e-15, 1.0 - 1e-15);
    libm::log(p) - libm::log1p(-p)
}

struct Problem<'a> {
    x: &'a Matrix,
    /// Outcome and weight.
    rows: &'a [(f64, f64)],
    standard: &'a Standard,
    /// Of each feature.
    penalties: Vec<f64>,
}

/// The loss around one point.
struct Around {
    loss: f64,
    slope: Vec<f64>,
    curvature: Triangle,
}

impl Problem<'_> {
    /// Newton's method with halved steps where a whole one overshoots.
    ///
    /// The slope is always that of all rows, hence so is the minimum found. Of very many rows only every so many blocks give the
    /// curvature; it is taken from more of them when the steps that it leads to hardly lower the slope.
    fn minimum(&self, start: f64, total: f64) -> Vec<f64> {
        let mut at = vec![0.0; self.standard.features()];
        if let Some(intercept) = at.first_mut() {
            *intercept = start;
        }
        let products = self.x.rows().saturating_mul(at.len()).saturating_mul(at.len());
        let mut every = (products / MAX_PRODUCTS).clamp(1, (self.x.rows() / MIN_SAMPLE).max(1));
        let mut around = self.around(&at, every);
        let mut slope_before = f64::INFINITY;
        for _ in 0..MAX_STEPS {
            let slope = around.slope.iter().fold(0.0, |largest, slope| f64::max(largest, slope.abs()));
            if slope <= SLOPE * total {
                break;
            }
            if every > 1 && slope > 0.5 * slope_before {
                every /= 2;
                around = self.around(&at, every);
            }
            slope_before = slope;
            let step = Factor::of(std::mem::take(&mut around.curvature)).solve(&around.slope);
            let Some((next, next_around)) = self.descend(&at, &step, around.loss, every) else { break };
            (at, around) = (next, next_around);
        }
        at
    }

    /// The first of the step, its half, its quarter… that does not raise the loss by more than rounding; `None` where none does.
    fn descend(&self, at: &[f64], step: &[f64], loss: f64, every: usize) -> Option<(Vec<f64>, Around)> {
        let mut share = 1.0;
        let limit = loss + ROUNDING * (1.0 + loss.abs());
        for _ in 0..MAX_HALVES {
            let next: Vec<f64> = at.iter().zip(step).map(|(value, step)| value - share * step).collect();
            let around = self.around(&next, every);
            if around.loss <= limit {
                return Some((next, around));
            }
            share *= 0.5;
        }
        None
    }

    fn around(&self, at: &[f64], every: usize) -> Around {
        let (mut loss, mut block_number, mut sampled) = (0.0, 0, 0);
        let mut slope = vec![0.0; at.len()];
        let mut curvature = triangle(at.len());
        let (mut logits, mut errors, mut weights, mut scratch) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        self.standard.blocks(self.x, |start, length, block| {
            logits.clear();
            logits.resize(length, 0.0);
            add(&mut logits, block, at);
            errors.clear();
            weights.clear();
            for (logit, (outcome, weight)) in logits.iter().zip(self.rows.iter().skip(start)) {
                let p = probability(*logit);
                loss += weight * (logit.max(0.0) - outcome * logit + libm::log1p(libm::exp(-logit.abs())));
                errors.push(weight * (p - outcome));
                weights.push(weight * p * (1.0 - p));
            }
            for (feature, slope) in block.chunks_exact(length).zip(&mut slope) {
                *slope += dot(feature, &errors);
            }
            if block_number % every == 0 {
                add_products(&mut curvature, block, &weights, &mut scratch);
                sampled += length;
            }
            block_number += 1;
        });
        if every > 1 {
            let times = self.x.rows() as f64 / sampled.max(1) as f64;
            curvature.iter_mut().flatten().for_each(|entry| *entry *= times);
        }
        for (((value, slope), row), penalty) in at.iter().zip(&mut slope).zip(&mut curvature).zip(&self.penalties) {
            loss += 0.5 * penalty * value * value;
            *slope += penalty * value;
            if let Some(pivot) = row.last_mut() {
                *pivot += penalty;
            }
        }
        Around { loss, slope, curvature }
    }
}
