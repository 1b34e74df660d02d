//! Takes the sample shop out again.

use serde::Deserialize;
use shared::time::Millis;

use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

/// Sample customers, as a JSON array of their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Page {
    pub ids: String,
    pub n: u32,
}

#[derive(Debug, Deserialize)]
struct Yes {
    yes: u8,
}

pub async fn page(db: &Db, after: i64, limit: u32) -> Result<Page, DbError> {
    let page = db.first(sql!("sample.sql", "sample_page"), params![after, limit]).await?;
    Ok(page.unwrap_or(Page { ids: "[]".to_owned(), n: 0 }))
}

/// What goes with customers, but for orders and events, in the order in which nothing points at what is gone.
pub const BELONGINGS: [&str; 18] = [
    sql!("sample.sql", "remove_consents"),
    sql!("sample.sql", "remove_contacts"),
    sql!("sample.sql", "remove_notes"),
    sql!("sample.sql", "remove_tests"),
    sql!("sample.sql", "remove_set_asides"),
    sql!("sample.sql", "forget_users_of_codes"),
    sql!("sample.sql", "remove_codes"),
    sql!("sample.sql", "remove_interventions"),
    sql!("sample.sql", "remove_wishes"),
    sql!("sample.sql", "remove_tasks"),
    sql!("sample.sql", "remove_in_app"),
    sql!("sample.sql", "remove_assignments"),
    sql!("sample.sql", "remove_segment_moves"),
    sql!("sample.sql", "remove_model_answers"),
    sql!("sample.sql", "remove_identities"),
    sql!("sample.sql", "remove_states"),
    sql!("sample.sql", "remove_scores"),
    sql!("sample.sql", "remove_facets"),
];

/// All that is known of them.
pub fn remove(ids: &str) -> Vec<Statement> {
    [
        sql!("sample.sql", "remove_orders"),
        sql!("sample.sql", "remove_events"),
        sql!("sample.sql", "remove_responses"),
        sql!("sample.sql", "remove_touches"),
        sql!("sample.sql", "remove_entries"),
    ]
    .into_iter()
    .chain(BELONGINGS)
    .chain([sql!("sample.sql", "remove_customers")])
    .map(|sql| Statement::new(sql, vec![Param::Json(ids.to_owned())]))
    .collect()
}

/// No further batch of the sample shop is taken.
pub fn cancel_imports(now: Millis) -> Statement {
    Statement::new(sql!("sample.sql", "cancel_sample_imports"), params![now])
}

/// No sample shop is loaded.
pub fn end(now: Millis) -> Statement {
    Statement::new(sql!("sample.sql", "end_sample"), params![now])
}

pub async fn any(db: &Db) -> Result<bool, DbError> {
    let row: Option<Yes> = db.first(sql!("sample.sql", "any_sample"), params![]).await?;
    Ok(row.is_some_and(|row| row.yes != 0))
}
