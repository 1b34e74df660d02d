//! "No purchase within so many days" from a log of transactions: what was said on past days, against what came.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use shared::learn::metrics::{Figures, figures};
use shared::learn::{LearnError, probability};
use shared::money::Currency;
use shared::risk::origin::{
    Candidate, HeldOut, Lead, Learned, NoOrder, Pool, Question, Settings, Study, lead, learn, rows, threshold,
};
use shared::state::State;
use shared::time::Day;

use crate::options::Options;
use crate::transactions::{self, Transactions};

pub const USAGE: &str =
    "--transactions F --customer COL --date COL [--amount COL] --horizon-days 90 --cutoffs D,D,… [--min-tenure-days 28]";

/// Whoever bought within so many days is active, the others have lapsed.
const ACTIVE_DAYS: i32 = 90;

/// A flag shall be right so often.
const PRECISION: f64 = 0.6;

pub fn run(options: &Options) -> crate::Answer {
    let question = NoOrder {
        horizon: options.parsed("horizon-days")?.unwrap_or(90),
        min_tenure: options.parsed("min-tenure-days")?.unwrap_or(28),
    };
    if !(1..=3_650).contains(&question.horizon) || question.min_tenure < 0 {
        return Err("--horizon-days must be from 1 to 3650, and --min-tenure-days at least 0".to_owned());
    }
    let cutoffs: Result<Vec<Day>, String> = options.list("cutoffs").iter().map(|text| transactions::day(text)).collect();
    let cutoffs = cutoffs.map_err(|error| format!("--cutoffs: {error}"))?;
    if cutoffs.is_empty() {
        return Err("--cutoffs is missing".to_owned());
    }
    let log = Transactions::read(options)?;
    let mut told = Vec::new();
    for cutoff in cutoffs {
        told.push(on(&question, &log, cutoff)?);
    }
    Ok(json!({
        "horizon_days": question.horizon,
        "min_tenure_days": question.min_tenure,
        "customers": log.customers.len(),
        "first": log.first.iso(),
        "last": log.last.iso(),
        "skipped": { "without_customer": log.anonymous, "negative_amount": log.negative },
        "mean": { "models": mean_of(&told, "models"), "lead_time": mean_of(&told, "lead_time") },
        "cutoffs": told,
    }))
}

fn on(question: &NoOrder, log: &Transactions, cutoff: Day) -> crate::Answer {
    let end = cutoff.plus(question.horizon);
    if end > log.last {
        let (horizon, last) = (question.horizon, log.last.iso());
        return Err(format!(
            "--cutoffs: {horizon} days after {} nothing is known any more: the log ends on {last}",
            cutoff.iso()
        ));
    }
    let states: Vec<State> = log.states(cutoff).into_iter().map(|(_, state)| state).collect();
    let bought = log.bought(cutoff, end);
    let Some(known) = question.known(&states, cutoff) else {
        return Err(format!("--cutoffs: up to {} nobody had bought twice", cutoff.iso()));
    };
    let asked = rows(question, &states, &known, Currency::USD, cutoff);
    let left = |place: &usize| bought.get(*place).is_some_and(|bought| !bought);
    let churned: Vec<f64> = asked.customers().iter().map(|place| f64::from(u8::from(left(place)))).collect();
    let Study { learned, held_out } = match learn(question, &states, Currency::USD, cutoff, &Settings::default()) {
        Ok(study) => study,
        Err(error) => return Ok(unlearned(&asked, &churned, cutoff, &error)),
    };
    let mut models = Map::new();
    for candidate in Candidate::ALL {
        models.insert(candidate.name().to_owned(), parts(&churned, &said(&learned, candidate, &asked), &asked));
    }
    let chosen = said(&learned, learned.chosen, &asked);
    models.insert("chosen".to_owned(), parts(&churned, &chosen, &asked));
    // Whom the rule "no order within the horizon" has not seen yet.
    let unseen = ACTIVE_DAYS.min(question.horizon);
    let active: Vec<HeldOut> = held_out.into_iter().filter(|row| row.silence <= f64::from(unseen)).collect();
    let flags =
        threshold(&active, PRECISION).map(|from| told_lead(&lead(&asked, &chosen, &churned, from, unseen, question.horizon)));
    Ok(json!({
        "cutoff": cutoff.iso(),
        "chosen": learned.chosen.name(),
        "validation": validation(&learned),
        "models": models,
        "lead_time": flags,
    }))
}

/// Where the past is too short to learn from, the buy-till-you-die probability stands alone.
fn unlearned(asked: &Pool, churned: &[f64], cutoff: Day, error: &LearnError) -> Value {
    let base = asked.matrix(&["base".to_owned()]);
    let said: Vec<f64> = (0..base.rows()).map(|row| probability(base.at(row, 0))).collect();
    let told = parts(churned, &said, asked);
    json!({
        "cutoff": cutoff.iso(),
        "chosen": Candidate::Btyd.name(),
        "note": format!("nothing was learned from the days before: {error}"),
        "models": { "btyd": told, "chosen": told },
        "lead_time": null,
    })
}

/// P(churn) of every asked customer.
fn said(learned: &Learned, candidate: Candidate, asked: &Pool) -> Vec<f64> {
    let Some(fit) = learned.fit(candidate) else { return Vec::new() };
    let logits = fit.learner.logits(&asked.matrix(&fit.columns));
    logits.into_iter().map(|logit| fit.calibration.probability(logit)).collect()
}

/// Churn of all and of the active, return of the lapsed.
fn parts(churned: &[f64], said: &[f64], asked: &Pool) -> Value {
    let part = |passes: &dyn Fn(f64) -> bool, turn: &dyn Fn(f64) -> f64| {
        let picked = churned.iter().zip(said).zip(asked.silences()).filter(|(_, silence)| passes(**silence));
        let (labels, predictions): (Vec<f64>, Vec<f64>) =
            picked.map(|((label, probability), _)| (turn(*label), turn(*probability))).unzip();
        told_figures(&figures(&labels, &predictions))
    };
    json!({
        "all": part(&|_| true, &|p| p),
        "active": part(&|silence| silence <= f64::from(ACTIVE_DAYS), &|p| p),
        "lapsed": part(&|silence| silence > f64::from(ACTIVE_DAYS), &|p| 1.0 - p),
    })
}

fn told_figures(figures: &Figures) -> Value {
    json!({
        "n": figures.n,
        "base_rate": figures.base_rate,
        "auc": figures.auc,
        "pr_auc": figures.pr_auc,
        "brier": figures.brier,
        "log_loss": figures.log_loss,
        "ece": figures.ece,
    })
}

fn told_lead(lead: &Lead) -> Value {
    json!({
        "threshold": lead.threshold,
        "flagged": lead.flagged,
        "precision": lead.precision,
        "recall": lead.recall,
        "median_days_before_rule": lead.before_rule,
        "median_days_before_deadline": lead.before_deadline,
    })
}

fn validation(learned: &Learned) -> Value {
    let fits: Map<String, Value> = learned
        .fits
        .iter()
        .map(|fit| {
            let (difference, error) = fit.loss_over_chosen;
            let told = json!({
                "log_loss": fit.figures.log_loss, "auc": fit.figures.auc, "loss_over_chosen": difference, "standard_error": error,
            });
            (fit.candidate.name().to_owned(), told)
        })
        .collect();
    json!({
        "on": learned.validated,
        "from": learned.origins.0.iso(),
        "to": learned.origins.1.iso(),
        "rows": learned.rows,
        "customers": learned.customers,
        "models": fits,
    })
}

/// The mean of each number over the cut-offs that have it.
fn mean_of(told: &[Value], key: &str) -> Value {
    let parts: Vec<&Value> = told.iter().filter_map(|value| value.get(key)).filter(|value| !value.is_null()).collect();
    let Some(first) = parts.first() else { return Value::Null };
    let keys: BTreeSet<&String> = parts.iter().filter_map(|value| value.as_object()).flat_map(Map::keys).collect();
    if !keys.is_empty() {
        let owned: Vec<Value> = parts.iter().map(|value| (*value).clone()).collect();
        return keys.into_iter().map(|key| (key.clone(), mean_of(&owned, key))).collect::<Map<String, Value>>().into();
    }
    let numbers: Vec<f64> = parts.iter().filter_map(|value| value.as_f64()).collect();
    if numbers.is_empty() { (*first).clone() } else { json!(numbers.iter().sum::<f64>() / numbers.len() as f64) }
}
