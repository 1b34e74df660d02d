//! What can be done with the steps of a calendar. They stay in the order of their days.

use shared::campaign::{Plan, PlanStep, When};
use shared::offer::Step;

const LAST: i32 = Plan::DAYS as i32 - 1;

/// Puts a step on a day, or on the first or last one where it would leave the calendar; its day then, where it moved.
pub(super) fn put(steps: &mut [PlanStep], id: u8, day: i32) -> Option<u16> {
    let day = u16::try_from(day.clamp(0, LAST)).ok()?;
    let step = steps.iter_mut().find(|step| step.id == id).filter(|step| step.day != day)?;
    step.day = day;
    sort(steps);
    Some(day)
}

/// A new step with the smallest free number, carrying the message of the step before it; its number, where there is room.
pub(super) fn add(steps: &mut Vec<PlanStep>, day: u16) -> Option<u8> {
    let most = u8::try_from(Plan::MOST_STEPS).ok()?;
    let id = (1..=most).find(|id| steps.iter().all(|step| step.id != *id))?;
    let day = day.min(Plan::DAYS - 1);
    let message = steps.iter().rev().find(|step| step.day <= day).map_or(Step::Help, |step| step.message);
    steps.push(PlanStep { id, day, message, channel: None, fallback: None, when: When::Always });
    sort(steps);
    Some(id)
}

/// Takes a step out; the number of the one that stands in its place, or before it.
pub(super) fn remove(steps: &mut Vec<PlanStep>, id: u8) -> Option<u8> {
    let place = steps.iter().position(|step| step.id == id)?;
    steps.remove(place);
    steps.get(place).or_else(|| steps.last()).map(|step| step.id)
}

/// The first day after the last step that is still in the calendar, three days on where there is room.
pub(super) fn next_day(steps: &[PlanStep]) -> u16 {
    steps.last().map_or(0, |last| (last.day + 3).min(Plan::DAYS - 1))
}

/// Days from the step before it; of the first, from the entry.
pub(super) fn wait(steps: &[PlanStep], id: u8) -> Option<u16> {
    let place = steps.iter().position(|step| step.id == id)?;
    let before = place.checked_sub(1).and_then(|before| steps.get(before)).map_or(0, |step| step.day);
    steps.get(place).map(|step| step.day - before)
}

fn sort(steps: &mut [PlanStep]) {
    // Those of one day keep their order.
    steps.sort_by_key(|step| step.day);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(days: &[u16]) -> Vec<PlanStep> {
        let step = |(id, day): (u8, &u16)| PlanStep {
            id,
            day: *day,
            message: Step::Help,
            channel: None,
            fallback: None,
            when: When::Always,
        };
        (1..).zip(days).map(step).collect()
    }

    fn told(steps: &[PlanStep]) -> Vec<(u8, u16)> {
        steps.iter().map(|step| (step.id, step.day)).collect()
    }

    #[test]
    fn a_step_moves_within_the_calendar_and_stands_in_the_order_of_days() {
        let mut known = steps(&[0, 5, 11]);
        assert_eq!(put(&mut known, 1, 7), Some(7));
        assert_eq!(told(&known), [(2, 5), (1, 7), (3, 11)]);
        assert_eq!(put(&mut known, 3, 99), Some(29));
        assert_eq!(put(&mut known, 2, -4), Some(0));
        assert_eq!(put(&mut known, 2, -1), None, "it stands on the first day already");
        assert_eq!(put(&mut known, 9, 3), None, "there is no such step");
        assert_eq!(told(&known), [(2, 0), (1, 7), (3, 29)]);
    }

    #[test]
    fn a_new_step_takes_the_smallest_free_number_and_the_message_before_it() {
        let mut known = steps(&[0, 5, 11]);
        known[1].message = Step::Proof;
        assert_eq!(remove(&mut known, 1), Some(2));
        assert_eq!(add(&mut known, 8), Some(1));
        assert_eq!(told(&known), [(2, 5), (1, 8), (3, 11)]);
        assert_eq!(known[1].message, Step::Proof);
        assert_eq!(add(&mut known, 400), Some(4));
        assert_eq!(known.last().map(|step| step.day), Some(29));
    }

    #[test]
    fn there_is_room_for_so_many_and_no_more() {
        let mut known = Vec::new();
        let added = (0..40).filter(|day| add(&mut known, *day).is_some()).count();
        assert_eq!(added, Plan::MOST_STEPS);
        for id in 1..=15 {
            remove(&mut known, id);
        }
        assert!(known.is_empty());
        assert_eq!((remove(&mut known, 1), next_day(&known), wait(&known, 1)), (None, 0, None));
    }

    #[test]
    fn a_wait_is_told_from_the_step_before() {
        let known = steps(&[2, 5, 5, 28]);
        assert_eq!([1, 2, 3, 4].map(|id| wait(&known, id)), [Some(2), Some(3), Some(0), Some(23)]);
        assert_eq!(next_day(&known), 29);
    }
}
