use proptest::prelude::*;

use super::*;

fn record(state: State, act: bool, at: i64) -> Record {
    Record {
        channel: "email".into(),
        purpose: "marketing".into(),
        state,
        basis: "consent".into(),
        source: "test".into(),
        wording: None,
        act,
        occurred_at: Millis(at),
        recorded_at: Millis(at),
        expires_at: None,
    }
}

fn state(history: &[Record]) -> Option<State> {
    present(history).get("email/marketing").map(|record| record.state)
}

#[test]
fn no_proof_is_no_consent() {
    assert_eq!(present(&[]), Present::new());
}

#[test]
fn the_newest_act_of_the_person_wins() {
    let (yes, no, later_yes) = (record(State::Granted, true, 1), record(State::Denied, true, 2), record(State::Granted, true, 3));
    assert_eq!(state(&[yes.clone(), no.clone()]), Some(State::Denied));
    assert_eq!(state(&[yes, no, later_yes]), Some(State::Granted));
}

#[test]
fn at_the_same_moment_the_opt_out_wins() {
    assert_eq!(state(&[record(State::Granted, true, 5), record(State::Denied, true, 5)]), Some(State::Denied));
}

#[test]
fn a_bulk_state_never_lifts_an_opt_out_but_makes_one() {
    let opt_out = record(State::Denied, true, 2);
    assert_eq!(state(&[opt_out, record(State::Granted, false, 9)]), Some(State::Denied));
    assert_eq!(state(&[record(State::Denied, false, 2), record(State::Granted, false, 9)]), Some(State::Denied));
    assert_eq!(state(&[record(State::Granted, true, 2), record(State::Denied, false, 9)]), Some(State::Denied));
    assert_eq!(state(&[record(State::Granted, true, 10), record(State::Denied, false, 9)]), Some(State::Granted));
}

#[test]
fn a_complaint_is_lifted_by_a_later_written_request_only() {
    let complaint = record(State::Complained, true, 5);
    let again = record(State::Granted, true, 9);
    let written = |at, act| Record { basis: WRITTEN_REQUEST.into(), ..record(State::Granted, act, at) };
    assert_eq!(state(&[complaint.clone(), again.clone()]), Some(State::Complained));
    assert_eq!(state(&[complaint.clone(), written(4, true)]), Some(State::Complained));
    assert_eq!(state(&[complaint.clone(), written(9, false)]), Some(State::Complained), "a bulk state is no request");
    assert_eq!(state(&[complaint.clone(), written(9, true)]), Some(State::Granted));
    assert_eq!(state(&[complaint.clone(), written(9, true), record(State::Complained, true, 12)]), Some(State::Complained));
    assert_eq!(state(&[complaint, written(9, true), record(State::Denied, true, 12), again]), Some(State::Denied));
}

#[test]
fn an_opt_out_after_a_complaint_does_not_weaken_it() {
    let history = [record(State::Complained, true, 5), record(State::Denied, true, 7), record(State::Granted, true, 9)];
    assert_eq!(state(&history), Some(State::Complained));
}

#[test]
fn nothing_lifts_an_erasure() {
    let erased = Record { basis: ERASURE.into(), ..record(State::Denied, true, 1) };
    let written = Record { basis: WRITTEN_REQUEST.into(), ..record(State::Granted, true, 9) };
    let present = present(&[erased.clone(), written, record(State::Granted, true, 10), record(State::Complained, true, 11)]);
    assert_eq!(present.get("email/marketing"), Some(&erased));
}

#[test]
fn channels_and_purposes_are_apart() {
    let sms = Record { channel: "sms".into(), ..record(State::Denied, true, 9) };
    let service = Record { purpose: "service".into(), ..record(State::Granted, true, 1) };
    let present = present(&[sms, service, record(State::Granted, true, 1)]);
    let states: Vec<_> = present.iter().map(|(topic, record)| (topic.as_str(), record.state)).collect();
    assert_eq!(
        states,
        [("email/marketing", State::Granted), ("email/service", State::Granted), ("sms/marketing", State::Denied)]
    );
}

#[test]
fn a_consent_dated_into_the_future_does_not_outlive_a_later_opt_out() {
    let early = Record { occurred_at: Millis(1_000), recorded_at: Millis(1), ..record(State::Granted, true, 0) };
    assert_eq!(state(&[early, record(State::Denied, true, 2)]), Some(State::Denied));
}

#[test]
fn an_implied_consent_lapses_after_24_months_and_a_later_purchase_renews_it() {
    let at = |text: &str| Millis::parse_rfc3339(text).expect("time");
    let purchase = |text: &str| Record { basis: "implied".into(), ..record(State::Granted, false, at(text).0) };
    let first = purchase("2024-02-29T12:00:00Z");
    assert_eq!(expiry(&first).map(Millis::rfc3339).as_deref(), Some("2026-02-28T12:00:00Z"));
    assert!(is_live(&first, at("2026-02-28T11:59:59Z")));
    assert!(!is_live(&first, at("2026-02-28T12:00:00Z")));
    let stated = Record { expires_at: Some(at("2024-03-01T00:00:00Z")), ..first.clone() };
    assert_eq!(expiry(&stated), stated.expires_at, "a shorter term stands");
    let second = purchase("2025-06-01T12:00:00Z");
    assert_eq!(present(&[first, second.clone()]).get("email/marketing"), Some(&second));
}

#[test]
fn a_consent_in_words_outranks_an_implied_one_and_does_not_lapse_by_itself() {
    let express = record(State::Granted, true, 1);
    let implied = Record { basis: "implied".into(), ..record(State::Granted, false, 9) };
    assert_eq!(present(&[implied, express.clone()]).get("email/marketing"), Some(&express));
    assert!(is_live(&express, Millis(i64::MAX)));
    let limited = Record { expires_at: Some(Millis(10)), ..express };
    assert!(is_live(&limited, Millis(9)) && !is_live(&limited, Millis(10)));
}

#[test]
fn denials_are_never_live() {
    assert!(!is_live(&record(State::Denied, true, 1), Millis(0)));
    assert!(!is_live(&record(State::Complained, true, 1), Millis(0)));
}

fn any_record() -> impl Strategy<Value = Record> {
    let states = prop_oneof![Just(State::Granted), Just(State::Denied), Just(State::Complained)];
    let bases = prop_oneof![Just("consent"), Just("implied"), Just(WRITTEN_REQUEST), Just(ERASURE), Just("import")];
    (states, bases, any::<bool>(), 0..6_i64, 0..6_i64, prop::option::of(0..9_i64), 0..2_u8).prop_map(
        |(state, basis, act, occurred, recorded, expires, channel)| Record {
            channel: if channel == 0 { "email" } else { "sms" }.into(),
            basis: basis.into(),
            occurred_at: Millis(occurred),
            recorded_at: Millis(recorded),
            expires_at: expires.map(Millis),
            ..record(state, act, 0)
        },
    )
}

proptest! {
    #[test]
    fn the_order_of_the_rows_changes_nothing(
        (history, shuffled) in prop::collection::vec(any_record(), 0..12).prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
    ) {
        prop_assert_eq!(present(&history), present(&shuffled));
    }

    #[test]
    fn a_row_told_twice_changes_nothing(history in prop::collection::vec(any_record(), 0..12)) {
        prop_assert_eq!(present(&history), present(&[history.clone(), history].concat()));
    }

    #[test]
    fn no_bulk_states_after_a_denial_give_consent(
        history in prop::collection::vec(any_record(), 0..8),
        denial in any_record(),
        bulk in prop::collection::vec(any_record(), 0..8),
    ) {
        let denial = Record { state: if denial.state == State::Granted { State::Denied } else { denial.state }, channel: "email".into(), occurred_at: Millis(6), ..denial };
        let bulk = bulk.into_iter().map(|row| Record { act: false, ..row });
        let history: Vec<Record> = history.into_iter().chain([denial]).chain(bulk).collect();
        prop_assert_ne!(state(&history), Some(State::Granted));
    }

    #[test]
    fn after_a_complaint_only_a_written_request_gives_consent(history in prop::collection::vec(any_record(), 0..12)) {
        let complained = history.iter().any(|row| row.channel == "email" && row.state == State::Complained);
        let requested = history.iter().any(|row| row.channel == "email" && row.act && row.state == State::Granted && row.basis == WRITTEN_REQUEST);
        if complained && !requested {
            prop_assert_ne!(state(&history), Some(State::Granted));
        }
    }

    #[test]
    fn after_an_erasure_nothing_gives_consent(history in prop::collection::vec(any_record(), 0..12)) {
        if history.iter().any(|row| row.channel == "email" && row.state == State::Denied && row.basis == ERASURE) {
            prop_assert_eq!(state(&history), Some(State::Denied));
        }
    }
}
