//! Who gets which arm, and what that is worth on a trial.

use super::Trial;
use super::ope::{Decision, Estimates, OpeError, estimates};

/// The value of a policy per person, net of what its contacts cost, by four estimators with their errors.
///
/// `actions[row]` is the policy's arm, `expected[arm][row]` the outcome expected of each arm by models of other rows, and `cost`
/// that of one contact in units of the outcome; arm 0 costs nothing.
///
/// # Errors
/// Fewer than two rows, lists of different length, numbers that are not finite, a trial in which nobody got what the policy gives.
pub fn policy_value(trial: &Trial<'_>, actions: &[usize], expected: &[Vec<f64>], cost: f64) -> Result<Estimates, OpeError> {
    let rows = trial.rows();
    if let Some(others) = [actions.len(), trial.arm.len(), trial.outcome.len()].into_iter().find(|length| *length != rows) {
        return Err(OpeError::Lengths { rows, others });
    }
    let decision = |(row, ((action, arm), outcome)): (usize, ((&usize, &usize), &f64))| {
        let net = |arm: usize| {
            let expected =
                expected.get(arm).and_then(|list| list.get(row)).ok_or(OpeError::Action { row, actions: expected.len() })?;
            Ok(expected - price(arm, cost))
        };
        Ok(Decision {
            reward: outcome - price(*arm, cost),
            propensity: trial.propensity(row, *arm),
            target: f64::from(u8::from(action == arm)),
            expected_taken: net(*arm)?,
            expected_target: net(*action)?,
        })
    };
    let log: Result<Vec<Decision>, OpeError> =
        actions.iter().zip(trial.arm).zip(trial.outcome).enumerate().map(decision).collect();
    estimates(&log?)
}

/// The arm of the greatest effect net of its cost, or none (arm 0) where no effect is worth it. `effects[arm - 1][row]`.
pub fn best_arms(effects: &[Vec<f64>], rows: usize, cost: f64) -> Vec<usize> {
    let best = |row: usize| {
        let net = effects.iter().enumerate().filter_map(|(place, list)| list.get(row).map(|effect| (place + 1, effect - cost)));
        net.fold((0, 0.0), |best, one| if one.1 > best.1 { one } else { best }).0
    };
    (0..rows).map(best).collect()
}

pub(super) fn price(arm: usize, cost: f64) -> f64 {
    if arm == 0 { 0.0 } else { cost }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::{Matrix, Propensities};

    #[test]
    fn the_best_arm_pays_for_itself_or_nobody_is_contacted() {
        let effects = [vec![0.05, 0.01, -0.2, f64::NAN], vec![0.04, 0.03, -0.1, 0.0]];
        assert_eq!(best_arms(&effects, 4, 0.0), [1, 2, 0, 0]);
        assert_eq!(best_arms(&effects, 4, 0.04), [1, 0, 0, 0]);
        assert_eq!(best_arms(&[], 2, 0.0), [0, 0]);
    }

    /// Two arms of half the rows each: contact is worth 1 to the first two and nothing to the others, at a price of 0.25.
    #[test]
    fn a_policy_is_worth_what_its_people_bring_less_the_price() {
        let (arm, outcome) = ([1, 0, 1, 0], [1.0, 0.0, 0.0, 0.0]);
        let x = Matrix::new(4);
        let propensities = Propensities::shares(&arm, 2);
        let trial = Trial { x: &x, arm: &arm, outcome: &outcome, propensities: &propensities };
        let expected = [vec![0.0; 4], vec![1.0, 1.0, 0.0, 0.0]];
        let value = policy_value(&trial, &[1, 1, 0, 0], &expected, 0.25).expect("a value");
        assert!((value.dm.value - 0.375).abs() < 1e-15 && (value.dr.value - 0.375).abs() < 1e-15, "{value:?}");
        assert!((value.ipw.value - 0.375).abs() < 1e-15, "{value:?}");
        assert_eq!(value.ess, 2.0);
        assert!(policy_value(&trial, &[1, 1, 0], &expected, 0.0).is_err());
        assert!(policy_value(&trial, &[2, 2, 2, 2], &expected, 0.0).is_err());
    }
}
