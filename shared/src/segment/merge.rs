//! Thin cells merge upward, so that no segment is too small to learn from.
//!
//! # The rule
//! Of each row (value and reason), which never merges:
//! 1. A cell with at least [`LEAST`] customers is a segment of its own.
//! 2. The thinner ones of one engagement share a segment, in which the chance of return is dropped.
//! 3. Where that is still too thin, it joins the rest of its row, in which engagement is dropped too.
//! 4. Where the rest of a row has people and still too few, the smallest segment of the row joins it, until there are enough or the
//!    row is one segment.
//!
//! A segment that stands keeps standing until it falls below [`KEPT`], so that people at the edge are not moved to and fro each day.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Cell, Engagement, Row, WinBack, row_name};

/// Customers from which on a segment stands by itself.
pub const LEAST: u32 = 50;

/// Customers down to which one that stands goes on standing.
pub const KEPT: u32 = 35;

/// A micro-segment: a row, or the part of it with one engagement, or with one chance of return as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Segment {
    pub row: Row,
    pub part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// All of the row that no other segment holds.
    Rest,
    /// The same of one engagement.
    Engaged(Engagement),
    /// One cell.
    Cell(Engagement, WinBack),
}

/// Which segment each cell belongs to, by the cell's number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<u16>", into = "Vec<u16>")]
pub struct Map(Vec<Segment>);

impl Segment {
    /// As it is stored; never changes: the row's number, then 0 or one more than the number of the engagement, then the same of the
    /// chance.
    pub fn number(self) -> u16 {
        let (engagement, chance) = match self.part {
            Part::Rest => (0, 0),
            Part::Engaged(engagement) => (engagement.number() + 1, 0),
            Part::Cell(engagement, chance) => (engagement.number() + 1, chance.number() + 1),
        };
        u16::from(self.row.number()) * 16 + u16::from(engagement) * 4 + u16::from(chance)
    }

    pub fn of_number(number: u16) -> Option<Self> {
        let row = Row::of_number(u8::try_from(number / 16).ok()?)?;
        let level = |digit: u16| u8::try_from(digit).ok()?.checked_sub(1);
        let engagement = level(number / 4 % 4).and_then(Engagement::of_number);
        let chance = level(number % 4).and_then(WinBack::of_number);
        let part = match (engagement, chance) {
            (None, None) => Part::Rest,
            (Some(engagement), None) => Part::Engaged(engagement),
            (Some(engagement), Some(chance)) => Part::Cell(engagement, chance),
            (None, Some(_)) => return None,
        };
        Some(Self { row, part })
    }

    /// As the API names it: `high-price`, `high-price-engaged`, `high-price-engaged-likely`.
    pub fn code(self) -> String {
        let row = self.row.code();
        match self.part {
            Part::Rest => row,
            Part::Engaged(engagement) => format!("{row}-{}", engagement.code()),
            Part::Cell(engagement, chance) => format!("{row}-{}-{}", engagement.code(), chance.code()),
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Row::all().find_map(|row| {
            let rest = code.strip_prefix(row.code().as_str())?;
            let part = match rest.strip_prefix('-') {
                None if rest.is_empty() => Part::Rest,
                None => return None,
                Some(levels) => match levels.split_once('-') {
                    None => Part::Engaged(Engagement::of_code(levels)?),
                    Some((engagement, chance)) => Part::Cell(Engagement::of_code(engagement)?, WinBack::of_code(chance)?),
                },
            };
            Some(Self { row, part })
        })
    }

    /// In a marketer's words: `High value, price, engaged, likely to return`.
    pub fn name(self) -> String {
        let row = row_name(self.row);
        match self.part {
            Part::Rest => row,
            Part::Engaged(engagement) => format!("{row}, {}", engagement.name().to_lowercase()),
            Part::Cell(engagement, chance) => {
                format!("{row}, {}, {}", engagement.name().to_lowercase(), chance.name().to_lowercase())
            }
        }
    }

    fn above(self) -> Option<Self> {
        let part = match self.part {
            Part::Rest => return None,
            Part::Engaged(_) => Part::Rest,
            Part::Cell(engagement, _) => Part::Engaged(engagement),
        };
        Some(Self { part, ..self })
    }

    fn of_cell(cell: Cell) -> Self {
        Self { row: cell.row(), part: Part::Cell(cell.engagement, cell.win_back) }
    }
}

impl Default for Map {
    /// Each row is one segment: before anybody is counted.
    fn default() -> Self {
        Self(Cell::all().map(|cell| Segment { row: cell.row(), part: Part::Rest }).collect())
    }
}

impl Map {
    /// By the rule above. `customers` are those of each cell, by its number; what is beyond its end has none.
    #[must_use]
    pub fn of(customers: &[u32], before: &Self) -> Self {
        let cells: Vec<Cell> = Cell::all().collect();
        let standing: std::collections::BTreeSet<Segment> = before.0.iter().copied().collect();
        let mut map: Vec<Segment> = cells.iter().copied().map(Segment::of_cell).collect();
        let count = |map: &[Segment], segment: Segment| -> u32 {
            map.iter().zip(customers).filter(|(at, _)| **at == segment).fold(0_u32, |sum, (_, more)| sum.saturating_add(*more))
        };
        let is_thin = |segment: Segment, count: u32| count < if standing.contains(&segment) { KEPT } else { LEAST };
        for _ in 0..2 {
            let thin: Vec<Segment> = distinct(&map, |_| true)
                .into_iter()
                .filter(|segment| segment.part != Part::Rest && is_thin(*segment, count(&map, *segment)))
                .collect();
            // Cells first: what shares an engagement is counted again before it joins the rest of its row.
            let is_cell = |segment: &Segment| matches!(segment.part, Part::Cell(..));
            let cells_first = thin.iter().any(is_cell);
            for segment in thin.into_iter().filter(|segment| !cells_first || is_cell(segment)) {
                raise(&mut map, segment);
            }
        }
        for row in Row::all() {
            let rest = Segment { row, part: Part::Rest };
            loop {
                let in_rest = count(&map, rest);
                if in_rest == 0 || !is_thin(rest, in_rest) {
                    break;
                }
                let others = distinct(&map, |segment| segment.row == row && segment != rest);
                let smallest = others.into_iter().min_by_key(|segment| (count(&map, *segment), *segment));
                let Some(smallest) = smallest else { break };
                map.iter_mut().filter(|at| **at == smallest).for_each(|at| *at = rest);
            }
        }
        Self(map)
    }

    pub fn segment(&self, cell: Cell) -> Segment {
        let rest = Segment { row: cell.row(), part: Part::Rest };
        self.0.get(usize::from(cell.number())).copied().unwrap_or(rest)
    }

    /// The numbers of segments, by the numbers of cells: for statements.
    pub fn numbers(&self) -> Vec<u16> {
        self.0.iter().map(|segment| segment.number()).collect()
    }

    /// The cells of a segment.
    pub fn cells(&self, segment: Segment) -> impl Iterator<Item = Cell> {
        Cell::all().zip(&self.0).filter(move |(_, at)| **at == segment).map(|(cell, _)| cell)
    }

    pub fn segments(&self) -> Vec<Segment> {
        distinct(&self.0, |_| true)
    }
}

/// The fewest customers of a segment that has any, except of rows that are one segment: those cannot merge.
pub fn thinnest(map: &Map, customers: &[u32]) -> Option<u32> {
    let mut counts = std::collections::BTreeMap::new();
    for (segment, more) in map.0.iter().zip(customers) {
        *counts.entry(*segment).or_insert(0_u32) += more;
    }
    let is_whole_row = |segment: &Segment| counts.keys().filter(|other| other.row == segment.row).count() == 1;
    counts.iter().filter(|(segment, count)| **count > 0 && !is_whole_row(segment)).map(|(_, count)| *count).min()
}

fn raise(map: &mut [Segment], segment: Segment) {
    if let Some(above) = segment.above() {
        map.iter_mut().filter(|at| **at == segment).for_each(|at| *at = above);
    }
}

fn distinct(map: &[Segment], keep: impl Fn(Segment) -> bool) -> Vec<Segment> {
    let set: std::collections::BTreeSet<Segment> = map.iter().copied().filter(|segment| keep(*segment)).collect();
    set.into_iter().collect()
}

impl From<Vec<u16>> for Map {
    /// What cannot be read, or is not there, is the whole row.
    fn from(numbers: Vec<u16>) -> Self {
        let Self(mut map) = Self::default();
        for (at, number) in map.iter_mut().zip(numbers) {
            if let Some(segment) = Segment::of_number(number).filter(|segment| segment.row == at.row) {
                *at = segment;
            }
        }
        Self(map)
    }
}

impl From<Map> for Vec<u16> {
    fn from(map: Map) -> Self {
        map.numbers()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::reason::Reason;
    use crate::segment::ValueTier;

    const ROW: Row = Row { value: ValueTier::High, reason: Reason::Price };

    /// Customers of the row's nine cells.
    fn counts(nine: [u32; 9]) -> Vec<u32> {
        let mut customers = vec![0; 216];
        let cells: Vec<Cell> = Cell::all().filter(|cell| cell.row() == ROW).collect();
        for (cell, count) in cells.into_iter().zip(nine) {
            customers[usize::from(cell.number())] = count;
        }
        customers
    }

    fn names(nine: [u32; 9]) -> Vec<String> {
        let customers = counts(nine);
        let map = Map::of(&customers, &Map::default());
        let has_people = |segment: &Segment| map.cells(*segment).any(|cell| customers[usize::from(cell.number())] > 0);
        map.segments().into_iter().filter(|segment| segment.row == ROW && has_people(segment)).map(Segment::name).collect()
    }

    #[test]
    fn thin_cells_drop_the_chance_first_and_then_engagement() {
        assert_eq!(
            names([60, 0, 0, 0, 0, 0, 0, 0, 70]),
            ["High value, price, silent, unlikely to return", "High value, price, engaged, likely to return"]
        );
        assert_eq!(
            names([60, 30, 30, 0, 0, 0, 0, 0, 0]),
            ["High value, price, silent", "High value, price, silent, unlikely to return"]
        );
        assert_eq!(
            names([30, 10, 0, 20, 10, 0, 0, 0, 80]),
            ["High value, price", "High value, price, engaged, likely to return"]
        );
        // The rest of the row would be too thin: the smallest joins it.
        assert_eq!(names([60, 0, 0, 3, 0, 0, 0, 0, 80]), ["High value, price", "High value, price, engaged, likely to return"]);
        assert_eq!(names([3, 0, 0, 0, 0, 0, 0, 0, 4]), ["High value, price"]);
    }

    #[test]
    fn one_that_stands_goes_on_standing_for_a_while() {
        let before = Map::of(&counts([60, 0, 0, 0, 0, 0, 0, 0, 70]), &Map::default());
        let after = |few| Map::of(&counts([few, 0, 0, 0, 0, 0, 0, 0, 70]), &before).segments().len();
        assert_eq!(after(KEPT), before.segments().len());
        assert_eq!((after(KEPT - 1), before.segments().len()), (24, 26), "the rest of the row is too thin by itself");
    }

    #[test]
    fn numbers_and_codes_lead_back_to_their_segment() {
        for number in 0..24 * 16 {
            if let Some(segment) = Segment::of_number(number) {
                assert_eq!(segment.number(), number);
                assert_eq!(Segment::of_code(&segment.code()), Some(segment), "{}", segment.code());
            }
        }
        let all = (0..u16::MAX).filter_map(Segment::of_number).count();
        assert_eq!(all, 24 * 13);
        for code in ["high", "high-price-", "high-prices", "high-price-likely", "high-price-engaged-often", ""] {
            assert_eq!(Segment::of_code(code), None, "{code}");
        }
    }

    proptest! {
        #[test]
        fn rows_keep_their_people_and_no_segment_is_thin(
            customers in prop::collection::vec(prop_oneof![Just(0_u32), 0_u32..60, 0_u32..2_000], 216),
        ) {
            let map = Map::of(&customers, &Map::default());
            for (cell, segment) in Cell::all().zip(map.numbers()) {
                prop_assert_eq!(Segment::of_number(segment).map(|segment| segment.row), Some(cell.row()));
            }
            prop_assert!(thinnest(&map, &customers).is_none_or(|least| least >= KEPT));
            prop_assert_eq!(&Map::from(map.numbers()), &map);
            // Nobody moves where nothing changed.
            prop_assert_eq!(Map::of(&customers, &map), map);
        }
    }
}
