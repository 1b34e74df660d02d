//! Predictions for people whom no model behind them has seen, once and twice removed.
//!
//! The learner is chosen on folds that its models did not see, and the gate values the choice on a fold that neither the models
//! nor the choice saw. With K folds that takes K (K − 1) / 2 fits without two folds and K without one, since the models without
//! folds k and l serve the choice for k on l and the choice for l on k.

use super::choose::Learner;
use super::family::{Approach, Base, Expected, Family, FamilySettings};
use super::trial::{Trial, UpliftError};
use crate::learn::Matrix;
use crate::random::Random;

/// What models without a fold say of the people in it: everybody there, in whichever arm.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) rows: Vec<usize>,
    /// Of each learner, in the order of settings and approaches.
    pub(super) effects: Vec<(Learner, Vec<f64>)>,
    /// Expected outcomes with the arm's contact and without any.
    pub(super) expected: (Vec<f64>, Vec<f64>),
}

/// One arm's held-out predictions.
#[derive(Debug)]
pub(super) struct Crossed {
    /// `once[k]`: fold k by models without it.
    pub(super) once: Vec<Held>,
    /// `twice[k]`: the other folds in order, each by models that saw neither it nor fold k.
    pub(super) twice: Vec<Vec<Held>>,
}

/// Models of one arm over both bases.
#[derive(Debug)]
pub(super) struct Models {
    families: Vec<(Base, Family)>,
}

impl Held {
    pub(super) fn of(&self, learner: Learner) -> Option<&[f64]> {
        self.effects.iter().find(|(known, _)| *known == learner).map(|(_, effects)| effects.as_slice())
    }
}

impl Models {
    pub(super) fn fit(trial: &Trial<'_>, arm: usize, rows: &[usize], settings: &FamilySettings) -> Result<Self, UpliftError> {
        let pair = trial.pair(arm, rows);
        let fit = |base: Base| Ok((base, Family::fit(&pair, base, settings)?));
        Ok(Self { families: settings.bases.iter().copied().map(fit).collect::<Result<_, UpliftError>>()? })
    }

    pub(super) fn family(&self, base: Base) -> Option<&Family> {
        self.families.iter().find(|(known, _)| *known == base).map(|(_, family)| family)
    }

    /// The linear models', which are smooth and hardly remember their own rows, where there are such.
    pub(super) fn expected(&self) -> Option<Expected> {
        let (_, first) = self.families.first()?;
        self.family(Base::Linear).unwrap_or(first).expected()
    }

    fn held(&self, x: &Matrix, rows: &[usize]) -> Held {
        let x = x.select(rows);
        let of = |(base, family): &(Base, Family)| {
            let base = *base;
            Approach::ALL
                .into_iter()
                .zip(family.effects(&x))
                .map(move |(approach, effects)| (Learner::Of(base, approach), effects))
        };
        let effects = self.families.iter().flat_map(of).collect();
        let expected = self.expected().map(|expected| expected.means(&x)).unwrap_or_default();
        Held { rows: rows.to_vec(), effects, expected }
    }
}

impl Crossed {
    pub(super) fn fit(
        trial: &Trial<'_>,
        arm: usize,
        folds: &[Vec<usize>],
        settings: &FamilySettings,
    ) -> Result<Self, UpliftError> {
        let without = |left_out: &[usize]| -> Vec<usize> {
            let kept = folds.iter().enumerate().filter(|(place, _)| !left_out.contains(place));
            kept.flat_map(|(_, rows)| rows.iter().copied()).collect()
        };
        let mut once = Vec::with_capacity(folds.len());
        let mut twice: Vec<Vec<(usize, Held)>> = vec![Vec::new(); folds.len()];
        for (k, fold) in folds.iter().enumerate() {
            once.push(Models::fit(trial, arm, &without(&[k]), settings)?.held(trial.x, fold));
            for (l, other) in folds.iter().enumerate().skip(k + 1) {
                let models = Models::fit(trial, arm, &without(&[k, l]), settings)?;
                for (outer, inner, rows) in [(k, l, other), (l, k, fold)] {
                    if let Some(list) = twice.get_mut(outer) {
                        list.push((inner, models.held(trial.x, rows)));
                    }
                }
            }
        }
        let in_order = |mut list: Vec<(usize, Held)>| {
            list.sort_by_key(|(inner, _)| *inner);
            list.into_iter().map(|(_, held)| held).collect()
        };
        Ok(Self { once, twice: twice.into_iter().map(in_order).collect() })
    }
}

/// Rows dealt into folds at random, each fold with its part of every arm and, for outcomes of 0 and 1, of either outcome.
pub(super) fn folds(trial: &Trial<'_>, count: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..trial.rows()).collect();
    Random::new(seed).shuffle(&mut order);
    let positive = |row: &usize| trial.outcome.get(*row).is_some_and(|outcome| *outcome > 0.0);
    order.sort_by_key(|row| (trial.arm.get(*row).copied(), positive(row)));
    let deal = |fold: usize| {
        let mut rows: Vec<usize> = order.iter().copied().skip(fold).step_by(count).collect();
        rows.sort_unstable();
        rows
    };
    (0..count).map(deal).collect()
}
