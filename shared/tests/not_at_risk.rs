//! Silences that are no sign of leaving: of those who buy by the season, of those who pause, and where a person says so.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod data;

use data::{day, order};
use serde_json::{Value, json};
use shared::api::{Lifecycle, SetAsideReason, Tier};
use shared::money::{Currency, Rates};
use shared::risk::{Aside, Model, Prior, Score, prior, score, set_aside};
use shared::state::{EventFact, State, fold};

fn model() -> Model {
    prior(Currency::USD, Prior::default()).0
}

fn bought(dates: &[&str]) -> State {
    let orders: Vec<_> = dates.iter().map(|date| order(day(date), 2_000)).collect();
    fold(&orders, &[], &Rates::new(Currency::USD))
}

fn on(state: &State, date: &str) -> Score {
    score(state, &model(), None, day(date))
}

fn subscribed(events: &[(&str, &str, Value)]) -> State {
    let facts = events.iter().map(|(date, name, properties)| {
        let Value::Object(properties) = properties.clone() else { panic!("not an object") };
        EventFact { at: day(date).start(), name: (*name).to_owned(), properties }
    });
    fold(&[], &facts.collect::<Vec<_>>(), &Rates::new(Currency::USD))
}

#[test]
fn who_buys_gifts_is_lost_only_by_a_season_without_one() {
    let gifts = bought(&["2022-12-10", "2023-12-02", "2023-12-15", "2024-12-08"]);
    let summer = on(&gifts, "2025-07-01");
    assert_eq!((summer.tier, summer.risk.p90), (Tier::Healthy, 0.0));
    assert_eq!(summer.deadline.map(|day| day.iso()).as_deref(), Some("2026-01-07"));
    assert_eq!(
        summer.rhythm.as_deref(),
        Some(
            "Buys for the gifts at the end of the year: expected between 1 November 2025 and 6 January 2026, and lost after that"
        )
    );
    let (early, late) = (on(&gifts, "2025-11-05"), on(&gifts, "2025-12-28"));
    assert!(early.risk.p90 < 0.35 && late.risk.p30 > 0.5, "{early:?} {late:?}");
    assert_eq!(on(&gifts, "2026-01-07").tier, Tier::Lost);
    // The same purchases without a season.
    let scattered = bought(&["2022-12-10", "2023-08-02", "2023-12-15", "2024-12-08"]);
    assert_ne!(on(&scattered, "2025-07-01").deadline, summer.deadline);
}

#[test]
fn a_season_ahead_is_looked_at_again_when_its_risk_begins_to_show() {
    let score = on(&bought(&["2022-12-10", "2023-12-02", "2024-12-08"]), "2025-07-01");
    let again = score.rescore.expect("a day");
    assert!(again > day("2025-09-01") && again <= day("2025-10-10"), "{}", again.iso());
}

#[test]
fn a_paused_subscription_is_due_only_after_its_pause() {
    let paid = ("2025-01-01", "Subscription Renewed", json!({"term_days": 30}));
    let pause = ("2025-01-20", "Subscription Paused", json!({"until": "2025-04-30"}));
    let paused = subscribed(&[paid.clone(), pause.clone()]);
    assert_eq!(on(&subscribed(std::slice::from_ref(&paid)), "2025-03-01").tier, Tier::Lost);
    let during = on(&paused, "2025-03-01");
    assert_eq!(during.deadline.map(|day| day.iso()).as_deref(), Some("2025-05-01"));
    assert_eq!(
        (during.risk.p30, during.rhythm.as_deref()),
        (0.0, Some("Paused until 30 April 2025; lost if not renewed after that"))
    );
    assert_eq!(on(&paused, "2025-05-01").tier, Tier::Lost);
    // Before it was said, nothing of it was known.
    assert_eq!(on(&paused, "2025-01-19").deadline.map(|day| day.iso()).as_deref(), Some("2025-02-01"));
    let resumed = subscribed(&[paid, pause, ("2025-02-10", "Subscription Resumed", json!({}))]);
    assert_eq!(on(&resumed, "2025-02-20").tier, Tier::Lost);
}

#[test]
fn who_is_set_aside_is_out_of_the_tiers_until_the_day_after() {
    let state = bought(&["2025-01-01", "2025-01-11", "2025-01-21", "2025-01-31"]);
    let today = day("2025-03-01");
    let aside = |from: &str, until: &str| Aside { reason: SetAsideReason::OnLeave, from: day(from), until: day(until) };
    let score = on(&state, "2025-03-01");
    assert!(matches!(score.tier, Tier::Immediate | Tier::Lost), "{score:?}");
    let hidden = set_aside(score.clone(), &[aside("2025-02-20", "2025-03-10")], today);
    assert_eq!((hidden.tier, hidden.lifecycle, hidden.risk), (Tier::SetAside, Lifecycle::Active, score.risk));
    assert!(hidden.rescore <= Some(day("2025-03-11")));
    for other in [aside("2025-01-01", "2025-02-28"), aside("2025-03-02", "2025-03-10")] {
        assert_eq!(set_aside(score.clone(), &[other], today), score);
    }
    let nobody = on(&State::default(), "2025-03-01");
    assert_eq!(set_aside(nobody.clone(), &[aside("2025-02-20", "2025-03-10")], today), nobody);
}
