//! What a source sent last.

use axum::Json;
use serde_json::Value;
use shared::api::{Message, Messages, MessagesQuery, SourceSettings};
use shared::id::Id;
use shared::money::Currency;
use shared::source::{Delivery, Kind, Refusal, Who, read, summary};
use shared::time::Millis;

use super::{find, kind_of, settings_of};
use crate::ctx::Ctx;
use crate::db::inbox::{self, Tailed};
use crate::db::shop;
use crate::extract::{PathId, QueryString};
use crate::problem::Problem;

const DEFAULT_LIMIT: u32 = 50;
const MOST: u32 = 200;

/// What of a source its messages are read with.
struct Reader {
    source: i64,
    kind: Kind,
    settings: SourceSettings,
    currency: Currency,
}

/// What a source sent last, the newest first: in words and as it came.
///
/// Of all sources together the newest 20,000 messages are looked through.
#[utoipa::path(get, path = "/api/sources/{id}/messages", tag = "sources", params(("id" = String, Path, format = "uuid"), MessagesQuery),
    responses((status = 200, body = Messages), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn messages(
    ctx: Ctx,
    PathId(id): PathId,
    QueryString(asked): QueryString<MessagesQuery>,
) -> Result<Json<Messages>, Problem> {
    let limit = asked.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::field("limit", format!("Use 1 to {MOST}")));
    }
    let source = find(&ctx, &id).await?;
    let currency = shop::read(&ctx.db).await?.home_currency;
    let reader = Reader { source: source.id, kind: kind_of(&source)?, settings: settings_of(&source), currency };
    let after = i64::try_from(asked.after.unwrap_or(0)).unwrap_or(i64::MAX);
    let tail = inbox::tail(&ctx.db, source.id, after, limit).await?;
    let told: Vec<_> = tail.iter().map(|row| reader.told(row)).collect();
    let keys: Vec<_> = told.iter().flat_map(|(_, keys)| keys.clone()).collect();
    let people = inbox::people(&ctx.db, &keys).await?;
    let messages = tail.into_iter().zip(told).map(|(row, (summary, keys))| {
        let customer = keys.iter().find_map(|key| people.iter().find(|person| person.is(key)));
        wire(row, summary, customer.map(|person| person.public_id.clone()))
    });
    Ok(Json(Messages { messages: messages.collect() }))
}

fn wire(row: Tailed, summary: String, customer: Option<Id>) -> Message {
    Message {
        id: u64::try_from(row.id).unwrap_or_default(),
        key: row.key,
        topic: row.topic,
        received_at: Millis(row.received_at).rfc3339(),
        state: row.state,
        summary,
        customer,
        body: row.body,
    }
}

impl Reader {
    /// In a sentence, and by which keys whoever it is about may be known: the surest first.
    fn told(&self, row: &Tailed) -> (String, Vec<(String, String)>) {
        let facts = match serde_json::from_str::<Value>(&row.body) {
            Ok(body) => read(&Delivery {
                kind: self.kind,
                topic: &row.topic,
                body: &body,
                key: &row.key,
                received_at: Millis(row.received_at),
                sent_at: row.sent_at.map(Millis),
                currency: self.currency,
                site: self.settings.site.as_deref(),
                by_browser: self.kind == Kind::Browser,
            }),
            Err(_) => Err(Refusal::of("body", "it is no JSON", "mend the body")),
        };
        let keys = facts.as_ref().ok().and_then(|facts| summary::person(facts)).map(|who| self.keys(who)).unwrap_or_default();
        (summary::summary(&row.topic, &facts), keys)
    }

    fn keys(&self, who: &Who) -> Vec<(String, String)> {
        let key = |kind: &str, value: &Option<String>| value.as_ref().map(|value| (kind.to_owned(), value.clone()));
        let of_source = |kind: &str, value: &Option<String>| {
            value.as_ref().map(|value| (kind.to_owned(), format!("{}:{value}", self.source)))
        };
        let keys = [
            of_source("external", &who.external_id),
            key("email", &who.email),
            key("phone", &who.phone),
            of_source("anonymous", &who.anonymous_id),
        ];
        keys.into_iter().flatten().collect()
    }
}
