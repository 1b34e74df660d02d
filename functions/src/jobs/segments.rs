//! Places everybody, after scoring: where the shop's thirds are cut, which thin segments merge, who moves, and the day's line of each.

use serde::{Deserialize, Serialize};
use shared::segment::{Cuts, Map};

use super::run::{Held, JobError, Work};
use crate::db::segments::{self, Settings};
use crate::db::{Db, DbError};
use crate::seams;

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Cursor {
    /// What everybody is placed by in this run; none before it is worked out.
    by: Option<(Cuts, Map)>,
    after: i64,
}

/// Customers whose places are looked at in one statement: some 10 ms.
const PAGE: u32 = 20_000;

/// Whether anybody was scored since the last run.
pub async fn has_work(db: &Db) -> Result<bool, DbError> {
    segments::is_stale(db).await
}

pub async fn work(held: &mut Held<Cursor>) -> Result<Work, JobError> {
    let (cuts, map) = match held.cursor().by.clone() {
        Some(by) => by,
        None => decide(held).await?,
    };
    while let Some(upto) = segments::page_end(&held.db, held.cursor().after, PAGE).await? {
        if !held.has_time() {
            return Ok(Work::More);
        }
        let statements = segments::settle((held.cursor().after, upto), &cuts, &map, held.now.day());
        held.cursor_mut().after = upto;
        let outcomes = held.write(statements).await?;
        held.count("moved", outcomes.get(1).map_or(0, |outcome| outcome.changes));
        seams::point("segments.settled").await;
    }
    let figures = segments::figures(&held.db, held.now.day()).await?;
    let counts = crate::routes::segments::count_all(&held.db, held.now).await?;
    held.count("segments", figures.tallies.len() as u64);
    let mut statements = segments::publish(&figures, held.now);
    statements.push(segments::count_anew(&counts, held.now));
    seams::point("segments.counted").await;
    held.write(statements).await?;
    Ok(Work::Done)
}

/// Cuts move only where they differ enough to be worth moving people; the map follows the counts under the cuts that hold.
async fn decide(held: &mut Held<Cursor>) -> Result<(Cuts, Map), JobError> {
    let Settings { cuts: before, map, .. } = segments::settings(&held.db).await?;
    let now = segments::cuts(&held.db).await?;
    let cuts = if now.differ(&before) { now } else { before };
    let map = Map::of(&segments::cell_counts(&held.db, &cuts).await?, &map);
    held.cursor_mut().by = Some((cuts, map.clone()));
    held.write(vec![segments::put_map(&cuts, &map)]).await?;
    seams::point("segments.decided").await;
    Ok((cuts, map))
}
