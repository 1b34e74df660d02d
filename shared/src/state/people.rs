//! The people of an account: who uses the product, how much, and who is gone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::Day;

/// How many people a state tells apart; uses of others still count in the weeks.
const MAX_PEOPLE: usize = 40;

/// By what the events call them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct People(BTreeMap<String, Person>);

/// In JSON (uses, last, left).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u32, Option<Day>, Option<Day>)", into = "(u32, Option<Day>, Option<Day>)")]
pub struct Person {
    /// Sign-ins and uses.
    pub uses: u32,
    pub last: Option<Day>,
    /// The last day on which they were said to have gone.
    pub left: Option<Day>,
}

impl People {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Person)> {
        self.0.iter().map(|(name, person)| (name.as_str(), person))
    }

    pub(super) fn add(&mut self, name: String, other: Person) {
        let person = self.0.entry(name).or_default();
        person.uses = person.uses.saturating_add(other.uses);
        person.last = person.last.max(other.last);
        person.left = person.left.max(other.left);
        while self.0.len() > MAX_PEOPLE {
            self.0.pop_last();
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (name, person) in other.0 {
            self.add(name, person);
        }
    }
}

impl From<(u32, Option<Day>, Option<Day>)> for Person {
    fn from((uses, last, left): (u32, Option<Day>, Option<Day>)) -> Self {
        Self { uses, last, left }
    }
}

impl From<Person> for (u32, Option<Day>, Option<Day>) {
    fn from(person: Person) -> Self {
        (person.uses, person.last, person.left)
    }
}
