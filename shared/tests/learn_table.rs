//! Tables, their encoding, the linear learners, figures and calibration, on small made-up data.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod data;

use shared::learn::calibrate::{Calibration, Isotonic, Platt};
use shared::learn::{Encoder, Kind, LearnError, Logistic, Matrix, Reason, Ridge, Schema, Table, Values, metrics, probability};
use shared::random::Random;

fn text(header: &str, rows: &[&str]) -> (Vec<String>, Vec<Vec<String>>) {
    let cells = |line: &str| line.split('|').map(str::to_owned).collect::<Vec<String>>();
    (cells(header), rows.iter().map(|row| cells(row)).collect())
}

fn matrix(columns: &[Vec<f64>]) -> Matrix {
    let mut matrix = Matrix::new(columns.first().map_or(0, Vec::len));
    for (place, column) in columns.iter().enumerate() {
        matrix.push(format!("c{place}"), place, column.clone());
    }
    matrix
}

/// Rows of normal columns and outcomes whose logit is linear in them.
fn drawn(rows: usize, coefficients: &[f64], seed: u64) -> (Matrix, Vec<f64>) {
    let mut random = Random::new(seed);
    let columns: Vec<Vec<f64>> = coefficients.iter().map(|_| (0..rows).map(|_| random.normal()).collect()).collect();
    let logit = |row: usize| columns.iter().zip(coefficients).map(|(column, c)| c * column[row]).sum::<f64>() - 0.5;
    let y = (0..rows).map(|row| f64::from(u8::from(random.unit() < probability(logit(row))))).collect();
    (matrix(&columns), y)
}

mod tables {
    use super::*;

    #[test]
    fn kinds_are_guessed_from_the_cells() {
        let (headers, rows) = text(
            "spend|comma|share|day|german|plan|blank",
            &[
                "$1,234.50|1.234,5|12 %|2026-01-31|31.01.2026|basic|",
                "99|7,25|5%|2026-02-01 12:00|01.02.2026|pro|NA",
                "|0,5|n/a|1999-12-31||pro|null",
            ],
        );
        let schema = Schema::guess(&headers, &rows);
        let kinds: Vec<Kind> = schema.columns().iter().map(|(_, kind)| *kind).collect();
        assert_eq!(kinds[0], Kind::Numbers { decimal_comma: false });
        assert_eq!(kinds[1], Kind::Numbers { decimal_comma: true });
        assert_eq!(kinds[5..], [Kind::Words, Kind::Words]);
        let table = schema.read(&headers, &rows);
        let numbers = |place: usize| match &table.columns[place].values {
            Values::Numbers(values) => values.clone(),
            Values::Levels { .. } => panic!("column {place} holds words"),
        };
        assert_eq!(numbers(0)[..2], [1234.5, 99.0]);
        assert!(numbers(0)[2].is_nan());
        assert_eq!(numbers(1), [1234.5, 7.25, 0.5]);
        assert_eq!(numbers(2)[..2], [12.0, 5.0]);
        assert_eq!(numbers(3), [20_484.0, 20_485.5, 10_956.0]);
        assert_eq!(numbers(4)[..2], [20_484.0, 20_485.0]);
        assert_eq!(
            table.columns[5].values,
            Values::Levels { levels: vec!["basic".into(), "pro".into()], codes: vec![Some(0), Some(1), Some(1)] }
        );
    }

    #[test]
    fn later_rows_are_read_by_the_schema_of_the_first() {
        let (headers, rows) = text("plan|spend", &["7|1", "A|2", "7|3"]);
        let schema = Schema::guess(&headers, &rows);
        let (headers, rows) = text("spend|plan", &["4|7", "many|8"]);
        let table = schema.read(&headers, &rows);
        assert_eq!(
            table.columns[0].values,
            Values::Levels { levels: vec!["7".into(), "8".into()], codes: vec![Some(0), Some(1)] }
        );
        let Values::Numbers(spend) = &table.columns[1].values else { panic!("words") };
        assert!(spend[0] == 4.0 && spend[1].is_nan());
    }

    #[test]
    fn a_table_without_rows_or_columns_is_encoded_to_nothing() {
        let table = Table::from_text(&["a".to_owned()], &[]);
        assert_eq!((table.rows(), Encoder::fit(&table).encode(&table).columns().len()), (0, 0));
        assert_eq!(Encoder::fit(&Table::default()).encode(&Table::default()), Matrix::new(0));
    }
}

mod encoding {
    use super::*;

    /// 60 rows: a name, a counter, a constant, a number, yes and no, three plans of which one is rare, a city missing at times.
    fn rows() -> (Vec<String>, Vec<Vec<String>>) {
        let row = |n: u32| {
            let plan = if n == 0 { "gold" } else { ["basic", "pro", "free"][(n % 3) as usize] };
            let city = ["Bern", "Rome", "", "Oslo"][(n % 4) as usize];
            let line =
                format!("c{n}@x.com|{}|EUR|{}|{}|{plan}|{city}", 1000 + n, n % 7, if n.is_multiple_of(2) { "yes" } else { "no" });
            line.split('|').map(str::to_owned).collect::<Vec<String>>()
        };
        let headers = ["mail", "nr", "currency", "orders", "active", "plan", "city"].map(str::to_owned).to_vec();
        (headers, (0..60).map(row).collect())
    }

    #[test]
    fn what_tells_nothing_is_left_out_and_the_rest_becomes_columns() {
        let (headers, rows) = rows();
        let table = Table::from_text(&headers, &rows);
        let encoder = Encoder::fit(&table);
        let left_out: Vec<(&str, Reason)> = encoder.left_out().iter().map(|left| (left.name.as_str(), left.reason)).collect();
        assert_eq!(left_out, [("mail", Reason::Identifier), ("nr", Reason::Identifier), ("currency", Reason::Constant)]);
        let x = encoder.encode(&table);
        let names = [
            "orders",
            "active=yes",
            "plan=basic",
            "plan=free",
            "plan=pro",
            "plan: other",
            "city=Bern",
            "city=Oslo",
            "city=Rome",
            "city: missing",
        ];
        assert_eq!(x.names(), names);
        assert_eq!(x.sources(), [3, 4, 5, 5, 5, 5, 6, 6, 6, 6]);
        assert_eq!(x.row(0), [0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
        assert_eq!(x.row(2), [2.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn levels_not_seen_in_training_are_other_or_unknown() {
        let (headers, training) = rows();
        let schema = Schema::guess(&headers, &training);
        let encoder = Encoder::fit(&schema.read(&headers, &training));
        let (headers, rows) = text("plan|active|city", &["platinum|perhaps|Paris", "|no|"]);
        let x = encoder.encode(&schema.read(&headers, &rows));
        let (new, blank) = (x.row(0), x.row(1));
        assert_eq!(new[2..6], [0.0, 0.0, 0.0, 1.0], "other plan");
        assert!(new[0].is_nan() && new[1].is_nan(), "no orders column, an unknown word");
        assert!(new[6..].iter().all(|value| value.is_nan()), "a city without an other");
        assert!(blank[2..6].iter().all(|value| value.is_nan()), "a plan was never missing");
        assert_eq!(blank[6..], [0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn the_order_of_the_training_rows_changes_nothing() {
        let (headers, mut training) = rows();
        let schema = Schema::guess(&headers, &training);
        let encoder = Encoder::fit(&schema.read(&headers, &training));
        Random::new(3).shuffle(&mut training);
        assert_eq!(Schema::guess(&headers, &training), schema);
        assert_eq!(Encoder::fit(&schema.read(&headers, &training)), encoder);
    }

    #[test]
    fn an_encoder_and_a_schema_come_back_from_json_as_they_were() {
        let (headers, training) = rows();
        let schema = Schema::guess(&headers, &training);
        let encoder = Encoder::fit(&schema.read(&headers, &training));
        let again = serde_json::from_str(&serde_json::to_string(&encoder).expect("json")).expect("an encoder");
        assert_eq!(encoder, again);
        let again = serde_json::from_str(&serde_json::to_string(&schema).expect("json")).expect("a schema");
        assert_eq!(schema, again);
    }
}

mod linear {
    use super::*;

    /// The slope of the penalised loss in the standardised coefficients, computed anew from the definition.
    fn slopes(x: &Matrix, y: &[f64], model: &Logistic, penalty: f64) -> Vec<f64> {
        let n = x.rows() as f64;
        let errors: Vec<f64> = model.logits(x).iter().zip(y).map(|(logit, y)| probability(*logit) - y).collect();
        let mut slopes = vec![errors.iter().sum()];
        for (place, column) in x.columns().iter().enumerate() {
            let mean = column.iter().sum::<f64>() / n;
            let sd = (column.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();
            let row = |value: f64| {
                let mut row = x.row(0);
                row[place] = value;
                row
            };
            let low = column.iter().copied().fold(f64::MAX, f64::min);
            let high = column.iter().copied().fold(f64::MIN, f64::max);
            let coefficient = (model.logit(&row(high)) - model.logit(&row(low))) / (high - low) * sd;
            let data: f64 = column.iter().zip(&errors).map(|(value, error)| (value - mean) / sd * error).sum();
            slopes.push(data + penalty * coefficient);
        }
        slopes
    }

    #[test]
    fn the_fit_is_at_the_minimum_of_the_penalised_loss() {
        let (x, y) = drawn(700, &[1.5, -0.7, 0.0, 0.2], 11);
        for penalty in [0.0, 1.0, 50.0] {
            let model = Logistic::fit(&x, &y, None, penalty).expect("a fit");
            let largest = slopes(&x, &y, &model, penalty).iter().fold(0.0, |largest: f64, slope| largest.max(slope.abs()));
            assert!(largest < 1e-8, "{penalty}: {largest}");
        }
    }

    #[test]
    fn parts_and_base_are_the_logit() {
        let (mut x, y) = drawn(300, &[2.0, -1.0], 5);
        x.push("gaps", 2, (0..300).map(|row| if row % 3 == 0 { f64::NAN } else { f64::from(row) }).collect());
        let model = Logistic::fit(&x, &y, None, 1.0).expect("a fit");
        let ridge = Ridge::fit(&x, &y, None, 1.0).expect("a fit");
        for row in [0, 1, 2, 299] {
            let row = x.row(row);
            for (told, given) in
                [(model.contributions(&row), model.logit(&row)), (ridge.contributions(&row), ridge.predict(&row))]
            {
                assert_eq!(told.parts.len(), 3);
                assert!((told.base + told.parts.iter().sum::<f64>() - given).abs() < 1e-12);
            }
        }
        let all = model.logits(&x);
        assert!((0..300).all(|row| (all[row] - model.logit(&x.row(row))).abs() < 1e-12));
    }

    #[test]
    fn a_missing_value_is_a_feature_where_training_rows_had_such() {
        // Events are exactly the rows whose value is missing.
        let values: Vec<f64> = (0..200).map(|row| if row % 4 == 0 { f64::NAN } else { f64::from(row % 9) }).collect();
        let y: Vec<f64> = values.iter().map(|value| f64::from(u8::from(value.is_nan()))).collect();
        let model = Logistic::fit(&matrix(&[values]), &y, None, 1.0).expect("a fit");
        assert!(model.logit(&[f64::NAN]) > 2.0 && model.logit(&[4.0]) < -2.0);
    }

    #[test]
    fn weights_count_as_repeated_rows() {
        let (x, y) = drawn(120, &[1.0, -1.0], 8);
        let weights: Vec<f64> = (0..120).map(|row| f64::from(row % 3)).collect();
        let repeated: Vec<usize> = (0..120).flat_map(|row| std::iter::repeat_n(row, row % 3)).collect();
        let y_repeated: Vec<f64> = repeated.iter().map(|row| y[*row]).collect();
        let (one, other) = (
            Logistic::fit(&x, &y, Some(&weights), 2.0).expect("a fit"),
            Logistic::fit(&x.select(&repeated), &y_repeated, None, 2.0).expect("a fit"),
        );
        let (ridge, other_ridge) = (
            Ridge::fit(&x, &y, Some(&weights), 2.0).expect("a fit"),
            Ridge::fit(&x.select(&repeated), &y_repeated, None, 2.0).expect("a fit"),
        );
        for row in repeated.iter().map(|row| x.row(*row)) {
            assert!((one.logit(&row) - other.logit(&row)).abs() < 1e-9);
            assert!((ridge.predict(&row) - other_ridge.predict(&row)).abs() < 1e-9);
        }
    }

    #[test]
    fn hard_columns_leave_finite_numbers() {
        let n = 64;
        let separating: Vec<f64> = (0..n).map(f64::from).collect();
        let y: Vec<f64> = (0..n).map(|row| f64::from(u8::from(row >= 32))).collect();
        let columns = [
            separating.clone(),
            separating.clone(),
            separating.iter().map(|value| 3.0 * value - 7.0).collect(),
            vec![5.0; 64],
            vec![f64::NAN; 64],
            separating.iter().map(|value| (value - 32.0) * 5e306).collect(),
            separating.iter().map(|value| value * 1e-310).collect(),
            separating.iter().map(|value| if *value > 60.0 { f64::INFINITY } else { *value }).collect(),
        ];
        let x = matrix(&columns);
        for penalty in [0.0, 1e-9, 1.0] {
            let model = Logistic::fit(&x, &y, None, penalty).expect("a fit");
            let ridge = Ridge::fit(&x, &y, None, penalty).expect("a fit");
            let given = model.logits(&x).into_iter().chain(ridge.predictions(&x));
            assert!(given.chain([model.logit(&[1e308, -1e308, f64::NAN])]).all(f64::is_finite), "{penalty}");
            assert_eq!(metrics::auc(&y, &model.logits(&x)), Some(1.0));
            // Short and empty rows count as missing.
            assert!(model.logit(&[]).is_finite());
        }
    }

    #[test]
    fn ridge_without_a_penalty_finds_the_line_and_a_constant_is_itself() {
        let x = matrix(&[vec![1.0, 2.0, 3.0, 4.0], vec![0.0, 1.0, 0.0, 2.0]]);
        let y = [5.0 + 2.0, 5.0 + 4.0 - 3.0, 5.0 + 6.0, 5.0 + 8.0 - 6.0];
        let ridge = Ridge::fit(&x, &y, None, 0.0).expect("a fit");
        assert!(ridge.predictions(&x).iter().zip(y).all(|(given, y)| (given - y).abs() < 1e-9));
        let constant = Ridge::fit(&x, &[3.0; 4], None, 1.0).expect("a fit");
        assert!((constant.predict(&[2.0, 1.0]) - 3.0).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_learned_from_is_said() {
        let x = matrix(&[vec![1.0, 2.0]]);
        let fit = |y: &[f64], weights: Option<&[f64]>| Logistic::fit(&x, y, weights, 1.0).expect_err("an error");
        assert_eq!(fit(&[1.0, 1.0], None), LearnError::OneOutcome);
        assert_eq!(fit(&[1.0, 0.0], Some(&[1.0, 0.0])), LearnError::OneOutcome);
        assert_eq!(fit(&[1.0], None), LearnError::Lengths { rows: 2, others: 1 });
        assert_eq!(fit(&[1.0, 0.0], Some(&[1.0])), LearnError::Lengths { rows: 2, others: 1 });
        assert_eq!(fit(&[1.0, f64::NAN], None), LearnError::NotFinite);
        assert_eq!(fit(&[1.0, 2.0], None), LearnError::OutsideShares);
        assert_eq!(fit(&[1.0, 0.0], Some(&[1.0, -1.0])), LearnError::NegativeWeight);
        assert_eq!(fit(&[1.0, 0.0], Some(&[0.0, 0.0])), LearnError::NoRows);
        assert_eq!(Ridge::fit(&Matrix::new(0), &[], None, 1.0), Err(LearnError::NoRows));
    }

    #[test]
    fn models_come_back_from_json_with_the_same_predictions() {
        let (x, y) = drawn(90, &[1.0 / 3.0, -0.123_456_789], 21);
        let model = Logistic::fit(&x, &y, None, 1.0).expect("a fit");
        let again: Logistic = serde_json::from_str(&serde_json::to_string(&model).expect("json")).expect("a model");
        assert_eq!(model.logits(&x), again.logits(&x));
        let model = Ridge::fit(&x, &y, None, 1.0).expect("a fit");
        let again: Ridge = serde_json::from_str(&serde_json::to_string(&model).expect("json")).expect("a model");
        assert_eq!(model.predictions(&x), again.predictions(&x));
    }
}

mod figures {
    use super::*;

    /// Values of scikit-learn 1.5.2 for these rows.
    #[test]
    fn figures_equal_the_peers() {
        let labels = [0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0];
        let predictions = [0.1, 0.4, 0.35, 0.8, 0.4, 0.9, 0.2, 0.4, 0.6, 0.7];
        let near = |given: Option<f64>, expected: f64| assert!((given.expect("a figure") - expected).abs() < 1e-12, "{given:?}");
        near(metrics::auc(&labels, &predictions), 0.76);
        near(metrics::pr_auc(&labels, &predictions), 0.789_285_714_285_714_4);
        near(metrics::brier(&labels, &predictions), 0.185_25);
        near(metrics::log_loss(&labels, &predictions), 0.535_957_066_594_081_4);
        near(metrics::lift(&labels, &predictions, 0.3), 4.0 / 3.0);
    }

    #[test]
    fn calibration_error_is_the_mean_distance_of_ten_bins_of_equal_count() {
        // 20 rows, two to a bin: one of the two is an event, predicted at 0.5 and up.
        let labels: Vec<f64> = (0..20).map(|row| f64::from(row % 2)).collect();
        let predictions: Vec<f64> = (0..20).map(|row| 0.5 + f64::from(row / 2) * 0.01).collect();
        let expected = (0..10).map(|bin| f64::from(bin) * 0.01).sum::<f64>() / 10.0;
        assert!((metrics::ece(&labels, &predictions).expect("a figure") - expected).abs() < 1e-12);
        // All the same: one group shared out over the bins, exact on the whole.
        assert!(metrics::ece(&labels, &[0.5; 20]).expect("a figure") < 1e-12);
        assert_eq!(metrics::ece(&[1.0, 0.0], &[1.0, 0.0]), Some(0.0));
    }

    #[test]
    fn the_order_of_rows_with_equal_predictions_changes_nothing() {
        let (labels, predictions): (Vec<f64>, Vec<f64>) =
            (0..40).map(|row| (f64::from(u8::from(row % 3 == 0)), f64::from(row % 4) * 0.2)).unzip();
        let (back, back_predictions): (Vec<f64>, Vec<f64>) =
            labels.iter().rev().copied().zip(predictions.iter().rev().copied()).unzip();
        let (one, other) = (metrics::figures(&labels, &predictions), metrics::figures(&back, &back_predictions));
        for (one, other) in [(one.auc, other.auc), (one.pr_auc, other.pr_auc), (one.ece, other.ece), (one.lift10, other.lift10)] {
            assert!((one.expect("a figure") - other.expect("a figure")).abs() < 1e-12);
        }
    }

    #[test]
    fn undefined_figures_are_none() {
        assert_eq!(metrics::auc(&[], &[]), None);
        assert_eq!(metrics::auc(&[1.0, 1.0], &[0.1, 0.2]), None);
        assert_eq!(metrics::pr_auc(&[0.0], &[0.1]), None);
        assert_eq!(metrics::brier(&[0.0], &[]), None);
        assert_eq!(metrics::log_loss(&[0.0], &[f64::NAN]), None);
        assert_eq!(metrics::ece(&[], &[]), None);
        assert_eq!(metrics::lift(&[0.0], &[0.5], 0.1), None);
        assert_eq!(metrics::correlation(&[1.0, 1.0], &[0.1, 0.2]), None);
        assert_eq!(metrics::standard_deviation(&[1.0]), None);
        assert!(metrics::log_loss(&[1.0, 0.0], &[0.0, 1.0]).expect("a figure").is_finite());
    }

    #[test]
    fn ranks_share_the_mean_of_their_places() {
        assert_eq!(metrics::ranks(&[3.0, 1.0, 3.0, 2.0, 3.0]), [4.0, 1.0, 4.0, 2.0, 4.0]);
        assert!(metrics::ranks(&[]).is_empty());
    }
}

mod calibration {
    use super::*;

    /// Logits, and outcomes drawn at `slope` times the logit plus `shift`.
    fn logits(rows: usize, slope: f64, shift: f64, seed: u64) -> (Vec<f64>, Vec<f64>) {
        let mut random = Random::new(seed);
        (0..rows)
            .map(|_| {
                let logit = 2.0 * random.normal();
                (logit, f64::from(u8::from(random.unit() < probability(slope * logit + shift))))
            })
            .unzip()
    }

    #[test]
    fn platt_finds_slope_and_shift_and_its_intervals_cover_them() {
        let covered = (0..100).filter(|seed| {
            let (logits, y) = logits(400, 0.5, -1.0, *seed);
            let platt = Platt::fit(&logits, &y, None).expect("a fit");
            let (low, high) = platt.interval(1.0, 1.96);
            low < probability(-0.5) && probability(-0.5) < high
        });
        let covered = covered.count();
        assert!((88..=100).contains(&covered), "{covered}");
        let (logits, y) = logits(20_000, 0.5, -1.0, 1);
        let platt = Platt::fit(&logits, &y, None).expect("a fit");
        assert!((platt.a - 0.5).abs() < 0.03 && (platt.b + 1.0).abs() < 0.06, "{platt:?}");
    }

    #[test]
    fn isotonic_follows_a_bent_curve_that_platt_cannot() {
        let mut random = Random::new(4);
        let (logits, y): (Vec<f64>, Vec<f64>) = (0..6_000)
            .map(|_| {
                let logit = 6.0 * random.unit() - 3.0;
                let p = if logit < 0.0 { 0.2 } else { 0.5 };
                (logit, f64::from(u8::from(random.unit() < p)))
            })
            .unzip();
        let isotonic = Isotonic::fit(&logits, &y, None).expect("a fit");
        assert!((isotonic.probability(-1.5) - 0.2).abs() < 0.04 && (isotonic.probability(1.5) - 0.5).abs() < 0.04);
        let (low, high) = isotonic.interval(1.5, 1.96);
        assert!(low < isotonic.probability(1.5) && isotonic.probability(1.5) < high);
    }

    #[test]
    fn calibrated_probabilities_rise_with_the_logit_and_are_never_certain() {
        let (mut given, mut y) = logits(200, 1.0, 0.0, 9);
        given.extend([f64::MAX, f64::MIN, 50.0, -50.0]);
        y.extend([1.0, 0.0, 1.0, 0.0]);
        let fits = [
            Calibration::Platt(Platt::fit(&given, &y, None).expect("a fit")),
            Calibration::Isotonic(Isotonic::fit(&given, &y, None).expect("a fit")),
        ];
        for fit in &fits {
            let places: Vec<f64> = (-300..300).map(|place| f64::from(place) * 0.1).collect();
            assert!(places.windows(2).all(|pair| fit.probability(pair[0]) <= fit.probability(pair[1])));
            assert!(places.iter().all(|place| (1e-300..1.0).contains(&fit.probability(*place))));
            assert!(fit.probability(f64::NAN).is_finite() && fit.probability(f64::INFINITY) <= 1.0);
            let json = serde_json::to_string(fit).expect("json");
            let again: Calibration = serde_json::from_str(&json).expect("a calibration");
            assert!(places.iter().all(|place| fit.probability(*place) == again.probability(*place)));
        }
    }

    #[test]
    fn a_learner_that_is_wrong_way_round_is_flattened_not_turned() {
        let (logits, y) = logits(500, -1.0, 0.0, 2);
        let platt = Platt::fit(&logits, &y, None).expect("a fit");
        assert_eq!(platt.a, 0.0);
        assert!((platt.probability(3.0) - y.iter().sum::<f64>() / 500.0).abs() < 1e-9);
    }

    #[test]
    fn separated_or_constant_logits_stay_finite() {
        for logits in [[-1.0, -2.0, 3.0, 4.0], [0.3; 4], [f64::NAN; 4], [f64::NEG_INFINITY, 0.0, 0.0, f64::INFINITY]] {
            let y = [0.0, 0.0, 1.0, 1.0];
            let platt = Platt::fit(&logits, &y, None).expect("a fit");
            let (low, high) = platt.interval(logits[3], 1.96);
            let p = platt.probability(logits[3]);
            assert!(p.is_finite() && low <= p && p <= high && low >= 0.0 && high <= 1.0, "{platt:?}");
            let isotonic = Isotonic::fit(&logits, &y, None).expect("a fit");
            assert!((0.0..=1.0).contains(&isotonic.probability(0.1)));
        }
        assert_eq!(Platt::fit(&[1.0], &[1.0], None), Err(LearnError::OneOutcome));
        assert_eq!(Isotonic::fit(&[], &[], None), Err(LearnError::NoRows));
    }
}

mod telco {
    use super::*;

    /// Headers, the rows of all folds but 0 and of fold 0 without label and fold, and their outcomes.
    type Parts = (Vec<String>, [(Vec<Vec<String>>, Vec<f64>); 2]);

    fn parts() -> Option<Parts> {
        let file = data::file("telco_churn/telco_churn.csv")?;
        let mut lines = file.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<String>>());
        let mut headers = lines.next().expect("headers");
        assert_eq!(headers.split_off(20), ["Churn", "fold"]);
        let mut parts = [(Vec::new(), Vec::new()), (Vec::new(), Vec::new())];
        for mut row in lines {
            let answers = row.split_off(20);
            let part = &mut parts[usize::from(answers[1] == "0")];
            part.0.push(row);
            part.1.push(f64::from(u8::from(answers[0] == "Yes")));
        }
        Some((headers, parts))
    }

    /// scikit-learn 1.5.2 on the same columns: C = 1 (ridge: alpha = 1), fold 0 held out.
    #[test]
    fn the_linear_learners_equal_the_peers_on_a_fold() {
        let Some((headers, [(rows, y), (held_out, answers)])) = parts() else { return };
        let schema = Schema::guess(&headers, &rows);
        let table = schema.read(&headers, &rows);
        let encoder = Encoder::fit(&table);
        let left_out: Vec<&str> = encoder.left_out().iter().map(|left| left.name.as_str()).collect();
        assert_eq!(left_out, ["customerID"]);
        let (x, x_held_out) = (encoder.encode(&table), encoder.encode(&schema.read(&headers, &held_out)));
        let model = Logistic::fit(&x, &y, None, 1.0).expect("a fit");
        let logits = model.logits(&x_held_out);
        for (logit, expected) in logits.iter().zip([0.850_649_36, -0.837_976_07, -3.272_401_52]) {
            assert!((logit - expected).abs() < 2e-8, "{logit} {expected}");
        }
        let given: Vec<f64> = logits.into_iter().map(probability).collect();
        assert!((metrics::log_loss(&answers, &given).expect("a figure") - 0.423_917_374_914_217_6).abs() < 1e-9);
        assert!((metrics::auc(&answers, &given).expect("a figure") - 0.841_966_984_422_227_3).abs() < 1e-9);
        let ridge = Ridge::fit(&x, &y, None, 1.0).expect("a fit");
        let error = metrics::brier(&answers, &ridge.predictions(&x_held_out)).expect("a figure");
        assert!((error - 0.142_386_872_599_994_1).abs() < 1e-9, "{error}");
    }
}
