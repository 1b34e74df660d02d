//! Fitting, comparing, choosing, calibrating.

use super::own;
use super::pool::Pool;
use super::{Candidate, Fit, Learned, Learner, OwnColumns, Question, Validated};
use crate::learn::calibrate::{Calibration, Platt};
use crate::learn::metrics::{figures, row_log_loss};
use crate::learn::{BoostSettings, LearnError, probability};
use crate::money::Currency;
use crate::signal::Past;
use crate::time::Day;
use crate::traits::Traits;

/// How the past is cut up. The default is what the product uses.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Days between origins.
    pub step: i32,
    /// Customers take turns on the origins where there would be more rows.
    pub most_rows: usize,
    /// Of the logistic regression.
    pub penalty: f64,
    pub boost: BoostSettings,
}

impl Default for Settings {
    fn default() -> Self {
        // Rows of one customer on many origins are much alike: larger leaves and smaller trees than for rows of as many people.
        let boost = BoostSettings { rounds: 120, depth: 2, min_rows: 40, ..BoostSettings::default() };
        Self { step: 15, most_rows: 40_000, penalty: 1.0, boost }
    }
}

/// What was learned, and what the chosen candidate said of rows that it was not fitted on, calibrated: for thresholds.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    pub learned: Learned,
    pub held_out: Vec<HeldOut>,
}

/// One customer on one of the newest origins, predicted by a learner that was fitted on other customers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeldOut {
    pub customer: usize,
    pub origin: Day,
    /// Days since the last purchase; NaN where nothing was bought.
    pub silence: f64,
    pub logit: f64,
    pub probability: f64,
    pub happened: bool,
}

/// Below so many rows with the event, or without it, nothing is learned.
const MIN_OUTCOMES: usize = 40;

/// Below so many of each a calibration is noise.
const MIN_CALIBRATION: usize = 50;

/// Groups of customers, each held out once.
const CUSTOMER_FOLDS: usize = 3;

/// Of the newest origins, so many calibrate.
const NEWEST: i32 = 3;

/// Candidates are judged on the newest origin and on one so many days before it.
const JUDGED_BEFORE: i32 = 30;

/// The candidates fitted on all rows that were complete by `until`, and the one to use.
///
/// # Errors
/// [`LearnError::NoRows`] and [`LearnError::OneOutcome`] where the past is too short or nothing of either kind happened in it.
pub fn learn<Q: Question>(
    question: &Q,
    customers: &[Q::Customer],
    home: Currency,
    until: Day,
    settings: &Settings,
) -> Result<Study, LearnError> {
    let origins = origins(question.horizon(), until, settings.step);
    let every = (customers.len() * origins.len()).div_ceil(settings.most_rows.max(1)).max(1);
    let mut pool = Pool::default();
    for (nth, origin) in origins.iter().enumerate() {
        pool.add(question, customers, home, *origin, |place| (place + nth) % every == 0);
    }
    let (events, others) = pool.outcomes();
    if pool.is_empty() {
        return Err(LearnError::NoRows);
    }
    if events < MIN_OUTCOMES || others < MIN_OUTCOMES {
        return Err(LearnError::OneOutcome);
    }
    let none = Traits::default();
    let traits = |place: usize| customers.get(place).map_or(&none, |customer| &question.state(customer).traits);
    let own = own::add(&mut pool, traits, until);
    let columns = pool.telling();
    let trial = Trial { question, settings, columns: &columns, every };
    let (judged, validated) = match trial.on_later_days(&pool) {
        Some(judged) => (judged, Validated::LaterDays),
        None => (trial.on_other_customers(&pool).ok_or(LearnError::OneOutcome)?, Validated::OtherCustomers),
    };
    let chosen = choose(&judged);
    let held_out = match validated {
        Validated::LaterDays => trial.on_other_customers(&pool),
        Validated::OtherCustomers => Some(judged.clone()),
    };
    let calibrations = held_out.as_ref().map(|held_out| held_out.logits.iter().map(|(_, logits)| calibration(held_out, logits)));
    let calibrations: Vec<Calibration> = calibrations.map(Iterator::collect).unwrap_or_default();
    let mut fits = Vec::new();
    for (place, (candidate, logits)) in judged.logits.iter().enumerate() {
        let (columns, learner) = trial.fit(*candidate, &pool)?;
        let probabilities: Vec<f64> = logits.iter().map(|logit| probability(*logit)).collect();
        fits.push(Fit {
            candidate: *candidate,
            own: if candidate.reads_all() { own.clone() } else { OwnColumns::default() },
            columns,
            learner,
            calibration: calibrations.get(place).cloned().unwrap_or_default(),
            figures: figures(judged.rows.labels(), &probabilities),
            loss_over_chosen: judged.difference(*candidate, chosen),
        });
    }
    let learned = Learned {
        event: question.event(),
        horizon: question.horizon(),
        until,
        origins: (pool.origins().iter().min().copied().unwrap_or(until), pool.origins().iter().max().copied().unwrap_or(until)),
        rows: pool.len(),
        customers: distinct(pool.customers()),
        chosen,
        validated,
        fits,
    };
    let held_out = held_out.map(|held_out| told(&held_out, &learned)).unwrap_or_default();
    Ok(Study { learned, held_out })
}

/// Newest first. Features are exact so far back; a long horizon begins later and needs a few origins too.
fn origins(horizon: i32, until: Day, step: i32) -> Vec<Day> {
    let horizon = horizon.max(1);
    let farthest = Past::MAX_DAYS_BACK.max(horizon.saturating_add(90));
    (horizon..=farthest).step_by(usize::try_from(step.max(1)).unwrap_or(1)).map(|back| until.plus(-back)).collect()
}

/// Rows and what each candidate says of them, fitted on others.
#[derive(Debug, Clone)]
struct Judged {
    rows: Pool,
    logits: Vec<(Candidate, Vec<f64>)>,
}

struct Trial<'a, Q> {
    question: &'a Q,
    settings: &'a Settings,
    columns: &'a [String],
    /// Customers take turns: of each so many, one is on an origin.
    every: usize,
}

impl<Q: Question> Trial<'_, Q> {
    fn fit(&self, candidate: Candidate, pool: &Pool) -> Result<(Vec<String>, Learner), LearnError> {
        let columns = candidate.columns(self.columns);
        let learner = candidate.fit(&pool.matrix(&columns), pool, self.question.event(), self.settings)?;
        Ok((columns, learner))
    }

    /// `None` where the past is too short.
    fn on_later_days(&self, pool: &Pool) -> Option<Judged> {
        let newest = *pool.origins().iter().max()?;
        let horizon = self.question.horizon();
        let folds = [newest, newest.plus(-JUDGED_BEFORE)].into_iter().filter_map(|judge| {
            let fitted = pool.select(|_, origin| origin <= judge.plus(-horizon));
            let judged = pool.select(|_, origin| origin == judge);
            (enough(&fitted, MIN_OUTCOMES) && enough(&judged, MIN_OUTCOMES / 4)).then_some((fitted, judged))
        });
        self.judge(folds)
    }

    /// `None` where a fold lacks an outcome.
    fn on_other_customers(&self, pool: &Pool) -> Option<Judged> {
        let newest = *pool.origins().iter().max()?;
        let from = newest.plus(-(NEWEST - 1) * self.settings.step.max(1));
        // Neighbours in the list take turns on the origins, so folds are of runs of neighbours.
        let fold_of = |customer: usize| customer / self.every % CUSTOMER_FOLDS;
        let folds = (0..CUSTOMER_FOLDS).filter_map(|fold| {
            let fitted = pool.select(|customer, _| fold_of(customer) != fold);
            let judged = pool.select(|customer, origin| fold_of(customer) == fold && origin >= from);
            (enough(&fitted, MIN_OUTCOMES / 2) && !judged.is_empty()).then_some((fitted, judged))
        });
        self.judge(folds)
    }

    fn judge(&self, folds: impl Iterator<Item = (Pool, Pool)>) -> Option<Judged> {
        let mut all: Option<Judged> = None;
        for (fitted, judged) in folds {
            let mut logits = Vec::new();
            for candidate in Candidate::ALL {
                let (columns, learner) = self.fit(candidate, &fitted).ok()?;
                logits.push((candidate, learner.logits(&judged.matrix(&columns))));
            }
            match &mut all {
                None => all = Some(Judged { rows: judged, logits }),
                Some(all) => {
                    all.rows.append(judged);
                    for ((_, known), (_, more)) in all.logits.iter_mut().zip(logits) {
                        known.extend(more);
                    }
                }
            }
        }
        all
    }
}

impl Judged {
    fn losses(&self, candidate: Candidate) -> Vec<f64> {
        let logits = self.logits.iter().find(|(known, _)| *known == candidate).map_or(&[] as &[f64], |(_, logits)| logits);
        let loss = |(label, logit): (&f64, &f64)| row_log_loss(*label, probability(*logit));
        self.rows.labels().iter().zip(logits).map(loss).collect()
    }

    fn mean_loss(&self, candidate: Candidate) -> f64 {
        self.losses(candidate).iter().sum::<f64>() / (self.rows.len().max(1) as f64)
    }

    /// Mean log loss of the one over the other, and its standard error. A customer's rows count as one draw: they are much alike.
    fn difference(&self, one: Candidate, other: Candidate) -> (f64, f64) {
        let n = self.rows.len().max(1) as f64;
        let differences: Vec<f64> =
            self.losses(one).into_iter().zip(self.losses(other)).map(|(one, other)| one - other).collect();
        let mean = differences.iter().sum::<f64>() / n;
        let mut by_customer = std::collections::BTreeMap::<usize, f64>::new();
        for (customer, difference) in self.rows.customers().iter().zip(&differences) {
            *by_customer.entry(*customer).or_default() += difference - mean;
        }
        let squares: f64 = by_customer.values().map(|sum| sum * sum).sum();
        (mean, libm::sqrt(squares) / n)
    }
}

/// Trees must be better than the line by more than one standard error (Breiman et al. 1984, section 3.4.3), and either better at
/// all than the buy-till-you-die probability, which both know already as a feature.
fn choose(judged: &Judged) -> Candidate {
    let (gain, error) = judged.difference(Candidate::Logistic, Candidate::Boosted);
    let learned = if gain > error { Candidate::Boosted } else { Candidate::Logistic };
    if judged.mean_loss(learned) < judged.mean_loss(Candidate::Btyd) { learned } else { Candidate::Btyd }
}

fn calibration(judged: &Judged, logits: &[f64]) -> Calibration {
    if !enough(&judged.rows, MIN_CALIBRATION) {
        return Calibration::None;
    }
    Platt::fit(logits, judged.rows.labels(), None).map_or(Calibration::None, Calibration::Platt)
}

fn told(judged: &Judged, learned: &Learned) -> Vec<HeldOut> {
    let Some(fit) = learned.chosen() else { return Vec::new() };
    let Some((_, logits)) = judged.logits.iter().find(|(candidate, _)| *candidate == learned.chosen) else { return Vec::new() };
    let rows = &judged.rows;
    rows.customers()
        .iter()
        .zip(rows.origins())
        .zip(rows.silences())
        .zip(rows.labels())
        .zip(logits)
        .map(|((((customer, origin), silence), label), logit)| HeldOut {
            customer: *customer,
            origin: *origin,
            silence: *silence,
            logit: *logit,
            probability: fit.calibration.probability(*logit),
            happened: *label > 0.5,
        })
        .collect()
}

fn enough(pool: &Pool, least: usize) -> bool {
    let (events, others) = pool.outcomes();
    events >= least && others >= least
}

fn distinct(customers: &[usize]) -> usize {
    customers.iter().collect::<std::collections::BTreeSet<_>>().len()
}
