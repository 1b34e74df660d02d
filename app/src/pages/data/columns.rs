//! Which column of the file holds which field.

use std::collections::BTreeMap;

use shared::import::{Field, Kind, fields};

/// What was chosen for the columns of one cut of the file, carried over to another cut by the columns' names.
pub fn kept(chosen: &BTreeMap<String, u32>, before: &[String], after: &[String]) -> BTreeMap<String, u32> {
    let find = |column: u32| {
        let name = before.get(usize::try_from(column).ok()?)?;
        after.iter().position(|header| header == name).and_then(|at| u32::try_from(at).ok())
    };
    chosen.iter().filter_map(|(field, &column)| Some((field.clone(), find(column)?))).collect()
}

/// What a field reads, as it stands in the first rows: up to three different values.
pub fn examples(column: Option<u32>, rows: &[Vec<String>]) -> Vec<String> {
    let Some(column) = column.and_then(|column| usize::try_from(column).ok()) else { return Vec::new() };
    let mut values: Vec<String> = Vec::new();
    for value in rows.iter().filter_map(|row| row.get(column)).filter(|value| !value.is_empty()) {
        if !values.contains(value) {
            values.push(value.clone());
        }
        if values.len() == 3 {
            break;
        }
    }
    values
}

/// The label of the field that a column is read as.
pub fn meaning(kind: Kind, column: u32, chosen: &BTreeMap<String, u32>) -> Option<&'static str> {
    let name = chosen.iter().find(|&(_, &at)| at == column)?.0;
    label(kind, name)
}

pub fn label(kind: Kind, name: &str) -> Option<&'static str> {
    fields(kind).iter().find(|field| field.name == name).map(|field| field.label)
}

/// The fields to ask for, and those that the file does not seem to have: who it is and what must be there is asked always.
pub fn asked_and_other(kind: Kind, chosen: &BTreeMap<String, u32>) -> (Vec<Field>, Vec<Field>) {
    let is_who = |name: &str| matches!(name, "customer_id" | "email");
    let mut all: Vec<Field> = fields(kind).to_vec();
    all.sort_by_key(|field| (!field.required, !is_who(field.name)));
    all.into_iter().partition(|field| field.required || is_who(field.name) || chosen.contains_key(field.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn chosen(columns: &[(&str, u32)]) -> BTreeMap<String, u32> {
        columns.iter().map(|&(field, column)| (field.to_owned(), column)).collect()
    }

    #[test]
    fn another_cut_keeps_what_the_names_still_mean() {
        let before = names(&["id", "day", "total"]);
        let after = names(&["total", "x", "id"]);
        let columns = chosen(&[("order_id", 0), ("date", 1), ("amount", 2), ("name", 9)]);
        assert_eq!(kept(&columns, &before, &after), chosen(&[("order_id", 2), ("amount", 0)]));
    }

    #[test]
    fn examples_are_different_and_not_empty() {
        let rows = [names(&["", "a"]), names(&["1", "b"]), names(&["1"]), names(&["2"]), names(&["3"]), names(&["4"])];
        assert_eq!(examples(Some(0), &rows), ["1", "2", "3"]);
        assert_eq!(examples(Some(1), &rows), ["a", "b"]);
        assert!(examples(None, &rows).is_empty());
        assert!(examples(Some(7), &rows).is_empty());
    }

    #[test]
    fn what_must_be_there_is_asked_first_then_who_then_what_was_found() {
        let (asked, other) = asked_and_other(Kind::Orders, &chosen(&[("status", 3)]));
        let names: Vec<_> = asked.iter().map(|field| field.name).collect();
        assert_eq!(names, ["date", "amount", "customer_id", "email", "status"]);
        assert_eq!(asked.len() + other.len(), fields(Kind::Orders).len());
        assert_eq!(meaning(Kind::Orders, 3, &chosen(&[("status", 3)])), Some("Status"));
    }
}
