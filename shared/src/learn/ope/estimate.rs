//! A figure with its error.

use serde::{Deserialize, Serialize};

use super::OpeError;

/// Two-sided 95 % of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// A value, its standard error and its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    pub value: f64,
    pub standard_error: f64,
    pub low: f64,
    pub high: f64,
}

impl Estimate {
    /// Of the mean of independent scores: s / √n with n − 1 in s², and an interval corrected for their skewness.
    ///
    /// Scores of rare rewards at large weights are so skewed that value ± 1.96 errors covers too little; see [`Self::skewed`].
    ///
    /// # Errors
    /// Fewer than two scores.
    pub fn of_mean(scores: &[f64]) -> Result<Self, OpeError> {
        if scores.len() < 2 {
            return Err(OpeError::TooFew { rows: scores.len() });
        }
        let n = scores.len() as f64;
        let value = scores.iter().sum::<f64>() / n;
        let (squares, cubes) = scores.iter().fold((0.0, 0.0), |(squares, cubes), score| {
            let away = score - value;
            (squares + away * away, cubes + away * away * away)
        });
        let standard_error = libm::sqrt(squares / (n - 1.0) / n);
        let skewness = if squares > 0.0 { cubes / (squares * libm::sqrt(squares)) } else { 0.0 };
        Ok(Self::skewed(value, standard_error, skewness))
    }

    /// An interval by Hall's cubic transformation (Hall 1992, On the removal of skewness by transformation, section 2), of which
    /// the normal one is the case without skewness. `skewness` is that of the mean: of the scores, over √n.
    pub fn skewed(value: f64, standard_error: f64, skewness: f64) -> Self {
        let bound = |z: f64| value - standard_error * untransformed(z, skewness);
        Self { value, standard_error, low: bound(Z), high: bound(-Z) }
    }
}

/// The t of which Hall's g(t) = t + γt²/3 + γ²t³/27 + γ/6 is z; g grows everywhere.
fn untransformed(z: f64, skewness: f64) -> f64 {
    if skewness.abs() < 1e-6 {
        return z - skewness * (1.0 / 6.0 + z * z / 3.0);
    }
    3.0 / skewness * (libm::cbrt(1.0 + skewness * (z - skewness / 6.0)) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hall_s_transformation_is_inverted() {
        for skewness in [-0.8, -0.1, -1e-5, 1e-7, 2e-6, 0.05, 0.4, 1.0] {
            for z in [-Z, 0.0, Z] {
                let t = untransformed(z, skewness);
                let again = t + skewness * t * t / 3.0 + skewness * skewness * t * t * t / 27.0 + skewness / 6.0;
                assert!((again - z).abs() < 1e-8, "{skewness} {z}: {again}");
            }
        }
    }

    #[test]
    fn without_skewness_the_interval_is_the_normal_one() {
        let estimate = Estimate::of_mean(&[1.0, 2.0, 3.0, 4.0, 5.0]).expect("five scores");
        let error = (2.5_f64 / 5.0).sqrt();
        assert!((estimate.value - 3.0).abs() < 1e-15 && (estimate.standard_error - error).abs() < 1e-15);
        assert!((estimate.low - (3.0 - Z * error)).abs() < 1e-12 && (estimate.high - (3.0 + Z * error)).abs() < 1e-12);
    }

    #[test]
    fn equal_scores_have_no_error_and_one_score_no_estimate() {
        let estimate = Estimate::of_mean(&[0.25; 4]).expect("four scores");
        assert_eq!((estimate.standard_error, estimate.low, estimate.high), (0.0, 0.25, 0.25));
        assert_eq!(Estimate::of_mean(&[0.25]), Err(OpeError::TooFew { rows: 1 }));
    }
}
