//! What a fit gives: parameters, how sure they are, or why there are none.

use serde::{Deserialize, Serialize};

use super::newton::{self, BOUND, Curve, Maximum};
use super::{GammaGamma, History, OrderModel};

/// Parameters by maximum likelihood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fitted<M> {
    pub model: M,
    pub log_likelihood: f64,
    pub customers: u64,
    /// Of the logarithms of the parameters, in the model's order; `None` where the data leave a direction open.
    pub covariance: Option<Covariance>,
}

/// The covariance matrix of the logarithms of a model's parameters: the inverse of the observed information.
///
/// Logarithms, because parameters are positive and their likelihood is closer to a normal one there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Covariance(Vec<Vec<f64>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FitError {
    #[error("nobody bought twice")]
    NoRepeats,
    #[error("no drop-out identified")]
    NoDropOut,
    #[error("everyone spends the same, so there is no spread to learn from")]
    NoSpread,
    #[error("the likelihood has no maximum inside sensible bounds")]
    NotFound,
    #[error("parameters must be finite and greater than 0")]
    Parameters,
}

impl<M> Fitted<M> {
    /// The same fit with its model wrapped.
    pub fn map<N>(self, wrap: impl FnOnce(M) -> N) -> Fitted<N> {
        let Self { model, log_likelihood, customers, covariance } = self;
        Fitted { model: wrap(model), log_likelihood, customers, covariance }
    }
}

impl Fitted<OrderModel> {
    /// P(alive) and its interval, `z` standard errors to either side; `None` where the data leave a parameter open. Intervals of a
    /// figure say how sure the figure is: what one customer then does varies more.
    pub fn p_alive(&self, history: &History, z: f64) -> Option<Estimate> {
        self.interval(z, Scale::Probability, |model| model.p_alive(history))
    }

    /// P(at least one order in the next `weeks`), likewise.
    pub fn p_any(&self, history: &History, weeks: f64, z: f64) -> Option<Estimate> {
        self.interval(z, Scale::Probability, |model| 1.0 - model.p_no_order(history, weeks))
    }

    /// Expected orders in the next `weeks`, likewise.
    pub fn expected_orders(&self, history: &History, weeks: f64, z: f64) -> Option<Estimate> {
        self.interval(z, Scale::Positive, |model| model.expected_orders(history, weeks))
    }

    fn interval(&self, z: f64, scale: Scale, figure: impl Fn(&OrderModel) -> f64) -> Option<Estimate> {
        let kind = self.model.kind();
        let figure = |values: &[f64]| OrderModel::new(kind, values).map_or(f64::NAN, |model| figure(&model));
        self.covariance.as_ref().map(|covariance| covariance.interval(&self.model.values(), z, scale, figure))
    }
}

impl Fitted<GammaGamma> {
    /// The expected spend an order and its interval; `None` where there is no mean or the data leave a parameter open.
    pub fn expected_spend(&self, x: u32, zbar: f64, z: f64) -> Option<Estimate> {
        let GammaGamma { p, q, v } = self.model;
        let figure = |values: &[f64]| match *values {
            [p, q, v] => GammaGamma { p, q, v }.expected_spend(x, zbar).unwrap_or(f64::NAN),
            _ => f64::NAN,
        };
        self.model.expected_spend(x, zbar)?;
        self.covariance.as_ref().map(|covariance| covariance.interval(&[p, q, v], z, Scale::Positive, figure))
    }
}

/// A figure and the interval that the data leave it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// What values a figure can take, so that its interval stays among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Between 0 and 1; the interval is made of logits.
    Probability,
    /// At least 0; the interval is made of logarithms.
    Positive,
}

impl Covariance {
    /// `None` unless square and finite, with variances above 0.
    pub fn new(rows: Vec<Vec<f64>>) -> Option<Self> {
        let size = rows.len();
        let is_square = rows.iter().all(|row| row.len() == size && row.iter().all(|cell| cell.is_finite()));
        let is_positive = rows.iter().enumerate().all(|(place, row)| row.get(place).is_some_and(|variance| *variance > 0.0));
        (is_square && is_positive).then_some(Self(rows))
    }

    /// Covariance of the logarithms of two parameters; 0 beyond the last.
    pub fn get(&self, row: usize, column: usize) -> f64 {
        self.0.get(row).and_then(|row| row.get(column)).copied().unwrap_or_default()
    }

    /// Standard errors of the parameters themselves: to first order, each parameter times the error of its logarithm.
    pub fn standard_errors(&self, parameters: &[f64]) -> Vec<f64> {
        parameters.iter().enumerate().map(|(place, value)| value * libm::sqrt(self.get(place, place))).collect()
    }

    /// Variance of a figure with these slopes in the logarithms of the parameters (the delta method).
    pub fn variance(&self, slopes: &[f64]) -> f64 {
        let row = |row: &Vec<f64>| row.iter().zip(slopes).map(|(cell, slope)| cell * slope).sum::<f64>();
        self.0.iter().zip(slopes).map(|(cells, slope)| slope * row(cells)).sum::<f64>()
    }

    /// The interval of `figure`, `z` standard errors to either side, by the delta method with central differences in the
    /// logarithms of `parameters`.
    ///
    /// It says how sure the figure is, which is an expectation or a probability: what one customer then does varies more.
    pub fn interval(&self, parameters: &[f64], z: f64, scale: Scale, figure: impl Fn(&[f64]) -> f64) -> Estimate {
        let [interval] = self.intervals(parameters, z, [scale], |parameters| [figure(parameters)]);
        interval
    }

    /// The same of several figures at once, for those that share work.
    pub fn intervals<const N: usize>(
        &self,
        parameters: &[f64],
        z: f64,
        scales: [Scale; N],
        figures: impl Fn(&[f64]) -> [f64; N],
    ) -> [Estimate; N] {
        const STEP: f64 = 1e-4;
        let values = figures(parameters);
        let mut moved = parameters.to_vec();
        let mut at = |place: usize, by: f64| {
            for (place_of, (to, from)) in moved.iter_mut().zip(parameters).enumerate() {
                *to = if place_of == place { from * libm::exp(by) } else { *from };
            }
            figures(&moved)
        };
        let mut slopes: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(parameters.len()));
        for place in 0..parameters.len() {
            let (up, down) = (at(place, STEP), at(place, -STEP));
            for (slopes, (up, down)) in slopes.iter_mut().zip(up.into_iter().zip(down)) {
                slopes.push((up - down) / (2.0 * STEP));
            }
        }
        let mut all = values.into_iter().zip(&slopes).zip(scales);
        std::array::from_fn(|_| match all.next() {
            Some(((value, slopes), scale)) => scale.around(value, z.abs() * libm::sqrt(self.variance(slopes))),
            None => Estimate { value: f64::NAN, low: f64::NAN, high: f64::NAN },
        })
    }

    /// Whether it may be the covariance of so many parameters.
    pub(crate) fn is_of(&self, parameters: usize) -> bool {
        self.0.len() == parameters && Self::new(self.0.clone()).is_some()
    }
}

impl Scale {
    /// The interval of a value whose own error, to first order, is `error`.
    fn around(self, value: f64, error: f64) -> Estimate {
        let certain = Estimate { value, low: value, high: value };
        if error == 0.0 {
            return certain;
        }
        let (low, high) = match self {
            Self::Probability if value > 0.0 && value < 1.0 => {
                let logit = libm::log(value) - libm::log1p(-value);
                let error = error / (value * (1.0 - value));
                let back = |logit: f64| 1.0 / (1.0 + libm::exp(-logit));
                (back(logit - error), back(logit + error))
            }
            Self::Positive if value > 0.0 => {
                let factor = libm::exp(error / value);
                (value / factor, value * factor)
            }
            _ => return certain,
        };
        let is_sane = low.is_finite() && high.is_finite() && low <= value && value <= high;
        if is_sane { Estimate { value, low, high } } else { certain.widest(self) }
    }
}

impl Estimate {
    /// The product of two positive figures that rest on different data or on independent parts of a model: relative errors add
    /// up as their squares. Both are of the same number of standard errors.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        let value = self.value * other.value;
        if !(value > 0.0 && value.is_finite()) {
            return Self { value, low: value, high: value };
        }
        let error = |estimate: Self| libm::log(estimate.high / estimate.value);
        let factor = libm::exp(libm::hypot(error(self), error(other)));
        Self { value, low: value / factor, high: value * factor }
    }

    /// Where the error is beyond all bounds, nothing is known.
    fn widest(self, scale: Scale) -> Self {
        match scale {
            Scale::Probability => Self { low: 0.0, high: 1.0, ..self },
            Scale::Positive => Self { low: 0.0, high: f64::MAX, ..self },
        }
    }
}

pub(super) fn positive(values: &[f64]) -> Result<(), FitError> {
    if values.iter().all(|v| v.is_finite() && *v > 0.0) { Ok(()) } else { Err(FitError::Parameters) }
}

/// The best maximum over some starts, given as parameters. The first that ends well inside the bounds ends the search: on a slope
/// that leads to a bound there may be a better one elsewhere.
pub(super) fn best<const N: usize>(
    starts: &[[f64; N]],
    mut function: impl FnMut(&[f64; N]) -> Curve<N>,
) -> Result<Maximum<N>, FitError> {
    let mut best: Option<Maximum<N>> = None;
    for start in starts {
        let found = newton::maximize(start.map(|p| libm::log(p).clamp(1.0 - BOUND, BOUND - 1.0)), &mut function);
        if found.curve.value.is_finite() && best.as_ref().is_none_or(|best| found.curve.value > best.curve.value + 1e-10) {
            best = Some(found);
        }
        if found.converged && found.at.iter().all(|v| v.abs() < WELL_INSIDE) {
            break;
        }
    }
    best.ok_or(FitError::NotFound)
}

/// A parameter beyond e to this hardly differs from one without end.
const WELL_INSIDE: f64 = 9.0;

/// A gain in log-likelihood below this over a model without drop-out is no evidence of drop-out.
pub(super) const DROP_OUT_GAIN: f64 = 0.5;

/// Whether drop-out is identified and its parameters were found.
pub(super) fn checked<const N: usize>(
    found: &Maximum<N>,
    customers: f64,
    without: f64,
    is_none: bool,
) -> Result<(f64, Option<Covariance>), FitError> {
    let log_likelihood = found.curve.value * customers;
    if log_likelihood - without < DROP_OUT_GAIN || is_none {
        return Err(FitError::NoDropOut);
    }
    if !found.converged {
        return Err(FitError::NotFound);
    }
    Ok((log_likelihood, newton::covariance(found, customers)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_stays_among_the_values_that_its_figure_can_take() {
        let covariance = Covariance::new(vec![vec![0.04, 0.0], vec![0.0, 0.25]]).expect("valid");
        // ln p has slopes 1 and -1: standard error sqrt(0.29).
        let ratio = covariance.interval(&[6.0, 2.0], 1.0, Scale::Positive, |p| p[0] / p[1]);
        let factor = (0.29_f64).sqrt().exp();
        assert!((ratio.low - 3.0 / factor).abs() < 1e-6 && (ratio.high - 3.0 * factor).abs() < 1e-6, "{ratio:?}");
        let share = covariance.interval(&[6.0, 2.0], 1.96, Scale::Probability, |p| p[0] / (p[0] + p[1]));
        assert!(0.0 < share.low && share.low < share.value && share.value < share.high && share.high < 1.0, "{share:?}");
        let certain = covariance.interval(&[6.0, 2.0], 1.96, Scale::Probability, |_| 1.0);
        assert_eq!((certain.low, certain.high), (1.0, 1.0));
        assert_eq!(covariance.standard_errors(&[6.0, 2.0]), vec![6.0 * 0.2, 1.0]);
    }

    #[test]
    fn several_figures_at_once_have_the_intervals_that_each_has_alone() {
        let covariance = Covariance::new(vec![vec![0.04, 0.01], vec![0.01, 0.25]]).expect("valid");
        let (ratio, share) = (|p: &[f64]| p[0] / p[1], |p: &[f64]| p[0] / (p[0] + p[1]));
        let scales = [Scale::Positive, Scale::Probability];
        let both = covariance.intervals(&[6.0, 2.0], 1.645, scales, |p| [ratio(p), share(p)]);
        let alone = |scale, figure: &dyn Fn(&[f64]) -> f64| covariance.interval(&[6.0, 2.0], 1.645, scale, figure);
        assert_eq!(both, [alone(Scale::Positive, &ratio), alone(Scale::Probability, &share)]);
    }

    /// The product's interval is that of one covariance with nothing between the two.
    #[test]
    fn a_product_of_independent_figures_is_as_sure_as_both_together() {
        let one = Covariance::new(vec![vec![0.04]]).expect("valid");
        let other = Covariance::new(vec![vec![0.25]]).expect("valid");
        let both = Covariance::new(vec![vec![0.04, 0.0], vec![0.0, 0.25]]).expect("valid");
        let (z, first) = (1.645, |p: &[f64]| p[0]);
        let product = one.interval(&[6.0], z, Scale::Positive, first).times(other.interval(&[2.0], z, Scale::Positive, first));
        let exact = both.interval(&[6.0, 2.0], z, Scale::Positive, |p| p[0] * p[1]);
        assert!((product.low / exact.low - 1.0).abs() < 1e-9 && (product.high / exact.high - 1.0).abs() < 1e-9, "{product:?}");
        let nothing = Estimate { value: 0.0, low: 0.0, high: 0.0 }.times(product);
        assert_eq!((nothing.low, nothing.high), (0.0, 0.0));
    }

    #[test]
    fn what_is_no_covariance_is_refused() {
        assert_eq!(Covariance::new(vec![vec![1.0, 0.0]]), None);
        assert_eq!(Covariance::new(vec![vec![-1.0]]), None);
        assert_eq!(Covariance::new(vec![vec![f64::NAN]]), None);
    }
}
