//! Gamma-Gamma: Fader & Hardie (2013), The Gamma-Gamma model of monetary value (brucehardie.com/notes/025); first in Fader,
//! Hardie & Lee (2005), RFM and CLV: using iso-value curves for customer base analysis, Journal of Marketing Research 42(4).

use serde::{Deserialize, Serialize};

use super::beta_geometric::{FitError, Fitted, positive};
use super::{digamma, ln_gamma, minimize};

/// A customer's purchases are Gamma(p, nu) around their own mean, and nu is Gamma(q, v) over customers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GammaGamma {
    pub p: f64,
    pub q: f64,
    pub v: f64,
}

const BOUND: f64 = 14.0;

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
    /// [`FitError::NoRepeats`] where fewer than two customers remain or none bought twice, [`FitError::NotFound`] where the
    /// likelihood has no maximum.
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
        let mut best: Option<(f64, [f64; 3], bool)> = None;
        for start in [[1.5, 1.2, -0.5], [0.0, 1.0, 0.0], [3.0, 2.0, 1.0]] {
            let found = minimize(start, |theta| {
                if theta.iter().any(|t| !t.is_finite() || t.abs() > BOUND) {
                    return (f64::INFINITY, [0.0; 3]);
                }
                let [p, q, v] = theta.map(libm::exp);
                let (value, gradient) = total(&Self { p, q, v }, &scaled);
                (-value / n, [-gradient[0] * p / n, -gradient[1] * q / n, -gradient[2] * v / n])
            });
            if found.value.is_finite() && best.is_none_or(|(value, ..)| found.value < value - 1e-10) {
                best = Some((found.value, found.at.map(libm::exp), found.converged));
            }
            if found.converged {
                break;
            }
        }
        match best {
            Some((value, [p, q, v], true)) => {
                let log_likelihood = -value * n - n * libm::log(unit);
                Ok(Fitted { model: Self { p, q, v: v * unit }, log_likelihood, customers: used.len() as u64 })
            }
            _ => Err(FitError::NotFound),
        }
    }

    /// Equation 1a: ln f(zbar | p, q, v; x).
    pub fn log_likelihood(&self, x: u32, zbar: f64) -> f64 {
        total(self, &[(f64::from(x), zbar)]).0
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

fn total(m: &GammaGamma, customers: &[(f64, f64)]) -> (f64, [f64; 3]) {
    let (log_v, ln_gamma_q, digamma_q) = (libm::log(m.v), ln_gamma(m.q), digamma(m.q));
    let (mut value, mut gradient) = (0.0, [0.0; 3]);
    let mut known = None;
    for &(x, z) in customers {
        let px = m.p * x;
        let by_x = match known {
            Some((same, by_x)) if same == x => by_x,
            _ => (ln_gamma(px + m.q) - ln_gamma(px) - ln_gamma_q + m.q * log_v, digamma(px + m.q), digamma(px)),
        };
        known = Some((x, by_x));
        let (log_z, log_x, all) = (libm::log(z), libm::log(x), m.v + x * z);
        let log_all = libm::log(all);
        value += by_x.0 + (px - 1.0) * log_z + px * log_x - (px + m.q) * log_all;
        gradient[0] += x * (by_x.1 - by_x.2 + log_z + log_x - log_all);
        gradient[1] += by_x.1 - digamma_q + log_v - log_all;
        gradient[2] += m.q / m.v - (px + m.q) / all;
    }
    (value, gradient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_are_the_slopes_of_the_likelihood() {
        let customers = [(1.0, 0.4), (2.0, 1.1), (7.0, 3.0)];
        let m = GammaGamma { p: 6.2, q: 3.7, v: 0.5 };
        let (_, gradient) = total(&m, &customers);
        let h = 1e-6;
        let slope = |up: GammaGamma, down: GammaGamma| (total(&up, &customers).0 - total(&down, &customers).0) / (2.0 * h);
        let slopes = [
            slope(GammaGamma { p: m.p + h, ..m }, GammaGamma { p: m.p - h, ..m }),
            slope(GammaGamma { q: m.q + h, ..m }, GammaGamma { q: m.q - h, ..m }),
            slope(GammaGamma { v: m.v + h, ..m }, GammaGamma { v: m.v - h, ..m }),
        ];
        for (gradient, slope) in gradient.iter().zip(slopes) {
            assert!((gradient - slope).abs() < 1e-6, "{gradient} {slope}");
        }
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
        assert!(GammaGamma::fit(&[(2, 10.0); 50]).is_err(), "no spread, no maximum");
    }
}
