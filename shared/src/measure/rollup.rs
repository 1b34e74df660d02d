//! Roll-ups: all that a report needs of a set of entries, as sums that can be added and taken away.
//!
//! A job that learns of something new subtracts what an entry said before and adds what it says now, in as many [`Cell`]s as [`keys`]
//! names. Every figure is a whole number and every change is exact, so that the order of changes does not matter and a recount equals what
//! was kept. Squares and products that intervals need do not fit a number of JavaScript: [`Cell::figures`] writes them in parts that do,
//! and that may be added apart from each other.

mod key;
#[cfg(test)]
mod tests;
mod touch;
pub(super) mod wide;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use key::{Dimension, Frozen, Key, Lead, keys, month};
pub use touch::{Became, TOUCH, TouchCell, TouchKind};

use super::outcome::{Entered, First, Outcome, Rechurn};
use crate::money::{Currency, Home};

/// Days since the entry in places: 0 to 30 by the day, then by the week to day 93, then all that is later.
pub const BINS: usize = 41;
const DAILY: u16 = 31;
const LAST: u16 = 93;

/// Counts by places of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days(pub [i64; BINS]);

/// What is frozen of an entry for its sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// What the customer was worth before the entry: the covariate.
    pub before: Home,
    /// Where what an entry brought is cut, for the estimate that a few large ones do not move. The same in both arms and for the whole
    /// campaign, from what was known before the first entry. Totals are never cut.
    pub limit: Option<Home>,
    /// Merged with somebody of another arm.
    pub contaminated: bool,
    pub home: Currency,
}

/// Sums of one outcome over entries: what an interval of a mean, with or without a covariate, is computed from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    pub n: i64,
    pub y: i128,
    pub yy: i128,
    pub x: i128,
    pub xx: i128,
    pub xy: i128,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RollupError {
    #[error("{0:?} is not a figure of a roll-up")]
    Name(String),
}

macro_rules! cell {
    (
        $(#[doc = $about:literal])*
        $cell:ident
        plain { $($(#[doc = $plain_about:literal])* $plain:ident,)+ }
        wide { $($(#[doc = $wide_about:literal])* $wide:ident,)+ }
        days { $($(#[doc = $days_about:literal])* $days:ident,)* }
    ) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(into = "BTreeMap<String, i64>", try_from = "BTreeMap<String, i64>")]
        pub struct $cell {
            $($(#[doc = $plain_about])* pub $plain: i64,)+
            $($(#[doc = $wide_about])* pub $wide: i128,)+
            $($(#[doc = $days_about])* pub $days: Days,)*
        }

        // Whatever is added can be taken away again, even beyond what fits: numbers go round.
        impl std::ops::AddAssign<&Self> for $cell {
            fn add_assign(&mut self, other: &Self) {
                $(self.$plain = self.$plain.wrapping_add(other.$plain);)+
                $(self.$wide = self.$wide.wrapping_add(other.$wide);)+
                $(self.$days.change(&other.$days, i64::wrapping_add);)*
            }
        }

        impl std::ops::SubAssign<&Self> for $cell {
            fn sub_assign(&mut self, other: &Self) {
                $(self.$plain = self.$plain.wrapping_sub(other.$plain);)+
                $(self.$wide = self.$wide.wrapping_sub(other.$wide);)+
                $(self.$days.change(&other.$days, i64::wrapping_sub);)*
            }
        }

        impl $cell {
            /// As it is stored: named whole numbers, of which those that are zero are left out.
            ///
            /// Plain figures stay under 2^53. A wide one is written in parts of 30 bits, `cost` for the lowest, then `cost.1`, `cost.2`
            /// and so on, each with the figure's sign. Parts of one name may be added by a database on their own, up to eight million of
            /// them, and [`Self::of_figures`] reads the sum right.
            pub fn figures(&self) -> BTreeMap<String, i64> {
                let mut figures = BTreeMap::new();
                let mut put = |name: String, value: i64| {
                    if value != 0 {
                        figures.insert(name, value);
                    }
                };
                $(put(stringify!($plain).to_owned(), self.$plain);)+
                $(wide::parts(self.$wide).for_each(|(place, part)| put(wide::name(stringify!($wide), place), part));)+
                $(self.$days.0.iter().enumerate().for_each(|(place, count)| put(format!("{}.{place}", stringify!($days)), *count));)*
                figures
            }

            /// Reads figures back, or the sum of those of several cells if names come more than once.
            ///
            /// # Errors
            /// [`RollupError::Name`].
            pub fn of_figures<'a>(figures: impl IntoIterator<Item = (&'a str, i64)>) -> Result<Self, RollupError> {
                let mut cell = Self::default();
                for (whole, value) in figures {
                    let unknown = || RollupError::Name(whole.to_owned());
                    let (name, place) = match whole.split_once('.') {
                        None => (whole, 0),
                        Some((name, place)) => (name, place.parse::<usize>().map_err(|_| unknown())?),
                    };
                    match name {
                        $(stringify!($plain) if place == 0 => cell.$plain = cell.$plain.wrapping_add(value),)+
                        $(stringify!($wide) if place < wide::PARTS => cell.$wide = cell.$wide.wrapping_add(wide::of_part(place, value)),)+
                        $(stringify!($days) => match cell.$days.0.get_mut(place) {
                            Some(count) => *count = count.wrapping_add(value),
                            None => return Err(unknown()),
                        },)*
                        _ => return Err(unknown()),
                    }
                }
                Ok(cell)
            }
        }

        impl From<$cell> for BTreeMap<String, i64> {
            fn from(cell: $cell) -> Self {
                cell.figures()
            }
        }

        impl TryFrom<BTreeMap<String, i64>> for $cell {
            type Error = RollupError;
            fn try_from(figures: BTreeMap<String, i64>) -> Result<Self, RollupError> {
                Self::of_figures(figures.iter().map(|(name, value)| (name.as_str(), *value)))
            }
        }
    };
}
pub(super) use cell;

cell! {
    /// Sums over entries of one arm that are ripe, or over such that are not: see [`Key::ripe`].
    ///
    /// Money is minor units of the home currency, costs of channels are millionths of its major unit, products are of these. What a single
    /// entry brought is, in products, its margin in the same millionths with its channel cost taken off.
    Cell
    plain {
        /// Everybody: sent to or not.
        assigned,
        /// Were merged with somebody of another arm.
        contaminated,
        /// To whom something went out.
        contacted,
        /// Messages that went out.
        sent,
        returned,
        opted_out,
        erased,
        /// Used an offer of theirs.
        redeemed,
        /// Of whom it is known whether they left again.
        rechurn_known,
        rechurned,
        orders,
        one_time_gross,
        one_time_discount,
        one_time_refunds,
        recurring_gross,
        recurring_discount,
        recurring_refunds,
        /// Channel cost not taken off.
        margin,
        redeemed_discount,
        redeemed_list,
        /// As promised, per mille, added up over those who used one.
        redeemed_depth,
        /// Redeemed discounts of those who returned.
        discount_returned,
        /// What they were worth before their entry.
        before,
        before_returned,
    }
    wide {
        cost,
        cost_returned,
        /// Of what an entry brought, channel cost taken off.
        margin_squared,
        margin_before,
        margin_cost,
        before_squared,
        cost_squared,
        /// Of revenue less discounts and refunds.
        net_squared,
        net_cost,
        /// Of redeemed discounts.
        discount_squared,
        discount_cost,
        list_squared,
        discount_list,
        /// Of what an entry brought, channel cost taken off, cut at a limit on both sides: see [`Unit::limit`].
        limited,
        limited_squared,
        limited_before,
    }
    days {
        /// Of those whose watch ended with a return.
        returned_days,
        /// Of those whose watch ended with an opt-out or an erasure.
        withdrew_days,
    }
}

impl Cell {
    /// What one entry adds. Who was left out adds nothing.
    pub fn of(entry: &Entered, outcome: &Outcome, unit: &Unit) -> Self {
        if !entry.arm.is_assigned() {
            return Self::default();
        }
        let Unit { before, limit, contaminated, home } = *unit;
        let is = |condition: bool| i64::from(condition);
        let returned = is(outcome.returned_at.is_some());
        let cost = i128::from(outcome.channel_cost.0);
        let after = i128::from(outcome.margin.0) * micros_per_minor(home) - cost;
        let limited = limit.map_or(after, |limit| {
            let limit = i128::from(limit.0.max(0)) * micros_per_minor(home);
            after.clamp(-limit, limit)
        });
        let (net, discount, list) =
            (i128::from(outcome.net().0), i128::from(outcome.redeemed_discount.0), i128::from(outcome.redeemed_list.0));
        let mut cell = Self {
            assigned: 1,
            contaminated: is(contaminated),
            contacted: is(outcome.sent > 0),
            sent: i64::from(outcome.sent),
            returned,
            opted_out: is(outcome.opted_out_at.is_some()),
            erased: is(outcome.erased_at.is_some()),
            redeemed: is(outcome.redeemed.is_some()),
            rechurn_known: is(matches!(outcome.rechurn, Rechurn::Stayed | Rechurn::Left { .. })),
            rechurned: is(matches!(outcome.rechurn, Rechurn::Left { .. })),
            orders: i64::from(outcome.orders),
            one_time_gross: outcome.one_time.gross.0,
            one_time_discount: outcome.one_time.discount.0,
            one_time_refunds: outcome.one_time.refunds.0,
            recurring_gross: outcome.recurring.gross.0,
            recurring_discount: outcome.recurring.discount.0,
            recurring_refunds: outcome.recurring.refunds.0,
            margin: outcome.margin.0,
            redeemed_discount: outcome.redeemed_discount.0,
            redeemed_list: outcome.redeemed_list.0,
            redeemed_depth: outcome.redeemed.as_ref().map_or(0, |redeemed| i64::from(redeemed.depth)),
            discount_returned: outcome.redeemed_discount.0 * returned,
            before: before.0,
            before_returned: before.0 * returned,
            cost,
            cost_returned: cost * i128::from(returned),
            margin_squared: after.wrapping_mul(after),
            margin_before: after.wrapping_mul(i128::from(before.0)),
            margin_cost: after.wrapping_mul(cost),
            before_squared: i128::from(before.0).wrapping_mul(i128::from(before.0)),
            cost_squared: cost.wrapping_mul(cost),
            net_squared: net.wrapping_mul(net),
            net_cost: net.wrapping_mul(cost),
            discount_squared: discount.wrapping_mul(discount),
            discount_cost: discount.wrapping_mul(cost),
            list_squared: list.wrapping_mul(list),
            discount_list: discount.wrapping_mul(list),
            limited,
            limited_squared: limited.wrapping_mul(limited),
            limited_before: limited.wrapping_mul(i128::from(before.0)),
            ..Self::default()
        };
        let days = outcome.first(entry).map(|(first, day)| match first {
            First::Returned => (&mut cell.returned_days, day),
            First::Withdrew => (&mut cell.withdrew_days, day),
        });
        if let Some((days, day)) = days
            && let Some(count) = days.0.get_mut(bin_of(day))
        {
            *count += 1;
        }
        cell
    }

    /// What has to be added to a roll-up that holds `before` so that it holds `after`.
    pub fn change(before: &Self, after: &Self) -> Self {
        let mut change = after.clone();
        change -= before;
        change
    }

    /// Revenue less discounts and refunds, of both kinds.
    pub fn net(&self) -> Home {
        let one_time = self.one_time_gross - self.one_time_discount - self.one_time_refunds;
        Home(one_time + self.recurring_gross - self.recurring_discount - self.recurring_refunds)
    }

    /// Margin with channel cost taken off, in millionths of a major unit of the home currency.
    pub fn margin_after(&self, home: Currency) -> i128 {
        i128::from(self.margin) * micros_per_minor(home) - self.cost
    }

    /// Returns, and what people were worth before as the covariate.
    pub fn return_sums(&self) -> Sums {
        Sums {
            n: self.assigned,
            y: i128::from(self.returned),
            yy: i128::from(self.returned),
            x: i128::from(self.before),
            xx: self.before_squared,
            xy: i128::from(self.before_returned),
        }
    }

    /// Margin with channel cost taken off, in millionths of a major unit; the covariate is in minor units.
    pub fn margin_sums(&self, home: Currency) -> Sums {
        Sums {
            n: self.assigned,
            y: self.margin_after(home),
            yy: self.margin_squared,
            x: i128::from(self.before),
            xx: self.before_squared,
            xy: self.margin_before,
        }
    }

    /// The same, cut at the limit.
    pub fn limited_sums(&self) -> Sums {
        Sums {
            n: self.assigned,
            y: self.limited,
            yy: self.limited_squared,
            x: i128::from(self.before),
            xx: self.before_squared,
            xy: self.limited_before,
        }
    }
}

impl<'a> std::iter::Sum<&'a Cell> for Cell {
    fn sum<I: Iterator<Item = &'a Cell>>(cells: I) -> Self {
        cells.fold(Self::default(), |mut sum, cell| {
            sum += cell;
            sum
        })
    }
}

/// The place of a day.
pub fn bin_of(day: u16) -> usize {
    match day {
        0..DAILY => usize::from(day),
        DAILY..=LAST => usize::from(DAILY + (day - DAILY) / 7),
        _ => BINS - 1,
    }
}

/// The last day of a place; the last place has no end.
pub fn bin_end(place: usize) -> u16 {
    match u16::try_from(place) {
        Ok(place) if place < DAILY => place,
        Ok(place) if usize::from(place) + 1 < BINS => DAILY + (place - DAILY) * 7 + 6,
        _ => u16::MAX,
    }
}

/// Millionths of a major unit in a minor one.
pub(super) fn micros_per_minor(home: Currency) -> i128 {
    1_000_000 / 10_i128.pow(home.decimals().min(6))
}

impl Default for Days {
    fn default() -> Self {
        Self([0; BINS])
    }
}

impl Days {
    fn change(&mut self, other: &Self, how: impl Fn(i64, i64) -> i64) {
        self.0.iter_mut().zip(other.0).for_each(|(own, other)| *own = how(*own, other));
    }
}
