//! A made-up table of people, with words, gaps and what came of them.

use shared::learn::{Matrix, Table};
use shared::random::Random;

pub(super) struct People {
    pub(super) headers: Vec<String>,
    pub(super) cells: Vec<Vec<String>>,
    /// 0 or 1.
    pub(super) left: Vec<f64>,
    pub(super) weights: Vec<f64>,
}

pub(super) fn people(rows: usize, seed: u64) -> People {
    let mut random = Random::new(seed);
    let headers = ["tenure", "spend", "visits", "channel", "city"].map(str::to_owned).to_vec();
    let (mut cells, mut left, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rows {
        let (tenure, spend, visits) = (random.below(900) as f64, 20.0 * random.gamma(1.5), random.normal());
        let channel = ["Web", "Shop", "Phone"].get(random.below(3)).copied().unwrap_or_default();
        let city = format!("city {}", random.below(12));
        let logit = -0.5 - 0.004 * (tenure - 450.0) + 0.6 * visits + if channel == "Phone" { 0.9 } else { 0.0 };
        left.push(f64::from(u8::from(random.unit() < 1.0 / (1.0 + libm::exp(-logit)))));
        weights.push(0.5 + random.unit());
        let visits = if random.unit() < 0.1 { String::new() } else { visits.to_string() };
        cells.push(vec![tenure.to_string(), format!("{spend:.2}"), visits, channel.to_owned(), city]);
    }
    People { headers, cells, left, weights }
}

impl People {
    pub(super) fn table(&self) -> Table {
        Table::from_text(&self.headers, &self.cells)
    }
}

/// Columns drawn from the normal distribution, every seventh value of the first missing.
pub(super) fn drawn(rows: usize, columns: usize, random: &mut Random) -> Matrix {
    let mut matrix = Matrix::new(rows);
    for column in 0..columns {
        let gap = |row: usize| column == 0 && row.is_multiple_of(7);
        let values = (0..rows).map(|row| if gap(row) { f64::NAN } else { random.normal() }).collect();
        matrix.push(format!("x{column}"), column, values);
    }
    matrix
}
