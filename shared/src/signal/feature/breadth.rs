//! How many features of a product are used, how deeply, and which were given up.

use super::log;
use crate::signal::past::{EARLIER_WEEKS, RECENT_WEEKS};
use crate::signal::{Past, counted, date_in_words};
use crate::state::FeatureSet;

/// A feature used in so many of the earlier weeks was part of somebody's work.
const REGULAR_WEEKS: u32 = 3;

/// About how many features were used in the last weeks.
pub(super) fn breadth(past: &Past<'_>) -> Option<f64> {
    breadths(past).map(|(now, _)| log(now))
}

/// Against the customer's own earlier weeks, over as long a time.
pub(super) fn breadth_trend(past: &Past<'_>) -> Option<f64> {
    let (now, before) = breadths(past)?;
    before.map(|before| libm::log((now + 1.0) / (before + 1.0)))
}

/// Features that were used in most weeks and are not used any more.
pub(super) fn abandoned(past: &Past<'_>) -> Option<f64> {
    given_up(past).map(log)
}

/// Uses a feature in the last weeks.
pub(super) fn depth(past: &Past<'_>) -> Option<f64> {
    let features = past.recent.features.count();
    (past.recent.uses > 0 && features > 0.0).then(|| log(f64::from(past.recent.uses) / features))
}

pub(super) fn say_breadth(past: &Past<'_>) -> Option<String> {
    let (now, before) = breadths(past)?;
    let since = date_in_words(past.recent.from);
    let features = counted(libm::round(now) as u32, "feature", "features");
    Some(match before {
        Some(before) => format!("{features} used since {since}, {before:.0} in as long before"),
        None => format!("{features} used since {since}"),
    })
}

pub(super) fn say_abandoned(past: &Past<'_>) -> Option<String> {
    let features = given_up(past).filter(|features| *features >= 0.5)?;
    let features = counted(libm::round(features) as u32, "feature", "features");
    Some(format!("{features} in regular use before {} not used since", date_in_words(past.recent.from)))
}

/// Now, and in windows of as many weeks before; only of those who still use something or did, while the shop still tells.
fn breadths(past: &Past<'_>) -> Option<(f64, Option<f64>)> {
    if past.recent.uses == 0 && (past.earlier.uses == 0 || !past.is_sent(past.feeds.usage)) {
        return None;
    }
    let windows: Vec<f64> = (1..=EARLIER_WEEKS / RECENT_WEEKS)
        .map(|nth| {
            let to = past.week.saturating_sub(nth.saturating_mul(RECENT_WEEKS));
            used(past, to.saturating_sub(RECENT_WEEKS - 1), to).count()
        })
        .collect();
    let before = windows.iter().sum::<f64>() / windows.len().max(1) as f64;
    Some((past.recent.features.count(), (before > 0.0).then_some(before)))
}

fn given_up(past: &Past<'_>) -> Option<f64> {
    // Where nothing is used any more, that itself is told.
    if past.recent.uses == 0 || past.earlier.uses == 0 {
        return None;
    }
    let last = past.week.saturating_sub(RECENT_WEEKS);
    let weeks: Vec<FeatureSet> =
        past.state.weeks.between(last.saturating_sub(EARLIER_WEEKS - 1), last).map(|(_, week)| week.features).collect();
    Some(FeatureSet::regular(&weeks, REGULAR_WEEKS).beyond(past.recent.features))
}

/// In the weeks `from..=to`.
fn used(past: &Past<'_>, from: i32, to: i32) -> FeatureSet {
    past.state.weeks.between(from, to).fold(FeatureSet::default(), |used, (_, week)| used.or(week.features))
}
