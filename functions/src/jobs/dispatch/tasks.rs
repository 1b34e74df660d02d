//! What is written down beside the record of a touch: a person's task, and what a site shows.

use shared::campaign::Channel;
use shared::time::{MILLIS_PER_DAY, Millis};

use super::write::{Ready, What};
use crate::db::Statement;
use crate::db::tasks::{self, NewTask};
use crate::db::touches::Row;
use crate::random;

/// Days that a person has for a task.
const DUE_DAYS: i64 = 2;

/// Days that a site shows a message.
const SHOWN_DAYS: i64 = 14;

/// Statements that write only where the touch was recorded with them: they stand behind the record, in its batch.
pub fn written(touch: &Row, ready: &Ready, now: Millis) -> Vec<Statement> {
    match &ready.what {
        What::Item(_) => Vec::new(),
        What::InApp(message) => {
            let until = Millis(now.0 + SHOWN_DAYS * MILLIS_PER_DAY);
            vec![tasks::show_in_app(touch.id, touch.customer_id, message, until)]
        }
        What::Script { title, text } => {
            let Ok(id) = random::id(now) else { return Vec::new() };
            let kind = match Channel::of_code(&touch.channel) {
                Some(Channel::Video) => "video",
                Some(Channel::Post) => "post",
                _ => "call",
            };
            vec![tasks::add(&NewTask {
                id: &id,
                touch: Some(touch.id),
                campaign: Some(touch.campaign_id),
                customer: Some(touch.customer_id),
                kind,
                title,
                script: &[("script", text.as_str())],
                due_at: Millis(now.0 + DUE_DAYS * MILLIS_PER_DAY),
                now,
            })]
        }
    }
}
