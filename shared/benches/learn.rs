//! `cargo bench -p shared --bench learn`: growing trees, predicting and explaining, beside floors in the same run. Read the ratios.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a bench fails by panicking")]

use std::sync::LazyLock;

use divan::{Bencher, black_box};
use shared::learn::{BoostSettings, Boosted, Logistic, Matrix};
use shared::random::Random;

const ROWS: usize = 5_600;

/// The shape of the Telco table: three columns of many values and forty of two.
static TABLE: LazyLock<(Matrix, Vec<f64>)> = LazyLock::new(|| {
    let mut random = Random::new(1);
    let mut columns: Vec<Vec<f64>> = (0..3).map(|_| (0..ROWS).map(|_| (1_000.0 * random.unit()).floor()).collect()).collect();
    columns.extend((0..40).map(|_| (0..ROWS).map(|_| f64::from(u8::from(random.unit() < 0.3))).collect::<Vec<f64>>()));
    let logit = |row: usize| -1.0 + 0.003 * (columns[0][row] - 500.0) * (1.0 - columns[5][row]) + columns[6][row];
    let y = (0..ROWS).map(|row| f64::from(u8::from(random.unit() < 1.0 / (1.0 + (-logit(row)).exp())))).collect();
    let mut matrix = Matrix::new(ROWS);
    for (place, values) in columns.into_iter().enumerate() {
        matrix.push(place.to_string(), place, values);
    }
    (matrix, y)
});

static MODEL: LazyLock<Boosted> =
    LazyLock::new(|| Boosted::fit(&TABLE.0, &TABLE.1, None, &[], &BoostSettings::default()).expect("fits"));

fn main() {
    println!("{ROWS} rows of {} columns", TABLE.0.columns().len());
    divan::main();
}

/// The probability of every row once a tree: no boosting of 200 trees can do with less.
#[divan::bench(sample_count = 20)]
fn floor_probabilities() -> f64 {
    let mut sum = 0.0;
    for tree in 0..200 {
        let logits = (0..ROWS).map(|row| f64::from(black_box(tree * row as i32 % 7)) - 3.0);
        sum += logits.map(shared::learn::probability).sum::<f64>();
    }
    sum
}

#[divan::bench(sample_count = 10)]
fn fit_boosted(bencher: Bencher) {
    LazyLock::force(&TABLE);
    bencher.bench(|| Boosted::fit(black_box(&TABLE.0), &TABLE.1, None, &[], &BoostSettings::default()).expect("fits"));
}

#[divan::bench(sample_count = 10)]
fn fit_logistic(bencher: Bencher) {
    LazyLock::force(&TABLE);
    bencher.bench(|| Logistic::fit(black_box(&TABLE.0), &TABLE.1, None, 1.0).expect("fits"));
}

#[divan::bench(sample_count = 100)]
fn predict_one_row(bencher: Bencher) {
    let row = TABLE.0.row(17);
    LazyLock::force(&MODEL);
    bencher.bench(|| MODEL.raw(black_box(&row)));
}

#[divan::bench(sample_count = 100)]
fn explain_one_row(bencher: Bencher) {
    let row = TABLE.0.row(17);
    LazyLock::force(&MODEL);
    bencher.bench(|| MODEL.contributions(black_box(&row)));
}
