//! The next touch, case by case.

use super::*;
use crate::campaign::plan::Route;
use crate::campaign::plans::{Ready, ready};
use crate::campaign::{Contact, Response};
use crate::consent::{Present, Record, State as ConsentState};
use crate::offer::Rung;
use crate::reason::Reason as Left;

/// A Monday, at eight in Berlin.
const NOW: &str = "2026-06-01T06:00:00Z";

struct Case {
    plan: Plan,
    person: Person,
    seen: Seen,
    touches: Vec<PastTouch>,
    ladder: Option<Ladder>,
    angles: BTreeMap<Step, Angle>,
    now: Millis,
}

fn start() -> Millis {
    Millis::parse_rfc3339(NOW).unwrap()
}

fn consents(channels: &[Channel]) -> Present {
    let record = |channel: &Channel| Record {
        channel: channel.consent().to_owned(),
        purpose: "marketing".to_owned(),
        state: ConsentState::Granted,
        basis: "consent".to_owned(),
        source: "form".to_owned(),
        wording: None,
        act: true,
        occurred_at: Millis(1),
        recorded_at: Millis(1),
        expires_at: None,
    };
    channels.iter().map(|channel| (format!("{}/marketing", channel.consent()), record(channel))).collect()
}

fn contact(channels: &[Channel]) -> Contact {
    Contact {
        id: 7,
        has_email: true,
        has_phone: true,
        has_post: true,
        country: Some("DE".to_owned()),
        consent: consents(channels),
        ..Contact::default()
    }
}

fn step(id: u8, day: u16, message: Step, channel: Option<Channel>, fallback: Option<Channel>, when: When) -> PlanStep {
    PlanStep { id, day, message, channel, fallback, when }
}

fn case(steps: Vec<PlanStep>, channels: &[Channel]) -> Case {
    Case {
        plan: Plan { steps, ..Plan::of_kind(Kind::WinBack) },
        person: Person { value: ValueTier::Mid, contacts: vec![contact(channels)], ..Person::default() },
        seen: Seen::default(),
        touches: Vec::new(),
        ladder: None,
        angles: BTreeMap::new(),
        now: start(),
    }
}

impl Case {
    fn next(&self) -> Next {
        let group = Habits::default();
        let entry = EntrySoFar {
            entered_at: start(),
            seen: &self.seen,
            touches: &self.touches,
            past: &self.touches,
            ladder: self.ladder.as_ref(),
            angles: &self.angles,
            group: &group,
        };
        next(&self.plan, &Rules::default(), &self.person, &entry, self.now)
    }

    fn touch(&self) -> NextTouch {
        match self.next() {
            Next::Touch(touch) => touch,
            other => panic!("{other:?}"),
        }
    }

    fn sent(&mut self, step: u8, channel: Channel, day: i64) {
        let at = plus_days(start(), day);
        self.touches.push(PastTouch {
            campaign: 1,
            entry: 1,
            step,
            message: self.plan.steps.iter().find(|one| one.id == step).map(|one| one.message),
            channel,
            state: State::Sent,
            reason: None,
            angle: None,
            due_at: at,
            counted_at: Some(at),
        });
        self.now = Millis(at.0 + 1);
    }
}

use Channel::{Call, Email, InApp, Post, Sms};

fn two_steps() -> Vec<PlanStep> {
    vec![step(1, 0, Step::Help, Some(Email), Some(Sms), When::Always), step(2, 5, Step::Proof, None, None, When::Always)]
}

#[test]
fn steps_come_on_their_days_at_a_good_hour_and_then_it_ends() {
    let mut case = case(two_steps(), &[Email]);
    let first = case.touch();
    assert_eq!((first.step, first.channel, first.contact), (1, Email, 7));
    assert_eq!(first.due_at.rfc3339(), "2026-06-01T08:00:00Z", "ten in Berlin");
    case.sent(1, Email, 0);
    let second = case.touch();
    assert_eq!((second.step, second.due_at.rfc3339().as_str()), (2, "2026-06-06T08:00:00Z"));
    case.sent(2, Email, 5);
    assert!(matches!(case.next(), Next::End { reason: Reason::AttemptsExhausted, .. }));
}

#[test]
fn a_closed_channel_falls_back_and_where_none_is_open_the_reason_is_kept() {
    let open = case(two_steps(), &[Sms]).touch();
    assert_eq!(
        (open.step, open.channel, open.closed[0].channel, open.closed[0].reason),
        (1, Sms, Some(Email), Reason::NoConsent)
    );
    let Next::End { reason, passed, .. } = case(two_steps(), &[]).next() else { panic!("goes on") };
    assert_eq!((reason, passed.len()), (Reason::NoConsent, 2));
    let mut nobody = case(two_steps(), &[Email]);
    nobody.person.contacts.clear();
    assert!(matches!(nobody.next(), Next::End { reason: Reason::NoAddress, .. }));
}

#[test]
fn what_they_said_beats_what_is_inferred_and_that_beats_the_table() {
    let steps = vec![step(1, 0, Step::Help, None, None, When::Always)];
    let mut case = case(steps, &[Email, Sms, Post]);
    let line = |value, reason, first| Route { value, reason, first, fallback: Some(Email), why: "So it was decided.".to_owned() };
    case.plan.routes = vec![line(Some(ValueTier::Mid), Some(Left::Price), Post), line(None, None, InApp)];
    assert_eq!(case.touch().channel, InApp);
    case.person.reason = Left::Price;
    assert_eq!(case.touch().channel, Post);
    case.person.contacts[0].engaged = [(Email, plus_days(start(), -9))].into();
    assert_eq!(case.touch().channel, Email);
    case.person.contacts[0].preferred = Some(Sms);
    let touch = case.touch();
    assert_eq!(touch.channel, Sms);
    assert!(touch.why[0].contains("prefer"), "{:?}", touch.why);
}

#[test]
fn little_value_gets_no_costly_channel_by_the_table() {
    let mut case = case(vec![step(1, 0, Step::Help, None, None, When::Always)], &[Email, Post]);
    case.plan.routes = vec![Route { value: None, reason: None, first: Post, fallback: Some(Email), why: "A card.".to_owned() }];
    assert_eq!(case.touch().channel, Post);
    case.person.value = ValueTier::Low;
    assert_eq!(case.touch().channel, Email);
}

#[test]
fn conditions_pass_over_wait_and_are_kept() {
    let steps = vec![
        step(1, 0, Step::Help, Some(Email), None, When::Value { at_least: ValueTier::High }),
        step(2, 3, Step::Proof, Some(Email), None, When::Engaged),
        step(3, 6, Step::SmallIncentive, Some(Email), None, When::Silent),
    ];
    let mut case = case(steps, &[Email]);
    let Next::Wait { until, reason, passed, .. } = case.next() else { panic!("goes on") };
    assert_eq!((until, reason, passed.len()), (plus_days(start(), 3), Reason::NotForThem, 1));
    case.now = until;
    let touch = case.touch();
    assert_eq!((touch.step, touch.passed.len()), (3, 2));
    case.seen.add(Response::Clicked, until);
    assert_eq!(case.touch().step, 2);
}

#[test]
fn whoever_came_back_answered_or_has_a_ticket_gets_nothing() {
    let mut case = case(two_steps(), &[Email]);
    let later = plus_days(start(), 1);
    case.now = plus_days(start(), 2);
    let ends = |case: &Case, expected: Reason| {
        assert!(matches!(case.next(), Next::End { reason, .. } if reason == expected), "{:?}", case.next());
    };
    let waits = |case: &Case, expected: Reason| {
        assert!(matches!(case.next(), Next::Wait { reason, .. } if reason == expected), "{:?}", case.next());
    };
    case.person.last_order_at = Some(later);
    ends(&case, Reason::Purchased);
    case.person.last_order_at = None;
    case.person.back_at = Some(later);
    ends(&case, Reason::Reengaged);
    case.person.back_at = None;
    case.seen.add(Response::Replied, later);
    waits(&case, Reason::Replied);
    case.seen.closed_at = Some(case.now);
    case.person.open_ticket = true;
    waits(&case, Reason::OpenTicket);
    case.person.open_ticket = false;
    assert_eq!(case.touch().step, 1);
    case.person.erased = true;
    ends(&case, Reason::Erased);
}

#[test]
fn post_leaves_early_so_that_it_arrives_and_only_with_an_offer_that_lasts() {
    let steps = vec![
        step(1, 0, Step::Help, Some(Email), None, When::Always),
        step(2, 18, Step::FullIncentive, Some(Post), Some(Email), When::Always),
    ];
    let mut case = case(steps, &[Email, Post]);
    case.sent(1, Email, 0);
    assert_eq!(case.touch().due_at, plus_days(start(), 13));
    let rung = |ends: i64| Ladder {
        key: String::new(),
        rungs: vec![Rung {
            step: Step::FullIncentive,
            day: String::new(),
            offer: None,
            depth: 100,
            expires: Some(plus_days(start(), ends).day().iso()),
        }],
        left_out: Vec::new(),
        next_from: String::new(),
    };
    case.ladder = Some(rung(28));
    assert_eq!(case.touch().channel, Post, "ten days from the letterbox");
    case.ladder = Some(rung(27));
    assert_eq!(case.touch().channel, Email);
    case.ladder = Some(rung(10));
    assert!(matches!(case.next(), Next::End { passed, .. } if passed[0].reason == Reason::OfferExpired));
    case.ladder = Some(Ladder { rungs: Vec::new(), ..rung(1) });
    assert!(matches!(case.next(), Next::End { passed, .. } if passed[0].reason == Reason::Guardrail));
}

#[test]
fn two_of_a_kind_without_a_response_are_followed_by_another_kind() {
    let steps = vec![
        step(1, 0, Step::Help, Some(Email), None, When::Always),
        step(2, 8, Step::Help, Some(Email), None, When::Always),
        step(3, 16, Step::Help, Some(Email), Some(Sms), When::Always),
    ];
    let mut case = case(steps, &[Email, Sms]);
    case.angles = [(Step::Help, Angle::Help)].into();
    case.sent(1, Email, 0);
    case.sent(2, Email, 8);
    assert_eq!(case.touch().channel, Sms);
    case.person.contacts[0].consent = consents(&[Email]);
    let touch = case.touch();
    assert_eq!(touch.channel, Email);
    assert!(touch.angle.is_some_and(|angle| angle != Angle::Help));
    case.seen.add(Response::Clicked, plus_days(start(), 9));
    assert_eq!(case.touch().angle, None);
}

#[test]
fn a_full_channel_gives_way_and_the_best_are_called() {
    let steps: Vec<PlanStep> =
        (0..4).map(|n| step(n + 1, u16::from(n) * 2, Step::Help, Some(Email), Some(Sms), When::Always)).collect();
    let mut case = case(steps, &[Email, Sms, Call]);
    case.sent(1, Email, 0);
    case.sent(2, Email, 2);
    let third = case.touch();
    assert_eq!((third.channel, third.step, third.due_at.day()), (Sms, 3, plus_days(start(), 4).day()));
    case.person.contacts[0].consent = consents(&[Email]);
    let later = case.touch();
    assert_eq!((later.channel, later.step), (Email, 3));
    assert!(later.due_at >= plus_days(start(), 7), "two within seven days are enough");
    case.person.contacts[0].consent = consents(&[Email, Sms, Call]);
    case.sent(3, Sms, 4);
    case.person.value = ValueTier::High;
    let call = case.touch();
    assert_eq!((call.step, call.channel), (ESCALATED, Call));
    case.sent(ESCALATED, Call, 6);
    assert_eq!(case.touch().step, 4);
}

#[test]
fn nothing_comes_while_something_is_open_and_a_ready_plan_begins_at_once() {
    let mut case = case(two_steps(), &[Email]);
    case.sent(1, Email, 0);
    case.touches[0].state = State::Sending;
    assert!(matches!(case.next(), Next::Wait { .. }));
    case.touches[0].state = State::Unknown;
    assert!(matches!(case.next(), Next::Wait { .. }));
    case.now = plus_days(start(), 4);
    assert_eq!(case.touch().step, 2);
    for code in Ready::ALL {
        let mut case = self::case(ready(code).plan.steps, &[Email, Sms, Post, Call]);
        case.plan = ready(code).plan;
        assert!(case.touch().due_at < plus_days(start(), 3), "{code:?}");
    }
}
