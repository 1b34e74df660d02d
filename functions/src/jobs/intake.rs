//! Applies what senders pushed, a page of the inbox at a time.

use shared::api::Plan;
use shared::source::Refusal;

use super::run::{Held, JobError, Work};
use crate::db::fold::{self, InboxRow, Mark};
use crate::db::{DbError, usage};
use crate::intake::fold::{Page, plan};
use crate::{merge, seams};

/// Messages and characters of a page.
#[derive(Debug, Clone, Copy)]
struct Size {
    messages: u32,
    characters: u32,
}

const PAID: Size = Size { messages: 500, characters: 4_000_000 };
const FREE: Size = Size { messages: 25, characters: 500_000 };

/// How often a page is planned anew because what it rests on changed.
const TRIES: u32 = 4;

/// What D1 meters at most for a message, of a new customer with an order and consent.
const ROWS: u64 = 30;

/// A page has some forty statements with its look-ups, which is as much as three pages of other jobs; one is counted already.
const PAGES_EACH: u32 = 2;

/// What became of a page.
enum Step {
    Went,
    /// It is written in halves.
    Halved,
    Empty,
}

pub async fn work(held: &mut Held<()>) -> Result<Work, JobError> {
    let size = if held.plan == Plan::Free { FREE } else { PAID };
    let mut messages = size.messages;
    loop {
        let left = usage::allowance(&held.db, held.now.day()).await?.left_for_imports();
        if left.is_some_and(|left| left < u64::from(size.messages) * ROWS) {
            return Ok(Work::Tomorrow);
        }
        match page(held, messages, size.characters).await? {
            Step::Empty => return Ok(Work::Done),
            Step::Went => messages = size.messages.min(messages.saturating_mul(2)),
            Step::Halved => messages = (messages / 2).max(1),
        }
        if !held.has_time() || held.plan == Plan::Free {
            return Ok(Work::More);
        }
    }
}

/// Visitors who have said who they are come first, so that nothing of them waits behind what they do now.
async fn page(held: &mut Held<()>, messages: u32, characters: u32) -> Result<Step, JobError> {
    let mark = fold::mark(&held.db).await?;
    let visitors = mark.released();
    let (source, rows) = if visitors.is_empty() {
        (Page::Inbox, fold::page(&held.db, mark.applied, messages, characters).await?)
    } else {
        (Page::Released, fold::released_page(&held.db, &visitors, messages).await?)
    };
    if rows.is_empty() && source == Page::Inbox {
        return Ok(Step::Empty);
    }
    seams::point("intake.loaded").await;
    let is_last = rows.len() < messages as usize;
    match write(held, &mark, &rows, source, is_last, None).await {
        Ok(()) => Ok(Step::Went),
        Err(JobError::Db(DbError::Constraint(_) | DbError::Bug(_))) if rows.len() > 1 => Ok(Step::Halved),
        Err(JobError::Db(DbError::Constraint(reason) | DbError::Bug(reason))) => {
            // The database's own words name the column, never a value.
            let fix = "Mend the body and send it again, or drop it".to_owned();
            let refusal = Refusal { field: None, reason: format!("It could not be stored: {reason}"), fix };
            write(held, &mark, &rows, source, is_last, Some(&refusal)).await?;
            Ok(Step::Went)
        }
        Err(error) => Err(error),
    }
}

async fn write(
    held: &mut Held<()>,
    mark: &Mark,
    rows: &[InboxRow],
    page: Page,
    is_last: bool,
    refused: Option<&Refusal>,
) -> Result<(), JobError> {
    let mut tries = 1;
    let mut mark = mark.clone();
    loop {
        let plan = plan(&held.db, &mark, rows, page, is_last, refused, held.now).await?;
        if !plan.ties.is_empty() {
            // The page is read anew, and finds one record where there were two.
            merge::all(held, &plan.ties).await?;
            seams::point("intake.merged").await;
            return Ok(());
        }
        seams::point("intake.planned").await;
        match held.write(plan.statements).await {
            Ok(_) => {
                held.tire(PAGES_EACH);
                held.count("applied", plan.counts.applied);
                held.count("parked", plan.counts.parked);
                held.count("dead", plan.counts.dead);
                seams::point("intake.stored").await;
                return Ok(());
            }
            Err(JobError::Db(error)) if fold::is_stale(&error) && tries < TRIES => {
                tries += 1;
                mark = fold::mark(&held.db).await?;
            }
            Err(error) => return Err(error),
        }
    }
}
