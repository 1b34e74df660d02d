//! The start of a file as corrected options read it.

use serde::{Deserialize, Serialize};

use super::{Encoding, Options};

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
    let encoding = match options.encoding {
        Encoding::Utf8 => encoding_rs::UTF_8,
        Encoding::Utf16Le => encoding_rs::UTF_16LE,
        Encoding::Utf16Be => encoding_rs::UTF_16BE,
        Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
    };
    let (text, _) = encoding.decode_with_bom_removal(sample);
    let mut records = records(text.as_bytes(), u8::try_from(options.delimiter).unwrap_or(b',')).into_iter();
    let header = if options.header { records.next() } else { None };
    let rows: Vec<Vec<String>> = records.take(ROWS).collect();
    let columns = rows.iter().map(Vec::len).chain(header.as_ref().map(Vec::len)).max().unwrap_or(0);
    let mut names = header.unwrap_or_default().into_iter();
    let headers =
        (1..=columns).map(|at| names.next().filter(|name| !name.is_empty()).unwrap_or_else(|| format!("Column {at}"))).collect();
    Preview { headers, rows }
}

/// The first records, one more than the rows that are shown: it may be the header.
fn records(text: &[u8], delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), Vec::new());
    let (mut rest, mut piece) = (text, [0; 1024]);
    while records.len() <= ROWS {
        let (result, read, written) = reader.read_field(rest, &mut piece);
        rest = rest.get(read..).unwrap_or_default();
        cell.extend_from_slice(piece.get(..written).unwrap_or_default());
        match result {
            csv_core::ReadFieldResult::InputEmpty | csv_core::ReadFieldResult::OutputFull => {}
            csv_core::ReadFieldResult::Field { record_end } => {
                record.push(cut(&std::mem::take(&mut cell)));
                if record_end {
                    records.push(std::mem::take(&mut record));
                }
            }
            csv_core::ReadFieldResult::End => break,
        }
    }
    records
}

fn cut(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).trim().chars().take(CELL).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{DateOrder, Kind};
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
