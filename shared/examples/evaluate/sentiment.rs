//! The sentiment of texts against what people said of them.

use serde_json::json;
use shared::signal::sentiment;

use crate::files::{self, File};
use crate::options::Options;

pub const USAGE: &str = "--texts F --text COL [--rating COL] [--predictions OUT.csv]";

pub fn run(options: &Options) -> crate::Answer {
    let file = File::read(options.need("texts")?)?;
    let texts = file.cells(options.need("text")?)?;
    let compounds: Vec<f64> = texts.iter().map(|text| sentiment::scores(text).compound).collect();
    let labels: Vec<&str> = compounds.iter().map(|compound| lexicon_label(*compound)).collect();

    let count = |label: &str| labels.iter().filter(|known| **known == label).count();
    let mut answer = json!({
        "n": texts.len(),
        "labels": {"positive": count("positive"), "neutral": count("neutral"), "negative": count("negative")},
    });
    if let (Some(column), Some(answer)) = (options.get("rating"), answer.as_object_mut()) {
        let ratings = file.numbers(column)?;
        answer.insert("pearson".to_owned(), json!(pearson(&ratings, &compounds)));
        answer.insert("sign_accuracy".to_owned(), json!(sign_accuracy(&ratings, &compounds)));
        let negative: Vec<bool> = compounds.iter().map(|compound| lexicon_label(*compound) == "negative").collect();
        answer.insert("lexicon".to_owned(), json!({"negative": found(&ratings, &negative)}));
    }
    if let Some(path) = options.get("predictions") {
        let rows = compounds.iter().zip(&labels).enumerate();
        let rows = rows.map(|(row, (compound, label))| vec![row.to_string(), compound.to_string(), (*label).to_owned()]);
        files::write(path, &["row", "compound", "label"], rows)?;
    }
    Ok(answer)
}

/// The thresholds that VADER's authors give.
fn lexicon_label(compound: f64) -> &'static str {
    if compound >= 0.05 {
        "positive"
    } else if compound <= -0.05 {
        "negative"
    } else {
        "neutral"
    }
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
fn found(ratings: &[f64], called: &[bool]) -> serde_json::Value {
    let count = |test: &dyn Fn(bool, bool) -> bool| {
        ratings.iter().zip(called).filter(|(rating, called)| test(**rating < 0.0, **called)).count() as f64
    };
    let (both, is, says) = (count(&|is, says| is && says), count(&|is, _| is), count(&|_, says| says));
    let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    json!({"precision": share(both, says), "recall": share(both, is), "f1": share(2.0 * both, is + says)})
}
