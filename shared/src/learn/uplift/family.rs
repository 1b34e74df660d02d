//! The five ways to learn an effect, over one kind of model.

use serde::{Deserialize, Serialize};

use super::logs::Logs;
use super::shrunken::Shrunken;
use super::trial::Pair;
use crate::learn::logistic::probability;
use crate::learn::{BoostSettings, Boosted, LearnError, Logistic, Loss, Matrix, Ridge};
use crate::random::Random;

/// What the outcome or the effect is a sum of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// Straight lines in the columns, long-tailed ones by their logarithm.
    Linear,
    Boosted,
}

/// How an effect, which nobody shows, is learned from outcomes, which everybody shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approach {
    /// S: one model of the outcome with the arm as a column; the effect is what that column changes.
    Single,
    /// T: a model of the outcome in each arm; the effect is their difference.
    Two,
    /// X: what each person's outcome differs from the other arm's model, learned in each arm and blended (Künzel, Sekhon,
    /// Bickel & Yu 2019, Metalearners for estimating heterogeneous treatment effects, §2).
    Cross,
    /// DR: regression of the doubly robust score (Kennedy 2023, Towards optimal doubly robust estimation of heterogeneous causal
    /// effects, algorithm 1).
    DoublyRobust,
    /// CT: regression of the transformed outcome y (w − e) / (e (1 − e)), whose mean is the effect (Jaśkowski & Jaroszewicz
    /// 2012; Athey & Imbens 2015).
    Transformed,
}

/// How the models of a trial are fitted; the default is meant for any trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FamilySettings {
    /// What to try. Straight lines alone take a tenth of the time.
    pub bases: Vec<Base>,
    /// Of linear models of the outcome; models of the effect find their own.
    pub penalty: f64,
    /// Of boosted models. A leaf never needs more than a 40th of the rows, so that small trials still grow trees.
    pub boost: BoostSettings,
}

impl Default for FamilySettings {
    fn default() -> Self {
        // Set one by one: what is best for predicting an outcome is not what is best for a score that is nearly all noise.
        let boost = BoostSettings {
            loss: Loss::Squares,
            rounds: 80,
            learning_rate: 0.05,
            depth: 3,
            min_rows: 100,
            min_hessian: 1.0,
            bins: 255,
            row_share: 0.8,
            column_share: 0.8,
            lambda: 1.0,
            seed: 0,
        };
        Self { bases: Base::ALL.to_vec(), penalty: 1.0, boost }
    }
}

/// A fitted model of the effect; it holds what is needed to predict and no more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct EffectModel {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    logs: Option<Logs>,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Single { model: Box<Outcome>, centers: Option<Vec<f64>> },
    Two { treated: Box<Outcome>, control: Box<Outcome> },
    Cross { treated: Effect, control: Effect, share: f64 },
    Direct(Effect),
}

/// A model of the outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// Where all rows have the same outcome.
    Constant(f64),
    Logistic(Logistic),
    Ridge(Ridge),
    BoostedShare(Boosted),
    BoostedNumber(Boosted),
}

/// A model of the effect that is fitted to scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Effect {
    Shrunken(Shrunken),
    Boosted(Boosted),
}

/// Expected outcomes of both arms, from a model in each that shares nothing with the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Expected {
    logs: Option<Logs>,
    treated: Outcome,
    control: Outcome,
}

/// All approaches over one base.
#[derive(Debug)]
pub(super) struct Family {
    logs: Option<Logs>,
    kinds: Vec<(Approach, Kind)>,
}

impl Approach {
    pub const ALL: [Self; 5] = [Self::Single, Self::Two, Self::Cross, Self::DoublyRobust, Self::Transformed];

    /// As the literature abbreviates it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Single => "s",
            Self::Two => "t",
            Self::Cross => "x",
            Self::DoublyRobust => "dr",
            Self::Transformed => "ct",
        }
    }
}

impl Base {
    pub const ALL: [Self; 2] = [Self::Linear, Self::Boosted];

    pub fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Boosted => "boosted",
        }
    }
}

impl Family {
    pub(super) fn fit(pair: &Pair, base: Base, settings: &FamilySettings) -> Result<Self, LearnError> {
        let logs = (base == Base::Linear).then(|| Logs::of(&pair.x));
        let fitter = Fitter { base, settings, binary: pair.outcome.iter().all(|y| *y == 0.0 || *y == 1.0) };
        let x = logged(logs.as_ref(), &pair.x);
        let x = x.as_ref().unwrap_or(&pair.x);
        let all: Vec<usize> = (0..x.rows()).collect();
        let (treated, control) = fitter.two(x, pair, &all)?;
        let kinds = Approach::ALL.map(|approach| {
            let kind = match approach {
                Approach::Single => fitter.single(x, pair)?,
                Approach::Two => Kind::Two { treated: Box::new(treated.clone()), control: Box::new(control.clone()) },
                Approach::Cross => fitter.cross(x, pair, &treated, &control)?,
                Approach::DoublyRobust if base == Base::Linear => {
                    fitter.direct(x, &scores(pair, &treated.means(x), &control.means(x)))?
                }
                Approach::DoublyRobust => {
                    let (m_1, m_0) = fitter.halves(x, pair)?;
                    fitter.direct(x, &scores(pair, &m_1, &m_0))?
                }
                Approach::Transformed => {
                    let nothing = vec![0.0; x.rows()];
                    fitter.direct(x, &scores(pair, &nothing, &nothing))?
                }
            };
            Ok((approach, kind))
        });
        Ok(Self { logs, kinds: kinds.into_iter().collect::<Result<_, LearnError>>()? })
    }

    /// Of each approach, in the order of [`Approach::ALL`].
    pub(super) fn effects(&self, x: &Matrix) -> Vec<Vec<f64>> {
        let logs = logged(self.logs.as_ref(), x);
        let x = logs.as_ref().unwrap_or(x);
        self.kinds.iter().map(|(_, kind)| kind.effects(x)).collect()
    }

    pub(super) fn model(&self, approach: Approach) -> Option<EffectModel> {
        let kind = self.kinds.iter().find(|(known, _)| *known == approach)?.1.clone();
        Some(EffectModel { logs: self.logs.clone(), kind })
    }

    pub(super) fn expected(&self) -> Option<Expected> {
        self.kinds.iter().find_map(|(_, kind)| match kind {
            Kind::Two { treated, control } => {
                Some(Expected { logs: self.logs.clone(), treated: (**treated).clone(), control: (**control).clone() })
            }
            _ => None,
        })
    }
}

impl EffectModel {
    pub(super) fn effects(&self, x: &Matrix) -> Vec<f64> {
        let logs = logged(self.logs.as_ref(), x);
        self.kind.effects(logs.as_ref().unwrap_or(x))
    }
}

impl Expected {
    /// With the arm's contact and without any.
    pub(super) fn means(&self, x: &Matrix) -> (Vec<f64>, Vec<f64>) {
        let logs = logged(self.logs.as_ref(), x);
        let x = logs.as_ref().unwrap_or(x);
        (self.treated.means(x), self.control.means(x))
    }
}

impl Kind {
    fn effects(&self, x: &Matrix) -> Vec<f64> {
        match self {
            Self::Single { model, centers } => {
                let means = |treated: bool| {
                    let arms = vec![treated; x.rows()];
                    model.means(&with_arm(x, &arms, centers.as_deref()))
                };
                difference(&means(true), &means(false))
            }
            Self::Two { treated, control } => difference(&treated.means(x), &control.means(x)),
            Self::Cross { treated, control, share } => {
                let blend = |(one, other): (f64, f64)| (1.0 - share) * one + share * other;
                treated.values(x).into_iter().zip(control.values(x)).map(blend).collect()
            }
            Self::Direct(effect) => effect.values(x),
        }
    }
}

impl Outcome {
    fn means(&self, x: &Matrix) -> Vec<f64> {
        match self {
            Self::Constant(value) => vec![*value; x.rows()],
            Self::Logistic(model) => model.logits(x).into_iter().map(probability).collect(),
            Self::BoostedShare(model) => model.raws(x).into_iter().map(probability).collect(),
            Self::Ridge(model) => model.predictions(x),
            Self::BoostedNumber(model) => model.raws(x),
        }
    }
}

impl Effect {
    fn values(&self, x: &Matrix) -> Vec<f64> {
        match self {
            Self::Shrunken(model) => model.predictions(x),
            Self::Boosted(model) => model.raws(x),
        }
    }
}

/// How this family fits its parts.
struct Fitter<'a> {
    base: Base,
    settings: &'a FamilySettings,
    /// All outcomes are 0 or 1.
    binary: bool,
}

impl Fitter<'_> {
    fn outcome(&self, x: &Matrix, y: &[f64]) -> Result<Outcome, LearnError> {
        let Some(first) = y.first() else { return Err(LearnError::NoRows) };
        if y.iter().all(|outcome| outcome == first) {
            return Ok(Outcome::Constant(*first));
        }
        Ok(match (self.base, self.binary) {
            (Base::Linear, true) => Outcome::Logistic(Logistic::fit(x, y, None, self.settings.penalty)?),
            (Base::Linear, false) => Outcome::Ridge(Ridge::fit(x, y, None, self.settings.penalty)?),
            (Base::Boosted, true) => Outcome::BoostedShare(self.boosted(x, y, Loss::Log)?),
            (Base::Boosted, false) => Outcome::BoostedNumber(self.boosted(x, y, Loss::Squares)?),
        })
    }

    fn effect(&self, x: &Matrix, scores: &[f64]) -> Result<Effect, LearnError> {
        Ok(match self.base {
            Base::Linear => Effect::Shrunken(Shrunken::fit(x, scores)?),
            Base::Boosted => Effect::Boosted(self.boosted(x, scores, Loss::Squares)?),
        })
    }

    fn boosted(&self, x: &Matrix, y: &[f64], loss: Loss) -> Result<Boosted, LearnError> {
        let boost = &self.settings.boost;
        let min_rows = boost.min_rows.min((y.len() / 40).max(5));
        Boosted::fit(x, y, None, &[], &BoostSettings { loss, min_rows, ..boost.clone() })
    }

    /// Models of the treated and of the control among these rows.
    fn two(&self, x: &Matrix, pair: &Pair, rows: &[usize]) -> Result<(Outcome, Outcome), LearnError> {
        let side = |treated: bool| {
            let rows: Vec<usize> = rows.iter().copied().filter(|row| pair.treated.get(*row) == Some(&treated)).collect();
            self.outcome(&x.select(&rows), &pick(&pair.outcome, &rows))
        };
        Ok((side(true)?, side(false)?))
    }

    /// Expected outcomes from models of the other half of the rows: trees remember their own.
    fn halves(&self, x: &Matrix, pair: &Pair) -> Result<(Vec<f64>, Vec<f64>), LearnError> {
        let mut order: Vec<usize> = (0..x.rows()).collect();
        Random::new(self.settings.boost.seed).shuffle(&mut order);
        // Alternately within each arm, so that both halves hold both.
        order.sort_by_key(|row| pair.treated.get(*row).copied());
        let half = |odd: usize| order.iter().copied().skip(odd).step_by(2).collect::<Vec<usize>>();
        let (mut m_1, mut m_0) = (vec![0.0; x.rows()], vec![0.0; x.rows()]);
        for (learn, predict) in [(half(0), half(1)), (half(1), half(0))] {
            let (treated, control) = self.two(x, pair, &learn)?;
            let rows = x.select(&predict);
            for (means, into) in [(treated.means(&rows), &mut m_1), (control.means(&rows), &mut m_0)] {
                for (row, mean) in predict.iter().zip(means) {
                    if let Some(place) = into.get_mut(*row) {
                        *place = mean;
                    }
                }
            }
        }
        Ok((m_1, m_0))
    }

    fn single(&self, x: &Matrix, pair: &Pair) -> Result<Kind, LearnError> {
        let centers = (self.base == Base::Linear).then(|| x.columns().iter().map(|column| center(column)).collect::<Vec<f64>>());
        let model = Box::new(self.outcome(&with_arm(x, &pair.treated, centers.as_deref()), &pair.outcome)?);
        Ok(Kind::Single { model, centers })
    }

    fn cross(&self, x: &Matrix, pair: &Pair, m_1: &Outcome, m_0: &Outcome) -> Result<Kind, LearnError> {
        let side = |treated: bool| {
            let rows: Vec<usize> = (0..x.rows()).filter(|row| pair.treated.get(*row) == Some(&treated)).collect();
            let x = x.select(&rows);
            let outcomes = pick(&pair.outcome, &rows);
            let scores = if treated { difference(&outcomes, &m_0.means(&x)) } else { difference(&m_1.means(&x), &outcomes) };
            self.effect(&x, &scores)
        };
        let share = pair.propensity.iter().sum::<f64>() / pair.propensity.len().max(1) as f64;
        Ok(Kind::Cross { treated: side(true)?, control: side(false)?, share })
    }

    fn direct(&self, x: &Matrix, scores: &[f64]) -> Result<Kind, LearnError> {
        Ok(Kind::Direct(self.effect(x, scores)?))
    }
}

/// Doubly robust scores of the effect; with no expectations the transformed outcome.
fn scores(pair: &Pair, m_1: &[f64], m_0: &[f64]) -> Vec<f64> {
    let people = pair.outcome.iter().zip(&pair.treated).zip(&pair.propensity);
    let expected = m_1.iter().zip(m_0);
    let mut scores = Vec::with_capacity(pair.outcome.len());
    for (((y, treated), e), (m_1, m_0)) in people.zip(expected) {
        scores.push(m_1 - m_0 + if *treated { (y - m_1) / e } else { -(y - m_0) / (1.0 - e) });
    }
    scores
}

/// The columns with the arm beside them; for a linear model also the arm's product with each, about the column's center.
fn with_arm(x: &Matrix, treated: &[bool], centers: Option<&[f64]>) -> Matrix {
    let mut wide = Matrix::new(x.rows());
    for ((name, source), column) in x.names().iter().zip(x.sources()).zip(x.columns()) {
        wide.push(name.clone(), *source, column.clone());
    }
    let arm = x.columns().len();
    let side = |treated: &bool| if *treated { 0.5 } else { -0.5 };
    wide.push("arm", arm, treated.iter().map(side).collect());
    for ((name, column), center) in x.names().iter().zip(x.columns()).zip(centers.unwrap_or_default()) {
        let away = |value: &f64| if value.is_finite() { value - center } else { 0.0 };
        wide.push(format!("arm × {name}"), arm, column.iter().zip(treated).map(|(value, arm)| away(value) * side(arm)).collect());
    }
    wide
}

fn logged(logs: Option<&Logs>, x: &Matrix) -> Option<Matrix> {
    logs.map(|logs| logs.apply(x))
}

/// The mean of what is there.
fn center(column: &[f64]) -> f64 {
    let (n, sum) = column.iter().filter(|value| value.is_finite()).fold((0.0, 0.0), |(n, sum), value| (n + 1.0, sum + value));
    if n > 0.0 && f64::is_finite(sum) { sum / n } else { 0.0 }
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn pick(values: &[f64], rows: &[usize]) -> Vec<f64> {
    rows.iter().filter_map(|row| values.get(*row)).copied().collect()
}
