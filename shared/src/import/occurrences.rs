//! Numbers equal rows of a file that has no ids.

use std::collections::HashMap;

use super::{Key, Rows};

/// How often each row's content was seen so far: for a reader that has the whole file before it. The worker, which reads a file
/// in pages, counts in a table instead.
///
/// 16 bytes a distinct row, so 1,000,000 rows need some 30 MB.
#[derive(Debug, Clone, Default)]
pub struct Occurrences {
    seen: HashMap<u64, u32>,
}

impl Occurrences {
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets `nth` of each row that is keyed by its content. Call it with every piece of the file, in order.
    pub fn number(&mut self, rows: &mut Rows) {
        rows.keys_mut().into_iter().for_each(|key| self.number_one(key));
    }

    fn number_one(&mut self, key: &mut Key) {
        let Key::Content { digest, nth } = key else { return };
        // 64 of the digest's bits: should two contents ever share them, one is numbered higher than needed, each time alike.
        let short = digest.get(..16).and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or_default();
        let seen = self.seen.entry(short).or_default();
        *nth = *seen;
        *seen = seen.saturating_add(1);
    }
}
