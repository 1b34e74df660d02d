//! What happened in each week.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::Day;

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
    /// Of `opened`, those of which the sender knows that a machine did it.
    pub opened_by_machine: u32,
    /// On which days of the week somebody visited.
    pub visit_days: Weekdays,
    /// Which features were used.
    pub features: FeatureSet,
    pub community: u32,
    /// Thoughts of a smaller plan, or of leaving.
    pub inquiries: u32,
    /// Of `orders`, those with a discount.
    pub discounted: u32,
}

/// A set of days of one week: Monday is the lowest bit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weekdays(u8);

/// Which features were used, as the places that their names hash to: sets are joined by their bits, and how many features there
/// are is told back from how many places are taken (Whang et al. 1990, "A linear-time probabilistic counting algorithm for
/// database applications", equation 1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeatureSet(u64);

impl Weekdays {
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }

    pub(super) fn insert(&mut self, day: Day) {
        let monday = day.week().saturating_mul(7).saturating_sub(3);
        self.0 |= 1_u8.checked_shl(day.since(Day(monday)).unsigned_abs()).unwrap_or(0) & 0x7f;
    }
}

impl FeatureSet {
    /// Places: up to as many features are told apart well, and the number stays short in JSON.
    const PLACES: u32 = 40;

    /// About how many features are in it.
    pub fn count(self) -> f64 {
        let places = f64::from(Self::PLACES);
        let empty = places - f64::from(self.0.count_ones());
        -places * libm::log(empty.max(0.5) / places)
    }

    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// About how many of its features are not in `other`.
    pub fn beyond(self, other: Self) -> f64 {
        (self.or(other).count() - other.count()).max(0.0)
    }

    /// Those that are in at least `times` of the sets.
    pub fn regular(sets: &[Self], times: u32) -> Self {
        let is_regular = |place: &u32| sets.iter().filter(|set| set.0 >> place & 1 == 1).count() >= times as usize;
        Self((0..Self::PLACES).filter(is_regular).fold(0, |bits, place| bits | 1 << place))
    }

    pub(super) fn insert(&mut self, feature: &str) {
        // FNV-1a: the same on every machine and in every version, since states are kept.
        let hash =
            feature.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        self.0 |= 1 << ((hash ^ (hash >> 32)) % u64::from(Self::PLACES));
    }
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
            opened_by_machine: sum(self.opened_by_machine, other.opened_by_machine),
            visit_days: Weekdays(self.visit_days.0 | other.visit_days.0),
            features: self.features.or(other.features),
            community: sum(self.community, other.community),
            inquiries: sum(self.inquiries, other.inquiries),
            discounted: sum(self.discounted, other.discounted),
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
            opened_by_machine: count(13),
            visit_days: Weekdays(u8::try_from(at(14)).unwrap_or(0) & 0x7f),
            features: FeatureSet(u64::try_from(at(15)).unwrap_or(0) & ((1 << FeatureSet::PLACES) - 1)),
            community: count(16),
            inquiries: count(17),
            discounted: count(18),
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
            i64::from(week.opened_by_machine),
            i64::from(week.visit_days.0),
            week.features.0.cast_signed(),
            i64::from(week.community),
            i64::from(week.inquiries),
            i64::from(week.discounted),
        ];
        while list.last() == Some(&0) {
            list.pop();
        }
        list
    }
}
