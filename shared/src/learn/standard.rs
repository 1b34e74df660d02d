//! Columns made comparable: mean 0 and standard deviation 1, missing values at the mean with an indicator of their own, and where
//! wanted the bends of a curve.

mod bend;

use serde::{Deserialize, Serialize};

use bend::Bend;

use super::cholesky::{Triangle, dot};
use super::{LearnError, Matrix};

/// So many rows are standardised at a time: they stay in the processor's cache, and the matrix is never copied as a whole.
const BLOCK: usize = 256;

/// A standard deviation below this share of the largest value is rounding, not variation.
const CONSTANT: f64 = 1e-13;

/// How each column of a matrix becomes one feature, or two, or with bends several.
///
/// A value outside the range seen in training counts as the nearest one seen: a linear model has learned nothing about what lies
/// beyond, and a mistyped amount must not decide alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Standard {
    pub(super) columns: Vec<Scale>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Scale {
    mean: f64,
    /// 0 for a column that does not vary, which then says nothing.
    sd: f64,
    low: f64,
    high: f64,
    /// Mean and standard deviation of "is missing", where some were and some were not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    missing: Option<(f64, f64)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    bends: Vec<Bend>,
}

impl Standard {
    pub(super) fn of(x: &Matrix, weights: Option<&[f64]>) -> Self {
        Self { columns: x.columns().iter().map(|column| Scale::of(column, weights)).collect() }
    }

    /// Lets values count as they are up to `share` of each column's range beyond it.
    pub(super) fn widen(&mut self, share: f64) {
        for scale in &mut self.columns {
            let reach = share.max(0.0) * (scale.high - scale.low);
            if reach.is_finite() {
                (scale.low, scale.high) = (scale.low - reach, scale.high + reach);
            }
        }
    }

    /// With bends for each column that has values enough.
    pub(super) fn bent(x: &Matrix, weights: Option<&[f64]>) -> Self {
        let mut standard = Self::of(x, weights);
        let places: Vec<Vec<f64>> = x.columns().iter().map(|column| bend::places(column, weights)).collect();
        let curved = places.iter().filter(|places| !places.is_empty()).count();
        for ((scale, column), places) in standard.columns.iter_mut().zip(x.columns()).zip(&places) {
            scale.bends = bend::bends(column, weights, places, curved);
        }
        standard
    }

    /// The intercept's among them.
    pub(super) fn features(&self) -> usize {
        1 + self.columns.iter().map(Scale::features).sum::<usize>()
    }

    /// How strongly each feature is shrunken beside a plain one; 0 for the intercept.
    pub(super) fn shrinkage(&self) -> Vec<f64> {
        let of_column = |scale: &Scale| {
            let plain = std::iter::repeat_n(1.0, 1 + usize::from(scale.missing.is_some()));
            plain.chain(scale.bends.iter().map(Bend::shrinkage)).collect::<Vec<f64>>()
        };
        std::iter::once(0.0).chain(self.columns.iter().flat_map(of_column)).collect()
    }

    /// Hands over the matrix in blocks: the first row, the number of rows, and the features one after another, the first being the
    /// intercept's ones.
    pub(super) fn blocks(&self, x: &Matrix, mut read: impl FnMut(usize, usize, &[f64])) {
        let mut block: Vec<f64> = Vec::with_capacity(self.features() * BLOCK);
        for start in (0..x.rows()).step_by(BLOCK) {
            let rows = BLOCK.min(x.rows() - start);
            block.clear();
            block.resize(rows, 1.0);
            for (scale, column) in self.columns.iter().zip(x.columns()) {
                let values = column.get(start..start + rows).unwrap_or_default();
                block.extend(values.iter().map(|value| scale.value(*value)));
                if scale.missing.is_some() {
                    block.extend(values.iter().map(|value| scale.indicator(*value)));
                }
                for bend in &scale.bends {
                    block.extend(values.iter().map(|value| scale.bend(bend, *value)));
                }
            }
            read(start, rows, &block);
        }
    }

    /// For each column what `coefficients` (the intercept's first) make of a row.
    pub(super) fn parts(&self, coefficients: &[f64], row: &[f64]) -> Vec<f64> {
        let mut coefficients = coefficients.iter().skip(1);
        let mut next = || coefficients.next().copied().unwrap_or(0.0);
        let values = row.iter().copied().chain(std::iter::repeat(f64::NAN));
        let part = |(scale, value): (&Scale, f64)| {
            let mut part = next() * scale.value(value);
            if scale.missing.is_some() {
                part += next() * scale.indicator(value);
            }
            for bend in &scale.bends {
                part += next() * scale.bend(bend, value);
            }
            part
        };
        self.columns.iter().zip(values).map(part).collect()
    }

    /// The sum of the intercept and all parts, for each row. Columns that the matrix lacks count as being at their mean.
    pub(super) fn sums(&self, coefficients: &[f64], x: &Matrix) -> Vec<f64> {
        let mut sums = Vec::with_capacity(x.rows());
        self.blocks(x, |_, rows, block| {
            let mut sum = vec![0.0; rows];
            add(&mut sum, block, coefficients);
            sums.extend(sum);
        });
        sums
    }
}

/// Adds to each row's sum its features times `coefficients`.
pub(super) fn add(sums: &mut [f64], block: &[f64], coefficients: &[f64]) {
    for (feature, coefficient) in block.chunks_exact(sums.len().max(1)).zip(coefficients) {
        for (sum, value) in sums.iter_mut().zip(feature) {
            *sum += coefficient * value;
        }
    }
}

/// Adds a block's weighted products of features to `gram`. `scratch` is room to work in.
pub(super) fn add_products(gram: &mut Triangle, block: &[f64], weights: &[f64], scratch: &mut Vec<f64>) {
    let rows = weights.len().max(1);
    for (place, (feature, entries)) in block.chunks_exact(rows).zip(gram.iter_mut()).enumerate() {
        scratch.clear();
        scratch.extend(feature.iter().zip(weights).map(|(value, weight)| value * weight));
        for (other, entry) in block.chunks_exact(rows).take(place + 1).zip(entries) {
            *entry += dot(scratch, other);
        }
    }
}

impl Scale {
    fn of(column: &[f64], weights: Option<&[f64]>) -> Self {
        let weighted = || weighted(column, weights);
        let present = || weighted().filter(|(value, weight)| value.is_finite() && *weight > 0.0);
        let largest = present().fold(0.0, |largest, (value, _)| f64::max(largest, value.abs()));
        let unit = if largest > 0.0 { largest } else { 1.0 };
        let total: f64 = weighted().map(|(_, weight)| weight).sum();
        let known: f64 = present().map(|(_, weight)| weight).sum();
        let mean = if known > 0.0 { present().map(|(value, weight)| weight * (value / unit)).sum::<f64>() / known } else { 0.0 };
        let square = |(value, weight): (f64, f64)| weight * (value / unit - mean) * (value / unit - mean);
        let sd = if known > 0.0 { libm::sqrt(present().map(square).sum::<f64>() / known) } else { 0.0 };
        let share = if total > 0.0 { (total - known) / total } else { 0.0 };
        let varies = sd > CONSTANT && sd * unit > f64::MIN_POSITIVE * 16.0;
        Self {
            mean: mean * unit,
            sd: if varies { sd * unit } else { 0.0 },
            low: present().fold(f64::MAX, |low, (value, _)| low.min(value)),
            high: present().fold(f64::MIN, |high, (value, _)| high.max(value)),
            missing: (known > 0.0 && known < total).then(|| (share, libm::sqrt(share * (1.0 - share)))),
            bends: Vec::new(),
        }
    }

    fn features(&self) -> usize {
        1 + usize::from(self.missing.is_some()) + self.bends.len()
    }

    fn bend(&self, bend: &Bend, value: f64) -> f64 {
        if value.is_finite() { bend.feature(value.clamp(self.low, self.high)) } else { 0.0 }
    }

    fn value(&self, value: f64) -> f64 {
        if self.sd == 0.0 || !value.is_finite() {
            return 0.0;
        }
        // Halves, since the difference of two very large numbers may be too large for a number.
        (0.5 * value.clamp(self.low, self.high) - 0.5 * self.mean) / (0.5 * self.sd)
    }

    fn indicator(&self, value: f64) -> f64 {
        let Some((mean, sd)) = self.missing.filter(|(_, sd)| *sd > 0.0) else { return 0.0 };
        (f64::from(u8::from(!value.is_finite())) - mean) / sd
    }
}

/// # Errors
/// No rows (or no weight), lengths that differ, and outcomes or weights that are not finite or weights below 0.
pub(super) fn check(x: &Matrix, y: &[f64], weights: Option<&[f64]>) -> Result<(), LearnError> {
    let lengths = [y.len(), weights.map_or(y.len(), <[f64]>::len)];
    if let Some(others) = lengths.into_iter().find(|length| *length != x.rows()) {
        return Err(LearnError::Lengths { rows: x.rows(), others });
    }
    if !y.iter().chain(weights.unwrap_or_default()).all(|value| value.is_finite()) {
        return Err(LearnError::NotFinite);
    }
    if weights.is_some_and(|weights| weights.iter().any(|weight| *weight < 0.0)) {
        return Err(LearnError::NegativeWeight);
    }
    if y.is_empty() || weights.is_some_and(|weights| weights.iter().all(|weight| *weight == 0.0)) {
        return Err(LearnError::NoRows);
    }
    Ok(())
}

/// Values with their weights, which are 1 where none are given.
pub(super) fn weighted<'a>(values: &'a [f64], weights: Option<&'a [f64]>) -> impl Iterator<Item = (f64, f64)> + Clone + 'a {
    let weight = move |row: usize| weights.and_then(|weights| weights.get(row)).copied().unwrap_or(1.0);
    values.iter().enumerate().map(move |(row, value)| (*value, weight(row)))
}
