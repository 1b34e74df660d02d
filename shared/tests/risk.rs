//! Risk from end to end: on CDNOW, on synthetic shops, and at the edges.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod data;

use std::collections::BTreeMap;

use data::{Draws, cdnow_log, day, order, orders_until};
use proptest::prelude::*;
use serde_json::json;
use shared::api::{Lifecycle, Thresholds, Tier};
use shared::clv::{History, MbgNbd};
use shared::money::{Currency, Home, Money, Rates};
use shared::risk::{FitInput, Group, Model, Prior, Score, fit, history_points, history_with, prior, score};
use shared::state::{EventFact, OrderFact, State, fold};
use shared::time::{Day, Millis};

fn rates() -> Rates {
    Rates::new(Currency::USD)
}

fn bought(days: &[i32]) -> State {
    fold(&days.iter().map(|d| order(Day(*d), 2_000)).collect::<Vec<_>>(), &[], &rates())
}

fn event(day: Day, name: &str, properties: serde_json::Value) -> EventFact {
    let serde_json::Value::Object(properties) = properties else { panic!("not an object") };
    EventFact { at: Millis(day.start().0 + 1_000), name: name.to_owned(), properties }
}

fn input(states: &[State], today: Day) -> FitInput {
    let mut counts: BTreeMap<(u32, u32, u32), u32> = BTreeMap::new();
    for state in states {
        let (Some(first), Some(last)) = (state.first_day(), state.last_day()) else { continue };
        let key = (state.buy_days() - 1, last.since(first) as u32, today.since(first) as u32);
        *counts.entry(key).or_default() += 1;
    }
    let group = |((repeats, recency, age), customers)| Group { repeats, recency, age, customers };
    FitInput {
        groups: counts.into_iter().map(group).collect(),
        sample: states.iter().cloned().map(Into::into).collect(),
        ..FitInput::default()
    }
}

/// A shop of MBG/NBD customers over two years, in purchase days.
fn shop(seed: u64, customers: i32) -> (Vec<State>, Day) {
    let mut draws = Draws::new(seed);
    let truth = MbgNbd::new(0.9, 5.0, 0.8, 3.0).expect("valid");
    let states = (0..customers).map(|i| {
        let first = i % 600;
        let age = f64::from(730 - first) / 7.0;
        let later = draws.purchases(&truth, age).into_iter().map(|weeks| first + (weeks * 7.0) as i32);
        let mut days: Vec<i32> = std::iter::once(first).chain(later).collect();
        days.dedup();
        bought(&days)
    });
    (states.collect(), Day(730))
}

fn auc(scored: &[(f64, bool)]) -> f64 {
    let (mut wins, mut pairs) = (0.0, 0.0);
    for (positive, _) in scored.iter().filter(|(_, label)| *label) {
        for (negative, _) in scored.iter().filter(|(_, label)| !*label) {
            wins += if positive > negative {
                1.0
            } else if positive == negative {
                0.5
            } else {
                0.0
            };
            pairs += 1.0;
        }
    }
    wins / pairs
}

#[test]
fn cdnow_in_july_1998_has_people_in_every_tier_and_a_model_of_its_own() {
    let Some(log) = cdnow_log() else { return };
    let today = day("1998-07-01");
    let states: Vec<State> = orders_until(&log, today).values().map(|orders| fold(orders, &[], &rates())).collect();
    let (model, card) = fit(&input(&states, today), Currency::USD, today);
    println!("{card:#?}\n{model:#?}");
    assert_eq!((card.basis.as_str(), card.customers), ("fitted", 2357));
    assert_eq!((card.from.as_deref(), card.to.as_deref()), (Some("1997-01-01"), Some("1998-06-30")));
    assert!(card.log_likelihood.is_some_and(|ll| ll < -10_000.0));

    let scores: Vec<Score> = states.iter().map(|state| score(state, &model, None, today)).collect();
    let mut tiers: BTreeMap<Tier, u32> = BTreeMap::new();
    scores.iter().for_each(|score| *tiers.entry(score.tier).or_default() += 1);
    println!("{tiers:?}");
    assert!(tiers.keys().filter(|tier| !matches!(tier, Tier::Lost | Tier::NotScored)).count() >= 3, "{tiers:?}");
    assert!(tiers[&Tier::Lost] > 1_000, "most of the cohort is long gone: {tiers:?}");
    for score in &scores {
        assert!(score.value.is_some() && score.deadline.is_some() && score.rhythm.is_some());
        assert_eq!(score.p_return.is_some(), score.tier == Tier::Lost);
        assert!(score.tier == Tier::Healthy || !score.triggers.is_empty(), "a risk without a reason: {score:?}");
    }
}

/// Reference: MBG/NBD's P(no order in 90 days) on those who had not bought for 90 days has AUC .714, the best known .730.
#[test]
fn who_comes_back_is_ranked_as_well_on_cdnow_as_by_the_reference() {
    let Some(log) = cdnow_log() else { return };
    let mut aucs = Vec::new();
    for cut_off in ["1997-12-31", "1998-01-31", "1998-02-28", "1998-03-31"].map(day) {
        let states: Vec<(u32, State)> =
            orders_until(&log, cut_off).iter().map(|(id, orders)| (*id, fold(orders, &[], &rates()))).collect();
        let only: Vec<State> = states.iter().map(|(_, state)| state.clone()).collect();
        let (model, _) = fit(&input(&only, cut_off), Currency::USD, cut_off);
        let later = orders_until(&log, cut_off.plus(90));
        let scored: Vec<(f64, bool)> = states
            .iter()
            .filter(|(_, state)| state.last_day().is_some_and(|last| cut_off.since(last) > 90))
            .map(|(id, state)| {
                let (first, last) = (state.first_day().expect("bought"), state.last_day().expect("bought"));
                let weeks = |days: i32| f64::from(days) / 7.0;
                let history =
                    History { x: state.buy_days() - 1, t_x: weeks(last.since(first)), age: weeks(cut_off.since(first)) };
                // Shown to people where they count as lost.
                let base = 1.0 - model.orders.p_no_order(&history, 90.0 / 7.0);
                let p_return = score(state, &model, None, cut_off).p_return.unwrap_or(base);
                (p_return, later[id].iter().any(|order| order.at.day() > cut_off))
            })
            .collect();
        assert!(scored.len() > 1_000, "{} lost of more than 90 days", scored.len());
        aucs.push(auc(&scored));
    }
    let mean = aucs.iter().sum::<f64>() / 4.0;
    println!("AUC of coming back: {mean:.4} {aucs:?}");
    assert!(mean > 0.714 - 0.02, "{mean}");
}

/// Predicted against what happened on days that the fit had not seen.
#[test]
fn predicted_churn_happens_about_as_often_as_said() {
    let (states, today) = shop(5, 2_500);
    let cut_off = today.plus(-90);
    let known: Vec<State> = states
        .iter()
        .map(|state| bought(&state.days.until(cut_off).iter().map(|day| day.0).collect::<Vec<_>>()))
        .filter(|state| state.buy_days() > 0)
        .collect();
    let (model, _) = fit(&input(&known, cut_off), Currency::USD, cut_off);
    let (mut said, mut happened, mut n) = ([0.0; 3], [0.0; 3], 0.0);
    for state in &states {
        let now = score(state, &model, None, cut_off);
        if matches!(now.tier, Tier::Lost | Tier::NotScored) {
            continue;
        }
        n += 1.0;
        for (place, (p, horizon)) in [(now.risk.p30, 30), (now.risk.p60, 60), (now.risk.p90, 90)].into_iter().enumerate() {
            said[place] += p;
            let lost = (1..=horizon).any(|days| score(state, &model, None, cut_off.plus(days)).tier == Tier::Lost);
            happened[place] += f64::from(u8::from(lost));
        }
        if n >= 500.0 {
            break;
        }
    }
    println!("said {said:?} happened {happened:?} of {n}");
    for (said, happened) in said.iter().zip(happened) {
        assert!((said - happened).abs() / n < 0.04, "said {said}, happened {happened}, of {n}");
    }
}

#[test]
fn few_repeat_buyers_get_priors_and_are_told_so() {
    let states: Vec<State> = (0..50).map(|i| bought(&[i, i + 20])).collect();
    let (model, card) = fit(&input(&states, Day(100)), Currency::USD, Day(100));
    assert_eq!(card.basis, "prior");
    assert!(card.text.contains("50 of 50 customers have bought again, 200 are needed"), "{}", card.text);
    assert_eq!(model.thresholds_basis, "default");
    assert_eq!(model.orders, prior(Currency::USD, Prior::default()).0.orders);
}

#[test]
fn a_model_reads_back_from_json_and_scores_the_same() {
    let (states, today) = shop(9, 800);
    let (model, card) = fit(&input(&states, today), Currency::USD, today);
    assert_eq!(card.basis, "fitted", "{}", card.text);
    let text = serde_json::to_string(&model).expect("json");
    let read: Model = serde_json::from_str(&text).expect("reads back");
    for state in states.iter().take(200) {
        let packed = serde_json::to_string(state).expect("json");
        let state_read: State = serde_json::from_str(&packed).expect("reads back");
        assert_eq!(&state_read, state);
        let (one, other) = (score(state, &model, None, today), score(&state_read, &read, None, today));
        assert_eq!((one.tier, one.deadline, one.rescore), (other.tier, other.deadline, other.rescore));
        let row = serde_json::to_string(&other).expect("json");
        assert_eq!(serde_json::from_str::<Score>(&row).expect("reads back"), other);
    }
}

/// T2, small: whatever happens after the cut-off, deleted, doubled or shuffled, changes nothing before it.
#[test]
fn rows_after_the_cut_off_change_nothing() {
    let (mut states, today) = shop(21, 1_000);
    // A Sunday, because spend is known by whole weeks.
    let cut_off = Day((today.plus(-60).week()) * 7 + 3);
    assert_eq!(cut_off.week() + 1, cut_off.plus(1).week());
    let contract = |start: i32, n: i32| -> Vec<EventFact> {
        (0..n).map(|k| event(Day(start + 30 * k), "Subscription Renewed", json!({"term_days": 30, "amount": "20"}))).collect()
    };
    states.extend((0..300).map(|i| fold(&[], &contract(i, 1 + i % 20), &rates())));
    let before = |state: &State| {
        let days: Vec<OrderFact> = state.days.until(cut_off).iter().map(|day| order(*day, 2_000)).collect();
        let terms = state.contract.iter().flat_map(|contract| &contract.terms).filter(|term| term.start <= cut_off);
        let events: Vec<EventFact> =
            terms.map(|term| event(term.start, "Subscription Renewed", json!({"term_days": 30, "amount": "20"}))).collect();
        fold(&days, &events, &rates())
    };
    let cut: Vec<State> = states.iter().map(before).collect();
    // The groups are counted by whoever asks for the fit, up to the day of the fit.
    let groups = input(&cut, cut_off).groups;
    let whole = fit(
        &FitInput { groups: groups.clone(), sample: states.iter().cloned().map(Into::into).collect(), ..FitInput::default() },
        Currency::USD,
        cut_off,
    );
    let deleted = fit(
        &FitInput { groups, sample: cut.iter().cloned().map(Into::into).collect(), ..FitInput::default() },
        Currency::USD,
        cut_off,
    );
    assert_eq!(whole, deleted);
    for (state, cut) in states.iter().zip(&cut) {
        let (mut one, other) = (score(state, &whole.0, None, cut_off), score(cut, &whole.0, None, cut_off));
        // A row dated ahead may only bring the next look forward.
        assert!(one.rescore <= other.rescore || other.rescore.is_none());
        one.rescore = other.rescore;
        assert_eq!(one, other);
    }
}

#[test]
fn edges_have_defined_answers() {
    let (model, _) = prior(Currency::USD, Prior::default());
    let today = Day(20_000);

    let nothing = score(&State::default(), &model, None, today);
    assert_eq!((nothing.tier, nothing.lifecycle, nothing.rescore), (Tier::NotScored, Lifecycle::New, None));

    let new = score(&bought(&[20_000]), &model, None, today);
    assert_eq!((new.tier, new.lifecycle), (Tier::Healthy, Lifecycle::New));
    assert!(new.rhythm.as_deref().is_some_and(|words| words.starts_with("One order so far")), "{new:?}");

    let twice_today = score(&bought(&[20_000, 20_000]), &model, None, today);
    assert_eq!(twice_today.deadline, new.deadline, "two orders of a day are one purchase");

    let ahead = score(&bought(&[20_100]), &model, None, today);
    assert_eq!((ahead.tier, ahead.rescore), (Tier::NotScored, Some(Day(20_100))));

    let daily: Vec<i32> = (18_001..=20_000).collect();
    let daily = score(&bought(&daily), &model, None, today);
    assert!(daily.tier != Tier::Lost && daily.deadline.is_some_and(|deadline| deadline.since(today) < 10), "{daily:?}");

    let long_gone = score(&bought(&[100]), &model, None, today);
    assert_eq!((long_gone.tier, long_gone.lifecycle), (Tier::Lost, Lifecycle::Lost));
    assert!(long_gone.p_return.is_some_and(|p| (0.0..0.05).contains(&p)));
}

#[test]
fn orders_without_a_rate_stay_apart_and_without_any_rate_the_value_is_unknown() {
    let (model, _) = prior(Currency::USD, Prior::default());
    let eur = Currency::parse("EUR").expect("code");
    let in_euro = OrderFact { amount: Money::new(1_000, eur), ..order(Day(100), 0) };
    let only_euro = fold(std::slice::from_ref(&in_euro), &[], &rates());
    assert_eq!((only_euro.orders(), only_euro.orders_apart(), only_euro.home_spend()), (1, 1, None));
    assert_eq!(score(&only_euro, &model, None, Day(101)).value, None);
    let both = fold(&[in_euro, order(Day(120), 3_000)], &[], &rates());
    assert_eq!((both.orders_apart(), both.home_spend()), (1, Some(Home(3_000))));
    assert!(score(&both, &model, None, Day(121)).value.is_some());
}

/// Without anything learned, since what was learned has everybody looked at each week.
#[test]
fn the_next_look_is_on_the_first_day_that_anything_shown_changes() {
    let (states, today) = shop(33, 800);
    let (mut model, _) = fit(&input(&states, today), Currency::USD, today);
    (model.leaving, model.returning) = (None, None);
    let shown = |score: &Score| {
        let per_cents = [score.risk.p30, score.risk.p60, score.risk.p90].map(shared::risk::shown_per_cent);
        (score.tier, per_cents, score.p_return.map(shared::risk::shown_per_cent))
    };
    let mut later = 0;
    for state in states.iter().take(400) {
        let now = score(state, &model, None, today);
        let first =
            (1..200).map(|days| today.plus(days)).find(|day| shown(&score(state, &model, Some(&now), *day)) != shown(&now));
        if let Some(first) = first {
            assert_eq!(now.rescore, Some(first), "{now:?}");
            later += i32::from(first.since(today) > 1);
        }
    }
    assert!(later > 20, "{later} wait for more than a day");
}

#[test]
fn whoever_can_be_lost_soon_is_looked_at_each_week_where_something_was_learned() {
    let (states, today) = shop(33, 800);
    let (model, _) = fit(&input(&states, today), Currency::USD, today);
    assert!(model.leaving.is_some() && model.returning.is_some());
    let (mut soon, mut lost) = (0, 0);
    for state in states.iter().take(400) {
        let now = score(state, &model, None, today);
        let days = now.rescore.map(|day| day.since(today));
        if now.tier == Tier::Lost {
            assert!(days.is_some_and(|days| (1..=28).contains(&days)), "{now:?}");
            lost += 1;
        } else if now.risk.p90 > 0.0 {
            assert!(days.is_some_and(|days| (1..=7).contains(&days)), "{now:?}");
            soon += 1;
        }
    }
    assert!(soon > 20 && lost > 20, "{soon} {lost}");
}

#[test]
fn risk_over_time_is_worked_out_once_and_then_kept() {
    let (model, _) = prior(Currency::USD, Prior::default());
    let state = bought(&[0, 20, 45, 60]);
    let today = Day(100);
    let now = score(&state, &model, None, today);
    let packed = history_with("", &state, &model, &now, today);
    let points = history_points(&packed);
    assert_eq!(points.len() as i32, today.week() - Day(0).week() + 1);
    assert!(points.iter().rev().skip(1).all(|point| point.reconstructed) && !points.last().expect("one").reconstructed);
    // A past point knows only the orders of its time.
    let first = &points[0];
    let then = score(&bought(&[0]), &model, None, Day(3));
    assert!((first.risk.p90 - then.risk.p90).abs() < 1e-3 && first.week == "1969-12-29", "{first:?}");

    let same_week = history_with(&packed, &state, &model, &now, today.plus(1));
    assert_eq!(history_points(&same_week).len(), points.len());
    let later = history_points(&history_with(&packed, &state, &model, &now, today.plus(21)));
    assert_eq!(later.len(), points.len() + 3, "the weeks between hold the last figure");
    let much_later = history_with(&packed, &state, &model, &now, today.plus(9_999));
    assert_eq!(history_points(&much_later).len(), 53);
    assert!(much_later.len() < 400, "{}", much_later.len());
    assert_eq!(history_with(&packed, &state, &model, &now, Day(-900)), packed, "the clock went back");
    for damaged in ["", "2 0 hAAAAAA", "1 x hAAAAAA", "1 0 hAAAAA", "1 0 z", "1 0 h//////"] {
        assert!(history_points(damaged).is_empty(), "{damaged}");
    }
}

#[test]
fn subscriptions_are_lost_with_the_paid_term_and_worth_what_will_be_renewed() {
    let (model, _) = prior(Currency::USD, Prior::default());
    let paid = |start: i32| event(Day(start), "Subscription Renewed", json!({"term_days": 30, "price": "10", "seats": 5}));
    let state = fold(&[], &[paid(0), paid(30), paid(60)], &rates());
    let now = score(&state, &model, None, Day(70));
    assert_eq!((now.tier, now.deadline), (Tier::Healthy, Some(Day(91))));
    assert!(now.risk.p30 > 0.0 && now.risk.p30 < now.risk.p60 && now.risk.p60 < now.risk.p90);
    let value = now.value.expect("priced").0;
    assert!((30_000..60_000).contains(&value), "up to 12 renewals of $50: {value}");
    assert_eq!(score(&state, &model, None, Day(90)).tier, Tier::Healthy);
    assert_eq!(score(&state, &model, None, Day(91)).tier, Tier::Lost);

    let cancelled = fold(&[], &[paid(0), paid(30), paid(60), event(Day(65), "Subscription Cancelled", json!({}))], &rates());
    let asked = score(&cancelled, &model, None, Day(70));
    assert_eq!((asked.tier, asked.triggers[0].code.as_str()), (Tier::Immediate, "cancellation"));
    assert_eq!(asked.triggers[0].text, "Asked to cancel on 7 March 1970, paid until 1 April 1970");

    let unknown = fold(&[], &[event(Day(0), "Subscription Started", json!({"plan": "team"}))], &rates());
    let unknown = score(&unknown, &model, None, Day(70));
    assert_eq!((unknown.tier, unknown.rhythm.as_deref()), (Tier::NotScored, Some("The end of the paid term is not known")));
}

#[test]
fn triggers_say_what_was_measured_against_what_and_silence_of_a_feed_is_no_decline() {
    let (mut model, _) = prior(Currency::USD, Prior::default());
    let start = 20_000 - 20_000 % 7 + 4; // a Monday
    let mut events = vec![event(Day(start), "Subscription Started", json!({"term_days": 366, "amount": "1200", "seats": 25}))];
    for week in 0..12 {
        events.extend((0..10).map(|k| event(Day(start + 7 * week + k % 5), "Report Exported", json!({}))));
    }
    events.push(event(Day(start + 100), "Subscription Updated", json!({"seats": "14"})));
    events.push(event(Day(start + 105), "Payment Failed", json!({})));
    events.push(event(Day(start + 106), "Ticket Opened", json!({"id": "7", "tone": "negative"})));
    events.push(event(Day(start + 107), "NPS Answered", json!({"score": 4})));
    let state = fold(&[], &events, &rates());
    let today = Day(start + 7 * 16 + 1);
    let texts = |model: &Model| -> Vec<(String, String)> {
        score(&state, model, None, today).triggers.into_iter().map(|t| (t.code, t.text)).collect()
    };
    let codes = |texts: &[(String, String)]| texts.iter().map(|(code, _)| code.clone()).collect::<Vec<_>>();
    let silent_feed = texts(&model);
    assert_eq!(codes(&silent_feed), ["payment_failed", "ticket", "seats", "nps"], "{silent_feed:#?}");
    model.feeds.usage = Some(today.week() - 1);
    let alive_feed = texts(&model);
    let usage = alive_feed.iter().find(|(code, _)| code == "usage").expect("others still use it");
    assert!(usage.1.starts_with("Usage down 100 % since") && usage.1.ends_with("0 a week, 10 before"), "{}", usage.1);
    assert!(alive_feed.iter().any(|(_, text)| text.starts_with("Seats down from 25 to 14 since")), "{alive_feed:#?}");

    let calm = fold(&[], &events[..1], &rates());
    assert!(score(&calm, &model, None, today).triggers.is_empty(), "unknown is not declining");
}

#[test]
fn thresholds_can_be_chosen_only_with_enough_past() {
    let (states, today) = shop(2, 2_000);
    let (model, _) = fit(&input(&states, today), Currency::USD, today);
    let Thresholds { immediate, moderate, early } = model.thresholds;
    println!("{:?} {}", model.thresholds, model.thresholds_text);
    assert_eq!(model.thresholds_basis, "chosen");
    assert!([immediate, moderate, early].iter().all(|t| (0.3..=0.9).contains(t)));
    assert!(model.thresholds_text.contains("at least 60 % of those flagged"), "{}", model.thresholds_text);
}

fn purchase_days() -> impl Strategy<Value = Vec<i32>> {
    prop::collection::vec(0..1_500_i32, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn risks_are_probabilities_that_never_fall_with_the_horizon(days in purchase_days(), ahead in 0..400_i32) {
        let (model, _) = prior(Currency::USD, Prior::default());
        let today = Day(days.iter().max().copied().unwrap_or(0) + ahead);
        let now = score(&bought(&days), &model, None, today);
        let risks = [now.risk.p30, now.risk.p60, now.risk.p90];
        prop_assert!(risks.iter().all(|p| (0.0..=1.0).contains(p)), "{now:?}");
        prop_assert!(risks.is_sorted(), "{now:?}");
        prop_assert!(now.p_alive.is_none_or(|p| (0.0..=1.0).contains(&p)));
        prop_assert!(now.p_return.is_none_or(|p| (0.0..=1.0).contains(&p)));
        prop_assert!(now.expected_orders.is_none_or(|n| n.is_finite() && n >= 0.0));
        prop_assert!(now.rescore.is_none_or(|day| day > today));
        prop_assert_eq!(now.tier == Tier::Lost, now.deadline.is_some_and(|deadline| deadline <= today));
        prop_assert_eq!(now.tier == Tier::NotScored, days.is_empty());
    }

    #[test]
    fn any_history_packs_and_reads_back(days in purchase_days(), weeks in 0..80_i32) {
        let (model, _) = prior(Currency::USD, Prior::default());
        let state = bought(&days);
        let today = Day(1_500 + 7 * weeks);
        let now = score(&state, &model, None, today);
        let packed = history_with("", &state, &model, &now, today);
        let points = history_points(&packed);
        prop_assert!(!points.is_empty() && points.len() <= 53);
        prop_assert_eq!(points.last().map(|point| point.tier), Some(now.tier));
        prop_assert!(points.iter().is_sorted_by(|a, b| a.week < b.week));
    }
}
