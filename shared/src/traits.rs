//! Traits: what a shop's own columns say of a customer, and since when.
//!
//! A trait keeps the values that it had before beside its present one. Without them a past day could only be shown whether the
//! present value was known by then, and that alone tells who was still there to be updated later.

mod personal;

pub use personal::is_personal;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::{Day, Millis};

/// Of one trait, so many values are kept; the oldest go first.
const MOST_VALUES: usize = 8;

/// A longer text is prose and not one of a few values.
const MOST_CHARS: usize = 60;

/// By name: each value with the time since when it was known, in rising order, never the same value twice in a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traits(BTreeMap<String, Vec<(Millis, String)>>);

/// As three columns of a customer's row, each a JSON object by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stored {
    /// Present values.
    pub values: String,
    /// Milliseconds since when each present value is known.
    pub since: String,
    /// Values before the present one, of the traits that had any, as `[[since, value], …]`.
    pub earlier: String,
}

impl Default for Stored {
    fn default() -> Self {
        Self { values: "{}".to_owned(), since: "{}".to_owned(), earlier: "{}".to_owned() }
    }
}

impl Traits {
    /// `otherwise` is since when a value is known of which that is not stored.
    pub fn read(stored: &Stored, otherwise: Millis) -> Self {
        let values: BTreeMap<String, String> = serde_json::from_str(&stored.values).unwrap_or_default();
        let since: BTreeMap<String, Millis> = serde_json::from_str(&stored.since).unwrap_or_default();
        let mut earlier: BTreeMap<String, Vec<(Millis, String)>> = serde_json::from_str(&stored.earlier).unwrap_or_default();
        let whole = values.into_iter().map(|(name, value)| {
            let at = since.get(&name).copied().unwrap_or(otherwise);
            let mut known = earlier.remove(&name).unwrap_or_default();
            known.retain(|(before, _)| *before < at);
            known.push((at, value));
            (name, known)
        });
        Self(whole.collect())
    }

    pub fn stored(&self) -> Stored {
        let newest = || self.0.iter().filter_map(|(name, known)| Some((name, known.split_last()?)));
        let values: BTreeMap<_, _> = newest().map(|(name, ((_, value), _))| (name, value)).collect();
        let since: BTreeMap<_, _> = newest().map(|(name, ((at, _), _))| (name, at)).collect();
        let earlier: BTreeMap<_, _> =
            newest().filter(|(_, (_, before))| !before.is_empty()).map(|(name, (_, before))| (name, before)).collect();
        let written = |text: serde_json::Result<String>| text.unwrap_or_else(|_| "{}".to_owned());
        Stored {
            values: written(serde_json::to_string(&values)),
            since: written(serde_json::to_string(&since)),
            earlier: written(serde_json::to_string(&earlier)),
        }
    }

    /// Takes that `name` had this `value` at a time; whether that is news. One that was known later stays the present one.
    pub fn learn(&mut self, name: &str, value: &str, at: Millis) -> bool {
        let known = self.0.entry(name.to_owned()).or_default();
        let place = known.partition_point(|(since, _)| *since <= at);
        if let Some((since, before)) = place.checked_sub(1).and_then(|before| known.get_mut(before)) {
            if before == value {
                return false;
            }
            if *since == at {
                value.clone_into(before);
                known.dedup_by(|later, before| later.1 == before.1);
                return true;
            }
        }
        known.insert(place, (at, value.to_owned()));
        known.dedup_by(|later, before| later.1 == before.1);
        let extra = known.len().saturating_sub(MOST_VALUES);
        known.drain(..extra);
        true
    }

    /// What was known by the end of a day.
    pub fn on(&self, name: &str, day: Day) -> Option<&str> {
        let end = day.plus(1).start();
        let known = self.0.get(name)?;
        let (_, value) = known.get(known.partition_point(|(since, _)| *since < end).checked_sub(1)?)?;
        Some(value)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a model may look at: nothing that names or reaches a person, and no prose.
    #[must_use]
    pub fn learnable(mut self) -> Self {
        self.0.retain(|name, _| !is_personal(name));
        for known in self.0.values_mut() {
            // A value that is left out still ends the one before it.
            for (_, value) in known.iter_mut().filter(|(_, value)| !is_learnable(value)) {
                value.clear();
            }
        }
        self.0.retain(|_, known| known.iter().any(|(_, value)| !value.is_empty()));
        self
    }

    /// Both customers' traits together.
    pub(crate) fn merge(&mut self, other: Self) {
        for (name, known) in other.0 {
            for (at, value) in known {
                self.learn(&name, &value, at);
            }
        }
    }
}

/// Whether a cell is one of a few values, as far as it shows by itself.
pub fn is_learnable(value: &str) -> bool {
    !value.contains('@') && value.chars().nth(MOST_CHARS).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(values: &[(i64, &str)]) -> Traits {
        let mut traits = Traits::default();
        for (at, value) in values {
            traits.learn("plan", value, Millis(*at));
        }
        traits
    }

    fn check(values: &[(i64, &str)], present: &str, since: i64, earlier: &str) {
        let stored = learned(values).stored();
        assert_eq!(stored.values, format!(r#"{{"plan":"{present}"}}"#), "{values:?}");
        assert_eq!(stored.since, format!(r#"{{"plan":{since}}}"#), "{values:?}");
        assert_eq!(stored.earlier, earlier, "{values:?}");
        assert_eq!(Traits::read(&stored, Millis(9)), learned(values), "reads back");
    }

    #[test]
    fn a_value_is_known_since_it_was_first_told_and_the_one_before_it_stays_on_its_days() {
        check(&[(10, "Starter")], "Starter", 10, "{}");
        check(&[(10, "Starter"), (20, "Starter")], "Starter", 10, "{}");
        check(&[(10, "Starter"), (20, "Pro")], "Pro", 20, r#"{"plan":[[10,"Starter"]]}"#);
        check(&[(10, "Starter"), (10, "Pro")], "Pro", 10, "{}");
    }

    #[test]
    fn an_older_row_never_overwrites_a_later_one_whatever_their_order() {
        check(&[(20, "Pro"), (10, "Starter")], "Pro", 20, r#"{"plan":[[10,"Starter"]]}"#);
        check(&[(20, "Pro"), (10, "Pro")], "Pro", 10, "{}");
        check(&[(10, "Starter"), (30, "Starter"), (20, "Pro")], "Pro", 20, r#"{"plan":[[10,"Starter"]]}"#);
    }

    #[test]
    fn old_values_are_kept_up_to_a_number() {
        let values: Vec<(i64, String)> = (0..30).map(|at| (at, at.to_string())).collect();
        let values: Vec<(i64, &str)> = values.iter().map(|(at, value)| (*at, value.as_str())).collect();
        let Traits(known) = learned(&values);
        assert_eq!((known["plan"].len(), known["plan"][0].0), (MOST_VALUES, Millis(22)));
    }

    #[test]
    fn what_was_stored_without_a_time_is_known_since_the_row_changed() {
        let stored = Stored { values: r#"{"plan":"Pro"}"#.to_owned(), ..Stored::default() };
        let traits = Traits::read(&stored, Day(5).start());
        assert_eq!([4, 5, 6].map(|day| traits.on("plan", Day(day))), [None, Some("Pro"), Some("Pro")]);
    }

    #[test]
    fn a_day_shows_what_was_known_by_its_end() {
        let mut traits = Traits::default();
        traits.learn("plan", "Starter", Day(10).start());
        traits.learn("plan", "Pro", Millis(Day(21).start().0 - 1));
        let on = |day| traits.on("plan", Day(day));
        assert_eq!([on(9), on(10), on(19), on(20)], [None, Some("Starter"), Some("Starter"), Some("Pro")]);
    }

    #[test]
    fn persons_and_prose_are_not_learnable() {
        let mut traits = learned(&[(1, "Pro")]);
        traits.learn("E-Mail", "ada@example.com", Millis(1));
        traits.learn("contact", "ada@example.com", Millis(1));
        traits.learn("wishes", &"x".repeat(61), Millis(1));
        assert_eq!(traits.learnable().names().collect::<Vec<_>>(), ["plan"]);
    }
}
