//! What happened and how sure that is: outcomes, whom they are told as, the sums they are kept in, survival and cohorts, and what a
//! campaign changed against those held out.
//!
//! People who have not left yet are not missing: how long they have stayed is evidence, which a share of leavers throws away.

pub mod attribution;
pub mod balance;
pub mod cohort;
mod concordance;
#[cfg(test)]
mod coverage;
mod cox;
pub mod figure;
pub mod incidence;
pub mod insight;
pub mod later;
pub mod lift;
mod log_rank;
pub mod matched;
pub mod metrics;
pub mod moments;
pub mod outcome;
pub mod power;
pub mod rate;
pub mod ratio;
pub mod report;
pub mod rollup;
pub mod sequence;
pub mod speed;
mod survival;
mod tails;
pub mod versus;

pub use concordance::concordance;
pub use cox::{Coefficient, Cox};
pub use log_rank::{LogRank, log_rank};
pub use survival::{Curve, Step};

use serde::{Deserialize, Serialize};

/// How long someone was seen, in any unit, and whether that ended with the event (else it is censored: they were still there).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Lifetime {
    pub duration: f64,
    pub event: bool,
}

/// Why there is no figure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MeasureError {
    #[error("there are no rows")]
    NoRows,
    #[error("row {row}: a duration must be a finite number of at least 0")]
    Duration { row: usize },
    #[error("there are {rows} rows but {others} in another list")]
    Lengths { rows: usize, others: usize },
    #[error("nobody had the event")]
    NoEvents,
    #[error("a comparison needs at least two groups")]
    OneGroup,
    #[error("{column:?} holds a value that is not a finite number")]
    NotFinite { column: String },
    #[error("none of the columns varies")]
    Constant,
}

fn check(lifetimes: &[Lifetime]) -> Result<(), MeasureError> {
    if lifetimes.is_empty() {
        return Err(MeasureError::NoRows);
    }
    let bad = lifetimes.iter().position(|lifetime| !(lifetime.duration.is_finite() && lifetime.duration >= 0.0));
    bad.map_or(Ok(()), |row| Err(MeasureError::Duration { row }))
}

/// Rows in order of duration, those of equal duration in the order given.
fn by_duration(lifetimes: &[Lifetime]) -> Vec<(usize, Lifetime)> {
    let mut sorted: Vec<(usize, Lifetime)> = lifetimes.iter().copied().enumerate().collect();
    sorted.sort_by(|a, b| a.1.duration.total_cmp(&b.1.duration));
    sorted
}
