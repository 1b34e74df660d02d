//! Random draws that give the same bytes on every machine.
//!
//! The distributions are written out here because `rand`'s may change with its version and `rand_distr`'s use the platform's
//! `ln` and `exp`, whose last bit differs between machines. `libm` is the same code everywhere.

use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

/// One customer's own stream of randomness: a customer is the same whether 500 or 5,000 are made.
#[derive(Debug)]
pub(crate) struct Draw(Pcg64);

impl Draw {
    pub(crate) fn new(seed: u64, shop: u64, index: u64) -> Self {
        let mut mixed = seed;
        let mut next = |salt: u64| {
            mixed = split_mix(mixed ^ salt);
            mixed
        };
        let (_, high, low) = (next(shop), next(index), next(0));
        Self(Pcg64::new((u128::from(high) << 64) | u128::from(low), STREAM))
    }

    /// Evenly in 0..1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Evenly in 0..n; 0 for n = 0.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        ((u64::from(n) * (self.0.next_u64() >> 32)) >> 32) as u32
    }

    /// Evenly in low..=high.
    pub(crate) fn whole(&mut self, low: i32, high: i32) -> i32 {
        low + self.below((high - low + 1).unsigned_abs()) as i32
    }

    /// Evenly in low..high.
    pub(crate) fn real(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    #[expect(clippy::indexing_slicing, reason = "only called with this crate's own constant tables, none of which is empty")]
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u32) as usize]
    }

    /// One of `from`, each as likely as its weight says.
    #[expect(clippy::indexing_slicing, reason = "only called with this crate's own constant tables, none of which is empty")]
    pub(crate) fn pick_by<'a, T>(&mut self, from: &'a [T], weight: impl Fn(&T) -> f64) -> &'a T {
        let mut left = self.unit() * from.iter().map(&weight).sum::<f64>();
        from.iter()
            .find(|item| {
                left -= weight(item);
                left < 0.0
            })
            .unwrap_or(&from[from.len() - 1])
    }

    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.unit())
    }

    /// Box–Muller.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(self.exponential(2.0));
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    /// With median 1.
    pub(crate) fn log_normal(&mut self, sigma: f64) -> f64 {
        libm::exp(sigma * self.normal())
    }

    /// Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000).
    pub(crate) fn gamma(&mut self, shape: f64, scale: f64) -> f64 {
        if shape < 1.0 {
            let boost = libm::pow(1.0 - self.unit(), 1.0 / shape);
            return boost * self.gamma(shape + 1.0, scale);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        loop {
            let x = self.normal();
            let t = 1.0 + c * x;
            let v = t * t * t;
            if v > 0.0 && libm::log(1.0 - self.unit()) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                return d * v * scale;
            }
        }
    }

    pub(crate) fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a, 1.0), self.gamma(b, 1.0));
        x / (x + y)
    }

    /// By multiplication (Knuth): for means up to about 20.
    pub(crate) fn poisson(&mut self, mean: f64) -> u32 {
        let limit = libm::exp(-mean);
        let mut product = self.unit();
        let mut count = 0;
        while product > limit && count < 200 {
            product *= self.unit();
            count += 1;
        }
        count
    }
}

const STREAM: u128 = 0x5265_6b69_6e64_6c65;

fn split_mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_and_variance(mut next: impl FnMut() -> f64) -> (f64, f64) {
        let values: Vec<f64> = (0..20_000).map(|_| next()).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (mean, values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / values.len() as f64)
    }

    fn near(value: f64, expected: f64) {
        assert!((value - expected).abs() < 0.05 * expected.max(0.2), "{value} is not near {expected}");
    }

    #[test]
    fn distributions_have_their_mean_and_variance() {
        let mut draw = Draw::new(1, 2, 3);
        for (shape, scale) in [(0.4, 2.0), (3.0, 0.5)] {
            let (mean, variance) = mean_and_variance(|| draw.gamma(shape, scale));
            near(mean, shape * scale);
            assert!((variance - shape * scale * scale).abs() < 0.1 * shape * scale * scale);
        }
        let (mean, variance) = mean_and_variance(|| draw.normal());
        assert!(mean.abs() < 0.03);
        near(variance, 1.0);
        let (mean, variance) = mean_and_variance(|| f64::from(draw.poisson(2.5)));
        near(mean, 2.5);
        near(variance, 2.5);
        near(mean_and_variance(|| draw.beta(2.0, 6.0)).0, 0.25);
    }

    #[test]
    fn streams_of_neighbours_differ_and_a_stream_repeats() {
        let first = |index| Draw::new(7, 1, index).unit().to_bits();
        assert_eq!(first(1), first(1));
        assert_ne!(first(1), first(2));
    }

    #[test]
    fn picks_stay_inside() {
        let mut draw = Draw::new(1, 1, 1);
        assert!((0..1000).map(|_| draw.whole(-2, 2)).all(|n| (-2..=2).contains(&n)));
        assert!((0..1000).all(|_| *draw.pick_by(&[(1, 0.0), (2, 1.0)], |&(_, weight)| weight) == (2, 1.0)));
    }
}
