//! The choice between the learners, and the calibration of the chosen one, on rows that it was not fitted on.

mod held_out;

use serde::{Deserialize, Serialize};

use super::calibrate::Calibration;
use super::metrics::{self, Figures};
use super::{BoostSettings, Boosted, Contributions, Direction, LearnError, Logistic, Matrix, Split};
use held_out::{HeldOut, Judged};

/// Shares of the trees where both learners are mixed.
const MIXTURES: [f64; 3] = [0.25, 0.5, 0.75];

/// Above so many rows the penalty hardly matters, and the newest [`LARGE_SPLITS`] splits tell enough.
const LARGE: usize = 20_000;

const LARGE_SPLITS: usize = 3;

/// What is tried; the default is meant for any table of people.
#[derive(Debug, Clone, PartialEq)]
pub struct ChoiceSettings {
    /// Of the logistic regression.
    pub penalties: Vec<f64>,
    pub boost: BoostSettings,
    /// One a column, or none. The trees keep to them.
    pub directions: Vec<Direction>,
    /// Standard errors by which a learner must be better to be taken instead of a simpler one.
    pub caution: f64,
}

impl Default for ChoiceSettings {
    fn default() -> Self {
        Self { penalties: vec![1.0, 5.0, 30.0], boost: BoostSettings::default(), directions: Vec::new(), caution: 1.0 }
    }
}

/// A learner with its calibration, and what it was chosen from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    pub learner: Learner,
    pub calibration: Calibration,
    /// Figures of the calibrated learner on held-out rows, each calibrated by other splits than its own.
    pub validation: Figures,
    /// Every candidate, in the order of simplicity.
    pub tried: Vec<Tried>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Learner {
    Logistic(Logistic),
    Boosted(Boosted),
    /// The weighted mean of both logits.
    Both {
        logistic: Logistic,
        boosted: Boosted,
        share_of_trees: f64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    pub candidate: Candidate,
    /// On held-out rows, calibrated by other splits.
    pub figures: Figures,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Candidate {
    Logistic { penalty: f64 },
    Boosted,
    Both { penalty: f64, share_of_trees: f64 },
}

/// The chosen learner, and for each row that a split judged its place and the probability that the learner gave it unseen.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    pub chosen: Chosen,
    pub candidate: Candidate,
    /// Of the best logistic regression, chosen or not.
    pub penalty: f64,
    pub held_out: Vec<(usize, f64)>,
}

/// Fits every candidate on each split's training rows, judges it by the log loss of its calibrated probabilities on the rows held
/// out, and fits the winner on all rows. Folds of one table and origins in the order of time alike are splits; see
/// [`super::splits`].
///
/// Logistic regression, trees and their mixture stand in the order of simplicity: the first is taken whose loss is within one
/// standard error (of paired differences) of the least. The winner is calibrated on its held-out logits, by Platt's line unless its
/// own probabilities are as good, or isotonic steps better by a standard error. Where no split can be judged (too few rows, or one
/// outcome in each), the most shrunken logistic regression is taken as it is.
///
/// # Errors
/// No rows, lengths that differ, one outcome only, outcomes or weights out of range.
pub fn choose(
    x: &Matrix,
    y: &[f64],
    weights: Option<&[f64]>,
    splits: &[Split],
    settings: &ChoiceSettings,
) -> Result<Choice, LearnError> {
    let large = y.len() > LARGE;
    let penalties = settings.penalties.get(..if large { 1 } else { settings.penalties.len() }).unwrap_or_default();
    let splits = splits.get(splits.len().saturating_sub(LARGE_SPLITS)..).filter(|_| large).unwrap_or(splits);
    let rows = Rows { x, y, weights };
    let held = HeldOut::of(&rows, splits, penalties, settings);
    let mut judged: Vec<Judged> = Vec::new();
    for (penalty, logits) in penalties.iter().zip(&held.logistic) {
        judged.push(held.judge(Candidate::Logistic { penalty: *penalty }, logits.clone()));
    }
    let Some((penalty, best)) = least(&judged).and_then(|best| Some((best.candidate.penalty()?, best.logits.clone()))) else {
        return unjudged(&rows, settings);
    };
    judged.push(held.judge(Candidate::Boosted, held.boosted.clone()));
    for share_of_trees in MIXTURES {
        let mix = |(line, trees): (&f64, &f64)| (1.0 - share_of_trees) * line + share_of_trees * trees;
        let logits = best.iter().zip(&held.boosted).map(mix).collect();
        judged.push(held.judge(Candidate::Both { penalty, share_of_trees }, logits));
    }
    let winner = simplest(&judged, &held, settings.caution).unwrap_or_default();
    let tried = judged.iter().map(|judged| Tried { candidate: judged.candidate, figures: held.figures(judged) }).collect();
    let Some(winner) = judged.into_iter().nth(winner) else { return unjudged(&rows, settings) };
    let (calibration, probabilities) = held.calibrate(&winner);
    let chosen = Chosen {
        learner: winner.candidate.fit(&rows, settings)?,
        calibration,
        validation: metrics::figures(&held.outcomes(), &probabilities),
        tried,
    };
    let held_out = held.rows.iter().map(|held| held.row).zip(probabilities).collect();
    Ok(Choice { chosen, candidate: winner.candidate, penalty, held_out })
}

impl Chosen {
    /// The calibrated probability of one row of the matrix.
    pub fn probability(&self, row: &[f64]) -> f64 {
        self.calibration.probability(self.logit(row))
    }

    pub fn probabilities(&self, x: &Matrix) -> Vec<f64> {
        self.learner.logits(x).into_iter().map(|logit| self.calibration.probability(logit)).collect()
    }

    /// Before calibration.
    pub fn logit(&self, row: &[f64]) -> f64 {
        self.learner.logit(row)
    }

    /// Of the logit before calibration.
    pub fn contributions(&self, row: &[f64]) -> Contributions {
        self.learner.contributions(row)
    }

    /// Of the share of events among rows with the logit of this one, `z` standard errors to each side.
    pub fn interval(&self, row: &[f64], z: f64) -> (f64, f64) {
        self.calibration.interval(self.logit(row), z)
    }
}

impl Learner {
    pub fn logit(&self, row: &[f64]) -> f64 {
        match self {
            Self::Logistic(logistic) => logistic.logit(row),
            Self::Boosted(boosted) => boosted.raw(row),
            Self::Both { logistic, boosted, share_of_trees } => mixed(logistic.logit(row), boosted.raw(row), *share_of_trees),
        }
    }

    pub fn logits(&self, x: &Matrix) -> Vec<f64> {
        match self {
            Self::Logistic(logistic) => logistic.logits(x),
            Self::Boosted(boosted) => boosted.raws(x),
            Self::Both { logistic, boosted, share_of_trees } => {
                let both = logistic.logits(x).into_iter().zip(boosted.raws(x));
                both.map(|(line, trees)| mixed(line, trees, *share_of_trees)).collect()
            }
        }
    }

    pub fn contributions(&self, row: &[f64]) -> Contributions {
        match self {
            Self::Logistic(logistic) => logistic.contributions(row),
            Self::Boosted(boosted) => boosted.contributions(row),
            Self::Both { logistic, boosted, share_of_trees } => {
                let (line, trees) = (logistic.contributions(row), boosted.contributions(row));
                let parts = line.parts.iter().zip(&trees.parts).map(|(line, trees)| mixed(*line, *trees, *share_of_trees));
                Contributions { base: mixed(line.base, trees.base, *share_of_trees), parts: parts.collect() }
            }
        }
    }
}

fn mixed(line: f64, trees: f64, share_of_trees: f64) -> f64 {
    (1.0 - share_of_trees) * line + share_of_trees * trees
}

impl Candidate {
    /// Of its logistic regression.
    fn penalty(self) -> Option<f64> {
        match self {
            Self::Logistic { penalty } | Self::Both { penalty, .. } => Some(penalty),
            Self::Boosted => None,
        }
    }

    fn fit(self, rows: &Rows<'_>, settings: &ChoiceSettings) -> Result<Learner, LearnError> {
        Ok(match self {
            Self::Logistic { penalty } => Learner::Logistic(rows.logistic(penalty)?),
            Self::Boosted => Learner::Boosted(rows.boosted(settings)?),
            Self::Both { penalty, share_of_trees } => {
                Learner::Both { logistic: rows.logistic(penalty)?, boosted: rows.boosted(settings)?, share_of_trees }
            }
        })
    }
}

/// What is learned from.
struct Rows<'a> {
    x: &'a Matrix,
    y: &'a [f64],
    weights: Option<&'a [f64]>,
}

impl Rows<'_> {
    fn logistic(&self, penalty: f64) -> Result<Logistic, LearnError> {
        Logistic::fit_bent(self.x, self.y, self.weights, penalty)
    }

    fn boosted(&self, settings: &ChoiceSettings) -> Result<Boosted, LearnError> {
        Boosted::fit(self.x, self.y, self.weights, &settings.directions, &settings.boost)
    }
}

/// Where nothing can be judged the most shrunken line errs least.
fn unjudged(rows: &Rows<'_>, settings: &ChoiceSettings) -> Result<Choice, LearnError> {
    let penalty = settings.penalties.iter().copied().fold(1.0, f64::max);
    let candidate = Candidate::Logistic { penalty };
    let chosen = Chosen {
        learner: candidate.fit(rows, settings)?,
        calibration: Calibration::None,
        validation: Figures::default(),
        tried: Vec::new(),
    };
    Ok(Choice { chosen, candidate, penalty, held_out: Vec::new() })
}

fn least(judged: &[Judged]) -> Option<&Judged> {
    judged.iter().min_by(|a, b| a.loss.total_cmp(&b.loss))
}

/// The place of the first whose loss is within a standard error of the least; among lines of different penalty, of the best line.
fn simplest(judged: &[Judged], held: &HeldOut, caution: f64) -> Option<usize> {
    let best = least(judged)?;
    let line = |judged: &Judged| matches!(judged.candidate, Candidate::Logistic { .. });
    let lines: Vec<f64> = judged.iter().filter(|judged| line(judged)).map(|judged| judged.loss).collect();
    let best_line = lines.iter().copied().fold(f64::INFINITY, f64::min);
    let mixtures = judged.iter().filter(|judged| matches!(judged.candidate, Candidate::Both { .. }));
    let best_mixture = mixtures.map(|judged| judged.loss).fold(f64::INFINITY, f64::min);
    judged.iter().position(|judged| {
        let best_of_kind = match judged.candidate {
            Candidate::Logistic { .. } => best_line,
            Candidate::Boosted => judged.loss,
            Candidate::Both { .. } => best_mixture,
        };
        judged.loss <= best_of_kind && judged.loss - best.loss <= caution * held.error_of_difference(judged, best)
    })
}
