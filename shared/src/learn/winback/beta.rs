//! The Beta distribution.

use crate::clv::ln_gamma;

/// The 5th and 95th percentile. A parameter of 0 puts all weight on its end.
pub fn interval(a: f64, b: f64) -> (f64, f64) {
    match (a > 0.0, b > 0.0) {
        (true, true) => (quantile(a, b, 0.05), quantile(a, b, 0.95)),
        (false, _) => (0.0, 0.0),
        (true, false) => (1.0, 1.0),
    }
}

/// By halving, since the function rises: 50 halvings are below the last digit that is shown by far.
fn quantile(a: f64, b: f64, p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if cumulative(a, b, middle) < p { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The regularised incomplete beta function, by its continued fraction (Abramowitz & Stegun 26.5.8) with Lentz's method, from the side
/// on which it converges quickly.
fn cumulative(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - cumulative(b, a, 1.0 - x);
    }
    let front = libm::exp(a * libm::log(x) + b * libm::log1p(-x) + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b)) / a;
    let (mut c, mut d) = (1.0, 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..1_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for step in [even, odd] {
            d = 1.0 / nonzero(1.0 + step * d);
            c = nonzero(1.0 + step / c);
            change = c * d;
            fraction *= change;
        }
        if (change - 1.0).abs() < 1e-14 {
            break;
        }
    }
    (front * fraction).clamp(0.0, 1.0)
}

fn nonzero(value: f64) -> f64 {
    if value.abs() < 1e-300 { 1e-300 } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy.stats.beta.ppf, SciPy 1.11.
    #[test]
    fn quantiles_equal_scipy_s() {
        for (a, b, low, high) in [
            (2.0, 10.0, 0.033_319_217_7, 0.364_359_489_2),
            (1.2, 10.8, 0.008_510_384_8, 0.266_215_174_8),
            (400.0, 9_600.0, 0.036_830_043_0, 0.043_274_556_8),
            (0.5, 0.5, 0.006_155_829_7, 0.993_844_170_3),
        ] {
            let (found_low, found_high) = interval(a, b);
            assert!((found_low - low).abs() < 1e-9 && (found_high - high).abs() < 1e-9, "{a} {b}: {found_low} {found_high}");
        }
        assert_eq!((interval(0.0, 3.0), interval(3.0, 0.0)), ((0.0, 0.0), (1.0, 1.0)));
    }
}
