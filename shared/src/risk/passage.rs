//! P(silence reaches the deadline within a horizon): the first passage of a customer's silence.
//!
//! Silence reaches the deadline either in this pause, or after one more purchase and a new pause. With S the probability of no
//! order for u days from now, f its daily decrease, a the days left to the deadline, L the deadline in days of silence and G the
//! same probability for someone who has just bought,
//!
//! F(h) = [h >= a] S(a) + sum over u <= min(a, h - L) of f(u) G(h - u).
//!
//! G follows the same equation with a = L. Both grow with h by construction, so no horizon is ever riskier than a longer one. For
//! G the customer's posterior is taken after one more purchase, half a deadline after the last one, and held for further ones.

use crate::clv::{History, OrderModel, quiet_if_alive};

/// The longest horizon in days.
pub(crate) const MAX_HORIZON: usize = 90;

/// P(no order for a number of days), of someone alive with probability `alive` whose weekly order and drop-out rates are
/// Gamma(shape, rate).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Silence {
    alive: f64,
    orders: (f64, f64),
    drop_out: Option<(f64, f64)>,
}

/// G by days since the purchase, from 0 to [`MAX_HORIZON`]; empty where the deadline lies beyond.
pub(crate) fn after_purchase(model: &OrderModel, history: &History, deadline: i32) -> Vec<f64> {
    let Some(deadline) = usize::try_from(deadline).ok().filter(|&days| (1..=MAX_HORIZON).contains(&days)) else {
        return Vec::new();
    };
    let again = history.t_x + deadline as f64 / 14.0;
    let next = History { x: history.x.saturating_add(1), t_x: again, age: again };
    let silence = Silence {
        alive: model.p_alive_after_purchase(history),
        orders: model.rate_posterior(&next),
        drop_out: model.drop_out_posterior(&next),
    };
    let bought: Vec<f64> = silence.bought_on_each_day(deadline.min(MAX_HORIZON - deadline));
    let mut reached = vec![0.0; MAX_HORIZON + 1];
    let mut total = 0.0;
    for day in deadline..=MAX_HORIZON {
        let direct = if day == deadline { silence.days(deadline as f64) } else { 0.0 };
        let again: f64 = bought.iter().zip(reached.iter().take(day).rev()).map(|(bought, reached)| bought * reached).sum();
        if let Some(cell) = reached.get_mut(day) {
            *cell = direct + again;
        }
    }
    for cell in &mut reached {
        total += *cell;
        *cell = total.min(1.0);
    }
    reached
}

/// F for each horizon in days, for someone who has `left` days to the deadline (at least 1).
pub(crate) fn within<const N: usize>(silence: Silence, left: i32, deadline: i32, after: &[f64], horizons: [i32; N]) -> [f64; N] {
    let again_by = left.min(MAX_HORIZON as i32 - deadline).max(0);
    let bought = silence.bought_on_each_day(usize::try_from(again_by).unwrap_or(0));
    let at_deadline = silence.days(f64::from(left));
    horizons.map(|horizon| {
        let direct = if horizon >= left { at_deadline } else { 0.0 };
        let again: f64 = (1..=horizon)
            .zip(&bought)
            .map(|(day, bought)| bought * usize::try_from(horizon - day).ok().and_then(|k| after.get(k)).copied().unwrap_or(0.0))
            .sum();
        (direct + again).clamp(0.0, 1.0)
    })
}

impl Silence {
    pub(crate) fn of(model: &OrderModel, history: &History) -> Self {
        Self { alive: model.p_alive(history), orders: model.rate_posterior(history), drop_out: model.drop_out_posterior(history) }
    }

    pub(crate) fn days(&self, days: f64) -> f64 {
        let quiet = quiet_if_alive(self.orders, self.drop_out, days / 7.0);
        (1.0 - self.alive * (1.0 - quiet)).clamp(0.0, 1.0)
    }

    /// P(the next order is on day 1, 2, ... `days`).
    fn bought_on_each_day(&self, days: usize) -> Vec<f64> {
        let mut before = 1.0;
        (1..=days)
            .map(|day| {
                let now = self.days(day as f64);
                let bought = (before - now).max(0.0);
                before = now;
                bought
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::{MbgNbd, Nbd, ParetoNbd};

    const HORIZONS: [i32; 4] = [30, 60, 89, 90];

    fn chances(model: &OrderModel, history: &History, silent: i32, deadline: i32) -> [f64; 4] {
        let after = after_purchase(model, history, deadline);
        within(Silence::of(model, history), deadline - silent, deadline, &after, HORIZONS)
    }

    #[test]
    fn before_the_deadline_can_be_reached_nothing_is_at_risk_and_then_it_is_the_pause() {
        let model = OrderModel::MbgNbd(MbgNbd::new(0.5, 6.0, 0.9, 1.6).expect("valid"));
        let history = History { x: 3, t_x: 30.0, age: 32.0 };
        let [p30, p60, _, p90] = chances(&model, &history, 14, 95);
        assert_eq!((p30, p60), (0.0, 0.0));
        let pause = model.p_no_order(&history, 81.0 / 7.0);
        assert!((p90 - pause).abs() < 1e-12, "{p90} {pause}");
    }

    /// Someone certain to be alive with a known rate: the same chances by walking day after day over the silence's length.
    #[test]
    fn chances_equal_a_walk_over_the_days() {
        let rate = 0.08;
        // A gamma so narrow that the rate is known.
        let model = OrderModel::Nbd(Nbd::new(rate * 7.0 * 1e7, 1e7).expect("valid"));
        let history = History { x: 0, t_x: 0.0, age: 1.0 };
        let (silent, deadline) = (7, 21);
        let mut by_silence = vec![0.0; deadline as usize];
        by_silence[silent as usize] = 1.0;
        let (mut lost, buys) = (0.0, 1.0 - libm::exp(-rate));
        let mut walked = Vec::new();
        for day in 1..=90 {
            let mut next = vec![0.0; deadline as usize];
            for (length, chance) in by_silence.iter().enumerate() {
                next[0] += chance * buys;
                match next.get_mut(length + 1) {
                    Some(cell) => *cell += chance * (1.0 - buys),
                    None => lost += chance * (1.0 - buys),
                }
            }
            by_silence = next;
            if HORIZONS.contains(&day) {
                walked.push(lost);
            }
        }
        for (chance, walked) in chances(&model, &history, silent, deadline).iter().zip(walked) {
            assert!((chance - walked).abs() < 1e-5, "{chance} {walked}");
        }
    }

    /// With known rates: drop out or order or neither on each day, by hand.
    #[test]
    fn someone_who_may_drop_out_in_time_is_walked_likewise() {
        let (rate, leaves) = (0.08, 0.01);
        let model = OrderModel::ParetoNbd(ParetoNbd::new(rate * 7.0 * 1e7, 1e7, leaves * 7.0 * 1e7, 1e7).expect("valid"));
        let history = History { x: 0, t_x: 0.0, age: 1.0 };
        let (silent, deadline) = (7, 21_usize);
        let (mut alive, mut gone) = (vec![0.0; deadline], vec![0.0; deadline]);
        let at_first = model.p_alive(&history);
        (alive[silent], gone[silent]) = (at_first, 1.0 - at_first);
        // P(an order before drop-out, on one day), P(drop-out before an order), P(neither).
        let neither = libm::exp(-rate - leaves);
        let (buys, drops) = ((1.0 - neither) * rate / (rate + leaves), (1.0 - neither) * leaves / (rate + leaves));
        let (mut lost, mut walked) = (0.0, Vec::new());
        for day in 1..=90 {
            let (mut next_alive, mut next_gone) = (vec![0.0; deadline], vec![0.0; deadline]);
            for length in 0..deadline {
                next_alive[0] += alive[length] * buys;
                let (stays, goes) = (alive[length] * neither, alive[length] * drops + gone[length]);
                if length + 1 < deadline {
                    next_alive[length + 1] += stays;
                    next_gone[length + 1] += goes;
                } else {
                    lost += stays + goes;
                }
            }
            (alive, gone) = (next_alive, next_gone);
            if HORIZONS.contains(&day) {
                walked.push(lost);
            }
        }
        for (chance, walked) in chances(&model, &history, silent as i32, deadline as i32).iter().zip(walked) {
            assert!((chance - walked).abs() < 1e-5, "{chance} {walked}");
        }
    }
}
