//! Chances of counts, given the shares that they come from.

use crate::clv::ln_gamma;

/// The chance that counts drawn by `shares` ever look like these or worse, at whatever look: the reciprocal of the mixture martingale
/// with a Dirichlet prior of total weight `closeness` around the shares (Lindon & Malek 2022, theorem 1), at most 1.
pub(super) fn chance(counts: &[u64], shares: &[f64], closeness: f64) -> f64 {
    let whole: f64 = shares.iter().sum();
    if counts.len() < 2 || counts.len() != shares.len() || shares.iter().any(|share| share.is_nan() || *share <= 0.0) {
        return 1.0;
    }
    let total: u64 = counts.iter().sum();
    let mut ln_evidence = ln_gamma(closeness) - ln_gamma(closeness + total as f64);
    for (count, share) in counts.iter().zip(shares) {
        let (count, share) = (*count as f64, share / whole);
        let weight = closeness * share;
        ln_evidence += ln_gamma(weight + count) - ln_gamma(weight) - count * libm::log(share);
    }
    libm::exp(-ln_evidence).min(1.0)
}

/// P(X ≤ k) of a binomial(n, p), exactly.
pub(super) fn at_most(k: u64, n: u64, p: f64) -> f64 {
    if k >= n || p <= 0.0 {
        return 1.0;
    }
    if p >= 1.0 {
        return 0.0;
    }
    let (n, whole) = (n as f64, ln_gamma(n as f64 + 1.0));
    let term =
        |x: f64| libm::exp(whole - ln_gamma(x + 1.0) - ln_gamma(n - x + 1.0) + x * libm::log(p) + (n - x) * libm::log(1.0 - p));
    (0..=k).map(|x| term(x as f64)).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binomial_equals_sums_by_hand() {
        assert!((at_most(1, 4, 0.5) - 5.0 / 16.0).abs() < 1e-12);
        assert!((at_most(0, 3, 0.1) - 0.729).abs() < 1e-12);
        assert_eq!((at_most(4, 4, 0.5), at_most(0, 0, 0.5), at_most(2, 5, 1.0)), (1.0, 1.0, 0.0));
    }

    /// With one draw each share's prior mean is the share itself, so that one draw is no evidence.
    #[test]
    fn evidence_begins_at_nothing_and_grows_with_imbalance() {
        assert_eq!(chance(&[0, 0], &[1.0, 1.0], 50.0), 1.0);
        assert!((chance(&[1, 0], &[1.0, 3.0], 50.0) - 1.0).abs() < 1e-12);
        // Beta(1, 1) around one half: the evidence of k of n is 2^n B(k + 1, n - k + 1), of 10 of 10 it is 1024 / 11.
        assert!((chance(&[10, 0], &[1.0, 1.0], 2.0) - 11.0 / 1024.0).abs() < 1e-12);
        assert!(chance(&[5_000, 5_000], &[1.0, 1.0], 500.0) == 1.0);
        assert!(chance(&[5_400, 4_600], &[1.0, 1.0], 500.0) < 1e-6);
        assert_eq!(chance(&[3], &[1.0], 2.0), 1.0);
        assert_eq!(chance(&[3, 4], &[0.0, 1.0], 2.0), 1.0);
    }
}
