//! Tails of distributions that tests and intervals need.

use crate::clv::ln_gamma;

/// Two-sided 95 % of the standard normal distribution.
pub(super) const Z: f64 = 1.959_963_984_540_054;

/// The z with P(Z ≤ z) = p of a standard normal, by bisection of the distribution function, to ten digits; ±10 where p is no
/// probability within it.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-10.0, 10.0);
    for _ in 0..60 {
        let middle: f64 = 0.5 * (low + high);
        if 0.5 * libm::erfc(-middle * std::f64::consts::FRAC_1_SQRT_2) < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// P(|Z| ≥ z) of a standard normal.
pub(super) fn two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2)
}

/// P(χ² ≥ x) with `freedom` degrees of freedom: the upper incomplete gamma function, by its series below the mean and its continued
/// fraction above (Abramowitz & Stegun 6.5.29 and 6.5.31).
pub(super) fn chi_squared(x: f64, freedom: f64) -> f64 {
    let (a, x) = (freedom / 2.0, x / 2.0);
    if x.is_nan() || x <= 0.0 {
        return 1.0;
    }
    let front = libm::exp(a * libm::log(x) - x - ln_gamma(a));
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for n in 1..10_000 {
            term *= x / (a + f64::from(n));
            sum += term;
            if term < sum * 1e-17 {
                break;
            }
        }
        return (1.0 - front * sum).clamp(0.0, 1.0);
    }
    // Lentz's method.
    let mut b = x + 1.0 - a;
    let mut c = 1e300;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for n in 1..10_000 {
        let n = f64::from(n);
        let numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        let change = c * d;
        fraction *= change;
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    (front * fraction).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantiles of printed tables.
    #[test]
    fn tails_equal_the_tables() {
        for (x, freedom, p) in [(3.841_459, 1.0, 0.05), (5.991_465, 2.0, 0.05), (23.209_25, 10.0, 0.01), (0.102_587, 2.0, 0.95)] {
            assert!((chi_squared(x, freedom) - p).abs() < 1e-6, "{x} {freedom}: {}", chi_squared(x, freedom));
        }
        assert!((two_sided(1.959_964) - 0.05).abs() < 1e-7);
        assert!((normal_quantile(0.975) - Z).abs() < 1e-9 && (normal_quantile(0.2) + 0.841_621_233_6).abs() < 1e-9);
        assert_eq!((chi_squared(0.0, 3.0), chi_squared(1e9, 3.0)), (1.0, 0.0));
    }
}
