//! What tests need to hold: the clock, the space of the database, fault points, the outbox and the meter.
//!
//! Only with the cargo feature `seams`; without it the clock is real and a point is nothing.

#[cfg(feature = "seams")]
mod held;
#[cfg(feature = "seams")]
mod sending;
#[cfg(feature = "seams")]
pub use held::{database_refusal, is_backlog_closed, point, router, step, virtual_now, virtual_space};

#[cfg(not(feature = "seams"))]
pub use let_go::{database_refusal, is_backlog_closed, point, step, virtual_now, virtual_space};

#[cfg(not(feature = "seams"))]
mod let_go {
    use shared::time::Millis;

    pub fn virtual_now() -> Option<Millis> {
        None
    }

    pub fn virtual_space() -> Option<u64> {
        None
    }

    /// What the database answers to everything, where a test says so.
    pub fn database_refusal() -> Option<String> {
        None
    }

    /// Whether nothing is taken into the backlog, nor read from it.
    pub fn is_backlog_closed() -> bool {
        false
    }

    /// Where a test build may be made to wait, so that a test can act between two steps.
    pub async fn point(_name: &'static str) {}

    /// The same for what all jobs do: the point `{job}.{step}`.
    pub async fn step(_job: &str, _step: &str) {}
}
