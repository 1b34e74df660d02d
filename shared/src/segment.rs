//! Micro-segments: value tier × reason × engagement × chance of return. Every customer is in exactly one.

mod declared;
mod exclusion;
pub mod filter;
mod merge;
mod place;
mod rows;
mod standing;

pub use declared::{Declared, DeclaredKind, MOST_DECLARED};
pub use exclusion::{Exclusion, Exclusions, Known, exclusion};
pub use merge::{Map, Part, Segment, thinnest};
pub use place::{Cuts, engagement, place, win_back};
pub use rows::{NAMED, row_name, table};
pub use standing::{Rules, Standing, stand, stand_apart};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::reason::Reason;

/// Third of the shop's customers by margin-based lifetime value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueTier {
    #[default]
    Low,
    Mid,
    High,
}

/// How much of us they still notice: mail that they click or open themselves, visits, use, the community.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Engagement {
    #[default]
    Silent,
    Cooling,
    Engaged,
}

/// P(return | contact): how likely they are to come back, or to stay, if they are asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WinBack {
    #[default]
    Unlikely,
    Possible,
    Likely,
}

/// Where one customer stands before small cells are merged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub struct Cell {
    pub value: ValueTier,
    pub reason: Reason,
    pub engagement: Engagement,
    pub win_back: WinBack,
}

/// A row of the offer matrix: one of the 24 combinations of value and reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub struct Row {
    pub value: ValueTier,
    pub reason: Reason,
}

macro_rules! three_levels {
    ($level:ident: $low:ident $low_code:literal $low_name:literal, $mid:ident $mid_code:literal $mid_name:literal, $high:ident $high_code:literal $high_name:literal) => {
        impl $level {
            /// In the order of their numbers, the lowest first.
            pub const ALL: [Self; 3] = [Self::$low, Self::$mid, Self::$high];

            /// As it is stored: 0, 1 or 2. Never changes.
            pub fn number(self) -> u8 {
                match self {
                    Self::$low => 0,
                    Self::$mid => 1,
                    Self::$high => 2,
                }
            }

            pub fn of_number(number: u8) -> Option<Self> {
                Self::ALL.into_iter().find(|level| level.number() == number)
            }

            /// As the API names it.
            pub fn code(self) -> &'static str {
                match self {
                    Self::$low => $low_code,
                    Self::$mid => $mid_code,
                    Self::$high => $high_code,
                }
            }

            pub fn of_code(code: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|level| level.code() == code)
            }

            /// In a marketer's words, as a label.
            pub fn name(self) -> &'static str {
                match self {
                    Self::$low => $low_name,
                    Self::$mid => $mid_name,
                    Self::$high => $high_name,
                }
            }
        }
    };
}

three_levels!(ValueTier: Low "low" "Low value", Mid "mid" "Mid value", High "high" "High value");
three_levels!(Engagement: Silent "silent" "Silent", Cooling "cooling" "Cooling", Engaged "engaged" "Engaged");
three_levels!(WinBack: Unlikely "unlikely" "Unlikely to return", Possible "possible" "May return", Likely "likely" "Likely to return");

impl Cell {
    /// 216 cells, numbered by value, reason, engagement and chance. Never changes: it is stored.
    pub fn number(self) -> u16 {
        let digits =
            [(3, self.value.number()), (8, self.reason.number()), (3, self.engagement.number()), (3, self.win_back.number())];
        digits.into_iter().fold(0, |number, (base, digit)| number * base + u16::from(digit))
    }

    /// In the order of their numbers.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..216).filter_map(Self::of_number)
    }

    pub fn of_number(number: u16) -> Option<Self> {
        let row = Row::of_number(u8::try_from(number / 9).ok()?)?;
        let level = |digit: u16| u8::try_from(digit % 3).ok();
        let (engagement, win_back) = (Engagement::of_number(level(number / 3)?)?, WinBack::of_number(level(number)?)?);
        Some(Self { value: row.value, reason: row.reason, engagement, win_back })
    }

    pub fn row(self) -> Row {
        Row { value: self.value, reason: self.reason }
    }
}

impl Row {
    /// 24 rows, numbered by value and reason. Never changes: it is stored.
    pub fn number(self) -> u8 {
        self.value.number() * 8 + self.reason.number()
    }

    pub fn of_number(number: u8) -> Option<Self> {
        Some(Self { value: ValueTier::of_number(number / 8)?, reason: Reason::of_number(number % 8)? })
    }

    /// `high-price`: as the API names it.
    pub fn code(self) -> String {
        format!("{}-{}", self.value.code(), self.reason.code())
    }

    pub fn all() -> impl Iterator<Item = Self> {
        ValueTier::ALL.into_iter().flat_map(|value| Reason::ALL.into_iter().map(move |reason| Self { value, reason }))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_cell_and_row_has_a_number_of_its_own() {
        let cells: BTreeSet<u16> = Cell::all().map(Cell::number).collect();
        assert_eq!((cells.len(), cells.first(), cells.last()), (216, Some(&0), Some(&215)));
        let rows: BTreeSet<u8> = Row::all().map(Row::number).collect();
        assert_eq!((rows.len(), rows.last()), (24, Some(&23)));
        for row in Row::all() {
            assert_eq!(Row::of_number(row.number()), Some(row));
        }
        assert_eq!(Row::of_number(24), None);
    }

    #[test]
    fn codes_are_those_of_the_wire() {
        let row = Row { value: ValueTier::High, reason: Reason::Price };
        assert_eq!(row.code(), "high-price");
        assert_eq!(serde_json::to_string(&row).unwrap(), r#"{"value":"high","reason":"price"}"#);
        assert_eq!(ValueTier::of_code("mid"), Some(ValueTier::Mid));
    }
}
