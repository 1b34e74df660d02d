//! What a campaign is likely to bring and to cost, simulated.

use shared::campaign::forecast::{Forecast, Group, forecast};

/// So many campaigns make intervals that move by less than they are rounded.
const RUNS: u32 = 2_000;

/// The same groups give the same figures, whenever they are asked about.
const SEED: u64 = 8;

pub fn simulated(groups: &[Group], minor_per_unit: u32) -> Forecast {
    forecast(groups, minor_per_unit, RUNS, SEED)
}
