//! What stops a touch: one function, asked when it is claimed and again before the provider is.
//!
//! Caps and hours of the day have their own places ([`super::caps`], [`super::hour`]); [`clear`] asks all three.

use super::caps::{self, PastTouch};
use super::person::{Contact, Person};
use super::plan::{Kind, Plan, Status};
use super::rules::Rules;
use super::seen::Seen;
use super::touch::Reason;
use super::{Channel, hour, post};
use crate::consent::{self, State as ConsentState};
use crate::message::lint::Class;
use crate::segment::Exclusion;
use crate::time::{Day, MILLIS_PER_DAY, Millis};

/// Why a touch does not go now, or an entry ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    pub reason: Reason,
    /// What it was seen by, in words without anything personal.
    pub evidence: String,
    pub kind: StopKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopKind {
    /// Waits; is looked at again then, and given up when its hold expires.
    Hold { until: Millis },
    /// This touch is not sent; the entry goes on.
    Skip,
    /// The entry ends with it.
    End,
}

/// Where the campaign stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub kind: Kind,
    pub class: Class,
    pub status: Status,
    /// "Stop all sending" was pressed.
    pub sending_stopped: bool,
    /// What is left of the campaign's budget or of its share for this channel, the lesser; none has no limit of its own. In the units in
    /// which `Pending::cost` is.
    pub left: Option<i64>,
    /// What is left of the day's ceiling for this channel.
    pub left_today: Option<i64>,
}

/// What is about to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pending {
    pub entered_at: Millis,
    pub planned_at: Millis,
    /// Since when it may be held no longer.
    pub expires_at: Option<Millis>,
    /// The last day of its offer.
    pub offer_ends: Option<Day>,
    /// What a guardrail says against its offer.
    pub guardrail: Option<String>,
    /// Includes what is reserved for it already: a budget that is just used up by it stops nothing.
    pub cost: i64,
    /// How often a provider was asked.
    pub tries: u8,
}

/// The gravest thing that stands against it now.
#[expect(clippy::too_many_arguments, reason = "each is another source, and nothing groups them")]
pub fn stop(
    campaign: &Standing,
    rules: &Rules,
    person: &Person,
    contact: &Contact,
    channel: Channel,
    touch: &Pending,
    seen: &Seen,
    now: Millis,
) -> Option<Stop> {
    ended(campaign, person, touch, seen, now)
        .or_else(|| closed(campaign.class, rules, person, contact, channel, touch, now))
        .or_else(|| held(campaign, rules, person, contact, seen, now))
        .or_else(|| unaffordable(campaign, touch, channel, now))
}

/// [`stop`], the caps and the hours of the day together. `past` as in [`caps::allows`].
#[expect(clippy::too_many_arguments, reason = "each is another source, and nothing groups them")]
pub fn clear(
    campaign: &Standing,
    rules: &Rules,
    person: &Person,
    contact: &Contact,
    channel: Channel,
    touch: &Pending,
    seen: &Seen,
    past: &[PastTouch],
    now: Millis,
) -> Option<Stop> {
    let capped = || {
        let full = caps::allows(rules, past, channel, contact.fewer, now).err()?;
        Some(Stop { reason: full.reason, evidence: full.evidence, kind: StopKind::Hold { until: full.until } })
    };
    stop(campaign, rules, person, contact, channel, touch, seen, now)
        .or_else(capped)
        .or_else(|| quiet(rules, contact, channel, now))
}

/// Outside the hours of its channel where the contact lives.
pub fn quiet(rules: &Rules, contact: &Contact, channel: Channel, now: Millis) -> Option<Stop> {
    let open = hour::next_open_for(rules, contact, channel, now);
    (open > now).then(|| hold(Reason::QuietHours, format!("Open again at {}.", open.rfc3339()), open))
}

/// Whether a channel is open to a contact for this class: address, consent, suppression, country. Nothing of the moment.
pub fn channel_open(
    class: Class,
    rules: &Rules,
    person: &Person,
    contact: &Contact,
    channel: Channel,
    entered_at: Millis,
    now: Millis,
) -> Result<(), Stop> {
    let pending = Pending { entered_at, ..Pending::default() };
    match closed(class, rules, person, contact, channel, &pending, now) {
        Some(stop) => Err(stop),
        None => Ok(()),
    }
}

/// What ends the entry, or the touch for good.
pub(super) fn ended(campaign: &Standing, person: &Person, touch: &Pending, seen: &Seen, now: Millis) -> Option<Stop> {
    if let Some(gone) = gone(campaign.class, person) {
        return Some(gone);
    }
    if matches!(campaign.status, Status::Draft | Status::Finished | Status::Archived) {
        return Some(end(Reason::CampaignEnded, "The campaign does not run."));
    }
    let since = |at: Option<Millis>| at.filter(|at| *at >= touch.entered_at);
    if person.closed && campaign.kind != Kind::WinBack {
        return Some(end(Reason::AccountClosed, "The account was closed."));
    }
    if let Some(at) = since(person.last_order_at) {
        return Some(end(Reason::Purchased, &format!("Ordered or paid on {}.", at.day().iso())));
    }
    if let Some(at) = since(seen.returned.last) {
        return Some(end(Reason::Reengaged, &format!("Came back on {}.", at.day().iso())));
    }
    // Logging in pays no bill.
    if let Some(at) = since(person.back_at).filter(|_| campaign.kind != Kind::PaymentRecovery) {
        return Some(end(Reason::Reengaged, &format!("Came back on {}.", at.day().iso())));
    }
    let last = touch.entered_at.0.saturating_add(i64::from(Plan::DAYS) * MILLIS_PER_DAY);
    if now.0 > last.saturating_add(GRACE_DAYS * MILLIS_PER_DAY) {
        return Some(end(Reason::TooLate, "The calendar of this entry is over."));
    }
    touch
        .expires_at
        .filter(|expires| now >= *expires)
        .map(|at| skip(Reason::TooLate, format!("It was to be sent until {}.", at.rfc3339())))
}

/// Days past the calendar's end within which its last touches may still go.
const GRACE_DAYS: i64 = 5;

/// Who is in no campaign.
pub(super) fn gone(class: Class, person: &Person) -> Option<Stop> {
    if person.erased {
        return Some(end(Reason::Erased, "Their data were erased."));
    }
    if person.merged {
        return Some(end(Reason::Merged, "They are part of another customer now."));
    }
    if person.objected || person.excluded == Some(Exclusion::Objection) {
        return Some(end(Reason::Objected, "They object to profiling."));
    }
    // A service message makes no offer, which is all that an exclusion forbids.
    let excluded = person.excluded.filter(|_| class == Class::Marketing);
    excluded.map(|why| end(Reason::Excluded, why.name()))
}

/// Why this channel is closed to this contact.
fn closed(
    class: Class,
    rules: &Rules,
    person: &Person,
    contact: &Contact,
    channel: Channel,
    touch: &Pending,
    now: Millis,
) -> Option<Stop> {
    if channel == Channel::InApp && person.closed {
        return Some(skip(Reason::AccountClosed, "A closed account sees no messages inside the app.".to_owned()));
    }
    if channel == Channel::InApp && person.uninstalled {
        return Some(skip(Reason::Uninstalled, "The app is uninstalled.".to_owned()));
    }
    if !contact.has_address(channel) {
        return Some(skip(Reason::NoAddress, "No address for it is known.".to_owned()));
    }
    if let Some(refused) = refused(class, contact, channel, touch.entered_at, now) {
        return Some(refused);
    }
    // A country that only the phone number tells is one too.
    let country = super::zone::country(contact);
    if !rules.allows_country(channel, country.as_deref()) {
        let evidence = country.map_or("No country is known.".to_owned(), |country| format!("The country is {country}."));
        return Some(skip(Reason::CountryNotAllowed, evidence));
    }
    if matches!(channel, Channel::Email | Channel::Video)
        && let Some(doubt) = contact.doubt
    {
        return Some(hold(Reason::DoubtfulAddress, doubt.words().to_owned(), Millis(now.0.saturating_add(MILLIS_PER_DAY))));
    }
    if let Some(ends) = touch.offer_ends {
        let needed = if channel == Channel::Post { post::least_expiry(now) } else { now.day() };
        if ends < needed {
            return Some(skip(Reason::OfferExpired, format!("The offer ends on {}; {} is needed.", ends.iso(), needed.iso())));
        }
    }
    if let Some(guardrail) = &touch.guardrail {
        return Some(skip(Reason::Guardrail, guardrail.clone()));
    }
    (touch.tries >= rules.tries.max(1)).then(|| skip(Reason::AttemptsExhausted, format!("Tried {} times.", touch.tries)))
}

/// What they, or the law, say against it. Of a service message only what was said against all messages over the channel, or against
/// service messages, counts.
fn refused(class: Class, contact: &Contact, channel: Channel, entered_at: Millis, now: Millis) -> Option<Stop> {
    if let Some(reason) = contact.suppressed.get(&channel).or_else(|| mailbox(contact, channel)) {
        return Some(match reason {
            Reason::Complaint | Reason::Erased => end(*reason, reason.words()),
            reason => skip(*reason, reason.words().to_owned()),
        });
    }
    let record = |purpose: &str| contact.consent.get(&format!("{}/{purpose}", channel.consent()));
    let (marketing, service) = (record("marketing"), record("service"));
    for record in [marketing, service].into_iter().flatten() {
        if record.state == ConsentState::Complained {
            return Some(end(Reason::Complaint, &format!("Complained on {}.", record.occurred_at.day().iso())));
        }
        if record.state == ConsentState::Denied && record.basis == consent::ERASURE {
            return Some(end(Reason::Erased, "Their data were erased."));
        }
    }
    let asked = if class == Class::Service { service } else { marketing };
    if let Some(record) = asked.filter(|record| record.state == ConsentState::Denied) {
        let evidence = format!("Opted out on {}.", record.occurred_at.day().iso());
        // Said while this very campaign ran, it is an answer to it.
        let kind = if record.occurred_at >= entered_at { StopKind::End } else { StopKind::Skip };
        return Some(Stop { reason: Reason::OptedOut, evidence, kind });
    }
    if class == Class::Service || channel == Channel::InApp {
        return None;
    }
    match asked {
        None => Some(skip(Reason::NoConsent, "No proof of consent is known.".to_owned())),
        Some(record) if consent::is_live(record, now) => None,
        Some(record) => {
            let ended = consent::expiry(record).map_or_else(String::new, |end| format!(" on {}", end.day().iso()));
            Some(skip(Reason::ConsentLapsed, format!("The consent lapsed{ended}.")))
        }
    }
}

/// What closes the mailbox closes all that is sent to it.
fn mailbox(contact: &Contact, channel: Channel) -> Option<&Reason> {
    (channel == Channel::Video).then(|| contact.suppressed.get(&Channel::Email)).flatten()
}

/// What it waits for.
fn held(campaign: &Standing, rules: &Rules, person: &Person, contact: &Contact, seen: &Seen, now: Millis) -> Option<Stop> {
    let soon = Millis(now.0.saturating_add(HOUR));
    if campaign.sending_stopped {
        return Some(hold(Reason::SendingStopped, "Somebody stopped all sending.".to_owned(), soon));
    }
    if campaign.status != Status::Running {
        return Some(hold(Reason::CampaignPaused, "The campaign is paused.".to_owned(), soon));
    }
    if let Some(held) = conversation(person, seen, now) {
        return Some(held);
    }
    if let Some(until) = contact.paused_until.filter(|until| *until > now && campaign.class == Class::Marketing) {
        return Some(hold(Reason::AskedForPause, format!("Until {}.", until.day().iso()), until));
    }
    let ordered = person.last_order_at?;
    let until = Millis(ordered.0.saturating_add(i64::from(rules.quiet_after_order) * HOUR));
    (until > now).then(|| hold(Reason::JustOrdered, format!("Ordered on {}.", ordered.day().iso()), until))
}

/// A person is, or is to be, in touch with them.
pub(super) fn conversation(person: &Person, seen: &Seen, now: Millis) -> Option<Stop> {
    let tomorrow = Millis(now.0.saturating_add(24 * HOUR));
    if let Some(at) = seen.open_reply() {
        return Some(hold(Reason::Replied, format!("Answered on {}.", at.day().iso()), tomorrow));
    }
    if person.open_conversation {
        return Some(hold(Reason::OpenConversation, "Somebody of the team talks with them.".to_owned(), tomorrow));
    }
    person.open_ticket.then(|| hold(Reason::OpenTicket, "A support ticket is open.".to_owned(), tomorrow))
}

fn unaffordable(campaign: &Standing, touch: &Pending, channel: Channel, now: Millis) -> Option<Stop> {
    if campaign.left.is_some_and(|left| left < touch.cost) {
        return Some(skip(Reason::BudgetSpent, format!("What is left for {} does not pay for it.", channel.code())));
    }
    let is_over = campaign.left_today.is_some_and(|left| left < touch.cost);
    is_over.then(|| {
        let tomorrow = now.day().plus(1).start();
        hold(Reason::BudgetSpent, format!("What may be spent on {} today is spent.", channel.code()), tomorrow)
    })
}

const HOUR: i64 = 3_600_000;

fn hold(reason: Reason, evidence: String, until: Millis) -> Stop {
    Stop { reason, evidence, kind: StopKind::Hold { until } }
}

fn skip(reason: Reason, evidence: String) -> Stop {
    Stop { reason, evidence, kind: StopKind::Skip }
}

pub(super) fn end(reason: Reason, evidence: &str) -> Stop {
    Stop { reason, evidence: evidence.to_owned(), kind: StopKind::End }
}
