//! A shop's own columns as features: learned from, read as they were known on each day, and told with their values.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod data;

use std::sync::LazyLock;

use data::order;
use shared::api::Tier;
use shared::money::{Currency, Rates};
use shared::random::Random;
use shared::risk::{FitInput, Group, Model, Sampled, Score, check, explain, fit, score};
use shared::state::{State, fold};
use shared::time::{Day, Millis};
use shared::traits::Traits;

const TODAY: Day = Day(720);
const CUSTOMERS: usize = 1_500;

/// The plan of each third customer is Starter, and those leave twenty times as soon.
fn plan(place: usize) -> &'static str {
    ["Starter", "Pro", "Team"][place % 3]
}

/// Two years of a shop. What is known of each customer beside their orders comes from `tell`: place, first and last day, traits.
fn shop(tell: impl Fn(usize, Day, Day, &mut Traits)) -> FitInput {
    let mut random = Random::new(11);
    let mut exponential = |mean: f64| -mean * libm::log(1.0 - random.unit());
    let sample: Vec<Sampled> = (0..CUSTOMERS)
        .map(|place| {
            let first = (place * 7 % 500) as f64;
            let gone = first + exponential(if plan(place) == "Starter" { 150.0 } else { 3_000.0 });
            let gap = 6.0 + exponential(6.0);
            let mut days = vec![first as i32];
            let mut at = first + exponential(gap);
            while at < gone.min(f64::from(TODAY.0)) {
                days.push(at as i32);
                at += exponential(gap);
            }
            let orders: Vec<_> = days.iter().map(|day| order(Day(*day), 2_000)).collect();
            let mut state = fold(&orders, &[], &Rates::new(Currency::USD));
            tell(place, Day(days[0]), Day(days[days.len() - 1]), &mut state.traits);
            Sampled { held_back: place % 5 == 4, ..Sampled::from(state) }
        })
        .collect();
    let groups = sample.iter().map(|customer| group(&customer.state)).collect();
    FitInput { groups, sample, ..FitInput::default() }
}

fn group(state: &State) -> Group {
    let (first, last) = (state.first_day().expect("bought"), state.last_day().expect("bought"));
    let days = |until: Day| u32::try_from(until.since(first)).expect("later");
    Group { repeats: state.buy_days() - 1, recency: days(last), age: days(TODAY), customers: 1 }
}

fn model(input: &FitInput) -> Model {
    fit(input, Currency::USD, TODAY).0
}

/// Of the chosen learner: what it reads of the shop's own columns.
fn own_columns(model: &Model) -> Vec<String> {
    let fit = model.leaving.as_ref().expect("learned").chosen().expect("chosen");
    fit.columns.iter().filter(|name| name.starts_with("trait:")).cloned().collect()
}

static PLAIN: LazyLock<(FitInput, Model)> = LazyLock::new(|| {
    let input = shop(|_, _, _, _| ());
    let model = model(&input);
    (input, model)
});

/// Each plan was known when its customer came.
static PLANS: LazyLock<(FitInput, Model)> = LazyLock::new(|| {
    let input = shop(|place, first, _, traits| {
        traits.learn("plan", plan(place), first.start());
        traits.learn("email", &format!("c{place}@example.com"), first.start());
        traits.learn("ref", &format!("R-{place}"), first.start());
        traits.learn("shop", "the same", first.start());
        if place % 40 == 0 {
            traits.learn("rare", "x", first.start());
        }
        traits.learn("seats", &(1 + place % 4).to_string(), first.start());
    });
    let model = model(&input);
    (input, model)
});

/// Somebody who orders every two weeks and did lately.
fn regular(traits: &[(&str, &str)]) -> State {
    let orders: Vec<_> = (0..20).map(|n| order(TODAY.plus(-10 - 14 * n), 2_000)).collect();
    let mut state = fold(&orders, &[], &Rates::new(Currency::USD));
    for (name, value) in traits {
        state.traits.learn(name, value, Millis(0));
    }
    state
}

#[test]
fn a_column_that_foretells_a_loss_is_learned_and_told_with_its_value() {
    let (_, model) = &*PLANS;
    assert!(model.reads_traits());
    assert_eq!(
        own_columns(model),
        ["trait:plan=Pro", "trait:plan=Starter", "trait:plan=Team", "trait:seats"],
        "no address, no number of single customers, nothing that is the same for all or known of few"
    );
    let [starter, pro] = ["Starter", "Pro"].map(|plan| score(&regular(&[("plan", plan), ("seats", "3")]), model, None, TODAY));
    assert!(starter.risk.p90 > 2.0 * pro.risk.p90, "{:?} {:?}", starter.risk, pro.risk);
    let explanation = explain(&regular(&[("plan", "Starter"), ("seats", "3")]), model, TODAY).expect("learned");
    let part = explanation.parts.iter().find(|part| part.code == "trait:plan").expect("told");
    assert!(part.text == "plan is Starter" && part.effect > 0.3, "{part:?}");
    if let Some(seats) = explanation.parts.iter().find(|part| part.code == "trait:seats") {
        assert_eq!(seats.text, "seats: 3");
    }
    let codes = explanation.parts.iter().filter(|part| part.code == "trait:plan").count();
    assert_eq!(codes, 1, "the columns of one trait are one part");
}

#[test]
fn whoever_is_at_risk_for_a_column_is_told_so_as_a_trigger() {
    let (input, model) = &*PLANS;
    let flagged = input
        .sample
        .iter()
        .map(|customer| score(&customer.state, model, None, TODAY))
        .filter(|score| matches!(score.tier, Tier::Immediate | Tier::Moderate | Tier::Early));
    let told = flagged
        .flat_map(|score| score.triggers)
        .filter(|trigger| trigger.code == "trait:plan" && trigger.text == "plan is Starter")
        .inspect(|trigger| assert!(trigger.effect.is_some_and(|effect| effect >= 0.2), "{trigger:?}"))
        .count();
    assert!(told > 20, "{told}");
}

#[test]
fn explanations_with_own_columns_add_up_to_the_shown_figure() {
    let (input, model) = &*PLANS;
    let mut explained = 0;
    for customer in input.sample.iter().take(300) {
        let Some(explanation) = explain(&customer.state, model, TODAY) else { continue };
        let sum: f64 = explanation.base + explanation.parts.iter().map(|part| part.effect).sum::<f64>();
        assert!((sum - explanation.logit).abs() < 1e-9, "{explanation:?}");
        let score = score(&customer.state, model, None, TODAY);
        let shown = if score.tier == Tier::Lost { score.p_return.expect("of the lost") } else { score.risk.p90 };
        assert!((explanation.probability - shown).abs() < 2e-6, "{explanation:?} {score:?}");
        explained += 1;
    }
    assert!(explained > 100, "{explained}");
}

#[test]
fn a_value_that_no_fit_saw_and_none_at_all_give_scores() {
    let (_, model) = &*PLANS;
    let [pro, new, none] = [&[("plan", "Pro")] as &[_], &[("plan", "Enterprise"), ("seats", "many")], &[]]
        .map(|traits| score(&regular(traits), model, None, TODAY));
    for score in [&new, &none] {
        assert!(score.risk.p90 > 0.0 && score.risk.p90 < 1.0, "{score:?}");
        assert!((score.risk.p90 - pro.risk.p90).abs() < 0.3, "{score:?} {pro:?}");
    }
    let parts = explain(&regular(&[]), model, TODAY).expect("learned").parts;
    let plan = parts.iter().find(|part| part.code == "trait:plan");
    assert!(plan.is_none_or(|part| part.text == "plan is not known"), "{plan:?}");
}

#[test]
fn later_values_change_no_feature_of_an_earlier_day() {
    let (input, model) = &*PLANS;
    let fit = model.leaving.as_ref().and_then(|learned| learned.chosen()).expect("learned");
    assert!(!fit.own.is_empty());
    let earlier = TODAY.plus(-60);
    for customer in input.sample.iter().take(200) {
        let mut changed = customer.state.clone();
        changed.traits.learn("plan", "Pro", earlier.plus(1).start());
        changed.traits.learn("plan", "Team", TODAY.start());
        changed.traits.learn("seats", "99", earlier.plus(5).start());
        changed.traits.learn("new", "x", earlier.plus(5).start());
        // When to look again is asked of days to come.
        let said = |state: &State| Score { rescore: None, ..score(state, model, None, earlier) };
        assert_eq!(said(&changed), said(&customer.state));
        assert_eq!(explain(&changed, model, earlier), explain(&customer.state, model, earlier));
    }
    let moved = input.sample.iter().filter(|customer| {
        let mut changed = customer.state.clone();
        changed.traits.learn(
            "plan",
            if changed.traits.on("plan", earlier) == Some("Pro") { "Starter" } else { "Pro" },
            earlier.start(),
        );
        score(&changed, model, None, earlier).risk != score(&customer.state, model, None, earlier).risk
    });
    assert!(moved.count() > 200, "one that was known by then does");
}

#[test]
fn values_after_the_day_of_the_fit_change_nothing_that_was_learned() {
    let (input, model) = &*PLANS;
    let mut later = input.clone();
    for (place, customer) in later.sample.iter_mut().enumerate() {
        customer.state.traits.learn("plan", plan(place + 1), TODAY.plus(1).start());
        customer.state.traits.learn("more", plan(place), TODAY.plus(1).start());
    }
    assert_eq!(self::model(&later).leaving, model.leaving);
}

#[test]
fn columns_told_of_those_who_stayed_later_than_of_those_who_left_and_those_told_today_teach_nothing() {
    let (_, plain) = &*PLAIN;
    // As shops export it: a row changes whenever its customer does something, and everybody's value is the same coin.
    let leaking = shop(|place, _, last, traits| {
        traits.learn("coin", if place % 2 == 0 { "heads" } else { "tails" }, last.start());
        traits.learn("plan", plan(place), TODAY.start());
    });
    let model = model(&leaking);
    assert_eq!(own_columns(&model), [] as [&str; 0]);
    assert_eq!(&model, plain);
}

#[test]
fn a_shop_without_columns_of_its_own_gets_the_model_that_it_got_before() {
    let (_, plain) = &*PLAIN;
    assert!(!plain.reads_traits());
    let text = serde_json::to_string(plain).expect("json");
    assert!(!text.contains("\"own\"") && !text.contains("trait:"), "nothing of columns is written");
}

#[test]
fn a_model_with_own_columns_reads_back_from_json_to_the_same_scores() {
    let (input, model) = &*PLANS;
    let text = serde_json::to_string(model).expect("json");
    assert!(text.len() < 400_000, "{} bytes", text.len());
    let read: Model = serde_json::from_str(&text).expect("reads");
    for customer in input.sample.iter().take(50) {
        assert_eq!(score(&customer.state, &read, None, TODAY), score(&customer.state, model, None, TODAY));
    }
}

#[test]
fn a_model_that_names_columns_no_fit_chooses_is_refused() {
    let (_, model) = &*PLANS;
    assert_eq!(check(model), Ok(()));
    let mut text = serde_json::to_value(model).expect("json");
    let columns = text.pointer_mut("/leaving/fits/0/columns").and_then(|columns| columns.as_array_mut()).expect("columns");
    columns.pop();
    let forged: Model = serde_json::from_value(text).expect("reads");
    assert!(check(&forged).expect_err("refused").contains("columns of its own"));
}
