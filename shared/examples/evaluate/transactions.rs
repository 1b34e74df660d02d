//! A log of transactions: who bought when, and for how much.

use std::collections::BTreeMap;

use shared::learn::{Column, Kind, Schema, Values};
use shared::money::{Currency, Money, Rates};
use shared::state::{OrderFact, State, fold};
use shared::time::{Day, MILLIS_PER_DAY, Millis};

use crate::files::File;
use crate::options::Options;

/// Transactions by customer, in the order of the customers' ids.
#[derive(Debug, Default)]
pub struct Transactions {
    pub customers: BTreeMap<String, Vec<OrderFact>>,
    /// Rows without a customer.
    pub anonymous: usize,
    /// Rows of less than nothing: refunds are no orders.
    pub negative: usize,
    pub first: Day,
    pub last: Day,
}

impl Transactions {
    /// From `--transactions`, `--customer`, `--date` and, where given, `--amount`.
    ///
    /// # Errors
    /// A column that is not there, a cell that is no date or no amount, a file without transactions.
    pub fn read(options: &Options) -> Result<Self, String> {
        let file = File::read(options.need("transactions")?)?;
        let customers = file.cells(options.need("customer")?)?;
        let days = days(&file, options.need("date")?)?;
        let amounts = match options.get("amount") {
            Some(name) => amounts(&file, name)?,
            None => vec![0; file.rows.len()],
        };
        let mut read = Self { first: Day(i32::MAX), last: Day(i32::MIN), ..Self::default() };
        for ((customer, at), minor) in customers.into_iter().zip(days).zip(amounts) {
            if customer.is_empty() {
                read.anonymous += 1;
            } else if minor < 0 {
                read.negative += 1;
            } else {
                let amount = Money::new(minor, Currency::USD);
                read.customers.entry(customer.to_owned()).or_default().push(OrderFact {
                    at,
                    amount,
                    refunded: 0,
                    discount: 0,
                    paid: true,
                });
                read.first = read.first.min(at.day());
                read.last = read.last.max(at.day());
            }
        }
        if read.customers.is_empty() {
            return Err(format!("{}: no row has a customer, a date and an amount of at least 0", file.path));
        }
        Ok(read)
    }

    /// Every customer who bought by the end of `day`, as known then.
    pub fn states(&self, day: Day) -> Vec<(&str, State)> {
        let rates = Rates::new(Currency::USD);
        let known = |orders: &[OrderFact]| orders.iter().filter(|order| order.at.day() <= day).cloned().collect::<Vec<_>>();
        let states = self.customers.iter().map(|(id, orders)| (id.as_str(), known(orders)));
        states.filter(|(_, orders)| !orders.is_empty()).map(|(id, orders)| (id, fold(&orders, &[], &rates))).collect()
    }

    /// Of each customer of [`Self::states`] on `day`, whether an order followed by the end of `until`.
    pub fn bought(&self, day: Day, until: Day) -> Vec<bool> {
        let known = self.customers.values().filter(|orders| orders.iter().any(|order| order.at.day() <= day));
        known.map(|orders| orders.iter().any(|order| order.at.day() > day && order.at.day() <= until)).collect()
    }
}

/// A day as an option or a cell writes it: a date, a date with a time, or eight digits.
pub fn day(text: &str) -> Result<Day, String> {
    let rows = [vec![text.to_owned()]];
    let found = moments(&["day".to_owned()], &rows).and_then(|found| found.first().copied()).filter(|day| day.is_finite());
    found.map(|day| Day(day.floor() as i32)).ok_or_else(|| format!("{text:?} is no date such as 1997-12-31"))
}

fn days(file: &File, name: &str) -> Result<Vec<Millis>, String> {
    let cells: Vec<Vec<String>> = file.cells(name)?.into_iter().map(|cell| vec![cell.to_owned()]).collect();
    let found = moments(&[name.to_owned()], &cells)
        .ok_or_else(|| format!("{}: {name} does not read as dates, such as 1997-12-31 or 1997-12-31 08:30", file.path))?;
    let read = |(row, day): (usize, &f64)| {
        let cell = cells.get(row).and_then(|cells| cells.first()).map_or("", String::as_str);
        if day.is_finite() {
            Ok(Millis((day * MILLIS_PER_DAY as f64).round() as i64))
        } else {
            Err(format!("{} line {}: {name} {cell:?} is no date", file.path, row + 2))
        }
    };
    found.iter().enumerate().map(read).collect()
}

/// Days since 1970 with the time as a share; `None` where the column does not look like dates.
fn moments(name: &[String], cells: &[Vec<String>]) -> Option<Vec<f64>> {
    let schema = Schema::guess(name, cells);
    let kind = schema.columns().first().map(|(_, kind)| *kind);
    let mut columns = schema.read(name, cells).columns.into_iter();
    let Some(Column { values: Values::Numbers(numbers), .. }) = columns.next() else { return None };
    match kind {
        Some(Kind::Dates { .. }) => Some(numbers),
        Some(Kind::Numbers { .. }) => numbers.into_iter().map(eight_digits).collect(),
        _ => None,
    }
}

/// 19971231.
fn eight_digits(number: f64) -> Option<f64> {
    if number.fract() != 0.0 || !(19_000_101.0..=29_991_231.0).contains(&number) {
        return None;
    }
    let number = number as i32;
    let text = format!("{:04}-{:02}-{:02}", number / 10_000, number / 100 % 100, number % 100);
    Day::parse_iso(&text).map(|day| f64::from(day.0))
}

/// In hundredths; a blank cell is nothing.
fn amounts(file: &File, name: &str) -> Result<Vec<i64>, String> {
    let cells = file.cells(name)?;
    let rows: Vec<Vec<String>> = cells.iter().map(|cell| vec![(*cell).to_owned()]).collect();
    let header = [name.to_owned()];
    let mut columns = Schema::guess(&header, &rows).read(&header, &rows).columns.into_iter();
    let Some(Column { values: Values::Numbers(numbers), .. }) = columns.next() else {
        return Err(format!("{}: {name} does not read as amounts", file.path));
    };
    let hundredths = |(row, number): (usize, f64)| match cells.get(row) {
        Some(cell) if number.is_nan() && !cell.is_empty() => {
            Err(format!("{} line {}: {name} {cell:?} is no amount", file.path, row + 2))
        }
        _ if number.is_nan() => Ok(0),
        _ if number.abs() > 1e13 => Err(format!("{} line {}: {name} is too large", file.path, row + 2)),
        _ => Ok((number * 100.0).round() as i64),
    };
    numbers.into_iter().enumerate().map(hundredths).collect()
}
