//! After a change of rates or of the home currency, what was converted at the old ones is folded again; after a change of the shop's
//! words for reasons, what customers said is read again.

use serde::{Deserialize, Serialize};
use shared::api::Plan;

use super::run::{Held, JobError, WAKE, Work};
use crate::db::{DbError, Outcome, leases, reasons, scores};

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Cursor {
    after: i64,
    is_begun: bool,
    /// The home currency changed: when the wake that says so is due again.
    everybody: Option<i64>,
    /// The shop's words for reasons changed: the same.
    #[serde(default)]
    texts: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct DueAt {
    due_at: i64,
}

pub async fn work(held: &mut Held<Cursor>) -> Result<Work, JobError> {
    if !held.cursor().is_begun {
        let answers = ["refold_all", "reread"].map(|wake| leases::answer_wake_if_any(wake, WAKE));
        let outcomes = held.transact([held.hold()?].into_iter().chain(answers).collect()).await?;
        let due_at = |place: usize| -> Result<Option<i64>, DbError> {
            let row: Option<DueAt> = outcomes.get(place).map(Outcome::first).transpose()?.flatten();
            Ok(row.map(|row| row.due_at))
        };
        *held.cursor_mut() = Cursor { after: 0, is_begun: true, everybody: due_at(1)?, texts: due_at(2)? };
    }
    let size = if held.plan == Plan::Free { 100 } else { 1_000 };
    while let Some(upto) = scores::page_end(&held.db, held.cursor().after, size).await? {
        if !held.has_time() {
            return Ok(Work::More);
        }
        let after = held.cursor().after;
        let mut statements =
            vec![scores::dirty_foreign(after, upto, held.cursor().everybody.is_some()), leases::wake_if_changed("score")];
        if held.cursor().texts.is_some() {
            statements.extend([reasons::dirty_told(after, upto), leases::wake_if_changed("score")]);
        }
        held.cursor_mut().after = upto;
        let outcomes = held.write(statements).await?;
        held.count("marked", outcomes.iter().step_by(2).map(|outcome| outcome.changes).sum());
    }
    let Cursor { everybody, texts, .. } = *held.cursor();
    let answered = [("refold_all", everybody), ("reread", texts)];
    let settled = answered.into_iter().filter_map(|(wake, due_at)| Some(leases::settle_wake(wake, due_at?)));
    let settled: Vec<_> = settled.collect();
    if !settled.is_empty() {
        held.write(settled).await?;
    }
    Ok(Work::Done)
}
