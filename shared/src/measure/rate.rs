//! Rates and their differences where the number of people was fixed beforehand and one looks once.

use serde::{Deserialize, Serialize};

use super::figure::Interval;

/// `k` of `n` people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    pub n: i64,
    pub k: i64,
}

impl Count {
    /// Of a negative number of people there are none, and no more of them than all.
    pub fn new(n: i64, k: i64) -> Self {
        let n = n.max(0);
        Self { n, k: k.clamp(0, n) }
    }

    /// 0 where there is nobody.
    pub fn rate(self) -> f64 {
        if self.n > 0 { self.k as f64 / self.n as f64 } else { 0.0 }
    }

    /// The others, whose outcome it was not.
    pub fn without(self) -> Self {
        Self { n: self.n, k: self.n - self.k }
    }
}

/// The score interval of one rate (Wilson 1927, Probable inference, the law of succession, and statistical inference); all of 0 to 1
/// where there is nobody. `z`: the quantile, 1.96 for 95 %.
pub fn wilson(count: Count, z: f64) -> Interval {
    if count.n < 1 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let (n, p, zz) = (count.n as f64, count.rate(), z * z);
    let center = (p + zz / (2.0 * n)) / (1.0 + zz / n);
    let radius = z / (1.0 + zz / n) * libm::sqrt(p * (1.0 - p) / n + zz / (4.0 * n * n));
    Interval { low: (center - radius).clamp(0.0, p), high: (center + radius).clamp(p, 1.0) }
}

/// The difference of two independent rates, `one` less `other`, from the Wilson interval of each (Newcombe 1998, Interval estimation for
/// the difference between independent proportions, method 10).
pub fn newcombe(one: Count, other: Count, z: f64) -> Interval {
    let (p, q) = (one.rate(), other.rate());
    let (around_p, around_q) = (wilson(one, z), wilson(other, z));
    let root = |a: f64, b: f64| libm::sqrt(a * a + b * b);
    Interval { low: p - q - root(p - around_p.low, around_q.high - q), high: p - q + root(around_p.high - p, q - around_q.low) }
}

/// The same by the score: all differences that a test with the variance under that very difference does not reject (Miettinen &
/// Nurminen 1985, Comparative analysis of two rates, equation 8). −1 to 1 where an arm is empty.
pub fn miettinen_nurminen(one: Count, other: Count, z: f64) -> Interval {
    if one.n < 1 || other.n < 1 || !z.is_finite() {
        return Interval { low: -1.0, high: 1.0 };
    }
    within(one.rate() - other.rate(), (-1.0, 1.0), |delta| score(one, other, delta).abs() <= z)
}

/// [`miettinen_nurminen`] at an end that was fixed beforehand; none where the smaller arm would have fewer than [`FEWEST_ONCE`] returns if
/// both were alike: of so few, counts jump by more than the interval can follow. `z`: the quantile, 1.96 for 95 %.
pub fn once(one: Count, other: Count, z: f64) -> Option<Interval> {
    let share = one.n.min(other.n) as f64 / (one.n + other.n).max(1) as f64;
    (share * (one.k + other.k) as f64 >= FEWEST_ONCE).then(|| miettinen_nurminen(one, other, z))
}

/// Returns that the smaller arm must have if both are alike.
pub const FEWEST_ONCE: f64 = 5.0;

/// How many standard errors the difference of two rates lies above `delta`, with the variance that the rates most likely have if the
/// difference is `delta` (Miettinen & Nurminen 1985, equation 8 with its n/(n−1)). 0 where an arm is empty; without end where the counts
/// are impossible under it.
pub fn score(one: Count, other: Count, delta: f64) -> f64 {
    if one.n < 1 || other.n < 1 {
        return 0.0;
    }
    let variance = variance_under((one.n as f64, one.rate()), (other.n as f64, other.rate()), delta);
    errors(one.rate() - other.rate() - delta, variance)
}

/// The ratio of two rates by the score (Miettinen & Nurminen 1985, equations 10 to 12). None where it has no end, or an arm is empty.
pub fn relative(one: Count, other: Count, z: f64) -> Option<Interval> {
    if one.n < 1 || other.k < 1 {
        return None;
    }
    let (n, m) = (one.n as f64, other.n as f64);
    let possible = |ratio: f64| {
        let (a, c) = ((n + m) * ratio, (one.k + other.k) as f64);
        let b = -((n + other.k as f64) * ratio + one.k as f64 + m);
        let q = if a > 0.0 { (-b - libm::sqrt((b * b - 4.0 * a * c).max(0.0))) / (2.0 * a) } else { other.rate() };
        let p = (ratio * q).clamp(0.0, 1.0);
        let variance = (p * (1.0 - p) / n + ratio * ratio * q * (1.0 - q) / m) * (n + m) / (n + m - 1.0);
        errors(one.rate() - ratio * other.rate(), variance).abs() <= z
    };
    const FAR: f64 = 1_000.0;
    (!possible(FAR)).then(|| within(one.rate() / other.rate(), (0.0, FAR), possible))
}

/// `away` in standard errors.
pub(super) fn errors(away: f64, variance: f64) -> f64 {
    if variance > 0.0 {
        away / libm::sqrt(variance)
    } else if away.abs() < 1e-12 {
        0.0
    } else {
        away * f64::INFINITY
    }
}

/// The ends of the values about `middle` that are held to be possible, by halving; at most those of `most`.
pub(super) fn within(middle: f64, most: (f64, f64), possible: impl Fn(f64) -> bool) -> Interval {
    let end = |far: f64| {
        let (mut inside, mut outside) = (middle, far);
        if possible(far) {
            return far;
        }
        for _ in 0..40 {
            let between = 0.5 * (inside + outside);
            if possible(between) { inside = between } else { outside = between }
        }
        outside
    };
    Interval { low: end(most.0), high: end(most.1) }
}

/// The variance of the difference of two rates if it is `delta`. Each arm: how many, and their rate.
pub(super) fn variance_under(one: (f64, f64), other: (f64, f64), delta: f64) -> f64 {
    let ((n, _), (m, _)) = (one, other);
    let (p, q) = constrained(one, other, delta);
    (p * (1.0 - p) / n + q * (1.0 - q) / m) * (n + m) / (n + m - 1.0)
}

/// The most likely rates whose difference is `delta`: the middle root of a cubic equation (Farrington & Manning 1990, Test statistics and
/// sample size formulae for comparative binomial trials with null hypothesis of non-zero risk difference or non-unity relative risk,
/// appendix).
fn constrained((n, p): (f64, f64), (m, q): (f64, f64), delta: f64) -> (f64, f64) {
    let ratio = m / n;
    let a = 1.0 + ratio;
    let b = -(1.0 + ratio + p + ratio * q + delta * (ratio + 2.0));
    let c = delta * delta + delta * (2.0 * p + ratio + 1.0) + p + ratio * q;
    let d = -p * delta * (1.0 + delta);
    let third = b / (3.0 * a);
    let v = third * third * third - b * c / (6.0 * a * a) + d / (2.0 * a);
    let u = libm::copysign(libm::sqrt((third * third - c / (3.0 * a)).max(0.0)), v);
    let cube = u * u * u;
    let angle = if cube == 0.0 { 0.0 } else { (v / cube).clamp(-1.0, 1.0) };
    let w = (std::f64::consts::PI + libm::acos(angle)) / 3.0;
    // What rounding leaves outside belongs on the edge.
    let low = delta.max(0.0);
    let p = (2.0 * u * libm::cos(w) - third).clamp(low, (1.0 + delta).min(1.0).max(low));
    (p, (p - delta).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::super::tails::Z;
    use super::*;

    fn near(interval: Interval, low: f64, high: f64, digits: f64) {
        assert!((interval.low - low).abs() < digits && (interval.high - high).abs() < digits, "{interval:?}, not {low} {high}");
    }

    /// Newcombe 1998, Two-sided confidence intervals for the single proportion, table I, method 3.
    #[test]
    fn one_rate_equals_newcombe_s_table() {
        for (k, n, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            near(wilson(Count::new(n, k), Z), low, high, 5e-5);
        }
    }

    /// Newcombe 1998, Interval estimation for the difference, table II, method 10.
    #[test]
    fn differences_equal_newcombe_s_table() {
        for (k, n, l, m, low, high) in [
            (56, 70, 48, 80, 0.0524, 0.3339),
            (9, 10, 3, 10, 0.1705, 0.8090),
            (6, 7, 2, 7, 0.0582, 0.8062),
            (5, 56, 0, 29, -0.0381, 0.1926),
            (0, 10, 0, 20, -0.1611, 0.2775),
            (10, 10, 0, 20, 0.6791, 1.0),
        ] {
            near(newcombe(Count::new(n, k), Count::new(m, l), Z), low, high, 5e-5);
        }
    }

    /// Beside a grid of the likelihood.
    #[test]
    fn the_constrained_rates_are_the_most_likely() {
        for (one, other) in [
            (Count::new(70, 56), Count::new(80, 48)),
            (Count::new(450, 0), Count::new(50, 3)),
            (Count::new(1_800, 90), Count::new(200, 10)),
            (Count::new(5, 5), Count::new(9, 0)),
        ] {
            for delta in [-0.3, -0.02, 0.0, 0.01, 0.4] {
                let (p, q) = constrained((one.n as f64, one.rate()), (other.n as f64, other.rate()), delta);
                assert!((p - q - delta).abs() < 1e-9, "{one:?} {other:?} {delta}: {p} {q}");
                let term = |k: i64, p: f64| if k == 0 { 0.0 } else { k as f64 * p.ln() };
                let likely = |p: f64, q: f64| {
                    term(one.k, p) + term(one.n - one.k, 1.0 - p) + term(other.k, q) + term(other.n - other.k, 1.0 - q)
                };
                let best = likely(p, q);
                for step in 0..=1_000 {
                    let p = f64::from(step) / 1_000.0;
                    if (0.0..=1.0).contains(&(p - delta)) {
                        assert!(likely(p, p - delta) <= best + 1e-7 * best.abs(), "{one:?} {other:?} {delta}: {p}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_score_s_ends_are_where_it_is_z() {
        let (one, other) = (Count::new(1_800, 90), Count::new(200, 4));
        let interval = miettinen_nurminen(one, other, Z);
        assert!((score(one, other, interval.low) - Z).abs() < 1e-5 && (score(one, other, interval.high) + Z).abs() < 1e-5);
        let mirrored = miettinen_nurminen(other, one, Z);
        near(mirrored, -interval.high, -interval.low, 1e-9);
    }

    /// For rare outcomes the ratio is that of two Poisson means, of which the score's interval is that of a share (k of k + l).
    #[test]
    fn the_ratio_of_rare_outcomes_is_that_of_a_share() {
        let found = relative(Count::new(10_000_000, 60), Count::new(10_000_000, 30), Z).unwrap();
        let share = wilson(Count::new(90, 60), Z);
        near(found, share.low / (1.0 - share.low), share.high / (1.0 - share.high), 1e-3);
        let (one, other) = (Count::new(1_800, 150), Count::new(200, 11));
        let (ratio, difference) = (relative(one, other, Z).unwrap(), miettinen_nurminen(one, other, Z));
        assert_eq!(ratio.holds(1.0), difference.holds(0.0));
        assert!(ratio.holds(one.rate() / other.rate()));
        assert_eq!(relative(one, Count::new(200, 0), Z), None);
        assert_eq!(relative(one, Count::new(200, 1), 20.0), None, "it has no end");
        assert!(relative(Count::new(50, 0), other, Z).unwrap().low == 0.0);
    }

    #[test]
    fn edges_have_an_interval() {
        let all = Interval { low: -1.0, high: 1.0 };
        assert_eq!(miettinen_nurminen(Count::new(0, 0), Count::new(5, 1), Z), all);
        assert_eq!(wilson(Count::new(0, 0), Z), Interval { low: 0.0, high: 1.0 });
        for (n, k, m, l) in [(10, 0, 10, 0), (10, 10, 10, 10), (1, 1, 1, 0), (1_000_000, 1_000_000, 3, 0), (9, 0, 9_000_000, 9)] {
            let found = miettinen_nurminen(Count::new(n, k), Count::new(m, l), Z);
            let difference = Count::new(n, k).rate() - Count::new(m, l).rate();
            assert!(found.holds(difference) && found.low >= -1.0 && found.high <= 1.0 && found.width() > 0.0, "{found:?}");
        }
        assert_eq!(Count::new(5, 9), Count { n: 5, k: 5 });
    }

    proptest::proptest! {
        /// Whatever the counts: the ends are in order and within what is possible, the estimate is inside, and more certainty is wider.
        #[test]
        fn intervals_are_intervals(n in 1_i64..3_000, m in 1_i64..3_000, p in 0.0..=1.0_f64, q in 0.0..=1.0_f64) {
            let (one, other) = (Count::new(n, (n as f64 * p) as i64), Count::new(m, (m as f64 * q) as i64));
            let difference = one.rate() - other.rate();
            let (narrow, wide) = (miettinen_nurminen(one, other, Z), miettinen_nurminen(one, other, 3.0));
            assert!(narrow.holds(difference) && narrow.low >= -1.0 && narrow.high <= 1.0);
            assert!(wide.low <= narrow.low && narrow.high <= wide.high);
            let both = newcombe(one, other, Z);
            assert!(both.holds(difference) && both.low >= -1.0 - 1e-12 && both.high <= 1.0 + 1e-12);
            if let Some(ratio) = relative(one, other, Z) {
                assert!(ratio.low <= ratio.high && ratio.low >= 0.0);
                assert!(ratio.holds(one.rate() / other.rate()));
                // On the side of 1 on which the difference is on the side of 0, but for rounding on the edge.
                let edge = narrow.low.abs().min(narrow.high.abs()) < 1e-6;
                assert!(edge || ratio.holds(1.0) == narrow.holds(0.0), "{one:?} {other:?}");
            }
        }
    }
}
