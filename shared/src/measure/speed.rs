//! How long things take: from a signal to the first touch, from a plan to its launch.
//!
//! Hours are counted in bins that can be added up, so that a median over a million people is read from a few numbers. A quantile is known
//! to its bin: an hour up to two days, six hours up to two weeks, a day up to 90 days.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::rollup::RollupError;
use crate::time::Millis;

const HOUR: i64 = 3_600_000;
/// Where bins become wider, in hours, with the hours of a bin until then.
const STEPS: [(i64, i64); 3] = [(48, 1), (336, 6), (2_160, 24)];

/// Counts by bins of hours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "BTreeMap<String, i64>", try_from = "BTreeMap<String, i64>")]
pub struct Hours(BTreeMap<u16, i64>);

/// A share of all took less than `before` hours and not less than `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantile {
    pub from: i64,
    /// None beyond the last bin.
    pub before: Option<i64>,
}

/// What the report shows of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speed {
    pub count: i64,
    pub median: Option<Quantile>,
    pub p90: Option<Quantile>,
}

impl Hours {
    /// One that took from `start` to `end`; an end before its start took no time.
    pub fn of(start: Millis, end: Millis) -> Self {
        let hours = end.0.saturating_sub(start.0).max(0) / HOUR;
        Self([(bin(hours), 1)].into())
    }

    pub fn count(&self) -> i64 {
        self.0.values().sum()
    }

    /// The bin of the smallest value that at least this share of all does not exceed; 0 to 1. None where there is none.
    pub fn quantile(&self, share: f64) -> Option<Quantile> {
        let count = self.count();
        if count <= 0 {
            return None;
        }
        let rank = libm::ceil(share.clamp(0.0, 1.0) * count as f64).max(1.0);
        let mut so_far = 0;
        let found = self.0.iter().find(|(_, count)| {
            so_far += **count;
            so_far as f64 >= rank
        });
        found.map(|(bin, _)| bounds(*bin))
    }

    pub fn speed(&self) -> Speed {
        Speed { count: self.count(), median: self.quantile(0.5), p90: self.quantile(0.9) }
    }

    fn change(&mut self, other: &Self, sign: i64) {
        for (bin, count) in &other.0 {
            *self.0.entry(*bin).or_default() += sign * count;
        }
        self.0.retain(|_, count| *count != 0);
    }
}

impl std::ops::AddAssign<&Self> for Hours {
    fn add_assign(&mut self, other: &Self) {
        self.change(other, 1);
    }
}

impl std::ops::SubAssign<&Self> for Hours {
    fn sub_assign(&mut self, other: &Self) {
        self.change(other, -1);
    }
}

impl From<Hours> for BTreeMap<String, i64> {
    fn from(hours: Hours) -> Self {
        hours.0.into_iter().map(|(bin, count)| (format!("h{bin}"), count)).collect()
    }
}

impl TryFrom<BTreeMap<String, i64>> for Hours {
    type Error = RollupError;
    fn try_from(figures: BTreeMap<String, i64>) -> Result<Self, RollupError> {
        let last = bin(i64::MAX);
        let one = |(name, count): (String, i64)| {
            let bin = name.strip_prefix('h').and_then(|bin| bin.parse::<u16>().ok()).filter(|bin| *bin <= last);
            bin.map(|bin| (bin, count)).ok_or(RollupError::Name(name))
        };
        figures.into_iter().filter(|(_, count)| *count != 0).map(one).collect::<Result<_, _>>().map(Self)
    }
}

fn bin(hours: i64) -> u16 {
    let (mut place, mut from) = (0, 0);
    for (until, width) in STEPS {
        if hours < until {
            return u16::try_from(place + (hours - from) / width).unwrap_or(u16::MAX);
        }
        place += (until - from) / width;
        from = until;
    }
    u16::try_from(place).unwrap_or(u16::MAX)
}

fn bounds(bin: u16) -> Quantile {
    let (mut place, mut from) = (0, 0);
    let bin = i64::from(bin);
    for (until, width) in STEPS {
        let bins = (until - from) / width;
        if bin < place + bins {
            let from = from + (bin - place) * width;
            return Quantile { from, before: Some(from + width) };
        }
        place += bins;
        from = until;
    }
    Quantile { from, before: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn took(hours: i64) -> Hours {
        Hours::of(Millis(5), Millis(5 + hours * HOUR))
    }

    #[test]
    fn bins_are_as_wide_as_they_say_and_have_no_gap() {
        for (hours, from, before) in [
            (0, 0, Some(1)),
            (47, 47, Some(48)),
            (48, 48, Some(54)),
            (335, 330, Some(336)),
            (336, 336, Some(360)),
            (2_160, 2_160, None),
        ] {
            assert_eq!(took(hours).quantile(0.5), Some(Quantile { from, before }), "{hours}");
        }
        for hours in 0..2_200 {
            let Quantile { from, before } = bounds(bin(hours));
            assert!(from <= hours && before.is_none_or(|before| hours < before), "{hours}");
        }
        assert_eq!(Hours::of(Millis(9), Millis(5)).quantile(0.5), Some(Quantile { from: 0, before: Some(1) }));
        assert_eq!(Hours::of(Millis(i64::MIN), Millis(i64::MAX)).quantile(0.5), Some(Quantile { from: 2_160, before: None }));
    }

    #[test]
    fn quantiles_are_those_of_the_rows() {
        let mut all = Hours::default();
        assert_eq!(all.speed(), Speed { count: 0, median: None, p90: None });
        for hours in [1, 2, 2, 3, 5, 8, 13, 21, 100, 400] {
            all += &took(hours);
        }
        let speed = all.speed();
        assert_eq!(
            (speed.count, speed.median.unwrap().from, speed.p90.unwrap()),
            (10, 5, Quantile { from: 96, before: Some(102) })
        );
        let before = all.clone();
        all += &took(70);
        all -= &took(70);
        assert_eq!(all, before);
        let json = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<Hours>(&json).unwrap(), all);
        assert!(serde_json::from_str::<Hours>(r#"{"h9999":1}"#).is_err() && serde_json::from_str::<Hours>(r#"{"x":1}"#).is_err());
    }
}
