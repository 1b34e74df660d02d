//! The arms of a campaign, or of several, against each other.
//!
//! Campaigns that hold out the same share are one experiment: people of both arms are mixed alike. Where shares differ they are not, and
//! a campaign that holds out few of many would lend its people to one arm alone. So those held out are weighted, campaign by campaign, to
//! the mix of those contacted, and count as so many as the weights leave (Kish 1965, Survey Sampling: (Σw)² / Σw²).

use std::collections::BTreeMap;

use super::super::balance;
use super::super::lift::{Arm as LiftArm, Design, Lift, lift};
use super::super::metrics::Arms;
use super::super::moments::Moments;
use super::super::outcome::Arm;
use super::super::rollup::{Cell, Dimension, Key, Sums, micros_per_minor};
use super::super::sequence::Planned;
use super::{Basis, Ledger, Stratum};
use crate::money::Currency;
use crate::time::Day;

pub fn lift_of(ledger: &Ledger, everybody: &Arms, ripe: &Arms, basis: &Basis) -> Lift {
    let mut shares: Vec<u16> = ledger.strata.iter().map(|stratum| stratum.held_out).collect();
    shares.sort_unstable();
    shares.dedup();
    match shares.as_slice() {
        [] => pooled(ledger, everybody, ripe, basis),
        [held_out] => pooled(ledger, everybody, ripe, &Basis { held_out: *held_out, ..*basis }),
        _ => weighted(&ledger.strata, basis),
    }
}

fn pooled(ledger: &Ledger, everybody: &Arms, ripe: &Arms, basis: &Basis) -> Lift {
    let people = everybody.contacted.assigned + everybody.held_out.assigned;
    let shares = shares(basis.held_out, basis);
    let [_, held_out] = shares;
    let design = design(basis.planned.unwrap_or(people).max(people), held_out);
    let evidence = largest_evidence(&ledger.cells, shares);
    lift(
        &arm(everybody.contacted.assigned, &ripe.contacted, basis.home),
        &arm(everybody.held_out.assigned, &ripe.held_out, basis.home),
        &design,
        evidence,
    )
}

/// Campaigns of which one arm has nobody ripe are in no comparison.
fn weighted(strata: &[Stratum], basis: &Basis) -> Lift {
    let all = |stratum: &Stratum, held: bool, ripe: bool| -> Cell {
        let own = stratum.cells.iter().filter(|(key, _)| {
            key.arm.is_assigned() && key.arm.is_held_out() == held && key.dimension == Dimension::All && (key.ripe || !ripe)
        });
        own.map(|(_, cell)| cell).sum()
    };
    // What several looks at several splits find by chance is shared out among them.
    let evidence = strata.iter().map(|stratum| largest_evidence(&stratum.cells, shares(stratum.held_out, basis)));
    let evidence = evidence.fold(0.0, f64::max) - libm::log(strata.len().max(1) as f64);
    let both = strata.iter().map(|stratum| [all(stratum, false, true), all(stratum, true, true)]);
    let both: Vec<[Cell; 2]> = both.filter(|[one, other]| one.assigned > 0 && other.assigned > 0).collect();
    let of = |held: bool| -> i64 { strata.iter().map(|stratum| all(stratum, held, false).assigned).sum() };
    let (contacted, held) = (of(false), of(true));
    let treated: Cell = both.iter().map(|[one, _]| one).sum();
    let n = treated.assigned as f64;
    let weight = |[one, other]: &[Cell; 2]| (one.assigned as f64 / n, other.assigned as f64);
    let squares: f64 = both.iter().map(weight).map(|(share, people)| share * share / people).sum();
    let effective = if squares > 0.0 { libm::floor(1.0 / squares + 1e-9) } else { 0.0 };
    let mut other = LiftArm::default();
    let (mut returned, mut margin, mut limited) = (0.0, Floating::default(), Floating::default());
    for pair in &both {
        let [_, cell] = pair;
        let (share, people) = weight(pair);
        let each = effective * share / people;
        returned += each * cell.returned as f64;
        margin.add(each, &moments(cell.margin_sums(basis.home), basis.home));
        limited.add(each, &moments(cell.limited_sums(), basis.home));
    }
    let people = effective as i64;
    other.returned = libm::round(returned) as i64;
    other.margin = margin.moments(people);
    other.limited = limited.moments(people);
    // Those not ripe yet are as many as they are.
    let unripe = held - strata.iter().map(|stratum| all(stratum, true, true).assigned).sum::<i64>();
    other.assigned = people + unripe;
    let share = held as f64 / ((contacted + held).max(1)) as f64;
    lift(&arm(contacted, &treated, basis.home), &other, &design(contacted + held, share), evidence.max(0.0))
}

/// Weighted sums.
#[derive(Debug, Default)]
struct Floating {
    y: f64,
    yy: f64,
    x: f64,
    xx: f64,
    xy: f64,
}

impl Floating {
    fn add(&mut self, weight: f64, moments: &Moments) {
        self.y += weight * moments.y as f64;
        self.yy += weight * moments.yy;
        self.x += weight * moments.x as f64;
        self.xx += weight * moments.xx;
        self.xy += weight * moments.xy;
    }

    fn moments(&self, n: i64) -> Moments {
        Moments { n, y: libm::round(self.y) as i64, yy: self.yy, x: libm::round(self.x) as i64, xx: self.xx, xy: self.xy }
    }
}

fn arm(assigned: i64, ripe: &Cell, home: Currency) -> LiftArm {
    LiftArm {
        assigned,
        returned: ripe.returned,
        margin: moments(ripe.margin_sums(home), home),
        limited: moments(ripe.limited_sums(), home),
        // It is taken off each one's margin already.
        contact: 0.0,
    }
}

/// `held_out`: 0 to 1.
fn design(people: i64, held_out: f64) -> Design {
    let held_share = libm::round(held_out * 1_000.0).clamp(0.0, 1_000.0) as u16;
    Design { planned: Planned::of(people, held_share), negligible: None, negligible_margin: None }
}

/// Of those who may be contacted and those held out: whoever is held out from all is drawn first.
fn shares(held_out: u16, basis: &Basis) -> [f64; 2] {
    let (own, all) = (f64::from(held_out) / 1_000.0, f64::from(basis.held_out_of_all) / 1_000.0);
    let contacted = (1.0 - all) * (1.0 - own);
    [contacted, 1.0 - contacted]
}

/// Of all looks, day by day of entry.
fn largest_evidence(cells: &[(Key, Cell)], shares: [f64; 2]) -> f64 {
    let mut days: BTreeMap<Day, (i64, i64)> = BTreeMap::new();
    for (key, cell) in cells.iter().filter(|(key, _)| key.dimension == Dimension::All && key.arm.is_assigned()) {
        let counts = days.entry(key.from).or_default();
        let count = if key.arm == Arm::Contacted { &mut counts.0 } else { &mut counts.1 };
        *count += cell.assigned;
    }
    let mut so_far = (0, 0);
    days.into_values().fold(0.0, |largest: f64, (contacted, held)| {
        so_far = (so_far.0 + contacted, so_far.1 + held);
        largest.max(balance::log_evidence(&[so_far.0, so_far.1], &shares))
    })
}

/// Sums of margins are in millionths of a major unit: these are in minor units.
fn moments(sums: Sums, home: Currency) -> Moments {
    let micros = micros_per_minor(home);
    let minor = |sum: i128| sum as f64 / micros as f64;
    Moments {
        n: sums.n,
        y: i64::try_from(sums.y.div_euclid(micros)).unwrap_or(i64::MAX),
        yy: minor(sums.yy) / micros as f64,
        x: i64::try_from(sums.x).unwrap_or(i64::MAX),
        xx: sums.xx as f64,
        xy: minor(sums.xy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stratum(held_out: u16, contacted: (i64, i64), held: (i64, i64)) -> Stratum {
        let key = |arm| Key { campaign: 1, arm, ripe: true, from: Day(20_000), dimension: Dimension::All };
        let cell = |(assigned, returned): (i64, i64)| Cell { assigned, returned, ..Cell::default() };
        Stratum { held_out, cells: vec![(key(Arm::Contacted), cell(contacted)), (key(Arm::Holdout), cell(held))] }
    }

    fn basis() -> Basis {
        Basis {
            kind: crate::campaign::Kind::WinBack,
            home: Currency::parse("EUR").unwrap(),
            held_out: 100,
            held_out_of_all: 0,
            window_days: 30,
            planned: None,
            acquisition: None,
            today: Day(20_100),
        }
    }

    #[test]
    fn campaigns_of_different_shares_are_compared_each_with_its_own_holdout() {
        // Nothing works in either: half come back by themselves in one, nobody of ten in the other.
        let strata = vec![stratum(500, (1_000, 500), (1_000, 500)), stratum(100, (9_000, 900), (1_000, 100))];
        let found = weighted(&strata, &basis());
        let difference = found.difference.expect("it can be compared");
        assert!(difference.value.abs() < 1e-3, "{difference:?}");
        // Of 2,000 held out, so many count: 1 / (.1² / 1,000 + .9² / 1,000).
        assert_eq!(found.held.ripe, 1_219);
        // All in one would say that contacting costs 16 of 100 returns.
        let cells: Vec<_> = strata.iter().flat_map(|stratum| stratum.cells.clone()).collect();
        let of =
            |held: bool| -> Cell { cells.iter().filter(|(key, _)| key.arm.is_held_out() == held).map(|(_, cell)| cell).sum() };
        let arms = Arms { contacted: of(false), held_out: of(true) };
        let rate = |cell: &Cell| cell.returned as f64 / cell.assigned as f64;
        assert!(rate(&arms.contacted) - rate(&arms.held_out) < -0.15);
    }

    #[test]
    fn campaigns_of_one_share_are_one() {
        let strata = vec![stratum(100, (900, 90), (100, 5)), stratum(100, (1_800, 90), (200, 4))];
        let cells: Vec<_> = strata.iter().flat_map(|stratum| stratum.cells.clone()).collect();
        let of =
            |held: bool| -> Cell { cells.iter().filter(|(key, _)| key.arm.is_held_out() == held).map(|(_, cell)| cell).sum() };
        let arms = Arms { contacted: of(false), held_out: of(true) };
        let ledger = Ledger { cells, strata, ..Ledger::default() };
        let found = lift_of(&ledger, &arms, &arms, &basis());
        assert_eq!((found.treated.ripe, found.held.ripe), (2_700, 300));
    }

    #[test]
    fn nobody_held_out_is_no_comparison() {
        let strata = vec![stratum(0, (10, 1), (0, 0)), stratum(100, (10, 1), (0, 0))];
        assert!(weighted(&strata, &basis()).difference.is_none());
    }
}
