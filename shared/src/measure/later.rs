//! Cohorts against the holdout: what everybody assigned in a month brought since, by arm.
//!
//! By assignment, so that it is fair whoever was reached. Months after an entry have 30 days each, so that everybody's are equally long,
//! and an entry counts in a month once it has lived through all of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::outcome::Arm;
use super::rollup::{RollupError, cell, micros_per_minor, month, wide};
use super::tails::Z;
use crate::campaign::Micros;
use crate::money::{Currency, Home};
use crate::time::{Day, Millis};

/// Months that are followed, and days of each.
pub const MONTHS: u8 = 12;
pub const MONTH_DAYS: i32 = 30;

/// One row of sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LaterKey {
    /// The first day of the month of entry.
    pub month: Day,
    /// 1 to [`MONTHS`].
    pub since: u8,
    pub arm: Arm,
}

cell! {
    /// Margin of entries from their entry to the end of a month after it, minor units of the home currency.
    LaterCell
    plain { assigned, margin, }
    wide { margin_squared, }
    days {}
}

/// A line of the table: margin per assigned person from the entry to the end of the month, minor units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub month: Day,
    pub since: u8,
    pub contacted: Option<Mean>,
    pub held_out: Option<Mean>,
    /// Contacted less held out, where both are known.
    pub more: Option<Mean>,
}

/// With a 95 % interval by the normal distribution, none of one person.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    pub n: i64,
    pub value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// What one entry brought to the end of each month that is over at `now`: margin less what contacting cost, from the entry's moment on.
/// In any order; each thing once. What contacting cost until then is rounded up to a whole minor unit.
pub fn by_month(
    entered_at: Millis,
    brought: &[(Millis, Home)],
    costs: &[(Millis, Micros)],
    home: Currency,
    now: Millis,
) -> Vec<Home> {
    let to_end = |since: u8| {
        let end = end_of(entered_at, since);
        let within = |at: Millis| at >= entered_at && at < end;
        let margin: Home = brought.iter().filter(|(at, _)| within(*at)).map(|(_, margin)| *margin).sum();
        let cost: i128 = costs.iter().filter(|(at, _)| within(*at)).map(|(_, cost)| i128::from(cost.0)).sum();
        let micros = micros_per_minor(home);
        let minor = cost.div_euclid(micros) + i128::from(cost.rem_euclid(micros) > 0);
        Home(margin.0 - i64::try_from(minor).unwrap_or(i64::MAX))
    };
    (1..=MONTHS).take_while(|since| end_of(entered_at, *since) <= now).map(to_end).collect()
}

/// When the next month of an entry is over; none after the last.
pub fn next_end(entered_at: Millis, now: Millis) -> Option<Millis> {
    (1..=MONTHS).map(|since| end_of(entered_at, since)).find(|end| *end > now)
}

fn end_of(entered_at: Millis, since: u8) -> Millis {
    entered_at.day().plus(i32::from(since) * MONTH_DAYS + 1).start()
}

/// What an entry adds, by row; who was left out adds nothing.
pub fn later_cells(arm: Arm, entered_at: Millis, by_month: &[Home]) -> Vec<(LaterKey, LaterCell)> {
    let one = |(since, margin): (u8, &Home)| {
        let key = LaterKey { month: month(entered_at.day()), since, arm };
        let squared = i128::from(margin.0).wrapping_mul(i128::from(margin.0));
        (key, LaterCell { assigned: 1, margin: margin.0, margin_squared: squared })
    };
    (1..=MONTHS).zip(by_month).filter(|_| arm.is_assigned()).map(one).collect()
}

/// In order of month and months since; both holdouts are one.
pub fn table<'a>(cells: impl IntoIterator<Item = (LaterKey, &'a LaterCell)>) -> Vec<Line> {
    let mut rows: BTreeMap<(Day, u8), [LaterCell; 2]> = BTreeMap::new();
    for (key, cell) in cells {
        let [contacted, held_out] = rows.entry((key.month, key.since)).or_default();
        match key.arm {
            Arm::Contacted => *contacted += cell,
            Arm::Holdout | Arm::GlobalHoldout => *held_out += cell,
            Arm::LeftOut => {}
        }
    }
    let line = |((month, since), [contacted, held_out]): ((Day, u8), [LaterCell; 2])| {
        let (one, other) = (contacted.mean(), held_out.mean());
        let more = one.zip(other).map(|((one, variance), (other, other_variance))| {
            let known = variance.zip(other_variance).map(|(one, other)| one + other);
            mean(contacted.assigned + held_out.assigned, one - other, known)
        });
        Line {
            month,
            since,
            contacted: one.map(|(value, variance)| mean(contacted.assigned, value, variance)),
            held_out: other.map(|(value, variance)| mean(held_out.assigned, value, variance)),
            more,
        }
    };
    rows.into_iter().map(line).collect()
}

impl LaterCell {
    /// The mean and its variance.
    fn mean(&self) -> Option<(f64, Option<f64>)> {
        if self.assigned < 1 {
            return None;
        }
        let n = self.assigned as f64;
        let mean = self.margin as f64 / n;
        let variance = (self.margin_squared as f64 - n * mean * mean).max(0.0) / (n - 1.0) / n;
        Some((mean, (self.assigned > 1).then_some(variance)))
    }
}

fn mean(n: i64, value: f64, variance: Option<f64>) -> Mean {
    let radius = variance.map(|variance| Z * libm::sqrt(variance));
    Mean { n, value, low: radius.map(|radius| value - radius), high: radius.map(|radius| value + radius) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::MILLIS_PER_DAY;

    fn at(days: i64) -> Millis {
        Millis(Day::parse_iso("2024-01-10").unwrap().start().0 + 1 + days * MILLIS_PER_DAY)
    }

    #[test]
    fn months_that_are_over_hold_all_that_came_until_their_end() {
        let brought = [(at(31), Home(7)), (at(0), Home(-2)), (at(30), Home(5)), (at(-1), Home(100)), (at(61), Home(1))];
        let euro = Currency::parse("EUR").unwrap();
        let known = |costs: &[(Millis, Micros)], now: i64| by_month(at(0), &brought, costs, euro, at(now));
        assert_eq!(known(&[], 30), []);
        assert_eq!(known(&[], 31), [Home(3)]);
        assert_eq!(known(&[], 61), [Home(3), Home(10)]);
        assert_eq!(known(&[], 5_000).len(), 12);
        // Parts of a cent are one, and two of them are one too.
        assert_eq!(known(&[(at(0), Micros(4_000)), (at(31), Micros(6_000))], 61), [Home(2), Home(9)]);
        let ends: Vec<i64> =
            [0, 30, 31, 331].iter().map(|day| next_end(at(0), at(*day)).unwrap().day().since(at(0).day()).into()).collect();
        assert_eq!(ends, [31, 31, 61, 361]);
        assert_eq!(next_end(at(0), at(361)), None);
    }

    #[test]
    fn the_table_compares_all_assigned() {
        let rows = [
            (Arm::Contacted, [10, 20]),
            (Arm::Contacted, [0, 0]),
            (Arm::Contacted, [20, 40]),
            (Arm::Holdout, [4, 4]),
            (Arm::GlobalHoldout, [0, 2]),
            (Arm::LeftOut, [900, 900]),
        ];
        let cells: Vec<_> = rows.iter().flat_map(|(arm, months)| later_cells(*arm, at(0), &months.map(Home))).collect();
        assert_eq!(cells.len(), 10);
        let lines = table(cells.iter().map(|(key, cell)| (*key, cell)));
        assert_eq!(lines.len(), 2);
        let Line { month, since, contacted, held_out, more } = lines[0];
        assert_eq!((month.iso().as_str(), since), ("2024-01-01", 1));
        let (contacted, held_out, more) = (contacted.unwrap(), held_out.unwrap(), more.unwrap());
        assert_eq!((contacted.n, contacted.value, held_out.n, held_out.value, more.value), (3, 10.0, 2, 2.0, 8.0));
        // Variances of the means: 100 / 3 and 8 / 2.
        let radius = Z * (100.0_f64 / 3.0 + 4.0).sqrt();
        assert!((more.high.unwrap() - 8.0 - radius).abs() < 1e-12 && (more.low.unwrap() - 8.0 + radius).abs() < 1e-12);
        let one = table(cells.iter().take(1).map(|(key, cell)| (*key, cell)));
        assert_eq!((one[0].contacted.unwrap().low, one[0].held_out, one[0].more), (None, None, None));
        assert_eq!(table([]), []);
    }

    #[test]
    fn sums_are_read_back() {
        let (_, cell) = later_cells(Arm::Contacted, at(0), &[Home(-1 << 40)]).remove(0);
        assert_eq!(LaterCell::try_from(cell.figures()), Ok(cell));
    }
}
