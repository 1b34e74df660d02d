//! Fits the risk model to the shop's own data, on the paid plan: the free plan's 10 ms of CPU fit nothing, so its scores rest on
//! priors, which the model's card says.

use shared::api::Plan;
use shared::risk::{self, FitInput, Group, Model};
use shared::time::{MILLIS_PER_DAY, Millis};

use super::run::{Held, JobError, Work};
use crate::db::models::Live;
use crate::db::{Db, DbError, leases, models, runs, scores, shop, usage};
use crate::seams;

/// Customers whose histories are grouped by one query.
const PAGE: u32 = 20_000;

/// States that a fit looks at; more would not fit into the worker's memory.
const SAMPLE: u64 = 4_000;

/// A fitted model is fitted anew after a day, a prior as soon as there are new data.
const FITTED_FOR: i64 = MILLIS_PER_DAY;

pub async fn has_work(db: &Db, now: Millis) -> Result<bool, DbError> {
    if usage::allowance(db, now.day()).await?.plan == Plan::Free {
        return Ok(false);
    }
    match models::live(db).await? {
        Some(live) if is_prior(&live) || now.0 - live.created_at.0 >= FITTED_FOR => runs::folded_since_fit(db).await,
        Some(_) => Ok(false),
        None => Ok(models::customers_with_orders(db).await? > 0),
    }
}

pub fn is_prior(live: &Live) -> bool {
    live.card.basis == "prior"
}

pub async fn work(held: &mut Held<()>) -> Result<Work, JobError> {
    if held.plan == Plan::Free {
        held.count("kept_priors", 1);
        return Ok(Work::Done);
    }
    let shop = shop::read(&held.db).await?;
    let today = held.now.day();
    let input = FitInput { churn_days: shop.churn_days, prior: shop.prior(), ..read(held).await? };
    held.count("customers", input.groups.iter().map(|group| u64::from(group.customers)).sum());
    let (model, mut card) = risk::fit(&input, shop.home_currency, today);
    seams::point("fit.computed").await;
    card.fitted_at = Some(held.now.rfc3339());
    let live = models::live(&held.db).await?;
    // A run that died after it had stored the model, with the wake that has everybody scored by it.
    if live.as_ref().is_some_and(|live| held.now.0 - live.created_at.0 < FITTED_FOR && is_stored(&model, live)) {
        held.count("fitted_before", 1);
        return Ok(Work::Done);
    }
    // Priors again move no score, but who would count as lost by another definition may have changed.
    let scores_stay =
        |live: &Live| is_prior(live) && Model { definitions: model.definitions.clone(), ..live.model.clone() } == model;
    if let Some(live) = live.filter(|live| card.basis == "prior" && scores_stay(live)) {
        held.count("kept_priors", 1);
        if live.model != model {
            held.write(models::store(&model, &card, held.now)).await?;
        }
        return Ok(Work::Done);
    }
    held.count("fitted", 1);
    let mut statements = models::store(&model, &card, held.now);
    statements.push(leases::wake("rescore"));
    held.write(statements).await?;
    seams::point("fit.written").await;
    Ok(Work::Done)
}

/// Whether the live model is this one, whose figures lose their last digits on the way through JSON.
fn is_stored(model: &Model, live: &Live) -> bool {
    let stored = serde_json::to_string(model).and_then(|text| serde_json::from_str::<Model>(&text));
    live.card.basis != "prior" && stored.is_ok_and(|stored| stored == live.model)
}

/// All purchase histories as groups, and the states of some customers.
async fn read(held: &mut Held<()>) -> Result<FitInput, JobError> {
    let today = held.now.day();
    let customers = models::customers_with_orders(&held.db).await?;
    let each = customers.div_ceil(SAMPLE).max(1);
    let mut groups: std::collections::BTreeMap<(u32, u32, u32), u32> = std::collections::BTreeMap::new();
    let mut sample = Vec::new();
    let mut after = 0;
    while let Some(upto) = scores::page_end(&held.db, after, PAGE).await? {
        for Group { repeats, recency, age, customers } in models::groups(&held.db, after, upto, today).await? {
            *groups.entry((repeats, recency, age)).or_default() += customers;
        }
        // A page of states at a time: they are the larger part.
        let mut from = after;
        while let Some(to) = scores::page_end(&held.db, from, PAGE / 10).await?.filter(|_| from < upto) {
            sample.extend(models::sample_states(&held.db, from, to, each).await?.into_iter().map(risk::Sampled::from));
            from = to;
        }
        after = upto;
        held.write(Vec::new()).await?;
    }
    let groups =
        groups.into_iter().map(|((repeats, recency, age), customers)| Group { repeats, recency, age, customers }).collect();
    Ok(FitInput { groups, sample, ..FitInput::default() })
}
