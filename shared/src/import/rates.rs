//! Rows of daily exchange rates.

use super::RateRow;
use super::amounts;
use super::limits::RATE;
use super::refusal::{Refusal, shown};
use super::row::{Context, Row};

pub(super) fn read(row: &Row<'_>, context: &mut Context<'_>) -> Result<RateRow, Refusal> {
    let missing = |field: &'static str| Refusal::of(field, "the cell is empty", "A rate needs a currency, a day and a number.");
    let currency = context.text(row, "currency").ok_or_else(|| missing("currency"))?;
    let currency = amounts::currency("currency", currency)?;
    let day = context.text(row, "date").ok_or_else(|| missing("date"))?;
    let day = context.times.read_day("date", day)?;
    let text = context.text(row, "rate").ok_or_else(|| missing("rate"))?;
    let written = amounts::decimal(text, context.decimal_comma).filter(|written| written.mark.is_empty() && !written.negative);
    let rate = written.and_then(|written| written.digits.parse::<f64>().ok()).filter(|&rate| is_rate(rate));
    let rate = rate.ok_or_else(|| {
        let fix = "Write how much one unit of the currency is worth in your home currency, such as 0.8511.";
        Refusal::of("rate", format!("{} is not a rate", shown(text)), fix)
    })?;
    Ok(RateRow { line: row.line, currency, day, rate })
}

pub(super) fn is_rate(rate: f64) -> bool {
    rate.is_finite() && rate > 0.0 && rate <= RATE
}
