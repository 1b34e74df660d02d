//! The bytes of a file as they are stored: unpacked, and JSON Lines as a table.

use sha2::{Digest, Sha256};
use shared::import::Lines;

use super::failed::Failed;
use crate::clock;
use crate::gzip::Unpacker;
use crate::outbound::Answer;
use crate::routes::imports::receive::HEAD;

/// One invocation reads no longer than this: its lease is good for a minute.
const READS_FOR: i64 = 25_000;

/// Characters of a file's first line that are shown.
const HEADER_CHARS: usize = 300;

pub struct Body {
    answer: Answer,
    unpacker: Unpacker,
    lines: Option<Lines>,
    /// What came and nobody has taken yet.
    ready: Vec<u8>,
    is_ended: bool,
    /// By the machine's clock.
    until: i64,
}

impl Body {
    /// A file from its beginning.
    pub fn new(answer: Answer) -> Self {
        let until = clock::wall().0 + READS_FOR;
        Self { answer, unpacker: Unpacker::default(), lines: None, ready: Vec::new(), is_ended: false, until }
    }

    /// A part of one that is not packed.
    pub fn of_part(answer: Answer) -> Self {
        Self { unpacker: Unpacker::plain(), ..Self::new(answer) }
    }

    /// From here on lines of JSON become rows; what is ready already too.
    pub fn read_lines(&mut self, mut lines: Lines) {
        let came = std::mem::take(&mut self.ready);
        lines.take(&came, &mut self.ready);
        if self.is_ended {
            lines.end(&mut self.ready);
        }
        self.lines = Some(lines);
    }

    /// Reads until `wanted` bytes are ready, or all there are.
    pub async fn fill(&mut self, wanted: usize) -> Result<(), Failed> {
        while self.ready.len() < wanted && !self.is_ended {
            if clock::wall().0 > self.until {
                return Err(Failed::of_answer(&crate::outbound::Failure::Late));
            }
            match self.answer.piece().await.map_err(|failure| Failed::of_answer(&failure))? {
                Some(bytes) => self.unpacker.take(&bytes).map_err(Failed::of_damage)?,
                None => {
                    self.is_ended = true;
                    self.unpacker.end().map_err(Failed::of_damage)?;
                }
            }
            let came = std::mem::take(&mut self.unpacker.ready);
            match &mut self.lines {
                Some(lines) => lines.take(&came, &mut self.ready),
                // The first byte of a packed file waits for the second.
                None if !self.is_ended && !self.unpacker.is_begun() => self.unpacker.ready = came,
                None => self.ready.extend_from_slice(&came),
            }
            if self.is_ended
                && let Some(lines) = &mut self.lines
            {
                lines.end(&mut self.ready);
            }
        }
        Ok(())
    }

    /// The next `most` bytes, or what is left.
    pub fn take(&mut self, most: usize) -> Vec<u8> {
        self.ready.drain(..most.min(self.ready.len())).collect()
    }

    pub fn bytes(&self) -> &[u8] {
        &self.ready
    }

    pub fn len(&self) -> usize {
        self.ready.len()
    }

    /// Nothing more comes than what is ready.
    pub fn is_ended(&self) -> bool {
        self.is_ended
    }

    pub fn is_packed(&self) -> bool {
        self.unpacker.is_packed()
    }

    /// What a guess looks at.
    pub fn head(&self) -> &[u8] {
        self.ready.get(..HEAD).unwrap_or(&self.ready)
    }

    /// The header of a table, to be shown to whoever connected the file.
    pub fn head_line(&self) -> String {
        let line = self.head().split(|&byte| byte == b'\n').next().unwrap_or_default();
        let line: String = String::from_utf8_lossy(line).chars().filter(|letter| !letter.is_control()).collect();
        line.chars().take(HEADER_CHARS).collect()
    }

    /// A page that wants a sign-in is no table, and nothing is no file.
    pub fn refuse_what_is_no_file(&self) -> Result<(), Failed> {
        let head = self.head();
        let begin = head.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(head).trim_ascii_start();
        match begin.first() {
            None => Err(Failed::lasting("The file is empty: check what writes it")),
            Some(b'<') => Err(Failed::lasting(
                "The address answers with a web page or XML and not with a table: perhaps a sign-in stands before the file. Use the address \
                 that gives the CSV itself",
            )),
            Some(b'P') if begin.starts_with(b"PK\x03\x04") => {
                Err(Failed::lasting("The file is a ZIP or an Excel workbook: have it written as CSV, plain or with gzip"))
            }
            Some(_) => Ok(()),
        }
    }
}

/// The digest of what was before with one more chunk: it goes on over invocations, and tells two files of equal chunks alike.
pub fn link(before: &str, chunk: &[u8]) -> String {
    let digest = Sha256::new().chain_update(before).chain_update(chunk).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
