//! Quiet hours across changes of the clock, checked by a calendar of their own.

use chrono::{TimeZone as _, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Millis {
    Millis::parse_rfc3339(text).unwrap()
}

fn profile(tz: Tz) -> Zone {
    Zone { tz, basis: Basis::Profile, others: &[] }
}

fn check(channel: Channel, country: &str, tz: Tz, from: &str, expected: &str) {
    let open = next_open(&Rules::default(), channel, Some(country), profile(tz), at(from));
    assert_eq!(open.rfc3339(), expected, "{channel:?} {country} {from}");
}

#[test]
fn the_next_open_hour_is_told_over_nights_weekends_and_changes_of_the_clock() {
    use Channel::{Email, InApp, Post, Sms};
    let new_york = Tz::America__New_York;
    check(Sms, "US", new_york, "2026-07-01T15:00:00Z", "2026-07-01T15:00:00Z");
    check(Sms, "US", new_york, "2026-07-01T02:10:00Z", "2026-07-01T13:00:00Z");
    // The night in which an hour is left out, and the one in which it comes twice.
    check(Sms, "US", new_york, "2026-03-08T03:00:00Z", "2026-03-08T13:00:00Z");
    check(Sms, "US", new_york, "2026-11-01T03:00:00Z", "2026-11-01T14:00:00Z");
    // The Saturday evening before Bastille Day's Tuesday; then its eve.
    check(Sms, "FR", Tz::Europe__Paris, "2026-07-11T18:30:00Z", "2026-07-13T07:00:00Z");
    check(Sms, "FR", Tz::Europe__Paris, "2026-07-13T18:30:00Z", "2026-07-15T07:00:00Z");
    check(Email, "IN", Tz::Asia__Kolkata, "2026-07-01T20:00:00Z", "2026-07-02T01:30:00Z");
    check(InApp, "FR", Tz::Europe__Paris, "2026-07-14T01:00:00Z", "2026-07-14T01:00:00Z");
    check(Post, "FR", Tz::Europe__Paris, "2026-07-14T01:00:00Z", "2026-07-14T01:00:00Z");
}

#[test]
fn an_unknown_zone_is_open_between_the_fallback_hours_and_an_approximate_one_where_all_its_zones_are() {
    let rules = Rules { fallback_zone: Some("Europe/Berlin".to_owned()), ..Rules::default() };
    let nowhere = Contact::default();
    assert_eq!(next_open_for(&rules, &nowhere, Channel::Email, at("2026-07-01T05:00:00Z")), at("2026-07-01T08:00:00Z"));
    assert_eq!(next_open_for(&rules, &nowhere, Channel::Email, at("2026-07-01T16:00:00Z")), at("2026-07-02T08:00:00Z"));
    let somewhere = Contact { country: Some("US".to_owned()), ..Contact::default() };
    // Nine in Honolulu.
    assert_eq!(next_open_for(&rules, &somewhere, Channel::Sms, at("2026-07-01T13:00:00Z")), at("2026-07-01T19:00:00Z"));
    assert_eq!(next_open_for(&rules, &somewhere, Channel::Email, at("2026-07-01T13:00:00Z")), at("2026-07-01T13:00:00Z"));
}

#[test]
fn habits_draw_a_message_to_their_hour_and_little_data_does_not() {
    let berlin = Contact { country: Some("DE".to_owned()), ..Contact::default() };
    let best = |habits: &Habits| {
        let contact = Contact { habits: habits.clone(), ..berlin.clone() };
        let at = best_hour(&Rules::default(), &contact, &Habits::default(), Channel::Email, at("2026-07-01T01:00:00Z"));
        local(Tz::Europe__Berlin, at).hour()
    };
    assert_eq!(best(&Habits::default()), 10);
    let mut habits = Habits::default();
    habits.add(2 * 24 + 20);
    let once = chances(&habits, &Habits::default(), 2);
    assert!(once[20] < 2.5 * chances(&Habits::default(), &Habits::default(), 2)[20], "one act is no habit: {once:?}");
    (0..10).for_each(|_| habits.add(24 + 20));
    assert_eq!(best(&habits), 20, "on Tuesdays at eight in the evening, so probably on a Wednesday too");
    (0..50).for_each(|_| habits.add(2 * 24 + 3));
    assert_eq!(best(&habits), 20, "at three at night nothing is sent");
    assert!((once.iter().sum::<f64>() - 1.0).abs() < 1e-12);
}

/// By the clock of the zone alone, written without anything of the module.
fn is_quiet(channel: Channel, tz: Tz, at: i64) -> bool {
    let local = Utc.timestamp_millis_opt(at).unwrap().with_timezone(&tz);
    match channel {
        Channel::Email => local.hour() < 7 || local.hour() >= 22,
        Channel::Sms => local.hour() < 9 || local.hour() >= 20,
        _ => false,
    }
}

const ZONES: [Tz; 12] = [
    Tz::America__New_York,
    Tz::America__St_Johns,
    Tz::America__Santiago,
    Tz::Australia__Lord_Howe,
    Tz::Pacific__Chatham,
    Tz::Asia__Kathmandu,
    Tz::Africa__Cairo,
    Tz::Asia__Beirut,
    Tz::Europe__Dublin,
    Tz::Pacific__Kiritimati,
    Tz::America__Nuuk,
    Tz::America__Asuncion,
];

proptest! {
    #[test]
    fn what_is_told_is_open_and_nothing_before_it_is(
        zone in 0..ZONES.len(),
        at in 1_735_689_600_000_i64..1_861_920_000_000,
        is_sms in any::<bool>(),
    ) {
        let (tz, channel) = (ZONES[zone], if is_sms { Channel::Sms } else { Channel::Email });
        let open = next_open(&Rules::default(), channel, Some("ZZ"), profile(tz), Millis(at)).0;
        prop_assert!(!is_quiet(channel, tz, open));
        prop_assert!(open >= at);
        for minute in (at..open).step_by(60_000) {
            prop_assert!(is_quiet(channel, tz, minute), "open at {} already", Millis(minute).rfc3339());
        }
        let best = best_hour(
            &Rules::default(),
            &Contact { time_zone: Some(tz.name().to_owned()), ..Contact::default() },
            &Habits::default(),
            channel,
            Millis(at),
        );
        prop_assert!(best.0 >= open && !is_quiet(channel, tz, best.0));
    }
}
