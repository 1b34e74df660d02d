//! What a shop's own past teaches: that it is learned, explained to the last digit, checked on days it had not seen, and compared.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod data;

use std::sync::LazyLock;

use data::{Draws, order};
use serde_json::json;
use shared::api::{ModelCard, SetAsideReason, Tier};
use shared::clv::MbgNbd;
use shared::money::{Currency, Rates};
use shared::risk::{Aside, FitInput, Group, Model, Sampled, compare, explain, fit, peers, score};
use shared::state::{EventFact, State, fold};
use shared::time::Day;

const TODAY: Day = Day(720);

struct Shop {
    input: FitInput,
    model: Model,
    card: ModelCard,
}

/// Two years of a shop that some leave for good after an unhappy ticket; one in five customers is held back.
static SHOP: LazyLock<Shop> = LazyLock::new(|| {
    let mut draws = Draws::new(7);
    let truth = MbgNbd::new(2.0, 10.0, 0.5, 6.0).expect("valid");
    let sample: Vec<Sampled> = (0..2_000)
        .map(|i| {
            let first = (i * 7) % 500;
            let later = draws.purchases(&truth, f64::from(720 - first) / 7.0);
            let mut days: Vec<i32> =
                std::iter::once(first).chain(later.into_iter().map(|weeks| first + (weeks * 7.0) as i32)).collect();
            let mut events = Vec::new();
            // Every third customer once has a ticket; half of these are unhappy, and gone.
            if i % 3 == 0 {
                let at = first + 60 + (i * 13) % 500;
                let unhappy = i % 2 == 0;
                events.push(ticket(at, i, if unhappy { -0.9 } else { 0.4 }));
                if unhappy {
                    days.retain(|day| *day <= at + 4);
                }
            }
            let orders: Vec<_> =
                days.iter().filter(|day| **day <= TODAY.0).map(|day| order(Day(*day), 2_000 + i64::from(i % 9) * 500)).collect();
            let events: Vec<EventFact> = events.into_iter().filter(|event| event.at.day() <= TODAY).collect();
            let state = fold(&orders, &events, &Rates::new(Currency::USD));
            Sampled { held_back: i % 5 == 4, ..Sampled::from(state) }
        })
        .collect();
    let input = FitInput { groups: groups(&sample), sample, ..FitInput::default() };
    let (model, card) = fit(&input, Currency::USD, TODAY);
    Shop { input, model, card }
});

fn ticket(day: i32, id: i32, tone: f64) -> EventFact {
    let serde_json::Value::Object(properties) = json!({"id": id, "tone": tone}) else { unreachable!() };
    EventFact { at: Day(day).start(), name: "Ticket Opened".to_owned(), properties }
}

fn groups(sample: &[Sampled]) -> Vec<Group> {
    sample
        .iter()
        .map(|customer| {
            let (first, last) = (customer.state.first_day().expect("bought"), customer.state.last_day().expect("bought"));
            let days = |until: Day| u32::try_from(until.since(first)).expect("later");
            Group { repeats: customer.state.buy_days() - 1, recency: days(last), age: days(TODAY), customers: 1 }
        })
        .collect()
}

/// Somebody who ordered every month until lately, with or without an unhappy ticket.
fn monthly(tone: Option<f64>) -> State {
    let orders: Vec<_> = (0..14).map(|month| order(Day(300 + 30 * month), 3_000)).collect();
    let events: Vec<EventFact> = tone.map(|tone| ticket(TODAY.0 - 12, 1, tone)).into_iter().collect();
    fold(&orders, &events, &Rates::new(Currency::USD))
}

#[test]
fn an_unhappy_ticket_raises_the_risk_where_the_past_says_so() {
    let Shop { model, .. } = &*SHOP;
    let [plain, unhappy] = [None, Some(-0.9)].map(|tone| score(&monthly(tone), model, None, TODAY));
    assert!(unhappy.risk.p90 > plain.risk.p90 + 0.1, "{:?} {:?}", plain.risk, unhappy.risk);
    let trigger = unhappy.triggers.iter().find(|trigger| trigger.code == "ticket").expect("a trigger");
    assert!(trigger.effect.is_some_and(|effect| effect > 0.3), "{trigger:?}");
}

#[test]
fn intervals_hold_their_risk_and_grow_with_the_horizon() {
    let Shop { input, model, .. } = &*SHOP;
    let (mut at_risk, mut lost) = (0, 0);
    for customer in input.sample.iter().take(600) {
        let score = score(&customer.state, model, None, TODAY);
        if score.tier == Tier::Lost {
            let (low, high) = score.return_interval.expect("an interval");
            assert!(score.interval.is_none() && score.p_return.is_some_and(|p| low <= p && p <= high), "{score:?}");
            lost += 1;
            continue;
        }
        let (risk, interval) = (score.risk, score.interval.expect("an interval"));
        for (low, p, high) in [
            (interval.low.p30, risk.p30, interval.high.p30),
            (interval.low.p60, risk.p60, interval.high.p60),
            (interval.low.p90, risk.p90, interval.high.p90),
        ] {
            assert!(low <= p && p <= high && high <= 1.0, "{score:?}");
        }
        assert!(risk.p30 <= risk.p60 && risk.p60 <= risk.p90, "{score:?}");
        at_risk += i32::from(risk.p90 > 0.0 && interval.low.p90 < interval.high.p90);
    }
    assert!(at_risk > 50 && lost > 50, "{at_risk} {lost}");
}

#[test]
fn the_parts_of_an_explanation_add_up_to_the_logit_and_it_to_the_shown_figure() {
    let Shop { input, model, .. } = &*SHOP;
    let (mut churn, mut returns) = (0, 0);
    for customer in input.sample.iter().take(400) {
        let score = score(&customer.state, model, None, TODAY);
        let Some(explanation) = explain(&customer.state, model, TODAY) else {
            assert!(score.risk.p90 == 0.0, "nothing to explain only where nothing can happen: {score:?}");
            continue;
        };
        let sum: f64 = explanation.base + explanation.parts.iter().map(|part| part.effect).sum::<f64>();
        assert!((sum - explanation.logit).abs() < 1e-9, "{explanation:?}");
        let shown = if score.tier == Tier::Lost { score.p_return.expect("of the lost") } else { score.risk.p90 };
        assert!((explanation.probability - shown).abs() < 2e-6, "{explanation:?} {score:?}");
        assert!(explanation.parts.len() <= 9 && explanation.parts.iter().all(|part| !part.text.is_empty()));
        if explanation.of == "churn" { churn += 1 } else { returns += 1 }
    }
    assert!(churn > 50 && returns > 50, "{churn} {returns}");
}

#[test]
fn the_card_says_how_right_it_was_and_what_the_rule_would_have_found() {
    let Shop { card, .. } = &*SHOP;
    let validation = card.validation.as_ref().expect("enough past");
    assert_eq!(validation.tried.len(), 4);
    let auc =
        |name: &str| validation.tried.iter().find(|tried| tried.learner == name).and_then(|tried| tried.auc).expect("judged");
    assert!(auc("logistic").max(auc("boosted")) > auc("history") + 0.01, "{:?}", validation.tried);
    assert_ne!(validation.learner, "history");
    assert_eq!(validation.calibration.len(), 10);
    assert!(validation.calibration.iter().all(|bin| bin.low <= bin.observed && bin.observed <= bin.high));
    assert!(validation.importance.iter().any(|importance| importance.code == "ticket"), "{:?}", validation.importance);
    let backtest = card.backtest.as_ref().expect("enough past");
    assert!(
        backtest.flagged_left <= backtest.flagged
            && backtest.flagged_left <= backtest.left
            && backtest.left <= backtest.customers
    );
    let share = |part: u32, of: u32| f64::from(part) / f64::from(of);
    let (ours, rule) = (share(backtest.flagged_left, backtest.flagged), share(backtest.rule_left, backtest.rule_flagged));
    assert!(ours > 0.5 && rule < ours && backtest.days_earlier.is_some_and(|days| days >= 0), "{backtest:?}");
    assert!(backtest.text.contains("of 100 people flagged"), "{}", backtest.text);
}

#[test]
fn rows_after_the_day_of_the_fit_change_nothing_that_was_learned() {
    let Shop { input, .. } = &*SHOP;
    let cut_off = Day(600);
    // The same customers without what came later: purchase days decide here, so one amount stands for all.
    let flat = |until: Day| -> FitInput {
        let sample: Vec<Sampled> = input
            .sample
            .iter()
            .filter(|customer| customer.state.first_day().is_some_and(|first| first <= cut_off))
            .map(|customer| {
                let orders: Vec<_> = customer.state.days.until(until).iter().map(|day| order(*day, 2_000)).collect();
                Sampled { held_back: customer.held_back, ..Sampled::from(fold(&orders, &[], &Rates::new(Currency::USD))) }
            })
            .collect();
        FitInput { groups: Vec::new(), sample, ..FitInput::default() }
    };
    let (later, deleted) = (fit(&flat(TODAY), Currency::USD, cut_off), fit(&flat(cut_off), Currency::USD, cut_off));
    assert_eq!(later.0.leaving, deleted.0.leaving);
    assert_eq!(later.0.returning, deleted.0.returning);
    assert_eq!((later.0.thresholds, later.1.backtest), (deleted.0.thresholds, deleted.1.backtest));
    assert!(deleted.0.leaving.is_some());
}

#[test]
fn a_silence_that_a_person_excused_teaches_no_loss() {
    let Shop { input, model, .. } = &*SHOP;
    let mut excused = input.clone();
    for customer in &mut excused.sample {
        customer.asides = vec![Aside { reason: SetAsideReason::Wrong, from: Day(0), until: TODAY }];
    }
    let (without, _) = fit(&excused, Currency::USD, TODAY);
    assert!(model.leaving.is_some() && without.leaving.is_none(), "nobody is lost where every silence is excused");
}

#[test]
fn a_model_is_not_worse_than_itself_and_one_that_errs_is_refused() {
    let Shop { input, model, .. } = &*SHOP;
    let held_back: Vec<Sampled> = input.sample.iter().filter(|customer| customer.held_back).cloned().collect();
    let same = compare(model, model, &held_back, TODAY);
    assert!(same.accepted && same.difference == 0.0 && same.customers > 100, "{same:?}");
    // Somebody else's rhythm: everybody is lost soon.
    let mut worse = model.clone();
    worse.leaving = None;
    worse.orders = shared::clv::OrderModel::MbgNbd(MbgNbd::new(0.2, 60.0, 2.0, 0.5).expect("valid"));
    let refused = compare(model, &worse, &held_back, TODAY);
    assert!(!refused.accepted && refused.low > 0.0, "{refused:?}");
}

#[test]
fn peers_are_healthy_customers_of_the_same_worth_and_tenure() {
    let Shop { model, .. } = &*SHOP;
    let state = monthly(None);
    let value = score(&state, model, None, TODAY).value;
    let peers = peers(&state, value, model, TODAY).expect("enough of them");
    assert!(peers.customers >= 30 && peers.group.contains("third by expected value"), "{peers:?}");
    let orders = peers.figures.iter().find(|figure| figure.code == "orders_13").expect("known of all");
    assert_eq!((orders.name.as_str(), orders.theirs.as_str()), ("Orders in 13 weeks", "3"));
}

#[test]
fn a_model_reads_back_from_json_to_the_same_scores() {
    let Shop { input, model, .. } = &*SHOP;
    let text = serde_json::to_string(model).expect("json");
    assert!(text.len() < 400_000, "{} bytes", text.len());
    let read: Model = serde_json::from_str(&text).expect("reads");
    for customer in input.sample.iter().take(100) {
        assert_eq!(score(&customer.state, &read, None, TODAY), score(&customer.state, model, None, TODAY));
    }
}
