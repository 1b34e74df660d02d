//! Whether choosing an arm for each person pays, on public trials (`REKINDLE_DATA`, else the folder beside the project):
//!
//! ```text
//! cargo run --release -p shared --example offer_choice
//! ```
//!
//! People are dealt into folds; for each, models, gate and best single arm are learned on the others, and what the gate deploys
//! ([`shared::offer::Policy::behind`]) is valued on the fold against that best single arm by paired doubly robust scores. Prints one
//! JSON object a trial: the gain per person with its standard error and 95 % interval, and the share of folds whose gate opened.

#[allow(dead_code, reason = "this example reads files and writes none")]
#[path = "evaluate/files.rs"]
mod files;

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::{Value, json};
use shared::learn::{Encoder, Matrix, Ordered, Personal, Propensities, Schema, Trial, UpliftSettings, fit_uplift};
use shared::offer::Policy;
use shared::random::Random;

use files::File;

const COLUMNS: [&str; 8] = ["recency", "history_segment", "history", "mens", "womens", "zip_code", "newbie", "channel"];
const FOLDS: usize = 5;

fn main() -> ExitCode {
    match run() {
        Ok(answer) => {
            println!("{answer:#}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<Value, String> {
    let people = open("hillstrom_a/hillstrom_a.csv")?;
    let simulated = open("uplift_semisynth/outcome_a.csv")?;
    if people.cells("row")? != simulated.cells("row")? {
        return Err("the outcomes are of other rows than the people".to_owned());
    }
    let x = features(&people)?;
    let arms = ["No E-Mail", "Mens E-Mail", "Womens E-Mail"];
    let segment = people.cells("segment")?;
    let arm: Vec<usize> = segment.into_iter().filter_map(|cell| arms.iter().position(|arm| *arm == cell)).collect();
    let contacted = simulated.numbers("w")?.into_iter().map(|w| usize::from(w > 0.0)).collect();
    Ok(json!({
        "uplift_semisynth": chosen(&x, &contacted_trial(contacted, simulated.numbers("y")?, &["none", "contact"]))?,
        "hillstrom_a visit": chosen(&x, &contacted_trial(arm, people.numbers("visit")?, &["none", "men", "women"]))?,
    }))
}

struct Assigned {
    arm: Vec<usize>,
    outcome: Vec<f64>,
    names: Vec<String>,
}

fn contacted_trial(arm: Vec<usize>, outcome: Vec<f64>, names: &[&str]) -> Assigned {
    Assigned { arm, outcome, names: names.iter().map(|name| (*name).to_owned()).collect() }
}

fn chosen(x: &Matrix, all: &Assigned) -> Result<Value, String> {
    let mut order: Vec<usize> = (0..x.rows()).collect();
    Random::new(0).shuffle(&mut order);
    let (mut gains, mut opened, mut differs) = (Vec::new(), 0, 0_usize);
    for fold in 0..FOLDS {
        let part = |is_test: bool| -> Vec<usize> {
            order.iter().enumerate().filter(|(at, _)| (at % FOLDS == fold) == is_test).map(|(_, row)| *row).collect()
        };
        let (train, test) = (part(false), part(true));
        let personal = fit(x, all, &train)?;
        opened += usize::from(personal.gate.open);
        let single = personal.gate.best_single;
        let later = x.select(&test);
        let actions = match Policy::behind(Some(&personal.gate), &all.names) {
            Policy::Matrix => personal.personal(&later),
            Policy::Single(code) | Policy::Chosen(code) => {
                vec![all.names.iter().position(|name| *name == code).unwrap_or(0); test.len()]
            }
        };
        let expected = personal.expected(&later);
        let shares = Propensities::shares(&all.arm, all.names.len());
        let trial = Trial { x, arm: &all.arm, outcome: &all.outcome, propensities: &shares };
        let score = |at: usize, row: usize, arm: usize| {
            let mean = expected.get(arm).and_then(|list| list.get(at)).copied().unwrap_or(0.0);
            let is_arm = all.arm.get(row) == Some(&arm);
            let residual = all.outcome.get(row).copied().unwrap_or(0.0) - mean;
            mean + if is_arm { residual / trial.propensity(row, arm) } else { 0.0 }
        };
        for (at, (row, action)) in test.iter().zip(&actions).enumerate() {
            differs += usize::from(*action != single);
            gains.push(if *action == single { 0.0 } else { score(at, *row, *action) - score(at, *row, single) });
        }
    }
    let n = gains.len() as f64;
    let mean = gains.iter().sum::<f64>() / n;
    let error = libm::sqrt(gains.iter().map(|gain| (gain - mean) * (gain - mean)).sum::<f64>() / (n - 1.0) / n);
    Ok(json!({
        "people": gains.len(),
        "gates_opened": format!("{opened} of {FOLDS}"),
        "differs": differs as f64 / n,
        "gain_over_best_single": { "value": mean, "standard_error": error, "interval": [mean - 1.96 * error, mean + 1.96 * error] },
        "beats_best_single": mean - 1.96 * error > 0.0,
        "not_below_by_one_error": mean >= -error,
    }))
}

fn fit(x: &Matrix, all: &Assigned, rows: &[usize]) -> Result<Personal, String> {
    let arm: Vec<usize> = rows.iter().filter_map(|row| all.arm.get(*row)).copied().collect();
    let outcome: Vec<f64> = rows.iter().filter_map(|row| all.outcome.get(*row)).copied().collect();
    let propensities = Propensities::shares(&arm, all.names.len());
    let some = x.select(rows);
    let trial = Trial { x: &some, arm: &arm, outcome: &outcome, propensities: &propensities };
    fit_uplift(&trial, &UpliftSettings::default()).map_err(|error| error.to_string())
}

fn open(name: &str) -> Result<File, String> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("REKINDLE_DATA").map_or(beside, PathBuf::from);
    File::read(&folder.join(name).display().to_string())
}

fn features(file: &File) -> Result<Matrix, String> {
    let places: Vec<usize> = COLUMNS.iter().map(|name| file.column(name)).collect::<Result<_, _>>()?;
    let pick = |row: &Vec<String>| places.iter().map(|place| row.get(*place).cloned().unwrap_or_default()).collect();
    let (headers, rows): (Vec<String>, Vec<Vec<String>>) = (pick(&file.headers), file.rows.iter().map(pick).collect());
    let table = Schema::guess(&headers, &rows).read(&headers, &rows);
    let table = Ordered::fit(&table).apply(table);
    Ok(Encoder::fit(&table).encode(&table))
}
