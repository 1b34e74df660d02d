//! Which column of the file holds which field.

use std::collections::BTreeMap;

use shared::import::{Field, Kind, fields};

/// Field to the name of the column that it was chosen for, over all cuts of the file that were tried.
pub type Names = BTreeMap<String, String>;

/// Adds what was chosen between `old` and `new` to the names, and takes out what was unchosen.
pub fn remember(names: &mut Names, old: &BTreeMap<String, u32>, new: &BTreeMap<String, u32>, headers: &[String]) {
    names.retain(|field, _| new.contains_key(field) || !old.contains_key(field));
    for (field, &column) in new {
        if let Some(name) = usize::try_from(column).ok().and_then(|column| headers.get(column)) {
            names.insert(field.clone(), name.clone());
        }
    }
}

/// The columns of another cut that bear the remembered names: a wrong separator, put right again, has lost nothing.
pub fn kept(names: &Names, headers: &[String]) -> BTreeMap<String, u32> {
    let find = |name: &String| headers.iter().position(|header| header == name).and_then(|at| u32::try_from(at).ok());
    names.iter().filter_map(|(field, name)| Some((field.clone(), find(name)?))).collect()
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
    fn another_cut_keeps_what_the_names_still_mean_and_the_right_one_finds_all_again() {
        let right = names(&["id", "day", "total"]);
        let columns = chosen(&[("order_id", 0), ("date", 1), ("amount", 2)]);
        let mut known = Names::new();
        remember(&mut known, &BTreeMap::new(), &columns, &right);
        assert!(kept(&known, &names(&["id;day;total"])).is_empty());
        assert_eq!(kept(&known, &right), columns);
        assert_eq!(kept(&known, &names(&["total", "x", "id"])), chosen(&[("order_id", 2), ("amount", 0)]));
    }

    #[test]
    fn a_column_that_was_unchosen_is_not_chosen_again_by_another_cut() {
        let headers = names(&["id", "day"]);
        let (both, one) = (chosen(&[("order_id", 0), ("date", 1)]), chosen(&[("date", 1)]));
        let mut known = Names::new();
        remember(&mut known, &BTreeMap::new(), &both, &headers);
        remember(&mut known, &both, &one, &headers);
        assert_eq!(kept(&known, &headers), one);
        // Under a wrong cut nothing is chosen, which is nobody's wish.
        remember(&mut known, &BTreeMap::new(), &BTreeMap::new(), &names(&["id;day"]));
        assert_eq!(kept(&known, &headers), one);
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
