//! The channel of a step, and the contact: what they said, what they do, what the plan says, what it costs, what was tried.

use super::{Asked, Passed, caps, is_sent, plus_days, post};
use crate::api::Tier;
use crate::campaign::caps::PastTouch;
use crate::campaign::person::Contact;
use crate::campaign::plan::{PlanStep, Route};
use crate::campaign::touch::Reason;
use crate::campaign::{Channel, stop};
use crate::message::draft::Angle;
use crate::message::lint::Class;
use crate::segment::ValueTier;
use crate::time::{MILLIS_PER_DAY, Millis};

pub(super) struct Choice<'a> {
    pub(super) contact: &'a Contact,
    pub(super) channel: Channel,
    pub(super) angle: Option<Angle>,
    /// It may go from then on.
    pub(super) from: Millis,
    pub(super) why: Vec<String>,
}

/// The first channel that is open; of those that a cap closes for longer than a touch may be held, none.
///
/// # Errors
/// Why the first of them is closed.
pub(super) fn choose<'a>(asked: &Asked<'a>, step: &PlanStep, due: Millis) -> Result<Choice<'a>, Passed> {
    let mut closed: Option<Passed> = None;
    let mut waiting: Option<Choice<'a>> = None;
    let mut same: Option<Choice<'a>> = None;
    for (channel, why) in candidates(asked, step) {
        let due = if channel == Channel::Post { by_post(asked, step, due) } else { due };
        let choice = match open(asked, step, channel, due, why) {
            Ok(choice) => choice,
            Err(why) => {
                closed.get_or_insert(why);
                continue;
            }
        };
        if is_same_again(asked, step, channel) {
            same.get_or_insert(choice);
        } else if choice.from <= plus_days(due, i64::from(asked.rules.hold_days)) {
            return Ok(choice);
        } else if waiting.as_ref().is_none_or(|waiting| choice.from < waiting.from) {
            waiting = Some(choice);
        }
    }
    if let Some(choice) = same {
        let angle = other_angle(asked, step);
        let why = [choice.why, vec!["They did not respond to two like it, so it comes from another side.".to_owned()]].concat();
        return Ok(Choice { angle, why, ..choice });
    }
    // Full for longer than a touch is held: later, while the calendar lasts.
    waiting.ok_or_else(|| {
        let none = || asked.pass(step, None, Reason::NoAddress, "No contact is known.".to_owned());
        closed.unwrap_or_else(none)
    })
}

/// Channels in the order in which they are tried, each with why.
fn candidates(asked: &Asked<'_>, step: &PlanStep) -> Vec<(Channel, String)> {
    let mut channels: Vec<(Channel, String)> = Vec::new();
    let mut add = |channel: Channel, why: &str| {
        if !channels.iter().any(|(other, _)| *other == channel) {
            channels.push((channel, why.to_owned()));
        }
    };
    if let Some(channel) = step.channel {
        add(channel, "The plan says so for this step.");
        if let Some(fallback) = step.fallback {
            add(fallback, "The first choice of this step is closed.");
        }
        return channels;
    }
    let route = route(asked);
    let routed: Vec<Channel> = match route {
        Some(route) => [Some(route.first), route.fallback].into_iter().flatten().collect(),
        None => vec![Channel::Email],
    };
    for contact in &asked.person.contacts {
        if let Some(preferred) = contact.preferred {
            add(preferred, "They said that they prefer it.");
        }
    }
    // What they respond to, among what the plan would use at all.
    let since = plus_days(asked.now, -RECENT_DAYS);
    let mut engaged: Vec<(Millis, Channel)> = Vec::new();
    for contact in &asked.person.contacts {
        let recent = contact.engaged.iter().filter(|(channel, at)| **at >= since && routed.contains(channel));
        engaged.extend(recent.map(|(channel, at)| (*at, *channel)));
    }
    engaged.sort_unstable_by(|a, b| b.cmp(a));
    for (_, channel) in engaged.into_iter().filter(|(_, channel)| is_worth_it(asked, *channel)) {
        add(channel, "They responded to it lately.");
    }
    let why = route.map_or("It is the usual one.", |route| route.why.as_str());
    let mut ordered = routed.clone();
    // Who is about to leave is not reached in time by post.
    if asked.person.tier == Tier::Immediate {
        ordered.sort_by_key(|channel| *channel == Channel::Post);
    }
    ordered.sort_by_key(|channel| !is_worth_it(asked, *channel));
    for channel in ordered {
        add(channel, why);
    }
    if let Some(fallback) = step.fallback {
        add(fallback, "The first choice of this step is closed.");
    }
    channels
}

/// Days after which a response says little of what they respond to now.
const RECENT_DAYS: i64 = 180;

/// Post, a call and a video cost more than somebody of the lowest third is likely to bring.
fn is_worth_it(asked: &Asked<'_>, channel: Channel) -> bool {
    asked.person.value > ValueTier::Low || !matches!(channel, Channel::Post | Channel::Call | Channel::Video)
}

/// The first line of the table that fits.
fn route<'a>(asked: &Asked<'a>) -> Option<&'a Route> {
    let person = asked.person;
    let fits = |route: &&Route| {
        route.value.is_none_or(|value| value == person.value) && route.reason.is_none_or(|reason| reason == person.reason)
    };
    asked.plan.routes.iter().find(fits)
}

/// The first contact to whom a channel is open, and from when on it is.
fn open<'a>(asked: &Asked<'a>, step: &PlanStep, channel: Channel, due: Millis, why: String) -> Result<Choice<'a>, Passed> {
    let entry = asked.entry;
    if channel == Channel::Post
        && let Some(ends) = asked.offer_ends(step.message)
        && ends < post::least_expiry(due)
    {
        let evidence = format!("Its offer ends on {}, too soon after post arrives.", ends.iso());
        return Err(asked.pass(step, Some(channel), Reason::OfferExpired, evidence));
    }
    let mut contacts: Vec<&Contact> = asked.person.contacts.iter().collect();
    // A bill is for who pays it; else who prefers the channel comes first.
    let is_billing = |contact: &Contact| asked.plan.class == Class::Service && contact.role.as_deref() == Some("billing");
    contacts.sort_by_key(|contact| (!is_billing(contact), contact.preferred != Some(channel)));
    let mut closed: Option<Passed> = None;
    for contact in contacts {
        let checked = stop::channel_open(asked.plan.class, asked.rules, asked.person, contact, channel, entry.entered_at, due);
        if let Err(stop) = checked {
            closed.get_or_insert(asked.pass(step, Some(channel), stop.reason, stop.evidence));
            continue;
        }
        let mut from = due;
        if let Some(until) = contact.paused_until.filter(|_| asked.plan.class == Class::Marketing) {
            from = from.max(until);
        }
        if let Some(ordered) = asked.person.last_order_at {
            from = from.max(Millis(ordered.0.saturating_add(i64::from(asked.rules.quiet_after_order) * 3_600_000)));
        }
        if let Err(full) = caps::allows(asked.rules, entry.past, channel, contact.fewer, from) {
            from = from.max(full.until);
        }
        return Ok(Choice { contact, channel, angle: None, from, why: vec![why] });
    }
    Err(closed.unwrap_or_else(|| asked.pass(step, Some(channel), Reason::NoAddress, "No contact is known.".to_owned())))
}

/// Post leaves earlier, so that it lies in the letterbox on the day of its step; never before what went out last.
fn by_post(asked: &Asked<'_>, step: &PlanStep, due: Millis) -> Millis {
    let leaves = plus_days(asked.entry.entered_at, i64::from(step.day) - i64::from(post::DAYS));
    let last =
        asked.entry.touches.iter().filter(|touch| is_sent(touch)).map(|touch| touch.counted_at.unwrap_or(touch.due_at)).max();
    let after_last = last.map_or(asked.now, |last| Millis(last.0.saturating_add(MILLIS_PER_DAY)));
    due.min(leaves.max(asked.now).max(after_last))
}

/// The last two went over this channel from the side from which this one would come, and nothing came back.
fn is_same_again(asked: &Asked<'_>, step: &PlanStep, channel: Channel) -> bool {
    let angle = asked.entry.angles.get(&step.message).copied();
    let mut sent: Vec<&PastTouch> = asked.entry.touches.iter().filter(|touch| is_sent(touch)).collect();
    sent.sort_by_key(|touch| touch.due_at);
    let is_same = |touch: &&PastTouch| {
        let past = touch.angle.or_else(|| asked.entry.angles.get(&touch.message?).copied());
        touch.channel == channel && past == angle
    };
    let mut last = sent.iter().rev();
    let (Some(one), Some(two)) = (last.next(), last.next()) else { return false };
    is_same(one) && is_same(two) && !asked.entry.seen.is_engaged_since(two.counted_at.unwrap_or(two.due_at))
}

/// A side from which nothing came yet.
fn other_angle(asked: &Asked<'_>, step: &PlanStep) -> Option<Angle> {
    let angles = asked.entry.angles;
    let sent = asked.entry.touches.iter().filter(|touch| is_sent(touch));
    let used: Vec<Angle> = sent.filter_map(|touch| touch.angle.or_else(|| angles.get(&touch.message?).copied())).collect();
    let own = angles.get(&step.message).copied();
    let others = Angle::ALL.iter().copied().filter(|angle| Some(*angle) != own);
    // The least used.
    others.min_by_key(|angle| used.iter().filter(|other| *other == angle).count())
}
