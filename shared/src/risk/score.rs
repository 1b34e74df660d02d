//! One customer's score.

use super::change::{earliest, next_change};
use super::explain::{Effects, effects};
use super::standpoint::Standpoint;
use super::view::{View, millionths, view};
use super::{Model, Score};
use crate::api::{Lifecycle, Risk, Tier, Trigger};
use crate::money::Home;
use crate::signal::Signal;
use crate::state::State;
use crate::time::Day;

/// A first order makes someone new for so long.
const NEW_DAYS: i32 = 30;

/// Silence alone is followed so far ahead for the next change.
const MAX_AHEAD: i32 = 1_500;

/// Signals (usage, tickets) age by the week: where they count, whoever can be lost soon is looked at again at least this often.
const LOOK_AGAIN: i32 = 7;

/// The same for a subscription without anything learned, and for the lost.
const LOOK_AGAIN_LATER: i32 = 28;

/// Below such an effect on the logit a learned reason is not worth telling by itself.
const TOLD: f64 = 0.2;

const MOST_TRIGGERS: usize = 6;

const YEAR_IN_WEEKS: f64 = 365.0 / 7.0;

/// `previous` gives the tier hysteresis.
pub fn score(state: &State, model: &Model, previous: Option<&Score>, today: Day) -> Score {
    let standpoint = match Standpoint::of(state, model, today) {
        Ok(standpoint) => standpoint,
        Err(why) => return nothing(state, why, today),
    };
    let mut signals = standpoint.signals(state, model, today);
    let shift = shift(&signals);
    let view = view(&standpoint, state, model, shift, previous.map(|score| score.tier), today);
    // Triggers say why somebody leaves; of the lost the parts are those of a return.
    let effects = if view.tier == Tier::Lost { None } else { effects(&standpoint, state, model, shift, today) };
    let calm = matches!(view.tier, Tier::Healthy | Tier::Lost);
    let (p_alive, expected_orders, value, is_new) = match &standpoint {
        Standpoint::Buyer(buyer) => {
            if signals.is_empty() && !calm {
                signals.push(buyer.deadline_is_near());
            }
            let history = buyer.history(today);
            let orders = model.orders.expected_orders(&history, YEAR_IN_WEEKS);
            (
                model.p_alive(&history).map(millionths),
                Some(libm::round(orders * 1e4) / 1e4),
                spend_a_day(state, model, today).and_then(|spend| money(orders * spend)),
                buyer.x == 0 && today.since(buyer.first) < NEW_DAYS,
            )
        }
        Standpoint::Subscriber(subscriber) => {
            let value = subscriber.value(model, shift, today).and_then(money);
            (None, None, value, today.since(subscriber.since) < NEW_DAYS)
        }
    };
    Score {
        risk: view.risk,
        interval: view.interval,
        tier: view.tier,
        lifecycle: lifecycle(view.tier, is_new),
        deadline: Some(standpoint.deadline()),
        p_alive,
        p_return: view.p_return.map(|(p_return, _)| p_return),
        return_interval: view.p_return.map(|(_, interval)| interval),
        expected_orders,
        value,
        triggers: triggers(&signals, effects.as_ref(), calm),
        rhythm: Some(standpoint.rhythm(today)),
        rescore: earliest(rescore(&standpoint, state, model, &view, today), next_future_day(state, today)),
    }
}

/// Risk and tier of someone as they were known by `today`: for past weeks.
pub(crate) fn past_view(state: &State, model: &Model, before: Option<Tier>, today: Day) -> Option<View> {
    let standpoint = Standpoint::of(state, model, today).ok()?;
    Some(view(&standpoint, state, model, 0.0, before, today))
}

fn nothing(state: &State, why: Option<&str>, today: Day) -> Score {
    Score {
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
    }
}

/// The first day on which the score is worth working out anew.
fn rescore(standpoint: &Standpoint<'_>, state: &State, model: &Model, now: &View, today: Day) -> Option<Day> {
    let learns = if now.tier == Tier::Lost { model.returning.is_some() } else { model.leaving.is_some() };
    let subscribes = matches!(standpoint, Standpoint::Subscriber(_));
    let look_again = match now.tier {
        Tier::Lost => learns.then_some(LOOK_AGAIN_LATER),
        _ if learns && now.risk.p90 > 0.0 => Some(LOOK_AGAIN),
        _ => subscribes.then_some(LOOK_AGAIN_LATER),
    };
    let later = |day: Day| {
        let shift = if subscribes && !learns { shift(&standpoint.signals(state, model, day)) } else { 0.0 };
        view(standpoint, state, model, shift, Some(now.tier), day)
    };
    let change = next_change(now, today, look_again.unwrap_or(MAX_AHEAD), standpoint.landmarks(), later);
    earliest(change, look_again.map(|days| today.plus(days)))
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

/// Signals with what they weigh in what was learned, the weightiest first, and reasons that only the learner knows.
fn triggers(signals: &[Signal], effects: Option<&Effects>, calm: bool) -> Vec<Trigger> {
    let effect = |code: &str| effects.and_then(|effects| effects.of(code)).map(|effect| libm::round(effect * 1e4) / 1e4);
    let mut triggers: Vec<Trigger> = signals
        .iter()
        .map(|signal| Trigger {
            code: signal.code.to_owned(),
            text: signal.text.clone(),
            since: signal.since.map(Day::iso),
            effect: effect(signal.code),
        })
        .collect();
    let told = effects.filter(|_| !calm).into_iter().flat_map(|effects| &effects.topics);
    for topic in told.filter(|topic| topic.effect >= TOLD && signals.iter().all(|signal| topic.code != signal.code)) {
        if let Some(text) = &topic.text {
            let (code, text, effect) = (topic.code.to_string(), text.clone(), effect(&topic.code));
            triggers.push(Trigger { code, text, since: None, effect });
        }
    }
    // Stable: without anything learned the order of the signals stands.
    triggers.sort_by(|one, other| other.effect.unwrap_or(0.0).total_cmp(&one.effect.unwrap_or(0.0)));
    triggers.truncate(MOST_TRIGGERS);
    triggers
}

/// Rows dated ahead count from their day on.
fn next_future_day(state: &State, today: Day) -> Option<Day> {
    let purchase = state.days.iter().find(|day| *day > today);
    let term = state.contract.as_ref().and_then(|contract| contract.terms.iter().map(|term| term.start).find(|day| *day > today));
    earliest(purchase, term)
}
