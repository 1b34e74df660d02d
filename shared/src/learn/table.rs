//! A table as people have it: columns of numbers and columns of words.

/// Columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    pub columns: Vec<Column>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: String,
    pub values: Values,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// NaN where missing.
    Numbers(Vec<f64>),
    /// Places in `levels`; `None` where missing.
    Levels { levels: Vec<String>, codes: Vec<Option<u32>> },
}

impl Table {
    /// Guesses each column's kind ([`super::Schema`]) and reads its cells. To read later rows in the same way, keep the schema.
    pub fn from_text(headers: &[String], rows: &[Vec<String>]) -> Self {
        super::Schema::guess(headers, rows).read(headers, rows)
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }
}

impl Values {
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Levels { codes, .. } => codes.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
