//! Who is paired with whom.

use std::collections::{BTreeMap, BTreeSet};

use super::{Customer, log_value, moments};
use crate::time::Day;

/// Customers as they are compared, each once, in order of their ids.
pub(super) struct Pairs<'a> {
    pub(super) won_back: Vec<&'a Customer>,
    pub(super) never_left: Vec<&'a Customer>,
    pub(super) pairs: Vec<(&'a Customer, &'a Customer)>,
}

struct Candidate<'a> {
    distance: f64,
    one: &'a Customer,
    other: &'a Customer,
}

pub(super) fn pair<'a>(won_back: &'a [Customer], never_left: &'a [Customer], caliper: f64) -> Pairs<'a> {
    // Of two returns of one customer the first counts; nobody is compared with themselves.
    let mut firsts: BTreeMap<i64, &Customer> = BTreeMap::new();
    for customer in won_back {
        let kept = firsts.entry(customer.id).or_insert(customer);
        if order(customer) < order(kept) {
            *kept = customer;
        }
    }
    let won_back: Vec<&Customer> = firsts.values().copied().collect();
    let mut rows: BTreeMap<(i64, Day), &Customer> = BTreeMap::new();
    for customer in never_left.iter().filter(|customer| !firsts.contains_key(&customer.id)) {
        let kept = rows.entry((customer.id, customer.index)).or_insert(customer);
        if order(customer) < order(kept) {
            *kept = customer;
        }
    }
    let never_left: Vec<&Customer> = rows.into_values().collect();
    let pairs = nearest(&won_back, &never_left, caliper);
    Pairs { won_back, never_left, pairs }
}

/// The nearest pair of all first, then the nearest of those left.
fn nearest<'a>(won_back: &[&'a Customer], never_left: &[&'a Customer], caliper: f64) -> Vec<(&'a Customer, &'a Customer)> {
    let spread = |of: fn(&Customer) -> f64| {
        let (.., one) = moments(won_back.iter().map(|customer| of(customer)));
        let (.., other) = moments(never_left.iter().map(|customer| of(customer)));
        libm::sqrt((one + other) / 2.0)
    };
    let (tenures, values) = (spread(tenure), spread(log_value));
    let mut cells: BTreeMap<(Day, i32), Vec<&Customer>> = BTreeMap::new();
    for customer in never_left {
        cells.entry((customer.index, customer.acquired)).or_default().push(customer);
    }
    let mut candidates = Vec::new();
    for one in won_back {
        for other in cells.get(&(one.index, one.acquired)).into_iter().flatten() {
            let apart = |of: fn(&Customer) -> f64, spread: f64| {
                let apart = (of(one) - of(other)).abs();
                if apart == 0.0 { 0.0 } else { apart / spread }
            };
            let (tenure, value) = (apart(tenure, tenures), apart(log_value, values));
            if tenure <= caliper && value <= caliper {
                candidates.push(Candidate { distance: tenure * tenure + value * value, one, other });
            }
        }
    }
    candidates.sort_by(|a, b| a.distance.total_cmp(&b.distance).then((a.one.id, a.other.id).cmp(&(b.one.id, b.other.id))));
    let (mut taken, mut given) = (BTreeSet::new(), BTreeSet::new());
    let mut pairs = Vec::new();
    for Candidate { one, other, .. } in candidates {
        if !taken.contains(&one.id) && given.insert(other.id) {
            taken.insert(one.id);
            pairs.push((one, other));
        }
    }
    pairs.sort_by_key(|(one, _)| one.id);
    pairs
}

fn tenure(customer: &Customer) -> f64 {
    f64::from(customer.tenure)
}

/// Decides between two rows of one customer.
fn order(customer: &Customer) -> (Day, i32, i32, i64, &[i64]) {
    (customer.index, customer.acquired, customer.tenure, customer.value, &customer.later)
}
