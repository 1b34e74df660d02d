//! The long checks of the uplift learners and their gate, on public data (`REKINDLE_DATA`, else the folder beside the project):
//!
//! ```text
//! cargo run --release -p shared --example uplift_gate -- qini 0 20
//! cargo run --release -p shared --example uplift_gate -- permutations 0 200
//! cargo run --release -p shared --example uplift_gate -- halves 0 200
//! cargo run --release -p shared --example uplift_gate -- choices 0 20
//! ```
//!
//! `qini` is the cross-validated Qini of the women's e-mail on visits for each seed of the folds; `permutations` counts how often
//! the gate opens where the arms were dealt to the people anew, which should be rare; `halves` how often on half of the people of a
//! trial whose effects differ, which should be common; `choices` which learner that trial chooses by seed. Settings follow as `name=value`: rounds, rate, depth, rows, leaf, bins,
//! lambda, folds, cost.

#[allow(dead_code, reason = "this example reads files and writes none")]
#[path = "evaluate/files.rs"]
mod files;

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::{Map, Value, json};
use shared::learn::{Encoder, Matrix, Ordered, Propensities, Schema, Trial, UpliftSettings, fit_uplift};
use shared::random::Random;

use files::File;

const COLUMNS: [&str; 8] = ["recency", "history_segment", "history", "mens", "womens", "zip_code", "newbie", "channel"];

fn main() -> ExitCode {
    match run() {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

struct People {
    x: Matrix,
    arm: Vec<usize>,
    outcome: Vec<f64>,
    arms: usize,
}

fn run() -> Result<Value, String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [check, from, until, settings @ ..] = arguments.as_slice() else {
        return Err(
            "Say which check and which seeds: qini | permutations | halves | choices FROM UNTIL [name=value …]".to_owned()
        );
    };
    let seed = |text: &String| text.parse::<u64>().map_err(|error| format!("{text}: {error}"));
    let seeds = seed(from)?..seed(until)?;
    let settings = read_settings(settings)?;
    let people = match check.as_str() {
        "qini" => hillstrom(&["No E-Mail", "Womens E-Mail"])?,
        "permutations" => hillstrom(&["No E-Mail", "Mens E-Mail", "Womens E-Mail"])?,
        "halves" | "choices" => semi_synthetic()?,
        other => return Err(format!("there is no check {other:?}")),
    };
    let mut sums: Map<String, Value> = Map::new();
    let mut opened = 0_usize;
    let runs = seeds.clone().count();
    for seed in seeds {
        let mut random = Random::new(seed);
        let mut settings = settings.clone();
        let some = match check.as_str() {
            "permutations" => {
                let mut arm = people.arm.clone();
                random.shuffle(&mut arm);
                People { x: people.x.clone(), arm, outcome: people.outcome.clone(), arms: people.arms }
            }
            "halves" => people.half(&mut random),
            _ => {
                settings.seed = seed;
                people.half_of(&(0..people.arm.len()).collect::<Vec<_>>())
            }
        };
        let line = some.line(&settings)?;
        opened += usize::from(line.get("open") == Some(&Value::Bool(true)));
        add(&mut sums, &line, runs as f64);
        eprintln!("{seed} {}", Value::Object(line));
    }
    Ok(json!({ "check": check, "runs": runs, "opened": opened, "means": sums }))
}

impl People {
    fn half(&self, random: &mut Random) -> Self {
        let mut order: Vec<usize> = (0..self.arm.len()).collect();
        random.shuffle(&mut order);
        order.truncate(order.len() / 2);
        self.half_of(&order)
    }

    fn half_of(&self, rows: &[usize]) -> Self {
        Self {
            x: self.x.select(rows),
            arm: rows.iter().filter_map(|row| self.arm.get(*row)).copied().collect(),
            outcome: rows.iter().filter_map(|row| self.outcome.get(*row)).copied().collect(),
            arms: self.arms,
        }
    }

    fn line(&self, settings: &UpliftSettings) -> Result<Map<String, Value>, String> {
        let propensities = Propensities::shares(&self.arm, self.arms);
        let trial = Trial { x: &self.x, arm: &self.arm, outcome: &self.outcome, propensities: &propensities };
        let personal = fit_uplift(&trial, settings).map_err(|error| error.to_string())?;
        let gate = &personal.gate;
        let mut line = Map::new();
        line.insert("open".to_owned(), json!(gate.open));
        line.insert("gain".to_owned(), json!(gate.gain));
        line.insert("lower".to_owned(), json!(gate.lower));
        for (place, choice) in personal.choices().enumerate() {
            let arm = place + 1;
            line.insert(format!("{arm} chosen"), json!(choice.learner.name()));
            line.insert(format!("{arm} qini of choice"), json!(gate.qini.get(place)));
            for tried in &choice.tried {
                line.insert(format!("{arm} {}", tried.learner.name()), json!(tried.qini.value));
            }
        }
        Ok(line)
    }
}

/// Means of numbers, counts of words.
fn add(sums: &mut Map<String, Value>, line: &Map<String, Value>, runs: f64) {
    for (name, value) in line {
        let (name, share) = match value {
            Value::Number(number) => (name.clone(), number.as_f64().unwrap_or(0.0) / runs),
            Value::String(word) => (format!("{name}: {word}"), 1.0),
            _ => continue,
        };
        let before = sums.get(&name).and_then(Value::as_f64).unwrap_or(0.0);
        sums.insert(name, json!(before + share));
    }
}

fn read_settings(pairs: &[String]) -> Result<UpliftSettings, String> {
    let mut settings = UpliftSettings::default();
    for pair in pairs {
        let (name, value) = pair.split_once('=').ok_or_else(|| format!("{pair:?} is not name=value"))?;
        let number: f64 = value.parse().map_err(|error| format!("{pair:?}: {error}"))?;
        let boost = &mut settings.family.boost;
        match name {
            "rounds" => boost.rounds = number as usize,
            "rate" => boost.learning_rate = number,
            "depth" => boost.depth = number as usize,
            "rows" => boost.row_share = number,
            "leaf" => boost.min_rows = number as usize,
            "lambda" => boost.lambda = number,
            "bins" => boost.bins = number as usize,
            "cost" => settings.cost = number,
            "folds" => settings.folds = number as usize,
            _ => return Err(format!("there is no setting {name:?}")),
        }
    }
    Ok(settings)
}

fn open(name: &str) -> Result<File, String> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("REKINDLE_DATA").map_or(beside, PathBuf::from);
    File::read(&folder.join(name).display().to_string())
}

/// Visits of those in these arms, of which the first is the control.
fn hillstrom(arms: &[&str]) -> Result<People, String> {
    let file = open("hillstrom_a/hillstrom_a.csv")?;
    let arm: Vec<Option<usize>> =
        file.cells("segment")?.into_iter().map(|cell| arms.iter().position(|arm| *arm == cell)).collect();
    let visits = file.numbers("visit")?;
    let rows: Vec<usize> = arm.iter().enumerate().filter(|(_, arm)| arm.is_some()).map(|(row, _)| row).collect();
    Ok(People {
        x: features(&file)?.select(&rows),
        arm: arm.into_iter().flatten().collect(),
        outcome: rows.iter().filter_map(|row| visits.get(*row)).copied().collect(),
        arms: arms.len(),
    })
}

/// The same people with the simulated outcome, row by row.
fn semi_synthetic() -> Result<People, String> {
    let (people, outcomes) = (open("hillstrom_a/hillstrom_a.csv")?, open("uplift_semisynth/outcome_a.csv")?);
    if people.cells("row")? != outcomes.cells("row")? {
        return Err("the outcomes are of other rows than the people".to_owned());
    }
    let arm = outcomes.numbers("w")?.into_iter().map(|w| usize::from(w > 0.0)).collect();
    Ok(People { x: features(&people)?, arm, outcome: outcomes.numbers("y")?, arms: 2 })
}

fn features(file: &File) -> Result<Matrix, String> {
    let places: Vec<usize> = COLUMNS.iter().map(|name| file.column(name)).collect::<Result<_, _>>()?;
    let pick = |row: &Vec<String>| places.iter().map(|place| row.get(*place).cloned().unwrap_or_default()).collect();
    let (headers, rows): (Vec<String>, Vec<Vec<String>>) = (pick(&file.headers), file.rows.iter().map(pick).collect());
    let table = Schema::guess(&headers, &rows).read(&headers, &rows);
    let table = Ordered::fit(&table).apply(table);
    Ok(Encoder::fit(&table).encode(&table))
}
