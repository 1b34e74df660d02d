//! Linear regression with shrunken coefficients.

use serde::{Deserialize, Serialize};

use super::cholesky::{Factor, dot, triangle};
use super::standard::{Standard, add_products, check, weighted};
use super::{Contributions, LearnError, Matrix};

/// Ridge regression (Hoerl & Kennard 1970) on standardised columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ridge {
    standard: Standard,
    /// The intercept's first.
    coefficients: Vec<f64>,
}

impl Ridge {
    /// Minimises the weighted sum of squared errors plus `penalty` times the squared length of the coefficients, of which the
    /// intercept is none. Outcomes that do not vary are predicted as they are.
    ///
    /// # Errors
    /// No rows, lengths that differ, outcomes or weights that are no numbers.
    pub fn fit(x: &Matrix, y: &[f64], weights: Option<&[f64]>, penalty: f64) -> Result<Self, LearnError> {
        check(x, y, weights)?;
        let standard = Standard::of(x, weights);
        let unit = y.iter().fold(0.0, |unit, value| f64::max(unit, value.abs()));
        let unit = if unit > 0.0 { unit } else { 1.0 };
        let rows: Vec<(f64, f64)> = weighted(y, weights).map(|(value, weight)| (value / unit, weight)).collect();
        let mut gram = triangle(standard.features());
        let mut right = vec![0.0; standard.features()];
        let (mut scratch, mut weight, mut outcome) = (Vec::new(), Vec::new(), Vec::new());
        standard.blocks(x, |start, length, block| {
            let rows = rows.get(start..start + length).unwrap_or_default();
            weight.clear();
            weight.extend(rows.iter().map(|row| row.1));
            outcome.clear();
            outcome.extend(rows.iter().map(|row| row.0 * row.1));
            add_products(&mut gram, block, &weight, &mut scratch);
            for (feature, sum) in block.chunks_exact(length).zip(&mut right) {
                *sum += dot(feature, &outcome);
            }
        });
        for pivot in gram.iter_mut().skip(1).filter_map(|row| row.last_mut()) {
            *pivot += penalty.max(0.0);
        }
        let coefficients = Factor::of(gram).solve(&right).into_iter().map(|value| value * unit).collect();
        Ok(Self { standard, coefficients })
    }

    /// Of one row of the matrix.
    pub fn predict(&self, row: &[f64]) -> f64 {
        self.intercept() + self.standard.parts(&self.coefficients, row).iter().sum::<f64>()
    }

    pub fn predictions(&self, x: &Matrix) -> Vec<f64> {
        self.standard.sums(&self.coefficients, x)
    }

    /// What each column moves the prediction away from that of a row at all means.
    pub fn contributions(&self, row: &[f64]) -> Contributions {
        Contributions { base: self.intercept(), parts: self.standard.parts(&self.coefficients, row) }
    }

    fn intercept(&self) -> f64 {
        self.coefficients.first().copied().unwrap_or(0.0)
    }
}
