//! The shop's brand.

use serde::Deserialize;
use shared::message::Brand;
use shared::time::Millis;

use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row {
    settings: Option<String>,
    pub version: u32,
    pub updated_by: Option<String>,
    pub updated_at: i64,
}

pub async fn read(db: &Db) -> Result<Row, DbError> {
    let row = db.first(sql!("brand.sql", "brand"), params![]).await?;
    row.ok_or_else(|| DbError::Bug("the brand's row is missing".to_owned()))
}

/// # Errors
/// [`DbError::is_stale`] of `brand` where `version` is not the newest.
pub async fn replace(db: &Db, brand: &Brand, version: u32, by: Option<i64>, now: Millis, log: Statement) -> Result<(), DbError> {
    let replace = Statement::new(sql!("brand.sql", "replace"), params![version, Param::json(brand), by, now]);
    db.batch(vec![replace, log]).await.map(drop)
}

impl Row {
    /// A plain one under the shop's own name where nobody has set it yet.
    pub fn brand(&self, shop: &str) -> Brand {
        let set = self.settings.as_deref().and_then(|json| serde_json::from_str(json).ok());
        set.unwrap_or_else(|| Brand { name: shop.to_owned(), ..Brand::default() })
    }
}
