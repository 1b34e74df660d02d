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
}
