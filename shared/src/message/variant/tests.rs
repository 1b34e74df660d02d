use super::*;
use crate::random::Random;

fn tally(delivered: u64, engaged: u64) -> Tally {
    Tally { assigned: delivered, delivered, engaged, returned: 0, opted_out: 0 }
}

#[test]
fn assignment_is_stable_even_and_apart_by_campaign_and_step() {
    let of = |campaign: &str, step, person: usize| assigned(campaign, step, &format!("customer {person}"), 2);
    let first = (0..10_000).filter(|person| of("one", Step::Help, *person) == 0).count();
    assert!(first.abs_diff(5_000) < 200, "{first}");
    let same = |campaign, step| (0..10_000).filter(|one| of(campaign, step, *one) == of("one", Step::Help, *one)).count();
    assert_eq!(same("one", Step::Help), 10_000);
    assert!(same("two", Step::Help).abs_diff(5_000) < 200 && same("one", Step::Proof).abs_diff(5_000) < 200);
    assert_eq!(assigned("a", Step::Help, "b", 1), 0);
    assert_eq!(assigned("a", Step::Help, "b", 0), 0);
    assert!((0..1_000).all(|person| assigned("c", Step::LastWord, &person.to_string(), 3) < 3));
    // Stored results rest on it.
    let stored: Vec<usize> = (0..12).map(|person| of("one", Step::Help, person)).collect();
    assert_eq!(stored, FROZEN);
}

const FROZEN: [usize; 12] = [0, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1];

#[test]
fn a_broken_split_is_said_before_any_rate() {
    let split = |a, b| [Tally { assigned: a, ..tally(a, a / 10) }, Tally { assigned: b, ..tally(b, b / 20) }];
    assert!(matches!(judge(&split(5_500, 4_500), &Plan::default()), Verdict::BrokenSplit { chance } if chance < 0.001));
    assert!(matches!(judge(&split(5_050, 4_950), &Plan::default()), Verdict::Winner { variant: 0, .. }));
}

#[test]
fn sound_splits_are_seldom_called_broken_and_broken_ones_are_found() {
    let called = |share: f64, runs: u64| {
        let broken = |seed: u64| {
            let (mut random, mut counts) = (Random::new(seed), [0_u64; 2]);
            (1..=10_000).any(|n| {
                let at = usize::from(random.unit() >= share);
                counts[at] += 1;
                n % 100 == 0 && split_chance(&counts) < SPLIT_ALPHA
            })
        };
        (0..runs).filter(|seed| broken(*seed)).count()
    };
    assert!(called(0.5, 1_000) <= 3);
    assert!(called(0.54, 100) >= 95);
}

#[test]
fn too_few_are_told_as_such_with_how_many_are_missing() {
    assert_eq!(
        judge(&[tally(99, 20), tally(500, 5)], &Plan::default()),
        Verdict::BrokenSplit { chance: split_chance(&[99, 500]) }
    );
    assert_eq!(judge(&[tally(99, 30), tally(110, 5)], &Plan::default()), Verdict::CannotTell { delivered: 99, needed: 100 });
    let some = [tally(1_000, 40), tally(1_000, 42)];
    let Verdict::NotEnough { more } = judge(&some, &Plan::default()) else { panic!("not enough") };
    assert_eq!(more, needed(&some, &Plan::default()) - 2_000);
    // At 4 % and a quarter more, by the printed formula for two rates: about 6,000 each, times what looking costs.
    assert!((22_000..29_000).contains(&(more + 2_000)), "{more}");
    assert_eq!(judge(&[tally(13_000, 520), tally(13_000, 525)], &Plan::default()), Verdict::NoDifference);
    assert_eq!(judge(&[], &Plan::default()), Verdict::CannotTell { delivered: 0, needed: 100 });
}

#[test]
fn a_winner_that_costs_opt_outs_or_returns_is_held_back() {
    let with = |returned, opted_out| Tally { returned, opted_out, ..tally(4_000, 320) };
    let other = |returned, opted_out| Tally { returned, opted_out, ..tally(4_000, 160) };
    let verdict = |one, two| judge(&[one, two], &Plan::default());
    assert!(matches!(verdict(with(40, 10), other(40, 10)), Verdict::Winner { variant: 0, .. }));
    assert!(matches!(verdict(with(40, 30), other(40, 10)), Verdict::Guarded { variant: 0, guard: Guard::OptOuts, .. }));
    assert!(matches!(verdict(with(20, 10), other(40, 10)), Verdict::Guarded { guard: Guard::Returns, .. }));
    assert!(matches!(verdict(with(60, 4), other(40, 10)), Verdict::Winner { .. }));
}

/// Looks after every two hundred delivered, at the rates of each variant.
fn looked(rates: &[f64], most: u64, seed: u64) -> Verdict {
    let mut random = Random::new(seed);
    let mut tallies = vec![Tally::default(); rates.len()];
    let mut last = Verdict::NoDifference;
    for person in 1..=most {
        let at = random.below(rates.len());
        let tally = &mut tallies[at];
        tally.assigned += 1;
        tally.delivered += 1;
        tally.engaged += u64::from(random.unit() < rates[at]);
        if person % 200 == 0 {
            last = judge(&tallies, &Plan::default());
            if matches!(last, Verdict::Winner { .. }) {
                return last;
            }
        }
    }
    last
}

#[test]
fn without_a_difference_daily_looks_name_a_winner_in_at_most_one_of_twenty() {
    for rates in [&[0.05, 0.05][..], &[0.01, 0.01], &[0.3, 0.3], &[0.05, 0.05, 0.05]] {
        let named = (0..400).filter(|seed| matches!(looked(rates, 12_000, *seed), Verdict::Winner { .. })).count();
        assert!(named <= 20, "{rates:?}: {named} of 400");
    }
}

#[test]
fn a_planted_difference_is_found_and_never_the_wrong_one() {
    let verdicts: Vec<Verdict> = (0..100).map(|seed| looked(&[0.04, 0.05], 26_000, 1_000 + seed)).collect();
    let named =
        |wanted| verdicts.iter().filter(|one| matches!(one, Verdict::Winner { variant, .. } if *variant == wanted)).count();
    assert!(named(1) >= 75 && named(0) == 0, "{} and {}", named(1), named(0));
}
