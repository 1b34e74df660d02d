use super::*;

const DESIGN: Design = Design {
    planned: Planned { treated: 9_000, held: 1_000, alpha: 0.05 },
    negligible: Some(0.01),
    negligible_margin: Some(20.0),
};

/// `k` of `n` ripe people brought 20 or 40 dollars; `more` are not ripe yet.
fn arm(n: i64, k: i64, more: i64) -> Arm {
    let margin: Moments = (0..n).map(|row| Moments::of(if row < k { 2_000 * (1 + row % 2) } else { 0 }, 100 + row % 7)).sum();
    Arm { assigned: n + more, returned: k, margin, limited: margin, contact: 0.0 }
}

#[test]
fn a_campaign_that_works_says_so_with_its_extra_returns() {
    let found = lift(&arm(9_000, 900, 0), &arm(1_000, 50, 0), &DESIGN, 0.0);
    assert_eq!(found.verdict, Verdict::Works);
    let difference = found.difference.unwrap();
    assert!((difference.value - 0.05).abs() < 1e-12);
    let interval = difference.interval.unwrap();
    assert!(interval.low > 0.0 && interval.high < 0.1);
    let extra = found.extra_returns.unwrap();
    assert!((extra.value - 450.0).abs() < 1e-9 && (extra.interval.unwrap().low - 9_000.0 * interval.low).abs() < 1e-9);
    let relative = found.relative.unwrap();
    assert!((relative.value - 1.0).abs() < 1e-12 && relative.interval.unwrap().low > 0.0);
    assert!(found.e_value.unwrap() > 20.0);
    // An ordinary interval is narrower and only for who looks once.
    assert!(found.once.unwrap().width() < interval.width());
    let margin = found.margin.unwrap();
    assert_eq!(margin.verdict, Verdict::Works);
    assert!(margin.once.unwrap().width() < margin.limited.interval.unwrap().width());
    assert!(found.held.rate.interval.unwrap().width() > found.treated.rate.interval.unwrap().width());
    assert!((margin.each.value - 150.0).abs() < 5.0 && (margin.total.value / margin.each.value - 9_000.0).abs() < 1e-6);
}

#[test]
fn one_that_harms_and_one_that_changes_nothing_are_told_apart() {
    assert_eq!(lift(&arm(9_000, 450, 0), &arm(1_000, 120, 0), &DESIGN, 0.0).verdict, Verdict::Harms);
    let nothing = lift(&arm(900_000, 45_000, 0), &arm(100_000, 5_000, 0), &DESIGN, 0.0);
    assert_eq!(nothing.verdict, Verdict::NoDifference);
    // Sure, and smaller than what matters.
    let little = lift(&arm(900_000, 47_700, 0), &arm(100_000, 5_000, 0), &DESIGN, 0.0);
    assert!(little.difference.unwrap().interval.unwrap().low > 0.0);
    assert_eq!(little.verdict, Verdict::NoDifference);
    let unbound = Design { negligible: None, ..DESIGN };
    assert_eq!(lift(&arm(900_000, 47_700, 0), &arm(100_000, 5_000, 0), &unbound, 0.0).verdict, Verdict::Works);
}

#[test]
fn what_cannot_be_told_says_why() {
    let why = |treated: &Arm, held: &Arm| match lift(treated, held, &DESIGN, 0.0).verdict {
        Verdict::CannotTell { why } => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(why(&arm(900, 30, 0), &Arm::default()), Why::OneArm);
    assert_eq!(why(&arm(0, 0, 900), &arm(0, 0, 100)), Why::NobodyRipe);
    assert_eq!(why(&arm(900, 45, 0), &arm(100, 4, 0)), Why::FewReturns { treated: 0, held: 6 });
    let Why::Undecided { people: Some(people) } = why(&arm(1_800, 144, 0), &arm(200, 11, 0)) else { panic!("undecided") };
    assert!((1_000..40_000).contains(&people), "{people}");
    // With about so many more it is decided.
    let times = 1.0 + 1.1 * people as f64 / 2_000.0;
    let more = |count: f64| (count * times) as i64;
    let later = lift(&arm(more(1_800.0), more(144.0), 0), &arm(more(200.0), more(11.0), 0), &DESIGN, 0.0);
    assert_eq!(later.verdict, Verdict::Works, "{times} {later:?}");
}

#[test]
fn only_ripe_people_count_and_the_others_are_named() {
    let found = lift(&arm(4_500, 450, 4_500), &arm(500, 25, 500), &DESIGN, 0.0);
    assert_eq!((found.treated.ripe, found.treated.unripe, found.held.assigned), (4_500, 4_500, 1_000));
    assert!((found.extra_returns.unwrap().value - 225.0).abs() < 1e-9);
    assert_eq!(found.once, None, "the end is not reached");
}

#[test]
fn a_broken_split_shows_no_lift() {
    let (treated, held) = (arm(9_500, 900, 0), arm(500, 50, 0));
    let evidence = balance::log_evidence(&[9_500, 500], &[0.9, 0.1]);
    let found = lift(&treated, &held, &DESIGN, evidence);
    assert_eq!(found.verdict, Verdict::BrokenSplit);
    assert_eq!((found.difference, found.relative, found.extra_returns, found.margin), (None, None, None, None));
    assert!(found.split_p < 0.001 && found.once.is_none());
}

#[test]
fn what_contacting_cost_is_taken_off_once() {
    let (treated, held) = (arm(9_000, 900, 0), arm(1_000, 50, 0));
    let free = lift(&treated, &held, &DESIGN, 0.0).margin.unwrap();
    let paid = lift(&Arm { contact: 9_000.0 * 30.0, ..treated }, &held, &DESIGN, 0.0).margin.unwrap();
    assert!((free.each.value - paid.each.value - 30.0).abs() < 1e-9);
    assert!((free.total.value - paid.total.value - 270_000.0).abs() < 1e-4);
    assert!((free.each.interval.unwrap().low - paid.each.interval.unwrap().low - 30.0).abs() < 1e-9);
    // So dear that it harms.
    let dear = lift(&Arm { contact: 9_000.0 * 500.0, ..treated }, &held, &DESIGN, 0.0).margin.unwrap();
    assert_eq!(dear.verdict, Verdict::Harms);
    assert!(dear.e_value.unwrap() > 20.0);
}

#[test]
fn a_limit_narrows_the_figure_of_a_person_and_leaves_the_total() {
    let of = |n: i64, k: i64, limit: i64| -> Arm {
        let rows: Vec<i64> = (0..n)
            .map(|row| {
                if row >= k {
                    0
                } else if row % 45 == 0 {
                    60_000
                } else {
                    2_000
                }
            })
            .collect();
        let sum = |cut: i64| rows.iter().map(|y| Moments::of(super::super::moments::limited(*y, cut), 0)).sum();
        Arm { assigned: n, returned: k, margin: sum(i64::MAX), limited: sum(limit), contact: 0.0 }
    };
    let found = lift(&of(18_000, 1_800, 8_000), &of(2_000, 135, 8_000), &DESIGN, 0.0).margin.unwrap();
    assert!(found.limited.interval.unwrap().width() < 0.8 * found.each.interval.unwrap().width());
    assert!((found.total.value - 18_000.0 * found.each.value).abs() < 1e-6);
}

#[test]
fn nothing_at_all_is_an_answer() {
    let found = lift(&Arm::default(), &Arm::default(), &DESIGN, 0.0);
    assert_eq!(found.verdict, Verdict::CannotTell { why: Why::OneArm });
    let text = serde_json::to_string(&lift(&arm(9_000, 9_000, 0), &arm(1_000, 1_000, 0), &DESIGN, 0.0)).unwrap();
    assert!(!text.contains("null"), "{text}");
    assert!(serde_json::from_str::<Lift>(&text).is_ok());
}
