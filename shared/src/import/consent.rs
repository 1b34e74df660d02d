//! Rows that say who agreed to be written to, or took it back, with what shows it.

use super::customers::consent;
use super::headers::fold;
use super::limits::{NAME_CHARS, TEXT_CHARS};
use super::refusal::{Refusal, shown};
use super::row::{Context, Row};
use super::who::phone;
use super::{ConsentRow, CustomerRow};

/// One channel of one person. A row that was taken back is an opt-out, whatever else it says; one with nothing but a time is a consent
/// of that time, as the exports of subscribers have them.
pub(super) fn read(row: &Row<'_>, context: &mut Context<'_>) -> Result<CustomerRow, Refusal> {
    let who = context.who(row)?;
    let channel = context.text(row, "channel").map_or(Ok("email"), channel)?;
    let stated = context.text(row, "consent").map(|text| consent("consent", text)).transpose()?;
    let (at, withdrawn_at) = (context.time(row, "at")?, context.time(row, "withdrawn_at")?);
    let (granted, at) = match (stated, at, withdrawn_at) {
        (_, _, Some(withdrawn)) => (false, Some(withdrawn)),
        (Some(Some(granted)), at, None) => (granted, at),
        (None, Some(at), None) => (true, Some(at)),
        (Some(None), _, None) | (None, None, None) => {
            let fix = "Write yes or no, or leave the row out: without an answer nobody is written to.";
            return Err(Refusal::of("consent", "the row does not say whether the person agrees", fix));
        }
    };
    let consents = vec![ConsentRow {
        channel: channel.to_owned(),
        granted,
        at,
        source: context.short(row, "source", NAME_CHARS),
        wording: context.short(row, "wording", TEXT_CHARS),
    }];
    Ok(CustomerRow {
        line: row.line,
        who,
        kind: None,
        contact_name: None,
        contact_role: None,
        phone: context.text(row, "phone").and_then(phone),
        country: None,
        time_zone: None,
        created_at: None,
        updated_at: None,
        tags: Vec::new(),
        traits: Default::default(),
        consents,
    })
}

pub(super) fn channel(text: &str) -> Result<&'static str, Refusal> {
    match fold(text).as_str() {
        "email" | "e mail" | "mail" | "newsletter" | "email marketing" => Ok("email"),
        "sms" | "text" | "text message" | "mobile" | "phone" | "sms marketing" => Ok("sms"),
        _ => {
            let reason = format!("{} is not a channel", shown(text));
            Err(Refusal::of("channel", reason, "Use email or sms, or leave the column out where all rows are about e-mail."))
        }
    }
}
