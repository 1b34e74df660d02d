//! Each stop by its code, alone.

use super::*;
use crate::campaign::doubt::AddressDoubt;
use crate::campaign::seen::Response;
use crate::consent::Record;

const NOW: Millis = Millis(1_780_300_800_000);

#[derive(Clone)]
struct Case {
    campaign: Standing,
    person: Person,
    contact: Contact,
    channel: Channel,
    touch: Pending,
    seen: Seen,
}

fn record(channel: &str, purpose: &str, state: ConsentState, at: i64) -> (String, Record) {
    let record = Record {
        channel: channel.to_owned(),
        purpose: purpose.to_owned(),
        state,
        basis: "consent".to_owned(),
        source: "form".to_owned(),
        wording: None,
        act: true,
        occurred_at: Millis(at),
        recorded_at: Millis(at),
        expires_at: None,
    };
    (format!("{channel}/{purpose}"), record)
}

fn case() -> Case {
    let contact = Contact {
        id: 1,
        has_email: true,
        has_phone: true,
        has_post: true,
        country: Some("DE".to_owned()),
        consent: ["email", "sms", "post"].map(|channel| record(channel, "marketing", ConsentState::Granted, 1)).into(),
        ..Contact::default()
    };
    Case {
        campaign: Standing {
            kind: Kind::WinBack,
            class: Class::Marketing,
            status: Status::Running,
            sending_stopped: false,
            left: None,
            left_today: None,
        },
        person: Person { contacts: vec![contact.clone()], ..Person::default() },
        contact,
        channel: Channel::Email,
        touch: Pending { entered_at: days(-5), planned_at: days(-1), cost: 100, ..Pending::default() },
        seen: Seen::default(),
    }
}

fn days(days: i64) -> Millis {
    Millis(NOW.0 + days * MILLIS_PER_DAY)
}

fn found(case: &Case) -> Option<Stop> {
    let Case { campaign, person, contact, channel, touch, seen } = case;
    stop(campaign, &Rules::default(), person, contact, *channel, touch, seen, NOW)
}

fn check(change: impl FnOnce(&mut Case), reason: Reason, kind: &str) {
    let mut case = case();
    change(&mut case);
    let stop = found(&case);
    let name = stop.as_ref().map(|stop| match stop.kind {
        StopKind::Hold { until } if until > NOW => "hold",
        StopKind::Hold { .. } => "a hold that is over",
        StopKind::Skip => "skip",
        StopKind::End => "end",
    });
    assert_eq!((stop.as_ref().map(|stop| stop.reason), name), (Some(reason), Some(kind)), "{stop:?}");
    assert!(stop.is_some_and(|stop| !stop.evidence.is_empty()));
}

#[test]
fn nothing_stands_against_a_plain_touch() {
    assert_eq!(found(&case()), None);
}

#[test]
fn what_ends_it() {
    check(|case| case.person.erased = true, Reason::Erased, "end");
    check(|case| case.person.merged = true, Reason::Merged, "end");
    check(|case| case.person.objected = true, Reason::Objected, "end");
    check(|case| case.person.excluded = Some(Exclusion::Dispute), Reason::Excluded, "end");
    check(|case| case.person.last_order_at = Some(days(-1)), Reason::Purchased, "end");
    check(|case| case.person.back_at = Some(days(-1)), Reason::Reengaged, "end");
    check(|case| case.seen.add(Response::Returned, days(-1)), Reason::Reengaged, "end");
    check(|case| case.campaign.status = Status::Finished, Reason::CampaignEnded, "end");
    check(|case| case.touch.entered_at = days(-36), Reason::TooLate, "end");
    let complained = |case: &mut Case| case.contact.consent.extend([record("email", "marketing", ConsentState::Complained, 9)]);
    check(complained, Reason::Complaint, "end");
    let out = |at: Millis| {
        move |case: &mut Case| case.contact.consent.extend([record("email", "marketing", ConsentState::Denied, at.0)])
    };
    check(out(days(-1)), Reason::OptedOut, "end");
    check(out(days(-9)), Reason::OptedOut, "skip");
    check(|case| (case.campaign.kind, case.person.closed) = (Kind::Retention, true), Reason::AccountClosed, "end");
}

#[test]
fn what_skips_it() {
    check(|case| case.contact.has_email = false, Reason::NoAddress, "skip");
    check(|case| case.contact.consent.clear(), Reason::NoConsent, "skip");
    let lapsed = |case: &mut Case| case.contact.consent.values_mut().for_each(|record| record.expires_at = Some(days(-1)));
    check(lapsed, Reason::ConsentLapsed, "skip");
    check(|case| _ = case.contact.suppressed.insert(Channel::Email, Reason::HardBounce), Reason::HardBounce, "skip");
    let video = |case: &mut Case| {
        case.channel = Channel::Video;
        case.contact.suppressed.insert(Channel::Email, Reason::HardBounce);
    };
    check(video, Reason::HardBounce, "skip");
    check(|case| (case.channel, case.person.closed) = (Channel::InApp, true), Reason::AccountClosed, "skip");
    check(|case| (case.channel, case.person.uninstalled) = (Channel::InApp, true), Reason::Uninstalled, "skip");
    check(|case| (case.channel, case.contact.country) = (Channel::Sms, Some("KP".to_owned())), Reason::CountryNotAllowed, "skip");
    check(|case| case.touch.offer_ends = Some(days(-1).day()), Reason::OfferExpired, "skip");
    check(|case| (case.channel, case.touch.offer_ends) = (Channel::Post, Some(days(14).day())), Reason::OfferExpired, "skip");
    check(|case| case.touch.guardrail = Some("The margin is too small.".to_owned()), Reason::Guardrail, "skip");
    let clicked = |case: &mut Case| {
        case.touch.when = When::Silent;
        case.seen.add(Response::Clicked, days(-1));
    };
    check(clicked, Reason::NotForThem, "skip");
    check(|case| case.touch.tries = 3, Reason::AttemptsExhausted, "skip");
    check(|case| case.touch.expires_at = Some(NOW), Reason::TooLate, "skip");
    check(|case| case.campaign.left = Some(99), Reason::BudgetSpent, "skip");
}

#[test]
fn what_holds_it() {
    check(|case| case.campaign.sending_stopped = true, Reason::SendingStopped, "hold");
    check(|case| case.campaign.status = Status::Paused, Reason::CampaignPaused, "hold");
    check(|case| case.seen.add(Response::Replied, days(-1)), Reason::Replied, "hold");
    check(|case| case.person.open_conversation = true, Reason::OpenConversation, "hold");
    check(|case| case.person.open_ticket = true, Reason::OpenTicket, "hold");
    check(|case| case.contact.paused_until = Some(days(3)), Reason::AskedForPause, "hold");
    check(|case| case.contact.doubt = Some(AddressDoubt::Mistyped), Reason::DoubtfulAddress, "hold");
    check(|case| (case.touch.entered_at, case.person.last_order_at) = (days(0), Some(days(-1))), Reason::JustOrdered, "hold");
    check(|case| case.campaign.left_today = Some(0), Reason::BudgetSpent, "hold");
}

#[test]
fn a_service_message_needs_no_consent_to_marketing_and_obeys_what_was_said_against_it() {
    let service = |change: &dyn Fn(&mut Case)| {
        let mut case = case();
        case.campaign = Standing { class: Class::Service, kind: Kind::PaymentRecovery, ..case.campaign };
        case.contact.consent.clear();
        change(&mut case);
        found(&case).map(|stop| stop.reason)
    };
    let says = |purpose: &'static str, state| {
        move |case: &mut Case| case.contact.consent.extend([record("email", purpose, state, days(-1).0)])
    };
    assert_eq!(service(&|_| ()), None);
    assert_eq!(service(&says("marketing", ConsentState::Denied)), None);
    assert_eq!(service(&says("service", ConsentState::Denied)), Some(Reason::OptedOut));
    assert_eq!(service(&says("marketing", ConsentState::Complained)), Some(Reason::Complaint));
    assert_eq!(service(&|case| case.person.excluded = Some(Exclusion::Chargeback)), None);
    assert_eq!(service(&|case| case.person.back_at = Some(days(-1))), None, "a log-in pays no bill");
    assert_eq!(service(&|case| case.person.last_order_at = Some(days(-1))), Some(Reason::Purchased));
    assert_eq!(service(&|case| case.person.erased = true), Some(Reason::Erased));
    assert_eq!(service(&|case| _ = case.contact.suppressed.insert(Channel::Email, Reason::HardBounce)), Some(Reason::HardBounce));
}
