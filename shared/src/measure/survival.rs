//! The share still there, and the hazard that adds up, over time.

use serde::{Deserialize, Serialize};

use super::tails::Z;
use super::{Lifetime, MeasureError, by_duration, check};

/// Kaplan & Meier's (1958) estimate with log-log intervals, and Nelson (1972) & Aalen's (1978).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    pub n: usize,
    pub events: usize,
    /// The longest duration seen: nothing is known beyond it.
    pub until: f64,
    /// At each distinct time with an event.
    pub steps: Vec<Step>,
}

/// What holds from `time` until the next step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub time: f64,
    /// How many were seen until then at least.
    pub at_risk: usize,
    pub events: usize,
    pub survival: f64,
    /// 95 %, by Greenwood's variance on the scale ln(−ln S) (Kalbfleisch & Prentice 2002, section 1.4). Where nobody is left the
    /// upper bound stays what it was.
    pub low: f64,
    pub high: f64,
    /// Σ d/n.
    pub hazard: f64,
}

impl Curve {
    /// # Errors
    /// [`MeasureError::NoRows`], [`MeasureError::Duration`].
    pub fn of(lifetimes: &[Lifetime]) -> Result<Self, MeasureError> {
        check(lifetimes)?;
        let sorted = by_duration(lifetimes);
        let mut left = sorted.len();
        let (mut survival, mut high, mut hazard, mut greenwood) = (1.0, 1.0, 0.0, 0.0);
        let mut steps = Vec::new();
        for same in sorted.chunk_by(|a, b| a.1.duration == b.1.duration) {
            let events = same.iter().filter(|(_, lifetime)| lifetime.event).count();
            if let (Some((_, Lifetime { duration, .. })), true) = (same.first(), events > 0) {
                let (died, at_risk) = (events as f64, left as f64);
                survival *= 1.0 - died / at_risk;
                hazard += died / at_risk;
                greenwood += died / (at_risk * (at_risk - died));
                let low = if events < left {
                    let (log, error) = (libm::log(survival), Z * libm::sqrt(greenwood));
                    high = libm::exp(log * libm::exp(error / log));
                    libm::exp(log * libm::exp(-error / log))
                } else {
                    survival = 0.0;
                    0.0
                };
                steps.push(Step { time: *duration, at_risk: left, events, survival, low, high, hazard });
            }
            left -= same.len();
        }
        let until = sorted.last().map_or(0.0, |(_, lifetime)| lifetime.duration);
        Ok(Self { n: sorted.len(), events: steps.iter().map(|step| step.events).sum(), until, steps })
    }

    /// The step that holds at `time`; before the first event all are there. `None` where nothing is known: before 0, and beyond
    /// the longest duration unless nobody was left.
    pub fn at(&self, time: f64) -> Option<Step> {
        let known = time >= 0.0 && (time <= self.until || self.steps.last().is_some_and(|step| step.survival == 0.0));
        let start = Step { time: 0.0, at_risk: self.n, events: 0, survival: 1.0, low: 1.0, high: 1.0, hazard: 0.0 };
        let before = self.steps.partition_point(|step| step.time <= time);
        known.then(|| before.checked_sub(1).and_then(|place| self.steps.get(place)).copied().unwrap_or(start))
    }

    /// The first time at which at most half are left; `None` where that is not reached.
    pub fn median(&self) -> Option<f64> {
        self.steps.iter().find(|step| step.survival <= 0.5).map(|step| step.time)
    }

    /// The mean time within `until`, the area under the curve, and its standard error (Irwin 1949; Klein & Moeschberger 2003,
    /// equations 4.5.1 and 4.5.2). `None` beyond what is known.
    pub fn restricted_mean(&self, until: f64) -> Option<(f64, f64)> {
        self.at(until)?;
        let within: Vec<&Step> = self.steps.iter().filter(|step| step.time <= until).collect();
        let (mut area, mut variance, mut next) = (0.0, 0.0, until);
        // From the end, so that the area beyond each event is at hand.
        for step in within.iter().rev() {
            area += step.survival * (next - step.time);
            let (died, at_risk) = (step.events as f64, step.at_risk as f64);
            if step.at_risk > step.events {
                variance += area * area * died / (at_risk * (at_risk - died));
            }
            next = step.time;
        }
        Some((area + next, libm::sqrt(variance)))
    }
}
