//! What BG/NBD and MBG/NBD share. They differ only in whether a customer may drop out right after the first purchase: the
//! number of chances to drop out is x in BG/NBD and x + 1 in MBG/NBD, called x + `first` below.

use serde::{Deserialize, Serialize};

use super::{digamma, ln_gamma, minimize};

/// What the models know of a customer, in weeks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// Repeat purchase days: the first purchase is not counted.
    pub x: u32,
    /// From the first purchase to the last.
    pub t_x: f64,
    /// From the first purchase to now; T in the papers.
    pub age: f64,
}

/// Parameters by maximum likelihood.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fitted<M> {
    pub model: M,
    pub log_likelihood: f64,
    pub customers: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FitError {
    #[error("nobody bought twice")]
    NoRepeats,
    #[error("no drop-out identified")]
    NoDropOut,
    #[error("the likelihood has no maximum inside sensible bounds")]
    NotFound,
    #[error("parameters must be finite and greater than 0")]
    Parameters,
}

/// Parameters lie within e^-BOUND and e^BOUND: the likelihood of a degenerate shop grows for ever, ever more slowly.
const BOUND: f64 = 14.0;

/// A gain in log-likelihood below this over a model without drop-out is no evidence of drop-out.
const DROP_OUT_GAIN: f64 = 0.5;

/// A drop-out after fewer than one purchase in a thousand is none.
const DROP_OUT_SHARE: f64 = 1e-3;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Parameters {
    pub(super) r: f64,
    pub(super) alpha: f64,
    pub(super) a: f64,
    pub(super) b: f64,
}

impl History {
    /// With times that are finite, not negative and in order.
    pub(crate) fn clean(&self) -> Self {
        let age = if self.age.is_finite() { self.age.max(0.0) } else { 0.0 };
        let t_x = if self.t_x.is_finite() { self.t_x.clamp(0.0, age) } else { 0.0 };
        Self { x: self.x, t_x, age }
    }
}

pub(super) fn positive(values: &[f64]) -> Result<(), FitError> {
    if values.iter().all(|v| v.is_finite() && *v > 0.0) { Ok(()) } else { Err(FitError::Parameters) }
}

pub(super) fn p_alive(p: &Parameters, first: f64, history: &History) -> f64 {
    let History { x, t_x, age } = history.clean();
    let chances = f64::from(x) + first;
    if chances == 0.0 {
        return 1.0;
    }
    let grown = libm::log((p.alpha + age) / (p.alpha + t_x));
    1.0 / (1.0 + p.a / (p.b + chances - 1.0) * libm::exp((p.r + f64::from(x)) * grown))
}

/// Exact: the dead do not order, and the rate of those alive is Gamma(r + x, alpha + T).
pub(super) fn p_no_order(alive: f64, r: f64, alpha: f64, history: &History, weeks: f64) -> f64 {
    let age = history.clean().age;
    let kept = libm::exp(-(r + f64::from(history.x)) * libm::log1p(weeks.max(0.0) / (alpha + age)));
    (1.0 - alive * (1.0 - kept)).clamp(0.0, 1.0)
}

/// Orders expected within `weeks` of a customer who is alive.
///
/// The papers' form, with c = a + b + x - 1 + `first` and z = t / (alpha + T + t), is
/// c / (a - 1) · [1 - (1 - z)^(r+x) · 2F1(r + x, b + x + first; c; z)]. Euler's transformation turns 2F1 into
/// (1 - z)^(a-1-r-x) · 2F1(a - 1, a + b - 1 - r + first; c; z), whose terms after the first all hold the factor a - 1: dividing it
/// out leaves a form that is exact at a = 1, where the papers' is 0/0, and at c = 0.
pub(super) fn expected_if_alive(p: &Parameters, first: f64, history: &History, weeks: f64) -> f64 {
    let History { x, age, .. } = history.clean();
    if weeks.is_nan() || weeks <= 0.0 {
        return 0.0;
    }
    let (x, b) = (f64::from(x), p.b + first);
    let bound = (p.r + x) * weeks / (p.alpha + age);
    let z = weeks / (p.alpha + age + weeks);
    let (k, c) = (p.a - 1.0, p.a + b + x - 1.0);
    let upper = p.a + b - 1.0 - p.r;
    let log_rest = libm::log1p(-z);
    let shrunk = if k.abs() < 1e-12 { -log_rest } else { -libm::expm1(k * log_rest) / k };
    // c · (a)_{n-1} (upper)_n z^n / ((c)_n n!), from n = 1.
    let mut term = upper * z;
    let mut sum = term;
    for n in 1..MAX_TERMS {
        let n = f64::from(n);
        term *= (p.a + n - 1.0) * (upper + n) / ((c + n) * (n + 1.0)) * z;
        sum += term;
        if term.abs() <= 1e-15 * sum.abs() {
            break;
        }
    }
    let orders = c * shrunk - libm::exp(k * log_rest) * sum;
    // Nobody orders more often than someone who never drops out; this also catches a series that overflowed.
    if orders.is_finite() { orders.clamp(0.0, bound) } else { bound }
}

const MAX_TERMS: u32 = 50_000;

/// Log-likelihood of one customer.
pub(super) fn log_likelihood(p: &Parameters, first: f64, history: &History) -> f64 {
    let by_x = ByX::new(p, first, history.x);
    let (value, _) = one(p, first, &by_x, &history.clean());
    value
}

/// Maximum likelihood over customers in groups of equal history, each with its number of customers.
///
/// # Errors
/// [`FitError::NoRepeats`] where nobody bought twice, [`FitError::NoDropOut`] where a model without drop-out explains the data
/// as well, [`FitError::NotFound`] where the search ends on a bound.
pub(super) fn fit(groups: &[(History, f64)], first: f64) -> Result<Fitted<Parameters>, FitError> {
    let groups = sorted(groups);
    let without = fit_nbd(&groups)?;
    let total: f64 = groups.iter().map(|(_, n)| n).sum();
    let (r, alpha) = without.model;
    let mut best: Option<(f64, Parameters, bool)> = None;
    // Where there is drop-out, buyers are more alike and busier than a model without it believes.
    for (dr, dalpha, a, b) in [(1.0, 0.6, 0.8, 2.5), (0.5, 0.3, 0.3, 1.0), (2.0, 1.5, 2.0, 8.0)] {
        let start = [libm::log(r * dr), libm::log(alpha * dalpha), libm::log(a), libm::log(b)];
        let found = minimize(start.map(|v| v.clamp(-BOUND + 1.0, BOUND - 1.0)), |theta| {
            if theta.iter().any(|t| !t.is_finite() || t.abs() > BOUND) {
                return (f64::INFINITY, [0.0; 4]);
            }
            let p = from_logs(theta);
            let (value, gradient) = total_likelihood(&p, first, &groups);
            let scaled = [gradient[0] * p.r, gradient[1] * p.alpha, gradient[2] * p.a, gradient[3] * p.b];
            (-value / total, scaled.map(|g| -g / total))
        });
        if found.value.is_finite() && best.is_none_or(|(value, ..)| found.value < value - 1e-10) {
            best = Some((found.value, from_logs(&found.at), found.converged));
        }
        if found.converged {
            break;
        }
    }
    let Some((value, model, converged)) = best else { return Err(FitError::NotFound) };
    let log_likelihood = -value * total;
    if log_likelihood - without.log_likelihood < DROP_OUT_GAIN || model.a / (model.a + model.b) < DROP_OUT_SHARE {
        return Err(FitError::NoDropOut);
    }
    if !converged {
        return Err(FitError::NotFound);
    }
    Ok(Fitted { model, log_likelihood, customers: without.customers })
}

/// (r, alpha) without drop-out.
pub(super) fn fit_nbd(groups: &[(History, f64)]) -> Result<Fitted<(f64, f64)>, FitError> {
    let groups = sorted(groups);
    let total: f64 = groups.iter().map(|(_, n)| n).sum();
    let repeats: f64 = groups.iter().map(|(h, n)| f64::from(h.x) * n).sum();
    let weeks: f64 = groups.iter().map(|(h, n)| h.age * n).sum();
    if repeats <= 0.0 || weeks <= 0.0 {
        return Err(FitError::NoRepeats);
    }
    let start = [0.0, libm::log(weeks / repeats).clamp(-BOUND + 1.0, BOUND - 1.0)];
    let found = minimize(start, |theta| {
        if theta.iter().any(|t| !t.is_finite() || t.abs() > BOUND) {
            return (f64::INFINITY, [0.0; 2]);
        }
        let [r, alpha] = theta.map(libm::exp);
        let (value, gradient) = nbd_likelihood(r, alpha, &groups);
        (-value / total, [-gradient[0] * r / total, -gradient[1] * alpha / total])
    });
    if !found.value.is_finite() {
        return Err(FitError::NotFound);
    }
    let [r, alpha] = found.at.map(libm::exp);
    Ok(Fitted { model: (r, alpha), log_likelihood: -found.value * total, customers: total as u64 })
}

/// Parts of the likelihood that depend on x alone, so that groups sorted by x compute them once.
struct ByX {
    x: u32,
    value: f64,
    by_r: f64,
    by_a: f64,
    by_b: f64,
    log_drop: Option<f64>,
}

impl ByX {
    fn new(p: &Parameters, first: f64, x: u32) -> Self {
        let chances = f64::from(x) + first;
        let rx = p.r + f64::from(x);
        let value = ln_gamma(rx) - ln_gamma(p.r) + p.r * libm::log(p.alpha) + ln_gamma(p.a + p.b) + ln_gamma(p.b + chances)
            - ln_gamma(p.b)
            - ln_gamma(p.a + p.b + chances);
        let shared = digamma(p.a + p.b) - digamma(p.a + p.b + chances);
        Self {
            x,
            value,
            by_r: digamma(rx) - digamma(p.r) + libm::log(p.alpha),
            by_a: shared,
            by_b: shared + digamma(p.b + chances) - digamma(p.b),
            log_drop: (chances > 0.0).then(|| libm::log(p.a / (p.b + chances - 1.0))),
        }
    }
}

/// Value and gradient of one customer's log-likelihood. The two ways to this history, alive now or dropped out after the last
/// purchase, are weighed by P(alive).
fn one(p: &Parameters, first: f64, by_x: &ByX, history: &History) -> (f64, [f64; 4]) {
    let x = f64::from(history.x);
    let rx = p.r + x;
    let (now, last) = (p.alpha + history.age, p.alpha + history.t_x);
    let log_now = libm::log(now);
    let Some(log_drop) = by_x.log_drop else {
        let value = by_x.value - rx * log_now;
        return (value, [by_x.by_r - log_now, p.r / p.alpha - rx / now, by_x.by_a, by_x.by_b]);
    };
    let log_last = libm::log(last);
    let odds = libm::exp(log_drop + rx * (log_now - log_last));
    let alive = 1.0 / (1.0 + odds);
    let dead = if odds.is_finite() { odds * alive } else { 1.0 };
    let sum = if odds.is_finite() { -rx * log_now + libm::log1p(odds) } else { log_drop - rx * log_last };
    let gradient = [
        by_x.by_r - alive * log_now - dead * log_last,
        p.r / p.alpha - rx * (alive / now + dead / last),
        by_x.by_a + dead / p.a,
        by_x.by_b - dead / (p.b + x + first - 1.0),
    ];
    (by_x.value + sum, gradient)
}

fn total_likelihood(p: &Parameters, first: f64, groups: &[(History, f64)]) -> (f64, [f64; 4]) {
    let mut by_x = ByX::new(p, first, 0);
    let (mut value, mut gradient) = (0.0, [0.0; 4]);
    for (history, customers) in groups {
        if history.x != by_x.x {
            by_x = ByX::new(p, first, history.x);
        }
        let (one_value, one_gradient) = one(p, first, &by_x, history);
        value += customers * one_value;
        for (sum, part) in gradient.iter_mut().zip(one_gradient) {
            *sum += customers * part;
        }
    }
    (value, gradient)
}

fn nbd_likelihood(r: f64, alpha: f64, groups: &[(History, f64)]) -> (f64, [f64; 2]) {
    let (mut value, mut by_r, mut by_alpha) = (0.0, 0.0, 0.0);
    let (log_alpha, ln_gamma_r, digamma_r) = (libm::log(alpha), ln_gamma(r), digamma(r));
    let mut known = None;
    for (history, customers) in groups {
        let rx = r + f64::from(history.x);
        let (gamma, slope) = match known {
            Some((x, gamma, slope)) if x == history.x => (gamma, slope),
            _ => (ln_gamma(rx), digamma(rx)),
        };
        known = Some((history.x, gamma, slope));
        let log_now = libm::log(alpha + history.age);
        value += customers * (gamma - ln_gamma_r + r * log_alpha - rx * log_now);
        by_r += customers * (slope - digamma_r + log_alpha - log_now);
        by_alpha += customers * (r / alpha - rx / (alpha + history.age));
    }
    (value, [by_r, by_alpha])
}

/// Clean, and in one order whatever the order they came in, so that sums round alike.
fn sorted(groups: &[(History, f64)]) -> Vec<(History, f64)> {
    let mut groups: Vec<_> = groups.iter().filter(|(_, n)| *n > 0.0).map(|(h, n)| (h.clean(), *n)).collect();
    groups.sort_unstable_by(|(h, n), (i, m)| {
        (h.x.cmp(&i.x)).then(h.age.total_cmp(&i.age)).then(h.t_x.total_cmp(&i.t_x)).then(n.total_cmp(m))
    });
    groups
}

fn from_logs(theta: &[f64; 4]) -> Parameters {
    let [r, alpha, a, b] = theta.map(libm::exp);
    Parameters { r, alpha, a, b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_are_the_slopes_of_the_likelihood() {
        let groups: Vec<(History, f64)> = [(0, 0.0, 30.0), (1, 4.0, 38.0), (3, 20.0, 21.0), (12, 37.0, 39.0)]
            .map(|(x, t_x, age)| (History { x, t_x, age }, 1.0 + f64::from(x)))
            .into();
        for first in [0.0, 1.0] {
            let p = Parameters { r: 0.4, alpha: 5.0, a: 0.7, b: 2.2 };
            let (_, gradient) = total_likelihood(&p, first, &groups);
            let at = |p: Parameters| total_likelihood(&p, first, &groups).0;
            let h = 1e-6;
            let slopes = [
                (at(Parameters { r: p.r + h, ..p }) - at(Parameters { r: p.r - h, ..p })) / (2.0 * h),
                (at(Parameters { alpha: p.alpha + h, ..p }) - at(Parameters { alpha: p.alpha - h, ..p })) / (2.0 * h),
                (at(Parameters { a: p.a + h, ..p }) - at(Parameters { a: p.a - h, ..p })) / (2.0 * h),
                (at(Parameters { b: p.b + h, ..p }) - at(Parameters { b: p.b - h, ..p })) / (2.0 * h),
            ];
            for (gradient, slope) in gradient.iter().zip(slopes) {
                assert!((gradient - slope).abs() < 1e-6, "{gradient} {slope}");
            }
        }
    }

    /// E = ∫ (1 - ((alpha+T) / (alpha+T+pt))^(r+x)) / p · Beta(p; a, b+x+first) dp, by the trapezoid rule over the logit of p.
    fn by_quadrature(p: &Parameters, first: f64, history: &History, weeks: f64) -> f64 {
        let (x, beta) = (f64::from(history.x), p.b + f64::from(history.x) + first);
        let norm = ln_gamma(p.a + beta) - ln_gamma(p.a) - ln_gamma(beta);
        let step = 0.01;
        (-20_000..20_000)
            .map(|i| {
                let y = f64::from(i) * step;
                let log_q = -libm::log1p(libm::exp(-y));
                let log_not = -libm::log1p(libm::exp(y));
                let share = libm::exp(log_q);
                let orders = -libm::expm1(-(p.r + x) * libm::log1p(share * weeks / (p.alpha + history.age))) / share;
                step * orders * libm::exp(norm + p.a * log_q + beta * log_not)
            })
            .sum()
    }

    #[test]
    fn expected_orders_equal_the_integral_they_stand_for() {
        for (a, b) in [(0.793, 2.426), (1.0, 2.0), (1.0 + 1e-9, 2.0), (3.5, 0.4), (0.4, 0.6), (0.3, 0.2)] {
            for (x, t_x, age) in [(0, 0.0, 0.0), (0, 0.0, 38.0), (2, 30.4, 38.9), (29, 37.0, 38.0)] {
                for (first, weeks) in [(0.0, 1.0), (1.0, 39.0), (0.0, 52.0), (1.0, 400.0)] {
                    let p = Parameters { r: 0.243, alpha: 4.414, a, b };
                    let history = History { x, t_x, age };
                    let (exact, check) =
                        (expected_if_alive(&p, first, &history, weeks), by_quadrature(&p, first, &history, weeks));
                    assert!((exact - check).abs() < 1e-7 * check.max(1.0), "{p:?} {history:?} {weeks}: {exact} {check}");
                }
            }
        }
    }
}
