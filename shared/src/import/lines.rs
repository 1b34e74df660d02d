//! JSON Lines as the rows of a table, while they stream by.
//!
//! An object a line becomes a row. Columns are the members that the beginning of the file has; what lies in an object of an object has
//! both names, `customer.email`. A line that is no object becomes a row of one cell, so that it is refused with its number and no other
//! line is lost.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::limits::{COLUMNS, ROW_BYTES};

/// Objects in objects are taken apart so deep; below they stay JSON.
const DEPTH: u32 = 4;

/// Turns lines into CSV with a header.
#[derive(Debug, Clone)]
pub struct Lines {
    columns: Vec<String>,
    is_begun: bool,
    /// The line so far.
    held: Vec<u8>,
    is_too_long: bool,
}

/// Whether a file's beginning is a JSON list, which has no lines.
pub fn is_json_list(sample: &[u8]) -> bool {
    let mut letters = without_mark(sample).iter().filter(|byte| !byte.is_ascii_whitespace());
    letters.next() == Some(&b'[') && matches!(letters.next(), Some(b'{' | b'[' | b']'))
}

impl Lines {
    /// Of a file that begins so; none where it is something else. A line that the sample cuts off says nothing.
    pub fn of(sample: &[u8]) -> Option<Self> {
        let sample = without_mark(sample).trim_ascii_start();
        let objects: Vec<_> = sample.split(|&byte| byte == b'\n').filter_map(object).collect();
        if objects.is_empty() || !sample.starts_with(b"{") {
            return None;
        }
        let mut columns: Vec<String> = Vec::new();
        let mut known = BTreeSet::new();
        for object in &objects {
            let mut cells = Vec::new();
            flatten(object, "", DEPTH, &mut cells);
            for (name, _) in cells {
                if columns.len() < COLUMNS && known.insert(name.clone()) {
                    columns.push(name);
                }
            }
        }
        Some(Self::with_columns(columns))
    }

    /// To go on with a file whose columns are known.
    pub fn with_columns(columns: Vec<String>) -> Self {
        Self { columns, is_begun: false, held: Vec::new(), is_too_long: false }
    }

    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Appends the rows that `bytes` completes.
    pub fn take(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if !self.is_begun && !bytes.is_empty() {
            self.is_begun = true;
            write_row(self.columns.iter().map(String::as_str), out);
        }
        for (at, piece) in bytes.split(|&byte| byte == b'\n').enumerate() {
            if at > 0 {
                self.end_line(out);
            }
            let room = ROW_BYTES.saturating_sub(self.held.len());
            self.held.extend_from_slice(piece.get(..room).unwrap_or(piece));
            self.is_too_long |= piece.len() > room;
        }
    }

    /// The last line may end without a line's end.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        if !self.held.is_empty() {
            self.end_line(out);
        }
    }

    fn end_line(&mut self, out: &mut Vec<u8>) {
        let held = std::mem::take(&mut self.held);
        let is_too_long = std::mem::take(&mut self.is_too_long);
        let line = without_mark(&held).trim_ascii();
        match object(line).filter(|_| !is_too_long) {
            Some(object) => {
                let mut cells = Vec::new();
                flatten(&object, "", DEPTH, &mut cells);
                let cell = |column: &String| cells.iter().find(|(name, _)| name == column).map_or("", |(_, text)| text.as_str());
                write_row(self.columns.iter().map(cell), out);
            }
            // An empty line counts as a line.
            None if line.is_empty() => out.push(b'\n'),
            None => write_row(std::iter::once(String::from_utf8_lossy(line).as_ref()), out),
        }
    }
}

fn object(line: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(line).ok()
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes)
}

fn flatten(object: &Map<String, Value>, before: &str, depth: u32, cells: &mut Vec<(String, String)>) {
    for (name, value) in object {
        let name = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
        match value {
            Value::Object(inner) if depth > 1 && !is_details(&name) => flatten(inner, &name, depth - 1, cells),
            value => cells.push((name, text(value))),
        }
    }
}

/// An event's details stay one column of JSON, which is what the import reads them from.
fn is_details(name: &str) -> bool {
    name == "properties"
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) if values.iter().all(|value| !value.is_object() && !value.is_array()) => {
            values.iter().map(text).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// As CSV.
pub(super) fn write_row<'a>(cells: impl Iterator<Item = &'a str>, out: &mut Vec<u8>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.push(b'"');
        out.extend_from_slice(cell.replace('\0', "").replace('"', "\"\"").as_bytes());
        out.push(b'"');
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(file: &str, piece: usize) -> Option<String> {
        let mut lines = Lines::of(file.as_bytes())?;
        let mut out = Vec::new();
        file.as_bytes().chunks(piece).for_each(|bytes| lines.take(bytes, &mut out));
        lines.end(&mut out);
        String::from_utf8(out).ok()
    }

    #[test]
    fn objects_a_line_are_the_rows_of_a_table_however_they_are_cut() {
        let file = "\u{feff}{\"id\": 1, \"customer\": {\"email\": \"ada@example.com\"}, \"tags\": [\"a\", 2]}\r\n\n\
                    {\"total\": 12.50, \"id\": \"2\", \"note\": \"a \\\"b\\\", c\\nd\", \"lines\": [{\"sku\": 1}], \"no\": null}";
        let expected = "\"customer.email\",\"id\",\"tags\",\"lines\",\"no\",\"note\",\"total\"\n\
                        \"ada@example.com\",\"1\",\"a, 2\",\"\",\"\",\"\",\"\"\n\n\
                        \"\",\"2\",\"\",\"[{\"\"sku\"\":1}]\",\"\",\"a \"\"b\"\", c\nd\",\"12.5\"\n";
        for piece in [1, 7, 10_000] {
            assert_eq!(table(file, piece).as_deref(), Some(expected));
        }
    }

    #[test]
    fn an_events_details_stay_together() {
        let file = r#"{"event": "Signed In", "properties": {"plan": {"name": "pro"}}}"#;
        assert_eq!(
            table(file, 5).expect("lines"),
            "\"event\",\"properties\"\n\"Signed In\",\"{\"\"plan\"\":{\"\"name\"\":\"\"pro\"\"}}\"\n"
        );
    }

    #[test]
    fn a_line_that_is_no_object_costs_itself_alone() {
        let file = "{\"a\": 1, \"b\": 2}\n{\"a\": 3, \"b\n[1]\n{\"a\": 4, \"b\": 5, \"c\": 6}\n";
        let rows = "\"a\",\"b\"\n\"1\",\"2\"\n\"{\"\"a\"\": 3, \"\"b\"\n\"[1]\"\n\"4\",\"5\"\n";
        // The last line's member is new: the sample that says which columns there are ends before it.
        let mut lines = Lines::of(&file.as_bytes()[..20]).expect("lines");
        let mut out = Vec::new();
        lines.take(file.as_bytes(), &mut out);
        lines.end(&mut out);
        assert_eq!(String::from_utf8(out).expect("text"), rows);
    }

    #[test]
    fn a_line_of_more_than_a_megabyte_is_cut_and_refused() {
        let file = format!("{{\"a\": 1}}\n{{\"a\": \"{}\"}}\n{{\"a\": 2}}\n", "x".repeat(ROW_BYTES));
        let table = table(&file, 65_536).expect("lines");
        let rows: Vec<&str> = table.lines().collect();
        assert_eq!((rows.first(), rows.get(1), rows.get(3)), (Some(&"\"a\""), Some(&"\"1\""), Some(&"\"2\"")));
        assert!(rows.get(2).is_some_and(|row| row.len() < ROW_BYTES + 10 && row.starts_with("\"{\"\"a\"\"")));
    }

    #[test]
    fn tables_lists_and_pages_are_no_lines() {
        for file in ["", "id,total\n1,2\n", "<!doctype html>", "[{\"a\": 1}]", "{\"a\": 1", "\"a\"\n"] {
            assert!(Lines::of(file.as_bytes()).is_none(), "{file}");
        }
        assert!(is_json_list(b" [\n{\"a\": 1}]") && !is_json_list(b"[id],[total]\n") && !is_json_list(b"{}"));
    }
}
