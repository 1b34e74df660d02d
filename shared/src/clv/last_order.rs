//! Integrals over the unknown time of a drop-out, for Pareto/NBD.
//!
//! All of Pareto/NBD rests on the integral of (alpha + t)^-p (beta + t)^-q over the times at which a customer may have dropped
//! out. The papers write it as a difference of two Gauss hypergeometric functions, which loses its digits for long histories and
//! has no simple slopes in the parameters. Here it is summed by Gauss–Legendre quadrature: every term is positive, so nothing
//! cancels, and the same points give the slopes and curvatures.
//!
//! With c the smaller of alpha and beta and u = ln((c + t) / (c + start)), the integrand decays as an exponential whose rate
//! grows with u, and has no singularity within π of the real axis. The range is cut into panels over which it falls by a bounded
//! factor, so that 16 points a panel, or fewer where it falls less, give 14 digits for any exponents.

/// (alpha + t)^-p (beta + t)^-q.
#[derive(Debug, Clone, Copy)]
pub(super) struct Powers {
    pub(super) p: f64,
    pub(super) alpha: f64,
    pub(super) q: f64,
    pub(super) beta: f64,
}

/// A point of the quadrature: its part of the integral divided by the integrand at the start, and ln((alpha + t) / (alpha +
/// start)) and the like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) share: f64,
    pub(super) log_alpha: f64,
    pub(super) alpha: f64,
    pub(super) log_beta: f64,
    pub(super) beta: f64,
}

/// Points and weights of Gauss–Legendre rules on [-1, 1]; those of the other sign mirror them.
const GAUSS_6: [(f64, f64); 3] = [
    (0.932_469_514_203_152, 0.171_324_492_379_170_36),
    (0.661_209_386_466_264_5, 0.360_761_573_048_138_6),
    (0.238_619_186_083_196_9, 0.467_913_934_572_691_04),
];
const GAUSS_10: [(f64, f64); 5] = [
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_35),
    (0.148_874_338_981_631_22, 0.295_524_224_714_752_87),
];
const GAUSS_16: [(f64, f64); 8] = [
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_096),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_894),
    (0.865_631_202_387_831_8, 0.095_158_511_682_492_79),
    (0.755_404_408_355_003, 0.124_628_971_255_533_88),
    (0.617_876_244_402_643_8, 0.149_595_988_816_576_74),
    (0.458_016_777_657_227_37, 0.169_156_519_395_002_54),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_58),
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
];

/// Over a panel the integrand falls by no more than e to this.
const MAX_FALL: f64 = 12.0;
const MAX_LENGTH: f64 = 2.5;

/// Where the integrand has fallen by e to this, nothing that follows shows in the sum.
const NOTHING_LEFT: f64 = 42.0;

impl Powers {
    /// Visits the points of the quadrature from `start` to `end`.
    pub(super) fn each_point(&self, start: f64, end: f64, mut visit: impl FnMut(Point)) {
        let alpha_is_near = self.alpha <= self.beta;
        let (near, near_power, far, far_power) = if alpha_is_near {
            (self.alpha + start, self.p, self.beta + start, self.q)
        } else {
            (self.beta + start, self.q, self.alpha + start, self.p)
        };
        let gap = far - near;
        let length = libm::log1p((end - start).max(0.0) / near);
        // The rate at which the integrand falls in u; the last term is the change of variable.
        let rate = |u: f64| {
            let grown = near * libm::exp(u);
            near_power + far_power * (grown / (grown + gap)) - 1.0
        };
        let mut from = 0.0;
        let mut fallen = 0.0;
        while from < length && fallen < NOTHING_LEFT {
            let mut panel = (length - from).min(MAX_LENGTH);
            let mut fall = rate(from + panel) * panel;
            while fall > MAX_FALL {
                panel *= 0.5;
                fall = rate(from + panel) * panel;
            }
            let rule: &[(f64, f64)] = if fall <= 1.2 && panel <= 0.6 {
                &GAUSS_6
            } else if fall <= 6.0 && panel <= 1.2 {
                &GAUSS_10
            } else {
                &GAUSS_16
            };
            let half = 0.5 * panel;
            let mut lowest = f64::INFINITY;
            for (place, weight) in rule.iter().flat_map(|(place, weight)| [(*place, *weight), (-place, *weight)]) {
                let log_near = from + half * (1.0 + place);
                let now_near = near * libm::exp(log_near);
                let now_far = now_near + gap;
                let log_far = libm::log(now_far / far);
                let falls = near_power * log_near + far_power * log_far;
                lowest = lowest.min(falls);
                let share = weight * half * now_near * libm::exp(-falls);
                visit(if alpha_is_near {
                    Point { share, log_alpha: log_near, alpha: now_near, log_beta: log_far, beta: now_far }
                } else {
                    Point { share, log_alpha: log_far, alpha: now_far, log_beta: log_near, beta: now_near }
                });
            }
            fallen = lowest;
            from += panel;
        }
    }

    /// The integral, divided by the integrand at the start.
    pub(super) fn integral(&self, start: f64, end: f64) -> f64 {
        let mut sum = 0.0;
        self.each_point(start, end, |point| sum += point.share);
        sum
    }
}

/// Points of a quadrature from 0 to `end` for a function that bends after a time of `scale`: (time, width).
pub(super) fn log_spaced(scale: f64, end: f64, mut visit: impl FnMut(f64, f64)) {
    let length = libm::log1p(end / scale);
    let panels = libm::ceil(length / 1.2).max(1.0);
    let half = 0.5 * length / panels;
    for panel in 0..panels as u32 {
        let middle = (2.0 * f64::from(panel) + 1.0) * half;
        for (place, weight) in GAUSS_10.iter().flat_map(|(place, weight)| [(*place, *weight), (-place, *weight)]) {
            let u = middle + half * place;
            visit(scale * libm::expm1(u), weight * half * scale * libm::exp(u));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By many small panels of the trapezoid rule in the logarithm of time since the start, far from what is tested.
    fn by_small_steps(powers: &Powers, start: f64, end: f64) -> f64 {
        let steps = 400_000;
        let scale = powers.alpha.min(powers.beta) + start;
        let value = |t: f64| {
            let falls = powers.p * ((t - start) / (powers.alpha + start)).ln_1p()
                + powers.q * ((t - start) / (powers.beta + start)).ln_1p();
            (-falls).exp()
        };
        let fastest = scale / (powers.p + powers.q);
        let top = ((end - start) / fastest).asinh();
        let h = top / f64::from(steps);
        let at = |i: u32| {
            let y = h * f64::from(i);
            value((start + fastest * y.sinh()).min(end)) * fastest * y.cosh()
        };
        // Simpson's rule.
        let inner: f64 = (1..steps).map(|i| at(i) * if i % 2 == 1 { 4.0 } else { 2.0 }).sum();
        (at(0) + inner + at(steps)) * h / 3.0
    }

    #[test]
    fn integrals_equal_those_by_small_steps() {
        for (p, alpha, q, beta, start, end) in [
            (2.5533, 10.577, 1.6062, 11.667, 30.43, 38.86),
            (0.5533, 10.577, 1.6062, 11.667, 0.0, 38.86),
            (30.5, 10.5, 1.6, 11.6, 2.0, 39.0),
            (2_000.5, 0.02, 1.6, 54.6, 0.0, 1_000.0),
            (2_000.5, 54.6, 1.02, 0.02, 10.0, 1_000.0),
            (0.02, 0.02, 1.02, 54.6, 0.0, 1_000.0),
            (1_500.0, 1e6, 1.3, 1e-5, 0.0, 1_000.0),
            (1.2, 1e-5, 1e6, 1e5, 0.0, 1_000.0),
            (0.3, 5.0, 1.5, 5.0, 0.0, 1e-9),
        ] {
            let powers = Powers { p, alpha, q, beta };
            let (sum, check) = (powers.integral(start, end), by_small_steps(&powers, start, end));
            assert!((sum - check).abs() < 1e-9 * check, "{powers:?} {start} {end}: {sum} {check}");
        }
    }

    #[test]
    fn equal_shifts_have_a_closed_form() {
        for (p, q, shift, start, end) in
            [(3.2, 1.6, 11.0, 5.0, 39.0), (1_800.0, 1.6, 0.05, 900.0, 1_000.0), (0.1, 1.1, 40.0, 0.0, 1e3)]
        {
            let powers = Powers { p, alpha: shift, q, beta: shift };
            let k = p + q - 1.0;
            let exact = (shift + start) * -(-k * ((end - start) / (shift + start)).ln_1p()).exp_m1() / k;
            let sum = powers.integral(start, end);
            assert!((sum - exact).abs() < 1e-13 * exact, "{powers:?}: {sum} {exact}");
        }
    }

    #[test]
    fn nothing_lies_between_equal_times() {
        assert_eq!(Powers { p: 2.0, alpha: 1.0, q: 3.0, beta: 2.0 }.integral(5.0, 5.0), 0.0);
    }
}
