//! What the columns of a text table hold, guessed from the rows that may be known.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Cell, Column, Table, Values};
use crate::import::DateOrder;
use crate::import::text_values::{DateShape, date_shape, day_number, decimal_number};

/// So large a share of the cells that are not blank must read as numbers (or as dates) for a column of such; the rest are strays
/// such as "n.v." and count as missing.
const MOSTLY: f64 = 0.95;

/// How each column's cells are read. Guess it on training rows, then read every later row by it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    columns: Vec<(String, Kind)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 1234.5, 1,234.5, $1,234.50, 12 %, 1e3; with a decimal comma 1.234,5.
    Numbers {
        decimal_comma: bool,
    },
    /// Read as days since 1970, with the time as a share of a day.
    Dates {
        order: DateOrder,
    },
    Words,
}

impl Schema {
    /// One kind for each header; cells beyond the headers are left out.
    pub fn guess(headers: &[String], rows: &[Vec<String>]) -> Self {
        let cells = |place: usize| rows.iter().filter_map(move |row| row.get(place)).filter_map(|cell| known(cell));
        let columns = headers.iter().enumerate().map(|(place, name)| (name.clone(), kind(|| cells(place))));
        Self { columns: columns.collect() }
    }

    pub fn columns(&self) -> &[(String, Kind)] {
        &self.columns
    }

    /// Columns by name; one that `headers` lack is missing in every row.
    pub fn read(&self, headers: &[String], rows: &[Vec<String>]) -> Table {
        let column = |(name, kind): &(String, Kind)| {
            let place = headers.iter().position(|header| header == name);
            let cells = rows.iter().map(|row| place.and_then(|place| row.get(place)).and_then(|cell| known(cell)));
            Column { name: name.clone(), values: kind.read(cells) }
        };
        Table { columns: self.columns.iter().map(column).collect() }
    }
}

impl Kind {
    /// One cell by itself; NaN and `None` where nothing is known.
    pub fn cell<'a>(&self, cell: Option<&'a str>) -> Cell<'a> {
        let cell = cell.and_then(known);
        match *self {
            Self::Words => Cell::Word(cell),
            Self::Numbers { decimal_comma } => {
                Cell::Number(cell.and_then(|cell| number(cell, decimal_comma)).unwrap_or(f64::NAN))
            }
            Self::Dates { order } => Cell::Number(cell.and_then(|cell| day_number(cell, order)).unwrap_or(f64::NAN)),
        }
    }

    fn read<'a>(self, cells: impl Iterator<Item = Option<&'a str>>) -> Values {
        match self {
            Self::Words => levels(cells),
            Self::Numbers { decimal_comma } => {
                Values::Numbers(cells.map(|cell| cell.and_then(|cell| number(cell, decimal_comma)).unwrap_or(f64::NAN)).collect())
            }
            Self::Dates { order } => {
                Values::Numbers(cells.map(|cell| cell.and_then(|cell| day_number(cell, order)).unwrap_or(f64::NAN)).collect())
            }
        }
    }
}

/// `None` where the cell says that nothing is known.
pub fn known(cell: &str) -> Option<&str> {
    const NOTHING: [&str; 14] =
        ["-", "?", ".", "--", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "<na>", "missing", "undefined"];
    let cell = cell.trim();
    let nothing = cell.is_empty() || NOTHING.iter().any(|word| cell.eq_ignore_ascii_case(word));
    (!nothing).then_some(cell)
}

/// A finite number as people and programs write it.
pub fn number(cell: &str, decimal_comma: bool) -> Option<f64> {
    let cell = cell.strip_suffix('%').map_or(cell, str::trim_end);
    let plain = if decimal_comma && cell.contains(',') { None } else { cell.parse::<f64>().ok() };
    // Grouped by points where the comma is the decimal sign: 1.234 is 1234, not 1 and a bit.
    let plain = plain.filter(|_| !decimal_comma || !cell.contains('.'));
    plain.or_else(|| decimal_number(cell, decimal_comma)).filter(|number| number.is_finite())
}

/// Levels in the order of the alphabet, so that the order of the rows changes nothing.
fn levels<'a>(cells: impl Iterator<Item = Option<&'a str>>) -> Values {
    let cells: Vec<Option<&str>> = cells.collect();
    let mut codes: BTreeMap<&str, u32> = cells.iter().flatten().map(|cell| (*cell, 0)).collect();
    for (code, place) in codes.values_mut().zip(0..) {
        *code = place;
    }
    let levels = codes.keys().map(|level| (*level).to_owned()).collect();
    Values::Levels { codes: cells.iter().map(|cell| cell.and_then(|cell| codes.get(cell).copied())).collect(), levels }
}

fn kind<'a, Cells: Iterator<Item = &'a str>>(cells: impl Fn() -> Cells) -> Kind {
    let count = cells().count();
    let mostly = |reads: usize| count > 0 && reads as f64 >= MOSTLY * count as f64;
    let reads = |decimal_comma: bool| cells().filter(|cell| number(cell, decimal_comma).is_some()).count();
    let (point, comma) = (reads(false), reads(true));
    if mostly(point.max(comma)) {
        return Kind::Numbers { decimal_comma: comma > point };
    }
    let shapes: Vec<DateShape> = cells().filter_map(date_shape).collect();
    if !mostly(shapes.len()) {
        return Kind::Words;
    }
    let has = |wanted: DateShape| shapes.contains(&wanted);
    let order = match () {
        () if has(DateShape::DayFirst) => DateOrder::DayFirst,
        () if has(DateShape::MonthFirst) => DateOrder::MonthFirst,
        () if has(DateShape::Either('.')) => DateOrder::DayFirst,
        () if shapes.iter().any(|shape| matches!(shape, DateShape::Either(_))) => DateOrder::MonthFirst,
        () => DateOrder::YearFirst,
    };
    Kind::Dates { order }
}
