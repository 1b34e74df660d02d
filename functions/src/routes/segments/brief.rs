//! One segment, as its page shows it.

use shared::api::{Segment, SegmentDay, SegmentMove};
use shared::id::Id;
use shared::money::{Currency, Home};
use shared::time::Day;

use super::rows;
use crate::ctx::Ctx;
use crate::db::segments::{self, Tally};
use crate::db::shop;
use crate::problem::Problem;

/// Days that a trend shows, and over which moves are counted.
const TREND_DAYS: i32 = 90;
const MOVE_DAYS: i32 = 30;

pub async fn micro(ctx: &Ctx, segment: shared::segment::Segment) -> Result<Segment, Problem> {
    let home = shop::read(&ctx.db).await?.home_currency;
    let settings = segments::settings(&ctx.db).await?;
    let figures = match settings.figures {
        Some(figures) => figures,
        None => segments::figures(&ctx.db, ctx.now.day()).await?,
    };
    let number = segment.number();
    let tallies: Vec<Tally> = figures.tallies.into_iter().filter(|tally| tally.segment == Some(number)).collect();
    let total = rows::total(&tallies);
    let reasons = rows::reasons(&tallies);
    let today = ctx.now.day();
    let days = segments::days(&ctx.db, &[number], today.plus(-TREND_DAYS)).await?;
    let moves = segments::moves(&ctx.db, number, today.plus(-MOVE_DAYS)).await?;
    let moves = moves.into_iter().filter_map(|row| {
        let other = shared::segment::Segment::of_number(row.other)?;
        Some(SegmentMove { came: row.way == "in", id: other.code(), name: other.name(), customers: row.customers.into() })
    });
    Ok(Segment {
        row: rows::micro(segment, &total, home),
        brief: rows::brief(&total, &reasons, home),
        reasons,
        trend: days.into_iter().map(|row| day(row, home)).collect(),
        moves: moves.collect(),
        filter: None,
    })
}

pub async fn own(ctx: &Ctx, id: &Id) -> Result<Segment, Problem> {
    let own = segments::own_of(&ctx.db, id).await?.ok_or(Problem::NotFound)?;
    let home = shop::read(&ctx.db).await?.home_currency;
    let declared = segments::settings(&ctx.db).await?.declared;
    let filter = serde_json::from_str(&own.filter).ok();
    let tallies = match super::read(&own, home, ctx.now, &declared) {
        Ok(checked) => segments::tallies_of(&ctx.db, &checked, ctx.now.day()).await?,
        Err(_) => Vec::new(),
    };
    let total = rows::total(&tallies);
    let reasons = rows::reasons(&tallies);
    let row = super::own::row(ctx, own, home, &declared).await?;
    let sums = rows::sums(&total, home);
    Ok(Segment {
        row: shared::api::SegmentRow {
            customers: sums.customers.filter(|_| row.gone.is_empty()).or(row.customers),
            excluded: sums.excluded,
            at_risk: sums.at_risk,
            regain: sums.regain,
            waiting: sums.waiting,
            ..row
        },
        brief: rows::brief(&total, &reasons, home),
        reasons,
        filter,
        ..Segment::default()
    })
}

fn day(row: segments::DayRow, home: Currency) -> SegmentDay {
    let money = |minor| Home(minor).in_currency(home);
    SegmentDay {
        day: Day(row.day).iso(),
        customers: row.customers.into(),
        at_risk: money(row.at_risk),
        regain: money(row.regain),
    }
}
