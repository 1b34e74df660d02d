//! What stands out among everything that was examined: findings, not coincidences.
//!
//! A report that compares two hundred cells finds ten at 5 % in pure noise. Every candidate that was examined counts here, found or not,
//! so that of what is shown a tenth at most is chance.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::figure::{Figure, Interval};
use super::rate::{Count, miettinen_nurminen, variance_under};
use super::sequence::{FEWEST_RETURNS, Planned};
use super::tails::{normal_quantile, two_sided};

/// Share of chance findings among those that are shown, at most.
pub const FALSE_SHARE: f64 = 0.1;

/// What was examined: a cell of segment × channel × offer × angle × hour, or of fewer of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Candidate {
    /// The returns of a cell against those of the rest. `randomised`: chance decided who is in the cell, such as the angle of a test;
    /// otherwise people differ before anything was sent to them.
    Rate { cell: Count, rest: Count, randomised: bool },
    /// How much more treating changes in a cell than in the rest: treated and held-out of each. Chance decided who was treated.
    Lift { cell: (Count, Count), rest: (Count, Count) },
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Insight {
    /// Its place among the candidates.
    pub candidate: usize,
    /// Of the cell's rate (or lift) less the rest's, 0 to 1. Its interval has the level that the number of findings leaves (Benjamini &
    /// Yekutieli 2005, False discovery rate-adjusted multiple confidence intervals for selected parameters).
    pub effect: Figure,
    /// Else it is an association.
    pub causal: bool,
    /// One over the evidence where one looks daily, else a p-value.
    pub p: f64,
}

/// How often one looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Looks {
    /// Once, at an end that was fixed beforehand: by p-values.
    Once,
    /// As often as one likes, by e-values (Wang & Ramdas 2022). The people of all cells at the planned end.
    Daily { planned: i64 },
}

/// Findings among the candidates, the surest first. Every candidate that was looked at belongs in the list.
pub fn insights(candidates: &[Candidate], looks: Looks) -> Vec<Insight> {
    let p: Vec<f64> = candidates.iter().map(|candidate| p_value(candidate, looks)).collect();
    let found = match looks {
        Looks::Once => benjamini_hochberg(&p, FALSE_SHARE),
        Looks::Daily { .. } => e_benjamini_hochberg(&p.iter().map(|p| 1.0 / p).collect::<Vec<_>>(), FALSE_SHARE),
    };
    let level = FALSE_SHARE * found.len() as f64 / candidates.len().max(1) as f64;
    let mut insights: Vec<Insight> = found
        .into_iter()
        .filter_map(|place| {
            let candidate = candidates.get(place)?;
            let effect = Figure { value: candidate.value(), interval: interval(candidate, looks, level) };
            Some(Insight { candidate: place, effect, causal: candidate.is_causal(), p: p.get(place).copied()? })
        })
        .collect();
    insights.sort_by(|one, other| one.p.total_cmp(&other.p));
    insights
}

/// Places of the p-values that are held to be more than chance (Benjamini & Hochberg 1995, Controlling the false discovery rate), in
/// order of place. `share`: of chance findings, at most.
pub fn benjamini_hochberg(p: &[f64], share: f64) -> Vec<usize> {
    let mut order: Vec<(usize, f64)> = p.iter().copied().enumerate().filter(|(_, p)| !p.is_nan()).collect();
    order.sort_by(|one, other| one.1.total_cmp(&other.1));
    let all = p.len() as f64;
    let last = order.iter().enumerate().rfind(|(rank, (_, p))| *p <= share * (rank + 1) as f64 / all);
    let mut found: Vec<usize> = order.iter().take(last.map_or(0, |(rank, _)| rank + 1)).map(|(place, _)| *place).collect();
    found.sort_unstable();
    found
}

/// The same for e-values, which may depend on each other in any way and may be looked at daily (Wang & Ramdas 2022, False discovery rate
/// control with e-values, section 4).
pub fn e_benjamini_hochberg(e: &[f64], share: f64) -> Vec<usize> {
    let p: Vec<f64> = e.iter().map(|e| if *e > 0.0 { 1.0 / e } else { f64::INFINITY }).collect();
    benjamini_hochberg(&p, share)
}

impl Candidate {
    pub fn is_causal(&self) -> bool {
        match self {
            Self::Rate { randomised, .. } => *randomised,
            Self::Lift { .. } => true,
        }
    }

    pub fn value(&self) -> f64 {
        match self {
            Self::Rate { cell, rest, .. } => cell.rate() - rest.rate(),
            Self::Lift { cell, rest } => (cell.0.rate() - cell.1.rate()) - (rest.0.rate() - rest.1.rate()),
        }
    }

    /// Units of the cell and of the rest; of a lift those of its smaller arm, which carries the information.
    fn units(&self) -> (i64, i64) {
        match self {
            Self::Rate { cell, rest, .. } => (cell.n, rest.n),
            Self::Lift { cell, rest } => (cell.0.n.min(cell.1.n), rest.0.n.min(rest.1.n)),
        }
    }

    /// Returns and their absence are enough in every count for a normal distribution to be near.
    fn is_enough(&self) -> bool {
        let expected = |cell: &Count, rest: &Count| {
            let rate = (cell.k + rest.k) as f64 / (cell.n + rest.n).max(1) as f64;
            cell.n.min(rest.n) as f64 * rate.min(1.0 - rate) >= FEWEST_RETURNS as f64
        };
        match self {
            Self::Rate { cell, rest, .. } => expected(cell, rest),
            Self::Lift { cell, rest } => expected(&cell.0, &rest.0) && expected(&cell.1, &rest.1),
        }
    }

    /// In standard errors if there is no effect: for a lift each arm's rates may differ between cell and rest by as much as they do.
    fn score(&self) -> f64 {
        let of = |count: &Count| (count.n as f64, count.rate());
        let (away, variance, step) = match self {
            Self::Rate { cell, rest, .. } => {
                (self.value(), variance_under(of(cell), of(rest), 0.0), 0.5 / cell.n as f64 + 0.5 / rest.n as f64)
            }
            // The variance of each arm's own rate or of that of both arms of its part together, the larger: a few returns more or less in a
            // small arm change both its rate and its variance, and pretend what is not there.
            Self::Lift { cell, rest } => {
                let of_part = |(one, other): &(Count, Count)| {
                    let both = Count::new(one.n + other.n, one.k + other.k).rate();
                    let spread = |rate: f64| rate * (1.0 - rate);
                    let of_arm = |arm: &Count| spread(both).max(spread(arm.rate())) / arm.n as f64;
                    of_arm(one) + of_arm(other)
                };
                let smallest = [cell.0.n, cell.1.n, rest.0.n, rest.1.n].into_iter().min().unwrap_or(0);
                (self.value(), of_part(cell) + of_part(rest), 0.5 / smallest as f64)
            }
        };
        // Half a count towards nothing (Yates): counts are whole, and so no p-value is too small.
        (away.abs() - step).max(0.0) / libm::sqrt(variance)
    }
}

fn p_value(candidate: &Candidate, looks: Looks) -> f64 {
    if !candidate.is_enough() {
        return 1.0;
    }
    let z = candidate.score();
    match looks {
        Looks::Once => two_sided(z),
        Looks::Daily { planned } => boundary(candidate, planned, FALSE_SHARE).map_or(1.0, |at| (1.0 / at.e_value(z)).min(1.0)),
    }
}

/// Tightest for a cell of a tenth of all.
fn boundary(candidate: &Candidate, planned: i64, alpha: f64) -> Option<super::sequence::Boundary> {
    let (cell, rest) = candidate.units();
    let people = match candidate {
        Candidate::Rate { .. } => planned,
        // Of which the held-out are a tenth, unless somebody says otherwise.
        Candidate::Lift { .. } => planned / 10,
    };
    Planned { treated: (people / 10).max(1), held: (people - people / 10).max(1), alpha }.at(cell, rest)
}

fn interval(candidate: &Candidate, looks: Looks, level: f64) -> Option<Interval> {
    let errors = match looks {
        Looks::Once => normal_quantile(1.0 - 0.5 * level),
        Looks::Daily { planned } => boundary(candidate, planned, level)?.errors(),
    };
    Some(match candidate {
        Candidate::Rate { cell, rest, .. } => miettinen_nurminen(*cell, *rest, errors),
        Candidate::Lift { .. } => {
            let z = candidate.score();
            let error = if z > 0.0 { candidate.value().abs() / z } else { return None };
            Interval::around(candidate.value(), errors * error)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// Benjamini & Hochberg 1995, section 3.2: of their fifteen p-values the four smallest at .05, where Bonferroni finds three.
    #[test]
    fn the_authors_example() {
        let p =
            [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0];
        assert_eq!(benjamini_hochberg(&p, 0.05), [0, 1, 2, 3]);
        let mut shuffled = p;
        shuffled.reverse();
        assert_eq!(benjamini_hochberg(&shuffled, 0.05), [11, 12, 13, 14]);
        assert_eq!(e_benjamini_hochberg(&p.map(|p| 1.0 / p), 0.05), [0, 1, 2, 3]);
    }

    #[test]
    fn edges() {
        assert!(benjamini_hochberg(&[], 0.1).is_empty() && insights(&[], Looks::Once).is_empty());
        assert!(benjamini_hochberg(&[f64::NAN, 0.5], 0.1).is_empty());
        assert_eq!(benjamini_hochberg(&[0.01; 3], 0.1), [0, 1, 2]);
        assert!(e_benjamini_hochberg(&[0.0, 5.0], 0.1).is_empty());
        let few = Candidate::Rate { cell: Count::new(20, 9), rest: Count::new(1_000, 10), randomised: false };
        assert!(insights(&[few], Looks::Once).is_empty(), "of a cell with so few nothing is said");
        let none = Candidate::Lift { cell: (Count::new(0, 0), Count::new(0, 0)), rest: (Count::new(9, 3), Count::new(9, 3)) };
        assert!(insights(&[none; 3], Looks::Daily { planned: 100 }).is_empty());
    }

    #[test]
    fn a_planted_cell_is_found_with_its_effect_and_what_it_is() {
        let dull = Candidate::Rate { cell: Count::new(1_000, 50), rest: Count::new(9_000, 460), randomised: false };
        let good = Candidate::Rate { cell: Count::new(1_000, 110), rest: Count::new(9_000, 400), randomised: true };
        let lift = Candidate::Lift {
            cell: (Count::new(9_000, 1_800), Count::new(1_000, 60)),
            rest: (Count::new(90_000, 6_300), Count::new(10_000, 600)),
        };
        let mut candidates = vec![dull; 40];
        candidates.insert(7, good);
        candidates.insert(9, lift);
        for looks in [Looks::Once, Looks::Daily { planned: 10_000 }] {
            let found = insights(&candidates, looks);
            assert_eq!(found.iter().map(|insight| insight.candidate).collect::<Vec<_>>(), [9, 7], "{looks:?}");
            assert!(found.iter().all(|insight| insight.causal && insight.effect.interval.unwrap().low > 0.0), "{found:?}");
            assert!((found[0].effect.value - 0.13).abs() < 1e-12);
        }
    }

    /// A report on cells of noise: five angles, six hours, eight segments and three channels, and each segment's lift.
    fn null(random: &mut Random) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        let count = |n: i64, random: &mut Random| Count::new(n, (0..n).filter(|_| random.unit() < 0.08).count() as i64);
        for (cells, randomised) in [(5, true), (6, true), (8, false), (3, false)] {
            let cells: Vec<Count> = (0..cells).map(|_| count(2_400 / cells, random)).collect();
            let (n, k) = cells.iter().fold((0, 0), |(n, k), cell| (n + cell.n, k + cell.k));
            candidates.extend(cells.iter().map(|cell| Candidate::Rate {
                cell: *cell,
                rest: Count::new(n - cell.n, k - cell.k),
                randomised,
            }));
        }
        for _ in 0..4 {
            let cell = (count(600, random), count(150, random));
            let rest = (count(1_800, random), count(450, random));
            candidates.push(Candidate::Lift { cell, rest });
        }
        candidates
    }

    #[test]
    fn at_most_a_tenth_of_the_reports_on_noise_hold_an_insight() {
        let mut random = Random::new(17);
        let (mut once, mut daily) = (0, 0);
        for _ in 0..500 {
            let candidates = null(&mut random);
            once += i32::from(!insights(&candidates, Looks::Once).is_empty());
            daily += i32::from(!insights(&candidates, Looks::Daily { planned: 2_400 }).is_empty());
        }
        assert!(once <= 50, "{once} of 500 by p-values");
        assert!(daily <= 50 && daily <= once, "{daily} of 500 by e-values");
    }

    /// Two hundred small cells, half of them lifts with a dozen returns among the held-out.
    #[test]
    fn many_small_cells_of_noise_hold_none_either() {
        let mut random = Random::new(5);
        let mut found = 0;
        for _ in 0..200 {
            let mut count = |n: i64| Count::new(n, (0..n).filter(|_| random.unit() < 0.08).count() as i64);
            let mut candidates = Vec::new();
            for _ in 0..100 {
                candidates.push(Candidate::Rate { cell: count(150), rest: count(2_000), randomised: false });
                candidates.push(Candidate::Lift { cell: (count(1_200), count(140)), rest: (count(3_000), count(400)) });
            }
            found += i32::from(!insights(&candidates, Looks::Once).is_empty());
        }
        assert!(found <= 20, "{found} of 200");
    }
}
