//! Columns that tell rows apart and nothing else.

/// Below so many rows distinct values are no surprise.
const FEW: usize = 20;

/// So many pairs of equal values chance would have made, if not one was made by a counter.
const EXPECTED_PAIRS: f64 = 10.0;

/// Nearly all words are distinct.
pub(super) fn words(distinct: usize, rows: usize) -> bool {
    rows >= FEW && distinct as f64 > 0.9 * rows as f64
}

/// Distinct whole numbers, one in each row, either under a name that says so or so close together that values drawn by chance would
/// have met (n²/2 pairs over a range of r values meet n²/2r times).
pub(super) fn numbers(name: &str, values: &[f64]) -> bool {
    let whole = |value: &f64| value.is_finite() && libm::floor(*value) == *value;
    if values.len() < FEW || !values.iter().all(whole) {
        return false;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    if sorted.windows(2).any(|pair| pair.first() == pair.last()) {
        return false;
    }
    let range = sorted.last().zip(sorted.first()).map_or(0.0, |(high, low)| high - low + 1.0);
    let n = values.len() as f64;
    says_so(name) || n * n / (2.0 * range) > EXPECTED_PAIRS
}

/// `id`, `customer_id`, `CustomerId`, `RowNumber`, `index` and the like.
fn says_so(name: &str) -> bool {
    const ANYWHERE: [&str; 5] = ["id", "ids", "uid", "uuid", "guid"];
    const LAST: [&str; 6] = ["key", "index", "row", "rownumber", "phone", "number"];
    let mut words: Vec<String> = vec![String::new()];
    let mut lower_before = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && lower_before) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        lower_before = c.is_lowercase();
    }
    words.iter().any(|word| ANYWHERE.contains(&word.as_str())) || words.last().is_some_and(|word| LAST.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_identifiers_are_known_in_each_spelling() {
        for name in ["id", "customer_id", "CustomerId", "RowNumber", "user-id", "Customer ID", "phone"] {
            assert!(says_so(name), "{name}");
        }
        for name in ["idle_days", "paid", "tenure", "monthly_bid", "phone_bill", "number_of_orders"] {
            assert!(!says_so(name), "{name}");
        }
    }

    #[test]
    fn a_counter_is_recognised_under_any_name_and_a_measure_is_not() {
        let counter: Vec<f64> = (0..100).map(|row| f64::from(row * 37 % 101)).collect();
        assert!(numbers("n", &counter));
        let amounts: Vec<f64> = (0..100).map(|row| f64::from(row * row * 7919)).collect();
        assert!(!numbers("spend", &amounts));
        assert!(numbers("customerID", &amounts));
        let repeated: Vec<f64> = (0..100).map(|row| f64::from(row % 50)).collect();
        assert!(!numbers("customerID", &repeated));
    }
}
