//! Traits as statements read them: `json_array(traits, traits_at, traits_earlier, updated_at)` of a customer's row.

use shared::time::Millis;
use shared::traits::{Stored, Traits};

/// None of what cannot be read.
pub fn read(text: &str) -> Traits {
    let row: Result<(String, String, String, i64), _> = serde_json::from_str(text);
    row.map_or_else(
        |_| Traits::default(),
        |(values, since, earlier, updated_at)| Traits::read(&Stored { values, since, earlier }, Millis(updated_at)),
    )
}

#[cfg(test)]
mod tests {
    use shared::time::Day;

    use super::*;

    #[test]
    fn what_has_no_time_is_known_since_the_row_changed() {
        let traits = read(r#"["{\"plan\":\"Pro\"}","{}","{}",432000000]"#);
        assert_eq!([4, 5].map(|day| traits.on("plan", Day(day))), [None, Some("Pro")]);
        assert!(read("no JSON").is_empty());
    }
}
