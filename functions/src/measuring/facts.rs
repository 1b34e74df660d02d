//! What is known of the customers of a page of entries.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};
use shared::campaign::Micros;
use shared::event::{self, Event, Price};
use shared::measure::outcome::{Earns, Facts, Given, Order, OrderStatus, Payment, Sent, Term, TermChange};
use shared::money::{Currency, Home, Money};
use shared::offer;
use shared::time::Millis;

use super::{Ground, since};
use crate::db::results::{self, DueRow, GivenRow, OrderRow, ResponseRow, TermRow, TouchRow};
use crate::db::{Db, DbError};

/// Of one entry.
#[derive(Debug, Default)]
pub struct Known {
    /// With the year before the entry.
    pub facts: Facts,
    /// In the order of their times, sent or not.
    pub touches: Vec<TouchRow>,
    pub responses: Vec<ResponseRow>,
}

impl Known {
    /// What came since the entry. Somebody withdrew where the entry ended by it.
    pub fn since(&self, row: &DueRow, entered_at: Millis) -> Facts {
        let mut facts = self.facts.clone();
        facts.orders.retain(|order| order.at >= entered_at);
        facts.payments.retain(|payment| payment.at >= entered_at);
        let withdrew = matches!(row.reason.as_deref(), Some("opted_out" | "complaint"));
        facts.opted_out_at = row.ended_at.filter(|_| withdrew).map(Millis);
        facts
    }
}

/// In the order of `due`.
///
/// # Errors
/// The database's.
pub async fn facts(db: &Db, due: &[DueRow], ground: &Ground) -> Result<Vec<Known>, DbError> {
    let mut customers: BTreeMap<i64, i64> = BTreeMap::new();
    for row in due {
        let from = customers.entry(row.customer_id).or_insert(i64::MAX);
        *from = (*from).min(since(row));
    }
    let customers: Vec<(i64, i64)> = customers.into_iter().collect();
    let entries: Vec<i64> = due.iter().map(|row| row.entry_id).collect();
    let rows = results::facts(db, &customers, &entries).await?;
    let mut orders: HashMap<i64, Vec<Order>> = HashMap::new();
    for row in &rows.orders {
        orders.entry(row.customer_id).or_default().extend(order(row, ground));
    }
    let mut told: HashMap<i64, Vec<&TermRow>> = HashMap::new();
    for row in &rows.terms {
        told.entry(row.customer_id).or_default().push(row);
    }
    let mut touches: HashMap<i64, Vec<TouchRow>> = HashMap::new();
    for row in rows.touches {
        touches.entry(row.entry_id).or_default().push(row);
    }
    let mut responses: HashMap<i64, Vec<ResponseRow>> = HashMap::new();
    for row in rows.responses {
        responses.entry(row.entry_id).or_default().push(row);
    }
    let mut given: HashMap<i64, Vec<Given>> = HashMap::new();
    for row in &rows.given {
        given.entry(row.entry_id).or_default().extend(promised(row));
    }
    let known = due.iter().map(|row| {
        let touches = touches.remove(&row.entry_id).unwrap_or_default();
        let of_customer = orders.get(&row.customer_id).into_iter().flatten();
        let mut facts = Facts {
            orders: of_customer.filter(|order| order.at.0 >= since(row)).cloned().collect(),
            sent: touches.iter().filter_map(sent).collect(),
            given: given.remove(&row.entry_id).unwrap_or_default(),
            ..Facts::default()
        };
        for term in told.get(&row.customer_id).into_iter().flatten().filter(|term| term.occurred_at >= since(row)) {
            add_term(&mut facts, term, ground);
        }
        Known { facts, touches, responses: responses.remove(&row.entry_id).unwrap_or_default() }
    });
    Ok(known.collect())
}

/// None in a currency without a stored rate: it is in no sum in the home currency.
fn order(row: &OrderRow, ground: &Ground) -> Option<Order> {
    let at = Millis(row.ordered_at);
    let home = |minor: i64| ground.rates.to_home(Money::new(minor, row.currency), at.day());
    let status = match row.status.as_str() {
        "pending" => OrderStatus::Pending,
        "cancelled" => OrderStatus::Cancelled,
        "refunded" => OrderStatus::Refunded,
        _ => OrderStatus::Paid,
    };
    Some(Order {
        id: row.id.clone(),
        changed_at: Millis(row.changed_at),
        at,
        amount: home(row.amount)?,
        discount: home(row.discount)?,
        refunded: home(row.refunded)?,
        refunded_at: None,
        cancelled_at: row.cancelled_at.map(Millis),
        status,
        recurring: false,
        codes: row.codes.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
        earns: share(ground),
    })
}

fn share(ground: &Ground) -> Earns {
    // A margin is a share of 0 to 1.
    Earns::Share((ground.margin.clamp(0.0, 1.0) * 1_000_000.0).round() as u32)
}

fn sent(row: &TouchRow) -> Option<Sent> {
    Some(Sent { touch: row.id, at: Millis(row.sent_at?), cost: Micros(row.cost) })
}

fn promised(row: &GivenRow) -> Option<Given> {
    let is_used = row.outcome.as_deref() == Some("accepted");
    Some(Given {
        offer: row.offer.clone(),
        code: row.code.clone(),
        used_at: row.done_at.filter(|_| is_used).map(Millis),
        kind: offer::Kind::of_code(&row.kind)?,
        depth: row.depth,
        cost: Home(if row.depth == 0 { row.reserved } else { 0 }),
    })
}

/// A paid term is an order that comes again, where its price is told.
fn add_term(facts: &mut Facts, row: &TermRow, ground: &Ground) {
    let properties: Map<String, Value> = serde_json::from_str(&row.properties).unwrap_or_default();
    let at = Millis(row.occurred_at);
    let (id, earns) = (row.id.clone(), share(ground));
    let change = match event::read(&row.name, at, &properties) {
        Event::TermPaid(terms) => {
            if let Some(amount) = terms.price.as_ref().and_then(|price| paid(price, terms.seats, at, ground)) {
                facts.orders.push(Order {
                    id: format!("term:{id}"),
                    changed_at: at,
                    at,
                    amount,
                    discount: Home(0),
                    refunded: Home(0),
                    refunded_at: None,
                    cancelled_at: None,
                    status: OrderStatus::Paid,
                    recurring: true,
                    codes: Vec::new(),
                    earns,
                });
            }
            Some(Term::Runs { until: terms.end.map(|day| day.plus(1).start()) })
        }
        Event::Resumed => Some(Term::Runs { until: None }),
        Event::CancellationAsked { at_once: true } => Some(Term::Ends { at }),
        Event::PaymentSucceeded => {
            facts.payments.push(Payment { id: id.clone(), at, amount: None, refunded: Home(0), order: None, earns });
            None
        }
        _ => None,
    };
    facts.terms.extend(change.map(|change| TermChange { id, at, change }));
}

fn paid(price: &Price, seats: Option<u32>, at: Millis, ground: &Ground) -> Option<Home> {
    let currency = price.currency.as_deref().map_or(Some(ground.home), |code| Currency::parse(code).ok())?;
    let one = Money::parse(&price.amount, currency).ok()?;
    let seats = if price.a_seat { i64::from(seats.unwrap_or(1)) } else { 1 };
    ground.rates.to_home(Money::new(one.minor.saturating_mul(seats), currency), at.day())
}
