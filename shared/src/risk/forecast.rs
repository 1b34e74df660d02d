//! The model behind what people see of orders to come: P(still a customer), expected orders, what a customer is worth.
//!
//! It is chosen apart from the model that ranks who leaves: what ranks best may have no P(alive) worth showing, as BG/NBD, whose
//! P(alive) is 1 for everyone who bought once.

use super::fit::{MIN_REPEAT_BUYERS, Sample, known_on};
use super::view::millionths;
use crate::api::{ForecastChoice, ForecastTried};
use crate::clv::{Choice, Fits, Fitted, HeldOut, History, OrderModel, choose, pick};
use crate::time::Day;

/// No model that competes has seen these last days.
const HELD_OUT_DAYS: i32 = 90;

/// A comparison on held-out days.
pub(super) struct Trial {
    choice: Choice,
    cut_off: Day,
}

/// Fits all models to what was known [`HELD_OUT_DAYS`] before `today` and judges them on what came since. `None` where too few had
/// bought again by then, or hardly anyone bought since.
pub(super) fn trial(sample: &Sample<'_>, today: Day) -> Option<Trial> {
    let cut_off = today.plus(-HELD_OUT_DAYS);
    let known = Sample::of(sample.customers, cut_off);
    if known.repeat_buyers() < MIN_REPEAT_BUYERS {
        return None;
    }
    let held_out: Vec<HeldOut> = sample
        .days
        .iter()
        .filter_map(|days| {
            let (history, later) = known_on(days, cut_off)?;
            Some(HeldOut { history, orders: u32::try_from(later.len()).unwrap_or(u32::MAX) })
        })
        .collect();
    let choice = choose(&Fits::of(&known.groups(cut_off)), &held_out, f64::from(HELD_OUT_DAYS) / 7.0)?;
    Some(Trial { choice, cut_off })
}

/// The winner of `trial` on all histories; where there was none, the likeliest of those whose P(alive) may be shown.
pub(super) fn forecast(histories: &[(History, f64)], trial: Option<&Trial>) -> Option<Fitted<OrderModel>> {
    pick(histories, trial.map(|trial| trial.choice.kind))
}

/// For the model card: what was chosen, and by which figures.
pub(super) fn told(fitted: &Fitted<OrderModel>, trial: Option<&Trial>) -> ForecastChoice {
    let model = fitted.model.name();
    let has_errors = fitted.covariance.is_some();
    let Some(Trial { choice, cut_off }) = trial.filter(|trial| trial.choice.kind == fitted.model.kind()) else {
        let text = format!("{model}, the likeliest on all days: there is too little past to choose by held-out days.");
        return ForecastChoice { model: model.to_owned(), text, cut_off: None, days: 0, tried: Vec::new(), has_errors };
    };
    let tried = choice.judged.iter().map(|(kind, judged)| ForecastTried {
        model: kind.name().to_owned(),
        customers: judged.customers,
        orders: millionths(judged.total_actual),
        expected: millionths(judged.total_predicted),
        mae: millionths(judged.mae),
        log_loss: millionths(judged.log_loss),
        deviance: millionths(judged.deviance),
        auc_alive: judged.auc_alive.map(millionths),
    });
    ForecastChoice {
        model: model.to_owned(),
        text: format!("{model}. {}", choice.reason),
        cut_off: Some(cut_off.iso()),
        days: HELD_OUT_DAYS.unsigned_abs(),
        tried: tried.collect(),
        has_errors,
    }
}
