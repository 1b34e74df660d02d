//! What a plan must hold, field by field.

use std::collections::{BTreeMap, BTreeSet};

use crate::campaign::Channel;
use crate::campaign::plan::{Again, Audience, Mode, Plan, Route};
use crate::message::Draft;
use crate::message::lint::Class;
use crate::offer::Step;

impl Plan {
    /// What cannot be, by the path of its field: `steps.3.channel` is the channel of the step with the id 3, `routes.0.why` the words of
    /// the first route.
    ///
    /// # Errors
    /// Each field with what to do about it.
    pub fn check(&self, draft: &Draft) -> Result<(), BTreeMap<String, String>> {
        let mut wrong = BTreeMap::new();
        self.check_steps(draft, &mut wrong);
        self.check_routes(&mut wrong);
        self.check_figures(&mut wrong);
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    fn check_steps(&self, draft: &Draft, wrong: &mut BTreeMap<String, String>) {
        let mut refuse = |field: String, fix: String| {
            wrong.entry(field).or_insert(fix);
        };
        if self.steps.is_empty() || self.steps.len() > Self::MOST_STEPS {
            refuse("steps".to_owned(), format!("Keep between 1 and {} steps.", Self::MOST_STEPS));
        }
        let forms = self.forms();
        let (mut ids, mut last_day) = (BTreeSet::new(), 0);
        for step in &self.steps {
            let field = |name: &str| format!("steps.{}.{name}", step.id);
            if !ids.insert(step.id) || step.id == 0 || usize::from(step.id) > Self::MOST_STEPS {
                refuse(field("id"), format!("Give each step a number of its own from 1 to {}.", Self::MOST_STEPS));
            }
            if step.day >= Self::DAYS {
                refuse(field("day"), format!("Choose a day before day {}.", Self::DAYS));
            } else if step.day < last_day {
                refuse(field("day"), "Put the steps in the order of their days.".to_owned());
            }
            last_day = step.day;
            if step.fallback.is_some() && step.fallback == step.channel {
                refuse(field("fallback"), "Choose another channel than the first one, or none.".to_owned());
            }
            if self.class == Class::Service && matches!(step.message, Step::SmallIncentive | Step::FullIncentive) {
                refuse(field("message"), "A service message makes no offer: choose one without.".to_owned());
            }
            if self.class == Class::Service && [step.channel, step.fallback].contains(&Some(Channel::Retargeting)) {
                refuse(field("channel"), "Advertisements are no service message: choose another channel.".to_owned());
            }
            let Some(written) = draft.steps.iter().find(|written| written.step == step.message) else {
                refuse(field("message"), "This message is not written: choose one that is.".to_owned());
                continue;
            };
            let needed = forms.get(&step.message).into_iter().flatten();
            let missing: Vec<&str> =
                needed.filter(|form| !written.channels.contains(form)).map(|form| Channel::from(*form).code()).collect();
            if !missing.is_empty() {
                refuse(field("message"), format!("Write this message for: {}.", missing.join(", ")));
            }
        }
    }

    fn check_routes(&self, wrong: &mut BTreeMap<String, String>) {
        let mut refuse = |field: String, fix: &str| {
            wrong.insert(field, fix.to_owned());
        };
        if self.routes.len() > Self::MOST_ROUTES {
            refuse("routes".to_owned(), &format!("Keep at most {} lines.", Self::MOST_ROUTES));
        }
        for (at, route) in self.routes.iter().enumerate() {
            if route.fallback == Some(route.first) {
                refuse(format!("routes.{at}.fallback"), "Choose another channel than the first one, or none.");
            }
            if route.why.trim().is_empty() || route.why.chars().count() > MOST_WHY {
                refuse(format!("routes.{at}.why"), "Say why, in at most 300 characters.");
            }
            if self.routes.iter().take(at).any(|above| covers(above, route)) {
                refuse(format!("routes.{at}"), "A line above it fits everybody whom this one fits: move it up, or leave it out.");
            }
        }
    }

    fn check_figures(&self, wrong: &mut BTreeMap<String, String>) {
        let mut refuse = |field: &str, fix: &str| {
            wrong.insert(field.to_owned(), fix.to_owned());
        };
        if self.holdout > 500 {
            refuse("holdout", "Hold out at most half of them.");
        }
        if !(1..=90).contains(&self.window_days) {
            refuse("window_days", "Choose 1 to 90 days.");
        }
        if self.click_days == 0 || self.click_days > self.window_days {
            refuse("click_days", "Choose at least 1 day, and no more than a return may take.");
        }
        if matches!(self.mode, Mode::Always { again: Again::After { days } } if !(1..=1_095).contains(&days)) {
            refuse("mode", "Let them enter again after 1 to 1095 days, or never.");
        }
        let stages: BTreeSet<_> = self.goals.iter().map(|goal| goal.stage).collect();
        if stages.len() != self.goals.len() {
            refuse("goals", "Keep one goal a stage.");
        } else if self.goals.iter().any(|goal| !(1..=1_000).contains(&goal.target)) {
            refuse("goals", "Choose targets above 0 and up to 100 %.");
        }
        if self.budget.most.is_some_and(|most| most.minor <= 0) {
            refuse("budget.most", "Type an amount above 0, or leave it empty.");
        }
        let channels: BTreeSet<Channel> = self.budget.split.iter().map(|(channel, _)| *channel).collect();
        let sum: u32 = self.budget.split.iter().map(|(_, share)| u32::from(*share)).sum();
        if channels.len() != self.budget.split.len() || sum > 1_000 {
            refuse("budget.split", "Name each channel once, with shares of 100 % together at most.");
        }
        if self.audience.customers.len() > Audience::MOST_CUSTOMERS {
            refuse("audience.customers", "Choose at most 5000 customers by hand; use a segment for more.");
        }
    }
}

const MOST_WHY: usize = 300;

fn covers(above: &Route, below: &Route) -> bool {
    (above.value.is_none() || above.value == below.value) && (above.reason.is_none() || above.reason == below.reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::plan::Kind;
    use crate::campaign::plans::{Ready, ready};
    use crate::message::{Angle, Brief, Choice, StepDraft};
    use crate::money::{Currency, Money};
    use crate::offer::DAYS;

    /// A draft in which every message has the forms that a plan needs.
    fn draft(plan: &Plan) -> Draft {
        let forms = plan.forms();
        let step = |(step, _): (Step, i32)| StepDraft {
            step,
            after_days: 5,
            angle: Angle::Help,
            same_thread: false,
            channels: forms.get(&step).map(|forms| forms.iter().copied().collect()).unwrap_or_default(),
            subjects: [Choice::Composer, Choice::Composer],
            parts: BTreeMap::new(),
            forms: BTreeMap::new(),
        };
        Draft { brief: Brief::default(), steps: DAYS.map(step).to_vec(), dismissed: BTreeMap::new() }
    }

    #[test]
    fn every_ready_plan_is_whole() {
        for code in Ready::ALL {
            let made = ready(code);
            assert_eq!(made.plan.check(&draft(&made.plan)), Ok(()), "{code:?}");
            assert_eq!(Ready::of_code(code.code()), Some(made.code));
            assert!(made.plan.steps.len() >= 7 && made.plan.steps.last().is_some_and(|last| last.day >= 14), "{code:?}");
            assert!(made.plan.channels().len() >= 4 && made.plan.goals.len() == 4, "{code:?}");
            assert_eq!(made.plan.class == Class::Service, made.plan.kind == Kind::PaymentRecovery);
            let text = serde_json::to_string(&made).unwrap();
            assert_eq!(serde_json::from_str::<crate::campaign::plans::ReadyPlan>(&text).unwrap(), made);
        }
        for kind in [Kind::Retention, Kind::PaymentRecovery, Kind::WinBack] {
            let plan = Plan::of_kind(kind);
            assert_eq!(plan.check(&draft(&plan)), Ok(()), "{kind:?}");
        }
    }

    fn check(change: impl FnOnce(&mut Plan), expected: &[&str]) {
        let mut plan = ready(Ready::LapsedBuyer).plan;
        let whole = draft(&plan);
        change(&mut plan);
        let wrong = plan.check(&whole).unwrap_err();
        assert_eq!(wrong.keys().map(String::as_str).collect::<Vec<_>>(), expected);
        assert!(wrong.values().all(|fix| fix.ends_with('.')));
    }

    #[test]
    fn each_mistake_names_its_field() {
        check(|plan| plan.steps.clear(), &["steps"]);
        check(|plan| plan.steps[3].day = 30, &["steps.4.day", "steps.5.day"]);
        check(|plan| plan.steps[1].id = 1, &["steps.1.id"]);
        check(|plan| plan.steps[0].channel = Some(Channel::Video), &["steps.1.message"]);
        check(
            |plan| plan.class = Class::Service,
            &["steps.3.channel", "steps.4.message", "steps.5.message", "steps.6.message", "steps.7.message"],
        );
        check(|plan| plan.routes[0].value = None, &["routes.1", "routes.2"]);
        check(|plan| plan.routes[0].why.clear(), &["routes.0.why"]);
        check(|plan| plan.holdout = 501, &["holdout"]);
        check(|plan| plan.click_days = 31, &["click_days"]);
        check(|plan| plan.goals[0].target = 0, &["goals"]);
        check(|plan| plan.budget.most = Some(Money::new(0, Currency::USD)), &["budget.most"]);
        check(|plan| plan.budget.split[0].1 = 900, &["budget.split"]);
        check(|plan| plan.mode = Mode::Always { again: Again::After { days: 0 } }, &["mode"]);
        check(|plan| plan.steps[0].fallback = Some(Channel::Email), &["steps.1.fallback"]);
    }
}
