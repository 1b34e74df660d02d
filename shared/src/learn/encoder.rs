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

impl Encoder {
    pub fn fit(table: &Table) -> Self {
        let mut encoder = Self::default();
        for (source, column) in table.columns.iter().enumerate() {
            let name = column.name.clone();
            let code = match &column.values {
                Values::Numbers(values) => of_numbers(&name, values),
                Values::Levels { levels, codes } => of_levels(levels, codes),
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

    /// Columns are found by name; one that the table lacks is NaN in every row.
    pub fn encode(&self, table: &Table) -> Matrix {
        let mut matrix = Matrix::new(table.rows());
        for coding in &self.columns {
            let values = table.column(&coding.name).map(|column| &column.values);
            coding.encode(values, &mut matrix);
        }
        matrix
    }
}

impl Coding {
    fn encode(&self, values: Option<&Values>, matrix: &mut Matrix) {
        let mut push = |name: String, column: Vec<f64>| matrix.push(name, self.source, column);
        match &self.code {
            Code::Number => push(self.name.clone(), values.map(numbers).unwrap_or_default()),
            Code::Binary { zero, one } => {
                let value = |word: Option<&str>| match word {
                    Some(word) if word == one => 1.0,
                    Some(word) if word == zero => 0.0,
                    _ => f64::NAN,
                };
                push(format!("{}={one}", self.name), values.map(|values| by_word(values, value)).unwrap_or_default());
            }
            Code::Levels { levels, other, missing } => {
                let known = |word: &str| levels.binary_search_by(|level| level.as_str().cmp(word)).is_ok();
                let indicator = |word: Option<&str>, wanted: Option<&str>| match word {
                    None if !missing => f64::NAN,
                    Some(word) if !other && !known(word) => f64::NAN,
                    word => f64::from(u8::from(word == wanted)),
                };
                for level in levels {
                    let column = values.map(|values| by_word(values, |word| indicator(word, Some(level)))).unwrap_or_default();
                    push(format!("{}={level}", self.name), column);
                }
                if *other {
                    let pooled = |word: Option<&str>| match word {
                        None if !missing => f64::NAN,
                        word => f64::from(u8::from(word.is_some_and(|word| !known(word)))),
                    };
                    push(format!("{}: other", self.name), values.map(|values| by_word(values, pooled)).unwrap_or_default());
                }
                if *missing {
                    let column = values.map(|values| by_word(values, |word| indicator(word, None))).unwrap_or_default();
                    push(format!("{}: missing", self.name), column);
                }
            }
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

fn of_levels(levels: &[String], codes: &[Option<u32>]) -> Result<Code, Reason> {
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
    kept.truncate(MAX_LEVELS);
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

/// Words that ought to be numbers are read as such.
fn numbers(values: &Values) -> Vec<f64> {
    match values {
        Values::Numbers(values) => values.clone(),
        Values::Levels { .. } => by_word(values, |word| word.and_then(|word| number(word, false)).unwrap_or(f64::NAN)),
    }
}

/// Looks up each level once; numbers that ought to be words are written out.
fn by_word(values: &Values, value: impl Fn(Option<&str>) -> f64) -> Vec<f64> {
    match values {
        Values::Numbers(numbers) => {
            let one = |number: &f64| value(number.is_finite().then(|| number.to_string()).as_deref());
            numbers.iter().map(one).collect()
        }
        Values::Levels { levels, codes } => {
            let by_level: Vec<f64> = levels.iter().map(|level| value(Some(level))).collect();
            let missing = value(None);
            let one = |code: &Option<u32>| match code {
                Some(code) => by_level.get(*code as usize).copied().unwrap_or(f64::NAN),
                None => missing,
            };
            codes.iter().map(one).collect()
        }
    }
}
