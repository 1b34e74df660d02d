//! The probability that an arm is the best: what Thompson sampling does without saying.

use super::belief::{Belief, Curve};
use super::largest;
use crate::random::Random;

/// A probability that is counted rests on at least so many draws.
pub const FEWEST_DRAWS: usize = 1_000;

/// Steps of one panel; even.
const STEPS: usize = 8;

/// A density this far below its peak, in logarithms, is nothing.
const NEGLIGIBLE: f64 = 34.0;

/// Panels' edges about a peak, in spreads; beyond, their distance doubles until the density is negligible.
const EDGES: [f64; 8] = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0];

/// ∫ fₖ(x) Πⱼ≠ₖ Fⱼ(x) dx for every arm k, by Simpson's rule on panels that follow every peak; the distribution functions are summed
/// up along the way. Good to about 1e-6; the probabilities add up to 1 exactly as far as rounding lets them.
pub fn probability_best(beliefs: &[Belief]) -> Vec<f64> {
    if beliefs.len() < 2 {
        return vec![1.0; beliefs.len()];
    }
    let curves: Vec<Curve> = beliefs.iter().map(Belief::curve).collect();
    let edges = edges(&curves);
    let mut below = vec![0.0; curves.len()];
    let mut best = vec![0.0; curves.len()];
    for (from, to) in edges.iter().zip(edges.iter().skip(1)) {
        add_panel(&curves, *from, *to, &mut below, &mut best);
    }
    let total: f64 = best.iter().sum();
    if total > 0.0 {
        best.iter_mut().for_each(|probability| *probability /= total);
    }
    best
}

/// How often each arm's draw is the largest of all, of `draws` (at least [`FEWEST_DRAWS`]).
pub fn count_best(beliefs: &[Belief], draws: usize, random: &mut Random) -> Vec<f64> {
    let draws = draws.max(FEWEST_DRAWS);
    let mut best = vec![0.0; beliefs.len()];
    for _ in 0..draws {
        let arm = largest(beliefs.iter().map(|belief| belief.draw(random)));
        best.get_mut(arm).into_iter().for_each(|count| *count += 1.0 / draws as f64);
    }
    best
}

fn edges(curves: &[Curve]) -> Vec<f64> {
    let mut edges = Vec::new();
    for curve in curves {
        let floor = curve.ln_density(curve.center) - NEGLIGIBLE;
        edges.push(curve.center);
        edges.extend(
            EDGES.iter().flat_map(|spreads| [curve.center - spreads * curve.spread, curve.center + spreads * curve.spread]),
        );
        for side in [-1.0, 1.0] {
            let mut spreads = EDGES.last().copied().unwrap_or(1.0);
            while curve.ln_density(curve.center + side * spreads * curve.spread) > floor && spreads < 1e12 {
                spreads *= 1.5;
                edges.push(curve.center + side * spreads * curve.spread);
            }
        }
    }
    edges.sort_unstable_by(f64::total_cmp);
    let narrowest = curves.iter().map(|curve| curve.spread).fold(f64::INFINITY, f64::min);
    edges.dedup_by(|next, kept| *next - *kept < 0.05 * narrowest);
    edges
}

/// Adds what lies between two edges to the integrals, and the mass of each density to what is below.
fn add_panel(curves: &[Curve], from: f64, to: f64, below: &mut [f64], best: &mut [f64]) {
    let step = (to - from) / STEPS as f64;
    let mut densities = Vec::with_capacity(curves.len());
    let mut distributions = Vec::with_capacity(curves.len());
    for (curve, below) in curves.iter().zip(below) {
        let density: [f64; STEPS + 1] = std::array::from_fn(|place| libm::exp(curve.ln_density(from + step * place as f64)));
        distributions.push(cumulated(&density, step, below));
        densities.push(density);
    }
    for (arm, (density, best)) in densities.iter().zip(best).enumerate() {
        let mut product = *density;
        for (_, distribution) in distributions.iter().enumerate().filter(|(other, _)| *other != arm) {
            product.iter_mut().zip(distribution).for_each(|(product, distribution)| *product *= distribution);
        }
        for pair in product.windows(3).step_by(2) {
            let [first, middle, last] = pair else { continue };
            *best += step / 3.0 * (first + 4.0 * middle + last);
        }
    }
}

/// The distribution function at each place of a panel, given its value `below` at the first, which moves on to the last.
fn cumulated(density: &[f64; STEPS + 1], step: f64, below: &mut f64) -> [f64; STEPS + 1] {
    let mut distribution = [*below; STEPS + 1];
    for (pair, places) in density.windows(3).step_by(2).zip(distribution.get_mut(1..).unwrap_or_default().chunks_exact_mut(2)) {
        let ([first, middle, last], [half, whole]) = (pair, places) else { continue };
        // The quadratic through the three points, integrated over the first step and over both.
        *half = *below + step / 12.0 * (5.0 * *first + 8.0 * *middle - *last);
        *below += step / 3.0 * (*first + 4.0 * *middle + *last);
        *whole = *below;
    }
    distribution
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P(B > A) of two Beta distributions with whole parameters is a finite sum (Evan Miller 2010, Formulas for Bayesian A/B testing).
    fn second_better(a: (u32, u32), b: (u32, u32)) -> f64 {
        let ln_beta = |a: f64, b: f64| libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
        let (a1, b1, b2) = (f64::from(a.0), f64::from(a.1), f64::from(b.1));
        let term = |i: u32| {
            let i = f64::from(i);
            (ln_beta(a1 + i, b1 + b2) - libm::log(b2 + i) - ln_beta(1.0 + i, b2) - ln_beta(a1, b1)).exp()
        };
        (0..b.0).map(term).sum()
    }

    fn beta(parameters: (u32, u32)) -> Belief {
        Belief::Beta { a: f64::from(parameters.0), b: f64::from(parameters.1) }
    }

    #[test]
    fn two_rates_equal_the_finite_sum() {
        let pairs =
            [((1, 1), (1, 1)), ((1, 1), (2, 1)), ((3, 50), (5, 40)), ((1, 30), (900, 40_000)), ((80, 9_000), (95, 9_000))];
        for (a, b) in pairs {
            let (found, expected) = (probability_best(&[beta(a), beta(b)]), second_better(a, b));
            assert!((found[1] - expected).abs() < 1e-6, "{a:?} {b:?}: {found:?} is not {expected}");
            assert!((found[0] + found[1] - 1.0).abs() < 1e-12, "{found:?}");
        }
    }

    /// The difference of two normals is normal.
    #[test]
    fn two_amounts_equal_the_normal_distribution() {
        for (center, scale) in [(0.5, 1.0), (3.0, 0.01), (0.0, 2.0), (-40.0, 100.0)] {
            let found = probability_best(&[Belief::Normal { center, scale }, Belief::Normal { center: 0.0, scale: 1.0 }]);
            let expected = 0.5 * libm::erfc(-center / libm::sqrt(2.0 * (1.0 + scale * scale)));
            assert!((found[0] - expected).abs() < 1e-6, "{center} {scale}: {found:?} is not {expected}");
        }
    }

    #[test]
    fn many_arms_agree_with_counted_draws() {
        let rates: Vec<Belief> = [(3, 70), (9, 150), (0, 1), (40, 700), (2, 900)].map(|(a, b)| beta((a + 1, b))).to_vec();
        let student = |freedom, center, scale| Belief::Student { freedom, center, scale };
        let amounts = vec![student(2.0, 1.0, 3.0), student(40.0, 2.0, 0.4), student(5.0, 0.0, 2.0)];
        for beliefs in [rates, amounts] {
            let (found, counted) = (probability_best(&beliefs), count_best(&beliefs, 40_000, &mut Random::new(3)));
            for (found, counted) in found.iter().zip(&counted) {
                assert!((found - counted).abs() < 0.01, "{found} {counted}");
            }
        }
    }

    #[test]
    fn extreme_beliefs_stay_probabilities() {
        let beta = |a, b| Belief::Beta { a, b };
        for beliefs in [
            vec![beta(1e-3, 1e-3), beta(1e7, 1e7)],
            vec![beta(1e-2, 50.0), beta(1e-2, 50.0), beta(5e5, 1e7)],
            vec![
                Belief::Student { freedom: 1.0, center: 1e9, scale: 1e-6 },
                Belief::Student { freedom: 1.0, center: 0.0, scale: 1e9 },
            ],
        ] {
            let found = probability_best(&beliefs);
            assert!(found.iter().all(|probability| (0.0..=1.0).contains(probability)), "{beliefs:?}: {found:?}");
            assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{found:?}");
        }
        assert_eq!(probability_best(&[beta(1.0, 1.0)]), [1.0]);
        assert_eq!(probability_best(&[]), Vec::<f64>::new());
    }
}
