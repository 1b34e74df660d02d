//! Gradient boosting on histograms: small trees, each of which corrects what the trees before it left over.
//!
//! Second-order boosting (Chen & Guestrin 2016, §2) on at most 255 bins a column (Ke et al. 2017). Sums of gradients are kept in
//! fixed point, so that they do not depend on the order of rows, a child's histogram subtracted from its parent's is the
//! sibling's to the last bit, and every platform grows the same trees. A missing value is a level of its own and goes to the side
//! where it helps.

mod bins;
mod grow;
mod packs;
mod shap;
mod stored;
mod sums;
mod tree;

use serde::{Deserialize, Serialize};

use super::{Contributions, Direction, LearnError, Matrix, probability};
use crate::random::Random;
use bins::Binned;
use grow::{Grower, Round};
use sums::Scale;
use tree::Tree;

/// What the trees bring down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// Of a probability of yes (1) against no (0); a model's raw value is the logit.
    #[default]
    Log,
    /// Half the squared error of a number.
    Squares,
}

/// How to grow the trees; the default is meant for any table of people and is what every learner here uses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BoostSettings {
    pub loss: Loss,
    /// How many trees.
    pub rounds: usize,
    /// What share of its step a tree may take.
    pub learning_rate: f64,
    /// How many questions a tree asks at most before it answers, up to 12.
    pub depth: usize,
    /// The fewest rows in a leaf.
    pub min_rows: usize,
    /// The least sum of second derivatives in a leaf: for log loss the sum of p (1 - p), for squares that of the weights.
    pub min_hessian: f64,
    /// Into how many ranges a column's values fall at most, up to 255.
    pub bins: usize,
    /// The share of the rows that a tree sees.
    pub row_share: f64,
    /// The share of the columns that a tree sees.
    pub column_share: f64,
    /// Shrinks every leaf towards zero: the L2 penalty of a leaf's value.
    pub lambda: f64,
    pub seed: u64,
}

impl Default for BoostSettings {
    fn default() -> Self {
        Self {
            loss: Loss::Log,
            rounds: 200,
            learning_rate: 0.05,
            depth: 3,
            min_rows: 20,
            min_hessian: 1.0,
            bins: 255,
            row_share: 0.8,
            column_share: 0.8,
            lambda: 10.0,
            seed: 0,
        }
    }
}

/// The deepest trees that are grown or read.
const DEEPEST: usize = 12;

/// A sum of trees.
///
/// ```
/// use shared::learn::{BoostSettings, Boosted, Matrix};
///
/// let days: Vec<f64> = (0..200).map(f64::from).collect();
/// let left: Vec<f64> = days.iter().map(|days| f64::from(*days > 90.0)).collect();
/// let mut matrix = Matrix::new(200);
/// matrix.push("days since the last order", 0, days);
/// let model = Boosted::fit(&matrix, &left, None, &[], &BoostSettings::default())?;
/// assert!(model.raw(&[30.0]) < -1.0 && model.raw(&[120.0]) > 1.0);
/// # Ok::<(), shared::learn::LearnError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "stored::Stored", into = "stored::Stored")]
pub struct Boosted {
    base: f64,
    /// All leaves are whole multiples of it, which makes a model short to write.
    unit: f64,
    columns: usize,
    trees: Vec<Tree>,
    /// The mean over the rows learned from: `base` and each tree's mean. Derived from the rest.
    mean: f64,
}

impl Boosted {
    /// Grows the trees.
    ///
    /// `y` is 0 or 1 (or a probability between) for [`Loss::Log`]. Rows of weight 0 count as absent. `directions` holds one
    /// direction a column, or is empty; where one is given, no prediction moves against it when only that column's value grows
    /// (a missing value stands outside this order). Squares on outcomes that are all the same give that constant.
    ///
    /// # Errors
    /// No rows; for log loss only one outcome, or one outside 0 to 1; lengths that differ; an outcome or weight that is not finite,
    /// a weight below 0.
    pub fn fit(
        x: &Matrix,
        y: &[f64],
        weights: Option<&[f64]>,
        directions: &[Direction],
        settings: &BoostSettings,
    ) -> Result<Self, LearnError> {
        let rows = x.rows();
        let wrong = |others: usize| Err(LearnError::Lengths { rows, others });
        if y.len() != rows {
            return wrong(y.len());
        }
        if let Some(weights) = weights.filter(|weights| weights.len() != rows) {
            return wrong(weights.len());
        }
        if !directions.is_empty() && directions.len() != x.columns().len() {
            return Err(LearnError::Lengths { rows: x.columns().len(), others: directions.len() });
        }
        let (sample, target) = Target::new(y, weights, settings.loss)?;
        let binned = match sample {
            None => Binned::new(x, settings.bins),
            Some(kept) => Binned::new(&x.select(&kept), settings.bins),
        };
        let trees = boost(&binned, &target, directions, settings);
        Ok(Self::from_parts(target.base, target.unit, x.columns().len(), trees))
    }

    /// The logit, or the value, of one row of the matrix; a column that the row has not counts as missing.
    pub fn raw(&self, row: &[f64]) -> f64 {
        self.trees.iter().fold(self.base, |sum, tree| sum + tree.value(row))
    }

    pub fn raws(&self, x: &Matrix) -> Vec<f64> {
        (0..x.rows()).map(|row| self.raw(&x.row(row))).collect()
    }

    /// Exact Shapley values of [`Self::raw`] (path-dependent TreeSHAP, Lundberg et al. 2020): base and parts sum to it.
    pub fn contributions(&self, row: &[f64]) -> Contributions {
        shap::contributions(&self.trees, self.mean, self.columns, row)
    }

    /// How many columns a row has.
    pub fn columns(&self) -> usize {
        self.columns
    }

    fn from_parts(base: f64, unit: f64, columns: usize, trees: Vec<Tree>) -> Self {
        let mean = trees.iter().fold(base, |sum, tree| sum + tree.mean());
        Self { base, unit, columns, trees, mean }
    }
}

/// Outcomes and weights of the rows that count, and what follows from them for all trees.
struct Target {
    /// For squares as (y - base) / scale, so that any currency's numbers are of the order of 1.
    y: Vec<f64>,
    weights: Option<Vec<f64>>,
    loss: Loss,
    base: f64,
    /// A power of two.
    scale: f64,
    unit: f64,
    /// From sums of weights to covers: sixteenths of a row of mean weight.
    rows_a_weight: f64,
}

/// A leaf is a multiple of this part of the scale: finer than a single-precision number near 1.
const FINENESS: f64 = 1.0 / (1_u64 << 24) as f64;

impl Target {
    /// The rows to keep (`None`: all), and their outcomes.
    fn new(y: &[f64], weights: Option<&[f64]>, loss: Loss) -> Result<(Option<Vec<usize>>, Self), LearnError> {
        let all_finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
        if !all_finite(y) || !weights.is_none_or(all_finite) {
            return Err(LearnError::NotFinite);
        }
        let outside = |values: &[f64], high: f64| values.iter().any(|value| !(0.0..=high).contains(value));
        if weights.is_some_and(|weights| outside(weights, f64::MAX)) {
            return Err(LearnError::NegativeWeight);
        }
        if loss == Loss::Log && outside(y, 1.0) {
            return Err(LearnError::OutsideShares);
        }
        let empty = weights.is_some_and(|weights| weights.contains(&0.0));
        let kept: Option<Vec<usize>> = empty.then(|| {
            let weights = weights.unwrap_or_default();
            weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0).map(|(row, _)| row).collect()
        });
        let pick = |values: &[f64]| match &kept {
            None => values.to_vec(),
            Some(kept) => kept.iter().filter_map(|row| values.get(*row)).copied().collect(),
        };
        let (y, weights) = (pick(y), weights.map(pick));
        let (Some(low), Some(high)) = (y.iter().copied().reduce(f64::min), y.iter().copied().reduce(f64::max)) else {
            return Err(LearnError::NoRows);
        };
        let total = weights.as_ref().map_or(y.len() as f64, |weights| weights.iter().sum());
        let sum: f64 = match &weights {
            None => y.iter().sum(),
            Some(weights) => y.iter().zip(weights).map(|(y, weight)| y * weight).sum(),
        };
        let mean = (sum / total).clamp(low, high);
        if !mean.is_finite() {
            return Err(LearnError::NotFinite);
        }
        let rows_a_weight = 16.0 * y.len() as f64 / total;
        match loss {
            Loss::Log if mean <= 0.0 || mean >= 1.0 => Err(LearnError::OneOutcome),
            Loss::Log => {
                let base = libm::log(mean) - libm::log1p(-mean);
                Ok((kept, Self { y, weights, loss, base, scale: 1.0, unit: FINENESS, rows_a_weight }))
            }
            Loss::Squares => {
                let (_, exponent) = libm::frexp((high - mean).max(mean - low));
                let scale = libm::ldexp(1.0, exponent.clamp(-900, 1000));
                let y = y.into_iter().map(|y| (y - mean) / scale).collect();
                Ok((kept, Self { y, weights, loss, base: mean, scale, unit: scale * FINENESS, rows_a_weight }))
            }
        }
    }

    fn rows(&self) -> usize {
        self.y.len()
    }

    /// First and second derivative of the loss at each row's present raw value (Chen & Guestrin 2016, equation 3).
    fn derivatives(&self, raws: &[f64], out: &mut Vec<(f64, f64)>) {
        out.clear();
        let rows = raws.iter().zip(&self.y);
        match self.loss {
            Loss::Log => out.extend(rows.map(|(raw, y)| {
                let p = probability(*raw);
                (p - y, p * (1.0 - p))
            })),
            Loss::Squares => out.extend(rows.map(|(raw, y)| (raw - y, 1.0))),
        }
        if let Some(weights) = &self.weights {
            for ((gradient, hessian), weight) in out.iter_mut().zip(weights) {
                (*gradient, *hessian) = (*gradient * weight, *hessian * weight);
            }
        }
    }
}

fn boost(binned: &Binned, target: &Target, directions: &[Direction], settings: &BoostSettings) -> Vec<Tree> {
    let mut random = Random::new(settings.seed);
    let share = |share: f64| if share > 0.0 && share < 1.0 { share } else { 1.0 };
    let (row_share, column_share) = (share(settings.row_share), share(settings.column_share));
    let raw_unit = target.unit / target.scale;
    let mut raws = vec![if target.loss == Loss::Log { target.base } else { 0.0 }; target.rows()];
    let mut grower = Grower::new(binned, directions, settings);
    let (mut derivatives, mut sums) = (Vec::with_capacity(target.rows()), Vec::with_capacity(target.rows()));
    let mut trees = Vec::with_capacity(settings.rounds.min(10_000));
    for _ in 0..settings.rounds {
        target.derivatives(&raws, &mut derivatives);
        let largest =
            derivatives.iter().fold((0.0_f64, 0.0_f64), |largest, row| (largest.0.max(row.0.abs()), largest.1.max(row.1)));
        let scale = Scale::new(target.rows(), largest.0, largest.1);
        sums.clear();
        sums.extend(derivatives.iter().map(|(gradient, hessian)| scale.pack(*gradient, *hessian)));
        let (mut inside, mut outside) = some_rows(target.rows(), row_share, &mut random);
        let columns = some_columns(binned.columns.len(), column_share, &mut random);
        let chosen: Vec<bool> = (0..binned.columns.len()).map(|column| columns.binary_search(&column).is_ok()).collect();
        let mut round = Round {
            scale,
            sums: &sums,
            columns: &columns,
            chosen: &chosen,
            steps: settings.learning_rate / raw_unit,
            unit: target.unit,
            raw_unit,
            raws: &mut raws,
            weights: target.weights.as_deref(),
            cover: target.rows_a_weight,
        };
        trees.extend(grower.grow(&mut round, &mut inside, &mut outside));
    }
    trees
}

/// The rows a tree learns from and the others, each drawn by itself.
fn some_rows(rows: usize, share: f64, random: &mut Random) -> (Vec<u32>, Vec<u32>) {
    let rows = 0..rows as u32;
    if share >= 1.0 {
        return (rows.collect(), Vec::new());
    }
    let (inside, outside): (Vec<u32>, Vec<u32>) = rows.partition(|_| random.unit() < share);
    if inside.is_empty() { (outside, inside) } else { (inside, outside) }
}

/// In order, and at least one.
fn some_columns(columns: usize, share: f64, random: &mut Random) -> Vec<usize> {
    let mut all: Vec<usize> = (0..columns).collect();
    if share < 1.0 {
        random.shuffle(&mut all);
        all.truncate((libm::round(columns as f64 * share) as usize).max(1));
        all.sort_unstable();
    }
    all
}
