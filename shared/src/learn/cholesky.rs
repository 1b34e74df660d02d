//! Symmetric positive semi-definite systems.

/// The lower triangle of a symmetric matrix: row j has j + 1 entries.
pub(crate) type Triangle = Vec<Vec<f64>>;

/// A pivot that lost all but this share of its diagonal is what rounding left of a column that the ones before it spell out.
const DEPENDENT: f64 = 1e-12;

pub(crate) fn triangle(size: usize) -> Triangle {
    (1..=size).map(|length| vec![0.0; length]).collect()
}

/// L with LLᵀ = the matrix. Columns that depend on earlier ones have a pivot of 0 and get 0 in every solution.
pub(crate) struct Factor(Triangle);

impl Factor {
    pub(crate) fn of(mut rows: Triangle) -> Self {
        for size in 0..rows.len() {
            let (done, rest) = rows.split_at_mut(size);
            let Some(row) = rest.first_mut() else { break };
            for (place, above) in done.iter().enumerate() {
                let (known, open) = row.split_at_mut(place);
                let (Some(entry), Some(pivot)) = (open.first_mut(), above.get(place)) else { break };
                *entry = if *pivot > 0.0 { (*entry - dot(known, above)) / pivot } else { 0.0 };
            }
            if let Some((last, known)) = row.split_last_mut() {
                let left = *last - dot(known, known);
                *last = if left > DEPENDENT * *last { libm::sqrt(left) } else { 0.0 };
            }
        }
        Self(rows)
    }

    /// The logarithm of the matrix's determinant, over its independent columns.
    pub(super) fn log_determinant(&self) -> f64 {
        let pivots = self.0.iter().filter_map(|row| row.last()).filter(|pivot| **pivot > 0.0);
        pivots.map(|pivot| 2.0 * libm::log(*pivot)).sum()
    }

    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut solution: Vec<f64> = Vec::with_capacity(right.len());
        for (row, value) in self.0.iter().zip(right) {
            let pivot = row.last().copied().unwrap_or(0.0);
            let next = if pivot > 0.0 { (value - dot(row, &solution)) / pivot } else { 0.0 };
            solution.push(next);
        }
        for (place, row) in self.0.iter().enumerate().rev() {
            let (before, from) = solution.split_at_mut(place);
            let (Some(value), Some(pivot)) = (from.first_mut(), row.last()) else { continue };
            *value = if *pivot > 0.0 { *value / pivot } else { 0.0 };
            for (earlier, entry) in before.iter_mut().zip(row) {
                *earlier -= entry * *value;
            }
        }
        solution
    }
}

/// Over the shorter of both, in eight lanes whose sums are added in a fixed order.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let length = a.len().min(b.len());
    let (a, b) = (a.get(..length).unwrap_or_default(), b.get(..length).unwrap_or_default());
    let ((a_lanes, a_rest), (b_lanes, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solution_solves_the_system() {
        let factor = Factor::of(vec![vec![4.0], vec![2.0, 5.0], vec![-2.0, 1.0, 9.0]]);
        let solution = factor.solve(&[2.0, 8.0, 27.0]);
        for (row, right) in [[4.0, 2.0, -2.0], [2.0, 5.0, 1.0], [-2.0, 1.0, 9.0]].iter().zip([2.0, 8.0, 27.0]) {
            assert!((dot(row, &solution) - right).abs() < 1e-12, "{solution:?}");
        }
    }

    #[test]
    fn the_determinant_is_that_worked_by_hand() {
        let factor = Factor::of(vec![vec![4.0], vec![2.0, 5.0], vec![-2.0, 1.0, 9.0]]);
        assert!((factor.log_determinant() - libm::log(112.0)).abs() < 1e-12);
    }

    #[test]
    fn a_column_that_repeats_another_gets_nothing_and_the_rest_still_solves() {
        let factor = Factor::of(vec![vec![4.0], vec![4.0, 4.0], vec![2.0, 2.0, 3.0]]);
        let solution = factor.solve(&[8.0, 8.0, 5.0]);
        assert!((solution[0] - 1.75).abs() < 1e-12 && solution[1] == 0.0 && (solution[2] - 0.5).abs() < 1e-12, "{solution:?}");
    }

    #[test]
    fn a_product_of_any_length_is_the_sum_of_products() {
        for length in [0_u32, 1, 7, 8, 19] {
            let values: Vec<f64> = (0..length).map(f64::from).collect();
            let expected: f64 = values.iter().map(|value| value * value).sum();
            assert_eq!(dot(&values, &values), expected);
        }
    }
}
