//! Orders and events into a state.

use super::{Contract, EventFact, Feature, Latest, OrderFact, Person, Price, SCHEMA, Spent, State, Term, Ticket};
use crate::event::{self, Channel, Event, Terms, Told};
use crate::money::{Currency, Money, Rates};
use crate::reason::text::{self, Reader};
use crate::reason::topics;
use crate::time::{Day, Millis};

/// A ticket of at most this tone, of -1 to 1, is an unhappy one.
const UNHAPPY: f64 = -0.3;

/// The state of one customer from all of its orders and events, in any order; texts are read by the list that a shop starts with.
pub fn fold(orders: &[OrderFact], events: &[EventFact], rates: &Rates) -> State {
    fold_by(orders, events, rates, &|text| text::read(text, topics::starting()))
}

/// The same with the shop's own reader of texts.
pub fn fold_by(orders: &[OrderFact], events: &[EventFact], rates: &Rates, reader: Reader<'_>) -> State {
    let mut state = State { schema: SCHEMA, days: purchase_days(orders), ..State::default() };
    for order in orders.iter().filter(|order| order.paid) {
        add_order(&mut state, order, rates);
        if order.refunded.saturating_mul(2) >= order.amount.minor && order.refunded > 0 {
            state.told.tell(order.at, Told::of(Channel::Refund), reader);
        }
    }
    for fact in events {
        let event = event::read(&fact.name, fact.at, &fact.properties);
        if let Some((name, person)) = person_of(&event, fact) {
            state.people.add(name, person);
        }
        add_event(&mut state, fact.at, event, rates);
        if let Some(told) = event::told(&fact.name, fact.at, &fact.properties) {
            state.told.tell(fact.at, told, reader);
        }
    }
    state
}

/// Who of an account did it, where the event says.
fn person_of(event: &Event, fact: &EventFact) -> Option<(String, Person)> {
    let day = Some(fact.at.day());
    let person = match event {
        Event::FeatureUsed { count, .. } => Person { uses: *count, last: day, left: None },
        Event::SignedIn { .. } => Person { uses: 1, last: day, left: None },
        Event::PersonLeft => Person { left: day, ..Person::default() },
        _ => return None,
    };
    Some((event::user(&fact.properties)?, person))
}

/// A day counts once however many orders it has, as the models want it. A refunded order stays a purchase: the customer came.
fn purchase_days(orders: &[OrderFact]) -> super::Days {
    orders.iter().filter(|order| order.paid).map(|order| order.at.day()).collect()
}

fn add_order(state: &mut State, order: &OrderFact, rates: &Rates) {
    let kept = order.amount.minor.saturating_sub(order.refunded.max(0)).max(0);
    let money = Money::new(kept, order.amount.currency);
    let spent = |minor| Spent { orders: 1, minor };
    state.spent.entry(money.currency).or_default().add(spent(kept));
    let in_home = rates.to_home(money, order.at.day());
    if let Some(home) = in_home {
        state.home.add(spent(home.0));
    }
    state.weeks.change(order.at.day().week(), |week| {
        week.orders = week.orders.saturating_add(1);
        add(&mut week.discounted, u32::from(order.discount > 0));
        week.spend = week.spend.saturating_add(in_home.map_or(0, |home| home.0));
    });
    if order.refunded > 0 {
        state.conduct.refunds = state.conduct.refunds.saturating_add(1);
        let back = Money::new(order.refunded.min(order.amount.minor), money.currency);
        let back = rates.to_home(back, order.at.day()).map_or(0, |home| home.0);
        state.conduct.refunded = state.conduct.refunded.saturating_add(back);
    }
    state.paid = state.paid.max(Some(order.at));
}

fn add_event(state: &mut State, at: Millis, event: Event, rates: &Rates) {
    let week = at.day().week();
    match event {
        Event::Noted | Event::PersonLeft | Event::Unreadable => {}
        Event::Visited { item } => {
            visit(state, at.day());
            if let Some(item) = item {
                state.shelf.view(at, item);
            }
        }
        Event::Carted { items, is_in } => {
            visit(state, at.day());
            for item in items {
                state.shelf.change_cart(at, item, is_in);
            }
        }
        Event::CartEmptied => {
            visit(state, at.day());
            state.shelf.empty_cart(at);
        }
        Event::EmailDelivered => state.weeks.change(week, |week| add(&mut week.delivered, 1)),
        Event::EmailOpened { by_machine } => state.weeks.change(week, |week| {
            add(&mut week.opened, 1);
            add(&mut week.opened_by_machine, u32::from(by_machine));
        }),
        Event::EmailClicked => state.weeks.change(week, |week| add(&mut week.clicked, 1)),
        Event::TicketOpened { id, tone, asks_to_leave } => {
            let unhappy = u32::from(tone.is_some_and(|tone| tone <= UNHAPPY));
            state.weeks.change(week, |week| {
                add(&mut week.tickets, 1);
                add(&mut week.unhappy, unhappy);
                add(&mut week.inquiries, u32::from(asks_to_leave));
            });
            let id = id.unwrap_or_else(|| format!("~{}", at.0));
            let tone = tone.map(|tone| libm::round(tone * 100.0) as i8);
            state.tickets.note(Ticket { id, opened: Some(at), solved: None, tone });
        }
        Event::TicketSolved { id: Some(id) } => {
            state.weeks.change(week, |week| add(&mut week.solved, 1));
            state.tickets.note(Ticket { id, opened: None, solved: Some(at), tone: None });
        }
        Event::TicketSolved { id: None } => {
            state.weeks.change(week, |week| add(&mut week.solved, 1));
            state.tickets.solve_all(at);
        }
        Event::NpsAnswered { score } => state.answer_nps(at, score),
        Event::PaymentFailed => {
            state.weeks.change(week, |week| add(&mut week.payment_failures, 1));
            state.payment_failed = state.payment_failed.max(Some(at));
        }
        Event::PaymentSucceeded => state.paid = state.paid.max(Some(at)),
        Event::TermPaid(terms) => {
            state.paid = state.paid.max(Some(at));
            state.prices.tell(at.day(), &terms);
            let contract = state.contract.get_or_insert_default();
            if let Some(end) = terms.end {
                contract.pay(Term { start: at.day(), end });
            }
            change_terms(contract, at, terms, rates);
        }
        Event::TermsChanged(terms) => {
            state.prices.tell(at.day(), &terms);
            change_terms(state.contract.get_or_insert_default(), at, terms, rates);
        }
        Event::CancellationAsked { at_once } => {
            state.contract.get_or_insert_default().ask_to_cancel(at, Some(at_once));
        }
        Event::Resumed => {
            let contract = state.contract.get_or_insert_default();
            contract.ask_to_cancel(at, None);
            contract.resume(at.day());
        }
        Event::Paused { until } => state.contract.get_or_insert_default().pause(at.day(), until),
        Event::DowngradeAsked => state.weeks.change(week, |week| add(&mut week.inquiries, 1)),
        Event::Disputed => state.conduct.disputed = state.conduct.disputed.max(Some(at)),
        Event::DisputeClosed => state.conduct.settled = state.conduct.settled.max(Some(at)),
        Event::ChargedBack => add(&mut state.conduct.chargebacks, 1),
        Event::CommunityActive => state.weeks.change(week, |week| add(&mut week.community, 1)),
        Event::FeatureUsed { feature, count } => {
            state.weeks.change(week, |week| {
                add(&mut week.uses, count);
                week.features.insert(&feature);
            });
            state.use_feature(feature, Feature { uses: count, last: at.day() });
        }
        Event::SignedIn { seats } => state.weeks.change(week, |week| {
            add(&mut week.sign_ins, 1);
            week.seats = week.seats.max(seats.unwrap_or(0));
        }),
    }
}

fn visit(state: &mut State, day: Day) {
    state.weeks.change(day.week(), |week| {
        add(&mut week.visits, 1);
        week.visit_days.insert(day);
    });
}

fn change_terms(contract: &mut Contract, at: Millis, terms: Terms, rates: &Rates) {
    if let Some(plan) = terms.plan {
        Latest::set(&mut contract.plan, at, plan);
    }
    if let Some(seats) = terms.seats {
        contract.set_seats(at, seats);
    }
    if let Some(price) = terms.price {
        Latest::set(&mut contract.price, at, price_in_home(&price, at, rates));
    }
}

pub(super) fn price_in_home(price: &event::Price, at: Millis, rates: &Rates) -> Price {
    Price { minor: in_home(price, at, rates), a_seat: price.a_seat }
}

/// `None` for what is no amount, and where the currency has no rate.
fn in_home(price: &event::Price, at: Millis, rates: &Rates) -> Option<i64> {
    let currency = match &price.currency {
        Some(code) => Currency::parse(code).ok()?,
        None => rates.home(),
    };
    let money = Money::parse(&price.amount, currency).ok().filter(|money| money.minor >= 0)?;
    rates.to_home(money, at.day()).map(|home| home.0)
}

fn add(counter: &mut u32, more: u32) {
    *counter = counter.saturating_add(more);
}
