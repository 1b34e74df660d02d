//! Gamma-Gamma: Fader & Hardie (2013), The Gamma-Gamma model of monetary value (brucehardie.com/notes/025); first in Fader,
//! Hardie & Lee (2005), RFM and CLV: using iso-value curves for customer base analysis, Journal of Marketing Research 42(4).

use serde::{Deserialize, Serialize};

use super::fitted::{self, FitError, Fitted, positive};
use super::newton::{self, Curve};
use super::{digamma, ln_gamma, ln_gamma_ratio, trigamma};

/// A customer's purchases are Gamma(p, nu) around their own mean, and nu is Gamma(q, v) over customers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GammaGamma {
    pub p: f64,
    pub q: f64,
    pub v: f64,
}

/// With both p and q above this, spends differ by about a hundredth of their mean or less.
const NO_SPREAD: f64 = 1e4;

/// So many customers are enough to start from.
const THINNED: usize = 3_000;

impl GammaGamma {
    /// # Errors
    /// [`FitError::Parameters`] unless all are finite and greater than 0.
    pub fn new(p: f64, q: f64, v: f64) -> Result<Self, FitError> {
        positive(&[p, q, v])?;
        Ok(Self { p, q, v })
    }

    /// Maximum likelihood over (purchases, mean spend a purchase); customers without a purchase or with nothing spent are left
    /// out, because the model knows only spends above 0.
    ///
    /// # Errors
    /// [`FitError::NoRepeats`] where fewer than two customers remain or none bought twice, [`FitError::NoSpread`]
    /// where all spend the same, [`FitError::NotFound`] where the likelihood has no maximum.
    pub fn fit(customers: &[(u32, f64)]) -> Result<Fitted<Self>, FitError> {
        let mut used: Vec<(f64, f64)> =
            customers.iter().filter(|(x, z)| *x > 0 && z.is_finite() && *z > 0.0).map(|&(x, z)| (f64::from(x), z)).collect();
        used.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        if used.len() < 2 || used.last().is_none_or(|(x, _)| *x < 2.0) {
            return Err(FitError::NoRepeats);
        }
        let n = used.len() as f64;
        // The likelihood is the same in any unit of money up to a constant; in units of the mean, v is near 1.
        let unit = used.iter().map(|(_, z)| z).sum::<f64>() / n;
        let scaled: Vec<(f64, f64)> = used.iter().map(|(x, z)| (*x, z / unit)).collect();
        let mut starts = [[4.5, 3.3, 0.6], [1.0, 2.7, 1.0], [20.0, 7.4, 2.7], [1e3, 3.0, 2e-3]].to_vec();
        let mean = |customers: &[(f64, f64)], theta: &[f64; 3]| {
            let [p, q, v] = theta.map(libm::exp);
            total(&Self { p, q, v }, customers).in_logs([p, q, v]).over(customers.len() as f64)
        };
        if let Some(step) = Some(scaled.len() / THINNED).filter(|step| *step > 1) {
            let thinned: Vec<(f64, f64)> = scaled.iter().step_by(step).copied().collect();
            let near = fitted::best(&starts, |theta| mean(&thinned, theta))?;
            starts.insert(0, near.at.map(libm::exp));
        }
        let found = fitted::best(&starts, |theta| mean(&scaled, theta))?;
        let [p, q, v] = found.at.map(libm::exp);
        // One of them may grow for ever: everyone always spends the same (p), or all have one mean (q). Both together say that
        // there is no spread at all.
        if p.min(q) > NO_SPREAD {
            return Err(FitError::NoSpread);
        }
        if !found.converged {
            return Err(FitError::NotFound);
        }
        Ok(Fitted {
            model: Self { p, q, v: v * unit },
            log_likelihood: found.curve.value * n - n * libm::log(unit),
            customers: used.len() as u64,
            covariance: newton::covariance(&found, n),
        })
    }

    /// Equation 1a: ln f(zbar | p, q, v; x).
    pub fn log_likelihood(&self, x: u32, zbar: f64) -> f64 {
        total(self, &[(f64::from(x), zbar)]).value
    }

    /// Equation 5: the mean spend a purchase of someone who spent `zbar` on average over `x` purchases, a weighted mean of theirs
    /// and the population's. `None` where the population has no mean (q <= 1) and the customer too few purchases.
    pub fn expected_spend(&self, x: u32, zbar: f64) -> Option<f64> {
        let x = if zbar.is_finite() && zbar > 0.0 { f64::from(x) } else { 0.0 };
        let zbar = if x > 0.0 { zbar } else { 0.0 };
        let below = self.p * x + self.q - 1.0;
        (below > 1e-3).then(|| self.p * (self.v + x * zbar) / below).filter(|spend| spend.is_finite())
    }
}

/// Log-likelihood of (purchases, mean spend) sorted by purchases, with slopes and curvatures in (p, q, v).
fn total(m: &GammaGamma, customers: &[(f64, f64)]) -> Curve<3> {
    let (log_v, digamma_q, trigamma_q) = (libm::log(m.v), digamma(m.q), trigamma(m.q));
    let mut curve = Curve::ZERO;
    for rows in customers.chunk_by(|one, other| one.0 == other.0) {
        let Some((x, _)) = rows.first().copied() else { continue };
        let n = rows.len() as f64;
        let px = m.p * x;
        let all = px + m.q;
        let (mut log_z, mut log_grown, mut inverse, mut inverse_squared, mut share) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (_, z) in rows {
            let one = 1.0 / (m.v + x * z);
            log_z += libm::log(*z);
            log_grown += libm::log1p(x * z / m.v);
            inverse += one;
            inverse_squared += one * one;
            share += x * z * one;
        }
        let (digamma_all, trigamma_all) = (digamma(all), trigamma(all));
        let (pq, pv) = (n * x * trigamma_all, -x * inverse);
        // 1/v - 1/(v + xz), without the difference of near equals.
        let qv = share / m.v;
        curve.add(&Curve {
            value: n * (ln_gamma_ratio(m.q, px) - ln_gamma(px) - px * (log_v - libm::log(x))) + (px - 1.0) * log_z
                - all * log_grown,
            gradient: [
                x * (n * (digamma_all - digamma(px) + libm::log(x) - log_v) + log_z - log_grown),
                n * (digamma_all - digamma_q) - log_grown,
                n * m.q / m.v - all * inverse,
            ],
            hessian: [
                [n * x * x * (trigamma_all - trigamma(px)), pq, pv],
                [pq, n * (trigamma_all - trigamma_q), qv],
                [pv, qv, all * inverse_squared - n * m.q / (m.v * m.v)],
            ],
        });
    }
    curve
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_and_curvatures_are_those_of_the_likelihood() {
        let customers = [(1.0, 0.4), (1.0, 2.0), (2.0, 1.1), (7.0, 3.0)];
        newton::check_slopes([6.2, 3.7, 0.5], |[p, q, v]| total(&GammaGamma { p, q, v }, &customers));
    }

    #[test]
    fn a_customer_s_own_mean_gains_weight_with_purchases_and_money_has_no_unit() {
        let model = GammaGamma::new(6.25, 3.74, 15.44).expect("valid");
        let population = model.expected_spend(0, 0.0).expect("mean");
        let few = model.expected_spend(1, 100.0).expect("mean");
        let many = model.expected_spend(50, 100.0).expect("mean");
        assert!(population < few && few < many && many < 100.0);
        assert_eq!(GammaGamma::new(2.0, 0.9, 10.0).expect("valid").expected_spend(0, 0.0), None);

        let spends: Vec<(u32, f64)> = (1..200_u32).map(|i| (1 + i % 5, 10.0 + f64::from(i * 37 % 101))).collect();
        let cents: Vec<(u32, f64)> = spends.iter().map(|(x, z)| (*x, z * 100.0)).collect();
        let (a, b) = (GammaGamma::fit(&spends).expect("fits"), GammaGamma::fit(&cents).expect("fits"));
        let mean = |fitted: &Fitted<GammaGamma>, zbar| fitted.model.expected_spend(2, zbar).expect("mean");
        assert!((mean(&a, 50.0) * 100.0 / mean(&b, 5_000.0) - 1.0).abs() < 1e-6, "{a:?} {b:?}");
    }

    #[test]
    fn what_cannot_be_fitted_is_said() {
        assert_eq!(GammaGamma::fit(&[]), Err(FitError::NoRepeats));
        assert_eq!(GammaGamma::fit(&[(1, 10.0), (1, 12.0)]), Err(FitError::NoRepeats));
        assert_eq!(GammaGamma::fit(&[(2, f64::NAN), (3, -1.0)]), Err(FitError::NoRepeats));
        assert_eq!(GammaGamma::new(1.0, f64::NAN, 1.0), Err(FitError::Parameters));
        assert_eq!(GammaGamma::fit(&[(2, 10.0); 50]), Err(FitError::NoSpread));
        assert_eq!(GammaGamma::fit(&(1..60).map(|i| (1 + i % 12, 9.99)).collect::<Vec<_>>()), Err(FitError::NoSpread));
    }

    #[test]
    fn customers_who_each_always_spend_the_same_are_expected_to_go_on() {
        // As spread over single purchases as over many: nothing of it is chance within a customer.
        let spends: Vec<(u32, f64)> = (0..300_u32).map(|i| (1 + i * 17 % 60, 1e4 / (20.0 + f64::from(i)))).collect();
        let model = GammaGamma::fit(&spends).expect("fits").model;
        for (x, zbar) in [(1, 500.0), (30, 31.0)] {
            let spend = model.expected_spend(x, zbar).expect("mean");
            assert!((spend - zbar).abs() < 0.02 * zbar, "{model:?}: {spend} for {zbar}");
        }
    }
}
