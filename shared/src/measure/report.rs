//! The report of one campaign, or of all of a kind, from its sums alone.

mod compare;
mod touches;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use touches::{Counts, CreditLine, Credited, Credits, Funnel, FunnelLine, StepTest, Sums as TouchSums, TestedVariant};

use super::incidence::{Incidence, incidence, watched};
use super::later::{self, LaterCell, LaterKey};
use super::lift::Lift;
use super::metrics::{
    Arms, Group, Metric, NextUnit, against_acquisition, by_dimension, cost_per_win_back, discount_anyway, full_cost_per_win_back,
    left_again, next_unit, recovered, redemption, win_back_rate,
};
use super::outcome::{Arm, RECHURN_DAYS};
use super::rollup::{Cell, Dimension, Key};
use crate::campaign::Kind;
use crate::money::{Currency, Home, Money};
use crate::time::Day;

/// What a report rests on besides sums.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Basis {
    pub kind: Kind,
    pub home: Currency,
    /// Share of the audience that the campaign holds out, and of the shop's customers that all campaigns do, per mille.
    pub held_out: u16,
    pub held_out_of_all: u16,
    pub window_days: u16,
    /// People at the end as it was planned; those who are there where nothing was.
    pub planned: Option<i64>,
    /// What a new customer costs.
    pub acquisition: Option<Home>,
    pub today: Day,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = CampaignReport)]
pub struct Report {
    pub kind: Kind,
    /// Entered by the campaign's draw, whatever became of them.
    pub contacted: ReportArm,
    pub held_out: ReportArm,
    /// Merged with somebody of another arm after both had entered.
    pub contaminated: i64,
    pub lift: Lift,
    pub recovered: Recovered,
    pub cost_per_win_back: Metric,
    /// With what codes took off.
    pub full_cost_per_win_back: Metric,
    /// As a share of what a new customer costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against_acquisition: Option<Metric>,
    pub redemption: Redemption,
    /// Minor units of the home currency: to people who would have come without it.
    pub discount_anyway: Metric,
    pub left_again: LeftAgain,
    /// Days from the entry to the return, over everybody assigned.
    pub time: Arms2<TimeToRecovery>,
    pub funnel: Funnel,
    /// Each subject and angle test.
    pub tests: Vec<StepTest>,
    pub credits: Credits,
    /// By month of entry, what everybody assigned brought since.
    pub cohorts: Vec<Cohort>,
    /// By value tier, reason, engagement, chance, segment, channel, offer, angle, hour, step and variant.
    pub by: BTreeMap<String, Vec<Line>>,
    /// What the next unit of money for channels would bring.
    pub next_unit: NextUnit,
}

/// One figure for each arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportArms)]
pub struct Arms2<T> {
    pub contacted: T,
    pub held_out: T,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportArm {
    pub assigned: i64,
    /// Whose window has closed.
    pub ripe: i64,
    /// To whom something went out.
    pub reached: i64,
    pub returned: i64,
    pub opted_out: i64,
    pub erased: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportRecovered)]
pub struct Recovered {
    pub one_time: Part,
    pub recurring: Part,
    pub net: Money,
    pub margin: Money,
    pub channel_cost: Money,
    pub margin_after_cost: Money,
    pub return_on_spend: Metric,
    pub margin_on_spend: Metric,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportRevenue)]
pub struct Part {
    pub gross: Money,
    pub discounts: Money,
    pub refunds: Money,
    pub net: Money,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportRedemption)]
pub struct Redemption {
    pub rate: Metric,
    pub depth: Metric,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised_depth: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportLeftAgain)]
pub struct LeftAgain {
    pub of_returned: Arms2<Metric>,
    pub of_assigned: Arms2<Metric>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportTimeToRecovery)]
pub struct TimeToRecovery {
    pub assigned: u64,
    pub returned: u64,
    /// Opted out or were erased.
    pub withdrew: u64,
    /// The first day by which half of all are back; null is "not reached".
    pub median: Option<u16>,
    pub median_of_returners: Option<u16>,
    /// Day, share back, and its 95 % interval.
    pub points: Vec<(u16, f64, f64, f64)>,
}

/// One value of a dimension, ripe people alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportLine)]
pub struct Line {
    /// Such as `value:high`.
    pub code: String,
    pub contacted: LineArm,
    pub held_out: LineArm,
    pub net: Money,
    pub channel_cost: Money,
    pub cost_per_win_back: Metric,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportLineArm)]
pub struct LineArm {
    pub assigned: i64,
    pub returned: i64,
    pub rate: Metric,
}

/// One month of entry, so many months of 30 days on. Margin per assigned person since the entry, minor units of the home currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportCohort)]
pub struct Cohort {
    /// The first day of the month, an ISO date.
    pub month: String,
    /// 1 to 12.
    pub since: u8,
    pub contacted: Option<CohortMean>,
    pub held_out: Option<CohortMean>,
    /// Contacted less held out, where both are known.
    pub more: Option<CohortMean>,
}

/// With a 95 % interval, none of one person.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportCohortMean)]
pub struct CohortMean {
    pub n: i64,
    pub value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// One campaign among several.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stratum {
    /// Share of its audience that it holds out, per mille.
    pub held_out: u16,
    pub cells: Vec<(Key, Cell)>,
}

/// The sums of one campaign, or of all of a kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    pub cells: Vec<(Key, Cell)>,
    /// Of [`Dimension::All`] by campaign, where it is of several.
    pub strata: Vec<Stratum>,
    pub touches: TouchSums,
    pub later: Vec<(LaterKey, LaterCell)>,
}

pub fn report(ledger: &Ledger, basis: &Basis) -> Report {
    let cells = ledger.cells.as_slice();
    let all = |test: &dyn Fn(&Key) -> bool| -> Cell {
        cells.iter().filter(|(key, _)| key.dimension == Dimension::All && test(key)).map(|(_, cell)| cell).sum()
    };
    let contacted = |key: &Key| key.arm == Arm::Contacted;
    let held = |key: &Key| key.arm.is_held_out();
    let ripe = Arms { contacted: all(&|key| contacted(key) && key.ripe), held_out: all(&|key| held(key) && key.ripe) };
    let everybody = Arms { contacted: all(&contacted), held_out: all(&held) };
    // A return of the last day of a window is watched for so long; the day of entry counts besides.
    let watched_for = i32::from(basis.window_days) + 1 + RECHURN_DAYS;
    let old = |key: &Key| key.ripe && basis.today.since(key.from) >= watched_for;
    let old = Arms { contacted: all(&|key| contacted(key) && old(key)), held_out: all(&|key| held(key) && old(key)) };
    let (again, alone) = (left_again(&ripe.contacted, &old.contacted), left_again(&ripe.held_out, &old.held_out));
    let full_cost = full_cost_per_win_back(&ripe.contacted, basis.home);
    Report {
        kind: basis.kind,
        contacted: arm(&everybody.contacted, &ripe.contacted),
        held_out: arm(&everybody.held_out, &ripe.held_out),
        contaminated: everybody.contacted.contaminated + everybody.held_out.contaminated,
        lift: compare::lift_of(ledger, &everybody, &ripe, basis),
        recovered: money(&ripe.contacted, basis.home),
        cost_per_win_back: cost_per_win_back(&ripe.contacted, basis.home),
        full_cost_per_win_back: full_cost,
        against_acquisition: basis.acquisition.and_then(|cost| against_acquisition(full_cost, cost)),
        redemption: redeemed(&ripe.contacted),
        discount_anyway: discount_anyway(&ripe),
        left_again: LeftAgain {
            of_returned: Arms2 { contacted: again.of_returned, held_out: alone.of_returned },
            of_assigned: Arms2 { contacted: again.of_assigned, held_out: alone.of_assigned },
        },
        time: Arms2 {
            contacted: time(cells, &contacted, &ripe.contacted, basis),
            held_out: time(cells, &held, &ripe.held_out, basis),
        },
        funnel: touches::funnel(&ledger.touches, basis.home),
        tests: touches::tests(&ledger.touches),
        credits: touches::credits(&ledger.touches, everybody.contacted.returned, basis.home),
        cohorts: cohorts(&ledger.later),
        by: lines(cells, basis.home),
        next_unit: next(cells, basis.home),
    }
}

fn arm(everybody: &Cell, ripe: &Cell) -> ReportArm {
    ReportArm {
        assigned: everybody.assigned,
        ripe: ripe.assigned,
        reached: everybody.contacted,
        returned: everybody.returned,
        opted_out: everybody.opted_out,
        erased: everybody.erased,
    }
}

fn money(cell: &Cell, home: Currency) -> Recovered {
    let of = |amount: Home| amount.in_currency(home);
    let known = recovered(cell, home);
    let part = |part: super::metrics::Part| Part {
        gross: of(part.gross),
        discounts: of(part.discounts),
        refunds: of(part.refunds),
        net: of(part.net),
    };
    Recovered {
        one_time: part(known.one_time),
        recurring: part(known.recurring),
        net: of(known.net),
        margin: of(known.margin),
        channel_cost: of(known.channel_cost),
        margin_after_cost: of(known.margin_after_cost),
        return_on_spend: known.return_on_spend,
        margin_on_spend: known.margin_on_spend,
    }
}

fn redeemed(cell: &Cell) -> Redemption {
    let super::metrics::Redemption { rate, depth, promised_depth } = redemption(cell);
    Redemption { rate, depth, promised_depth }
}

fn time(cells: &[(Key, Cell)], is_arm: &dyn Fn(&Key) -> bool, ripe: &Cell, basis: &Basis) -> TimeToRecovery {
    let unripe = cells.iter().filter(|(key, _)| key.dimension == Dimension::All && !key.ripe && is_arm(key));
    let watched = watched(ripe, unripe.map(|(key, cell)| (key.from, cell)), basis.window_days, basis.today);
    let Incidence { n, returned, withdrew, points, median, median_of_returners } = incidence(&watched);
    let points = points.into_iter().map(|point| (point.day, point.back, point.low, point.high)).collect();
    TimeToRecovery { assigned: n, returned, withdrew, median, median_of_returners, points }
}

fn lines(cells: &[(Key, Cell)], home: Currency) -> BTreeMap<String, Vec<Line>> {
    let names: std::collections::BTreeSet<&str> =
        cells.iter().map(|(key, _)| key.dimension.name()).filter(|name| *name != Dimension::All.name()).collect();
    let of = |cell: &Cell| LineArm { assigned: cell.assigned, returned: cell.returned, rate: win_back_rate(cell) };
    let line = |(dimension, arms): (Dimension, Arms)| {
        let known = recovered(&arms.contacted, home);
        Line {
            code: dimension.code(),
            contacted: of(&arms.contacted),
            held_out: of(&arms.held_out),
            net: known.net.in_currency(home),
            channel_cost: known.channel_cost.in_currency(home),
            cost_per_win_back: cost_per_win_back(&arms.contacted, home),
        }
    };
    let by = |name: &str| by_dimension(cells.iter().map(|(key, cell)| (key, cell)), name).into_iter().map(line).collect();
    names.into_iter().map(|name| (name.to_owned(), by(name))).collect()
}

fn cohorts(later: &[(LaterKey, LaterCell)]) -> Vec<Cohort> {
    let mean = |mean: later::Mean| CohortMean { n: mean.n, value: mean.value, low: mean.low, high: mean.high };
    let lines = later::table(later.iter().map(|(key, cell)| (*key, cell)));
    let cohort = |line: later::Line| Cohort {
        month: line.month.iso(),
        since: line.since,
        contacted: line.contacted.map(mean),
        held_out: line.held_out.map(mean),
        more: line.more.map(mean),
    };
    lines.into_iter().map(cohort).collect()
}

/// Channels are what more can be spent on.
fn next(cells: &[(Key, Cell)], home: Currency) -> NextUnit {
    let arms = by_dimension(cells.iter().map(|(key, cell)| (key, cell)), "channel");
    let groups: Vec<Group> = arms.into_values().collect();
    next_unit(&groups, home)
}
