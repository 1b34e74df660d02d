//! What became of the touches of an entry.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shared::campaign::touch::State;
use shared::campaign::{Channel, Contact, Micros, zone};
use shared::measure::attribution::{self, Settings, credits};
use shared::measure::outcome::Outcome;
use shared::measure::rollup::{Became, TouchCell, TouchKind};
use shared::offer::Ladder;
use shared::provider::mailbox;
use shared::time::Millis;

use super::facts::Known;
use super::{Ground, ladder};
use crate::db::results::{DueRow, ResponseRow, TouchRow};
use crate::db::touches::Choice;

/// One touch as it is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldTouch {
    #[serde(flatten)]
    pub kind: TouchKind,
    pub cell: TouchCell,
}

/// By what it is told apart.
pub fn kind(touch: &TouchRow, ladder: Option<&Ladder>, ground: &Ground) -> TouchKind {
    let choice: Option<Choice> = touch.choice.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let channel = Channel::of_code(&touch.channel);
    let contact = Contact {
        time_zone: touch.time_zone.clone(),
        country: touch.country.clone(),
        phone_prefix: touch.phone.as_deref().filter(|phone| phone.starts_with('+')).map(|phone| phone.chars().take(6).collect()),
        ..Contact::default()
    };
    let email = touch.email.as_deref().filter(|_| channel == Some(Channel::Email));
    TouchKind {
        step: touch.step,
        variant: touch.variant,
        channel,
        mailbox: email.map(|email| mailbox::of(email).to_owned()),
        offer: offer(choice.as_ref(), ladder).and_then(|offer| ground.offers.get(offer)).copied(),
        angle: choice.as_ref().and_then(|choice| choice.angle),
        hour: Some(zone::hour_of_week(zone::zone(&ground.rules, &contact), Millis(touch.due_at)) % 24),
    }
}

/// The number of the offer that its message makes.
fn offer<'a>(choice: Option<&Choice>, ladder: Option<&'a Ladder>) -> Option<&'a String> {
    let step = choice?.message;
    ladder?.rungs.iter().find(|rung| rung.step == step)?.offer.as_ref()
}

/// Each touch of the entry with what it adds.
pub fn told(row: &DueRow, known: &Known, outcome: &Outcome, ground: &Ground) -> Vec<ToldTouch> {
    let ladder = ladder(row);
    let mut told: Vec<ToldTouch> = known
        .touches
        .iter()
        .map(|touch| ToldTouch {
            kind: kind(touch, ladder.as_ref(), ground),
            cell: TouchCell::of(&became(touch, &known.responses, outcome)),
        })
        .collect();
    let Some(returned_at) = outcome.returned_at else { return told };
    let credited = credits(&attributed(known, ladder.as_ref(), outcome), returned_at, &Settings::default());
    let shares = TouchCell::of_credits(&credited, outcome.net(), outcome.margin);
    for (credit, share) in credited.iter().zip(&shares) {
        let place = known.touches.iter().position(|touch| touch.id == credit.touch);
        if let Some(one) = place.and_then(|place| told.get_mut(place)) {
            one.cell += share;
        }
    }
    told
}

fn became(touch: &TouchRow, responses: &[ResponseRow], outcome: &Outcome) -> Became {
    let of_people: BTreeSet<&str> = kinds(touch, responses, false);
    let of_machines: BTreeSet<&str> = kinds(touch, responses, true);
    let state = state(touch);
    let did = |kind: &str| of_people.contains(kind);
    let done = ["opened", "clicked", "replied", "visited", "played", "opted_out", "complained"].into_iter().any(did);
    let sent = touch.sent_at.is_some();
    let bounced = state == Some(State::Bounced) || did("bounced");
    Became {
        sent,
        delivered: sent && !bounced && (matches!(state, Some(State::Delivered | State::Complained)) || did("delivered") || done),
        bounced,
        opened: did("opened"),
        machine_opened: of_machines.contains("opened"),
        clicked: did("clicked"),
        machine_clicked: of_machines.contains("clicked"),
        replied: did("replied"),
        visited: did("visited") || did("played"),
        opted_out: did("opted_out"),
        complained: state == Some(State::Complained) || did("complained"),
        returned: touch.sent_at.zip(outcome.returned_at).is_some_and(|(sent, returned)| Millis(sent) <= returned),
        cost: Micros(if sent { touch.cost } else { 0 }),
    }
}

fn kinds<'a>(touch: &TouchRow, responses: &'a [ResponseRow], machine: bool) -> BTreeSet<&'a str> {
    let own = responses.iter().filter(|response| response.touch_id == touch.id && (response.machine > 0) == machine);
    own.map(|response| response.kind.as_str()).collect()
}

fn state(touch: &TouchRow) -> Option<State> {
    serde_json::from_value(serde_json::Value::String(touch.state.clone())).ok()
}

/// What models of attribution know of touches that went out. A used code came with the last message before its use that made the offer.
fn attributed(known: &Known, ladder: Option<&Ladder>, outcome: &Outcome) -> Vec<attribution::Touch> {
    let sent = |touch: &&TouchRow| touch.sent_at.is_some();
    let of_offer = outcome.redeemed.as_ref().and_then(|redeemed| {
        let makes = |touch: &&TouchRow| {
            let choice: Option<Choice> = touch.choice.as_deref().and_then(|text| serde_json::from_str(text).ok());
            offer(choice.as_ref(), ladder) == Some(&redeemed.offer) && touch.sent_at.is_some_and(|at| Millis(at) <= redeemed.at)
        };
        known.touches.iter().filter(makes).max_by_key(|touch| touch.sent_at).map(|touch| touch.id)
    });
    let one = |touch: &TouchRow| {
        let at = |kinds: &[&str]| -> Vec<Millis> {
            let own = known.responses.iter().filter(|response| response.touch_id == touch.id && response.machine == 0);
            own.filter(|response| kinds.contains(&response.kind.as_str())).map(|response| Millis(response.occurred_at)).collect()
        };
        let arrived = !matches!(state(touch), Some(State::Bounced | State::Failed));
        let told = at(&["delivered"]).into_iter().min().or(touch.sent_at.map(Millis));
        Some(attribution::Touch {
            id: touch.id,
            channel: Channel::of_code(&touch.channel)?,
            sent_at: Millis(touch.sent_at?),
            delivered_at: told.filter(|_| arrived),
            clicks: at(&["clicked", "replied", "visited", "played"]),
            redeemed: of_offer == Some(touch.id),
        })
    };
    known.touches.iter().filter(sent).filter_map(one).collect()
}
