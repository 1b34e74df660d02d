//! The days and the forms of the messages, which the plan says.

use shared::campaign::Plan;
use shared::message::Draft;
use shared::offer::Step;

/// The day on which a message goes out first, if the plan has it.
pub(in crate::pages::campaigns) fn day_of(plan: &Plan, message: Step) -> Option<u16> {
    plan.steps.iter().filter(|step| step.message == message).map(|step| step.day).min()
}

/// Days from the entry to a message, as the draft has it.
pub(super) fn day_in_draft(draft: &Draft, message: Step) -> u32 {
    let until = draft.steps.iter().position(|step| step.step == message).map_or(draft.steps.len(), |place| place + 1);
    draft.steps.iter().take(until).map(|step| u32::from(step.after_days)).sum()
}

/// Puts the days of the plan into the draft, by which previews and offers are dated. A message that the plan does not have, or has
/// before one that it follows, comes the day after that.
pub(in crate::pages::campaigns) fn follow_days(draft: &mut Draft, plan: &Plan) {
    let mut last = None;
    for step in &mut draft.steps {
        let wanted = day_of(plan, step.step);
        let day = match last {
            None => wanted.unwrap_or(0),
            Some(last) => wanted.unwrap_or(0).max(last + 1),
        };
        step.after_days = day - last.unwrap_or(0);
        last = Some(day);
    }
}

/// Gives each message the forms that the plan sends it in; what somebody has besides stays.
pub(super) fn follow_forms(draft: &mut Draft, plan: &Plan) {
    let needed = plan.forms();
    for step in &mut draft.steps {
        let missing = needed.get(&step.step).into_iter().flatten().filter(|form| !step.channels.contains(form));
        let missing: Vec<_> = missing.copied().collect();
        step.channels.extend(missing);
    }
}

#[cfg(test)]
mod tests {
    use shared::campaign::{PlanStep, When};
    use shared::message::Brief;

    use super::*;

    fn plan(steps: &[(Step, u16)]) -> Plan {
        let steps = (1..).zip(steps).map(|(id, (message, day))| PlanStep {
            id,
            day: *day,
            message: *message,
            channel: None,
            fallback: None,
            when: When::Always,
        });
        Plan { steps: steps.collect(), ..super::super::fields::tests::plan() }
    }

    fn after(steps: &[(Step, u16)]) -> Vec<u16> {
        let mut draft = Draft::new(Brief::default());
        follow_days(&mut draft, &plan(steps));
        assert!(draft.check().is_empty(), "{:?}", draft.check());
        draft.steps.iter().map(|step| step.after_days).collect()
    }

    #[test]
    fn messages_come_on_the_days_of_the_plan() {
        let all = [(Step::Help, 1), (Step::Proof, 4), (Step::SmallIncentive, 9), (Step::FullIncentive, 16), (Step::LastWord, 24)];
        assert_eq!(after(&all), [1, 3, 5, 7, 8]);
    }

    #[test]
    fn a_message_is_written_in_the_forms_that_the_plan_sends() {
        let mut draft = Draft::new(Brief::default());
        let mut plan = plan(&[(Step::Help, 0), (Step::Proof, 5)]);
        plan.steps[1].channel = Some(shared::campaign::Channel::Sms);
        follow_forms(&mut draft, &plan);
        assert!(draft.steps[1].channels.contains(&shared::message::Channel::Sms), "{:?}", draft.steps[1].channels);
        assert!(draft.check().is_empty() && plan.check(&draft).is_ok(), "{:?}", plan.check(&draft));
    }

    #[test]
    fn a_message_out_of_its_order_or_without_a_day_follows_the_one_before() {
        assert_eq!(after(&[(Step::Proof, 0), (Step::Help, 3), (Step::Help, 12), (Step::LastWord, 20)]), [3, 1, 1, 1, 14]);
    }
}
