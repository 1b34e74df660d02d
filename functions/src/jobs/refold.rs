//! After a change of rates or of the home currency: what was converted at the old ones is folded again.

use serde::{Deserialize, Serialize};
use shared::api::Plan;

use super::run::{Held, JobError, WAKE, Work};
use crate::db::{Outcome, leases, scores};

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Cursor {
    after: i64,
    is_begun: bool,
    /// The home currency changed: when the wake that says so is due again.
    everybody: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct DueAt {
    due_at: i64,
}

pub async fn work(held: &mut Held<Cursor>) -> Result<Work, JobError> {
    if !held.cursor().is_begun {
        let answer = leases::answer_wake_if_any("refold_all", WAKE);
        let outcomes = held.transact(vec![held.hold()?, answer]).await?;
        let due_at: Option<DueAt> = outcomes.get(1).map(Outcome::first).transpose()?.flatten();
        *held.cursor_mut() = Cursor { after: 0, is_begun: true, everybody: due_at.map(|row| row.due_at) };
    }
    let size = if held.plan == Plan::Free { 100 } else { 1_000 };
    while let Some(upto) = scores::page_end(&held.db, held.cursor().after, size).await? {
        if !held.has_time() {
            return Ok(Work::More);
        }
        let statement = scores::dirty_foreign(held.cursor().after, upto, held.cursor().everybody.is_some());
        held.cursor_mut().after = upto;
        let outcomes = held.write(vec![statement, leases::wake_if_changed("score")]).await?;
        held.count("marked", outcomes.first().map_or(0, |outcome| outcome.changes));
    }
    if let Some(due_at) = held.cursor().everybody {
        held.write(vec![leases::settle_wake("refold_all", due_at)]).await?;
    }
    Ok(Work::Done)
}
