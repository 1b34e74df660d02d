//! Sums from which a comparison of two arms is computed, so that a report never reads the rows behind them.

use std::ops::{Add, AddAssign, Sub, SubAssign};

use serde::{Deserialize, Serialize};

/// Sums over the ripe units of one arm: an outcome y and one covariate x that was frozen at entry, both in minor units of the home
/// currency (or any whole number).
///
/// Sums are whole numbers and exact: a million people at ten million dollars each fit. Squares and products do not fit 64 bits, and the
/// database has no wider whole number, so they are floating-point numbers; each is exact below 2⁵³, and adding and taking away leaves a
/// relative error of about 1e-16 of the largest sum there ever was, far below what a variance needs. Keep a second one beside it for the
/// outcome cut at a limit ([`Moments::of`] with [`limited`]): what a limit does cannot be told from sums afterwards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Moments {
    pub n: i64,
    pub y: i64,
    pub yy: f64,
    pub x: i64,
    pub xx: f64,
    pub xy: f64,
}

/// An outcome cut at a limit on both sides. The limit is frozen before the first outcome is known: from orders before entry, or from both
/// arms together without telling them apart.
pub fn limited(y: i64, limit: i64) -> i64 {
    let limit = limit.max(0);
    y.clamp(-limit, limit)
}

impl Moments {
    /// Those of one unit.
    pub fn of(y: i64, x: i64) -> Self {
        let (real_y, real_x) = (y as f64, x as f64);
        Self { n: 1, y, yy: real_y * real_y, x, xx: real_x * real_x, xy: real_x * real_y }
    }

    /// Those of `n` units of which `k` have the outcome 1 and the others 0.
    pub fn of_count(n: i64, k: i64) -> Self {
        Self { n, y: k, yy: k as f64, ..Self::default() }
    }

    /// 0 where there is nobody.
    pub fn mean(&self) -> f64 {
        self.over_n(self.y as f64)
    }

    pub fn mean_x(&self) -> f64 {
        self.over_n(self.x as f64)
    }

    /// With n − 1; 0 with fewer than two units.
    pub fn variance(&self) -> f64 {
        self.central(self.yy, self.y as f64, self.y as f64).max(0.0)
    }

    pub fn variance_x(&self) -> f64 {
        self.central(self.xx, self.x as f64, self.x as f64).max(0.0)
    }

    pub fn covariance(&self) -> f64 {
        self.central(self.xy, self.x as f64, self.y as f64)
    }

    /// The variance of y − θx.
    pub fn variance_less(&self, theta: f64) -> f64 {
        (self.variance() - 2.0 * theta * self.covariance() + theta * theta * self.variance_x()).max(0.0)
    }

    fn over_n(&self, sum: f64) -> f64 {
        if self.n > 0 { sum / self.n as f64 } else { 0.0 }
    }

    fn central(&self, products: f64, one: f64, other: f64) -> f64 {
        if self.n < 2 {
            return 0.0;
        }
        let n = self.n as f64;
        (products - one * other / n) / (n - 1.0)
    }
}

/// θ of CUPED (Deng, Xu, Kohavi & Walker 2013, Improving the sensitivity of online controlled experiments by utilizing pre-experiment
/// data, equation 4), one for both arms: the covariance of x and y over the variance of x, both within the arms. 0 where x does not vary.
pub fn theta(arms: &[Moments]) -> f64 {
    let within = |of: fn(&Moments) -> f64| arms.iter().map(|arm| of(arm) * (arm.n - 1).max(0) as f64).sum::<f64>();
    let (variance, covariance) = (within(Moments::variance_x), within(Moments::covariance));
    let theta = covariance / variance;
    if variance > 0.0 && theta.is_finite() { theta } else { 0.0 }
}

impl Add for Moments {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            n: self.n.saturating_add(other.n),
            y: self.y.saturating_add(other.y),
            yy: self.yy + other.yy,
            x: self.x.saturating_add(other.x),
            xx: self.xx + other.xx,
            xy: self.xy + other.xy,
        }
    }
}

impl Sub for Moments {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            n: self.n.saturating_sub(other.n),
            y: self.y.saturating_sub(other.y),
            yy: self.yy - other.yy,
            x: self.x.saturating_sub(other.x),
            xx: self.xx - other.xx,
            xy: self.xy - other.xy,
        }
    }
}

impl AddAssign for Moments {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Moments {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl std::iter::Sum for Moments {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: [(i64, i64); 5] = [(0, 100), (2_500, 400), (0, 90), (-300, 150), (9_999, 800)];

    #[test]
    fn they_are_those_of_the_rows() {
        let moments: Moments = ROWS.iter().map(|(y, x)| Moments::of(*y, *x)).sum();
        let mean = |of: fn(&(i64, i64)) -> f64| ROWS.iter().map(of).sum::<f64>() / 5.0;
        let (y, x) = (mean(|row| row.0 as f64), mean(|row| row.1 as f64));
        let central =
            |of: &dyn Fn(f64, f64) -> f64| ROWS.iter().map(|row| of(row.0 as f64 - y, row.1 as f64 - x)).sum::<f64>() / 4.0;
        assert_eq!((moments.mean(), moments.mean_x()), (y, x));
        assert!((moments.variance() - central(&|y, _| y * y)).abs() < 1e-6);
        assert!((moments.covariance() - central(&|y, x| y * x)).abs() < 1e-6);
        assert!((moments.variance_less(3.0) - central(&|y, x| (y - 3.0 * x) * (y - 3.0 * x))).abs() < 1e-6);
    }

    #[test]
    fn what_is_added_is_taken_away_again() {
        let mut moments: Moments = ROWS.iter().map(|(y, x)| Moments::of(*y, *x)).sum();
        let before = moments;
        moments += Moments::of(5_000_000, 7);
        moments -= Moments::of(5_000_000, 7);
        assert_eq!(moments, before);
        let text = serde_json::to_string(&moments).unwrap();
        assert_eq!(serde_json::from_str::<Moments>(&text).unwrap(), moments);
    }

    #[test]
    fn nobody_one_and_equal_ones_have_no_spread() {
        for moments in [Moments::default(), Moments::of(7, 3), Moments::of(7, 3) + Moments::of(7, 3)] {
            assert_eq!((moments.variance(), moments.covariance(), theta(&[moments])), (0.0, 0.0, 0.0), "{moments:?}");
        }
        assert_eq!(Moments::of_count(4, 1).variance(), 0.25);
        assert_eq!((limited(500, 100), limited(-500, 100), limited(50, 100), limited(5, -1)), (100, -100, 50, 0));
    }

    /// y = 2x + a step by arm: the step is not in θ.
    #[test]
    fn theta_is_within_the_arms() {
        let one: Moments = (0..10).map(|x| Moments::of(2 * x, x)).sum();
        let other: Moments = (0..30).map(|x| Moments::of(1_000 + 2 * x, x + 50)).sum();
        assert!((theta(&[one, other]) - 2.0).abs() < 1e-12);
    }
}
