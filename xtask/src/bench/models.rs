//! The speed that the models claim, measured: ours and the peers' alternating in one run, because wall times of a busy machine mean
//! nothing by themselves.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::peers;
use crate::process::{self, step};
use crate::project;
use crate::speed;
use crate::tools;

/// A pair of measurements and the most that ours may take of the other's time.
struct Claim {
    name: String,
    ours: Run,
    other: Run,
    most: f64,
    /// Bytes that a wasm module may grow to.
    memory: Option<f64>,
}

/// A program that prints seconds, perhaps with the seconds of preparing before and a digest after them.
enum Run {
    Native(Vec<String>),
    /// The same with preparing counted, as the host of a wasm module cannot tell them apart.
    NativeWhole(Vec<String>),
    Peer(Vec<String>),
    Wasm(PathBuf),
}

struct Measured {
    seconds: f64,
    /// Of what came out.
    digest: Option<u8>,
    /// Bytes of a wasm module's memory, which never shrinks.
    memory: Option<f64>,
}

/// The worker's memory, of which a request and the runtime's own data take their part.
const MEMORY: f64 = 96.0 * 1_048_576.0;

/// What runs where.
struct Programs {
    speed: PathBuf,
    python: PathBuf,
    node: PathBuf,
}

pub fn command(rounds: usize, python: Option<PathBuf>) -> Result<()> {
    let python = peers::python(python)?;
    tools::ensure_npm_packages()?;
    tools::ensure_wasm_target()?;
    let program = step("Building the timed work", || speed::native("edge"))?;
    let programs = Programs { speed: program, python, node: tools::node() };
    let (claims, skipped) = claims(&programs)?;
    let mut lines = Vec::new();
    for claim in &claims {
        lines.push(step(&claim.name, || measure(claim, &programs, rounds))?);
    }
    eprintln!("\n{:44} {:>10} {:>10} {:>8} {:>8}", "", "ours", "other", "ratio", "at most");
    for line in &lines {
        let figure = |name: &str| line[name].as_f64().unwrap_or(f64::NAN);
        let name = line["name"].as_str().unwrap_or_default();
        let verdict = if line["holds"] == true { "holds" } else { "MISSED" };
        let (ours, other) = (1_000.0 * figure("ours_median"), 1_000.0 * figure("other_median"));
        let memory = line["memory"].as_f64().map(|bytes| format!(" in {:.0} MiB", bytes / 1_048_576.0)).unwrap_or_default();
        eprintln!("{name:44} {ours:7.1} ms {other:7.1} ms {:8.3} {:8.3} {verdict}{memory}", figure("ratio"), figure("at_most"));
    }
    for reason in &skipped {
        eprintln!("skipped: {reason}");
    }
    println!("{:#}", json!({ "rounds": rounds, "claims": lines, "skipped": skipped }));
    if lines.iter().any(|line| line["holds"] != true) {
        bail!("Not every claim holds.");
    }
    Ok(())
}

fn claims(programs: &Programs) -> Result<(Vec<Claim>, Vec<String>)> {
    let (mut claims, mut skipped) = (Vec::new(), Vec::new());
    let data = env::var_os("REKINDLE_DATA").map_or_else(|| project::path("../shared/data"), PathBuf::from);
    let mut sources = Vec::new();
    match present(&data, "cdnow/cdnow_summary.csv") {
        Ok(file) => sources.push(("2,357 (CDNOW)".to_owned(), file)),
        Err(reason) => skipped.push(format!("BG/NBD of CDNOW: {reason}")),
    }
    for (count, name) in [("100000", "100,000"), ("1000000", "1,000,000")] {
        let file = text(&project::target().join(format!("customers-{count}.csv")));
        process::output(Command::new(&programs.speed).args(["write", count, &file]))?;
        sources.push((name.to_owned(), file));
    }
    let beside = |work: &str, file: &str| {
        let words = vec![work.to_owned(), file.to_owned()];
        (Run::Native(words.clone()), Run::Peer(words))
    };
    for (customers, file) in &sources {
        for (work, kind, most) in [("fit-grouped", "grouped", 1.0 / 5.0), ("fit", "raw", 1.0 / 10.0)] {
            let (ours, other) = beside(work, file);
            claims.push(Claim { name: format!("BG/NBD fit, {kind}, {customers}"), ours, other, most, memory: None });
        }
    }
    if let Some((customers, file)) = sources.last() {
        let (ours, other) = beside("score", file);
        claims.push(Claim { name: format!("expected orders and P(alive), {customers}"), ours, other, most: 0.5, memory: None });
    }
    match present(&data, "telco_churn/telco_churn.csv") {
        Ok(file) => {
            let (ours, other) = beside("fold", &file);
            claims.push(Claim { name: "boosted trees, one fold of Telco".to_owned(), ours, other, most: 1.0, memory: None });
        }
        Err(reason) => skipped.push(format!("boosted trees on Telco: {reason}")),
    }
    for (work, size) in [("fit-grouped", "100000"), ("score", "1000000"), ("boost", "5600"), ("choose", "40000")] {
        let words = vec![work.to_owned(), size.to_owned()];
        let wasm = step(&format!("Building {work} {size} as wasm"), || speed::wasm("edge", &words))?;
        claims.push(Claim {
            name: format!("wasm to native, {work} {size}"),
            ours: Run::Wasm(wasm),
            other: Run::NativeWhole(words),
            most: 3.0,
            memory: Some(MEMORY),
        });
    }
    Ok((claims, skipped))
}

fn measure(claim: &Claim, programs: &Programs, rounds: usize) -> Result<Value> {
    let (mut ours, mut others, mut same, mut memory) = (Vec::new(), Vec::new(), true, None);
    for _ in 0..rounds {
        let (one, other) = (claim.ours.measure(programs)?, claim.other.measure(programs)?);
        ours.push(one.seconds);
        others.push(other.seconds);
        same &= one.digest.is_none() || other.digest.is_none() || one.digest == other.digest;
        memory = one.memory;
    }
    if !same {
        bail!("{}: what came out is not the same on both sides.", claim.name);
    }
    let (ours_median, other_median) = (median(&mut ours), median(&mut others));
    let ratio = ours_median / other_median;
    let fits = claim.memory.zip(memory).is_none_or(|(most, bytes)| bytes <= most);
    Ok(json!({
        "name": claim.name,
        "ours": ours,
        "other": others,
        "ours_median": ours_median,
        "other_median": other_median,
        "ratio": ratio,
        "at_most": claim.most,
        "memory": memory,
        "memory_at_most": claim.memory,
        "holds": ratio <= claim.most && fits,
    }))
}

impl Run {
    fn measure(&self, programs: &Programs) -> Result<Measured> {
        let mut command = match self {
            Self::Native(words) | Self::NativeWhole(words) => {
                let mut command = Command::new(&programs.speed);
                command.args(words);
                command
            }
            Self::Peer(words) => {
                let mut command = Command::new(&programs.python);
                command.arg(project::path("speed/peers.py")).args(words);
                for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"] {
                    command.env(name, "1");
                }
                command
            }
            Self::Wasm(module) => {
                let mut command = Command::new(&programs.node);
                command.arg(project::path("speed/wasm.mjs")).arg(module);
                command
            }
        };
        let printed = process::output(&mut command)?;
        let numbers: Vec<f64> = printed.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let (seconds, digest, memory) = match (self, numbers.as_slice()) {
            (Self::Native(_), [_, seconds, _]) | (Self::Peer(_), [seconds]) => (*seconds, None, None),
            (Self::NativeWhole(_), [before, seconds, digest]) => (before + seconds, Some(*digest as u8), None),
            (Self::Wasm(_), [seconds, digest, memory]) => (*seconds, Some(*digest as u8), Some(*memory)),
            _ => bail!("A measurement printed {printed:?}."),
        };
        Ok(Measured { seconds, digest, memory })
    }
}

/// The middle, or the mean of the two in the middle; sorts.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = |place: usize| values.get(place).copied().unwrap_or(f64::NAN);
    (at((values.len().max(1) - 1) / 2) + at(values.len() / 2)) / 2.0
}

fn present(data: &Path, name: &str) -> Result<String, String> {
    let file = data.join(name);
    if file.exists() { Ok(text(&file)) } else { Err(format!("{} is not there; set REKINDLE_DATA", file.display())) }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_middle_one_or_the_mean_of_two() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&mut []).is_nan());
    }
}
