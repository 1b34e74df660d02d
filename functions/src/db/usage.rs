//! What the database wrote today, and what the plan still lets it write.

use serde::Deserialize;
use shared::api::Plan;
use shared::time::{Day, Millis};

use super::{Db, DbError, Statement};
use crate::{params, sql};

/// Rows that Cloudflare's free plan lets D1 write in a UTC day.
pub const FREE_ROWS_A_DAY: u64 = 100_000;

/// The part of the day's rows that jobs leave: scoring stops first, then imports; the last tenth is for opt-outs and sign-ins.
const SCORING_STOPS_AT: u64 = FREE_ROWS_A_DAY / 10 * 8;
const IMPORTS_STOP_AT: u64 = FREE_ROWS_A_DAY / 10 * 9;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub plan: Plan,
    written: u64,
}

#[derive(Debug, Deserialize)]
struct AllowanceRow {
    plan: String,
    rows_written: u64,
}

impl Allowance {
    /// Rows that imports may still write today; none where the plan sets no limit.
    pub fn left_for_imports(self) -> Option<u64> {
        (self.plan == Plan::Free).then(|| IMPORTS_STOP_AT.saturating_sub(self.written))
    }

    pub fn left_for_scoring(self) -> Option<u64> {
        (self.plan == Plan::Free).then(|| SCORING_STOPS_AT.saturating_sub(self.written))
    }
}

/// What a day's imports may write in all; none where the plan sets no limit.
pub fn import_rows_a_day(plan: Plan) -> Option<u64> {
    (plan == Plan::Free).then_some(IMPORTS_STOP_AT)
}

/// The next 00:00 UTC, when the plan's limit starts anew.
pub fn next_day(now: Millis) -> Millis {
    now.day().plus(1).start()
}

pub fn add(day: Day, rows_read: u64, rows_written: u64) -> Statement {
    Statement::new(sql!("usage.sql", "add_usage"), params![day, rows_read, rows_written])
}

pub async fn allowance(db: &Db, day: Day) -> Result<Allowance, DbError> {
    let row: Option<AllowanceRow> = db.first(sql!("usage.sql", "allowance"), params![day]).await?;
    let row = row.ok_or_else(|| DbError::Bug("the shop has no row".to_owned()))?;
    Ok(Allowance { plan: if row.plan == "free" { Plan::Free } else { Plan::Paid }, written: row.rows_written })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scoring_stops_before_imports_and_imports_before_the_limit() {
        let at = |written| Allowance { plan: Plan::Free, written };
        assert_eq!(at(85_000).left_for_scoring(), Some(0));
        assert_eq!(at(85_000).left_for_imports(), Some(5_000));
        assert_eq!(at(95_000).left_for_imports(), Some(0));
        assert_eq!(Allowance { plan: Plan::Paid, written: 1 << 40 }.left_for_scoring(), None);
    }

    #[test]
    fn the_limit_starts_anew_at_midnight_utc() {
        let noon = Millis::parse_rfc3339("1998-07-01T12:00:00Z").expect("valid");
        assert_eq!(next_day(noon).rfc3339(), "1998-07-02T00:00:00Z");
        assert_eq!(next_day(next_day(noon)).rfc3339(), "1998-07-03T00:00:00Z");
    }
}
