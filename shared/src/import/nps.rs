//! Rows of answers to "would you recommend us?".

use super::EventRow;
use super::events::{details, with_unmapped};
use super::limits::TEXT_CHARS;
use super::refusal::{Refusal, shown};
use super::row::{Context, Row};

pub(super) fn read(row: &Row<'_>, context: &mut Context<'_>) -> Result<EventRow, Refusal> {
    let who = context.who(row)?;
    let missing = |field: &'static str| Refusal::of(field, "the cell is empty", "An answer needs its score and its time.");
    let text = context.text(row, "score").ok_or_else(|| missing("score"))?;
    let score = score(text).ok_or_else(|| {
        let fix = "Write a whole number from 0 (not at all) to 10 (very likely).";
        Refusal::of("score", format!("{} is not a score from 0 to 10", shown(text)), fix)
    })?;
    let occurred_at = context.time(row, "answered_at")?.ok_or_else(|| missing("answered_at"))?;
    let own = context.id(row, "response_id")?;
    let key = context.part_key(row, "nps", own.as_deref(), "answered");
    let named = details([("score", Some(score.to_string())), ("comment", context.short(row, "comment", TEXT_CHARS))]);
    let properties = with_unmapped(named, row, context)?;
    Ok(EventRow { line: row.line, key, who, name: "NPS Answered".to_owned(), occurred_at, properties })
}

fn score(text: &str) -> Option<u8> {
    let number = text.strip_suffix("/10").unwrap_or(text).trim();
    let whole = number.strip_suffix(".0").unwrap_or(number);
    whole.parse().ok().filter(|score| *score <= 10)
}
