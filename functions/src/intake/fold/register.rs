//! Fields that know when they were told, so that messages may come in any order.

use std::collections::BTreeMap;

use shared::time::Millis;

/// What is told in passing, or by a page where anybody may tell anything, ranks below all that a sender's record says.
const IN_PASSING: i64 = 1 << 52;

/// A value and the rank of whoever told it: the greater (rank, value) stands, whichever came first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Register {
    pub value: Option<String>,
    pub rank: i64,
}

/// Registers by the names of their fields.
pub type Registers = BTreeMap<&'static str, Register>;

/// A trait of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trait {
    pub value: String,
    pub rank: i64,
    /// Since when the value is known, in milliseconds: never earlier than it was true as far as messages say.
    pub since: i64,
}

/// The rank of a sender's record of that time.
pub fn told(at: Millis) -> i64 {
    at.0
}

/// The rank of what an order or a page says of a person.
pub fn in_passing(at: Millis) -> i64 {
    at.0 - IN_PASSING
}

impl Register {
    pub fn tell(&mut self, value: &str, rank: i64) {
        let is_greater = match &self.value {
            None => true,
            Some(known) => (rank, value) > (self.rank, known.as_str()),
        };
        if is_greater {
            *self = Self { value: Some(value.to_owned()), rank };
        }
    }

    pub fn join(&mut self, other: &Self) {
        if let Some(value) = &other.value {
            self.tell(value, other.rank);
        }
    }
}

pub fn tell(registers: &mut Registers, field: &'static str, value: Option<&str>, rank: i64) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        registers.entry(field).or_default().tell(value, rank);
    }
}

pub fn join(registers: &mut Registers, other: &Registers) {
    for (field, register) in other {
        registers.entry(field).or_default().join(register);
    }
}

pub fn value<'a>(registers: &'a Registers, field: &str) -> Option<&'a str> {
    registers.get(field)?.value.as_deref()
}

impl Trait {
    pub fn new(value: &str, rank: i64, at: Millis) -> Self {
        Self { value: value.to_owned(), rank, since: at.0 }
    }

    /// An older telling of the same value makes it known for longer; one of another value in between makes that unknown again.
    pub fn tell(&mut self, value: &str, rank: i64, at: Millis) {
        if self.value == value {
            self.rank = self.rank.max(rank);
            self.since = self.since.min(at.0);
        } else if (rank, value) > (self.rank, self.value.as_str()) {
            *self = Self::new(value, rank, at);
        } else if at.0 > self.since {
            self.since = if self.rank < 0 { self.rank + IN_PASSING } else { self.rank };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_telling_stands_in_whatever_order_they_come() {
        let tellings = [("a", told(Millis(3))), ("b", told(Millis(5))), ("c", told(Millis(5))), ("d", in_passing(Millis(9)))];
        for turn in 0..tellings.len() {
            let mut register = Register::default();
            for at in 0..tellings.len() {
                let (value, rank) = tellings[(at + turn) % tellings.len()];
                register.tell(value, rank);
            }
            assert_eq!(register.value.as_deref(), Some("c"));
        }
    }

    #[test]
    fn a_trait_is_known_since_its_value_was_first_told_and_not_since_it_was_told_again() {
        let at = |millis| (told(Millis(millis)), Millis(millis));
        let mut plan = Trait::new("pro", at(5).0, at(5).1);
        plan.tell("pro", at(9).0, at(9).1);
        assert_eq!((plan.value.as_str(), plan.since), ("pro", 5));
        plan.tell("free", at(7).0, at(7).1);
        assert_eq!((plan.value.as_str(), plan.since), ("pro", 9), "it was another one in between");
        plan.tell("free", at(11).0, at(11).1);
        assert_eq!((plan.value.as_str(), plan.since), ("free", 11));
    }
}
