//! Files that are broken, huge or odd.

use shared::import::{Kind, Options, OptionsError, Parser, Rows, guess};

use super::{defaults, joined, now, orders, parser, read, refused};

const HEADER: &str = "order_id,email,date,amount,item\n";

fn order(id: u32) -> String {
    format!("{id},a@example.com,2026-01-18,5.00,Tea\n")
}

fn ids(parsed: &shared::import::Parsed) -> Vec<u64> {
    orders(parsed).iter().map(|row| row.line).collect()
}

#[test]
fn ragged_rows_are_refused_with_their_line_and_empty_cells_at_the_end_are_fine() {
    let parsed = read(format!("{HEADER}{}1,2\n1,2,3,4,5,6\n2,a@example.com,2026-01-18,5.00,Tea,,\n", order(1)), Kind::Orders);
    assert_eq!((ids(&parsed), refused(&parsed)), (vec![2, 5], vec![(3, None), (4, None)]));
    assert_eq!(parsed.rejected[0].reason, "the row has 2 cells and the header 5");
    assert_eq!(parsed.rejected[0].raw, "1,2");
}

#[test]
fn blank_lines_repeated_headers_and_every_line_end_are_no_rows() {
    let file = format!("\r\n{HEADER}\n,,,,\r\n{}\r{HEADER}{}   \n\n", order(1).replace('\n', "\r\n"), order(2));
    let parsed = read(file, Kind::Orders);
    assert_eq!((ids(&parsed), parsed.rows_read, refused(&parsed)), (vec![5, 8], 2, vec![]));
}

#[test]
fn quoted_line_ends_and_quotes_inside_cells_are_part_of_the_cell_and_of_the_line_count() {
    let parsed = read(format!("{HEADER}1,a@example.com,2026-01-18,5.00,\"Green\r\ntea, 5\"\" pot\"\n{}", order(2)), Kind::Orders);
    assert_eq!(orders(&parsed)[0].items, ["Green", "tea, 5\" pot"]);
    assert_eq!(ids(&parsed), [2, 4]);
    let parsed = read(format!("{HEADER}1,a@example.com,2026-01-18,5.00,5\" pot\n{}", order(2)), Kind::Orders);
    assert_eq!(orders(&parsed)[0].items, ["5\" pot"]);
}

#[test]
fn a_quote_that_is_never_closed_costs_its_own_row_only() {
    let rest: String = (2..100).map(order).collect();
    let parsed = read(format!("{HEADER}{}1,a@example.com,2026-01-18,5.00,\"Tea\n{rest}", order(1)), Kind::Orders);
    assert_eq!((orders(&parsed).len(), refused(&parsed), parsed.rows_read), (99, vec![(3, None)], 100));
    assert_eq!(parsed.rejected[0].raw, "1,a@example.com,2026-01-18,5.00,\"Tea");
}

#[test]
fn a_quote_that_a_later_one_closes_by_chance_costs_its_own_row_only() {
    let closed = "3,a@example.com,2026-01-18,5.00,\"Tea\"\n";
    let parsed = read(format!("{HEADER}1,a@example.com,2026-01-18,5.00,\"Tea\n{}{closed}{}", order(2), order(4)), Kind::Orders);
    assert_eq!((ids(&parsed), refused(&parsed)), (vec![3, 4, 5], vec![(2, None)]));
}

#[test]
fn a_quote_that_is_never_closed_in_a_large_file_costs_its_own_row_only() {
    let rest: String = (2..60_000).map(order).collect();
    assert!(rest.len() > 1_500_000);
    let file = format!("{HEADER}1,a@example.com,2026-01-18,5.00,\"Tea\n{rest}");
    let parsed = read(&file, Kind::Orders);
    assert_eq!((orders(&parsed).len(), refused(&parsed)), (59_998, vec![(2, None)]));
}

#[test]
fn a_cell_of_30_mb_is_refused_with_its_line_and_never_held() {
    let mut parser = parser(format!("{HEADER}{}", order(1)).as_bytes(), Kind::Orders);
    let mut parsed = parser.push(format!("{HEADER}{}2,a@example.com,2026-01-18,5.00,\"", order(1)).as_bytes());
    let piece = "a line of a text without an end\n".repeat(1_000_000 / 32);
    let mut stored = 0;
    for _ in 0..30 {
        parsed = joined(parsed, parser.push(piece.as_bytes()));
        stored = stored.max(serde_json::to_string(&parser).expect("json").len());
    }
    parsed = joined(parsed, parser.push(format!("\"\n{}", order(3)).as_bytes()));
    parsed = joined(parsed, parser.finish());
    let lines = 30 * (1_000_000 / 32);
    assert_eq!((ids(&parsed), refused(&parsed)), (vec![2, 4 + lines], vec![(3, None)]));
    assert!(parsed.rejected[0].reason.contains("longer than 1 MB"));
    assert!(parsed.rejected[0].raw.chars().count() == 2_000);
    assert!(stored < 1_500_000, "{stored} bytes stored between two pieces");
}

#[test]
fn a_line_of_30_mb_without_quotes_is_refused_too() {
    let file = format!("{HEADER}{}2,{}\n{}", order(1), "x".repeat(30_000_000), order(3));
    let parsed = read(file, Kind::Orders);
    assert_eq!((ids(&parsed), refused(&parsed), parsed.rows_read), (vec![2, 4], vec![(3, None)], 3));
}

#[test]
fn nul_bytes_and_marks_are_dropped() {
    let parsed = read(format!("\u{feff}{HEADER}1,a@example.com\0,2026-01-18,5.00,T\0ea\n\0\0\0\n"), Kind::Orders);
    assert_eq!(orders(&parsed)[0].items, ["Tea"]);
    assert_eq!(parsed.rows_read, 1);
}

#[test]
fn every_encoding_gives_the_same_rows() {
    let text = format!("{HEADER}1,a@example.com,2026-01-18,5.00,Café crème\n");
    let le: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let be: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    let windows: Vec<u8> = text.chars().map(|c| c as u8).collect();
    for bytes in [text.clone().into_bytes(), format!("\u{feff}{text}").into_bytes(), le, be, windows] {
        assert_eq!(orders(&read(bytes, Kind::Orders))[0].items, ["Café crème"]);
    }
}

#[test]
fn a_file_without_a_header_is_read_from_its_first_line() {
    let parsed = read("17,2026-01-18,29.33\n18,2026-01-19,11.77\n", Kind::Orders);
    assert_eq!(ids(&parsed), [1, 2]);
}

#[test]
fn an_empty_file_gives_nothing() {
    for file in ["", "\n", HEADER] {
        let options = guess(format!("{HEADER}{}", order(1)).as_bytes(), Some(Kind::Orders), &defaults()).options;
        let mut parser = Parser::new(options, now()).expect("options");
        let parsed = joined(parser.push(file.as_bytes()), parser.finish());
        assert_eq!((parsed.rows, parsed.rejected, parsed.rows_read), (Rows::Orders(vec![]), vec![], 0));
    }
}

#[test]
fn options_that_do_not_fit_are_refused_in_words() {
    let good = guess(format!("{HEADER}{}", order(1)).as_bytes(), Some(Kind::Orders), &defaults()).options;
    let check = |change: &dyn Fn(&mut Options), expected: OptionsError| {
        let mut options = good.clone();
        change(&mut options);
        assert_eq!(Parser::new(options, now()).err(), Some(expected));
    };
    check(&|options| _ = options.columns.insert("colour".into(), 9), OptionsError::UnknownField("colour".into()));
    check(&|options| _ = options.columns.remove("amount"), OptionsError::MissingField("Order total"));
    check(&|options| _ = options.columns.remove("email"), OptionsError::MissingCustomer);
    check(&|options| _ = options.columns.insert("code".into(), 0), OptionsError::ColumnTwice(0));
    check(&|options| options.delimiter = '"', OptionsError::Delimiter);
    check(&|options| options.delimiter = '→', OptionsError::Delimiter);
    check(&|options| options.time_zone = "Mars/Base".into(), OptionsError::TimeZone("Mars/Base".into()));
    check(&|options| options.shift_days = i32::MIN, OptionsError::ShiftDays);
}

#[test]
fn a_parser_stored_by_another_version_is_refused() {
    let stored = serde_json::to_string(&parser(HEADER.as_bytes(), Kind::Orders)).expect("json");
    assert!(serde_json::from_str::<Parser>(&stored).is_ok());
    let other = stored.replace("\"schema\":1", "\"schema\":2");
    assert!(serde_json::from_str::<Parser>(&other).expect_err("schema").to_string().contains("another version"));
}
