//! What can be bought.

use serde::{Deserialize, Serialize};

pub use super::orders::Origin;
use super::{Db, DbError, Param, Statement, json_pages};
use crate::{params, sql};

/// In the column order of `import_products`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Product(
    pub String,
    pub String,
    pub String,
    pub Option<String>,
    pub Option<String>,
    pub Option<String>,
    pub Option<i64>,
    pub String,
    pub Option<i64>,
    pub Option<String>,
    pub Option<String>,
    pub u8,
);

#[derive(Debug, Deserialize)]
struct Count {
    n: u32,
}

pub fn store(products: &[Product], origin: Origin) -> Result<Vec<Statement>, DbError> {
    let Origin { source, import, now } = origin;
    let write = |page| Statement::new(sql!("products.sql", "import_products"), params![Param::Json(page), source, now, import]);
    Ok(json_pages(products)?.into_iter().map(write).collect())
}

/// How many of them are not stored just so.
pub async fn count_new(db: &Db, products: &[Product], source: i64) -> Result<u32, DbError> {
    let mut new = 0;
    for page in json_pages(products)? {
        let row: Option<Count> = db.first(sql!("products.sql", "count_new_products"), params![Param::Json(page), source]).await?;
        new += row.map_or(0, |row| row.n);
    }
    Ok(new)
}
