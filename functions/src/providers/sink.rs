//! The outbox of a local run, which the app shows: nothing leaves the machine.

use shared::provider::{Item, Outcome};
use shared::time::Millis;
use worker::console_error;

use super::Connection;
use crate::db::outbox::{self, Letter};

/// One write for all of them.
pub async fn send(connection: &Connection, items: &[Item], now: Millis) -> Vec<Outcome> {
    let letters: Vec<Letter<'_>> = items.iter().map(letter).collect();
    let accepted = |item: &Item| Outcome::Accepted { id: Some(format!("outbox-{}", item.touch())) };
    match outbox::put(&connection.db, &letters, now).await {
        Ok(()) => items.iter().map(accepted).collect(),
        Err(error) => {
            console_error!("{}", serde_json::json!({ "kind": "error", "job": "sink", "error": error.to_string() }));
            // The write is all or nothing, and says so where it did nothing.
            vec![Outcome::Temporary { retry_after: None, proven_not_accepted: true }; items.len()]
        }
    }
}

fn letter(item: &Item) -> Letter<'_> {
    match item {
        Item::Mail(mail) => Letter {
            channel: "email",
            recipient: &mail.to.email,
            subject: &mail.subject,
            body: &mail.text,
            html: Some(&mail.html),
            touch: mail.touch,
        },
        Item::Text(text) => {
            Letter { channel: "sms", recipient: &text.to, subject: "", body: &text.body, html: None, touch: text.touch }
        }
    }
}
