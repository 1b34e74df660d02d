//! Off-policy estimates: by hand, on the Open Bandit Dataset, and their coverage.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod data;

use data::obd;
use shared::learn::ope::{self, Decision, Estimate, Limit, OpeError, crossed_means, smoothed_frequencies};
use shared::random::Random;

fn near(actual: f64, expected: f64) -> bool {
    (actual - expected).abs() <= 1e-12
}

/// Two actions at even odds; the policy takes the second one three times out of four.
fn four_rows() -> Vec<Decision> {
    let row = |action, reward| Decision::new(action, reward, 0.5, &[0.25, 0.75], &[0.2, 0.6]).expect("two actions");
    vec![row(0, 1.0), row(1, 1.0), row(1, 0.0), row(0, 0.0)]
}

#[test]
fn estimates_equal_those_by_hand() {
    let found = ope::estimates(&four_rows()).expect("four rows");
    // Weights .5, 1.5, 1.5, .5; the model expects .25 × .2 + .75 × .6 = .5 of every row.
    assert!(near(found.ipw.value, 2.0 / 4.0), "{found:?}");
    assert!(near(found.snipw.value, 2.0 / 4.0), "{found:?}");
    assert!(near(found.dm.value, 0.5) && near(found.dm.standard_error, 0.0), "{found:?}");
    // Scores .5 + .5 × .8, .5 + 1.5 × .4, .5 − 1.5 × .6, .5 − .5 × .2.
    let scores: [f64; 4] = [0.9, 1.1, -0.4, 0.4];
    let mean = scores.iter().sum::<f64>() / 4.0;
    let error = (scores.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / 3.0 / 4.0).sqrt();
    assert!(near(found.dr.value, mean) && near(found.dr.standard_error, error), "{found:?}");
    assert!(near(found.ess, 16.0 / 5.0), "{found:?}");
}

#[test]
fn a_limit_cuts_large_weights_or_leaves_their_rows_to_the_model() {
    let log = four_rows();
    let value = |limit| ope::doubly_robust(&log, limit).expect("four rows").value;
    assert!(near(value(Limit::Clip(1.0)), (0.9 + 0.9 - 0.1 + 0.4) / 4.0));
    assert!(near(value(Limit::Switch(1.0)), (0.9 + 0.5 + 0.5 + 0.4) / 4.0));
    assert!(near(value(Limit::Switch(1.5)), value(Limit::None)));
}

#[test]
fn what_is_no_log_is_an_error_and_never_a_number() {
    let good = four_rows();
    let with = |change: fn(&mut Decision)| {
        let mut log = good.clone();
        change(&mut log[2]);
        ope::estimates(&log)
    };
    assert_eq!(ope::estimates(&[]), Err(OpeError::TooFew { rows: 0 }));
    assert_eq!(ope::estimates(&good[..1]), Err(OpeError::TooFew { rows: 1 }));
    assert_eq!(with(|row| row.propensity = 0.0), Err(OpeError::Propensity { row: 2 }));
    assert_eq!(with(|row| row.propensity = f64::NAN), Err(OpeError::Propensity { row: 2 }));
    assert_eq!(with(|row| row.target = 1.1), Err(OpeError::Target { row: 2 }));
    assert_eq!(with(|row| row.reward = f64::INFINITY), Err(OpeError::NotFinite { row: 2 }));
    let elsewhere: Vec<Decision> = good.iter().map(|row| Decision { target: 0.0, ..*row }).collect();
    assert_eq!(ope::estimates(&elsewhere), Err(OpeError::NoOverlap));
    assert_eq!(Decision::new(2, 1.0, 0.5, &[0.5, 0.5], &[0.1, 0.1]), Err(OpeError::Action { row: 0, actions: 2 }));
    assert_eq!(crossed_means(&[0, 3], &[1.0, 0.0], &[0, 1], 2, 20.0), Err(OpeError::Action { row: 1, actions: 2 }));
    assert_eq!(crossed_means(&[0, 1], &[1.0, f64::NAN], &[0, 1], 2, 20.0), Err(OpeError::NotFinite { row: 1 }));
    assert_eq!(crossed_means(&[0], &[1.0], &[usize::MAX], 2, 1.0), Err(OpeError::Lengths { rows: 1, others: usize::MAX }));
}

#[test]
fn crossed_means_know_nothing_of_their_own_fold() {
    let (taken, folds) = ([0, 1, 0, 1, 1, 0], [0, 1, 0, 1, 0, 1]);
    let before = crossed_means(&taken, &[1.0, 0.0, 0.0, 1.0, 1.0, 0.0], &folds, 2, 2.0).expect("rows");
    let after = crossed_means(&taken, &[0.0, 0.0, 1.0, 1.0, 0.0, 0.0], &folds, 2, 2.0).expect("rows");
    assert_eq!(before[0], after[0]);
    assert_ne!(before[1], after[1]);
    // Outside fold 0: action 1 with 0 and 1, action 0 with 0; their mean is 1/3.
    assert!(near(before[0][0], 2.0 / 3.0 / 3.0) && near(before[0][1], (1.0 + 2.0 / 3.0) / 4.0), "{before:?}");
}

/// obp 0.3.3 on the same rows.
#[test]
fn estimates_on_the_open_bandit_dataset_equal_obp() {
    let (Some(log), Some(target)) = (obd("random_men"), obd("bts_men")) else { return };
    let actions = 34;
    let policy = smoothed_frequencies(&target.items, &target.positions, actions, 4, 1.0).expect("frequencies");
    let folds: Vec<usize> = (0..log.items.len()).map(|row| row % 2).collect();
    let outcomes = crossed_means(&log.items, &log.clicks, &folds, actions, 20.0).expect("means");
    let decisions: Vec<Decision> = (0..log.items.len())
        .map(|row| {
            let (policy, outcomes) = (&policy[log.positions[row]], &outcomes[folds[row]]);
            Decision::new(log.items[row], log.clicks[row], log.propensities[row], policy, outcomes).expect("known item")
        })
        .collect();
    let found = ope::estimates(&decisions).expect("a log");
    for (name, actual, printed) in [
        ("IPW", found.ipw.value, 0.005645742248974),
        ("SNIPW", found.snipw.value, 0.005728326665997),
        ("DM", found.dm.value, 0.005805510363076),
        ("DR", found.dr.value, 0.005753582067971),
    ] {
        assert!(near(actual, printed), "{name}: {actual} is not {printed}");
    }
    assert!((found.ess - 2911.672705).abs() < 1e-6, "{}", found.ess);
    assert_eq!(found.n, 10_000);
    let on_policy = Estimate::of_mean(&target.clicks).expect("rows");
    assert!(near(on_policy.value, 0.0069) && (on_policy.standard_error - 0.0008).abs() < 5e-5, "{on_policy:?}");
}

/// A log of three segments and four actions by a policy that prefers one, rewards at the rates of segment and action.
fn simulated(seed: u64, rows: usize, scale: f64) -> (Vec<Decision>, f64) {
    const RATES: [[f64; 4]; 3] = [[0.5, 0.2, 0.3, 0.9], [0.1, 0.6, 0.3, 0.4], [0.8, 0.7, 0.2, 0.1]];
    const LOGGING: [[f64; 4]; 3] = [[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25]];
    const POLICY: [[f64; 4]; 3] = [[0.1, 0.1, 0.1, 0.7], [0.0, 1.0, 0.0, 0.0], [0.5, 0.3, 0.1, 0.1]];
    let mut random = Random::new(seed);
    let mut draw = |probabilities: &[f64]| {
        let (unit, mut sum) = (random.unit(), 0.0);
        let place = probabilities.iter().position(|p| {
            sum += p;
            unit < sum
        });
        place.unwrap_or(probabilities.len() - 1)
    };
    let (mut segments, mut taken, mut rewards) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rows {
        let segment = draw(&[0.5, 0.3, 0.2]);
        let action = draw(&LOGGING[segment]);
        let rate = scale * RATES[segment][action];
        segments.push(segment);
        taken.push(action);
        rewards.push(draw(&[1.0 - rate, rate]) as f64);
    }
    let folds: Vec<usize> = (0..rows).map(|row| row % 2).collect();
    let outcomes = crossed_means(&taken, &rewards, &folds, 4, 20.0).expect("means");
    let decision = |row: usize| {
        let (segment, action) = (segments[row], taken[row]);
        Decision::new(action, rewards[row], LOGGING[segment][action], &POLICY[segment], &outcomes[folds[row]]).expect("known")
    };
    let value = |segment: usize| POLICY[segment].iter().zip(RATES[segment]).map(|(p, rate)| p * rate * scale).sum::<f64>();
    ((0..rows).map(decision).collect(), 0.5 * value(0) + 0.3 * value(1) + 0.2 * value(2))
}

/// The share of simulated logs whose doubly robust interval holds the truth, although the model knows nothing of segments.
fn coverage(runs: u64, rows: usize, scale: f64) -> f64 {
    let holds = |seed: &u64| {
        let (log, truth) = simulated(*seed, rows, scale);
        let found = ope::doubly_robust(&log, Limit::None).expect("a log");
        (found.low..=found.high).contains(&truth)
    };
    (0..runs).filter(holds).count() as f64 / runs as f64
}

#[test]
fn doubly_robust_intervals_cover_the_truth_in_95_of_100_logs() {
    for (rows, scale) in [(500, 1.0), (1_000, 0.2)] {
        let covered = coverage(1_000, rows, scale);
        assert!((0.92..=0.98).contains(&covered), "{rows} rows at {scale}: {covered}");
    }
}
