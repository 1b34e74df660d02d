//! One customer's score.

use super::passage::{self, Silence};
use super::rhythm::Gaps;
use super::season::Season;
use super::terms::Standing;
use super::tiers::{shown_per_cent, tier_of};
use super::{Model, Score};
use crate::api::{Lifecycle, Risk, Tier, Trigger};
use crate::clv::History;
use crate::money::Home;
use crate::signal::{self, OrderGap, Signal, TermEnd, date_in_words, days_in_words};
use crate::state::{Contract, State};
use crate::time::Day;

const HORIZONS: [i32; 3] = [30, 60, 90];
const YEAR: i32 = 365;

/// A first order makes someone new for so long.
const NEW_DAYS: i32 = 30;

/// Silence alone is followed so far ahead for the next change.
const MAX_AHEAD: i32 = 1_500;

/// Signals of a subscription (usage, tickets) age by the day: it is looked at again at least this often.
const MAX_AHEAD_CONTRACT: i32 = 28;

/// `previous` gives the tier hysteresis.
pub fn score(state: &State, model: &Model, previous: Option<&Score>, today: Day) -> Score {
    let before = previous.map(|score| score.tier);
    match Known::of(state, model, today) {
        Known::Nothing { why } => Score {
            risk: Risk::default(),
            interval: None,
            tier: Tier::NotScored,
            lifecycle: Lifecycle::New,
            deadline: None,
            p_alive: None,
            p_return: None,
            return_interval: None,
            expected_orders: None,
            value: None,
            triggers: Vec::new(),
            rhythm: why.map(str::to_owned),
            rescore: next_future_day(state, today),
        },
        Known::Buyer(buyer) => {
            let view = buyer.view(model, before, today);
            let mut signals = signal::read(state, Some(&buyer.order_gap()), None, &model.feeds, model.home, today);
            if signals.is_empty() && !matches!(view.tier, Tier::Healthy | Tier::Lost) {
                signals.push(buyer.deadline_is_near());
            }
            let history = buyer.history(today);
            let orders = model.orders.expected_orders(&history, f64::from(YEAR) / 7.0);
            Score {
                risk: view.risk,
                interval: None,
                tier: view.tier,
                lifecycle: lifecycle(view.tier, buyer.x == 0 && today.since(buyer.first) < NEW_DAYS),
                deadline: Some(buyer.deadline()),
                p_alive: model.p_alive(&history).map(millionths),
                p_return: view.p_return,
                return_interval: None,
                expected_orders: Some(libm::round(orders * 1e4) / 1e4),
                value: spend_a_day(state, model, today).and_then(|spend| money(orders * spend)),
                triggers: triggers(&signals),
                rhythm: Some(buyer.rhythm()),
                rescore: earliest(
                    next_change(&view, today, MAX_AHEAD, buyer.landmarks(), |day| buyer.view(model, Some(view.tier), day)),
                    next_future_day(state, today),
                ),
            }
        }
        Known::Subscriber(subscriber) => {
            let signals = subscriber.signals(state, model, today);
            let view = subscriber.view(model, &signals, before, today);
            let later = |day| subscriber.view(model, &subscriber.signals(state, model, day), Some(view.tier), day);
            let change = next_change(&view, today, MAX_AHEAD_CONTRACT, subscriber.landmarks(), later);
            let look_again = (view.tier != Tier::Lost).then(|| today.plus(MAX_AHEAD_CONTRACT));
            Score {
                risk: view.risk,
                interval: None,
                tier: view.tier,
                lifecycle: lifecycle(view.tier, today.since(subscriber.since) < NEW_DAYS),
                deadline: Some(subscriber.standing.deadline()),
                p_alive: None,
                p_return: view.p_return,
                return_interval: None,
                expected_orders: None,
                value: subscriber.value(model, &signals, today),
                triggers: triggers(&signals),
                rhythm: Some(subscriber.rhythm(today)),
                rescore: earliest(earliest(change, look_again), next_future_day(state, today)),
            }
        }
    }
}

/// Risk and tier of someone as they were known by `today`: for past weeks.
pub(crate) fn past_view(state: &State, model: &Model, before: Option<Tier>, today: Day) -> Option<View> {
    match Known::of(state, model, today) {
        Known::Nothing { .. } => None,
        Known::Buyer(buyer) => Some(buyer.view(model, before, today)),
        Known::Subscriber(subscriber) => Some(subscriber.view(model, &[], before, today)),
    }
}

/// What people see of a score, but for its words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct View {
    pub(crate) risk: Risk,
    pub(crate) tier: Tier,
    pub(crate) p_return: Option<f64>,
}

/// What scoring rests on.
enum Known<'a> {
    Nothing { why: Option<&'static str> },
    Buyer(Buyer),
    Subscriber(Subscriber<'a>),
}

/// A customer with purchases and without a running subscription.
#[derive(Debug, Clone)]
pub(crate) struct Buyer {
    first: Day,
    last: Day,
    x: u32,
    usual: i32,
    /// Days of silence that count as churn: frozen by the last purchase.
    gap: i32,
    /// The shop's own rule sets it.
    by_rule: bool,
    /// Sets the gap where there is one.
    season: Option<Season>,
    after: Vec<f64>,
}

struct Subscriber<'a> {
    contract: &'a Contract,
    standing: Standing,
    since: Day,
}

impl<'a> Known<'a> {
    fn of(state: &'a State, model: &Model, today: Day) -> Self {
        Self::from_days(state.days.until(today), state.contract.as_ref(), model, today)
    }

    fn from_days(days: &[Day], contract: Option<&'a Contract>, model: &Model, today: Day) -> Self {
        let standing = contract.and_then(|contract| Some((contract, Standing::of(contract, &model.terms, today)?)));
        if let Some((contract, standing)) = standing {
            // A subscription that ended says nothing of someone who went on with single orders.
            let buys_on = days.last().is_some_and(|last| *last > standing.deadline());
            if !buys_on {
                let since = contract.terms.first().map_or(today, |term| term.start);
                return Self::Subscriber(Subscriber { contract, standing, since });
            }
        }
        match Buyer::of(days, model) {
            Some(buyer) => Self::Buyer(buyer),
            None if contract.is_some() => Self::Nothing { why: Some("The end of the paid term is not known") },
            None => Self::Nothing { why: None },
        }
    }
}

impl Buyer {
    /// From purchase days in rising order.
    pub(crate) fn of(days: &[Day], model: &Model) -> Option<Self> {
        let (first, last) = (*days.first()?, *days.last()?);
        let gaps = Gaps::of(days);
        let (gap, season) = model.deadline_of(days, &gaps);
        let (usual, by_rule) = (model.rhythm.usual(&gaps), model.churn_days.is_some());
        let mut buyer = Self { first, last, x: gaps.n, usual, gap, by_rule, season, after: Vec::new() };
        buyer.after = passage::after_purchase(&model.orders, &buyer.history(last), gap);
        Some(buyer)
    }

    fn history(&self, today: Day) -> History {
        let weeks = |days: i32| f64::from(days) / 7.0;
        History { x: self.x, t_x: weeks(self.last.since(self.first)), age: weeks(today.since(self.first)) }
    }

    /// The first day on which silence counts as churn.
    pub(crate) fn deadline(&self) -> Day {
        self.last.plus(self.gap)
    }

    pub(crate) fn view(&self, model: &Model, before: Option<Tier>, today: Day) -> View {
        let left = self.deadline().since(today);
        let history = self.history(today);
        let silence = Silence::of(&model.orders, &history);
        if left <= 0 {
            let p_return = Some(millionths(1.0 - silence.days(90.0)));
            return View { risk: Risk { p30: 1.0, p60: 1.0, p90: 1.0 }, tier: Tier::Lost, p_return };
        }
        let chances = match &self.season {
            Some(season) => {
                let missed = season.p_missed(today);
                HORIZONS.map(|horizon| if horizon >= left { missed } else { 0.0 })
            }
            None => passage::within(silence, left, self.gap, &self.after, HORIZONS),
        };
        let [p30, p60, p90] = chances.map(millionths);
        let risk = Risk { p30, p60, p90 };
        View { risk, tier: tier_of(&risk, &model.thresholds, before), p_return: None }
    }

    fn order_gap(&self) -> OrderGap {
        OrderGap { last: self.last, purchases: self.x as usize + 1, usual: self.usual, deadline: self.gap }
    }

    /// Every risk has a reason in words, also where the silence is not long yet.
    fn deadline_is_near(&self) -> Signal {
        let text = format!("Lost on {} unless another order comes", date_in_words(self.deadline()));
        Signal { code: "deadline", text, since: Some(self.last), weight: 0.1, logit: 0.0 }
    }

    fn rhythm(&self) -> String {
        let (gap, orders) = (days_in_words(self.gap), self.x.saturating_add(1));
        if self.by_rule {
            format!("Counts as lost after {} days without an order: your own rule", self.gap)
        } else if let Some(season) = &self.season {
            let (opens, closes) = (date_in_words(season.opens), date_in_words(season.closes));
            format!("Buys {}: expected between {opens} and {closes}, and lost after that", season.words())
        } else if self.x == 0 {
            format!("One order so far, so the shop's rhythm stands in: lost after {gap} without a second one")
        } else {
            let every = if self.usual == 1 { "day".to_owned() } else { format!("{} days", self.usual) };
            format!("Usually orders every {every} (from {orders} purchase days); lost after {gap} of silence")
        }
    }

    /// Days on which a horizon begins or ends to reach the deadline: probabilities jump there.
    fn landmarks(&self) -> [Day; 4] {
        [90, 60, 30, 0].map(|days| self.deadline().plus(-days))
    }
}

impl Subscriber<'_> {
    fn signals(&self, state: &State, model: &Model, today: Day) -> Vec<Signal> {
        let term = TermEnd { end: self.standing.current.end };
        signal::read(state, None, Some(&term), &model.feeds, model.home, today)
    }

    fn view(&self, model: &Model, signals: &[Signal], before: Option<Tier>, today: Day) -> View {
        if self.standing.is_over(today) {
            let p_return = Some(millionths(model.terms.comes_back(today.since(self.standing.deadline()))));
            return View { risk: Risk { p30: 1.0, p60: 1.0, p90: 1.0 }, tier: Tier::Lost, p_return };
        }
        let [p30, p60, p90] = model.terms.within(&self.standing, shift(signals), today, HORIZONS).map(millionths);
        let risk = Risk { p30, p60, p90 };
        View { risk, tier: tier_of(&risk, &model.thresholds, before), p_return: None }
    }

    /// Of the terms that begin within a year; of a lost one, what they would bring times the chance of coming back.
    fn value(&self, model: &Model, signals: &[Signal], today: Day) -> Option<Home> {
        let price = self.contract.term_price(today)? as f64;
        if self.standing.is_over(today) {
            let terms = f64::from(YEAR) / f64::from(self.standing.current.days());
            let comes_back = model.terms.comes_back(today.since(self.standing.deadline()));
            return money(price * terms.max(1.0) * comes_back);
        }
        money(price * model.terms.expected_terms(&self.standing, shift(signals), today, YEAR))
    }

    fn rhythm(&self, today: Day) -> String {
        let end = date_in_words(self.standing.current.end);
        if self.standing.is_over(today) {
            format!("Paid until {end} and not renewed")
        } else if let Some(until) = self.standing.paused_until {
            format!("Paused until {}; lost if not renewed after that", date_in_words(until))
        } else if self.standing.current.end < today {
            format!("Paid until {end}; lost if not renewed by {}", date_in_words(self.standing.deadline().plus(-1)))
        } else {
            let renewals = match self.standing.renewals {
                0 => "first term".to_owned(),
                1 => "renewed once".to_owned(),
                n => format!("renewed {n} times"),
            };
            format!("Paid until {end} ({renewals}); lost if not renewed by then")
        }
    }

    fn landmarks(&self) -> [Day; 4] {
        [90, 60, 30, 0].map(|days| self.standing.deadline().plus(-days))
    }
}

fn millionths(probability: f64) -> f64 {
    libm::round(probability * 1e6) / 1e6
}

fn shift(signals: &[Signal]) -> f64 {
    signals.iter().map(|signal| signal.logit).sum()
}

fn lifecycle(tier: Tier, is_new: bool) -> Lifecycle {
    match tier {
        Tier::Lost => Lifecycle::Lost,
        Tier::Immediate | Tier::Moderate | Tier::Early => Lifecycle::AtRisk,
        Tier::Healthy | Tier::SetAside | Tier::NotScored if is_new => Lifecycle::New,
        Tier::Healthy | Tier::SetAside | Tier::NotScored => Lifecycle::Active,
    }
}

/// Expected spend of a purchase day in minor units of the home currency.
fn spend_a_day(state: &State, model: &Model, today: Day) -> Option<f64> {
    let (days, mean) = state.mean_spend(today)?;
    model.spend.and_then(|spend| spend.expected_spend(days, mean)).or(Some(mean))
}

fn money(minor: f64) -> Option<Home> {
    (minor.is_finite() && minor.abs() < 9.0e15).then(|| Home(libm::round(minor) as i64))
}

fn triggers(signals: &[Signal]) -> Vec<Trigger> {
    let wire = |signal: &Signal| Trigger {
        code: signal.code.to_owned(),
        text: signal.text.clone(),
        since: signal.since.map(Day::iso),
        effect: None,
    };
    signals.iter().map(wire).collect()
}

/// Rows dated ahead count from their day on.
fn next_future_day(state: &State, today: Day) -> Option<Day> {
    let purchase = state.days.iter().find(|day| *day > today);
    let term = state.contract.as_ref().and_then(|contract| contract.terms.iter().map(|term| term.start).find(|day| *day > today));
    earliest(purchase, term)
}

fn earliest(one: Option<Day>, other: Option<Day>) -> Option<Day> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// The first day after `today` on which `view` differs in its tier or a shown per cent. Silence moves a probability one way
/// between landmarks, so doubling steps find a day that differs and halving finds the first one.
fn next_change(now: &View, today: Day, ahead: i32, landmarks: [Day; 4], view: impl Fn(Day) -> View) -> Option<Day> {
    let seen = |view: &View| {
        let Risk { p30, p60, p90 } = view.risk;
        (view.tier, [p30, p60, p90].map(shown_per_cent), view.p_return.map(shown_per_cent))
    };
    let now = seen(now);
    let differs = |days: i32| seen(&view(today.plus(days))) != now;
    let mut same = 0;
    let mut step = 1;
    let found = loop {
        let landmark = landmarks.iter().map(|day| day.since(today)).find(|days| *days > same);
        let next = landmark.map_or(same + step, |days| days.min(same + step));
        if next > ahead {
            return None;
        }
        if differs(next) {
            break next;
        }
        same = next;
        step *= 2;
    };
    let (mut same, mut different) = (same, found);
    while different - same > 1 {
        let middle = same + (different - same) / 2;
        if differs(middle) { different = middle } else { same = middle }
    }
    Some(today.plus(different))
}
