use super::super::outcome::{Arm, Entered, Outcome, Rechurn, Redeemed, Revenue};
use super::super::rollup::Unit;
use super::*;
use crate::campaign::Micros;
use crate::offer;
use crate::random::Random;
use crate::time::{Day, Millis};

/// Net revenue, margin, channel cost in millionths, and what a code took off, of one person.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    returned: bool,
    net: i64,
    margin: i64,
    cost: i64,
    discount: i64,
    left_again: Option<bool>,
}

fn cell(rows: &[Row]) -> Cell {
    let one = |row: &Row| {
        let outcome = Outcome {
            returned_at: row.returned.then_some(Millis(5)),
            one_time: Revenue { gross: Home(row.net + row.discount), discount: Home(row.discount), refunds: Home(0) },
            margin: Home(row.margin),
            channel_cost: Micros(row.cost),
            redeemed: (row.discount > 0).then(|| Redeemed {
                offer: "ten".to_owned(),
                kind: offer::Kind::Discount,
                code: None,
                at: Millis(5),
                face: Home(row.discount),
                depth: 150,
            }),
            redeemed_discount: Home(row.discount),
            redeemed_list: if row.discount > 0 { Home(row.net + row.discount) } else { Home(0) },
            rechurn: match row.left_again {
                Some(true) => Rechurn::Left { at: Millis(9) },
                Some(false) => Rechurn::Stayed,
                None => Rechurn::Open,
            },
            ..Outcome::default()
        };
        Cell::of(&Entered::default(), &outcome, &Unit { before: Home(0), limit: None, contaminated: false, home: Currency::USD })
    };
    rows.iter().map(one).fold(Cell::default(), |mut sum, cell| {
        sum += &cell;
        sum
    })
}

fn close(found: Option<f64>, expected: f64, within: f64) {
    let found = found.expect("a figure");
    assert!((found - expected).abs() <= within, "{found} is not {expected}");
}

/// Newcombe 1998, Two-sided confidence intervals for the single proportion, table I, method 3.
#[test]
fn wilson_s_intervals_are_those_of_the_table() {
    for (k, n, low, high) in [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
    {
        let metric = rate(k, n, RestsOn::Assigned);
        close(metric.low, low, 0.000_051);
        close(metric.high, high, 0.000_051);
    }
    assert_eq!(rate(0, 0, RestsOn::Assigned).value, None);
    let all = rate(3, 3, RestsOn::Assigned);
    assert_eq!((all.value, all.high), (Some(1.0), Some(1.0)));
}

fn people(n: usize) -> Vec<Row> {
    let mut random = Random::new(11);
    (0..n)
        .map(|_| {
            let returned = random.unit() < 0.2;
            let net = if returned { 1_000 + random.below(9_000) as i64 } else { 0 };
            let discount = if returned && random.unit() < 0.5 { net / 10 } else { 0 };
            Row { returned, net, margin: net * 2 / 5, cost: 1_000 + 100_000 * random.below(3) as i64, discount, left_again: None }
        })
        .collect()
}

/// Σa/Σb and its error from the rows themselves.
fn ratio_of(rows: &[Row], of: impl Fn(&Row) -> (f64, f64)) -> (f64, f64) {
    let (a, b) = rows.iter().map(&of).fold((0.0, 0.0), |sum, (a, b)| (sum.0 + a, sum.1 + b));
    let n = rows.len() as f64;
    let squares: f64 = rows.iter().map(&of).map(|(one, other)| (one - a / b * other).powi(2)).sum();
    (a / b, (squares * n / (n - 1.0)).sqrt() / b)
}

#[test]
fn ratios_are_those_of_the_rows() {
    let rows = people(400);
    let sums = cell(&rows);
    let found = recovered(&sums, Currency::USD);
    let check = |metric: Metric, (value, error): (f64, f64)| {
        close(metric.value, value, value.abs() * 1e-12);
        close(metric.low, value - Z * error, value.abs() * 1e-9);
        close(metric.high, value + Z * error, value.abs() * 1e-9);
        assert_eq!((metric.count, metric.interval), (400, IntervalKind::Delta));
    };
    let cents = |row: &Row| row.cost as f64 / 10_000.0;
    check(found.return_on_spend, ratio_of(&rows, |row| (row.net as f64, cents(row))));
    check(found.margin_on_spend, ratio_of(&rows, |row| (row.margin as f64, cents(row))));
    let returned = |row: &Row| f64::from(u8::from(row.returned));
    check(cost_per_win_back(&sums, Currency::USD), ratio_of(&rows, |row| (cents(row), returned(row))));
    let full = full_cost_per_win_back(&sums, Currency::USD);
    check(full, ratio_of(&rows, |row| (cents(row) + row.discount as f64, returned(row))));
    let share = against_acquisition(full, Home(500)).unwrap();
    close(share.value, full.value.unwrap() / 500.0, 1e-12);
    assert_eq!(against_acquisition(full, Home(0)), None);
    let listed = |row: &Row| if row.discount > 0 { (row.net + row.discount) as f64 } else { 0.0 };
    let depth = redemption(&sums).depth;
    let (value, error) = ratio_of(&rows, |row| (row.discount as f64, listed(row)));
    close(depth.value, value, 1e-12);
    close(depth.high, value + Z * error, 1e-9);
    assert_eq!(redemption(&sums).promised_depth, Some(0.15));
}

#[test]
fn money_is_exact_and_the_cost_is_rounded_once() {
    let rows = [Row { net: 101, discount: 9, margin: 40, cost: 3_333, ..Row::default() }; 3];
    let found = recovered(&cell(&rows), Currency::USD);
    assert_eq!((found.net, found.one_time.gross, found.one_time.discounts), (Home(303), Home(330), Home(27)));
    assert_eq!((found.channel_cost, found.margin_after_cost), (Home(1), Home(119)), "9,999 millionths are a cent");
    assert_eq!((found.return_on_spend.low, found.return_on_spend.interval), (None, IntervalKind::None), "nobody returned yet");
}

#[test]
fn nothing_to_divide_by_is_no_value() {
    let nobody = Cell::default();
    assert_eq!(win_back_rate(&nobody).value, None);
    assert_eq!(recovered(&nobody, Currency::USD).return_on_spend.value, None);
    assert_eq!(cost_per_win_back(&nobody, Currency::USD).value, None);
    assert_eq!(redemption(&nobody).depth.value, None);
    assert_eq!(discount_anyway(&Arms::default()).value, None);
    assert_eq!(next_unit(&[], Currency::USD).average.value, None);
    assert_eq!(left_again(&nobody, &nobody).of_assigned.value, None);
}

#[test]
fn the_discount_of_those_who_would_have_come_is_worked_by_hand() {
    let back = Row { returned: true, net: 1_800, ..Row::default() };
    let with_code = Row { discount: 200, ..back };
    let rows = |counts: [(Row, usize); 3]| counts.iter().flat_map(|(row, n)| vec![*row; *n]).collect::<Vec<_>>();
    let treated = cell(&rows([(with_code, 50), (back, 50), (Row::default(), 900)]));
    let held_out = |n: usize, k: usize| cell(&rows([(back, k), (Row::default(), n - k), (Row::default(), 0)]));
    // 80 of the 100 returns would have been anyway, and a return took off 100 on average.
    let found = discount_anyway(&Arms { contacted: treated.clone(), held_out: held_out(1_000, 80) });
    close(found.value, 8_000.0, 1e-9);
    let factor = (Z * (0.92_f64 / 80.0 + 0.01).sqrt()).exp();
    close(found.low, 8_000.0 / factor, 1e-6);
    close(found.high, 10_000.0, 1e-9);
    assert_eq!((found.count, found.interval), (50, IntervalKind::Log));
    let few = discount_anyway(&Arms { contacted: treated.clone(), held_out: held_out(100, 8) });
    assert_eq!((few.value, few.low), (Some(8_000.0), None), "eight returns say too little");
    let worse = discount_anyway(&Arms { contacted: treated, held_out: held_out(100, 40) });
    assert_eq!(worse.value, Some(10_000.0), "never more than was given");
}

/// 95 % intervals hold what is true in 90 % of 150 worlds at least: 2.8 standard errors below.
#[test]
fn the_interval_of_the_discount_given_anyway_holds() {
    let (natural, lift, uses) = (0.15, 0.10, 0.5);
    let mut random = Random::new(5);
    let mut held = 0;
    for _ in 0..150 {
        let mut arm = |n: usize, rate: f64| -> Vec<Row> {
            (0..n)
                .map(|_| {
                    let returned = random.unit() < rate;
                    let discount = if returned && random.unit() < uses { 100 + random.below(200) as i64 } else { 0 };
                    Row { returned, net: if returned { 2_000 } else { 0 }, discount, ..Row::default() }
                })
                .collect()
        };
        let contacted = cell(&arm(800, natural + lift));
        let held_out = cell(&arm(400, natural));
        // The expected discount of a return times the expected returns without contact.
        let truth = 800.0 * natural * uses * 199.5;
        let found = discount_anyway(&Arms { contacted, held_out });
        held += usize::from(found.low.unwrap() <= truth && truth <= found.high.unwrap());
    }
    assert!(held >= 135, "{held} of 150");
}

#[test]
fn the_next_unit_earns_what_groups_say() {
    // Margins of ±50 around 100, and twice the cost in cents more where somebody is contacted.
    let group = |cents: i64, people: usize, factor: i64| {
        let arm = |more: i64, cost: i64| -> Vec<Row> {
            let row = |place: usize| Row {
                margin: 100 + more + if place.is_multiple_of(2) { 50 } else { -50 },
                cost,
                ..Row::default()
            };
            (0..people).map(row).collect()
        };
        Group { contacted: cell(&arm(factor * cents, cents * 10_000)), held_out: cell(&arm(0, 0)) }
    };
    let groups = [group(10, 100, 2), group(20, 200, 2), group(40, 100, 2)];
    let found = next_unit(&groups, Currency::USD);
    close(found.average.value, 2.0, 1e-9);
    close(found.marginal.and_then(|marginal| marginal.value), 2.0, 1e-9);
    // Spending more a person brings less for each unit: 30 for 10, 40 for 20, 50 for 40.
    let falling = [group(10, 100, 3), group(20, 100, 2), group(40, 100, 1)];
    let found = next_unit(&falling, Currency::USD);
    close(found.average.value, 110.0 / 70.0, 1e-9);
    assert!(found.marginal.unwrap().value.unwrap() < 0.5);
    assert_eq!(next_unit(&groups[..2], Currency::USD).marginal, None, "two groups have no slope to trust");
    let same = [group(10, 100, 2), group(10, 150, 3), group(10, 100, 1)];
    assert_eq!(next_unit(&same, Currency::USD).marginal, None);
    // The average's error by hand: each e has 2 · 2500 · n/(n − 1)/n.
    let variance = |n: f64| 2.0 * 2_500.0 / (n - 1.0);
    let sum = 2.0 * 1e4 * variance(100.0) + 4e4 * variance(200.0);
    let cost: f64 = 100.0 * 10.0 + 200.0 * 20.0 + 100.0 * 40.0;
    close(next_unit(&groups, Currency::USD).average.high, 2.0 + Z * sum.sqrt() / cost, 1e-9);
}

#[test]
fn who_left_again_is_told_of_returns_and_of_all() {
    let back = |left_again| Row { returned: true, left_again, ..Row::default() };
    let rows = [back(Some(true)), back(Some(false)), back(Some(false)), back(None), Row::default()];
    let found = left_again(&cell(&rows), &cell(&rows[..3]));
    close(found.of_returned.value, 1.0 / 3.0, 1e-12);
    assert_eq!((found.of_returned.count, found.of_assigned.count), (3, 3));
}

#[test]
fn dimensions_are_told_apart_by_arm_and_only_when_ripe() {
    let one = cell(&[Row { returned: true, ..Row::default() }]);
    let key = |arm, ripe, hour| Key { campaign: 1, arm, ripe, from: Day(0), dimension: Dimension::Hour(hour) };
    let cells = [
        (key(Arm::Contacted, true, 9), one.clone()),
        (Key { campaign: 2, ..key(Arm::Contacted, true, 9) }, one.clone()),
        (key(Arm::Contacted, false, 9), one.clone()),
        (key(Arm::Holdout, true, 9), one.clone()),
        (key(Arm::GlobalHoldout, true, 9), one.clone()),
        (key(Arm::LeftOut, true, 9), one.clone()),
        (key(Arm::Contacted, true, 14), one.clone()),
        (Key { dimension: Dimension::All, ..key(Arm::Contacted, true, 0) }, one),
    ];
    let found = by_dimension(cells.iter().map(|(key, cell)| (key, cell)), "hour");
    let counts: Vec<_> = found.iter().map(|(at, arms)| (at.code(), arms.contacted.assigned, arms.held_out.assigned)).collect();
    assert_eq!(counts, [("hour:9".to_owned(), 2, 2), ("hour:14".to_owned(), 1, 0)]);
}
