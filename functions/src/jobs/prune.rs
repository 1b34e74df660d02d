//! Drops what has had its time.

pub mod retention;

use shared::time::{MILLIS_PER_DAY, Millis};

use self::retention::Step;
use super::run::{Held, JobError, Work};
use crate::auth::idempotency;
use crate::auth::{HOUR, SESSION_IDLE};
use crate::db::prune::Ages;
use crate::db::{Db, DbError, imports, links, models, prune, sessions, usage};

/// Mails shown in a local run, and runs that ended.
const RECORDS_FOR: i64 = 30 * MILLIS_PER_DAY;
const MODELS_FOR: i64 = 90 * MILLIS_PER_DAY;
/// An import can be gone on with for so long.
const FILES_FOR: i64 = 30 * MILLIS_PER_DAY;
const BODIES_FOR: i64 = MILLIS_PER_DAY;

const PAGE: u32 = 500;

pub async fn has_work(db: &Db, now: Millis) -> Result<bool, DbError> {
    Ok(prune::any_old(db, &ages(now)).await? || retention::has_work(db, now).await?)
}

pub async fn work(held: &mut Held<Step>) -> Result<Work, JobError> {
    if matches!(held.cursor(), Step::Begin) && !records(held).await? {
        return Ok(Work::More);
    }
    retention::work(held).await
}

/// Whether all of them are through.
async fn records(held: &mut Held<Step>) -> Result<bool, JobError> {
    let ages = ages(held.now);
    let dropped = held.db.batch_idempotent(vec![sessions::prune(ages.now, ages.idle_session), links::prune(ages.link)]).await?;
    held.count("sign_ins", dropped.iter().map(|outcome| outcome.changes).sum());
    let abandoned =
        held.write(vec![imports::abandon(held.now, ages.file, ages.body), models::prune(before(held.now, MODELS_FOR))]).await?;
    held.count("imports", abandoned.first().map_or(0, |outcome| outcome.changes));
    loop {
        let outcomes = held.write(prune::old(&ages, PAGE)).await?;
        let dropped = outcomes.iter().map(|outcome| outcome.changes).sum();
        held.count("records", dropped);
        if dropped < u64::from(PAGE) {
            return Ok(true);
        }
        if !held.has_time() {
            return Ok(false);
        }
    }
}

fn ages(now: Millis) -> Ages {
    Ages {
        now,
        idle_session: before(now, SESSION_IDLE),
        // Links are counted for an hour.
        link: before(now, HOUR),
        record: before(now, RECORDS_FOR),
        usage: now.day().plus(-usage::KEPT_DAYS),
        file: before(now, FILES_FOR),
        body: before(now, BODIES_FOR),
        answer: before(now, idempotency::KEPT_FOR),
    }
}

fn before(now: Millis, millis: i64) -> Millis {
    Millis(now.0 - millis)
}
