//! Fits the risk model to the shop's own data, on the paid plan: the free plan's 10 ms of CPU fit nothing, so there the scores rest on
//! priors until a browser fits a model, which the model's card says.
//!
//! First all purchase histories are gathered as groups, a page of customers at a time, each a part in `fit_parts`. Then the states of
//! some customers are read, the model is computed from both, and compared with the live one on customers whom neither learned from.
//! A run that dies goes on behind its last part.

use serde::{Deserialize, Serialize};
use shared::api::{Comparison, ModelCard, Plan};
use shared::risk::{self, FitInput, Group, Model, Sampled};
use shared::time::{Day, MILLIS_PER_DAY, Millis};

use super::run::{Held, JobError, Work};
use crate::db::models::{self, Live, New, Source, Which};
use crate::db::{Db, DbError, leases, runs, scores, shop, usage};
use crate::seams;

/// Customers whose histories are gathered in one part: its JSON stays far below what a row may hold, with every history its own.
const PAGE: u32 = 20_000;

/// Parts read at once.
const PARTS: u32 = 8;

/// Customers whose states a fit looks at. Of 10,000 it took 16 seconds and 26 MiB at most: the 30 seconds of CPU that a minute's cron
/// has are the limit, not the memory.
const SAMPLE: u64 = 8_000;

/// States read at once.
const STATES: u64 = 400;

/// A model is fitted anew after a day, a prior as soon as there are new data.
const FITTED_FOR: i64 = MILLIS_PER_DAY;

/// Computing writes nothing for so long that the lease would run out.
const COMPUTING: i64 = 160_000;

/// What was gathered is dropped where the run that did so died so long ago.
const GATHERED_FOR: i32 = 1;

/// How often computing may die before the run fails: beyond the first time, each looks at half as many customers.
const TRIES: u32 = 5;

/// How far a fit has come.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Cursor {
    /// The day of the fit, from its first part on.
    today: Option<Day>,
    parts: u32,
    after: i64,
    is_gathered: bool,
    /// How often computing began.
    tries: u32,
    /// The model is stored: only the run's end is not.
    is_stored: bool,
}

pub async fn has_work(db: &Db, now: Millis) -> Result<bool, DbError> {
    if usage::allowance(db, now.day()).await?.plan == Plan::Free {
        return Ok(false);
    }
    match (models::live(db).await?, models::tried_at(db).await?) {
        (None, _) => Ok(models::customers_with_orders(db).await? > 0),
        (Some(live), tried_at) => {
            let is_due = is_prior(&live) || tried_at.is_none_or(|at| now.0 - at.0 >= FITTED_FOR);
            Ok(is_due && runs::folded_since_fit(db).await?)
        }
    }
}

pub fn is_prior(live: &Live) -> bool {
    live.card.basis == "prior"
}

pub async fn work(held: &mut Held<Cursor>) -> Result<Work, JobError> {
    if held.plan == Plan::Free {
        held.count("kept_priors", 1);
        return Ok(Work::Done);
    }
    if held.cursor().is_stored {
        return Ok(Work::Done);
    }
    let is_old = |today: Day| held.now.day().since(today) > GATHERED_FOR;
    if held.cursor().today.is_none_or(is_old) {
        *held.cursor_mut() = Cursor { today: Some(held.now.day()), ..Cursor::default() };
        held.write(vec![models::drop_parts()]).await?;
        seams::point("fit.begun").await;
    }
    if !held.cursor().is_gathered && !gather(held).await? {
        return Ok(Work::More);
    }
    held.cursor_mut().tries += 1;
    let tries = held.cursor().tries;
    if tries > TRIES {
        return Err(JobError::Db(DbError::Bug(format!("computing a model did not end in {TRIES} tries"))));
    }
    held.hold_for(COMPUTING).await?;
    compute(held, tries).await?;
    Ok(Work::Done)
}

/// Gathers parts; whether all are.
async fn gather(held: &mut Held<Cursor>) -> Result<bool, JobError> {
    let today = held.cursor().today.unwrap_or_else(|| held.now.day());
    while let Some(upto) = scores::page_end(&held.db, held.cursor().after, PAGE).await? {
        if !held.has_time() {
            return Ok(false);
        }
        let Cursor { parts, after, .. } = *held.cursor();
        let cursor = held.cursor_mut();
        (cursor.parts, cursor.after) = (parts + 1, upto);
        held.write(vec![models::gather_groups(parts, after, upto, today)]).await?;
        seams::point("fit.gathered").await;
    }
    held.cursor_mut().is_gathered = true;
    Ok(true)
}

/// Computes the model and stores what becomes of it.
async fn compute(held: &mut Held<Cursor>, tries: u32) -> Result<(), JobError> {
    let shop = shop::read(&held.db).await?;
    let today = held.cursor().today.unwrap_or_else(|| held.now.day());
    let groups = groups(&held.db, held.cursor().parts).await?;
    let customers = models::customers_with_orders(&held.db).await?;
    // A first death may have any cause; whoever dies again has too much to do.
    let each = customers.div_ceil(SAMPLE).max(1) << tries.saturating_sub(2);
    let sample = sample(&held.db, each).await?;
    seams::point("fit.read").await;
    held.count("customers", groups.iter().map(|group| u64::from(group.customers)).sum());
    let input = FitInput { groups, sample, churn_days: shop.churn_days, prior: shop.prior() };
    let (model, mut card) = risk::fit(&input, shop.home_currency, today);
    card.fitted_at = Some(held.now.rfc3339());
    let FitInput { groups, sample, .. } = input;
    drop(groups);
    let live = models::live(&held.db).await?;
    let comparison = live.as_ref().filter(|live| card.basis != "prior" && is_comparable(live, &model)).map(|live| {
        let held_back: Vec<Sampled> = sample.into_iter().filter(|customer| customer.held_back).collect();
        risk::compare(&live.model, &model, &held_back, today)
    });
    seams::point("fit.computed").await;
    store(held, &model, &card, live.as_ref(), comparison.as_ref()).await
}

async fn store(
    held: &mut Held<Cursor>,
    model: &Model,
    card: &ModelCard,
    live: Option<&Live>,
    comparison: Option<&Comparison>,
) -> Result<(), JobError> {
    let new = New { model, card, source: Source::Worker, comparison };
    let stored = as_stored(model);
    // What moves no score: who would count as lost by another definition, and whom people are shown beside.
    let gives_same_scores = |live: &Live| {
        let Model { definitions, peers, .. } = stored.clone();
        Model { definitions, peers, ..live.model.clone() } == stored
    };
    let mut statements = vec![models::drop_parts()];
    match live {
        Some(live) if gives_same_scores(live) => {
            held.count(if is_prior(live) { "kept_priors" } else { "unchanged" }, 1);
            if live.model != stored || live.card.basis != card.basis {
                statements.push(models::refresh(live.id, &new));
            }
        }
        _ if comparison.is_some_and(|comparison| !comparison.accepted) => {
            held.count("refused", 1);
            statements.push(models::store_refused(&new, held.now)?);
        }
        _ => {
            held.count("fitted", 1);
            statements.extend(models::store(&new, held.now)?);
            statements.push(leases::wake("rescore"));
        }
    }
    held.cursor_mut().is_stored = true;
    held.write(statements).await?;
    seams::point("fit.written").await;
    Ok(())
}

/// The model as it reads back from JSON, which costs some figures their last digits.
fn as_stored(model: &Model) -> Model {
    serde_json::to_string(model).and_then(|text| serde_json::from_str(&text)).unwrap_or_else(|_| model.clone())
}

/// A prior, and a model for another definition of churn or another currency, makes way without a look at how good it was.
pub fn is_comparable(live: &Live, model: &Model) -> bool {
    !is_prior(live) && live.model.churn_days == model.churn_days && live.model.home == model.home
}

/// All purchase histories, from the parts.
async fn groups(db: &Db, parts: u32) -> Result<Vec<Group>, DbError> {
    let mut groups = Vec::new();
    for from in (0..parts).step_by(PARTS as usize) {
        groups.extend(models::parts(db, from, PARTS).await?.into_iter().flatten());
    }
    Ok(models::merged(groups))
}

/// One in `each` of all customers.
async fn sample(db: &Db, each: u64) -> Result<Vec<Sampled>, DbError> {
    let page = u32::try_from(STATES * each).unwrap_or(u32::MAX);
    let mut sample = Vec::new();
    let mut after = 0;
    while let Some(upto) = scores::page_end(db, after, page).await? {
        let rows = models::sample(db, after, upto, each, Which::Both).await?;
        sample.extend(rows.iter().filter_map(models::SampleRow::read));
        after = upto;
    }
    Ok(sample)
}
