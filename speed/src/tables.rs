//! Boosted trees with the default settings.

use shared::learn::{BoostSettings, Boosted, ChoiceSettings, Encoder, Matrix, Table, choose, splits, stratified};
use shared::random::Random;

use crate::Work;

/// The trees of one fold of five of the Telco table, encoded beforehand.
pub fn fold(file: &str) -> Result<Work, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    // No cell of this table holds a comma.
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<String>>());
    let headers = lines.next().unwrap_or_default();
    let place = |name: &str| headers.iter().position(|header| header == name).ok_or_else(|| format!("{file}: no column {name}"));
    let (label, fold, name) = (place("Churn")?, place("fold")?, place("customerID")?);
    let cell = |row: &Vec<String>, place: usize| row.get(place).cloned().unwrap_or_default();
    let rows: Vec<Vec<String>> = lines.filter(|row| cell(row, fold) != "0").collect();
    let labels: Vec<f64> = rows.iter().map(|row| f64::from(u8::from(cell(row, label) == "Yes"))).collect();
    let kept = |row: &Vec<String>| -> Vec<String> {
        row.iter().enumerate().filter(|(place, _)| ![label, fold, name].contains(place)).map(|(_, cell)| cell.clone()).collect()
    };
    let table = Table::from_text(&kept(&headers), &rows.iter().map(kept).collect::<Vec<_>>());
    let matrix = Encoder::fit(&table).encode(&table);
    Ok(trees(matrix, labels))
}

/// Made-up rows of the shape of that table: three columns of many values and forty of two.
pub fn boost(rows: &str) -> Result<Work, String> {
    let rows: usize = rows.parse().map_err(|error| format!("{rows}: {error}"))?;
    let mut random = Random::new(1);
    let mut columns: Vec<Vec<f64>> = (0..3).map(|_| (0..rows).map(|_| libm::floor(1_000.0 * random.unit())).collect()).collect();
    columns.extend((0..40).map(|_| (0..rows).map(|_| f64::from(u8::from(random.unit() < 0.3))).collect::<Vec<f64>>()));
    let mut labels = Vec::with_capacity(rows);
    for row in 0..rows {
        let at = |column: usize| columns.get(column).and_then(|values| values.get(row)).copied().unwrap_or(0.0);
        let logit = -1.0 + 0.003 * (at(0) - 500.0) * (1.0 - at(5)) + at(6) - 1.5 * at(7) * at(8);
        labels.push(f64::from(u8::from(random.unit() < 1.0 / (1.0 + libm::exp(-logit)))));
    }
    Ok(trees(matrix(rows, columns), labels))
}

/// The choice between the learners on made-up rows of thirty columns, as a shop's past gives them.
pub fn choice(rows: &str) -> Result<Work, String> {
    let rows: usize = rows.parse().map_err(|error| format!("{rows}: {error}"))?;
    let mut random = Random::new(1);
    let columns: Vec<Vec<f64>> = (0..30).map(|_| (0..rows).map(|_| random.normal()).collect()).collect();
    let mut labels = Vec::with_capacity(rows);
    for row in 0..rows {
        let at = |column: usize| columns.get(column).and_then(|values| values.get(row)).copied().unwrap_or(0.0);
        let logit = -1.0 + at(0) + 0.5 * at(1) * at(1) - at(2) * f64::from(u8::from(at(3) > 0.0));
        labels.push(f64::from(u8::from(random.unit() < 1.0 / (1.0 + libm::exp(-logit)))));
    }
    let matrix = matrix(rows, columns);
    Ok(Box::new(move || {
        let splits = splits(&stratified(&labels, None, 5, 0));
        let choice = choose(&matrix, &labels, None, &splits, &ChoiceSettings::default()).map_err(|error| error.to_string())?;
        Ok((0..50).map(|row| choice.chosen.probability(&matrix.row(row))).sum())
    }))
}

fn matrix(rows: usize, columns: Vec<Vec<f64>>) -> Matrix {
    let mut matrix = Matrix::new(rows);
    for (place, values) in columns.into_iter().enumerate() {
        matrix.push(place.to_string(), place, values);
    }
    matrix
}

fn trees(matrix: Matrix, labels: Vec<f64>) -> Work {
    Box::new(move || {
        let model = Boosted::fit(&matrix, &labels, None, &[], &BoostSettings::default()).map_err(|error| error.to_string())?;
        Ok((0..50).map(|row| model.raw(&matrix.row(row))).sum())
    })
}
