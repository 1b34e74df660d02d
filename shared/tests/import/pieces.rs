//! The same rows whatever the pieces are, and however often the parser is stored between them.

use proptest::prelude::*;
use shared::import::{DateOrder, Encoding, Kind, Options, Parsed, Parser, Rows, validate};
use shared::money::Currency;

use super::{joined, now};

fn options(kind: Kind, encoding: Encoding) -> Options {
    let fields: &[&str] = match kind {
        Kind::Orders => &["order_id", "email", "date", "amount", "item"],
        Kind::Customers => &["customer_id", "email", "created_at", "email_consent", "tags"],
        Kind::Events => &["event_id", "email", "time", "event", "properties"],
        Kind::Rates => &["currency", "rate", "date"],
        Kind::Contacts => &["account_id", "email", "created_at", "email_consent", "tags"],
        Kind::Accounts => &["customer_id", "email", "created_at", "name", "tags"],
        Kind::Subscriptions => &["subscription_id", "email", "started_at", "amount", "plan"],
        Kind::Tickets => &["ticket_id", "email", "opened_at", "tone", "text"],
        Kind::Nps => &["score", "email", "answered_at", "response_id", "comment"],
        Kind::Engagement => &["message_id", "email", "delivered_at", "machine", "campaign"],
        Kind::Consent => &["customer_id", "email", "at", "consent", "wording"],
        Kind::Suppressions => &["reason", "email", "at", "phone"],
        Kind::Products => &["product_id", "title", "status", "price", "category"],
    };
    Options {
        kind,
        encoding,
        delimiter: ',',
        header: true,
        date_order: DateOrder::YearFirst,
        decimal_comma: false,
        columns: fields.iter().zip(0..).map(|(field, index)| ((*field).to_owned(), index)).collect(),
        currency: Currency::USD,
        time_zone: "America/New_York".into(),
        shift_days: 0,
    }
}

fn encoded(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf16Le => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Encoding::Json => unreachable!("a feed is no table"),
        Encoding::Windows1252 => text.chars().map(|c| u8::try_from(c as u32).unwrap_or(b'?')).collect(),
    }
}

fn whole(file: &[u8], options: &Options) -> Parsed {
    let mut parser = Parser::new(options.clone(), now()).expect("options");
    joined(parser.push(file), parser.finish())
}

/// Stores and loads the parser between all pieces, and sees that no line comes out after a later one.
fn in_pieces(file: &[u8], options: &Options, sizes: &[usize]) -> Parsed {
    let mut parser = Parser::new(options.clone(), now()).expect("options");
    let mut all = Parsed::empty(options.kind);
    let (mut rest, mut newest) = (file, 0);
    for size in sizes.iter().cycle() {
        let (piece, after) = rest.split_at(rest.len().min(*size));
        let parsed = parser.push(piece);
        assert!(lines(&parsed).all(|line| line > newest), "a line came out after a later one");
        newest = lines(&parsed).max().unwrap_or(newest);
        all = joined(all, parsed);
        parser = serde_json::from_str(&serde_json::to_string(&parser).expect("json")).expect("stored");
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    joined(all, parser.finish())
}

fn lines(parsed: &Parsed) -> Box<dyn Iterator<Item = u64> + '_> {
    let rejected = parsed.rejected.iter().map(|error| error.line);
    match &parsed.rows {
        Rows::Orders(rows) => Box::new(rejected.chain(rows.iter().map(|row| row.line))),
        Rows::Customers(rows) => Box::new(rejected.chain(rows.iter().map(|row| row.line))),
        Rows::Events(rows) => Box::new(rejected.chain(rows.iter().map(|row| row.line))),
        Rows::Rates(rows) => Box::new(rejected.chain(rows.iter().map(|row| row.line))),
        Rows::Suppressions(rows) => Box::new(rejected.chain(rows.iter().map(|row| row.line))),
        Rows::Products(rows) => Box::new(rejected.chain(rows.iter().map(|row| row.line))),
    }
}

/// Cells that are often valid, and everything that could break framing.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec!["1", "2", "", "a@example.com", "b@example.com", "2026-01-18", "5.00", "-5.00", "7", "yes", "Tea", "EUR"]).prop_map(str::to_owned),
        1 => "[a-c\"',;\r\n éä€\u{1f600}\u{0}]{0,6}",
        1 => "\"[a-c,\r\n]{0,5}(\"\")?[a-c]{0,2}\"",
    ]
}

fn row() -> impl Strategy<Value = String> {
    let good = (1..4_u8, 0..3_u8, prop::sample::select(vec!["", "5.00", "7.00", "-5.00"]), "[a-z é]{0,5}")
        .prop_map(|(id, who, amount, item)| format!("{id},{}@example.com,2026-01-18,{amount},{item}", (b'a' + who) as char));
    prop_oneof![3 => good, 2 => prop::collection::vec(cell(), 0..7).prop_map(|cells| cells.join(","))]
}

fn file() -> impl Strategy<Value = String> {
    let end = prop::sample::select(vec!["\n", "\r\n", "\r", "\n\n"]);
    (prop::collection::vec((row(), end), 0..30), "[a-c\",]{0,4}").prop_map(|(rows, tail)| {
        let rows: String = rows.into_iter().map(|(row, end)| row + end).collect();
        format!("one,two,three,four,five\n{rows}{tail}")
    })
}

fn any_kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(Kind::ALL.to_vec())
}

fn any_encoding() -> impl Strategy<Value = Encoding> {
    prop::sample::select(vec![Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Windows1252])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_pieces_of_a_file_do_not_matter(
        text in file(), kind in any_kind(), encoding in any_encoding(), sizes in prop::collection::vec(1..40_usize, 1..8)
    ) {
        let (file, options) = (encoded(&text, encoding), options(kind, encoding));
        prop_assert_eq!(in_pieces(&file, &options, &sizes), whole(&file, &options));
    }

    #[test]
    fn any_bytes_at_all_are_read_without_a_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..400), kind in any_kind(), encoding in any_encoding(), size in 1..50_usize
    ) {
        let options = options(kind, encoding);
        prop_assert_eq!(in_pieces(&bytes, &options, &[size]), whole(&bytes, &options));
    }

    #[test]
    fn what_the_parser_accepts_the_worker_accepts_unchanged(text in file(), kind in any_kind()) {
        let parsed = whole(text.as_bytes(), &options(kind, Encoding::Utf8));
        let (rows, errors) = validate(parsed.rows.clone(), now());
        prop_assert_eq!(errors, vec![]);
        prop_assert_eq!(rows, parsed.rows);
    }

    #[test]
    fn each_line_is_refused_at_most_once(text in file(), kind in any_kind()) {
        let parsed = whole(text.as_bytes(), &options(kind, Encoding::Utf8));
        let mut refused: Vec<u64> = parsed.rejected.iter().map(|error| error.line).collect();
        let all = refused.len();
        refused.dedup();
        prop_assert_eq!(refused.len(), all);
    }
}

#[test]
fn a_long_row_is_skipped_alike_in_all_pieces() {
    let long = format!("1,a@example.com,2026-01-18,5.00,\"{}\"\n", "a,b,c,d\r\n".repeat(150_000));
    let text = format!("one,two,three,four,five\n{long}2,a@example.com,2026-01-18,5.00,Tea\n");
    let options = options(Kind::Orders, Encoding::Utf8);
    let expected = whole(text.as_bytes(), &options);
    assert_eq!(expected.rejected.len(), 1);
    for size in [65_536, 999_999, 1_000_000, 1_000_001] {
        assert_eq!(in_pieces(text.as_bytes(), &options, &[size]), expected, "pieces of {size}");
    }
}
