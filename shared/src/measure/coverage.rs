//! The simulated campaigns of the example `coverage`, fewer of them: intervals that are looked at daily hold what they promise (T10).

use super::figure::Interval;
use super::moments::{Moments, limited, theta};
use super::rate::{Count, once, relative};
use super::sequence::{Difference, Means, Planned, Rates};
use super::tails::Z;
use crate::random::Random;

#[path = "../../examples/coverage/tally.rs"]
mod tally;
#[path = "../../examples/coverage/worlds.rs"]
mod worlds;

use tally::judge;
use worlds::{Kind, World};

/// What a count of that many in so many runs stays below but once in a thousand, if the share is this one.
fn most(share: f64, runs: usize) -> usize {
    let runs = runs as f64;
    (share * runs + 3.1 * libm::sqrt(runs * share * (1.0 - share))).ceil() as usize
}

#[test]
fn intervals_hold_at_all_looks_together() {
    let runs = 60;
    for world in [
        World { people: 2_000, base: 0.1, effect: 0.0, kind: Kind::Plain },
        World { people: 2_000, base: 0.1, effect: 0.03, kind: Kind::Staggered },
        World { people: 5_000, base: 0.05, effect: 0.0, kind: Kind::Staggered },
        World { people: 5_000, base: 0.05, effect: 0.03, kind: Kind::Bandit },
    ] {
        for (outcome, tally) in judge(&world, runs, 77).iter().enumerate() {
            let told = tally.runs - tally.silent;
            assert!(told * 4 >= runs, "{world:?} {outcome}: only {told} runs had an interval");
            assert!(tally.missed <= most(0.064, runs), "{world:?} {outcome}: {} of {runs} missed", tally.missed);
            assert!(world.effect > 0.0 || tally.alarmed <= most(0.064, runs), "{world:?} {outcome}: {} alarms", tally.alarmed);
            assert!(tally.median_width().is_some_and(|width| width <= 1.7), "{world:?} {outcome}: {:?}", tally.median_width());
            let outside = tally.closed - tally.held;
            assert!(outside <= most(0.05, tally.closed), "{world:?} {outcome}: {outside} of {} at the end", tally.closed);
        }
    }
}

/// Ordinary intervals that are looked at daily miss far more often: the worlds can tell a good sequence from a bad one.
#[test]
fn an_ordinary_interval_does_not() {
    let world = World { people: 5_000, base: 0.1, effect: 0.0, kind: Kind::Plain };
    let missed = (0..100).filter(|seed| {
        let looks = worlds::looks(&world, *seed);
        looks
            .iter()
            .any(|look| once(look.treated.count(), look.held.count(), Z).is_some_and(|interval| !interval.holds(look.rate)))
    });
    let missed = missed.count();
    assert!(missed > 15, "only {missed} of 100");
}
