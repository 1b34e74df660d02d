//! What people see of orders to come: which model says it, how sure it is, and what somebody is worth who is won back.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod data;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use data::{cdnow_log, day, order, orders_until};
use serde_json::{Value, json};
use shared::api::{ModelCard, Tier};
use shared::clv::{Kind, OrderModel};
use shared::money::{Currency, Rates};
use shared::random::Random;
use shared::risk::{FitInput, Group, Model, Score, fit, score};
use shared::state::{EventFact, OrderFact, State, fold};
use shared::time::{Day, Millis};

const TODAY: Day = Day(730);

fn input(states: &[State], today: Day) -> FitInput {
    let mut counts: BTreeMap<(u32, u32, u32), u32> = BTreeMap::new();
    for state in states {
        let (first, last) = (state.first_day().expect("bought"), state.last_day().expect("bought"));
        *counts.entry((state.buy_days() - 1, last.since(first) as u32, today.since(first) as u32)).or_default() += 1;
    }
    let group = |((repeats, recency, age), customers)| Group { repeats, recency, age, customers };
    FitInput {
        groups: counts.into_iter().map(group).collect(),
        sample: states.iter().cloned().map(Into::into).collect(),
        ..FitInput::default()
    }
}

/// People who order at a rate of their own and leave at any time, each spending around a mean of their own: their purchases by
/// `until`, and how many purchase days each has in the year after it.
fn shop(seed: u64, customers: i32, until: Day) -> Vec<(State, u32)> {
    let mut random = Random::new(seed);
    let exponential = |random: &mut Random, rate: f64| -(1.0 - random.unit()).ln() / rate;
    let one = |place: i32| {
        let first = place % 600;
        let (rate, leaves) = (random.gamma(0.9) / 5.0, random.gamma(1.2) / 30.0);
        let mean = 2_000.0 + 8_000.0 * random.unit();
        let left_after = exponential(&mut random, leaves);
        let (mut days, mut at) = (vec![Day(first)], 0.0);
        loop {
            at += exponential(&mut random, rate);
            let day = Day(first + (at * 7.0) as i32);
            if at > left_after || day > until.plus(365) {
                break;
            }
            if days.last() != Some(&day) {
                days.push(day);
            }
        }
        let (before, after) = days.split_at(days.partition_point(|day| *day <= until));
        let orders: Vec<OrderFact> = before.iter().map(|day| order(*day, (mean * (0.6 + 0.8 * random.unit())) as i64)).collect();
        (fold(&orders, &[], &Rates::new(Currency::USD)), after.len() as u32)
    };
    (0..customers).map(one).collect()
}

/// Customers with their purchase days after `TODAY`, and what was fitted on the days before.
type Shop = (Vec<(State, u32)>, Model, ModelCard);

static SHOP: LazyLock<Shop> = LazyLock::new(|| {
    let shop = shop(3, 1_600, TODAY);
    let states: Vec<State> = shop.iter().map(|(state, _)| state.clone()).collect();
    let (model, card) = fit(&input(&states, TODAY), Currency::USD, TODAY);
    (shop, model, card)
});

fn scores() -> impl Iterator<Item = (&'static State, u32, Score)> {
    let (shop, model, _) = &*SHOP;
    shop.iter().map(|(state, later)| (state, *later, score(state, model, None, TODAY)))
}

#[test]
fn the_card_names_the_chosen_model_and_the_figures_that_chose_it() {
    let (_, model, card) = &*SHOP;
    let choice = card.forecast.as_ref().expect("chosen");
    println!("{choice:#?}");
    let seen = &model.forecast.as_ref().expect("fitted").model;
    assert_eq!(choice.model, seen.name());
    assert!(matches!(seen.kind(), Kind::MbgNbd | Kind::ParetoNbd), "{}", choice.text);
    assert_eq!((choice.cut_off.as_deref(), choice.days, choice.has_errors), (Some(TODAY.plus(-90).iso().as_str()), 90, true));
    let of = |name: &str| choice.tried.iter().find(|tried| tried.model == name).unwrap_or_else(|| panic!("{name} in {choice:?}"));
    let (chosen, bg) = (of(seen.name()), of("BG/NBD"));
    assert!(chosen.auc_alive.expect("ranked") > 0.7 && chosen.orders == bg.orders && chosen.customers == bg.customers);
    assert!(choice.tried.iter().all(|tried| tried.deviance >= 0.0 && tried.mae > 0.0 && tried.log_loss > 0.0));
    assert!(chosen.deviance <= of("NBD").deviance, "a shop that people leave is foreseen worse without drop-out");
}

/// What comes of the next year is spread around the expectation, and the mean over many is within what is sure of the model.
#[test]
fn expected_orders_of_a_year_are_what_came_within_the_interval_of_their_sum() {
    let (mut expected, mut low, mut high, mut came, mut spread) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (_, later, score) in scores() {
        let (down, up) = score.orders_interval.expect("sure");
        let orders = score.expected_orders.expect("a buyer");
        (expected, low, high) = (expected + orders, low + down, high + up);
        came += f64::from(later);
        spread += (f64::from(later) - orders).powi(2);
    }
    println!("expected {expected:.0} ({low:.0}–{high:.0}), came {came:.0}");
    // The parameters' error is common to all customers, each one's own chance is not.
    let error = ((expected - low).max(high - expected) / 1.645).hypot(spread.sqrt());
    assert!((came - expected).abs() < 3.0 * error, "{came} of {expected} ± {error}");
}

#[test]
fn every_estimate_of_a_fitted_shop_lies_within_its_interval() {
    let mut with_second = 0;
    for (_, _, score) in scores() {
        let within = |value: f64, (low, high): (f64, f64)| low <= value && value <= high;
        let amount = |both: (shared::money::Home, shared::money::Home)| (both.0.0 as f64, both.1.0 as f64);
        assert!(within(score.p_alive.expect("alive"), score.alive_interval.expect("sure")), "{score:?}");
        assert!(within(score.expected_orders.expect("orders"), score.orders_interval.expect("sure")), "{score:?}");
        assert!(within(score.value.expect("value").0 as f64, amount(score.value_interval.expect("sure"))), "{score:?}");
        let may_leave = matches!(score.tier, Tier::Immediate | Tier::Moderate | Tier::Early | Tier::Lost);
        assert_eq!(score.second_value.is_some(), may_leave, "{score:?}");
        assert_eq!(score.second_value_interval.is_some(), may_leave);
        if let (Some(second), Some(ends)) = (score.second_value, score.second_value_interval) {
            assert!(within(second.0 as f64, amount(ends)) && ends.0 < ends.1, "{score:?}");
            with_second += 1;
        }
        let json = serde_json::to_string(&score).expect("json");
        assert_eq!(serde_json::from_str::<Score>(&json).expect("reads"), score);
    }
    assert!(with_second > 300, "{with_second}");
}

/// Whoever comes back is alive on that day: that is worth more than what is expected of somebody who has most likely left.
#[test]
fn whoever_has_most_likely_left_is_worth_more_if_they_are_won_back() {
    let left: Vec<Score> = scores().map(|(_, _, score)| score).filter(|score| score.p_alive < Some(0.25)).collect();
    assert!(left.len() > 150, "{}", left.len());
    for score in left.iter().filter(|score| score.tier != Tier::Healthy) {
        assert!(score.second_value > score.value, "{score:?}");
    }
}

/// Four times as many customers with the same histories leave the parameters as they are and halve their errors.
#[test]
fn intervals_narrow_with_the_square_root_of_the_number_of_customers() {
    let (shop, model, _) = &*SHOP;
    let states: Vec<State> = shop.iter().map(|(state, _)| state.clone()).collect();
    let mut many = input(&states, TODAY);
    many.groups.iter_mut().for_each(|group| group.customers *= 4);
    let (of_many, _) = fit(&many, Currency::USD, TODAY);
    // Of orders to expect that rounding leaves a figure of.
    let ends = |model: &Model, state: &State| score(state, model, None, TODAY).orders_interval.filter(|(low, _)| *low > 0.5);
    let width = |(low, high): (f64, f64)| (high / low).ln();
    let both = shop.iter().filter_map(|(state, _)| Some((ends(model, state)?, ends(&of_many, state)?)));
    let (few, many) = both.fold((0.0, 0.0), |(few, many), (one, other)| (few + width(one), many + width(other)));
    let ratio = few / many;
    assert!((ratio - 2.0).abs() < 0.02, "{ratio}");
}

#[test]
fn a_model_without_covariances_gives_the_same_figures_without_intervals() {
    let (shop, model, _) = &*SHOP;
    let mut stored: Value = serde_json::to_value(model).expect("json");
    let fields = stored.as_object_mut().expect("object");
    fields["forecast"]["covariance"] = Value::Null;
    fields.remove("spend_covariance").expect("kept");
    let unsure: Model = serde_json::from_value(stored).expect("reads");
    for (state, _) in shop.iter().take(300) {
        let (sure, unsure) = (score(state, model, None, TODAY), score(state, &unsure, None, TODAY));
        let bare =
            Score { alive_interval: None, orders_interval: None, value_interval: None, second_value_interval: None, ..sure };
        assert_eq!(unsure, bare);
    }
}

/// As the version before wrote it: orders and P(alive) apart, and nothing of how sure they are.
#[test]
fn a_model_of_the_version_before_loads_and_scores_by_its_own_figures() {
    let (shop, model, _) = &*SHOP;
    let mut stored: Value = serde_json::to_value(model).expect("json");
    let fields = stored.as_object_mut().expect("object");
    fields.remove("forecast").expect("kept");
    fields.remove("spend_covariance").expect("kept");
    fields.insert("orders".to_owned(), json!({ "kind": "bg_nbd", "r": 0.24, "alpha": 4.4, "a": 0.8, "b": 2.4 }));
    fields.insert("alive".to_owned(), json!({ "r": 0.5, "alpha": 6.2, "a": 0.9, "b": 1.6 }));
    let before: Model = serde_json::from_value(stored).expect("reads");
    assert_eq!(shared::risk::check(&before), Ok(()));
    let once = shop.iter().find(|(state, _)| state.buy_days() == 1).expect("somebody").0.clone();
    let score = score(&once, &before, None, TODAY);
    let history = shared::clv::History { x: 0, t_x: 0.0, age: f64::from(TODAY.since(once.first_day().expect("bought"))) / 7.0 };
    let (OrderModel::BgNbd(orders), Some(alive)) = (before.orders, before.alive) else { panic!("{before:?}") };
    assert!((score.p_alive.expect("alive") - alive.p_alive(&history)).abs() < 1e-6);
    assert!((score.expected_orders.expect("orders") - orders.expected_orders(&history, 365.0 / 7.0)).abs() < 1e-4);
    assert_eq!((score.alive_interval, score.orders_interval, score.value_interval), (None, None, None));
}

/// The prior's Beta(1, 19) after two renewals and one end: a second life is a first month and those that are renewed after it.
#[test]
fn a_subscription_that_ended_is_worth_a_new_first_term_and_those_that_follow() {
    let model = shared::risk::prior(Currency::USD, shared::risk::Prior::default()).0;
    let paid = |start: i32| EventFact {
        at: Millis(Day(start).start().0 + 1_000),
        name: "Subscription Renewed".to_owned(),
        properties: json!({ "term_days": 30, "price": "10", "seats": 5 }).as_object().cloned().expect("object"),
    };
    let state = fold(&[], &[paid(0), paid(30), paid(60)], &Rates::new(Currency::USD));
    let lost = score(&state, &model, None, Day(120));
    assert_eq!(lost.tier, Tier::Lost, "{lost:?}");
    let mut stays = 1.0;
    let renewed = |nth| {
        stays *= 1.0 - 2.0 / (20.0 + 3.0 + f64::from(nth));
        stays
    };
    let terms = 1.0 + (0..12).map(renewed).sum::<f64>();
    let second = lost.second_value.expect("worth").0;
    assert!((second as f64 - 5_000.0 * terms).abs() < 1.0, "{second} for {terms} terms of $50");
    assert_eq!(lost.second_value_interval, None);
    assert_eq!(score(&state, &model, None, Day(70)).second_value, None, "healthy");
}

/// On CDNOW everybody's worth is told, and a second life is never worth less than the order that begins it.
#[test]
fn on_cdnow_the_forecast_is_chosen_among_models_with_a_p_alive_of_their_own() {
    let Some(log) = cdnow_log() else { return };
    let today = day("1998-07-01");
    let rates = Rates::new(Currency::USD);
    let states: Vec<State> = orders_until(&log, today).values().map(|orders| fold(orders, &[], &rates)).collect();
    let (model, card) = fit(&input(&states, today), Currency::USD, today);
    println!("{:#?}\n{:#?}", card.forecast, model.forecast);
    let choice = card.forecast.expect("chosen");
    assert!(choice.has_errors && ["MBG/NBD", "Pareto/NBD"].contains(&choice.model.as_str()), "{choice:?}");
    for state in &states {
        let score = score(state, &model, None, today);
        let spend = model.spend.expect("fitted");
        let (days, mean) = state.mean_spend(today).expect("spent");
        let once = spend.expected_spend(days, mean).expect("mean");
        assert!(score.second_value.is_none_or(|value| value.0 as f64 >= once - 1.0), "{score:?}");
    }
}
