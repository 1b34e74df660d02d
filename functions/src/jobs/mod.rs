//! The jobs: what crons, queue messages and people start.
//!
//! What is to be done stands in D1: in `wakes`, and in the cursors of leases whose run stopped half-way. A queue message is only a
//! doorbell that says "look there"; lost ones are made up for by the minute cron, which looks by itself.

mod backlog;
mod codes;
mod dispatch;
pub mod enter;
mod fit;
pub mod import;
mod intake;
pub mod measure;
pub mod plan;
mod privacy;
mod prune;
mod pull;
mod refold;
mod rollup;
mod run;
mod sample_removal;
mod score;
mod seal;
mod segments;

use serde::{Deserialize, Serialize};
use shared::id::Id;
use shared::time::Millis;
use worker::{Env, MessageBatch, MessageExt, QueueRetryOptionsBuilder, console_error, console_log};

use crate::clock;
use crate::db::{Db, DbError, leases, pulls, runs};
use crate::{reception, vault};

pub use fit::is_comparable;
pub use prune::retention;
pub use run::{Held, JobError, Ran};
use run::{enter, pause};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    Score,
    Segments,
    Rollup,
    Seal,
    Fit,
    Refold,
    Import,
    Intake,
    SampleRemoval,
    Privacy,
    Prune,
    Pull,
    Codes,
    Enter,
    Plan,
    Dispatch,
    Measure,
}

/// Why a job is asked to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// Something woke it.
    Woken,
    /// Its time has come: without work it leaves no trace.
    Time,
    /// A person asked: the run stands in the list also where there was nothing to do.
    Asked,
}

const EVERY_MINUTE: &str = "* * * * *";
const EVERY_HOUR: &str = "17 * * * *";

/// Where doorbells go that were put back too often.
const DEAD_QUEUE: &str = "rekindle-dead";

/// Of the messages; one with another number comes from another version and is put back for it.
const SCHEMA: u32 = 1;

/// A person waits no longer than this for a run that was asked for, in milliseconds.
const PATIENCE: i64 = 25_000;

/// Calls to the database after which a request leaves the rest of a run to the next invocation: D1 allows 1,000.
const CALLS: u64 = 600;

#[derive(Debug, Serialize, Deserialize)]
struct Doorbell {
    schema: u32,
}

impl Job {
    /// In the order in which one makes work for the next; the last ones wait for servers of others, and nobody waits behind them.
    pub const ALL: [Self; 17] = [
        Self::SampleRemoval,
        Self::Privacy,
        Self::Import,
        Self::Intake,
        Self::Refold,
        Self::Fit,
        Self::Score,
        Self::Segments,
        Self::Rollup,
        Self::Seal,
        Self::Prune,
        Self::Enter,
        Self::Codes,
        Self::Plan,
        Self::Dispatch,
        Self::Measure,
        Self::Pull,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Segments => "segments",
            Self::Rollup => "rollup",
            Self::Seal => "seal",
            Self::Fit => "fit",
            Self::Refold => "refold",
            Self::Import => "import",
            Self::Intake => "intake",
            Self::SampleRemoval => "sample_removal",
            Self::Privacy => "privacy",
            Self::Prune => "prune",
            Self::Pull => pulls::JOB,
            Self::Codes => crate::db::codes::JOB,
            Self::Enter => enter::JOB,
            Self::Plan => plan::JOB,
            Self::Dispatch => dispatch::JOB,
            Self::Measure => measure::JOB,
        }
    }

    /// By its name or by that of a part of it.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "fold" | "rescore" => Some(Self::Score),
            "refold_all" | "reread" => Some(Self::Refold),
            _ => Self::ALL.into_iter().find(|job| job.name() == name),
        }
    }
}

/// Runs what is due on a cron's schedule.
pub async fn scheduled(cron: &str, env: &Env) {
    let now = clock::now();
    backlog::look(env, now, cron == EVERY_HOUR).await;
    let outcome = match cron {
        EVERY_MINUTE => minutely(env, now).await,
        EVERY_HOUR => hourly(env, now).await,
        _ => Err(DbError::Bug(format!("no job belongs to the cron {cron}"))),
    };
    if let Err(error) = outcome {
        log_error(cron, &error.to_string());
    }
}

/// Each message is acknowledged or put back on its own; a batch of doorbells is answered once.
pub async fn queue(batch: &MessageBatch<String>, env: &Env) {
    if batch.queue() == DEAD_QUEUE {
        return bury(batch);
    }
    let mut is_rung = false;
    for message in batch.raw_iter() {
        if is_doorbell(message.body().as_string().as_deref()) {
            is_rung = true;
            message.ack();
        } else {
            message.retry_with_options(&QueueRetryOptionsBuilder::new().with_delay_seconds(60).build());
        }
    }
    if is_rung && let Err(error) = sweep(env, clock::now()).await {
        log_error("queue", &error.to_string());
    }
}

/// What nobody heard is told and let go: the minute cron looks by itself, so that nothing is lost with it.
fn bury(batch: &MessageBatch<String>) {
    let messages = batch.raw_iter().inspect(|message| message.ack()).count();
    log_error(DEAD_QUEUE, &format!("{messages} doorbells were not answered"));
}

fn is_doorbell(message: Option<&str>) -> bool {
    let doorbell: Option<Doorbell> = message.and_then(|text| serde_json::from_str(text).ok());
    doorbell.is_some_and(|doorbell| doorbell.schema == SCHEMA)
}

/// Rings for the next invocation. A bell that is not heard is made up for within a minute.
pub async fn ring(env: &Env, db: &Db) {
    let Ok(message) = serde_json::to_string(&Doorbell { schema: SCHEMA }) else { return };
    let sent = match env.queue("WORK") {
        Ok(queue) => queue.send(message).await,
        Err(error) => Err(error),
    };
    match sent {
        Ok(()) => db.meter().count_queue(),
        Err(error) => log_error("doorbell", &error.to_string()),
    }
}

/// Runs a job that a person asked for, to its end or as long as a person waits; the run's id.
pub async fn run_now(env: &Env, db: &Db, job: Job) -> Result<Id, JobError> {
    let until = clock::wall().0 + PATIENCE;
    let mut other = None;
    loop {
        match invoke(env, db, job, clock::now(), Why::Asked).await? {
            Some(Ran::Ended(run) | Ran::Tomorrow(run)) => return Ok(run),
            Some(Ran::More(run)) if clock::wall().0 >= until || db.meter().reading().queries >= CALLS => {
                ring(env, db).await;
                return Ok(run);
            }
            Some(Ran::More(_)) => {}
            Some(Ran::Busy(run)) => {
                other = run.or(other);
                if let Some(run) = other.clone()
                    && (clock::wall().0 >= until || has_ended(db, &run).await?)
                {
                    return Ok(run);
                }
                if clock::wall().0 >= until {
                    return Err(JobError::Db(DbError::Busy));
                }
                pause(100).await;
                if let Some(run) = other.clone()
                    && has_ended(db, &run).await?
                {
                    return Ok(run);
                }
            }
            None => return Err(JobError::Db(DbError::Bug("a job that was asked for did not run".to_owned()))),
        }
    }
}

async fn has_ended(db: &Db, run: &Id) -> Result<bool, DbError> {
    Ok(runs::find(db, run).await?.is_some_and(|run| run.finished_at.is_some()))
}

/// What is woken, and what was planned for this minute.
async fn minutely(env: &Env, now: Millis) -> Result<(), DbError> {
    let db = Db::open(env)?;
    let due = [
        (Job::Plan, plan::has_work(&db, now).await?),
        (Job::Dispatch, dispatch::has_work(&db, now).await?),
        (Job::Measure, measure::has_work(&db, now).await?),
    ];
    for (job, is_due) in due {
        if is_due {
            let wake = leases::wake(job.name());
            db.run(wake.sql, wake.params).await?;
        }
    }
    sweep(env, now).await
}

/// Runs each job that is woken or stopped half-way, once.
async fn sweep(env: &Env, now: Millis) -> Result<(), DbError> {
    let db = Db::open(env)?;
    let mut due = leases::due_wakes(&db).await?;
    if due.is_empty() {
        return Ok(());
    }
    let mut has_more = false;
    for job in Job::ALL {
        if !due.iter().any(|name| Job::parse(name) == Some(job)) {
            continue;
        }
        has_more |= run_one(env, &db, job, now, Why::Woken).await;
        // Whoever pushed is scored in the same breath.
        if job == Job::Intake {
            due = leases::due_wakes(&db).await?;
        }
    }
    // What ran may have made work for another job.
    if has_more || leases::due_wakes(&db).await?.iter().any(|name| !due.contains(name)) {
        ring(env, &db).await;
    }
    Ok(())
}

/// The model first, then the scores that rest on it.
async fn hourly(env: &Env, now: Millis) -> Result<(), DbError> {
    let db = Db::open(env)?;
    let mut has_more = run_one(env, &db, Job::Fit, now, Why::Time).await;
    let is_woken = leases::due_wakes(&db).await?.iter().any(|name| Job::parse(name) == Some(Job::Score));
    has_more |= run_one(env, &db, Job::Score, now, if is_woken { Why::Woken } else { Why::Time }).await;
    has_more |= run_one(env, &db, Job::Segments, now, Why::Time).await;
    has_more |= run_one(env, &db, Job::Seal, now, Why::Time).await;
    has_more |= run_one(env, &db, Job::Prune, now, Why::Time).await;
    if let Err(error) = reception::tidy(&db, now).await {
        log_error("reception", &error.to_string());
    }
    if enter::begin_rounds(&db, now).await? {
        has_more |= run_one(env, &db, Job::Enter, now, Why::Woken).await;
    }
    has_more |= run_one(env, &db, Job::Codes, now, Why::Time).await;
    has_more |= run_one(env, &db, Job::Pull, now, Why::Time).await;
    // After a change of keys only; otherwise it reads and writes nothing.
    match vault::seal_anew(env, &db).await {
        Ok(0) => {}
        Ok(secrets) => console_log!("{}", serde_json::json!({ "kind": "vault", "sealed_anew": secrets })),
        Err(error) => log_error("vault", &error.to_string()),
    }
    if has_more {
        ring(env, &db).await;
    }
    Ok(())
}

/// Whether the job has more to do at once.
async fn run_one(env: &Env, db: &Db, job: Job, now: Millis, why: Why) -> bool {
    match invoke(env, db, job, now, why).await {
        Ok(ran) => matches!(ran, Some(Ran::More(_))),
        Err(error) => {
            log_error(job.name(), &error.to_string());
            false
        }
    }
}

/// One invocation's worth of a job; none where there is nothing to do.
async fn invoke(env: &Env, db: &Db, job: Job, now: Millis, why: Why) -> Result<Option<Ran>, JobError> {
    if !has_work(db, job, now, why).await? {
        return Ok(None);
    }
    let ran = match job {
        Job::Score => frame(db, job, now, score::work).await,
        Job::Segments => frame(db, job, now, segments::work).await,
        Job::Rollup => frame(db, job, now, rollup::work).await,
        Job::Seal => frame(db, job, now, seal::work).await,
        Job::Fit => frame(db, job, now, fit::work).await,
        Job::Refold => frame(db, job, now, refold::work).await,
        Job::Import => frame(db, job, now, import::work).await,
        Job::Intake => frame(db, job, now, intake::work).await,
        Job::SampleRemoval => frame(db, job, now, sample_removal::work).await,
        Job::Privacy => frame(db, job, now, privacy::work).await,
        Job::Prune => frame(db, job, now, prune::work).await,
        Job::Codes => frame(db, job, now, async |held: &mut Held<codes::Cursor>| codes::work(held, env).await).await,
        Job::Pull => frame(db, job, now, async |held: &mut Held<pull::Cursor>| pull::work(held, env).await).await,
        Job::Enter => frame(db, job, now, enter::work).await,
        Job::Plan => frame(db, job, now, plan::work).await,
        Job::Dispatch => frame(db, job, now, async |held: &mut Held<dispatch::Cursor>| dispatch::work(held, env).await).await,
        Job::Measure => frame(db, job, now, measure::work).await,
    }?;
    console_log!(
        "{}",
        serde_json::json!({
            "kind": "job", "job": job.name(), "meter": db.meter().reading(), "ran": format!("{ran:?}"), "megabytes": megabytes()
        })
    );
    Ok(Some(ran))
}

/// What this isolate ever had of its memory at once: it grows and is never given back.
fn megabytes() -> usize {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size(0) / 16;
    #[cfg(not(target_arch = "wasm32"))]
    return 0;
}

async fn has_work(db: &Db, job: Job, now: Millis, why: Why) -> Result<bool, DbError> {
    match (why, job) {
        (Why::Asked, _)
        | (
            Why::Woken,
            Job::Intake
            | Job::Segments
            | Job::Rollup
            | Job::Seal
            | Job::Fit
            | Job::Refold
            | Job::Prune
            | Job::Pull
            | Job::Codes
            | Job::Enter
            | Job::Plan
            | Job::Dispatch
            | Job::Measure,
        ) => Ok(true),
        // A wake is answered even where nobody is left to score, or it would ring for ever.
        (Why::Woken, Job::Score) => score::may_write(db, now, 1).await,
        (Why::Time, Job::Score) => Ok(score::may_write(db, now, 1).await? && score::any_to_score(db, now).await?),
        (Why::Time, Job::Fit) => fit::has_work(db, now).await,
        (Why::Time, Job::Segments) => segments::has_work(db).await,
        (Why::Time, Job::Seal) => seal::has_work(db, now).await,
        (Why::Time, Job::Prune) => prune::has_work(db, now).await,
        (Why::Time, Job::Codes) => codes::has_work(db, now).await,
        (Why::Time, Job::Pull) => pull::has_work(db, now).await,
        (_, Job::Import) => import::has_work(db, now).await,
        (_, Job::SampleRemoval) => sample_removal::has_work(db, now).await,
        (_, Job::Privacy) => privacy::has_work(db).await,
        (Why::Time, Job::Enter) => enter::has_work(db).await,
        (Why::Time, Job::Plan) => plan::has_work(db, now).await,
        (Why::Time, Job::Dispatch) => dispatch::has_work(db, now).await,
        (Why::Time, Job::Measure) => measure::has_work(db, now).await,
        (Why::Time, Job::Intake | Job::Refold | Job::Rollup) => Ok(false),
    }
}

async fn frame<C>(
    db: &Db,
    job: Job,
    now: Millis,
    work: impl AsyncFnOnce(&mut Held<C>) -> Result<run::Work, JobError>,
) -> Result<Ran, JobError>
where
    C: Default + Serialize + serde::de::DeserializeOwned,
{
    let mut held = match enter::<C>(db, job.name(), now).await? {
        Ok(held) => held,
        Err(other) => return Ok(Ran::Busy(other)),
    };
    let worked = work(&mut held).await;
    match held.leave(worked).await {
        Err(JobError::Lost) => Ok(Ran::Busy(None)),
        ran => ran,
    }
}

fn log_error(what: &str, error: &str) {
    console_error!("{}", serde_json::json!({ "kind": "error", "job": what, "error": error }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_of_this_version_are_answered() {
        assert!(is_doorbell(serde_json::to_string(&Doorbell { schema: SCHEMA }).ok().as_deref()));
        for other in [None, Some(""), Some("1"), Some(r#"{"schema":2}"#), Some(r#"{"schema":"1"}"#), Some("[]")] {
            assert!(!is_doorbell(other), "{other:?}");
        }
    }

    #[test]
    fn each_job_is_found_by_its_name_and_by_what_wakes_it() {
        for job in Job::ALL {
            assert_eq!(Job::parse(job.name()), Some(job));
        }
        assert_eq!(Job::parse("rescore"), Some(Job::Score));
        assert_eq!(Job::parse("refold_all"), Some(Job::Refold));
        assert_eq!(Job::parse("reread"), Some(Job::Refold));
        assert_eq!(Job::parse("dance"), None);
    }
}
