//! NBD: Ehrenberg (1959), The pattern of consumer purchases, Applied Statistics 8(1), 26–41; in the notation of Fader, Hardie &
//! Lee (2005), equation 4 without drop-out.

use serde::{Deserialize, Serialize};

use super::fitted::{self, FitError, Fitted, positive};
use super::history::{Groups, History};
use super::newton::{self, Curve};
use super::{beta_geometric, digamma, ln_rising, trigamma};

/// Orders at a rate that is Gamma(r, alpha) over customers, for ever: what is left where no drop-out is identified.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Nbd {
    pub r: f64,
    pub alpha: f64,
}

impl Nbd {
    /// # Errors
    /// [`FitError::Parameters`] unless both are finite and greater than 0.
    pub fn new(r: f64, alpha: f64) -> Result<Self, FitError> {
        positive(&[r, alpha])?;
        Ok(Self { r, alpha })
    }

    /// # Errors
    /// Where nobody bought twice or there is no maximum.
    pub fn fit(groups: &[(History, f64)]) -> Result<Fitted<Self>, FitError> {
        fit(&Groups::of(groups))
    }

    /// P(no order in the next `weeks`).
    pub fn p_no_order(&self, history: &History, weeks: f64) -> f64 {
        beta_geometric::p_no_order(1.0, self.r, self.alpha, history, weeks)
    }

    /// (r + x) t / (alpha + T).
    pub fn expected_orders(&self, history: &History, weeks: f64) -> f64 {
        (self.r + f64::from(history.x)) * weeks.max(0.0) / (self.alpha + history.clean().age)
    }
}

pub(super) fn fit(groups: &Groups) -> Result<Fitted<Nbd>, FitError> {
    if groups.repeats <= 0.0 || groups.weeks <= 0.0 {
        return Err(FitError::NoRepeats);
    }
    // The likelihood knows a history by its x and T alone.
    let mut counts: Vec<(u32, u32, f64)> = groups.rows.iter().map(|row| (row.x, row.now, row.customers)).collect();
    counts.sort_unstable_by_key(|(x, now, _)| (*x, *now));
    counts.dedup_by(|next, kept| {
        let same = (next.0, next.1) == (kept.0, kept.1);
        if same {
            kept.2 += next.2;
        }
        same
    });
    let counts: Vec<(u32, f64, f64)> = counts.into_iter().map(|(x, now, n)| (x, groups.time(now), n)).collect();
    let rate = groups.weeks / groups.repeats;
    let found = fitted::best(&[[1.0, rate], [0.2, 0.2 * rate], [5.0, 5.0 * rate]], |theta| {
        let [r, alpha] = theta.map(libm::exp);
        total(r, alpha, &counts).in_logs([r, alpha]).over(groups.customers)
    })?;
    let [r, alpha] = found.at.map(libm::exp);
    Ok(Fitted {
        model: Nbd { r, alpha },
        log_likelihood: found.curve.value * groups.customers,
        customers: groups.customers as u64,
        covariance: newton::covariance(&found, groups.customers),
    })
}

/// Log-likelihood of (x, T, customers) sorted by x.
fn total(r: f64, alpha: f64, counts: &[(u32, f64, f64)]) -> Curve<2> {
    let (log_alpha, digamma_r, trigamma_r) = (libm::log(alpha), digamma(r), trigamma(r));
    let mut curve = Curve::ZERO;
    for rows in counts.chunk_by(|one, other| one.0 == other.0) {
        let Some(x) = rows.first().map(|(x, ..)| f64::from(*x)) else { continue };
        let rx = r + x;
        let (mut customers, mut log, mut inverse, mut inverse_squared) = (0.0, 0.0, 0.0, 0.0);
        for (_, age, n) in rows {
            let now = alpha + age;
            customers += n;
            log += n * libm::log1p(age / alpha);
            inverse += n / now;
            inverse_squared += n / (now * now);
        }
        let mixed = customers / alpha - inverse;
        curve.add(&Curve {
            value: customers * (ln_rising(r, x) - x * log_alpha) - rx * log,
            gradient: [customers * (digamma(rx) - digamma_r) - log, customers * r / alpha - rx * inverse],
            hessian: [
                [customers * (trigamma(rx) - trigamma_r), mixed],
                [mixed, rx * inverse_squared - customers * r / (alpha * alpha)],
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
        let counts = [(0, 30.0, 5.0), (1, 38.0, 2.0), (1, 20.0, 1.0), (40, 39.0, 3.0)];
        newton::check_slopes([0.4, 5.0], |[r, alpha]| total(r, alpha, &counts));
    }
}
