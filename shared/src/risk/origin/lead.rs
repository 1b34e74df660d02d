//! How early a flag comes, and how often it is right.

use super::HeldOut;
use super::pool::Pool;

/// Flags among the active on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lead {
    /// Flagged from this probability on.
    pub threshold: f64,
    pub flagged: usize,
    /// Of the flagged, the share that made no order within the horizon.
    pub precision: Option<f64>,
    /// Of those, the share that was flagged.
    pub recall: Option<f64>,
    /// Of the flagged who left, the median of the days until the rule "no order within the horizon" sees it.
    pub before_rule: Option<f64>,
    /// The same until the deadline by their own rhythm; below 0 where that had passed.
    pub before_deadline: Option<f64>,
}

/// Fewer flags say nothing of their precision.
const MIN_FLAGGED: usize = 20;

/// The lowest probability from which on the flagged left at least `precision` of the time, on rows that were held out; of every
/// probability said, so that the choice needs no grid. `None` where no such flags are enough.
pub fn threshold(held_out: &[HeldOut], precision: f64) -> Option<f64> {
    let mut rows: Vec<(f64, bool)> = held_out.iter().map(|row| (row.probability, row.happened)).collect();
    rows.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (mut flagged, mut left, mut lowest) = (0_usize, 0_usize, None);
    let mut rows = rows.into_iter().peekable();
    while let Some((probability, happened)) = rows.next() {
        flagged += 1;
        left += usize::from(happened);
        // Equal probabilities are flagged together.
        let is_last = rows.peek().is_none_or(|(next, _)| *next < probability);
        if is_last && flagged >= MIN_FLAGGED && left as f64 >= precision * flagged as f64 {
            lowest = Some(probability);
        }
    }
    lowest
}

/// Of those who bought within `active_days`, flagged from `threshold` on. `said` and `churned` go with the rows of `pool`; the rule
/// sees a loss once silence has lasted for `horizon` days.
pub fn lead(pool: &Pool, said: &[f64], churned: &[f64], threshold: f64, active_days: i32, horizon: i32) -> Lead {
    let (mut flagged, mut left, mut all_left) = (0_usize, 0_usize, 0_usize);
    let (mut before_rule, mut before_deadline) = (Vec::new(), Vec::new());
    let rows = pool.silences().iter().zip(pool.deadlines()).zip(said).zip(churned);
    for (((silence, deadline), probability), churned) in rows.filter(|row| *row.0.0.0 <= f64::from(active_days)) {
        let (is_flagged, has_left) = (*probability >= threshold, *churned > 0.5);
        flagged += usize::from(is_flagged);
        all_left += usize::from(has_left);
        if is_flagged && has_left {
            left += 1;
            before_rule.push(f64::from(horizon) - silence);
            before_deadline.extend(Some(deadline - silence).filter(|days| days.is_finite()));
        }
    }
    let share = |part: usize, of: usize| (of > 0).then(|| part as f64 / of as f64);
    Lead {
        threshold,
        flagged,
        precision: share(left, flagged),
        recall: share(left, all_left),
        before_rule: median(before_rule),
        before_deadline: median(before_deadline),
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = *values.get(values.len().saturating_sub(1) / 2)?;
    Some(f64::midpoint(lower, upper))
}
