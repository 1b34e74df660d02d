//! Linear regression that finds out by itself how far to shrink.

use serde::{Deserialize, Serialize};

use crate::learn::cholesky::{Factor, Triangle, dot, triangle};
use crate::learn::standard::{Standard, add_products, check};
use crate::learn::{LearnError, Matrix};

/// Penalties as shares of the rows, from hardly any to so much that nothing is left; each is this much larger than the last.
const LEAST: f64 = 1e-3;
const FACTOR: f64 = 1.35;
const STEPS: usize = 45;

/// Ridge regression whose penalty is the one under which the data are most likely (empirical Bayes: MacKay 1992, Bayesian
/// interpolation; Bishop 2006, §3.5).
///
/// How people differ in their response to contact is small beside the noise of one outcome, so that a penalty fit for predicting
/// outcomes leaves mostly noise. Here the coefficients are draws from a normal distribution whose variance is estimated from
/// all of them together; if none is more likely than that, all are 0 and everybody has the mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Shrunken {
    standard: Standard,
    /// The intercept's first.
    coefficients: Vec<f64>,
}

impl Shrunken {
    /// # Errors
    /// No rows, lengths that differ, outcomes that are no numbers.
    pub(super) fn fit(x: &Matrix, y: &[f64]) -> Result<Self, LearnError> {
        check(x, y, None)?;
        let standard = Standard::of(x, None);
        let n = y.len() as f64;
        let unit = y.iter().fold(0.0, |unit, value| f64::max(unit, value.abs()));
        let unit = if unit > 0.0 { unit } else { 1.0 };
        let mean = y.iter().map(|value| value / unit).sum::<f64>() / n;
        let centered: Vec<f64> = y.iter().map(|value| value / unit - mean).collect();
        let moments = Moments::of(&standard, x, &centered);
        let slopes = moments.slopes(n);
        let coefficients = std::iter::once(mean).chain(slopes).map(|value| value * unit).collect();
        Ok(Self { standard, coefficients })
    }

    pub(super) fn predictions(&self, x: &Matrix) -> Vec<f64> {
        self.standard.sums(&self.coefficients, x)
    }
}

/// Products of the features with each other and with the outcome, and the outcome's sum of squares; all have mean 0.
struct Moments {
    gram: Triangle,
    right: Vec<f64>,
    square: f64,
}

impl Moments {
    fn of(standard: &Standard, x: &Matrix, y: &[f64]) -> Self {
        let features = standard.features() - 1;
        let (mut gram, mut right) = (triangle(features), vec![0.0; features]);
        let (mut ones, mut scratch) = (Vec::new(), Vec::new());
        standard.blocks(x, |start, length, block| {
            let block = block.get(length..).unwrap_or_default();
            let outcome = y.get(start..start + length).unwrap_or_default();
            ones.clear();
            ones.resize(length, 1.0);
            add_products(&mut gram, block, &ones, &mut scratch);
            for (feature, sum) in block.chunks_exact(length).zip(&mut right) {
                *sum += dot(feature, outcome);
            }
        });
        Self { gram, right, square: dot(y, y) }
    }

    /// Those under the penalty of the greatest marginal likelihood.
    fn slopes(&self, n: f64) -> Vec<f64> {
        let nothing = vec![0.0; self.right.len()];
        if n < 3.0 || self.square <= 0.0 {
            return nothing;
        }
        let mut best = (-0.5 * (n - 1.0) * libm::log(self.square / n), nothing);
        let mut penalty = LEAST * n;
        for _ in 0..STEPS {
            let (likelihood, slopes) = self.under(penalty, n);
            if likelihood > best.0 {
                best = (likelihood, slopes);
            }
            penalty *= FACTOR;
        }
        best.1
    }

    /// The marginal likelihood up to a constant, the noise's variance at its own maximum, and the slopes.
    fn under(&self, penalty: f64, n: f64) -> (f64, Vec<f64>) {
        let mut gram = self.gram.clone();
        gram.iter_mut().filter_map(|row| row.last_mut()).for_each(|pivot| *pivot += penalty);
        let factor = Factor::of(gram);
        let slopes = factor.solve(&self.right);
        let left = (self.square - dot(&slopes, &self.right)).max(1e-12 * self.square);
        let volume = factor.log_determinant() - slopes.len() as f64 * libm::log(penalty);
        (-0.5 * ((n - 1.0) * libm::log(left / n) + volume), slopes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn noise(rows: usize, columns: usize, seed: u64) -> (Matrix, Random) {
        let mut random = Random::new(seed);
        let mut x = Matrix::new(rows);
        for column in 0..columns {
            x.push(format!("{column}"), column, (0..rows).map(|_| random.normal()).collect());
        }
        (x, random)
    }

    #[test]
    fn noise_is_shrunk_to_the_mean_and_a_strong_slope_is_kept() {
        let (x, mut random) = noise(2_000, 8, 1);
        let y: Vec<f64> = (0..2_000).map(|_| 5.0 + random.normal()).collect();
        let spread = |model: &Shrunken| crate::learn::qini::spread(&model.predictions(&x));
        let flat = Shrunken::fit(&x, &y).expect("a fit");
        // Least squares would spread by the root of 8 / 2,000: .063.
        assert!(spread(&flat) < 0.045, "{}", spread(&flat));
        let sloped: Vec<f64> = y.iter().zip(x.columns().first().expect("one")).map(|(y, x)| y + x).collect();
        let steep = Shrunken::fit(&x, &sloped).expect("a fit");
        assert!((steep.coefficients[1] - 1.0).abs() < 0.08 && (spread(&steep) - 1.0).abs() < 0.1, "{:?}", steep.coefficients);
        assert!((steep.coefficients[0] - 5.0).abs() < 0.1);
    }

    #[test]
    fn weak_slopes_are_shrunk_to_less_error_than_least_squares_makes() {
        let (x, mut random) = noise(400, 20, 5);
        let truth: Vec<f64> = (0..20).map(|_| 0.03 * random.normal()).collect();
        let signal = |row: usize| truth.iter().zip(x.row(row)).map(|(slope, x)| slope * x).sum::<f64>();
        let y: Vec<f64> = (0..400).map(|row| signal(row) + random.normal()).collect();
        let error = |predictions: Vec<f64>| (0..400).zip(predictions).map(|(row, p)| (p - signal(row)).powi(2)).sum::<f64>();
        let shrunken = error(Shrunken::fit(&x, &y).expect("a fit").predictions(&x));
        let plain = error(crate::learn::Ridge::fit(&x, &y, None, 0.0).expect("a fit").predictions(&x));
        assert!(shrunken < 0.5 * plain, "{shrunken} {plain}");
    }

    #[test]
    fn constant_repeated_and_missing_columns_leave_finite_predictions() {
        let (mut x, mut random) = noise(50, 2, 2);
        let first = x.columns()[0].clone();
        x.push("again", 2, first);
        x.push("constant", 3, vec![4.0; 50]);
        x.push("blank", 4, vec![f64::NAN; 50]);
        let y: Vec<f64> = (0..50).map(|_| 1e9 * random.normal()).collect();
        for y in [y, vec![3.0; 50]] {
            let predictions = Shrunken::fit(&x, &y).expect("a fit").predictions(&x);
            assert!(predictions.iter().all(|value| value.is_finite()));
        }
        assert_eq!(Shrunken::fit(&Matrix::new(0), &[]), Err(LearnError::NoRows));
    }
}
