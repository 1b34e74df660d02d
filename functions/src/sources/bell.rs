//! Rings for the job that reads the inbox, at most once a second an isolate.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Duration;

use worker::Delay;

use crate::clock;
use crate::ctx::Ctx;
use crate::jobs;

const AT_MOST_EVERY: i64 = 1_000;

/// When the bell rings next, or rang last, on the machine's clock.
static RINGS_AT: AtomicI64 = AtomicI64::new(0);

/// Rings after the answer: at once, or when the second since the last time is over, so that whoever comes last is heard as well.
pub fn ring(ctx: &Ctx) {
    let now = clock::wall().0;
    let Some(wait) = wait(RINGS_AT.load(Relaxed), now) else { return };
    RINGS_AT.store(now + wait, Relaxed);
    let (env, db) = (ctx.env.clone(), ctx.db.clone());
    ctx.after_answer(async move {
        if wait > 0 {
            Delay::from(Duration::from_millis(wait.unsigned_abs())).await;
        }
        jobs::ring(&env, &db).await;
    });
}

/// Milliseconds until this one may ring; none where one that is still to ring speaks for it.
fn wait(rings_at: i64, now: i64) -> Option<i64> {
    (rings_at <= now).then(|| (rings_at + AT_MOST_EVERY - now).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rings_at_once_the_second_later_and_others_leave_it_to_that_one() {
        assert_eq!(wait(0, 5_000), Some(0));
        assert_eq!(wait(5_000, 5_300), Some(700));
        assert_eq!(wait(6_000, 5_400), None);
        assert_eq!(wait(6_000, 6_000), Some(1_000));
        assert_eq!(wait(6_000, 7_000), Some(0));
    }
}
