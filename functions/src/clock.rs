//! Business time.
//!
//! Read once at the start of a request or a run and passed down; only leases use the database's own clock.

use shared::time::Millis;

/// The time that everything but leases goes by: the real one, or the one that a test build was told.
pub fn now() -> Millis {
    crate::seams::virtual_now().unwrap_or_else(wall)
}

/// The machine's time, also where a test build was told another.
pub fn wall() -> Millis {
    Millis(js_sys::Date::now() as i64)
}
