//! What BG/NBD and MBG/NBD share. They differ only in whether a customer may drop out right after the first purchase: the
//! number of chances to drop out is x in BG/NBD and x + 1 in MBG/NBD, called x + `first` below.

use super::fitted::{self, FitError, Fitted};
use super::history::{Groups, History};
use super::nbd::{self, Nbd};
use super::newton::Curve;
use super::{digamma, ln_rising, trigamma};

/// A drop-out after fewer than one purchase in a thousand is none.
const DROP_OUT_SHARE: f64 = 1e-3;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Parameters {
    pub(super) r: f64,
    pub(super) alpha: f64,
    pub(super) a: f64,
    pub(super) b: f64,
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
    let mut largest = term.abs();
    for n in 1..MAX_TERMS {
        let n = f64::from(n);
        term *= (p.a + n - 1.0) * (upper + n) / ((c + n) * (n + 1.0)) * z;
        sum += term;
        largest = largest.max(term.abs());
        if term.abs() <= 1e-15 * sum.abs() {
            break;
        }
    }
    let outside = libm::exp(k * log_rest);
    let orders = c * shrunk - outside * sum;
    // Far from anything that a shop's customers do, terms that cancel leave no digits, or overflow.
    let lost = 1e-15 * (c * shrunk).abs().max(outside * largest);
    let orders = if orders.is_finite() && lost <= 1e-9 * orders { orders } else { over_chances(p, first, x, age, weeks) };
    // Nobody orders more often than someone who never drops out.
    orders.clamp(0.0, bound)
}

/// The same as the mean over the chances q of dropping out, which are Beta(a, b + x + first): (1 - ((alpha + T) / (alpha + T +
/// q t))^(r+x)) / q, by the trapezoid rule over the logit of q. Every part is positive, so that no parameters make it lose digits.
fn over_chances(p: &Parameters, first: f64, x: f64, age: f64, weeks: f64) -> f64 {
    let beta = p.b + x + first;
    let log_density = |y: f64| -p.a * libm::log1p(libm::exp(-y)) - beta * libm::log1p(libm::exp(y));
    let mode = libm::log(p.a / beta);
    let top = log_density(mode);
    let step = libm::sqrt((p.a + beta) / (p.a * beta)).min(1.0) / 12.0;
    let (mut orders, mut whole) = (0.0, 0.0);
    for direction in [-1.0, 1.0] {
        // The mode itself belongs to the first way alone.
        let begin = if direction < 0.0 { 0 } else { 1 };
        for n in begin..MAX_TERMS {
            let y = mode + direction * step * f64::from(n);
            let log_weight = log_density(y) - top;
            if log_weight < -SMALLEST_WEIGHT {
                break;
            }
            let weight = libm::exp(log_weight);
            let q = libm::exp(-libm::log1p(libm::exp(-y)));
            let rate = weeks / (p.alpha + age);
            // Where q is next to nothing, whoever has that chance never drops out.
            let one = if q > 1e-300 { -libm::expm1(-(p.r + x) * libm::log1p(q * rate)) / q } else { (p.r + x) * rate };
            orders += weight * one;
            whole += weight;
        }
    }
    orders / whole
}

/// Parts whose weight is e to minus this of the largest one's do not show in a sum.
const SMALLEST_WEIGHT: f64 = 42.0;

const MAX_TERMS: u32 = 50_000;

/// Log-likelihood of one customer.
pub(super) fn log_likelihood(p: &Parameters, first: f64, history: &History) -> f64 {
    total(p, first, &Groups::of(&[(*history, 1.0)])).value
}

/// Maximum likelihood over customers in groups of equal history, each with its number of customers.
///
/// # Errors
/// [`FitError::NoRepeats`] where nobody bought twice, [`FitError::NoDropOut`] where a model without drop-out explains the data
/// as well, [`FitError::NotFound`] where the search ends without a maximum.
pub(super) fn fit(groups: &Groups, first: f64) -> Result<Fitted<Parameters>, FitError> {
    let without = nbd::fit(groups)?;
    let Nbd { r, alpha } = without.model;
    // Where there is drop-out, buyers are more alike and busier than a model without it believes.
    let mut starts = [(1.0, 0.6, 0.8, 2.5), (0.5, 0.3, 0.3, 1.0), (2.0, 1.5, 2.0, 8.0)]
        .map(|(dr, dalpha, a, b)| [r * dr, alpha * dalpha, a, b])
        .to_vec();
    let mean = |groups: &Groups, theta: &[f64; 4]| {
        let p = from_logs(theta);
        total(&p, first, groups).in_logs([p.r, p.alpha, p.a, p.b]).over(groups.customers)
    };
    if let Some(thinned) = groups.for_a_start() {
        let near = fitted::best(&starts, |theta| mean(&thinned, theta))?;
        starts.insert(0, near.at.map(libm::exp));
    }
    let found = fitted::best(&starts, |theta| mean(groups, theta))?;
    let model = from_logs(&found.at);
    let is_none = model.a / (model.a + model.b) < DROP_OUT_SHARE;
    let (log_likelihood, covariance) = fitted::checked(&found, groups.customers, without.log_likelihood, is_none)?;
    Ok(Fitted { model, log_likelihood, customers: without.customers, covariance })
}

/// Parts of the likelihood that depend on x alone, for one customer: groups are sorted by x and share them.
struct ByX {
    rx: f64,
    value: f64,
    by_r: f64,
    by_rr: f64,
    shared: f64,
    by_b: f64,
    shared_twice: f64,
    by_bb: f64,
    /// b + chances - 1, and ln of a over it; `None` without a chance to drop out.
    drop: Option<(f64, f64)>,
}

impl ByX {
    fn new(p: &Parameters, first: f64, x: u32) -> Self {
        let x = f64::from(x);
        let chances = x + first;
        let rx = p.r + x;
        let last = p.b + chances - 1.0;
        let all = p.a + p.b;
        Self {
            rx,
            value: ln_rising(p.r, x) - x * libm::log(p.alpha) + ln_rising(p.b, chances) - ln_rising(all, chances),
            by_r: digamma(rx) - digamma(p.r),
            by_rr: trigamma(rx) - trigamma(p.r),
            shared: digamma(all) - digamma(all + chances),
            by_b: digamma(p.b + chances) - digamma(p.b),
            shared_twice: trigamma(all) - trigamma(all + chances),
            by_bb: trigamma(p.b + chances) - trigamma(p.b),
            drop: (chances > 0.0).then(|| (last, libm::log(p.a / last))),
        }
    }
}

/// Sums over the groups of one x. The two ways to a history, alive now or dropped out after the last purchase, are weighed by
/// P(alive); v is that times its complement, the weight with which the difference of the two ways' slopes enters the curvature.
#[derive(Default)]
struct Sums {
    customers: f64,
    value: f64,
    dead: f64,
    log: f64,
    inverse: f64,
    inverse_squared: f64,
    v: f64,
    v_log: f64,
    v_inverse: f64,
    v_log_log: f64,
    v_log_inverse: f64,
    v_inverse_inverse: f64,
}

/// Log-likelihood of all groups with slopes and curvatures in (r, alpha, a, b).
fn total(p: &Parameters, first: f64, groups: &Groups) -> Curve<4> {
    // ln((alpha + t) / alpha), which keeps its digits where alpha is large.
    let entry = |time: &f64| (libm::log1p(time / p.alpha), 1.0 / (p.alpha + time));
    let table: Vec<(f64, f64)> = groups.times.iter().map(entry).collect();
    let at = |place: u32| table.get(place as usize).copied().unwrap_or_default();
    let mut curve = Curve::ZERO;
    for rows in groups.rows.chunk_by(|one, other| one.x == other.x) {
        let Some(x) = rows.first().map(|row| row.x) else { continue };
        let by_x = ByX::new(p, first, x);
        let mut sums = Sums::default();
        for row in rows {
            let n = row.customers;
            let (log_now, inverse_now) = at(row.now);
            sums.customers += n;
            let Some((_, log_drop)) = by_x.drop else {
                sums.value -= n * by_x.rx * log_now;
                sums.log += n * log_now;
                sums.inverse += n * inverse_now;
                sums.inverse_squared += n * inverse_now * inverse_now;
                continue;
            };
            let (log_last, inverse_last) = at(row.last);
            let odds = libm::exp(log_drop + by_x.rx * (log_now - log_last));
            let alive = 1.0 / (1.0 + odds);
            let dead = if odds.is_finite() { odds * alive } else { 1.0 };
            let sum = if odds < 1e300 { libm::log(1.0 + odds) - by_x.rx * log_now } else { log_drop - by_x.rx * log_last };
            sums.value += n * sum;
            sums.dead += n * dead;
            sums.log += n * (alive * log_now + dead * log_last);
            sums.inverse += n * (alive * inverse_now + dead * inverse_last);
            sums.inverse_squared += n * (alive * inverse_now * inverse_now + dead * inverse_last * inverse_last);
            let v = n * alive * dead;
            let (log, inverse) = (log_last - log_now, inverse_last - inverse_now);
            sums.v += v;
            sums.v_log += v * log;
            sums.v_inverse += v * inverse;
            sums.v_log_log += v * log * log;
            sums.v_log_inverse += v * log * inverse;
            sums.v_inverse_inverse += v * inverse * inverse;
        }
        curve.add(&of_x(p, &by_x, &sums));
    }
    curve
}

fn of_x(p: &Parameters, by_x: &ByX, sums: &Sums) -> Curve<4> {
    let (n, rx) = (sums.customers, by_x.rx);
    // Slopes of the dead way's weight in a and b, and their negatives where they enter the difference alive - dead.
    let (da, db) = (1.0 / p.a, by_x.drop.map_or(0.0, |(last, _)| 1.0 / last));
    let rr = n * by_x.by_rr + sums.v_log_log;
    let ralpha = n / p.alpha - sums.inverse + rx * sums.v_log_inverse;
    let (ra, rb) = (-da * sums.v_log, db * sums.v_log);
    let alphas = -n * p.r / (p.alpha * p.alpha) + rx * sums.inverse_squared + rx * rx * sums.v_inverse_inverse;
    let (alphaa, alphab) = (-rx * da * sums.v_inverse, rx * db * sums.v_inverse);
    let aa = n * by_x.shared_twice + da * da * (sums.v - sums.dead);
    let ab = n * by_x.shared_twice - da * db * sums.v;
    let bb = n * (by_x.shared_twice + by_x.by_bb) + db * db * (sums.v + sums.dead);
    Curve {
        value: n * by_x.value + sums.value,
        gradient: [
            n * by_x.by_r - sums.log,
            n * p.r / p.alpha - rx * sums.inverse,
            n * by_x.shared + da * sums.dead,
            n * (by_x.shared + by_x.by_b) - db * sums.dead,
        ],
        hessian: [[rr, ralpha, ra, rb], [ralpha, alphas, alphaa, alphab], [ra, alphaa, aa, ab], [rb, alphab, ab, bb]],
    }
}

fn from_logs(theta: &[f64; 4]) -> Parameters {
    let [r, alpha, a, b] = theta.map(libm::exp);
    Parameters { r, alpha, a, b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::ln_gamma;

    #[test]
    fn slopes_and_curvatures_are_those_of_the_likelihood() {
        let groups: Vec<(History, f64)> = [(0, 0.0, 30.0), (1, 4.0, 38.0), (3, 20.0, 21.0), (12, 37.0, 39.0), (30, 5.0, 39.0)]
            .map(|(x, t_x, age)| (History { x, t_x, age }, 1.0 + f64::from(x)))
            .into();
        let groups = Groups::of(&groups);
        for first in [0.0, 1.0] {
            let at = |[r, alpha, a, b]: [f64; 4]| total(&Parameters { r, alpha, a, b }, first, &groups);
            crate::clv::newton::check_slopes([0.4, 5.0, 0.7, 2.2], at);
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
    fn expected_orders_keep_their_digits_where_the_series_loses_them() {
        for (r, alpha, a, b, x, t_x, age, weeks) in [
            (2517.64, 1.0, 7.615, 0.0308, 392, 66.35, 66.59, 333.65),
            (900.0, 0.5, 0.2, 3.0, 0, 0.0, 0.5, 200.0),
            (3_000.0, 2.0, 40.0, 2.0, 1_500, 10.0, 12.0, 520.0),
            (5_000.0, 1.0, 1.0, 0.5, 3, 0.2, 0.3, 100.0),
        ] {
            let p = Parameters { r, alpha, a, b };
            let history = History { x, t_x, age };
            for first in [0.0, 1.0] {
                let (orders, check) = (expected_if_alive(&p, first, &history, weeks), by_quadrature(&p, first, &history, weeks));
                assert!((orders - check).abs() < 1e-7 * check, "{p:?} {history:?} {first}: {orders} {check}");
                assert!((over_chances(&p, first, f64::from(x), age, weeks) - check).abs() < 1e-7 * check, "{p:?}");
            }
        }
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
