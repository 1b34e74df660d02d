//! What a customer will be worth: orders to come, times what an order leaves, less what waiting for it costs.

use super::last_order::log_spaced;
use super::{BgNbd, History, MbgNbd, Nbd, OrderModel, ParetoNbd, pareto_nbd};

/// Weeks of a year.
const YEAR: f64 = 365.25 / 7.0;

/// Weeks of a month as Lifetimes counts them.
const MONTH: f64 = 4.345;

/// What an order brings, and how the future counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// Mean spend an order, such as [`super::GammaGamma::expected_spend`].
    pub spend: f64,
    /// Share of the spend that is left as margin.
    pub margin: f64,
    /// Discount a year: .1 for 10 %.
    pub yearly_discount: f64,
    /// How far ahead.
    pub weeks: f64,
}

/// Margin of the orders within `terms.weeks`, each discounted from its own time.
///
/// margin · spend · ∫ e^(-δt) dE(t) over the weeks ahead, with E(t) the model's expected orders and δ = ln(1 + yearly discount) a
/// week's share: the discounted expected transactions of Fader, Hardie & Lee (2005), RFM and CLV, over a finite time.
pub fn lifetime_value(model: &OrderModel, history: &History, terms: &Terms) -> f64 {
    let scale = model.rate_posterior(history).1;
    let orders = model.p_alive(history) * discounted(|weeks| model.expected_if_alive(history, weeks), scale, terms);
    finite(orders * terms.spend * terms.margin)
}

/// Value as Lifetimes' `customer_lifetime_value` counts it: month after month (of 4.345 weeks), each month's expected orders
/// discounted from its end, without a margin.
pub fn value_by_months(model: &OrderModel, history: &History, spend: f64, months: u32, monthly_discount: f64) -> f64 {
    let alive = model.p_alive(history);
    let (mut before, mut sum, mut factor) = (0.0, 0.0, 1.0);
    for month in 1..=months {
        let expected = alive * model.expected_if_alive(history, f64::from(month) * MONTH);
        factor *= 1.0 + monthly_discount;
        sum += (expected - before) / factor;
        before = expected;
    }
    finite(spend * sum)
}

/// Value of the second life of a customer who had left and is won back: the order they come back with and those that follow it
/// within `terms.weeks`, before what winning them back cost.
///
/// margin · spend · (1 + ∫ e^(-δt) dE₂(t)). The idea of valuing the second life apart from the first is Stauss & Friege's (1999),
/// Regaining service customers, Journal of Service Research 1(4); Thomas, Blattberg & Fox (2004), Recapturing lost customers,
/// Journal of Marketing Research 41(1), value it likewise by its own tenure. E₂ are the expected orders of someone who
/// - keeps the rate that their first life showed: Gamma(r + x, alpha + the time at which they left), which is the time of the last
///   order in BG/NBD and MBG/NBD, and in Pareto/NBD averaged over the times since then at which they may have left;
/// - draws their drop-out anew from the population, because what ended the first life was mended, and so may leave again.
///
/// `re_churn` multiplies the odds (BG/NBD, MBG/NBD) or the rate (Pareto/NBD) of leaving again: 1 where the shop has not seen that
/// second lives differ; above 1 where, as after deep discounts, they are shorter (Kumar, Bhagwat & Zhang 2015). Where no drop-out
/// is identified nobody had left, and the first life goes on.
pub fn second_lifetime_value(model: &OrderModel, history: &History, terms: &Terms, re_churn: f64) -> f64 {
    let re_churn = if re_churn.is_finite() && re_churn > 0.0 { re_churn } else { 1.0 };
    let History { x, t_x, .. } = history.clean();
    let x = f64::from(x);
    let new = History { x: 0, t_x: 0.0, age: 0.0 };
    let orders = match *model {
        OrderModel::BgNbd(BgNbd { r, alpha, a, b }) => {
            let second = OrderModel::BgNbd(BgNbd { r: r + x, alpha: alpha + t_x, a: a * re_churn, b });
            discounted(|weeks| second.expected_orders(&new, weeks), alpha + t_x, terms)
        }
        OrderModel::MbgNbd(MbgNbd { r, alpha, a, b }) => {
            let second = OrderModel::MbgNbd(MbgNbd { r: r + x, alpha: alpha + t_x, a: a * re_churn, b });
            discounted(|weeks| second.expected_orders(&new, weeks), alpha + t_x, terms)
        }
        OrderModel::ParetoNbd(ref pareto) => {
            let ParetoNbd { r, s, beta, .. } = *pareto;
            let rate = (r + x) * pareto.inverse_at_drop_out(history);
            let again = (s, beta / re_churn);
            discounted(|weeks| rate * pareto_nbd::weeks_alive(again, weeks), again.1, terms)
        }
        OrderModel::Nbd(Nbd { .. }) => {
            let (shape, rate) = model.rate_posterior(history);
            discounted(|weeks| shape / rate * weeks, rate, terms)
        }
    };
    finite((1.0 + orders) * terms.spend * terms.margin)
}

/// ∫ e^(-δt) dE(t) = e^(-δH) E(H) + δ ∫ e^(-δt) E(t) dt, which needs no derivative of E. `scale` is the time after which E bends.
fn discounted(expected: impl Fn(f64) -> f64, scale: f64, terms: &Terms) -> f64 {
    let end = if terms.weeks.is_finite() { terms.weeks.max(0.0) } else { 0.0 };
    let delta = libm::log1p(terms.yearly_discount.max(-0.99)) / YEAR;
    let mut area = 0.0;
    if delta != 0.0 {
        log_spaced(scale, end, |weeks, width| area += width * libm::exp(-delta * weeks) * expected(weeks));
    }
    libm::exp(-delta * end) * expected(end) + delta * area
}

fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    const TERMS: Terms = Terms { spend: 20.0, margin: 0.4, yearly_discount: 0.1, weeks: 104.0 };

    fn models() -> [OrderModel; 4] {
        [
            OrderModel::BgNbd(BgNbd::new(0.6, 6.0, 0.8, 2.4).expect("valid")),
            OrderModel::MbgNbd(MbgNbd::new(0.6, 6.0, 0.8, 2.4).expect("valid")),
            OrderModel::ParetoNbd(ParetoNbd::new(0.6, 6.0, 0.8, 12.0).expect("valid")),
            OrderModel::Nbd(Nbd::new(0.6, 6.0).expect("valid")),
        ]
    }

    /// Small steps, each order discounted from the middle of its step.
    #[test]
    fn lifetime_value_is_the_discounted_sum_over_small_steps() {
        let delta = (1.1_f64).ln() / YEAR;
        for model in models() {
            for history in [History { x: 0, t_x: 0.0, age: 0.0 }, History { x: 4, t_x: 30.0, age: 38.0 }] {
                let step = 0.01;
                let mut before = 0.0;
                let orders: f64 = (1..=10_400)
                    .map(|i| {
                        let expected = model.expected_orders(&history, f64::from(i) * step);
                        let added = (expected - before) * (-delta * (f64::from(i) - 0.5) * step).exp();
                        before = expected;
                        added
                    })
                    .sum();
                let value = lifetime_value(&model, &history, &TERMS);
                assert!((value - orders * 8.0).abs() < 1e-6 * value, "{model:?}: {value} {}", orders * 8.0);
            }
        }
    }

    #[test]
    fn without_discount_value_is_margin_on_expected_orders() {
        for model in models() {
            let history = History { x: 2, t_x: 10.0, age: 20.0 };
            let value = lifetime_value(&model, &history, &Terms { yearly_discount: 0.0, ..TERMS });
            assert!((value - 8.0 * model.expected_orders(&history, 104.0)).abs() < 1e-12);
        }
    }

    /// People who dropped out with this history are drawn from Pareto/NBD by rejection, and live again.
    #[test]
    fn second_lives_drawn_at_random_are_worth_the_same_on_average() {
        let mut random = Random::new(5);
        let (r, alpha, s, beta) = (0.6, 6.0, 0.8, 12.0);
        let model = OrderModel::ParetoNbd(ParetoNbd::new(r, alpha, s, beta).expect("valid"));
        let (age, delta) = (30.0, (1.1_f64).ln() / YEAR);
        let (mut drawn, mut sum, mut squares) = (0.0, 0.0, 0.0);
        while drawn < 3_000.0 {
            let (rate, leaves) = (random.gamma(r) / alpha, random.gamma(s) / beta);
            let exponential = |random: &mut Random, rate: f64| -(1.0 - random.unit()).ln() / rate;
            let left_after = exponential(&mut random, leaves);
            let (mut x, mut at, mut t_x) = (0, 0.0, 0.0);
            loop {
                at += exponential(&mut random, rate);
                if at > left_after.min(age) || x > 1 {
                    break;
                }
                (x, t_x) = (x + 1, at);
            }
            // Close to t_x 8 is as good as at it.
            if left_after > age || x != 1 || (t_x - 8.0_f64).abs() > 1.5 {
                continue;
            }
            let leaves_again = random.gamma(s) / beta;
            let ends = exponential(&mut random, leaves_again);
            let (mut value, mut at) = (1.0, 0.0);
            loop {
                at += exponential(&mut random, rate);
                if at > ends.min(TERMS.weeks) {
                    break;
                }
                value += (-delta * at).exp();
            }
            (drawn, sum, squares) = (drawn + 1.0, sum + value, squares + value * value);
        }
        let mean = sum / drawn;
        let error = ((squares / drawn - mean * mean) / drawn).sqrt();
        let value = second_lifetime_value(&model, &History { x: 1, t_x: 8.0, age }, &TERMS, 1.0) / 8.0;
        assert!((value - mean).abs() < 4.0 * error, "{value}, drawn {mean} ± {error}");
    }

    #[test]
    fn a_second_life_is_worth_more_after_a_busy_first_one_and_less_where_people_leave_again_sooner() {
        for model in models() {
            let value = |x, re_churn| second_lifetime_value(&model, &History { x, t_x: 20.0, age: 60.0 }, &TERMS, re_churn);
            assert!(value(8, 1.0) > value(2, 1.0) && value(2, 1.0) > 8.0, "{model:?}");
            if !matches!(model, OrderModel::Nbd(_)) {
                assert!(value(8, 2.0) < value(8, 1.0) && value(8, 2.0) > 8.0, "{model:?}");
            }
        }
    }
}
