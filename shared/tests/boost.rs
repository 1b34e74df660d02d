//! Gradient boosting and its explanations.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use shared::learn::{BoostSettings, Boosted, Direction, LearnError, Loss, Matrix};
use shared::random::Random;

/// Columns of numbers with few and many values, of 0 and 1, constant, and with a tenth missing; and a logit with interactions.
fn people(rows: usize, seed: u64) -> (Matrix, Vec<f64>) {
    let mut random = Random::new(seed);
    let mut columns: Vec<Vec<f64>> = vec![Vec::new(); 6];
    let mut y = Vec::new();
    for _ in 0..rows {
        let tenure = random.below(72) as f64;
        let spend = 20.0 + 80.0 * random.unit();
        let monthly = f64::from(u8::from(random.unit() < 0.5));
        let noise = random.normal();
        let gap = if random.unit() < 0.1 { f64::NAN } else { random.gamma(2.0) };
        for (column, value) in columns.iter_mut().zip([tenure, spend, monthly, noise, gap, 3.0]) {
            column.push(value);
        }
        let late = if gap.is_nan() { 1.5 } else { (gap - 2.0) * monthly };
        let logit = -1.0 - 0.04 * (tenure - 36.0) + 0.02 * (spend - 60.0) * monthly + late;
        y.push(f64::from(u8::from(random.unit() < 1.0 / (1.0 + (-logit).exp()))));
    }
    (matrix(columns), y)
}

fn matrix(columns: Vec<Vec<f64>>) -> Matrix {
    let mut matrix = Matrix::new(columns.first().map_or(0, Vec::len));
    for (place, values) in columns.into_iter().enumerate() {
        matrix.push(format!("column {place}"), place, values);
    }
    matrix
}

fn small() -> BoostSettings {
    BoostSettings { rounds: 30, min_rows: 2, min_hessian: 0.1, ..BoostSettings::default() }
}

fn log_loss(model: &Boosted, x: &Matrix, y: &[f64]) -> f64 {
    let losses = model.raws(x).into_iter().zip(y).map(|(raw, y)| (1.0 + raw.exp()).ln() - y * raw);
    losses.sum::<f64>() / y.len() as f64
}

#[test]
fn trees_find_what_a_base_rate_cannot_and_keep_it_on_new_rows() {
    let (x, y) = people(2_000, 1);
    let model = Boosted::fit(&x, &y, None, &[], &BoostSettings { rounds: 100, ..BoostSettings::default() }).expect("fits");
    let (new_x, new_y) = people(2_000, 2);
    let rate = new_y.iter().sum::<f64>() / new_y.len() as f64;
    let entropy = -(rate * rate.ln() + (1.0 - rate) * (1.0 - rate).ln());
    let loss = log_loss(&model, &new_x, &new_y);
    assert!(loss < 0.9 * entropy, "{loss} against {entropy}");
}

/// One split by hand: gradients 1/2 and -1/2 at p = 1/2, hessians 1/4, lambda 1, so the leaves are -(2 / 2)/(1 + 1) and its
/// opposite.
#[test]
fn one_round_of_one_question_is_what_the_equations_say() {
    let x = matrix(vec![vec![1.0, 2.0, 3.0, 4.0, 10.0, 11.0, 12.0, 13.0]]);
    let y = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
    let settings = BoostSettings {
        rounds: 1,
        depth: 1,
        learning_rate: 0.5,
        min_rows: 1,
        min_hessian: 0.0,
        row_share: 1.0,
        column_share: 1.0,
        lambda: 1.0,
        ..BoostSettings::default()
    };
    let model = Boosted::fit(&x, &y, None, &[], &settings).expect("fits");
    assert_eq!([4.0, 7.0, 7.5, 10.0].map(|value| model.raw(&[value])), [-0.5, -0.5, 0.5, 0.5]);
    let squares = Boosted::fit(&x, &y, None, &[], &BoostSettings { loss: Loss::Squares, ..settings }).expect("fits");
    // The mean is 1/2, residuals are halves, and lambda weighs as much as one of the four rows.
    assert_eq!([4.0, 10.0].map(|value| (squares.raw(&[value]) * 1e6).round() / 1e6), [0.3, 0.7]);
}

#[test]
fn parts_are_shapleys_by_counting_all_coalitions_and_sum_to_the_raw_value() {
    let (x, y) = people(600, 3);
    for (depth, weights) in [(1, None), (2, None), (3, None), (5, None), (6, Some(()))] {
        let weights: Option<Vec<f64>> = weights.map(|()| (0..600).map(|row| 0.25 + f64::from(row % 7)).collect());
        let settings = BoostSettings { depth, rounds: 12, learning_rate: 0.3, ..small() };
        let model = Boosted::fit(&x, &y, weights.as_deref(), &[], &settings).expect("fits");
        let trees = stored_trees(&model);
        for row in [0, 7, 99, 311, 598] {
            let row = x.row(row);
            let found = model.contributions(&row);
            let sum = found.base + found.parts.iter().sum::<f64>();
            assert!((sum - model.raw(&row)).abs() < 1e-12, "depth {depth}: {sum} against {}", model.raw(&row));
            let worths: Vec<f64> = (0..1_u32 << 6).map(|known| coalition(&trees, &row, known)).collect();
            for column in 0..6 {
                let mut part = 0.0;
                for known in (0..1_u32 << 6).filter(|known| known & (1 << column) == 0) {
                    let ways =
                        [1.0 / 6.0, 1.0 / 30.0, 1.0 / 60.0, 1.0 / 60.0, 1.0 / 30.0, 1.0 / 6.0][known.count_ones() as usize];
                    part += ways * (worths[(known | 1 << column) as usize] - worths[known as usize]);
                }
                assert!((part - found.parts[column]).abs() < 1e-12, "depth {depth}, column {column}");
            }
        }
    }
}

/// A second reading of the stored form, as nested boxes.
enum Stored {
    Leaf(f64, f64),
    Split { column: usize, threshold: f64, missing_left: bool, left: Box<Stored>, right: Box<Stored> },
}

impl Stored {
    fn cover(&self) -> f64 {
        match self {
            Self::Leaf(_, cover) => *cover,
            Self::Split { left, right, .. } => left.cover() + right.cover(),
        }
    }

    /// Lundberg et al. 2020, algorithm 1.
    fn expected(&self, row: &[f64], known: u32) -> f64 {
        match self {
            Self::Leaf(value, _) => *value,
            Self::Split { column, threshold, missing_left, left, right } => {
                if known & (1 << column) == 0 {
                    let (a, b) = (left.cover(), right.cover());
                    return (a * left.expected(row, known) + b * right.expected(row, known)) / (a + b);
                }
                let goes_left = if row[*column].is_nan() { *missing_left } else { row[*column] <= *threshold };
                if goes_left { left.expected(row, known) } else { right.expected(row, known) }
            }
        }
    }
}

fn coalition(trees: &[Stored], row: &[f64], known: u32) -> f64 {
    trees.iter().map(|tree| tree.expected(row, known)).sum()
}

fn stored_trees(model: &Boosted) -> Vec<Stored> {
    fn read(numbers: &mut impl Iterator<Item = i64>, json: &serde_json::Value) -> Stored {
        let question = numbers.next().expect("a node");
        if question == 0 {
            let value = numbers.next().expect("steps") as f64 * json["unit"].as_f64().expect("a unit");
            return Stored::Leaf(value, numbers.next().expect("a cover") as f64);
        }
        let (column, missing_left) = ((question - 1) as usize / 2, (question - 1) % 2 == 1);
        let cut = numbers.next().expect("a cut") as usize;
        let threshold = json["cuts"][column][cut].as_f64().expect("a number");
        let left = Box::new(read(numbers, json));
        Stored::Split { column, threshold, missing_left, left, right: Box::new(read(numbers, json)) }
    }
    let json = serde_json::to_value(model).expect("writes");
    let trees = json["trees"].as_array().expect("trees").iter();
    trees.map(|tree| read(&mut tree.as_array().expect("a list").iter().map(|n| n.as_i64().expect("whole")), &json)).collect()
}

#[test]
fn a_model_read_back_is_the_same_and_short() {
    let (x, y) = people(3_000, 4);
    let model =
        Boosted::fit(&x, &y, None, &[], &BoostSettings { rounds: 200, depth: 3, ..BoostSettings::default() }).expect("fits");
    let json = serde_json::to_string(&model).expect("writes");
    assert!(json.len() < 60_000, "{} bytes", json.len());
    let back: Boosted = serde_json::from_str(&json).expect("reads");
    assert!(back == model);
    let bits = |model: &Boosted| model.raws(&x).into_iter().map(f64::to_bits).collect::<Vec<_>>();
    assert_eq!(bits(&back), bits(&model));
    assert_eq!(back.contributions(&x.row(5)), model.contributions(&x.row(5)));
}

#[test]
fn a_broken_model_is_refused() {
    let whole = r#"{"base":0.5,"unit":0.25,"cuts":[[1.5],[]],"trees":[[2,0,0,4,3,0,-4,1]]}"#;
    let model: Boosted = serde_json::from_str(whole).expect("reads");
    assert_eq!([vec![1.5], vec![2.0], vec![f64::NAN], vec![]].map(|row| model.raw(&row)), [1.5, -0.5, 1.5, 1.5]);
    let deep = format!("[{}0,4,3]", "2,0,".repeat(100_000));
    for trees in [
        "[]",
        "[2]",
        "[2,0,0,4,3]",
        "[2,1,0,4,3,0,-4,1]",
        "[4,0,0,4,3,0,-4,1]",
        "[0,4,0]",
        "[0,4,3,0]",
        "[-1,0,0,4,3,0,4,3]",
        &deep,
    ] {
        let json = whole.replace("[2,0,0,4,3,0,-4,1]", trees);
        assert!(serde_json::from_str::<Boosted>(&json).is_err(), "{}", &trees[..trees.len().min(40)]);
    }
}

#[test]
fn rows_of_double_weight_are_rows_seen_twice_and_of_none_not_seen() {
    // Few enough that every value is a range of its own either way.
    let (x, y) = people(240, 5);
    let weights: Vec<f64> = (0..240).map(|row| f64::from(row % 3)).collect();
    let twice: Vec<usize> = (0..240).flat_map(|row| std::iter::repeat_n(row, row % 3)).collect();
    let outcomes: Vec<f64> = twice.iter().map(|row| y[*row]).collect();
    let settings = BoostSettings { min_rows: 1, row_share: 1.0, ..small() };
    for loss in [Loss::Log, Loss::Squares] {
        let settings = BoostSettings { loss, ..settings.clone() };
        let weighted = Boosted::fit(&x, &y, Some(&weights), &[], &settings).expect("fits");
        let repeated = Boosted::fit(&x.select(&twice), &outcomes, None, &[], &settings).expect("fits");
        for (one, other) in weighted.raws(&x).into_iter().zip(repeated.raws(&x)) {
            assert!((one - other).abs() < 1e-5, "{one} against {other}");
        }
    }
}

#[test]
fn what_is_missing_is_a_level_of_its_own() {
    let mut random = Random::new(6);
    let values: Vec<f64> = (0..900).map(|row| if row % 3 == 0 { f64::NAN } else { random.unit() }).collect();
    let y: Vec<f64> = values.iter().map(|value| f64::from(u8::from(value.is_nan()))).collect();
    let model = Boosted::fit(&matrix(vec![values]), &y, None, &[], &BoostSettings::default()).expect("fits");
    assert!(model.raw(&[f64::NAN]) > 2.0);
    assert!(model.raw(&[0.5]) < -2.0 && model.raw(&[f64::INFINITY]) < -2.0 && model.raw(&[f64::NEG_INFINITY]) < -2.0);
}

#[test]
fn a_value_first_missing_later_goes_with_most() {
    let values: Vec<f64> = (0..400).map(|row| f64::from(u8::from(row % 4 == 0))).collect();
    let model = Boosted::fit(&matrix(vec![values.clone()]), &values, None, &[], &small()).expect("fits");
    assert_eq!(model.raw(&[f64::NAN]), model.raw(&[0.0]));
}

#[test]
fn hopeless_columns_and_few_rows_give_the_base_rate() {
    let nothing = matrix(vec![vec![f64::NAN; 8], vec![5.0; 8]]);
    let y = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0];
    let model = Boosted::fit(&nothing, &y, None, &[], &BoostSettings::default()).expect("fits");
    assert!((model.raw(&[1.0, 2.0]) - (0.25_f64 / 0.75).ln()).abs() < 1e-12);
    assert_eq!(model.contributions(&[1.0, 2.0]).parts, [0.0, 0.0]);
    let model = Boosted::fit(&Matrix::new(8), &y, None, &[], &BoostSettings::default()).expect("fits");
    assert!((model.raw(&[]) - (0.25_f64 / 0.75).ln()).abs() < 1e-12);
    let two = Boosted::fit(&matrix(vec![vec![0.0, 1.0]]), &[0.0, 1.0], None, &[], &BoostSettings::default()).expect("fits");
    assert_eq!(two.raw(&[1.0]), 0.0);
}

#[test]
fn what_cannot_be_learned_from_is_an_error() {
    let x = matrix(vec![vec![1.0, 2.0, 3.0]]);
    let settings = BoostSettings::default();
    let fit = |y: &[f64], weights: Option<&[f64]>| Boosted::fit(&x, y, weights, &[], &settings).map(|_| ());
    assert_eq!(fit(&[1.0, 1.0, 1.0], None), Err(LearnError::OneOutcome));
    assert_eq!(fit(&[0.0, 1.0, 0.0], Some(&[1.0, 0.0, 1.0])), Err(LearnError::OneOutcome));
    assert_eq!(fit(&[0.0, 1.0, 0.0], Some(&[0.0, 0.0, 0.0])), Err(LearnError::NoRows));
    assert_eq!(fit(&[0.0, 1.0], None), Err(LearnError::Lengths { rows: 3, others: 2 }));
    assert_eq!(fit(&[0.0, 1.0, 0.0], Some(&[1.0])), Err(LearnError::Lengths { rows: 3, others: 1 }));
    assert_eq!(fit(&[0.0, f64::NAN, 1.0], None), Err(LearnError::NotFinite));
    assert_eq!(fit(&[0.0, 2.0, 1.0], None), Err(LearnError::OutsideShares));
    assert_eq!(fit(&[0.0, 0.0, 1.0], Some(&[1.0, -1.0, 1.0])), Err(LearnError::NegativeWeight));
    let directions = [Direction::Rising, Direction::Either];
    assert!(matches!(
        Boosted::fit(&x, &[0.0, 1.0, 0.0], None, &directions, &settings),
        Err(LearnError::Lengths { rows: 1, others: 2 })
    ));
    assert_eq!(Boosted::fit(&Matrix::new(0), &[], None, &[], &settings), Err(LearnError::NoRows));
}

#[test]
fn squares_learn_numbers_of_any_size() {
    let (x, _) = people(500, 8);
    for size in [1e-12, 1.0, 1e9, 1e150] {
        let y: Vec<f64> = (0..500).map(|row| size * (10.0 + x.at(row, 0))).collect();
        let settings = BoostSettings { loss: Loss::Squares, learning_rate: 0.3, ..small() };
        let model = Boosted::fit(&x, &y, None, &[], &settings).expect("fits");
        let errors = model.raws(&x).into_iter().zip(&y).map(|(value, y)| (value - y).abs() / size);
        assert!(errors.fold(0.0, f64::max) < 6.0);
    }
    let model = Boosted::fit(&x, &[7.25; 500], None, &[], &BoostSettings { loss: Loss::Squares, ..small() }).expect("fits");
    assert_eq!(model.raw(&x.row(0)), 7.25);
}

#[test]
fn the_same_seed_gives_the_same_model_and_another_seed_another() {
    let (x, y) = people(500, 9);
    let fit = |seed| Boosted::fit(&x, &y, None, &[], &BoostSettings { seed, ..small() }).expect("fits");
    assert!(fit(1) == fit(1));
    assert!(fit(1) != fit(2));
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let (x, y) = people(500, 10);
    let mut order: Vec<usize> = (0..500).collect();
    Random::new(1).shuffle(&mut order);
    let shuffled: Vec<f64> = order.iter().map(|row| y[*row]).collect();
    let settings = BoostSettings { row_share: 1.0, ..small() };
    let one = Boosted::fit(&x, &y, None, &[], &settings).expect("fits");
    let other = Boosted::fit(&x.select(&order), &shuffled, None, &[], &settings).expect("fits");
    assert!(one == other);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn no_prediction_moves_against_a_direction(
        rows in proptest::collection::vec((0_i32..12, -3.0_f64..3.0, 0_i32..3, 0.0_f64..1.0, proptest::bool::weighted(0.1)), 20..120),
        seed in 0_u64..1_000,
        squares in proptest::bool::ANY,
        depth in 1_usize..6,
    ) {
        let rising = rows.iter().map(|row| if row.4 { f64::NAN } else { f64::from(row.0) }).collect();
        let falling = rows.iter().map(|row| row.1).collect();
        let free = rows.iter().map(|row| f64::from(row.2)).collect();
        let x = matrix(vec![rising, falling, free]);
        // Half of the people go against the directions, so that trees are tempted.
        let mut y: Vec<f64> = rows.iter().map(|row| if squares { row.3 * row.1 } else { f64::from(u8::from(row.3 < 0.5)) }).collect();
        (y[0], y[1]) = (0.0, 1.0);
        let directions = [Direction::Rising, Direction::Falling, Direction::Either];
        let loss = if squares { Loss::Squares } else { Loss::Log };
        let settings = BoostSettings { loss, seed, depth, rounds: 15, learning_rate: 0.5, ..small() };
        let model = Boosted::fit(&x, &y, None, &directions, &settings).expect("fits");
        for row in 0..rows.len().min(20) {
            let mut row = x.row(row);
            let along = |row: &mut Vec<f64>, column: usize, values: &[f64]| -> Vec<f64> {
                let old = row[column];
                let raws = values.iter().map(|value| { row[column] = *value; model.raw(row) }).collect();
                row[column] = old;
                raws
            };
            let raws = along(&mut row, 0, &(-1..14).map(f64::from).collect::<Vec<_>>());
            prop_assert!(raws.windows(2).all(|pair| pair[0] <= pair[1]), "rising: {raws:?}");
            let raws = along(&mut row, 1, &(-35..35).map(|v| f64::from(v) / 10.0).collect::<Vec<_>>());
            prop_assert!(raws.windows(2).all(|pair| pair[0] >= pair[1]), "falling: {raws:?}");
        }
    }
}
