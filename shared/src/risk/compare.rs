//! Whether a new model may take the place of the one in use.

use super::question::{HORIZON, is_gone};
use super::score::past_view;
use super::view::millionths;
use super::{Model, Sampled};
use crate::api::{Comparison, Tier};
use crate::random::Random;
use crate::time::Day;

/// A new model may be worse by so much log loss a customer, with 95 % probability: what people would not notice.
const MARGIN: f64 = 0.01;

/// Below so many customers the interval is too wide to refuse by; the difference itself decides.
const FEW: usize = 400;

const RESAMPLES: usize = 400;

/// Both models say of each customer, as known 90 days before `today`, how probable a loss within those 90 days was. What counts as
/// a loss is either model's deadline, each for half, so that no model is better for calling nobody lost. The interval is from a paired bootstrap over customers (Efron & Tibshirani 1993, chapter 8).
///
/// `held_back` are customers on whom neither model's learners were fitted.
pub fn compare(live: &Model, new: &Model, held_back: &[Sampled], today: Day) -> Comparison {
    let origin = today.plus(-HORIZON);
    let differences: Vec<f64> = held_back
        .iter()
        .filter_map(|customer| {
            let predicted = |model: &Model| {
                let view = past_view(&customer.state, model, None, origin)?;
                (view.tier != Tier::Lost).then_some(view.risk.p90)
            };
            let (old, new_risk) = (predicted(live)?, predicted(new)?);
            let difference = |judge: &Model| {
                let is_lost = is_gone(customer, judge, origin, HORIZON);
                loss(new_risk, is_lost) - loss(old, is_lost)
            };
            Some((difference(live) + difference(new)) / 2.0)
        })
        .collect();
    let customers = differences.len();
    let mean = |sum: f64| if customers == 0 { 0.0 } else { sum / customers as f64 };
    let difference = mean(differences.iter().sum());
    let mut random = Random::new(0x0c0a_9a4e);
    let mut means: Vec<f64> =
        (0..RESAMPLES).map(|_| mean((0..customers).filter_map(|_| differences.get(random.below(customers))).sum())).collect();
    means.sort_by(f64::total_cmp);
    let at = |share: f64| means.get((share * (RESAMPLES - 1) as f64) as usize).copied().unwrap_or(0.0);
    let (low, high) = (at(0.05), at(0.95));
    let accepted = if customers < FEW { difference <= MARGIN } else { high <= MARGIN };
    Comparison {
        customers: u32::try_from(customers).unwrap_or(u32::MAX),
        difference: millionths(difference),
        low: millionths(low),
        high: millionths(high),
        accepted,
        text: text(customers, difference, low, high, accepted),
    }
}

/// Of a probability that never was certain.
fn loss(predicted: f64, happened: bool) -> f64 {
    let p = predicted.clamp(1e-4, 1.0 - 1e-4);
    -libm::log(if happened { p } else { 1.0 - p })
}

fn text(customers: usize, difference: f64, low: f64, high: f64, accepted: bool) -> String {
    if customers == 0 {
        return "No customer was held back to compare on.".to_owned();
    }
    let verdict = match (accepted, low > 0.0, high < 0.0) {
        (false, ..) => "It may be worse, so the model in use stays",
        (true, _, true) => "It is better",
        (true, true, _) => "It is as good but for a trifle",
        (true, ..) => "It is not worse",
    };
    format!(
        "{verdict}: {customers} customers held back from both, log loss {difference:+.4} (90 % interval {low:+.4} to {high:+.4})."
    )
}
