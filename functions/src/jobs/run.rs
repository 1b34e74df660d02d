//! The frame of every job: one run at a time under a lease, page by page, from where the last one stopped.
//!
//! A run may pass through several invocations of the worker. Its cursor lies in the lease: each page writes it in the same
//! transaction as the page's rows, so that a page is done with its cursor moved, or not at all. A run that stops without a word
//! leaves its lease to run out; the next one marks it lost and goes on from the cursor.
//!
//! A cursor only saves going over again what is done: what is to be done stands in rows and wakes. So a cursor of another version,
//! which this one cannot read, is dropped, its run is marked lost, and the work begins anew.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::api::{Plan, RunStatus};
use shared::id::Id;
use shared::time::Millis;
use worker::{Delay, console_error};

use crate::db::runs::{self, Tally};
use crate::db::{Db, DbError, Outcome, Reading, Statement, leases, usage};
use crate::{clock, random, seams};

/// A page must be written within this time, or another run may take over.
pub const LEASE: i64 = 60_000;

/// How far an answered wake is put ahead: longer than an invocation and the way to the next one.
pub const WAKE: i64 = 150_000;

/// Of cursors.
const SCHEMA: u32 = 1;

/// A failed run is tried again after this time.
const AFTER_FAILURE: i64 = 600_000;

/// One invocation works no longer than this and then rings for the next, well inside every limit of the platform.
const INVOCATION: i64 = 20_000;

/// One invocation writes no more pages than this: with some 15 statements each it stays below the 1,000 that D1 allows.
const PAGES: u32 = 50;

#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Another run holds the lease: nothing of this page was written, and nothing more may be.
    #[error("another run took over")]
    Lost,
    #[error(transparent)]
    Db(#[from] DbError),
}

/// How a job's work in this invocation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    Done,
    /// The invocation's share is used up; the cursor says where to go on.
    More,
    /// Nothing more today: the plan's limit.
    Tomorrow,
}

/// What came of asking for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ran {
    /// Another one is at it, or the database is busy.
    Busy(Option<Id>),
    /// Done or failed: its row says.
    Ended(Id),
    More(Id),
    Tomorrow(Id),
}

/// A lease that is held, with the run's own record.
#[derive(Debug)]
pub struct Held<C> {
    pub db: Db,
    pub now: Millis,
    pub plan: Plan,
    job: &'static str,
    token: String,
    progress: Progress<C>,
    counted: Reading,
    until: Millis,
    pages_left: u32,
}

/// What lies in the lease's cursor.
#[derive(Debug, Serialize, Deserialize)]
struct Progress<C> {
    /// The first version wrote none.
    #[serde(default = "first_schema")]
    schema: u32,
    run: Id,
    pages: u32,
    counts: BTreeMap<String, i64>,
    rows_read: u64,
    rows_written: u64,
    /// When the answered wake is due again.
    wake: Option<i64>,
    at: C,
}

/// What every version's cursor says.
#[derive(Debug, Deserialize)]
struct Whose {
    run: Id,
}

#[derive(Debug, Deserialize)]
struct DueAt {
    due_at: i64,
}

/// Takes the job's lease, or says who has it. `C::default()` is the beginning.
pub async fn enter<C>(db: &Db, job: &'static str, now: Millis) -> Result<Result<Held<C>, Option<Id>>, DbError>
where
    C: Default + Serialize + DeserializeOwned,
{
    let lease = leases::read(db, job).await?;
    let other = lease.as_ref().and_then(whose);
    if lease.as_ref().is_some_and(leases::LeaseRow::is_held) {
        return Ok(Err(other));
    }
    let token = random::id(clock::wall())?.to_string();
    let (epoch, gave_no_sign) = lease.as_ref().map_or((0, false), |lease| (lease.epoch, lease.expires_at > 0));
    if !leases::take(db, job, epoch, &token, LEASE).await? {
        return Ok(Err(leases::read(db, job).await?.as_ref().and_then(whose)));
    }
    seams::step(job, "taken").await;
    let plan = usage::allowance(db, now.day()).await?.plan;
    let begin = db.meter().reading();
    let until = Millis(clock::wall().0 + INVOCATION);
    let run = random::id(now)?;
    let mut statements = Vec::new();
    let progress = match lease.as_ref().and_then(stored) {
        Some(progress) if !gave_no_sign => {
            if let Some(due_at) = progress.wake {
                statements.push(leases::answer_wake_again(job, WAKE, due_at));
            }
            progress
        }
        stored => {
            statements.extend(other.as_ref().map(|lost| runs::lose(lost, now)));
            statements.push(runs::start(&run, job, now));
            statements.push(leases::answer_wake(job, WAKE));
            let at = stored.map_or_else(C::default, |lost| lost.at);
            Progress { schema: SCHEMA, run, pages: 0, counts: BTreeMap::new(), rows_read: 0, rows_written: 0, wake: None, at }
        }
    };
    let mut held = Held { db: db.clone(), now, plan, job, token, progress, counted: begin, until, pages_left: PAGES };
    let answered = statements.len();
    statements.push(held.hold()?);
    let outcomes = held.transact(statements).await.map_err(|error| match error {
        JobError::Lost => DbError::Busy,
        JobError::Db(error) => error,
    })?;
    if let Some(row) = answered.checked_sub(1).and_then(|at| outcomes.get(at)).map(Outcome::first::<DueAt>).transpose()?.flatten()
    {
        held.progress.wake = Some(row.due_at);
    }
    seams::step(job, "entered").await;
    Ok(Ok(held))
}

impl<C: Serialize> Held<C> {
    pub fn run(&self) -> &Id {
        &self.progress.run
    }

    pub fn cursor(&self) -> &C {
        &self.progress.at
    }

    pub fn cursor_mut(&mut self) -> &mut C {
        &mut self.progress.at
    }

    pub fn count(&mut self, what: &str, more: u64) {
        *self.progress.counts.entry(what.to_owned()).or_default() += i64::try_from(more).unwrap_or(i64::MAX);
    }

    pub fn counted(&self, what: &str) -> i64 {
        self.progress.counts.get(what).copied().unwrap_or(0)
    }

    /// Whether this invocation may do another page.
    pub fn has_time(&self) -> bool {
        self.pages_left > 0 && clock::wall() < self.until
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    /// The cursor as the lease holds it.
    pub fn cursor_text(&self) -> Result<String, DbError> {
        serde_json::to_string(&self.progress).map_err(|error| DbError::Bug(error.to_string()))
    }

    /// Goes first into the batch that writes a page: the batch fails once the lease is lost.
    pub fn hold(&self) -> Result<Statement, DbError> {
        Ok(leases::hold(self.job, &self.token, &self.cursor_text()?, LEASE))
    }

    /// Writes the cursor and keeps the lease for `millis`, for work in which nothing can be written.
    pub async fn hold_for(&mut self, millis: i64) -> Result<(), JobError> {
        let (read, written) = self.settle_meter();
        let hold = leases::hold(self.job, &self.token, &self.cursor_text()?, millis);
        self.transact(vec![hold, usage::add(self.now.day(), read, written)]).await.map(drop)
    }

    /// Writes a page with the cursor, after which the run goes on.
    pub async fn write(&mut self, mut statements: Vec<Statement>) -> Result<Vec<Outcome>, JobError> {
        self.count_page();
        let mut batch = self.before_page()?;
        let before = batch.len();
        batch.append(&mut statements);
        let mut outcomes = self.transact(batch).await?;
        Ok(outcomes.split_off(before.min(outcomes.len())))
    }

    /// For a page that is written elsewhere: its first statements.
    pub fn before_page(&mut self) -> Result<Vec<Statement>, DbError> {
        let (read, written) = self.settle_meter();
        Ok(vec![self.hold()?, usage::add(self.now.day(), read, written)])
    }

    /// One more page, written elsewhere.
    pub fn count_page(&mut self) {
        self.progress.pages += 1;
        self.pages_left = self.pages_left.saturating_sub(1);
    }

    /// What was written is as much as so many pages: D1 counts statements.
    pub fn tire(&mut self, pages: u32) {
        self.pages_left = self.pages_left.saturating_sub(pages);
    }

    pub async fn transact(&self, statements: Vec<Statement>) -> Result<Vec<Outcome>, JobError> {
        self.db.batch(statements).await.map_err(JobError::from_db)
    }

    /// Ends the invocation.
    pub async fn leave(mut self, work: Result<Work, JobError>) -> Result<Ran, JobError> {
        let (status, error) = match &work {
            Err(JobError::Lost) => return Err(JobError::Lost),
            Err(JobError::Db(DbError::DailyLimit | DbError::Busy)) | Ok(Work::Tomorrow | Work::More) => {
                (RunStatus::Running, None)
            }
            Err(JobError::Db(error)) => (RunStatus::Failed, Some(error.to_string())),
            Ok(Work::Done) => (RunStatus::Done, None),
        };
        let is_end = status != RunStatus::Running;
        let (read, written) = self.settle_meter();
        // This batch's own rows: the lease, the run with its share of the index, usage, the wake.
        self.progress.rows_written += 4;
        let cursor = match &work {
            _ if is_end => Some("{}".to_owned()),
            Ok(_) => Some(self.cursor_text()?),
            // The page was not written, though the cursor here may stand behind it already: the one in the lease is right.
            Err(_) => None,
        };
        let mut statements = vec![
            leases::release(self.job, &self.token, cursor.as_deref()),
            runs::save(
                &self.progress.run,
                &Tally {
                    status,
                    finished_at: is_end.then_some(self.now),
                    pages: self.progress.pages,
                    counts: &self.progress.counts,
                    rows_read: self.progress.rows_read,
                    rows_written: self.progress.rows_written,
                    error: error.as_deref(),
                },
            ),
            usage::add(self.now.day(), read, written + 4),
        ];
        match (status, self.progress.wake) {
            (RunStatus::Done, Some(due_at)) => statements.push(leases::settle_wake(self.job, due_at)),
            (RunStatus::Failed, Some(due_at)) => statements.push(leases::answer_wake_again(self.job, AFTER_FAILURE, due_at)),
            _ => {}
        }
        seams::step(self.job, "leaving").await;
        self.transact(statements).await?;
        seams::step(self.job, "left").await;
        let run = self.progress.run.clone();
        match work {
            Ok(Work::Done) => Ok(Ran::Ended(run)),
            Ok(Work::More) => Ok(Ran::More(run)),
            Err(JobError::Db(DbError::Busy)) => Ok(Ran::Busy(Some(run))),
            Ok(Work::Tomorrow) | Err(JobError::Db(DbError::DailyLimit)) => Ok(Ran::Tomorrow(run)),
            Err(error) => {
                console_error!(
                    "{}",
                    serde_json::json!({ "kind": "error", "job": self.job, "run": run, "error": error.to_string() })
                );
                Ok(Ran::Ended(run))
            }
        }
    }

    /// What was read and written since the last time, added to the run's own figures.
    fn settle_meter(&mut self) -> (u64, u64) {
        let reading = self.db.meter().reading();
        let read = reading.rows_read.saturating_sub(self.counted.rows_read);
        let written = reading.rows_written.saturating_sub(self.counted.rows_written);
        self.counted = reading;
        self.progress.rows_read += read;
        self.progress.rows_written += written;
        // A request that a person waits for runs on the request's own meter.
        self.db.meter().tell(read, written);
        (read, written)
    }
}

/// Where another run stopped, as far as this version can read it.
fn stored<C: DeserializeOwned>(lease: &leases::LeaseRow) -> Option<Progress<C>> {
    serde_json::from_str(&lease.cursor).ok().filter(|progress: &Progress<C>| progress.schema == SCHEMA)
}

fn whose(lease: &leases::LeaseRow) -> Option<Id> {
    serde_json::from_str(&lease.cursor).ok().map(|whose: Whose| whose.run)
}

fn first_schema() -> u32 {
    1
}

impl JobError {
    pub fn from_db(error: DbError) -> Self {
        if leases::is_lost(&error) { Self::Lost } else { Self::Db(error) }
    }
}

/// Gives other work of the worker its turn.
pub async fn pause(millis: u64) {
    Delay::from(Duration::from_millis(millis)).await;
}
