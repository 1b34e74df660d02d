//! Which column of a fetched file holds what, where the guess is wrong, as lines of a text.

use std::collections::BTreeMap;

/// `field = column`, one a line. Blank lines are none.
///
/// # Errors
/// With the line that is not of that form.
pub(super) fn read(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut columns = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let pair = line.split_once('=').map(|(field, column)| (field.trim(), column.trim()));
        let Some((field, column)) = pair.filter(|(field, column)| !field.is_empty() && !column.is_empty()) else {
            return Err(format!("{line} names no column. Write it such as: date = Order date."));
        };
        columns.insert(field.to_owned(), column.to_owned());
    }
    Ok(columns)
}

pub(super) fn write(columns: &BTreeMap<String, String>) -> String {
    columns.iter().map(|(field, column)| format!("{field} = {column}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let columns = BTreeMap::from(
            [("amount", "Total = net"), ("date", "Datum")].map(|(field, column)| (field.to_owned(), column.to_owned())),
        );
        assert_eq!(read(&write(&columns)), Ok(columns));
        assert_eq!(read(" \n\n"), Ok(BTreeMap::new()));
    }

    #[test]
    fn a_line_without_both_sides_is_named() {
        for bad in ["date", "= Date", "date ="] {
            assert!(read(&format!("amount = Total\n{bad}")).is_err_and(|text| text.starts_with(bad)), "{bad}");
        }
    }
}
