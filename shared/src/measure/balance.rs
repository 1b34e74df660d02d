//! Whether people fell into the arms in the planned shares: a check that may be made at every look.
//!
//! Where they did not, something other than chance decided who was treated, and no comparison of the arms means anything.

use crate::clv::ln_gamma;

/// The split is held to be broken where it would be so by chance in one of a thousand campaigns.
pub const ALPHA: f64 = 0.001;

/// How firmly the alternative stays near the plan, in people: a share that is off by a fifth is found earliest.
const FIRMNESS: f64 = 200.0;

/// The evidence against the planned split in these counts, as a logarithm: of the Dirichlet–multinomial mixture about the plan over the
/// plan itself (Lindon & Malek 2022, Anytime-valid inference for multinomial count data, equation 5). At no time that one may choose is
/// its mean more than 1 (before the logarithm) under the plan, so that it may be looked at daily.
///
/// `assigned`: the counts of all who were assigned, whatever became of them. `shares`: planned, of any sum above 0. 0 where a share or a
/// count is missing or negative; without end where somebody is in an arm for which nobody was planned.
pub fn log_evidence(assigned: &[i64], shares: &[f64]) -> f64 {
    let sum: f64 = shares.iter().sum();
    let usable = assigned.len() == shares.len() && assigned.iter().all(|count| *count >= 0);
    if !(usable && sum > 0.0 && sum.is_finite()) || shares.iter().any(|share| *share < 0.0) {
        return 0.0;
    }
    let (mut log, mut people) = (0.0, 0.0);
    for (count, share) in assigned.iter().zip(shares) {
        let (count, share) = (*count as f64, share / sum);
        if count == 0.0 {
            continue;
        }
        if share == 0.0 {
            return f64::INFINITY;
        }
        let prior = FIRMNESS * share;
        log += ln_gamma(prior + count) - ln_gamma(prior) - count * libm::log(share);
        people += count;
    }
    log + ln_gamma(FIRMNESS) - ln_gamma(FIRMNESS + people)
}

/// Whether the split is broken, from the largest [`log_evidence`] of all looks so far, which the caller keeps: once broken it stays so.
pub fn is_broken(largest_log_evidence: f64) -> bool {
    largest_log_evidence >= -libm::log(ALPHA)
}

/// The always-valid p-value of the same.
pub fn p_value(largest_log_evidence: f64) -> f64 {
    libm::exp(-largest_log_evidence.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// The same by the definition, person by person: each one's chance under the mixture given those before, over the plan's.
    #[test]
    fn it_is_the_product_of_the_predictions() {
        let (mut counts, shares) = ([0_i64, 0], [0.9, 0.1]);
        let mut random = Random::new(3);
        let mut log = 0.0;
        for _ in 0..500 {
            let arm = usize::from(random.unit() < 0.2);
            let seen = counts.iter().sum::<i64>() as f64;
            log += ((FIRMNESS * shares[arm] + counts[arm] as f64) / (FIRMNESS + seen) / shares[arm]).ln();
            counts[arm] += 1;
            assert!((log_evidence(&counts, &shares) - log).abs() < 1e-8);
        }
        assert!(is_broken(log_evidence(&counts, &shares)), "20 % instead of 10 % of 500");
    }

    #[test]
    fn a_planned_split_is_hardly_ever_broken_and_a_wrong_one_soon() {
        let mut random = Random::new(9);
        let mut broken = |share: f64| {
            (0..400)
                .filter(|_| {
                    let (mut counts, mut largest) = ([0_i64, 0], 0.0_f64);
                    for _ in 0..50 {
                        for _ in 0..100 {
                            counts[usize::from(random.unit() < share)] += 1;
                        }
                        largest = largest.max(log_evidence(&counts, &[0.9, 0.1]));
                    }
                    is_broken(largest)
                })
                .count()
        };
        let sound = broken(0.1);
        assert!(sound <= 3, "{sound} of 400 sound splits");
        let wrong = broken(0.12);
        assert!(wrong > 240, "{wrong} of 400 splits with 12 % instead of 10 % were found in 5,000 people");
    }

    #[test]
    fn edges() {
        assert!(log_evidence(&[], &[]).abs() < 1e-9 && log_evidence(&[0, 0], &[0.9, 0.1]).abs() < 1e-9);
        assert_eq!((log_evidence(&[5], &[0.9, 0.1]), log_evidence(&[-1, 4], &[0.5, 0.5])), (0.0, 0.0));
        assert!(is_broken(log_evidence(&[1_000, 1], &[1.0, 0.0])));
        assert!(!is_broken(log_evidence(&[1_000, 0], &[1.0, 0.0])));
        assert!(!is_broken(log_evidence(&[900_000_000, 100_000_000], &[900.0, 100.0])));
        assert!(is_broken(log_evidence(&[1_000, 0], &[0.9, 0.1])) && is_broken(log_evidence(&[90, 5, 5_000], &[0.4, 0.3, 0.3])));
        assert_eq!((p_value(-3.0), p_value(f64::INFINITY)), (1.0, 0.0));
    }
}
