//! The buy-till-you-die models, and what customers are worth by them.

use shared::clv::{
    Fits, GammaGamma, HeldOut, History, Kind, OrderModel, Terms, choose, forecasts, lifetime_value, second_lifetime_value,
    value_by_months,
};
use shared::random::Random;

use super::{Told, said};
use crate::customers::histories;

const KINDS: [Kind; 4] = [Kind::BgNbd, Kind::MbgNbd, Kind::ParetoNbd, Kind::Nbd];

pub(super) fn orders(told: &mut Told) -> Result<(), String> {
    let histories = histories("1500")?;
    let fits = fits(&histories);
    for kind in KINDS {
        let fitted = fits.get(kind).map_err(said)?;
        told.json(&fitted)?;
        for forecast in forecasts(&fitted.model, &histories, 39.0) {
            told.numbers(&[forecast.p_alive, forecast.p_any, forecast.expected_orders]);
        }
        for history in histories.iter().chain(&extremes()) {
            let model = &fitted.model;
            told.numbers(&[model.p_alive(history), model.p_no_order(history, 13.0), model.expected_orders(history, 52.0)]);
        }
        for history in histories.iter().take(20) {
            told.json(&(fitted.p_alive(history, 1.645), fitted.expected_orders(history, 52.0, 1.645)))?;
        }
    }
    let mut random = Random::new(2);
    let held_out: Vec<HeldOut> =
        histories.iter().map(|history| HeldOut { history: *history, orders: random.below(3) as u32 }).collect();
    told.json(&choose(&fits, &held_out, 39.0))
}

pub(super) fn value(told: &mut Told) -> Result<(), String> {
    let mut random = Random::new(3);
    let spends: Vec<(u32, f64)> = (0..800)
        .map(|_| {
            let (x, rate) = (1 + random.below(6) as u32, random.gamma(3.7) / 15.4);
            (x, random.gamma(6.2 * f64::from(x)) / rate / f64::from(x))
        })
        .collect();
    let fitted = GammaGamma::fit(&spends).map_err(said)?;
    told.json(&fitted)?;
    for (x, zbar) in &spends {
        told.json(&fitted.expected_spend(*x, *zbar, 1.645))?;
    }
    let histories = histories("300")?;
    let fits = fits(&histories);
    let terms = Terms { spend: 35.0, margin: 0.4, yearly_discount: 0.1, weeks: 156.0 };
    for kind in KINDS {
        let model: OrderModel = fits.get(kind).map_err(said)?.model;
        for history in histories.iter().chain(&extremes()) {
            told.numbers(&[
                lifetime_value(&model, history, &terms),
                second_lifetime_value(&model, history, &terms, 1.3),
                value_by_months(&model, history, 35.0, 12, 0.01),
            ]);
        }
    }
    Ok(())
}

fn fits(histories: &[History]) -> Fits {
    Fits::of(&histories.iter().map(|history| (*history, 1.0)).collect::<Vec<_>>())
}

/// As far out as the models promise to reach.
fn extremes() -> [History; 4] {
    let history = |x, t_x, age| History { x, t_x, age };
    [history(0, 0.0, 0.0), history(2_000, 999.0, 1_000.0), history(2_000, 3.0, 1_000.0), history(1, 0.1, 1_000.0)]
}
