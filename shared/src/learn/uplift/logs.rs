//! Columns that a straight line can read only by their logarithm.

use serde::{Deserialize, Serialize};

use crate::learn::Matrix;

/// A column more skewed than an exponential distribution: few large values would decide the slope for all.
const SKEWED: f64 = 2.0;

/// Which columns count by ln(1 + value): numbers of at least 0 with a long tail, such as amounts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Logs(Vec<usize>);

impl Logs {
    pub(super) fn of(x: &Matrix) -> Self {
        let places = x.columns().iter().enumerate();
        Self(places.filter(|(_, column)| long_tailed(column)).map(|(place, _)| place).collect())
    }

    pub(super) fn apply(&self, x: &Matrix) -> Matrix {
        let mut logs = Matrix::new(x.rows());
        for (place, ((name, source), column)) in x.names().iter().zip(x.sources()).zip(x.columns()).enumerate() {
            let values = if self.0.contains(&place) {
                column.iter().map(|value| libm::log1p(value.max(0.0)) + if value.is_nan() { f64::NAN } else { 0.0 }).collect()
            } else {
                column.clone()
            };
            logs.push(name.clone(), *source, values);
        }
        logs
    }
}

fn long_tailed(column: &[f64]) -> bool {
    let present = || column.iter().copied().filter(|value| value.is_finite());
    let (n, largest) = present().fold((0.0, 0.0), |(n, largest): (f64, f64), value| (n + 1.0, largest.max(value)));
    if n < 3.0 || largest <= 0.0 || present().any(|value| value < 0.0) {
        return false;
    }
    // Only a column of two values is a yes or no, whose skewness says how rare it is.
    let Some(one) = present().next() else { return false };
    let Some(other) = present().find(|value| *value != one) else { return false };
    if present().all(|value| value == one || value == other) {
        return false;
    }
    let mean = present().map(|value| value / largest).sum::<f64>() / n;
    let (squares, cubes) = present().fold((0.0, 0.0), |(squares, cubes), value| {
        let away = value / largest - mean;
        (squares + away * away, cubes + away * away * away)
    });
    let variance = squares / n;
    variance > 1e-24 && cubes / n > SKEWED * variance * libm::sqrt(variance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_logged_and_ages_flags_and_debts_are_not() {
        let rows = 200;
        let number = |row: usize| row as f64;
        let mut x = Matrix::new(rows);
        x.push("amount", 0, (0..rows).map(|row| libm::exp(number(row) / 20.0)).collect());
        x.push("age", 1, (0..rows).map(number).collect());
        x.push("rare flag", 2, (0..rows).map(|row| f64::from(u8::from(row == 7))).collect());
        x.push("debt", 3, (0..rows).map(|row| libm::exp(number(row) / 20.0) - 2.0).collect());
        x.push("blank", 4, vec![f64::NAN; rows]);
        let logs = Logs::of(&x);
        assert_eq!(logs, Logs(vec![0]));
        let applied = logs.apply(&x);
        assert_eq!(applied.at(40, 0), libm::log1p(libm::exp(2.0)));
        assert_eq!(applied.at(40, 3), x.at(40, 3));
        assert!(applied.at(3, 4).is_nan());
    }
}
