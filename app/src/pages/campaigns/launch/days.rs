//! Messages by day and channel, of the forecast's steps.

use std::collections::{BTreeMap, BTreeSet};

use shared::api::StepForecast;
use shared::campaign::Channel;

/// One day of the calendar ahead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DaySum {
    /// ISO date.
    pub day: String,
    pub by: BTreeMap<Channel, u64>,
}

impl DaySum {
    pub(super) fn sum(&self) -> u64 {
        self.by.values().sum()
    }
}

/// In the order of the days; several steps of one day stand together.
pub(super) fn by_day(steps: &[StepForecast]) -> Vec<DaySum> {
    let mut days: BTreeMap<&str, BTreeMap<Channel, u64>> = BTreeMap::new();
    for step in steps {
        let day = days.entry(&step.day).or_default();
        for (channel, touches) in &step.channels {
            *day.entry(*channel).or_default() += touches;
        }
    }
    days.into_iter().map(|(day, by)| DaySum { day: day.to_owned(), by }).collect()
}

/// The channels that any day has.
pub(super) fn channels(days: &[DaySum]) -> Vec<Channel> {
    days.iter().flat_map(|day| day.by.keys().copied()).collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_one_day_are_one_bar() {
        let step = |step, day: &str, channels: &[(Channel, u64)]| StepForecast {
            step,
            day: day.to_owned(),
            channels: channels.to_vec(),
            not: Vec::new(),
        };
        let days = by_day(&[
            step(2, "2026-03-06", &[(Channel::Sms, 4)]),
            step(1, "2026-03-01", &[(Channel::Email, 10)]),
            step(3, "2026-03-06", &[(Channel::Email, 3), (Channel::Sms, 1)]),
        ]);
        let told: Vec<_> = days.iter().map(|day| (day.day.as_str(), day.sum())).collect();
        assert_eq!(told, [("2026-03-01", 10), ("2026-03-06", 8)]);
        assert_eq!(channels(&days), [Channel::Email, Channel::Sms]);
        assert!(by_day(&[]).is_empty() && channels(&[]).is_empty());
    }
}
