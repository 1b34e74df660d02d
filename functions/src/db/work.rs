//! Work that waits.

use serde::Deserialize;

use super::{Db, DbError};
use crate::{params, sql};

/// Jobs that are due, and for how long the oldest of them has been.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Due {
    pub jobs: u32,
    pub oldest_seconds: Option<i64>,
}

pub async fn due(db: &Db) -> Result<Due, DbError> {
    Ok(db.first(sql!("work.sql", "due"), params![]).await?.unwrap_or_default())
}
