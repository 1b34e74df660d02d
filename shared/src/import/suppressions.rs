//! Rows of addresses that nobody may write to.

use super::SuppressionRow;
use super::headers::fold;
use super::refusal::{Refusal, shown};
use super::row::{Context, Row};
use super::who;

/// An address, a phone number, or both: each is a row.
pub(super) fn read(row: &Row<'_>, context: &mut Context<'_>) -> Result<Vec<SuppressionRow>, Refusal> {
    let email = context.text(row, "email").map(|text| who::email("email", text)).transpose()?;
    let phone = context.text(row, "phone").map(phone).transpose()?;
    if email.is_none() && phone.is_none() {
        let field = if context.columns.of("email").is_some() { "email" } else { "phone" };
        return Err(Refusal::of(field, "the row has no address", "Fill in the e-mail address or the phone number."));
    }
    let at = context.time(row, "at")?;
    let reason = context.text(row, "reason").map_or("imported", reason);
    let each = [("email", email), ("sms", phone)].into_iter().filter_map(|(channel, address)| Some((channel, address?)));
    let suppression = |(channel, address): (&str, String)| SuppressionRow {
        line: row.line,
        channel: channel.to_owned(),
        address,
        reason: reason.to_owned(),
        at,
    };
    Ok(each.map(suppression).collect())
}

pub(super) fn is_reason(text: &str) -> bool {
    reason(text) != "imported"
}

fn phone(text: &str) -> Result<String, Refusal> {
    who::phone(text).ok_or_else(|| {
        let fix = "Write the number with its country, such as +49 30 1234567.";
        Refusal::of("phone", format!("{} is not a phone number", shown(text)), fix)
    })
}

/// What it says in the words of mail tools; any other reason is as good as none, since the address is not written to either way.
fn reason(text: &str) -> &'static str {
    let folded = fold(text);
    let says = |words: &[&str]| words.iter().any(|word| folded.contains(word));
    if says(&["spam", "complain", "abuse", "fbl"]) {
        "complained"
    } else if says(&["bounce", "invalid", "clean", "undeliverable", "does not exist", "550", "mailbox"]) {
        "bounced"
    } else if says(&["unsub", "opt out", "opted out", "optout", "abgemeldet", "no longer want", "never signed up"]) {
        "unsubscribed"
    } else {
        "imported"
    }
}
