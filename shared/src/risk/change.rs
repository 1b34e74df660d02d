//! When a score changes by itself.

use super::tiers::shown_per_cent;
use super::view::View;
use crate::api::Risk;
use crate::time::Day;

/// The first day after `today` on which `view` differs in its tier or a shown per cent. Silence moves a probability one way
/// between landmarks, so doubling steps find a day that differs and halving finds the first one.
pub(super) fn next_change(now: &View, today: Day, ahead: i32, landmarks: [Day; 4], view: impl Fn(Day) -> View) -> Option<Day> {
    let seen = |view: &View| {
        let Risk { p30, p60, p90 } = view.risk;
        (view.tier, [p30, p60, p90].map(shown_per_cent), view.p_return.map(|(p_return, _)| shown_per_cent(p_return)))
    };
    let now = seen(now);
    let differs = |days: i32| seen(&view(today.plus(days))) != now;
    let mut same = 0;
    let mut step = 1;
    let found = loop {
        let landmark = landmarks.iter().map(|day| day.since(today)).find(|days| *days > same);
        let next = landmark.map_or(same + step, |days| days.min(same + step));
        if next > ahead {
            return None;
        }
        if differs(next) {
            break next;
        }
        same = next;
        step *= 2;
    };
    let (mut same, mut different) = (same, found);
    while different - same > 1 {
        let middle = same + (different - same) / 2;
        if differs(middle) { different = middle } else { same = middle }
    }
    Some(today.plus(different))
}

pub(super) fn earliest(one: Option<Day>, other: Option<Day>) -> Option<Day> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
