//! BG/NBD: Fader, Hardie & Lee (2005), "Counting your customers" the easy way: an alternative to the Pareto/NBD model,
//! Marketing Science 24(2), 275–284.

use serde::{Deserialize, Serialize};

use super::beta_geometric::{self, Parameters};
use super::fitted::{FitError, Fitted, positive};
use super::history::{Groups, History};

/// While alive a customer orders at a rate that is Gamma(r, alpha) over customers; after each repeat purchase they drop out with
/// a probability that is Beta(a, b).
///
/// P(alive) is 1 for everyone without a repeat purchase, so it must never rank people; see [`super::MbgNbd`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BgNbd {
    pub r: f64,
    pub alpha: f64,
    pub a: f64,
    pub b: f64,
}

impl BgNbd {
    /// # Errors
    /// [`FitError::Parameters`] unless all are finite and greater than 0.
    pub fn new(r: f64, alpha: f64, a: f64, b: f64) -> Result<Self, FitError> {
        positive(&[r, alpha, a, b])?;
        Ok(Self { r, alpha, a, b })
    }

    /// Maximum likelihood over groups of customers with equal history and their number.
    ///
    /// # Errors
    /// Where nobody bought twice, no drop-out is identified, or there is no maximum.
    pub fn fit(groups: &[(History, f64)]) -> Result<Fitted<Self>, FitError> {
        Self::fit_groups(&Groups::of(groups))
    }

    pub(super) fn fit_groups(groups: &Groups) -> Result<Fitted<Self>, FitError> {
        let Fitted { model, log_likelihood, customers, covariance } = beta_geometric::fit(groups, 0.0)?;
        let Parameters { r, alpha, a, b } = model;
        Ok(Fitted { model: Self { r, alpha, a, b }, log_likelihood, customers, covariance })
    }

    /// Equation 6.
    pub fn log_likelihood(&self, history: &History) -> f64 {
        beta_geometric::log_likelihood(&self.parameters(), 0.0, history)
    }

    /// Fader, Hardie & Lee (2008), Computing P(alive) using the BG/NBD model, equation 4.
    pub fn p_alive(&self, history: &History) -> f64 {
        beta_geometric::p_alive(&self.parameters(), 0.0, history)
    }

    /// P(no order in the next `weeks`), from the likelihood of section 4 and P(alive).
    pub fn p_no_order(&self, history: &History, weeks: f64) -> f64 {
        beta_geometric::p_no_order(self.p_alive(history), self.r, self.alpha, history, weeks)
    }

    /// Equation 10: E(Y(t) | x, t_x, T).
    pub fn expected_orders(&self, history: &History, weeks: f64) -> f64 {
        self.p_alive(history) * self.expected_if_alive(history, weeks)
    }

    pub(super) fn expected_if_alive(&self, history: &History, weeks: f64) -> f64 {
        beta_geometric::expected_if_alive(&self.parameters(), 0.0, history, weeks)
    }

    fn parameters(&self) -> Parameters {
        Parameters { r: self.r, alpha: self.alpha, a: self.a, b: self.b }
    }
}
