//! Subscriptions: P(the paid term is not renewed).

use serde::{Deserialize, Serialize};

use super::rhythm::{MAX_CAME_BACK, WATCH_DAYS};
use crate::clv::{digamma, ln_gamma, minimize};
use crate::state::{Contract, Term, TermsSoFar};
use crate::time::Day;

/// The shifted beta-geometric model: Fader & Hardie (2007), How to project customer retention, Journal of Interactive Marketing
/// 21(1). A customer does not renew a term with their own probability, which is Beta(a, b) over customers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Renewals {
    pub a: f64,
    pub b: f64,
    /// Terms whose end has been seen; 0 for a prior.
    pub decided: u32,
}

/// Short terms and long ones renew by rates of their own, and some of those who ended come back.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TermModel {
    pub short: Renewals,
    pub long: Renewals,
    /// P(someone whose term ended without a renewal pays a new one within 90 days).
    pub comes_back: f64,
    /// Days after the paid term in which a late payment still renews it: as few as keep the share of the lost who come back by
    /// themselves small enough. Who asked to cancel has none.
    pub grace: i32,
    /// The share of renewals that are paid that late.
    pub late: f64,
}

/// A subscription as it stands on a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Standing {
    pub(crate) current: Term,
    pub(crate) renewals: u32,
    lapses: u32,
    /// The customer asked to end it with the term.
    cancelled: bool,
    /// The last day of the pause that runs.
    pub(crate) paused_until: Option<Day>,
    grace: i32,
}

/// A term of at most so many days is short: a week or a month.
const SHORT_DAYS: i32 = 45;

/// Below so many terms with a known end a rate of renewal is a guess; the prior says so.
const MIN_DECIDED: u32 = 100;

/// Late payments are given at most so many days.
const GRACES: [i32; 6] = [0, 3, 7, 14, 21, 30];

/// Endings that must have been watched before the share of those who come back means anything.
const MIN_WATCHED: f64 = 40.0;

/// Someone who asked to end the subscription rarely stays.
const CANCELLED: f64 = 0.97;

impl TermModel {
    /// About one in twenty months and one in six years is not renewed; one in twenty who ended comes back within 90 days.
    pub fn prior() -> Self {
        Self {
            short: Renewals { a: 1.0, b: 19.0, decided: 0 },
            long: Renewals { a: 1.0, b: 5.0, decided: 0 },
            comes_back: 0.05,
            grace: 0,
            late: 0.0,
        }
    }

    /// `prior` stands in for what too few terms have shown.
    pub(crate) fn fit<'a>(contracts: impl Iterator<Item = &'a Contract>, prior: Self, today: Day) -> Self {
        let contracts: Vec<&Contract> = contracts.collect();
        let prior = prior.with_grace(&contracts, today);
        let (mut short, mut long) = (Vec::new(), Vec::new());
        for contract in contracts {
            let so_far = contract.so_far(today, prior.grace);
            if let Some(current) = so_far.current {
                let counts = (so_far.renewals, so_far.lapses);
                if last_term(contract, today, current).days() <= SHORT_DAYS { short.push(counts) } else { long.push(counts) }
            }
        }
        Self { short: Renewals::fit(&short, prior.short), long: Renewals::fit(&long, prior.long), ..prior }
    }

    /// With the grace and what it makes of the past.
    fn with_grace(self, contracts: &[&Contract], today: Day) -> Self {
        let ends: Vec<(i32, Option<i32>)> = contracts.iter().flat_map(|contract| ends(contract, today)).collect();
        let mut chosen = self;
        for grace in GRACES {
            let (mut watched, mut back, mut late, mut renewed) = (0.0, 0.0, 0.0, 0.0);
            for (seen, paid_after) in &ends {
                if paid_after.is_some_and(|days| days <= grace) {
                    renewed += 1.0;
                    late += f64::from(u8::from(paid_after.is_some_and(|days| days > 0)));
                } else if grace + WATCH_DAYS <= *seen {
                    watched += 1.0;
                    back += f64::from(u8::from(paid_after.is_some_and(|days| days <= grace + WATCH_DAYS)));
                }
            }
            if watched < MIN_WATCHED {
                break;
            }
            // The prior weighs as much as 40 endings.
            let comes_back = (self.comes_back * 40.0 + back) / (40.0 + watched);
            chosen = Self { grace, late: if renewed > 0.0 { late / renewed } else { 0.0 }, comes_back, ..self };
            if back / watched <= MAX_CAME_BACK {
                break;
            }
        }
        chosen
    }

    pub(crate) fn is_fitted(&self) -> bool {
        self.short.decided > 0 || self.long.decided > 0
    }

    fn of(&self, standing: &Standing) -> &Renewals {
        if standing.current.days() <= SHORT_DAYS { &self.short } else { &self.long }
    }

    /// P(the subscription ends within each horizon in days). `shift` moves the logit of each renewal by what else is known.
    pub(crate) fn within<const N: usize>(&self, standing: &Standing, shift: f64, today: Day, horizons: [i32; N]) -> [f64; N] {
        let chances: Vec<(i32, f64)> = self.stays(standing, shift, today, horizons.into_iter().max().unwrap_or(0)).collect();
        horizons.map(|horizon| {
            let stays = chances.iter().take_while(|(days, _)| *days <= horizon).last().map_or(1.0, |(_, stays)| *stays);
            (1.0 - stays).clamp(0.0, 1.0)
        })
    }

    /// Terms that the customer is expected to pay within `days`.
    pub(crate) fn expected_terms(&self, standing: &Standing, shift: f64, today: Day, days: i32) -> f64 {
        self.stays(standing, shift, today, days).map(|(_, stays)| stays).sum()
    }

    /// Terms that begin within `days` of the day on which somebody whose subscription ended begins a new one: that one and those
    /// expected to follow, by what their past and this end say of their renewals.
    pub(crate) fn terms_if_back(&self, standing: &Standing, today: Day, days: i32) -> f64 {
        let current = Term { start: today, end: today.plus(standing.current.days()) };
        let lapses = standing.lapses.saturating_add(1);
        let back = Standing { current, lapses, cancelled: false, paused_until: None, ..*standing };
        1.0 + self.expected_terms(&back, 0.0, today, days)
    }

    /// P(an ended subscription starts again within 90 days): halves with every 90 days of silence, never below a fifth.
    pub(crate) fn comes_back(&self, silent: i32) -> f64 {
        self.comes_back * libm::exp2(-f64::from(silent.max(0)) / 90.0).max(0.2)
    }

    /// For each end of a term within `days`: in how many days, and P(the customer stays beyond it).
    fn stays(&self, standing: &Standing, shift: f64, today: Day, days: i32) -> impl Iterator<Item = (i32, f64)> {
        let (rates, late) = (*self.of(standing), self.late);
        let standing = *standing;
        let overdue = standing.current.end < today;
        let first = standing.deadline().since(today).max(1);
        let step = standing.current.days();
        let mut stays = 1.0;
        (0_u32..)
            .map(move |nth| (first.saturating_add(step.saturating_mul(i32::try_from(nth).unwrap_or(i32::MAX))), nth))
            .take_while(move |(in_days, _)| *in_days <= days)
            .map(move |(in_days, nth)| {
                let leaves = moved(rates.leaves(standing.renewals.saturating_add(nth), standing.lapses), shift);
                // Past the paid term only late payers are left among those who stay.
                let leaves = if overdue && nth == 0 { leaves / (leaves + (1.0 - leaves) * late) } else { leaves };
                stays *= 1.0 - if standing.cancelled && nth == 0 { leaves.max(CANCELLED) } else { leaves };
                (in_days, stays)
            })
    }
}

impl Renewals {
    /// P(not renewing) of someone with this past: the mean of the posterior Beta(a + lapses, b + renewals).
    pub(crate) fn leaves(&self, renewals: u32, lapses: u32) -> f64 {
        (self.a + f64::from(lapses)) / (self.a + self.b + f64::from(renewals) + f64::from(lapses))
    }

    fn fit(customers: &[(u32, u32)], prior: Self) -> Self {
        let decided: u32 = customers.iter().map(|(renewals, lapses)| renewals + lapses).fold(0, u32::saturating_add);
        if decided < MIN_DECIDED {
            return prior;
        }
        let n = customers.len() as f64;
        let found = minimize([libm::log(prior.a), libm::log(prior.b)], |theta| {
            if theta.iter().any(|t| !t.is_finite() || t.abs() > 8.0) {
                return (f64::INFINITY, [0.0; 2]);
            }
            let [a, b] = theta.map(libm::exp);
            let (base, slope) = (ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b), [digamma(a), digamma(b), digamma(a + b)]);
            let (mut value, mut by_a, mut by_b) = (0.0, 0.0, 0.0);
            for &(renewals, lapses) in customers {
                let (x, y) = (a + f64::from(lapses), b + f64::from(renewals));
                value += ln_gamma(x) + ln_gamma(y) - ln_gamma(x + y) - base;
                let shared = slope[2] - digamma(x + y);
                by_a += digamma(x) - slope[0] + shared;
                by_b += digamma(y) - slope[1] + shared;
            }
            (-value / n, [-by_a * a / n, -by_b * b / n])
        });
        if !found.value.is_finite() {
            return prior;
        }
        let [a, b] = found.at.map(libm::exp);
        Self { a, b, decided }
    }
}

impl Standing {
    /// `None` where no term is known by `today`.
    pub(crate) fn of(contract: &Contract, model: &TermModel, today: Day) -> Option<Self> {
        let TermsSoFar { renewals, returns, current, .. } = contract.so_far(today, model.grace);
        let mut current = last_term(contract, today, current?);
        // While a pause runs nothing is due.
        let paused_until = contract.paused_until(today);
        if let Some(until) = paused_until {
            let longer = until.since(current.end).max(0);
            current = Term { start: current.start.plus(longer), end: current.end.plus(longer) };
        }
        let cancelled = contract.cancelled(today).is_some();
        // The end of the last term is what is to be predicted; lapses of the past are those that a return has followed.
        let grace = if cancelled { 0 } else { model.grace };
        Some(Self { current, renewals, lapses: returns, cancelled, paused_until, grace })
    }

    /// The first day on which the subscription counts as lost.
    pub(crate) fn deadline(&self) -> Day {
        self.current.end.plus(1).plus(self.grace)
    }

    pub(crate) fn is_over(&self, today: Day) -> bool {
        self.deadline() <= today
    }
}

/// `current` with the length of the last paid term.
fn last_term(contract: &Contract, today: Day, current: Term) -> Term {
    let last = contract.terms.iter().rfind(|term| term.start <= today).map_or(current, |last| *last);
    Term { start: current.end.plus(-last.days()), end: current.end }
}

/// For each end of a paid term: how many days ago the first unpaid day was, and how many days later the next term began.
fn ends(contract: &Contract, today: Day) -> impl Iterator<Item = (i32, Option<i32>)> {
    let mut known = contract.terms.iter().filter(move |term| term.start <= today).peekable();
    let mut paid_until = Day(i32::MIN);
    std::iter::from_fn(move || {
        paid_until = paid_until.max(known.next()?.end);
        let unpaid = paid_until.plus(1);
        let next = known.peek().map(|next| next.start.since(unpaid).max(0));
        Some((today.since(unpaid), next))
    })
    .filter(|(seen, next)| *seen >= 0 || next.is_some())
}

fn moved(probability: f64, logit: f64) -> f64 {
    let p = probability.clamp(1e-6, 1.0 - 1e-6);
    1.0 / (1.0 + (1.0 - p) / p * libm::exp(-logit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(n: i32) -> Contract {
        Contract { terms: (0..n).map(|i| Term { start: Day(i * 30), end: Day(i * 30 + 30) }).collect(), ..Contract::default() }
    }

    #[test]
    fn several_short_terms_within_a_horizon_compound() {
        let standing = Standing::of(&months(3), &TermModel::prior(), Day(70)).expect("a term");
        assert_eq!((standing.renewals, standing.deadline()), (2, Day(91)));
        let model = TermModel::prior();
        let [p30, p60, p90] = model.within(&standing, 0.0, Day(70), [30, 60, 90]);
        let leaves = |renewals| model.short.leaves(renewals, 0);
        assert!((p30 - leaves(2)).abs() < 1e-12, "{p30}");
        let after_two = 1.0 - (1.0 - leaves(2)) * (1.0 - leaves(3));
        assert!((p60 - after_two).abs() < 1e-12 && p90 > p60, "{p60} {p90}");
    }

    #[test]
    fn a_long_term_is_at_risk_only_where_its_end_lies_within_the_horizon() {
        let year = Contract { terms: vec![Term { start: Day(0), end: Day(365) }], ..Contract::default() };
        let standing = Standing::of(&year, &TermModel::prior(), Day(290)).expect("a term");
        let [p30, p60, p90] = TermModel::prior().within(&standing, 0.0, Day(290), [30, 60, 90]);
        assert_eq!((p30, p60), (0.0, 0.0));
        assert!((p90 - 1.0 / 6.0).abs() < 1e-12);
        assert!(!standing.is_over(Day(365)) && standing.is_over(Day(366)));
    }

    #[test]
    fn what_else_is_known_moves_the_chance_and_an_asked_end_nearly_decides_it() {
        let mut contract = months(3);
        let standing = Standing::of(&contract, &TermModel::prior(), Day(70)).expect("a term");
        let model = TermModel::prior();
        let p30 = |standing: &Standing, shift| model.within(standing, shift, Day(70), [30])[0];
        assert!(p30(&standing, 1.0) > p30(&standing, 0.0));
        contract.cancel = Some(crate::state::Latest { at: Day(69).start(), value: Some(false) });
        assert!(p30(&Standing::of(&contract, &TermModel::prior(), Day(70)).expect("a term"), 0.0) >= CANCELLED);
        assert!(
            (p30(&Standing::of(&contract, &TermModel::prior(), Day(68)).expect("a term"), 0.0) - p30(&standing, 0.0)).abs()
                < 0.02
        );
    }

    #[test]
    fn where_many_pay_late_the_term_has_days_of_grace_and_the_overdue_are_at_risk() {
        // Everyone pays five days late once; half leave after that.
        let contracts: Vec<Contract> = (0..200)
            .map(|i| {
                let starts: &[i32] = if i % 2 == 0 { &[0, 31, 67] } else { &[0, 31, 67, 98, 129, 160, 191, 222, 253, 284] };
                let terms = starts.iter().map(|start| Term { start: Day(*start), end: Day(start + 30) }).collect();
                Contract { terms, ..Contract::default() }
            })
            .collect();
        let model = TermModel::fit(contracts.iter(), TermModel::prior(), Day(300));
        assert_eq!(model.grace, 7, "{model:?}");
        let overdue = Standing::of(&contracts[1], &model, Day(64)).expect("a term");
        assert!(!overdue.is_over(Day(64)) && overdue.is_over(overdue.deadline()));
        let p30 = |standing: &Standing, day| model.within(standing, 0.0, Day(day), [30])[0];
        let before = Standing::of(&contracts[1], &model, Day(60)).expect("a term");
        assert!(p30(&overdue, 64) > 2.0 * p30(&before, 60), "{} {}", p30(&overdue, 64), p30(&before, 60));
    }

    #[test]
    fn rates_are_learned_where_enough_terms_have_ended() {
        // One in four leaves after each month.
        let contracts: Vec<Contract> = (0..400)
            .map(|i| months(1 + (1..12).take_while(|k| (i * 7_919 + k * 104_729 + i * k * 31) % 97 >= 24).count() as i32))
            .collect();
        let model = TermModel::fit(contracts.iter(), TermModel::prior(), Day(1_000));
        assert!(model.short.decided > 400 && model.long.decided == 0);
        assert!((0.18..0.32).contains(&model.short.leaves(0, 0)), "{:?}", model.short);
        assert_eq!(TermModel::fit(contracts.iter().take(3), TermModel::prior(), Day(1_000)).short, TermModel::prior().short);
    }
}
