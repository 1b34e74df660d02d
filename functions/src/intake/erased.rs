//! Rows about people who were erased: dropped, and counted as rejected, so that no file brings anybody back.

use std::collections::HashSet;

use shared::import::{RowError, Rows, Who};

use super::resolve;
use crate::db::intake::Key;
use crate::db::{Db, DbError, suppressions};

/// The rows that are left and an error for each that is dropped; none where all of them stay.
///
/// # Errors
/// What the database says.
pub async fn drop_rows(db: &Db, source: i64, rows: &Rows) -> Result<Option<(Rows, Vec<RowError>)>, DbError> {
    let keys = match rows {
        Rows::Orders(rows) => resolve::keys(rows.iter().map(|row| &row.who), source),
        Rows::Customers(rows) => resolve::keys(rows.iter().map(|row| &row.who), source),
        Rows::Events(rows) => resolve::keys(rows.iter().map(|row| &row.who), source),
        Rows::Rates(_) | Rows::Suppressions(_) | Rows::Products(_) => return Ok(None),
    };
    let erased = suppressions::erased(db, &keys).await?;
    Ok((!erased.is_empty()).then(|| left(rows, source, &erased)))
}

fn left(rows: &Rows, source: i64, erased: &HashSet<Key>) -> (Rows, Vec<RowError>) {
    let mut errors = Vec::new();
    let mut stays = |who: &Who, line: u64| {
        let stays = !resolve::keys(std::iter::once(who), source).iter().any(|key| erased.contains(key));
        // One line may tell several events.
        if !stays && errors.last().is_none_or(|last: &RowError| last.line != line) {
            errors.push(error(line));
        }
        stays
    };
    let rows = match rows {
        Rows::Orders(rows) => Rows::Orders(rows.iter().filter(|row| stays(&row.who, row.line)).cloned().collect()),
        Rows::Customers(rows) => Rows::Customers(rows.iter().filter(|row| stays(&row.who, row.line)).cloned().collect()),
        Rows::Events(rows) => Rows::Events(rows.iter().filter(|row| stays(&row.who, row.line)).cloned().collect()),
        Rows::Rates(_) | Rows::Suppressions(_) | Rows::Products(_) => rows.clone(),
    };
    (rows, errors)
}

/// What the row said is not kept.
fn error(line: u64) -> RowError {
    RowError {
        line,
        field: None,
        reason: "This person asked to be erased".to_owned(),
        fix: "Leave the row out: nothing of them is taken in again".to_owned(),
        raw: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use shared::import::CustomerRow;

    use super::*;

    #[test]
    fn a_row_of_somebody_erased_is_dropped_without_a_word_of_it_and_others_stay() {
        let row = |line, email: &str| -> CustomerRow {
            let text = format!("{{\"line\":{line},\"email\":\"{email}\"}}");
            serde_json::from_str(&text).expect("row")
        };
        let rows = Rows::Customers(vec![row(2, "ada@example.com"), row(3, "bea@example.com")]);
        let erased = HashSet::from([Key("email", "ada@example.com".into())]);
        let (rows, errors) = left(&rows, 1, &erased);
        assert_eq!(rows, Rows::Customers(vec![row(3, "bea@example.com")]));
        assert_eq!(errors.iter().map(|error| (error.line, error.raw.as_str())).collect::<Vec<_>>(), [(2, "")]);
    }
}
