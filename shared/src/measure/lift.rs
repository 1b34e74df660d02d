//! What a campaign changed: the treated against those held out, for one outcome.
//!
//! By assignment and of ripe units alone: everyone whose window has closed counts in the arm that they were drawn into, contacted or not.
//! All intervals here may be looked at daily; [`Lift::once`] alone is for who looks once, at the planned end.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::balance;
use super::figure::{Figure, Interval};
use super::moments::{Moments, theta};
use super::rate::{Count, once, wilson};
use super::sequence::{Difference, Means, Planned, Rates, Why, times_needed};
use super::tails::Z;

/// The sums of one arm for one outcome. Outcomes of different kinds of campaign are never added up (T13).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Arm {
    /// Everyone, ripe or not.
    pub assigned: i64,
    /// Ripe units with the outcome.
    pub returned: i64,
    /// Margin of each ripe unit's orders in its window, net of discounts and refunds, in minor units of the home currency; what
    /// contacting cost is not in it. `n` is the number of ripe units; x is their covariate, frozen at entry.
    pub margin: Moments,
    /// The same with each unit's margin cut at the limit ([`super::moments::limited`]).
    pub limited: Moments,
    /// What contacting the ripe units cost, in minor units: known and not estimated.
    pub contact: f64,
}

/// What was fixed before the first outcome was known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Design {
    pub planned: Planned,
    /// A difference of rates that is too small to matter, 0 to 1; with none there is no verdict "no difference".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negligible: Option<f64>,
    /// The same of the margin of one person, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negligible_margin: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "verdict")]
#[schema(as = LiftVerdict)]
pub enum Verdict {
    Works,
    Harms,
    /// The whole interval is smaller than what was said beforehand to matter.
    NoDifference,
    CannotTell {
        #[serde(flatten)]
        why: Why,
    },
    /// People did not fall into the arms in the planned shares: nothing here can be compared.
    BrokenSplit,
}

/// One arm as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = LiftArm)]
pub struct Shown {
    pub assigned: i64,
    pub ripe: i64,
    pub unripe: i64,
    pub returned: i64,
    /// Of the ripe, 0 to 1.
    pub rate: Figure,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Lift {
    pub treated: Shown,
    pub held: Shown,
    /// Returns.
    pub verdict: Verdict,
    /// Of the rates, treated less held out; a point is .01. None where the split is broken or an arm has nobody ripe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Figure>,
    /// The treated's rate over the held-out's, less 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative: Option<Figure>,
    /// The difference times the ripe treated: returns that would not have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra_returns: Option<Figure>,
    /// Evidence against no difference; its largest value of all looks, which the caller keeps, bounds the p-value by its inverse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e_value: Option<f64>,
    /// Of the rates, for who looks once at an end that was fixed beforehand: there when everybody is ripe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub once: Option<Interval>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<Margin>,
    /// The always-valid p-value of the planned split.
    pub split_p: f64,
}

/// What the treated brought more, in minor units of the home currency, less what contacting them cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = LiftMargin)]
pub struct Margin {
    /// Of the margin with each person's part cut at the limit, which a few large orders do not decide.
    pub verdict: Verdict,
    /// A person, each one's part cut at the limit.
    pub limited: Figure,
    /// A person, as it is.
    pub each: Figure,
    /// Of all ripe treated, as it is: a total is never cut.
    pub total: Figure,
    /// Evidence against no difference, of the cut one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e_value: Option<f64>,
    /// Of the cut one, as [`Lift::once`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub once: Option<Interval>,
}

/// `largest_log_evidence`: the largest [`balance::log_evidence`] of the counts of all assigned, of all looks so far.
pub fn lift(treated: &Arm, held: &Arm, design: &Design, largest_log_evidence: f64) -> Lift {
    let (one, other, planned) = (count(treated), count(held), design.planned);
    let mut lift = Lift {
        treated: shown(treated, planned.treated, planned.alpha),
        held: shown(held, planned.held, planned.alpha),
        verdict: Verdict::BrokenSplit,
        difference: None,
        relative: None,
        extra_returns: None,
        e_value: None,
        once: None,
        margin: None,
        split_p: balance::p_value(largest_log_evidence),
    };
    if balance::is_broken(largest_log_evidence) {
        return lift;
    }
    if treated.assigned.min(held.assigned) < 1 {
        lift.verdict = Verdict::CannotTell { why: Why::OneArm };
        return lift;
    }
    if one.n.min(other.n) < 1 {
        lift.verdict = Verdict::CannotTell { why: Why::NobodyRipe };
        return lift;
    }
    let rates = Rates::new(one, other, &planned);
    let value = one.rate() - other.rate();
    let difference = Figure { value, interval: rates.ok().map(|rates| rates.interval()) };
    lift.verdict = match rates {
        Ok(rates) => judge(design.negligible, one.n + other.n, |times| rates.later(times).interval()),
        Err(why) => Verdict::CannotTell { why },
    };
    lift.difference = Some(difference);
    lift.relative = (other.k > 0).then(|| Figure {
        value: one.rate() / other.rate() - 1.0,
        interval: rates.ok().and_then(|rates| rates.relative()).map(|ratio| ratio.plus(-1.0)),
    });
    lift.extra_returns = Some(difference.times(one.n as f64));
    lift.e_value = rates.ok().map(|rates| rates.e_value());
    let all_ripe = lift.treated.unripe == 0 && lift.held.unripe == 0;
    lift.once = once(one, other, Z).filter(|_| all_ripe);
    lift.margin = Some(margin(treated, held, design, all_ripe));
    lift
}

fn count(arm: &Arm) -> Count {
    Count::new(arm.margin.n, arm.returned)
}

/// Its rate's interval is Wilson's with the sequence's boundary, so that it may be looked at as often as the others: that of an arm beside
/// one without end. `planned`: units of this arm at the planned end.
fn shown(arm: &Arm, planned: i64, alpha: f64) -> Shown {
    let count = count(arm);
    let boundary = Planned { treated: planned, held: i64::MAX, alpha }.at(count.n, i64::MAX);
    let interval = boundary.map(|boundary| wilson(count, boundary.errors()));
    Shown {
        assigned: arm.assigned,
        ripe: count.n,
        unripe: (arm.assigned - count.n).max(0),
        returned: count.k,
        rate: Figure { value: count.rate(), interval },
    }
}

fn margin(treated: &Arm, held: &Arm, design: &Design, all_ripe: bool) -> Margin {
    let returned = (treated.returned, held.returned);
    let people = treated.margin.n + held.margin.n;
    let contact = |arm: &Arm| arm.contact / arm.margin.n.max(1) as f64;
    let spent = contact(treated) - contact(held);
    let compare = |one: &Moments, other: &Moments| {
        let theta = theta(&[*one, *other]);
        let value = one.mean() - other.mean() - theta * (one.mean_x() - other.mean_x()) - spent;
        match Means::new(one, other, returned, theta, &design.planned) {
            Ok(means) => {
                let figure = Figure { value, interval: Some(means.interval().plus(-spent)) };
                let verdict = judge(design.negligible_margin, people, |times| means.later(times).interval().plus(-spent));
                (figure, verdict, Some(means.e_value_at(spent)))
            }
            Err(why) => (Figure { value, interval: None }, Verdict::CannotTell { why }, None),
        }
    };
    let (limited, verdict, e_value) = compare(&treated.limited, &held.limited);
    let (each, ..) = compare(&treated.margin, &held.margin);
    let at_end = || {
        let theta = theta(&[treated.limited, held.limited]);
        Some(Difference::new(&treated.limited, &held.limited, theta)?.once(Z)?.plus(-spent))
    };
    Margin { verdict, limited, each, total: each.times(treated.margin.n as f64), e_value, once: at_end().filter(|_| all_ripe) }
}

/// `at`: the interval with so many times as many people as there are.
fn judge(negligible: Option<f64>, people: i64, at: impl Fn(f64) -> Interval) -> Verdict {
    decide(at(1.0), negligible).unwrap_or_else(|| {
        let times = times_needed(|times| decide(at(times), negligible).is_some());
        Verdict::CannotTell { why: Why::Undecided { people: more(times, people) } }
    })
}

/// A difference may be sure and too small to matter at once: then it does not matter.
fn decide(interval: Interval, negligible: Option<f64>) -> Option<Verdict> {
    if negligible.is_some_and(|least| interval.low > -least && interval.high < least) {
        Some(Verdict::NoDifference)
    } else if interval.low > 0.0 {
        Some(Verdict::Works)
    } else {
        (interval.high < 0.0).then_some(Verdict::Harms)
    }
}

/// So many times as many people as there are, in people more; hundreds rather than a number that seems exact.
pub(super) fn more(times: Option<f64>, people: i64) -> Option<i64> {
    let more = (times? - 1.0).max(0.0) * people as f64;
    let step = if more < 1_000.0 { 10.0 } else { 100.0 };
    Some(((libm::ceil(more / step) * step).min(9e15) as i64).max(10))
}

#[cfg(test)]
mod tests;
