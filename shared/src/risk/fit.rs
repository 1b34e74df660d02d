//! The model of a shop, from its own data where they suffice.

use std::collections::BTreeMap;

use super::backtest;
use super::definition::definitions;
use super::forecast::{self, Trial};
use super::lessons::{Lessons, validation};
use super::origin::{Candidate, Study};
use super::replay::replay;
use super::rhythm::{MAX_CAME_BACK, Rhythm};
use super::terms::TermModel;
use super::{FitInput, Group, Model, PeerGroups, Prior, SCHEMA, Sampled};
use crate::api::{ModelCard, Thresholds};
use crate::clv::{BgNbd, FitError, Fitted, GammaGamma, History, MbgNbd, Nbd, OrderModel};
use crate::industry::GENERAL;
use crate::money::Currency;
use crate::signal::Feeds;
use crate::state::State;
use crate::time::Day;

/// Below so many customers who bought again the shop's own figures are noise, and priors stand in.
pub const MIN_REPEAT_BUYERS: u64 = 200;

const MIN_SPENDERS: usize = 50;

/// The model for a shop of whose data nothing is known yet, marked as a prior.
pub fn prior(home: Currency, prior: Prior) -> (Model, ModelCard) {
    fit(&FitInput { prior, ..FitInput::default() }, home, Day(0))
}

/// Fits every part that the data can carry and takes priors for the rest; the card says which. Rows after `today` change nothing.
pub fn fit(input: &FitInput, home: Currency, today: Day) -> (Model, ModelCard) {
    let sample = Sample::of(&input.sample, today);
    let counts = Counts::of(&input.groups, today);
    let Assembled { mut model, fitted, trial, lessons } = assemble(input, Some(&input.groups), home, today);
    model.definitions = definitions(&sample, &input.groups, &model, today);
    model.peers = PeerGroups::of(sample.states(), &model, today);
    let mut card = card(&model, fitted.as_ref(), &counts, &input.prior);
    card.forecast = model.forecast.as_ref().map(|fitted| forecast::told(fitted, trial.as_ref()));
    card.validation = lessons.leaving.as_ref().map(|study| validation(study, &model, &input.sample, today));
    card.returns = lessons.returning.as_ref().map(|study| validation(study, &model, &input.sample, today));
    card.backtest = replay(input, home, today);
    (model, card)
}

/// All that predicts, without what describes it.
pub(super) struct Assembled {
    pub(super) model: Model,
    pub(super) fitted: Option<Chosen>,
    trial: Option<Trial>,
    pub(super) lessons: Lessons,
}

/// The model as of `until`, on rows up to it alone. `groups` are the histories of all customers as of that day; without them those
/// of the sample stand in, and who returns and what people see of orders to come are left out, as a replay of the past wants it.
pub(super) fn assemble(input: &FitInput, groups: Option<&[Group]>, home: Currency, until: Day) -> Assembled {
    let sample = Sample::of(&input.sample, until);
    // The groups do not tell whose orders are the invoices of a subscription: where there are such, only the sample's buyers do.
    let (histories, repeat_buyers) = match groups.filter(|_| !sample.has_subscribers()) {
        Some(groups) => (histories(groups), Counts::of(groups, until).repeat_buyers),
        None => (sample.groups(until), sample.repeat_buyers()),
    };
    let mut tested = backtest::run(&sample, &input.prior, input.churn_days, until);
    let enough = repeat_buyers >= MIN_REPEAT_BUYERS;
    let fitted = enough.then(|| OrderFits::of(&histories)).and_then(|fits| fits.choose(tested.mbg_is_better));
    let orders = fitted.as_ref().map(|fitted| fitted.model);
    let mut model = Model { home, churn_days: input.churn_days, ..parts(&sample, orders, &input.prior, until) };
    model.alive = fitted.as_ref().map_or(model.alive, |fitted| fitted.alive);
    let trial = (groups.is_some() && fitted.is_some()).then(|| forecast::trial(&sample, until)).flatten();
    if groups.is_some() && fitted.is_some() {
        model.forecast = forecast::forecast(&histories, trial.as_ref());
    }
    let lessons = Lessons::of(input, home, until, groups.is_none());
    // Where no learner foretold the past better than terms alone, the stated weights of signals are worth more than none.
    let is_worth_it = |study: &&Study| study.learned.chosen != Candidate::Btyd || !sample.has_subscribers();
    if let Some((outcomes, newest)) =
        lessons.outcomes(&input.sample).filter(|_| lessons.leaving.as_ref().is_some_and(|study| is_worth_it(&study)))
    {
        (tested.by_horizon, tested.newest) = (outcomes, Some(newest));
    }
    (model.thresholds, model.thresholds_basis, model.thresholds_text) = tested.thresholds();
    let chosen = |study: &Option<Study>| study.as_ref().filter(is_worth_it).map(|study| study.learned.clone().only_chosen());
    (model.leaving, model.returning) = (chosen(&lessons.leaving), chosen(&lessons.returning));
    Assembled { model, fitted, trial, lessons }
}

/// A model without chosen thresholds, of churn by rhythm; `orders` is the fitted model of orders, if any.
pub(super) fn parts(sample: &Sample<'_>, orders: Option<OrderModel>, prior: &Prior, today: Day) -> Model {
    let rhythm = if orders.is_some() { Rhythm::fit(&sample.days, prior.rhythm, today) } else { prior.rhythm };
    let spend = spend(sample.states(), today);
    Model {
        schema: SCHEMA,
        thresholds: Thresholds { immediate: 0.5, moderate: 0.5, early: 0.5 },
        thresholds_basis: "default".to_owned(),
        thresholds_text: String::new(),
        home: Currency::USD,
        orders: orders.unwrap_or(OrderModel::MbgNbd(prior.orders)),
        alive: match orders {
            None => Some(prior.orders),
            Some(OrderModel::MbgNbd(model)) => Some(model),
            Some(_) => None,
        },
        forecast: None,
        rhythm,
        spend: spend.as_ref().map(|fitted| fitted.model),
        spend_covariance: spend.and_then(|fitted| fitted.covariance),
        terms: TermModel::fit(sample.states().filter_map(|state| state.contract.as_ref()), prior.terms, today),
        feeds: Feeds::until(sample.states(), today),
        churn_days: None,
        definitions: Vec::new(),
        peers: PeerGroups::default(),
        leaving: None,
        returning: None,
    }
}

/// A sample as it was known on a day.
pub(super) struct Sample<'a> {
    pub(super) customers: &'a [Sampled],
    /// Purchase days of those who had bought by then. Subscribers are left out: their orders follow the terms, not a rhythm.
    pub(super) days: Vec<&'a [Day]>,
    subscribers: usize,
}

impl<'a> Sample<'a> {
    pub(super) fn of(customers: &'a [Sampled], until: Day) -> Self {
        let states = || customers.iter().map(|customer| &customer.state);
        let days = states().filter(|state| !subscribes(state, until)).map(|state| state.days.until(until));
        let subscribers = states().filter(|state| subscribes(state, until)).count();
        Self { customers, days: days.filter(|days| !days.is_empty()).collect(), subscribers }
    }

    pub(super) fn states(&self) -> impl Iterator<Item = &'a State> + Clone {
        self.customers.iter().map(|customer| &customer.state)
    }

    pub(super) fn groups(&self, today: Day) -> Vec<(History, f64)> {
        let mut counts: BTreeMap<(u32, u32, u32), u32> = BTreeMap::new();
        for days in &self.days {
            if let (Some(first), Some(last)) = (days.first(), days.last()) {
                let weeks = |days: i32| u32::try_from(days).unwrap_or(0);
                let repeats = u32::try_from(days.len() - 1).unwrap_or(u32::MAX);
                *counts.entry((repeats, weeks(last.since(*first)), weeks(today.since(*first)))).or_default() += 1;
            }
        }
        let group = |((repeats, recency, age), customers)| Group { repeats, recency, age, customers };
        histories(&counts.into_iter().map(group).collect::<Vec<_>>())
    }

    pub(super) fn has_subscribers(&self) -> bool {
        self.subscribers > 0
    }

    pub(super) fn repeat_buyers(&self) -> u64 {
        self.days.iter().filter(|days| days.len() > 1).count() as u64
    }
}

fn subscribes(state: &State, until: Day) -> bool {
    state.contract.as_ref().is_some_and(|contract| contract.terms.first().is_some_and(|term| term.start <= until))
}

/// All models of orders that the data support.
pub(super) struct OrderFits {
    pub(super) bg: Result<Fitted<BgNbd>, FitError>,
    pub(super) mbg: Result<Fitted<MbgNbd>, FitError>,
    nbd: Result<Fitted<Nbd>, FitError>,
}

/// The chosen model of orders.
pub(super) struct Chosen {
    pub(super) model: OrderModel,
    pub(super) log_likelihood: f64,
    alive: Option<MbgNbd>,
}

impl OrderFits {
    pub(super) fn of(groups: &[(History, f64)]) -> Self {
        Self { bg: BgNbd::fit(groups), mbg: MbgNbd::fit(groups), nbd: Nbd::fit(groups) }
    }

    /// The better of BG/NBD and MBG/NBD on days that the fit had not seen, by likelihood where none were held out; NBD where
    /// neither identifies a drop-out.
    pub(super) fn choose(self, mbg_is_better: Option<bool>) -> Option<Chosen> {
        let alive = self.mbg.as_ref().ok().map(|fitted| fitted.model);
        let bg = self.bg.ok().map(|f| (OrderModel::BgNbd(f.model), f.log_likelihood));
        let mbg = self.mbg.ok().map(|f| (OrderModel::MbgNbd(f.model), f.log_likelihood));
        let chosen = match (bg, mbg) {
            (Some(bg), Some(mbg)) => {
                let mbg_wins = mbg_is_better.unwrap_or(mbg.1 >= bg.1);
                Some(if mbg_wins { mbg } else { bg })
            }
            (bg, mbg) => mbg.or(bg),
        };
        let (model, log_likelihood) = chosen.or_else(|| self.nbd.ok().map(|f| (OrderModel::Nbd(f.model), f.log_likelihood)))?;
        Some(Chosen { model, log_likelihood, alive })
    }
}

/// What was known of a buyer on a day, and the days on which they bought after it; `None` before the first purchase.
pub(super) fn known_on(days: &[Day], cut_off: Day) -> Option<(History, &[Day])> {
    let (before, later) = days.split_at_checked(days.partition_point(|day| *day <= cut_off))?;
    let (first, last) = (before.first()?, before.last()?);
    let weeks = |days: i32| f64::from(days) / 7.0;
    let x = u32::try_from(before.len() - 1).unwrap_or(u32::MAX);
    Some((History { x, t_x: weeks(last.since(*first)), age: weeks(cut_off.since(*first)) }, later))
}

fn histories(groups: &[Group]) -> Vec<(History, f64)> {
    let weeks = |days: u32| f64::from(days) / 7.0;
    let history = |g: &Group| History { x: g.repeats, t_x: weeks(g.recency), age: weeks(g.age) };
    groups.iter().map(|group| (history(group), f64::from(group.customers))).collect()
}

fn spend<'a>(states: impl Iterator<Item = &'a State>, today: Day) -> Option<Fitted<GammaGamma>> {
    let spends: Vec<(u32, f64)> = states.filter_map(|state| state.mean_spend(today)).collect();
    if spends.iter().filter(|(days, _)| *days > 1).count() < MIN_SPENDERS {
        return None;
    }
    GammaGamma::fit(&spends).ok()
}

struct Counts {
    customers: u64,
    repeat_buyers: u64,
    from: Option<Day>,
    to: Option<Day>,
}

impl Counts {
    fn of(groups: &[Group], today: Day) -> Self {
        let used = || groups.iter().filter(|group| group.customers > 0);
        let sum = |groups: &mut dyn Iterator<Item = &Group>| groups.map(|group| u64::from(group.customers)).sum();
        let back = |days: u32| today.plus(i32::try_from(days).map_or(i32::MIN, |days| -days));
        Self {
            customers: sum(&mut used()),
            repeat_buyers: sum(&mut used().filter(|group| group.repeats > 0)),
            from: used().map(|group| group.age).max().map(back),
            to: used().map(|group| group.age.saturating_sub(group.recency)).min().map(back),
        }
    }
}

fn card(model: &Model, chosen: Option<&Chosen>, counts: &Counts, prior: &Prior) -> ModelCard {
    let own = chosen.is_some() || model.terms.is_fitted();
    let named = |prefix: &str, parameters: Vec<(String, f64)>| {
        parameters.into_iter().map(|(name, value)| (format!("{prefix} {name}"), value)).collect::<Vec<_>>()
    };
    let mut parameters = named(model.orders.name(), model.orders.parameters());
    if let Some(Fitted { model: seen, .. }) = model.forecast.as_ref().filter(|fitted| fitted.model.kind() != model.orders.kind())
    {
        parameters.extend(named(seen.name(), seen.parameters()));
    }
    if let Some(GammaGamma { p, q, v }) = model.spend {
        parameters.extend([("Gamma-Gamma p", p), ("Gamma-Gamma q", q), ("Gamma-Gamma v", v)].map(owned));
    }
    let Rhythm { mean, between, within, z, .. } = model.rhythm;
    parameters
        .extend([("log gap mean", mean), ("log gap between", between), ("log gap within", within), ("deadline z", z)].map(owned));
    for (name, rates) in [("short terms", model.terms.short), ("long terms", model.terms.long)] {
        parameters.extend([(format!("{name} a"), rates.a), (format!("{name} b"), rates.b)]);
    }
    ModelCard {
        name: "risk".to_owned(),
        basis: if own { "fitted" } else { "prior" }.to_owned(),
        text: text(model, chosen, counts, prior),
        customers: counts.customers,
        repeat_buyers: counts.repeat_buyers,
        from: counts.from.map(Day::iso),
        to: counts.to.map(Day::iso),
        parameters,
        log_likelihood: chosen.map(|chosen| chosen.log_likelihood),
        fitted_at: None,
        forecast: None,
        validation: None,
        returns: None,
        backtest: None,
    }
}

fn owned((name, value): (&str, f64)) -> (String, f64) {
    (name.to_owned(), value)
}

/// In the marketer's words.
fn text(model: &Model, chosen: Option<&Chosen>, counts: &Counts, prior: &Prior) -> String {
    let mut sentences = Vec::new();
    if chosen.is_some() {
        sentences.push(format!(
            "Learned from {} customers of this shop, {} of whom bought again.",
            counts.customers, counts.repeat_buyers
        ));
        if matches!(model.orders, OrderModel::Nbd(_)) {
            sentences
                .push("Nobody seems to leave for good: no drop-out identified, so long silences are read as slow buyers.".into());
        }
        let Rhythm { watched, came_back, .. } = model.rhythm;
        if let Some(days) = model.churn_days {
            sentences.push(format!("Your own rule says who is lost: nobody who ordered within {days} days."));
        } else if watched > 0 {
            sentences.push(format!(
                "Of {watched} silences that counted as a loss in the past, {:.0} % ended by themselves within 90 days.",
                came_back * 100.0
            ));
        }
        if came_back > MAX_CAME_BACK && model.churn_days.is_none() {
            let aim = MAX_CAME_BACK * 100.0;
            sentences.push(format!("That is more than the {aim:.0} % aimed at: this shop's customers pause for long."));
        }
    } else if !model.terms.is_fitted() {
        sentences.push(format!(
            "Based on what is usual in {}, not on this shop: {} of {} customers have bought again, {MIN_REPEAT_BUYERS} are needed to learn from.",
            prior.usual_in.unwrap_or(GENERAL.name),
            counts.repeat_buyers,
            counts.customers
        ));
    }
    if model.terms.is_fitted() {
        if model.terms.grace > 0 {
            sentences.push(format!(
                "A subscription counts as lost {} days after its paid term, because many here pay late.",
                model.terms.grace
            ));
        }
        let leaves = |rates: &super::Renewals| rates.leaves(0, 0) * 100.0;
        for (name, rates) in [("short", &model.terms.short), ("long", &model.terms.long)] {
            if rates.decided > 0 {
                sentences.push(format!(
                    "Of {} {name} paid terms that ended, about {:.0} % of first ones were not renewed.",
                    rates.decided,
                    leaves(rates)
                ));
            }
        }
    }
    sentences.join(" ")
}
