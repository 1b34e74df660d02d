//! Rows of customers on origins.

use super::{Asked, Question};
use crate::learn::{Matrix, logit};
use crate::money::Currency;
use crate::signal::{FEATURES, Feeds, Past};
use crate::state::State;
use crate::time::Day;

/// Rows with all features, and where each came from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pool {
    /// In the order of [`FEATURES`], NaN where not known.
    columns: Vec<Vec<f64>>,
    /// The shop's own columns by name.
    own: Vec<(String, Vec<f64>)>,
    labels: Vec<f64>,
    customers: Vec<usize>,
    origins: Vec<Day>,
    /// Days since the last purchase; NaN where nothing was bought.
    silences: Vec<f64>,
    /// Days of silence that count as churn; NaN where there is no such number.
    deadlines: Vec<f64>,
}

/// Every asked customer on one day, without labels: what a score of that day reads.
pub fn rows<Q: Question>(question: &Q, customers: &[Q::Customer], known: &Q::Known, home: Currency, today: Day) -> Pool {
    let mut pool = Pool::default();
    let feeds = Feeds::until(customers.iter().map(|customer| question.state(customer)), today);
    for (place, customer) in customers.iter().enumerate() {
        if let Some(asked) = question.ask(known, customer, today) {
            pool.push(place, f64::NAN, &past(question.state(customer), &feeds, home, asked, today));
        }
    }
    pool
}

impl Pool {
    /// Adds the customers whose places are taken, on one origin, with their labels.
    pub(super) fn add<Q: Question>(
        &mut self,
        question: &Q,
        customers: &[Q::Customer],
        home: Currency,
        origin: Day,
        taken: impl Fn(usize) -> bool,
    ) {
        let Some(known) = question.known(customers, origin) else { return };
        let feeds = Feeds::until(customers.iter().map(|customer| question.state(customer)), origin);
        for (place, customer) in customers.iter().enumerate().filter(|(place, _)| taken(*place)) {
            let Some(asked) = question.ask(&known, customer, origin) else { continue };
            let Some(happened) = question.happened(&known, customer, origin) else { continue };
            let label = f64::from(u8::from(happened));
            self.push(place, label, &past(question.state(customer), &feeds, home, asked, origin));
        }
    }

    fn push(&mut self, customer: usize, label: f64, past: &Past<'_>) {
        self.columns.resize(FEATURES.len(), Vec::new());
        for (column, feature) in self.columns.iter_mut().zip(FEATURES) {
            column.push((feature.read)(past).filter(|value| value.is_finite()).unwrap_or(f64::NAN));
        }
        self.labels.push(label);
        self.customers.push(customer);
        self.origins.push(past.today);
        self.silences.push(past.silence().map_or(f64::NAN, f64::from));
        self.deadlines.push(past.deadline.map_or(f64::NAN, f64::from));
    }

    /// Columns of the shop's own, a value for each row.
    pub(super) fn add_own(&mut self, names: Vec<String>, columns: Vec<Vec<f64>>) {
        self.own = names.into_iter().zip(columns).collect();
    }

    pub fn len(&self) -> usize {
        self.labels.len()
    }

    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// 1 where the event came; NaN where that was not asked.
    pub fn labels(&self) -> &[f64] {
        &self.labels
    }

    /// Places among the customers.
    pub fn customers(&self) -> &[usize] {
        &self.customers
    }

    pub fn origins(&self) -> &[Day] {
        &self.origins
    }

    pub fn silences(&self) -> &[f64] {
        &self.silences
    }

    pub fn deadlines(&self) -> &[f64] {
        &self.deadlines
    }

    /// How many rows have the event, and how many have not.
    pub(super) fn outcomes(&self) -> (usize, usize) {
        let events = self.labels.iter().filter(|label| **label > 0.5).count();
        (events, self.len() - events)
    }

    /// The rows that pass, in their order.
    pub(super) fn select(&self, passes: impl Fn(usize, Day) -> bool) -> Self {
        let rows: Vec<usize> = self
            .customers
            .iter()
            .zip(&self.origins)
            .enumerate()
            .filter_map(|(row, (customer, origin))| passes(*customer, *origin).then_some(row))
            .collect();
        fn pick<T: Copy>(rows: &[usize], values: &[T]) -> Vec<T> {
            rows.iter().filter_map(|row| values.get(*row).copied()).collect()
        }
        Self {
            columns: self.columns.iter().map(|column| pick(&rows, column)).collect(),
            own: self.own.iter().map(|(name, column)| (name.clone(), pick(&rows, column))).collect(),
            labels: pick(&rows, &self.labels),
            customers: pick(&rows, &self.customers),
            origins: pick(&rows, &self.origins),
            silences: pick(&rows, &self.silences),
            deadlines: pick(&rows, &self.deadlines),
        }
    }

    pub(super) fn append(&mut self, other: Self) {
        for (column, more) in self.columns.iter_mut().zip(other.columns) {
            column.extend(more);
        }
        for ((_, column), (_, more)) in self.own.iter_mut().zip(other.own) {
            column.extend(more);
        }
        self.labels.extend(other.labels);
        self.customers.extend(other.customers);
        self.origins.extend(other.origins);
        self.silences.extend(other.silences);
        self.deadlines.extend(other.deadlines);
    }

    /// The named features as a matrix.
    pub fn matrix(&self, names: &[String]) -> Matrix {
        let mut matrix = Matrix::new(self.len());
        for name in names {
            let known = FEATURES.iter().position(|feature| feature.name == name);
            let own = || Some(self.own.iter().find(|(own, _)| own == name)?.1.clone());
            let values = known.and_then(|place| self.columns.get(place).cloned()).or_else(own).unwrap_or_default();
            matrix.push(name, known.unwrap_or(FEATURES.len()), values);
        }
        matrix
    }

    /// Names of the features that differ between rows, or are known of some only, and of all of the shop's own columns.
    pub(super) fn telling(&self) -> Vec<String> {
        let tells = |values: &Vec<f64>| {
            let first = values.first().copied().unwrap_or(f64::NAN);
            values.iter().any(|value| value.is_nan() != first.is_nan() || (!first.is_nan() && *value != first))
        };
        FEATURES
            .iter()
            .zip(&self.columns)
            .filter(|(_, values)| tells(values))
            .map(|(feature, _)| feature.name.to_owned())
            .chain(self.own.iter().map(|(name, _)| name.clone()))
            .collect()
    }
}

fn past<'a>(state: &'a State, feeds: &'a Feeds, home: Currency, asked: Asked, today: Day) -> Past<'a> {
    let base = asked.base.filter(|base| base.is_finite()).map(|base| logit(base.clamp(1e-6, 1.0 - 1e-6)));
    let mut past = Past::of(state, feeds, home, today);
    (past.deadline, past.base) = (asked.deadline, base);
    past
}
