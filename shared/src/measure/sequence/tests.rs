use super::super::moments::theta;
use super::*;

const PLANNED: Planned = Planned { treated: 9_000, held: 1_000, alpha: 0.05 };

/// The least width of the boundary over all priors is at the planned end; its value there is √(1 + x).
#[test]
fn it_is_tightest_at_the_planned_end() {
    let errors = |share: f64| PLANNED.at((9_000.0 * share) as i64, (1_000.0 * share) as i64).unwrap().errors();
    let end = PLANNED.at(9_000, 1_000).unwrap();
    assert!((end.errors() - libm::sqrt(1.0 + end.x)).abs() < 1e-12 && (end.errors() - 3.035).abs() < 1e-3);
    assert!(errors(1.0) < errors(0.5) && errors(1.0) < errors(2.0) && errors(1.0) < errors(0.97) && errors(1.0) < errors(1.03));
    assert!(end.errors() / 1.959_964 < 1.55);
}

#[test]
fn the_e_value_is_1_over_alpha_on_the_edge() {
    for share in [0.05, 0.4, 1.0, 3.0] {
        let boundary = PLANNED.at(9_000, 1_000).unwrap().later(share);
        assert!((boundary.e_value(boundary.errors()) - 20.0).abs() < 1e-9);
    }
    // Its mean is 1 under the truth.
    let boundary = PLANNED.at(900, 100).unwrap();
    let density = |z: f64| libm::exp(-0.5 * z * z) / libm::sqrt(std::f64::consts::TAU);
    let mean: f64 = (-4_000..4_000).map(|step| f64::from(step) / 200.0).map(|z| boundary.e_value(z) * density(z) / 200.0).sum();
    assert!((mean - 1.0).abs() < 1e-3, "{mean}");
}

#[test]
fn there_is_no_interval_before_ten_returns_in_each_arm() {
    let rates = |k, l| Rates::new(Count::new(1_800, k), Count::new(200, l), &PLANNED);
    assert_eq!(rates(90, 9).unwrap_err(), Why::FewReturns { treated: 0, held: 1 });
    assert_eq!(rates(3, 0).unwrap_err(), Why::FewReturns { treated: 7, held: 10 });
    assert_eq!(Rates::new(Count::new(0, 0), Count::new(200, 20), &PLANNED).unwrap_err(), Why::NobodyRipe);
    assert!(rates(90, 10).is_ok());
}

#[test]
fn an_interval_holds_what_it_says_it_holds() {
    let rates = Rates::new(Count::new(1_800, 150), Count::new(200, 11), &PLANNED).unwrap();
    let interval = rates.interval();
    assert!(interval.holds(rates.value()));
    for step in -400..400 {
        let delta = f64::from(step) / 4_000.0 + 1e-7;
        assert_eq!(rates.holds(delta), interval.holds(delta), "{delta} of {interval:?}");
    }
    assert_eq!(rates.e_value() >= 20.0, !interval.holds(0.0));
    let times = times_needed(|times| rates.later(times).interval().low > 0.0).unwrap();
    assert!(rates.later(times * 1.02).interval().low > 0.0 && rates.later(times * 0.95).interval().low < 0.0);
    assert_eq!(times_needed(|times| rates.later(times).interval().low > 0.04), None);
}

/// Amounts that are all the same are a rate.
#[test]
fn equal_amounts_are_a_rate() {
    let (one, other) = (Count::new(1_800, 150), Count::new(200, 11));
    let moments = |count: Count| (0..count.n).map(|row| Moments::of(if row < count.k { 2_500 } else { 0 }, 0)).sum::<Moments>();
    let means = Means::new(&moments(one), &moments(other), (150, 11), 0.0, &PLANNED).unwrap();
    let rates = Rates::new(one, other, &PLANNED).unwrap();
    let (found, expected) = (means.interval(), rates.interval().times(2_500.0));
    assert!((found.low - expected.low).abs() < 1e-6 && (found.high - expected.high).abs() < 1e-6, "{found:?} {expected:?}");
    assert!((means.e_value() - rates.e_value()).abs() < 1e-9 * rates.e_value());
}

#[test]
fn a_covariate_that_explains_narrows_it() {
    let arm = |n: i64, extra: i64| {
        (0..n)
            .map(|row| Moments::of(if row % 9 == 0 { row % 40 + extra } else { 0 }, if row % 9 == 0 { row % 40 } else { 0 }))
            .sum()
    };
    let (treated, held): (Moments, Moments) = (arm(1_800, 2), arm(200, 0));
    let theta = theta(&[treated, held]);
    let width = |theta| Difference::new(&treated, &held, theta).unwrap().interval(3.0).width();
    assert!(theta > 0.5 && width(theta) < 0.5 * width(0.0), "{theta} {} {}", width(theta), width(0.0));
}

#[test]
fn losses_and_a_few_large_amounts_do_not_break_it() {
    let arm = |n: i64, amount: i64| Moments { n, y: amount * 20, yy: (amount * amount * 20) as f64, ..Moments::default() };
    let losses = Difference::new(&arm(900, -500), &arm(100, -300), 0.0).unwrap();
    assert!(losses.interval(3.0).holds(losses.value()) && losses.interval(3.0).width().is_finite());
    let mixed = Difference::new(&arm(900, 500), &arm(100, -300), 0.0).unwrap();
    let interval = mixed.interval(3.0);
    assert!((interval.width() - 6.0 * mixed.error()).abs() < 1e-6 * interval.width(), "{interval:?}");
    let whale = Moments { n: 900, y: 1_000_000, yy: 1e12, ..Moments::default() };
    assert_eq!(Means::new(&whale, &arm(100, 50), (20, 20), 0.0, &PLANNED).unwrap_err(), Why::UnequalAmounts);
    assert_eq!(Difference::new(&Moments::default(), &arm(100, 50), 0.0), None);
}
