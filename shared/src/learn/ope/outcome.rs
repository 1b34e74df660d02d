//! Simple outcome models and policies that are estimated from a log.

use super::OpeError;

/// Mean reward of each action, learned for every fold from the rows outside it: `result[fold][action]`.
///
/// A mean is drawn toward the mean reward of all those rows as if `weight` rows had had it, so that an action that is rarely seen
/// does not bring its noise into the estimate. Without any row outside a fold its means are 0.
///
/// # Errors
/// Lists of different length, more folds than rows, an action outside `0..actions`, a reward that is not finite.
pub fn crossed_means(
    taken: &[usize],
    rewards: &[f64],
    folds: &[usize],
    actions: usize,
    weight: f64,
) -> Result<Vec<Vec<f64>>, OpeError> {
    for others in [rewards.len(), folds.len()] {
        if others != taken.len() {
            return Err(OpeError::Lengths { rows: taken.len(), others });
        }
    }
    let count = folds.iter().max().map_or(0, |last| last.saturating_add(1));
    if count > taken.len() {
        return Err(OpeError::Lengths { rows: taken.len(), others: count });
    }
    let mut inside = vec![RunningMeans::new(actions, weight); count];
    for (row, ((action, reward), fold)) in taken.iter().zip(rewards).zip(folds).enumerate() {
        let known = inside.get_mut(*fold).is_some_and(|means| means.add(*action, *reward));
        if !known {
            let outside = *action >= actions;
            return Err(if outside { OpeError::Action { row, actions } } else { OpeError::NotFinite { row } });
        }
    }
    let without = |left_out: usize| {
        let mut means = RunningMeans::new(actions, weight);
        inside.iter().enumerate().filter(|(fold, _)| *fold != left_out).for_each(|(_, other)| means.merge(other));
        means.means()
    };
    Ok((0..count).map(without).collect())
}

/// How often each action was taken in each context, with `added` rows for every action, as probabilities:
/// `result[context][action]`. A context without rows gives every action the same probability if `added` is greater than 0.
///
/// # Errors
/// Lists of different length, an action or context outside its range.
pub fn smoothed_frequencies(
    taken: &[usize],
    contexts: &[usize],
    actions: usize,
    among: usize,
    added: f64,
) -> Result<Vec<Vec<f64>>, OpeError> {
    if contexts.len() != taken.len() {
        return Err(OpeError::Lengths { rows: taken.len(), others: contexts.len() });
    }
    let mut counts = vec![vec![added.max(0.0); actions]; among];
    for (row, (action, context)) in taken.iter().zip(contexts).enumerate() {
        let Some(count) = counts.get_mut(*context).and_then(|counts| counts.get_mut(*action)) else {
            return Err(OpeError::Action { row, actions });
        };
        *count += 1.0;
    }
    for context in &mut counts {
        let total: f64 = context.iter().sum();
        context.iter_mut().filter(|_| total > 0.0).for_each(|count| *count /= total);
    }
    Ok(counts)
}

/// Shrunken mean rewards that grow with a log: what they say before a row is added rests on the rows before it alone, as the
/// estimators for adaptive logs need.
#[derive(Debug, Clone, PartialEq)]
pub struct RunningMeans {
    weight: f64,
    counts: Vec<f64>,
    sums: Vec<f64>,
}

impl RunningMeans {
    pub fn new(actions: usize, weight: f64) -> Self {
        Self { weight: weight.max(0.0), counts: vec![0.0; actions], sums: vec![0.0; actions] }
    }

    /// `false`, with nothing added, for an unknown action or a reward that is not finite.
    pub fn add(&mut self, action: usize, reward: f64) -> bool {
        let (Some(count), Some(sum), true) = (self.counts.get_mut(action), self.sums.get_mut(action), reward.is_finite()) else {
            return false;
        };
        *count += 1.0;
        *sum += reward;
        true
    }

    /// Of every action; 0 before the first row.
    pub fn means(&self) -> Vec<f64> {
        let rows: f64 = self.counts.iter().sum();
        let overall = if rows > 0.0 { self.sums.iter().sum::<f64>() / rows } else { 0.0 };
        let mean = |(count, sum): (&f64, &f64)| {
            let rows = count + self.weight;
            if rows > 0.0 { (sum + self.weight * overall) / rows } else { overall }
        };
        self.counts.iter().zip(&self.sums).map(mean).collect()
    }

    fn merge(&mut self, other: &Self) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, more)| *count += more);
        self.sums.iter_mut().zip(&other.sums).for_each(|(sum, more)| *sum += more);
    }
}
