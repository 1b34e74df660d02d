use proptest::prelude::*;

use super::*;

fn lost(days: u32) -> Asked {
    Asked {
        lapse: Lapse::Lost { days },
        reason: Reason::Unknown,
        value: ValueTier::Mid,
        engagement: Engagement::Cooling,
        natural: None,
        industry: None,
        outcomes: Outcomes::default(),
    }
}

#[test]
fn without_any_history_the_trade_stands_in_and_says_so() {
    let fashion = chances(&Asked { industry: Some("fashion"), ..lost(0) });
    assert_eq!(fashion.basis, Basis::Prior);
    // A fifth of those called lost come back by themselves, of whom the trade keeps seven in ten.
    assert!((fashion.none - 0.14).abs() < 1e-9 && fashion.contact > fashion.none, "{fashion:?}");
    let (low, high) = fashion.none_interval;
    assert!(low < 0.02 && high > 0.3, "a prior is wide: {low} {high}");
}

#[test]
fn natural_return_fades_to_a_floor_by_reason_and_what_contact_adds_fades_much_later() {
    let none = |reason, days| natural_return(None, reason, days);
    assert!(none(Reason::Price, 0) > none(Reason::Price, 180) && none(Reason::Price, 180) > none(Reason::Price, 3_650));
    assert!(
        none(Reason::ReducedNeed, 3_650) > 4.0 * none(Reason::PoorExperience, 3_650) && none(Reason::PoorExperience, 9_000) > 0.0
    );
    let year = |days| none(Reason::Unknown, days) / none(Reason::Unknown, 0);
    assert!(year(365) < 0.4 && contact_decay(365) > 0.85, "{} {}", year(365), contact_decay(365));
}

#[test]
fn a_visit_an_improvement_or_a_lower_price_starts_the_clock_anew() {
    let (deadline, today) = (Day(20_000), Day(20_300));
    assert_eq!(days_lapsed(deadline, None, today), 300);
    assert_eq!(days_lapsed(deadline, Some(Day(20_280)), today), 20);
    assert_eq!(days_lapsed(deadline, Some(Day(19_000)), today), 300, "before the deadline it changes nothing");
    assert_eq!(days_lapsed(Day(20_400), None, today), 0);
    assert!(chances(&lost(20)).none > chances(&lost(300)).none);
}

#[test]
fn the_shop_s_own_model_goes_before_the_prior_and_outcomes_before_both() {
    let model = Asked { natural: Some((0.02, (0.01, 0.03))), ..lost(400) };
    let chances_of_model = chances(&model);
    assert_eq!((chances_of_model.basis, chances_of_model.none), (Basis::Model, 0.02));
    let seen = Outcomes { contacted: Counts { people: 400, back: 80 }, left_alone: Counts { people: 100, back: 2 } };
    let after = chances(&Asked { outcomes: seen, ..model });
    assert_eq!(after.basis, Basis::Outcomes);
    assert!((0.15..0.2).contains(&after.contact), "{after:?}");
    assert!(after.contact_interval.1 - after.contact_interval.0 < 0.08, "{after:?}");
    // Contact that harms is believed, and nothing is expected of it.
    let harmed = Outcomes { contacted: Counts { people: 5_000, back: 50 }, left_alone: Counts { people: 5_000, back: 500 } };
    let harmed = chances(&Asked { outcomes: harmed, ..lost(10) });
    assert!(harmed.contact < harmed.none && regain(&harmed, Home(100_000)) == 0);
}

#[test]
fn waiting_costs_most_where_the_deadline_is_near_and_little_once_it_is_passed() {
    let here = |leaves| Asked { lapse: Lapse::Here { leaves }, ..lost(0) };
    let cost = |p30: f64, leaves: f64| waiting(&here(leaves), p30, &chances(&here(leaves)), Home(100_000));
    assert!(cost(0.6, 0.8) > cost(0.2, 0.4) && cost(0.2, 0.4) > cost(0.01, 0.05) && cost(0.0, 0.05) == 0);
    let later = waiting(&lost(200), 1.0, &chances(&lost(200)), Home(100_000));
    assert!(later > 0 && later < cost(0.2, 0.4) / 10, "{later}");
}

#[test]
fn a_shown_per_cent_says_when_it_changes() {
    let asked = lost(10);
    let now = chances(&asked);
    let day = next_change(&asked, &now, Day(20_000)).expect("it fades");
    let ahead = day.since(Day(20_000)).unsigned_abs();
    let shown = |days| libm::round(chances(&lost(days)).none * 100.0);
    assert!(shown(10 + ahead) < shown(10) || chances(&lost(10 + ahead)).contact < now.contact);
    assert_eq!(next_change(&Asked { lapse: Lapse::Here { leaves: 0.2 }, ..asked }, &now, Day(20_000)), None);
}

/// Visits without contact fall by recency as the natural decay does, and what an e-mail adds hardly falls: the shapes of the priors
/// against a real experiment. Rates of a month, not of 90 days after a deadline, so that shapes are compared and not levels.
#[test]
fn hillstrom_shows_the_shapes_of_both_decays() {
    let folder = std::env::var("REKINDLE_DATA").unwrap_or_default();
    let Ok(text) = std::fs::read_to_string(format!("{folder}/hillstrom_a/hillstrom_a.csv")) else {
        println!("skipped: REKINDLE_DATA/hillstrom_a is absent");
        return;
    };
    // [recent, long ago] × [alone, mailed]: people and those who visited.
    let mut seen = [[(0.0_f64, 0.0_f64); 2]; 2];
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let recency: u32 = cells[1].parse().unwrap();
        let age = if recency <= 3 {
            0
        } else if recency >= 10 {
            1
        } else {
            continue;
        };
        let (people, back) = &mut seen[age][usize::from(!cells[cells.len() - 4].starts_with("No"))];
        *people += 1.0;
        *back += cells[cells.len() - 3].parse::<f64>().unwrap();
    }
    let rate = |age: usize, arm: usize| seen[age][arm].1 / seen[age][arm].0;
    let natural = rate(1, 0) / rate(0, 0);
    let added = (rate(1, 1) - rate(1, 0)) / (rate(0, 1) - rate(0, 0));
    // Nine months apart: from the second to the eleventh.
    let prior_natural = natural_return(None, Reason::Unknown, 270) / natural_return(None, Reason::Unknown, 0);
    let prior_added = contact_decay(270);
    println!("natural {natural:.3} (prior {prior_natural:.3}), added {added:.3} (prior {prior_added:.3})");
    assert!(natural < 0.75 && prior_natural < 0.75, "{natural} {prior_natural}");
    assert!(added > 0.7 && prior_added > 0.7, "{added} {prior_added}");
    assert!((added - prior_added).abs() < 0.25, "{added} {prior_added}");
}

proptest! {
    #[test]
    fn chances_are_probabilities_within_their_intervals_and_fall_with_silence(
        days in 0_u32..4_000, more in 0_u32..4_000, reason in 0_u8..8, engagement in 0_u8..3, value in 0_u8..3,
        contacted in 0_u32..500, back in 0_u32..500, leaves in 0.0_f64..=1.0, worth in -100_000_i64..10_000_000,
    ) {
        let outcomes = Outcomes { contacted: Counts { people: contacted, back }, left_alone: Counts::default() };
        let asked = Asked {
            reason: Reason::of_number(reason).unwrap(),
            engagement: Engagement::of_number(engagement).unwrap(),
            value: ValueTier::of_number(value).unwrap(),
            outcomes,
            ..lost(days)
        };
        for asked in [asked, Asked { lapse: Lapse::Here { leaves }, ..asked }] {
            let found = chances(&asked);
            for (p, (low, high)) in [(found.contact, found.contact_interval), (found.none, found.none_interval)] {
                prop_assert!((0.0..=1.0).contains(&p) && 0.0 <= low && low <= high && high <= 1.0, "{found:?}");
            }
            prop_assert!(regain(&found, Home(worth)) >= 0 && waiting(&asked, leaves, &found, Home(worth)) >= 0);
            prop_assert!(contacted > 0 || found.contact >= found.none, "{found:?}");
        }
        let later = chances(&Asked { lapse: Lapse::Lost { days: days + more }, ..asked });
        let now = chances(&asked);
        prop_assert!(later.none <= now.none && later.contact <= now.contact + 1e-9);
        let engaged = chances(&Asked { engagement: Engagement::Engaged, ..asked });
        prop_assert!(engaged.contact >= now.contact);
    }
}
