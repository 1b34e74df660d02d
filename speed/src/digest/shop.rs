//! A shop with orders, tickets and subscriptions: its model, its card and its customers' scores.

use std::sync::LazyLock;

use serde_json::json;
use shared::api::ModelCard;
use shared::money::{Currency, Money, Rates};
use shared::random::Random;
use shared::risk::{FitInput, Group, Model, Sampled, explain, fit as fit_risk, peers, score};
use shared::state::{EventFact, OrderFact, State, fold};
use shared::time::Day;

use super::{Told, said};

const TODAY: Day = Day(600);

const CUSTOMERS: usize = 450;

/// With everything learned that a shop can be.
static FITTED: LazyLock<Result<Fitted, String>> = LazyLock::new(|| {
    let input = input(true)?;
    let (model, card) = fit_risk(&input, Currency::USD, TODAY);
    let parts = [model.leaving.is_some(), model.returning.is_some(), card.backtest.is_some(), model.spend.is_some()];
    if parts.contains(&false) {
        return Err(format!("the shop is too small to learn from: {parts:?}"));
    }
    Ok(Fitted { input, model, card })
});

struct Fitted {
    input: FitInput,
    model: Model,
    card: ModelCard,
}

pub(super) fn fit(told: &mut Told) -> Result<(), String> {
    let Fitted { model, card, .. } = FITTED.as_ref()?;
    told.json(&(model, card))
}

pub(super) fn scores(told: &mut Told) -> Result<(), String> {
    let Fitted { input, model, .. } = FITTED.as_ref()?;
    for customer in &input.sample {
        let mut previous = None;
        for ahead in [0, 30, 90] {
            let today = TODAY.plus(ahead);
            let scored = score(&customer.state, model, previous.as_ref(), today);
            told.json(&(&scored, explain(&customer.state, model, today), peers(&customer.state, scored.value, model, today)))?;
            previous = Some(scored);
        }
    }
    Ok(())
}

fn input(subscribers: bool) -> Result<FitInput, String> {
    let mut random = Random::new(21);
    let sample: Vec<Sampled> = (0..CUSTOMERS)
        .map(|place| sampled(place, subscribers && place.is_multiple_of(9), &mut random))
        .collect::<Result<_, _>>()?;
    let groups = sample.iter().filter_map(|customer| group(&customer.state)).collect();
    Ok(FitInput { groups, sample, ..FitInput::default() })
}

fn group(state: &State) -> Option<Group> {
    let (first, last) = (state.first_day()?, state.last_day()?);
    let days = |until: Day| u32::try_from(until.since(first)).ok();
    Some(Group { repeats: state.buy_days().checked_sub(1)?, recency: days(last)?, age: days(TODAY)?, customers: 1 })
}

/// Buys in a rhythm until a day on which they leave, after an angry ticket or without a word; or pays by the month.
fn sampled(place: usize, subscriber: bool, random: &mut Random) -> Result<Sampled, String> {
    let first = random.below(450) as i32;
    let leaves = first + 20 + random.below(800) as i32;
    let gap = 10 + random.below(50) as i32;
    let level = 1_000.0 + 9_000.0 / random.gamma(4.0);
    let mut orders = Vec::new();
    let mut events = Vec::new();
    let mut day = first;
    while day <= leaves.min(TODAY.0) {
        let euro = place.is_multiple_of(4);
        let amount = Money::new(
            libm::round(level * (0.5 + random.unit())) as i64,
            if euro { Currency::parse("EUR").map_err(said)? } else { Currency::USD },
        );
        if subscriber {
            let name = if day == first { "Subscription Started" } else { "Payment Succeeded" };
            events.push(event(
                day,
                name,
                &json!({"id": place, "plan": "plus", "term_days": 30, "amount": "19.00", "currency": "USD"}),
            ));
            day += 30;
        } else {
            orders.push(OrderFact { at: Day(day).start(), amount, refunded: 0, discount: 0, paid: true });
            // Some stay away for a third of a year and come back.
            let pause = if random.unit() < 0.08 { 120 + random.below(60) as i32 } else { 0 };
            day += 1 + gap / 2 + random.below(gap.unsigned_abs() as usize) as i32 + pause;
        }
    }
    if leaves < TODAY.0 && random.unit() < 0.6 {
        events.push(event(leaves, "Ticket Opened", &json!({"id": place, "tone": -0.8})));
    } else if random.unit() < 0.2 {
        events.push(event(first + 5, "NPS Answered", &json!({"score": 9})));
    }
    if subscriber && leaves < TODAY.0 {
        events.push(event(leaves, "Subscription Cancelled", &json!({"id": place, "ends": "term_end"})));
    }
    let mut rates = Rates::new(Currency::USD);
    rates.insert(Currency::parse("EUR").map_err(said)?, Day(0), 1.0837);
    let state = fold(&orders, &events, &rates);
    Ok(Sampled { held_back: place % 5 == 4, ..Sampled::from(state) })
}

fn event(day: i32, name: &str, properties: &serde_json::Value) -> EventFact {
    let properties = properties.as_object().cloned().unwrap_or_default();
    EventFact { at: Day(day).start(), name: name.to_owned(), properties }
}
