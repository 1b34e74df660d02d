//! What happened in each week.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many weeks with anything in them a state keeps: the newest. A single row dated far ahead by mistake costs one week, not
/// the year before it.
pub const MAX_WEEKS: usize = 53;

/// By [`crate::time::Day::week`]; weeks in which nothing happened are not there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(i32, Week)>", into = "Vec<(i32, Week)>")]
pub struct Weeks(BTreeMap<i32, Week>);

/// In JSON a list in this order without the zeros at its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<i64>", into = "Vec<i64>")]
pub struct Week {
    /// Paid.
    pub orders: u32,
    /// Of orders with a rate, refunds taken off, in minor units of the home currency.
    pub spend: i64,
    pub delivered: u32,
    pub opened: u32,
    pub clicked: u32,
    /// Uses of features.
    pub uses: u32,
    pub sign_ins: u32,
    /// The most people active at once that an event of the week said.
    pub seats: u32,
    pub visits: u32,
    pub payment_failures: u32,
    /// Opened.
    pub tickets: u32,
    /// Opened by someone angry.
    pub unhappy: u32,
    pub solved: u32,
}

impl Weeks {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (i32, &Week)> {
        self.0.iter().map(|(week, bucket)| (*week, bucket))
    }

    /// Whether nothing from `week` on was cut away.
    pub fn reach(&self, week: i32) -> bool {
        self.0.len() < MAX_WEEKS || self.0.first_key_value().is_some_and(|(first, _)| *first <= week)
    }

    /// Weeks `from..=to`.
    pub fn between(&self, from: i32, to: i32) -> impl Iterator<Item = (i32, &Week)> {
        self.iter().filter(move |(week, _)| (from..=to).contains(week))
    }

    pub(super) fn change(&mut self, week: i32, change: impl FnOnce(&mut Week)) {
        change(self.0.entry(week).or_default());
        self.cut();
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (week, bucket) in &other.0 {
            self.0.entry(*week).or_default().add(bucket);
        }
        self.cut();
    }

    fn cut(&mut self) {
        while self.0.len() > MAX_WEEKS {
            self.0.pop_first();
        }
    }
}

impl Week {
    fn add(&mut self, other: &Self) {
        let sum = u32::saturating_add;
        *self = Self {
            orders: sum(self.orders, other.orders),
            spend: self.spend.saturating_add(other.spend),
            delivered: sum(self.delivered, other.delivered),
            opened: sum(self.opened, other.opened),
            clicked: sum(self.clicked, other.clicked),
            uses: sum(self.uses, other.uses),
            sign_ins: sum(self.sign_ins, other.sign_ins),
            seats: self.seats.max(other.seats),
            visits: sum(self.visits, other.visits),
            payment_failures: sum(self.payment_failures, other.payment_failures),
            tickets: sum(self.tickets, other.tickets),
            unhappy: sum(self.unhappy, other.unhappy),
            solved: sum(self.solved, other.solved),
        };
    }
}

impl From<Vec<(i32, Week)>> for Weeks {
    fn from(weeks: Vec<(i32, Week)>) -> Self {
        let mut read = Self(weeks.into_iter().collect());
        read.cut();
        read
    }
}

impl From<Weeks> for Vec<(i32, Week)> {
    fn from(weeks: Weeks) -> Self {
        weeks.0.into_iter().collect()
    }
}

impl From<Vec<i64>> for Week {
    fn from(list: Vec<i64>) -> Self {
        let at = |place: usize| list.get(place).copied().unwrap_or(0);
        let count = |place: usize| u32::try_from(at(place)).unwrap_or(0);
        Self {
            orders: count(0),
            spend: at(1),
            delivered: count(2),
            opened: count(3),
            clicked: count(4),
            uses: count(5),
            sign_ins: count(6),
            seats: count(7),
            visits: count(8),
            payment_failures: count(9),
            tickets: count(10),
            unhappy: count(11),
            solved: count(12),
        }
    }
}

impl From<Week> for Vec<i64> {
    fn from(week: Week) -> Self {
        let mut list = vec![
            i64::from(week.orders),
            week.spend,
            i64::from(week.delivered),
            i64::from(week.opened),
            i64::from(week.clicked),
            i64::from(week.uses),
            i64::from(week.sign_ins),
            i64::from(week.seats),
            i64::from(week.visits),
            i64::from(week.payment_failures),
            i64::from(week.tickets),
            i64::from(week.unhappy),
            i64::from(week.solved),
        ];
        while list.last() == Some(&0) {
            list.pop();
        }
        list
    }
}
