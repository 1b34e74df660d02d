//! When somebody clicks, answers and visits, by the hour of their own week.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Counts by local hour of the week: 0 is Monday 0:00 to 1:00, 167 Sunday 23:00 to 24:00.
///
/// Local hours, by the zone in which the contact is taken to be when it happens (`zone::hour_of_week`): a habit follows the clock on the
/// wall, so that the change to summer time moves nothing. In JSON only hours with counts stand: `{"34":2}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Habits(BTreeMap<u8, u16>);

impl Habits {
    pub const HOURS: u8 = 168;
    /// All is halved beyond so many in an hour, so that what is old weighs less.
    const MOST: u16 = 200;

    /// An hour past the week's end is dropped.
    pub fn add(&mut self, hour_of_week: u8) {
        if hour_of_week >= Self::HOURS {
            return;
        }
        let count = self.0.entry(hour_of_week).or_default();
        *count = count.saturating_add(1);
        if *count > Self::MOST {
            self.0.values_mut().for_each(|count| *count /= 2);
            self.0.retain(|_, count| *count > 0);
        }
    }

    pub fn merge(&mut self, other: &Self) {
        for (hour, count) in &other.0 {
            let mine = self.0.entry(*hour).or_default();
            *mine = mine.saturating_add(*count);
        }
    }

    pub fn count(&self, hour_of_week: u8) -> u16 {
        self.0.get(&hour_of_week).copied().unwrap_or(0)
    }

    pub fn total(&self) -> u32 {
        self.0.values().map(|count| u32::from(*count)).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
