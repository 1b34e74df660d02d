use serde::{Deserialize, Serialize};

use super::{bounded, rows};
use crate::learn::LearnError;
use crate::learn::logistic::{logit, probability};

/// The rising step function nearest to the outcomes (pool adjacent violators: Ayer et al. 1955; Zadrozny & Elkan 2002), drawn as a
/// line through the steps' middles (Oron & Flournoy 2017), so that two rows which the learner tells apart stay apart.
///
/// Lines are straight on the logit scale and go on beyond the outermost steps as the learner's own logit does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Isotonic {
    steps: Vec<Step>,
}

/// Rows pooled into one probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Step {
    /// The mean of the rows' logits.
    from: f64,
    /// The logit of their share of events.
    to: f64,
    weight: f64,
}

/// A step while it is pooled.
struct Pool {
    logits: f64,
    events: f64,
    weight: f64,
}

impl Isotonic {
    /// # Errors
    /// No rows, lengths that differ, one outcome only, outcomes outside 0..=1, weights that are no numbers.
    pub fn fit(logits: &[f64], y: &[f64], weights: Option<&[f64]>) -> Result<Self, LearnError> {
        let mut rows = rows(logits, y, weights)?;
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut pools: Vec<Pool> = Vec::new();
        for ties in rows.chunk_by(|a, b| a.0 == b.0) {
            let sum = |part: &dyn Fn(&(f64, f64, f64)) -> f64| ties.iter().map(part).sum::<f64>();
            let weight = sum(&|row| row.2);
            let mut pool = Pool { logits: sum(&|row| row.0 * row.2), events: sum(&|row| row.1 * row.2), weight };
            while let Some(before) = pools.pop_if(|before| before.events * pool.weight >= pool.events * before.weight) {
                pool.logits += before.logits;
                pool.events += before.events;
                pool.weight += before.weight;
            }
            pools.push(pool);
        }
        Ok(Self { steps: pools.iter().map(Pool::step).collect::<Vec<Step>>() }.certain_of_nothing())
    }

    pub fn probability(&self, logit: f64) -> f64 {
        probability(self.line(bounded(logit)))
    }

    /// Wilson's interval (1927) for the share of events, from the rows of the nearest step.
    pub fn interval(&self, logit: f64, z: f64) -> (f64, f64) {
        let at = bounded(logit);
        let p = self.probability(at);
        let nearest = self.steps.iter().min_by(|a, b| (a.from - at).abs().total_cmp(&(b.from - at).abs()));
        let n = nearest.map_or(1.0, |step| step.weight);
        let square = z * z;
        let middle = (p + square / (2.0 * n)) / (1.0 + square / n);
        let reach = z.abs() / (1.0 + square / n) * libm::sqrt(p * (1.0 - p) / n + square / (4.0 * n * n));
        // At the ends rounding must not leave the probability outside.
        ((middle - reach).clamp(0.0, p), (middle + reach).clamp(p, 1.0))
    }

    fn line(&self, at: f64) -> f64 {
        let next = self.steps.partition_point(|step| step.from < at);
        let before = next.checked_sub(1).and_then(|place| self.steps.get(place));
        match (before, self.steps.get(next)) {
            (Some(before), Some(after)) => {
                let share = (at - before.from) / (after.from - before.from);
                before.to + share * (after.to - before.to)
            }
            (None, Some(end)) | (Some(end), None) => end.to + at - end.from,
            (None, None) => at,
        }
    }

    /// Outermost steps without an event (or without anything else) take half a row of it, but never pass the next step.
    fn certain_of_nothing(mut self) -> Self {
        let second = self.steps.get(1).map_or(f64::INFINITY, |step| step.to);
        if let Some(first) = self.steps.first_mut() {
            first.to = first.to.max(logit(0.5 / (first.weight + 1.0)).min(second));
        }
        let before =
            self.steps.len().checked_sub(2).and_then(|place| self.steps.get(place)).map_or(f64::NEG_INFINITY, |step| step.to);
        if let Some(last) = self.steps.last_mut() {
            last.to = last.to.min(logit(1.0 - 0.5 / (last.weight + 1.0)).max(before));
        }
        self
    }
}

impl Pool {
    fn step(&self) -> Step {
        Step { from: self.logits / self.weight, to: logit(self.events / self.weight), weight: self.weight }
    }
}
