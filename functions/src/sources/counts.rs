//! Refusals and repetitions, counted in memory and written down after the answer.
//!
//! A write a refusal would let whoever sends rubbish use up the database. So an isolate adds them up and writes the sums down at most
//! once in half a second; a figure on the screen adds what is not written down yet. What an isolate counted when the platform ends it
//! is lost, so that the figures are a lower bound; messages themselves are never counted here.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shared::time::Day;
use worker::{Delay, console_error};

use crate::ctx::Ctx;
use crate::db::sources::{self, Count};
use crate::db::{Db, Statement};

/// How long an isolate gathers, in milliseconds.
const GATHERED_FOR: u64 = 500;

/// The outcome of a message that came before.
pub const DUPLICATE: &str = "duplicate";

/// Sums by source, day and outcome, and whether somebody is about to write them down.
#[derive(Debug)]
struct Gathered {
    sums: BTreeMap<(i64, Day, String), u64>,
    is_waiting: bool,
}

static GATHERED: Mutex<Gathered> = Mutex::new(Gathered { sums: BTreeMap::new(), is_waiting: false });

/// A refusal as the outcome that is counted.
pub fn rejected(reason: &str) -> String {
    format!("rejected:{reason}")
}

/// Counts `n` messages of a source today.
pub fn add(ctx: &Ctx, source: i64, outcome: &str, n: u64) {
    if n == 0 {
        return;
    }
    let mut gathered = gathered();
    *gathered.sums.entry((source, ctx.now.day(), outcome.to_owned())).or_default() += n;
    if std::mem::replace(&mut gathered.is_waiting, true) {
        return;
    }
    let env = ctx.env.clone();
    ctx.after_answer(async move {
        Delay::from(Duration::from_millis(GATHERED_FOR)).await;
        let taken = take();
        let written = match Db::open(&env) {
            Ok(db) => {
                let Statement { sql, params } = sources::add_counts(&taken);
                db.run(sql, params).await.map(drop)
            }
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            console_error!("{}", serde_json::json!({ "kind": "error", "job": "source_counts", "error": error.to_string() }));
            give_back(taken);
        }
    });
}

/// What of a source is not written down yet.
pub fn pending(source: i64) -> Vec<Count> {
    let gathered = gathered();
    let of_source = gathered.sums.iter().filter(|((of, ..), _)| *of == source);
    of_source.map(|((source, day, outcome), n)| Count { source: *source, day: *day, outcome: outcome.clone(), n: *n }).collect()
}

fn take() -> Vec<Count> {
    let mut gathered = gathered();
    gathered.is_waiting = false;
    let sums = std::mem::take(&mut gathered.sums);
    sums.into_iter().map(|((source, day, outcome), n)| Count { source, day, outcome, n }).collect()
}

/// The next refusal writes them down.
fn give_back(counts: Vec<Count>) {
    let mut gathered = gathered();
    for Count { source, day, outcome, n } in counts {
        *gathered.sums.entry((source, day, outcome)).or_default() += n;
    }
}

fn gathered() -> MutexGuard<'static, Gathered> {
    GATHERED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_written_down_is_added_to_what_came_meanwhile() {
        let count = |n| Count { source: 7, day: Day(1), outcome: DUPLICATE.to_owned(), n };
        give_back(vec![count(2), Count { outcome: rejected("stale"), ..count(1) }]);
        let taken = take();
        assert_eq!(taken, [count(2), Count { outcome: "rejected:stale".to_owned(), ..count(1) }]);
        assert_eq!(pending(7), []);
        give_back(vec![count(3)]);
        give_back(taken);
        assert_eq!(pending(7).iter().map(|count| count.n).collect::<Vec<_>>(), [5, 1]);
        assert_eq!(pending(8), []);
    }
}
