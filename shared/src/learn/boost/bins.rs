//! Columns as ranges: what a tree may ask of a value is whether it lies above one of at most 254 cuts.

use crate::learn::Matrix;

/// The most ranges of a column, beside the code of a missing value.
pub(super) const MOST: usize = 255;

pub(super) struct Binned {
    pub columns: Vec<BinnedColumn>,
}

pub(super) struct BinnedColumn {
    /// Of each row: 0 where the value is missing, else 1 and the number of cuts below the value.
    pub codes: Vec<u8>,
    /// Rising; a value equal to a cut lies below it.
    pub cuts: Vec<f64>,
}

impl BinnedColumn {
    /// How many codes there can be.
    pub fn codes(&self) -> usize {
        self.cuts.len() + 2
    }

    fn new(values: &[f64], bins: usize) -> Self {
        let cuts = cuts_of(values, bins.clamp(2, MOST));
        let code = |value: &f64| if value.is_nan() { 0 } else { 1 + cuts.partition_point(|cut| cut < value) as u8 };
        Self { codes: values.iter().map(code).collect(), cuts }
    }
}

impl Binned {
    pub fn new(x: &Matrix, bins: usize) -> Self {
        Self { columns: x.columns().iter().map(|values| BinnedColumn::new(values, bins)).collect() }
    }
}

/// Between every two distinct values where there are few, else so that the ranges hold about equally many rows.
fn cuts_of(values: &[f64], bins: usize) -> Vec<f64> {
    match few_values(values, bins) {
        Some(distinct) => distinct.iter().zip(distinct.iter().skip(1)).map(|(low, high)| between(*low, *high)).collect(),
        None => quantiles(values, bins),
    }
}

/// The distinct values in order, unless there are more than `most`.
fn few_values(values: &[f64], most: usize) -> Option<Vec<f64>> {
    let mut distinct: Vec<f64> = Vec::new();
    let mut last = f64::NAN;
    for value in values.iter().map(|value| finite(*value)) {
        // In one-hot columns and sorted ones the same value comes many times in a row.
        if value.is_nan() || value == last {
            continue;
        }
        last = value;
        let place = distinct.partition_point(|known| *known < value);
        if distinct.get(place) != Some(&value) {
            if distinct.len() == most {
                return None;
            }
            distinct.insert(place, value);
        }
    }
    Some(distinct)
}

fn quantiles(values: &[f64], bins: usize) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().map(|value| finite(*value)).filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut cuts = Vec::with_capacity(bins - 1);
    let (mut rows_left, mut ranges_left, mut held) = (sorted.len(), bins, 0);
    for (low, high) in sorted.iter().zip(sorted.iter().skip(1)) {
        held += 1;
        // A value that many rows share fills a range by itself; what remains is shared out again among the ranges that remain.
        if high > low && held * ranges_left >= rows_left && ranges_left > 1 {
            cuts.push(between(*low, *high));
            (rows_left, ranges_left, held) = (rows_left - held, ranges_left - 1, 0);
        }
    }
    cuts
}

/// Infinities become the largest numbers: cuts must be finite to be written as JSON.
fn finite(value: f64) -> f64 {
    if value.is_nan() { value } else { value.clamp(f64::MIN, f64::MAX) }
}

/// A number from `low` up to but not `high`, near the middle and with few digits: it is stored in every model and shown to people.
fn between(low: f64, high: f64) -> f64 {
    let middle = low / 2.0 + high / 2.0;
    let near = high / 4.0 - low / 4.0;
    let mut unit = 1.0;
    for _ in 0..12 {
        let short = libm::round(middle * unit) / unit;
        if (short - middle).abs() <= near && short >= low && short < high {
            return short;
        }
        unit *= 10.0;
    }
    if middle >= low && middle < high { middle } else { low }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_are_short_and_between_their_neighbors() {
        assert_eq!(between(1.0, 2.0), 1.5);
        assert_eq!(between(18.25, 20.05), 19.0);
        assert_eq!(between(20.05, 20.15), 20.1);
        assert_eq!(between(-f64::MAX, f64::MAX), 0.0);
        for (low, high) in [(1e-300, 2e-300), (1e17, 1e17 + 16.0), (1.0, 1.0 + f64::EPSILON), (-1e-320, 0.0), (f64::MIN, -1e308)]
        {
            let cut = between(low, high);
            assert!(cut >= low && cut < high, "{low} {cut} {high}");
        }
    }

    #[test]
    fn a_code_counts_the_cuts_below_a_value() {
        let values = [3.0, f64::NAN, 1.0, 2.0, 3.0, f64::INFINITY, f64::NEG_INFINITY];
        let column = BinnedColumn::new(&values, 255);
        assert_eq!(column.codes, [4, 0, 2, 3, 4, 5, 1]);
        assert!(column.cuts.iter().all(|cut| cut.is_finite()));
    }

    #[test]
    fn many_values_share_ranges_of_about_equal_size_and_a_frequent_value_has_its_own() {
        let mut values: Vec<f64> = (0..9_000).map(|i| f64::from(i) + 0.5).collect();
        values.extend(std::iter::repeat_n(0.0, 1_000));
        let column = BinnedColumn::new(&values, 10);
        let mut counts = [0; 11];
        for code in &column.codes {
            counts[usize::from(*code)] += 1;
        }
        assert_eq!(counts, [0, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000]);
        let column = BinnedColumn::new(&values, 1_000);
        assert_eq!(column.cuts.len(), 254);
        assert_eq!(column.codes.iter().max(), Some(&255));
    }

    #[test]
    fn a_column_of_one_value_or_of_none_has_no_cut() {
        assert!(BinnedColumn::new(&[2.0, 2.0, f64::NAN], 255).cuts.is_empty());
        assert!(BinnedColumn::new(&[f64::NAN, f64::NAN], 255).cuts.is_empty());
        assert!(BinnedColumn::new(&[], 255).cuts.is_empty());
    }
}
