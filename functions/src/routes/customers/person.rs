//! `GET /api/customers/{id}/export`.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Map, Value, json};
use shared::api::Customer;
use shared::audit::Action;
use shared::time::{Day, Millis};
use worker::send::SendFuture;

use super::show;
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::erasure::{self, Pile};
use crate::db::fold::{self, Mark};
use crate::db::person::{self, TABLES};
use crate::db::{Db, DbError, suppressions};
use crate::erasure::{Needles, Part, named_in};
use crate::extract::PathId;
use crate::problem::Problem;

/// Rows of a table at once.
const ROWS: u32 = 500;

/// Messages looked through at once, and characters of those that are read.
const MESSAGES: u32 = 20_000;
const CHARACTERS: u32 = 1_000_000;
const REJECTED: u32 = 2_000;

/// What the pages share.
struct Whom {
    db: Db,
    /// The numbers of all their records.
    people: Vec<i64>,
    needles: Needles,
    /// Texts that name them in an answer to a program.
    texts: Vec<String>,
    mark: Mark,
    newest_message: i64,
    newest_letter: i64,
}

/// Where the stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Table(usize, i64),
    Messages(i64),
    Letters(i64),
    Rejected(i64, i64),
    Answers,
    End,
}

/// All that is held on a person, as one JSON document: every table with their rows, the messages that name them, and what was worked out.
///
/// Streamed a page at a time, so that its size has no limit.
#[utoipa::path(get, path = "/api/customers/{id}/export", tag = "privacy", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "One JSON document", content_type = "application/json", body = String),
        (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn export(ctx: Ctx, PathId(id): PathId) -> Result<Response, Problem> {
    let root = erasure::root(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let profile = show::read(&ctx, &root.public_id).await?;
    let named = erasure::everybody(&ctx.db, &[root.id]).await?;
    let people: Vec<i64> = named.iter().map(|one| one.id).collect();
    let keys = erasure::keys(&ctx.db, &people).await?;
    let shared = erasure::shared(&ctx.db, &people, &keys).await?;
    let own: Vec<_> = keys.iter().filter(|key| !shared.contains(key)).cloned().collect();
    let suppressed = suppressed(&ctx.db, &keys).await?;
    let needles = Needles::of(&own);
    let texts = named.iter().map(|one| one.public_id.to_string()).chain(needles.addresses()).collect();
    let whom = Whom {
        people,
        needles,
        texts,
        mark: fold::mark(&ctx.db).await?,
        newest_message: person::newest_message(&ctx.db).await?,
        newest_letter: erasure::end(&ctx.db, Pile::DeadLetters).await?,
        db: ctx.db.clone(),
    };
    // Written down before the first row leaves: a file that breaks off has left as well.
    audit::write(&ctx, Entry::new(Action::CustomerExported).to("customer", &root.public_id, None)).await?;
    let head = Bytes::from(head(&profile, suppressed, ctx.now));
    let whom = Arc::new(whom);
    let first = (Some(head), Step::Table(0, 0), true);
    let pages = stream::try_unfold(first, move |(head, step, is_first)| {
        let whom = Arc::clone(&whom);
        SendFuture::new(async move {
            if let Some(head) = head {
                return Ok::<_, DbError>(Some((head, (None, step, true))));
            }
            if step == Step::End {
                return Ok(None);
            }
            let (name, rows, next) = page(&whom, step).await?;
            let is_last = section(next) != section(step);
            let text = piece(name, &rows, is_first, is_last, next == Step::End);
            // Only a section's first row has no comma before it.
            Ok(Some((Bytes::from(text), (None, next, is_last || (is_first && rows.is_empty())))))
        })
    });
    let name = format!("attachment; filename=\"customer-{}.json\"", root.public_id);
    Ok(([(CONTENT_TYPE, "application/json".to_owned()), (CONTENT_DISPOSITION, name)], Body::from_stream(pages)).into_response())
}

fn head(profile: &Customer, suppressed: Vec<Value>, now: Millis) -> String {
    let profile = serde_json::to_string(profile).unwrap_or_else(|_| "null".to_owned());
    let suppressed = Value::Array(suppressed);
    format!("{{\"export\":{{\"made_at\":\"{}\",\"profile\":{profile},\"suppressed\":{suppressed}", now.rfc3339())
}

/// Which of the document's lists a step belongs to.
fn section(step: Step) -> usize {
    match step {
        Step::Table(table, _) => table,
        Step::Messages(_) => TABLES.len(),
        Step::Letters(_) => TABLES.len() + 1,
        Step::Rejected(..) => TABLES.len() + 2,
        Step::Answers => TABLES.len() + 3,
        Step::End => TABLES.len() + 4,
    }
}

/// A part of a list: with its name where it is the first that says anything, and with its end where it is the last.
fn piece(name: &str, rows: &[Value], is_first: bool, is_last: bool, is_end: bool) -> String {
    let mut text = String::new();
    for (at, row) in rows.iter().enumerate() {
        text.push_str(if is_first && at == 0 { "" } else { "," });
        text.push_str(&row.to_string());
    }
    let opens = is_first && (is_last || !rows.is_empty());
    let start = if opens { format!(",\"{name}\":[") } else { String::new() };
    let end = match (is_last, is_end) {
        (true, true) => "]}}",
        (true, false) => "]",
        (false, _) => "",
    };
    format!("{start}{text}{end}")
}

async fn page(whom: &Whom, step: Step) -> Result<(&'static str, Vec<Value>, Step), DbError> {
    match step {
        Step::Table(at, after) => {
            let Some(table) = TABLES.get(at) else { return Ok(("", Vec::new(), Step::End)) };
            let (rows, next) = person::rows(&whom.db, table, &whom.people, after, ROWS).await?;
            let next = match next {
                Some(after) => Step::Table(at, after),
                None if at + 1 < TABLES.len() => Step::Table(at + 1, 0),
                None => Step::Messages(0),
            };
            Ok((table.name, rows.into_iter().map(readable).collect(), next))
        }
        Step::Messages(after) => {
            let (rows, after) = messages(whom, Pile::Inbox, after, whom.newest_message).await?;
            Ok(("messages", rows, after.map_or(Step::Letters(0), Step::Messages)))
        }
        Step::Letters(after) => {
            let (rows, after) = messages(whom, Pile::DeadLetters, after, whom.newest_letter).await?;
            Ok(("dead_letters", rows, after.map_or(Step::Rejected(0, -1), Step::Letters)))
        }
        Step::Rejected(import, line) => {
            let found = erasure::rejected_page(&whom.db, (import, line), REJECTED).await?;
            let next = found.last().map_or(Step::Answers, |last| Step::Rejected(last.import_id, last.line));
            let named = found.iter().filter(|row| whom.needles.are_in_line(&row.raw, row.source));
            Ok(("rejected_rows", named.map(|row| json!({ "line": row.line, "raw": row.raw })).collect(), next))
        }
        Step::Answers => {
            let rows = person::answers(&whom.db, &whom.texts, ROWS).await?;
            Ok(("answers", rows.into_iter().map(readable).collect(), Step::End))
        }
        Step::End => Ok(("", Vec::new(), Step::End)),
    }
}

/// Messages that name the person, of a part of the pile, and where to go on.
async fn messages(whom: &Whom, pile: Pile, after: i64, end: i64) -> Result<(Vec<Value>, Option<i64>), DbError> {
    let part = Part { pile, after, end, messages: MESSAGES, characters: CHARACTERS };
    let Some((named, next)) = named_in(&whom.db, &whom.mark, &whom.needles, part).await? else { return Ok((Vec::new(), None)) };
    let told = named.iter().map(|message| {
        let body: Value = serde_json::from_str(&message.body).unwrap_or_else(|_| Value::String(message.body.clone()));
        json!({ "topic": message.topic, "received_at": Millis(message.received_at).rfc3339(), "body": body })
    });
    Ok((told.collect(), Some(next)))
}

async fn suppressed(db: &Db, keys: &[crate::db::intake::Key]) -> Result<Vec<Value>, DbError> {
    let addresses: Vec<_> =
        keys.iter().filter(|key| matches!(key.0, "email" | "phone")).filter_map(suppressions::address).collect();
    let asked: Vec<_> = addresses.iter().map(|(channel, address)| (*channel, address.as_str())).collect();
    let found = suppressions::find(db, &asked).await?;
    Ok(found.iter().flatten().map(|row| serde_json::to_value(show::told(row)).unwrap_or_default()).collect())
}

/// A row with its times in words a person can read and its JSON as JSON.
fn readable(row: Map<String, Value>) -> Value {
    let column = |(name, value): (String, Value)| {
        let value = match value {
            Value::Number(number) if name.ends_with("_at") => {
                number.as_f64().map_or(Value::Null, |at| Value::String(Millis(at as i64).rfc3339()))
            }
            Value::Number(number) if name.ends_with("_day") => {
                number.as_f64().map_or(Value::Null, |day| Value::String(Day(day as i32).iso()))
            }
            Value::String(text) if text.starts_with(['{', '[']) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
            value => value,
        };
        (name, value)
    };
    Value::Object(row.into_iter().map(column).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A document of lists that came in these pages.
    fn document(lists: &[(&str, &[&[u8]])]) -> Value {
        let mut text = String::from("{\"export\":{\"made_at\":\"now\"");
        for (at, (name, pages)) in lists.iter().enumerate() {
            let mut is_first = true;
            for (n, page) in pages.iter().enumerate() {
                let is_last = n + 1 == pages.len();
                let rows: Vec<Value> = page.iter().map(|row| Value::from(*row)).collect();
                text.push_str(&piece(name, &rows, is_first, is_last, is_last && at + 1 == lists.len()));
                is_first = is_first && rows.is_empty();
            }
        }
        serde_json::from_str(&text).expect("JSON")
    }

    #[test]
    fn lists_are_whole_however_they_are_cut_into_pages() {
        let export = |orders: &[&[u8]], notes: &[&[u8]]| document(&[("orders", orders), ("notes", notes)])["export"].clone();
        for orders in [&[&[1, 2, 3][..]][..], &[&[1], &[2, 3]], &[&[], &[1, 2], &[], &[3], &[]]] {
            assert_eq!(export(orders, &[&[]]), json!({ "made_at": "now", "orders": [1, 2, 3], "notes": [] }));
        }
        assert_eq!(export(&[&[], &[]], &[&[4]]), json!({ "made_at": "now", "orders": [], "notes": [4] }));
    }

    #[test]
    fn times_days_and_documents_can_be_read() {
        let row = json!({ "created_at": 0, "until_day": 1, "tags": "[\"vip\"]", "name": "{", "amount": 5, "done_at": null });
        let Value::Object(row) = row else { panic!() };
        let expected = json!({
            "created_at": "1970-01-01T00:00:00Z", "until_day": "1970-01-02", "tags": ["vip"], "name": "{", "amount": 5, "done_at": null
        });
        assert_eq!(readable(row), expected);
    }
}
