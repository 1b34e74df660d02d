//! Purchase histories, and groups of customers who share one.

use serde::{Deserialize, Serialize};

/// What the models know of a customer, in weeks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// Repeat purchase days: the first purchase is not counted.
    pub x: u32,
    /// From the first purchase to the last.
    pub t_x: f64,
    /// From the first purchase to now; T in the papers.
    pub age: f64,
}

/// So many customers are enough to start from.
const THINNED: usize = 3_000;

impl History {
    /// With times that are finite, not negative and in order.
    pub(crate) fn clean(&self) -> Self {
        let age = if self.age.is_finite() { self.age.max(0.0) } else { 0.0 };
        let t_x = if self.t_x.is_finite() { self.t_x.clamp(0.0, age) } else { 0.0 };
        // Someone whose every purchase lies on one day has nothing between first and last.
        let t_x = if self.x == 0 { 0.0 } else { t_x };
        Self { x: self.x, t_x, age }
    }
}

/// The sufficient statistics of a fit: distinct histories with their number of customers, sorted by purchases. Times are places in
/// a list of distinct times, because a shop that counts whole days has few of them and a logarithm is dear.
#[derive(Debug)]
pub(super) struct Groups {
    pub(super) times: Vec<f64>,
    pub(super) rows: Vec<Group>,
    pub(super) customers: f64,
    pub(super) repeats: f64,
    pub(super) weeks: f64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    pub(super) x: u32,
    /// Places of `t_x` and `age` among the times.
    pub(super) last: u32,
    pub(super) now: u32,
    pub(super) customers: f64,
}

impl Groups {
    /// Rows without a positive, finite number of customers are left out; equal histories are merged.
    pub(super) fn of(customers: &[(History, f64)]) -> Self {
        let used = customers.iter().filter(|(_, n)| n.is_finite() && *n > 0.0);
        let mut sorted: Vec<(History, f64)> = used.map(|(history, n)| (history.clean(), *n)).collect();
        let key = |h: &History| (h.x, h.t_x.to_bits(), h.age.to_bits());
        sorted.sort_unstable_by_key(|(history, _)| key(history));
        sorted.dedup_by(|next, kept| {
            let same = key(&next.0) == key(&kept.0);
            if same {
                kept.1 += next.1;
            }
            same
        });
        let mut times: Vec<f64> = sorted.iter().flat_map(|(history, _)| [history.t_x, history.age]).collect();
        times.sort_unstable_by(f64::total_cmp);
        times.dedup();
        let place = |time: f64| times.binary_search_by(|t| t.total_cmp(&time)).unwrap_or_default() as u32;
        let rows = sorted.iter().map(|(h, n)| Group { x: h.x, last: place(h.t_x), now: place(h.age), customers: *n }).collect();
        Self::with_sums(times, rows)
    }

    /// Customers at even steps through all of them, whose maximum is a cheap start for the search over many; `None` where the rows
    /// are few already.
    pub(super) fn for_a_start(&self) -> Option<Self> {
        if self.rows.len() <= 2 * THINNED {
            return None;
        }
        let step = self.customers / THINNED as f64;
        let (mut passed, mut next) = (0.0, 0.5 * step);
        let mut rows = Vec::with_capacity(THINNED);
        for row in &self.rows {
            passed += row.customers;
            let taken = libm::ceil((passed - next) / step).max(0.0);
            next += taken * step;
            if taken > 0.0 {
                rows.push(Group { customers: taken, ..*row });
            }
        }
        Some(Self::with_sums(self.times.clone(), rows))
    }

    pub(super) fn time(&self, place: u32) -> f64 {
        self.times.get(place as usize).copied().unwrap_or_default()
    }

    fn with_sums(times: Vec<f64>, rows: Vec<Group>) -> Self {
        let mut groups = Self { times, rows, customers: 0.0, repeats: 0.0, weeks: 0.0 };
        for row in &groups.rows {
            groups.customers += row.customers;
            groups.repeats += row.customers * f64::from(row.x);
            groups.weeks += row.customers * groups.time(row.now);
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_histories_are_one_row_and_odd_ones_are_cleaned_or_left_out() {
        let history = |x, t_x, age| History { x, t_x, age };
        let groups = Groups::of(&[
            (history(1, 2.0, 5.0), 1.0),
            (history(0, 0.0, 5.0), 2.0),
            (history(1, 2.0, 5.0), 3.0),
            (history(1, 9.0, 5.0), 1.0),
            (history(1, f64::NAN, f64::INFINITY), 1.0),
            (history(1, 1.0, 2.0), 0.0),
            (history(1, 1.0, 2.0), f64::NAN),
        ]);
        assert_eq!(groups.times, vec![0.0, 2.0, 5.0]);
        let rows: Vec<_> = groups.rows.iter().map(|row| (row.x, row.last, row.now, row.customers)).collect();
        assert_eq!(rows, vec![(0, 0, 2, 2.0), (1, 0, 0, 1.0), (1, 1, 2, 4.0), (1, 2, 2, 1.0)]);
        assert_eq!((groups.customers, groups.repeats, groups.weeks), (8.0, 6.0, 35.0));
    }

    #[test]
    fn a_part_to_start_from_holds_customers_in_proportion() {
        let customers: Vec<(History, f64)> = (0..40_000_u32)
            .map(|i| (History { x: i % 4, t_x: f64::from(i / 4) / 2_000.0, age: 10.0 }, f64::from(1 + i % 4 * 3)))
            .collect();
        let groups = Groups::of(&customers);
        let part = groups.for_a_start().expect("many rows");
        assert!((part.customers - THINNED as f64).abs() <= 1.0);
        assert!((part.repeats / part.customers - groups.repeats / groups.customers).abs() < 0.01);
        assert!(part.for_a_start().is_none());
    }
}
