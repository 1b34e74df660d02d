//! Scoring's pages: what one reads, and what it writes.

use serde::{Deserialize, Serialize};
use shared::reason::Reason;
use shared::time::{Day, Millis};

use super::{Db, DbError, Outcome, Param, Statement, paged};
use crate::{params, sql};

/// The page that a run is about to read.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    pub token: &'a str,
    /// The lease's cursor as it is stored; the page's bounds are added to it.
    pub cursor: &'a str,
    pub lease_millis: i64,
    /// Customers after this one.
    pub after: i64,
    pub today: Day,
    /// Everybody, not only those who are dirty or due.
    pub everybody: bool,
    /// Also what the shop's own columns say.
    pub traits: bool,
    /// Whoever has an address there is staff; in lower case.
    pub staff_domains: &'a [String],
    pub customers: u32,
    /// Orders and events.
    pub facts: u32,
}

#[derive(Debug, Clone, Deserialize)]
pub struct PageRow {
    pub customer_id: i64,
    dirty: u8,
    pub state: Option<String>,
    /// `shared::state::Base`s as a JSON list, of who is dirty; none of most customers.
    pub bases: Option<String>,
    pub model_id: Option<i64>,
    pub score: Option<String>,
    pub history: Option<String>,
    /// `shared::risk::Aside`s as a JSON list; none of most customers.
    pub asides: Option<String>,
    objected: u8,
    /// A number of [`Reason`] that a person set.
    reason: Option<u8>,
    /// See [`super::traits`].
    pub traits: Option<String>,
    /// JSON list.
    pub tags: Option<String>,
    staff: u8,
    pub tier: i32,
    pub segment: Option<u16>,
    /// [`Placed`] and the columns `t1` to `t20`, as JSON lists.
    placed: String,
    /// The page's last customer.
    pub upto: i64,
}

/// Customer, time, amount, currency, refunded, discount, status.
#[derive(Debug, Clone, Deserialize)]
pub struct OrderRow(pub i64, pub i64, pub i64, pub String, pub i64, pub i64, pub String);

/// Customer, time, name, properties as JSON text.
#[derive(Debug, Clone, Deserialize)]
pub struct EventRow(pub i64, pub i64, pub String, pub String);

/// A claimed page: texts of orders and events are parsed one by one, so that only one of them is in memory whole.
#[derive(Debug)]
pub struct Page {
    pub customers: Vec<PageRow>,
    pub orders: Vec<String>,
    pub events: Vec<String>,
}

/// In the order of `store_facets`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Facets(
    pub i64,
    pub i32,
    pub i32,
    pub u32,
    pub u32,
    pub u32,
    pub Option<i64>,
    pub Option<i32>,
    pub Option<i32>,
    pub u32,
    pub u32,
    pub Option<i32>,
    pub Option<i32>,
    pub u8,
    pub Placed,
    pub Vec<Option<i64>>,
);

/// What `shared::segment::stand` found: reason, engagement, value tier, chance, segment, exclusion, waiting, regain, P(return) with contact
/// and without per mille, margin and order of a return.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Placed(
    pub u8,
    pub u8,
    pub u8,
    pub u8,
    pub u16,
    pub u8,
    pub i64,
    pub i64,
    pub Option<u16>,
    pub Option<u16>,
    pub Option<i64>,
    pub Option<i64>,
);

/// Customer, segment and tier before and now; null where it stayed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Move(pub i64, pub Option<u16>, pub Option<u16>, pub Option<i32>, pub Option<i32>);

#[derive(Debug, Deserialize)]
struct Facts {
    facts: String,
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

#[derive(Debug, Deserialize)]
struct Upto {
    upto: Option<i64>,
}

impl PageRow {
    pub fn is_dirty(&self) -> bool {
        self.dirty != 0
    }

    /// Why they leave, as a person said.
    pub fn reason(&self) -> Option<Reason> {
        self.reason.and_then(Reason::of_number)
    }

    /// To profiling: nothing is worked out about them.
    pub fn is_objecting(&self) -> bool {
        self.objected != 0
    }

    /// Has an address of the shop's own.
    pub fn is_staff(&self) -> bool {
        self.staff != 0
    }

    /// None where any of it was never worked out.
    pub fn placed(&self) -> Option<(Placed, Vec<Option<i64>>)> {
        serde_json::from_str(&self.placed).ok()
    }
}

/// Claims a page and reads it, all in one transaction.
pub fn claim(claim: &Claim) -> Vec<Statement> {
    let params = params![
        claim.token,
        claim.lease_millis,
        claim.cursor,
        claim.after,
        claim.today,
        claim.everybody,
        claim.customers,
        claim.facts
    ];
    vec![
        Statement::new(sql!("scores.sql", "claim_page"), params),
        Statement::new(sql!("scores.sql", "calm_page"), params![]),
        Statement::new(
            sql!("scores.sql", "page"),
            params![claim.today, claim.everybody, claim.traits, Param::json(&claim.staff_domains)],
        ),
        Statement::new(sql!("scores.sql", "page_orders"), params![]),
        Statement::new(sql!("scores.sql", "page_events"), params![]),
    ]
}

/// What the statements of [`claim`] found.
pub fn claimed(outcomes: &[Outcome]) -> Result<Page, DbError> {
    let [_, _, customers, orders, events] = outcomes else {
        return Err(DbError::Bug("a claimed page has five outcomes".to_owned()));
    };
    let texts = |outcome: &Outcome| -> Result<Vec<String>, DbError> {
        Ok(outcome.rows::<Facts>()?.into_iter().map(|row| row.facts).collect())
    };
    Ok(Page { customers: customers.rows()?, orders: texts(orders)?, events: texts(events)? })
}

/// `(customer, schema, state)`.
pub fn store_states(states: &[(i64, u32, String)], now: Millis) -> Result<Vec<Statement>, DbError> {
    paged(states, |page| Statement::new(sql!("scores.sql", "store_states"), params![page, now]))
}

/// `(customer, score, history)`.
pub fn store_scores(scores: &[(i64, String, String)], model: i64, now: Millis) -> Result<Vec<Statement>, DbError> {
    paged(scores, |page| Statement::new(sql!("scores.sql", "store_scores"), params![page, model, now]))
}

/// Of customers who are scored no longer.
pub fn remove_scores(customers: &[i64]) -> Result<Vec<Statement>, DbError> {
    paged(customers, |page| Statement::new(sql!("scores.sql", "remove_scores"), params![page]))
}

pub fn store_facets(facets: &[Facets]) -> Result<Vec<Statement>, DbError> {
    paged(facets, |page| Statement::new(sql!("scores.sql", "store_facets"), params![page]))
}

/// Who moved between segments or tiers.
pub fn store_moves(moves: &[Move], today: Day) -> Result<Vec<Statement>, DbError> {
    paged(moves, |page| Statement::new(sql!("scores.sql", "store_moves"), params![page, today]))
}

/// To be folded again.
pub fn mark_dirty(customers: &[i64]) -> Result<Vec<Statement>, DbError> {
    paged(customers, |page| Statement::new(sql!("scores.sql", "mark_dirty"), params![page]))
}

/// Whether anybody is dirty or due.
pub async fn any_to_score(db: &Db, today: Day) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("scores.sql", "any_to_score"), params![today]).await?;
    Ok(row.is_some_and(|row| row.yes != 0))
}

/// Marks customers of a page whose totals rest on rates: those with an order in a foreign currency, or everybody.
pub fn dirty_foreign(after: i64, upto: i64, everybody: bool) -> Statement {
    Statement::new(sql!("scores.sql", "dirty_foreign"), params![after, upto, everybody])
}

/// The last of the next `customers` customers; none behind the last one.
pub async fn page_end(db: &Db, after: i64, customers: u32) -> Result<Option<i64>, DbError> {
    let row: Option<Upto> = db.first(sql!("scores.sql", "page_end"), params![after, customers]).await?;
    Ok(row.and_then(|row| row.upto))
}
