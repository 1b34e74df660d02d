//! Who comes back, by the month of the first purchase.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::time::Day;

/// Customers who first bought in one month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cohort {
    /// Such as `1997-01`.
    pub month: String,
    /// How many of them bought in month 0 (that of the first purchase: all of them), 1, 2, … up to the last month of the data.
    pub buyers: Vec<u32>,
}

/// Cohorts in order of month; months without a new customer are left out, and a month after them without a buyer counts 0.
pub fn cohorts<C: Ord>(purchases: impl IntoIterator<Item = (C, Day)>) -> Vec<Cohort> {
    let mut months: BTreeMap<C, BTreeSet<i32>> = BTreeMap::new();
    for (customer, day) in purchases {
        months.entry(customer).or_default().insert(month(day));
    }
    let Some(last) = months.values().filter_map(BTreeSet::last).max().copied() else { return Vec::new() };
    let mut cohorts: BTreeMap<i32, BTreeMap<i32, u32>> = BTreeMap::new();
    for bought in months.values() {
        let Some(first) = bought.first() else { continue };
        let counts = cohorts.entry(*first).or_default();
        bought.iter().for_each(|month| *counts.entry(month - first).or_default() += 1);
    }
    let cohort = |(first, counts): (i32, BTreeMap<i32, u32>)| Cohort {
        month: format!("{:04}-{:02}", first.div_euclid(12), first.rem_euclid(12) + 1),
        buyers: (0..=last - first).map(|later| counts.get(&later).copied().unwrap_or(0)).collect(),
    };
    cohorts.into_iter().map(cohort).collect()
}

/// Months since the year 0 (Hinnant 2013, chrono-compatible low-level date algorithms, `civil_from_days`).
fn month(day: Day) -> i32 {
    let since = i64::from(day.0) + 719_468;
    let (era, of_era) = (since.div_euclid(146_097), since.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    // Months from March.
    let shifted = (5 * of_year + 2) / 153;
    let (month, carry) = if shifted < 10 { (shifted + 2, 0) } else { (shifted - 10, 1) };
    i32::try_from((year + era * 400 + carry) * 12 + month).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(iso: &str) -> Day {
        Day::parse_iso(iso).expect("a date")
    }

    #[test]
    fn months_are_the_calendar_s() {
        for (iso, expected) in [
            ("1970-01-01", 1970 * 12),
            ("1969-12-31", 1970 * 12 - 1),
            ("2000-02-29", 2000 * 12 + 1),
            ("2000-03-01", 2000 * 12 + 2),
            ("1999-12-31", 1999 * 12 + 11),
            ("2024-06-15", 2024 * 12 + 5),
        ] {
            assert_eq!(month(day(iso)), expected, "{iso}");
        }
    }

    #[test]
    fn a_customer_counts_once_a_month_in_the_cohort_of_the_first_purchase() {
        let bought =
            [(1, "1999-11-30"), (1, "1999-11-02"), (1, "2000-01-01"), (2, "1999-11-15"), (3, "2000-01-20"), (2, "2000-02-01")];
        let found = cohorts(bought.map(|(customer, iso)| (customer, day(iso))));
        let expected = [("1999-11", vec![2, 0, 1, 1]), ("2000-01", vec![1, 0])];
        assert_eq!(found, expected.map(|(month, buyers)| Cohort { month: month.to_owned(), buyers }));
        assert_eq!(cohorts(Vec::<(u32, Day)>::new()), []);
    }
}
