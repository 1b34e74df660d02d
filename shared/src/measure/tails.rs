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

/// Two-sided 95 % of Student's distribution with a whole number of degrees of freedom: exact up to two, else Hill's (1970) expansion
/// (Algorithm 396), within 1e-4 of the tables.
pub(super) fn t_quantile(freedom: usize) -> f64 {
    let n = freedom.max(1) as f64;
    match freedom {
        0 | 1 => return 12.706_204_736_432_1,
        2 => return 4.302_652_729_749_46,
        _ => {}
    }
    let p = 0.05;
    let a = 1.0 / (n - 0.5);
    let b = 48.0 / (a * a);
    let mut c = ((20_700.0 * a / b - 98.0) * a - 16.0) * a + 96.36;
    let d = ((94.5 / (b + c) - 3.0) / b + 1.0) * libm::sqrt(a * std::f64::consts::FRAC_PI_2) * n;
    let mut y = libm::pow(d * p, 2.0 / n);
    if y > 0.05 + a {
        let x = -Z;
        y = x * x;
        if n < 5.0 {
            c += 0.3 * (n - 4.5) * (x + 0.6);
        }
        c += (((0.05 * d * x - 5.0) * x - 7.0) * x - 2.0) * x + b;
        y = (((((0.4 * y + 6.3) * y + 36.0) * y + 94.5) / c - y - 3.0) / b + 1.0) * x;
        y = libm::expm1(a * y * y);
    } else {
        y = ((1.0 / (((n + 6.0) / (n * y) - 0.089 * d - 0.822) * (n + 2.0) * 3.0) + 0.5 / (n + 4.0)) * y - 1.0) * (n + 1.0)
            / (n + 2.0)
            + 1.0 / y;
    }
    libm::sqrt(n * y)
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
        for (freedom, t) in [
            (1, 12.706_205),
            (2, 4.302_653),
            (3, 3.182_446),
            (4, 2.776_445),
            (5, 2.570_582),
            (10, 2.228_139),
            (30, 2.042_272),
            (120, 1.979_930),
        ] {
            assert!((t_quantile(freedom) - t).abs() < 2e-4, "{freedom}: {}", t_quantile(freedom));
        }
        assert!((t_quantile(1_000_000) - Z).abs() < 1e-4);
        assert!((normal_quantile(0.975) - Z).abs() < 1e-9 && (normal_quantile(0.2) + 0.841_621_233_6).abs() < 1e-9);
        assert_eq!((chi_squared(0.0, 3.0), chi_squared(1e9, 3.0)), (1.0, 0.0));
    }
}
