//! What a touch offers: the rung of its entry's ladder, begun before it is told, with a code that exists.

use shared::api::StepPromise;
use shared::campaign::Reason;
use shared::campaign::stop::{Stop, StopKind};
use shared::message::Promise;
use shared::message::lint::Class;
use shared::offer::{By, Ladder, Step};
use shared::time::Millis;
use worker::Env;

use super::super::plan::Running;
use super::super::run::JobError;
use super::ground::Ground;
use crate::beginning::{Asked, Beginner, begin};
use crate::db::audit::{self, Entry};
use crate::db::interventions::{self, RungRow};
use crate::db::touches::Row;
use crate::db::{Db, DbError, edits};
use crate::jobs;
use crate::offering::Shelf;
use crate::problem::Problem;
use crate::promises;

/// A code that a store is making is looked for again after so long.
const SOON: i64 = 60_000;

/// Somebody else may begin something for them at the same time.
const TRIES: u32 = 3;

/// What each step gives them, of which this one's is theirs by now; or why the touch waits, or goes without one never.
#[expect(clippy::too_many_arguments, reason = "a promise rests on all of them")]
pub async fn of_touch(
    env: &Env,
    db: &Db,
    ground: &Ground,
    shelf: &Shelf,
    running: &Running,
    touch: &Row,
    message: Step,
    now: Millis,
) -> Result<Result<Vec<StepPromise>, Stop>, JobError> {
    let ladder: Option<Ladder> = touch.ladder.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let Some(ladder) = ladder.filter(|_| running.plan.class == Class::Marketing) else { return Ok(Ok(Vec::new())) };
    let first = Millis(touch.entered_at).day();
    let mut all = promises::of_ladder(&running.draft, shelf, &ladder, first);
    // The code of a step that is not this one is nobody's business yet.
    for known in all.iter_mut().filter(|known| known.step != message && known.is_sample) {
        if let Some(promise) = &mut known.promise {
            promise.code = None;
        }
    }
    let Some(known) = all.iter_mut().find(|known| known.step == message) else { return Ok(Ok(all)) };
    let Some(promise) = &mut known.promise else { return Ok(Ok(all)) };
    let rung = ladder.rungs.iter().find(|rung| rung.step == message);
    let Some((offer, depth)) = rung.and_then(|rung| Some((rung.offer.clone()?, rung.depth))) else { return Ok(Ok(all)) };
    let standing = interventions::rung(db, touch.customer_id, &ladder.key).await?;
    let is_there = |row: &RungRow| row.offer == offer && row.depth >= depth;
    let row = match standing.filter(is_there) {
        Some(row) => row,
        None => match start(env, db, ground, touch, &ladder, offer, depth, now).await? {
            Ok(Some(row)) => row,
            Ok(None) => return Ok(Err(hold(now))),
            Err(stop) => return Ok(Err(stop)),
        },
    };
    if row.expires_at < now.0 {
        let evidence = format!("It ended on {}.", Millis(row.expires_at).day().iso());
        return Ok(Err(Stop { reason: Reason::OfferExpired, evidence, kind: StopKind::Skip }));
    }
    if row.form.as_deref() == Some("code") {
        match (row.code_state.as_deref(), &row.code) {
            // Nothing is told before the store itself has named it.
            (Some("issued"), Some(code)) => promise.code = Some(code.clone()),
            (Some("reserved" | "creating" | "unknown"), _) => return Ok(Err(hold(now))),
            _ => {
                let evidence = "Its code could not be made, or is not good any more.".to_owned();
                return Ok(Err(Stop { reason: Reason::Guardrail, evidence, kind: StopKind::Skip }));
            }
        }
    }
    settle(promise, &row);
    known.is_sample = false;
    Ok(Ok(all))
}

/// As it was begun: what was promised then holds, whatever the catalogue says by now.
fn settle(promise: &mut Promise, row: &RungRow) {
    promise.depth = if row.depth > 0 { row.depth } else { promise.depth };
    promise.expires = Millis(row.expires_at).day().iso();
}

fn hold(now: Millis) -> Stop {
    let evidence = "The store is making it.".to_owned();
    Stop { reason: Reason::CodePending, evidence, kind: StopKind::Hold { until: Millis(now.0 + SOON) } }
}

/// Begins the rung: through the guardrails, from the budget. None where its code is still being made.
#[expect(clippy::too_many_arguments, reason = "a promise rests on all of them")]
async fn start(
    env: &Env,
    db: &Db,
    ground: &Ground,
    touch: &Row,
    ladder: &Ladder,
    offer: String,
    depth: u16,
    now: Millis,
) -> Result<Result<Option<RungRow>, Stop>, JobError> {
    let Some(customer) = edits::of(db, &[touch.customer_id], now.day()).await?.into_iter().next() else {
        return Ok(Err(Stop { reason: Reason::Erased, evidence: String::new(), kind: StopKind::End }));
    };
    let log = |entry: Entry| audit::append_by_system_if_changed(entry, now);
    let who = Beginner { db, origin: &ground.settings.origin, by: None, now, log: &log };
    let asked = Asked {
        customer,
        offer: Some(offer),
        depth: (depth > 0).then_some(depth),
        channel: "email".to_owned(),
        by: Some(By::Machine),
        owner: None,
        due_at: None,
        ladder: Some(ladder.key.clone()),
    };
    for _ in 0..TRIES {
        match begin(&who, &asked).await {
            Ok(Some(begun)) => {
                if begun.is_asked {
                    jobs::ring(env, db).await;
                }
                return Ok(Ok(interventions::rung(db, touch.customer_id, &ladder.key).await?));
            }
            Ok(None) => {}
            Err(Problem::Busy) => return Err(JobError::Db(DbError::Busy)),
            Err(Problem::DailyLimit) => return Err(JobError::Db(DbError::DailyLimit)),
            Err(Problem::Internal(text)) => return Err(JobError::Db(DbError::Bug(text))),
            Err(problem) => {
                let stop = Stop { reason: Reason::Guardrail, evidence: problem.to_string(), kind: StopKind::Skip };
                return Ok(Err(stop));
            }
        }
    }
    Ok(Err(hold(now)))
}
