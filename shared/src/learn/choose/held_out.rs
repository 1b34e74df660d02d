//! Candidates judged on rows that they were not fitted on.

use super::{Candidate, ChoiceSettings, Rows};
use crate::learn::calibrate::{Calibration, Isotonic, Platt};
use crate::learn::metrics::{self, Figures, row_log_loss};
use crate::learn::{LearnError, Split};

/// The held-out rows of all splits, and every base learner's logits of them.
#[derive(Default)]
pub(super) struct HeldOut {
    pub(super) rows: Vec<HeldRow>,
    /// One list for each penalty.
    pub(super) logistic: Vec<Vec<f64>>,
    pub(super) boosted: Vec<f64>,
}

pub(super) struct HeldRow {
    /// Its place in the matrix.
    pub(super) row: usize,
    /// Rows of the other parts calibrate it.
    part: usize,
    outcome: f64,
    weight: f64,
}

/// A candidate's logits of the held-out rows, and the losses of the probabilities made of them.
pub(super) struct Judged {
    pub(super) candidate: Candidate,
    pub(super) logits: Vec<f64>,
    pub(super) loss: f64,
    probabilities: Vec<f64>,
    losses: Vec<f64>,
}

#[derive(Clone, Copy)]
enum Method {
    None,
    Platt,
    Isotonic,
}

impl HeldOut {
    /// Splits that no learner can be fitted on (one outcome, no rows) are left out.
    pub(super) fn of(rows: &Rows<'_>, splits: &[Split], penalties: &[f64], settings: &ChoiceSettings) -> Self {
        let mut held = Self { logistic: vec![Vec::new(); penalties.len()], ..Self::default() };
        for (part, split) in splits.iter().enumerate() {
            let Ok((lines, trees)) = logits(rows, split, penalties, settings) else { continue };
            for (all, logits) in held.logistic.iter_mut().zip(lines) {
                all.extend(logits);
            }
            held.boosted.extend(trees);
            let outcome = |row: usize| rows.y.get(row).copied().unwrap_or(0.0);
            let weight = |row: usize| rows.weights.map_or(1.0, |weights| weights.get(row).copied().unwrap_or(0.0));
            let row = |row: &usize| HeldRow { row: *row, part, outcome: outcome(*row), weight: weight(*row) };
            held.rows.extend(split.validation.iter().map(row));
        }
        if held.rows.first().map(|row| row.part) == held.rows.last().map(|row| row.part) {
            // One split alone: its halves calibrate each other.
            for (place, row) in held.rows.iter_mut().enumerate() {
                row.part = place % 2;
            }
        }
        let outcomes = held.outcomes();
        let both = outcomes.iter().any(|outcome| *outcome > 0.5) && outcomes.iter().any(|outcome| *outcome <= 0.5);
        if both { held } else { Self::default() }
    }

    pub(super) fn outcomes(&self) -> Vec<f64> {
        self.rows.iter().map(|row| row.outcome).collect()
    }

    pub(super) fn judge(&self, candidate: Candidate, logits: Vec<f64>) -> Judged {
        self.judge_by(candidate, logits, Method::Platt)
    }

    pub(super) fn figures(&self, judged: &Judged) -> Figures {
        metrics::figures(&self.outcomes(), &judged.probabilities)
    }

    /// The standard error of the difference of two mean losses on the same rows.
    pub(super) fn error_of_difference(&self, one: &Judged, other: &Judged) -> f64 {
        let total: f64 = self.rows.iter().map(|row| row.weight).sum();
        let mean = one.loss - other.loss;
        let rows = self.rows.iter().zip(one.losses.iter().zip(&other.losses));
        let squares = rows.map(|(row, (one, other))| {
            let off = row.weight / total * (one - other - mean);
            off * off
        });
        libm::sqrt(squares.sum())
    }

    /// The winner's calibration on all held-out rows, and their probabilities with each row calibrated by the other parts.
    pub(super) fn calibrate(&self, winner: &Judged) -> (Calibration, Vec<f64>) {
        let [none, platt, isotonic] = [Method::None, Method::Platt, Method::Isotonic]
            .map(|method| (method, self.judge_by(winner.candidate, winner.logits.clone(), method)));
        let (mut method, mut best) = if platt.1.loss < none.1.loss { platt } else { none };
        if best.loss - isotonic.1.loss > self.error_of_difference(&best, &isotonic.1) {
            (method, best) = isotonic;
        }
        (self.fit(&winner.logits, method, |_| true), best.probabilities)
    }

    fn judge_by(&self, candidate: Candidate, logits: Vec<f64>, method: Method) -> Judged {
        let mut parts: Vec<usize> = self.rows.iter().map(|row| row.part).collect();
        parts.sort_unstable();
        parts.dedup();
        let fits: Vec<(usize, Calibration)> =
            parts.into_iter().map(|part| (part, self.fit(&logits, method, |row| row.part != part))).collect();
        let probability = |(row, logit): (&HeldRow, &f64)| {
            let place = fits.binary_search_by_key(&row.part, |(part, _)| *part).ok();
            place.and_then(|place| fits.get(place)).map_or(0.5, |(_, fit)| fit.probability(*logit))
        };
        let probabilities: Vec<f64> = self.rows.iter().zip(&logits).map(probability).collect();
        let losses: Vec<f64> = self.rows.iter().zip(&probabilities).map(|(row, p)| row_log_loss(row.outcome, *p)).collect();
        let total: f64 = self.rows.iter().map(|row| row.weight).sum();
        let loss = self.rows.iter().zip(&losses).map(|(row, loss)| row.weight / total * loss).sum();
        Judged { candidate, logits, loss, probabilities, losses }
    }

    /// On the rows that are wanted; none where those have one outcome only.
    fn fit(&self, logits: &[f64], method: Method, wanted: impl Fn(&HeldRow) -> bool) -> Calibration {
        let rows = || self.rows.iter().zip(logits).filter(|(row, _)| wanted(row));
        let logits: Vec<f64> = rows().map(|(_, logit)| *logit).collect();
        let outcomes: Vec<f64> = rows().map(|(row, _)| row.outcome).collect();
        let weights: Vec<f64> = rows().map(|(row, _)| row.weight).collect();
        let fitted = match method {
            Method::None => Ok(Calibration::None),
            Method::Platt => Platt::fit(&logits, &outcomes, Some(&weights)).map(Calibration::Platt),
            Method::Isotonic => Isotonic::fit(&logits, &outcomes, Some(&weights)).map(Calibration::Isotonic),
        };
        fitted.unwrap_or_default()
    }
}

/// Of the validation rows, by lines of each penalty and by trees fitted on the training rows.
fn logits(
    rows: &Rows<'_>,
    split: &Split,
    penalties: &[f64],
    settings: &ChoiceSettings,
) -> Result<(Vec<Vec<f64>>, Vec<f64>), LearnError> {
    let pick = |values: &[f64]| split.train.iter().filter_map(|row| values.get(*row).copied()).collect::<Vec<f64>>();
    let (y, weights) = (pick(rows.y), rows.weights.map(pick));
    let (lines, trees) = {
        // Rows to learn from and rows to judge by are never copied at the same time: together they are as large as the table.
        let train = Rows { x: &rows.x.select(&split.train), y: &y, weights: weights.as_deref() };
        let lines: Result<Vec<_>, LearnError> = penalties.iter().map(|penalty| train.logistic(*penalty)).collect();
        (lines?, train.boosted(settings)?)
    };
    let validation = rows.x.select(&split.validation);
    Ok((lines.iter().map(|line| line.logits(&validation)).collect(), trees.raws(&validation)))
}
