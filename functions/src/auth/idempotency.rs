//! `Idempotency-Key`: a POST that is sent again happens once and is answered as before.
//!
//! The key belongs to who sends it, for a day. It is reserved before the handler runs, so that of requests at once only one gets
//! through. An answer with status 2xx is stored and given again; a refusal frees the key, because nothing happened. Where a request
//! broke off or failed on our side nobody knows what it did, and nothing is done a second time on a guess: the sender looks, and
//! takes a new key.
//!
//! Sign-in is left out. Its answers hold cookies, which are not stored, and it is asked by strangers, who could not be told apart.

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use sha2::{Digest, Sha256};
use shared::time::{MILLIS_PER_DAY, Millis};
use worker::console_error;

use crate::ctx::{Ctx, Who};
use crate::db::DbError;
use crate::db::idempotency::{self, Holder, Key};
use crate::extract::media_type;
use crate::problem::Problem;
use crate::seams;

pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// How long an answer is kept.
pub const KEPT_FOR: i64 = MILLIS_PER_DAY;

/// A request that says nothing for so long broke off: no handler works longer than half of it, but for the body of a large import.
const BROKEN_OFF_AFTER: i64 = 60_000;

/// The longest JSON body that any route takes, and the longest answer that is stored.
const BODY_BYTES: usize = 2_000_000;
const ANSWER_BYTES: u64 = 1_000_000;

/// Members of answers that are shown once and stored nowhere: object and member.
const SECRETS: [(&str, &str); 4] = [("token", "secret"), ("link", "address"), ("source", "secret"), ("source", "write_key")];

/// Runs the handler, or answers in its place.
pub async fn once(request: Request, next: Next) -> Response {
    let key = if request.method() == Method::POST { request.headers().get(HEADER).cloned() } else { None };
    let ctx: Option<Ctx> = request.extensions().get().cloned();
    let (Some(key), Some(ctx)) = (key, ctx) else { return next.run(request).await };
    let Some(principal) = principal(&ctx.who) else { return next.run(request).await };
    held(&ctx, principal, &key, request, next).await.unwrap_or_else(Problem::into_response)
}

async fn held(ctx: &Ctx, principal: String, key: &HeaderValue, request: Request, next: Next) -> Result<Response, Problem> {
    let key = read(key)?;
    let (request, digest) = digested(request).await?;
    let key = Key { principal, key, digest, now: ctx.now };
    if let Some(holder) = idempotency::reserve(&ctx.db, &key, Millis(ctx.now.0 - KEPT_FOR)).await? {
        return again(&key, holder);
    }
    seams::point("idempotency.reserved").await;
    let response = next.run(request).await;
    let (response, settled) = settle(ctx, &key, response).await;
    if let Err(error) = settled {
        // The answer counts: the key then reads as broken off.
        console_error!(
            "{}",
            serde_json::json!({ "kind": "error", "request_id": ctx.request_id, "error": format!("idempotency: {error}") })
        );
    }
    Ok(response)
}

/// Whose key it is: people and tokens do not see each other's.
fn principal(who: &Who) -> Option<String> {
    match who {
        Who::Nobody => None,
        Who::User(person) => Some(format!("person:{}", person.id)),
        Who::Token(person) => Some(format!("token:{}", person.id)),
    }
}

fn read(value: &HeaderValue) -> Result<String, Problem> {
    let text =
        value.to_str().ok().filter(|text| (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()));
    text.map(str::to_owned).ok_or_else(|| {
        Problem::BadRequest(
            "idempotency_key",
            "Use 1 to 255 visible ASCII characters as Idempotency-Key, such as a UUID".to_owned(),
        )
    })
}

/// The request with its digest: method, path, query and body. A CSV is stored while it streams in and so is not read here: its type
/// and length stand for it, and its `file_digest` in the query.
async fn digested(request: Request) -> Result<(Request, String), Problem> {
    let (parts, body) = request.into_parts();
    let mut digest = Sha256::new();
    digest.update(format!("{}\n{}\n{}\n", parts.method, parts.uri.path(), parts.uri.query().unwrap_or_default()));
    let body = if is_streamed(&parts.headers) {
        for name in [CONTENT_TYPE, CONTENT_LENGTH] {
            digest.update(parts.headers.get(name).map_or(&b""[..], HeaderValue::as_bytes));
            digest.update(b"\n");
        }
        body
    } else {
        let bytes: Bytes = to_bytes(body, BODY_BYTES).await.map_err(|_| Problem::TooLarge(BODY_BYTES))?;
        digest.update(&bytes);
        Body::from(bytes)
    };
    let digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((Request::from_parts(parts, body), digest))
}

fn is_streamed(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|kind| kind != "application/json")
}

/// What a request gets whose key somebody has.
fn again(key: &Key, holder: Holder) -> Result<Response, Problem> {
    let Holder { digest, status, body, created_at } = holder;
    if digest != key.digest {
        return Err(Problem::KeyReused);
    }
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    match status {
        None if key.now.0 - created_at < BROKEN_OFF_AFTER => Err(Problem::KeyAtWork),
        Some(status) if status.is_success() => {
            let mut response = (status, body.unwrap_or_default()).into_response();
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            Ok(response)
        }
        None | Some(_) => Err(Problem::Conflict("idempotency_unknown", UNKNOWN.to_owned())),
    }
}

const UNKNOWN: &str = "The first request with this Idempotency-Key did not end well, and nobody knows what it did: look whether it did \
    what you wanted, and if not, send it with a new key";

/// Stores the answer, or frees the key.
async fn settle(ctx: &Ctx, key: &Key, response: Response) -> (Response, Result<(), DbError>) {
    let status = response.status();
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        return (response, idempotency::keep(&ctx.db, key, status.as_u16(), None).await);
    }
    if !status.is_success() {
        return (response, idempotency::free(&ctx.db, key).await);
    }
    if response.body().size_hint().exact().is_none_or(|bytes| bytes > ANSWER_BYTES) {
        // What is streamed or too large is not kept: the key stays taken, so that it does not happen twice.
        return (response, Ok(()));
    }
    let (parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_BYTES).await else {
        return (Problem::Internal("an answer could not be read".to_owned()).into_response(), Ok(()));
    };
    let stored = idempotency::keep(&ctx.db, key, status.as_u16(), without_secrets(&bytes).as_deref()).await;
    (Response::from_parts(parts, Body::from(bytes)), stored)
}

/// The one place where secrets leave an answer before it is stored; what is not JSON is not stored at all.
fn without_secrets(body: &[u8]) -> Option<String> {
    let mut json: Value = serde_json::from_slice(body).ok()?;
    let mut has_secret = false;
    for (object, member) in SECRETS {
        if let Some(Value::Object(members)) = json.get_mut(object) {
            has_secret |= members.remove(member).is_some();
        }
    }
    // Else byte for byte as it was answered.
    if has_secret { Some(json.to_string()) } else { String::from_utf8(body.to_vec()).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(digest: &str, now: i64) -> Key {
        Key { principal: "person:1".to_owned(), key: "k".to_owned(), digest: digest.to_owned(), now: Millis(now) }
    }

    fn holder(status: Option<u16>) -> Holder {
        Holder { digest: "d".to_owned(), status, body: Some("{}".to_owned()), created_at: 1_000 }
    }

    fn code(answer: Result<Response, Problem>) -> String {
        match answer {
            Ok(response) => response.status().as_str().to_owned(),
            Err(problem) => problem.code().to_owned(),
        }
    }

    #[test]
    fn a_taken_key_is_answered_by_what_became_of_it() {
        assert_eq!(code(again(&key("d", 1_000), holder(Some(201)))), "201");
        assert_eq!(code(again(&key("other", 1_000), holder(Some(201)))), "idempotency_key_reused");
        assert_eq!(code(again(&key("d", 60_999), holder(None))), "idempotency_key_at_work");
        assert_eq!(code(again(&key("d", 61_000), holder(None))), "idempotency_unknown");
        assert_eq!(code(again(&key("d", 1_000), holder(Some(500)))), "idempotency_unknown");
    }

    #[test]
    fn keys_are_short_and_visible() {
        assert_eq!(read(&HeaderValue::from_static("a-1")).ok().as_deref(), Some("a-1"));
        for wrong in ["", "with space", "tab\there"] {
            assert!(read(&HeaderValue::from_str(wrong).expect("a value")).is_err(), "{wrong}");
        }
        assert!(read(&HeaderValue::from_bytes("é".as_bytes()).expect("a value")).is_err());
        assert!(read(&HeaderValue::from_str(&"k".repeat(255)).expect("a value")).is_ok());
        assert!(read(&HeaderValue::from_str(&"k".repeat(256)).expect("a value")).is_err());
    }

    #[test]
    fn no_secret_is_stored_with_an_answer() {
        let kept = without_secrets(br#"{"token":{"id":"1","secret":"rk_x"},"link":{"address":"https://x/#t","expires_at":"z"}}"#);
        assert_eq!(kept.as_deref(), Some(r#"{"link":{"expires_at":"z"},"token":{"id":"1"}}"#));
        assert_eq!(without_secrets(br#"{"b":1, "a":2}"#).as_deref(), Some(r#"{"b":1, "a":2}"#));
        assert_eq!(without_secrets(b"rk_x"), None);
    }
}
