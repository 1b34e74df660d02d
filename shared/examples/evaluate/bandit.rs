//! Regret of a policy on arms of known means, or its reward replayed on a random log.

use std::time::Instant;

use serde_json::{Value, json};
use shared::learn::bandit::{Choose, Logged, regret, replay};

use crate::files::File;
use crate::options::Options;

pub const USAGE: &str = "--means A,B,… --rounds N --runs N --policy P [--rotate-at N]
     or --replay F --treatment COL --outcome COL --runs N --policy P
     P: thompson, discounted, hierarchical, gaussian, ucb1, epsilon, uniform";

/// Keeps the last thousand rewards.
const DISCOUNT: f64 = 0.999;

const EPSILON: f64 = 0.1;

/// Run i has the seed i.
pub fn run(options: &Options) -> crate::Answer {
    let name = options.need("policy")?;
    let choose = policy(name)?;
    let runs: u64 = options.need_parsed("runs")?;
    if runs == 0 {
        return Err("--runs must be at least 1".to_owned());
    }
    let started = Instant::now();
    let mut answer = match options.get("replay") {
        Some(path) => replayed(options, path, choose, runs)?,
        None => simulated(options, choose, runs)?,
    };
    if let Value::Object(answer) = &mut answer {
        answer.insert("policy".to_owned(), json!(name));
        answer.insert("runs".to_owned(), json!(runs));
        answer.insert("seconds".to_owned(), json!(started.elapsed().as_secs_f64()));
    }
    Ok(answer)
}

fn policy(name: &str) -> Result<Choose, String> {
    Ok(match name {
        "thompson" => Choose::Thompson,
        "discounted" => Choose::Discounted(DISCOUNT),
        "hierarchical" => Choose::Hierarchical,
        "gaussian" => Choose::Gaussian,
        "ucb1" => Choose::Ucb1,
        "epsilon" => Choose::Epsilon(EPSILON),
        "uniform" => Choose::Uniform,
        _ => return Err(format!("--policy: there is no {name:?}\nUsage: bandit {USAGE}")),
    })
}

fn simulated(options: &Options, choose: Choose, runs: u64) -> crate::Answer {
    options.need("means")?;
    let means: Result<Vec<f64>, String> =
        options.list("means").iter().map(|mean| mean.parse().map_err(|_| format!("--means: cannot read {mean:?}"))).collect();
    let (means, rounds, rotate_at) = (means?, options.need_parsed("rounds")?, options.parsed("rotate-at")?);
    let found: Result<Vec<_>, String> =
        (0..runs).map(|seed| regret(&means, rounds, rotate_at, choose, seed).map_err(|error| error.to_string())).collect();
    let found = found?;
    let regrets: Vec<f64> = found.iter().map(|run| run.regret).collect();
    let pulls = mean_pulls(found.iter().map(|run| run.pulls.as_slice()), means.len(), runs);
    Ok(json!({ "regret": summary(&regrets), "pulls": pulls }))
}

fn replayed(options: &Options, path: &str, choose: Choose, runs: u64) -> crate::Answer {
    let file = File::read(path)?;
    let treatments = file.cells(options.need("treatment")?)?;
    let mut arms = treatments.clone();
    arms.sort_unstable();
    arms.dedup();
    let outcomes = file.numbers(options.need("outcome")?)?;
    let row = |(treatment, reward): (&&str, f64)| Logged { arm: arms.binary_search(treatment).unwrap_or(arms.len()), reward };
    let log: Vec<Logged> = treatments.iter().zip(outcomes).map(row).collect();
    let found: Result<Vec<_>, String> =
        (0..runs).map(|seed| replay(&log, arms.len(), choose, seed).map_err(|error| error.to_string())).collect();
    let found = found?;
    let rewards: Vec<f64> = found.iter().filter_map(|run| run.mean_reward).collect();
    let accepted = found.iter().map(|run| run.accepted as f64).sum::<f64>() / runs as f64;
    let pulls = mean_pulls(found.iter().map(|run| run.pulls.as_slice()), arms.len(), runs);
    Ok(json!({ "arms": arms, "mean_reward": summary(&rewards), "accepted": accepted, "pulls": pulls }))
}

/// Over runs; without any, and for a spread of one, null.
fn summary(values: &[f64]) -> Value {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let error = libm::sqrt(values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0) / n);
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    json!({ "mean": mean, "standard_error": error, "p10": quantile(&sorted, 0.1), "p90": quantile(&sorted, 0.9) })
}

/// Between the two nearest of sorted values.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let at = share * sorted.len().saturating_sub(1) as f64;
    let (low, high) = (sorted.get(libm::floor(at) as usize)?, sorted.get(libm::ceil(at) as usize)?);
    Some(low + (high - low) * (at - libm::floor(at)))
}

fn mean_pulls<'a>(runs: impl Iterator<Item = &'a [u64]>, arms: usize, count: u64) -> Vec<f64> {
    let mut sums = vec![0.0; arms];
    for pulls in runs {
        sums.iter_mut().zip(pulls).for_each(|(sum, pulls)| *sum += *pulls as f64 / count as f64);
    }
    sums
}
