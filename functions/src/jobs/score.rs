//! Folds what is new and scores who changed, or whom silence changed.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::api::{Lifecycle, MarginBasis, Plan, Risk, Tier};
use shared::clv::OrderModel;
use shared::improvement::key;
use shared::industry;
use shared::money::{Currency, Money, Rates};
use shared::reason::topics::Topics;
use shared::reason::{self, Reason, Why, text};
use shared::risk::{self, Aside, Model, Prior, Score};
use shared::segment::{self, Declared, Known, Rules, Standing};
use shared::state::{self, Base, EventFact, OrderFact, State};
use shared::time::{Day, Millis};

use super::run::{Held, JobError, WAKE, Work};
use crate::db::improvements::WishFact;
use crate::db::models::{Live, New, Source};
use crate::db::scores::{self, Claim, EventRow, Facets, Move, OrderRow, Page, PageRow, Placed};
use crate::db::{
    Db, DbError, Statement, improvements, leases, margins, models, reasons, results, rollups, segments, shop, traits, usage,
};
use crate::seams;

/// Where a pass over the customers is.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Cursor {
    after: i64,
    is_begun: bool,
    /// Everybody is scored, because the model, the thresholds or the definition of churn changed: when the wake that says so is due again.
    everybody: Option<i64>,
}

/// What a page may hold.
#[derive(Debug, Clone, Copy)]
struct Size {
    customers: u32,
    facts: u32,
}

/// What all pages of an invocation share.
struct Basis {
    model_id: i64,
    model: Model,
    /// Whoever is scored by an older model is written anew.
    oldest_model: i64,
    rates: Rates,
    /// Why customers leave: the shop's words, and what is inferred by.
    topics: Topics,
    reasons: reason::Model,
    is_prior: bool,
    /// The shop's margin comes from the cost of products, which new orders move.
    is_costed: bool,
    /// Also customers who are neither dirty nor due.
    everybody: bool,
    rules: Rules,
    declared: Vec<Declared>,
}

/// One customer of a page, scored.
#[derive(Debug)]
struct Scored {
    customer: i64,
    /// To be written, since it is not as it was stored.
    state: Option<String>,
    score: Option<(String, String)>,
    facets: Option<Facets>,
    moved: Option<Move>,
}

/// Facts of one customer beyond which they are folded in parts, so that no history is too long for the worker's memory.
const FACTS_AT_ONCE: usize = 50_000;

/// Scores that stay as they are rest on the model that first gave them, which therefore stays; but so many models are enough.
const KEPT_MODELS: u32 = 20;

/// D1 meters at most so many rows for a customer: state, score, facets.
const ROWS: u64 = 3;

/// Whether anybody is dirty or due.
pub async fn any_to_score(db: &Db, now: Millis) -> Result<bool, DbError> {
    scores::any_to_score(db, now.day()).await
}

/// Whether the plan lets so many customers be scored today: on the free plan scoring stops in time to leave rows for what
/// matters more.
pub async fn may_write(db: &Db, now: Millis, customers: u32) -> Result<bool, DbError> {
    let left = usage::allowance(db, now.day()).await?.left_for_scoring();
    Ok(left.is_none_or(|left| left >= u64::from(customers) * ROWS))
}

pub async fn work(held: &mut Held<Cursor>) -> Result<Work, JobError> {
    let size = match held.plan {
        Plan::Free => Size { customers: 25, facts: 2_000 },
        Plan::Paid => Size { customers: 400, facts: 20_000 },
    };
    if !held.cursor().is_begun {
        let answer = leases::answer_wake_if_any("rescore", WAKE);
        let outcomes = held.transact(vec![held.hold()?, answer]).await?;
        let due_at: Option<DueAt> = outcomes.get(1).map(crate::db::Outcome::first).transpose()?.flatten();
        *held.cursor_mut() = Cursor { after: 0, is_begun: true, everybody: due_at.map(|row| row.due_at) };
        seams::point("score.begun").await;
    }
    let basis = basis(held).await?;
    loop {
        if held.plan == Plan::Free && !may_write(&held.db, held.now, size.customers).await? {
            return Ok(Work::Tomorrow);
        }
        if !page(held, &basis, size).await? {
            break;
        }
        if !held.has_time() || held.plan == Plan::Free {
            return Ok(Work::More);
        }
    }
    let mut statements = Vec::new();
    if let Some(due_at) = held.cursor().everybody {
        statements.push(leases::settle_wake("rescore", due_at));
    }
    // New data may be enough to fit what rests on priors so far.
    if basis.is_prior && held.plan == Plan::Paid && held.counted("folded") > 0 {
        statements.push(leases::wake("fit"));
    }
    if held.counted("checked") > 0 {
        statements.push(segments::wake(held.plan, held.now));
    }
    if held.counted("checked") > 0 && rollups::is_large(&held.db).await? {
        statements.push(rollups::wake());
    }
    if basis.is_costed && held.counted("folded") > 0 {
        statements.push(margins::measure_costs(held.now));
    }
    if held.counted("folded") > 0 {
        statements.push(margins::measure_payment(held.now));
    }
    if !statements.is_empty() {
        held.write(statements).await?;
        seams::point("score.settled").await;
    }
    Ok(Work::Done)
}

#[derive(Debug, Deserialize)]
struct DueAt {
    due_at: i64,
}

/// The live model, which is the prior before any other, with the thresholds and the definition of churn that the shop set itself.
async fn basis(held: &mut Held<Cursor>) -> Result<Basis, JobError> {
    let shop = shop::read(&held.db).await?;
    let rates = shop::rates(&held.db, shop.home_currency).await?;
    let prior = shop.prior();
    let (model_id, model, is_prior) = match models::live(&held.db).await? {
        Some(live) if !is_outdated(&live, &prior, shop.home_currency, held.plan) => {
            (live.id, live.model, live.card.basis == "prior")
        }
        _ => {
            let (model, card) = risk::prior(shop.home_currency, prior);
            let new = New { model: &model, card: &card, source: Source::Worker, comparison: None };
            let outcomes = held.write(models::store(&new, held.now)?).await?;
            (models::new_id(outcomes.last())?, model, true)
        }
    };
    let segments::Settings { cuts, map, exclusions, declared, .. } = segments::settings(&held.db).await?;
    let margin = margins::in_force(&held.db, &shop).await?;
    let industry = shop.industry.as_deref().and_then(industry::find).map(|industry| industry.code);
    let rules = Rules { margin, industry, is_fitted: !is_prior, cuts, map, exclusions };
    Ok(Basis {
        rules,
        declared,
        model_id,
        model: shop.laid_over(model),
        oldest_model: models::oldest_kept(&held.db, KEPT_MODELS).await?,
        rates,
        topics: reasons::topics(&held.db).await?,
        reasons: reasons::model(&held.db).await?,
        is_prior,
        is_costed: shop.margin_basis == MarginBasis::Product,
        everybody: held.cursor().everybody.is_some(),
    })
}

/// The free plan fits nothing, so there a prior of another industry is replaced here, and what a browser fitted to amounts of another
/// home currency; on the paid plan the fit does it.
fn is_outdated(live: &Live, prior: &Prior, home: Currency, plan: Plan) -> bool {
    let Model { orders, rhythm, terms, .. } = &live.model;
    let is_same = *orders == OrderModel::MbgNbd(prior.orders)
        && *rhythm == prior.rhythm
        && terms.short == prior.terms.short
        && terms.long == prior.terms.long;
    plan == Plan::Free && if live.card.basis == "prior" { !is_same } else { live.model.home != home }
}

/// Whether there was one.
async fn page(held: &mut Held<Cursor>, basis: &Basis, size: Size) -> Result<bool, JobError> {
    let today = held.now.day();
    let claim = scores::claim(&Claim {
        token: held.token(),
        cursor: &held.cursor_text()?,
        lease_millis: super::run::LEASE,
        after: held.cursor().after,
        today,
        everybody: basis.everybody,
        traits: basis.model.reads_traits() || !basis.declared.is_empty(),
        staff_domains: &basis.rules.exclusions.staff_domains,
        customers: size.customers,
        facts: size.facts,
    });
    let outcomes = held.transact(claim).await?;
    seams::point("score.loaded").await;
    let page = scores::claimed(&outcomes)?;
    drop(outcomes);
    let Some(upto) = page.customers.first().map(|row| row.upto) else { return Ok(false) };
    let (statements, counts) = score_page(page, basis, held.now)?;
    held.cursor_mut().after = upto;
    for (what, count) in counts {
        held.count(what, count);
    }
    seams::point("score.computed").await;
    held.write(statements).await?;
    seams::point("score.written").await;
    Ok(true)
}

/// What a page writes, and its counts for the run.
type Written = (Vec<Statement>, [(&'static str, u64); 3]);

fn score_page(page: Page, basis: &Basis, now: Millis) -> Result<Written, DbError> {
    let Page { customers, orders, events } = page;
    let mut folded = fold_page(&orders, &events, basis)?;
    drop((orders, events));
    let (mut states, mut new_scores, mut facets, mut unreadable) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut moves = Vec::new();
    let mut asked = Vec::new();
    let dirty: Vec<i64> = customers.iter().filter(|row| row.is_dirty()).map(|row| row.customer_id).collect();
    let objecting: Vec<i64> = customers.iter().filter(|row| row.is_objecting()).map(|row| row.customer_id).collect();
    let checked = customers.len() as u64;
    for row in customers {
        let Some(state) = state_of(&row, folded.remove(&row.customer_id), &basis.rates)? else {
            unreadable.push(row.customer_id);
            continue;
        };
        let schema = state.schema;
        let wanted = wishes(&row, &state, now.day());
        let scored = score_one(&row, state, basis, now.day())?;
        states.extend(scored.state.map(|text| (scored.customer, schema, text)));
        new_scores.extend(scored.score.map(|(score, history)| (scored.customer, score, history)));
        facets.extend(scored.facets);
        moves.extend(scored.moved);
        asked.extend(wanted.map(|wanted| (scored.customer, wanted)));
    }
    let counts = [("checked", checked), ("folded", states.len() as u64), ("scored", new_scores.len() as u64)];
    let mut statements = scores::store_states(&states, now)?;
    statements.extend(scores::store_scores(&new_scores, basis.model_id, now)?);
    statements.extend(scores::remove_scores(&objecting)?);
    statements.extend(scores::store_facets(&facets)?);
    statements.extend(scores::store_moves(&moves, now.day())?);
    statements.extend(improvements::store_wishes(&asked)?);
    if !dirty.is_empty() {
        statements.push(results::look_again_of_customers(&dirty, now));
    }
    if !unreadable.is_empty() {
        statements.extend(scores::mark_dirty(&unreadable)?);
        statements.push(leases::wake("score"));
    }
    Ok((statements, counts))
}

/// What somebody asked for, where they ask for something or may have before.
fn wishes(row: &PageRow, state: &State, today: Day) -> Option<Vec<WishFact>> {
    let had_some = row.state.as_deref().is_some_and(|text| text.contains(r#""f":""#));
    let wishes = state.told.wishes(today);
    let fact = |(feature, day): (&str, Day)| WishFact(key(feature), feature.to_owned(), day.0);
    (row.is_dirty() && (had_some || !wishes.is_empty())).then(|| wishes.into_iter().map(fact).collect())
}

/// The customer's state: where it is dirty, folded just now from the rows that are there, with what is kept of rows that are gone; else
/// as it is stored. None where it must be folded first, because a
/// version with another schema wrote it.
fn state_of(row: &PageRow, folded: Option<State>, rates: &Rates) -> Result<Option<State>, DbError> {
    if row.is_dirty() {
        let bases: Vec<Base> = match &row.bases {
            Some(text) => serde_json::from_str(text).map_err(|error| DbError::Bug(format!("a base: {error}")))?,
            None => Vec::new(),
        };
        let rows = folded.unwrap_or_else(blank);
        return Ok(Some(bases.into_iter().fold(rows, |state, base| base.onto(state, rates))));
    }
    let Some(text) = &row.state else { return Ok(Some(State::default())) };
    Ok(serde_json::from_str(text).ok().filter(|state: &State| state.schema == state::SCHEMA))
}

/// The state of somebody who did nothing yet.
fn blank() -> State {
    state::fold(&[], &[], &Rates::new(Currency::USD))
}

fn score_one(row: &PageRow, mut state: State, basis: &Basis, today: Day) -> Result<Scored, DbError> {
    let json = |error: serde_json::Error| DbError::Bug(error.to_string());
    let previous: Option<Score> = row.score.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let state_text = serde_json::to_string(&state).map_err(json)?;
    // Of somebody who did nothing yet there is nothing to keep.
    let is_blank = row.state.is_none() && state == blank();
    if row.is_objecting() {
        let is_new_state = row.is_dirty() && !is_blank && row.state.as_deref() != Some(&state_text);
        let standing = segment::stand_apart(&basis.rules);
        let facets = unscored(row, &state, placed(&standing));
        return Ok(Scored {
            moved: moved(row, Tier::NotScored, &standing),
            customer: row.customer_id,
            state: is_new_state.then_some(state_text),
            score: None,
            facets: Some(facets),
        });
    }
    state.traits = row.traits.as_deref().map(traits::read).unwrap_or_default();
    let asides: Vec<Aside> = row.asides.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let score = risk::set_aside(risk::score(&state, &basis.model, previous.as_ref(), today), &asides, today);
    let score = Score { why: why(&state, row.reason(), &basis.reasons, today), ..score };
    let tags = row.tags.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let known = Known { tags, is_staff: row.is_staff(), objects: false };
    let standing = segment::stand(&state, &score, &known, &basis.rules, today);
    let rescore = score.rescore.into_iter().chain(standing.rescore).min();
    let score = Score { chances: standing.chances, cell: Some(standing.cell), rescore, ..score };
    let is_new_state = row.is_dirty() && !is_blank && row.state.as_deref() != Some(&state_text);
    let is_same = match &previous {
        Some(previous) => is_same_score(previous, &score) && row.model_id.is_some_and(|model| model >= basis.oldest_model),
        None => is_blank,
    };
    let new_score = if is_same {
        None
    } else {
        let history = row.history.as_deref().unwrap_or_default();
        let history = risk::history_with(history, &state, &basis.model, &score, today);
        Some((serde_json::to_string(&score).map_err(json)?, history))
    };
    let place = (placed(&standing), columns(&state, &basis.declared, today));
    let is_moved =
        previous.as_ref().is_some_and(|previous| previous.rescore != score.rescore) || row.placed().as_ref() != Some(&place);
    let is_asked_for = row.is_dirty() || !basis.everybody;
    let facets = (is_asked_for || new_score.is_some() || is_moved).then(|| facets(row, &state, &score, place));
    let moved = moved(row, score.tier, &standing);
    Ok(Scored { customer: row.customer_id, state: is_new_state.then_some(state_text), score: new_score, facets, moved })
}

/// What a person said stands; of somebody of whom nothing tells there is nothing to keep.
fn why(state: &State, corrected: Option<Reason>, model: &reason::Model, today: Day) -> Option<Why> {
    let why = reason::infer(state, model, today);
    match corrected {
        Some(reason) => Some(why.corrected_to(reason)),
        None => (!why.evidence.is_empty()).then_some(why),
    }
}

/// Who was placed before and is elsewhere now.
fn moved(row: &PageRow, tier: Tier, standing: &Standing) -> Option<Move> {
    let was = row.segment?;
    let became = standing.segment.number();
    let tiers = (row.tier != tier.code()).then_some((row.tier, tier.code()));
    let segments = (was != became).then_some((was, became));
    (tiers.is_some() || segments.is_some()).then(|| {
        let (was, became) = segments.unzip();
        let (tier_was, tier_became) = tiers.unzip();
        Move(row.customer_id, was, became, tier_was, tier_became)
    })
}

fn placed(standing: &Standing) -> Placed {
    let Standing { cell, segment, chances, excluded, waiting, regain, margin_back, order_back, .. } = *standing;
    let per_mille = |p: f64| (p.clamp(0.0, 1.0) * 1e3).round() as u16;
    Placed(
        cell.reason.number(),
        cell.engagement.number(),
        cell.value.number(),
        cell.win_back.number(),
        segment.number(),
        excluded.map_or(0, |excluded| excluded.number()),
        waiting,
        regain,
        chances.map(|chances| per_mille(chances.contact)),
        chances.map(|chances| per_mille(chances.none)),
        margin_back.map(|margin| margin.0),
        order_back.map(|order| order.0),
    )
}

/// What the columns `t1` to `t20` hold.
fn columns(state: &State, declared: &[Declared], today: Day) -> Vec<Option<i64>> {
    let stored = |Declared { name, kind }: &Declared| kind.stored(state.traits.on(name, today)?);
    declared.iter().map(stored).chain(std::iter::repeat(None)).take(segment::MOST_DECLARED).collect()
}

fn facets(row: &PageRow, state: &State, score: &Score, (placed, columns): (Placed, Vec<Option<i64>>)) -> Facets {
    Facets(
        row.customer_id,
        score.lifecycle.code(),
        score.tier.code(),
        ten_thousandths(score.risk.p30),
        ten_thousandths(score.risk.p60),
        ten_thousandths(score.risk.p90),
        score.value.map(|value| value.0),
        state.first_day().map(|day| day.0),
        state.last_day().map(|day| day.0),
        state.buy_days(),
        state.orders(),
        score.deadline.map(|day| day.0),
        score.rescore.map(|day| day.0),
        row.is_dirty().into(),
        placed,
        columns,
    )
}

/// Of somebody who objects: what they did, and nothing that would follow from it.
fn unscored(row: &PageRow, state: &State, placed: Placed) -> Facets {
    let [first, last] = [state.first_day(), state.last_day()].map(|day| day.map(|day| day.0));
    let (lifecycle, tier) = (Lifecycle::default().code(), Tier::NotScored.code());
    let days = (state.buy_days(), state.orders());
    let columns = vec![None; segment::MOST_DECLARED];
    Facets(
        row.customer_id,
        lifecycle,
        tier,
        0,
        0,
        0,
        None,
        first,
        last,
        days.0,
        days.1,
        None,
        None,
        row.is_dirty().into(),
        placed,
        columns,
    )
}

/// Equal in all that is shown or sorted by; the last digits of a probability are neither.
fn is_same_score(one: &Score, other: &Score) -> bool {
    let close = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 5e-4,
        (a, b) => a.is_none() && b.is_none(),
    };
    let whole = |score: &Score| {
        let per_cent = |risk: &Risk| [risk.p30, risk.p60, risk.p90].map(|p| (p * 100.0).round() as i32);
        let interval = score.interval.map(|interval| [interval.low, interval.high].map(|risk| per_cent(&risk)));
        let texts = (score.triggers.clone(), score.rhythm.clone());
        let values = (score.value, score.second_value);
        let chances =
            score.chances.map(|chances| ([chances.contact, chances.none].map(|p| (p * 100.0).round() as i32), chances.basis));
        let place = (chances, score.cell);
        (score.tier, score.lifecycle, score.deadline, values, per_cent(&score.risk), interval, texts, (score.rescore, place))
    };
    whole(one) == whole(other)
        && one.why.as_ref().map(reason_shown) == other.why.as_ref().map(reason_shown)
        && close(one.p_alive, other.p_alive)
        && close(one.p_return, other.p_return)
        && close(one.expected_orders.map(|n| n / 10.0), other.expected_orders.map(|n| n / 10.0))
        && is_same_interval(one.alive_interval, other.alive_interval, |p| p + 1.0)
        && is_same_interval(one.orders_interval, other.orders_interval, |orders| orders + 0.1)
        && is_same_interval(one.value_interval, other.value_interval, |value| value.0 as f64)
        && is_same_interval(one.second_value_interval, other.second_value_interval, |value| value.0 as f64)
}

/// What is shown of a reason.
fn reason_shown(why: &Why) -> (Reason, i32, bool, Vec<&str>, &[String]) {
    let texts = why.evidence.iter().map(|evidence| evidence.text.as_str()).collect();
    (why.reason, (why.probability * 100.0).round() as i32, why.corrected, texts, &why.features)
}

/// Whether neither end has moved by more than a two-hundredth: an interval's third digit says nothing.
fn is_same_interval<T>(one: Option<(T, T)>, other: Option<(T, T)>, figure: impl Fn(T) -> f64) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => [(one.0, other.0), (one.1, other.1)].into_iter().all(|(one, other)| {
            let (one, other) = (figure(one), figure(other));
            (one - other).abs() <= 5e-3 * one.abs().max(other.abs())
        }),
        (one, other) => one.is_none() && other.is_none(),
    }
}

fn ten_thousandths(probability: f64) -> u32 {
    (probability.clamp(0.0, 1.0) * 10_000.0).round() as u32
}

/// Facts of one customer that are not folded yet.
#[derive(Default)]
struct Open {
    orders: Vec<OrderFact>,
    events: Vec<EventFact>,
}

/// The states of all customers that have an order or event on the page.
fn fold_page(orders: &[String], events: &[String], basis: &Basis) -> Result<HashMap<i64, State>, DbError> {
    let json = |error: serde_json::Error| DbError::Bug(format!("a page's facts: {error}"));
    let mut open: HashMap<i64, Open> = HashMap::new();
    let mut states = HashMap::new();
    let mut count = 0;
    for text in orders {
        let rows: Vec<OrderRow> = serde_json::from_str(text).map_err(json)?;
        count += rows.len();
        for OrderRow(customer, at, amount, currency, refunded, discount, status) in rows {
            let Ok(currency) = Currency::parse(&currency) else { continue };
            open.entry(customer).or_default().orders.push(OrderFact {
                at: Millis(at),
                amount: Money::new(amount, currency),
                refunded,
                discount,
                paid: matches!(status.as_str(), "paid" | "refunded"),
            });
        }
        fold_if_many(&mut open, &mut states, &mut count, basis);
    }
    for text in events {
        let rows: Vec<EventRow> = serde_json::from_str(text).map_err(json)?;
        count += rows.len();
        for EventRow(customer, at, name, properties) in rows {
            let properties = match serde_json::from_str(&properties) {
                Ok(Value::Object(properties)) => properties,
                _ => serde_json::Map::new(),
            };
            open.entry(customer).or_default().events.push(EventFact { at: Millis(at), name, properties });
        }
        fold_if_many(&mut open, &mut states, &mut count, basis);
    }
    fold_all(&mut open, &mut states, basis);
    Ok(states)
}

fn fold_if_many(open: &mut HashMap<i64, Open>, states: &mut HashMap<i64, State>, count: &mut usize, basis: &Basis) {
    if *count > FACTS_AT_ONCE {
        fold_all(open, states, basis);
        *count = 0;
    }
}

fn fold_all(open: &mut HashMap<i64, Open>, states: &mut HashMap<i64, State>, basis: &Basis) {
    for (customer, facts) in open.drain() {
        let part = state::fold_by(&facts.orders, &facts.events, &basis.rates, &|words| text::read(words, &basis.topics));
        let whole = match states.remove(&customer) {
            Some(state) => State::merge(state, part),
            None => part,
        };
        states.insert(customer, whole);
    }
}
