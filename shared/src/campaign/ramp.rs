//! Warming up: how many messages a new sender sends on a day, and to whom first.
//!
//! It begins with who engaged last, because what they do tells mailbox providers whom to trust; addresses that were silent for a year
//! are tried in a small share, warm or not, since among them are the traps.

use super::rules::Ramp;
use crate::time::{Day, MILLIS_PER_DAY, Millis};

/// How urgently an address is to be written to while a sender is warmed up: the smaller the earlier. Who never engaged comes last.
pub fn rank(engaged_at: Option<Millis>, now: Millis) -> i64 {
    engaged_at.map_or(i64::MAX, |at| now.0.saturating_sub(at.0).max(0))
}

/// Most that a sender sends on `today`; none without a limit: its warm-up is over, or it has none.
pub fn most_today(ramp: &Ramp, warm_from: Option<Day>, today: Day) -> Option<u32> {
    let days = u32::try_from(today.since(warm_from?).max(0)).unwrap_or(0);
    if days >= u32::from(ramp.days) {
        return None;
    }
    let growth = u64::from(ramp.growth.max(1_000));
    let most =
        (0..days).fold(u64::from(ramp.start.max(1)), |most, _| (most.saturating_mul(growth) / 1_000).min(u64::from(u32::MAX)));
    Some(u32::try_from(most).unwrap_or(u32::MAX))
}

/// Neither clicked, answered nor visited for long, or ever.
pub fn is_silent(ramp: &Ramp, engaged_at: Option<Millis>, now: Millis) -> bool {
    // A month of 30.44 days.
    let long = i64::from(ramp.silent_months.max(1)) * 3_044 * (MILLIS_PER_DAY / 100);
    engaged_at.is_none_or(|at| now.0.saturating_sub(at.0) >= long)
}

/// Of `messages` of a day, how many may go to addresses that are silent: one at least, so that they are tried at all.
pub fn most_silent(ramp: &Ramp, messages: u32) -> u32 {
    let share = u64::from(messages) * u64::from(ramp.probe.min(1_000)) / 1_000;
    let least = u64::from(messages > 0 && ramp.probe > 0);
    u32::try_from(share.max(least)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_is_half_as_much_again_until_there_is_no_limit() {
        let (ramp, first) = (Ramp::default(), Day(20_000));
        let most = |day: i32| most_today(&ramp, Some(first), first.plus(day));
        assert_eq!([0, 1, 2, 7, 27, 28].map(most), [Some(200), Some(300), Some(450), Some(3_415), Some(11_362_347), None]);
        assert_eq!((most(-3), most_today(&ramp, None, first)), (Some(200), None));
        let wild = Ramp { start: u32::MAX, growth: 3_000, ..ramp };
        assert_eq!(most_today(&wild, Some(first), first.plus(20)), Some(u32::MAX));
    }

    #[test]
    fn who_engaged_last_comes_first_and_the_silent_in_a_small_share() {
        let (ramp, now) = (Ramp::default(), Day(20_000).start());
        let ago = |days: i64| Some(Millis(now.0 - days * MILLIS_PER_DAY));
        assert!(rank(ago(1), now) < rank(ago(300), now) && rank(ago(300), now) < rank(None, now));
        assert_eq!([ago(364), ago(366), None].map(|at| is_silent(&ramp, at, now)), [false, true, true]);
        assert_eq!([0, 1, 200, 1_000].map(|messages| most_silent(&ramp, messages)), [0, 1, 10, 50]);
    }
}
