//! All that is held on one person, a table at a time.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Db, DbError, Param};
use crate::{params, sql};

/// A table of the export: its name there, its statement, and whether the place of a row is how many were before it.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    pub name: &'static str,
    sql: &'static str,
    is_counted: bool,
}

#[derive(Debug, Deserialize)]
struct Upto {
    upto: i64,
}

const fn table(name: &'static str, sql: &'static str) -> Table {
    Table { name, sql, is_counted: false }
}

const fn counted(name: &'static str, sql: &'static str) -> Table {
    Table { name, sql, is_counted: true }
}

/// What is found by the numbers of the person's records.
pub const TABLES: [Table; 22] = [
    table("records", sql!("person.sql", "records")),
    table("contacts", sql!("person.sql", "contacts")),
    table("consents", sql!("person.sql", "consents")),
    counted("identities", sql!("person.sql", "identities")),
    counted("orders", sql!("person.sql", "orders")),
    counted("order_parts", sql!("person.sql", "order_parts")),
    counted("events", sql!("person.sql", "events")),
    table("states", sql!("person.sql", "states")),
    table("scores", sql!("person.sql", "scores")),
    table("notes", sql!("person.sql", "notes")),
    table("set_asides", sql!("person.sql", "set_asides")),
    table("segment_moves", sql!("person.sql", "segment_moves")),
    counted("model_answers", sql!("person.sql", "model_answers")),
    table("codes", sql!("person.sql", "codes")),
    table("interventions", sql!("person.sql", "interventions")),
    table("campaigns", sql!("person.sql", "entries")),
    table("touches", sql!("person.sql", "touches")),
    counted("responses", sql!("person.sql", "responses")),
    table("tasks", sql!("person.sql", "tasks")),
    table("merges", sql!("person.sql", "merges")),
    table("privacy_requests", sql!("person.sql", "privacy_requests")),
    table("parked_messages", sql!("person.sql", "parked_messages")),
];

/// Rows of a table behind a place, with the place to go on behind; none at the end.
pub async fn rows(
    db: &Db,
    table: &Table,
    people: &[i64],
    after: i64,
    most: u32,
) -> Result<(Vec<Map<String, Value>>, Option<i64>), DbError> {
    let mut rows: Vec<Map<String, Value>> = db.all(table.sql, params![Param::json(&people), after, most]).await?;
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let is_end = count < i64::from(most);
    let place = |row: &Map<String, Value>| row.get("at").and_then(Value::as_f64).map(|at| at as i64);
    let next = if table.is_counted { Some(after.saturating_add(count)) } else { rows.last().and_then(place) };
    for row in &mut rows {
        row.remove("at");
    }
    Ok((rows, next.filter(|_| !is_end)))
}

/// Answers to programs that name the person by one of the texts.
pub async fn answers(db: &Db, texts: &[String], most: u32) -> Result<Vec<Map<String, Value>>, DbError> {
    db.all(sql!("person.sql", "answers"), params![Param::json(&texts), 0, most]).await
}

/// The newest message of all.
pub async fn newest_message(db: &Db) -> Result<i64, DbError> {
    let row: Option<Upto> = db.first(sql!("person.sql", "newest_message"), params![]).await?;
    Ok(row.map_or(0, |row| row.upto))
}
