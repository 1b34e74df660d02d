//! One customer's score.

use super::change::{earliest, next_change};
use super::explain::{Effects, effects};
use super::standpoint::Standpoint;
use super::view::{View, view};
use super::worth::{self, Worth};
use super::{Model, Score};
use crate::api::{Lifecycle, Risk, Tier, Trigger};
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
    let may_leave = matches!(view.tier, Tier::Immediate | Tier::Moderate | Tier::Early | Tier::Lost);
    let (worth, is_new) = match &standpoint {
        Standpoint::Buyer(buyer) => {
            if signals.is_empty() && !calm {
                signals.push(buyer.deadline_is_near());
            }
            let is_new = buyer.x == 0 && today.since(buyer.first) < NEW_DAYS;
            (worth::of_buyer(buyer, state, model, may_leave, today), is_new)
        }
        Standpoint::Subscriber(subscriber) => {
            let is_new = today.since(subscriber.since) < NEW_DAYS;
            (worth::of_subscriber(subscriber, model, shift, may_leave, today), is_new)
        }
    };
    Score {
        deadline: Some(standpoint.deadline()),
        triggers: triggers(&signals, effects.as_ref(), calm),
        rhythm: Some(standpoint.rhythm(today)),
        rescore: earliest(rescore(&standpoint, state, model, &view, today), next_future_day(state, today)),
        ..of(&view, lifecycle(view.tier, is_new), worth)
    }
}

/// Risk and tier of someone as they were known by `today`: for past weeks.
pub(crate) fn past_view(state: &State, model: &Model, before: Option<Tier>, today: Day) -> Option<View> {
    let standpoint = Standpoint::of(state, model, today).ok()?;
    Some(view(&standpoint, state, model, 0.0, before, today))
}

fn nothing(state: &State, why: Option<&str>, today: Day) -> Score {
    let view = View { risk: Risk::default(), interval: None, tier: Tier::NotScored, p_return: None };
    Score {
        rhythm: why.map(str::to_owned),
        rescore: next_future_day(state, today),
        ..of(&view, Lifecycle::New, Worth::default())
    }
}

/// The figures, without what explains them and when they change.
fn of(view: &View, lifecycle: Lifecycle, worth: Worth) -> Score {
    Score {
        risk: view.risk,
        interval: view.interval,
        tier: view.tier,
        lifecycle,
        deadline: None,
        p_alive: worth.p_alive,
        alive_interval: worth.alive_interval,
        p_return: view.p_return.map(|(p_return, _)| p_return),
        return_interval: view.p_return.map(|(_, interval)| interval),
        expected_orders: worth.expected_orders,
        orders_interval: worth.orders_interval,
        value: worth.value,
        value_interval: worth.value_interval,
        second_value: worth.second_value,
        second_value_interval: worth.second_value_interval,
        triggers: Vec::new(),
        rhythm: None,
        rescore: None,
        why: None,
        chances: None,
        cell: None,
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
