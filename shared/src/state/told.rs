//! What somebody told, or met with, that speaks for a reason to leave. Kept for good: the events that told it are not.

use serde::{Deserialize, Serialize};

use crate::event::{self, Channel};
use crate::reason::Reason;
use crate::reason::text::{Reader, Reading};
use crate::time::{Day, Millis};

/// The newest ones of each channel, so that cutting early or late keeps the same.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Statements {
    /// In their order.
    list: Vec<Statement>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Statement {
    #[serde(rename = "a")]
    pub at: Millis,
    #[serde(rename = "c")]
    pub channel: Channel,
    /// What they chose: a number of [`Reason`].
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    reason: Option<u8>,
    /// What their text says: numbers of [`Reason`] with per cent, those of at least [`LEAST_SHARE`]. Empty where nothing was read.
    #[serde(rename = "s", default, skip_serializing_if = "Vec::is_empty")]
    shares: Vec<(u8, u8)>,
    /// A subject, or the beginning of what they wrote.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// What they asked for.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
}

/// Per cent below which a text's share of a reason is not kept.
const LEAST_SHARE: u8 = 3;

impl Statements {
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// By the end of `today`, the oldest first.
    pub fn until(&self, today: Day) -> impl DoubleEndedIterator<Item = &Statement> {
        self.list.iter().filter(move |statement| statement.at.day() <= today)
    }

    /// What was asked for by name, each with the day on which it was asked for first, by the end of `today`.
    pub fn wishes(&self, today: Day) -> Vec<(&str, Day)> {
        let mut wishes: Vec<(&str, Day)> = Vec::new();
        for statement in self.until(today) {
            if let Some(feature) = &statement.feature
                && !wishes.iter().any(|(known, _)| known.eq_ignore_ascii_case(feature))
            {
                wishes.push((feature, statement.at.day()));
            }
        }
        wishes
    }

    pub(super) fn tell(&mut self, at: Millis, told: event::Told, reader: Reader<'_>) {
        let reading = told.text.as_deref().and_then(reader);
        self.add(Statement {
            at,
            channel: told.channel,
            reason: told.reason.map(Reason::number),
            shares: reading.as_ref().map(shares).unwrap_or_default(),
            quote: told.quote,
            feature: told.feature,
        });
    }

    pub(super) fn merge(&mut self, other: Self) {
        other.list.into_iter().for_each(|statement| self.add(statement));
    }

    fn add(&mut self, statement: Statement) {
        let channel = statement.channel;
        if let Err(place) = self.list.binary_search(&statement) {
            self.list.insert(place, statement);
        }
        let of_channel = |known: &Statement| known.channel == channel;
        if self.list.iter().filter(|known| of_channel(known)).count() > most(channel)
            && let Some(oldest) = self.list.iter().position(of_channel)
        {
            self.list.remove(oldest);
        }
    }
}

impl Statement {
    /// What they chose of a list.
    pub fn reason(&self) -> Option<Reason> {
        self.reason.and_then(Reason::of_number)
    }

    /// The share of a reason in what they wrote; none where nothing was read. What was not kept is spread evenly.
    pub fn share(&self, reason: Reason) -> Option<f64> {
        if self.shares.is_empty() {
            return None;
        }
        let kept = self.shares.iter().find(|(number, _)| *number == reason.number()).map(|(_, per_cent)| *per_cent);
        let rest = 100_u16.saturating_sub(self.shares.iter().map(|(_, per_cent)| u16::from(*per_cent)).sum());
        let others = Reason::ALL.len().saturating_sub(self.shares.len()).max(1);
        Some(kept.map_or(f64::from(rest) / others as f64, f64::from) / 100.0)
    }

    /// What it says most: what they chose, else what their text is about.
    pub fn speaks_of(&self) -> Reason {
        let read = || self.shares.first().and_then(|(number, _)| Reason::of_number(*number));
        self.reason().filter(|reason| *reason != Reason::Unknown).or_else(read).unwrap_or_default()
    }
}

fn shares(reading: &Reading) -> Vec<(u8, u8)> {
    let per_cent = |probability: f64| libm::round(100.0 * probability.clamp(0.0, 1.0)) as u8;
    let all = reading.reasons.iter().map(|chance| (chance.reason.number(), per_cent(chance.probability)));
    all.filter(|(_, share)| *share >= LEAST_SHARE).collect()
}

fn most(channel: Channel) -> usize {
    match channel {
        Channel::Ticket | Channel::Feature => 6,
        Channel::Cancellation | Channel::Survey | Channel::Nps | Channel::Downgrade | Channel::Late => 3,
        Channel::OrderCancelled | Channel::Refund => 2,
    }
}
