//! What a term cost as it was told, so that a rise is seen: never converted, because it is only compared with itself.

use serde::{Deserialize, Serialize};

use crate::event::{Price, Terms};
use crate::money::{Currency, Money};
use crate::time::Day;

/// More than a year of months.
const MAX_PRICES: usize = 14;

/// A smaller rise is none.
const LEAST_RISE: f64 = 0.03;

/// The newest ones, in their order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prices(Vec<Told>);

/// In JSON (day, what is paid for, amount).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(Day, u32, i64)", into = "(Day, u32, i64)")]
struct Told {
    day: Day,
    /// A digest of plan, length of the term, seats or not, and currency: only prices of the same are compared.
    what: u32,
    minor: i64,
}

/// A price went up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rise {
    pub day: Day,
    /// 0.1 is a tenth.
    pub share: f64,
}

impl Prices {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether two prices of the same can be compared.
    pub fn are_comparable(&self) -> bool {
        self.0.iter().enumerate().any(|(place, told)| self.0.iter().skip(place + 1).any(|later| later.what == told.what))
    }

    /// The last rise between these days, both included.
    pub fn rise(&self, from: Day, to: Day) -> Option<Rise> {
        let later = self.0.iter().enumerate().rev().filter(|(_, told)| (from..=to).contains(&told.day));
        later.into_iter().find_map(|(place, told)| {
            let before = self.0.iter().take(place).rfind(|before| before.what == told.what && before.day < told.day)?;
            let share = told.minor as f64 / before.minor.max(1) as f64 - 1.0;
            (before.minor > 0 && share >= LEAST_RISE).then_some(Rise { day: told.day, share })
        })
    }

    pub(super) fn tell(&mut self, day: Day, terms: &Terms) {
        let Some(price) = &terms.price else { return };
        let Some(minor) = minor(price) else { return };
        let length = terms.end.map_or(0, |end| end.since(day) / 20);
        // A whole amount is of so many seats.
        let seats = if price.a_seat { 0 } else { terms.seats.unwrap_or(0) };
        let currency = price.currency.as_deref().unwrap_or_default();
        let what = format!("{}\n{length}\n{}\n{seats}\n{currency}", terms.plan.as_deref().unwrap_or_default(), price.a_seat);
        self.add(Told { day, what: digest(&what), minor });
    }

    pub(super) fn merge(&mut self, other: Self) {
        other.0.into_iter().for_each(|told| self.add(told));
    }

    fn add(&mut self, told: Told) {
        if let Err(place) = self.0.binary_search(&told) {
            self.0.insert(place, told);
        }
        let extra = self.0.len().saturating_sub(MAX_PRICES);
        self.0.drain(..extra);
    }
}

/// Hundredths where no currency is told: the amounts are only compared.
fn minor(price: &Price) -> Option<i64> {
    let currency = price.currency.as_deref().and_then(|code| Currency::parse(code).ok()).unwrap_or(Currency::USD);
    Money::parse(&price.amount, currency).ok().map(|money| money.minor).filter(|minor| *minor >= 0)
}

/// FNV-1a, of 32 bits.
fn digest(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

impl From<(Day, u32, i64)> for Told {
    fn from((day, what, minor): (Day, u32, i64)) -> Self {
        Self { day, what, minor }
    }
}

impl From<Told> for (Day, u32, i64) {
    fn from(told: Told) -> Self {
        (told.day, told.what, told.minor)
    }
}
