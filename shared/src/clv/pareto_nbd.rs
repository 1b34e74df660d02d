//! Pareto/NBD: Schmittlein, Morrison & Colombo (1987), Counting your customers: who are they and what will they do next?,
//! Management Science 33(1), 1–24; in the notation of Fader & Hardie (2005), A note on deriving the Pareto/NBD model and related
//! expressions (brucehardie.com/notes/009).

use serde::{Deserialize, Serialize};

use super::fitted::{self, FitError, Fitted, positive};
use super::history::{Groups, History};
use super::last_order::Powers;
use super::nbd::{self, Nbd};
use super::newton::Curve;
use super::{digamma, ln_rising, trigamma};

/// While alive a customer orders at a rate that is Gamma(r, alpha) over customers; they drop out at a rate, in time and not at
/// purchases, that is Gamma(s, beta) over customers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ParetoNbd {
    pub r: f64,
    pub alpha: f64,
    pub s: f64,
    pub beta: f64,
}

/// Fewer than one in a thousand dropping out in the mean age of the customers is none.
const DROP_OUT_SHARE: f64 = 1e-3;

impl ParetoNbd {
    /// # Errors
    /// [`FitError::Parameters`] unless all are finite and greater than 0.
    pub fn new(r: f64, alpha: f64, s: f64, beta: f64) -> Result<Self, FitError> {
        positive(&[r, alpha, s, beta])?;
        Ok(Self { r, alpha, s, beta })
    }

    /// Maximum likelihood over groups of customers with equal history and their number.
    ///
    /// # Errors
    /// Where nobody bought twice, no drop-out is identified, or there is no maximum.
    pub fn fit(groups: &[(History, f64)]) -> Result<Fitted<Self>, FitError> {
        Self::fit_groups(&Groups::of(groups))
    }

    pub(super) fn fit_groups(groups: &Groups) -> Result<Fitted<Self>, FitError> {
        let without = nbd::fit(groups)?;
        let Nbd { r, alpha } = without.model;
        let mean_age = groups.weeks / groups.customers;
        let mut starts = [(1.5, 0.9, 0.6, 0.4), (1.0, 0.5, 0.3, 0.1), (2.0, 1.5, 2.0, 4.0)]
            .map(|(dr, dalpha, s, dbeta)| [r * dr, alpha * dalpha, s, mean_age * dbeta])
            .to_vec();
        let mean = |groups: &Groups, theta: &[f64; 4]| {
            let m = Self::from_logs(theta);
            m.total(groups).in_logs([m.r, m.alpha, m.s, m.beta]).over(groups.customers)
        };
        if let Some(thinned) = groups.for_a_start() {
            let near = fitted::best(&starts, |theta| mean(&thinned, theta))?;
            starts.insert(0, near.at.map(libm::exp));
        }
        let found = fitted::best(&starts, |theta| mean(groups, theta))?;
        let model = Self::from_logs(&found.at);
        let stays = libm::exp(-model.s * libm::log1p(mean_age / model.beta));
        let is_none = 1.0 - stays < DROP_OUT_SHARE;
        let (log_likelihood, covariance) = fitted::checked(&found, groups.customers, without.log_likelihood, is_none)?;
        Ok(Fitted { model, log_likelihood, customers: without.customers, covariance })
    }

    /// Equation 16, with its integral over the time of drop-out as it stands in equation 12.
    pub fn log_likelihood(&self, history: &History) -> f64 {
        self.total(&Groups::of(&[(*history, 1.0)])).value
    }

    /// Section 5.1: P(alive at T | x, t_x, T).
    pub fn p_alive(&self, history: &History) -> f64 {
        let History { x, t_x, age } = history.clean();
        let rx = self.r + f64::from(x);
        // Dropped out between the last order and now, over alive.
        let grown =
            rx * libm::log((self.alpha + age) / (self.alpha + t_x)) + self.s * libm::log((self.beta + age) / (self.beta + t_x));
        let odds = self.s / (self.beta + t_x) * self.drop_out(rx).integral(t_x, age) * libm::exp(grown);
        if odds.is_nan() { 0.0 } else { 1.0 / (1.0 + odds) }
    }

    /// P(no order in the next `weeks`): the likelihood of a further time without one, of someone who may have dropped out.
    pub fn p_no_order(&self, history: &History, weeks: f64) -> f64 {
        let quiet = quiet_if_alive(self.rate_posterior(history), self.drop_out_posterior(history), weeks);
        (1.0 - self.p_alive(history) * (1.0 - quiet)).clamp(0.0, 1.0)
    }

    /// Section 5.2, equation 41: orders in the next `weeks`.
    pub fn expected_orders(&self, history: &History, weeks: f64) -> f64 {
        self.p_alive(history) * self.expected_if_alive(history, weeks)
    }

    /// The same of someone known to be alive; depends on x and T alone. The papers' form is 0/0 at s = 1, this one is not.
    pub(super) fn expected_if_alive(&self, history: &History, weeks: f64) -> f64 {
        let (shape, rate) = self.rate_posterior(history);
        shape / rate * weeks_alive(self.drop_out_posterior(history), weeks)
    }

    /// Of someone alive, the order rate is Gamma(shape, rate).
    pub(super) fn rate_posterior(&self, history: &History) -> (f64, f64) {
        (self.r + f64::from(history.x), self.alpha + history.clean().age)
    }

    /// Of someone alive, the drop-out rate is Gamma(shape, rate).
    pub(super) fn drop_out_posterior(&self, history: &History) -> (f64, f64) {
        (self.s, self.beta + history.clean().age)
    }

    /// 1 / (alpha + time of drop-out), averaged over the times at which a customer who dropped out may have done so.
    pub(super) fn inverse_at_drop_out(&self, history: &History) -> f64 {
        let History { x, t_x, age } = history.clean();
        let (mut sum, mut weighted) = (0.0, 0.0);
        self.drop_out(self.r + f64::from(x)).each_point(t_x, age, |point| {
            sum += point.share;
            weighted += point.share / point.alpha;
        });
        if sum > 0.0 { weighted / sum } else { 1.0 / (self.alpha + t_x) }
    }

    fn drop_out(&self, rx: f64) -> Powers {
        Powers { p: rx, alpha: self.alpha, q: self.s + 1.0, beta: self.beta }
    }

    fn from_logs(theta: &[f64; 4]) -> Self {
        let [r, alpha, s, beta] = theta.map(libm::exp);
        Self { r, alpha, s, beta }
    }

    /// Log-likelihood of all groups with slopes and curvatures in (r, alpha, s, beta).
    fn total(&self, groups: &Groups) -> Curve<4> {
        let log_alpha = libm::log(self.alpha);
        let mut curve = Curve::ZERO;
        for rows in groups.rows.chunk_by(|one, other| one.x == other.x) {
            let Some(x) = rows.first().map(|row| f64::from(row.x)) else { continue };
            let rx = self.r + x;
            let (mut sums, mut customers) = (Curve::ZERO, 0.0);
            for row in rows {
                self.add(rx, groups.time(row.last), groups.time(row.now), row.customers, &mut sums);
                customers += row.customers;
            }
            sums.value += customers * (ln_rising(self.r, x) - x * log_alpha);
            let [r, alpha, ..] = &mut sums.gradient;
            *r += customers * (digamma(rx) - digamma(self.r));
            *alpha += customers * self.r / self.alpha;
            let [[rr, r_alpha, ..], [alpha_r, alphas, ..], ..] = &mut sums.hessian;
            *rr += customers * (trigamma(rx) - trigamma(self.r));
            *r_alpha += customers / self.alpha;
            *alpha_r += customers / self.alpha;
            *alphas -= customers * self.r / (self.alpha * self.alpha);
            curve.add(&sums);
        }
        let n = groups.customers;
        let [_, _, _, beta] = &mut curve.gradient;
        *beta += n * self.s / self.beta;
        let [_, _, [.., s_beta], [_, _, beta_s, betas]] = &mut curve.hessian;
        *s_beta += n / self.beta;
        *beta_s += n / self.beta;
        *betas -= n * self.s / (self.beta * self.beta);
        curve
    }

    /// ln of (alive until now + dropped out at some time since the last order), as a sum over ways to the history; each way's
    /// slopes enter with its share, and their spread around the mean enters the curvature.
    fn add(&self, rx: f64, t_x: f64, age: f64, customers: f64, curve: &mut Curve<4>) {
        let Self { alpha, s, beta, .. } = *self;
        // (alpha + t) / alpha and the like, which keep their digits where alpha is large.
        let (log_last_alpha, log_last_beta) = (libm::log1p(t_x / alpha), libm::log1p(t_x / beta));
        let (log_now_alpha, log_now_beta) = (libm::log1p(age / alpha), libm::log1p(age / beta));
        let (now_alpha, now_beta) = (alpha + age, beta + age);
        let log_alive = -rx * log_now_alpha - s * log_now_beta;
        let log_start = libm::log(s / (beta + t_x)) - rx * log_last_alpha - s * log_last_beta;
        // Shares are relative to the greater of the two; neither over- nor underflows.
        let top = log_alive.max(log_start);
        let (alive, start) = (libm::exp(log_alive - top), libm::exp(log_start - top));
        let mut moments = Moments {
            all: alive,
            hessian_r_alpha: -alive / now_alpha,
            hessian_alpha: alive * rx / (now_alpha * now_alpha),
            hessian_s_beta: -alive / now_beta,
            hessian_beta: alive * s / (now_beta * now_beta),
            ..Moments::default()
        };
        let (alive_alpha, alive_beta) = (-rx / now_alpha, -s / now_beta);
        self.drop_out(rx).each_point(t_x, age, |point| {
            let share = start * point.share;
            let (inverse_alpha, inverse_beta) = (1.0 / point.alpha, 1.0 / point.beta);
            moments.add(
                share,
                // Slopes of this way less those of being alive, so that nothing cancels where they are nearly equal.
                [
                    log_now_alpha - log_last_alpha - point.log_alpha,
                    -rx * inverse_alpha - alive_alpha,
                    1.0 / s + log_now_beta - log_last_beta - point.log_beta,
                    -(s + 1.0) * inverse_beta - alive_beta,
                ],
            );
            moments.hessian_r_alpha -= share * inverse_alpha;
            moments.hessian_alpha += share * rx * inverse_alpha * inverse_alpha;
            moments.dead += share;
            moments.hessian_s_beta -= share * inverse_beta;
            moments.hessian_beta += share * (s + 1.0) * inverse_beta * inverse_beta;
        });
        let n = customers;
        curve.value += n * (top + libm::log(moments.all));
        let scale = n / moments.all;
        let alive = [-log_now_alpha, alive_alpha, -log_now_beta, alive_beta];
        let mean = moments.first.map(|sum| sum / moments.all);
        for (cell, (mean, alive)) in curve.gradient.iter_mut().zip(mean.iter().zip(alive)) {
            *cell += n * (mean + alive);
        }
        for (row, (moments_row, mean_row)) in curve.hessian.iter_mut().zip(moments.second.iter().zip(mean)) {
            for (cell, (second, mean)) in row.iter_mut().zip(moments_row.iter().zip(mean)) {
                *cell += scale * second - n * mean_row * mean;
            }
        }
        let [[_, r_alpha, ..], [alpha_r, alphas, ..], [_, _, ss, s_beta], [_, _, beta_s, betas]] = &mut curve.hessian;
        *r_alpha += scale * moments.hessian_r_alpha;
        *alpha_r += scale * moments.hessian_r_alpha;
        *alphas += scale * moments.hessian_alpha;
        *ss -= scale * moments.dead / (s * s);
        *s_beta += scale * moments.hessian_s_beta;
        *beta_s += scale * moments.hessian_s_beta;
        *betas += scale * moments.hessian_beta;
    }
}

/// Sums over the ways to one history.
#[derive(Debug, Default)]
struct Moments {
    all: f64,
    dead: f64,
    first: [f64; 4],
    second: [[f64; 4]; 4],
    hessian_r_alpha: f64,
    hessian_alpha: f64,
    hessian_s_beta: f64,
    hessian_beta: f64,
}

impl Moments {
    fn add(&mut self, share: f64, slopes: [f64; 4]) {
        self.all += share;
        for (sum, slope) in self.first.iter_mut().zip(slopes) {
            *sum += share * slope;
        }
        for (row, slope) in self.second.iter_mut().zip(slopes) {
            let scaled = share * slope;
            for (cell, other) in row.iter_mut().zip(slopes) {
                *cell += scaled * other;
            }
        }
    }
}

/// P(no order for `weeks`) of someone alive now whose order rate and drop-out rate are Gamma of these shapes and rates: they stay
/// and do not order, or drop out first.
pub(super) fn quiet_if_alive((shape, rate): (f64, f64), (s, beta): (f64, f64), weeks: f64) -> f64 {
    if weeks.is_nan() || weeks <= 0.0 {
        return 1.0;
    }
    let stays = libm::exp(-shape * libm::log1p(weeks / rate) - s * libm::log1p(weeks / beta));
    let leaves = s / beta * Powers { p: shape, alpha: rate, q: s + 1.0, beta }.integral(0.0, weeks);
    (stays + leaves).clamp(0.0, 1.0)
}

/// Mean time alive within the next `weeks` of someone alive now.
pub(super) fn weeks_alive((s, beta): (f64, f64), weeks: f64) -> f64 {
    if weeks.is_nan() || weeks <= 0.0 {
        return 0.0;
    }
    let (k, grown) = (s - 1.0, libm::log1p(weeks / beta));
    let lasting = if (k * grown).abs() < 1e-12 { beta * grown } else { -beta * libm::expm1(-k * grown) / k };
    lasting.clamp(0.0, weeks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_and_curvatures_are_those_of_the_likelihood() {
        let rows = [(0, 0.0, 30.0), (1, 4.0, 38.0), (3, 20.0, 21.0), (12, 37.0, 39.0), (30, 5.0, 39.0), (4, 39.0, 39.0)];
        let groups: Vec<(History, f64)> = rows.map(|(x, t_x, age)| (History { x, t_x, age }, 1.0 + f64::from(x))).into();
        let groups = Groups::of(&groups);
        for at in [[0.4, 5.0, 0.7, 2.2], [0.6, 10.5, 0.6, 30.0], [2.0, 3.0, 1.0, 3.0]] {
            crate::clv::newton::check_slopes(at, |[r, alpha, s, beta]| ParetoNbd { r, alpha, s, beta }.total(&groups));
        }
    }

    /// The likelihood as Fader & Hardie print it, with Gauss's series for the hypergeometric functions.
    #[test]
    fn the_likelihood_equals_the_papers_hypergeometric_form() {
        let gauss = |a: f64, b: f64, c: f64, z: f64| {
            let (mut term, mut sum) = (1.0, 1.0);
            for n in 0..10_000 {
                let n = f64::from(n);
                term *= (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z;
                sum += term;
            }
            sum
        };
        for (r, alpha, s, beta) in [(0.5533, 10.578_f64, 0.6062, 11.667), (0.9, 20.0, 1.4, 8.0)] {
            for (x, t_x, t) in [(0, 0.0, 38.86_f64), (2, 30.43, 38.86), (7, 12.0, 30.0)] {
                let n = f64::from(x);
                let (largest, other) = if alpha >= beta { (alpha, s + 1.0) } else { (beta, r + n) };
                let all = r + s + n;
                let at = |time: f64| {
                    let z = (alpha - beta).abs() / (largest + time);
                    gauss(all, other, all + 1.0, z) / (largest + time).powf(all)
                };
                let bracket = (alpha + t).powf(-(r + n)) * (beta + t).powf(-s) + s / all * (at(t_x) - at(t));
                let exact = libm::lgamma(r + n) - libm::lgamma(r) + r * alpha.ln() + s * beta.ln() + bracket.ln();
                let history = History { x, t_x, age: t };
                let found = ParetoNbd { r, alpha, s, beta }.log_likelihood(&history);
                assert!((found - exact).abs() < 1e-10, "{history:?}: {found} {exact}");
                let alive = (alpha + t).powf(-(r + n)) * (beta + t).powf(-s) / bracket;
                let found = ParetoNbd { r, alpha, s, beta }.p_alive(&history);
                assert!((found - alive).abs() < 1e-10, "{history:?}: {found} {alive}");
            }
        }
    }

    /// P(no order) falls by the chance of the next order: E[λ e^-(λ+μ)u] over the posteriors.
    #[test]
    fn quiet_falls_as_the_density_of_the_next_order_says() {
        let (orders, leaves) = ((2.5, 40.0), (0.6, 50.0));
        for weeks in [0.5, 4.0, 30.0, 400.0] {
            let h = 1e-4;
            let slope = (quiet_if_alive(orders, leaves, weeks - h) - quiet_if_alive(orders, leaves, weeks + h)) / (2.0 * h);
            let density = orders.0 / (orders.1 + weeks)
                * (-orders.0 * (weeks / orders.1).ln_1p() - leaves.0 * (weeks / leaves.1).ln_1p()).exp();
            assert!((slope - density).abs() < 1e-9, "{weeks}: {slope} {density}");
        }
    }

    #[test]
    fn time_alive_is_smooth_where_the_papers_form_is_nought_by_nought() {
        let at = |s: f64| weeks_alive((s, 10.0), 39.0);
        assert!((at(1.0) - 10.0 * (4.9_f64).ln()).abs() < 1e-12);
        assert!((at(1.0 + 1e-9) - at(1.0)).abs() < 1e-6 && (at(1.0 - 1e-9) - at(1.0)).abs() < 1e-6);
    }
}
