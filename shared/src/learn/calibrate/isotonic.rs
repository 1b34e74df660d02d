use serde::{Deserialize, Serialize};

use super::{bounded, rows};
use crate::learn::LearnError;

/// The rising step function nearest to the outcomes (Ayer et al. 1955: pool adjacent violators), straight between its steps, as in
/// Zadrozny & Elkan (2002).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Isotonic {
    steps: Vec<Step>,
}

/// Rows pooled into one probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Step {
    from: f64,
    to: f64,
    probability: f64,
    weight: f64,
}

impl Isotonic {
    /// # Errors
    /// No rows, lengths that differ, one outcome only, outcomes outside 0..=1, weights that are no numbers.
    pub fn fit(logits: &[f64], y: &[f64], weights: Option<&[f64]>) -> Result<Self, LearnError> {
        let mut rows = rows(logits, y, weights)?;
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut steps: Vec<Step> = Vec::new();
        for ties in rows.chunk_by(|a, b| a.0 == b.0) {
            let weight: f64 = ties.iter().map(|row| row.2).sum();
            let events: f64 = ties.iter().map(|row| row.1 * row.2).sum();
            let at = ties.first().map_or(0.0, |row| row.0);
            let mut step = Step { from: at, to: at, probability: events / weight, weight };
            while let Some(before) = steps.pop_if(|before| before.probability >= step.probability) {
                let weight = before.weight + step.weight;
                let probability = (before.probability * before.weight + step.probability * step.weight) / weight;
                step = Step { from: before.from, to: step.to, probability, weight };
            }
            steps.push(step);
        }
        Ok(Self { steps: uncertain(steps) })
    }

    pub fn probability(&self, logit: f64) -> f64 {
        let logit = bounded(logit);
        let next = self.steps.partition_point(|step| step.to < logit);
        let before = next.checked_sub(1).and_then(|place| self.steps.get(place));
        match (before, self.steps.get(next)) {
            (Some(before), Some(after)) if logit < after.from => {
                let share = (logit - before.to) / (after.from - before.to);
                before.probability + share * (after.probability - before.probability)
            }
            (_, Some(after)) => after.probability,
            (Some(before), None) => before.probability,
            (None, None) => 0.5,
        }
    }

    /// Wilson's interval (1927) from the rows of the nearest step, moved to the probability's own place between steps.
    pub fn interval(&self, logit: f64, z: f64) -> (f64, f64) {
        let p = self.probability(logit);
        let near = |a: &&Step, b: &&Step| (a.probability - p).abs().total_cmp(&(b.probability - p).abs());
        let n = self.steps.iter().min_by(near).map_or(1.0, |step| step.weight);
        let square = z * z;
        let middle = (p + square / (2.0 * n)) / (1.0 + square / n);
        let reach = z.abs() / (1.0 + square / n) * libm::sqrt(p * (1.0 - p) / n + square / (4.0 * n * n));
        ((middle - reach).max(0.0), (middle + reach).min(1.0))
    }
}

/// No step is certain: one without events (or without others) stays half a row away from 0 (or 1), but never beyond the next.
fn uncertain(mut steps: Vec<Step>) -> Vec<Step> {
    let second = steps.get(1).map_or(0.5, |step| step.probability);
    if let Some(first) = steps.first_mut() {
        first.probability = first.probability.max((0.5 / (first.weight + 1.0)).min(second));
    }
    let before = steps.len().checked_sub(2).and_then(|place| steps.get(place)).map_or(0.5, |step| step.probability);
    if let Some(last) = steps.last_mut() {
        last.probability = last.probability.min((1.0 - 0.5 / (last.weight + 1.0)).max(before));
    }
    steps
}
