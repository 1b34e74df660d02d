//! Orders that imports bring.

use serde::{Deserialize, Serialize};
use shared::time::Millis;

use super::{Db, DbError, Param, Statement, json_pages};
use crate::{params, sql};

/// In the column order of `store_orders`: external id, the customer's identity key (kind and value), time, amount, currency,
/// refunded, discount, status, time of cancellation, items and codes as JSON text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Order(
    pub String,
    pub &'static str,
    pub String,
    pub i64,
    pub i64,
    pub String,
    pub i64,
    pub i64,
    pub String,
    pub Option<i64>,
    pub Option<String>,
    pub Option<String>,
);

/// The statements of one page of orders, apart because others go between them.
#[derive(Debug)]
pub struct Store {
    /// Marks who loses an order; goes before `write`.
    pub losers: Statement,
    pub write: Statement,
    /// Mark who gained or changed an order; each may be followed by a wake.
    pub owners: [Statement; 2],
}

#[derive(Debug, Deserialize)]
struct Count {
    n: u32,
}

/// Where the orders come from, and when.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    pub source: i64,
    pub import: i64,
    pub now: Millis,
}

pub fn store(orders: &[Order], origin: Origin) -> Result<Vec<Store>, DbError> {
    let Origin { source, import, now } = origin;
    let page = |page: String| {
        let page = Param::Json(page);
        let touched = || params![page.clone(), source, now, import];
        Store {
            losers: Statement::new(sql!("orders.sql", "dirty_losers_of_orders"), params![page.clone(), source]),
            write: Statement::new(sql!("orders.sql", "store_orders"), touched()),
            owners: [
                Statement::new(sql!("orders.sql", "dirty_owners_of_orders_in_flight"), touched()),
                Statement::new(sql!("orders.sql", "dirty_owners_of_orders"), touched()),
            ],
        }
    };
    Ok(json_pages(orders)?.into_iter().map(page).collect())
}

/// How many of them are not stored just so.
pub async fn count_new(db: &Db, orders: &[Order], source: i64) -> Result<u32, DbError> {
    let mut new = 0;
    for page in json_pages(orders)? {
        let row: Option<Count> = db.first(sql!("orders.sql", "count_new_orders"), params![Param::Json(page), source]).await?;
        new += row.map_or(0, |row| row.n);
    }
    Ok(new)
}
