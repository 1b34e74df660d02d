use serde::{Deserialize, Serialize};

use super::{bounded, rows};
use crate::learn::LearnError;
use crate::learn::logistic::probability;

/// How far the slope is expected from 1, as a variance: wide enough to be unheard beside some dozen rows, and narrow enough to
/// keep the slope finite where the logits part the outcomes without a mistake.
const SLOPE_VARIANCE: f64 = 10.0;

const MAX_STEPS: usize = 60;

/// P = 1 / (1 + exp(-(a logit + b))) (Platt 1999), with a normal prior on the slope in the place of Platt's moved targets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Platt {
    /// At least 0: a calibration never turns the order round.
    pub a: f64,
    pub b: f64,
    /// Variance of a, covariance, variance of b.
    pub covariance: [f64; 3],
}

impl Platt {
    /// # Errors
    /// No rows, lengths that differ, one outcome only, outcomes outside 0..=1, weights that are no numbers.
    pub fn fit(logits: &[f64], y: &[f64], weights: Option<&[f64]>) -> Result<Self, LearnError> {
        let rows = rows(logits, y, weights)?;
        let fitted = Self::maximum(&rows, true);
        Ok(if fitted.a < 0.0 { Self::maximum(&rows, false) } else { fitted })
    }

    pub fn probability(&self, logit: f64) -> f64 {
        probability(self.a * bounded(logit) + self.b)
    }

    /// Of the share of events among rows with this logit, `z` standard errors to each side, by the delta method on the logit scale.
    pub fn interval(&self, logit: f64, z: f64) -> (f64, f64) {
        let x = bounded(logit);
        let [aa, ab, bb] = self.covariance;
        let middle = self.a * x + self.b;
        let reach = z.abs() * libm::sqrt((x * x * aa + 2.0 * x * ab + bb).max(0.0));
        (probability(middle - reach), probability(middle + reach))
    }

    /// Newton's method from slope 1 (or 0 for good) with halved steps.
    fn maximum(rows: &[(f64, f64, f64)], sloping: bool) -> Self {
        let mut at = (if sloping { 1.0 } else { 0.0 }, 0.0);
        let mut around = Around::of(rows, at);
        let mut share = 1.0;
        for _ in 0..MAX_STEPS {
            let (da, db) = around.step(sloping);
            let next = (at.0 - share * da, at.1 - share * db);
            let next_around = Around::of(rows, next);
            if next_around.loss > around.loss {
                share *= 0.5;
                continue;
            }
            let moved = f64::max((next.0 - at.0).abs(), (next.1 - at.1).abs());
            (at, around, share) = (next, next_around, 1.0);
            if moved < 1e-12 {
                break;
            }
        }
        let [aa, ab, bb] = around.curvature;
        let determinant = aa * bb - ab * ab;
        let covariance = if sloping { [bb / determinant, -ab / determinant, aa / determinant] } else { [0.0, 0.0, 1.0 / bb] };
        Self { a: at.0, b: at.1, covariance }
    }
}

/// The loss, its slope and its curvature in (a, b).
struct Around {
    loss: f64,
    slope: (f64, f64),
    curvature: [f64; 3],
}

impl Around {
    fn of(rows: &[(f64, f64, f64)], (a, b): (f64, f64)) -> Self {
        let mut loss = 0.5 * (a - 1.0) * (a - 1.0) / SLOPE_VARIANCE;
        let mut slope = ((a - 1.0) / SLOPE_VARIANCE, 0.0);
        // A floor keeps the curvature of b above 0 where all probabilities are certain.
        let [mut aa, mut ab, mut bb] = [1.0 / SLOPE_VARIANCE, 0.0, 1e-12];
        for &(x, outcome, weight) in rows {
            let logit = a * x + b;
            let p = probability(logit);
            loss += weight * (logit.max(0.0) - outcome * logit + libm::log1p(libm::exp(-logit.abs())));
            slope.0 += weight * (p - outcome) * x;
            slope.1 += weight * (p - outcome);
            let spread = weight * p * (1.0 - p);
            aa += spread * x * x;
            ab += spread * x;
            bb += spread;
        }
        Self { loss, slope, curvature: [aa, ab, bb] }
    }

    fn step(&self, sloping: bool) -> (f64, f64) {
        let [aa, ab, bb] = self.curvature;
        if !sloping {
            return (0.0, self.slope.1 / bb);
        }
        let determinant = aa * bb - ab * ab;
        ((bb * self.slope.0 - ab * self.slope.1) / determinant, (aa * self.slope.1 - ab * self.slope.0) / determinant)
    }
}
