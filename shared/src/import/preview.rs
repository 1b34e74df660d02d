//! The start of a file as corrected options read it.

use serde::{Deserialize, Serialize};

use super::row::column_name;
use super::{Options, sample};

/// What a person judges the options by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// The names of the columns; `Column 1`, `Column 2`, … where the file names none.
    pub headers: Vec<String>,
    /// The first rows after the header, at most 8, each cell cut at 200 characters.
    pub rows: Vec<Vec<String>>,
}

const ROWS: usize = 8;
const CELL: usize = 200;

/// Reads the first bytes of a file under `options`; a piece that ends inside a row or a character is fine.
pub fn preview(sample: &[u8], options: &Options) -> Preview {
    let delimiter = u8::try_from(options.delimiter).unwrap_or(b',');
    let mut rows = sample::rows(sample, options.encoding, delimiter, ROWS + 1);
    rows.iter_mut().flatten().for_each(|cell| *cell = super::refusal::cut(cell, CELL).to_owned());
    let names = if options.header && !rows.is_empty() { rows.remove(0) } else { Vec::new() };
    rows.truncate(ROWS);
    let width = rows.iter().map(Vec::len).chain([names.len()]).max().unwrap_or(0);
    let name = |at: usize| names.get(at).filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| column_name(at));
    Preview { headers: (0..width).map(name).collect(), rows }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{DateOrder, Encoding, Kind};
    use crate::money::Currency;

    fn options(encoding: Encoding, delimiter: char, header: bool) -> Options {
        Options {
            kind: Kind::Orders,
            encoding,
            delimiter,
            header,
            date_order: DateOrder::YearFirst,
            decimal_comma: false,
            columns: Default::default(),
            currency: Currency::USD,
            time_zone: "UTC".into(),
            shift_days: 0,
        }
    }

    fn check(sample: &[u8], options: &Options, headers: &[&str], rows: &[&[&str]]) {
        let shown = preview(sample, options);
        assert_eq!(shown.headers, headers);
        assert_eq!(shown.rows, rows);
    }

    #[test]
    fn another_delimiter_cuts_other_columns() {
        let sample = b"id;amount,net\n1;5,00\n";
        check(sample, &options(Encoding::Utf8, ';', true), &["id", "amount,net"], &[&["1", "5,00"]]);
        check(sample, &options(Encoding::Utf8, ',', true), &["id;amount", "net"], &[&["1;5", "00"]]);
    }

    #[test]
    fn a_file_without_a_header_gets_numbered_columns_and_keeps_its_first_row() {
        check(b"1,2\n3\n", &options(Encoding::Utf8, ',', false), &["Column 1", "Column 2"], &[&["1", "2"], &["3"]]);
    }

    #[test]
    fn another_encoding_reads_other_letters_and_a_mark_at_the_start_is_left_out() {
        check(b"Caf\xe9,x\n", &options(Encoding::Windows1252, ',', true), &["Café", "x"], &[]);
        let utf16: Vec<u8> = [0xfeff, u16::from(b'a'), u16::from(b'\n')].iter().flat_map(|unit| unit.to_le_bytes()).collect();
        check(&utf16, &options(Encoding::Utf16Le, ',', true), &["a"], &[]);
    }

    #[test]
    fn nothing_shows_nothing() {
        check(b"", &options(Encoding::Utf8, ',', true), &[], &[]);
    }
}
