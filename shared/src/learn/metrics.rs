//! How good predictions are: ranking, calibration and both together.
//!
//! Rows with equal predictions count as one group, so that no figure depends on the order of the rows. A label above one half is
//! an event. Each figure is `None` where it is undefined: no rows, other lengths, a prediction that is no number, or one outcome
//! only where two are needed.

use serde::{Deserialize, Serialize};

/// Equal-count bins of [`ece`].
pub const BINS: usize = 10;

/// Further from 0 and 1 than this no logarithm is taken, as in the peers.
const CLIP: f64 = f64::EPSILON;

/// The figures by which predictions of one event are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    pub n: usize,
    pub base_rate: Option<f64>,
    pub auc: Option<f64>,
    pub pr_auc: Option<f64>,
    pub brier: Option<f64>,
    pub log_loss: Option<f64>,
    pub ece: Option<f64>,
    /// Of the tenth with the highest predictions.
    pub lift10: Option<f64>,
}

pub fn figures(labels: &[f64], predictions: &[f64]) -> Figures {
    Figures {
        n: labels.len(),
        base_rate: mean(labels),
        auc: auc(labels, predictions),
        pr_auc: pr_auc(labels, predictions),
        brier: brier(labels, predictions),
        log_loss: log_loss(labels, predictions),
        ece: ece(labels, predictions),
        lift10: lift(labels, predictions, 0.1),
    }
}

/// The chance that an event is ranked above a non-event, ties being worth one half (Hanley & McNeil 1982).
pub fn auc(labels: &[f64], predictions: &[f64]) -> Option<f64> {
    let groups = groups(labels, predictions)?;
    let (mut below, mut won, mut events) = (0.0, 0.0, 0.0);
    for group in &groups {
        let others = group.rows - group.events;
        won += group.events * (below + 0.5 * others);
        below += others;
        events += group.events;
    }
    (events > 0.0 && below > 0.0).then(|| won / (events * below))
}

/// Average precision: precision at each threshold weighted by the recall it adds, without interpolation.
pub fn pr_auc(labels: &[f64], predictions: &[f64]) -> Option<f64> {
    let groups = groups(labels, predictions)?;
    let (mut rows, mut found, mut area) = (0.0, 0.0, 0.0);
    for group in groups.iter().rev() {
        rows += group.rows;
        found += group.events;
        area += group.events * found / rows;
    }
    (found > 0.0).then(|| area / found)
}

/// Mean squared distance of probabilities from outcomes (Brier 1950).
pub fn brier(labels: &[f64], predictions: &[f64]) -> Option<f64> {
    if !comparable(labels, predictions) {
        return None;
    }
    let squares = labels.iter().zip(predictions).map(|(label, p)| (p - label) * (p - label));
    Some(squares.sum::<f64>() / labels.len() as f64)
}

/// Mean negative log likelihood of the outcomes.
pub fn log_loss(labels: &[f64], predictions: &[f64]) -> Option<f64> {
    if !comparable(labels, predictions) {
        return None;
    }
    let losses = labels.iter().zip(predictions).map(|(label, p)| row_log_loss(*label, *p));
    Some(losses.sum::<f64>() / labels.len() as f64)
}

/// One row's part of [`log_loss`].
pub fn row_log_loss(label: f64, probability: f64) -> f64 {
    let p = probability.clamp(CLIP, 1.0 - CLIP);
    -(label * libm::log(p) + (1.0 - label) * libm::log1p(-p))
}

/// Expected calibration error: mean distance of predicted from observed shares over [`BINS`] bins of equal count. A group of equal
/// predictions that a border falls into is shared out between the bins.
pub fn ece(labels: &[f64], predictions: &[f64]) -> Option<f64> {
    let groups = groups(labels, predictions)?;
    let n = labels.len();
    let mut sizes = (0..BINS).map(|bin| (n / BINS + usize::from(bin < n % BINS)) as f64).filter(|size| *size > 0.0);
    let (mut size, mut distance) = (sizes.next()?, 0.0);
    let (mut rows, mut predicted, mut observed) = (0.0, 0.0, 0.0);
    for group in &groups {
        let mut left = group.rows;
        while left > 0.0 {
            let taken = left.min(size - rows);
            rows += taken;
            predicted += taken * group.prediction;
            observed += taken * group.events / group.rows;
            left -= taken;
            if rows >= size {
                distance += f64::abs(predicted - observed);
                (rows, predicted, observed) = (0.0, 0.0, 0.0);
                size = sizes.next().unwrap_or(f64::INFINITY);
            }
        }
    }
    Some(distance / n as f64)
}

/// How many times more events are among the `share` of rows with the highest predictions than among all.
pub fn lift(labels: &[f64], predictions: &[f64], share: f64) -> Option<f64> {
    let groups = groups(labels, predictions)?;
    let size = libm::floor(share * labels.len() as f64).max(1.0);
    let (mut rows, mut found, mut events) = (0.0, 0.0, 0.0);
    for group in groups.iter().rev() {
        let taken = group.rows.min(size - rows);
        rows += taken;
        found += taken * group.events / group.rows;
        events += group.events;
    }
    (events > 0.0 && share > 0.0).then(|| found / rows / (events / labels.len() as f64))
}

/// Places from 1 in rising order; equal values share the mean of theirs.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = values.iter().copied().zip(0..).collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut placed: Vec<(usize, f64)> = Vec::with_capacity(values.len());
    let mut before = 0;
    for ties in order.chunk_by(|a, b| a.0 == b.0) {
        let rank = before as f64 + 0.5 * (ties.len() as f64 + 1.0);
        placed.extend(ties.iter().map(|(_, row)| (*row, rank)));
        before += ties.len();
    }
    placed.sort_unstable_by_key(|(row, _)| *row);
    placed.into_iter().map(|(_, rank)| rank).collect()
}

/// Pearson's correlation.
pub fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    if !comparable(a, b) {
        return None;
    }
    let (mean_a, mean_b) = (mean(a)?, mean(b)?);
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        aa += (a - mean_a) * (a - mean_a);
        bb += (b - mean_b) * (b - mean_b);
        ab += (a - mean_a) * (b - mean_b);
    }
    let scale = libm::sqrt(aa) * libm::sqrt(bb);
    (scale > 0.0 && scale.is_finite()).then(|| ab / scale)
}

pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Of a sample: divided by n - 1. `None` for fewer than two values.
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values).filter(|_| values.len() > 1)?;
    let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    Some(libm::sqrt(squares / (values.len() - 1) as f64))
}

/// Rows with one and the same prediction.
struct Group {
    prediction: f64,
    rows: f64,
    events: f64,
}

/// In rising order.
fn groups(labels: &[f64], predictions: &[f64]) -> Option<Vec<Group>> {
    if !comparable(labels, predictions) {
        return None;
    }
    let mut rows: Vec<(f64, bool)> = predictions.iter().copied().zip(labels.iter().map(|label| *label > 0.5)).collect();
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let group = |ties: &[(f64, bool)]| Group {
        prediction: ties.first().map_or(0.0, |tie| tie.0),
        rows: ties.len() as f64,
        events: ties.iter().filter(|tie| tie.1).count() as f64,
    };
    Some(rows.chunk_by(|a, b| a.0 == b.0).map(group).collect())
}

fn comparable(labels: &[f64], predictions: &[f64]) -> bool {
    let numbers = |values: &[f64]| !values.iter().any(|value| value.is_nan());
    !labels.is_empty() && labels.len() == predictions.len() && numbers(labels) && numbers(predictions)
}
