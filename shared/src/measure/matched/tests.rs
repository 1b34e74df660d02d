use super::*;
use crate::random::Random;

fn customer(id: i64, index: i32, acquired: i32, tenure: i32, value: i64) -> Customer {
    Customer { id, index: Day(index), acquired, tenure, value, later: vec![value / 10; 3] }
}

#[test]
fn pairs_share_day_and_month_and_are_near() {
    let won_back = [customer(1, 10, 5, 100, 1_000), customer(2, 10, 5, 900, 9_000), customer(3, 11, 5, 100, 1_000)];
    let never_left = [
        customer(11, 10, 5, 101, 1_010),
        customer(12, 10, 5, 100, 1_000),
        customer(13, 10, 6, 900, 9_000),
        customer(14, 12, 5, 100, 1_000),
        customer(15, 10, 5, 500, 9_000),
    ];
    let found = matched(&won_back, &never_left, CALIPER);
    assert_eq!((found.pairs.as_slice(), found.unmatched), ([(1, 12)].as_slice(), 2));
    assert_eq!(found.months.len(), 3);
}

#[test]
fn nobody_is_given_twice_not_even_on_another_day() {
    let won_back = [customer(1, 10, 5, 100, 1_000), customer(2, 11, 5, 101, 1_000), customer(3, 10, 5, 500, 4_000)];
    let never_left = [
        customer(9, 10, 5, 102, 1_000),
        customer(9, 11, 5, 101, 1_000),
        customer(1, 10, 5, 100, 1_000),
        customer(8, 10, 5, 900, 90),
    ];
    let found = matched(&won_back, &never_left, CALIPER);
    assert_eq!(found.pairs, [(2, 9)], "the nearer pair, and nobody with themselves");
    assert_eq!(found.unmatched, 2);
}

#[test]
fn later_value_is_of_pairs_in_which_the_month_is_over() {
    let mut won_back = [customer(1, 10, 5, 100, 1_000), customer(2, 10, 5, 100, 1_000), customer(3, 10, 5, 100, 1_000)];
    let mut never_left = [customer(11, 10, 5, 100, 1_000), customer(12, 10, 5, 100, 1_000), customer(13, 10, 5, 100, 1_000)];
    for (customer, later) in won_back.iter_mut().zip([vec![10, 1], vec![20], vec![60, 5]]) {
        customer.later = later;
    }
    for (customer, later) in never_left.iter_mut().zip([vec![10, 2], vec![10, 9], vec![10, 2]]) {
        customer.later = later;
    }
    let found = matched(&won_back, &never_left, CALIPER);
    assert_eq!((found.pairs.len(), found.balanced, found.tenure.after), (3, true, 0.0));
    let month = found.months[0];
    assert_eq!((month.month, month.won_back.value, month.never_left.value, month.difference.value), (1, 30.0, 10.0, 20.0));
    // Student's 4.302653 with two degrees of freedom; the variance of 10, 20 and 60 is 700.
    let high = 30.0 + 4.302_653 * (700.0_f64 / 3.0).sqrt();
    assert!((month.won_back.high.unwrap() - high).abs() < 1e-3, "{:?}", month.won_back);
    assert_eq!((found.months[1].won_back.n, found.months[1].won_back.value), (2, 3.0));
    assert_eq!(found.months.len(), 2);
}

#[test]
fn unlike_groups_become_alike() {
    let mut random = Random::new(3);
    let mut rows = |from: i64, count: i64, older: f64| -> Vec<Customer> {
        (from..from + count)
            .map(|id| {
                let age = 400.0 + older + 100.0 * random.normal();
                let value = libm::exp(8.0 + older / 200.0 + 0.5 * random.normal());
                let later = vec![value as i64 / 12; 12];
                Customer { later, ..customer(id, 10 + i32::try_from(id % 2).unwrap(), 5, age as i32, value as i64) }
            })
            .collect()
    };
    let (mut won_back, mut never_left) = (rows(0, 300, 0.0), rows(1_000, 1_500, 60.0));
    let found = matched(&won_back, &never_left, CALIPER);
    assert!(found.tenure.before < -0.5 && found.value.before < -0.5, "{found:?}");
    assert!(found.balanced, "{:?} {:?}", found.tenure, found.value);
    assert!(found.pairs.len() > 250 && found.pairs.len() + found.unmatched == 300, "{}", found.pairs.len());
    let last = found.months[11].difference;
    assert!(last.low < Some(0.0) && last.high > Some(0.0), "alike people bring as much");
    won_back.reverse();
    never_left.rotate_left(77);
    assert_eq!(matched(&won_back, &never_left, CALIPER), found, "order changes nothing");
}

#[test]
fn edges_have_an_answer() {
    let none = matched(&[], &[], CALIPER);
    assert_eq!((none.pairs.len(), none.unmatched, none.balanced, none.months.len()), (0, 0, false, 0));
    let one = matched(&[customer(1, 1, 1, 5, -50)], &[customer(2, 1, 1, 5, 0)], CALIPER);
    assert_eq!((one.pairs.as_slice(), one.months[0].won_back.low), ([(1, 2)].as_slice(), None));
    let alone = matched(&[customer(1, 1, 1, 5, 10)], &[], CALIPER);
    assert_eq!((alone.unmatched, alone.balanced), (1, false));
}
