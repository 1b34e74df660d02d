use super::super::{Curve, Lifetime};
use super::*;

fn close(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} is not {expected}");
}

fn daily(returned: &[u64], withdrew: &[u64], censored: &[u64]) -> Watched {
    let days = returned.len().max(withdrew.len()).max(censored.len());
    Watched {
        ends: (0..u16::try_from(days).unwrap()).collect(),
        returned: returned.to_vec(),
        withdrew: withdrew.to_vec(),
        censored: censored.to_vec(),
    }
}

/// The 6-MP arm of Freireich and others (1963): Klein & Moeschberger 2003, table 4.1A, gives the product-limit estimate and its error.
#[test]
fn with_nothing_competing_it_is_the_product_limit_estimate_of_a_textbook() {
    let mut lists = (vec![0; 36], vec![0; 36]);
    for day in [6, 6, 6, 7, 10, 13, 16, 22, 23] {
        lists.0[day] += 1;
    }
    for day in [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35] {
        lists.1[day] += 1;
    }
    let found = incidence(&daily(&lists.0, &[], &lists.1));
    assert_eq!((found.n, found.returned, found.withdrew), (21, 9, 0));
    let table = [
        (6, 0.857, 0.0764),
        (7, 0.807, 0.0869),
        (10, 0.753, 0.0963),
        (13, 0.690, 0.1068),
        (16, 0.627, 0.1141),
        (22, 0.538, 0.1282),
        (23, 0.448, 0.1346),
    ];
    for (day, survival, error) in table {
        let point = found.points[day];
        close(point.back, 1.0 - survival, 0.0006);
        close(point.error, error, 0.000_06);
    }
    assert_eq!(found.median, Some(23));
    let lifetimes: Vec<Lifetime> = (0..36_usize)
        .flat_map(|day| {
            let row = move |event| Lifetime { duration: day as f64, event };
            std::iter::repeat_n(row(true), lists.0[day] as usize).chain(std::iter::repeat_n(row(false), lists.1[day] as usize))
        })
        .collect();
    let curve = Curve::of(&lifetimes).unwrap();
    for point in &found.points {
        close(point.back, 1.0 - curve.at(f64::from(point.day)).unwrap().survival, 1e-12);
    }
}

/// Ten people: 1 back on day 1, 1 opts out on day 2 and 1 is censored, 2 back on day 3, 1 opts out on day 4, 1 back on day 5, 3 censored.
#[test]
fn a_table_worked_by_hand() {
    let found = incidence(&daily(&[0, 1, 0, 2, 0, 1, 0], &[0, 0, 1, 0, 1, 0, 0], &[0, 0, 1, 0, 0, 0, 3]));
    let back: Vec<f64> = found.points.iter().map(|point| point.back).collect();
    // 1/10; then 9/10 · 8/9 = 8/10 left at 7 watched: 2/7 · 8/10 = 16/70; then 8/10 · 5/7 = 4/7, · 4/5 = 16/35 at 4 watched.
    let expected = [0.0, 0.1, 0.1, 0.1 + 16.0 / 70.0, 0.1 + 16.0 / 70.0, 0.1 + 16.0 / 70.0 + 16.0 / 140.0];
    for (found, expected) in back.iter().zip(expected) {
        close(*found, expected, 1e-12);
    }
    close(found.points[4].gone, 0.1 + 4.0 / 35.0, 1e-12);
    // Shares of all three add up: back, gone and still there (12/35).
    close(found.points[6].back + found.points[6].gone, 1.0 - 12.0 / 35.0, 1e-12);
    // Day 1: .1 · .9 / 10. Day 3, by its three sums:
    //   (8/35)² · 1/(10·9) + (8/35)² · 1/(9·8),
    //   .1·.9/10 + .8² · 2·5/7³,
    //   2 · (8/35) · .1/10.
    close(found.points[1].error.powi(2), 0.009, 1e-12);
    let later = (8.0_f64 / 35.0).powi(2);
    let third = later / 90.0 + later / 72.0 + 0.009 + 0.64 * 10.0 / 343.0 - 2.0 * 8.0 / 35.0 * 0.01;
    close(found.points[3].error.powi(2), third, 1e-12);
    assert_eq!((found.median, found.median_of_returners), (None, Some(3)));
}

#[test]
fn without_censoring_it_is_a_share_and_its_error_is_the_binomial_s() {
    let found = incidence(&daily(&[3, 5, 2], &[4, 0, 1], &[0, 0, 85]));
    for (point, returned) in found.points.iter().zip([3.0, 8.0, 10.0]) {
        close(point.back, returned / 100.0, 1e-12);
        close(point.error, (point.back * (1.0 - point.back) / 100.0).sqrt(), 1e-12);
        assert!(point.low < point.back && point.back < point.high);
    }
    // exp(−.1 … ): ln .1 = −2.302585; width 1.96 · .03 / (.1 · 2.302585) = .255359; .1^(e^±.255359).
    close(found.points[2].low, 0.1_f64.powf(0.255_359_f64.exp()), 1e-5);
    close(found.points[2].high, 0.1_f64.powf((-0.255_359_f64).exp()), 1e-5);
}

#[test]
fn edges_have_an_answer() {
    assert_eq!(incidence(&Watched::default()).points, []);
    let nobody = incidence(&daily(&[0], &[0], &[40]));
    close(nobody.points[0].high, 1.0 - 0.025_f64.powf(1.0 / 40.0), 1e-12);
    assert_eq!((nobody.median, nobody.median_of_returners, nobody.points[0].low), (None, None, 0.0));
    let everybody = incidence(&daily(&[2], &[], &[]));
    assert_eq!((everybody.points[0].back, everybody.points[0].high, everybody.median), (1.0, 1.0, Some(0)));
    let huge = incidence(&daily(&[300_000_000, 1], &[100_000_000, 1], &[0, 600_000_000]));
    assert!(huge.points.iter().all(|point| point.low <= point.back && point.back <= point.high && point.error < 1e-4));
}

#[test]
fn who_entered_lately_counts_for_the_days_that_are_over() {
    let cell = |assigned, returned: &[(u16, i64)], withdrew: &[(u16, i64)]| {
        let mut cell = Cell { assigned, ..Cell::default() };
        returned.iter().for_each(|(day, count)| cell.returned_days.0[bin_of(*day)] += count);
        withdrew.iter().for_each(|(day, count)| cell.withdrew_days.0[bin_of(*day)] += count);
        cell
    };
    let ripe = cell(100, &[(0, 10), (35, 5)], &[(2, 1)]);
    let young = cell(50, &[(1, 5), (3, 2)], &[]);
    let today = cell(7, &[(0, 1)], &[]);
    let all = watched(&ripe, [(Day(97), &young), (Day(100), &today)], 40, Day(100));
    assert_eq!(all.ends.len(), 33);
    assert_eq!((all.ends[30], all.ends[31], all.ends[32]), (30, 37, 40));
    assert_eq!((all.returned[0], all.returned[1], all.returned[3], all.returned[31]), (10, 5, 0, 5));
    assert_eq!((all.censored[2], all.censored[32]), (45, 84), "day 3 is not over for those who entered three days ago");
    assert_eq!(incidence(&all).n, 150);
}
