//! Whom contact helps, on a randomised trial of one or more arms.

use serde_json::{Map, Value, json};

use shared::learn::qini::{Interval, Ranking, Resamples};
use shared::learn::{
    Encoder, Matrix, Ordered, Personal, Propensities, Schema, Trial, UpliftSettings, fit_uplift, most_profitable, policy_value,
    profit_curve,
};

use crate::files::{self, File};
use crate::options::Options;

pub const USAGE: &str =
    "--train A --test B --treatment COL --control VALUE --outcome COL [--cost C] [--drop A,B] [--predictions OUT.csv]";

/// The column that names a row of a file; without it rows are numbered from 0.
const ROW: &str = "row";
const RESAMPLES: usize = 200;
const PARTS: usize = 10;

pub fn run(options: &Options) -> crate::Answer {
    let (treatment, control, outcome) = (options.need("treatment")?, options.need("control")?, options.need("outcome")?);
    let cost = options.parsed::<f64>("cost")?.unwrap_or(0.0);
    if !cost.is_finite() {
        return Err(format!("--cost: {cost} is no amount"));
    }
    let train = File::read(options.need("train")?)?;
    let test = File::read(options.need("test")?)?;
    let arms = arms(&train, treatment, control)?;
    let features = Features::learn(&train, &[options.list("drop"), vec![treatment.to_owned(), outcome.to_owned()]].concat())?;

    let x = features.read(&train);
    let assigned = assigned(&train, treatment, &arms)?;
    if let Some(row) = assigned.iter().position(Option::is_none) {
        return Err(format!("{} line {}: {treatment} is blank", train.path, row + 2));
    }
    let arm: Vec<usize> = assigned.into_iter().flatten().collect();
    let outcomes = outcomes(&train, outcome)?;
    let propensities = Propensities::shares(&arm, arms.len());
    let trial = Trial { x: &x, arm: &arm, outcome: &outcomes, propensities: &propensities };
    let personal = fit_uplift(&trial, &UpliftSettings { cost, ..UpliftSettings::default() })
        .map_err(|error| format!("{}: {error} (arms in order: {})", train.path, arms.join(", ")))?;

    let later = features.read(&test);
    let effects = personal.effects(&later);
    let held_back = held_back(&test, treatment, outcome, &arms)?;
    let figures = held_back.map(|held_back| held_back.figures(&later, &personal, &effects, &arms)).transpose()?;
    if let Some(path) = options.get("predictions") {
        write_predictions(path, &test, &arms, &effects, &personal.deployed(&later))?;
    }

    let by_arm: Map<String, Value> = arms
        .iter()
        .skip(1)
        .zip(personal.choices())
        .enumerate()
        .map(|(place, (name, choice))| {
            let learners: Map<String, Value> =
                choice.tried.iter().map(|tried| (tried.learner.name(), json!(tried.qini))).collect();
            let summary = json!({
                "rows": arm.iter().filter(|arm| **arm == place + 1).count(),
                "mean_effect": { "value": choice.shrinkage.level, "standard_error": choice.shrinkage.standard_error },
                "chosen": choice.learner.name(),
                "slope": choice.shrinkage.slope,
                "qini": learners,
                "qini_of_choice": personal.gate.qini.get(place),
            });
            (name.clone(), summary)
        })
        .collect();
    let chosen: Map<String, Value> =
        arms.iter().skip(1).zip(personal.choices()).map(|(name, choice)| (name.clone(), json!(choice.learner.name()))).collect();
    let gate = &personal.gate;
    let name = |arm: usize| arms.get(arm).cloned().unwrap_or_default();
    let singles: Map<String, Value> = arms.iter().cloned().zip(gate.singles.iter().map(|value| json!(value))).collect();
    Ok(json!({
        "train": { "rows": train.rows.len(), "control": control, "columns": x.names(), "left_out": features.left_out() },
        "cost": cost,
        "arms": by_arm,
        "chosen": chosen,
        "gate": {
            "open": gate.open,
            "gain": { "value": gate.gain, "standard_error": gate.standard_error, "lower": gate.lower },
            "differs": gate.differs,
            "best_single": name(gate.best_single),
            "deployed": if gate.open { "personal".to_owned() } else { name(gate.best_single) },
        },
        "policies": { "personal": gate.personal, "singles": singles },
        "test": figures,
    }))
}

/// What the columns are, from the training rows alone.
struct Features {
    schema: Schema,
    ordered: Ordered,
    encoder: Encoder,
}

impl Features {
    fn learn(train: &File, dropped: &[String]) -> Result<Self, String> {
        if let Some(unknown) = dropped.iter().find(|name| !train.headers.contains(name)) {
            train.column(unknown)?;
        }
        let kept = |name: &str| name != ROW && !dropped.iter().any(|dropped| dropped == name);
        let places: Vec<usize> =
            train.headers.iter().enumerate().filter(|(_, name)| kept(name)).map(|(place, _)| place).collect();
        let pick = |row: &Vec<String>| places.iter().map(|place| row.get(*place).cloned().unwrap_or_default()).collect();
        let headers: Vec<String> = pick(&train.headers);
        let rows: Vec<Vec<String>> = train.rows.iter().map(pick).collect();
        let schema = Schema::guess(&headers, &rows);
        let table = schema.read(&headers, &rows);
        let ordered = Ordered::fit(&table);
        let encoder = Encoder::fit(&ordered.apply(table));
        Ok(Self { schema, ordered, encoder })
    }

    fn read(&self, file: &File) -> Matrix {
        self.encoder.encode(&self.ordered.apply(self.schema.read(&file.headers, &file.rows)))
    }

    fn left_out(&self) -> Map<String, Value> {
        self.encoder.left_out().iter().map(|column| (column.name.clone(), json!(column.reason.to_string()))).collect()
    }
}

/// Test rows whose arm and outcome are known.
struct HeldBack {
    rows: Vec<usize>,
    arm: Vec<usize>,
    outcomes: Vec<f64>,
    unknown_arms: usize,
}

impl HeldBack {
    fn figures(&self, later: &Matrix, personal: &Personal, effects: &[Vec<f64>], arms: &[String]) -> crate::Answer {
        let x = later.select(&self.rows);
        let propensities = Propensities::shares(&self.arm, arms.len());
        let trial = Trial { x: &x, arm: &self.arm, outcome: &self.outcomes, propensities: &propensities };
        let expected = personal.expected(&x);
        let value = |actions: &[usize]| match policy_value(&trial, actions, &expected, personal.cost) {
            Ok(value) => json!(value),
            Err(error) => json!({ "error": error.to_string() }),
        };
        let singles: Map<String, Value> =
            arms.iter().enumerate().map(|(arm, name)| (name.clone(), value(&vec![arm; self.rows.len()]))).collect();
        let resamples = Resamples::new(self.rows.len(), RESAMPLES, 0);
        let by_arm: Map<String, Value> = arms
            .iter()
            .enumerate()
            .skip(1)
            .zip(effects)
            .map(|((arm, name), effects)| {
                (name.clone(), self.arm_figures(&trial, &expected, arm, effects, &resamples, personal.cost))
            })
            .collect();
        Ok(json!({
            "rows": self.rows.len(),
            "rows_of_unknown_arms": self.unknown_arms,
            "arms": by_arm,
            "policies": {
                "personal": value(&personal.personal(&x)),
                "deployed": value(&personal.deployed(&x)),
                "singles": singles,
            },
        }))
    }

    fn arm_figures(
        &self,
        trial: &Trial<'_>,
        expected: &[Vec<f64>],
        arm: usize,
        effects: &[f64],
        resamples: &Resamples,
        cost: f64,
    ) -> Value {
        let effects: Vec<f64> = self.rows.iter().filter_map(|row| effects.get(*row)).copied().collect();
        let scores: Vec<f64> =
            (0..self.rows.len()).map(|row| score(trial, expected, arm, row) - score(trial, expected, 0, row)).collect();
        let profit = profit_curve(&effects, &scores, 1.0, cost, PARTS);
        let both = self.arm.iter().map(|assigned| *assigned == arm || *assigned == 0);
        let pair: Vec<usize> = both.enumerate().filter(|(_, both)| *both).map(|(row, _)| row).collect();
        let pick = |values: &[f64]| pair.iter().filter_map(|row| values.get(*row)).copied().collect::<Vec<f64>>();
        let treated: Vec<bool> = pair.iter().map(|row| self.arm.get(*row) == Some(&arm)).collect();
        let ranking = Ranking::new(&pick(&effects), &treated, &pick(&self.outcomes));
        let Some(ranking) = ranking else { return json!({ "error": "the test rows lack this arm or the control" }) };
        json!({
            "qini": Interval::of(ranking.qini(), &ranking.resampled(resamples)),
            "auuc": ranking.auuc(),
            "bands": ranking.bands(PARTS, resamples),
            "profit": profit,
            "most_profitable": most_profitable(&profit),
        })
    }
}

fn score(trial: &Trial<'_>, expected: &[Vec<f64>], arm: usize, row: usize) -> f64 {
    let expected = expected.get(arm).and_then(|list| list.get(row)).copied().unwrap_or(0.0);
    match (trial.arm.get(row), trial.outcome.get(row)) {
        (Some(assigned), Some(outcome)) if *assigned == arm => expected + (outcome - expected) / trial.propensity(row, arm),
        _ => expected,
    }
}

/// The control first, the others by name.
fn arms(train: &File, treatment: &str, control: &str) -> Result<Vec<String>, String> {
    let mut others: Vec<String> =
        train.cells(treatment)?.into_iter().filter(|cell| *cell != control && !cell.is_empty()).map(str::to_owned).collect();
    let all = others.len();
    others.sort_unstable();
    others.dedup();
    if all == train.rows.len() {
        return Err(format!("{}: no row has the control's {treatment} {control:?}, only {}", train.path, others.join(", ")));
    }
    if others.is_empty() {
        return Err(format!("{}: {treatment} has no value beside {control:?}", train.path));
    }
    if others.len() > 20 {
        return Err(format!(
            "{}: {treatment} has {} values beside {control:?}; at most 20 arms are compared",
            train.path,
            others.len()
        ));
    }
    Ok([vec![control.to_owned()], others].concat())
}

fn assigned(file: &File, treatment: &str, arms: &[String]) -> Result<Vec<Option<usize>>, String> {
    Ok(file.cells(treatment)?.into_iter().map(|cell| arms.iter().position(|arm| arm == cell)).collect())
}

/// Numbers, or yes and no.
fn outcomes(file: &File, name: &str) -> Result<Vec<f64>, String> {
    let read = |(row, cell): (usize, &str)| match cell.to_ascii_lowercase().as_str() {
        "yes" | "true" => Ok(1.0),
        "no" | "false" => Ok(0.0),
        number => {
            let number = number.parse::<f64>().ok().filter(|number| number.is_finite());
            number.ok_or_else(|| format!("{} line {}: {name} {cell:?} is no number", file.path, row + 2))
        }
    };
    file.cells(name)?.into_iter().enumerate().map(read).collect()
}

/// `None` for test rows that only wait for predictions, without the columns of arm and outcome.
fn held_back(test: &File, treatment: &str, outcome: &str, arms: &[String]) -> Result<Option<HeldBack>, String> {
    if test.rows.is_empty()
        || !(test.headers.iter().any(|name| name == treatment) && test.headers.iter().any(|name| name == outcome))
    {
        return Ok(None);
    }
    let assigned = assigned(test, treatment, arms)?;
    let outcomes = outcomes(test, outcome)?;
    let rows: Vec<usize> = assigned.iter().enumerate().filter(|(_, arm)| arm.is_some()).map(|(row, _)| row).collect();
    Ok(Some(HeldBack {
        unknown_arms: test.rows.len() - rows.len(),
        arm: assigned.into_iter().flatten().collect(),
        outcomes: rows.iter().filter_map(|row| outcomes.get(*row)).copied().collect(),
        rows,
    }))
}

/// One line a test row and arm, in the file's order.
fn write_predictions(path: &str, test: &File, arms: &[String], effects: &[Vec<f64>], deployed: &[usize]) -> Result<(), String> {
    let numbered = || (0..test.rows.len()).map(|row| row.to_string()).collect::<Vec<String>>();
    let names = test.cells(ROW).map_or_else(|_| numbered(), |cells| cells.into_iter().map(str::to_owned).collect());
    let lines = names.iter().zip(deployed).enumerate().flat_map(|(row, (name, chosen))| {
        let chosen = arms.get(*chosen).cloned().unwrap_or_default();
        arms.iter().skip(1).zip(effects).map(move |(arm, effects)| {
            let effect = effects.get(row).copied().unwrap_or(0.0);
            vec![name.clone(), arm.clone(), effect.to_string(), chosen.clone()]
        })
    });
    files::write(path, &["row", "arm", "effect", "chosen"], lines)
}
