//! All of where one customer stands: cell, segment, chances, what is at stake, and whether they are left out of offers.

use super::{Cell, Cuts, Exclusion, Exclusions, Known, Map, Segment, engagement, exclusion, place};
use crate::api::Tier;
use crate::economics::scaled;
use crate::learn::winback::{self, Asked, Chances, Lapse, Outcomes};
use crate::money::Home;
use crate::reason::Reason;
use crate::risk::Score;
use crate::state::State;
use crate::time::Day;

/// What the shop's customers are placed by: settings, and what the run before found (T4: peers and segments come from it).
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// The share of a sale that is left.
    pub margin: f64,
    /// The shop's trade, as `shared::industry` codes it.
    pub industry: Option<&'static str>,
    /// The model of returns was fitted to this shop's own past.
    pub is_fitted: bool,
    pub cuts: Cuts,
    pub map: Map,
    pub exclusions: Exclusions,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    pub cell: Cell,
    pub segment: Segment,
    /// None of who is not scored.
    pub chances: Option<Chances>,
    pub excluded: Option<Exclusion>,
    /// Hundredths of minor units: see [`winback::waiting`]. Of those at risk and the lost.
    pub waiting: i64,
    /// See [`winback::regain`]. Of those at risk and the lost.
    pub regain: i64,
    /// Margin of the year after they are won back, or kept.
    pub margin_back: Option<Home>,
    /// Their mean order, or the price of their term: what a discount is taken off.
    pub order_back: Option<Home>,
    /// The first day on which a shown chance changes by silence alone.
    pub rescore: Option<Day>,
}

/// The tier must be final: who is set aside is neither at risk nor lost.
pub fn stand(state: &State, score: &Score, known: &Known, rules: &Rules, today: Day) -> Standing {
    let reason = score.reason();
    let engagement = engagement(state, today);
    let margin_back = score.second_value.or(score.value).map(|value| scaled(value, rules.margin));
    let value = rules.cuts.tier(margin_back);
    let excluded = exclusion(&rules.exclusions, state, known, rules.margin, today);
    let lapse = match (score.tier, score.deadline) {
        (Tier::NotScored, _) => None,
        (Tier::Lost, Some(deadline)) => {
            Some(Lapse::Lost { days: winback::days_lapsed(deadline, last_visit(state, today), today) })
        }
        (Tier::Lost, None) => Some(Lapse::Lost { days: 0 }),
        _ => Some(Lapse::Here { leaves: score.risk.p90 }),
    };
    let asked = lapse.map(|lapse| Asked {
        lapse,
        reason,
        value,
        engagement,
        natural: score.p_return.filter(|_| rules.is_fitted).map(|p| (p, score.return_interval.unwrap_or((p, p)))),
        industry: rules.industry,
        outcomes: Outcomes::default(),
    });
    let chances = asked.as_ref().map(winback::chances);
    let cell = match &chances {
        Some(chances) => place(&rules.cuts, margin_back, reason, engagement, chances),
        None => Cell { value, reason, engagement, ..Cell::default() },
    };
    // Margin is at stake where somebody may still be kept or won back.
    let at_stake = matches!(score.tier, Tier::Immediate | Tier::Moderate | Tier::Early | Tier::Lost);
    let stake = asked.zip(chances).zip(margin_back).filter(|_| at_stake && excluded.is_none());
    let (waiting, regain) = stake.map_or((0, 0), |((asked, chances), worth)| {
        (winback::waiting(&asked, score.risk.p30, &chances, worth), winback::regain(&chances, worth))
    });
    Standing {
        cell,
        segment: rules.map.segment(cell),
        chances,
        excluded,
        waiting,
        regain,
        margin_back,
        order_back: order_back(state, today),
        rescore: asked.zip(chances).and_then(|(asked, chances)| winback::next_change(&asked, &chances, today)),
    }
}

/// Of who objects to profiling: nothing is worked out, and they stand in the first row for who is not known.
pub fn stand_apart(rules: &Rules) -> Standing {
    let cell = Cell { reason: Reason::Unknown, ..Cell::default() };
    Standing {
        cell,
        segment: rules.map.segment(cell),
        chances: None,
        excluded: Some(Exclusion::Objection),
        waiting: 0,
        regain: 0,
        margin_back: None,
        order_back: None,
        rescore: None,
    }
}

/// The Monday of the last week with a visit: whoever looks in is thinking of coming back, so that the clock starts anew.
fn last_visit(state: &State, today: Day) -> Option<Day> {
    let upto = state.weeks.iter().rev().find(|(week, bucket)| *week <= today.week() && bucket.visits > 0);
    upto.map(|(week, _)| Day(week.saturating_mul(7).saturating_sub(3)))
}

fn order_back(state: &State, today: Day) -> Option<Home> {
    let price = state.contract.as_ref().and_then(|contract| contract.term_price(today)).map(Home);
    price.or_else(|| state.mean_spend(today).map(|(_, mean)| Home(libm::round(mean) as i64)))
}
