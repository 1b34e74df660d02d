//! What Cloudflare's plans allow, how fast the store grows, and what is nearly used up.

use crate::api::{Limit, Limits, Plan, Storage};
use crate::time::Day;

/// What a plan allows: rows and requests of a UTC day, bytes of storage. `None` where there is no limit of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    pub rows_written: Option<u64>,
    pub rows_read: Option<u64>,
    pub requests: Option<u64>,
    pub storage: u64,
}

/// From this share on a limit is told of.
pub const ALERT_FROM: f64 = 0.8;

/// A date further ahead says nothing.
const FULL_WITHIN_DAYS: f64 = 3_650.0;

/// Workers and D1 as Cloudflare's pages on limits and pricing name them. The paid plan bills by the month what goes beyond its share.
pub fn allowed(plan: Plan) -> Allowed {
    match plan {
        Plan::Free => {
            Allowed { rows_written: Some(100_000), rows_read: Some(5_000_000), requests: Some(100_000), storage: 500_000_000 }
        }
        Plan::Paid => Allowed { rows_written: None, rows_read: None, requests: None, storage: 10_000_000_000 },
    }
}

/// Bytes a day: the slope of the least-squares line through the sizes at the ends of days; `None` for fewer than two days.
pub fn growth(sizes: &[(Day, u64)]) -> Option<f64> {
    let count = sizes.len() as f64;
    let (first, _) = sizes.first()?;
    let points = || sizes.iter().map(|(day, size)| (f64::from(day.since(*first)), *size as f64));
    let (mean_x, mean_y) = points().fold((0.0, 0.0), |(x, y), (day, size)| (x + day / count, y + size / count));
    let spread: f64 = points().map(|(day, _)| (day - mean_x) * (day - mean_x)).sum();
    let along: f64 = points().map(|(day, size)| (day - mean_x) * (size - mean_y)).sum();
    (spread > 0.0).then(|| along / spread)
}

/// The day on which `most` is reached at `growth` bytes a day; `None` where it does not grow or that is more than ten years ahead.
pub fn full_on(today: Day, used: u64, most: u64, growth: f64) -> Option<Day> {
    if used >= most {
        return Some(today);
    }
    let days = libm::ceil((most - used) as f64 / growth);
    (growth > 0.0 && days <= FULL_WITHIN_DAYS).then(|| today.plus(days as i32))
}

impl Limits {
    /// What is used up for four fifths or more, each as a sentence with what follows.
    pub fn alerts(&self) -> Vec<String> {
        let of_day = [
            (&self.rows_written, "rows that may be written today", "scoring waits for tomorrow first, then imports"),
            (&self.rows_read, "rows that may be read today", "beyond it nothing can be shown until tomorrow"),
            (&self.requests, "requests of today", "beyond it nobody is answered until tomorrow"),
        ];
        let mut alerts: Vec<String> = of_day
            .into_iter()
            .filter_map(|(limit, what, then)| Some(format!("{} % of the {what} are used: {then}.", limit.per_cent_to_tell()?)))
            .collect();
        if let Some(per_cent) = self.storage.limit().per_cent_to_tell() {
            let when = self.storage.full_on.as_deref().map_or_else(String::new, |day| format!(", and it is full about {day}"));
            alerts.push(format!(
                "{per_cent} % of the storage is used{when}: remove what you no longer need{}.",
                if self.plan == Plan::Free { ", or take the paid plan" } else { "" }
            ));
        }
        alerts
    }
}

impl Limit {
    /// 0 to 1 and beyond; none without a limit.
    pub fn share(&self) -> Option<f64> {
        self.most.filter(|most| *most > 0).map(|most| self.used as f64 / most as f64)
    }

    /// Rounded down, so that 100 % is what it says.
    fn per_cent_to_tell(&self) -> Option<u64> {
        self.share().filter(|share| *share >= ALERT_FROM).map(|share| libm::floor(share * 100.0) as u64)
    }
}

impl Storage {
    pub fn limit(&self) -> Limit {
        Limit { used: self.used, most: Some(self.most) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_the_line_through_all_days_whether_or_not_each_is_known() {
        assert_eq!(growth(&[]), None);
        assert_eq!(growth(&[(Day(1), 100)]), None);
        assert_eq!(growth(&[(Day(1), 100), (Day(3), 300)]), Some(100.0));
        // By hand: days 0, 1, 4 with 10, 40, 70; means 5/3 and 40; sums 120/1 over 26/3.
        let slope = growth(&[(Day(10), 10), (Day(11), 40), (Day(14), 70)]).expect("three days");
        assert!((slope - 120.0 / (26.0 / 3.0)).abs() < 1e-9, "{slope}");
        assert!(growth(&[(Day(0), 300), (Day(1), 100)]).is_some_and(|slope| slope < 0.0));
    }

    #[test]
    fn the_store_is_full_on_the_day_on_which_the_line_reaches_the_limit() {
        assert_eq!(full_on(Day(100), 50, 100, 10.0), Some(Day(105)));
        assert_eq!(full_on(Day(100), 50, 100, 9.0), Some(Day(106)));
        assert_eq!(full_on(Day(100), 100, 100, -5.0), Some(Day(100)));
        for growth in [0.0, -3.0, f64::NAN, 0.001] {
            assert_eq!(full_on(Day(100), 50, 100, growth), None, "{growth}");
        }
    }

    fn limits(written: u64, storage: u64) -> Limits {
        let limit = |used, most| Limit { used, most: Some(most) };
        Limits {
            plan: Plan::Free,
            rows_written: limit(written, 100_000),
            rows_read: limit(0, 5_000_000),
            requests: Limit { used: 1 << 40, most: None },
            storage: Storage { used: storage, most: 500, growth: None, full_on: Some("2026-12-01".to_owned()) },
            waiting: Vec::new(),
            resets_at: String::new(),
            days: Vec::new(),
        }
    }

    #[test]
    fn nothing_is_told_below_four_fifths_or_without_a_limit() {
        assert_eq!(limits(79_999, 399).alerts(), Vec::<String>::new());
        let alerts = limits(80_000, 499).alerts();
        assert!(alerts[0].starts_with("80 % of the rows that may be written today are used"), "{alerts:?}");
        assert!(alerts[1].starts_with("99 % of the storage is used, and it is full about 2026-12-01"), "{alerts:?}");
        assert_eq!(alerts.len(), 2);
    }
}
