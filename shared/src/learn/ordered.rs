//! Words that stand in an order because they begin with a number: "1) $0 - $100", "18-25", "65+".

use serde::{Deserialize, Serialize};

use super::{Column, Table, Values};

/// More levels than this are codes rather than steps of a scale.
const MOST_LEVELS: usize = 40;

/// Which columns of words are steps of a scale and count by the number they begin with.
///
/// A shop's bins of spend or age are one rising quantity; a column for each bin would ask for as many effects as there are bins,
/// which an experiment's small effects cannot bear.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered(Vec<String>);

impl Ordered {
    /// Columns of three or more levels, all of which begin with different numbers.
    pub fn fit(table: &Table) -> Self {
        let ordered = |column: &&Column| match &column.values {
            Values::Numbers(_) => false,
            Values::Levels { levels, codes } => scale(levels, codes),
        };
        Self(table.columns.iter().filter(ordered).map(|column| column.name.clone()).collect())
    }

    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// The same table with those columns as numbers; a level that begins with none is missing.
    #[must_use]
    pub fn apply(&self, mut table: Table) -> Table {
        for column in table.columns.iter_mut().filter(|column| self.0.contains(&column.name)) {
            if let Values::Levels { levels, codes } = &column.values {
                let numbers: Vec<f64> = levels.iter().map(|level| leading_number(level).unwrap_or(f64::NAN)).collect();
                let number = |code: &Option<u32>| code.and_then(|code| numbers.get(code as usize)).copied().unwrap_or(f64::NAN);
                column.values = Values::Numbers(codes.iter().map(number).collect());
            }
        }
        table
    }
}

fn scale(levels: &[String], codes: &[Option<u32>]) -> bool {
    let mut used = vec![false; levels.len()];
    for code in codes.iter().flatten() {
        used.get_mut(*code as usize).into_iter().for_each(|used| *used = true);
    }
    let in_use = levels.iter().zip(&used).filter(|(_, used)| **used);
    let numbers: Option<Vec<f64>> = in_use.map(|(level, _)| leading_number(level)).collect();
    let Some(mut numbers) = numbers.filter(|numbers| (3..=MOST_LEVELS).contains(&numbers.len())) else { return false };
    numbers.sort_by(f64::total_cmp);
    !numbers.windows(2).any(|pair| pair.first() == pair.last())
}

/// After signs such as currencies and brackets; a number that runs on into letters is a code.
fn leading_number(level: &str) -> Option<f64> {
    let level = level.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '-' && c != '−');
    let end = level.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(level.len());
    let (number, rest) = level.split_at(end);
    if rest.starts_with(char::is_alphanumeric) {
        return None;
    }
    number.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, words: &[&str]) -> Column {
        let levels: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let codes = (0..levels.len() as u32).map(Some).collect();
        Column { name: name.to_owned(), values: Values::Levels { levels, codes } }
    }

    #[test]
    fn steps_of_a_scale_are_told_from_names_and_codes() {
        let columns = vec![
            column("spend", &["1) $0 - $100", "2) $100 - $200", "10) $1,000 +"]),
            column("age", &["18-25", "$26-35", "65+"]),
            column("channel", &["Web", "Phone", "Multichannel"]),
            column("model", &["12A", "13B", "14C"]),
            column("twice", &["<18", "18-25", "26-35"]),
            column("two", &["1 year", "2 years", "2 years"]),
        ];
        let ordered = Ordered::fit(&Table { columns: columns.clone() });
        assert_eq!(ordered.names(), ["spend", "age"]);
        let later = Table { columns: vec![column("spend", &["3) $200 - $350", "unknown", "1) $0 - $100"])] };
        let Some(Column { values: Values::Numbers(numbers), .. }) = ordered.apply(later).columns.into_iter().next() else {
            panic!("not numbers");
        };
        assert!(numbers[0] == 3.0 && numbers[1].is_nan() && numbers[2] == 1.0);
    }
}
