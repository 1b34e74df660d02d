//! Rows of numbers as the learners read them.

/// Numbers by column, NaN where a value is missing. `sources` says from which column of a [`super::Table`] each came, so that the
/// parts of an explanation can be added up by what a person knows as one thing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matrix {
    names: Vec<String>,
    sources: Vec<usize>,
    columns: Vec<Vec<f64>>,
    rows: usize,
}

impl Matrix {
    pub fn new(rows: usize) -> Self {
        Self { rows, ..Self::default() }
    }

    /// Adds a column; one that is too short is filled up with NaN, one too long is cut.
    pub fn push(&mut self, name: impl Into<String>, source: usize, mut values: Vec<f64>) {
        values.resize(self.rows, f64::NAN);
        self.names.push(name.into());
        self.sources.push(source);
        self.columns.push(values);
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub fn sources(&self) -> &[usize] {
        &self.sources
    }

    pub fn columns(&self) -> &[Vec<f64>] {
        &self.columns
    }

    /// NaN outside.
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.columns.get(column).and_then(|values| values.get(row)).copied().unwrap_or(f64::NAN)
    }

    pub fn row(&self, row: usize) -> Vec<f64> {
        (0..self.columns.len()).map(|column| self.at(row, column)).collect()
    }

    /// These rows in this order.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let pick = |values: &Vec<f64>| rows.iter().map(|row| values.get(*row).copied().unwrap_or(f64::NAN)).collect();
        Self {
            names: self.names.clone(),
            sources: self.sources.clone(),
            columns: self.columns.iter().map(pick).collect(),
            rows: rows.len(),
        }
    }
}
