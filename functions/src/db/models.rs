//! Models, and what a fit reads.

use serde::Deserialize;
use shared::api::ModelCard;
use shared::risk::{Group, Model};
use shared::state::{self, State};
use shared::time::{Day, Millis};

use super::{Db, DbError, Outcome, Param, Statement};
use crate::{params, sql};

/// The model that scores rest on.
#[derive(Debug, Clone)]
pub struct Live {
    pub id: i64,
    pub model: Model,
    pub card: ModelCard,
    pub created_at: Millis,
}

#[derive(Debug, Deserialize)]
struct ModelRow {
    id: i64,
    parameters: String,
    card: String,
    created_at: i64,
}

#[derive(Debug, Deserialize)]
struct Groups {
    groups: String,
}

#[derive(Debug, Deserialize)]
struct StateRow {
    state: String,
}

#[derive(Debug, Deserialize)]
struct Count {
    n: u64,
}

#[derive(Debug, Deserialize)]
struct Id {
    id: i64,
}

/// None before the first, or where it was written by a version that this one does not understand.
pub async fn live(db: &Db) -> Result<Option<Live>, DbError> {
    let row: Option<ModelRow> = db.first(sql!("models.sql", "live_model"), params![]).await?;
    Ok(row.and_then(|row| {
        let model = serde_json::from_str(&row.parameters).ok()?;
        let card = serde_json::from_str(&row.card).ok()?;
        Some(Live { id: row.id, model, card, created_at: Millis(row.created_at) })
    }))
}

/// Makes it the live one; the outcome of the last statement has its id, see [`new_id`].
pub fn store(model: &Model, card: &ModelCard, now: Millis) -> Vec<Statement> {
    vec![
        Statement::new(sql!("models.sql", "retire_models"), params![]),
        Statement::new(sql!("models.sql", "store_model"), params![Param::json(model), Param::json(card), now]),
    ]
}

pub fn new_id(outcome: Option<&Outcome>) -> Result<i64, DbError> {
    let row: Option<Id> = outcome.map(Outcome::first).transpose()?.flatten();
    row.map(|row| row.id).ok_or_else(|| DbError::Bug("a new model has no id".to_owned()))
}

/// Purchase histories of the customers after one and up to another.
pub async fn groups(db: &Db, after: i64, upto: i64, today: Day) -> Result<Vec<Group>, DbError> {
    let row: Option<Groups> = db.first(sql!("models.sql", "groups"), params![after, upto, today]).await?;
    let text = row.map_or_else(|| "[]".to_owned(), |row| row.groups);
    let groups: Vec<(u32, u32, u32, u32)> = serde_json::from_str(&text).map_err(|error| DbError::Bug(error.to_string()))?;
    Ok(groups.into_iter().map(|(repeats, recency, age, customers)| Group { repeats, recency, age, customers }).collect())
}

pub async fn customers_with_orders(db: &Db) -> Result<u64, DbError> {
    let row: Option<Count> = db.first(sql!("models.sql", "customers_with_orders"), params![]).await?;
    Ok(row.map_or(0, |row| row.n))
}

/// The states of one in `each` of the customers after one and up to another.
pub async fn sample_states(db: &Db, after: i64, upto: i64, each: u64) -> Result<Vec<State>, DbError> {
    let rows: Vec<StateRow> = db.all(sql!("models.sql", "sample_states"), params![after, upto, each]).await?;
    let states = rows.iter().filter_map(|row| serde_json::from_str(&row.state).ok());
    Ok(states.filter(|state: &State| state.schema == state::SCHEMA).collect())
}

/// Old models that no score rests on.
pub fn prune(before: Millis) -> Statement {
    Statement::new(sql!("models.sql", "prune_models"), params![before])
}
