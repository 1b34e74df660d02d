//! What people see of a score, but for its words: the probabilities with their intervals, and the tier.
//!
//! The models of orders and terms give P(churn within 30, 60, 90 days) as one cumulative hazard. What was learned beside them gives
//! P(churn within 90 days) alone; it scales that hazard by one factor, so the shorter horizons keep their shape and no horizon is
//! ever riskier than a longer one (proportional hazards: Cox 1972). A deadline that lies beyond a horizon keeps its risk at 0.

use super::Model;
use super::origin::Learned;
use super::standpoint::Standpoint;
use super::tiers::tier_of;
use crate::api::{Risk, RiskInterval, Tier};
use crate::learn::{logit, probability};
use crate::signal::Past;
use crate::state::State;
use crate::time::Day;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct View {
    pub(crate) risk: Risk,
    /// `None` of the lost.
    pub(crate) interval: Option<RiskInterval>,
    pub(crate) tier: Tier,
    /// Of the lost, with its interval.
    pub(crate) p_return: Option<(f64, (f64, f64))>,
}

/// Standard errors to each side of a 90 % interval.
pub(super) const Z: f64 = 1.645;

/// How far, on the logit, a shop's own figures lie from what is usual in its trade: its standard deviation where nothing of the
/// shop has judged the predictions. A stated prior.
const UNJUDGED: f64 = 0.7;

/// `shift` is what signals add to the logit of a renewal where nothing was learned.
pub(crate) fn view(
    standpoint: &Standpoint<'_>,
    state: &State,
    model: &Model,
    shift: f64,
    before: Option<Tier>,
    today: Day,
) -> View {
    let shift = if model.leaving.is_some() { 0.0 } else { shift };
    let Some(base) = standpoint.chances(model, shift, today) else {
        let base = standpoint.p_return(model, today).unwrap_or(0.0);
        let (said, (low, high)) = said(model.returning.as_ref(), standpoint, state, model, base, today);
        let p_return = Some((millionths(said), (millionths(low), millionths(high))));
        return View { risk: Risk { p30: 1.0, p60: 1.0, p90: 1.0 }, interval: None, tier: Tier::Lost, p_return };
    };
    let [.., within_90] = base;
    // Nothing can be learned of a loss that cannot be.
    let (said, (low, high)) = if within_90 > 0.0 {
        said(model.leaving.as_ref(), standpoint, state, model, within_90, today)
    } else {
        (0.0, (0.0, 0.0))
    };
    let risk = risk(scaled(base, said));
    let interval = Some(RiskInterval { low: self::risk(scaled(base, low)), high: self::risk(scaled(base, high)) });
    View { risk, interval, tier: tier_of(&risk, &model.thresholds, before), p_return: None }
}

/// The cumulative hazard of `base` (each 0..=1, not falling) times the factor that makes its last probability `last`.
pub(super) fn scaled(base: [f64; 3], last: f64) -> [f64; 3] {
    let hazard = |p: f64| -libm::log1p(-p.clamp(0.0, 1.0 - 1e-9));
    let [.., whole] = base.map(hazard);
    if whole <= 0.0 {
        return [0.0; 3];
    }
    let factor = hazard(last) / whole;
    base.map(|p| -libm::expm1(-hazard(p) * factor))
}

/// The probability and its 90 % interval: as learned, else as it is with what is usual.
fn said(
    learned: Option<&Learned>,
    standpoint: &Standpoint<'_>,
    state: &State,
    model: &Model,
    base: f64,
    today: Day,
) -> (f64, (f64, f64)) {
    match learned.and_then(Learned::chosen) {
        Some(fit) => {
            let row = fit.row(&past(standpoint, state, model, base, today));
            (fit.probability(&row), fit.interval(&row, Z))
        }
        None => {
            let at = bounded_logit(base);
            (base, (probability(at - Z * UNJUDGED), probability(at + Z * UNJUDGED)))
        }
    }
}

/// The customer as the learners see them.
pub(super) fn past<'a>(standpoint: &Standpoint<'_>, state: &'a State, model: &'a Model, base: f64, today: Day) -> Past<'a> {
    let mut past = Past::of(state, &model.feeds, model.home, today);
    past.deadline = standpoint.gap();
    past.base = Some(bounded_logit(base));
    past
}

fn bounded_logit(base: f64) -> f64 {
    logit(base.clamp(1e-6, 1.0 - 1e-6))
}

fn risk(chances: [f64; 3]) -> Risk {
    let [p30, p60, p90] = chances.map(millionths);
    Risk { p30, p60, p90 }
}

/// Short enough to be worth storing, and to read back from JSON to the same bits.
pub(super) fn millionths(value: f64) -> f64 {
    libm::round(value * 1e6) / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn horizons_keep_their_order_and_the_last_is_what_was_said() {
        for base in [[0.1, 0.3, 0.6], [0.0, 0.0, 0.4], [0.2, 0.2, 0.2], [0.5, 0.9, 1.0]] {
            for said in [0.0, 0.05, 0.5, 0.999] {
                let [p30, p60, p90] = scaled(base, said);
                assert!(p30 <= p60 && p60 <= p90, "{base:?} {said}");
                assert!((p90 - said).abs() < 1e-9, "{base:?} {said}: {p90}");
                assert_eq!(p30 > 0.0, base[0] > 0.0 && said > 0.0);
            }
        }
        assert_eq!(scaled([0.0; 3], 0.5), [0.0; 3]);
    }
}
