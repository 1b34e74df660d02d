//! Events that imports bring.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::orders::{Origin, Store};
use super::{Db, DbError, Param, Statement, json_pages};
use crate::{params, sql};

/// In the column order of `store_events`: external id, the customer's identity key (kind and value), name, time, properties as
/// JSON text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event(pub String, pub &'static str, pub String, pub String, pub i64, pub String);

#[derive(Debug, Deserialize)]
struct NewKey {
    external_id: String,
}

pub fn store(events: &[Event], origin: Origin) -> Result<Vec<Store>, DbError> {
    let Origin { source, import, now } = origin;
    let page = |page: String| {
        let page = Param::Json(page);
        let touched = || params![page.clone(), source, now, import];
        Store {
            losers: Statement::new(sql!("events.sql", "dirty_losers_of_events"), params![page.clone(), source]),
            write: Statement::new(sql!("events.sql", "store_events"), touched()),
            owners: [
                Statement::new(sql!("events.sql", "dirty_owners_of_events_in_flight"), touched()),
                Statement::new(sql!("events.sql", "dirty_owners_of_events"), touched()),
            ],
        }
    };
    Ok(json_pages(events)?.into_iter().map(page).collect())
}

/// The keys of those that are not stored just so.
pub async fn new_keys(db: &Db, events: &[Event], source: i64) -> Result<HashSet<String>, DbError> {
    let mut new = HashSet::new();
    for page in json_pages(events)? {
        let rows: Vec<NewKey> = db.all(sql!("events.sql", "new_events"), params![Param::Json(page), source]).await?;
        new.extend(rows.into_iter().map(|row| row.external_id));
    }
    Ok(new)
}
