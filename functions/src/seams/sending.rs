//! Messages that a test hands to a way to send, as the dispatch does.

use axum::Json;
use serde::{Deserialize, Serialize};
use shared::id::Id;
use shared::provider::{Item, Mail, Mailbox, Outcome, Text};

use crate::ctx::Ctx;
use crate::db::senders;
use crate::extract::JsonBody;
use crate::problem::Problem;
use crate::providers::{self, Connection};
use crate::reception;

/// `channel`: a way to send; the outbox where it is left out.
#[derive(Debug, Deserialize)]
pub struct Asked {
    channel: Option<Id>,
    items: Vec<Asked1>,
}

/// A mail where it has a subject.
#[derive(Debug, Deserialize)]
struct Asked1 {
    touch: i64,
    key: String,
    to: String,
    subject: Option<String>,
    #[serde(default)]
    html: String,
    text: String,
    unsubscribe: Option<String>,
    unsubscribe_mail: Option<String>,
    thread: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Done {
    outcomes: Vec<Outcome>,
}

#[derive(Debug, Serialize)]
pub struct TakenUp {
    taken: usize,
}

#[worker::send]
pub async fn send(ctx: Ctx, JsonBody(asked): JsonBody<Asked>) -> Result<Json<Done>, Problem> {
    let refused = |why: String| Problem::Conflict("not_connected", why);
    let connection = match &asked.channel {
        Some(id) => {
            let row = senders::find(&ctx.db, Some(id), ctx.now).await?.into_iter().next().ok_or(Problem::NotFound)?;
            Connection::open(&ctx.env, &ctx.db, &ctx.settings, &row).map_err(refused)?
        }
        None => Connection::outbox(&ctx.db, &ctx.settings).ok_or(Problem::NotFound)?,
    };
    let items: Vec<Item> = asked.items.into_iter().map(|one| item(one, &connection)).collect();
    Ok(Json(Done { outcomes: providers::send(&connection, &items, ctx.now).await }))
}

#[worker::send]
pub async fn take_up(ctx: Ctx) -> Result<Json<TakenUp>, Problem> {
    Ok(Json(TakenUp { taken: reception::tidy(&ctx.db, ctx.now).await? }))
}

fn item(one: Asked1, connection: &Connection) -> Item {
    let from = connection.from().unwrap_or(Mailbox { name: None, email: String::new() });
    let Asked1 { touch, key, to, subject, html, text, unsubscribe, unsubscribe_mail, thread } = one;
    match subject {
        Some(subject) => Item::Mail(Box::new(Mail {
            touch,
            key,
            from,
            reply_to: connection.settings.reply_to.clone(),
            to: Mailbox { name: None, email: to },
            subject,
            html,
            text,
            unsubscribe,
            unsubscribe_mail,
            thread,
        })),
        None => Item::Text(Text { touch, key, from: from.email, to, body: text }),
    }
}
