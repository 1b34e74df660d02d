//! Who leaves, from a table with one row a customer: both learners and the one chosen between them, on held-out folds.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use shared::learn::choose::{Candidate, Choice};
use shared::learn::metrics::{self, Figures};
use shared::learn::{
    BoostSettings, Boosted, ChoiceSettings, Encoder, Logistic, Matrix, Schema, Split, choose, probability, splits, stratified,
};

use crate::files::File;
use crate::options::Options;

pub const USAGE: &str = "--table F --label COL --positive VALUE [--fold COL | --folds 5] [--group COL] [--drop A,B]";

/// Of the folds that are drawn here, and of those inside a training set.
const SEED: u64 = 1;

const INNER_FOLDS: usize = 5;

pub fn run(options: &Options) -> crate::Answer {
    let data = Data::read(options)?;
    let outer = splits(&data.fold_of);
    let judged: Result<Vec<Fold>, String> = outer.iter().map(|split| fold(&data, split)).collect();
    let judged = judged?;
    let models = ["logistic", "boosted", "chosen"].into_iter().zip(0..).map(|(name, place)| {
        let figures: Vec<Figures> = judged.iter().filter_map(|fold| fold.figures.get(place)).copied().collect();
        (name.to_owned(), means(&figures))
    });
    let encoder = judged.first().map(|fold| &fold.encoder);
    let left_out = encoder
        .into_iter()
        .flat_map(Encoder::left_out)
        .map(|left| json!({"column": left.name, "reason": left.reason.to_string()}));
    Ok(json!({
        "n": data.labels.len(),
        "base_rate": metrics::mean(&data.labels),
        "folds": judged.len(),
        "features": judged.first().map(|fold| fold.features),
        "left_out": left_out.collect::<Vec<Value>>(),
        "choices": judged.iter().map(|fold| &fold.choice).collect::<Vec<&Value>>(),
        "models": Map::from_iter(models),
    }))
}

/// The table without the columns that are no features.
struct Data {
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
    labels: Vec<f64>,
    groups: Option<Vec<usize>>,
    fold_of: Vec<usize>,
}

struct Fold {
    /// Of the logistic regression, the trees and the chosen one.
    figures: [Figures; 3],
    choice: Value,
    encoder: Encoder,
    features: usize,
}

impl Data {
    fn read(options: &Options) -> Result<Self, String> {
        let file = File::read(options.need("table")?)?;
        let (label, positive) = (options.need("label")?, options.need("positive")?.trim());
        let cells = file.cells(label)?;
        let labels: Vec<f64> = cells.iter().map(|cell| f64::from(u8::from(*cell == positive))).collect();
        if let Some(row) = cells.iter().position(|cell| cell.is_empty()) {
            return Err(format!("{} line {}: {label} is empty; remove rows without an outcome", file.path, row + 2));
        }
        let events = labels.iter().filter(|label| **label > 0.5).count();
        if events == 0 || events == labels.len() {
            let mut values: Vec<&str> = cells;
            values.sort_unstable();
            values.dedup();
            let shown: Vec<&str> = values.iter().take(10).copied().collect();
            let share = if events == 0 { "no" } else { "every" };
            return Err(format!(
                "{}: {share} row has {label} = {positive:?}; it holds {}: name with --positive the one that means yes",
                file.path,
                shown.join(", ")
            ));
        }
        let groups = options.get("group").map(|name| file.cells(name).map(|cells| numbered(&cells))).transpose()?;
        let fold_of = match (options.get("fold"), options.parsed::<usize>("folds")?) {
            (Some(_), Some(_)) => return Err("--fold and --folds exclude each other: give one".to_owned()),
            (Some(name), None) => numbered(&file.cells(name)?),
            (None, folds) => {
                let folds = folds.unwrap_or(5);
                if folds < 2 {
                    return Err("--folds: at least 2 are needed, one to learn from and one to judge by".to_owned());
                }
                stratified(&labels, groups.as_deref(), folds, SEED)
            }
        };
        if fold_of.iter().all(|fold| Some(fold) == fold_of.first()) {
            return Err(format!("{}: all rows are in one fold; there must be at least two", file.path));
        }
        let mut left = options.list("drop");
        left.extend([label.to_owned()]);
        left.extend(["fold", "group"].iter().filter_map(|name| options.get(name)).map(str::to_owned));
        for name in &left {
            file.column(name)?;
        }
        let kept: Vec<usize> =
            (0..file.headers.len()).filter(|place| file.headers.get(*place).is_some_and(|name| !left.contains(name))).collect();
        let pick = |cells: &Vec<String>| kept.iter().filter_map(|place| cells.get(*place).cloned()).collect::<Vec<String>>();
        if kept.is_empty() {
            return Err(format!("{}: no column is left to learn from", file.path));
        }
        Ok(Self { headers: pick(&file.headers), rows: file.rows.iter().map(pick).collect(), labels, groups, fold_of })
    }

    fn rows(&self, rows: &[usize]) -> Vec<Vec<String>> {
        rows.iter().filter_map(|row| self.rows.get(*row).cloned()).collect()
    }

    fn labels(&self, rows: &[usize]) -> Vec<f64> {
        rows.iter().filter_map(|row| self.labels.get(*row).copied()).collect()
    }
}

/// Everything is learned from the training rows: kinds of columns, levels, learners, the choice and the calibration.
fn fold(data: &Data, split: &Split) -> Result<Fold, String> {
    let (train, test) = (data.rows(&split.train), data.rows(&split.validation));
    let schema = Schema::guess(&data.headers, &train);
    let table = schema.read(&data.headers, &train);
    let encoder = Encoder::fit(&table);
    let x = encoder.encode(&table);
    let x_test = encoder.encode(&schema.read(&data.headers, &test));
    let (y, y_test) = (data.labels(&split.train), data.labels(&split.validation));
    let groups: Option<Vec<usize>> =
        data.groups.as_ref().map(|groups| split.train.iter().filter_map(|row| groups.get(*row).copied()).collect());
    let inner = splits(&stratified(&y, groups.as_deref(), INNER_FOLDS, SEED));
    let failed = |error: shared::learn::LearnError| {
        format!("a fold cannot be learned from: {error}; use fewer folds, or more rows with and without the outcome")
    };
    let choice = choose(&x, &y, None, &inner, &ChoiceSettings::default()).map_err(failed)?;
    let logistic = Logistic::fit_bent(&x, &y, None, choice.penalty).map_err(failed)?;
    let boosted = Boosted::fit(&x, &y, None, &[], &BoostSettings::default()).map_err(failed)?;
    let own = |logits: Vec<f64>| logits.into_iter().map(probability).collect::<Vec<f64>>();
    let figures = [own(logistic.logits(&x_test)), own(boosted.raws(&x_test)), choice.chosen.probabilities(&x_test)]
        .map(|predictions| metrics::figures(&y_test, &predictions));
    Ok(Fold { figures, choice: told(&choice), features: features(&x), encoder })
}

fn told(choice: &Choice) -> Value {
    let tried =
        choice.chosen.tried.iter().map(
            |tried| json!({"candidate": name(tried.candidate), "log_loss": tried.figures.log_loss, "auc": tried.figures.auc}),
        );
    json!({
        "chosen": name(choice.candidate),
        "calibration": match choice.chosen.calibration {
            shared::learn::calibrate::Calibration::None => "none",
            shared::learn::calibrate::Calibration::Platt(_) => "platt",
            shared::learn::calibrate::Calibration::Isotonic(_) => "isotonic",
        },
        "tried": tried.collect::<Vec<Value>>(),
    })
}

fn name(candidate: Candidate) -> String {
    match candidate {
        Candidate::Logistic { penalty } => format!("logistic, penalty {penalty}"),
        Candidate::Boosted => "boosted".to_owned(),
        Candidate::Both { penalty, share_of_trees } => format!("logistic, penalty {penalty}, with {share_of_trees} boosted"),
    }
}

fn features(x: &Matrix) -> usize {
    x.columns().len()
}

/// A figure by its name.
type Figure = (&'static str, fn(&Figures) -> Option<f64>);

/// Means over the folds, and how far the folds are apart.
fn means(folds: &[Figures]) -> Value {
    let mut told = Map::new();
    let mut spread = Map::new();
    let figures: [Figure; 6] = [
        ("auc", |f| f.auc),
        ("pr_auc", |f| f.pr_auc),
        ("brier", |f| f.brier),
        ("log_loss", |f| f.log_loss),
        ("ece", |f| f.ece),
        ("lift10", |f| f.lift10),
    ];
    for (name, figure) in figures {
        let values: Vec<f64> = folds.iter().filter_map(figure).collect();
        told.insert(name.to_owned(), json!(metrics::mean(&values)));
        spread.insert(name.to_owned(), json!(metrics::standard_deviation(&values)));
    }
    told.insert("sd".to_owned(), Value::Object(spread));
    Value::Object(told)
}

/// Numbers equal cells alike, in the order of the cells' text.
fn numbered(cells: &[&str]) -> Vec<usize> {
    let mut numbers: BTreeMap<&str, usize> = cells.iter().map(|cell| (*cell, 0)).collect();
    for (place, number) in numbers.values_mut().enumerate() {
        *number = place;
    }
    cells.iter().filter_map(|cell| numbers.get(cell).copied()).collect()
}
