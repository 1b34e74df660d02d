//! The shop's own columns as features: which of its customers' traits are learned from, and how each becomes numbers.
//!
//! Columns are chosen without a look at what happened: on the newest looked-at day of each customer whom the fit learns from. A
//! trait reads on every day as it was known by the end of that day, so that a later value changes no feature of an earlier one.
//!
//! That alone is not enough. Where a file says when its rows were last changed, those who are still there were changed last, and on
//! a past day it is they of whom nothing seems known. So a trait is read on an origin only where few got it between that day and the
//! fit, beside how many rows have the rarer outcome; else it is unknown of everybody on that day.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::pool::Pool;
use crate::learn::{Cell, Encoder, Kind, Schema, Values};
use crate::signal::Past;
use crate::time::Day;
use crate::traits::{Traits, is_learnable, is_personal};

/// Goes before the name of a trait, in codes and in names of columns: no feature's name has a colon.
pub(in crate::risk) const PREFIX: &str = "trait:";

/// So many traits are learned from, those known of most customers first.
const MOST_TRAITS: usize = 20;

/// So many are looked at: some of them turn out to number customers, or to be the same for all.
const MOST_CANDIDATES: usize = 30;

/// The levels of a trait that get a column of their own; fewer where there are many traits.
const MOST_LEVELS: [usize; 4] = [24, 12, 6, 3];

/// Columns of numbers in all: each makes the fit longer, which a cron's seconds of CPU bound.
const MOST_COLUMNS: usize = 40;

/// A trait known of fewer says nothing about the rest.
const FEWEST: usize = 40;

/// The same as a share.
const LEAST_KNOWN: f64 = 0.05;

/// So many may have got a trait between an origin and the fit, as a share of the origin's rows with the rarer outcome: a few who came
/// back are all that a return is learned from.
const MOST_LATER: f64 = 0.1;

/// How a learner reads traits; empty where it reads none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OwnColumns {
    kinds: BTreeMap<String, Kind>,
    encoder: Encoder,
}

/// Traits that are unknown of everybody on an origin.
type Unread<'a> = BTreeSet<(&'a str, Day)>;

/// Chooses columns, adds them to the pool, and tells how a later customer is read. `traits` are those of a customer by their place.
pub(super) fn add<'a>(pool: &mut Pool, traits: impl Fn(usize) -> &'a Traits, until: Day) -> OwnColumns {
    let rows: Vec<(&Traits, Day)> =
        pool.customers().iter().map(|customer| traits(*customer)).zip(pool.origins().iter().copied()).collect();
    let candidates = candidates(pool, &traits, until);
    if candidates.is_empty() {
        return OwnColumns::default();
    }
    let unread = unread(&rows, &rarer_outcomes(pool), &candidates, until);
    let own = OwnColumns::choose(&newest(pool, &traits), &candidates, &unread);
    let mut columns = vec![Vec::with_capacity(rows.len()); own.width()];
    for (traits, origin) in rows {
        let row = own.row(traits, origin, |name| !unread.contains(&(name, origin)));
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    pool.add_own(own.names().collect(), columns);
    own
}

/// Each customer once, on their newest day.
fn newest<'a>(pool: &Pool, traits: impl Fn(usize) -> &'a Traits) -> Vec<(&'a Traits, Day)> {
    let mut newest: BTreeMap<usize, Day> = BTreeMap::new();
    for (customer, origin) in pool.customers().iter().zip(pool.origins()) {
        let day = newest.entry(*customer).or_insert(*origin);
        *day = (*day).max(*origin);
    }
    newest.into_iter().map(|(customer, day)| (traits(customer), day)).collect()
}

/// Traits known of enough customers by `until`, those of most first.
fn candidates<'a>(pool: &Pool, traits: impl Fn(usize) -> &'a Traits, until: Day) -> Vec<&'a str> {
    let customers: BTreeSet<usize> = pool.customers().iter().copied().collect();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for customer in &customers {
        let traits = traits(*customer);
        for name in traits.names().filter(|name| text(traits, name, until).is_some()) {
            *known.entry(name).or_default() += 1;
        }
    }
    let least = (LEAST_KNOWN * customers.len() as f64).max(FEWEST as f64);
    let mut kept: Vec<(&str, usize)> = known.into_iter().filter(|(name, n)| *n as f64 >= least && !is_personal(name)).collect();
    kept.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
    kept.truncate(MOST_CANDIDATES);
    kept.into_iter().map(|(name, _)| name).collect()
}

/// `rarer` are the rows of each origin with the rarer outcome.
fn unread<'a>(rows: &[(&Traits, Day)], rarer: &BTreeMap<Day, usize>, candidates: &[&'a str], until: Day) -> Unread<'a> {
    let mut counts: BTreeMap<(&str, Day), usize> = BTreeMap::new();
    for (traits, origin) in rows {
        for name in candidates.iter().filter(|name| traits.on(name, *origin).is_none() && traits.on(name, until).is_some()) {
            *counts.entry((name, *origin)).or_default() += 1;
        }
    }
    let is_telling = |later: usize, origin: &Day| later as f64 > MOST_LATER * rarer.get(origin).copied().unwrap_or(0) as f64;
    counts.into_iter().filter(|((_, origin), later)| is_telling(*later, origin)).map(|(place, _)| place).collect()
}

/// Of each origin.
fn rarer_outcomes(pool: &Pool) -> BTreeMap<Day, usize> {
    let mut outcomes: BTreeMap<Day, (usize, usize)> = BTreeMap::new();
    for (label, origin) in pool.labels().iter().zip(pool.origins()) {
        let (events, others) = outcomes.entry(*origin).or_default();
        *if *label > 0.5 { events } else { others } += 1;
    }
    outcomes.into_iter().map(|(origin, (events, others))| (origin, events.min(others))).collect()
}

impl OwnColumns {
    fn choose(rows: &[(&Traits, Day)], candidates: &[&str], unread: &Unread<'_>) -> Self {
        let headers: Vec<String> = candidates.iter().map(|name| (*name).to_owned()).collect();
        let cells: Vec<Vec<String>> = rows
            .iter()
            .map(|(traits, day)| {
                let cell = |name: &&str| text(traits, name, *day).filter(|_| !unread.contains(&(*name, *day)));
                candidates.iter().map(|name| cell(name).unwrap_or_default().to_owned()).collect()
            })
            .collect();
        let schema = Schema::guess(&headers, &cells);
        let mut table = schema.read(&headers, &cells);
        drop(cells);
        for (column, (_, kind)) in table.columns.iter_mut().zip(schema.columns()) {
            if let (Values::Numbers(values), Kind::Dates { .. }) = (&mut column.values, kind) {
                values.iter_mut().zip(rows).for_each(|(value, (_, day))| *value = days_since(*value, *day));
            }
        }
        table.columns.retain(|column| is_known_enough(&column.values));
        let mut encoder = Encoder::default();
        for most_levels in MOST_LEVELS {
            encoder = Encoder::fit_with(&table, most_levels);
            if encoder.widths().take(MOST_TRAITS).map(|(_, width)| width).sum::<usize>() <= MOST_COLUMNS {
                break;
            }
        }
        let mut columns = 0;
        let kept: BTreeSet<String> = encoder
            .widths()
            .take(MOST_TRAITS)
            .take_while(|(_, width)| {
                columns += width;
                columns <= MOST_COLUMNS
            })
            .map(|(name, _)| name.to_owned())
            .collect();
        encoder.retain(|name| kept.contains(name));
        let kinds = schema.columns().iter().filter(|(name, _)| kept.contains(name)).cloned().collect();
        Self { kinds, encoder }
    }

    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Columns of numbers.
    pub(super) fn width(&self) -> usize {
        self.encoder.widths().map(|(_, width)| width).sum()
    }

    /// Of the columns of numbers.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.encoder.names().map(|name| format!("{PREFIX}{name}"))
    }

    /// For each column of numbers the trait that it is part of.
    pub(in crate::risk) fn traits(&self) -> impl Iterator<Item = &str> {
        self.encoder.widths().flat_map(|(name, width)| std::iter::repeat_n(name, width))
    }

    /// What the columns read of a customer on a day.
    pub(super) fn read(&self, past: &Past<'_>) -> Vec<f64> {
        self.row(&past.state.traits, past.today, |_| true)
    }

    fn row(&self, traits: &Traits, day: Day, reads: impl Fn(&str) -> bool) -> Vec<f64> {
        self.encoder.row(|name| {
            let Some(kind) = self.kinds.get(name) else { return Cell::Word(None) };
            match (kind, kind.cell(text(traits, name, day).filter(|_| reads(name)))) {
                (Kind::Dates { .. }, Cell::Number(date)) => Cell::Number(days_since(date, day)),
                (_, cell) => cell,
            }
        })
    }

    /// In words, with the value; never which way it moves anything.
    pub(in crate::risk) fn say(&self, name: &str, past: &Past<'_>) -> String {
        match (past.state.traits.on(name, past.today).filter(|text| is_learnable(text) && !text.is_empty()), self.kinds.get(name))
        {
            (Some(text), Some(Kind::Words)) => format!("{name} is {text}"),
            (Some(text), _) => format!("{name}: {text}"),
            (None, _) => format!("{name} is not known"),
        }
    }

    /// Whether a fit of this version could have chosen them.
    pub(in crate::risk) fn are_sound(&self) -> bool {
        let widths: Vec<(&str, usize)> = self.encoder.widths().collect();
        widths.len() == self.kinds.len()
            && widths.len() <= MOST_TRAITS
            && widths.iter().all(|(name, _)| self.kinds.contains_key(*name) && !is_personal(name))
            && self.width() <= MOST_COLUMNS
    }
}

/// What a cell says, where it is one of a few values.
fn text<'a>(traits: &'a Traits, name: &str, day: Day) -> Option<&'a str> {
    traits.on(name, day).filter(|text| !text.is_empty() && is_learnable(text))
}

/// Dates count from the day that they are read on: the day of a date itself only ever grows.
fn days_since(date: f64, day: Day) -> f64 {
    f64::from(day.0) - libm::floor(date)
}

fn is_known_enough(values: &Values) -> bool {
    let known = match values {
        Values::Numbers(values) => values.iter().filter(|value| value.is_finite()).count(),
        Values::Levels { codes, .. } => codes.iter().flatten().count(),
    };
    known >= FEWEST && known as f64 >= LEAST_KNOWN * values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(customers: &[Traits], day: Day) -> OwnColumns {
        let rows: Vec<(&Traits, Day)> = customers.iter().map(|traits| (traits, day)).collect();
        let names: BTreeSet<&str> = customers.iter().flat_map(Traits::names).collect();
        OwnColumns::choose(&rows, &names.into_iter().collect::<Vec<_>>(), &Unread::new())
    }

    fn customers(tell: impl Fn(usize, &mut Traits)) -> Vec<Traits> {
        (0..600)
            .map(|place| {
                let mut traits = Traits::default();
                tell(place, &mut traits);
                traits
            })
            .collect()
    }

    #[test]
    fn many_columns_of_many_values_stay_few_and_short() {
        let many = customers(|place, traits| {
            for column in 0..30 {
                let value = format!("value {}", (place * 31 + column) % (3 + column));
                traits.learn(&format!("column {column:02}"), &value, Day(0).start());
            }
        });
        let own = chosen(&many, Day(10));
        assert!((10..=MOST_COLUMNS).contains(&own.width()) && own.are_sound(), "{}", own.width());
        assert_eq!(own.names().count(), own.width());
        assert_eq!(own.row(&many[7], Day(10), |_| true).len(), own.width());
        assert!(serde_json::to_string(&own).expect("json").len() < 10_000);
    }

    #[test]
    fn the_most_frequent_values_of_one_column_stand_for_themselves() {
        let towns = customers(|place, traits| {
            traits.learn("town", &format!("town {}", place % 40), Day(0).start());
        });
        let own = chosen(&towns, Day(10));
        assert_eq!(own.width(), 25, "24 and the others together");
        assert_eq!(own.names().last().as_deref(), Some("trait:town: other"));
    }

    #[test]
    fn a_date_is_read_by_how_long_ago_it_is() {
        let dated = customers(|place, traits| {
            traits.learn("contract began", &Day(100 + i32::try_from(place).expect("small") % 90).iso(), Day(0).start());
        });
        let own = chosen(&dated, Day(200));
        assert_eq!(own.names().collect::<Vec<_>>(), ["trait:contract began"]);
        assert_eq!([200, 230].map(|day| own.row(&dated[5], Day(day), |_| true)), [[95.0], [125.0]]);
    }

    #[test]
    fn a_column_is_unread_on_a_day_after_which_many_got_it() {
        let mixed = customers(|place, traits| {
            traits.learn("plan", "Pro", if place % 5 == 0 { Day(50).start() } else { Day(10).start() });
        });
        let rows = |day| mixed.iter().map(|traits| (traits, Day(day))).collect::<Vec<_>>();
        let rarer = |day| BTreeMap::from([(Day(day), 1_000)]);
        let is_unread = |day, until| unread(&rows(day), &rarer(day), &["plan"], Day(until)).contains(&("plan", Day(day)));
        assert_eq!([(30, 40), (30, 60), (50, 60)].map(|(day, until)| is_unread(day, until)), [false, true, false]);
        assert!(
            unread(&rows(30), &BTreeMap::from([(Day(30), 1_200)]), &["plan"], Day(60)).is_empty(),
            "120 of 1,200 tell little"
        );
    }
}
