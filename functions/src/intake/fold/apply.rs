//! What each fact of a message does to the page's customers, and the rows that it becomes.

use std::collections::BTreeMap;

use serde_json::Value;
use shared::consent::{Record, State};
use shared::source::{
    Consent, Event, Fact, Link, Member, Order, OrderChange, OrderPart, OrderStatus, Person, Product, Request, Stopped, Who,
};
use shared::time::Millis;

use super::book::{Book, Found, Origin, Owner};
use super::customer::{Customer, places_without_address};
use super::register::{in_passing, tell, told};
use crate::db::fold::{EventRow, OrderRow, PartRow, ProductRow};
use crate::db::intake::Key;
use crate::random::NoRandom;

/// Times further ahead of the receipt than this are another clock's fault, in milliseconds.
const AHEAD: i64 = 300_000;

/// What a page's messages become besides its customers; by source.
#[derive(Debug, Default)]
pub struct Rows {
    pub orders: BTreeMap<i64, Vec<OrderRow>>,
    pub parts: BTreeMap<i64, Vec<PartRow>>,
    pub events: BTreeMap<i64, Vec<Happened>>,
    pub products: BTreeMap<i64, Vec<ProductRow>>,
    pub requests: Vec<(i64, Request, Millis)>,
    pub stopped: Vec<(i64, Stopped)>,
}

/// An event of somebody: whether it is an account's is known once all messages of the page are read.
#[derive(Debug, Clone)]
pub struct Happened {
    pub event: Event,
    pub key: Key,
    pub at: Millis,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    Done,
    /// Nothing is read from it.
    Ignored,
    /// Of a visitor who has not said who they are.
    Parked(String),
    /// Older than the oldest event that is kept.
    TooOld,
    /// Of somebody who was erased: dropped.
    Erased,
}

/// One message, read.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    pub origin: &'a Origin,
    pub received_at: Millis,
    pub facts: &'a [Fact],
}

/// Whether a time was so far ahead that the receipt stands for it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    pub ahead: u32,
}

impl Clock {
    fn time(&mut self, at: Millis, received_at: Millis) -> Millis {
        if at.0 > received_at.0 + AHEAD {
            self.ahead += 1;
            received_at
        } else {
            at
        }
    }
}

/// Applies the facts in their order.
///
/// # Errors
/// When the platform has no randomness for a new id.
pub fn apply(
    book: &mut Book,
    rows: &mut Rows,
    clock: &mut Clock,
    message: &Message<'_>,
    oldest: Millis,
) -> Result<Applied, NoRandom> {
    let mut applied = Applied::Ignored;
    for fact in message.facts {
        match one(book, rows, clock, message, fact, oldest)? {
            Applied::Parked(visitor) => applied = Applied::Parked(visitor),
            Applied::Done if !matches!(applied, Applied::Parked(_)) => applied = Applied::Done,
            Applied::TooOld if applied == Applied::Ignored => applied = Applied::TooOld,
            _ => {}
        }
    }
    Ok(applied)
}

fn one(
    book: &mut Book,
    rows: &mut Rows,
    clock: &mut Clock,
    message: &Message<'_>,
    fact: &Fact,
    oldest: Millis,
) -> Result<Applied, NoRandom> {
    let Message { origin, received_at, .. } = *message;
    let mut time = |at: Millis| clock.time(at, received_at);
    match fact {
        Fact::Person(person) => tell_person(book, origin, person, time(person.at)),
        Fact::Order(order) => {
            let at = time(order.at);
            with_owner(book, origin, &order.who, at, |owner| {
                let row = order_row(order, owner, at, time(order.ordered_at));
                rows.orders.entry(origin.source).or_default().push(row);
            })
        }
        Fact::OrderPart(part) => {
            rows.parts.entry(origin.source).or_default().push(part_row(part, time(part.at)));
            Ok(Applied::Done)
        }
        Fact::Event(event) => {
            let at = time(event.at);
            if at < oldest {
                return Ok(Applied::TooOld);
            }
            let found = book.resolve(origin, &event.who, at)?;
            let Found::Owner(owner) = found else { return Ok(not_found(found)) };
            note_in_passing(book, origin, &owner, &event.who, at)?;
            let happened = Happened { event: event.clone(), key: owner.key, at };
            rows.events.entry(origin.source).or_default().push(happened);
            Ok(Applied::Done)
        }
        Fact::Consent(consent) => tell_consent(book, origin, consent, time(consent.at), received_at),
        Fact::Link(link) => tie(book, origin, link, time(link.at)),
        Fact::Member(member) => enlist(book, origin, member, time(member.at)),
        Fact::Product(product) => {
            rows.products.entry(origin.source).or_default().push(product_row(product, time(product.at)));
            Ok(Applied::Done)
        }
        Fact::Request(request) => {
            rows.requests.push((origin.source, request.clone(), time(request.at)));
            Ok(Applied::Done)
        }
        Fact::Stopped(stopped) => {
            rows.stopped.push((origin.source, stopped.clone()));
            Ok(Applied::Done)
        }
    }
}

fn not_found(found: Found) -> Applied {
    if let Found::Visitor(visitor) = found { Applied::Parked(visitor) } else { Applied::Ignored }
}

fn with_owner(book: &mut Book, origin: &Origin, who: &Who, at: Millis, then: impl FnOnce(&Owner)) -> Result<Applied, NoRandom> {
    let found = book.resolve(origin, who, at)?;
    let Found::Owner(owner) = found else { return Ok(not_found(found)) };
    note_in_passing(book, origin, &owner, who, at)?;
    then(&owner);
    Ok(Applied::Done)
}

/// An order or event names its person only in passing: what it says fills gaps.
fn note_in_passing(book: &mut Book, origin: &Origin, owner: &Owner, who: &Who, at: Millis) -> Result<(), NoRandom> {
    if who.email.is_none() && who.phone.is_none() && who.name.is_none() && !is_bare(book, owner.place) {
        return Ok(());
    }
    fill(book, origin, owner.place, who, in_passing(at)).map(drop)
}

fn is_bare(book: &Book, place: usize) -> bool {
    book.get(place).is_some_and(|customer| customer.contacts.is_empty() || customer.is_account)
}

/// The contact of `who`, told its name and telephone.
fn fill(book: &mut Book, origin: &Origin, place: usize, who: &Who, rank: i64) -> Result<Option<usize>, NoRandom> {
    let Some(at) = book.contact(place, origin, who)? else { return Ok(None) };
    if let Some(customer) = book.get_mut(place) {
        if !customer.is_account
            && let Some(name) = &who.name
        {
            customer.name.tell(name, rank);
        }
        if let Some(contact) = customer.contacts.get_mut(at) {
            tell(&mut contact.fields, "name", who.name.as_deref(), rank);
            tell(&mut contact.fields, "phone", who.phone.as_deref(), rank);
        }
    }
    Ok(Some(at))
}

fn tell_person(book: &mut Book, origin: &Origin, person: &Person, at: Millis) -> Result<Applied, NoRandom> {
    let rank = if person.who.by_browser { in_passing(at) } else { told(at) };
    if person.is_account
        && let Some(id) = &person.who.external_id
    {
        let place = book.resolve_account(origin, id, at)?;
        if let Some(customer) = book.get_mut(place) {
            if let Some(name) = &person.who.name {
                customer.name.tell(name, rank);
            }
            tell_customer(customer, person, rank, at);
        }
        if person.who.email.is_some() || person.who.phone.is_some() {
            let contact = Who { external_id: None, anonymous_id: None, ..person.who.clone() };
            let found = book.resolve(origin, &contact, at)?;
            if let Found::Owner(owner) = found {
                book.make_member(place, owner.place, &user_of(&contact))?;
            }
        }
        return Ok(Applied::Done);
    }
    let found = book.resolve(origin, &person.who, at)?;
    let Found::Owner(owner) = found else { return Ok(not_found(found)) };
    let contact = fill(book, origin, owner.place, &person.who, rank)?;
    let Some(customer) = book.get_mut(owner.place) else { return Ok(Applied::Done) };
    if !customer.is_account {
        tell_customer(customer, person, rank, at);
    }
    if let Some(contact) = contact.and_then(|at| customer.contacts.get_mut(at)) {
        tell(&mut contact.fields, "country", person.country.as_deref(), rank);
        tell(&mut contact.fields, "time_zone", person.time_zone.as_deref(), rank);
        tell(&mut contact.fields, "role", person.role.map(|role| role.as_str()), rank);
    }
    Ok(Applied::Done)
}

fn tell_customer(customer: &mut Customer, person: &Person, rank: i64, at: Millis) {
    if let Some(created) = person.created_at {
        customer.created = Some(customer.created.map_or(created.0, |known| known.min(created.0)));
    }
    for tag in &person.tags {
        shared::tags::add(&mut customer.tags, tag.clone());
    }
    for (name, value) in &person.traits {
        customer.tell_trait(name, value, rank, at);
    }
}

fn tell_consent(
    book: &mut Book,
    origin: &Origin,
    consent: &Consent,
    at: Millis,
    received_at: Millis,
) -> Result<Applied, NoRandom> {
    // Nobody opts in through what any visitor of a page can send.
    if consent.who.by_browser && consent.state == State::Granted {
        return Ok(Applied::Ignored);
    }
    let found = book.resolve(origin, &consent.who, at)?;
    let Found::Owner(owner) = found else { return Ok(not_found(found)) };
    let contact = fill(book, origin, owner.place, &consent.who, in_passing(at))?;
    let Some(customer) = book.get_mut(owner.place) else { return Ok(Applied::Done) };
    let is_addressed = customer.is_account || (consent.who.email.is_some() && consent.channel == "email");
    let places = match contact {
        Some(contact) if is_addressed => vec![contact],
        _ => places_without_address(&customer.contacts, consent.state, &consent.channel),
    };
    let is_act = consent.is_act && !consent.who.by_browser;
    // What its records say and what the person did at the same moment are two things.
    let by = if is_act { "" } else { ", by its records" };
    let record = Record {
        channel: consent.channel.clone(),
        purpose: "marketing".to_owned(),
        state: consent.state,
        basis: "consent".to_owned(),
        source: format!("{}: {}{by}", origin.kind.as_str(), origin.name),
        wording: consent.wording.clone(),
        act: is_act,
        occurred_at: at,
        recorded_at: received_at,
        expires_at: None,
    };
    for place in places {
        if let Some(contact) = customer.contacts.get_mut(place) {
            contact.add(record.clone());
        }
    }
    Ok(Applied::Done)
}

fn tie(book: &mut Book, origin: &Origin, link: &Link, at: Millis) -> Result<Applied, NoRandom> {
    let from = book.resolve(origin, &link.from, at)?;
    let to = book.resolve(origin, &link.to, at)?;
    match (from, to) {
        (Found::Owner(one), Found::Owner(other)) => {
            let is_forged = link.from.by_browser || link.to.by_browser;
            let are_known = [one.place, other.place].iter().all(|&place| book.get(place).is_some_and(Customer::is_known));
            if !(is_forged && are_known) {
                let place = book.link(one.place, other.place);
                fill(book, origin, place, &link.to, in_passing(at))?;
            }
            Ok(Applied::Done)
        }
        (Found::Visitor(visitor), Found::Owner(_)) => meet(book, origin, &link.from, &link.to, visitor, at),
        (Found::Owner(_), Found::Visitor(visitor)) => meet(book, origin, &link.to, &link.from, visitor, at),
        (Found::Visitor(visitor), _) | (_, Found::Visitor(visitor)) => Ok(Applied::Parked(visitor)),
        _ => Ok(Applied::Ignored),
    }
}

/// A visitor says who they are.
fn meet(book: &mut Book, origin: &Origin, stranger: &Who, known: &Who, visitor: String, at: Millis) -> Result<Applied, NoRandom> {
    let both = Who { anonymous_id: stranger.anonymous_id.clone(), ..known.clone() };
    if let Found::Owner(owner) = book.resolve(origin, &both, at)? {
        fill(book, origin, owner.place, known, in_passing(at))?;
        if book.place(&Key("anonymous", visitor.clone())) == Some(owner.place) {
            book.named.insert(visitor);
        }
    }
    Ok(Applied::Done)
}

fn enlist(book: &mut Book, origin: &Origin, member: &Member, at: Millis) -> Result<Applied, NoRandom> {
    let found = book.resolve(origin, &member.who, at)?;
    let Found::Owner(owner) = found else { return Ok(not_found(found)) };
    let rank = if member.who.by_browser { in_passing(at) } else { told(at) };
    // Somebody of another account stays there.
    if book.get(owner.place).is_some_and(|customer| customer.is_account)
        && book.place(&super::book::account_key(origin, &member.account_id)) != Some(owner.place)
    {
        return Ok(Applied::Done);
    }
    fill(book, origin, owner.place, &member.who, rank)?;
    let account = book.resolve_account(origin, &member.account_id, at)?;
    book.make_member(account, owner.place, &user_of(&member.who))?;
    if let Some(customer) = book.get_mut(account) {
        if let Some(name) = &member.account_name {
            customer.name.tell(name, rank);
        }
        for (name, value) in &member.traits {
            customer.tell_trait(name, value, rank, at);
        }
    }
    let contact = book.contact(account, origin, &member.who)?;
    if let Some(contact) = contact.and_then(|at| book.get_mut(account)?.contacts.get_mut(at)) {
        tell(&mut contact.fields, "role", member.role.map(|role| role.as_str()), rank);
        tell(&mut contact.fields, "name", member.who.name.as_deref(), rank);
    }
    Ok(Applied::Done)
}

/// By what an account's events call a person.
pub fn user_of(who: &Who) -> String {
    [&who.external_id, &who.email, &who.phone, &who.anonymous_id].into_iter().flatten().next().cloned().unwrap_or_default()
}

fn order_row(order: &Order, owner: &Owner, at: Millis, ordered_at: Millis) -> OrderRow {
    let texts = |list: &[String]| if list.is_empty() { None } else { serde_json::to_string(list).ok() };
    let status = match order.status {
        OrderStatus::Paid => "paid",
        OrderStatus::Pending => "pending",
        OrderStatus::Cancelled => "cancelled",
        OrderStatus::Refunded => "refunded",
    };
    OrderRow(
        order.id.clone(),
        owner.key.0,
        owner.key.1.clone(),
        ordered_at.0,
        order.amount,
        order.currency.to_string(),
        order.refunded,
        order.discount,
        status,
        order.cancelled_at.map(|at| at.0),
        texts(&order.items),
        texts(&order.codes),
        at.0,
    )
}

fn part_row(part: &OrderPart, at: Millis) -> PartRow {
    let (change, amount, currency) = match part.change {
        OrderChange::Refunded { amount, currency } => ("refunded", amount, Some(currency.to_string())),
        OrderChange::Cancelled => ("cancelled", None, None),
    };
    PartRow(part.order_id.clone(), part.id.clone(), change, amount, currency, at.0)
}

impl Happened {
    /// An account's event says whose it is.
    pub fn row(&self, book: &Book) -> EventRow {
        let Self { event, key, at } = self;
        let owner = book.place(key).and_then(|place| book.get(place));
        let mut properties = event.properties.clone();
        if owner.is_some_and(|customer| customer.is_account) && shared::event::user(&properties).is_none() {
            properties.insert("user".to_owned(), Value::String(user_of(&event.who)));
        }
        let properties = serde_json::to_string(&properties).unwrap_or_else(|_| "{}".to_owned());
        EventRow(event.id.clone(), key.0, key.1.clone(), event.name.clone(), at.0, properties)
    }
}

fn product_row(product: &Product, at: Millis) -> ProductRow {
    ProductRow(
        product.id.clone(),
        product.product_id.clone(),
        product.title.clone(),
        product.variant.clone(),
        product.sku.clone(),
        product.category.clone(),
        product.price,
        product.currency.to_string(),
        product.stock,
        product.image.clone(),
        product.link.clone(),
        u8::from(product.is_gone),
        at.0,
    )
}
