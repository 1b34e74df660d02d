//! Whether groups leave at the same pace.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::tails::chi_squared;
use super::{Lifetime, MeasureError, by_duration, check};
use crate::learn::cholesky::{Factor, triangle};

/// The test's statistic, χ² with `freedom` degrees of freedom if all groups are alike.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LogRank {
    pub statistic: f64,
    pub freedom: usize,
    pub p: f64,
}

/// Mantel (1966) & Cox's (1972) test of two or more groups: observed less expected events by group, over their covariance from the
/// hypergeometric distribution at each time (Klein & Moeschberger 2003, equation 7.3.3).
///
/// # Errors
/// [`MeasureError::NoRows`], [`MeasureError::Duration`], [`MeasureError::Lengths`], [`MeasureError::NoEvents`],
/// [`MeasureError::OneGroup`].
pub fn log_rank(lifetimes: &[Lifetime], groups: &[usize]) -> Result<LogRank, MeasureError> {
    check(lifetimes)?;
    if groups.len() != lifetimes.len() {
        return Err(MeasureError::Lengths { rows: lifetimes.len(), others: groups.len() });
    }
    if !lifetimes.iter().any(|lifetime| lifetime.event) {
        return Err(MeasureError::NoEvents);
    }
    let places: BTreeMap<usize, usize> = groups
        .iter()
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .enumerate()
        .map(|(place, group)| (*group, place))
        .collect();
    if places.len() < 2 {
        return Err(MeasureError::OneGroup);
    }
    let place = |row: usize| groups.get(row).and_then(|group| places.get(group)).copied().unwrap_or(0);
    let mut at_risk = vec![0.0; places.len()];
    for row in 0..groups.len() {
        at_risk.get_mut(place(row)).into_iter().for_each(|count| *count += 1.0);
    }
    // The last group follows from the others.
    let freedom = places.len() - 1;
    let (mut excess, mut covariance) = (vec![0.0; freedom], triangle(freedom));
    for same in by_duration(lifetimes).chunk_by(|a, b| a.1.duration == b.1.duration) {
        let died = same.iter().filter(|(_, lifetime)| lifetime.event).count() as f64;
        let left: f64 = at_risk.iter().sum();
        if died > 0.0 {
            for (row, _) in same.iter().filter(|(_, lifetime)| lifetime.event) {
                excess.get_mut(place(*row)).into_iter().for_each(|excess| *excess += 1.0);
            }
            let spread = if left > 1.0 { died * (left - died) / (left - 1.0) } else { 0.0 };
            for (group, (line, excess)) in covariance.iter_mut().zip(&mut excess).enumerate() {
                let share = at_risk.get(group).copied().unwrap_or(0.0) / left;
                *excess -= died * share;
                for (other, (entry, count)) in line.iter_mut().zip(&at_risk).enumerate() {
                    let same_group = if other == group { share } else { 0.0 };
                    *entry += spread * (same_group - share * count / left);
                }
            }
        }
        for (row, _) in same {
            at_risk.get_mut(place(*row)).into_iter().for_each(|count| *count -= 1.0);
        }
    }
    let solved = Factor::of(covariance).solve(&excess);
    let statistic = excess.iter().zip(&solved).map(|(excess, solved)| excess * solved).sum::<f64>().max(0.0);
    Ok(LogRank { statistic, freedom, p: chi_squared(statistic, freedom as f64) })
}
