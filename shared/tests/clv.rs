//! The models of orders and spend against published figures and on synthetic shops.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod data;

use data::{Draws, cdnow_log, cdnow_summary};
use proptest::prelude::*;
use shared::clv::{
    BgNbd, FitError, Fits, Fitted, GammaGamma, HeldOut, History, Kind, MbgNbd, Nbd, OrderModel, ParetoNbd, choose, judge,
    value_by_months,
};
use shared::time::Day;

fn near(actual: f64, printed: f64, digits: i32) -> bool {
    (actual - printed).abs() <= 0.5001 * 10_f64.powi(-digits)
}

#[test]
fn bgnbd_on_cdnow_equals_fader_hardie_and_lee_2005() {
    let Some(rows) = cdnow_summary() else { return };
    let groups: Vec<_> = rows.iter().map(|row| (row.0, 1.0)).collect();
    let Fitted { model, log_likelihood, customers, .. } = BgNbd::fit(&groups).expect("fits");
    assert_eq!(customers, 2357);
    for (name, actual, printed, digits) in [
        ("r", model.r, 0.243, 3),
        ("alpha", model.alpha, 4.414, 3),
        ("a", model.a, 0.793, 3),
        ("b", model.b, 2.426, 3),
        ("log-likelihood", log_likelihood, -9582.4, 1),
        // lifetimes 0.11.3 on the same file prints more digits.
        ("r, lifetimes", model.r, 0.24259, 5),
        ("alpha, lifetimes", model.alpha, 4.41353, 5),
        ("a, lifetimes", model.a, 0.79289, 5),
        ("b, lifetimes", model.b, 2.42575, 5),
        ("log-likelihood, lifetimes", log_likelihood, -9582.4256, 4),
    ] {
        assert!(near(actual, printed, digits), "{name}: {actual} is not {printed}");
    }
    let first = History { x: 2, t_x: 30.43, age: 38.86 };
    assert!(
        near(model.expected_orders(&first, 39.0), 1.226, 3),
        "customer 1 of the paper, {}",
        model.expected_orders(&first, 39.0)
    );
}

#[test]
fn mbgnbd_on_cdnow_equals_lifetimes() {
    let Some(rows) = cdnow_summary() else { return };
    let groups: Vec<_> = rows.iter().map(|row| (row.0, 1.0)).collect();
    let Fitted { model, log_likelihood, .. } = MbgNbd::fit(&groups).expect("fits");
    for (name, actual, printed) in
        [("r", model.r, 0.52484), ("alpha", model.alpha, 6.18299), ("a", model.a, 0.89136), ("b", model.b, 1.61400)]
    {
        assert!((actual - printed).abs() < 2e-4, "{name}: {actual} is not {printed}");
    }
    assert!(near(log_likelihood, -9582.1327, 4), "{log_likelihood}");
}

#[test]
fn gamma_gamma_on_cdnow_s_946_repeaters_equals_lifetimes() {
    let Some(rows) = cdnow_summary() else { return };
    let spends: Vec<(u32, f64)> = rows.iter().filter(|row| row.0.x > 0).map(|row| (row.0.x, row.1)).collect();
    let Fitted { model, log_likelihood, customers, .. } = GammaGamma::fit(&spends).expect("fits");
    assert_eq!(customers, 946);
    assert!(near(model.p, 6.24880, 3) && near(model.q, 3.74459, 3) && near(model.v, 15.44775, 2), "{model:?}");
    assert!(near(log_likelihood, -4055.9232, 3), "{log_likelihood}");
}

#[test]
fn pareto_nbd_on_cdnow_is_no_worse_than_lifetimes() {
    let Some(rows) = cdnow_summary() else { return };
    let groups: Vec<_> = rows.iter().map(|row| (row.0, 1.0)).collect();
    let fitted = ParetoNbd::fit(&groups).expect("fits");
    let model = fitted.model;
    for (name, actual, printed) in
        [("r", model.r, 0.5533), ("alpha", model.alpha, 10.577), ("s", model.s, 0.6062), ("beta", model.beta, 11.667)]
    {
        assert!((actual / printed - 1.0).abs() < 1e-3, "{name}: {actual} is not {printed}");
    }
    assert!(fitted.log_likelihood >= -9594.975 && fitted.log_likelihood < -9594.97, "{}", fitted.log_likelihood);
}

/// Ten customers of the sample log, exact days / 7, next 39 weeks, models fitted on the log: lifetimes 0.11.3.
#[test]
fn ten_customers_of_cdnow_equal_lifetimes() {
    let Some(log) = cdnow_log() else { return };
    let end = data::day("1997-09-30");
    let histories: Vec<(u32, History, f64)> = data::summaries(&log, end);
    let groups: Vec<_> = histories.iter().map(|(_, history, _)| (*history, 1.0)).collect();
    let (bg, mbg) = (BgNbd::fit(&groups).expect("fits").model, MbgNbd::fit(&groups).expect("fits").model);
    let pareto = ParetoNbd::fit(&groups).expect("fits").model;
    let spends: Vec<(u32, f64)> = histories.iter().filter(|(_, h, _)| h.x > 0).map(|(_, h, z)| (h.x, *z)).collect();
    let spend = GammaGamma::fit(&spends).expect("fits").model;
    for (id, bg_alive, bg_39, mbg_alive, mbg_39, mean, (pareto_alive, pareto_39)) in [
        (3, 1.0, 0.194794, 0.389723, 0.153966, 35.1704, (0.2951, 0.1071)),
        (1186, 1.0, 0.224199, 0.408641, 0.184116, 35.1704, (0.3368, 0.1371)),
        (1836, 0.225868, 0.266082, 0.192586, 0.258322, 15.4356, (0.2122, 0.2577)),
        (183, 0.322161, 0.315799, 0.267125, 0.301760, 21.6826, (0.2658, 0.2762)),
        (1709, 0.616048, 0.715568, 0.582641, 0.771341, 21.1267, (0.7138, 0.8565)),
        (91, 0.723818, 0.701288, 0.709717, 0.792983, 21.1475, (0.9329, 0.9597)),
        (1444, 0.674762, 1.333668, 0.650095, 1.348359, 32.5872, (0.7982, 1.534)),
        (1329, 0.707305, 1.959415, 0.686078, 1.928304, 44.5417, (0.8289, 2.1918)),
        (101, 0.862950, 3.330971, 0.851841, 3.260361, 18.9008, (0.9724, 3.5854)),
        (157, 0.969221, 20.055250, 0.965938, 18.951872, 26.3943, (0.9962, 19.5957)),
    ] {
        let (_, history, zbar) = histories.iter().find(|(found, ..)| *found == id).expect("in the log");
        for (name, actual, printed) in [
            ("BG alive", bg.p_alive(history), bg_alive),
            ("BG orders", bg.expected_orders(history, 39.0), bg_39),
            ("MBG alive", mbg.p_alive(history), mbg_alive),
            ("MBG orders", mbg.expected_orders(history, 39.0), mbg_39),
            ("Pareto alive", pareto.p_alive(history), pareto_alive),
            ("Pareto orders", pareto.expected_orders(history, 39.0), pareto_39),
            ("spend", spend.expected_spend(history.x, *zbar).expect("mean"), mean),
        ] {
            // One of the last printed digit, and for the six-digit columns what two optimizers differ by.
            let allowed = if name.starts_with("Pareto") { 1e-4 + 1e-5 * printed } else { 2e-5 * f64::max(printed, 1.0) };
            assert!((actual - printed).abs() < allowed, "customer {id}, {name}: {actual} is not {printed}");
        }
    }
}

/// Lifetimes' `customer_lifetime_value` over 12 months at 1 % a month, BG/NBD and Gamma-Gamma fitted on the log.
#[test]
fn values_over_twelve_months_equal_lifetimes() {
    let Some(log) = cdnow_log() else { return };
    let histories = data::summaries(&log, data::day("1997-09-30"));
    let groups: Vec<_> = histories.iter().map(|(_, history, _)| (*history, 1.0)).collect();
    let model = OrderModel::BgNbd(BgNbd::fit(&groups).expect("fits").model);
    let spends: Vec<(u32, f64)> = histories.iter().filter(|(_, h, _)| h.x > 0).map(|(_, h, z)| (h.x, *z)).collect();
    let spend = GammaGamma::fit(&spends).expect("fits").model;
    let value = |history: &History, zbar: f64| {
        value_by_months(&model, history, spend.expected_spend(history.x, zbar).expect("mean"), 12, 0.01)
    };
    for (id, printed) in [
        (3, 8.3445),
        (1186, 9.5725),
        (1836, 4.9228),
        (183, 8.2554),
        (1709, 18.1284),
        (91, 17.8866),
        (1444, 51.8670),
        (1329, 103.8344),
        (101, 74.9717),
        (157, 625.4293),
    ] {
        let (_, history, zbar) = histories.iter().find(|(found, ..)| *found == id).expect("in the log");
        let found = value(history, *zbar);
        assert!((found - printed).abs() < 2e-4 * printed, "customer {id}: {found} is not {printed}");
    }
    let sum: f64 = histories.iter().map(|(_, history, zbar)| value(history, *zbar)).sum();
    assert!((sum - 71_508.0).abs() < 2.0, "{sum}");
}

/// What customers known on `until` bought within `days` after it.
fn held_out(log: &[data::LogRow], until: Day, days: i32) -> Vec<HeldOut> {
    let end = until.plus(days);
    let later = data::summaries(log, end);
    data::summaries(log, until)
        .into_iter()
        .map(|(id, history, _)| {
            let (_, after, _) = later.iter().find(|(found, ..)| *found == id).expect("still known");
            HeldOut { history, orders: after.x - history.x }
        })
        .collect()
}

/// The default is chosen before 1997-09-30 alone, and judged on the 39 weeks after it.
#[test]
fn the_model_chosen_on_cdnow_s_calibration_foresees_the_hold_out_as_well_as_the_best_reference() {
    let Some(log) = cdnow_log() else { return };
    let (cut_off, until) = (data::day("1997-07-02"), data::day("1997-09-30"));
    let known = |day| data::summaries(&log, day).into_iter().map(|(_, history, _)| (history, 1.0)).collect::<Vec<_>>();
    let before: Vec<data::LogRow> = log.iter().filter(|row| row.1 <= until).copied().collect();
    let choice = choose(&Fits::of(&known(cut_off)), &held_out(&before, cut_off, 90), 90.0 / 7.0).expect("two models");
    let chosen = Fits::of(&known(until)).pick(Some(choice.kind)).expect("fits");
    let judged = judge(&chosen.model, &held_out(&log, until, 273), 39.0).expect("customers");
    assert_eq!((judged.customers, judged.total_actual), (2357, 1882.0));
    assert!(judged.mae <= 0.755 && judged.rmse <= 1.603, "{:?}: {judged:?}", choice.kind);
    assert!(judged.correlation.is_some_and(|correlation| correlation >= 0.630), "{judged:?}");
    assert!(judged.auc_alive.is_some_and(|auc| auc >= 0.72), "{judged:?}");
}

/// Of many shops drawn from one model, so many have the truth inside the 90 % interval.
#[test]
fn intervals_cover_the_truth_about_as_often_as_they_say() {
    let truth = MbgNbd::new(0.6, 6.0, 0.9, 2.0).expect("valid");
    let asked = History { x: 2, t_x: 20.0, age: 30.0 };
    let (alive, orders) = (truth.p_alive(&asked), truth.expected_orders(&asked, 26.0));
    let (mut shops, mut alive_covered, mut orders_covered) = (0, 0, 0);
    for seed in 0..30 {
        let mut draws = Draws::new(seed);
        let groups: Vec<(History, f64)> = (0..1_000).map(|_| (draws.history(&truth, 52.0), 1.0)).collect();
        let Ok(fitted) = MbgNbd::fit(&groups) else { continue };
        let fitted = fitted.map(OrderModel::MbgNbd);
        let (Some(p), Some(n)) = (fitted.p_alive(&asked, 1.645), fitted.expected_orders(&asked, 26.0, 1.645)) else { continue };
        shops += 1;
        alive_covered += i32::from(p.low <= alive && alive <= p.high);
        orders_covered += i32::from(n.low <= orders && orders <= n.high);
    }
    // 90 % less 3 standard errors of 30 draws.
    assert!(shops >= 28 && alive_covered >= 22 && orders_covered >= 22, "{shops} shops, {alive_covered}, {orders_covered}");
}

#[test]
fn the_kind_of_drop_out_is_told_on_held_out_days_and_loyal_shops_have_none() {
    let mut draws = Draws::new(4);
    let mut shop = |loyal: bool| {
        let truth = MbgNbd::new(0.9, 5.0, 1.2, 2.0).expect("valid");
        let weeks = 26.0;
        (0..3_000)
            .map(|i| {
                let age = 30.0 + f64::from(i % 20);
                let mut at = 0.0;
                let paths = if loyal {
                    let rate = draws.gamma(2.0) / 10.0;
                    std::iter::from_fn(|| {
                        at += draws.exponential(rate);
                        (at <= age + weeks).then_some(at)
                    })
                    .collect()
                } else {
                    draws.purchases(&truth, age + weeks)
                };
                let known: Vec<f64> = paths.iter().copied().filter(|at| *at <= age).collect();
                let history = History { x: known.len() as u32, t_x: known.last().copied().unwrap_or(0.0), age };
                HeldOut { history, orders: (paths.len() - known.len()) as u32 }
            })
            .collect::<Vec<HeldOut>>()
    };
    let fits = |shop: &[HeldOut]| Fits::of(&shop.iter().map(|one| (one.history, 1.0)).collect::<Vec<_>>());
    let (leaving, loyal) = (shop(false), shop(true));
    let choice = choose(&fits(&leaving), &leaving, 26.0).expect("several models");
    assert_eq!(choice.kind, Kind::MbgNbd, "{choice:?}");
    assert!(choice.judged.iter().all(|(_, judged)| judged.log_loss.is_finite() && judged.mae.is_finite()));
    let fits = fits(&loyal);
    assert_eq!(fits.get(Kind::ParetoNbd).map(|fitted| fitted.model), Err(FitError::NoDropOut));
    assert_eq!(choose(&fits, &loyal, 26.0), None);
    assert_eq!(fits.pick(None).expect("fits").model.kind(), Kind::Nbd);
}

#[test]
fn models_stored_by_earlier_versions_still_read_and_all_kinds_read_back() {
    let stored = r#"{"kind":"mbg_nbd","r":0.5,"alpha":6.0,"a":0.9,"b":1.6}"#;
    let model: OrderModel = serde_json::from_str(stored).expect("reads");
    assert_eq!(model, OrderModel::new(Kind::MbgNbd, &[0.5, 6.0, 0.9, 1.6]).expect("valid"));
    for (kind, values) in
        [(Kind::BgNbd, vec![0.1, 2.0, 0.3, 4.0]), (Kind::ParetoNbd, vec![0.1, 2.0, 0.3, 4.0]), (Kind::Nbd, vec![0.1, 2.0])]
    {
        let model = OrderModel::new(kind, &values).expect("valid");
        let text = serde_json::to_string(&model).expect("writes");
        assert_eq!(serde_json::from_str::<OrderModel>(&text).expect("reads"), model);
        assert_eq!((model.kind(), model.values()), (kind, values));
    }
    assert_eq!(OrderModel::new(Kind::Nbd, &[1.0, 2.0, 3.0]), Err(FitError::Parameters));
}

#[test]
fn simulated_shops_give_their_parameters_back() {
    let mut draws = Draws::new(7);
    let truth = MbgNbd::new(0.6, 6.0, 0.9, 2.0).expect("valid");
    let groups: Vec<(History, f64)> = (0..12_000).map(|i| (draws.history(&truth, 26.0 + f64::from(i % 53)), 1.0)).collect();
    let fitted = MbgNbd::fit(&groups).expect("fits");
    for (name, found, truth) in
        [("r", fitted.model.r, truth.r), ("alpha", fitted.model.alpha, truth.alpha), ("a", fitted.model.a, truth.a)]
    {
        assert!((found / truth - 1.0).abs() < 0.15, "{name}: {found}, drawn from {truth}");
    }
    let own: f64 = groups.iter().map(|(h, n)| n * truth.log_likelihood(h)).sum();
    assert!(fitted.log_likelihood >= own, "no maximum: {} below {own}", fitted.log_likelihood);
}

#[test]
fn groups_with_weights_fit_as_their_customers_one_by_one() {
    let mut draws = Draws::new(11);
    let truth = MbgNbd::new(0.5, 6.0, 0.9, 1.6).expect("valid");
    let rounded = |h: History| History { t_x: h.t_x.round(), ..h };
    let each: Vec<(History, f64)> = (0..3_000).map(|i| (rounded(draws.history(&truth, f64::from(20 + i % 4))), 1.0)).collect();
    let mut grouped: Vec<(History, f64)> = Vec::new();
    for (history, _) in &each {
        match grouped.iter_mut().find(|(known, _)| known == history) {
            Some((_, n)) => *n += 1.0,
            None => grouped.push((*history, 1.0)),
        }
    }
    grouped.reverse();
    assert!(grouped.len() < 1_500, "{} groups", grouped.len());
    let (one, other) = (BgNbd::fit(&each).expect("fits"), BgNbd::fit(&grouped).expect("fits"));
    assert!((one.log_likelihood - other.log_likelihood).abs() < 1e-6, "{one:?} {other:?}");
    assert!((one.model.a - other.model.a).abs() < 1e-4 * one.model.a);
}

#[test]
fn a_shop_without_drop_out_is_said_to_have_none() {
    let mut draws = Draws::new(3);
    let groups: Vec<(History, f64)> = (0..3_000).map(|_| (draws.loyal(2.0, 10.0, 52.0), 1.0)).collect();
    assert_eq!(BgNbd::fit(&groups).map(|fitted| fitted.model), Err(FitError::NoDropOut));
    assert_eq!(MbgNbd::fit(&groups).map(|fitted| fitted.model), Err(FitError::NoDropOut));
    let nbd = Nbd::fit(&groups).expect("fits").model;
    assert!((nbd.r / 2.0 - 1.0).abs() < 0.15 && (nbd.alpha / 10.0 - 1.0).abs() < 0.15, "{nbd:?}");
}

#[test]
fn data_that_say_nothing_are_refused_in_words() {
    let once = [(History { x: 0, t_x: 0.0, age: 30.0 }, 500.0)];
    assert_eq!(BgNbd::fit(&once).map(|fitted| fitted.model), Err(FitError::NoRepeats));
    assert_eq!(MbgNbd::fit(&[]).map(|fitted| fitted.model), Err(FitError::NoRepeats));
    let today = [(History { x: 3, t_x: 0.0, age: 0.0 }, 5.0)];
    assert_eq!(BgNbd::fit(&today).map(|fitted| fitted.model), Err(FitError::NoRepeats));
    assert_eq!(BgNbd::new(0.2, 4.0, 0.0, 2.0), Err(FitError::Parameters));
    assert_eq!(MbgNbd::new(0.2, f64::INFINITY, 1.0, 2.0), Err(FitError::Parameters));
}

#[test]
fn one_time_buyers_are_alive_for_certain_only_to_bgnbd() {
    let silent = |age| History { x: 0, t_x: 0.0, age };
    let bg = BgNbd::new(0.243, 4.414, 0.793, 2.426).expect("valid");
    let mbg = MbgNbd::new(0.525, 6.183, 0.891, 1.614).expect("valid");
    assert_eq!(bg.p_alive(&silent(500.0)), 1.0);
    assert!(mbg.p_alive(&silent(500.0)) < mbg.p_alive(&silent(5.0)));
}

fn parameter() -> impl Strategy<Value = f64> {
    prop_oneof![4 => (-4.0..4.0_f64).prop_map(f64::exp), 1 => (-14.0..14.0_f64).prop_map(f64::exp)]
}

/// Few customers with any histories: whatever a fit returns must forecast anyone.
fn shop() -> impl Strategy<Value = Vec<(History, f64)>> {
    let history = (0..60_u32, 0.0..=1.0_f64, 0.0..150.0_f64, 1..4_u32)
        .prop_map(|(x, share, age, n)| (History { x: x * x / 60, t_x: age * share, age }, f64::from(n)));
    proptest::collection::vec(history, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_model_that_a_fit_returns_forecasts_anyone(
        shop in shop(), x in 0..2_000_u32, age in 0.0..1_000.0_f64, share in 0.0..=1.0_f64,
    ) {
        let fits = Fits::of(&shop);
        let history = History { x, t_x: age * share, age };
        for kind in [Kind::BgNbd, Kind::MbgNbd, Kind::ParetoNbd, Kind::Nbd] {
            let Ok(fitted) = fits.get(kind) else { continue };
            prop_assert!(fitted.log_likelihood.is_finite());
            let (alive, orders) = (fitted.model.p_alive(&history), fitted.model.expected_orders(&history, 52.0));
            prop_assert!((0.0..=1.0).contains(&alive), "{fitted:?} alive {alive}");
            prop_assert!(orders.is_finite() && orders >= 0.0, "{fitted:?} orders {orders}");
            if let Some(interval) = fitted.expected_orders(&history, 52.0, 1.96) {
                prop_assert!(interval.low <= interval.value && interval.value <= interval.high, "{interval:?}");
                prop_assert!(interval.low >= 0.0 && interval.high.is_finite());
            }
        }
        let spends: Vec<(u32, f64)> = shop.iter().map(|(history, _)| (history.x, history.age)).collect();
        if let Ok(fitted) = GammaGamma::fit(&spends) {
            let spend = fitted.model.expected_spend(x, age);
            prop_assert!(spend.is_none_or(|spend| spend.is_finite() && spend > 0.0), "{fitted:?} {spend:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_ever_outside_its_range(
        r in parameter(), alpha in parameter(), a in parameter(), b in parameter(),
        x in 0..2_000_u32, age in 0.0..1_000.0_f64, share in 0.0..=1.0_f64, weeks in 0.0..520.0_f64,
    ) {
        let history = History { x, t_x: age * share, age };
        for model in [
            OrderModel::BgNbd(BgNbd::new(r, alpha, a, b).expect("valid")),
            OrderModel::MbgNbd(MbgNbd::new(r, alpha, a, b).expect("valid")),
            OrderModel::ParetoNbd(ParetoNbd::new(r, alpha, a, b).expect("valid")),
            OrderModel::Nbd(Nbd::new(r, alpha).expect("valid")),
        ] {
            let (alive, none) = (model.p_alive(&history), model.p_no_order(&history, weeks));
            prop_assert!((0.0..=1.0).contains(&alive), "{model:?} alive {alive}");
            prop_assert!((0.0..=1.0).contains(&none) && none >= 1.0 - alive - 1e-12, "{model:?} none {none}");
            prop_assert!(model.p_no_order(&history, weeks + 1.0) <= none + 1e-12);
            let orders = model.expected_orders(&history, weeks);
            prop_assert!(orders.is_finite() && orders >= 0.0, "{model:?} {orders}");
            prop_assert!(orders + 1e-9 >= 1.0 - none, "{model:?}: {orders} orders, P(any) {}", 1.0 - none);
        }
        for likelihood in [
            BgNbd::new(r, alpha, a, b).expect("valid").log_likelihood(&history),
            MbgNbd::new(r, alpha, a, b).expect("valid").log_likelihood(&history),
            ParetoNbd::new(r, alpha, a, b).expect("valid").log_likelihood(&history),
        ] {
            prop_assert!(likelihood.is_finite());
        }
    }
}
