//! Work that waits.

use serde::Deserialize;
use shared::time::Millis;

use super::{Db, DbError};
use crate::{params, sql};

/// Jobs that are due, and since when the oldest of them is (milliseconds since 1970).
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Due {
    pub jobs: u32,
    pub oldest: Option<i64>,
}

pub async fn due(db: &Db, now: Millis) -> Result<Due, DbError> {
    Ok(db.first(sql!("work.sql", "due"), params![now]).await?.unwrap_or_default())
}
