//! The printed table: all 24 combinations of value and reason, each with a row of the offer matrix.

use super::{Row, ValueTier};
use crate::reason::Reason;

/// The rows that the matrix was first drawn with: the value, the reason, and what answers it. Every other combination has a row of its
/// own, so that each customer is counted in exactly one.
pub const NAMED: [Row; 7] = [
    Row { value: ValueTier::High, reason: Reason::MissingFeature },
    Row { value: ValueTier::High, reason: Reason::Price },
    Row { value: ValueTier::High, reason: Reason::Service },
    Row { value: ValueTier::Mid, reason: Reason::Competitor },
    Row { value: ValueTier::Mid, reason: Reason::ReducedNeed },
    Row { value: ValueTier::Low, reason: Reason::Price },
    Row { value: ValueTier::Low, reason: Reason::PoorExperience },
];

/// `High value, missing feature`. Whoever is of little worth and leaves over the price is price sensitive: nothing else holds them.
pub fn row_name(row: Row) -> String {
    let reason = match row {
        Row { value: ValueTier::Low, reason: Reason::Price } => "price sensitive".to_owned(),
        Row { reason: Reason::Unknown, .. } => "reason unknown".to_owned(),
        Row { reason, .. } => reason.name().to_lowercase(),
    };
    format!("{}, {reason}", row.value.name())
}

/// The table as text: number, code, name and whether it is one of [`NAMED`], with the customers of each row and their sum where they
/// are counted.
pub fn table(customers: Option<&[u32; 24]>) -> String {
    let mut lines = vec!["row  code                    name                            named  customers".to_owned()];
    let mut sum = 0_u64;
    for row in Row::all().collect::<Vec<_>>().into_iter().rev() {
        let count = customers.and_then(|customers| customers.get(usize::from(row.number())).copied());
        sum += u64::from(count.unwrap_or(0));
        let named = if NAMED.contains(&row) { "yes" } else { "" };
        let count = count.map(|count| count.to_string()).unwrap_or_default();
        lines.push(format!("{:>3}  {:<22}  {:<30}  {named:<5}  {count:>9}", row.number(), row.code(), row_name(row)));
    }
    if customers.is_some() {
        lines.push(format!("{:>73}", format!("all 24 rows: {sum}")));
    }
    lines.into_iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_has_each_of_24_combinations_once_and_seven_are_named() {
        let names: BTreeSet<String> = Row::all().map(row_name).collect();
        assert_eq!(names.len(), 24);
        let text = table(Some(&[2; 24]));
        assert_eq!(text.lines().count(), 26);
        assert_eq!(text.lines().filter(|line| line.contains(" yes ")).count(), NAMED.len());
        assert!(text.trim_end().ends_with("all 24 rows: 48"), "{text}");
        assert!(text.contains("low-price               Low value, price sensitive"), "{text}");
    }
}
