//! The sentiment of texts against what people said of them.
//!
//! A file that the classifier learned from is labeled out of fold: in five parts, each by a classifier fitted without it, so that
//! no figure and no label is better than it would be on new texts. The other source of VADER's ground truth must then stand beside it.

use std::path::Path;

use serde_json::{Value, json};
use shared::signal::sentiment::{self, Complaints, Label, Recipe};

use crate::files::{self, File};
use crate::options::Options;

#[path = "../train_complaints/sources.rs"]
mod sources;

pub const USAGE: &str = "--texts F --text COL [--rating COL] [--predictions OUT.csv]";

const FOLDS: u64 = 5;

pub fn run(options: &Options) -> crate::Answer {
    let file = File::read(options.need("texts")?)?;
    let texts = file.cells(options.need("text")?)?;
    let ratings = options.get("rating").map(|column| file.numbers(column)).transpose()?;
    let compounds: Vec<f64> = texts.iter().map(|text| sentiment::scores(text).compound).collect();

    let known = sentiment::trained().is_some_and(|trained| trained.knows(texts.iter().copied()));
    let groups: Vec<String> =
        file.cells("id").unwrap_or_default().iter().filter_map(|id| Some(id.split_once('_')?.0.to_owned())).collect();
    let labels =
        if known { out_of_fold(&file, &texts, &|row| shuffled(row as u64))? } else { labels_by(&texts, sentiment::trained()) };

    let count = |label: Label| labels.iter().filter(|known| **known == label).count();
    let mut answer = json!({
        "n": texts.len(),
        "labels": {
            "positive": count(Label::Positive),
            "neutral": count(Label::Neutral),
            "negative": count(Label::Negative),
        },
        "out_of_fold": known,
    });
    if let (Some(ratings), Some(answer)) = (ratings, answer.as_object_mut()) {
        let lexicon: Vec<Label> = compounds.iter().map(|compound| Label::of_compound(*compound)).collect();
        let mut add = |name: &str, value: Value| answer.insert(name.to_owned(), value);
        add("pearson", json!(pearson(&ratings, &compounds)));
        add("sign_accuracy", json!(sign_accuracy(&ratings, &compounds)));
        add("lexicon", json!({"negative": found(&ratings, &lexicon)}));
        add("negative", found(&ratings, &labels));
        if known {
            add("in_sample", json!({"negative": found(&ratings, &labels_by(&texts, sentiment::trained()))}));
        }
        if known && groups.len() == texts.len() {
            let group =
                |row: usize| groups.get(row).map_or(0, |group| group.bytes().fold(0, |sum, b| shuffled(sum + u64::from(b))));
            let labels = out_of_fold(&file, &texts, &group)?;
            add("out_of_fold_by_article", json!({"negative": found(&ratings, &labels)}));
        }
    }
    if let Some(path) = options.get("predictions") {
        let rows = compounds.iter().zip(&labels).enumerate();
        let rows = rows.map(|(row, (compound, label))| vec![row.to_string(), compound.to_string(), label.as_str().to_owned()]);
        files::write(path, &["row", "compound", "label"], rows)?;
    }
    Ok(answer)
}

fn labels_by(texts: &[&str], complaints: Option<&Complaints>) -> Vec<Label> {
    texts.iter().map(|text| label_by(text, complaints)).collect()
}

fn label_by(text: &str, complaints: Option<&Complaints>) -> Label {
    sentiment::read_by(text, complaints).map_or(Label::Neutral, |reading| reading.label)
}

/// Each text by a classifier that was fitted without its part.
fn out_of_fold(file: &File, texts: &[&str], draw: &dyn Fn(usize) -> u64) -> Result<Vec<Label>, String> {
    let folder = Path::new(&file.path).parent().unwrap_or(Path::new("."));
    let sources = sources::Sources::read(folder)?;
    let place = sources.place(texts).ok_or("the classifier learned from these texts under another file's name")?;
    let corpus = sources.corpus();
    let mut labels = vec![Label::Neutral; texts.len()];
    for fold in 0..FOLDS {
        let held = |row: usize| draw(row) % FOLDS == fold;
        let fitted = corpus.fit(|at| !place.contains(&at) || !held(at - place.start), &Recipe::default());
        let fitted = fitted.ok_or("a fold without complaints, or with nothing else")?;
        for (_, (label, text)) in labels.iter_mut().zip(texts).enumerate().filter(|(row, _)| held(*row)) {
            *label = label_by(text, Some(&fitted));
        }
    }
    Ok(labels)
}

/// SplitMix64's finish: spreads numbers that follow each other.
fn shuffled(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Pearson's correlation; none where one side is constant.
fn pearson(one: &[f64], other: &[f64]) -> Option<f64> {
    let n = one.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (a, b) = (mean(one), mean(other));
    let sum = |f: &dyn Fn(f64, f64) -> f64| one.iter().zip(other).map(|(x, y)| f(x - a, y - b)).sum::<f64>();
    let spread = libm::sqrt(sum(&|x, _| x * x)) * libm::sqrt(sum(&|_, y| y * y));
    (spread > 0.0).then(|| sum(&|x, y| x * y) / spread)
}

/// The share of texts with a rating other than zero whose compound has its sign.
fn sign_accuracy(ratings: &[f64], compounds: &[f64]) -> Option<f64> {
    let told: Vec<_> = ratings.iter().zip(compounds).filter(|(rating, _)| **rating != 0.0).collect();
    let right = told.iter().filter(|(rating, compound)| *rating * *compound > 0.0).count();
    (!told.is_empty()).then(|| right as f64 / told.len() as f64)
}

/// Of the texts called negative, how many are (a rating under zero), and the other way round.
fn found(ratings: &[f64], called: &[Label]) -> Value {
    let count = |test: &dyn Fn(bool, bool) -> bool| {
        ratings.iter().zip(called).filter(|(rating, called)| test(**rating < 0.0, **called == Label::Negative)).count() as f64
    };
    let (both, is, says) = (count(&|is, says| is && says), count(&|is, _| is), count(&|_, says| says));
    let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    json!({"precision": share(both, says), "recall": share(both, is), "f1": share(2.0 * both, is + says)})
}
