//! The cells of one row.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// Reads row after row into the same memory.
#[derive(Debug, Clone)]
pub(super) struct Record {
    reader: Reader,
    text: String,
    /// Where each cell ends in `text`.
    ends: Vec<usize>,
    spare: Vec<u8>,
}

impl Record {
    pub(super) fn new(delimiter: u8) -> Self {
        Self {
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            text: String::new(),
            ends: Vec::new(),
            spare: Vec::new(),
        }
    }

    /// One row without its line end.
    pub(super) fn read(&mut self, row: &str) {
        self.reader.reset();
        let mut bytes = std::mem::take(&mut self.spare);
        bytes.resize(row.len() + 1, 0);
        self.ends.resize(self.ends.capacity().max(32), 0);
        let (mut input, mut written, mut cells) = (row.as_bytes(), 0, 0);
        while let (Some(output), Some(ends)) = (bytes.get_mut(written..), self.ends.get_mut(cells..)) {
            let (result, read, wrote, ended) = self.reader.read_record(input, output, ends);
            input = input.get(read..).unwrap_or_default();
            written += wrote;
            cells += ended;
            match result {
                // An empty input tells it that the row ends here.
                ReadRecordResult::InputEmpty => input = &[],
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::OutputFull | ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        bytes.truncate(written);
        self.ends.truncate(cells);
        // Unquoting takes whole ASCII characters out of valid text and leaves valid text.
        let text = String::from_utf8(bytes).unwrap_or_default();
        self.spare = std::mem::replace(&mut self.text, text).into_bytes();
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Empty where the row has no such cell.
    pub(super) fn cell(&self, index: usize) -> &str {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(index).and_then(|&end| self.text.get(start..end)).unwrap_or("")
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.cell(index))
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.chars().all(|c| c.is_whitespace() || c.is_control())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::import::framing::Framing;

    fn framed(text: &str) -> Vec<Vec<String>> {
        let mut framing = Framing::new(b',');
        framing.buffer().extend_from_slice(text.as_bytes());
        let mut record = Record::new(b',');
        let mut rows = Vec::new();
        while let Some(frame) = framing.next(true) {
            record.read(std::str::from_utf8(framing.bytes(&frame.range)).expect("text"));
            if record.len() > 0 {
                rows.push(record.cells().map(str::to_owned).collect());
            }
        }
        rows
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn framing_and_cells_agree_with_the_csv_crate(text in "[ab,\"\r\n é]{0,40}") {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> =
                reader.records().map(|row| row.expect("row").iter().map(str::to_owned).collect()).collect();
            prop_assert_eq!(framed(&text), expected);
        }
    }

    fn check(row: &str, cells: &[&str]) {
        let mut record = Record::new(b',');
        record.read("something,longer,before");
        record.read(row);
        assert_eq!(record.cells().collect::<Vec<_>>(), cells, "{row}");
    }

    #[test]
    fn cells_are_cut_at_delimiters_and_unquoted() {
        check("a,b,,", &["a", "b", "", ""]);
        check("\"a,b\",\"say \"\"hi\"\"\",x\"y\"", &["a,b", "say \"hi\"", "x\"y\""]);
        check("\"two\nlines\",Zoë", &["two\nlines", "Zoë"]);
        check("\"closed\"then more,b", &["closedthen more", "b"]);
        let wide = vec!["x"; 5_000];
        check(&wide.join(","), &wide);
    }
}
