//! Rows of what became of the shop's other mail: delivered, opened, clicked.
//!
//! Two forms: a row for each thing that happened (`event` and `time`), or a row for each recipient with a time in up to three columns.

use sha2::{Digest, Sha256};

use super::events::{details, with_unmapped};
use super::headers::fold;
use super::limits::NAME_CHARS;
use super::refusal::{Refusal, shown};
use super::row::{Context, Row, hex};
use super::{EventRow, Key};

const DELIVERED: &str = "Email Delivered";
const OPENED: &str = "Email Opened";
const CLICKED: &str = "Email Link Clicked";

pub(super) fn read(row: &Row<'_>, context: &mut Context<'_>) -> Result<Vec<EventRow>, Refusal> {
    let who = context.who(row)?;
    let mut told = Vec::new();
    let event = context.text(row, "event").map(event).transpose()?;
    match (event, context.time(row, "time")?) {
        (Some(name), Some(at)) => told.push((name, at, true)),
        (Some(_), None) if context.columns.of("time").is_some() => return Err(missing("time")),
        (None, Some(_)) => return Err(missing("event")),
        (_, None) => {}
    }
    for (field, name) in [("delivered_at", DELIVERED), ("opened_at", OPENED), ("clicked_at", CLICKED)] {
        told.extend(context.time(row, field)?.map(|at| (name, at, false)));
    }
    if told.is_empty() {
        let fix = "Fill in when the mail was delivered, opened or clicked, or leave the row out.";
        return Err(Refusal::of_row("the row does not say that anything happened", fix));
    }
    let machine = context.text(row, "machine").map(whether).transpose()?;
    let message = context.id(row, "message_id")?;
    let mut rows = Vec::with_capacity(told.len());
    for (name, occurred_at, is_repeatable) in told {
        let key = match &message {
            // The number is often the campaign's: what makes the row one is whom it went to. Somebody may open a message twice.
            Some(message) => {
                let person = who.external_id.as_ref().or(who.email.as_ref()).map_or("", String::as_str);
                let time = if is_repeatable { occurred_at.0 } else { 0 };
                let mut digest = Sha256::new();
                digest.update([message.as_str(), person, name].join("\u{1f}").as_bytes());
                digest.update(time.to_be_bytes());
                Key::Own(format!("mail:{}", hex(&digest.finalize())))
            }
            None => context.part_key(row, "mail", None, name),
        };
        let by_machine = machine.filter(|_| name == OPENED).map(|machine| machine.to_string());
        let named = details([("campaign", context.short(row, "campaign", NAME_CHARS)), ("machine", by_machine)]);
        let properties = with_unmapped(named, row, context)?;
        rows.push(EventRow { line: row.line, key, who: who.clone(), name: name.to_owned(), occurred_at, properties });
    }
    Ok(rows)
}

pub(super) fn is_event(text: &str) -> bool {
    event(text).is_ok()
}

fn event(text: &str) -> Result<&'static str, Refusal> {
    match fold(text).as_str() {
        "email delivered" | "delivered" | "delivery" | "received email" | "received" | "email received" | "sent"
        | "email sent" | "delivered email" => Ok(DELIVERED),
        "email opened" | "opened" | "open" | "opened email" | "email open" | "unique open" => Ok(OPENED),
        "email link clicked" | "email clicked" | "clicked" | "click" | "clicked email" | "email click" | "link clicked"
        | "unique click" => Ok(CLICKED),
        _ => {
            let fix = "Leave the row out, or import those who unsubscribed, bounced or complained as suppressions.";
            Err(Refusal::of("event", format!("{} is neither a delivery, an open nor a click", shown(text)), fix))
        }
    }
}

fn whether(text: &str) -> Result<bool, Refusal> {
    match fold(text).as_str() {
        "yes" | "y" | "true" | "1" | "ja" | "oui" | "si" | "machine" | "bot" | "proxy" => Ok(true),
        "no" | "n" | "false" | "0" | "nein" | "non" | "person" | "human" => Ok(false),
        _ => {
            let fix = "Use yes or no, or leave the cell empty where it is not known.";
            Err(Refusal::of("machine", format!("{} does not say whether a machine opened it", shown(text)), fix))
        }
    }
}

fn missing(field: &'static str) -> Refusal {
    Refusal::of(field, "the cell is empty", "A row needs what happened and when, or a time in one of the columns for them.")
}
