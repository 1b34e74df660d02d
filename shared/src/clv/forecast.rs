//! Figures of many customers at once: the same to the bit as one by one, but work that customers share is done once.

use serde::{Deserialize, Serialize};

use super::{History, OrderModel, quiet_if_alive};

/// What a model expects of a customer within some weeks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    pub p_alive: f64,
    /// P(at least one order): what to rank by.
    pub p_any: f64,
    pub expected_orders: f64,
}

/// Slots of the memory of what was worked out last; a power of two.
const SLOTS: usize = 1 << 12;

/// Of someone alive, what depends on x and T alone.
#[derive(Debug, Clone, Copy)]
struct IfAlive {
    x: u32,
    age: f64,
    expected: f64,
    quiet: f64,
}

/// Forecasts of the next `weeks` in the order of `histories`.
///
/// Customers who are alive with equal x and T have equal prospects, and a shop that counts whole days has few such pairs beside its
/// customers, so the last of each slot is kept.
pub fn forecasts(model: &OrderModel, histories: &[History], weeks: f64) -> Vec<Forecast> {
    let mut known: Vec<Option<IfAlive>> = vec![None; SLOTS.min(histories.len().next_power_of_two())];
    let mask = known.len() - 1;
    let mut alive_once: Option<(f64, f64)> = None;
    let one = |history: &History| {
        let history = history.clean();
        let slot = known.get_mut(slot(&history) & mask);
        let if_alive = match &slot {
            Some(Some(same)) if same.x == history.x && same.age == history.age => *same,
            _ => {
                let expected = model.expected_if_alive(&history, weeks);
                let quiet = quiet_if_alive(model.rate_posterior(&history), model.drop_out_posterior(&history), weeks);
                IfAlive { x: history.x, age: history.age, expected, quiet }
            }
        };
        if let Some(slot) = slot {
            *slot = Some(if_alive);
        }
        // Most customers bought once, and a log by cohorts brings those of one day together.
        let p_alive = match alive_once {
            Some((age, p_alive)) if history.x == 0 && age == history.age => p_alive,
            _ => model.p_alive(&history),
        };
        if history.x == 0 {
            alive_once = Some((history.age, p_alive));
        }
        Forecast {
            p_alive,
            p_any: 1.0 - (1.0 - p_alive * (1.0 - if_alive.quiet)).clamp(0.0, 1.0),
            expected_orders: p_alive * if_alive.expected,
        }
    };
    histories.iter().map(one).collect()
}

/// Fibonacci hashing of x and T.
fn slot(history: &History) -> usize {
    let key = history.age.to_bits() ^ (u64::from(history.x) << 3).wrapping_mul(0xd1b5_4a32_d192_ed03);
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::{BgNbd, MbgNbd, Nbd, ParetoNbd};

    #[test]
    fn together_and_one_by_one_the_bits_are_the_same() {
        let histories: Vec<History> = (0..3_000_u32)
            .map(|i| {
                let age = f64::from(20 + i % 37) / 7.0 * 5.0;
                History { x: i * i % 11 / 4, t_x: age * f64::from(i % 13) / 13.0, age }
            })
            .chain([History { x: 3, t_x: f64::NAN, age: -1.0 }, History { x: 0, t_x: 9.0, age: 9.0 }])
            .collect();
        for model in [
            OrderModel::BgNbd(BgNbd::new(0.24, 4.4, 0.79, 2.4).expect("valid")),
            OrderModel::MbgNbd(MbgNbd::new(0.52, 6.2, 0.89, 1.6).expect("valid")),
            OrderModel::ParetoNbd(ParetoNbd::new(0.55, 10.6, 0.61, 11.7).expect("valid")),
            OrderModel::Nbd(Nbd::new(0.39, 12.1).expect("valid")),
        ] {
            for (history, forecast) in histories.iter().zip(forecasts(&model, &histories, 39.0)) {
                assert_eq!(forecast.p_alive.to_bits(), model.p_alive(history).to_bits(), "{history:?}");
                assert_eq!(forecast.expected_orders.to_bits(), model.expected_orders(history, 39.0).to_bits(), "{history:?}");
                assert_eq!(forecast.p_any.to_bits(), (1.0 - model.p_no_order(history, 39.0)).to_bits(), "{history:?}");
            }
        }
        assert!(forecasts(&OrderModel::Nbd(Nbd::new(1.0, 1.0).expect("valid")), &[], 39.0).is_empty());
    }
}
