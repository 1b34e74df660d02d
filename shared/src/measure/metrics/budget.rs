//! What the next unit of budget would earn.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::rollup::{Cell, micros_per_minor};
use super::super::tails::Z;
use super::{Arms, IntervalKind, Metric, RestsOn};
use crate::money::Currency;

/// A part of a channel's people, such as a segment or a month, with both arms.
pub type Group = Arms;

/// Margin that came because of contact, for each unit of channel cost; both in the same money.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportNextUnit)]
pub struct NextUnit {
    /// Of what was spent so far: Σ n e / Σ n c over groups, where e is the margin an assigned person brought more than one held out, and c
    /// what was spent on one.
    pub average: Metric,
    /// Between groups on which more and less was spent a person: the slope of e on c. None with fewer than three groups, or where the
    /// same was spent on all.
    ///
    /// Groups are not drawn by lot, so this is an association; each e is a comparison with the holdout.
    pub marginal: Option<Metric>,
}

/// Weighted by 1/variance of each e (Cochran 1954, The combination of estimates from different experiments); groups without two people in
/// each arm are left out.
pub fn next_unit(groups: &[Group], home: Currency) -> NextUnit {
    let effects: Vec<Effect> = groups.iter().filter_map(|group| Effect::of(group, home)).collect();
    let people: f64 = effects.iter().map(|effect| effect.people).sum();
    let count = people as i64;
    let metric = |value: f64, variance: f64| {
        let radius = Z * libm::sqrt(variance);
        Metric {
            value: Some(value),
            low: Some(value - radius),
            high: Some(value + radius),
            interval: IntervalKind::Groups,
            count,
            rests_on: RestsOn::Assigned,
        }
    };
    let none = Metric { value: None, low: None, high: None, interval: IntervalKind::None, count, rests_on: RestsOn::Assigned };
    let cost: f64 = effects.iter().map(|effect| effect.people * effect.cost).sum();
    if cost <= 0.0 {
        return NextUnit { average: none, marginal: None };
    }
    let more: f64 = effects.iter().map(|effect| effect.people * effect.more).sum();
    let variance: f64 = effects.iter().map(|effect| effect.people * effect.people * effect.variance).sum();
    let average = metric(more / cost, variance / (cost * cost));
    let certain: Vec<&Effect> = effects.iter().filter(|effect| effect.variance > 0.0).collect();
    let weights: f64 = certain.iter().map(|effect| 1.0 / effect.variance).sum();
    let mean = |of: fn(&Effect) -> f64| certain.iter().map(|effect| of(effect) / effect.variance).sum::<f64>() / weights;
    let (mean_cost, mean_more) = (mean(|effect| effect.cost), mean(|effect| effect.more));
    let away = |effect: &&&Effect| effect.cost - mean_cost;
    let spread: f64 = certain.iter().map(|effect| away(&effect) * away(&effect) / effect.variance).sum();
    let joint: f64 = certain.iter().map(|effect| away(&effect) * (effect.more - mean_more) / effect.variance).sum();
    // Differences that only rounding makes are none.
    let differs = spread > 1e-12 * mean_cost * mean_cost * weights;
    let marginal = (certain.len() >= 3 && differs).then(|| metric(joint / spread, 1.0 / spread));
    NextUnit { average, marginal }
}

/// Of one group, a person, in minor units.
struct Effect {
    people: f64,
    /// Margin before channel cost, more than in the holdout.
    more: f64,
    variance: f64,
    cost: f64,
}

impl Effect {
    fn of(group: &Group, home: Currency) -> Option<Self> {
        let (contacted, held_out) = (Arm::of(&group.contacted, home)?, Arm::of(&group.held_out, home)?);
        Some(Self {
            people: contacted.n,
            more: contacted.mean - held_out.mean,
            variance: contacted.variance / contacted.n + held_out.variance / held_out.n,
            cost: group.contacted.cost as f64 / micros_per_minor(home) as f64 / contacted.n,
        })
    }
}

struct Arm {
    n: f64,
    mean: f64,
    variance: f64,
}

impl Arm {
    fn of(cell: &Cell, home: Currency) -> Option<Self> {
        if cell.assigned < 2 {
            return None;
        }
        let (n, micros) = (cell.assigned as f64, micros_per_minor(home) as f64);
        let mean = cell.margin as f64 / n;
        let squares = (cell.margin_squared + 2 * cell.margin_cost + cell.cost_squared) as f64 / (micros * micros);
        Some(Self { n, mean, variance: ((squares - n * mean * mean) / (n - 1.0)).max(0.0) })
    }
}
