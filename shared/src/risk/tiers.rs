//! Tiers: the shortest horizon whose probability passes its threshold.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{Risk, Thresholds, Tier};

/// How many customers each tier would hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TierCounts {
    pub immediate: u32,
    pub moderate: u32,
    pub early: u32,
    pub healthy: u32,
}

/// A customer leaves a tier for a lower one only this far below its threshold, so that nobody flickers.
pub const HYSTERESIS_PER_CENT: u8 = 5;

/// The probability in whole per cent, as people see it. Rounded by way of 1/10000, as it is stored, so that every reader of
/// either form shows the same.
pub fn shown_per_cent(probability: f64) -> u8 {
    let stored = libm::round(probability.clamp(0.0, 1.0) * 10_000.0) as u32;
    u8::try_from((stored + 50) / 100).unwrap_or(100)
}

/// Counts of customers by (p30, p60, p90) in per cent, for sliders: without hysteresis, because it shows what a threshold means,
/// not what was.
pub fn tier_counts(cells: &[(u8, u8, u8, u32)], thresholds: &Thresholds) -> TierCounts {
    let mut counts = TierCounts::default();
    for &(p30, p60, p90, customers) in cells {
        let count = match tier_of_per_cents([p30, p60, p90], thresholds, None) {
            Tier::Immediate => &mut counts.immediate,
            Tier::Moderate => &mut counts.moderate,
            Tier::Early => &mut counts.early,
            _ => &mut counts.healthy,
        };
        *count = count.saturating_add(customers);
    }
    counts
}

/// The tier of someone who is not lost. It rests on the shown per cents, so that a screen never shows 50 % below a threshold of
/// 50 %. `previous` is the tier before, for hysteresis.
pub fn tier_of(risk: &Risk, thresholds: &Thresholds, previous: Option<Tier>) -> Tier {
    tier_of_per_cents([risk.p30, risk.p60, risk.p90].map(shown_per_cent), thresholds, previous)
}

fn tier_of_per_cents(per_cents: [u8; 3], thresholds: &Thresholds, previous: Option<Tier>) -> Tier {
    let tiers = [Tier::Immediate, Tier::Moderate, Tier::Early];
    let needed = [thresholds.immediate, thresholds.moderate, thresholds.early].map(shown_per_cent);
    // A customer who was lost and came back starts anew.
    let before = previous.filter(|tier| tiers.contains(tier));
    tiers
        .into_iter()
        .zip(per_cents.into_iter().zip(needed))
        .find(|(tier, (per_cent, needed))| {
            let held = before.is_some_and(|before| before >= *tier);
            *per_cent >= if held { needed.saturating_sub(HYSTERESIS_PER_CENT).max(1) } else { (*needed).max(1) }
        })
        .map_or(Tier::Healthy, |(tier, _)| tier)
}

#[cfg(test)]
mod tests {
    use super::*;

    const THRESHOLDS: Thresholds = Thresholds { immediate: 0.5, moderate: 0.6, early: 0.7 };

    fn check(risk: [f64; 3], previous: Option<Tier>, expected: Tier) {
        let [p30, p60, p90] = risk;
        assert_eq!(tier_of(&Risk { p30, p60, p90 }, &THRESHOLDS, previous), expected, "{risk:?} after {previous:?}");
    }

    #[test]
    fn the_shortest_horizon_that_passes_decides() {
        check([0.5, 0.9, 0.9], None, Tier::Immediate);
        check([0.49, 0.6, 0.9], None, Tier::Moderate);
        check([0.1, 0.59, 0.7], None, Tier::Early);
        check([0.1, 0.5, 0.69], None, Tier::Healthy);
        check([0.4951, 0.5, 0.5], None, Tier::Immediate);
    }

    #[test]
    fn a_tier_is_left_only_well_below_its_threshold() {
        check([0.46, 0.5, 0.6], Some(Tier::Immediate), Tier::Immediate);
        check([0.44, 0.5, 0.6], Some(Tier::Immediate), Tier::Healthy);
        check([0.46, 0.5, 0.6], Some(Tier::Early), Tier::Healthy);
        check([0.1, 0.56, 0.6], Some(Tier::Immediate), Tier::Moderate);
        check([0.1, 0.2, 0.66], Some(Tier::Lost), Tier::Healthy);
    }

    #[test]
    fn zero_is_never_at_risk() {
        let all = Thresholds { immediate: 0.0, moderate: 0.0, early: 0.0 };
        assert_eq!(tier_of(&Risk::default(), &all, None), Tier::Healthy);
    }

    #[test]
    fn counts_of_a_slider_are_those_of_the_tiers() {
        let cells = [(60, 70, 80, 2), (10, 65, 80, 3), (0, 10, 75, 4), (0, 0, 0, 5)];
        let counts = tier_counts(&cells, &THRESHOLDS);
        assert_eq!(counts, TierCounts { immediate: 2, moderate: 3, early: 4, healthy: 5 });
    }
}
