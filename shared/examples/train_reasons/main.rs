//! Trains the reader of reasons (`shared/src/reason/weights.tsv`) on the sentences beside this file.
//!
//! `cargo run --release -p shared --example train_reasons` prints how well it reads sentences that it was not trained on (ten parts,
//! each read by a model of the other nine) and writes the weights. Multinomial logistic regression with a ridge, by gradient descent
//! with momentum: the same bytes each time. The texts on which the product's figure is measured (`samples/data/held_out.tsv`) are not
//! read here.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout, reason = "a tool for developers")]

use std::collections::BTreeMap;

use shared::reason::text::BIAS;
use shared::reason::{Reason, words};

const SENTENCES: &str = include_str!("sentences.tsv");
const WEIGHTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/reason/weights.tsv");
const PARTS: usize = 10;
const STEPS: usize = 400;
/// Pairs of words count only where they were seen twice.
const SEEN: usize = 2;

struct Row {
    label: usize,
    features: Vec<usize>,
}

struct Data {
    names: Vec<String>,
    rows: Vec<Row>,
}

fn main() {
    let ridge: f64 = std::env::args().nth(1).map_or(0.8, |text| text.parse().expect("a number"));
    let data = data();
    let mut right: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    let mut log_loss = 0.0;
    for part in 0..PARTS {
        let weights = fit(&data, ridge, |row| row % PARTS != part);
        for (_, row) in data.rows.iter().enumerate().filter(|(at, _)| at % PARTS == part) {
            let chances = predict(&weights, &row.features);
            let best = (0..8).max_by(|a, b| chances[*a].total_cmp(&chances[*b])).unwrap_or(7);
            let count = right.entry(row.label).or_default();
            *count = (count.0 + usize::from(best == row.label), count.1 + 1);
            log_loss -= libm::log(chances[row.label].max(1e-9));
        }
    }
    let mut sum = 0.0;
    for (label, (hits, all)) in &right {
        let recall = *hits as f64 / *all as f64;
        println!("{:16} {hits} of {all}: {recall:.3}", Reason::ALL[*label].code());
        sum += recall;
    }
    println!("macro recall {:.3}, log loss {:.3}", sum / right.len() as f64, log_loss / data.rows.len() as f64);
    let weights = fit(&data, ridge, |_| true);
    let mut file = String::new();
    for (name, weights) in data.names.iter().zip(&weights) {
        let rounded = weights.map(|weight| libm::round(weight * 100.0) as i16);
        if rounded.iter().any(|weight| weight.abs() >= 6) {
            let numbers: Vec<String> = rounded.iter().map(i16::to_string).collect();
            file.push_str(&format!("{name}\t{}\n", numbers.join(" ")));
        }
    }
    std::fs::write(WEIGHTS, &file).expect("a file that can be written");
    println!("{} features, {} bytes", file.lines().count(), file.len());
}

fn data() -> Data {
    let texts: Vec<(usize, Vec<String>)> = SENTENCES
        .lines()
        .filter_map(|line| {
            let (code, text) = line.split_once('\t')?;
            let label = Reason::ALL.iter().position(|reason| reason.code() == code)?;
            Some((label, words::features(&words::tokens(text))))
        })
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    texts.iter().flat_map(|(_, features)| features).for_each(|name| *counts.entry(name).or_default() += 1);
    let kept = counts.into_iter().filter(|(name, count)| *count >= SEEN || !name.contains([' ', '+']));
    let names: Vec<String> = [BIAS.to_owned()].into_iter().chain(kept.map(|(name, _)| name.to_owned())).collect();
    let places: BTreeMap<&str, usize> = names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
    let rows = texts.iter().map(|(label, features)| {
        let known = features.iter().filter_map(|name| places.get(name.as_str()).copied());
        Row { label: *label, features: [0].into_iter().chain(known).collect() }
    });
    Data { rows: rows.collect(), names: names.clone() }
}

fn fit(data: &Data, ridge: f64, takes: impl Fn(usize) -> bool) -> Vec<[f64; 8]> {
    let mut weights = vec![[0.0; 8]; data.names.len()];
    let mut speed = weights.clone();
    let rows: Vec<&Row> = data.rows.iter().enumerate().filter(|(at, _)| takes(*at)).map(|(_, row)| row).collect();
    for _ in 0..STEPS {
        let mut gradient: Vec<[f64; 8]> = weights.iter().map(|weights| weights.map(|weight| -ridge * weight)).collect();
        for row in &rows {
            let chances = predict(&weights, &row.features);
            for feature in &row.features {
                for (class, slope) in gradient[*feature].iter_mut().enumerate() {
                    *slope += f64::from(u8::from(class == row.label)) - chances[class];
                }
            }
        }
        for ((weights, speed), gradient) in weights.iter_mut().zip(&mut speed).zip(&gradient) {
            for class in 0..8 {
                speed[class] = 0.9 * speed[class] + 0.002 * gradient[class];
                weights[class] += speed[class];
            }
        }
    }
    weights
}

fn predict(weights: &[[f64; 8]], features: &[usize]) -> [f64; 8] {
    let mut logits = [0.0; 8];
    for feature in features {
        for class in 0..8 {
            logits[class] += weights[*feature][class];
        }
    }
    let most = logits.into_iter().fold(f64::MIN, f64::max);
    let odds = logits.map(|logit| libm::exp(logit - most));
    let whole: f64 = odds.iter().sum();
    odds.map(|odds| odds / whole)
}
