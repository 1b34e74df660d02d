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
