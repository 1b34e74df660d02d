//! Takes the sample shop out again, with all that was made of it.

use serde::{Deserialize, Serialize};
use shared::api::Plan;
use shared::time::Millis;

use super::run::{Held, JobError, Work};
use crate::db::{Db, DbError, results, sample, usage};
use crate::seams;

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Cursor {
    after: i64,
    is_begun: bool,
}

/// What D1 meters at most for a sample customer: some dozens of orders and events, each a row and an index, and its own rows.
const ROWS: u64 = 300;

pub async fn has_work(db: &Db, now: Millis) -> Result<bool, DbError> {
    may_write(db, now, 1).await
}

async fn may_write(db: &Db, now: Millis, customers: u32) -> Result<bool, DbError> {
    let left = usage::allowance(db, now.day()).await?.left_for_imports();
    Ok(left.is_none_or(|left| left >= u64::from(customers) * ROWS))
}

pub async fn work(held: &mut Held<Cursor>) -> Result<Work, JobError> {
    if !held.cursor().is_begun {
        held.cursor_mut().is_begun = true;
        held.write(vec![sample::cancel_imports(held.now)]).await?;
    }
    let size = if held.plan == Plan::Free { 10 } else { 100 };
    loop {
        if held.plan == Plan::Free && !may_write(&held.db, held.now, size).await? {
            return Ok(Work::Tomorrow);
        }
        let page = sample::page(&held.db, held.cursor().after, size).await?;
        if page.n == 0 {
            break;
        }
        if !held.has_time() {
            return Ok(Work::More);
        }
        let ids: Vec<i64> = serde_json::from_str(&page.ids).map_err(|error| DbError::Bug(error.to_string()))?;
        held.cursor_mut().after = ids.last().copied().unwrap_or(i64::MAX);
        held.count("customers", u64::from(page.n));
        seams::point("sample.loaded").await;
        held.write(sample::remove(&page.ids)).await?;
        seams::point("sample.removed").await;
    }
    let mut statements = results::begin_anew(held.now);
    statements.push(sample::end(held.now));
    held.write(statements).await?;
    Ok(Work::Done)
}
