//! What a holdout of a size can find at all (T12).

use super::tails::normal_quantile;

/// The least difference of two rates that a campaign of `people` finds with this power, two-sided at `alpha`: its held-out share, per
/// mille, has the rate `base`. None where one side is empty.
///
/// # Formula
/// (z₁₋α⁄₂ + z_power) · √(base (1 − base) (1/n₀ + 1/n₁)): both arms with the base's variance (Fleiss, Levin & Paik 2003, section 4.2).
pub fn detectable(base: f64, held_out: u16, people: u32, power: f64, alpha: f64) -> Option<f64> {
    let held = f64::from(people) * f64::from(held_out.min(1_000)) / 1_000.0;
    let contacted = f64::from(people) - held;
    if !(held >= 1.0 && contacted >= 1.0 && base > 0.0 && base < 1.0 && alpha > 0.0 && alpha < 1.0 && power > 0.0 && power < 1.0)
    {
        return None;
    }
    let variance = base * (1.0 - base) * (1.0 / held + 1.0 / contacted);
    Some((normal_quantile(1.0 - alpha / 2.0) + normal_quantile(power)) * libm::sqrt(variance))
}

/// The least share to hold out, per mille and at most 500, with which `effect` is found; none where no share does.
pub fn share_for(base: f64, effect: f64, people: u32, power: f64, alpha: f64) -> Option<u16> {
    (1..=500).find(|share| detectable(base, *share, people, power, alpha).is_some_and(|found| found <= effect))
}

/// The least number of people with whom `effect` is found; none where none does, or more than four thousand million would be needed.
pub fn people_for(base: f64, effect: f64, held_out: u16, power: f64, alpha: f64) -> Option<u32> {
    let found = |people: u32| detectable(base, held_out, people, power, alpha).is_some_and(|found| found <= effect);
    if !found(u32::MAX) {
        return None;
    }
    let (mut few, mut many) = (0, u32::MAX);
    while many - few > 1 {
        let between = few + (many - few) / 2;
        if found(between) { many = between } else { few = between }
    }
    Some(many)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_effects_come_out() {
        for (people, points) in [(2_000, 5.9), (5_000, 3.7), (20_000, 1.9)] {
            let found = detectable(0.087, 100, people, 0.8, 0.05).unwrap() * 100.0;
            assert_eq!((found * 10.0).round() / 10.0, points, "{people} people");
        }
        assert_eq!(detectable(0.087, 0, 2_000, 0.8, 0.05), None);
    }

    #[test]
    fn the_people_needed_are_the_fewest_that_find_it() {
        for effect in [0.059, 0.037, 0.019] {
            let people = people_for(0.087, effect, 100, 0.8, 0.05).unwrap();
            assert!(detectable(0.087, 100, people, 0.8, 0.05).unwrap() <= effect);
            assert!(detectable(0.087, 100, people - 1, 0.8, 0.05).unwrap() > effect);
        }
        assert!(people_for(0.087, 0.059, 100, 0.8, 0.05).unwrap().abs_diff(2_000) < 50);
        assert_eq!(people_for(0.087, 0.0, 100, 0.8, 0.05), None);
        assert_eq!(people_for(0.087, 0.05, 0, 0.8, 0.05), None);
    }

    #[test]
    fn a_larger_share_helps_until_it_is_half() {
        let share = share_for(0.087, 0.04, 2_000, 0.8, 0.05).unwrap();
        assert!(detectable(0.087, share, 2_000, 0.8, 0.05).unwrap() <= 0.04);
        assert!(detectable(0.087, share - 1, 2_000, 0.8, 0.05).unwrap() > 0.04);
        assert_eq!(share_for(0.087, 0.01, 2_000, 0.8, 0.05), None);
    }
}
