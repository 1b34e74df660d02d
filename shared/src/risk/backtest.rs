//! What the model would have said in the shop's past, against what happened: chooses between models and the thresholds.
//!
//! A model for a past day is fitted on rows up to that day alone; what happened after it is read only for the labels. Where signals
//! are learned from, what was learned of held-out customers takes the place of these outcomes.

use super::fit::{MIN_REPEAT_BUYERS, OrderFits, Sample, known_on, parts};
use super::rhythm::Gaps;
use super::score::past_view;
use super::standpoint::HORIZONS;
use super::terms::Standing;
use super::tiers::shown_per_cent;
use super::{Model, Prior};
use crate::api::{Thresholds, Tier};
use crate::clv::History;
use crate::signal::date_in_words;
use crate::state::{Contract, State};
use crate::time::Day;

/// Of those whom a tier flags, at least this share shall churn within its horizon.
pub(super) const PRECISION: f64 = 0.6;

/// Thresholds are chosen from this range of per cents: below, a tier says nothing; above, hardly anyone is in it.
const LOWEST: usize = 30;
const HIGHEST: usize = 90;

const MIN_FLAGGED: u32 = 30;

/// Days before today; each leaves the longest horizon inside the data.
const CUT_OFFS: [i32; 2] = [90, 135];

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Backtest {
    /// On days that neither had seen; `None` where too little was held out.
    pub(super) mbg_is_better: Option<bool>,
    pub(super) by_horizon: [Outcomes; 3],
    pub(super) newest: Option<Day>,
}

/// (flagged, churned) by predicted per cent.
#[derive(Debug, Clone)]
pub(super) struct Outcomes([(u32, u32); 101]);

pub(super) fn run(sample: &Sample<'_>, prior: &Prior, churn_days: Option<u32>, today: Day) -> Backtest {
    let mut backtest = Backtest::default();
    for back in CUT_OFFS {
        let cut_off = today.plus(-back);
        let known = Sample::of(sample.customers, cut_off);
        let fits = (known.repeat_buyers() >= MIN_REPEAT_BUYERS).then(|| OrderFits::of(&known.groups(cut_off)));
        if let (Some(OrderFits { bg: Ok(bg), mbg: Ok(mbg), .. }), None) = (&fits, backtest.mbg_is_better) {
            let bg = log_loss(sample, cut_off, |history| bg.model.p_no_order(history, 90.0 / 7.0));
            let mbg = log_loss(sample, cut_off, |history| mbg.model.p_no_order(history, 90.0 / 7.0));
            backtest.mbg_is_better = Some(mbg <= bg);
        }
        let orders = fits.and_then(|fits| fits.choose(backtest.mbg_is_better)).map(|chosen| chosen.model);
        let model = Model { churn_days, ..parts(&known, orders, prior, cut_off) };
        let used = sample.states().filter(|state| orders.is_some() || state.contract.is_some());
        if !(orders.is_some() || model.terms.is_fitted()) {
            continue;
        }
        for state in used {
            backtest.add(state, &model, cut_off);
        }
        backtest.newest = backtest.newest.max(Some(cut_off));
    }
    backtest
}

impl Backtest {
    fn add(&mut self, state: &State, model: &Model, cut_off: Day) {
        let Some(view) = past_view(state, model, None, cut_off).filter(|view| view.tier != Tier::Lost) else { return };
        let predicted = [view.risk.p30, view.risk.p60, view.risk.p90];
        for ((horizon, predicted), outcomes) in HORIZONS.into_iter().zip(predicted).zip(&mut self.by_horizon) {
            outcomes.add(shown_per_cent(predicted), is_lost_within(state, model, cut_off, cut_off.plus(horizon)));
        }
    }

    /// The lowest threshold of each horizon whose flagged customers churned often enough.
    pub(super) fn thresholds(&self) -> (Thresholds, String, String) {
        let default = Thresholds { immediate: 0.5, moderate: 0.5, early: 0.5 };
        let Some(day) = self.newest else {
            let text = "A tier begins at 50 %: this shop has too little past to choose from.".to_owned();
            return (default, "default".to_owned(), text);
        };
        let chosen = self.by_horizon.each_ref().map(Outcomes::threshold);
        let [immediate, moderate, early] = chosen.map(|chosen| chosen.map_or(0.5, |(threshold, ..)| threshold));
        let told: Vec<String> = [("immediate", 30), ("moderate", 60), ("early", 90)]
            .into_iter()
            .zip(chosen)
            .map(|((tier, days), chosen)| match chosen {
                Some((threshold, flagged, churned)) => format!(
                    "{tier} from {:.0} % (of {flagged} flagged, {:.0} % were lost within {days} days)",
                    threshold * 100.0,
                    f64::from(churned) / f64::from(flagged) * 100.0
                ),
                None => format!("{tier} from 50 % (too few to choose from)"),
            })
            .collect();
        let aim = PRECISION * 100.0;
        let text = format!(
            "Chosen on this shop's past up to {} so that at least {aim:.0} % of those flagged are lost: {}.",
            date_in_words(day),
            told.join(", ")
        );
        let basis = if chosen.iter().any(Option::is_some) { "chosen" } else { "default" };
        (Thresholds { immediate, moderate, early }, basis.to_owned(), text)
    }
}

impl Default for Outcomes {
    fn default() -> Self {
        Self([(0, 0); 101])
    }
}

impl Outcomes {
    pub(super) fn add(&mut self, per_cent: u8, churned: bool) {
        if let Some((flagged, hits)) = self.0.get_mut(usize::from(per_cent)) {
            *flagged += 1;
            *hits += u32::from(churned);
        }
    }

    /// (threshold, flagged, churned)
    fn threshold(&self) -> Option<(f64, u32, u32)> {
        (LOWEST..=HIGHEST).find_map(|per_cent| {
            let (flagged, hits) =
                self.0.iter().skip(per_cent).fold((0, 0), |(flagged, hits), (more, churned)| (flagged + more, hits + churned));
            let precise = f64::from(hits) >= PRECISION * f64::from(flagged);
            (flagged >= MIN_FLAGGED && precise).then(|| (per_cent as f64 / 100.0, flagged, hits))
        })
    }
}

/// Whether somebody who was not lost on `origin` was lost on a day of (origin, end], by the deadlines of `model`.
pub(super) fn is_lost_within(state: &State, model: &Model, origin: Day, end: Day) -> bool {
    let runs =
        |contract: &&Contract| Standing::of(contract, &model.terms, origin).is_some_and(|standing| !standing.is_over(origin));
    match state.contract.as_ref().filter(runs) {
        Some(contract) => ended_within(contract, model.terms.grace, origin, end),
        None => fell_silent_within(state.days.until(end), state.days.until(origin).len(), model, end),
    }
}

/// Whether silence reached a deadline up to `end`; the first `known` of `days` were known at the cut-off, and each later purchase
/// sets a new deadline.
fn fell_silent_within(days: &[Day], known: usize, model: &Model, end: Day) -> bool {
    let mut gaps = Gaps::of(days.get(..known).unwrap_or_default());
    for (place, day) in days.iter().enumerate().skip(known.saturating_sub(1)) {
        let so_far = days.get(..=place).unwrap_or_default();
        let deadline = day.plus(model.deadline_of(so_far, &gaps).0);
        match days.get(place + 1) {
            Some(next) if *next <= deadline => gaps.add(next.since(*day)),
            _ => return deadline <= end,
        }
    }
    false
}

/// Whether a subscription that ran on the cut-off was lost on a day of (cut_off, end].
fn ended_within(contract: &Contract, grace: i32, cut_off: Day, end: Day) -> bool {
    let paused = |day| contract.paused_until(day);
    let mut paid_until = contract.terms.iter().filter(|term| term.start <= cut_off).map(|term| term.end).max().unwrap_or(cut_off);
    paid_until = paused(cut_off).map_or(paid_until, |until| until.max(paid_until));
    for term in contract.terms.iter().filter(|term| term.start > cut_off && term.start <= end) {
        if term.start > paid_until.plus(1).plus(grace) {
            break;
        }
        paid_until = paid_until.max(term.end);
    }
    if paused(end).is_some() || paused(paid_until).is_some_and(|until| until.plus(grace) >= end) {
        return false;
    }
    let at_once = contract.cancel.as_ref().filter(|cancel| cancel.value == Some(true)).map(|cancel| cancel.at.day());
    let stopped = at_once.filter(|day| *day > cut_off && *day <= end && !contract.terms.iter().any(|term| term.start > *day));
    paid_until.plus(grace) < end || stopped.is_some()
}

/// Mean log loss of "no order within 90 days" over everyone known at the cut-off; `all` knows the days after it too.
fn log_loss(all: &Sample<'_>, cut_off: Day, p_no_order: impl Fn(&History) -> f64) -> f64 {
    let (mut loss, mut n) = (0.0, 0.0);
    for days in &all.days {
        let Some((history, later)) = known_on(days, cut_off) else { continue };
        let none = p_no_order(&history).clamp(1e-6, 1.0 - 1e-6);
        let silent = later.first().is_none_or(|next| next.since(cut_off) > 90);
        loss -= libm::log(if silent { none } else { 1.0 - none });
        n += 1.0;
    }
    if n > 0.0 { loss / n } else { f64::INFINITY }
}
