//! Rows about nobody in particular: addresses that nobody may write to, and what can be bought.

use std::collections::{HashMap, HashSet};

use shared::import::{ProductRow, SuppressionRow};
use shared::time::Millis;

use super::plan::{Plan, last_of_each};
use crate::db::imports::Import;
use crate::db::products::{self, Origin, Product};
use crate::db::suppressions::{self, NewSuppression, Reason};
use crate::db::{Db, DbError};
use crate::suppression::Channel;

/// Where an imported suppression comes from, as people are shown it.
const SOURCE: &str = "Imported files";

/// What D1 meters for a product: its row and those of three indexes.
const PRODUCT: u64 = 4;

/// Only the hashes are written.
pub async fn suppressions(db: &Db, rows: &[SuppressionRow], now: Millis) -> Result<Plan, DbError> {
    let addresses: Vec<(Channel, &str)> = rows.iter().map(|row| (channel(row), row.address.as_str())).collect();
    let stored = suppressions::find(db, &addresses).await?;
    let hasher = db.hasher()?;
    let mut new = Vec::new();
    let mut lines = HashSet::new();
    let mut seen: HashMap<(String, Channel), Reason> = HashMap::new();
    for ((row, (channel, address)), stored) in rows.iter().zip(addresses).zip(&stored) {
        let (hash, reason) = (hasher.hash(channel, address), reason(row));
        let before = stored.as_ref().map(|stored| &stored.reason).or_else(|| seen.get(&(hash.clone(), channel)));
        if before.is_none_or(|before| *before < reason) {
            lines.insert(row.line);
            seen.insert((hash.clone(), channel), reason);
        }
        new.push(NewSuppression(hash, channel, reason, SOURCE.to_owned(), row.at.unwrap_or(now).0));
    }
    Ok(Plan {
        people: suppressions::store(&new, now)?,
        accepted: Some(u32::try_from(lines.len()).unwrap_or(u32::MAX)),
        rows_written: new.len() as u64,
        ..Plan::default()
    })
}

pub async fn products(db: &Db, import: &Import, rows: &[ProductRow], now: Millis) -> Result<Plan, DbError> {
    let products = last_of_each(rows.iter().map(product).collect(), |product: &Product| product.0.clone());
    let accepted = products::count_new(db, &products, import.source).await?;
    Ok(Plan {
        rows_written: products.len() as u64 * PRODUCT,
        people: products::store(&products, Origin { source: import.source, import: import.id, now })?,
        accepted: Some(accepted),
        ..Plan::default()
    })
}

fn channel(row: &SuppressionRow) -> Channel {
    if row.channel == "sms" { Channel::Sms } else { Channel::Email }
}

fn reason(row: &SuppressionRow) -> Reason {
    match row.reason.as_str() {
        "unsubscribed" => Reason::Unsubscribed,
        "complained" => Reason::Complained,
        "bounced" => Reason::Bounced,
        _ => Reason::Imported,
    }
}

fn product(row: &ProductRow) -> Product {
    Product(
        row.id.clone(),
        row.product_id.clone(),
        row.title.clone(),
        row.variant.clone(),
        row.sku.clone(),
        row.category.clone(),
        row.price,
        row.currency.to_string(),
        row.stock,
        row.image.clone(),
        row.link.clone(),
        u8::from(row.is_gone),
    )
}
