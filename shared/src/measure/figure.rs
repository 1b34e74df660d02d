//! A figure with what it may be.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = MeasuredInterval)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

/// An estimate; without an interval there is no telling how sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = MeasuredFigure)]
pub struct Figure {
    pub value: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

impl Interval {
    pub fn around(value: f64, radius: f64) -> Self {
        Self { low: value - radius, high: value + radius }
    }

    pub fn width(self) -> f64 {
        self.high - self.low
    }

    pub fn holds(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Of something `factor` times as large; a factor below 0 swaps the ends.
    pub fn times(self, factor: f64) -> Self {
        let (one, other) = (self.low * factor, self.high * factor);
        Self { low: one.min(other), high: one.max(other) }
    }

    pub fn plus(self, shift: f64) -> Self {
        Self { low: self.low + shift, high: self.high + shift }
    }
}

impl Figure {
    /// A total over this figure, such as what was spent for each of the returns that would not have been: the interval's ends swap, and
    /// there is none where the figure could be 0. None where it is 0.
    pub fn divide(self, total: f64) -> Option<Self> {
        let interval = self.interval.filter(|ends| ends.low > 0.0 || ends.high < 0.0);
        let over = |ends: Interval| {
            let (one, other) = (total / ends.high, total / ends.low);
            Interval { low: one.min(other), high: one.max(other) }
        };
        (self.value != 0.0).then(|| Self { value: total / self.value, interval: interval.map(over) })
    }

    pub fn times(self, factor: f64) -> Self {
        Self { value: self.value * factor, interval: self.interval.map(|interval| interval.times(factor)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_negative_factor_keeps_the_ends_in_order() {
        let interval = Interval::around(2.0, 1.0);
        assert_eq!(interval.times(-2.0), Interval { low: -6.0, high: -2.0 });
        assert_eq!((interval.width(), interval.plus(1.0).low), (2.0, 2.0));
        let figure = Figure { value: 2.0, interval: Some(interval) };
        assert_eq!(figure.divide(6.0), Some(Figure { value: 3.0, interval: Some(Interval { low: 2.0, high: 6.0 }) }));
        assert_eq!(Figure { value: 0.0, interval: None }.divide(6.0), None);
        assert_eq!(Figure { value: 1.0, interval: Some(Interval::around(1.0, 2.0)) }.divide(6.0).unwrap().interval, None);
        assert!(interval.holds(1.0) && interval.holds(3.0) && !interval.holds(3.1));
    }
}
