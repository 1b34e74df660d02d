//! Where one row ends and the next begins.
//!
//! The rules of quotes are csv-core's (a quote counts at the start of a cell only, two inside a quoted cell mean one), and a test
//! compares both. csv-core's own reader cannot be stored between two pieces of a file, so that rows are framed here and only whole
//! rows are given to it.

use std::ops::Range;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::limits::ROW_BYTES;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Framing {
    delimiter: u8,
    /// The row begun and, during a push, what follows it.
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    buffer: Vec<u8>,
    /// Where in the buffer the row begun starts, and up to where it was looked at.
    start: usize,
    at: usize,
    place: Place,
    /// The line of the file that the row begun starts on, from 1.
    line: u64,
    /// Line ends inside quotes since then.
    lines_inside: u64,
    after_cr: bool,
    /// Text follows a closing quote: perhaps that quote was to open another cell.
    text_after_quote: bool,
    /// The last row ended with CR: a LF right here still belongs to it.
    skip_lf: bool,
    /// The row begun is too long: it was reported, and its rest is dropped.
    skipping: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Place {
    CellStart,
    Bare,
    Quoted,
    /// Right after a quote inside a quoted cell: its end, or the first of two.
    AfterQuote,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) line: u64,
    /// Of [`Framing::bytes`], without the line end.
    pub(super) range: Range<usize>,
    pub(super) text_after_quote: bool,
    pub(super) ending: Ending,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Whole,
    /// The file ends inside quotes.
    Unclosed,
    /// Longer than [`ROW_BYTES`]; `quoted`: inside quotes at that point.
    TooLong {
        quoted: bool,
    },
}

impl Framing {
    pub(super) fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            buffer: Vec::new(),
            start: 0,
            at: 0,
            place: Place::CellStart,
            line: 1,
            lines_inside: 0,
            after_cr: false,
            text_after_quote: false,
            skip_lf: false,
            skipping: false,
        }
    }

    /// To append the next piece to.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    pub(super) fn bytes(&self, range: &Range<usize>) -> &[u8] {
        self.buffer.get(range.clone()).unwrap_or_default()
    }

    /// The next row, also an empty one; at the `end` of the file the one that no line end closes.
    pub(super) fn next(&mut self, end: bool) -> Option<Frame> {
        while let Some(&byte) = self.buffer.get(self.at) {
            if self.skip_lf {
                self.skip_lf = false;
                if byte == b'\n' {
                    self.at += 1;
                    self.start = self.at;
                    continue;
                }
            }
            if !self.skipping && self.at - self.start >= ROW_BYTES {
                self.skipping = true;
                let quoted = matches!(self.place, Place::Quoted | Place::AfterQuote);
                return Some(self.frame(self.at, Ending::TooLong { quoted }));
            }
            let line_end = byte == b'\n' || byte == b'\r';
            match self.place {
                Place::Quoted => {
                    if byte == b'"' {
                        self.place = Place::AfterQuote;
                    }
                    if line_end && !(byte == b'\n' && self.after_cr) {
                        self.lines_inside += 1;
                    }
                    self.after_cr = byte == b'\r';
                }
                Place::AfterQuote if byte == b'"' => self.place = Place::Quoted,
                Place::CellStart if byte == b'"' => self.place = Place::Quoted,
                Place::CellStart | Place::Bare | Place::AfterQuote if line_end => {
                    let frame = self.close(self.at, self.at + 1, Ending::Whole);
                    self.skip_lf = byte == b'\r';
                    if frame.is_some() {
                        return frame;
                    }
                    continue;
                }
                Place::CellStart | Place::Bare | Place::AfterQuote => {
                    self.text_after_quote |= self.place == Place::AfterQuote && byte != self.delimiter;
                    self.place = if byte == self.delimiter { Place::CellStart } else { Place::Bare };
                }
            }
            self.at += 1;
        }
        if !end || self.at <= self.start {
            return None;
        }
        let ending = if self.place == Place::Quoted { Ending::Unclosed } else { Ending::Whole };
        self.close(self.at, self.at, ending)
    }

    /// Takes back all of the frame that [`next`](Self::next) just gave but its first line, which is to be read as rows of its own.
    /// False where it has one line only.
    pub(super) fn keep_only_first_line(&mut self, frame: &mut Frame) -> bool {
        let bytes = self.bytes(&frame.range);
        let Some(length) = bytes.iter().position(|&byte| byte == b'\n' || byte == b'\r') else { return false };
        let cr = bytes.get(length) == Some(&b'\r');
        frame.range.end = frame.range.start + length;
        self.begin(frame.range.end + 1, frame.line + 1);
        self.skip_lf = cr;
        true
    }

    /// Drops what was read, before the state is stored.
    pub(super) fn compact(&mut self) {
        let done = if self.skipping { self.at } else { self.start };
        self.buffer.drain(..done.min(self.buffer.len()));
        self.at -= done.min(self.at);
        self.start = 0;
    }

    fn frame(&self, end: usize, ending: Ending) -> Frame {
        Frame { line: self.line, range: self.start..end, text_after_quote: self.text_after_quote, ending }
    }

    fn close(&mut self, end: usize, next: usize, ending: Ending) -> Option<Frame> {
        let frame = self.frame(end, ending);
        let skipped = self.skipping;
        self.begin(next, self.line + self.lines_inside + 1);
        (!skipped).then_some(frame)
    }

    fn begin(&mut self, start: usize, line: u64) {
        self.start = start;
        self.at = start;
        self.line = line;
        self.place = Place::CellStart;
        self.lines_inside = 0;
        self.after_cr = false;
        self.text_after_quote = false;
        self.skip_lf = false;
        self.skipping = false;
    }
}

/// Whether the lines after the first have the file's number of cells: then a quote was opened by mistake and swallowed them.
pub(super) fn swallowed_rows(bytes: &[u8], delimiter: u8, width: usize) -> bool {
    let lines = bytes.split(|&byte| byte == b'\n' || byte == b'\r').skip(1).filter(|line| !line.is_empty()).take(20);
    let (mut all, mut alike) = (0_usize, 0_usize);
    for line in lines {
        all += 1;
        alike += usize::from(line.iter().filter(|&&byte| byte == delimiter).count() + 1 == width);
    }
    width > 1 && alike > 0 && alike * 5 >= all * 4
}

fn to_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    BASE64_STANDARD.decode(text).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(text: &str, size: usize) -> Vec<(u64, String)> {
        let mut framing = Framing::new(b',');
        let mut rows = Vec::new();
        let mut drain = |framing: &mut Framing, end| {
            while let Some(frame) = framing.next(end) {
                rows.push((frame.line, String::from_utf8_lossy(framing.bytes(&frame.range)).into_owned()));
            }
            framing.compact();
        };
        for piece in text.as_bytes().chunks(size) {
            framing.buffer().extend_from_slice(piece);
            drain(&mut framing, false);
        }
        drain(&mut framing, true);
        rows
    }

    #[test]
    fn rows_end_with_any_line_end_and_keep_their_line() {
        for size in 1..20 {
            let rows = frames("a,b\r\n1,\"x\r\ny\nz\rw\"\r\r2,3\n\n4\"5,6", size);
            let expected =
                [(1, "a,b"), (2, "1,\"x\r\ny\nz\rw\""), (6, ""), (7, "2,3"), (8, ""), (9, "4\"5,6")].map(|(l, t)| (l, t.into()));
            assert_eq!(rows, expected, "pieces of {size}");
        }
    }

    #[test]
    fn what_a_stray_quote_swallowed_is_recognised() {
        assert!(swallowed_rows(b"1,\"a\n2,b\n3,c", b',', 2));
        assert!(!swallowed_rows(b"1,\"Dear shop,\nthank you, dear shop,\nyours", b',', 2));
        assert!(!swallowed_rows(b"\"one\ntwo\nthree", b',', 1));
    }
}
