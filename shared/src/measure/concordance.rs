//! How well a risk orders who leaves first.

use super::{Lifetime, MeasureError, by_duration, check};

/// Harrell's C (1982): of the pairs of whom one is known to have left first, the share in which that one had the higher risk; equal
/// risks count half. Of two with the same duration the one with the event left first. `None` where no pair can be compared.
///
/// # Errors
/// [`MeasureError::NoRows`], [`MeasureError::Duration`], [`MeasureError::Lengths`], [`MeasureError::NotFinite`].
pub fn concordance(lifetimes: &[Lifetime], risks: &[f64]) -> Result<Option<f64>, MeasureError> {
    check(lifetimes)?;
    if risks.len() != lifetimes.len() {
        return Err(MeasureError::Lengths { rows: lifetimes.len(), others: risks.len() });
    }
    if risks.iter().any(|risk| risk.is_nan()) {
        return Err(MeasureError::NotFinite { column: "risk".to_owned() });
    }
    let mut levels = risks.to_vec();
    levels.sort_unstable_by(f64::total_cmp);
    levels.dedup();
    let rank = |row: usize| {
        let risk = risks.get(row).copied().unwrap_or(0.0);
        levels.partition_point(|level| *level < risk)
    };
    let mut later = Counts(vec![0; levels.len() + 1]);
    let (mut pairs, mut halves, mut seen) = (0_u64, 0_u64, 0_u64);
    // From the longest on: whoever is counted already stayed longer.
    for same in by_duration(lifetimes).chunk_by(|a, b| a.1.duration == b.1.duration).rev() {
        for event in [false, true] {
            let rows = || same.iter().filter(|(_, lifetime)| lifetime.event == event);
            if event {
                for (row, _) in rows() {
                    let rank = rank(*row);
                    let (below, below_or_equal) = (later.before(rank), later.before(rank + 1));
                    pairs += seen;
                    halves += below + below_or_equal;
                }
            }
            for (row, _) in rows() {
                later.add(rank(*row));
                seen += 1;
            }
        }
    }
    Ok((pairs > 0).then(|| halves as f64 / (2.0 * pairs as f64)))
}

/// Counts by rank with sums of all before one (Fenwick 1994).
struct Counts(Vec<u64>);

impl Counts {
    fn add(&mut self, rank: usize) {
        let mut place = rank + 1;
        while let Some(count) = self.0.get_mut(place) {
            *count += 1;
            place += place & place.wrapping_neg();
        }
    }

    fn before(&self, rank: usize) -> u64 {
        let (mut place, mut sum) = (rank, 0);
        while place > 0 {
            sum += self.0.get(place).copied().unwrap_or(0);
            place &= place - 1;
        }
        sum
    }
}
