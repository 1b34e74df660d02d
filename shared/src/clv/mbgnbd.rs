//! MBG/NBD: Batislam, Denizel & Filiztekin (2007), Empirical validation and comparison of models for customer base analysis,
//! International Journal of Research in Marketing 24(3), 201–209.

use serde::{Deserialize, Serialize};

use super::beta_geometric::{self, Parameters};
use super::fitted::{FitError, Fitted, positive};
use super::history::{Groups, History};

/// As [`super::BgNbd`], but a customer may also drop out right after the first purchase, so that P(alive) of one-time buyers
/// falls with their silence: this is the P(alive) that people see.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MbgNbd {
    pub r: f64,
    pub alpha: f64,
    pub a: f64,
    pub b: f64,
}

impl MbgNbd {
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
        let Fitted { model, log_likelihood, customers, covariance } = beta_geometric::fit(groups, 1.0)?;
        let Parameters { r, alpha, a, b } = model;
        Ok(Fitted { model: Self { r, alpha, a, b }, log_likelihood, customers, covariance })
    }

    /// The likelihood of the paper's appendix for one customer.
    pub fn log_likelihood(&self, history: &History) -> f64 {
        beta_geometric::log_likelihood(&self.parameters(), 1.0, history)
    }

    /// P(alive) of the paper's appendix: 1 / (1 + a/(b+x) · ((alpha+T)/(alpha+t_x))^(r+x)).
    pub fn p_alive(&self, history: &History) -> f64 {
        beta_geometric::p_alive(&self.parameters(), 1.0, history)
    }

    /// P(no order in the next `weeks`).
    pub fn p_no_order(&self, history: &History, weeks: f64) -> f64 {
        beta_geometric::p_no_order(self.p_alive(history), self.r, self.alpha, history, weeks)
    }

    /// The conditional expectation of the paper's appendix: orders in the next `weeks`.
    pub fn expected_orders(&self, history: &History, weeks: f64) -> f64 {
        self.p_alive(history) * self.expected_if_alive(history, weeks)
    }

    pub(super) fn expected_if_alive(&self, history: &History, weeks: f64) -> f64 {
        beta_geometric::expected_if_alive(&self.parameters(), 1.0, history, weeks)
    }

    fn parameters(&self) -> Parameters {
        Parameters { r: self.r, alpha: self.alpha, a: self.a, b: self.b }
    }
}
