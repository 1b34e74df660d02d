//! Special functions that `libm` lacks, and one name for those that it has.

/// ln of the gamma function, for x > 0.
pub(crate) fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// The derivative of [`ln_gamma`], for x > 0: recurrence up to 8, then the asymptotic series (Abramowitz & Stegun 6.3.18).
pub(crate) fn digamma(x: f64) -> f64 {
    let mut shift = 0.0;
    let mut x = x;
    while x < 8.0 {
        shift -= 1.0 / x;
        x += 1.0;
    }
    let inverse = 1.0 / (x * x);
    let series = inverse
        * (1.0 / 12.0
            - inverse
                * (1.0 / 120.0
                    - inverse
                        * (1.0 / 252.0
                            - inverse
                                * (1.0 / 240.0 - inverse * (1.0 / 132.0 - inverse * (691.0 / 32_760.0 - inverse / 12.0))))));
    shift + libm::log(x) - 0.5 / x - series
}

/// The derivative of [`digamma`], for x > 0, in the same way (Abramowitz & Stegun 6.4.12).
pub(crate) fn trigamma(x: f64) -> f64 {
    let mut sum = 0.0;
    let mut x = x;
    while x < 8.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let inverse = 1.0 / (x * x);
    let series = inverse
        * (1.0 / 6.0
            - inverse
                * (1.0 / 30.0
                    - inverse * (1.0 / 42.0 - inverse * (1.0 / 30.0 - inverse * (5.0 / 66.0 - inverse * 691.0 / 2_730.0)))));
    sum + 1.0 / x + 0.5 * inverse + series / x
}

/// ln of a (a + 1) … (a + n - 1), which a difference of two [`ln_gamma`] loses to rounding where a is large.
pub(crate) fn ln_rising(a: f64, n: f64) -> f64 {
    if n <= 24.0 {
        let mut product = 1.0;
        let mut factor = a;
        while factor < a + n - 0.5 {
            product *= factor;
            factor += 1.0;
        }
        return libm::log(product);
    }
    ln_gamma_ratio(a, n)
}

/// ln of gamma(a + d) / gamma(a), for a > 0 and d >= 0.
pub(crate) fn ln_gamma_ratio(a: f64, d: f64) -> f64 {
    let b = a + d;
    if a < 100.0 {
        return ln_gamma(b) - ln_gamma(a);
    }
    // Stirling's series, differenced term by term.
    let tail = |x: f64| (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / (1_260.0 * x * x)) / (x * x)) / x;
    (b - 0.5) * libm::log1p(d / a) + d * libm::log(a) - d + tail(b) - tail(a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digamma_matches_known_values() {
        const EULER: f64 = 0.577_215_664_901_532_9;
        for (x, expected) in [
            (1.0, -EULER),
            (0.5, -EULER - 2.0 * std::f64::consts::LN_2),
            (2.0, 1.0 - EULER),
            (10.0, 2.251_752_589_066_721),
            (1e-6, -1_000_000.577_214_02),
        ] {
            assert!((digamma(x) - expected).abs() < 1e-12 * expected.abs().max(1.0), "{x}: {} {expected}", digamma(x));
        }
    }

    #[test]
    fn digamma_is_the_slope_of_ln_gamma() {
        for x in [0.05, 0.7, 3.0, 42.0, 2_500.0] {
            let h = 1e-5 * x;
            let slope = (ln_gamma(x + h) - ln_gamma(x - h)) / (2.0 * h);
            assert!((digamma(x) - slope).abs() < 1e-6 * slope.abs().max(1.0), "{x}");
        }
    }

    #[test]
    fn trigamma_is_the_slope_of_digamma() {
        assert!((trigamma(1.0) - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-13);
        assert!((trigamma(0.5) - std::f64::consts::PI.powi(2) / 2.0).abs() < 1e-12);
        for x in [0.05, 0.7, 3.0, 42.0, 2_500.0] {
            let h = 1e-5 * x;
            let slope = (digamma(x + h) - digamma(x - h)) / (2.0 * h);
            assert!((trigamma(x) - slope).abs() < 1e-6 * slope.abs(), "{x}");
        }
    }

    #[test]
    fn a_rising_product_is_the_sum_of_its_logarithms() {
        for a in [1e-5, 0.3, 4.0, 99.0, 101.0, 3e4, 1.2e6] {
            for n in [0.0, 1.0, 7.0, 24.0, 25.0, 60.0, 2_000.0] {
                let sum: f64 = (0..n as u32).map(|i| (a + f64::from(i)).ln()).sum();
                assert!((ln_rising(a, n) - sum).abs() < 1e-13 * (1.0 + sum.abs()) * n.max(1.0).sqrt(), "{a} {n}");
            }
        }
    }
}
