//! How often customers order, whether they still do, and what they spend: the buy-till-you-die models and Gamma-Gamma.
//!
//! Names of parameters and formulas are the papers'; time is in weeks. Transcendental functions come from `libm`, so that the
//! worker, the browser and a test on any machine compute the same bytes.

mod beta_geometric;
mod bfgs;
mod bgnbd;
mod choice;
mod fitted;
mod forecast;
mod gamma_gamma;
mod history;
mod last_order;
mod mbgnbd;
mod nbd;
mod newton;
mod pareto_nbd;
mod special;
mod value;

pub use bgnbd::BgNbd;
pub use choice::{Choice, Fits, HeldOut, Judged, choose, judge, pick};
pub use fitted::{Covariance, Estimate, FitError, Fitted, Scale};
pub use forecast::{Forecast, forecasts};
pub use gamma_gamma::GammaGamma;
pub use history::History;
pub use mbgnbd::MbgNbd;
pub use nbd::Nbd;
pub use pareto_nbd::ParetoNbd;
pub use value::{Terms, lifetime_value, second_lifetime_value, value_by_months};

pub(crate) use bfgs::minimize;
pub(crate) use special::{digamma, ln_gamma, ln_gamma_ratio, ln_rising, trigamma};

use serde::{Deserialize, Serialize};

/// The model of orders that a shop's data supports.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OrderModel {
    BgNbd(BgNbd),
    MbgNbd(MbgNbd),
    ParetoNbd(ParetoNbd),
    /// No drop-out identified: everyone stays alive.
    Nbd(Nbd),
}

/// Which model of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    BgNbd,
    MbgNbd,
    ParetoNbd,
    Nbd,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::BgNbd => "BG/NBD",
            Self::MbgNbd => "MBG/NBD",
            Self::ParetoNbd => "Pareto/NBD",
            Self::Nbd => "NBD",
        }
    }
}

impl OrderModel {
    /// With parameters in the order of [`Self::values`].
    ///
    /// # Errors
    /// [`FitError::Parameters`] unless all are there, finite and greater than 0.
    pub fn new(kind: Kind, values: &[f64]) -> Result<Self, FitError> {
        match (kind, values) {
            (Kind::BgNbd, &[r, alpha, a, b]) => BgNbd::new(r, alpha, a, b).map(Self::BgNbd),
            (Kind::MbgNbd, &[r, alpha, a, b]) => MbgNbd::new(r, alpha, a, b).map(Self::MbgNbd),
            (Kind::ParetoNbd, &[r, alpha, s, beta]) => ParetoNbd::new(r, alpha, s, beta).map(Self::ParetoNbd),
            (Kind::Nbd, &[r, alpha]) => Nbd::new(r, alpha).map(Self::Nbd),
            _ => Err(FitError::Parameters),
        }
    }

    pub fn kind(&self) -> Kind {
        match self {
            Self::BgNbd(_) => Kind::BgNbd,
            Self::MbgNbd(_) => Kind::MbgNbd,
            Self::ParetoNbd(_) => Kind::ParetoNbd,
            Self::Nbd(_) => Kind::Nbd,
        }
    }

    pub fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// Parameters in the papers' order.
    pub fn values(&self) -> Vec<f64> {
        match *self {
            Self::BgNbd(BgNbd { r, alpha, a, b }) | Self::MbgNbd(MbgNbd { r, alpha, a, b }) => vec![r, alpha, a, b],
            Self::ParetoNbd(ParetoNbd { r, alpha, s, beta }) => vec![r, alpha, s, beta],
            Self::Nbd(Nbd { r, alpha }) => vec![r, alpha],
        }
    }

    pub fn p_alive(&self, history: &History) -> f64 {
        match self {
            Self::BgNbd(model) => model.p_alive(history),
            Self::MbgNbd(model) => model.p_alive(history),
            Self::ParetoNbd(model) => model.p_alive(history),
            Self::Nbd(_) => 1.0,
        }
    }

    /// P(alive) right after one more purchase than `history` has.
    pub fn p_alive_after_purchase(&self, history: &History) -> f64 {
        let x = f64::from(history.x);
        match self {
            Self::BgNbd(BgNbd { a, b, .. }) => (b + x) / (a + b + x),
            Self::MbgNbd(MbgNbd { a, b, .. }) => (b + x + 1.0) / (a + b + x + 1.0),
            // Drop-out needs time, and none has passed.
            Self::ParetoNbd(_) | Self::Nbd(_) => 1.0,
        }
    }

    /// Given that the customer is alive with this history, the purchase rate a week is gamma distributed: (shape, rate).
    pub fn rate_posterior(&self, history: &History) -> (f64, f64) {
        let (r, alpha) = match *self {
            Self::BgNbd(BgNbd { r, alpha, .. })
            | Self::MbgNbd(MbgNbd { r, alpha, .. })
            | Self::ParetoNbd(ParetoNbd { r, alpha, .. })
            | Self::Nbd(Nbd { r, alpha }) => (r, alpha),
        };
        (r + f64::from(history.x), alpha + history.clean().age)
    }

    /// Given that the customer is alive with this history, the drop-out rate a week is gamma distributed: (shape, rate). `None`
    /// where nobody drops out between two purchases.
    pub fn drop_out_posterior(&self, history: &History) -> Option<(f64, f64)> {
        match self {
            Self::ParetoNbd(model) => Some(model.drop_out_posterior(history)),
            Self::BgNbd(_) | Self::MbgNbd(_) | Self::Nbd(_) => None,
        }
    }

    /// P(no order in the next `weeks`).
    pub fn p_no_order(&self, history: &History, weeks: f64) -> f64 {
        match self {
            Self::BgNbd(model) => model.p_no_order(history, weeks),
            Self::MbgNbd(model) => model.p_no_order(history, weeks),
            Self::ParetoNbd(model) => model.p_no_order(history, weeks),
            Self::Nbd(model) => model.p_no_order(history, weeks),
        }
    }

    /// Orders expected in the next `weeks`.
    pub fn expected_orders(&self, history: &History, weeks: f64) -> f64 {
        match self {
            Self::BgNbd(model) => model.expected_orders(history, weeks),
            Self::MbgNbd(model) => model.expected_orders(history, weeks),
            Self::ParetoNbd(model) => model.expected_orders(history, weeks),
            Self::Nbd(model) => model.expected_orders(history, weeks),
        }
    }

    /// Orders expected in the next `weeks` of someone with this history who is alive: depends on x and T alone.
    pub(crate) fn expected_if_alive(&self, history: &History, weeks: f64) -> f64 {
        match self {
            Self::BgNbd(model) => model.expected_if_alive(history, weeks),
            Self::MbgNbd(model) => model.expected_if_alive(history, weeks),
            Self::ParetoNbd(model) => model.expected_if_alive(history, weeks),
            Self::Nbd(model) => model.expected_orders(history, weeks),
        }
    }

    /// By their names in the paper.
    pub fn parameters(&self) -> Vec<(String, f64)> {
        let names = match self {
            Self::BgNbd(_) | Self::MbgNbd(_) => ["r", "alpha", "a", "b"],
            Self::ParetoNbd(_) => ["r", "alpha", "s", "beta"],
            Self::Nbd(_) => ["r", "alpha", "", ""],
        };
        names.iter().map(|name| (*name).to_owned()).zip(self.values()).collect()
    }
}

/// P(no order for `weeks`) of someone alive now: their order rate is Gamma(shape, rate), and so is their drop-out rate where the
/// model has one; see [`OrderModel::rate_posterior`] and [`OrderModel::drop_out_posterior`].
pub fn quiet_if_alive(orders: (f64, f64), drop_out: Option<(f64, f64)>, weeks: f64) -> f64 {
    match drop_out {
        Some(drop_out) => pareto_nbd::quiet_if_alive(orders, drop_out, weeks),
        None => libm::exp(-orders.0 * libm::log1p(weeks.max(0.0) / orders.1)),
    }
}
