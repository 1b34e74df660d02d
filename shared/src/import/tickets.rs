//! Rows of a help desk's tickets: each is opened, and perhaps solved.

use super::EventRow;
use super::events::{details, with_unmapped};
use super::headers::fold;
use super::limits::TEXT_CHARS;
use super::refusal::{Refusal, cut, shown};
use super::row::{Context, Row};

/// One or two events.
pub(super) fn read(row: &Row<'_>, context: &mut Context<'_>) -> Result<Vec<EventRow>, Refusal> {
    let who = context.who(row)?;
    let opened_at = context.time(row, "opened_at")?.ok_or_else(|| {
        Refusal::of("opened_at", "the cell is empty", "Fill in when the ticket was opened: it cannot be placed without.")
    })?;
    let own = context.id(row, "ticket_id")?;
    // What ties the two events of a ticket without a number together.
    let id = own.clone().unwrap_or_else(|| context.content(row, "ticket"));
    let tone = context.text(row, "tone").map(tone).transpose()?;
    let status = context.text(row, "status").map(fold);
    let is_over = status.as_deref().map(is_over);
    let solved_at = match is_over {
        Some(false) => None,
        Some(true) => {
            let stated = context.time(row, "solved_at")?;
            // Solved, nobody knows when: a ticket that is closed must not seem to wait.
            Some(stated.or(context.time(row, "updated_at").ok().flatten()).unwrap_or(opened_at))
        }
        None => context.time(row, "solved_at")?,
    };
    let named = details([
        ("id", Some(id.clone())),
        ("subject", context.short(row, "subject", TEXT_CHARS)),
        ("text", context.text(row, "text").map(|text| cut(text, TEXT_CHARS).to_owned())),
        ("tone", tone),
    ]);
    let key = |part| context.part_key(row, "ticket", own.as_deref(), part);
    let opened = EventRow {
        line: row.line,
        key: key("opened"),
        who: who.clone(),
        name: "Ticket Opened".to_owned(),
        occurred_at: opened_at,
        properties: with_unmapped(named, row, context)?,
    };
    let solved = solved_at.map(|at| EventRow {
        line: row.line,
        key: key("solved"),
        who,
        name: "Ticket Solved".to_owned(),
        occurred_at: at.max(opened_at),
        properties: details([("id", Some(id))]),
    });
    Ok([Some(opened), solved].into_iter().flatten().collect())
}

/// A status that is not known leaves the ticket open until it says when it was solved.
fn is_over(status: &str) -> bool {
    const OVER: [&str; 12] = [
        "solved",
        "closed",
        "resolved",
        "done",
        "completed",
        "archived",
        "gelost",
        "geschlossen",
        "resolu",
        "ferme",
        "cerrado",
        "resuelto",
    ];
    OVER.contains(&status)
}

fn tone(text: &str) -> Result<String, Refusal> {
    let word = match fold(text).as_str() {
        "negative" | "angry" | "bad" | "unhappy" => Some("negative"),
        "neutral" => Some("neutral"),
        "positive" | "glad" | "good" | "happy" => Some("positive"),
        _ => None,
    };
    let number = || text.replace(',', ".").parse::<f64>().ok().filter(|tone| (-1.0..=1.0).contains(tone));
    word.map(str::to_owned).or_else(|| number().map(|tone| tone.to_string())).ok_or_else(|| {
        let fix = "Use negative, neutral or positive, or a number from -1 to 1, or leave the column out.";
        Refusal::of("tone", format!("{} is not a tone", shown(text)), fix)
    })
}
