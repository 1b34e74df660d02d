//! One customer: everything on its page.

use serde::{Deserialize, Serialize};
use shared::api::Order;
use shared::catalogue::Bought;
use shared::id::Id;
use shared::money::{Currency, Money, Rates};
use shared::risk::Model;
use shared::state::{self, State};
use shared::time::{Day, Millis};

use super::customers::Row;
use super::notes::{self, Note};
use super::totals::DayTotal;
use super::{Db, DbError, Statement, shop, traits};
use crate::{params, sql};

#[derive(Debug, Clone, Deserialize)]
pub struct Profile {
    #[serde(flatten)]
    pub row: Row,
    pub score: Option<String>,
    pub traits: String,
    pub version: u32,
    pub objected_at: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ContactRow {
    pub id: i64,
    pub public_id: Id,
    pub role: String,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub country: Option<String>,
    pub time_zone: Option<String>,
    /// `shared::consent::Present` as JSON.
    pub consent: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ConsentRow {
    pub contact_id: i64,
    pub channel: String,
    pub purpose: String,
    pub state: String,
    pub basis: String,
    pub source: String,
    pub occurred_at: i64,
    pub expires_at: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct OrderRow {
    pub external_id: String,
    pub ordered_at: i64,
    pub amount: i64,
    pub refunded: i64,
    pub currency: Currency,
    pub status: String,
    pub items: Option<String>,
}

/// What belongs to a customer.
#[derive(Debug)]
pub struct Belongings {
    pub contacts: Vec<ContactRow>,
    pub consents: Vec<ConsentRow>,
    pub orders: Vec<OrderRow>,
    /// Newest first.
    pub notes: Vec<Note>,
    pub spent: Vec<DayTotal>,
    pub rates: Rates,
    /// What the score was made of; none where there is none, or where a version that this one does not understand wrote it.
    pub made_of: Option<(State, Model)>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Happening {
    pub at: i64,
    pub kind: String,
    pub key: String,
    pub title: String,
    pub detail: Option<String>,
    pub amount: Option<i64>,
    pub currency: Option<Currency>,
    pub more: Option<String>,
}

/// After which row of a timeline to go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelinePlace {
    pub at: i64,
    pub kind: String,
    pub key: String,
}

#[derive(Debug, Deserialize)]
struct MadeOf {
    /// See [`super::traits`].
    traits: String,
    state: String,
    parameters: String,
}

#[derive(Debug, Deserialize)]
struct RowId {
    id: i64,
}

impl OrderRow {
    /// In the catalogue's words.
    pub fn bought(&self) -> Bought {
        Bought { at: Millis(self.ordered_at), items: self.items() }
    }

    pub fn wire(self) -> Order {
        Order {
            ordered_at: Millis(self.ordered_at).rfc3339(),
            amount: Money::new(self.amount, self.currency),
            refunded: Money::new(self.refunded, self.currency),
            items: self.items(),
            status: self.status,
            external_id: self.external_id,
        }
    }

    fn items(&self) -> Vec<String> {
        self.items.as_deref().and_then(|items| serde_json::from_str(items).ok()).unwrap_or_default()
    }
}

pub async fn find(db: &Db, id: &Id, today: Day) -> Result<Option<Profile>, DbError> {
    db.first(sql!("profile.sql", "find"), params![id, today]).await
}

pub async fn row_id(db: &Db, id: &Id) -> Result<Option<i64>, DbError> {
    let row: Option<RowId> = db.first(sql!("profile.sql", "row_id"), params![id]).await?;
    Ok(row.map(|row| row.id))
}

/// In one call. `home` is what the rates convert to.
pub async fn belongings(db: &Db, customer: i64, home: Currency) -> Result<Belongings, DbError> {
    let statements = vec![
        Statement::new(sql!("profile.sql", "contacts"), params![customer]),
        Statement::new(sql!("profile.sql", "consents"), params![customer]),
        Statement::new(sql!("profile.sql", "orders"), params![customer]),
        notes::of_statement(customer),
        Statement::new(sql!("profile.sql", "spent"), params![customer]),
        shop::rates_statement(),
        Statement::new(sql!("profile.sql", "made_of"), params![customer]),
    ];
    let outcomes = db.batch_idempotent(statements).await?;
    let [contacts, consents, orders, notes, spent, rates, made_of] = outcomes.as_slice() else {
        return Err(DbError::Bug("a batch lost results".to_owned()));
    };
    Ok(Belongings {
        contacts: contacts.rows()?,
        consents: consents.rows()?,
        orders: orders.rows()?,
        notes: notes.rows()?,
        spent: spent.rows()?,
        rates: shop::read_rates(rates.rows()?, home),
        made_of: made_of.first::<MadeOf>()?.and_then(|row| {
            let state: State = State { traits: traits::read(&row.traits), ..serde_json::from_str(&row.state).ok()? };
            let model = serde_json::from_str(&row.parameters).ok()?;
            (state.schema == state::SCHEMA).then_some((state, model))
        }),
    })
}

pub async fn timeline(db: &Db, customer: i64, after: &TimelinePlace, limit: u32) -> Result<Vec<Happening>, DbError> {
    let TimelinePlace { at, kind, key } = after;
    db.all(sql!("profile.sql", "timeline"), params![customer, *at, kind, key, limit]).await
}
