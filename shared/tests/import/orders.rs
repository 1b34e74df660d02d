use shared::import::{Key, Kind, Occurrences, Rows};

use super::{orders, read, read_like, refused};

const HEADER: &str = "order_id,email,date,amount,currency,refunded,discount,status,cancelled_at,item,code\n";

const GOOD: &str = "1,a@example.com,2026-01-18,59.90,EUR,1.00,5.00,paid,2026-01-19,Tea,WELCOME5\n";

/// Amount, refunded and status of each order, and line and field of each refusal.
fn check(rows: &str, expected: &[(i64, i64, &str)], expected_refused: &[(u64, Option<&str>)]) {
    let parsed = read_like(format!("{HEADER}{GOOD}"), format!("{HEADER}{rows}"), Kind::Orders);
    let found: Vec<_> = orders(&parsed).iter().map(|row| (row.amount, row.refunded, row.status.as_str())).collect();
    assert_eq!((found, refused(&parsed)), (expected.to_vec(), expected_refused.to_vec()), "{rows}\n{:?}", parsed.rejected);
}

#[test]
fn a_row_becomes_an_order() {
    let parsed = read(
        format!("{HEADER}1001,Ada@Example.com,2026-01-18 10:24,59.90,EUR,,5.00,paid,,Green tea; Pot,WELCOME5\n"),
        Kind::Orders,
    );
    let [row] = orders(&parsed) else { panic!("{parsed:?}") };
    assert_eq!(row.key, Key::Own("1001".into()));
    assert_eq!(row.who.email.as_deref(), Some("ada@example.com"));
    assert_eq!(row.ordered_at.rfc3339(), "2026-01-18T10:24:00Z");
    assert_eq!((row.line, row.amount, row.currency.as_str(), row.discount), (2, 5990, "EUR", 500));
    assert_eq!(
        (row.items.as_slice(), row.codes.as_slice()),
        (&["Green tea".to_owned(), "Pot".into()][..], &["WELCOME5".to_owned()][..])
    );
}

#[test]
fn lines_of_one_order_become_one_order_with_its_items() {
    let parsed = read(
        "Name,Email,Financial Status,Total,Currency,Created at,Lineitem name,Refunded Amount\n\
         #1001,a@example.com,paid,59.90,EUR,2026-01-18 10:24:05 -0500,Green tea,0.00\n\
         #1001,a@example.com,,,,2026-01-18 10:24:05 -0500,Pot,\n\
         #1001,a@example.com,,,,2026-01-18 10:24:05 -0500,Cup,\n\
         #1002,b@example.com,paid,5.00,EUR,2026-01-19 10:24:05 -0500,Cup,0.00\n",
        Kind::Orders,
    );
    let found: Vec<_> = orders(&parsed).iter().map(|row| (row.line, row.amount, row.items.join("+"))).collect();
    assert_eq!(found, [(2, 5990, "Green tea+Pot+Cup".into()), (5, 500, "Cup".into())]);
    assert_eq!((parsed.rows_read, parsed.rejected.len()), (4, 0));
}

#[test]
fn a_total_that_is_repeated_or_zero_on_later_lines_is_counted_once() {
    check(
        "1,a@example.com,2026-01-18,50.00,,,,,,Tea,\n1,a@example.com,2026-01-18,50.00,,,,,,Pot,\n1,a@example.com,2026-01-18,0,,,,,,Cup,\n",
        &[(5000, 0, "paid")],
        &[],
    );
}

#[test]
fn one_order_with_two_totals_is_refused_whole_with_a_fix() {
    let rows = "1,a@example.com,2026-01-18,50.00,,,,,,,\n1,a@example.com,2026-01-18,20.00,,,,,,,\n2,a@example.com,2026-01-18,7.00,,,,,,,\n";
    check(rows, &[(700, 0, "paid")], &[(2, Some("amount")), (3, Some("amount"))]);
    let parsed = read(format!("{HEADER}{rows}"), Kind::Orders);
    assert_eq!(parsed.rejected[0].reason, "the same order has the total 50.00 on line 2 and 20.00 on another");
    assert!(parsed.rejected[0].fix.contains("rather than the price of an item"));
    assert_eq!(parsed.rejected[0].raw, "1,a@example.com,2026-01-18,50.00,,,,,,,");
}

#[test]
fn one_order_in_two_currencies_is_refused_whole() {
    check(
        "1,a@example.com,2026-01-18,50.00,EUR,,,,,,\n1,a@example.com,2026-01-18,50.00,GBP,,,,,,\n",
        &[],
        &[(2, Some("amount")), (3, Some("amount"))],
    );
}

#[test]
fn a_line_of_an_order_for_another_customer_is_refused_alone() {
    check(
        "1,a@example.com,2026-01-18,50.00,,,,,,,\n1,b@example.com,2026-01-18,50.00,,,,,,,\n",
        &[(5000, 0, "paid")],
        &[(3, Some("email"))],
    );
}

#[test]
fn a_negative_line_is_a_refund_of_the_order_beside_it_before_or_after() {
    check("1,a@example.com,2026-01-18,50.00,,,,,,,\n1,a@example.com,2026-01-20,-20.00,,,,,,,\n", &[(5000, 2000, "paid")], &[]);
    check(
        "1,a@example.com,2026-01-20,(50.00),,,,,,,\n1,a@example.com,2026-01-18,50.00,,,,,,,\n",
        &[(5000, 5000, "refunded")],
        &[],
    );
    let parsed = read(
        format!("{HEADER}1,a@example.com,2026-01-20,-20.00,,,,,,,\n1,a@example.com,2026-01-18,50.00,,,,,,,\n"),
        Kind::Orders,
    );
    assert_eq!(orders(&parsed)[0].ordered_at.rfc3339(), "2026-01-18T12:00:00Z", "the order's own line says when it was placed");
}

#[test]
fn a_negative_amount_without_its_order_is_refused_with_a_fix() {
    check(
        "1,a@example.com,2026-01-18,-20.00,,,,,,,\n2,a@example.com,2026-01-18,5.00,,,,,,,\n",
        &[(500, 0, "paid")],
        &[(2, Some("amount"))],
    );
    let parsed = read("email,date,amount\na@example.com,2026-01-18,-20.00\n", Kind::Orders);
    assert_eq!(parsed.rejected[0].fix, "Put refunds in a refunded column, or let them follow their order under its number.");
}

#[test]
fn more_refunded_than_paid_is_refused() {
    check("1,a@example.com,2026-01-18,50.00,,50.01,,,,,\n", &[], &[(2, Some("refunded"))]);
    check("1,a@example.com,2026-01-18,50.00,,,,,,,\n1,a@example.com,2026-01-18,-50.01,,,,,,,\n", &[], &[(2, Some("refunded"))]);
}

#[test]
fn refunds_discounts_and_statuses_have_one_meaning_each() {
    check("1,a@example.com,2026-01-18,50.00,,50.00,,,,,\n", &[(5000, 5000, "refunded")], &[]);
    check("1,a@example.com,2026-01-18,50.00,,,,refunded,,,\n", &[(5000, 5000, "refunded")], &[]);
    check("1,a@example.com,2026-01-18,50.00,,-10.00,-5.00,Partially Refunded,,,\n", &[(5000, 1000, "paid")], &[]);
    check("1,a@example.com,2026-01-18,50.00,,,,wc-on-hold,,,\n", &[(5000, 0, "pending")], &[]);
    check("1,a@example.com,2026-01-18,50.00,,,,storniert,,,\n", &[(5000, 0, "cancelled")], &[]);
    check("1,a@example.com,2026-01-18,50.00,,,,,2026-01-19,,\n", &[(5000, 0, "cancelled")], &[]);
    check(
        "1,a@example.com,2026-01-18,5.00,,,,paid,,,\n2,a@example.com,2026-01-18,5.00,,,,somewhere,,,\n",
        &[(500, 0, "paid")],
        &[(3, Some("status"))],
    );
}

#[test]
fn zero_is_an_amount_and_nothing_is_none() {
    check("1,a@example.com,2026-01-18,0,,,,,,,\n2,a@example.com,2026-01-18,,,,,,,,\n", &[(0, 0, "paid")], &[(3, Some("amount"))]);
}

#[test]
fn a_row_without_customer_or_date_or_with_an_unreadable_cell_is_refused_alone() {
    check(
        "1,,2026-01-18,5.00,,,,,,,\n\
         2,a@example.com,,5.00,,,,,,,\n\
         3,a@example.com,18/18/2026,5.00,,,,,,,\n\
         4,a@example.com,2026-01-18,five,,,,,,,\n\
         5,a@example,2026-01-18,5.00,,,,,,,\n\
         6,a@example.com,2026-01-18,5.00,ZZZ,,,,,,\n\
         7,a@example.com,2026-01-18,5.00,,,,,,,\n",
        &[(500, 0, "paid")],
        &[
            (2, Some("email")),
            (3, Some("date")),
            (4, Some("date")),
            (5, Some("amount")),
            (6, Some("email")),
            (7, Some("currency")),
        ],
    );
}

#[test]
fn dates_a_little_ahead_become_now_and_are_counted_and_later_ones_are_refused() {
    let parsed = read(
        "order_id,email,date,amount\n1,a@example.com,2026-06-02T12:00:00Z,5.00\n2,a@example.com,2026-06-04,5.00\n3,a@example.com,2026-05-01,5.00\n",
        Kind::Orders,
    );
    let found: Vec<_> = orders(&parsed).iter().map(|row| row.ordered_at.rfc3339()).collect();
    assert_eq!(found, [super::NOW, "2026-05-01T12:00:00Z"]);
    assert_eq!(parsed.moved_to_now, 1);
    assert_eq!(refused(&parsed), [(3, Some("date"))]);
    assert!(parsed.rejected[0].fix.starts_with("Check the date order"));
}

#[test]
fn rows_without_an_order_number_are_told_apart_by_content_and_count() {
    let file = "email,date,amount\na@example.com,2026-01-18,5.00\na@example.com,2026-01-18,5.00\na@example.com,2026-01-18,6.00\n\
                a@example.com,2026-01-18,5.00\n";
    let keys = || {
        let mut parsed = read(file, Kind::Orders);
        Occurrences::new().number(&mut parsed.rows);
        let Rows::Orders(rows) = parsed.rows else { panic!("orders") };
        rows.into_iter().map(|row| row.key).collect::<Vec<_>>()
    };
    let nth = |key: &Key| if let Key::Content { nth, .. } = key { *nth } else { panic!("{key:?}") };
    assert_eq!(keys().iter().map(nth).collect::<Vec<_>>(), [0, 1, 0, 2]);
    assert_eq!(keys(), keys());
    let distinct: std::collections::BTreeSet<String> = keys().iter().map(|key| format!("{key:?}")).collect();
    assert_eq!(distinct.len(), 4);
}

#[test]
fn a_blank_order_number_is_no_number() {
    let parsed =
        read(format!("{HEADER},a@example.com,2026-01-18,5.00,,,,,,,\n,a@example.com,2026-01-18,6.00,,,,,,,\n"), Kind::Orders);
    assert!(orders(&parsed).iter().all(|row| matches!(row.key, Key::Content { .. })));
    assert_eq!(orders(&parsed).len(), 2);
}

#[test]
fn the_key_of_a_row_does_not_change_with_the_date_order_or_the_zone() {
    let file = b"email,date,amount\na@example.com,3/4/2026,5.00\n";
    let key = |zone: &str, order| {
        let mut options = shared::import::guess(file, Some(Kind::Orders), &super::defaults()).options;
        options.time_zone = zone.into();
        options.date_order = order;
        let mut parser = shared::import::Parser::new(options, super::now()).expect("options");
        orders(&parser.push(file))[0].key.clone()
    };
    use shared::import::DateOrder::{DayFirst, MonthFirst};
    assert_eq!(key("UTC", DayFirst), key("Asia/Tokyo", MonthFirst));
}

#[test]
fn an_order_keeps_a_hundred_items_and_an_endless_one_is_closed() {
    let line = |n: usize| format!("1,a@example.com,2026-01-18,5.00,,,,,,Item {n},\n");
    let parsed = read(format!("{HEADER}{}", (0..300).map(line).collect::<String>()), Kind::Orders);
    assert_eq!(orders(&parsed).iter().map(|row| row.items.len()).collect::<Vec<_>>(), [100]);
    let bad = "1,b@example.com,2026-01-18,5.00,,,,,,,\n".repeat(200);
    let parsed = read(format!("{HEADER}{}{bad}", line(1)), Kind::Orders);
    assert_eq!(
        parsed.rejected.len() + orders(&parsed).iter().filter(|row| row.line > 2).count(),
        51,
        "then the next lines begin an order"
    );
}
