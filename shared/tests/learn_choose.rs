//! Folds, and the choice between the learners.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use shared::learn::calibrate::Calibration;
use shared::learn::choose::{Candidate, Choice, Learner};
use shared::learn::{
    BoostSettings, Boosted, ChoiceSettings, Chosen, LearnError, Logistic, Matrix, choose, metrics, probability, splits,
    stratified,
};
use shared::random::Random;

/// Rows of two uniform columns on -2..2, and outcomes with the probability that `logit` gives.
fn drawn(rows: usize, seed: u64, logit: impl Fn(f64, f64) -> f64) -> (Matrix, Vec<f64>) {
    let mut random = Random::new(seed);
    let mut column = || (0..rows).map(|_| 4.0 * random.unit() - 2.0).collect::<Vec<f64>>();
    let (a, b) = (column(), column());
    let y = a.iter().zip(&b).map(|(a, b)| f64::from(u8::from(random.unit() < probability(logit(*a, *b))))).collect();
    let mut x = Matrix::new(rows);
    x.push("a", 0, a);
    x.push("b", 1, b);
    (x, y)
}

/// Small trees and few, so that the test is quick.
fn settings() -> ChoiceSettings {
    ChoiceSettings { boost: BoostSettings { rounds: 40, learning_rate: 0.2, ..BoostSettings::default() }, ..Default::default() }
}

fn choice(x: &Matrix, y: &[f64]) -> Choice {
    choose(x, y, None, &splits(&stratified(y, None, 3, 1)), &settings()).expect("a choice")
}

#[test]
fn folds_hold_equally_many_events_and_rows() {
    let labels: Vec<f64> = (0..103).map(|row| f64::from(u8::from(row % 5 == 0))).collect();
    let folds = stratified(&labels, None, 5, 7);
    for fold in 0..5 {
        let rows: Vec<usize> = (0..103).filter(|row| folds[*row] == fold).collect();
        let events = rows.iter().filter(|row| labels[**row] > 0.5).count();
        assert!((20..=21).contains(&rows.len()) && (4..=5).contains(&events), "{fold}: {} rows, {events} events", rows.len());
    }
    assert_ne!(folds, stratified(&labels, None, 5, 8));
}

#[test]
fn folds_never_part_a_group() {
    let groups: Vec<usize> = (0..300).map(|row| (row * row) % 41).collect();
    let labels: Vec<f64> = groups.iter().map(|group| f64::from(u8::from(group % 3 == 0))).collect();
    let folds = stratified(&labels, Some(&groups), 4, 1);
    for split in splits(&folds) {
        let trained: Vec<usize> = split.train.iter().map(|row| groups[*row]).collect();
        assert!(split.validation.iter().all(|row| !trained.contains(&groups[*row])));
        assert_eq!(split.train.len() + split.validation.len(), 300);
        assert!((55..=95).contains(&split.validation.len()), "{}", split.validation.len());
    }
}

#[test]
fn too_few_rows_for_the_folds_leave_some_out() {
    assert_eq!(splits(&stratified(&[1.0, 0.0], None, 5, 1)).len(), 2);
    assert!(splits(&stratified(&[], None, 5, 1)).is_empty());
    assert!(splits(&stratified(&[1.0], None, 5, 1)).is_empty());
}

#[test]
fn a_line_is_chosen_where_the_truth_is_one_and_trees_where_two_columns_act_together() {
    let (x, y) = drawn(600, 2, |a, b| a - b);
    let line = choice(&x, &y);
    assert!(matches!(line.candidate, Candidate::Logistic { .. }), "{:?}", line.chosen.tried);
    let (x, y) = drawn(600, 2, |a, b| if a * b > 0.0 { 2.0 } else { -2.0 });
    let trees = choice(&x, &y);
    assert!(!matches!(trees.candidate, Candidate::Logistic { .. }), "{:?}", trees.chosen.tried);
    let log_loss = |choice: &Choice| choice.chosen.validation.log_loss.expect("a figure");
    assert!(log_loss(&trees) < 0.5, "{}", log_loss(&trees));
}

#[test]
fn bends_follow_a_curve_that_no_line_can() {
    let (x, y) = drawn(600, 3, |a, _| 4.0 * a.abs() - 4.0);
    let chosen = choice(&x, &y).chosen;
    let [far_low, middle, far_high] = [-1.9, 0.0, 1.9].map(|a| chosen.probability(&[a, 0.3]));
    assert!(far_low > 0.8 && middle < 0.2 && far_high > 0.8, "{far_low} {middle} {far_high}");
}

#[test]
fn parts_and_base_are_the_logit_of_every_learner() {
    let (x, y) = drawn(300, 5, |a, b| a + (3.0 * b).max(0.0) * a);
    let logistic = Logistic::fit_bent(&x, &y, None, 1.0).expect("a fit");
    let boosted = Boosted::fit(&x, &y, None, &[], &settings().boost).expect("a fit");
    let learners = [
        (Learner::Logistic(logistic.clone()), 1e-9),
        (Learner::Boosted(boosted.clone()), 1e-6),
        (Learner::Both { logistic, boosted, share_of_trees: 0.25 }, 1e-6),
    ];
    for (learner, tolerance) in learners {
        let logits = learner.logits(&x);
        for row in [0, 17, 299] {
            let told = learner.contributions(&x.row(row));
            assert!((told.base + told.parts.iter().sum::<f64>() - logits[row]).abs() < tolerance);
            assert!((learner.logit(&x.row(row)) - logits[row]).abs() < 1e-9);
        }
    }
}

#[test]
fn a_choice_comes_back_from_json_with_the_same_probabilities() {
    let (x, y) = drawn(300, 8, |a, b| 2.0 * a * b);
    let chosen = choice(&x, &y).chosen;
    let again: Chosen = serde_json::from_str(&serde_json::to_string(&chosen).expect("json")).expect("a choice");
    assert_eq!(again.probabilities(&x), chosen.probabilities(&x));
    assert_eq!(again, chosen);
}

#[test]
fn held_out_probabilities_come_true_also_of_an_overconfident_learner() {
    let (x, y) = drawn(900, 12, |a, b| 0.8 * a * b);
    let overfitted = BoostSettings { rounds: 120, learning_rate: 0.5, depth: 6, min_rows: 1, ..BoostSettings::default() };
    let settings = ChoiceSettings { boost: overfitted, ..settings() };
    let choice = choose(&x, &y, None, &splits(&stratified(&y, None, 3, 1)), &settings).expect("a choice");
    assert_eq!(choice.held_out.len(), 900);
    let (outcomes, given): (Vec<f64>, Vec<f64>) = choice.held_out.iter().map(|(row, p)| (y[*row], *p)).unzip();
    assert_eq!(metrics::figures(&outcomes, &given), choice.chosen.validation);
    assert!(!matches!(choice.candidate, Candidate::Logistic { .. }));
    assert_ne!(choice.chosen.calibration, Calibration::None);
    assert!(metrics::ece(&outcomes, &given).expect("a figure") < 0.06, "{:?}", choice.chosen.validation);
}

#[test]
fn rows_of_no_split_change_neither_choice_nor_calibration_nor_figures() {
    // Two origins in the order of time; the last 100 rows are later than both.
    let (x, y) = drawn(400, 4, |a, b| a + b);
    let origins = [(0..150, 150..220), (0..220, 220..300)];
    let origins =
        origins.map(|(train, validation)| shared::learn::Split { train: train.collect(), validation: validation.collect() });
    let other = {
        let mut later: Vec<f64> = y.clone();
        later[300..].iter_mut().for_each(|outcome| *outcome = 1.0 - *outcome);
        later
    };
    let (one, two) = (
        choose(&x, &y, None, &origins, &settings()).expect("a choice"),
        choose(&x, &other, None, &origins, &settings()).expect("a choice"),
    );
    assert_eq!(one.candidate, two.candidate);
    assert_eq!(one.held_out, two.held_out);
    assert_eq!(one.chosen.calibration, two.chosen.calibration);
    assert_eq!(one.chosen.tried, two.chosen.tried);
    assert!(one.held_out.iter().all(|(row, _)| (150..300).contains(row)));
}

#[test]
fn tiny_tables_give_a_sane_answer_or_a_clear_error() {
    let (x, _) = drawn(4, 1, |_, _| 0.0);
    let y = [1.0, 0.0, 0.0, 0.0];
    let tiny = choose(&x, &y, None, &splits(&stratified(&y, None, 5, 1)), &ChoiceSettings::default()).expect("a choice");
    assert!(tiny.chosen.probabilities(&x).iter().all(|p| (0.0..=1.0).contains(p)));
    let none = choose(&x, &y, None, &[], &ChoiceSettings::default()).expect("a choice");
    assert!((none.candidate, none.chosen.calibration) == (Candidate::Logistic { penalty: 30.0 }, Calibration::None));
    assert_eq!(choose(&x, &[0.0; 4], None, &[], &ChoiceSettings::default()), Err(LearnError::OneOutcome));
    assert_eq!(choose(&x, &[0.0; 3], None, &[], &ChoiceSettings::default()), Err(LearnError::Lengths { rows: 4, others: 3 }));
    assert_eq!(choose(&Matrix::new(0), &[], None, &[], &ChoiceSettings::default()), Err(LearnError::NoRows));
    // No column at all: the base rate.
    let y = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0];
    let none =
        choose(&Matrix::new(8), &y, None, &splits(&stratified(&y, None, 2, 1)), &ChoiceSettings::default()).expect("a choice");
    assert!((none.chosen.probability(&[]) - 0.25).abs() < 0.05, "{}", none.chosen.probability(&[]));
}

#[test]
fn weights_of_nothing_and_constant_or_blank_columns_leave_probabilities() {
    let (mut x, y) = drawn(120, 6, |a, _| a);
    x.push("constant", 2, vec![3.0; 120]);
    x.push("blank", 3, vec![f64::NAN; 120]);
    x.push("huge", 4, (0..120).map(|row| f64::from(row % 10) * 1e306).collect());
    let weights: Vec<f64> = (0..120).map(|row| f64::from(u8::from(row % 4 != 0))).collect();
    let choice = choose(&x, &y, Some(&weights), &splits(&stratified(&y, None, 3, 1)), &settings()).expect("a choice");
    assert!(choice.chosen.probabilities(&x).iter().all(|p| (0.0..=1.0).contains(p)));
    let (low, high) = choice.chosen.interval(&x.row(0), 1.96);
    assert!((0.0..=1.0).contains(&low) && low <= high && high <= 1.0);
}
