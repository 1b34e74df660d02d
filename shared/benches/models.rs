//! `cargo bench -p shared`: fitting and scoring 100,000 customers beside a floor in the same run, because wall times of a busy
//! machine mean nothing by themselves. Read the ratios to `floor`.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a bench fails by panicking")]

#[path = "../tests/data/mod.rs"]
mod data;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use data::{Draws, order};
use divan::{Bencher, black_box};
use shared::api::Thresholds;
use shared::clv::{BgNbd, History, MbgNbd};
use shared::money::{Currency, Rates};
use shared::risk::{FitInput, Group, Model, fit, history_with, score, tier_counts};
use shared::state::{State, fold};
use shared::time::Day;

const CUSTOMERS: i32 = 100_000;
const TODAY: Day = Day(730);

/// Two years of a shop whose customers order every six weeks or so while they are alive.
static STATES: LazyLock<Vec<State>> = LazyLock::new(|| {
    let mut draws = Draws::new(1);
    let truth = MbgNbd::new(0.9, 5.0, 0.8, 3.0).expect("valid");
    let state = |i: i32| {
        let first = i % 600;
        let later = draws.purchases(&truth, f64::from(730 - first) / 7.0);
        let days = std::iter::once(first).chain(later.into_iter().map(|weeks| first + (weeks * 7.0) as i32));
        fold(&days.map(|day| order(Day(day), 2_000)).collect::<Vec<_>>(), &[], &Rates::new(Currency::USD))
    };
    (0..CUSTOMERS).map(state).collect()
});

static GROUPS: LazyLock<Vec<Group>> = LazyLock::new(|| {
    let mut counts: BTreeMap<(u32, u32, u32), u32> = BTreeMap::new();
    for state in STATES.iter() {
        let (first, last) = (state.first_day().expect("bought"), state.last_day().expect("bought"));
        let key = (state.buy_days() - 1, last.since(first) as u32, TODAY.since(first) as u32);
        *counts.entry(key).or_default() += 1;
    }
    let group = |((repeats, recency, age), customers)| Group { repeats, recency, age, customers };
    counts.into_iter().map(group).collect()
});

static HISTORIES: LazyLock<Vec<(History, f64)>> = LazyLock::new(|| {
    let weeks = |days: u32| f64::from(days) / 7.0;
    let history = |g: &Group| (History { x: g.repeats, t_x: weeks(g.recency), age: weeks(g.age) }, f64::from(g.customers));
    GROUPS.iter().map(history).collect()
});

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let sample = STATES.iter().step_by(5).cloned().map(Into::into).collect();
    fit(&FitInput { groups: GROUPS.clone(), sample, ..FitInput::default() }, Currency::USD, TODAY).0
});

fn main() {
    println!("{CUSTOMERS} customers, {} groups", HISTORIES.len());
    divan::main();
}

/// One evaluation of the log-likelihood of all groups: what any fit must do dozens of times.
#[divan::bench(sample_count = 20)]
fn floor_one_likelihood() -> f64 {
    let model = BgNbd::new(0.5, 5.0, 0.8, 2.5).expect("valid");
    black_box(&*HISTORIES).iter().map(|(history, n)| n * model.log_likelihood(history)).sum()
}

#[divan::bench(sample_count = 10)]
fn fit_bgnbd(bencher: Bencher) {
    LazyLock::force(&HISTORIES);
    bencher.bench(|| BgNbd::fit(black_box(&HISTORIES)).expect("fits"));
}

#[divan::bench(sample_count = 10)]
fn fit_mbgnbd(bencher: Bencher) {
    LazyLock::force(&HISTORIES);
    bencher.bench(|| MbgNbd::fit(black_box(&HISTORIES)).expect("fits"));
}

/// Everything: both models of orders, rhythm, spend, thresholds by backtest on 20,000 states.
#[divan::bench(sample_count = 3)]
fn fit_all(bencher: Bencher) {
    let input = FitInput {
        groups: GROUPS.clone(),
        sample: STATES.iter().step_by(5).cloned().map(Into::into).collect(),
        ..FitInput::default()
    };
    bencher.bench(|| fit(black_box(&input), Currency::USD, TODAY));
}

/// P(alive) of everyone: the least that a score needs.
#[divan::bench(sample_count = 20)]
fn floor_p_alive(bencher: Bencher) {
    let model = MbgNbd::new(0.9, 5.0, 0.8, 3.0).expect("valid");
    let all: Vec<History> = STATES.iter().map(history).collect();
    bencher.bench(|| black_box(&all).iter().map(|history| model.p_alive(history)).sum::<f64>());
}

#[divan::bench(sample_count = 5)]
fn score_everyone(bencher: Bencher) {
    LazyLock::force(&MODEL);
    bencher.bench(|| black_box(&*STATES).iter().filter(|state| score(state, &MODEL, None, TODAY).value.is_some()).count());
}

#[divan::bench(sample_count = 3)]
fn first_history_of_everyone(bencher: Bencher) {
    let scores: Vec<_> = STATES.iter().map(|state| score(state, &MODEL, None, TODAY)).collect();
    bencher.bench(|| {
        STATES.iter().zip(&scores).map(|(state, score)| history_with("", state, &MODEL, score, TODAY).len()).sum::<usize>()
    });
}

#[divan::bench(sample_count = 20)]
fn head_count_of_a_slider(bencher: Bencher) {
    let cells: Vec<(u8, u8, u8, u32)> = (0..5_000).map(|i: u32| ((i % 101) as u8, (i % 97) as u8, (i % 89) as u8, i)).collect();
    let thresholds = Thresholds { immediate: 0.5, moderate: 0.5, early: 0.5 };
    bencher.bench(|| tier_counts(black_box(&cells), &thresholds));
}

fn history(state: &State) -> History {
    let weeks = |days: i32| f64::from(days) / 7.0;
    let (first, last) = (state.first_day().expect("bought"), state.last_day().expect("bought"));
    History { x: state.buy_days() - 1, t_x: weeks(last.since(first)), age: weeks(TODAY.since(first)) }
}
