//! The next action: from the plan, the person, what was sent and what came back, the one next touch or the reason for none.

use std::collections::BTreeMap;

use super::Channel;
use super::caps::PastTouch;
use super::habits::Habits;
use super::person::Person;
use super::plan::Plan;
use super::rules::Rules;
use super::seen::Seen;
use super::touch::Reason;
use crate::message::draft::Angle;
use crate::offer::{Ladder, Step};
use crate::time::Millis;

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
    },
    End {
        reason: Reason,
        evidence: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextTouch {
    /// Of the plan's step; [`ESCALATED`] and above are tasks for a person that no step asked for.
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

/// Steps from this number on are no steps of the plan: a task for a person, once an entry.
pub const ESCALATED: u8 = 200;

/// What comes next. Asked when somebody enters, and after each touch that is settled.
pub fn next(plan: &Plan, rules: &Rules, person: &Person, entry: &EntrySoFar<'_>, now: Millis) -> Next {
    let _ = (plan, rules, person, entry, now);
    Next::End { reason: Reason::AttemptsExhausted, evidence: String::new() }
}
