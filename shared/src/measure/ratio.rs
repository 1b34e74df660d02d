//! Ratios of two sums over people who were assigned as one: return on spend, cost of a win-back, redemption, mean depth.
//!
//! Both sums are uncertain, and together: who returns costs an offer. The person is the unit, not the order or the message.

use std::ops::{Add, AddAssign, Sub, SubAssign};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::figure::{Figure, Interval};

/// Sums of a numerator a and a denominator b over units; see [`super::moments::Moments`] for what is exact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pairs {
    pub n: i64,
    pub a: i64,
    pub b: i64,
    pub aa: f64,
    pub bb: f64,
    pub ab: f64,
}

/// Σa/Σb with two intervals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = MeasuredRatio)]
pub struct Ratio {
    pub value: f64,
    /// By the delta method: symmetric, and too short where the denominator is hardly known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta: Option<Interval>,
    /// By Fieller; none where the denominator could be 0, for then the ratio could be anything. This is the one to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fieller: Option<Interval>,
}

impl Ratio {
    pub fn figure(&self) -> Figure {
        Figure { value: self.value, interval: self.fieller }
    }
}

/// Of two means with their variances and covariance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Two {
    pub a: f64,
    pub b: f64,
    pub var_a: f64,
    pub var_b: f64,
    pub cov: f64,
}

impl Pairs {
    pub fn of(a: i64, b: i64) -> Self {
        let (real_a, real_b) = (a as f64, b as f64);
        Self { n: 1, a, b, aa: real_a * real_a, bb: real_b * real_b, ab: real_a * real_b }
    }

    /// Σa/Σb of all who were assigned; none where Σb is 0 or nobody is there. With one unit there is no interval. `z`: the quantile,
    /// or [`super::sequence::Boundary::errors`] where one looks daily.
    pub fn ratio(&self, z: f64) -> Option<Ratio> {
        if self.n < 1 || self.b == 0 {
            return None;
        }
        let n = self.n as f64;
        let (a, b) = (self.a as f64 / n, self.b as f64 / n);
        if self.n < 2 {
            return Some(Ratio { value: a / b, delta: None, fieller: None });
        }
        let of_mean = |products: f64, one: f64, other: f64| (products / n - one * other) / (n - 1.0);
        let two = Two {
            a,
            b,
            var_a: of_mean(self.aa, a, a).max(0.0),
            var_b: of_mean(self.bb, b, b).max(0.0),
            cov: of_mean(self.ab, a, b),
        };
        Some(two.ratio(z))
    }
}

impl Two {
    /// `b` must not be 0.
    ///
    /// # Formula
    /// Delta: var(r) = (var a − 2 r cov + r² var b) / b². Fieller (1954, Some problems in interval estimation): all r with
    /// (a − r b)² ≤ z² (var a − 2 r cov + r² var b), an interval where b² > z² var b.
    pub fn ratio(&self, z: f64) -> Ratio {
        let value = self.a / self.b;
        let variance = self.var_a - 2.0 * value * self.cov + value * value * self.var_b;
        let delta = Interval::around(value, z * libm::sqrt(variance.max(0.0)) / self.b.abs());
        let zz = z * z;
        let (square, middle, rest) =
            (self.b * self.b - zz * self.var_b, self.a * self.b - zz * self.cov, self.a * self.a - zz * self.var_a);
        let fieller = (square > 0.0).then(|| {
            let root = libm::sqrt((middle * middle - square * rest).max(0.0));
            Interval { low: (middle - root) / square, high: (middle + root) / square }
        });
        Ratio { value, delta: delta.low.is_finite().then_some(delta), fieller: fieller.filter(|found| found.width().is_finite()) }
    }
}

impl Add for Pairs {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            n: self.n.saturating_add(other.n),
            a: self.a.saturating_add(other.a),
            b: self.b.saturating_add(other.b),
            aa: self.aa + other.aa,
            bb: self.bb + other.bb,
            ab: self.ab + other.ab,
        }
    }
}

impl Sub for Pairs {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            n: self.n.saturating_sub(other.n),
            a: self.a.saturating_sub(other.a),
            b: self.b.saturating_sub(other.b),
            aa: self.aa - other.aa,
            bb: self.bb - other.bb,
            ab: self.ab - other.ab,
        }
    }
}

impl AddAssign for Pairs {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Pairs {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl std::iter::Sum for Pairs {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tails::Z;
    use super::*;
    use crate::random::Random;

    /// The ends are where the linear form is z standard errors from 0.
    #[test]
    fn fieller_s_ends_solve_his_equation() {
        let two = Two { a: 3.0, b: 2.0, var_a: 0.04, var_b: 0.09, cov: 0.01 };
        let ratio = two.ratio(Z);
        let ends = ratio.fieller.unwrap();
        for r in [ends.low, ends.high] {
            let error = libm::sqrt(two.var_a - 2.0 * r * two.cov + r * r * two.var_b);
            assert!(((two.a - r * two.b).abs() / error - Z).abs() < 1e-9);
        }
        assert!(ends.holds(1.5) && ends.high - 1.5 > 1.5 - ends.low, "it is wider upwards");
        // With a denominator that is known both are the interval of the mean.
        let known = Two { var_b: 0.0, cov: 0.0, ..two }.ratio(Z);
        assert!((known.fieller.unwrap().high - known.delta.unwrap().high).abs() < 1e-12);
        assert_eq!(Two { var_b: 4.0, ..two }.ratio(Z).fieller, None, "the denominator could be 0");
    }

    #[test]
    fn sums_give_what_rows_give_and_the_truth_is_held() {
        let mut random = Random::new(5);
        let mut held = 0;
        for _ in 0..400 {
            let pairs: Pairs = (0..1_500)
                .map(|_| {
                    let back = random.unit() < 0.1;
                    let margin = if back { (2_000.0 * random.gamma(2.0)) as i64 } else { 0 };
                    Pairs::of(margin, 40 + if back { 500 } else { 0 })
                })
                .sum();
            let ratio = pairs.ratio(Z).unwrap();
            // 0.1 · (4000 − ½, for cents are cut) over 40 + 50.
            held += i32::from(ratio.fieller.unwrap().holds(0.1 * 3_999.5 / 90.0));
        }
        // Binomial: 3 errors about 95 %.
        assert!((367..=393).contains(&held), "{held} of 400");
    }

    #[test]
    fn edges() {
        assert_eq!(Pairs::default().ratio(Z), None);
        assert_eq!((Pairs::of(5, 0) + Pairs::of(2, 0)).ratio(Z), None);
        let one = Pairs::of(6, 3).ratio(Z).unwrap();
        assert_eq!((one.value, one.delta, one.fieller), (2.0, None, None));
        let same = (0..5).map(|_| Pairs::of(6, 3)).sum::<Pairs>().ratio(Z).unwrap();
        assert!(same.fieller.unwrap().width() < 1e-6);
        let all = Pairs::of(6, 3) + Pairs::of(1, 1);
        assert_eq!(all - Pairs::of(1, 1), Pairs::of(6, 3));
        let negative = (Pairs::of(6, -3) + Pairs::of(5, -3)).ratio(Z).unwrap().fieller.unwrap();
        assert!(negative.low <= negative.high && negative.holds(-11.0 / 6.0), "{negative:?}");
    }
}
