//! The next action: from the plan, the person, what was sent and what came back, the one next touch or the reason for none.

mod choose;

use std::collections::BTreeMap;

use super::caps::PastTouch;
use super::habits::Habits;
use super::person::Person;
use super::plan::{Kind, Plan, PlanStep, Status, When};
use super::rules::Rules;
use super::seen::Seen;
use super::stop::{self, Pending, Standing, StopKind};
use super::touch::{Reason, State};
use super::{Channel, caps, hour, post};
use crate::message::draft::Angle;
use crate::offer::{Ladder, Step};
use crate::segment::ValueTier;
use crate::time::{Day, MILLIS_PER_DAY, Millis};
use choose::{Choice, choose};

/// One entry as it went so far.
#[derive(Debug, Clone, Copy)]
pub struct EntrySoFar<'a> {
    pub entered_at: Millis,
    pub seen: &'a Seen,
    /// Of this entry, settled or not, in the order of their steps.
    pub touches: &'a [PastTouch],
    /// Of all campaigns: what caps are counted from. May hold this entry's too.
    pub past: &'a [PastTouch],
    /// What they are offered; none until it is drawn up, or in a campaign without offers.
    pub ladder: Option<&'a Ladder>,
    /// From which side each message of the draft comes.
    pub angles: &'a BTreeMap<Step, Angle>,
    /// When people like them act.
    pub group: &'a Habits,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    Touch(NextTouch),
    /// Ask again then.
    Wait {
        until: Millis,
        reason: Reason,
        evidence: String,
        passed: Vec<Passed>,
    },
    End {
        reason: Reason,
        evidence: String,
        passed: Vec<Passed>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextTouch {
    /// Of the plan's step; [`ESCALATED`] is a call that no step asked for.
    pub step: u8,
    pub message: Step,
    pub contact: i64,
    pub channel: Channel,
    /// From another side than the draft says, for who did not respond to that one twice.
    pub angle: Option<Angle>,
    pub due_at: Millis,
    /// Steps before this one that were passed over, each with why: they are written as skipped.
    pub passed: Vec<Passed>,
    /// Why this channel and hour, sentence by sentence.
    pub why: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    pub step: u8,
    pub channel: Option<Channel>,
    pub reason: Reason,
    pub evidence: String,
}

/// The number of a call that no step of the plan asked for: once an entry.
pub const ESCALATED: u8 = 200;

/// What comes next. Asked when somebody enters, and after each touch that is settled.
pub fn next(plan: &Plan, rules: &Rules, person: &Person, entry: &EntrySoFar<'_>, now: Millis) -> Next {
    let asked = Asked { plan, rules, person, entry, now };
    if let Some(answer) = asked.before_any_step() {
        return answer;
    }
    if let Some(call) = asked.escalation() {
        return Next::Touch(call);
    }
    let mut passed = Vec::new();
    let mut steps: Vec<&PlanStep> = plan.steps.iter().collect();
    steps.sort_by_key(|step| (step.day, step.id));
    for step in steps {
        if entry.touches.iter().any(|touch| touch.step == step.id) {
            continue;
        }
        let due = asked.due(step);
        if !holds(step.when, person, entry.seen) {
            if step.when == When::Engaged && due > now {
                let evidence = "The next step is for who clicks or visits until then.".to_owned();
                return Next::Wait { until: due, reason: Reason::NotForThem, evidence, passed };
            }
            passed.push(asked.pass(step, None, Reason::NotForThem, words(step.when).to_owned()));
            continue;
        }
        match asked.touch(step, due) {
            Ok(touch) => return Next::Touch(NextTouch { passed, ..touch }),
            Err(why) => passed.push(why),
        }
    }
    let is_reached = entry.touches.iter().any(is_sent);
    let first = passed.iter().find(|one| one.reason != Reason::NotForThem).or(passed.first()).filter(|_| !is_reached);
    let (reason, evidence) = match first {
        Some(first) => (first.reason, first.evidence.clone()),
        None => (Reason::AttemptsExhausted, "Every step was made or passed over.".to_owned()),
    };
    Next::End { reason, evidence, passed }
}

/// Whether a step is for somebody, as far as is known now. Asked again before it is sent.
pub fn holds(when: When, person: &Person, seen: &Seen) -> bool {
    match when {
        When::Always => true,
        When::Silent => !seen.is_engaged(),
        When::Engaged => seen.is_engaged() && seen.returned.is_none(),
        When::Value { at_least } => person.value >= at_least,
    }
}

fn words(when: When) -> &'static str {
    match when {
        When::Always => "It is for everybody.",
        When::Silent => "It is for who neither clicked, visited nor answered.",
        When::Engaged => "It is for who clicked or visited.",
        When::Value { .. } => "It is for who is worth more.",
    }
}

/// What is asked, in one place.
struct Asked<'a> {
    plan: &'a Plan,
    rules: &'a Rules,
    person: &'a Person,
    entry: &'a EntrySoFar<'a>,
    now: Millis,
}

impl Asked<'_> {
    /// What ends the entry, or holds back whatever came next.
    fn before_any_step(&self) -> Option<Next> {
        let standing = Standing {
            kind: self.plan.kind,
            class: self.plan.class,
            status: Status::Running,
            sending_stopped: false,
            left: None,
            left_today: None,
        };
        let pending = Pending { entered_at: self.entry.entered_at, planned_at: self.now, ..Pending::default() };
        if let Some(stop) = stop::ended(&standing, self.person, &pending, self.entry.seen, self.now) {
            return Some(Next::End { reason: stop.reason, evidence: stop.evidence, passed: Vec::new() });
        }
        if let Some(touch) = self.entry.touches.iter().find(|touch| is_open(touch, self.rules, self.now)) {
            let until = touch.due_at.max(plus_hours(self.now, 1));
            let evidence = format!("Step {} is not settled.", touch.step);
            return Some(Next::Wait { until, reason: touch.reason.unwrap_or(Reason::Unknown), evidence, passed: Vec::new() });
        }
        let held = stop::conversation(self.person, self.entry.seen, self.now)?;
        let until = match held.kind {
            StopKind::Hold { until } => until,
            StopKind::Skip | StopKind::End => plus_hours(self.now, 24),
        };
        Some(Next::Wait { until, reason: held.reason, evidence: held.evidence, passed: Vec::new() })
    }

    /// Who is worth a call, and was silent to three messages, or looked twice and did not come back: a person calls, once. Tasks that
    /// the plan has itself are enough.
    fn escalation(&self) -> Option<NextTouch> {
        let sent: Vec<&PastTouch> = self.entry.touches.iter().filter(|touch| is_sent(touch)).collect();
        let seen = self.entry.seen;
        let looks = seen.clicked.count.saturating_add(seen.visited.count);
        let (is_silent, is_undecided) = (!seen.is_engaged() && sent.len() >= 3, looks >= 2 && sent.len() >= 2);
        let has_call = self.plan.steps.iter().any(|step| step.channel == Some(Channel::Call))
            || self.entry.touches.iter().any(|touch| touch.step >= ESCALATED || touch.channel == Channel::Call);
        if self.person.value != ValueTier::High || has_call || self.plan.kind == Kind::PaymentRecovery {
            return None;
        }
        if !(is_silent || is_undecided) {
            return None;
        }
        let message = sent.last().and_then(|touch| touch.message).unwrap_or(Step::Help);
        let step = PlanStep { id: ESCALATED, day: 0, message, channel: Some(Channel::Call), fallback: None, when: When::Always };
        let touch = self.touch(&step, self.due(&step)).ok()?;
        let why = if is_silent {
            "They are worth much and did not respond to three messages, so a person calls."
        } else {
            "They are worth much and looked twice without coming back, so a person calls."
        };
        Some(NextTouch { why: [vec![why.to_owned()], touch.why].concat(), ..touch })
    }

    /// When a step is due by the calendar, and by what went before: a day at least after the last one, up to three where the calendar
    /// has so many between them; after post from its arrival on.
    fn due(&self, step: &PlanStep) -> Millis {
        let by_calendar = plus_days(self.entry.entered_at, i64::from(step.day));
        let last =
            self.entry.touches.iter().filter(|touch| is_sent(touch)).max_by_key(|touch| touch.counted_at.unwrap_or(touch.due_at));
        let after_last = last.map(|last| {
            let day = self.plan.steps.iter().find(|one| one.id == last.step).map_or(step.day, |one| one.day);
            let gap = i64::from(step.day.saturating_sub(day)).clamp(1, 3);
            let sent = last.counted_at.unwrap_or(last.due_at);
            plus_days(if last.channel == Channel::Post { post::arrives(sent) } else { sent }, gap)
        });
        // Of who just ordered, or asked for a pause, see the channel's own choice.
        by_calendar.max(self.now).max(after_last.unwrap_or(self.now))
    }

    /// The touch of a step, or why it is passed over.
    fn touch(&self, step: &PlanStep, due: Millis) -> Result<NextTouch, Passed> {
        if let Some(reason) = self.no_offer(step) {
            return Err(self.pass(step, None, Reason::Guardrail, reason));
        }
        if let Some(ends) = self.offer_ends(step.message).filter(|ends| *ends < due.day()) {
            return Err(self.pass(step, None, Reason::OfferExpired, format!("Its offer ends on {}.", ends.iso())));
        }
        let Choice { contact, channel, angle, from, mut why } = choose(self, step, due)?;
        let due_at = hour::best_hour(self.rules, contact, self.entry.group, channel, from);
        let last = plus_days(self.entry.entered_at, i64::from(Plan::DAYS) + LATE_DAYS);
        if due_at > last {
            let evidence = format!("It could go on {} at the earliest.", due_at.day().iso());
            return Err(self.pass(step, Some(channel), Reason::TooLate, evidence));
        }
        let zone = super::zone::zone(self.rules, contact);
        why.push(match zone.basis {
            super::zone::Basis::Fallback => "Their time zone is unknown: between the hours of the shop's own.".to_owned(),
            super::zone::Basis::Approximate => format!("Their country has several time zones; {} is taken.", zone.tz.name()),
            _ if contact.habits.is_empty() => format!("At a usual hour in {}.", zone.tz.name()),
            _ => format!("At the hour at which they act, in {}.", zone.tz.name()),
        });
        Ok(NextTouch {
            step: step.id,
            message: step.message,
            contact: contact.id,
            channel,
            angle,
            due_at,
            passed: Vec::new(),
            why,
        })
    }

    /// The last day of the offer that a step's message makes.
    fn offer_ends(&self, message: Step) -> Option<Day> {
        let rung = self.entry.ladder?.rungs.iter().find(|rung| rung.step == message)?;
        Day::parse_iso(rung.expires.as_deref()?)
    }

    /// A step that lives by its offer, of somebody whose ladder has no such rung.
    fn no_offer(&self, step: &PlanStep) -> Option<String> {
        let ladder = self.entry.ladder.filter(|_| matches!(step.message, Step::SmallIncentive | Step::FullIncentive))?;
        if ladder.rungs.iter().any(|rung| rung.step == step.message) {
            return None;
        }
        let left_out = ladder.left_out.iter().find(|left| left.step == step.message);
        let why = left_out.and_then(|left| left.why.first()).map(|block| block.text.clone());
        Some(why.unwrap_or_else(|| "No offer of its own is left for this step.".to_owned()))
    }

    fn pass(&self, step: &PlanStep, channel: Option<Channel>, reason: Reason, evidence: String) -> Passed {
        Passed { step: step.id, channel, reason, evidence }
    }
}

/// Days past the calendar within which its last step may still go.
const LATE_DAYS: i64 = 3;

/// It was sent, may have been, or would have been.
pub(super) fn is_sent(touch: &PastTouch) -> bool {
    matches!(
        touch.state,
        State::Sent | State::Delivered | State::Bounced | State::Complained | State::Unknown | State::Task | State::Ghost
    )
}

/// Something may still come of it. What nobody knows the end of holds an entry up no longer than anything else is held.
fn is_open(touch: &PastTouch, rules: &Rules, now: Millis) -> bool {
    match touch.state {
        State::Unknown => plus_days(touch.due_at, i64::from(rules.hold_days)) > now,
        state => !state.is_settled(),
    }
}

fn plus_days(at: Millis, days: i64) -> Millis {
    Millis(at.0.saturating_add(days.saturating_mul(MILLIS_PER_DAY)))
}

fn plus_hours(at: Millis, hours: i64) -> Millis {
    Millis(at.0.saturating_add(hours.saturating_mul(3_600_000)))
}
