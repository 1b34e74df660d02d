//! What the shop's own past teaches beside the models of orders and terms, and how well it would have foretold that past.

use std::rc::Rc;

use super::backtest::Outcomes;
use super::explain::{importance, topic_in_words};
use super::origin::{self, Candidate, HeldOut, Learned, Study, Validated};
use super::question::{HORIZON, Outcome, PastModels, is_gone};
use super::standpoint::{HORIZONS, Standpoint};
use super::tiers::shown_per_cent;
use super::view::{millionths, scaled};
use super::{FitInput, Model, Sampled};
use crate::api::{CalibrationBin, Importance, Tried, Validation};
use crate::money::Currency;
use crate::signal::Past;
use crate::time::Day;

/// Looks at customers' past that one lesson is learned from: more teach a shop of any size little, and a fit has to end in time
/// on a worker and in a browser.
const MOST_ROWS: usize = 15_000;

/// Calibration is shown in so many groups of equal size.
const BINS: usize = 10;

/// Standard errors to each side of a 90 % interval.
const Z: f64 = 1.645;

/// What moves predictions is measured on so many customers.
const MEASURED: usize = 300;

/// So many kinds of figures are worth showing.
const MOST_IMPORTANT: usize = 8;

/// Both lessons, where there is past enough, with the models of the days that they were learned from.
pub(super) struct Lessons {
    pub(super) models: PastModels,
    pub(super) leaving: Option<Study>,
    pub(super) returning: Option<Study>,
}

impl Lessons {
    /// Of days up to `until` alone; who returns is not asked where only those who leave matter.
    pub(super) fn of(input: &FitInput, home: Currency, until: Day, only_leaving: bool) -> Self {
        let settings = origin::Settings { most_rows: MOST_ROWS, ..origin::Settings::default() };
        let days =
            (HORIZON..=Past::MAX_DAYS_BACK).step_by(usize::try_from(settings.step).unwrap_or(1)).map(|back| until.plus(-back));
        let models = PastModels::of(&input.sample, days, &input.prior, input.churn_days);
        let learn = |event| origin::learn(&Outcome { event, models: &models }, &input.sample, home, until, &settings).ok();
        let leaving = learn(origin::Event::Churn);
        let returning = if only_leaving { None } else { learn(origin::Event::Return) };
        Self { models, leaving, returning }
    }

    /// What was said of each horizon of those held out, and what came of it; `None` where nothing was learned.
    pub(super) fn outcomes(&self, customers: &[Sampled]) -> Option<([Outcomes; 3], Day)> {
        let study = self.leaving.as_ref()?;
        let mut outcomes = [Outcomes::default(), Outcomes::default(), Outcomes::default()];
        for row in &study.held_out {
            let Some((customer, model)) = self.seen(customers, row) else { continue };
            let Ok(standpoint) = Standpoint::of(&customer.state, &model, row.origin) else { continue };
            let Some(base) = standpoint.chances(&model, 0.0, row.origin) else { continue };
            for ((horizon, predicted), outcomes) in HORIZONS.into_iter().zip(scaled(base, row.probability)).zip(&mut outcomes) {
                outcomes.add(shown_per_cent(predicted), is_gone(customer, &model, row.origin, horizon));
            }
        }
        Some((outcomes, study.learned.origins.1))
    }

    fn seen<'a>(&self, customers: &'a [Sampled], row: &HeldOut) -> Option<(&'a Sampled, Rc<Model>)> {
        Some((customers.get(row.customer)?, self.models.on(row.origin)?))
    }
}

/// The card of one lesson. `model` must already hold what was learned, for what moves its predictions.
pub(super) fn validation(study: &Study, model: &Model, customers: &[Sampled], today: Day) -> Validation {
    let learned = &study.learned;
    let every = customers.len().div_ceil(MEASURED).max(1);
    let measured = customers.iter().step_by(every).map(|customer| (&customer.state, today));
    let weights = importance(measured, model, learned.event == origin::Event::Return);
    Validation {
        learner: name(learned.chosen).to_owned(),
        text: text(study),
        origins: origins(study),
        tried: learned.fits.iter().map(|fit| tried(fit.candidate, &fit.figures)).collect(),
        calibration: bins(&study.held_out),
        importance: weights
            .into_iter()
            .take(MOST_IMPORTANT)
            .map(|(code, weight)| Importance { text: topic_in_words(&code), code, weight: millionths(weight) })
            .collect(),
    }
}

fn name(candidate: Candidate) -> &'static str {
    match candidate {
        Candidate::Recency => "recency",
        Candidate::Btyd => "history",
        Candidate::Logistic => "logistic",
        Candidate::Boosted => "boosted",
    }
}

fn tried(candidate: Candidate, figures: &crate::learn::metrics::Figures) -> Tried {
    Tried {
        learner: name(candidate).to_owned(),
        customers: count(figures.n),
        happened: count(libm::round(figures.n as f64 * figures.base_rate.unwrap_or(0.0)) as usize),
        auc: figures.auc.map(millionths),
        brier: millionths(figures.brier.unwrap_or(0.0)),
        log_loss: millionths(figures.log_loss.unwrap_or(0.0)),
        ece: millionths(figures.ece.unwrap_or(0.0)),
    }
}

fn origins(study: &Study) -> Vec<String> {
    let mut days: Vec<Day> = study.held_out.iter().map(|row| row.origin).collect();
    days.sort_unstable();
    days.dedup();
    days.into_iter().map(Day::iso).collect()
}

/// In the marketer's words.
fn text(study: &Study) -> String {
    let Learned { rows, customers, validated, event, .. } = &study.learned;
    let judged = match validated {
        Validated::LaterDays => "on later days than it had learned from",
        Validated::OtherCustomers => {
            "on customers whom it had not learned from, because the past is too millionths for later days"
        }
    };
    let (said, came) = (
        share(study.held_out.iter().map(|row| row.probability)),
        share(study.held_out.iter().map(|row| f64::from(u8::from(row.happened)))),
    );
    let (of, expected) = match event {
        origin::Event::Churn => ("", "to be lost within 90 days"),
        origin::Event::Return => ("lost ones ", "to come back within 90 days"),
    };
    format!(
        "Learned from {customers} customers ({rows} looks at their past) and judged {judged}. On the newest days, of customers whom it had not learned from, it expected {:.0} of 100 {of}{expected}; it was {:.0}.",
        said * 100.0,
        came * 100.0
    )
}

fn share(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
    if n > 0.0 { sum / n } else { 0.0 }
}

/// Groups of equal size by the predicted probability; the interval of the share is Wilson's (1927).
fn bins(held_out: &[HeldOut]) -> Vec<CalibrationBin> {
    let mut rows: Vec<(f64, bool)> = held_out.iter().map(|row| (row.probability, row.happened)).collect();
    rows.sort_by(|one, other| one.0.total_cmp(&other.0));
    let size = rows.len().div_ceil(BINS).max(1);
    rows.chunks(size)
        .map(|rows| {
            let n = rows.len() as f64;
            let observed = share(rows.iter().map(|(_, happened)| f64::from(u8::from(*happened))));
            let z2 = Z * Z;
            let middle = (observed + z2 / (2.0 * n)) / (1.0 + z2 / n);
            let half = Z / (1.0 + z2 / n) * libm::sqrt(observed * (1.0 - observed) / n + z2 / (4.0 * n * n));
            CalibrationBin {
                customers: count(rows.len()),
                predicted: millionths(share(rows.iter().map(|(predicted, _)| *predicted))),
                observed: millionths(observed),
                low: millionths((middle - half).max(0.0)),
                high: millionths((middle + half).min(1.0)),
            }
        })
        .collect()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
