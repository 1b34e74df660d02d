//! Whom a campaign is for, page by page, with what a message to them may say.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use shared::api::CustomerKind;
use shared::id::Id;
use shared::segment::filter::Checked;
use shared::state::{self, State};
use shared::time::Millis;

use super::profile::OrderRow;
use super::{Db, DbError, Outcome, Param, Statement, lists, traits};
use crate::{params, sql};

/// Customers that are looked at for a page in one statement.
const WINDOW: i64 = 50_000;

/// Such statements that a page takes at most: behind them it ends, with the place to go on from.
const WINDOWS: u32 = 4;

/// Which way a page goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Behind the customer of this number.
    After(i64),
    Before(i64),
}

/// Numbers of customers in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    pub ids: Vec<i64>,
    /// There may be more in the page's direction, from this number on.
    pub more_from: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Person {
    pub id: i64,
    pub public_id: Id,
    pub kind: CustomerKind,
    pub name: String,
    /// Of the first contact.
    pub contact_name: Option<String>,
    pub country: Option<String>,
    pub tier: i32,
    pub value_tier: u8,
    pub reason: u8,
    pub engagement: u8,
    pub last_day: Option<i32>,
    pub contact: Option<u16>,
    pub alone: Option<u16>,
    pub margin_back: Option<i64>,
    pub order_back: Option<i64>,
    pub excluded: u8,
    state: Option<String>,
    /// See [`super::traits`].
    traits: String,
}

#[derive(Debug, Deserialize)]
struct Number {
    id: i64,
}

#[derive(Debug, Deserialize)]
struct Ordered {
    customer_id: i64,
    #[serde(flatten)]
    order: OrderRow,
}

/// A page of those in the segment whom offers do not leave out. `top`: the highest number of a customer.
pub async fn page(db: &Db, segment: &Checked, place: Place, top: i64, limit: usize) -> Result<Page, DbError> {
    find(db, Some(segment), place, top, limit, [sql!("audience.sql", "after"), sql!("audience.sql", "before")]).await
}

/// The page after a customer of all in the segment, with those whom offers leave out; of all customers without one.
pub async fn everybody(db: &Db, segment: Option<&Checked>, after: i64, top: i64, limit: usize) -> Result<Page, DbError> {
    let after_one = sql!("audience.sql", "everybody_after");
    find(db, segment, Place::After(after), top, limit, [after_one, after_one]).await
}

async fn find(
    db: &Db,
    segment: Option<&Checked>,
    place: Place,
    top: i64,
    limit: usize,
    [after, before]: [&'static str; 2],
) -> Result<Page, DbError> {
    let mut found = Page::default();
    let mut from = match place {
        Place::After(id) | Place::Before(id) => id,
    };
    for _ in 0..WINDOWS {
        let wanted = u32::try_from(limit.saturating_sub(found.ids.len())).unwrap_or(u32::MAX);
        let (sql, end) = match place {
            Place::After(_) => (after, from.saturating_add(WINDOW).min(top)),
            Place::Before(_) => (before, from.saturating_sub(WINDOW).max(0)),
        };
        let statement = Statement::new(sql, params![from, end, wanted]);
        let statement = match segment {
            Some(segment) => lists::within(segment, statement),
            None => statement,
        };
        let rows: Vec<Number> = db.all(statement.sql, statement.params).await?;
        let is_full = rows.len() >= wanted as usize;
        found.ids.extend(rows.iter().map(|row| row.id));
        from = match found.ids.last() {
            Some(last) if is_full => *last,
            _ => end,
        };
        let is_end = match place {
            Place::After(_) => from >= top,
            Place::Before(_) => from <= 0,
        };
        found.more_from = (!is_end).then_some(from);
        if is_full || is_end {
            break;
        }
    }
    if matches!(place, Place::Before(_)) {
        found.ids.reverse();
    }
    Ok(found)
}

/// Of those with these numbers, in their order.
pub fn people(ids: &[i64]) -> Statement {
    Statement::new(sql!("audience.sql", "people"), params![Param::json(&ids)])
}

/// What they bought.
pub fn orders(ids: &[i64]) -> Statement {
    Statement::new(sql!("audience.sql", "orders"), params![Param::json(&ids)])
}

/// A ticket as the state keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TicketKey(pub i64, pub Millis, pub String);

#[derive(Debug, Deserialize)]
struct Subject {
    customer_id: i64,
    subject: String,
}

/// What these tickets were about, by customer.
pub async fn subjects(db: &Db, tickets: &[TicketKey]) -> Result<HashMap<i64, String>, DbError> {
    if tickets.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Subject> = db.all(sql!("audience.sql", "subjects"), params![Param::json(&tickets)]).await?;
    Ok(rows.into_iter().map(|row| (row.customer_id, row.subject)).collect())
}

/// The newest first.
pub fn read_orders(outcome: &Outcome) -> Result<HashMap<i64, Vec<OrderRow>>, DbError> {
    let mut orders: HashMap<i64, Vec<OrderRow>> = HashMap::new();
    for row in outcome.rows::<Ordered>()? {
        orders.entry(row.customer_id).or_default().push(row.order);
    }
    Ok(orders)
}

impl Person {
    /// None where there is none, or where a version that this one does not understand wrote it.
    pub fn state(&self) -> Option<State> {
        let state: State = serde_json::from_str(self.state.as_deref()?).ok()?;
        (state.schema == state::SCHEMA).then(|| State { traits: traits::read(&self.traits), ..state })
    }
}
