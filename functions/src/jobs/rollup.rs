//! Cuts the lists of a large shop into runs and adds its figures up, after scoring: see [`rollups`].

use serde::{Deserialize, Serialize};

use super::run::{Held, JobError, Work};
use crate::advice;
use crate::db::customers::{self, Sort};
use crate::db::{rollups, shop, totals};
use crate::offering;
use crate::seams;

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Cursor {
    /// 0 before the first list.
    generation: i64,
    /// Lists that are cut.
    cut: usize,
}

pub async fn work(held: &mut Held<Cursor>) -> Result<Work, JobError> {
    if held.cursor().generation == 0 {
        held.cursor_mut().generation = rollups::next_generation(&held.db).await?;
    }
    while let Some(&sort) = Sort::ALL.get(held.cursor().cut) {
        if !held.has_time() {
            return Ok(Work::More);
        }
        let statement = rollups::cut(held.cursor().generation, sort);
        held.cursor_mut().cut += 1;
        let outcomes = held.write(vec![statement]).await?;
        held.count("runs", outcomes.first().map_or(0, |outcome| outcome.changes));
        seams::point("rollup.cut").await;
    }
    let shop = shop::read(&held.db).await?;
    let home = shop.home_currency;
    let mut tiers = customers::count_tiers(&held.db, home).await?;
    let shelf = offering::shelf(&held.db, &shop, held.now).await?;
    advice::tell_best(&held.db, &mut tiers, &shelf, held.now).await?;
    let totals = totals::count(&held.db, home).await?;
    let lists = rollups::Lists { generation: held.cursor().generation, tiers };
    seams::point("rollup.counted").await;
    held.write(rollups::publish(&lists, &totals)).await?;
    Ok(Work::Done)
}
