//! Points in time and UTC days.
//!
//! Buckets, windows and models count UTC days; zones decide only display and sending.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub const MILLIS_PER_DAY: i64 = 86_400_000;

/// Milliseconds since 1970-01-01T00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, ToSchema)]
pub struct Millis(pub i64);

/// Days since 1970-01-01 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, ToSchema)]
pub struct Day(pub i32);

impl Millis {
    pub fn day(self) -> Day {
        Day(i32::try_from(self.0.div_euclid(MILLIS_PER_DAY)).unwrap_or(if self.0 < 0 { i32::MIN } else { i32::MAX }))
    }

    /// RFC 3339 in UTC with seconds, such as `1998-07-01T12:00:00Z`; the far past or future is cut to chrono's range.
    pub fn rfc3339(self) -> String {
        let edge = if self.0 < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
        DateTime::from_timestamp_millis(self.0).unwrap_or(edge).to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// # Errors
    /// chrono's, when `text` is not RFC 3339.
    pub fn parse_rfc3339(text: &str) -> Result<Self, chrono::ParseError> {
        DateTime::parse_from_rfc3339(text).map(|at| Self(at.timestamp_millis()))
    }
}

impl Day {
    /// Its first millisecond.
    pub fn start(self) -> Millis {
        Millis(i64::from(self.0) * MILLIS_PER_DAY)
    }

    /// An ISO date such as `1998-07-01`; none where it is no date or is written in another way.
    pub fn parse_iso(text: &str) -> Option<Self> {
        (text.len() == 10).then(|| Millis::parse_rfc3339(&format!("{text}T00:00:00Z")).ok().map(Millis::day))?
    }

    /// `self - earlier` in days.
    pub fn since(self, earlier: Self) -> i32 {
        self.0.saturating_sub(earlier.0)
    }

    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Weeks since the Monday before 1970-01-01; weeks start on Monday.
    pub fn week(self) -> i32 {
        self.0.saturating_add(3).div_euclid(7)
    }

    /// ISO date, such as `1998-07-01`.
    pub fn iso(self) -> String {
        self.start().rfc3339().chars().take_while(|&c| c != 'T').collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_weeks_count_from_1970_and_floor_before_it() {
        assert_eq!(Millis(-1).day(), Day(-1));
        assert_eq!(Millis(MILLIS_PER_DAY).day(), Day(1));
        assert_eq!(Day(3).week(), 0, "1970-01-04 was a Sunday");
        assert_eq!(Day(4).week(), 1);
        assert_eq!(Day(10_408).iso(), "1998-07-01");
        assert_eq!(Day::parse_iso("1998-07-01"), Some(Day(10_408)));
        assert!(["1998-7-1", "1998-02-30", "01.07.1998", ""].into_iter().all(|text| Day::parse_iso(text).is_none()));
    }

    #[test]
    fn rfc3339_reads_back() {
        let at = Millis::parse_rfc3339("1998-07-01T14:00:00+02:00").expect("valid");
        assert_eq!(at.rfc3339(), "1998-07-01T12:00:00Z");
        assert!(Millis::parse_rfc3339("1 July").is_err());
    }
}
