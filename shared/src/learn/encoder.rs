//! Tables made into numbers, by rules learned from the training rows alone.

mod identifier;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::schema::number;
use super::{Matrix, Table, Values};

/// So many levels of one column get a column of their own; the rarer ones share one.
const MAX_LEVELS: usize = 40;

/// How the columns of a table become those of a [`Matrix`].
///
/// Numbers stay, with NaN for the missing. Two levels become one column of 0 and 1, more levels one column each; levels too rare to
/// learn from are pooled as "other". A missing word is a level where training rows had such. What training rows did not show (a new
/// level without an "other", a first missing word) is NaN: unknown, and treated by the learners as such. Columns that say nothing
/// about the next customer are left out: constants, names and numbers of single rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Encoder {
    columns: Vec<Coding>,
    left_out: Vec<LeftOut>,
}

/// A column that no learner sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    pub name: String,
    pub reason: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    #[error("no row has a value")]
    Empty,
    #[error("all rows have the same value")]
    Constant,
    #[error("it names or numbers single rows")]
    Identifier,
    #[error("no value occurs often enough to learn from")]
    Rare,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Coding {
    name: String,
    /// The place of the column in the table that was learned from.
    source: usize,
    code: Code,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Code {
    Number,
    Binary { zero: String, one: String },
    Levels { levels: Vec<String>, other: bool, missing: bool },
}

/// One cell of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// NaN where missing.
    Number(f64),
    /// `None` where missing.
    Word(Option<&'a str>),
}

impl Encoder {
    pub fn fit(table: &Table) -> Self {
        Self::fit_with(table, MAX_LEVELS)
    }

    /// As [`Encoder::fit`], with so many levels of one column at most; the most frequent stay.
    pub fn fit_with(table: &Table, most_levels: usize) -> Self {
        let mut encoder = Self::default();
        for (source, column) in table.columns.iter().enumerate() {
            let name = column.name.clone();
            let code = match &column.values {
                Values::Numbers(values) => of_numbers(&name, values),
                Values::Levels { levels, codes } => of_levels(levels, codes, most_levels),
            };
            match code {
                Ok(code) => encoder.columns.push(Coding { name, source, code }),
                Err(reason) => encoder.left_out.push(LeftOut { name, reason }),
            }
        }
        encoder
    }

    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// The columns that it reads, each with how many it makes of it.
    pub fn widths(&self) -> impl Iterator<Item = (&str, usize)> {
        self.columns.iter().map(|coding| (coding.name.as_str(), coding.width()))
    }

    /// Names of the columns that it makes, in their order.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.columns.iter().flat_map(|coding| (0..coding.width()).map(|nth| coding.name_of(nth)))
    }

    /// One row, whose cells are asked for by the name of their column: the same figures as [`Encoder::encode`] gives.
    pub fn row<'a>(&self, cell: impl Fn(&str) -> Cell<'a>) -> Vec<f64> {
        let mut row = Vec::new();
        for coding in &self.columns {
            let cell = cell(&coding.name);
            row.extend((0..coding.width()).map(|nth| coding.value(nth, cell)));
        }
        row
    }

    /// Reads these columns alone.
    pub(crate) fn retain(&mut self, keeps: impl Fn(&str) -> bool) {
        self.columns.retain(|coding| keeps(&coding.name));
        self.left_out.clear();
    }

    /// Columns are found by name; one that the table lacks is NaN in every row.
    pub fn encode(&self, table: &Table) -> Matrix {
        let mut matrix = Matrix::new(table.rows());
        for coding in &self.columns {
            let values = table.column(&coding.name).map(|column| &column.values);
            for nth in 0..coding.width() {
                let column = values.map(|values| by_cell(values, |cell| coding.value(nth, cell))).unwrap_or_default();
                matrix.push(coding.name_of(nth), coding.source, column);
            }
        }
        matrix
    }
}

impl Coding {
    fn width(&self) -> usize {
        match &self.code {
            Code::Number | Code::Binary { .. } => 1,
            Code::Levels { levels, other, missing } => levels.len() + usize::from(*other) + usize::from(*missing),
        }
    }

    fn name_of(&self, nth: usize) -> String {
        let name = &self.name;
        match &self.code {
            Code::Number => name.clone(),
            Code::Binary { one, .. } => format!("{name}={one}"),
            Code::Levels { levels, other, .. } => match levels.get(nth) {
                Some(level) => format!("{name}={level}"),
                None if *other && nth == levels.len() => format!("{name}: other"),
                None => format!("{name}: missing"),
            },
        }
    }

    /// Of the `nth` column that is made.
    fn value(&self, nth: usize, cell: Cell<'_>) -> f64 {
        let by_word = |value: &dyn Fn(Option<&str>) -> f64| match cell {
            Cell::Word(word) => value(word),
            // Numbers that ought to be words are written out.
            Cell::Number(number) => value(number.is_finite().then(|| number.to_string()).as_deref()),
        };
        match &self.code {
            Code::Number => match cell {
                Cell::Number(number) => number,
                // Words that ought to be numbers are read as such.
                Cell::Word(word) => word.and_then(|word| number(word, false)).unwrap_or(f64::NAN),
            },
            Code::Binary { zero, one } => by_word(&|word| match word {
                Some(word) if word == one => 1.0,
                Some(word) if word == zero => 0.0,
                _ => f64::NAN,
            }),
            Code::Levels { levels, other, missing } => by_word(&|word| {
                let Some(word) = word else {
                    let is_missing = nth == levels.len() + usize::from(*other);
                    return if *missing { f64::from(u8::from(is_missing)) } else { f64::NAN };
                };
                let place = levels.binary_search_by(|level| level.as_str().cmp(word)).ok();
                match place.or_else(|| other.then_some(levels.len())) {
                    Some(place) => f64::from(u8::from(place == nth)),
                    None => f64::NAN,
                }
            }),
        }
    }
}

fn of_numbers(name: &str, values: &[f64]) -> Result<Code, Reason> {
    let mut known = values.iter().filter(|value| value.is_finite());
    let first = *known.next().ok_or(Reason::Empty)?;
    let whole = values.iter().all(|value| value.is_finite());
    match () {
        () if whole && known.all(|value| *value == first) => Err(Reason::Constant),
        () if identifier::numbers(name, values) => Err(Reason::Identifier),
        () => Ok(Code::Number),
    }
}

fn of_levels(levels: &[String], codes: &[Option<u32>], most_levels: usize) -> Result<Code, Reason> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for code in codes.iter().flatten() {
        *counts.entry(*code).or_default() += 1;
    }
    let known: usize = counts.values().sum();
    let missing = known < codes.len();
    let mut seen: Vec<(&str, usize)> =
        counts.iter().filter_map(|(code, count)| Some((levels.get(*code as usize)?.as_str(), *count))).collect();
    seen.sort_unstable();
    match seen.as_slice() {
        [] => return Err(Reason::Empty),
        [_] if !missing => return Err(Reason::Constant),
        [(zero, _), (one, _)] if !missing => return Ok(Code::Binary { zero: (*zero).to_owned(), one: (*one).to_owned() }),
        seen if identifier::words(seen.len(), known) => return Err(Reason::Identifier),
        _ => {}
    }
    let enough = enough(codes.len());
    let mut kept = seen.clone();
    kept.retain(|(_, count)| *count >= enough);
    kept.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    kept.truncate(most_levels);
    if kept.is_empty() {
        return Err(Reason::Rare);
    }
    let mut levels: Vec<String> = kept.iter().map(|(level, _)| (*level).to_owned()).collect();
    levels.sort_unstable();
    Ok(Code::Levels { other: levels.len() < seen.len(), levels, missing })
}

/// Rows that a level needs for a column of its own: half a percent, at least five, but in a small table a tenth.
fn enough(rows: usize) -> usize {
    (rows / 200).max(5).min((rows / 10).max(2))
}

/// Looks up each level once.
fn by_cell(values: &Values, value: impl Fn(Cell<'_>) -> f64) -> Vec<f64> {
    match values {
        Values::Numbers(numbers) => numbers.iter().map(|number| value(Cell::Number(*number))).collect(),
        Values::Levels { levels, codes } => {
            let by_level: Vec<f64> = levels.iter().map(|level| value(Cell::Word(Some(level)))).collect();
            let missing = value(Cell::Word(None));
            let one = |code: &Option<u32>| match code {
                Some(code) => by_level.get(*code as usize).copied().unwrap_or(f64::NAN),
                None => missing,
            };
            codes.iter().map(one).collect()
        }
    }
}
