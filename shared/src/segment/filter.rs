//! Segments that marketers define: conditions that read as a sentence and compile to SQL.
//!
//! A filter comes from outside, so it is checked against lists of what there is: fields, operators and values become types of ours,
//! and only those are compiled. Statements are put together of constant texts and numbered places for values; nothing that somebody
//! typed is ever part of one.

mod field;
mod sql;
mod test;
mod words;

pub use field::{Choice, Field, Kind, options};
pub use sql::{Bound, Compiled};
pub use test::{Column, Test};

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{Declared, Row, Segment};
use crate::money::Currency;
use crate::time::{Day, Millis};

/// A filter is nested at most so deep, and holds at most so many conditions with so many values each: enough for a sentence that
/// somebody can still read.
pub const MOST_DEEP: usize = 3;
pub const MOST_CONDITIONS: usize = 20;
pub const MOST_VALUES: usize = 50;
const MOST_CHARS: usize = 100;

/// Conditions that must all hold, or of which one must.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    #[schema(no_recursion)]
    All(Vec<Self>),
    #[schema(no_recursion)]
    Any(Vec<Self>),
    Is(Condition),
}

/// One condition as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// A code of [`Field`], or `trait:` and the name of a declared column.
    pub field: String,
    pub operator: Operator,
    /// Codes, amounts in the home currency, whole numbers or ISO dates, by the field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    #[default]
    OneOf,
    NoneOf,
    AtLeast,
    AtMost,
    /// Of a date.
    Before,
    After,
    /// Of a date, in days before today.
    LongerAgo,
    WithinLast,
    /// Of a date, in days from today on.
    WithinNext,
    Known,
    Unknown,
}

/// What a filter is read against.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub home: Currency,
    pub now: Millis,
    pub declared: &'a [Declared],
}

/// A filter of which every part is known: what is compiled and said.
#[derive(Debug, Clone, PartialEq)]
pub enum Checked {
    All(Vec<Self>),
    Any(Vec<Self>),
    Is(Test),
}

/// What a filter names that may go away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    pub tags: BTreeSet<String>,
    /// Public ids.
    pub people: BTreeSet<String>,
    pub sources: BTreeSet<String>,
    pub improvements: BTreeSet<String>,
}

impl Filter {
    /// # Errors
    /// By the path of the part that is wrong, such as `all[1].values`: what is wrong and how to mend it.
    pub fn check(&self, context: &Context) -> Result<Checked, BTreeMap<String, String>> {
        let mut wrong = BTreeMap::new();
        if self.conditions() > MOST_CONDITIONS {
            wrong.insert("filter".to_owned(), format!("Use at most {MOST_CONDITIONS} conditions"));
        } else if self.depth() > MOST_DEEP {
            wrong.insert("filter".to_owned(), format!("Nest groups at most {MOST_DEEP} deep"));
        } else if let Some(checked) = self.checked(context, "filter", &mut wrong) {
            return Ok(checked);
        }
        Err(wrong)
    }

    /// Of what it means, whatever the order of keys in its text: equal filters have equal digests.
    pub fn digest(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        Sha256::digest(text.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    fn checked(&self, context: &Context, path: &str, wrong: &mut BTreeMap<String, String>) -> Option<Checked> {
        let mut several = |parts: &[Self], word: &str| {
            if parts.is_empty() {
                wrong.insert(path.to_owned(), "A group needs a condition: add one, or remove the group".to_owned());
                return None;
            }
            let checked: Vec<Option<Checked>> = (0..)
                .zip(parts)
                .map(|(at, part): (usize, _)| part.checked(context, &format!("{path}.{word}[{at}]"), wrong))
                .collect();
            checked.into_iter().collect::<Option<Vec<_>>>()
        };
        match self {
            Self::All(parts) => several(parts, "all").map(Checked::All),
            Self::Any(parts) => several(parts, "any").map(Checked::Any),
            Self::Is(condition) => match Test::of(condition, context) {
                Ok(test) => Some(Checked::Is(test)),
                Err((part, fix)) => {
                    wrong.insert(format!("{path}.is.{part}"), fix);
                    None
                }
            },
        }
    }

    fn conditions(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::conditions).sum(),
            Self::Is(_) => 1,
        }
    }

    fn depth(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => 1 + parts.iter().map(Self::depth).max().unwrap_or(0),
            Self::Is(_) => 0,
        }
    }
}

impl Default for Filter {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

impl Context<'_> {
    pub fn today(&self) -> Day {
        self.now.day()
    }
}

impl Checked {
    /// Who is in a micro-segment, or in a row of the matrix: `high-price-engaged`, `row:high-price`.
    pub fn of_code(code: &str) -> Option<Self> {
        let is = |field: Field, number: u16, word: String| {
            Self::Is(Test::OneOf { column: Column::Of(field), numbers: vec![number.into()], is: true, words: vec![word] })
        };
        if let Some(row) = code.strip_prefix("row:") {
            let row = Row::all().find(|known| known.code() == row)?;
            let value = is(Field::ValueTier, row.value.number().into(), row.value.name().to_lowercase());
            return Some(Self::All(vec![value, is(Field::Reason, row.reason.number().into(), row.reason.name().to_lowercase())]));
        }
        Segment::of_code(code).map(|segment| is(Field::Segment, segment.number(), segment.name()))
    }

    pub fn names(&self) -> Names {
        let mut names = Names::default();
        for test in self.tests() {
            match test {
                Test::Tagged { tags, .. } => names.tags.extend(tags.iter().cloned()),
                Test::Owned { people, .. } => names.people.extend(people.iter().cloned()),
                Test::From { sources, .. } => names.sources.extend(sources.iter().cloned()),
                Test::Answered { improvements, .. } => names.improvements.extend(improvements.iter().cloned()),
                _ => {}
            }
        }
        names
    }

    fn tests(&self) -> Vec<&Test> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::tests).collect(),
            Self::Is(test) => vec![test],
        }
    }
}

#[cfg(test)]
mod tests;
