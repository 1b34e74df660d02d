//! What can be bought.

use serde::{Deserialize, Serialize};
use shared::catalogue;
use shared::money::{Currency, Money};
use shared::time::Millis;

pub use super::orders::Origin;
use super::{Db, DbError, Outcome, Param, Statement, json_pages};
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

#[derive(Debug, Deserialize)]
struct ProductRow {
    id: String,
    product_id: String,
    title: String,
    variant: Option<String>,
    sku: Option<String>,
    category: Option<String>,
    price: Option<i64>,
    currency: Option<Currency>,
    stock: Option<i64>,
    image: Option<String>,
    link: Option<String>,
    is_gone: u8,
    restocked_at: Option<i64>,
    price_before: Option<i64>,
    price_fell_at: Option<i64>,
}

/// Whether there is a catalogue at all: [`read_any`].
pub fn any() -> Statement {
    Statement::new(sql!("products.sql", "any"), params![])
}

pub fn read_any(outcome: &Outcome) -> Result<bool, DbError> {
    Ok(outcome.first::<Count>()?.is_some_and(|row| row.n > 0))
}

/// What the catalogue holds under these numbers, stock keeping units and titles.
pub async fn find(db: &Db, keys: &[String]) -> Result<Vec<catalogue::Product>, DbError> {
    let mut found = Vec::new();
    if keys.is_empty() {
        return Ok(found);
    }
    for page in json_pages(keys)? {
        let rows: Vec<ProductRow> = db.all(sql!("products.sql", "find_products"), params![Param::Json(page)]).await?;
        found.extend(rows.into_iter().map(catalogue::Product::from));
    }
    Ok(found)
}

impl From<ProductRow> for catalogue::Product {
    fn from(row: ProductRow) -> Self {
        let money = |minor: Option<i64>| minor.zip(row.currency).map(|(minor, currency)| Money::new(minor, currency));
        Self {
            price: money(row.price),
            fell: money(row.price_before).zip(row.price_fell_at.map(Millis)),
            id: row.id,
            product_id: row.product_id,
            title: row.title,
            variant: row.variant,
            sku: row.sku,
            category: row.category,
            stock: row.stock,
            image: row.image,
            link: row.link,
            is_gone: row.is_gone != 0,
            restocked_at: row.restocked_at.map(Millis),
        }
    }
}
