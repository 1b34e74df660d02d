//! Tells when sources changed, by looking: a few hundred files, twice a second, without a library for each system's events.

use std::time::SystemTime;

use anyhow::Result;

use crate::project;
use crate::stamp;

const WATCHED: [&str; 7] = ["app", "functions", "public", "samples", "shared", "Cargo.toml", "Cargo.lock"];

/// What was seen last: how many files, and the newest change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    files: usize,
    newest: SystemTime,
}

pub struct Watch {
    built: Seen,
    last: Seen,
}

impl Watch {
    pub fn new() -> Result<Self> {
        let seen = look()?;
        Ok(Self { built: seen, last: seen })
    }

    /// True once after a change, when nothing has changed since the look before: an editor saves several files in a row.
    pub fn changed(&mut self) -> Result<bool> {
        let seen = look()?;
        let quiet = seen == self.last;
        self.last = seen;
        let due = quiet && seen != self.built;
        if due {
            self.built = seen;
        }
        Ok(due)
    }
}

fn look() -> Result<Seen> {
    let mut seen = Seen { files: 0, newest: SystemTime::UNIX_EPOCH };
    for watched in WATCHED {
        for file in stamp::files(&project::path(watched))? {
            // A file may go between the listing and this look.
            if let Ok(changed) = file.metadata().and_then(|data| data.modified()) {
                seen.files += 1;
                seen.newest = seen.newest.max(changed);
            }
        }
    }
    Ok(seen)
}
