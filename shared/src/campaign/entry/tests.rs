//! Who enters, and shares that are what they say.

use super::*;
use crate::campaign::Contact;
use crate::campaign::plans::{Ready, ready};
use crate::consent::{Record, State as ConsentState};
use crate::segment::Exclusion;

const NOW: Millis = Millis(1_780_300_800_000);

fn person() -> Person {
    let record = Record {
        channel: "email".to_owned(),
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
    let contact = Contact { has_email: true, consent: [("email/marketing".to_owned(), record)].into(), ..Contact::default() };
    Person { contacts: vec![contact], ..Person::default() }
}

fn other(same: bool, priority: u8, state: OtherState) -> OtherEntry {
    OtherEntry { campaign: 2, same, kind: Kind::WinBack, priority, state }
}

fn check(plan: &Plan, person: &Person, others: &[OtherEntry], expected: Option<Reason>) {
    let found = eligible(plan, &Rules::default(), person, 1, others, NOW).err();
    assert_eq!(found.as_ref().map(|stop| stop.reason), expected, "{found:?}");
    assert!(found.is_none_or(|stop| !stop.evidence.is_empty()));
}

#[test]
fn each_reason_is_told_and_nobody_else_is_left_out() {
    let plan = Plan::of_kind(Kind::WinBack);
    check(&plan, &person(), &[], None);
    check(&plan, &Person { erased: true, ..person() }, &[], Some(Reason::Erased));
    check(&plan, &Person { merged: true, ..person() }, &[], Some(Reason::Merged));
    check(&plan, &Person { objected: true, ..person() }, &[], Some(Reason::Objected));
    check(&plan, &Person { excluded: Some(Exclusion::Staff), ..person() }, &[], Some(Reason::Excluded));
    check(&plan, &Person { contacts: Vec::new(), ..person() }, &[], Some(Reason::NoAddress));
    let mut silent = person();
    silent.contacts[0].consent.clear();
    check(&plan, &silent, &[], Some(Reason::NoConsent));
    let mut out = person();
    out.contacts[0].consent.values_mut().for_each(|record| record.state = ConsentState::Denied);
    check(&plan, &out, &[], Some(Reason::OptedOut));
}

#[test]
fn one_campaign_of_a_kind_at_a_time_by_priority() {
    let plan = Plan::of_kind(Kind::WinBack);
    let in_other = Some(Reason::InOtherCampaign);
    check(&plan, &person(), &[other(false, 1, OtherState::Open)], in_other);
    check(&plan, &person(), &[other(false, 99, OtherState::Ended { at: NOW })], None);
    check(&plan, &person(), &[other(false, 51, OtherState::Wants)], in_other);
    check(&plan, &person(), &[other(false, 50, OtherState::Wants)], None);
    let retention = OtherEntry { kind: Kind::Retention, ..other(false, 99, OtherState::Open) };
    check(&plan, &person(), &[retention], None);
}

#[test]
fn who_went_through_enters_again_by_the_rule_only() {
    let (once, always) = (Plan::of_kind(Kind::WinBack), ready(Ready::LapsedBuyer).plan);
    let ended = |days: i64| other(true, 50, OtherState::Ended { at: Millis(NOW.0 - days * MILLIS_PER_DAY) });
    check(&once, &person(), &[ended(900)], Some(Reason::EnteredBefore));
    check(&always, &person(), &[ended(179)], Some(Reason::EnteredBefore));
    check(&always, &person(), &[ended(180)], None);
    check(&always, &person(), &[ended(900), other(true, 50, OtherState::Open)], Some(Reason::EnteredBefore));
}

#[test]
fn shares_come_out_and_draws_know_nothing_of_each_other() {
    let units: Vec<String> = (0..20_000).map(|n| unit_of(None, None, &n.to_string())).collect();
    let share = |salt: &str, share: u16| units.iter().filter(|unit| assign(salt, unit, share)).count();
    assert_eq!((share("a", 0), share("a", 1_000)), (0, 20_000));
    assert!((1_880..=2_120).contains(&share("a", 100)), "{}", share("a", 100));
    let both = units.iter().filter(|unit| assign("a", unit, 100) && assign("b", unit, 100)).count();
    assert!((150..=250).contains(&both), "{both}");
    assert!(units.iter().all(|unit| !assign("a", unit, 50) || assign("a", unit, 100)), "a larger share holds the smaller one");
    // Never changes: assignments must come out the same in every version.
    assert_eq!(unit_of(None, Some(" Ann@Example.com "), "1"), unit_of(None, Some("ann@example.com"), "2"));
    assert_ne!(unit_of(Some("x"), None, "1"), unit_of(None, Some("x"), "1"));
}
