//! The shop's own columns that segments filter on, as integers beside the other facets.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One for each of the columns `t1` to `t20`.
pub const MOST_DECLARED: usize = 20;

/// A trait that segments may filter on; its place in the list is the number of its column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// As the column is called in the shop's files.
    pub name: String,
    pub kind: DeclaredKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeclaredKind {
    /// Compared as a number, to a thousandth.
    Number,
    /// Compared as a whole, whatever its case.
    Text,
}

impl DeclaredKind {
    /// As it is stored and asked for: thousandths of a number, 52 bits of a text's hash, which hold in a number of JSON. None of what
    /// is no number, and of nothing.
    pub fn stored(self, value: &str) -> Option<i64> {
        let value = value.trim();
        match self {
            _ if value.is_empty() => None,
            Self::Number => {
                let number: f64 = value.parse().ok()?;
                let thousandths = libm::round(number * 1e3);
                (thousandths.abs() < 9.0e15).then_some(thousandths as i64)
            }
            Self::Text => {
                // FNV-1a: the same on every machine and in every version, since facets are kept.
                let text = value.to_lowercase();
                let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
                i64::try_from(text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, step) >> 12).ok()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_order_and_texts_are_the_same_whatever_their_case() {
        let number = |text| DeclaredKind::Number.stored(text);
        assert_eq!((number("12.5"), number(" -3 "), number("many"), number("")), (Some(12_500), Some(-3_000), None, None));
        assert_eq!((number("inf"), number("NaN")), (None, None));
        let text = |text| DeclaredKind::Text.stored(text);
        assert_eq!(text("Pro"), text(" pro "));
        assert!(text("Pro") != text("Starter") && text("Pro").is_some_and(|hash| (0..1 << 52).contains(&hash)));
    }
}
