//! Survival and cohorts: against lifelines on small data, against published figures, and at the edges.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod data;

use std::collections::BTreeMap;

use data::{cdnow_log, telco};
use shared::learn::Matrix;
use shared::measure::cohort::cohorts;
use shared::measure::{Cox, Curve, Lifetime, MeasureError, concordance, log_rank};
use shared::random::Random;

fn near(actual: f64, printed: f64, tolerance: f64) -> bool {
    (actual - printed).abs() <= tolerance
}

/// Duration, event, group and a number, with ties among events, among the censored and between both.
const SIXTEEN: [(f64, bool, usize, f64); 16] = [
    (5.0, true, 0, 1.0),
    (6.0, true, 0, -0.5),
    (6.0, true, 1, 2.0),
    (6.0, false, 1, 0.5),
    (7.0, true, 2, 0.0),
    (8.0, true, 1, 1.5),
    (9.0, false, 0, -1.0),
    (9.0, true, 2, 0.25),
    (9.0, true, 1, -2.0),
    (10.0, false, 2, 1.0),
    (11.0, true, 0, 0.75),
    (11.0, false, 2, -1.5),
    (12.0, true, 1, -0.25),
    (13.0, false, 2, -0.75),
    (13.0, true, 0, 0.5),
    (13.0, true, 2, -1.25),
];

fn lifetimes() -> Vec<Lifetime> {
    SIXTEEN.iter().map(|(duration, event, ..)| Lifetime { duration: *duration, event: *event }).collect()
}

fn groups() -> Vec<usize> {
    SIXTEEN.iter().map(|row| row.2).collect()
}

fn columns(columns: &[(&str, &dyn Fn(usize) -> f64)], rows: usize) -> Matrix {
    let mut x = Matrix::new(rows);
    for (source, (name, value)) in columns.iter().enumerate() {
        x.push(*name, source, (0..rows).map(value).collect());
    }
    x
}

fn covariates() -> Matrix {
    let group = |wanted: usize| move |row: usize| f64::from(SIXTEEN[row].2 == wanted);
    columns(&[("x", &|row| SIXTEEN[row].3), ("one", &group(1)), ("two", &group(2))], 16)
}

/// lifelines 0.30.3 on the same rows.
#[test]
fn a_curve_with_ties_equals_lifelines() {
    let curve = Curve::of(&lifetimes()).expect("rows");
    for (time, survival, low, high) in [
        (0.0, 1.0, 1.0, 1.0),
        (5.0, 0.937500, 0.632345, 0.990953),
        (6.5, 0.812500, 0.524604, 0.935352),
        (9.0, 0.541667, 0.270578, 0.750092),
        (10.0, 0.541667, 0.270578, 0.750092),
        (12.0, 0.338542, 0.100477, 0.600174),
        (13.0, 0.112847, 0.006951, 0.383679),
    ] {
        let step = curve.at(time).expect("known");
        for (actual, printed) in [(step.survival, survival), (step.low, low), (step.high, high)] {
            assert!(near(actual, printed, 5.1e-7), "{time}: {step:?}");
        }
    }
    assert_eq!(curve.median(), Some(11.0));
    assert!(near(curve.restricted_mean(12.5).expect("known").0, 9.875868055555555, 1e-9));
    assert_eq!((curve.at(13.5), curve.at(-1.0), curve.restricted_mean(14.0)), (None, None, None));
}

#[test]
fn the_log_rank_test_of_three_groups_equals_lifelines() {
    let found = log_rank(&lifetimes(), &groups()).expect("groups");
    assert!(near(found.statistic, 2.9195902873347586, 1e-10), "{found:?}");
    assert!(near(found.p, 0.23228385467466162, 1e-10) && found.freedom == 2, "{found:?}");
}

#[test]
fn cox_with_ties_equals_lifelines() {
    let found = Cox::fit(&lifetimes(), &covariates()).expect("rows");
    assert!(found.converged);
    assert!(near(found.log_likelihood, -20.206610681006662, 1e-9), "{found:?}");
    assert!(near(found.null_log_likelihood, -22.472121145449886, 1e-9), "{found:?}");
    assert!(near(found.concordance.expect("pairs"), 0.6818181818181818, 1e-12), "{found:?}");
    let printed = [
        (0.4344559102530117, 0.3578002426608437, 0.2246555100222368),
        (0.5693170250053963, 0.7722893325973355, 0.46101228421783313),
        (-0.48903696033710836, 0.8301450557203813, 0.5557953989829746),
    ];
    for (coefficient, (value, error, p)) in found.coefficients.iter().zip(printed) {
        let errors = coefficient.errors.expect("varies");
        assert!(near(coefficient.value, value, 1e-7), "{coefficient:?}");
        assert!(near(errors.standard_error, error, 1e-7) && near(errors.p, p, 1e-7), "{coefficient:?}");
    }
}

#[test]
fn concordance_counts_the_pairs_that_can_be_compared() {
    let (lifetimes, mut random) = (lifetimes(), Random::new(4));
    let risks: Vec<f64> = (0..16).map(|_| random.below(6) as f64).collect();
    let (mut pairs, mut agreed) = (0.0, 0.0);
    for (a, risk_a) in lifetimes.iter().zip(&risks) {
        for (b, risk_b) in lifetimes.iter().zip(&risks) {
            if a.event && (a.duration < b.duration || (a.duration == b.duration && !b.event)) {
                pairs += 1.0;
                agreed += if risk_a > risk_b { 1.0 } else { f64::from(risk_a == risk_b) / 2.0 };
            }
        }
    }
    assert!(near(concordance(&lifetimes, &risks).expect("rows").expect("pairs"), agreed / pairs, 1e-12));
}

#[test]
fn columns_that_say_nothing_have_no_coefficient_and_change_no_other() {
    let plain = Cox::fit(&lifetimes(), &covariates()).expect("rows");
    let mut x = covariates();
    x.push("always", 3, vec![7.0; 16]);
    x.push("again", 4, (0..16).map(|row| 3.0 - 2.0 * SIXTEEN[row].3).collect());
    let found = Cox::fit(&lifetimes(), &x).expect("rows");
    for place in 0..3 {
        assert!(near(found.coefficients[place].value, plain.coefficients[place].value, 1e-9), "{found:?}");
    }
    for place in 3..5 {
        assert_eq!((found.coefficients[place].value, found.coefficients[place].errors), (0.0, None));
    }
}

#[test]
fn a_group_without_events_is_said_to_run_away() {
    let rows: Vec<Lifetime> = (0..60).map(|row| Lifetime { duration: f64::from(1 + row % 20), event: row % 3 != 0 }).collect();
    let x = columns(&[("safe", &|row| f64::from(row % 3 == 0)), ("size", &|row| (row * 7 % 11) as f64)], 60);
    let found = Cox::fit(&rows, &x).expect("rows");
    assert!(!found.converged && found.coefficients[0].runs_away && !found.coefficients[1].runs_away, "{found:?}");
    assert!(found.coefficients[0].value < -5.0 && found.log_likelihood.is_finite(), "{found:?}");
    assert!(near(found.coefficients[1].value, 0.0, 1.0));
}

#[test]
fn cox_finds_the_hazards_that_made_the_data() {
    let mut random = Random::new(8);
    let truth = [0.7, -1.2, 0.0];
    let values: Vec<[f64; 3]> =
        (0..4_000).map(|_| [random.normal(), f64::from(random.unit() < 0.3), 1e6 * random.normal()]).collect();
    let rows: Vec<Lifetime> = values
        .iter()
        .map(|x| {
            let hazard = 0.1 * libm::exp(truth[0] * x[0] + truth[1] * x[1]);
            let (leaves, seen) = (-libm::log(1.0 - random.unit()) / hazard, 20.0 * random.unit());
            Lifetime { duration: leaves.min(seen), event: leaves <= seen }
        })
        .collect();
    let column = |place: usize| {
        let values = &values;
        move |row: usize| values[row][place]
    };
    let x = columns(&[("normal", &column(0)), ("binary", &column(1)), ("nothing, and large", &column(2))], 4_000);
    let found = Cox::fit(&rows, &x).expect("rows");
    for (coefficient, truth) in found.coefficients.iter().zip(truth) {
        let errors = coefficient.errors.expect("varies");
        assert!((coefficient.value - truth).abs() < 3.0 * errors.standard_error, "{coefficient:?} is not {truth}");
    }
    assert!(found.coefficients[0].errors.expect("varies").standard_error < 0.04);
}

#[test]
fn nobody_left_nobody_leaves_and_no_rows_are_told_apart() {
    let row = |duration, event| Lifetime { duration, event };
    assert_eq!(Curve::of(&[]), Err(MeasureError::NoRows));
    assert_eq!(Curve::of(&[row(1.0, true), row(f64::NAN, true)]), Err(MeasureError::Duration { row: 1 }));
    assert_eq!(Curve::of(&[row(-1.0, true)]), Err(MeasureError::Duration { row: 0 }));

    let all = Curve::of(&[row(1.0, true), row(2.0, true)]).expect("rows");
    let last = all.at(99.0).expect("nobody is left");
    assert_eq!((last.survival, last.low, all.median()), (0.0, 0.0, Some(1.0)));
    assert!(last.high.is_finite() && all.restricted_mean(2.0).is_some_and(|(mean, error)| mean == 1.5 && error.is_finite()));

    let none = [row(1.0, false), row(2.0, false)];
    let curve = Curve::of(&none).expect("rows");
    assert_eq!((curve.median(), curve.steps.len(), curve.restricted_mean(2.0)), (None, 0, Some((2.0, 0.0))));
    assert_eq!(log_rank(&none, &[0, 1]), Err(MeasureError::NoEvents));
    assert_eq!(concordance(&none, &[1.0, 2.0]), Ok(None));
    assert_eq!(Cox::fit(&none, &columns(&[("x", &|row| row as f64)], 2)), Err(MeasureError::NoEvents));

    let rows = lifetimes();
    assert_eq!(log_rank(&rows, &[3; 16]), Err(MeasureError::OneGroup));
    assert_eq!(log_rank(&rows, &[3; 4]), Err(MeasureError::Lengths { rows: 16, others: 4 }));
    assert_eq!(Cox::fit(&rows, &columns(&[("x", &|_| 2.0)], 16)), Err(MeasureError::Constant));
    let holes = Cox::fit(&rows, &columns(&[("x", &|row| if row == 3 { f64::NAN } else { row as f64 })], 16));
    assert_eq!(holes, Err(MeasureError::NotFinite { column: "x".to_owned() }));
    // Two who leave together, alone at risk: no variance is left to test with.
    let pair = log_rank(&[row(1.0, true), row(1.0, true)], &[0, 1]).expect("two groups");
    assert_eq!((pair.statistic, pair.p), (0.0, 1.0));
}

/// lifelines 0.30.3.
#[test]
fn telco_s_curves_equal_lifelines() {
    let Some(rows) = telco() else { return };
    let of = |wanted: &dyn Fn(&BTreeMap<String, String>) -> bool| {
        let chosen: Vec<Lifetime> = rows.iter().filter(|row| wanted(row)).map(lifetime).collect();
        Curve::of(&chosen).expect("rows")
    };
    let all = of(&|_| true);
    for (time, printed) in [
        (1.0, 0.945961320),
        (6.0, 0.884826239),
        (12.0, 0.843199554),
        (24.0, 0.788736398),
        (48.0, 0.708840184),
        (72.0, 0.592790152),
    ] {
        let survival = all.at(time).expect("known").survival;
        assert!(near(survival, printed, 5.1e-10), "{time}: {survival}");
    }
    let year = all.at(12.0).expect("known");
    assert!(near(year.low, 0.834169, 5.1e-7) && near(year.high, 0.851783, 5.1e-7) && near(year.hazard, 0.168354492, 5.1e-10));
    assert_eq!(all.median(), None);
    assert!(near(all.restricted_mean(72.0).expect("known").0, 54.492387, 5.1e-7));
    for (contract, year, two) in
        [("Month-to-month", 0.703097, 0.585915), ("One year", 0.990808, 0.978272), ("Two year", 1.0, 1.0)]
    {
        let curve = of(&|row| row["Contract"] == contract);
        for (time, printed) in [(12.0, year), (24.0, two)] {
            let survival = curve.at(time).expect("known").survival;
            assert!(near(survival, printed, 5.1e-7), "{contract} {time}: {survival}");
        }
    }
    let all: Vec<Lifetime> = rows.iter().map(lifetime).collect();
    for (column, printed) in [("Contract", 2352.8725), ("PaperlessBilling", 189.5115)] {
        let mut levels: Vec<&String> = rows.iter().map(|row| &row[column]).collect();
        levels.sort_unstable();
        levels.dedup();
        let groups: Vec<usize> = rows.iter().map(|row| levels.binary_search(&&row[column]).expect("a level")).collect();
        let found = log_rank(&all, &groups).expect("groups");
        assert!(near(found.statistic, printed, 5.1e-5) && found.p < 1e-12, "{column}: {found:?}");
    }
}

fn lifetime(row: &BTreeMap<String, String>) -> Lifetime {
    Lifetime { duration: row["tenure"].parse().expect("months"), event: row["Churn"] == "Yes" }
}

/// lifelines 0.30.3.
#[test]
fn telco_s_hazards_equal_lifelines() {
    let Some(rows) = telco() else { return };
    let is = |column: &'static str, value: &'static str| {
        let rows = &rows;
        move |row: usize| f64::from(rows[row][column] == value)
    };
    let x = columns(
        &[
            ("senior", &is("SeniorCitizen", "1")),
            ("partner", &is("Partner", "Yes")),
            ("dependents", &is("Dependents", "Yes")),
            ("fiber", &is("InternetService", "Fiber optic")),
            ("no internet", &is("InternetService", "No")),
            ("one year", &is("Contract", "One year")),
            ("two year", &is("Contract", "Two year")),
            ("e-check", &is("PaymentMethod", "Electronic check")),
            ("monthly / 10", &|row| rows[row]["MonthlyCharges"].parse::<f64>().expect("a charge") / 10.0),
        ],
        rows.len(),
    );
    let all: Vec<Lifetime> = rows.iter().map(lifetime).collect();
    let found = Cox::fit(&all, &x).expect("rows");
    let printed = [-0.085831, -0.569387, -0.075023, 1.432339, -1.142446, -1.765102, -3.507614, 0.519171, -0.305700];
    for (coefficient, printed) in found.coefficients.iter().zip(printed) {
        assert!(near(coefficient.value, printed, 5.1e-7), "{coefficient:?} is not {printed}");
    }
    assert!(near(found.log_likelihood, -14070.318793, 5.1e-7), "{}", found.log_likelihood);
    assert!(near(found.concordance.expect("pairs"), 0.844798, 5.1e-7), "{:?}", found.concordance);

    let held_out = (0..5).map(|fold| {
        let inside = |row: &usize| rows[*row]["fold"] == fold.to_string();
        let (test, train): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(inside);
        let pick = |places: &[usize]| places.iter().map(|row| all[*row]).collect::<Vec<_>>();
        let model = Cox::fit(&pick(&train), &x.select(&train)).expect("rows");
        let risks: Vec<f64> = test.iter().map(|row| model.log_hazard(&x.row(*row))).collect();
        concordance(&pick(&test), &risks).expect("rows").expect("pairs")
    });
    let mean = held_out.sum::<f64>() / 5.0;
    assert!(near(mean, 0.844089, 5.1e-7), "{mean}");
}

#[test]
fn cdnow_s_cohorts_equal_the_published_counts() {
    let Some(log) = cdnow_log() else { return };
    let found = cohorts(log.iter().map(|(customer, day, _)| (*customer, *day)));
    let printed = [
        ("1997-01", [781, 124, 95, 70, 65, 77]),
        ("1997-02", [857, 134, 110, 75, 77, 75]),
        ("1997-03", [719, 87, 84, 78, 63, 64]),
    ];
    assert_eq!(found.len(), 3);
    for (cohort, (month, buyers)) in found.iter().zip(printed) {
        assert_eq!((cohort.month.as_str(), &cohort.buyers[..6]), (month, &buyers[..]));
    }
}
