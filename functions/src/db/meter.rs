//! What a request or a run costs.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde::Serialize;

/// Counts as it goes. Atomic because axum wants what a request carries to be shareable; the worker has one thread.
#[derive(Debug, Default)]
pub struct Meter {
    queries: AtomicU64,
    rows_read: AtomicU64,
    rows_written: AtomicU64,
    queue: AtomicU64,
    kv: AtomicU64,
    /// Of the rows above, those that the work itself has written down in `usage`.
    told_read: AtomicU64,
    told_written: AtomicU64,
    /// The database's size after the last query, in bytes; 0 before it is known.
    size: AtomicU64,
}

/// What the meter shows. `queries` are calls to D1 (a batch is one), rows as D1 meters them, queue and KV operations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Reading {
    pub queries: u64,
    pub rows_read: u64,
    pub rows_written: u64,
    pub queue: u64,
    pub kv: u64,
}

impl Meter {
    pub fn count_query(&self) {
        self.queries.fetch_add(1, Relaxed);
    }

    pub fn count_rows(&self, read: u64, written: u64) {
        self.rows_read.fetch_add(read, Relaxed);
        self.rows_written.fetch_add(written, Relaxed);
    }

    /// So many of the rows are written down in `usage` already.
    pub fn tell(&self, read: u64, written: u64) {
        self.told_read.fetch_add(read, Relaxed);
        self.told_written.fetch_add(written, Relaxed);
    }

    /// Rows read and written that nobody has written down yet.
    pub fn untold(&self) -> (u64, u64) {
        let left = |all: &AtomicU64, told: &AtomicU64| all.load(Relaxed).saturating_sub(told.load(Relaxed));
        (left(&self.rows_read, &self.told_read), left(&self.rows_written, &self.told_written))
    }

    pub fn note_size(&self, bytes: u64) {
        self.size.store(bytes, Relaxed);
    }

    pub fn size(&self) -> Option<u64> {
        Some(self.size.load(Relaxed)).filter(|bytes| *bytes > 0)
    }

    pub fn count_queue(&self) {
        self.queue.fetch_add(1, Relaxed);
    }

    pub fn count_kv(&self) {
        self.kv.fetch_add(1, Relaxed);
    }

    pub fn reading(&self) -> Reading {
        Reading {
            queries: self.queries.load(Relaxed),
            rows_read: self.rows_read.load(Relaxed),
            rows_written: self.rows_written.load(Relaxed),
            queue: self.queue.load(Relaxed),
            kv: self.kv.load(Relaxed),
        }
    }
}
