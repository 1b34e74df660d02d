//! What is true of one person and may be said to them, from what the shop's records hold.
//!
//! Never named: what is sold out or no longer sold, what was sent back or refunded, what they complained about. Where the records leave a
//! doubt, the fact is left out; a message can do without any of them.

use std::collections::BTreeSet;

use super::{Fact, FactKey, FactValue};
use crate::api::{ImprovementMatch, Order, ShopItem, Shopping};
use crate::event::Channel;
use crate::message::lint::is_nothing;
use crate::signal::date_in_words;
use crate::state::{State, Statement};
use crate::time::Day;

/// Days after an order in which a complaint may be about it.
const ABOUT_ORDER_DAYS: i32 = 120;
/// Days in which a rise of the price, a delay or a refund is still on somebody's mind.
const FRESH_DAYS: i32 = 365;
/// Uses that make a feature theirs.
const USES: u32 = 5;

/// What is read of one customer: the same that their page shows.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// Of the person who is written to.
    pub contact_name: Option<&'a str>,
    /// The account's name, where the customer is a firm.
    pub company: Option<&'a str>,
    pub state: Option<&'a State>,
    /// Newest first.
    pub orders: &'a [Order],
    pub shopping: &'a Shopping,
    /// Whether the shop has a catalogue: what it does not hold is then not sold.
    pub has_catalogue: bool,
    /// As [`crate::improvement::of_customer`] gives them.
    pub improvements: &'a [ImprovementMatch],
    /// Solved tickets with their subjects, newest first; empty unless the shop lets messages name them.
    pub tickets: &'a [Solved<'a>],
    pub today: Day,
}

#[derive(Debug, Clone, Copy)]
pub struct Solved<'a> {
    pub subject: &'a str,
    pub day: Day,
}

/// All that may be said, each key at most once, in the order of the keys.
pub fn gather(from: &Sources<'_>) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    people(from, &mut facts);
    orders(from, &mut facts);
    wants(from, &mut facts);
    if let Some(state) = from.state {
        contract(state, from.today, &mut facts);
        happened(state, from.today, &mut facts);
        features(state, from.today, &mut facts);
    }
    improvements(from, &mut facts);
    facts.sort_by_key(|fact| fact.key);
    facts.dedup_by_key(|fact| fact.key);
    facts
}

fn people(from: &Sources<'_>, facts: &mut Vec<Fact>) {
    let first = from.contact_name.and_then(|name| name.split_whitespace().next());
    let first = first.filter(|name| name.chars().any(char::is_alphabetic) && !is_nothing(name));
    facts.extend(first.map(|name| text(FactKey::FirstName, name, None, "The contact's name")));
    let company = from.company.map(str::trim).filter(|name| !name.is_empty() && !is_nothing(name));
    facts.extend(company.map(|name| text(FactKey::Company, name, None, "The account's name")));
}

fn orders(from: &Sources<'_>, facts: &mut Vec<Fact>) {
    let today = from.today;
    let Some(state) = from.state else { return };
    let first = state
        .first_day()
        .into_iter()
        .chain(state.contract.iter().flat_map(|contract| contract.terms.iter().map(|term| term.start)));
    if let Some(since) = first.filter(|day| *day <= today).min() {
        facts.push(day(FactKey::CustomerSince, since, "The first order or term"));
    }
    // A term that was paid is no order.
    if state.contract.is_some() {
        return;
    }
    // What was sent back whole is no order to speak of.
    let is_kept = |order: &&Order| order.status == "paid" && order.refunded.minor < order.amount.minor.max(1);
    let kept: Vec<&Order> = from.orders.iter().filter(is_kept).collect();
    let ordered = |order: &&Order| crate::time::Millis::parse_rfc3339(&order.ordered_at).map(crate::time::Millis::day).ok();
    let last = if from.orders.is_empty() { state.days.until(today).last().copied() } else { kept.first().and_then(ordered) };
    if let Some(last) = last {
        facts.push(day(FactKey::LastOrder, last, &format!("The order of {}", date_in_words(last))));
    }
    let count = match state.orders() {
        all if from.orders.len() >= all as usize => kept.len() as u32,
        // Nobody knows how many of the older ones went back.
        _ if kept.len() < from.orders.len() => 0,
        all => all,
    };
    if count > 1 {
        let source = format!("{count} paid orders");
        facts.push(Fact { value: FactValue::Count { count }, ..text(FactKey::Orders, "", None, &source) });
    }
    let newest = kept.first().zip(from.shopping.last_item.as_ref());
    if let Some((order, item)) = newest.filter(|(order, item)| order.refunded.minor == 0 && may_be_named(item, from)) {
        let at = ordered(order);
        if at.is_none_or(|at| !is_tainted(state, at, today)) {
            let when = at.map_or_else(String::new, |at| format!(" of {}", date_in_words(at)));
            facts.push(thing(FactKey::LastItem, item, at, &format!("Order {}{when}", order.external_id)));
        }
    }
    if let Some(category) = from.shopping.favourite_category.as_deref().filter(|name| !is_complained_about(state, name, today)) {
        facts.push(text(FactKey::FavouriteCategory, category, None, "What they bought or looked at most"));
    }
}

/// Days for which a lower price is news.
const DROP_DAYS: i32 = 30;

/// What they looked at, left, waited for, or can have for less.
fn wants(from: &Sources<'_>, facts: &mut Vec<Fact>) {
    let there = |item: &&ShopItem| item.in_stock == Some(true) && may_be_named(item, from);
    let shopping = from.shopping;
    let left_on = shopping.left_since.as_deref().and_then(Day::parse_iso);
    if let Some(item) = shopping.left_behind.iter().find(there) {
        facts.push(thing(FactKey::LeftBehind, item, left_on, "The cart"));
    }
    if let Some(item) = shopping.last_viewed.as_ref().filter(there) {
        facts.push(thing(FactKey::LastViewed, item, None, "The page that was viewed last"));
    }
    if let Some(item) = shopping.back_in_stock.iter().find(there) {
        facts.push(thing(FactKey::BackInStock, item, None, "The catalogue's stock"));
    }
    let known =
        shopping.left_behind.iter().chain(&shopping.last_viewed).chain(&shopping.back_in_stock).chain(&shopping.last_item);
    if let Some((item, drop, on)) = known.filter(there).find_map(|item| price_drop(item, from.today)) {
        facts.push(Fact { value: drop, ..thing(FactKey::PriceDrop, item, Some(on), "The catalogue's price") });
    }
}

/// Of a thing whose price went down of late and stayed there.
fn price_drop(item: &ShopItem, today: Day) -> Option<(&ShopItem, FactValue, Day)> {
    let (fell, to) = (item.fell.as_ref()?, item.price?);
    let on = Day::parse_iso(&fell.on).filter(|on| *on <= today && today.since(*on) <= DROP_DAYS)?;
    let is_lower = fell.from.currency == to.currency && to.minor < fell.from.minor;
    is_lower.then(|| (item, FactValue::Drop { item: item.name.clone(), from: fell.from, to }, on))
}

fn contract(state: &State, today: Day, facts: &mut Vec<Fact>) {
    let Some(contract) = &state.contract else { return };
    if let Some(plan) = contract.plan.as_ref().filter(|plan| plan.at.day() <= today) {
        facts.push(text(FactKey::Plan, &plan.value, Some(plan.at.day()), "The subscription"));
    }
    if let Some(seats) = contract.seats(today).filter(|seats| *seats > 1) {
        facts.push(Fact { value: FactValue::Count { count: seats }, ..text(FactKey::Seats, "", None, "The subscription") });
    }
    if let Some(term) = contract.so_far(today, 0).current {
        facts.push(day(FactKey::PaidUntil, term.end, "The term that is or was paid"));
    }
}

fn happened(state: &State, today: Day, facts: &mut Vec<Fact>) {
    let is_fresh = |day: &Day| today.since(*day) <= FRESH_DAYS && *day <= today;
    let last = |channel: Channel| {
        let days = state.told.until(today).filter(|told| told.channel == channel).map(|told| told.at.day());
        days.max().filter(is_fresh)
    };
    if let Some(on) = last(Channel::Refund) {
        facts.push(day(FactKey::Refunded, on, "The refund"));
    }
    if let Some(on) = last(Channel::Late) {
        facts.push(day(FactKey::CameLate, on, "The delivery's record"));
    }
    let failed = state.payment_failed.filter(|failed| state.paid.is_none_or(|paid| paid < *failed)).map(|at| at.day());
    if let Some(on) = failed.filter(is_fresh) {
        facts.push(day(FactKey::PaymentFailed, on, "The payment's record"));
    }
    if let Some(rise) = state.prices.rise(today.plus(-FRESH_DAYS), today) {
        let share = libm::round(rise.share * 1000.0);
        if (1.0..=5000.0).contains(&share) {
            let value = FactValue::Share { share: share as u16 };
            facts.push(Fact { value, ..day(FactKey::PriceRise, rise.day, "The prices of their terms") });
        }
    }
}

/// What they use most and what they asked for and did not get.
fn features(state: &State, today: Day, facts: &mut Vec<Fact>) {
    // Whoever packs up exports, and a sign-in is no feature.
    let is_theirs = |name: &str| {
        let name = name.to_lowercase();
        !["export", "cancel", "billing", "login", "log_in", "sign", "invoice", "delete"].iter().any(|word| name.contains(word))
    };
    let used = state.features.iter().filter(|(name, used)| used.uses >= USES && used.last <= today && is_theirs(name));
    if let Some((name, used)) = used.max_by_key(|(name, used)| (used.uses, std::cmp::Reverse(name.as_str()))) {
        let source = format!("Used {} times, last on {}", used.uses, date_in_words(used.last));
        facts.push(text(FactKey::FeatureUsed, &name.replace(['_', '-'], " "), Some(used.last), &source));
    }
    let is_there =
        |wish: &str, asked: Day| state.features.iter().any(|(name, used)| name.eq_ignore_ascii_case(wish) && used.last >= asked);
    if let Some((wish, asked)) = state.told.wishes(today).into_iter().rev().find(|(wish, asked)| !is_there(wish, *asked)) {
        facts.push(text(FactKey::WishedFeature, wish, Some(asked), &format!("Asked for on {}", date_in_words(asked))));
    }
}

fn improvements(from: &Sources<'_>, facts: &mut Vec<Fact>) {
    if let Some(found) = from.improvements.first() {
        let on = Day::parse_iso(&found.shipped_on);
        facts.push(text(FactKey::Improvement, &found.title, on, &found.text));
    }
    if let Some(ticket) = from.tickets.iter().find(|ticket| ticket.day <= from.today && !ticket.subject.trim().is_empty()) {
        let source = format!("The ticket solved on {}", date_in_words(ticket.day));
        facts.push(text(FactKey::TicketSolved, ticket.subject, Some(ticket.day), &source));
    }
}

/// Still sold, in stock, and nothing that they sent back or complained about.
fn may_be_named(item: &ShopItem, from: &Sources<'_>) -> bool {
    let is_there = item.in_stock.unwrap_or(!from.has_catalogue);
    let key = crate::improvement::key;
    let is_of = |name: &str| {
        let (name, item) = (key(name), key(&item.name));
        !name.is_empty() && (name == item || item.starts_with(&format!("{name} ")) || name.starts_with(&format!("{item} ")))
    };
    let sent_back = from.orders.iter().filter(|order| order.refunded.minor != 0 || order.status == "refunded");
    let is_back = sent_back.flat_map(|order| &order.items).any(|name| is_of(name));
    is_there && !is_back && from.state.is_none_or(|state| !is_complained_about(state, &item.name, from.today))
}

/// Something went wrong soon after the order: nobody knows with which of its things.
fn is_tainted(state: &State, ordered: Day, today: Day) -> bool {
    let is_near = |day: Day| ordered <= day && day.since(ordered) <= ABOUT_ORDER_DAYS;
    let spoils = |told: &&Statement| matches!(told.channel, Channel::Refund | Channel::Late | Channel::OrderCancelled);
    state.told.until(today).filter(spoils).any(|told| is_near(told.at.day()))
        || state.tickets.open(today).filter_map(|ticket| ticket.opened).any(|at| is_near(at.day()))
        || state.conduct.is_disputed()
}

/// A statement of theirs names it: all of its longer words.
fn is_complained_about(state: &State, name: &str, today: Day) -> bool {
    let words = |text: &str| {
        crate::improvement::key(text)
            .split(' ')
            .filter(|word| word.chars().count() > 2)
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    let head = name.split(" - ").next().unwrap_or(name);
    let thing = words(head);
    let quotes = state.told.until(today).filter_map(|told| told.quote.as_deref());
    !thing.is_empty() && quotes.map(words).any(|quote| thing.iter().all(|word| quote.contains(word)))
}

fn thing(key: FactKey, item: &ShopItem, on: Option<Day>, source: &str) -> Fact {
    let web = |link: &Option<String>| link.clone().filter(|link| link.starts_with("https://"));
    Fact { link: web(&item.link), image: web(&item.image), ..text(key, &item.name, on, source) }
}

fn text(key: FactKey, words: &str, on: Option<Day>, source: &str) -> Fact {
    let value = FactValue::Text { text: words.trim().to_owned() };
    Fact { key, value, day: on.map(Day::iso), link: None, image: None, source: source.to_owned() }
}

fn day(key: FactKey, on: Day, source: &str) -> Fact {
    Fact { value: FactValue::Day { day: on.iso() }, ..text(key, "", Some(on), source) }
}

#[cfg(test)]
mod tests;
