//! Quantiles of the beta distribution.

use crate::clv::ln_gamma;

/// The 5 % and 95 % quantiles of a rate of this mean that weighs as much as `weight` people.
pub(super) fn interval(mean: f64, weight: f64) -> (f64, f64) {
    let (a, b) = (mean * weight, (1.0 - mean) * weight);
    if !(a > 0.0 && b > 0.0) {
        return (mean, mean);
    }
    let constant = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
    (quantile(a, b, constant, 0.05), quantile(a, b, constant, 0.95))
}

/// By bisection, to a hundred-thousandth: further than anybody reads, and the same on every machine.
fn quantile(a: f64, b: f64, constant: f64, p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..17 {
        let middle = 0.5 * (low + high);
        if cumulative(a, b, constant, middle) < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// The regularised incomplete beta function by its continued fraction (DLMF 8.17.22) on the side where that converges quickly.
fn cumulative(a: f64, b: f64, constant: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = libm::exp(constant + a * libm::log(x) + b * libm::log1p(-x));
    if x < (a + 1.0) / (a + b + 2.0) { front * fraction(a, b, x) / a } else { 1.0 - front * fraction(b, a, 1.0 - x) / b }
}

/// Lentz's method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let away = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    for m in 1..300 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for step in [even, odd] {
            d = 1.0 / away(1.0 + step * d);
            c = away(1.0 + step / c);
            change = c * d;
            result *= change;
        }
        if (change - 1.0).abs() < 1e-9 {
            break;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(a: f64, b: f64, low: f64, high: f64) {
        let (found_low, found_high) = interval(a / (a + b), a + b);
        assert!((found_low - low).abs() < 2e-5 && (found_high - high).abs() < 2e-5, "{a} {b}: {found_low} {found_high}");
    }

    /// Quantiles of scipy 1.17's `beta.ppf`.
    #[test]
    fn quantiles_are_those_of_scipy() {
        SCIPY.into_iter().for_each(|(a, b, low, high)| check(a, b, low, high));
        assert_eq!(interval(0.0, 12.0), (0.0, 0.0));
    }

    const SCIPY: [(f64, f64, f64, f64); 4] = [
        (1.2, 10.8, 0.008510, 0.266215),
        (0.6, 11.4, 0.000504, 0.175248),
        (30.0, 270.0, 0.073148, 0.129886),
        (9.5, 2.5, 0.581035, 0.945527),
    ];
}
