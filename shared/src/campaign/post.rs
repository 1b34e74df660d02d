//! Post takes days: what that does to when it is sent, and to how long its offer must stand.

use crate::time::{Day, MILLIS_PER_DAY, Millis};

/// Days from the order at the printer to the letterbox.
pub const DAYS: i32 = 5;
/// Days that an offer stands at least once it lies in the letterbox.
pub const OFFER_DAYS: i32 = 10;

/// When what is sent at a time is expected to arrive.
pub fn arrives(sent_at: Millis) -> Millis {
    Millis(sent_at.0.saturating_add(i64::from(DAYS) * MILLIS_PER_DAY))
}

/// The earliest last day of an offer that goes by post at a time.
pub fn least_expiry(sent_at: Millis) -> Day {
    sent_at.day().plus(DAYS + OFFER_DAYS)
}
