//! NBD: Ehrenberg (1959), The pattern of consumer purchases, Applied Statistics 8(1), 26–41; in the notation of Fader, Hardie &
//! Lee (2005), equation 4 without drop-out.

use serde::{Deserialize, Serialize};

use super::beta_geometric::{self, FitError, Fitted, History, positive};

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
        let Fitted { model: (r, alpha), log_likelihood, customers } = beta_geometric::fit_nbd(groups)?;
        Ok(Fitted { model: Self { r, alpha }, log_likelihood, customers })
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
