//! Why a row is not taken, before it is known which row.

use super::RowError;
use super::limits::RAW_CHARS;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) field: Option<&'static str>,
    pub(super) reason: String,
    pub(super) fix: String,
}

impl Refusal {
    pub(super) fn of(field: &'static str, reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { field: Some(field), reason: reason.into(), fix: fix.into() }
    }

    /// Of the row as a whole.
    pub(super) fn of_row(reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { field: None, reason: reason.into(), fix: fix.into() }
    }

    pub(super) fn on(self, line: u64, raw: &str) -> RowError {
        RowError {
            line,
            field: self.field.map(str::to_owned),
            reason: self.reason,
            fix: self.fix,
            raw: cut(raw, RAW_CHARS).to_owned(),
        }
    }
}

/// The first `chars` characters.
pub(super) fn cut(text: &str, chars: usize) -> &str {
    if text.len() <= chars {
        return text;
    }
    match text.char_indices().nth(chars) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}

/// A value in an error message: quoted and short.
pub(super) fn shown(text: &str) -> String {
    let short = cut(text, 60);
    format!("\"{}{}\"", tidy(short), if short.len() < text.len() { "…" } else { "" })
}

/// Text for people: line ends and control characters become spaces, runs of white space one space.
pub(super) fn tidy(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return text.to_owned();
    }
    let clean = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|part| !part.is_empty());
    clean.collect::<Vec<_>>().join(" ")
}
