//! Off-policy evaluation of the policy that made one log, from the log of a random policy.

use serde_json::json;
use shared::learn::ope::{self, Decision, Estimate};

use crate::files::File;
use crate::options::Options;

pub const USAGE: &str = "--log F --target F";

/// Rows that an item's mean reward is shrunk with, toward the mean of its fold.
const SHRINKAGE: f64 = 20.0;

/// The policy is the target log's frequency of items at each position, with one more of each; the outcome model is each item's
/// shrunken mean reward, learned on the even rows for the odd ones and the other way round.
pub fn run(options: &Options) -> crate::Answer {
    let (log, target) = (Log::read(options.need("log")?)?, Log::read(options.need("target")?)?);
    let propensities = log.file.numbers("propensity_score")?;
    let items = Codes::of(&[&log.items, &target.items]);
    let positions = Codes::of(&[&log.positions, &target.positions]);
    let said = |error: ope::OpeError| format!("{}: {error}", log.file.path);

    let policy = ope::smoothed_frequencies(
        &items.places(&target.items),
        &positions.places(&target.positions),
        items.len(),
        positions.len(),
        1.0,
    )
    .map_err(said)?;
    let taken = items.places(&log.items);
    let folds: Vec<usize> = (0..taken.len()).map(|row| row % 2).collect();
    let outcomes = ope::crossed_means(&taken, &log.clicks, &folds, items.len(), SHRINKAGE).map_err(said)?;

    let rows = taken.iter().zip(&log.clicks).zip(&propensities).zip(positions.places(&log.positions)).zip(&folds);
    let decisions: Result<Vec<Decision>, String> = rows
        .map(|((((item, click), propensity), position), fold)| {
            let none = Vec::new();
            let (policy, outcomes) = (policy.get(position).unwrap_or(&none), outcomes.get(*fold).unwrap_or(&none));
            Decision::new(*item, *click, *propensity, policy, outcomes).map_err(said)
        })
        .collect();
    let estimates = ope::estimates(&decisions?).map_err(said)?;
    let on_policy = Estimate::of_mean(&target.clicks).map_err(|error| format!("{}: {error}", target.file.path))?;
    Ok(json!({
        "ipw": estimates.ipw,
        "snipw": estimates.snipw,
        "dm": estimates.dm,
        "dr": estimates.dr,
        "ess": estimates.ess,
        "n": estimates.n,
        "on_policy": { "value": on_policy.value, "standard_error": on_policy.standard_error },
    }))
}

struct Log {
    file: File,
    items: Vec<String>,
    positions: Vec<String>,
    clicks: Vec<f64>,
}

impl Log {
    fn read(path: &str) -> Result<Self, String> {
        let file = File::read(path)?;
        let words = |name: &str| Ok::<_, String>(file.cells(name)?.into_iter().map(str::to_owned).collect());
        let (items, positions, clicks) = (words("item_id")?, words("position")?, file.numbers("click")?);
        Ok(Self { file, items, positions, clicks })
    }
}

/// The distinct words of some columns, in order.
struct Codes(Vec<String>);

impl Codes {
    fn of(columns: &[&Vec<String>]) -> Self {
        let mut words: Vec<String> = columns.iter().flat_map(|column| column.iter().cloned()).collect();
        words.sort_unstable();
        words.dedup();
        Self(words)
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn places(&self, column: &[String]) -> Vec<usize> {
        column.iter().map(|word| self.0.binary_search(word).unwrap_or(self.0.len())).collect()
    }
}
